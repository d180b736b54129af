"""The gradients of the notes' first functions: 2 xᵀx, the sum, the square (sections 2.5.1 and 2.5.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verify.claims.claim import Batch, Claim, Demonstration, Shown, Step, Trial, Written, array

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.claims.claim import Array, Engine, Tensor

VECTORS = tuple({"x": (size,)} for size in (1, 2, 4, 9))
WEIGHTED = tuple({"x": (size,), "v": (size,)} for size in (1, 2, 4, 9))


def _of_two_dot(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    x.requires_grad_(True)
    y = 2 * torch.dot(x, x)
    y.backward()
    return x.grad, 4 * x.detach()


def _of_sum(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    x.requires_grad_(True)
    x.sum().backward()
    return x.grad, torch.ones_like(x.detach())


def _of_square(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    x.requires_grad_(True)
    y = x * x
    y.sum().backward()
    return x.grad, 2 * x.detach()


def _weighted(torch: Engine, x: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    x.requires_grad_(True)
    y = x * x
    y.backward(v)
    return x.grad, 2 * x.detach() * v


def _ones(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    """Compare y.backward(ones) with y.sum().backward(), for y = x·x·x."""
    other = x.clone().requires_grad_(True)
    x.requires_grad_(True)
    (x * x * x).backward(torch.ones_like(x.detach()))
    (other * other * other).sum().backward()
    return x.grad, other.grad


def _ones_on_draws(x: Array) -> Batch:
    # y = (x·x)·x: the last factor's share first, then the two of the square
    square = x * x
    grad = (square + x * x) + x * x
    return Batch(grad, grad, parts=(square,))


def _two(x: Array) -> Array:
    return np.asarray(x * x.dtype.type(2))


def _weighted_on_draws(x: Array, v: Array) -> Batch:
    return Batch(v * x + v * x, _two(x) * v, parts=(v * x, _two(x)))


def _four_x(x: Array) -> Batch:
    return Batch(_two(x) + _two(x), x * x.dtype.type(4))


def _arange(torch: Engine) -> list[Step]:
    x = torch.arange(4.0)
    grown = torch.arange(4.0, requires_grad=True)
    x.requires_grad_(True)
    same = bool((array(x) == array(grown)).all()) and x.requires_grad == grown.requires_grad
    (x * x).sum().backward()
    (grown * grown).sum().backward()
    return [
        Step("x.requires_grad_(True) gives the tensor that arange(4.0, requires_grad=True) gives", "run", same),
        Step(
            "both have the same gradient after the same program",
            "run",
            bool((array(x.grad) == array(grown.grad)).all()),
        ),
    ]


def _none(torch: Engine) -> list[Step]:
    x = torch.arange(4.0, requires_grad=True)
    y = 2 * torch.dot(x, x)
    before = x.grad is None
    y.backward()
    return [
        Step("x.grad is None before y.backward()", "run: x = arange(4.0, requires_grad=True)", before),
        Step("x.grad is a tensor of x's shape afterwards", "run", x.grad is not None and x.grad.shape == x.shape),
    ]


def _place(torch: Engine) -> list[Step]:
    x = torch.arange(4.0)
    raised = _raises(lambda: torch.dot(x, x).backward())
    return [Step("backward() raises when nothing requires a gradient", f"run: {raised}", raised is not None)]


def _raises(program: Callable[[], object]) -> str | None:
    try:
        program()
    except RuntimeError as error:
        return f"RuntimeError: {str(error).splitlines()[0]}"
    return None


def _values(torch: Engine) -> list[Step]:
    x = torch.arange(4.0, requires_grad=True)
    y = 2 * torch.dot(x, x)
    y.backward()
    return [
        Step("arange(4.0) is [0, 1, 2, 3]", "run", array(x).tolist() == [0.0, 1.0, 2.0, 3.0]),
        Step("2 · (0 + 1 + 4 + 9) = 28", "exact in float32: small integers", float(array(y)) == 28.0),
        Step("x.grad is [0, 4, 8, 12]", "run", array(x.grad).tolist() == [0.0, 4.0, 8.0, 12.0]),
    ]


def _scalar_only(torch: Engine) -> list[Step]:
    x = torch.arange(4.0, requires_grad=True)
    raised = _raises((x * x).backward)
    (x * x).backward(gradient=torch.ones(len(x)))
    given = array(x.grad).tolist() == [0.0, 2.0, 4.0, 6.0]
    return [
        Step("backward() on a vector raises without a gradient", f"run: {raised}", raised is not None),
        Step("with gradient=ones(len(x)) it gives [0, 2, 4, 6]", "run", given),
    ]


def _value_overflows(torch: Engine) -> Shown:
    x = torch.tensor(np.array([2.0**100], dtype=np.float32), requires_grad=True)
    y = 2 * torch.dot(x, x)
    y.backward()
    happened = bool(np.isinf(array(y))) and bool(array(x.grad)[0] == 2.0**102)
    return Shown(happened, f"float32 x = [2^100]: y = {float(array(y))}, x.grad = [2^102]")


CLAIMS = (
    Claim(
        id="gradient-of-two-dot",
        section="2.5.1",
        statement="The gradient of y = 2·dot(x, x) is 4x: x.grad == 4 * x after y.backward().",
        operations=("dot", "scalar_mul"),
        trial=Trial(VECTORS, _of_two_dot, _four_x, dtypes=("float16", "float32", "float64"), entrywise=True),
        shows=(
            Demonstration(
                "y may overflow, its gradient does not",
                "The gradient never looks at the value of y, which is infinite here.",
                _value_overflows,
            ),
        ),
        because="2x + 2x only doubles, which is exact until both sides overflow alike",
    ),
    Claim(
        id="two-dot-is-28",
        section="2.5.1",
        statement="For x = arange(4.0), y = 2·dot(x, x) is 28 and its gradient [0, 4, 8, 12].",
        formula=Written("2·(0·0 + 1·1 + 2·2 + 3·3) = 28", r"2\cdot(0\cdot 0 + 1\cdot 1 + 2\cdot 2 + 3\cdot 3) = 28"),
        operations=("dot", "scalar_mul"),
        semantics=_values,
    ),
    Claim(
        id="requires-grad-in-place",
        section="2.5.1",
        statement="x.requires_grad_(True) is equivalent to creating x with requires_grad=True.",
        formula=Written(
            "x.requires_grad_(True) ≡ arange(4.0, requires_grad=True)",
            r"\texttt{x.requires\_grad\_(True)} \equiv \texttt{arange(4.0, requires\_grad=True)}",
        ),
        semantics=_arange,
    ),
    Claim(
        id="grad-is-none-by-default",
        section="2.5.1",
        statement="x.grad is None until backward() has run.",
        formula=Written("x.grad is None", r"\texttt{x.grad is None}"),
        semantics=_none,
    ),
    Claim(
        id="gradient-needs-a-place",
        section="2.5.1",
        statement="A gradient needs a place to be stored: backward() wants an input that requires one.",
        formula=Written(
            "requires_grad = False ⟹ backward() raises",
            r"\texttt{requires\_grad} = \texttt{False} \Rightarrow \texttt{backward()}\ \text{raises}",
        ),
        semantics=_place,
    ),
    Claim(
        id="gradient-of-sum",
        section="2.5.1",
        statement="The gradient of x.sum() is a vector of ones.",
        operations=("sum",),
        trial=Trial(VECTORS, _of_sum, lambda x: Batch(np.ones_like(x), np.ones_like(x)), entrywise=True),
        because="the gradient does not look at x at all",
    ),
    Claim(
        id="gradient-of-square",
        section="2.5.2",
        statement="With y = x * x, y.sum().backward() gives x.grad == 2 * x.",
        operations=("mul", "sum"),
        trial=Trial(VECTORS, _of_square, lambda x: Batch(x + x, _two(x)), entrywise=True),
        because="x + x and 2x are the same float",
    ),
    Claim(
        id="backward-wants-a-gradient",
        section="2.5.2",
        statement="backward() of a non-scalar needs a gradient argument.",
        formula=Written("y.backward(gradient=v)", r"\texttt{y.backward(gradient=v)}"),
        operations=("mul",),
        semantics=_scalar_only,
    ),
    Claim(
        id="gradient-ones-is-sum",
        section="2.5.2",
        statement="y.backward(ones(len(x))) gives the gradient that y.sum().backward() gives.",
        operations=("mul", "sum"),
        trial=Trial(VECTORS, _ones, _ones_on_draws, relation="identical", entrywise=True),
        because="the pullback of the sum is the vector of ones, so both run the same arithmetic",
    ),
    Claim(
        id="gradient-argument-is-cotangent",
        section="2.5.2",
        statement="y.backward(v) gives Jᵀv: for y = x * x that is 2·x·v.",
        operations=("mul",),
        trial=Trial(WEIGHTED, _weighted, _weighted_on_draws, entrywise=True),
        because="v·x + v·x and (2x)·v round alike unless v·x underflows or 2x overflows first",
    ),
)
