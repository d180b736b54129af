"""Fill a tensor in place before training; nothing is recorded, and the tensor is returned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numeric.autograd import no_grad

if TYPE_CHECKING:
    from numeric.tensor import Tensor


def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0) -> Tensor:
    """Draw each entry from the normal distribution."""
    with no_grad():
        return tensor.normal_(mean, std)


def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0) -> Tensor:
    """Draw each entry uniformly from ``[a, b)``."""
    with no_grad():
        return tensor.uniform_(a, b)


def constant_(tensor: Tensor, val: float) -> Tensor:
    """Set each entry to `val`."""
    with no_grad():
        return tensor.fill_(val)


def zeros_(tensor: Tensor) -> Tensor:
    """Set each entry to 0."""
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Set each entry to 1."""
    return constant_(tensor, 1.0)
