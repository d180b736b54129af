"""Gradients that pile up, and values that are cut from the graph (sections 2.5.1 and 2.5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verify.claims.claim import Batch, Claim, Demonstration, Shown, Step, Trial, Written, array

if TYPE_CHECKING:
    from verify.claims.claim import Array, Engine, Tensor

VECTORS = tuple({"x": (size,)} for size in (1, 2, 4, 9))


def _two_functions(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    """Compare gradients piled up, 2·dot(x, x) then sum(x), with that of their sum."""
    other = x.clone().requires_grad_(True)
    x.requires_grad_(True)
    (2 * torch.dot(x, x)).backward()
    x.sum().backward()
    (2 * torch.dot(other, other)).backward()
    first = other.grad.clone()
    other.grad.zero_()
    other.sum().backward()
    return x.grad, first + other.grad


def _two_functions_on_draws(x: Array) -> Batch:
    two = x * x.dtype.type(2)
    both = (two + two) + x.dtype.type(1)
    return Batch(both, both)


def _at_once(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    """Compare gradients piled up by two calls of backward with those of one call on the sum."""
    del torch
    other = x.clone().requires_grad_(True)
    x.requires_grad_(True)
    (x * x).sum().backward()
    (x * 0.1).sum().backward()
    ((other * other).sum() + (other * 0.1).sum()).backward()
    return x.grad, other.grad


def _at_once_on_draws(x: Array) -> Batch:
    # one call meets the later function first: its share, then the two of the square
    tenth = x.dtype.type(0.1)
    return Batch((x + x) + tenth, (tenth + x) + x)


def _cut(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    x.requires_grad_(True)
    y = x * x
    u = y.detach()
    z = u * x
    z.sum().backward()
    return x.grad, u


def _kept(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return the notes' next cell: y itself still has its gradient."""
    del torch
    x.requires_grad_(True)
    y = x * x
    u = y.detach()
    (u * x).sum().backward()
    x.grad.zero_()
    y.sum().backward()
    return x.grad, 2 * x.detach()


def _kept_on_draws(x: Array) -> Batch:
    # the gradient that was cleared is +0, and 0 + -0 is 0
    return Batch(x.dtype.type(0) + (x + x), x * x.dtype.type(2))


def _cleared(torch: Engine) -> list[Step]:
    x = torch.arange(4.0, requires_grad=True)
    (2 * torch.dot(x, x)).backward()
    x.sum().backward()
    piled = array(x.grad).tolist()
    x.grad.zero_()
    zeroed = array(x.grad).tolist()
    x.sum().backward()
    return [
        Step(
            "without zero_() the gradient of the sum comes out as [1, 5, 9, 13]", "run", piled == [1.0, 5.0, 9.0, 13.0]
        ),
        Step("x.grad.zero_() leaves zeros", "run", zeroed == [0.0] * 4),
        Step("after it the gradient of the sum is [1, 1, 1, 1]", "run", array(x.grad).tolist() == [1.0] * 4),
    ]


def _constant(torch: Engine) -> list[Step]:
    x = torch.arange(4.0, requires_grad=True)
    y = x * x
    u = y.detach()
    return [
        Step("u has y's values", "run", array(u).tolist() == array(y).tolist()),
        Step("u requires no gradient and is a leaf", "run", not u.requires_grad and u.is_leaf),
    ]


def _total(torch: Engine) -> Shown:
    """Show what detach leaves out: the full gradient of x³."""
    x = torch.arange(4.0, requires_grad=True)
    (x * x * x).sum().backward()
    whole = array(x.grad).tolist()
    return Shown(
        whole == [0.0, 3.0, 12.0, 27.0], f"x = arange(4.0): without detach x.grad = {whole}, not u = [0, 1, 4, 9]"
    )


CLAIMS = (
    Claim(
        id="gradients-accumulate",
        section="2.5.1",
        statement="backward() adds to x.grad: without clearing, two functions leave the sum of their gradients.",
        operations=("dot", "sum", "scalar_mul"),
        semantics=_cleared,
        trial=Trial(VECTORS, _two_functions, _two_functions_on_draws, relation="identical", entrywise=True),
        because="accumulation is one addition",
    ),
    Claim(
        id="zero-clears-the-gradient",
        section="2.5.1",
        statement="x.grad.zero_() makes the next gradient that of the next function alone.",
        formula=Written("x.grad ← 0", r"\texttt{x.grad} \leftarrow 0"),
        operations=("dot", "sum"),
        semantics=_cleared,
    ),
    Claim(
        id="accumulated-is-gradient-of-the-sum",
        section="2.5.1",
        statement="Two calls of backward() leave the gradient that one call on the sum of both functions leaves.",
        operations=("mul", "scalar_mul", "sum"),
        trial=Trial(VECTORS, _at_once, _at_once_on_draws, relation="identical", entrywise=True),
        because="one call adds the same shares in another order",
    ),
    Claim(
        id="detach-makes-a-constant",
        section="2.5.3",
        statement="With u = (x * x).detach() and z = u * x, the gradient of z.sum() is u.",
        operations=("detach", "mul", "sum"),
        semantics=_constant,
        trial=Trial(VECTORS, _cut, lambda x: Batch(x * x, x * x), entrywise=True),
        shows=(
            Demonstration(
                "it is not the derivative of x³", "u is held constant by definition; x³ has slope 3x².", _total
            ),
        ),
        because="each gradient is 1·u",
    ),
    Claim(
        id="detach-keeps-the-original",
        section="2.5.3",
        statement="y itself is not cut: after clearing, y.sum().backward() gives x.grad == 2 * x.",
        operations=("detach", "mul", "sum"),
        trial=Trial(VECTORS, _kept, _kept_on_draws, entrywise=True),
        because="x + x and 2x are the same float",
    ),
)
