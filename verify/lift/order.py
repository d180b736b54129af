"""Comparisons of exact numbers and what is chosen by them, array by array: each is noted, and decided by the balls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.lift import elementary
from verify.lift.ball import Ball, difference
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


def chosen(relation: str, *, skip_nan: bool = False) -> Callable[..., Any]:
    """Return the larger ("max") or smaller ("min") of two arrays, the first where they are equal."""
    plain = np.frompyfunc(max if relation == "max" else min, 2, 1)
    towards = 1 if relation == "max" else -1

    def choose(x: Cells, y: Cells) -> Any:
        if not of_balls(x, y):
            return plain(x, y)
        margins = _MARGINS(x, y)
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
