"""Element types, conversion and promotion: each line as PyTorch has it (see conftest.py)."""

from __future__ import annotations

import itertools

import pytest

PROGRAMS = {
    "conversion": """
x = torch.tensor([1.7, -2.3, 0.0])
x.to(torch.float64), x.to(torch.int64), x.double(), x.float(), x.half(), x.int(), x.long(), x.bool()
x.short()
x.to(torch.float32) is x, x.float() is x, x.to('cpu') is x, x.cpu() is x, x.to(device='cpu').dtype
x.type(torch.int32), x.type_as(torch.arange(2))
torch.arange(3).float(), torch.arange(300).to(torch.uint8)[-1], torch.tensor([1, 0]).bool()
torch.ones(2, requires_grad=True).double()
torch.ones(2, requires_grad=True).long()
torch.float32, torch.int64, torch.bool, torch.float, torch.double, torch.long, torch.half, torch.int
torch.float32 == torch.float, torch.float32.is_floating_point, torch.int64.is_floating_point
torch.device('cpu'), torch.ones(2, device='cpu'), torch.ones(2, device=torch.device('cpu')).device
torch.get_default_dtype()
torch.set_default_dtype(torch.float64)
torch.tensor(1.0), torch.ones(2), torch.arange(3.0), torch.tensor([1]) / 2
torch.tensor([1], dtype=torch.float32)
torch.set_default_dtype(torch.float32)
torch.set_default_dtype(torch.int64)
x.is_floating_point(), torch.result_type(torch.ones(1), 1.0)
torch.promote_types(torch.int32, torch.float16), torch.promote_types(torch.uint8, torch.int8)
""",
    "whole numbers": """
a = torch.tensor([7, -7, 0])
b = torch.tensor([2, 2, 5])
a + b, a - b, a * b, a / b, a // b, a % b, a ** 2
a ** -1
a / 0
a // 0
torch.tensor([1.0]) // 0
-a, abs(a), a.sign()
torch.exp(torch.tensor([0, 1])), torch.sqrt(torch.tensor([4, 9])), torch.log(torch.tensor([1]))
torch.tensor([200], dtype=torch.uint8) + 100
torch.tensor([100], dtype=torch.int8) + torch.tensor([100], dtype=torch.int8)
torch.tensor([2], dtype=torch.uint8) - 3
torch.tensor([True, False]) + torch.tensor([True, True])
torch.tensor([True]) - torch.tensor([True])
-torch.tensor([True])
torch.tensor([True]) * 3, torch.tensor([True]) + 1.5, torch.tensor([True]) / 2
torch.tensor(2 ** 40) * 2, torch.tensor([2 ** 62]) * 2
a & b, a | b, ~a
torch.tensor([1], dtype=torch.int32) + 2 ** 31
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_programs_on(differences, name):
    assert differences(PROGRAMS[name]) == []


DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
OPERATORS = ["+", "*", "/", "==", "<"]


@pytest.mark.parametrize("left", DTYPES)
def test_two_tensors_meet_in_pytorchs_type_whatever_their_ranks(differences, left):
    lines = []
    for right, symbol in itertools.product(DTYPES, OPERATORS):
        for a, b in itertools.product(["1", "[1, 1]"], repeat=2):
            x = f"torch.tensor({a}, dtype=torch.{left})"
            y = f"torch.tensor({b}, dtype=torch.{right})"
            lines.append(f"{x} {symbol} {y}")
    assert differences("\n".join(lines)) == []


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_python_number_raises_the_type_only_to_its_own_category(differences, dtype):
    operators = [*OPERATORS, "-", "//", "%", "**"]
    lines = []
    for symbol, number, entries in itertools.product(operators, ["True", "2", "2.5"], ["1", "[1]"]):
        tensor = f"torch.tensor({entries}, dtype=torch.{dtype})"
        lines += [f"{tensor} {symbol} {number}", f"{number} {symbol} {tensor}"]
    assert differences("\n".join(lines)) == []


@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_of_one_tensor_give_pytorchs_type(differences, dtype):
    x = f"torch.tensor([1, 0, 1], dtype=torch.{dtype})"
    calls = ["sum()", "cumsum(0)", "prod()", "max()", "argmax()", "abs()", "any()", "sqrt()"]
    calls += ["mean()", "norm()", "exp()", "sign()", "square()", "clone()", "relu()", "sigmoid()"]
    lines = [f"{x}.{call}  # ulps 2" for call in calls]
    lines += [f"{x}.mean(0)", f"-{x}", f"~{x}", f"{x}.requires_grad_()", f"{x} @ {x}", f"{x}.item"]
    assert differences("\n".join(lines)) == []
