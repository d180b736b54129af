"""What layers compute, as functions of tensors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numeric.errors import NumericValueError
from numeric.rulebook import rules
from numeric.rulebook.rule import Called
from numeric.tape import apply

if TYPE_CHECKING:
    from numeric.tensor import Tensor

# PyTorch fuses these; here the last of the steps they are made of bears the name.
_AFFINE = Called(rules["add"], "AddmmBackward0")
_REDUCTIONS = {
    "mean": Called(rules["mean"], "MseLossBackward0"),
    "sum": Called(rules["sum"], "MseLossBackward0"),
}


def relu(x: Tensor) -> Tensor:
    """Positive part ``max(x, 0)`` of each entry; the derivative at 0 is 0, as in PyTorch."""
    return x.relu()


def sigmoid(x: Tensor) -> Tensor:
    """Logistic function ``1 / (1 + exp(-x))`` of each entry."""
    return x.sigmoid()


def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent of each entry."""
    return x.tanh()


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Affine map ``x weightᵀ + bias`` of the last axis.

    Parameters
    ----------
    x
        Of shape ``(..., in_features)``.
    weight
        Of shape ``(out_features, in_features)``, or ``(in_features,)`` for one output without axis.
    bias
        Of shape ``(out_features,)``, or None.

    Raises
    ------
    NumericRuntimeError
        If the sizes do not match.
    """
    out = x @ weight.t()
    if bias is None:
        return out
    return apply(_AFFINE, out, bias) if x.ndim == 2 and x.dtype == bias.dtype else out + bias


def mse_loss(x: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Squared error ``(x - target)²``.

    Parameters
    ----------
    x, target
        Tensors whose shapes broadcast; equal shapes are meant.
    reduction
        ``"mean"`` or ``"sum"`` over all entries, or ``"none"``.

    Raises
    ------
    NumericValueError
        If `reduction` is another word.
    """
    squares = (x - target) ** 2
    if reduction == "none":
        return squares
    if reduction not in _REDUCTIONS:
        raise NumericValueError(f"mse_loss got reduction={reduction!r}; give 'mean', 'sum' or 'none'")
    return apply(_REDUCTIONS[reduction], squares, axis=None, keepdims=False)
