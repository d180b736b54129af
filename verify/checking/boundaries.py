"""Across the boundaries that the programs drew: a branch that no given input takes is found because it was seen.

Every comparison that was read has a margin, a number that is zero on the boundary. Its slope along a direction says how
far to go; a few steps of Newton's method land on the boundary, and the points on it and on both sides are tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking.exact import Exactly
from verify.checking.formats import format_of
from verify.checking.points import generator, integers
from verify.errors import VerifyError
from verify.lift import precision
from verify.lift.ball import PRECISION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.checking.points import Point
    from verify.checking.programs import Programs

MOST_SITES = 16
"""Comparisons, told apart by line and kind, whose boundaries are driven across."""

MOST_ENTRIES = 2
"""Entries of one comparison that are driven across their boundary: the nearest, and the farthest."""

MOST_UNITS = 12
"""Directions tried are unit vectors up to so many entries, else a few random ones."""

NEWTON_STEPS = 4

Margins = dict[tuple[str, str, int, int], float]
"""The margin's value or slope by line, kind, count of that line and kind before, and entry."""


def across(programs: Programs, point: Point, out_bars: tuple[Any, ...], seed: int) -> Iterator[Point]:
    """Yield points on, and on both sides of, each boundary that the programs met at a small point."""
    with precision(PRECISION):
        driver = _Driver(programs, point, out_bars)
        sites = driver.sites()
        units = list(_directions(point, seed))
        slopes = [driver.margins(point, u) for u in units] if sites else []
    for site in sites:
        with precision(PRECISION):
            points = list(driver.driven(site, units, slopes))
        yield from points


class _Driver:
    """Reads margins of the function and of the pullback at points along a line."""

    def __init__(self, programs: Programs, point: Point, out_bars: tuple[Any, ...]) -> None:
        self.programs = programs
        self.point = point
        self.out_bars = out_bars
        self.here = self.margins(point, None)

    def margins(self, point: Point, u: dict[int, Any] | None) -> tuple[Margins, Margins]:
        """Return values and slopes of every margin that either program meets."""
        values: Margins = {}
        slopes: Margins = {}
        exactly = Exactly(self.programs, point)
        zeros = {k: np.zeros(np.shape(point.inputs[k])) for k in point.floats}
        readings: list[Callable[[], Any]] = [
            lambda: exactly.along(zeros if u is None else u),
            lambda: exactly.pulled(self.out_bars, steps=zeros if u is None else u),
        ]
        for program, read in enumerate(readings):
            try:
                notes = read().notes
            except VerifyError:
                continue
            _gather(notes.comparisons, f"{program}", values, slopes)
        return values, slopes

    def sites(self) -> list[tuple[str, str, int, int]]:
        """Return the margins to drive to zero: of every line and kind the nearest and the farthest entry."""
        groups: dict[tuple[str, str], list[tuple[str, str, int, int]]] = {}
        for key in self.here[0]:
            groups.setdefault(key[:2], []).append(key)
        chosen = []
        for keys in list(groups.values())[:MOST_SITES]:
            ranked = sorted(keys, key=lambda key: abs(self.here[0][key]))
            chosen += [ranked[0], ranked[-1]][: min(MOST_ENTRIES, len(ranked))]
        return chosen

    def driven(self, site: Any, units: list[Any], slopes: list[Any]) -> Iterator[Point]:
        """Yield the boundary's point and its neighbours along the direction that moves the margin most."""
        ranked = sorted(range(len(units)), key=lambda n: -abs(slopes[n][1].get(site, 0.0)))
        if not ranked or not abs(slopes[ranked[0]][1].get(site, 0.0)) > 0:
            return
        u = units[ranked[0]]
        t = self._root(site, u)
        if t is None:
            return
        line = site[0].partition(":")[2].rpartition("/")[2]
        for factor, words in (
            (1.0, "on"),
            (1 + 1e-3, "just past"),
            (1 - 1e-3, "just before"),
            (1.5, "past"),
            (3.0, "far past"),
        ):
            yield _moved(self.point, u, t * factor, f"{words} the boundary of {line}")
        if t == 0:
            for step in (1e-2, -1e-2):
                yield _moved(self.point, u, step, f"beside the boundary of {line}")

    def _root(self, site: Any, u: dict[int, Any]) -> float | None:
        t = 0.0
        for _ in range(NEWTON_STEPS):
            values, slopes = self.margins(_moved(self.point, u, t, ""), u)
            value, slope = values.get(site), slopes.get(site)
            if value is None or not slope or not np.isfinite(value) or not np.isfinite(slope):
                return t or None
            if value == 0:
                return t
            t -= value / slope
            if not np.isfinite(t):
                return None
        return t


def _gather(comparisons: Any, program: str, values: Margins, slopes: Margins) -> None:
    counts: dict[tuple[str, str], int] = {}
    for comparison in comparisons:
        kind = (f"{program}:{comparison.where}", comparison.relation)
        n = counts[kind] = counts.get(kind, -1) + 1
        for entry, margin in enumerate(np.ravel(comparison.margins)):
            key = (*kind, n, entry)
            values[key] = float(margin.coefficient(0).mid())
            slopes[key] = float(margin.coefficient(1).mid())


def _directions(point: Point, seed: int) -> Iterator[dict[int, Any]]:
    zeros = {k: np.zeros(np.shape(point.inputs[k])) for k in point.floats}
    if point.size <= MOST_UNITS:
        for k in point.floats:
            for index in np.ndindex(np.shape(point.inputs[k])):
                unit = zeros[k].copy()
                unit[index] = 1.0
                yield zeros | {k: unit}
        return
    for n in range(3):
        rng = generator(seed, "boundary", n)
        yield {k: integers(rng, np.shape(point.inputs[k]), 4) for k in point.floats}


def _moved(point: Point, u: dict[int, Any], t: float, words: str) -> Point:
    """Return the point moved by ``t u``, rounded to the inputs' dtypes; a whole number lands on itself."""
    inputs = list(point.inputs)
    with np.errstate(all="ignore"):
        for k, step in u.items():
            x = np.asarray(point.inputs[k])
            moved = np.where(step == 0, x.astype(np.float64), x.astype(np.float64) + t * step)
            near = np.rint(moved * 4096) / 4096
            snapped = np.where(np.abs(moved - near) <= 8 * format_of(x.dtype).eps * np.abs(moved), near, moved)
            cast = np.where(step == 0, x, snapped.astype(x.dtype))
            inputs[k] = cast if isinstance(point.inputs[k], np.ndarray) else cast[()]
    return point.moved(tuple(inputs), words)
