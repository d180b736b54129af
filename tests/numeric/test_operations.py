"""The catalogue: the names of the architecture, the rules they use, and the notes' control flow."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import numpy as np
import pytest

import numeric
from numeric import NumericRuntimeError
from numeric.catalogue import DOUBLINGS

ARCHITECTURE = Path(__file__).parents[2] / "docs" / "architecture.md"


def test_the_names_are_those_of_the_architecture():
    text = ARCHITECTURE.read_text(encoding="utf-8")
    table = text.split("| name | inputs |")[1].split("\n\n")[0]
    names = [name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert list(numeric.operations) == names
    assert all(operation.name == name for name, operation in numeric.operations.items())


def test_the_rules_an_operation_names_are_those_it_uses(monkeypatch):
    """Breaking a rule's VJP breaks exactly the pullbacks of the operations that name it."""
    points = {"transpose": [(2, 2)], "mv": [(2, 2), (2,)], "mm": [(2, 2)] * 2, "dot": [(2,)] * 2}
    parameters = {
        "index": {"key": (0,)}, "reshape": {"shape": (2, 2)}, "cumsum": {"axis": 0},
        "sum_axis": {"axis": 0}, "mean_axis": {"axis": 0}, "sum_axes": {"axis": (0, 1)},
        "mean_axes": {"axis": (0, 1)}, "scalar_pow": {"exponent": 3},
    }  # fmt: skip

    class Broken(Exception):  # noqa: N818
        pass

    def breaks(*_, **__):
        raise Broken

    for name, operation in numeric.operations.items():
        arity = 2 if name in {"add", "sub", "mul", "div", "pow"} or name.startswith("scalar_") else 1
        arity = 1 if name == "scalar_pow" else arity
        shapes = points.get(name, [(2, 2)] * arity)
        shapes = [(), *shapes[1:]] if name.startswith("scalar_") and arity == 2 else shapes
        shapes = [()] if name == "control_flow" else shapes
        tensors = [numeric.full(shape, -1.5 if name == "control_flow" else 1.5) for shape in shapes]
        program = functools.partial(operation.function, **parameters.get(name, {}))
        used = set()
        for rule in numeric.rules.values():
            with monkeypatch.context() as patch:
                patch.setattr(rule, "vjps", [breaks] * 3)
                out, pullback = numeric.func.vjp(program, *tensors)
                try:
                    pullback(numeric.ones_like(out))
                except Broken:
                    used.add(rule.name)
        assert used == set(operation.rules), name


def torch_twin(a):
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    return b if b.sum() > 0 else 100 * b


@pytest.mark.parametrize("value", [1.0, -1.0, 3e-38, -1e-44, 7e37, 499.99, 500.0, np.inf, -np.inf, np.nan])
def test_control_flow_agrees_with_torch(torch, value):
    results = []
    for module, f in ((torch, torch_twin), (numeric, numeric.operations["control_flow"].function)):
        a = module.tensor(value, requires_grad=True)
        d = f(a)
        d.backward()
        results.append((d.item(), a.grad.item()))
    np.testing.assert_array_equal(results[1], results[0])


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_an_endless_control_flow_is_bounded_and_reported(zero):
    with pytest.raises(NumericRuntimeError, match=f"does not end: {DOUBLINGS} doublings.*not zero"):
        numeric.operations["control_flow"].function(numeric.tensor(zero))


@pytest.mark.parametrize("dtype", [numeric.float16, numeric.float32, numeric.float64])
def test_the_smallest_number_ends_within_the_bound(dtype):
    smallest = numeric.tensor(np.nextafter(dtype.numpy.type(0), dtype.numpy.type(1)))
    assert abs(numeric.operations["control_flow"].function(smallest)).item() >= 1000
