"""Jacobians and Hessians of functions of one tensor, in the names of ``torch.autograd.functional``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numeric import func

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.tensor import Tensor


def jacobian(f: Callable[..., Any], inputs: Any) -> Any:
    """Return the Jacobian at ``inputs``: a tensor of shape ``out.shape + x.shape``, or one an input."""
    if isinstance(inputs, tuple):
        return func.jacrev(f, tuple(range(len(inputs))))(*inputs)
    return func.jacrev(f)(inputs)


def hessian(f: Callable[[Tensor], Tensor], inputs: Tensor) -> Any:
    """Return the Hessian of a scalar function at a tensor, of shape ``x.shape + x.shape``."""
    return func.hessian(f)(inputs)
