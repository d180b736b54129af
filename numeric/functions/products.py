"""Products of vectors and matrices, and norms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from numeric.errors import NumericNotImplementedError, NumericRuntimeError
from numeric.functions import elementwise, reductions
from numeric.functions.operands import as_tensor_operand, cast, is_foreign, some_axes, spelled
from numeric.rulebook import rules
from numeric.rulebook.rule import Called
from numeric.tape import apply

if TYPE_CHECKING:
    from numeric.dtypes import DType
    from numeric.tensor import Tensor

_SQUEEZE = Called(rules["squeeze"], "SqueezeBackward4")  # as PyTorch names it after x @ matrix


_L1 = Called(rules["sum"], "LinalgVectorNormBackward0")
_LARGEST = Called(rules["max"], "LinalgVectorNormBackward0")
_SMALLEST = Called(rules["min"], "LinalgVectorNormBackward0")


def _factors(name: str, x: Any, y: Any, ranks: tuple[int, int] | None) -> tuple[Tensor, Tensor]:
    """Return two factors, checked.

    Raises
    ------
    NumericRuntimeError
        If their ranks or dtypes are not the operation's.
    NumericNotImplementedError
        If they hold booleans.
    """
    x, y = as_tensor_operand(x, name), as_tensor_operand(y, name)
    if ranks is not None and (x.ndim, y.ndim) != ranks:
        raise NumericRuntimeError(
            f"{name}: expected {ranks[0]}D and {ranks[1]}D tensors, but got {x.ndim}D and {y.ndim}D "
            f"(shapes {tuple(x.shape)} and {tuple(y.shape)})"
        )
    if not is_foreign(x) and x.dtype.category == 0:
        raise NumericNotImplementedError(f"{name} is not implemented for booleans: convert with .int()")
    if x.dtype != y.dtype and not (is_foreign(x) or is_foreign(y)):
        raise NumericRuntimeError(
            f"{name}: expected both tensors to have the same dtype, but found {x.dtype} and "
            f"{y.dtype}: convert one with .to()"
        )
    return x, y


def _product(name: str, x: Any, y: Any, ranks: tuple[int, int], inner: int) -> Tensor:
    x, y = _factors(name, x, y, ranks)
    if x.shape[-1] != y.shape[inner]:
        raise NumericRuntimeError(
            f"{name}: shapes {tuple(x.shape)} and {tuple(y.shape)} cannot be multiplied: "
            f"{x.shape[-1]} and {y.shape[inner]} must be equal"
        )
    return apply(rules[name], x, y)


def dot(x: Tensor, y: Tensor) -> Tensor:
    """Return the sum of the products of the entries of two vectors of one length.

    Raises
    ------
    NumericRuntimeError
        If they are not two vectors of one length and dtype.
    """
    return _product("dot", x, y, (1, 1), 0)


def mv(x: Tensor, y: Tensor) -> Tensor:
    """Return the product of a matrix (m, n) and a vector (n,).

    Raises
    ------
    NumericRuntimeError
        If ranks, sizes or dtypes do not fit.
    """
    return _product("mv", x, y, (2, 1), 0)


def mm(x: Tensor, y: Tensor) -> Tensor:
    """Return the product of a matrix (m, k) and a matrix (k, n).

    Raises
    ------
    NumericRuntimeError
        If ranks, sizes or dtypes do not fit.
    """
    return _product("mm", x, y, (2, 2), 0)


def bmm(x: Tensor, y: Tensor) -> Tensor:
    """Return the products of matrices (b, m, k) and (b, k, n), one by one.

    Raises
    ------
    NumericRuntimeError
        If ranks, sizes or dtypes do not fit.
    """
    x, y = _factors("bmm", x, y, (3, 3))
    if x.shape[0] != y.shape[0]:
        raise NumericRuntimeError(f"bmm: expected as many matrices on both sides, got {x.shape[0]} and {y.shape[0]}")
    return _product("bmm", x, y, (3, 3), 1)


def matmul(x: Tensor, y: Tensor) -> Tensor:
    """Return ``x @ y``: dot, mv, mm, or matrix products broadcast over leading axes.

    Raises
    ------
    NumericRuntimeError
        If a factor has no axes, or sizes or dtypes do not fit.
    """
    x, y = _factors("matmul", x, y, None)
    if x.ndim == 0 or y.ndim == 0:
        raise NumericRuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {x.ndim}D and {y.ndim}D: use *"
        )
    name = {(1, 1): "dot", (2, 1): "mv", (2, 2): "mm"}.get((x.ndim, y.ndim))
    if name is not None:
        return _product(name, x, y, (x.ndim, y.ndim), 0)
    left = x.unsqueeze(0) if x.ndim == 1 else x
    right = y.unsqueeze(1) if y.ndim == 1 else y
    out = _product("bmm", left, right, (left.ndim, right.ndim), -2)
    # No view of the product: nobody else holds it.
    out = apply(_SQUEEZE, out, axis=out.ndim - 2) if x.ndim == 1 else out
    return apply(_SQUEEZE, out, axis=out.ndim - 1) if y.ndim == 1 else out


def outer(x: Tensor, y: Tensor) -> Tensor:
    """Return the products of each entry of one vector with each of another.

    Raises
    ------
    NumericRuntimeError
        If they are not two vectors.
    """
    x, y = as_tensor_operand(x, "outer"), as_tensor_operand(y, "outer")
    if (x.ndim, y.ndim) != (1, 1):
        raise NumericRuntimeError(f"outer: Expected 1-D arguments, but got {x.ndim}-D and {y.ndim}-D")
    return elementwise.mul(x.unsqueeze(1), y)


def dist(x: Tensor, y: Tensor, p: float = 2) -> Tensor:
    """Return the norm of the difference of two tensors."""
    return norm(elementwise.sub(x, y), p)


def norm(
    x: Tensor,
    p: float | str | None = "fro",
    dim: Any = None,
    keepdim: bool = False,
    dtype: DType | None = None,
    *,
    axis: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """Return a norm of the entries, over all axes or those given.

    Parameters
    ----------
    x : Tensor
        Of a floating-point dtype.
    p : {"fro", float, None}
        2, "fro" and None: the root of the sum of squares; 1: the sum of absolute values; ``inf`` and
        ``-inf``: the largest and the smallest absolute value; 0: how many are not zero.
    dim, axis, keepdim, keepdims
        As for :func:`numeric.sum`.
    dtype : DType, optional
        Convert to it first.

    Returns
    -------
    Tensor
        At zero vectors its gradient is 0.

    Raises
    ------
    NumericRuntimeError
        If the entries are integers, or ``p`` is no norm we have.
    """
    x = as_tensor_operand(x, "norm")
    x = x if dtype is None else cast(x, dtype)
    if not is_foreign(x) and not x.dtype.is_floating_point:
        raise NumericRuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. "
            f"Got {x.dtype}: convert with .float()"
        )
    dim, keepdim = spelled(dim, axis, keepdim, keepdims)
    axes = some_axes(dim, x.ndim)
    if p in (None, "fro", 2):
        if x.ndim == 0:
            return elementwise.abs(x)  # the root of a square, without squaring
        return apply(rules["l2_norm"], x, axis=axes, keepdims=keepdim)
    size = elementwise.abs(x)
    if p in (math.inf, -math.inf):
        return apply(_LARGEST if p > 0 else _SMALLEST, size, axis=axes, keepdims=keepdim)
    if isinstance(p, str | bool):
        raise NumericRuntimeError(f"norm: expected p to be 'fro' or a number, got {p!r} (the nuclear norm is not here)")
    if p == 0:
        return apply(rules["l0_norm"], x, axis=axes, keepdims=keepdim)
    if p == 1:
        return apply(_L1, size, axis=axes, keepdims=keepdim)
    return _power_norm(size, p, axes, keepdim)


def _power_norm(size: Tensor, p: float, axes: tuple[int, ...] | None, keepdim: bool) -> Tensor:
    """Return ``(sum of size**p) ** (1/p)`` with the gradient 0 wherever it would be infinite at 0."""
    # Below p = 1 the power of 0 has no derivative: an entry 0 gets the gradient 0 by convention.
    powers = elementwise.pow(elementwise.where(size == 0, 1.0, size), p)
    total = reductions.sum(elementwise.where(size == 0, 0.0, powers), axes, keepdim)
    # Nor has the root of 0: so does the zero vector.
    positive = elementwise.pow(elementwise.where(total == 0, 1.0, total), 1.0 / p)
    return elementwise.where(total == 0, 0.0, positive)
