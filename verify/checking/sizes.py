"""The same programs at other sizes: axes of equal length vary together, where the function takes the new size.

Whether it *means* the new size is another matter: a captured array of length 1 broadcasts, a kernel longer than its
signal changes places with it. A size counts where the shapes of the outputs follow from the sizes of the inputs as they
do at the given size and the next two: by a polynomial of degree two (as the count of pairs is).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking import floats
from verify.checking.formats import is_float

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.checking.points import Point
    from verify.checking.programs import Programs

TRIED = (2, 1, 3, 0, 130)
"""Sizes tried for every group of axes, besides the given one, half of it, the next, and beyond a block of 128."""

MOST = 1000
"""A size that makes more numbers than this, and than twice the given ones, is not tried."""

LONG = 64
"""An axis that is longer is not halved, but cut to 16."""

SMALL = 12
"""Up to so many numbers a point is small: everything that is tried around a point is tried there."""


@dataclass(frozen=True)
class Resizer:
    """Makes points of other sizes from one, as far as the function takes them."""

    programs: Programs
    point: Point
    pinned: frozenset[int] = frozenset()

    @cached_property
    def factorizes(self) -> bool:
        """Whether the function calls for `linalg`: tall matrices and wide ones are then different problems."""
        return "linalg" in _names(self.programs.f, 3)

    def lengths(self) -> list[int]:
        """Return the lengths of axes that can vary, longest first; an axis of length 1 stays what it is."""
        found = {n for x in self.point.inputs for n in np.shape(x) if n > 1} - self.pinned
        return sorted(found, reverse=True)

    def resized(self, sizes: dict[int, int]) -> Point:
        """Return the point with every axis of length n of length ``sizes[n]``."""
        inputs = tuple(_fitted(x, sizes) for x in self.point.inputs)
        words = ", ".join(f"{n} -> {m}" for n, m in sizes.items() if n != m)
        return self.point.moved(inputs, f"the given point resized ({words})")

    def shapes(self, sizes: dict[int, int]) -> tuple[tuple[int, ...], ...] | None:
        """Return the shapes of the outputs at other sizes, or None where the function refuses them."""
        resized = self.resized(sizes)
        if (
            resized.size > max(MOST, 2 * self.point.size)
            or any(map(_disordered, self.point.inputs, resized.inputs))
            or not self.programs.admits(resized.inputs)
        ):
            return None
        if self.factorizes and not _ordered(sizes):
            return None
        ran = floats.forward(self.programs, resized)
        return None if ran.refusal else tuple(np.shape(out) for out in ran.outputs)

    def accepted(self) -> Iterator[tuple[int, int]]:
        """Yield (length, size) for each other size of one group of axes that the function takes and means."""
        lengths = self.lengths()
        same = {n: n for n in lengths}
        here = self.shapes(same)
        for n in lengths:
            known = [here, *(self.shapes(same | {n: n + more}) for more in (1, 2))]
            if not _comparable(known):
                continue
            yield n, n + 1
            for size in dict.fromkeys((*TRIED, *((n // 2,) if n <= LONG else (16,)))):
                if size != n and self.shapes(same | {n: size}) == _predicted(known, size - n):
                    yield n, size

    def reduced(self) -> Point:
        """Return a small point of unequal sizes, group by group as far as the function takes them."""
        if self.point.size <= SMALL:
            return self.point
        allowed: dict[int, set[int]] = {}
        for n, size in self.accepted():
            allowed.setdefault(n, set()).add(size)
        sizes = {n: n for n in self.lengths()}
        for wanted, n in enumerate(reversed(self.lengths())):
            options = sorted(s for s in allowed.get(n, ()) if 2 <= s < n)
            if options:
                sizes[n] = options[min(wanted, len(options) - 1)]
        return self.resized(sizes) if self.shapes(sizes) is not None else self.point


def _ordered(sizes: dict[int, int]) -> bool:
    """Whether axes compare as the given ones do: shorter ones stay shorter."""
    pairs = sorted(sizes.items())
    return all(small < large for (_, small), (_, large) in itertools.pairwise(pairs))


def _names(function: Any, depth: int) -> set[str]:
    """Return the names that a function's code mentions, and those of the functions that it calls."""
    code = getattr(function, "__code__", None)
    if code is None or not depth:
        return set()
    found = set(code.co_names)
    for name in code.co_names:
        found |= _names(getattr(function, "__globals__", {}).get(name), depth - 1)
    for cell in getattr(function, "__closure__", None) or ():
        found |= _names(cell.cell_contents, depth - 1)
    return found


def _disordered(x: Any, resized: Any) -> bool:
    """Whether whole numbers that increase (offsets, say) no longer do."""
    if np.asarray(x).dtype.kind not in "iu" or np.ndim(x) != 1 or np.size(x) < 2:
        return False
    return bool(np.all(np.diff(x) > 0) and not np.all(np.diff(resized) > 0))


def _comparable(known: list[Any]) -> bool:
    """Whether the function took every size, with as many outputs of as many axes."""
    ranks = [None if shapes is None else [len(shape) for shape in shapes] for shapes in known]
    return ranks[0] is not None and all(rank == ranks[0] for rank in ranks)


def _predicted(known: list[Any], steps: int) -> tuple[tuple[int, ...], ...]:
    """Return the shapes that the parabola through the three known ones gives (Newton's forward differences)."""
    return tuple(
        tuple(
            a + (b - a) * steps + (c - 2 * b + a) * (steps * (steps - 1) // 2) for a, b, c in zip(*shapes, strict=True)
        )
        for shapes in zip(*known, strict=True)
    )


def _fitted(x: Any, sizes: dict[int, int]) -> Any:
    """Take entries along every axis in turn, around again where the axis grows, there a little different."""
    if np.ndim(x) == 0:
        return x
    fitted = np.asarray(x)
    for axis, n in enumerate(np.shape(x)):
        size = sizes.get(n, n)
        if size == n:
            continue
        places = np.arange(size)
        fitted = np.take(fitted, places % n, axis=axis)
        if size > n and is_float(fitted.dtype):
            again = np.moveaxis(fitted, axis, 0)[n:]
            stirred = 1 + (np.arange(again.size) * 61 % 97).reshape(again.shape) / 256  # no repeated row, full rank
            np.moveaxis(fitted, axis, 0)[n:] = (again * stirred).astype(fitted.dtype)
    return np.ascontiguousarray(fitted)
