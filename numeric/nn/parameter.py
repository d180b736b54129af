"""The parameter: a leaf tensor that a module registers and an optimizer moves."""

from __future__ import annotations

from numeric.tensor import Tensor


def clear_gradient(tensor: Tensor, *, set_to_none: bool) -> None:
    """Drop the gradient of a tensor, or cut it from its graph and fill it with zeros.

    An optimizer skips a parameter whose gradient is None; one whose gradient is zero still moves by
    momentum and weight decay.
    """
    if tensor.grad is None:
        return
    if set_to_none:
        tensor.grad = None
        return
    if tensor.grad.grad_fn is not None:  # after backward(create_graph=True)
        tensor.grad.detach_()
    else:
        tensor.grad.requires_grad_(False)
    tensor.grad.zero_()
