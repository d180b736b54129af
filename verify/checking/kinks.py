"""Kinks: where one-sided derivatives differ, a claim between them is a valid subgradient.

Along u the function has one slope towards t > 0 and one towards t < 0. Where no tie of a comparison moves along u
and the two are equal, the derivative along u exists and the claim must be it. Where they differ, any value between
them (output by output) is a convention. Where several ties move at once, a claim may mix the conventions of each, and
nothing is said along that direction: unit vectors and the direction of all ones keep the ties apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.checking.exact import coefficients
from verify.checking.formats import as_arb, format_of
from verify.compare import Entry
from verify.diagnosis import NOT_FINITE, SUBGRADIENT
from verify.errors import SingularError, UndecidableError
from verify.failures import number
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.exact import Cotangents, Exactly, Slopes
    from verify.checking.findings import Finding
    from verify.checking.formula import Question

MOST_UNITS = 24
"""Unit vectors tried at a kink; where there are more entries, those at zero or equal to another come first."""

SINGLE = 2.0**-23
"""Code for half precision is code for single precision: its constants are as near."""

ROUNDED = 64
"""Ulps granted to a claim at a kink: its constants may be rounded."""

CHAINS = frozenset({"sort", "argsort", "partition", "argpartition", "argmax", "argmin", "lexsort"})
"""Comparisons whose ties hang together: one that moves may change places with any other."""

Direction = dict[int, Any]


@dataclass(frozen=True)
class Sides:
    """The slopes of <out_bar, f> to both sides of a point along one direction."""

    low: arb
    high: arb
    ties: int
    smooth: bool
    slopes: Any

    def admits(self, claimed: arb, room: arb) -> bool:
        """Whether a claim may lie between the sides, give or take the rounding of constants."""
        return bool(claimed.is_finite() and not (claimed < self.low - room or claimed > self.high + room))


@dataclass(frozen=True)
class Look:
    """What a look at a possible kink came to: a finding, or a direction along which the derivative exists."""

    finding: Finding | None = None
    direction: Direction = field(default_factory=dict)
    slopes: Any = None


NO_VALUE = "the pullback has no finite value at a kink whose one-sided derivatives are finite"


UNDEFINED = Look()
"""The claim is NaN at a kink, or a quotient of zeros, that the caller did not name: that is said."""


def _rooted(slopes: Slopes) -> bool:
    """Whether the function takes a root of zero, or divides zero by zero, on its way."""
    return slopes.singular or slopes.notes.roots > 0


def look(question: Question, exactly: Exactly, pulled: Cotangents, u: Direction, slopes: Slopes) -> Look:
    """Say whether a disagreement along u is one of kinks, or find a direction along which it is none."""
    sides = _sides(question, exactly, u, slopes)
    known = pairing_is_finite(pulled)
    if sides is not None and sides.smooth and not sides.ties and (known or not _rooted(slopes)):
        return Look(direction=u, slopes=slopes)
    if not known and not question.point.given and sides is not None:  # a kink, or a quotient of zeros: that is said
        return Look(question.seen(Status.AGREE, notes=(NO_VALUE,)))
    notes = ["a valid subgradient at a kink"]
    for w in _directions(question):
        found = _against(question, exactly, pulled, w)
        if found is UNDEFINED:
            notes = [NO_VALUE]
        elif found is not None:
            return found
    if sides is None:
        return Look(question.seen(Status.NOT_APPLICABLE, "the function has no finite derivative on one side"))
    return Look(question.seen(Status.AGREE, notes=tuple(notes)))


def pairing_is_finite(pulled: Cotangents) -> bool:
    """Whether every claimed entry is a number."""
    return all(cell.coefficient(0).is_finite() for bar in pulled.bars if bar is not None for cell in bar.ravel())


def _against(question: Question, exactly: Exactly, pulled: Cotangents, w: Direction) -> Look | None:
    """Hold the claim along one direction against the sides; None where nothing objects."""
    try:
        slopes = exactly.along(w)
        sides = _sides(question, exactly, w, slopes)
    except (UndecidableError, SingularError):
        return None
    if sides is None:
        return None
    claimed = _claimed(question, pulled, w)
    return (
        None if sides.ties > 1 and claimed.is_finite() else _held(question, claimed, sides, w, _room(question, pulled))
    )


def _room(question: Question, pulled: Cotangents) -> float:
    """Return what is granted to a claim, by its size: its constants are rounded, its own branches may approximate."""
    eps = format_of(question.point.dtype).eps
    return max(ROUNDED * min(eps, SINGLE), min(eps**0.5, 0.03) if pulled.notes.comparisons else 0.0)


def _held(question: Question, claimed: arb, sides: Sides, w: Direction, room: float) -> Look | None:
    """Say what a claim along one direction is, given the slopes to both sides."""
    if not claimed.is_finite():
        if not question.point.given and (sides.ties or _rooted(sides.slopes) or not sides.smooth):
            return UNDEFINED
        status = Status.DISAGREE if question.point.given or sides.smooth else Status.UNSTABLE
        return Look(question.seen(status, NO_VALUE, diagnosis=NOT_FINITE, entries=_entry(claimed, sides)))
    size = abs(claimed) + abs(sides.low) + abs(sides.high)
    if sides.admits(claimed, size * room):
        return None
    if sides.smooth:  # what a tie makes smooth along w may be a mixture of conventions all the same
        return None if sides.ties else Look(direction=w, slopes=sides.slopes)
    words = (
        f"along one direction the pullback gives {number(claimed)}, outside {number(sides.low)} to {number(sides.high)}"
    )
    return Look(question.seen(Status.DISAGREE, words, diagnosis=SUBGRADIENT, entries=_entry(claimed, sides)))


def _entry(claimed: arb, sides: Sides) -> tuple[Entry, ...]:
    true = sides.low.union(sides.high)
    return (Entry("<x_bar, x_dot>", (), claimed, true, (sides.low, sides.high)),)


def _claimed(question: Question, pulled: Cotangents, w: Direction) -> arb:
    """Return <x_bar, w>: as read exactly or, where that is not finite, as it runs with room for its rounding."""
    total, ran, size = arb(0), arb(0), arb(0)
    for k, step in w.items():
        cells = coefficients(pulled.bars[k], 0).ravel()
        for c, value, weight in zip(cells, np.ravel(question.bars[k]), np.ravel(step), strict=True):
            if weight:
                term = as_arb(value) * as_arb(weight)
                total, ran, size = total + c * as_arb(weight), ran + term, size + abs(term)
    if total.is_finite() or not ran.is_finite():
        return total
    return ran + arb(0, (size * 64 * format_of(question.point.dtype).eps).upper())


def _sides(question: Question, exactly: Exactly, u: Direction, ahead: Slopes) -> Sides | None:
    """Return the slopes to both sides, or None where one side has none."""
    try:
        behind = exactly.along({k: -step for k, step in u.items()})
    except (UndecidableError, SingularError):
        return None
    low = high = arb(0)
    smooth = True
    for bar, right, left in zip(question.out_bars, ahead.coefficient(1), behind.coefficient(1), strict=True):
        for v, p, m in zip(np.ravel(bar), right.ravel(), left.ravel(), strict=True):
            one, two = as_arb(v) * p, -as_arb(v) * m
            if not (one.is_finite() and two.is_finite()):
                return None
            if one.overlaps(two):
                low, high = low + one, high + one
                continue
            smooth = False
            low, high = (low + one, high + two) if one < two else (low + two, high + one)
    return Sides(low, high, active_ties(ahead), smooth, ahead)


def active_ties(slopes: Slopes) -> int:
    """Return how many comparisons hold with equality at the point and cease to along the direction."""
    chained, single = 0, set()
    for comparison in slopes.notes.comparisons:
        tied = [(n, m) for n, m in enumerate(np.ravel(comparison.margins)) if m.coefficient(0).is_zero()]
        active = [(n, m) for n, m in tied if not m.coefficient(1).is_zero()]
        if comparison.relation in CHAINS:
            chained += len(tied) if active else 0
        else:  # one tie may be looked at twice: by the same margin at the same entry
            single |= {(n, abs(float(m.coefficient(1).mid()))) for n, m in active}
    return chained + len(single)


def _directions(question: Question) -> list[Direction]:
    """Return unit vectors, all ones, and ones in each input."""
    point = question.point
    shapes = {k: np.shape(point.inputs[k]) for k in point.floats}
    zeros = {k: np.zeros(shape) for k, shape in shapes.items()}
    found = []
    for k, index in _places(point.inputs, shapes)[:MOST_UNITS]:
        unit = np.zeros(shapes[k])
        unit[index] = 1.0
        found.append(zeros | {k: unit})
    found.append({k: np.ones(shape) for k, shape in shapes.items()})
    found += [zeros | {k: np.ones(shape)} for k, shape in shapes.items() if len(shapes) > 1]
    return found


def _places(inputs: tuple[Any, ...], shapes: dict[int, tuple[int, ...]]) -> list[tuple[int, tuple[int, ...]]]:
    """Return every place, those whose value is zero or stands elsewhere too first."""
    special: list[Any] = []
    plain: list[Any] = []
    for k, shape in shapes.items():
        values, counts = np.unique(np.asarray(inputs[k], dtype=np.float64), return_counts=True)
        repeated = set(values[counts > 1].tolist()) | {0.0}
        for index in np.ndindex(shape):
            (special if float(np.asarray(inputs[k])[index]) in repeated else plain).append((k, index))
    return special + plain
