"""The smallest input that shows the mistake: sizes first, then values; a change is kept if the objection stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking.sizes import Resizer
from verify.errors import OutOfTimeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.checking.findings import Finding
    from verify.checking.points import Point
    from verify.checking.programs import Programs

MOST_TRIES = 200

MOST_ENTRIES = 200
"""Arrays of more entries are made plainer as a whole, not entry by entry."""

MOST_SHIFTS = 6
"""Places of an axis that are kept in turn when it is cut."""

PLAIN = (0.0, 1.0, 2.0, -1.0, 3.0, -2.0, 0.5)
"""Values that are plainer than any other, plainest first."""


class Shrinker:
    """Keeps the smallest finding that has the status and the diagnosis of the first one.

    Parameters
    ----------
    judge : callable
        Judges a point.
    admits : callable
        Whether the domain admits inputs.
    """

    def __init__(self, programs: Programs, judge: Callable[[Point], Finding], admits: Callable[[Any], bool]) -> None:
        self.programs = programs
        self.judge = judge
        self.admits = admits
        self.tries = 0

    def smallest(self, found: Finding) -> Finding:
        """Return the smallest finding reached from `found`."""
        while self.tries < MOST_TRIES:
            try:
                smaller = self._smaller(found)
            except OutOfTimeError:
                break
            if smaller is None:
                break
            found = smaller
        return found

    def _smaller(self, found: Finding) -> Finding | None:
        for point in self._candidates(found):
            if self.tries >= MOST_TRIES:
                return None
            self.tries += 1
            if not self.admits(point.inputs):
                continue
            seen = self.judge(point)
            if seen.status is found.status and seen.diagnosis == found.diagnosis:
                return seen
        return None

    def _candidates(self, found: Finding) -> Iterator[Point]:
        point = found.point
        if point is None:
            return
        yield from self._sizes(point, found)
        for k in point.floats:
            yield from _plainer(point, k)

    def _sizes(self, point: Point, found: Finding) -> Iterator[Point]:
        """Yield the point with shorter axes; each place comes to the front in turn, the entry at fault first."""
        resizer = Resizer(self.programs, point, self.admits)
        fault = [i for entry in found.entries[:1] for i in entry.index]
        for n, size in sorted(resizer.accepted(), key=lambda pair: pair[1]):
            if 0 < size < n:
                for shift in dict.fromkeys((*(i for i in fault if i < n), *range(min(n, MOST_SHIFTS)))):
                    turned = Resizer(self.programs, _turned(point, n, shift))
                    yield _same_origin(turned.resized({n: size}), point)


def _turned(point: Point, n: int, shift: int) -> Point:
    """Return the point with every axis of length n turned, so that another place comes first."""

    def turn(x: Any) -> Any:
        axes = [axis for axis, length in enumerate(np.shape(x)) if length == n]
        return np.roll(x, [-shift] * len(axes), axes) if axes and shift else x

    return point.moved(tuple(turn(x) for x in point.inputs), point.origin)


def _same_origin(moved: Point, point: Point) -> Point:
    return point.moved(moved.inputs, point.origin)


def _plainer(point: Point, k: int) -> Iterator[Point]:
    """Yield the point with plainer values in one input: all at once, then entry by entry."""
    x = np.asarray(point.inputs[k])
    for values in (
        np.zeros(x.shape),
        np.ones(x.shape),
        1 + np.arange(x.size, dtype=float).reshape(x.shape),
        np.rint(x.astype(float)),
    ):
        if _plainness(values) < _plainness(x):
            yield _put(point, k, values.astype(x.dtype))
    for index in np.ndindex(x.shape) if x.size <= MOST_ENTRIES else ():
        value = float(x[index])
        for plain in (*PLAIN, *_rounder(value)):
            if _cost(plain) < _cost(value):
                changed = np.array(x)
                changed[index] = plain
                yield _put(point, k, changed)


def _put(point: Point, k: int, x: Any) -> Point:
    inputs = list(point.inputs)
    inputs[k] = x if isinstance(point.inputs[k], np.ndarray) else x[()]
    return point.moved(tuple(inputs), point.origin)


def _rounder(value: float) -> Iterator[float]:
    """Yield values with fewer digits near one."""
    if not np.isfinite(value):
        return
    yield from (float(np.rint(value)), float(np.floor(value)), float(np.ceil(value)))
    for digits in (1, 2):
        yield float(f"{value:.{digits}g}")


def _cost(value: float) -> tuple[int, int, float]:
    """Return how far a number is from plain: its rank among the plain ones, its length as text, its size."""
    rank = PLAIN.index(value) if value in PLAIN else len(PLAIN)
    return rank, len(repr(value)), abs(value)


def _plainness(x: Any) -> list[tuple[int, int, float]]:
    return sorted((_cost(float(v)) for v in np.ravel(x)), reverse=True)
