"""Sorting and choosing by order, on exact numbers: decided by the balls, the margins noted, ties in NumPy's order."""

from __future__ import annotations

import functools
import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.errors import UndecidableError
from verify.lift.array import Lifted, object_array
from verify.lift.ball import Ball, difference
from verify.lift.functions import lifts
from verify.lift.order import of_balls, sign_array
from verify.lift.reading import current_notes, opaque, record

if TYPE_CHECKING:
    from collections.abc import Callable

Cells = Any


def _order(a: Any, b: Any) -> int:
    """Compare for a sort: NaN comes last, as in NumPy."""
    if type(a) is not Ball:
        return -1 if a < b else 1 if b < a else 0
    sign = difference(a, b).sign()
    if sign == sign:  # noqa: PLR0124 - not NaN
        return int(sign)
    return int(a.is_nan()) - int(b.is_nan())


_KEY = functools.cmp_to_key(_order)


def _along(cells: Cells, axis: Any) -> tuple[Cells, int]:
    """Return the cells flat or as they are, and the axis to go along."""
    return (cells.ravel(), 0) if axis is None else (cells, axis % max(cells.ndim, 1))


def _each_row(cells: Cells, axis: int, function: Callable[[Cells], Any]) -> Any:
    """Return the indices that a function gives for each row along an axis."""
    moved = np.moveaxis(cells, axis, -1)
    found = np.empty(moved.shape, dtype=np.intp)
    for index in np.ndindex(moved.shape[:-1]):
        found[index] = function(moved[index])
    return np.moveaxis(found, -1, axis)


def _row_order(row: Cells) -> tuple[Any, Cells | None]:
    """Return the indices that sort a row, and its neighbours' margins where they are known.

    The midpoints as floats propose an order, which stands where the balls of all neighbours agree.
    """
    if len(row) > 1 and of_balls(row):
        proposed = np.argsort(np.asarray(_MIDDLES(row), dtype=float), kind="stable")
        margins = _differences(row[proposed[1:]], row[proposed[:-1]])
        try:
            if (sign_array(margins) >= 0).all():
                return proposed, margins
        except UndecidableError:
            record(margins, "sort")
            raise
    keys = [_KEY(cell) for cell in row]
    return sorted(range(len(row)), key=keys.__getitem__), None


_MIDDLES = np.frompyfunc(lambda cell: float(cell.coefficient(0).mid()), 1, 1)


def order_along(cells: Cells, axis: int) -> Any:
    """Return the indices that sort along an axis, equal numbers in their own order; neighbours' margins are noted."""
    if not cells.ndim:
        return np.zeros((), dtype=np.intp)
    noted = []

    def of_row(row: Cells) -> Any:
        order, margins = _row_order(row)
        if current_notes() is not None and of_balls(row):
            noted.append(_differences(row[order[1:]], row[order[:-1]]) if margins is None else margins)
        return order

    order = _each_row(cells, axis, of_row)
    if noted:
        record(np.concatenate(noted), "sort")
    return order


_differences = np.frompyfunc(difference, 2, 1)


def sorted_cells(cells: Cells, axis: Any) -> Cells:
    """Return the cells in rising order along an axis, of the flat array for None."""
    cells, axis = _along(cells, axis)
    return np.take_along_axis(cells, order_along(cells, axis), axis) if cells.ndim else cells


@lifts(np.argsort)
def _argsort(a: Lifted, axis: Any = -1, **_: Any) -> Any:
    return order_along(*_along(a.cells, axis))


@lifts(np.sort)
def _sort(a: Lifted, axis: Any = -1, **_: Any) -> Any:
    return a.like(sorted_cells(a.cells, axis))


def partitioned(x: Lifted, kth: Any, axis: Any = -1) -> Cells:
    """Return the cells sorted: a partition too, and the only one whose order depends on nothing else."""
    del kth
    return sorted_cells(x.cells, axis)


@lifts(np.partition)
def _partition(a: Lifted, kth: Any, axis: Any = -1, **_: Any) -> Any:
    return a.like(partitioned(a, kth, axis))


@lifts(np.argpartition)
def _argpartition(a: Lifted, kth: Any, axis: Any = -1, **_: Any) -> Any:
    del kth
    return order_along(*_along(a.cells, axis))


@lifts(np.lexsort)
def _lexsort(keys: Any, axis: int = -1) -> Any:
    rows = [k.cells if isinstance(k, Lifted) else np.asarray(k) for k in keys]
    if any(row.ndim != 1 for row in rows) or axis not in (-1, 0):
        raise opaque("numpy.lexsort of exact numbers is lifted for keys of one axis")
    ranks = [_ranks(row) for row in rows]
    return np.lexsort(ranks)


def _ranks(row: Any) -> Any:
    """Return whole numbers in the order of the numbers, equal where they are."""
    if row.dtype != object:
        return row
    order = order_along(row, 0)
    steps = [0, *(int(_order(row[a], row[b]) != 0) for a, b in itertools.pairwise(order))]
    ranks = np.empty(len(row), dtype=np.intp)
    ranks[order] = np.cumsum(steps)[: len(row)]
    return ranks


@lifts(np.searchsorted)
def _searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """Count the entries that are smaller (left) or not larger (right)."""
    a = a if sorter is None else a[sorter]
    relation = np.less if side == "left" else np.less_equal
    v = v if isinstance(v, Lifted) else np.asarray(v)
    return np.asarray(relation(a, v[..., None])).sum(axis=-1)


@lifts(np.digitize)
def _digitize(x: Any, bins: Any, right: bool = False) -> Any:
    falling = len(bins) > 1 and bool(bins[0] > bins[-1])
    if falling:
        return len(bins) - np.searchsorted(bins[::-1], x, side="right" if right else "left")
    return np.searchsorted(bins, x, side="left" if right else "right")


# -- the largest and the smallest ------------------------------------------------------------------------------------


def _best(relation: str, better: Callable[[Any, Any], bool], skip_nan: bool) -> Callable[..., Any]:
    def found(a: Lifted, axis: Any = None, out: Any = None, *, keepdims: bool = False) -> Any:
        if out is not None:
            raise opaque(f"numpy.{relation}(out=) of exact numbers is not lifted")
        if not a.size:
            raise ValueError(f"attempt to get {relation} of an empty sequence")
        cells, along = _along(a.cells, axis)
        moved = np.moveaxis(cells, along, -1) if cells.ndim else cells.reshape(1)
        best = np.empty(moved.shape[:-1], dtype=np.intp)
        for index in np.ndindex(best.shape):
            best[index] = _best_of(moved[index], better, skip_nan)
        _note(moved, best, relation)
        if keepdims:
            return best.reshape((1,) * a.ndim) if axis is None else np.expand_dims(best, along)
        return best[()]

    return found


def _best_of(row: Cells, better: Callable[[Any, Any], bool], skip_nan: bool) -> int:
    """Return where the best entry is, the first of equals; NaN is the best of all, or is passed over."""
    best = 0
    for k in range(1, len(row)):
        if type(row[best]) is Ball and row[best].is_nan():
            if not skip_nan:
                return best
            best = k
        elif better(row[k], row[best]) or (not skip_nan and type(row[k]) is Ball and row[k].is_nan()):
            best = k
    return best


def _note(moved: Cells, best: Any, relation: str) -> None:
    """Note by how much the best entry is ahead of each other one."""
    if current_notes() is None or not of_balls(moved) or moved.shape[-1] < 2:
        return
    winners = np.take_along_axis(moved, best[..., None], -1)
    others = np.arange(moved.shape[-1]) != best[..., None]
    record(_differences(np.broadcast_to(winners, moved.shape)[others], moved[others]), relation)


lifts(np.argmax)(_best("argmax", lambda a, b: a > b, skip_nan=False))
lifts(np.argmin)(_best("argmin", lambda a, b: a < b, skip_nan=False))
lifts(np.nanargmax)(_best("argmax", lambda a, b: a > b, skip_nan=True))
lifts(np.nanargmin)(_best("argmin", lambda a, b: a < b, skip_nan=True))


@lifts(np.nonzero)
def _nonzero(a: Lifted) -> Any:
    return np.nonzero(a != 0)


@lifts(np.flatnonzero)
def _flatnonzero(a: Lifted) -> Any:
    return np.flatnonzero(a != 0)


@lifts(np.argwhere)
def _argwhere(a: Lifted) -> Any:
    return np.argwhere(a != 0)


@lifts(np.count_nonzero)
def _count_nonzero(a: Lifted, axis: Any = None, *, keepdims: bool = False) -> Any:
    return np.count_nonzero(a != 0, axis=axis, keepdims=keepdims)


@lifts(np.unique)
def _unique(
    ar: Lifted, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False, **__: Any
) -> Any:
    flat = ar.cells.ravel()
    ranks = _ranks(flat)
    _, index, inverse, counts = np.unique(ranks, return_index=True, return_inverse=True, return_counts=True)
    values = ar.like(object_array([flat[k] for k in index], (len(index),)))
    places: Any = inverse.reshape(ar.shape)
    extras = ((return_index, index), (return_inverse, places), (return_counts, counts))
    chosen = [extra for asked, extra in extras if asked]
    return (values, *chosen) if chosen else values
