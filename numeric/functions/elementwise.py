"""Elementwise functions of tensors."""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.dtypes import bool_, get_default_dtype, int64
from numeric.errors import NumericNotImplementedError, NumericRuntimeError, NumericTypeError, NumericValueError
from numeric.functions.operands import (
    as_operand,
    as_tensor_operand,
    binary,
    cast,
    checked,
    is_foreign,
    raw,
    result_type,
    to_common,
)
from numeric.rulebook import rules
from numeric.rulebook.rule import Called
from numeric.tape import apply, unary_usual

if TYPE_CHECKING:
    from numeric.tensor import Tensor

_NUMBER_POW = Called(rules["pow"], "PowBackward2")
_RECIPROCAL = Called(rules["div"], "ReciprocalBackward0")
RSUB = Called(rules["sub"], "RsubBackward1")


def add(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    """Return ``x + alpha * y``."""
    y = y if alpha == 1 else mul(y, alpha)
    return checked(binary(rules["add"], x, y), "add", x, y)


def sub(x: Any, y: Any, *, alpha: float = 1) -> Tensor:
    """Return ``x - alpha * y``.

    Raises
    ------
    NumericRuntimeError
        If one is of booleans.
    """
    y = y if alpha == 1 else mul(y, alpha)
    return checked(subtract(rules["sub"], x, y), "sub", x, y)


def subtract(rule: Any, x: Any, y: Any) -> Any:
    """Return ``x - y``, recorded under the name of ``rule``; NotImplemented for foreign operands.

    Raises
    ------
    NumericRuntimeError
        If one is of booleans.
    """
    if _is_boolean(x) or _is_boolean(y):
        raise NumericRuntimeError(
            "Subtraction, the `-` operator, with a bool tensor is not supported: "
            "use `^` or logical_not(), or convert with .int()"
        )
    return binary(rule, x, y)


def _is_boolean(x: Any) -> bool:
    if isinstance(x, tape.Tensor):
        return x._array.dtype == np.bool_ and not is_foreign(x)
    return isinstance(x, bool | np.bool_)


def mul(x: Any, y: Any) -> Tensor:
    """Return ``x * y``, entry by entry (the Hadamard product)."""
    return checked(binary(rules["mul"], x, y), "mul", x, y)


def div(x: Any, y: Any, *, rounding_mode: str | None = None) -> Tensor:
    """Return ``x / y``; integers are divided as floating-point numbers.

    Parameters
    ----------
    x, y : Tensor or number
        Broadcast.
    rounding_mode : {"floor", "trunc"}, optional
        Round the quotient.

    Raises
    ------
    NumericValueError
        If ``rounding_mode`` is another word.
    """
    if rounding_mode == "floor":
        return floor_divide(x, y)
    quotient = checked(binary(rules["div"], x, y, real=True), "div", x, y)
    if rounding_mode is None:
        return quotient
    if rounding_mode != "trunc":
        raise NumericValueError(
            f"div expected rounding_mode to be one of None, 'trunc', 'floor', got {rounding_mode!r}"
        )
    return cast(trunc(quotient), result_type(as_operand(x), as_operand(y)))


def floor_divide(x: Any, y: Any) -> Tensor:
    """Return ``floor(x / y)``; its gradient is 0.

    Raises
    ------
    NumericRuntimeError
        If an integer is divided by zero.
    """
    return _discrete(np.floor_divide, x, y)


def remainder(x: Any, y: Any) -> Tensor:
    """Return ``x - floor(x / y) * y``: it has the sign of ``y``.

    Raises
    ------
    NumericRuntimeError
        If an integer is divided by zero.
    """
    a, b = as_operand(x), as_operand(y)
    if result_type(a, b).is_floating_point:
        return checked(binary(rules["sub"], x, mul(floor_divide(x, y), y)), "remainder", x, y)
    return _discrete(np.remainder, x, y)


def _discrete(ufunc: np.ufunc, x: Any, y: Any) -> Tensor:
    """Apply a ufunc whose gradient is 0 wherever it exists."""
    a, b = as_operand(x), as_operand(y)
    dtype = result_type(a, b)
    if dtype.category == 0:
        raise NumericNotImplementedError(f"{ufunc.__name__} is not implemented for booleans: convert with .int()")
    if not dtype.is_floating_point and np.any(np.asarray(raw(b)) == 0):
        raise NumericRuntimeError("ZeroDivisionError: an integer tensor was divided by zero")
    a, b = (raw(cast(z, dtype)) if isinstance(z, tape.Tensor) else z for z in (a, b))
    try:
        with np.errstate(all="ignore"):
            return tape.wrap(ufunc(a, b, dtype=dtype.numpy))
    except ValueError as error:
        raise NumericRuntimeError(f"{ufunc.__name__}: {error}. Sizes must be equal, or 1") from None


def pow(x: Any, exponent: Any) -> Tensor:  # noqa: A001  (PyTorch's name)
    """Return ``x ** exponent``; a number as exponent is not differentiated.

    Raises
    ------
    NumericRuntimeError
        If an integer is raised to a negative power.
    """
    return checked(power(x, exponent), "pow", x, exponent)


def power(x: Any, exponent: Any) -> Any:
    """Return ``x ** exponent``, or NotImplemented for foreign operands."""
    exponent = as_operand(exponent)
    if _is_boolean(x) and _is_boolean(exponent) and not isinstance(exponent, bool):
        raise NumericNotImplementedError("pow is not implemented for booleans: use .int()")
    if isinstance(x, int | float) and isinstance(exponent, tape.Tensor):
        kind = result_type(x, exponent).numpy
        base = tape.wrap(np.asarray(x).astype(kind)[()])  # its logarithm must have the dtype, too
        return binary(_NUMBER_POW, base, exponent)
    if not isinstance(x, tape.Tensor) or not isinstance(exponent, int | float):
        return binary(rules["pow"], x, exponent)
    if is_foreign(x) or (x.dtype.is_floating_point and type(exponent) in (int, float)):
        return apply(rules["scalar_pow"], x, exponent=exponent)
    dtype = result_type(x, exponent)
    if not dtype.is_floating_point and exponent < 0:
        raise NumericRuntimeError("Integers to negative integer powers are not allowed: convert with .float()")
    if dtype.category == 0:  # NumPy has no powers of booleans
        return cast(apply(rules["scalar_pow"], cast(x, int64), exponent=int(exponent)), dtype)
    return apply(rules["scalar_pow"], cast(x, dtype), exponent=exponent)


def square(x: Tensor) -> Tensor:
    """Return ``x ** 2``."""
    return pow(x, 2)


def reciprocal(x: Tensor) -> Tensor:
    """Return ``1 / x``."""
    return checked(binary(_RECIPROCAL, 1.0, x, real=True), "reciprocal", x)


def neg(x: Tensor) -> Tensor:
    """Return ``-x``.

    Raises
    ------
    NumericRuntimeError
        If ``x`` is of booleans.
    """
    x = as_tensor_operand(x, "neg")
    if not is_foreign(x) and x.dtype.category == 0:
        raise NumericRuntimeError("Negation, the `-` operator, on a bool tensor is not supported: use `~` or convert")
    return apply(rules["neg"], x)


def unary(name: str, x: Any, *, real: bool = False) -> Tensor:
    """Apply the rule ``name``; where ``real``, integers become floating-point numbers first."""
    out = unary_usual(rules[name], x)
    if out is not None:
        return out
    if type(x) is not tape.Tensor:
        x = as_tensor_operand(x, name)
    if real and not is_foreign(x) and not x.dtype.is_floating_point:
        x = cast(x, get_default_dtype())
    return apply(rules[name], x)


def exp(x: Tensor) -> Tensor:
    """Return ``e ** x``."""
    return unary("exp", x, real=True)


def log(x: Tensor) -> Tensor:
    """Return the natural logarithm of ``x``."""
    return unary("log", x, real=True)


def sqrt(x: Tensor) -> Tensor:
    """Return the square root of ``x``."""
    return unary("sqrt", x, real=True)


def sin(x: Tensor) -> Tensor:
    """Return the sine of ``x`` radians."""
    return unary("sin", x, real=True)


def cos(x: Tensor) -> Tensor:
    """Return the cosine of ``x`` radians."""
    return unary("cos", x, real=True)


def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent of ``x``."""
    return unary("tanh", x, real=True)


def cosh(x: Tensor) -> Tensor:
    """Return the hyperbolic cosine of ``x``."""
    return unary("cosh", x, real=True)


def sinh(x: Tensor) -> Tensor:
    """Return the hyperbolic sine of ``x``."""
    return unary("sinh", x, real=True)


def sigmoid(x: Tensor) -> Tensor:
    """Return ``1 / (1 + exp(-x))``."""
    return unary("sigmoid", x, real=True)


def abs(x: Tensor) -> Tensor:  # noqa: A001  (PyTorch's name)
    """Return the absolute value of ``x``; its gradient at 0 is 0.

    Raises
    ------
    NumericNotImplementedError
        If the entries are booleans.
    """
    if _is_boolean(x):
        raise NumericNotImplementedError("abs is not implemented for booleans: convert with .int()")
    return unary("abs", x)


def relu(x: Tensor) -> Tensor:
    """Return ``max(x, 0)``; its gradient at 0 is 0.

    Raises
    ------
    NumericRuntimeError
        If the entries are booleans.
    """
    if _is_boolean(x):
        raise NumericRuntimeError("Boolean inputs not supported for relu: convert with .int()")
    return unary("relu", x)


def sign(x: Tensor) -> Tensor:
    """Return -1, 0 or 1; its gradient is 0."""
    if _is_boolean(x):
        return cast(x, bool_)
    return unary("sign", x)


def floor(x: Tensor) -> Tensor:
    """Return the largest integer not above ``x``; its gradient is 0."""
    return unary("floor", x)


def ceil(x: Tensor) -> Tensor:
    """Return the smallest integer not below ``x``; its gradient is 0."""
    return unary("ceil", x)


def trunc(x: Tensor) -> Tensor:
    """Return ``x`` rounded towards 0; its gradient is 0."""
    return unary("trunc", x)


def round(x: Tensor) -> Tensor:  # noqa: A001  (PyTorch's name)
    """Return ``x`` rounded to the nearest integer, ties to even; its gradient is 0."""
    return unary("round", x)


def maximum(x: Tensor, y: Tensor) -> Tensor:
    """Return the larger of two entries; where they are equal each gets half the gradient."""
    return checked(binary(rules["maximum"], x, y), "maximum", x, y)


def minimum(x: Tensor, y: Tensor) -> Tensor:
    """Return the smaller of two entries; where they are equal each gets half the gradient."""
    return checked(binary(rules["minimum"], x, y), "minimum", x, y)


def clamp(x: Tensor, min: float | None = None, max: float | None = None) -> Tensor:  # noqa: A002
    """Return ``x`` with its entries moved into ``[min, max]``.

    Raises
    ------
    NumericRuntimeError
        If neither bound is given.
    NumericTypeError
        If a bound is not a number.
    """
    x = as_tensor_operand(x, "clamp")
    low, high = as_operand(min) if min is not None else None, max
    if low is None and high is None:
        raise NumericRuntimeError("clamp: At least one of 'min' or 'max' must not be None")
    for bound in (low, high):
        if bound is not None and not isinstance(bound, int | float):
            raise NumericTypeError(f"clamp: expected numbers as bounds, got {bound!r}")
    bounds = [bound for bound in (low, high) if bound is not None]
    x = x if is_foreign(x) else cast(x, result_type(x, *bounds))
    # An absent bound is the end of the dtype's range: every entry is on its right side.
    if is_foreign(x) or x.dtype.is_floating_point:
        ends = (-np.inf, np.inf)
    else:
        ends = (np.iinfo(x.dtype.numpy).min, np.iinfo(x.dtype.numpy).max)
    return apply(
        rules["clamp"],
        x,
        low=ends[0] if low is None else low,
        high=ends[1] if high is None else high,
    )


def where(condition: Tensor, x: Any, y: Any) -> Tensor:
    """Return ``x`` where ``condition`` holds and ``y`` elsewhere, all three broadcast."""
    condition = as_tensor_operand(condition, "where")
    x, y = as_operand(x), as_operand(y)
    checked(y if x is not NotImplemented else x, "where", x, y)
    if not (is_foreign(x) or is_foreign(y)):
        dtype = result_type(x, y)
        x, y = (z if isinstance(z, tape.Tensor) else tape.wrap(dtype.numpy.type(z)) for z in to_common((x, y), dtype))
    return apply(rules["where"], condition, x, y)
