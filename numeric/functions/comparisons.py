"""Functions that answer with truth values: they have no gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.errors import NumericRuntimeError, NumericTypeError
from numeric.functions.operands import as_operand, as_tensor_operand, raw, some_axes, spelled

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.rulebook.rule import Array
    from numeric.tensor import Tensor
    from numeric.variable import Variable


def compare(ufunc: np.ufunc, x: Any, y: Any) -> Any:
    """Compare two operands by a ufunc.

    Returns
    -------
    Tensor
        Of booleans; or NotImplemented for a foreign operand.

    Raises
    ------
    NumericRuntimeError
        If shapes do not fit.
    """
    x, y = as_operand(x), as_operand(y)
    if x is NotImplemented or y is NotImplemented:
        return NotImplemented
    a, b = _alike(raw(x), raw(y))
    try:
        with np.errstate(all="ignore"):
            return tape.wrap(ufunc(a, b))
    except ValueError:
        shapes = f"{np.shape(a)} and {np.shape(b)}"
        raise NumericRuntimeError(
            f"{ufunc.__name__} cannot compare shapes {shapes}: sizes must be equal or 1"
        ) from None


def _alike(a: Array, b: Array) -> tuple[Array, Array]:
    """Round a Python float to the other operand's precision, as arithmetic would."""
    if isinstance(b, float) and getattr(a, "dtype", None) == np.float16:
        return a, np.float16(b)
    return a, b


def _comparison(ufunc: np.ufunc) -> Any:
    def comparison(x: Any, y: Any) -> Tensor:
        result = compare(ufunc, x, y)
        return as_tensor_operand(result if result is not NotImplemented else y, ufunc.__name__)

    comparison.__name__ = ufunc.__name__
    comparison.__doc__ = f"Return where ``{ufunc.__name__}(x, y)`` holds, entry by entry."
    return comparison


eq = _comparison(np.equal)
ne = _comparison(np.not_equal)
lt = _comparison(np.less)
le = _comparison(np.less_equal)
gt = _comparison(np.greater)
ge = _comparison(np.greater_equal)
logical_and = _comparison(np.logical_and)
logical_or = _comparison(np.logical_or)
logical_xor = _comparison(np.logical_xor)


def logical_not(x: Tensor) -> Tensor:
    """Return where ``x`` is zero or false."""
    return tape.wrap(np.logical_not(raw(as_tensor_operand(x, "logical_not"))))


def bitwise(ufunc: np.ufunc, x: Any, *others: Any) -> Any:
    """Apply a bitwise ufunc to tensors of integers or booleans; NotImplemented if one is foreign."""
    operands = [as_operand(z) for z in (x, *others)]
    if NotImplemented in operands:
        return NotImplemented
    try:
        return tape.wrap(ufunc(*map(raw, operands)))
    except TypeError:
        kind = NumericTypeError if ufunc is np.invert else NumericRuntimeError
        raise kind(f"{ufunc.__name__} takes booleans and integers, got {[str(z.dtype) for z in operands]}") from None


def isnan(x: Tensor) -> Tensor:
    """Return where ``x`` is NaN."""
    return tape.wrap(np.isnan(raw(as_tensor_operand(x, "isnan"))))


def isinf(x: Tensor) -> Tensor:
    """Return where ``x`` is infinite."""
    return tape.wrap(np.isinf(raw(as_tensor_operand(x, "isinf"))))


def isfinite(x: Tensor) -> Tensor:
    """Return where ``x`` is neither infinite nor NaN."""
    return tape.wrap(np.isfinite(raw(as_tensor_operand(x, "isfinite"))))


def any(  # noqa: A001  (PyTorch's name)
    x: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    axis: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """Return whether an entry is true (not zero), over all axes or those given."""
    dim, keepdim = spelled(dim, axis, keepdim, keepdims)
    return _quantified(np.any, raw(as_tensor_operand(x, "any")), dim, keepdim)


def _quantified(function: Callable[..., Array], array: Array, dim: Any, keepdim: bool) -> Tensor:
    out = function(array, axis=some_axes(dim, array.ndim), keepdims=keepdim)
    # PyTorch answers bytes with a byte, everything else with a boolean.
    return tape.wrap(out.astype(np.uint8) if array.dtype == np.uint8 else out)


def all(  # noqa: A001  (PyTorch's name)
    x: Tensor,
    dim: Any = None,
    keepdim: bool = False,
    *,
    axis: Any = None,
    keepdims: bool | None = None,
) -> Tensor:
    """Return whether every entry is true (not zero), over all axes or those given."""
    dim, keepdim = spelled(dim, axis, keepdim, keepdims)
    return _quantified(np.all, raw(as_tensor_operand(x, "all")), dim, keepdim)


def isclose(x: Tensor, y: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Tensor:
    """Return where ``|x - y| <= atol + rtol * |y|``."""
    a, b = _same_dtype("isclose", x, y)
    with np.errstate(all="ignore"):
        return tape.wrap(np.isclose(a, b, rtol=rtol, atol=atol, equal_nan=equal_nan))


def allclose(x: Tensor, y: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Return whether ``|x - y| <= atol + rtol * |y|`` in every entry.

    Raises
    ------
    NumericRuntimeError
        If the dtypes differ.
    """
    return bool(np.all(raw(isclose(x, y, rtol, atol, equal_nan))))


def _same_dtype(name: str, x: Tensor, y: Tensor) -> tuple[Array, Array]:
    x, y = as_tensor_operand(x, name), as_tensor_operand(y, name)
    if x.dtype != y.dtype:
        raise NumericRuntimeError(
            f"{name}: expected tensors of one dtype, got {x.dtype} and {y.dtype}: convert with .to()"
        )
    return raw(x), raw(y)


def equal(x: Tensor, y: Tensor) -> bool:
    """Return whether two tensors have the same shape and the same entries (NaN equals nothing)."""
    a, b = raw(as_tensor_operand(x, "equal")), raw(as_tensor_operand(y, "equal"))
    return bool(tuple(a.shape) == tuple(b.shape) and np.all(a == b))


def is_nonzero(x: Variable) -> bool:
    """Return whether the only entry is not zero.

    Raises
    ------
    NumericRuntimeError
        If there are no entries, or several.
    """
    if x.numel() != 1:
        raise NumericRuntimeError(
            f"Boolean value of Tensor with {'no' if x.numel() == 0 else 'more than one'} value"
            f"{'s' if x.numel() == 0 else ''} is ambiguous: use any() or all()"
        )
    return bool(raw(x))
