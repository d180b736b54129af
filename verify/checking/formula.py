"""Is the pullback's formula right at one point? The series of the function against the lifted pullback.

`<out_bar, J u>` comes from the function's power series along u, `<x_bar, u>` from the pullback; both are enclosures,
so two that are disjoint are different numbers. Where they are, this module finds out what that means: a kink, a
constant that was rounded when it was typed, an approximation made on purpose, or a mistake.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.checking import kinks
from verify.checking.entries import Truth
from verify.checking.exact import Cotangents, Exactly, Slopes, cells_of, coefficients, paired
from verify.checking.findings import Finding
from verify.checking.formats import as_arb, format_of
from verify.checking.points import generator, integers
from verify.compare import MOST_DIGITS, Entry, agreeing_digits
from verify.diagnosis import NOT_FINITE
from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.failures import number
from verify.lift import precision
from verify.lift.ball import PRECISIONS
from verify.lift.reading import Reading
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.points import Point
    from verify.checking.programs import Programs

NOISE = 1024
"""Ulps of a pairing that its rounding may come to."""

DIRECTIONS = 2
"""Random directions tried at each point; each misses a wrong entry once in 128 at most."""


@dataclass(frozen=True)
class Question:
    """The pullback of one cotangent at one point: as it runs, and to be judged.

    Attributes
    ----------
    out_bars : tuple of array
        One cotangent an output.
    bars : tuple of array
        What the pullback returned as it ran; None for an integer input.
    outputs : tuple of array
        What the function returned as it ran.
    """

    programs: Programs
    point: Point
    out_bars: tuple[Any, ...]
    bars: tuple[Any, ...]
    outputs: tuple[Any, ...]
    seed: int

    def direction(self, k: int) -> dict[int, Any]:
        """Return the k-th random direction: nonzero integers, an array a float input."""
        rng = generator(self.seed, "direction", k, self.point.size, self.point.origin)
        return {j: integers(rng, np.shape(self.point.inputs[j])) for j in self.point.floats}

    def seen(self, status: Status, words: str = "", **rest: Any) -> Finding:
        """Return a finding at this place."""
        return Finding(status, words, self.point, self.out_bars, **rest)


def judge(question: Question) -> Finding:
    """Compare at rising precision until the enclosures are narrow enough to tell.

    Raises
    ------
    OpaqueError
        A program cannot be lifted.
    """
    found = question.seen(Status.UNDECIDED, "nothing was compared")
    for bits in PRECISIONS:
        with precision(bits):
            found = _Reading(question).judged()
        if found.status is not Status.UNDECIDED:
            break
    return found


class _Reading:
    """Both programs at one precision."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.exactly = Exactly(question.programs, question.point)
        self.comparisons: list[Any] = []
        self.moved = False
        self.near = False
        self.structured = False

    def judged(self) -> Finding:
        """Compare along random directions; the first that differs is looked into."""
        seen = self.question.seen
        try:
            pulled = self._pulled()
            self.comparisons += pulled.notes.comparisons
            digits = MOST_DIGITS
            for k in range(DIRECTIONS):
                u = self.question.direction(k)
                slopes = self.exactly.along(u)
                if k == 0:
                    self.comparisons += slopes.notes.comparisons
                    self.structured = bool(slopes.notes.structured)
                found = self._along(u, pulled, slopes)
                if found.status is not Status.AGREE or found.digits is None:
                    return self._with_comparisons(found)
                digits = min(digits, found.digits)
        except UndecidableError as error:
            return self._with_comparisons(seen(Status.UNDECIDED, f"a comparison has no answer: {error}"))
        except SingularError as error:
            return self._with_comparisons(seen(Status.NOT_APPLICABLE, f"singular: {error}"))
        return self._with_comparisons(seen(Status.AGREE, digits=digits, strict=self.moved, near=self.near))

    def _pulled(self) -> Cotangents:
        """Return the cotangents, read exactly; where they are singular and run into NaN, as they run."""
        try:
            return self.exactly.pulled(self.question.out_bars)
        except SingularError as error:
            floats = self.question.bars
            if all(bar is None or np.all(np.isfinite(np.asarray(bar, np.float64))) for bar in floats):
                raise OpaqueError(f"the pullback's exact reading is singular where it runs: {error}") from error
            return Cotangents(
                tuple(None if bar is None else cells_of(bar) for bar in floats), Reading("exact", "carry")
            )

    def _with_comparisons(self, found: Finding) -> Finding:
        return replace(found, comparisons=tuple(self.comparisons), structured=self.structured)

    # -- one direction -------------------------------------------------------------------------------

    def _along(self, u: dict[int, Any], pulled: Cotangents, slopes: Slopes) -> Finding:
        seen = self.question.seen
        if not all(_finite(cells) for cells in slopes.coefficient(0)):
            return seen(Status.NOT_APPLICABLE, "the function has no finite value here")
        if not all(_finite(cells) for cells in slopes.coefficient(1)):
            return self._disagreement(u, pulled, slopes)
        true = along(self.question.out_bars, slopes)
        claimed, scale = pairing(pulled, u)
        status, digits = agreement(claimed, true, scale, self.question.point.dtype)
        if status is Status.AGREE:
            self.moved = self.moved or not bool(true == 0)
            return seen(Status.AGREE, digits=digits)
        if status is Status.UNDECIDED:
            return seen(Status.UNDECIDED, "the enclosures overlap and are too wide to tell")
        return self._disagreement(u, pulled, slopes)

    def _disagreement(self, u: dict[int, Any], pulled: Cotangents, slopes: Slopes) -> Finding:
        """Say what it means that the enclosures are disjoint along u."""
        look = kinks.look(self.question, self.exactly, pulled, u, slopes)
        if look.finding is not None:
            return look.finding
        u, slopes = look.direction, look.slopes
        if self._supports_truth(u, along(self.question.out_bars, slopes), pulled):
            raise OpaqueError("the pullback read with exact numbers is not the pullback that runs")
        if self._explained_by_constants(u):
            self.moved = True
            return self.question.seen(Status.AGREE, digits=format_of(self.question.point.dtype).digits)
        if self._explained_by_symmetry(pulled, slopes):
            readers = ", ".join(sorted(set(slopes.notes.structured)))
            note = f"right in the space of symmetric matrices: {readers} reads one triangle"
            return self.question.seen(Status.AGREE, digits=MOST_DIGITS, notes=(note,))
        return self._mistaken(u, pulled, slopes)

    def _supports_truth(self, u: dict[int, Any], true: arb, pulled: Cotangents) -> bool:
        """Whether the pullback as it runs agrees with the truth where its lifted reading does not.

        Then the reading is not faithful to the program, and no mistake follows from it.
        """
        ran = arb(0)
        for k in self.question.point.floats:
            for value, step in zip(np.ravel(self.question.bars[k]), np.ravel(u[k]), strict=True):
                ran += as_arb(value) * as_arb(step)
        claimed, scale = pairing(pulled, u)
        if not ran.is_finite():
            return False
        if not claimed.is_finite():
            return bool(abs(ran - true) < abs(true) * 1e-2 + arb(1e-30))
        gap = abs(claimed - true)
        noise = (
            (scale + abs(true)) * NOISE * format_of(self.question.point.dtype).eps
        )  # below it, a float is near by luck
        return bool(gap > noise and abs(ran - true) * 16 < gap)

    def _explained_by_constants(self, u: dict[int, Any]) -> bool:
        """Whether the two overlap once every constant stands for the reals that round to it."""
        rounded = Exactly(self.question.programs, self.question.point, "rounded")
        try:
            pulled, slopes = rounded.pulled(self.question.out_bars), rounded.along(u)
        except (UndecidableError, SingularError):
            return False
        claimed, _ = pairing(pulled, u)
        true = along(self.question.out_bars, slopes)
        return bool(claimed.is_finite() and true.is_finite() and claimed.overlaps(true))

    def _explained_by_symmetry(self, pulled: Cotangents, slopes: Slopes) -> bool:
        """Whether a function that reads one triangle of a symmetric input agrees along symmetric directions."""
        if not slopes.notes.structured:
            return False
        u = {k: _symmetric_step(self.question.point.inputs[k], step) for k, step in self.question.direction(7).items()}
        if all(np.array_equal(u[k], step) for k, step in self.question.direction(7).items()):
            return False
        try:
            true = along(self.question.out_bars, self.exactly.along(u))
        except (UndecidableError, SingularError):
            return False
        claimed, scale = pairing(pulled, u)
        return agreement(claimed, true, scale, self.question.point.dtype)[0] is Status.AGREE

    def _mistaken(self, u: dict[int, Any], pulled: Cotangents, slopes: Slopes) -> Finding:
        """Find the entries that differ, and whether an approximation made on purpose may differ by so much."""
        truth = Truth(self.question, self.exactly, pulled)
        entries = truth.wrong() or (
            Entry("<x_bar, x_dot>", (), pairing(pulled, u)[0], along(self.question.out_bars, slopes)),
        )
        if any(not entry.claimed.is_finite() for entry in entries):
            bad = next(entry for entry in entries if not entry.claimed.is_finite())
            words = f"{bad.place} is {number(bad.claimed)}, and the exact derivative is {number(bad.true)}"
            return self.question.seen(Status.DISAGREE, words, entries=entries, diagnosis=NOT_FINITE)
        if truth.below_precision(entries, pulled, slopes):
            self.moved = self.near = True
            return self.question.seen(Status.AGREE, digits=format_of(self.question.point.dtype).digits)
        approximate = truth.approximate(entries, pulled)
        worst = entries[0]
        words = f"{worst.place} is {number(worst.claimed)}, and the exact derivative is {number(worst.true)}"
        gap = max(_relative(entry) for entry in entries)
        return self.question.seen(Status.DISAGREE, words, entries=entries, approximate=approximate, ratio=gap)


def _relative(entry: Entry) -> float:
    """Return how far a claim is from the truth, by the truth's size."""
    size = abs(entry.true).upper()
    return float((entry.claimed - entry.true).abs_upper() / size) if size > 0 else math.inf


def _finite(cells: Any) -> bool:
    return all(c.is_finite() for c in cells.ravel())


def _symmetric_step(x: Any, step: Any) -> Any:
    """Return a symmetric direction for a symmetric matrix (or stack of them), and the same one for all else."""
    if np.ndim(x) < 2 or np.shape(x)[-1] != np.shape(x)[-2] or not np.array_equal(x, np.swapaxes(x, -1, -2)):
        return step
    return step + np.swapaxes(step, -1, -2)


def along(out_bars: tuple[Any, ...], slopes: Slopes, order: int = 1) -> arb:
    """Return <out_bar, k-th coefficient of the outputs>."""
    total = arb(0)
    for bar, cells in zip(out_bars, slopes.coefficient(order), strict=True):
        total += paired(cells, bar)
    return total


def pairing(pulled: Cotangents, u: dict[int, Any]) -> tuple[arb, arb]:
    """Return <x_bar, u>, and the sum of the sizes of its terms."""
    total, scale = arb(0), arb(0)
    for k, step in u.items():
        for c, w in zip(coefficients(pulled.bars[k], 0).ravel(), np.ravel(step), strict=True):
            term = c * as_arb(w)
            total += term
            scale += abs(term)
    return total, scale


def agreement(claimed: arb, true: arb, scale: arb, dtype: Any) -> tuple[Status, int]:
    """Compare two enclosures: DISAGREE where they are disjoint, AGREE where both are narrow, else UNDECIDED."""
    if not claimed.is_finite() or not claimed.overlaps(true):
        return Status.DISAGREE, 0
    gap = (claimed - true).abs_upper()
    size = max(scale.abs_upper(), true.abs_upper())
    if gap > size * format_of(dtype).eps / 2**20:
        return Status.UNDECIDED, 0
    return Status.AGREE, agreeing_digits(claimed, true, size if size > 0 else arb(1))
