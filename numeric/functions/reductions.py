"""Functions that reduce axes, and running sums. ``dim`` may be spelled ``axis``, ``keepdim`` ``keepdims``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from numeric import tape
from numeric.dtypes import DType, int64
from numeric.errors import NumericIndexError, NumericRuntimeError
from numeric.functions import elementwise
from numeric.functions.layout import cat, movedim
from numeric.functions.operands import (
    as_tensor_operand,
    binary,
    cast,
    checked,
    is_foreign,
    one_axis,
    raw,
    some_axes,
    spelled,
)
from numeric.rulebook import rules
from numeric.rulebook.rule import Called
from numeric.tape import apply

if TYPE_CHECKING:
    from numeric.tensor import Tensor

_MAX_AT = Called(rules["index"], "MaxBackward0")
_PRODUCT = Called(rules["index"], "ProdBackward0")
_MIN_AT = Called(rules["index"], "MinBackward0")


class Extreme(NamedTuple):
    """Extreme values along an axis, and where they stand."""

    values: Tensor
    indices: Tensor

    def __repr__(self) -> str:
        name = type(self).__name__.lower()
        return f"torch.return_types.{name}(\nvalues={self.values!r},\nindices={self.indices!r})"


class Max(Extreme):
    """Largest values along an axis, and where they stand."""

    __slots__ = ()


class Min(Extreme):
    """Smallest values along an axis, and where they stand."""

    __slots__ = ()


def _summand(x: Tensor, name: str, dtype: DType | None) -> Tensor:
    """Return what is summed: integers and booleans as int64, unless a dtype is asked for."""
    x = as_tensor_operand(x, name)
    if dtype is not None:
        return cast(x, dtype)
    if is_foreign(x) or x.dtype.is_floating_point:
        return x
    return cast(x, int64)


def sum(  # noqa: A001  (PyTorch's name)
    x: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: DType | None = None,
) -> Tensor:
    """Return the sum of the entries, over all axes or those given.

    Parameters
    ----------
    x : Tensor
        Of any shape.
    dim, axis : int or tuple of int, optional
        The axes that disappear.
    keepdim, keepdims : bool
        Keep them, with size 1.
    dtype : DType, optional
        Convert to it first.

    Returns
    -------
    Tensor
        Integers and booleans are summed in int64.

    Raises
    ------
    NumericIndexError
        If there is no such axis.
    NumericRuntimeError
        If an axis is given twice.
    """
    dim, keepdim = spelled(dim, axis, keepdim, keepdims)
    x = _summand(x, "sum", dtype)
    return apply(rules["sum"], x, axis=some_axes(dim, x.ndim), keepdims=keepdim)


def mean(
    x: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    axis: Any = None,
    keepdims: bool | None = None,
    dtype: DType | None = None,
) -> Tensor:
    """Return the mean of the entries: their sum over their count. Parameters as for :func:`sum`.

    Raises
    ------
    NumericRuntimeError
        If the entries are integers or booleans.
    """
    dim, keepdim = spelled(dim, axis, keepdim, keepdims)
    x = as_tensor_operand(x, "mean")
    x = x if dtype is None else cast(x, dtype)
    if not is_foreign(x) and not x.dtype.is_floating_point:
        raise NumericRuntimeError(
            "mean(): could not infer output dtype. Input dtype must be a floating point type, "
            f"got {x.dtype}: convert with .float()"
        )
    return apply(rules["mean"], x, axis=some_axes(dim, x.ndim), keepdims=keepdim)


def cumsum(x: Tensor, dim: int | None = None, *, axis: int | None = None, dtype: DType | None = None) -> Tensor:
    """Return the running sum along an axis; the shape stays.

    Raises
    ------
    NumericIndexError
        If there is no such axis.
    NumericTypeError
        If no axis is given.
    """
    dim, _ = spelled(dim, axis, keepdim=False, keepdims=None)
    x = _summand(x, "cumsum", dtype)
    along = one_axis(dim, x.ndim)
    return apply(rules["cumsum"], x, axis=along) if x.ndim else x.clone()


def prod(
    x: Tensor,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    axis: int | None = None,
    keepdims: bool | None = None,
    dtype: DType | None = None,
) -> Tensor:
    """Return the product of the entries, of all or along one axis. Parameters as for :func:`sum`.

    The entries are multiplied in pairs, the products in pairs again: the gradient at zeros needs no
    special case.
    """
    dim, keepdim = spelled(dim, axis, keepdim, keepdims)
    x = _summand(x, "prod", dtype)
    shape = tuple(x.shape)
    if dim is None:
        out = x.reshape(-1)
        kept: tuple[int, ...] = (1,) * len(shape)
    else:
        along = one_axis(dim, x.ndim)
        out = x.reshape(-1) if not shape else movedim(x, along, 0)
        kept = (*shape[:along], *([1] if shape else []), *shape[along + 1 :])
    while out.shape[0] > 1:
        half = out.shape[0] // 2
        paired = out[:half] * out[half : 2 * half]
        out = paired if out.shape[0] % 2 == 0 else cat((paired, out[2 * half :]))
    if not out.shape[0]:
        out = cat((out, out.new_ones((1, *out.shape[1:]))))  # an empty product is 1
    return out.reshape(kept) if keepdim else apply(_PRODUCT, out, key=0)


def _nonempty(x: Tensor, name: str) -> Tensor:
    x = as_tensor_operand(x, name)
    if x.numel() == 0:
        raise NumericIndexError(f"{name}(): expected a tensor with entries, got shape {tuple(x.shape)}")
    return x


def _extreme(name: str, x: Tensor, dim: Any, other: Any, keepdim: bool) -> Any:
    """Do max or min in PyTorch's three forms: of two tensors, of all entries, along an axis."""
    second = dim if isinstance(dim, tape.Tensor) else other
    if second is not None:
        return checked(binary(rules[f"{name}imum"], x, second), name, x, second)
    if dim is None:
        return apply(rules[name], _reducible(x, name), axis=None, keepdims=False)
    x = as_tensor_operand(x, name)
    along = one_axis(dim, x.ndim)
    pair = Max if name == "max" else Min
    if x.ndim == 0:
        return pair(x.clone(), tape.wrap(np.zeros((), dtype=np.int64)))
    where = _arg(name, x, along, keepdim)
    # An open mesh over the other axes, and the place found along this one.
    key = list(np.indices(tuple(n for axis, n in enumerate(x.shape) if axis != along), sparse=True))
    places = raw(where)
    if keepdim:
        key = [np.expand_dims(mesh, along) for mesh in key]
    key.insert(along, places)
    return pair(apply(_MAX_AT if name == "max" else _MIN_AT, x, key=tuple(key)), where)


def _reducible(x: Tensor, name: str) -> Tensor:
    x = as_tensor_operand(x, name)
    if x.numel() == 0:
        raise NumericRuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0: "
            f"a tensor of shape {tuple(x.shape)} has no entry"
        )
    return x


def max(  # noqa: A001  (PyTorch's name)
    x: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    axis: Any = None,
    keepdims: bool | None = None,
    other: Tensor | None = None,
) -> Any:
    """Return the largest entry; along an axis its values and indices; of two tensors the larger entries.

    Equal largest entries of all share the gradient; along an axis the first one gets it.
    """
    dim, keepdim = spelled(dim, axis, keepdim, keepdims)
    return _extreme("max", x, dim, other, keepdim)


def min(  # noqa: A001  (PyTorch's name)
    x: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    axis: Any = None,
    keepdims: bool | None = None,
    other: Tensor | None = None,
) -> Any:
    """Return the smallest entry, in the forms of :func:`max`."""
    dim, keepdim = spelled(dim, axis, keepdim, keepdims)
    return _extreme("min", x, dim, other, keepdim)


def amax(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Return the largest entries over axes; equal ones share the gradient."""
    x = _nonempty(x, "amax")
    return apply(rules["max"], x, axis=some_axes(dim, x.ndim), keepdims=keepdim)


def amin(x: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Return the smallest entries over axes; equal ones share the gradient."""
    x = _nonempty(x, "amin")
    return apply(rules["min"], x, axis=some_axes(dim, x.ndim), keepdims=keepdim)


def _arg(name: str, x: Tensor, dim: Any, keepdim: bool) -> Tensor:
    x = as_tensor_operand(x, f"arg{name}")
    if dim is None or not x.ndim or not x.shape[one_axis(dim, x.ndim)]:
        _nonempty(x, f"arg{name}")
    array = raw(x)
    if array.dtype == np.bool_:
        raise NumericRuntimeError(f"arg{name}(): does not support bool input: convert with .int()")
    axis = None if dim is None else one_axis(dim, array.ndim)
    if array.ndim == 0:
        return tape.wrap(np.zeros((), dtype=np.int64))
    found = (np.argmax if name == "max" else np.argmin)(array, axis=axis, keepdims=keepdim)
    return tape.wrap(np.asarray(found, dtype=np.int64))


def argmax(x: Tensor, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None) -> Tensor:
    """Return where the largest entry stands (the first of equal ones), in row-major order or along an axis."""
    return _arg("max", x, spelled(dim, axis, keepdim, None)[0], keepdim)


def argmin(x: Tensor, dim: int | None = None, keepdim: bool = False, *, axis: int | None = None) -> Tensor:
    """Return where the smallest entry stands (the first of equal ones), in row-major order or along an axis."""
    return _arg("min", x, spelled(dim, axis, keepdim, None)[0], keepdim)


def var(
    x: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    correction: int = 1,
    unbiased: bool | None = None,
) -> Tensor:
    """Return the variance, with ``count - correction`` as divisor (``unbiased``: 1 or 0)."""
    if unbiased is not None:
        correction = int(unbiased)
    centred = x - mean(x, dim, keepdim=True)
    squares = sum(centred * centred, dim, keepdim)
    count = x.numel() // (squares.numel() or 1)
    return squares / float(count - correction if count > correction else 0)


def std(
    x: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    correction: int = 1,
    unbiased: bool | None = None,
) -> Tensor:
    """Return the standard deviation, with ``count - correction`` as divisor.

    Its gradient is 0 where all entries are equal.
    """
    square = var(x, dim, keepdim, correction=correction, unbiased=unbiased)
    zero = square == 0
    return elementwise.where(zero, 0.0, elementwise.sqrt(elementwise.where(zero, 1.0, square)))
