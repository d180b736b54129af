"""Forward mode in the names of ``torch.autograd.forward_ad``."""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from numeric import func, tape
from numeric.errors import NumericRuntimeError
from numeric.tape import mode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numeric.tensor import Tensor


class UnpackedDualTensor(NamedTuple):
    """A value and its tangent (None for a constant)."""

    primal: Tensor
    tangent: Tensor | None


@contextmanager
def dual_level() -> Iterator[int]:
    """Open a level in which tensors can carry tangents."""
    with func._next_level() as level:
        yield level


def make_dual(tensor: Tensor, tangent: Tensor) -> Tensor:
    """Return a tensor that carries a tangent, in the innermost ``dual_level``.

    Raises
    ------
    NumericRuntimeError
        If no level is open, or the shapes differ.
    """
    if mode.level == 0:
        raise NumericRuntimeError("make_dual() expects to be called within dual_level()")
    if tuple(tensor.shape) != tuple(tangent.shape):
        raise NumericRuntimeError(f"Expected a tangent of shape {tuple(tensor.shape)}, got {tuple(tangent.shape)}")
    return func.dual(tensor, tangent, mode.level)  # type: ignore[no-any-return]


def unpack_dual(tensor: Tensor) -> UnpackedDualTensor:
    """Return value and tangent of a tensor at the innermost level."""
    if not isinstance(tensor, tape.Traced) or tensor.level != mode.level or not mode.level:
        return UnpackedDualTensor(tensor, None)
    tape.refresh(tensor)
    values = (tensor._array, tensor.tangent)
    primal, tangent = (v if isinstance(v, tape.Tensor) else tape.wrap(v) for v in values)
    return UnpackedDualTensor(primal, tangent)
