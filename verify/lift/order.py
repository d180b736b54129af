"""Comparisons of exact numbers and what is chosen by them, array by array: each is noted, and decided by the balls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flint
import numpy as np
from flint import arb, arb_series

from verify.lift import elementary
from verify.lift.array import scalar_cells
from verify.lift.ball import Ball, difference, head_of
from verify.lift.reading import current_notes, record

if TYPE_CHECKING:
    from collections.abc import Callable

Cells = Any

_MARGINS = np.frompyfunc(difference, 2, 1)
_SIGNS = np.frompyfunc(lambda x: x.sign(), 1, 1)
_NAN = np.frompyfunc(lambda x: x.is_nan(), 1, 1)
_HALF = arb(0.5)


def of_balls(*operands: Cells) -> bool:
    """Return whether the cells are balls: formulas decide, and note, by themselves."""
    return all(type(cells.flat[0]) is Ball for cells in operands if cells.size)


def sign_array(margins: Cells) -> Any:
    """Return -1, 0, 1 or NaN an entry, as floats.

    Raises
    ------
    UndecidableError
        A ball holds zero and more.
    """
    return np.asarray(_SIGNS(margins), dtype=float)


def compared(ufunc: np.ufunc, relation: str) -> Callable[..., Any]:
    """Return a comparison of arrays of exact numbers that is noted."""

    def compare(x: Cells, y: Cells) -> Any:
        if not of_balls(x, y):
            return ufunc(x, y)
        margins = _MARGINS(x, y)
        record(margins, relation)
        return ufunc(sign_array(margins), 0)

    return compare


def against_zero(ufunc: np.ufunc, relation: str, x: Cells) -> Any:
    """Return the comparison of an array with zero, noted."""
    if not of_balls(x):
        return ufunc(x, 0)
    record(x, relation)
    return ufunc(sign_array(x), 0)


def cells_array(cells: Any) -> Cells:
    """Return an object array: NumPy hands over a bare number where an array has no axes."""
    return cells if isinstance(cells, np.ndarray) else scalar_cells(cells)


def _ties(margins: Cells, x: Cells) -> Any:
    """Return which entries are equal as far as the balls tell, or None where each is decided.

    Equal numbers that were computed twice (the larger of exp(x) and exp(x)) never compare as equal; where singular
    results are carried on, both go on as one ball that holds either.
    """
    notes = current_notes()
    if notes is None or not notes.carries:
        return None
    found = np.asarray(_UNDECIDED(margins, np.broadcast_to(x, margins.shape)), dtype=bool)
    return found if found.any() else None


def _undecided(margin: Ball, x: Ball) -> bool:
    head, size = head_of(margin.v), head_of(x.v)
    if head.is_exact() or not head.contains(0) or not size.is_finite():
        return False
    return bool(head.abs_upper() <= (abs(size) + 1).abs_upper() * arb(2) ** (-flint.ctx.prec // 2))


def _headless(margin: Ball) -> Ball:
    """Return a margin whose head, too near zero to tell, is zero."""
    v = margin.v
    if isinstance(v, arb):
        return Ball(arb(0))
    return Ball(arb_series([arb(0), *(v[k] for k in range(1, v.prec))], prec=v.prec))


def _union(x: Ball, y: Ball) -> Ball:
    """Return the enclosure of both numbers, coefficient by coefficient."""
    series = next((b.v for b in (x, y) if isinstance(b.v, arb_series)), None)
    if series is None:
        return Ball(x.v.union(y.v))
    order = min(b.v.prec for b in (x, y) if isinstance(b.v, arb_series))
    return Ball(arb_series([x.coefficient(k).union(y.coefficient(k)) for k in range(order)], prec=order))


_UNDECIDED = np.frompyfunc(_undecided, 2, 1)
_HEADLESS = np.frompyfunc(_headless, 1, 1)
_UNIONS = np.frompyfunc(_union, 2, 1)


def chosen(relation: str, *, skip_nan: bool = False) -> Callable[..., Any]:
    """Return the larger ("max") or smaller ("min") of two arrays, the first where they are equal."""
    plain = np.frompyfunc(max if relation == "max" else min, 2, 1)
    towards = 1 if relation == "max" else -1

    def choose_apart(x: Cells, y: Cells, margins: Cells, together: Any) -> Any:
        signs = np.zeros(margins.shape)
        signs[~together] = sign_array(margins[~together])
        return picked(towards * signs >= 0, x, y)

    def choose(x: Cells, y: Cells) -> Any:
        if not of_balls(x, y):
            return plain(x, y)
        margins = cells_array(_MARGINS(x, y))
        together = _ties(margins, cells_array(x))
        if together is not None:
            record(np.where(together, cells_array(_HEADLESS(margins)), margins), relation)
            apart = choose_apart(x, y, margins, together)
            return picked(together, cells_array(_UNIONS(x, y)), cells_array(apart))
        record(margins, relation)
        signs = sign_array(margins)
        nan = np.isnan(signs)
        first = towards * signs >= 0
        if nan.any():  # NaN wins, or loses, as in floats
            first |= nan & (np.asarray(_NAN(x), dtype=bool) != skip_nan)
        return picked(first, x, y)

    return choose


def picked(first: Any, x: Cells, y: Cells) -> Any:
    """Return `x` where the mask says so, else `y`; a bare number for 0-d arrays, as ufuncs do."""
    chosen: Any = np.where(first, x, y)
    return chosen[()]


def absolute(x: Cells) -> Any:
    """Return the absolute value, noted."""
    if of_balls(x):
        record(x, "abs")
    return np.absolute(x)


def sign(x: Cells) -> Any:
    """Return the sign as a number, noted."""
    if of_balls(x):
        record(x, "sign")
    return np.frompyfunc(lambda c: c.signum(), 1, 1)(x)


def stepped(name: str) -> Callable[[Cells], Any]:
    """Return a function that rounds to whole numbers, noted with the distance from its nearest step."""
    function = np.frompyfunc(getattr(elementary, name), 1, 1)
    offset = _HALF if name == "rint" else arb(0)

    def step(x: Cells) -> Any:
        if current_notes() is not None and of_balls(x):
            record(np.frompyfunc(lambda c: _from_step(c, offset), 1, 1)(x), name)
        return function(x)

    return step


def _from_step(cell: Ball, offset: arb) -> Ball:
    """Return the distance of a number from the nearest integer, or half-integer."""
    middle = cell.coefficient(0).mid() - offset
    return cell - Ball((middle + _HALF).floor() + offset) if middle.is_finite() else cell
