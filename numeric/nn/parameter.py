"""The parameter: a leaf tensor that a module registers and an optimizer moves."""

from __future__ import annotations

from numeric.errors import NumericTypeError
from numeric.inplace import share
from numeric.tensor import Tensor


class Parameter(Tensor):
    """A leaf that a module registers when it becomes one of its attributes.

    Parameters
    ----------
    data
        A tensor, whose memory the parameter shares and whose history it does not have.
    requires_grad
        False for a frozen parameter.

    Raises
    ------
    NumericTypeError
        If `data` is not a tensor.
    NumericRuntimeError
        If it requires grad and its entries are not floating-point numbers.
    """

    __slots__ = ()

    def __init__(self, data: Tensor, requires_grad: bool = True) -> None:
        if not isinstance(data, Tensor):
            raise NumericTypeError(f"Parameter got a {type(data).__name__}; give a tensor")
        super().__init__(data.detach().numpy())
        share(data, self)
        self.requires_grad_(requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


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
