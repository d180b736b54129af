"""`float` and the `math` module, as a program sees them that runs on exact numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import Lifted
from verify.lift.creation import holds_lifted, of_list, stands_in

if TYPE_CHECKING:
    from collections.abc import Callable


class _FloatType(type):
    """Makes `lifted_float` answer for `float`."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if isinstance(instance, Lifted):
            return instance.scalar and instance.dtype == np.float64
        return isinstance(instance, float)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, float)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is float

    def __hash__(cls) -> int:
        return hash(float)


class lifted_float(float, metaclass=_FloatType):  # noqa: N801 - it stands in for float
    """`float`, which leaves an exact number exact."""

    dtype = np.dtype(np.float64)  # what NumPy asks of a type that it does not know

    def __new__(cls, value: Any = 0.0) -> Any:
        """Return the number as a scalar of float64, or the float that Python makes of it."""
        if not isinstance(value, Lifted):
            return float(value)
        if value.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        return value.like(value.cells.item(), np.float64)


_UFUNCS = {
    "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log1p": np.log1p, "log2": np.log2, "log10": np.log10,
    "sqrt": np.sqrt, "cbrt": np.cbrt, "sin": np.sin, "cos": np.cos, "tan": np.tan, "asin": np.arcsin,
    "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2, "sinh": np.sinh, "cosh": np.cosh,
    "tanh": np.tanh, "asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh, "fabs": np.fabs,
    "copysign": np.copysign, "fmod": np.fmod, "pow": np.power, "radians": np.radians, "degrees": np.degrees,
    "isnan": np.isnan, "isinf": np.isinf, "isfinite": np.isfinite, "modf": np.modf, "ldexp": np.ldexp,
}  # fmt: skip


def _by_ufunc(ufunc: np.ufunc) -> Callable[..., Any]:
    def on_numbers(original: Any, *args: Any) -> Any:
        return ufunc(*args) if any(isinstance(x, Lifted) for x in args) else original(*args)

    return on_numbers


for _name, _ufunc in _UFUNCS.items():
    stands_in(math, _name)(_by_ufunc(_ufunc))


@stands_in(math, "log")
def _log(original: Any, x: Any, *base: Any) -> Any:
    if not holds_lifted([x, *base]):
        return original(x, *base)
    return np.log(x) / np.log(base[0]) if base else np.log(x)


@stands_in(math, "floor", "ceil", "trunc")
def _whole(original: Any, x: Any) -> Any:
    return int(getattr(np, original.__name__)(x)) if isinstance(x, Lifted) else original(x)


@stands_in(math, "hypot")
def _hypot(original: Any, *sides: Any) -> Any:
    return np.sqrt(sum(x * x for x in sides)) if holds_lifted(list(sides)) else original(*sides)


@stands_in(math, "dist")
def _dist(original: Any, p: Any, q: Any) -> Any:
    p, q = list(p), list(q)
    return np.sqrt(sum((x - y) ** 2 for x, y in zip(p, q, strict=True))) if holds_lifted([p, q]) else original(p, q)


@stands_in(math, "fsum")
def _fsum(original: Any, items: Any) -> Any:
    items = list(items)
    return np.sum(of_list(items)) if holds_lifted(items) else original(items)


@stands_in(math, "prod")
def _prod(original: Any, items: Any, *, start: Any = 1) -> Any:
    items = list(items)
    return np.prod(of_list(items)) * start if holds_lifted([items, start]) else original(items, start=start)


@stands_in(math, "isclose")
def _isclose(original: Any, x: Any, y: Any, *, rel_tol: Any = 1e-09, abs_tol: Any = 0.0) -> Any:
    if not holds_lifted([x, y]):
        return original(x, y, rel_tol=rel_tol, abs_tol=abs_tol)
    return bool(abs(x - y) <= np.maximum(rel_tol * np.maximum(abs(x), abs(y)), abs_tol))
