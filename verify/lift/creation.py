"""NumPy's makers of arrays, as a program sees them that runs on exact numbers: floats become exact ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import Lifted, gathered
from verify.lift.literals import is_float
from verify.lift.plain import marked
from verify.lift.reading import PROGRAM, opaque

if TYPE_CHECKING:
    from collections.abc import Callable

PATCHES: dict[Any, dict[str, Callable[..., Any]]] = {}
"""What stands in for a module's functions while a program runs: by module, and by name."""


def stands_in(module: Any, *names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what programs that run on exact numbers call instead of a module's functions.

    The function is called as ``replacement(original, *args, **kwargs)``, and from programs alone: libraries and
    other threads meet the original.
    """

    def register(replacement: Callable[..., Any]) -> Callable[..., Any]:
        for name in names:
            PATCHES.setdefault(module, {})[name] = replacement
        return replacement

    return register


def holds_lifted(value: Any) -> bool:
    """Return whether a value is lifted, or a nested list with a lifted entry in it."""
    if type(value) in (list, tuple):
        return any(holds_lifted(item) for item in value)
    return isinstance(value, Lifted)


@stands_in(np, "zeros", "ones", "empty", "full", "eye", "identity", "tri")
def _made(original: Any, *args: Any, **kwargs: Any) -> Any:
    if holds_lifted(args) or holds_lifted(list(kwargs.values())):
        return _full_of(*args, **kwargs)
    plain = original(*args, **kwargs)
    if original is np.empty and is_float(plain.dtype):
        plain = np.zeros_like(plain)  # what was in memory before is not for exact numbers
    return _uniform(plain) if original is not np.eye and is_float(plain.dtype) and plain.size else marked(plain)


def _uniform(plain: Any) -> Any:
    """Lift an array of one value, whose exact number is then one object."""
    first = plain.flat[0]
    if not (plain == first).all():
        return marked(plain)
    constant = PROGRAM.get()
    return Lifted(np.full(plain.shape, constant(first, plain.dtype), dtype=object), plain.dtype, constant)


def _full_of(shape: Any, fill_value: Any, dtype: Any = None, **_: Any) -> Any:
    """Fill an array with a lifted number."""
    return np.full_like(fill_value, fill_value, dtype=dtype, shape=shape)


@stands_in(np, "array", "asarray", "asanyarray", "ascontiguousarray", "asfortranarray", "asarray_chkfinite", "require")
def _array(original: Any, value: Any, dtype: Any = None, *args: Any, **kwargs: Any) -> Any:
    if not holds_lifted(value):
        plain = original(value, dtype, *args, **kwargs)
        fresh = original is np.array or not isinstance(value, np.ndarray) or not is_float(plain.dtype)
        return marked(plain) if fresh else plain
    result = value if isinstance(value, Lifted) else of_list(value)
    result = as_array(result, kwargs.get("ndmin", 0))
    if dtype is not None and np.dtype(dtype) != result.dtype:
        return result.astype(dtype)
    return (
        result.copy() if original is np.array and kwargs.get("copy", True) and result.cells is _cells(value) else result
    )


def _cells(value: Any) -> Any:
    return value.cells if isinstance(value, Lifted) else None


def as_array(value: Lifted, ndmin: int = 0) -> Lifted:
    """Return a scalar as a 0-d array; with leading axes of size 1 up to `ndmin`."""
    cells = value.cells
    return (
        value.like(cells.reshape((1,) * (ndmin - cells.ndim) + cells.shape))
        if ndmin > cells.ndim
        else (value.like(cells.copy()) if value.scalar else value)
    )


def of_list(items: Any) -> Lifted:
    """Return the array that NumPy would make of a nested list, with exact numbers in it."""
    constant = PROGRAM.get() or _first(items).constant
    cells, dtype = gathered(items, constant)
    return Lifted(cells, dtype, constant)


def _first(items: Any) -> Any:
    if isinstance(items, Lifted):
        return items
    return next((found for item in items if holds_lifted(item) for found in [_first(item)]), None)


@stands_in(np, "arange", "linspace", "logspace", "geomspace", "indices", "frombuffer", "fromstring", "loadtxt")
def _constants(original: Any, *args: Any, **kwargs: Any) -> Any:
    if holds_lifted(list(args)) and original is np.arange:
        raise opaque("numpy.arange of exact numbers is not lifted: how many there are is no exact question")
    return marked(original(*args, **kwargs))


@stands_in(np, "fromiter")
def _fromiter(original: Any, items: Any, dtype: Any, *args: Any, **kwargs: Any) -> Any:
    held = list(items)
    if not holds_lifted(held):
        return marked(original(held, dtype, *args, **kwargs))
    return of_list(held).astype(dtype)


@stands_in(np, "fromfunction")
def _fromfunction(original: Any, function: Any, shape: Any, **kwargs: Any) -> Any:
    del original
    dtype = kwargs.pop("dtype", float)
    return function(*(marked(places) for places in np.indices(shape, dtype=dtype)), **kwargs)


@stands_in(np, "vectorize")
def vectorized(original: Any, function: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Return a function of numbers as one of arrays: each entry is given to it as a lifted scalar."""
    if function is None:  # used as a decorator with options
        return lambda given: vectorized(original, given, *args, **kwargs)
    if kwargs.get("signature"):
        raise opaque("numpy.vectorize with a signature is not lifted: write the loop")
    plain = original(function, *args, **kwargs)

    def mapped(*operands: Any, **options: Any) -> Any:
        if not any(holds_lifted(x) for x in operands):
            return marked(plain(*operands, **options))
        return entrywise(function, operands, options)

    return mapped


def entrywise(function: Any, operands: Any, options: Any) -> Any:
    """Call a function of numbers for every entry of arrays that are broadcast together."""
    wide = np.broadcast_arrays(*(_boxes(x) for x in operands))
    results = [function(*row, **options) for row in zip(*(w.ravel() for w in wide), strict=True)]
    array = of_list(results) if any(isinstance(r, Lifted) for r in results) else marked(np.array(results))
    return array.reshape(wide[0].shape)


def _boxes(x: Any) -> Any:
    """Return an object array of lifted scalars, or a plain array."""
    if isinstance(x, (list, tuple)) and holds_lifted(x):
        x = of_list(x)
    return x.boxed() if isinstance(x, Lifted) else np.asarray(x)
