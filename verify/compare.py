"""Two readings of the same numbers held against each other: disjoint, equal to so many digits, or too wide to say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.lift.ball import PRECISION, Ball
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_DIGITS = int(PRECISION * math.log10(2))
"""Digits that the working precision holds: what two exactly equal numbers agree to."""

WANTED_DIGITS = 50
"""Agreement to fewer digits is undecided, never a pass."""


@dataclass(frozen=True)
class Entry:
    """One number of the claim beside the truth: where it is, and both values as enclosures."""

    of: str
    index: tuple[int, ...]
    claimed: arb
    true: arb
    between: tuple[arb, arb] | None = None

    @property
    def place(self) -> str:
        """The entry's name: ``x_bar[0, 1]``."""
        return f"{self.of}{list(self.index)}" if self.index else self.of

    @property
    def disjoint(self) -> bool:
        """Whether the two differ beyond doubt; a claim of NaN or infinity differs from every number."""
        if not self.true.is_finite():
            return False  # nothing is known of the truth: never a pass either, see `compare`
        return not self.claimed.is_finite() or not self.claimed.overlaps(self.true)


@dataclass(frozen=True)
class Comparison:
    """What a comparison of arrays of balls came to."""

    status: Status
    digits: int
    entries: tuple[Entry, ...] = ()
    words: str = ""


def enclosures(cells: np.ndarray[Any, Any]) -> list[tuple[tuple[int, ...], arb]]:
    """Return every entry's constant coefficient with its index."""
    return [(index, _plain(cells[index])) for index in np.ndindex(cells.shape)]


def _plain(cell: Any) -> arb:
    return cell.coefficient(0) if isinstance(cell, Ball) else arb(cell)


def compare(of: str, claimed: np.ndarray[Any, Any], true: np.ndarray[Any, Any]) -> Comparison:
    """Compare two object arrays of balls entry by entry.

    Returns
    -------
    Comparison
        `DISAGREE` with the disjoint entries; else `AGREE` where every entry has `WANTED_DIGITS`, relative to
        itself or, where it may be zero, to the largest entry (to 1 where all may be); else `UNDECIDED`.
    """
    if claimed.shape != true.shape:
        return Comparison(Status.DISAGREE, 0, (), f"{of} has shape {claimed.shape}, and {true.shape} is due")
    pairs = [Entry(of, index, c, t) for (index, c), (_, t) in zip(enclosures(claimed), enclosures(true), strict=True)]
    wrong = tuple(entry for entry in pairs if entry.disjoint)
    if wrong:
        return Comparison(Status.DISAGREE, 0, wrong)
    scale = max((e.true.abs_lower() for e in pairs), default=arb(0))
    scale = scale if scale > 0 else arb(1)
    digits = min((agreeing_digits(e.claimed, e.true, scale) for e in pairs), default=MOST_DIGITS)
    return Comparison(Status.AGREE if digits >= WANTED_DIGITS else Status.UNDECIDED, digits)


def agreeing_digits(claimed: arb, true: arb, scale: arb) -> int:
    """Return how many digits two overlapping balls surely share; 0 where one is not finite."""
    gap = (claimed - true).abs_upper()
    if gap == 0:
        return MOST_DIGITS
    size = max(true.abs_lower(), claimed.abs_lower())
    relative = gap / (size if size > 0 else scale)
    if not relative.is_finite():
        return 0
    digits = float(-(relative.log() / arb(10).log()).upper())
    return max(0, math.floor(min(float(MOST_DIGITS), digits)))


def merged(comparisons: Iterable[Comparison]) -> Comparison:
    """Return the worst of several comparisons, with every violating entry."""
    found = list(comparisons)
    if not found:
        return Comparison(Status.AGREE, MOST_DIGITS)
    wrong = [c for c in found if c.status is Status.DISAGREE]
    if wrong:
        entries = tuple(entry for c in wrong for entry in c.entries)
        return Comparison(Status.DISAGREE, 0, entries, next((c.words for c in wrong if c.words), ""))
    return min(found, key=lambda c: c.digits)


def ulps(claimed: float, true: arb, dtype: np.dtype[Any]) -> float:
    """Return the distance from a float to the truth, in units in the last place of the truth's binade.

    An infinity or NaN where the truth is a finite number of the dtype is infinitely far; a float that the truth's
    ball contains is the truth as far as the ball tells.
    """
    if not math.isfinite(claimed):
        return math.inf
    if true.contains(arb(claimed)):
        return 0.0
    nearest = float(true.mid())
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        gap = float(np.spacing(np.abs(dtype.type(nearest))))
    if not math.isfinite(gap):
        return math.inf
    return float((abs(arb(claimed) - true) / arb(gap)).upper())
