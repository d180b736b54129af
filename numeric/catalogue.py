"""The operations of the notes as programs of tensors: the claim beside ``symbolic``'s truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from numeric.errors import NumericRuntimeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.tensor import Tensor

DOUBLINGS = 4400
"""More than any floating-point number of up to 128 bits needs to pass 1000 (|x| >= 2**-16494 / 4)."""


@dataclass(frozen=True)
class Operation:
    """A named program of tensors.

    Parameters
    ----------
    name : str
        The same name as its twin in ``symbolic``.
    function : callable
        ``function(*tensors, **parameters) -> Tensor``.
    rules : tuple of str
        The primitive rules its derivative is made of (what only decides a branch has none).
    """

    name: str
    function: Callable[..., Tensor]
    rules: tuple[str, ...]


def control_flow(a: Tensor) -> Tensor:
    """Return the notes' ``f(a)``: doubled until its norm is 1000, then times 100 unless positive.

    Parameters
    ----------
    a : Tensor
        Of one entry.

    Returns
    -------
    Tensor
        ``k a`` with a ``k`` that depends on ``a``. NaN leaves the loop at once and comes back as NaN, an
        infinity likewise as an infinity.

    Raises
    ------
    NumericRuntimeError
        If the loop would never end: at 0, after ``DOUBLINGS`` doublings.
    """
    b = a * 2
    doublings = 0
    while b.norm() < 1000:
        b = b * 2
        doublings += 1
        if doublings > DOUBLINGS:
            raise NumericRuntimeError(
                f"f(a) does not end: {DOUBLINGS} doublings left the norm below 1000, as they do "
                "at a = 0 for ever; give an a that is not zero"
            )
    c = b if b.sum() > 0 else 100 * b
    return c  # noqa: RET504  (as the notes write it)


_OPERATIONS = (
    Operation("add", lambda x, y: x + y, ("add",)),
    Operation("sub", lambda x, y: x - y, ("sub",)),
    Operation("mul", lambda x, y: x * y, ("mul",)),
    Operation("div", lambda x, y: x / y, ("div",)),
    Operation("pow", lambda x, y: x**y, ("pow",)),
    Operation("neg", lambda x: -x, ("neg",)),
    Operation("scalar_add", lambda x, y: x + y, ("add",)),
    Operation("scalar_sub", lambda x, y: x - y, ("sub",)),
    Operation("scalar_mul", lambda x, y: x * y, ("mul",)),
    Operation("scalar_div", lambda x, y: y / x, ("div",)),
    Operation("scalar_pow", lambda x, exponent: x**exponent, ("scalar_pow",)),
    Operation("exp", lambda x: x.exp(), ("exp",)),
    Operation("abs", lambda x: x.abs(), ("abs",)),
    Operation("transpose", lambda x: x.T, ("transpose",)),
    Operation("index", lambda x, key: x[key], ("index",)),
    Operation("reshape", lambda x, shape: x.reshape(shape), ("reshape",)),
    Operation("sum", lambda x, keepdims=False: x.sum(axis=None, keepdims=keepdims), ("sum",)),
    Operation("mean", lambda x, keepdims=False: x.mean(axis=None, keepdims=keepdims), ("mean",)),
    Operation("sum_axis", lambda x, axis, keepdims=False: x.sum(axis=axis, keepdims=keepdims), ("sum",)),
    Operation("mean_axis", lambda x, axis, keepdims=False: x.mean(axis=axis, keepdims=keepdims), ("mean",)),
    Operation("sum_axes", lambda x, axis, keepdims=False: x.sum(axis=axis, keepdims=keepdims), ("sum",)),
    Operation("mean_axes", lambda x, axis, keepdims=False: x.mean(axis=axis, keepdims=keepdims), ("mean",)),
    Operation("cumsum", lambda x, axis: x.cumsum(axis=axis), ("cumsum",)),
    Operation("dot", lambda x, y: x.dot(y), ("dot",)),
    Operation("mv", lambda x, y: x.mv(y), ("mv",)),
    Operation("mm", lambda x, y: x.mm(y), ("mm",)),
    Operation("l1_norm", lambda x: x.abs().sum(), ("abs", "sum")),
    Operation("l2_norm", lambda x: x.norm(), ("l2_norm",)),
    Operation("frobenius_norm", lambda x: x.norm(), ("l2_norm",)),
    Operation("detach", lambda x: x.detach(), ()),
    Operation("clone", lambda x: x.clone(), ("clone",)),
    Operation("control_flow", control_flow, ("mul",)),
)

operations: dict[str, Operation] = {operation.name: operation for operation in _OPERATIONS}
