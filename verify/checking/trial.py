"""One gradient on trial: where to look, in which order, and what the findings add up to."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking import around, boundaries, floats, pointwise
from verify.checking.pointwise import Asked
from verify.checking.shrink import Shrinker
from verify.checking.sizes import Resizer
from verify.diagnosis import ARITY, CHANGED, DTYPE, MISSING, RAISES, SHAPE, SUMS
from verify.errors import OutOfTimeError
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.checking.domain import Domain
    from verify.checking.findings import Finding
    from verify.checking.points import Point
    from verify.checking.programs import Programs

LARGE = 400
"""Where a point cannot be made smaller and has more numbers than this, only the first hard points are tried."""

FIRST = 10

EXPLAINING = 15.0
"""Seconds in which a mistake is made small and named; steps are counted, so the answer seldom hangs on the time."""


@dataclass
class Trial:
    """Looks at points until one objects, or there are no more.

    Attributes
    ----------
    programs, domain : Programs, Domain
        What is on trial, and where.
    seed, seconds, order : int, float, int
        Of everything random; how long to look; 2 for second derivatives too.
    """

    programs: Programs
    domain: Domain
    seed: int
    seconds: float
    order: int
    scale: float = 0.0
    structured: bool = False
    near: bool = False
    differences: bool = True
    differenced: bool = False
    counts: Counter[Status] = field(default_factory=Counter)
    noted: dict[str, list[Point]] = field(default_factory=dict)
    strict: int = 0
    digits: int | None = None
    approximate: list[Finding] = field(default_factory=list)
    undecided: list[Finding] = field(default_factory=list)
    first: Finding | None = None
    late: bool = False

    def __post_init__(self) -> None:
        self.deadline = time.monotonic() + self.seconds

    # -- a given point, and what lies around it -------------------------------------------------------------

    def around(self, given: Point) -> Finding | None:
        """Judge a given point and the points around it; return the smallest objection, or None."""
        self._grow_impatient(given)
        resizer = Resizer(self.programs, given)
        pinned = self._pinned(resizer)
        if pinned:
            self.noted["the pullback serves some of the given sizes only; the function takes others"] = [given]
            resizer = replace(resizer, pinned=pinned)
        small = resizer.reduced()
        if small is not given:  # what is wrong is mostly wrong at small sizes too, and there it is found at once
            found = self.at(small, contract=True)
            if found.status is Status.DISAGREE and not found.approximate:
                return found
        found = self.at(given, contract=small is given)
        if found.objects and not found.approximate:
            return found
        self.scale = _size_of(found)
        self.structured = found.structured
        self.near = found.near
        self.differences = found.opaque
        self.programs = replace(self.programs, deadline=self.deadline)
        try:
            return self._others(resizer, small)
        except OutOfTimeError:
            self.late = True
            return None

    def _grow_impatient(self, given: Point) -> None:
        """Let no run last much longer than it did at the given point: a loop may be endless at another one."""
        started = time.monotonic()
        self.programs.attempt(self.programs.forward, *given.fresh())
        took = time.monotonic() - started
        patience, exact = 1 + 50 * took, 3 + 5000 * took * max(1, given.size)
        self.programs = replace(self.programs, patience=min(patience, 10.0), exact_patience=min(exact, 30.0))

    def _others(self, resizer: Resizer, small: Point) -> Finding | None:
        for found in self._sized(resizer):
            return found
        for point in self._near(small):
            found = self.at(point)
            if found.objects and not found.approximate:
                return found
        return None

    def _sized(self, resizer: Resizer) -> Iterator[Finding]:
        """Yield objections at other sizes."""
        for n, size in resizer.accepted():
            point = resizer.resized({n: size})
            point = around.symmetric(point, resizer.point) if self.structured else point
            for variant in (point, around.zeros(point)) if size <= 2 else (point,):
                if variant.size <= max(LARGE, resizer.point.size // 2) and self.domain.admits(variant.inputs):
                    found = self.at(variant)
                    if found.objects and not found.approximate:
                        yield found

    def _near(self, small: Point) -> Iterator[Point]:
        """Yield hard points and points across boundaries, as far as the domain admits them and the time lasts."""
        points = list(around.hard_points(small, self.seed))
        if small.size > LARGE:
            points = points[:FIRST]
        if self.differences:  # difference quotients say little at ties and beside boundaries
            points = points[:1]
        look = small.size <= LARGE and not self.differences
        across = boundaries.across(self.programs, small, self._bars(small), self.seed) if look else ()
        seen = {small.key}
        for source in (points[:1], across, points[1:]):
            for moved in source:
                point = around.symmetric(moved, small) if self.structured else moved
                if point.key not in seen and self.domain.admits(point.inputs):
                    seen.add(point.key)
                    yield point

    def _bars(self, point: Point) -> tuple[Any, ...]:
        return pointwise.cotangents(floats.forward(self.programs, point).outputs, self.seed)

    # -- one point ------------------------------------------------------------------------------------------

    def at(self, point: Point, *, contract: bool = False) -> Finding:
        """Judge one point and keep count."""
        found = self.judge(point, contract=contract)
        if self.near and not point.given and found.status is Status.DISAGREE:
            words = "where a program approximates the other, not every point is near enough to compare"
            found = replace(found, status=Status.NOT_APPLICABLE, notes=(words,))
        if _is_empty(point) and not point.given and found.objects and found.diagnosis not in SHAPES:
            found = replace(
                found, status=Status.NOT_APPLICABLE, notes=(found.words,)
            )  # an axis of nothing may divide by it
        self.counts[found.status] += 1
        self.strict += found.strict and not found.approximate
        self.differenced = self.differenced or (found.opaque and found.status is Status.AGREE)
        if found.digits is not None and found.status is Status.AGREE:
            self.digits = found.digits if self.digits is None else min(self.digits, found.digits)
        if found.approximate:
            self.approximate.append(found)
        if found.status is Status.UNDECIDED and point.given:
            self.undecided.append(found)
        for note in found.notes:
            self.noted.setdefault(note, []).append(point)
        return found

    @property
    def notes(self) -> list[str]:
        """What was said besides, each once: at the given point, or at how many others and where first."""
        return [
            note if points[0].given else f"{note} (at {len(points)} of our own points, first at {points[0].origin})"
            for note, points in self.noted.items()
        ]

    def judge(self, point: Point, *, contract: bool = False, plain: bool = False) -> Finding:
        """Judge one point, uncounted."""
        asked = Asked(self.seed, self.scale, contract, self.order, plain, self.differences)
        return pointwise.judge(self.programs, point, asked)

    def smallest(self, found: Finding) -> Finding:
        """Return the smallest finding of the same kind."""
        contract = found.diagnosis is not None and found.diagnosis.code in _CONTRACT
        if found.point is None:
            return found
        self.programs = replace(self.programs, deadline=time.monotonic() + EXPLAINING)
        try:
            seen = self.judge(found.point, contract=contract, plain=True)
        except OutOfTimeError:
            return found
        plain = seen.status is found.status and seen.diagnosis == found.diagnosis
        found = seen if plain else found

        def judge(point: Point) -> Finding:
            moved = around.symmetric(point, found.point) if self.structured and found.point is not None else point
            return self.judge(_as(moved, found), contract=contract, plain=plain)

        return Shrinker(self.programs, judge, self.domain.admits).smallest(found)

    def _pinned(self, resizer: Resizer) -> frozenset[int]:
        """Return the lengths of axes whose size the pullback does not follow: it is made for them as they are."""
        sizes: dict[int, list[bool]] = {}
        for n, size in resizer.accepted():
            if size > 1:
                sizes.setdefault(n, []).append(self._follows(resizer.resized({n: size})))
        return frozenset(n for n, follows in sizes.items() if not any(follows))

    def _follows(self, point: Point) -> bool:
        """Whether the pullback runs at a point and answers in the shapes of the inputs."""
        if self.programs.vjp is None:
            return True
        pulled = floats.pulled(self.programs, point, self._bars(point))
        return pulled.broken is None or pulled.broken[0] not in (RAISES, *SHAPES)


_CONTRACT = frozenset({"GP117", "GP123", "GP124", "GP125", "GP126", "GP127"})
"""Diagnoses that only the questions of the contract make."""


SHAPES = (SHAPE, SUMS, ARITY, DTYPE, MISSING, CHANGED)
"""What a pullback owes at every size, also where an axis has no entries."""


def _is_empty(point: Point) -> bool:
    return any(np.size(point.inputs[k]) == 0 for k in point.floats)


def _as(point: Point, found: Finding) -> Point:
    """Return the point with the standing of the one where the mistake was found."""
    given = found.point is not None and found.point.given
    return replace(point, given=given)


def _size_of(found: Finding) -> float:
    """Return the size of the gradient at a finding's point, from its floats."""
    sizes = [
        float(np.max(np.abs(np.asarray(bar, dtype=np.float64)), initial=0)) for bar in found.bars if bar is not None
    ]
    return max((s for s in sizes if np.isfinite(s)), default=0.0)
