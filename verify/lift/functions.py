"""Which NumPy functions can be lifted: the table, and those that only move entries about or ask for the layout."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift import folds  # noqa: F401 - fills in the methods of ufuncs
from verify.lift.array import FUNCTIONS, Lifted
from verify.lift.literals import is_float
from verify.lift.reading import opaque
from verify.lift.ufuncs import common_type, float_type

if TYPE_CHECKING:
    from collections.abc import Callable


def lifts(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what a function of NumPy does to lifted arrays."""

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            FUNCTIONS[function] = implementation
        return implementation

    return register


def lifts_named(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register likewise by name: not every NumPy has every function."""
    return lifts(*(getattr(np, name) for name in names if hasattr(np, name)))


def lifted_among(*values: Any) -> Lifted:
    """Return the first lifted array among values, nested lists looked through.

    Raises
    ------
    OpaqueError
        There is none.
    """
    found = _search(values)
    if found is None:
        raise opaque("exact numbers were expected among the arguments")
    return found


def _search(value: Any) -> Lifted | None:
    if isinstance(value, Lifted):
        return value
    if isinstance(value, (list, tuple)):
        return next((found for item in value if (found := _search(item)) is not None), None)
    return None


def _on_cells(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lift a function that only moves entries about."""

    def moved(x: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("subok", None)
        x = as_lifted(x, lifted_among(x, *args, *kwargs.values()))
        out = kwargs.pop("out", None)
        result = function(x.cells, *args, **kwargs)
        if out is not None:
            out[...] = x.like(result)
            return out
        if isinstance(result, (tuple, list)):
            return type(result)(x.like(part) for part in result)
        return x.like(result)

    return moved


def as_lifted(value: Any, like: Lifted) -> Lifted:
    """Return a value as a lifted array: a list gathered, a plain array as constants in its own dtype."""
    if isinstance(value, Lifted):
        return value
    return like.like(like.cells_of(value), float_type([value]))


def _masking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lift a function that puts zeros in place of some entries."""

    def moved(x: Any, *args: Any, **kwargs: Any) -> Any:
        x = as_lifted(x, lifted_among(x))
        return x.like(x.filled_in(function(x.cells, *args, **kwargs)))

    return moved


for _name in (
    "reshape", "transpose", "permute_dims", "matrix_transpose", "expand_dims", "squeeze", "broadcast_to", "flip",
    "moveaxis", "swapaxes", "rollaxis", "ravel", "take", "diagonal", "roll", "repeat", "tile", "rot90", "atleast_1d",
    "atleast_2d", "atleast_3d", "flipud", "fliplr", "resize", "delete", "split", "array_split", "hsplit", "vsplit",
    "dsplit", "unstack", "take_along_axis", "tril", "triu", "diag", "diagflat",
):  # fmt: skip
    if hasattr(np, _name):
        _made = _masking if _name in ("tril", "triu", "diag", "diagflat") else _on_cells
        FUNCTIONS[getattr(np, _name)] = _made(getattr(np, _name))
FUNCTIONS[np.lib.stride_tricks.sliding_window_view] = _on_cells(np.lib.stride_tricks.sliding_window_view)
for _name in ("diagonal", "matrix_transpose"):
    FUNCTIONS[getattr(np.linalg, _name)] = _on_cells(getattr(np.linalg, _name))


def _atleast(function: Any) -> Callable[..., Any]:
    one = _on_cells(function)

    def moved(*arrays: Any) -> Any:
        parts = [one(x) if isinstance(x, (Lifted, list, tuple)) else function(x) for x in arrays]
        return parts[0] if len(parts) == 1 else tuple(parts)

    return moved


for _function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
    FUNCTIONS[_function] = _atleast(_function)


@lifts(np.shape)
def _shape(a: Any) -> Any:
    return a.shape if isinstance(a, Lifted) else lifted_among(a).cells_of(a).shape


@lifts(np.ndim)
def _ndim(a: Any) -> int:
    return len(np.shape(a))


@lifts(np.size)
def _size(a: Lifted, axis: Any = None) -> int:
    shape = np.shape(a)
    return int(np.prod(shape, dtype=int)) if axis is None else int(shape[axis])


@lifts(np.copy)
def _copy(a: Lifted, order: Any = "K", subok: bool = False) -> Any:
    del order, subok
    return a.like(a.cells.copy())


def _indices_from(function: Any) -> Callable[..., Any]:
    def indices(a: Lifted, *args: Any, **kwargs: Any) -> Any:
        return function(np.empty(a.shape, dtype=bool), *args, **kwargs)

    return indices


for _name in ("diag_indices_from", "tril_indices_from", "triu_indices_from"):
    FUNCTIONS[getattr(np, _name)] = _indices_from(getattr(np, _name))


@lifts(np.broadcast_arrays)
def _broadcast_arrays(*args: Any, subok: bool = False) -> Any:
    del subok
    shape = np.broadcast_shapes(*(np.shape(x) for x in args))
    return tuple(np.broadcast_to(x, shape) for x in args)


@lifts(np.meshgrid)
def _meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    del copy
    meshgrid: Any = np.meshgrid
    places = meshgrid(*(np.arange(np.size(x)) for x in xi), sparse=sparse, indexing=indexing)
    return tuple(np.ravel(x)[k] for x, k in zip(xi, places, strict=True))


def _filled(value: Any) -> Callable[..., Any]:
    def fill(a: Any, dtype: Any = None, order: Any = "K", subok: bool = True, shape: Any = None, **_: Any) -> Any:
        del order, subok
        return full_like(a, value, dtype, shape)

    return fill


def full_like(a: Any, value: Any, dtype: Any = None, shape: Any = None) -> Any:
    """Return an array of one value in the shape of another; of a dtype that holds no floats, a plain one."""
    shape = np.shape(a) if shape is None else shape
    found = a.dtype if dtype is None else np.dtype(dtype)
    if not is_float(found):
        return np.full(shape, value.astype(found) if isinstance(value, Lifted) else value, dtype=found)
    x = lifted_among(a, value)
    cells = np.empty(shape, dtype=object)
    cells[...] = x.cells_of(value) if isinstance(value, (Lifted, np.ndarray, list)) else x.constant(value, found)
    return x.like(cells, found)


FUNCTIONS[np.zeros_like] = _filled(0)
FUNCTIONS[np.ones_like] = _filled(1)
FUNCTIONS[np.empty_like] = _filled(0)


@lifts(np.full_like)
def _full_like(a: Any, fill_value: Any, dtype: Any = None, *_: Any, shape: Any = None, **__: Any) -> Any:
    return full_like(a, fill_value, dtype, shape)


# -- joining ---------------------------------------------------------------------------------------------------------


def joined(join: Callable[..., Any], parts: Any, axis: Any, options: dict[str, Any]) -> Any:
    """Join arrays by a function on their cells."""
    parts = list(parts)
    x = lifted_among(parts)
    dtype = np.dtype(options["dtype"]) if options.get("dtype") is not None else common_type([_typed(p) for p in parts])
    result = x.like(join([x.cells_of(part) for part in parts], axis=axis), dtype)
    out = options.get("out")
    if out is not None:
        out[...] = result
        return out
    return result


def _typed(part: Any) -> Any:
    """Return a part as what has a dtype of its own: in an array, Python's numbers are float64 and int64."""
    if isinstance(part, Lifted):
        return part.like(part.cells) if part.weak else part
    return part if isinstance(part, (list, tuple)) else np.asarray(part)


@lifts(np.concatenate)
def _concatenate(arrays: Any, axis: Any = 0, out: Any = None, *, dtype: Any = None, **_: Any) -> Any:
    return joined(np.concatenate, arrays, axis, {"out": out, "dtype": dtype})


@lifts(np.stack)
def _stack(arrays: Any, axis: int = 0, out: Any = None, *, dtype: Any = None, **_: Any) -> Any:
    return joined(np.stack, arrays, axis, {"out": out, "dtype": dtype})


@lifts(np.vstack)
def _vstack(tup: Any, **_: Any) -> Any:
    return np.concatenate([np.atleast_2d(part) for part in tup], axis=0)


@lifts(np.hstack)
def _hstack(tup: Any, **_: Any) -> Any:
    parts = [np.atleast_1d(part) for part in tup]
    return np.concatenate(parts, axis=0 if parts and np.ndim(parts[0]) == 1 else 1)


@lifts(np.dstack)
def _dstack(tup: Any) -> Any:
    return np.concatenate([np.atleast_3d(part) for part in tup], axis=2)


@lifts(np.column_stack)
def _column_stack(tup: Any) -> Any:
    return np.concatenate([part if np.ndim(part) > 1 else np.reshape(part, (-1, 1)) for part in tup], axis=1)


@lifts(np.block)
def _block(arrays: Any) -> Any:
    depth = _depth(arrays)
    most = max(depth, _most_axes(arrays))
    return _blocked(arrays, depth, most)


def _depth(arrays: Any) -> int:
    return 1 + _depth(arrays[0]) if isinstance(arrays, list) else 0


def _most_axes(arrays: Any) -> int:
    return max(map(_most_axes, arrays)) if isinstance(arrays, list) else np.ndim(arrays)


def _blocked(arrays: Any, depth: int, most: int) -> Any:
    if not isinstance(arrays, list):
        return np.reshape(arrays, (1,) * (most - np.ndim(arrays)) + np.shape(arrays))
    return np.concatenate([_blocked(part, depth - 1, most) for part in arrays], axis=-depth)


@lifts(np.append)
def _append(arr: Any, values: Any, axis: Any = None) -> Any:
    parts = [arr, values] if axis is not None else [np.ravel(arr), np.ravel(values)]
    return np.concatenate(parts, axis=axis or 0)


@lifts(np.insert)
def _insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """Insert by places: the joined cells are picked in the order in which NumPy would put their indices."""
    x = lifted_among(arr, values)
    if axis is None:
        arr, axis = np.ravel(arr), 0
    old, new = x.cells_of(arr), x.cells_of(values)
    places = np.insert(np.arange(old.shape[axis]), obj, -1)
    if np.ndim(obj) == 0 and new.ndim:  # NumPy counts the values' first axis along `axis`
        new = np.moveaxis(np.array(new, ndmin=old.ndim), 0, axis) if new.ndim < old.ndim else new
        places = np.insert(np.arange(old.shape[axis]), [obj] * new.shape[axis], -1)
    shape = [len(places) if k == axis % old.ndim else n for k, n in enumerate(old.shape)]
    cells = np.empty(shape, dtype=object)
    fresh = (slice(None),) * (axis % old.ndim)
    cells[(*fresh, places >= 0)], cells[(*fresh, places < 0)] = old, new
    return x.like(cells, float_type([_typed(arr)]))
