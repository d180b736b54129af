"""Sorting, statistics, joining and padding of exact numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from verify.lift.array import Lifted, object_array
from verify.lift.functions import lifts

# -- order -----------------------------------------------------------------------------------------------------


def _along(x: Lifted, axis: Any) -> tuple[Any, int]:
    """Return the cells flat or as they are, and the axis to go along."""
    return (x.cells.ravel(), 0) if axis is None else (x.cells, axis % x.ndim)


@lifts(np.argsort)
def _argsort(x: Lifted, axis: Any = -1, **_: Any) -> Any:
    """Sort by the balls' own comparisons: a tie that they do not decide raises."""
    cells, axis = _along(x, axis)
    moved = np.moveaxis(cells, axis, -1)
    order = np.empty(moved.shape, dtype=np.intp)
    for index in np.ndindex(moved.shape[:-1]):
        row = moved[index]
        order[index] = sorted(range(len(row)), key=lambda k: _Ordered(row[k]))
    return np.moveaxis(order, -1, axis)


class _Ordered:
    """A sort key that compares as the number does."""

    def __init__(self, cell: Any) -> None:
        self.cell = cell

    def __lt__(self, other: _Ordered) -> bool:
        return bool(self.cell < other.cell)


@lifts(np.sort)
def _sort(x: Lifted, axis: Any = -1, **_: Any) -> Any:
    cells, axis_ = _along(x, axis)
    return x.like(np.take_along_axis(cells, np.argsort(x, axis=axis), axis_))


def _best(x: Lifted, axis: Any, better: Any) -> Any:
    cells, axis = _along(x, axis)
    moved = np.moveaxis(cells, axis, -1)
    found = np.empty(moved.shape[:-1], dtype=np.intp)
    for index in np.ndindex(found.shape):
        row, best = moved[index], 0
        for k in range(1, len(row)):
            best = k if better(row[k], row[best]) else best
        found[index] = best
    return found[()] if found.ndim else int(found)


@lifts(np.argmax)
def _argmax(x: Lifted, axis: Any = None, **_: Any) -> Any:
    return _best(x, axis, lambda a, b: a > b)


@lifts(np.argmin)
def _argmin(x: Lifted, axis: Any = None, **_: Any) -> Any:
    return _best(x, axis, lambda a, b: a < b)


@lifts(np.take_along_axis)
def _take_along_axis(x: Lifted, indices: Any, axis: Any = -1) -> Any:
    return x.like(np.take_along_axis(x.cells, indices, axis))


@lifts(np.nonzero)
def _nonzero(x: Lifted) -> Any:
    return np.nonzero(x.cells.astype(bool))


# -- statistics ------------------------------------------------------------------------------------------------


@lifts(np.var)
def _var(x: Lifted, axis: Any = None, ddof: int = 0, keepdims: bool = False, **_: Any) -> Any:
    centred = x - np.mean(x, axis=axis, keepdims=True)
    total = np.sum(centred * centred, axis=axis, keepdims=keepdims)
    return total / (x.size // max(total.size, 1) - ddof)


@lifts(np.std)
def _std(x: Lifted, axis: Any = None, ddof: int = 0, keepdims: bool = False, **_: Any) -> Any:
    return np.sqrt(np.var(x, axis=axis, ddof=ddof, keepdims=keepdims))


@lifts(np.average)
def _average(x: Lifted, axis: Any = None, weights: Any = None, **_: Any) -> Any:
    if weights is None:
        return np.mean(x, axis=axis)
    return np.sum(x * weights, axis=axis) / np.sum(x.like(np.broadcast_to(x.cells_of(weights), x.shape)), axis=axis)


@lifts(np.median)
def _median(x: Lifted, axis: Any = None, **_: Any) -> Any:
    ordered = np.sort(x, axis=axis)
    along = 0 if axis is None else axis
    n = ordered.shape[along]
    middle = [np.take(ordered, k, axis=along) for k in ((n - 1) // 2, n // 2)]
    return (middle[0] + middle[1]) / 2


@lifts(np.diff)
def _diff(x: Lifted, n: int = 1, axis: int = -1, **_options: Any) -> Any:
    for _ in range(n):
        size = x.shape[axis]
        x = np.take(x, range(1, size), axis=axis) - np.take(x, range(size - 1), axis=axis)
    return x


@lifts(np.clip)
def _clip(x: Any, a_min: Any = None, a_max: Any = None, **options: Any) -> Any:
    a_min, a_max = options.get("min", a_min), options.get("max", a_max)
    x = x if a_min is None else np.maximum(x, a_min)
    return x if a_max is None else np.minimum(x, a_max)


@lifts(np.array_equal)
def _array_equal(x: Any, y: Any, **_: Any) -> bool:
    return np.shape(x) == np.shape(y) and bool(np.all(x == y))


@lifts(np.append)
def _append(x: Any, values: Any, axis: Any = None) -> Any:
    parts = [x, values] if axis is not None else [np.ravel(x), np.ravel(values)]
    return np.concatenate(parts, axis=axis or 0)


@lifts(np.split, np.array_split)
def _split(x: Lifted, sections: Any, axis: int = 0) -> list[Lifted]:
    return [x.like(part) for part in np.array_split(x.cells, sections, axis)]


@lifts(np.vstack)
def _vstack(parts: Any, **_: Any) -> Any:
    return np.concatenate([part if np.ndim(part) > 1 else np.reshape(part, (1, -1)) for part in parts], axis=0)


@lifts(np.hstack)
def _hstack(parts: Any, **_: Any) -> Any:
    return np.concatenate(list(parts), axis=1 if np.ndim(parts[0]) > 1 else 0)


@lifts(np.pad)
def _pad(x: Lifted, pad_width: Any, mode: str = "constant", **options: Any) -> Any:
    """Pad by placing indices: what is padded is a copy of an entry, or a constant."""
    places = np.arange(x.size).reshape(x.shape)
    if mode == "constant":
        value = x.constant(options.get("constant_values", 0), x.dtype)
        padded = np.pad(places, pad_width, constant_values=-1)
        flat = [*x.cells.ravel(), value]
        return x.like(object_array([flat[k] for k in padded.ravel()], padded.shape))
    pad: Any = np.pad  # its modes are typed apart, each with its options
    padded = pad(places, pad_width, mode=mode, **options)
    return x.like(x.cells.ravel()[padded])
