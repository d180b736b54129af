"""The methods of ufuncs on exact numbers: reduce, accumulate, reduceat, outer and at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import Lifted, scalar_cells
from verify.lift.order import against_zero, of_balls
from verify.lift.reading import opaque
from verify.lift.ufuncs import METHODS, delivered

if TYPE_CHECKING:
    from collections.abc import Sequence

_LOGICAL = (np.logical_or, np.logical_and)
_EXTREMES = (np.maximum, np.fmax, np.minimum, np.fmin)


def _operand(ufunc: np.ufunc, method: str, x: Any) -> Lifted:
    if not isinstance(x, Lifted):
        raise opaque(f"numpy.{ufunc.__name__}.{method} of {type(x).__name__} into exact numbers")
    return x


def _reduce(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    x = _operand(ufunc, "reduce", inputs[0])
    axis = inputs[1] if len(inputs) > 1 else options.get("axis", 0)
    if "where" in options and options["where"] is not True:
        x = _only_where(ufunc, x, options)
    keepdims = options.get("keepdims", False)
    if ufunc in _LOGICAL:
        truth = np.asarray(against_zero(np.not_equal, "!=", x.cells), dtype=bool)
        return delivered(self, ufunc, ufunc.reduce(truth, axis=axis, keepdims=keepdims), inputs, options.get("out"))
    initial = options.get("initial")
    cells = folded(function, ufunc, x, axis, keepdims=keepdims, empty=initial)
    if initial is not None and "where" not in options:
        cells = function(np.asarray(cells, dtype=object), x.cells_of(initial))
    return delivered(self, ufunc, x.filled_in(cells), inputs[:1], options.get("out"), options.get("dtype"))


def _only_where(ufunc: np.ufunc, x: Lifted, options: dict[str, Any]) -> Lifted:
    """Return the array with what leaves a fold unchanged in place of the entries that a mask leaves out."""
    neutral = options.get("initial", ufunc.identity)
    if neutral is None:
        raise ValueError(f"numpy.{ufunc.__name__}.reduce(where=) has no identity to begin with: give initial=")
    mask = np.broadcast_to(np.asarray(options["where"], dtype=bool), x.shape)
    return x.like(np.where(mask, x.cells, x.cells_of(neutral)))


def folded(function: Any, ufunc: np.ufunc, x: Lifted, axis: Any, *, keepdims: bool, empty: Any = None) -> Any:
    """Return the fold of a binary function along axes, first entry first; a bare number where no axis is left.

    What is folded from nothing is `empty`, or the function's identity.
    """
    if axis == ():
        return x.cells
    axes = tuple(range(x.ndim)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    kept = [a for a in range(x.ndim) if a not in axes]
    count = int(np.prod([x.shape[a] for a in axes], dtype=int))
    rows = x.cells.transpose(*axes, *kept).reshape(count, *(x.shape[a] for a in kept))
    folds = np.full(rows.shape[1:], x.constant(empty, x.dtype)) if empty is not None and not count else None
    result = np.asarray(_fold(function, ufunc, x, rows) if folds is None else folds, dtype=object)
    return np.expand_dims(result, axes) if keepdims else result[()]


def _fold(function: Any, ufunc: np.ufunc, x: Lifted, rows: Any) -> Any:
    if not len(rows):
        return _identity(ufunc, x, rows.shape[1:])
    if ufunc in _EXTREMES and of_balls(rows):
        return _extreme(function, rows)
    if function is ufunc:
        return ufunc.reduce(rows, axis=0)
    result = rows[0]
    for row in rows[1:]:
        result = function(np.asarray(result, dtype=object), np.asarray(row, dtype=object))
    return result


def _extreme(function: Any, rows: Any) -> Any:
    """Return the largest (or smallest) of the rows by rounds of a tournament: few operations on long arrays."""
    while len(rows) > 1:
        half = (len(rows) + 1) // 2
        winners = function(rows[: len(rows) - half], rows[half:])
        rows = np.concatenate([np.asarray(winners, dtype=object), rows[len(rows) - half : half]])
    return rows[0]


def _identity(ufunc: np.ufunc, x: Lifted, shape: tuple[int, ...]) -> Any:
    if ufunc.identity is None:
        raise ValueError(f"zero-size array to reduction operation {ufunc.__name__} which has no identity")
    return np.full(shape, x.constant(ufunc.identity, x.dtype), dtype=object)


def _accumulate(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    x, axis = _operand(ufunc, "accumulate", inputs[0]), options.get("axis", 0)
    if function is ufunc:
        return delivered(self, ufunc, ufunc.accumulate(x.cells, axis), inputs, options.get("out"), options.get("dtype"))
    along = np.moveaxis(x.cells, axis, 0).copy()
    for k in range(1, len(along)):
        along[k] = function(np.asarray(along[k - 1], dtype=object), np.asarray(along[k], dtype=object))
    return delivered(self, ufunc, np.moveaxis(along, 0, axis), inputs, options.get("out"), options.get("dtype"))


def _reduceat(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """Fold from each index to the next; an index that is not below the next gives its own entry."""
    x, starts, axis = _operand(ufunc, "reduceat", inputs[0]), np.asarray(inputs[1]), options.get("axis", 0)
    along = np.moveaxis(x.cells, axis, 0)
    stops = [*starts[1:], len(along)]
    parts = [
        folded(function, ufunc, x.like(along[a:b] if a < b else along[a : a + 1]), 0, keepdims=True)
        for a, b in zip(starts, stops, strict=True)
    ]
    return delivered(self, ufunc, np.moveaxis(np.concatenate(parts), 0, axis), [x], options.get("out"))


def _outer(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    x, y = (self.cells_of(a) for a in inputs)
    wide = x.reshape(x.shape + (1,) * y.ndim)
    return delivered(self, ufunc, function(wide, y), inputs, options.get("out"))


def _at(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> None:
    """Change entries in place, one after another: a repeated index is met each time."""
    del options
    target, where, *values = inputs
    if not isinstance(target, Lifted):
        raise opaque(f"numpy.{ufunc.__name__}.at into an array of floats: exact numbers cannot be stored there")
    given = [self.cells_of(v) for v in values]
    if function is ufunc:  # NumPy's own loop over objects
        ufunc.at(target.cells, where, *given)
        return
    places = np.arange(target.size).reshape(target.shape)[where]
    given = [np.broadcast_to(g, np.shape(places)) for g in given]
    for k, place in np.ndenumerate(places):
        index = np.unravel_index(place, target.shape)
        changed = function(scalar_cells(target.cells[index]), *(scalar_cells(g[k]) for g in given))
        target.cells[index] = changed


METHODS.update(reduce=_reduce, accumulate=_accumulate, reduceat=_reduceat, outer=_outer, at=_at)
