"""`float` and the `math` module, as a program sees them that runs on exact numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift import special
from verify.lift.array import Lifted
from verify.lift.creation import holds_lifted, of_list, stands_in

if TYPE_CHECKING:
    from collections.abc import Callable


class _FloatType(type):
    """Makes a class answer for a type of floats."""

    original: type
    dtype: Any

    def __instancecheck__(cls, instance: Any) -> bool:
        if isinstance(instance, Lifted):
            return instance.scalar and issubclass(instance.dtype.type, cls.original)
        return isinstance(instance, cls.original)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(getattr(subclass, "original", subclass), cls.original)

    def __eq__(cls, other: object) -> bool:
        if isinstance(other, np.dtype):
            return bool(other == cls.dtype)
        return getattr(other, "original", other) is cls.original

    def __hash__(cls) -> int:
        return hash(cls.original)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Return an exact number as it is, said to be of this dtype; of anything else what the type makes of it."""
        value = args[0] if args else 0.0
        if not holds_lifted(value):
            return cls.original(*args, **kwargs)
        if not isinstance(value, Lifted):
            return of_list(value).astype(cls.dtype)
        if cls.original is not float:
            cast = value.astype(cls.dtype)
            return cast if cast.ndim else cast.like(cast.cells[()])
        return value.as_python_float()

    def __getattr__(cls, name: str) -> Any:
        return getattr(type.__getattribute__(cls, "original"), name)


def _stands_for(original: Any) -> Any:
    """Return a class that stands for a type of floats; NumPy reads its dtype."""
    namespace = {"original": original, "dtype": np.dtype(original), "__doc__": original.__doc__}
    return _FloatType(original.__name__, (), namespace)


lifted_float = _stands_for(float)
"""`float`, which leaves an exact number exact."""

FLOAT_TYPES = {kind: _stands_for(kind) for kind in (np.float16, np.float32, np.float64, np.longdouble)}
"""NumPy's types of floats, likewise."""

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
        return _python(ufunc(*args)) if any(isinstance(x, Lifted) for x in args) else original(*args)

    return on_numbers


def _python(result: Any) -> Any:
    """Return numbers as Python's, as `math` does."""
    if isinstance(result, tuple):
        return tuple(_python(part) for part in result)
    return result.as_python_float() if isinstance(result, Lifted) else bool(result)


for _name, _ufunc in _UFUNCS.items():
    stands_in(math, _name)(_by_ufunc(_ufunc))


def _by_special(name: str) -> Callable[..., Any]:
    function = special.entrywise(name)

    def on_number(original: Any, x: Any) -> Any:
        return _python(x.like(function(x.cells))) if isinstance(x, Lifted) else original(x)

    return on_number


for _name, _special in (("erf", "erf"), ("erfc", "erfc"), ("gamma", "gamma"), ("lgamma", "gammaln")):
    stands_in(math, _name)(_by_special(_special))


@stands_in(math, "log")
def _log(original: Any, x: Any, *base: Any) -> Any:
    if not holds_lifted([x, *base]):
        return original(x, *base)
    return _python(np.log(x) / np.log(base[0]) if base else np.log(x))


@stands_in(math, "floor", "ceil", "trunc")
def _whole(original: Any, x: Any) -> Any:
    return int(getattr(np, original.__name__)(x)) if isinstance(x, Lifted) else original(x)


@stands_in(math, "hypot")
def _hypot(original: Any, *sides: Any) -> Any:
    return _python(np.sqrt(sum(x * x for x in sides))) if holds_lifted(list(sides)) else original(*sides)


@stands_in(math, "dist")
def _dist(original: Any, p: Any, q: Any) -> Any:
    p, q = list(p), list(q)
    return (
        _python(np.sqrt(sum((x - y) ** 2 for x, y in zip(p, q, strict=True))))
        if holds_lifted([p, q])
        else original(p, q)
    )


@stands_in(math, "fsum")
def _fsum(original: Any, items: Any) -> Any:
    items = list(items)
    return _python(np.sum(of_list(items))) if holds_lifted(items) else original(items)


@stands_in(math, "prod")
def _prod(original: Any, items: Any, *, start: Any = 1) -> Any:
    items = list(items)
    return _python(np.prod(of_list(items)) * start) if holds_lifted([items, start]) else original(items, start=start)


@stands_in(math, "isclose")
def _isclose(original: Any, x: Any, y: Any, *, rel_tol: Any = 1e-09, abs_tol: Any = 0.0) -> Any:
    if not holds_lifted([x, y]):
        return original(x, y, rel_tol=rel_tol, abs_tol=abs_tol)
    return bool(abs(x - y) <= np.maximum(rel_tol * np.maximum(abs(x), abs(y)), abs_tol))
