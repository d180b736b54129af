"""Keys and places on axes of symbolic size: integers, slices, new axes, and row-major counting."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from symbolic import Bracket
from verify.errors import OpaqueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Step:
    """One part of a basic key: an integer, a slice, or a new axis."""

    def __init__(self, part: Any, size: Any) -> None:
        self.old = part is not None
        self.new = part is None or isinstance(part, slice)
        if isinstance(part, slice):
            self.step = 1 if part.step is None else part.step
            if self.step < 1:
                raise OpaqueError(f"a slice with step {self.step} is not read for every size")
            self.start = _place(part.start, sp.Integer(0), size)
            self.stop = _place(part.stop, size, size)
            self.size = _count(self.stop - self.start, self.step)
        else:
            self.step, self.size = 1, sp.Integer(1)
            self.start = None if part is None else _place(part, None, size)
        self.whole = self.step == 1 and self.start == 0 and self.new and self.old and self.stop == size

    def inside(self, given: Iterator[Any]) -> Any:
        """Return the old index that a new one stands for."""
        if not self.new:
            return self.start
        i = next(given)
        return self.start + self.step * i if self.old else i

    def outside(self, i: Any) -> tuple[Any, Any]:
        """Return the bracket that tells whether an old index is met, and the new one that meets it."""
        if not self.new:
            return sp.KroneckerDelta(i, self.start), None
        if self.whole:
            return sp.Integer(1), i
        met = Bracket(self.start <= i) * Bracket(i <= self.stop - 1)
        if self.step == 1:
            return met, i - self.start
        return met * sp.KroneckerDelta(sp.Mod(i - self.start, self.step), 0), sp.floor((i - self.start) / self.step)


def _place(place: Any, default: Any, size: Any) -> Any:
    if place is None:
        return default
    return size + place if place < 0 else sp.Integer(int(place))


def _count(length: Any, step: int) -> Any:
    return length if step == 1 else sp.floor((length + step - 1) / sp.Integer(step))


def steps_of(key: Any, shape: Sequence[Any]) -> list[Step]:
    """Return one step an axis, and one a new axis.

    Raises
    ------
    OpaqueError
        The key is not made of integers, slices, None and an ellipsis.
    """
    parts = list(key) if isinstance(key, tuple) else [key]
    if not all(part is None or part is Ellipsis or isinstance(part, (int, slice, np.integer)) for part in parts):
        raise OpaqueError(f"[{key}] is not read for every size: integers, slices and None are")
    named = sum(part is not None and part is not Ellipsis for part in parts)
    rest = [slice(None)] * (len(shape) - named)
    where = parts.index(Ellipsis) if Ellipsis in parts else len(parts)
    parts = [*parts[:where], *rest, *parts[where + 1 :]]
    sizes = iter(shape)
    return [Step(part, None if part is None else next(sizes)) for part in parts]


def ravel(indices: Sequence[Any], shape: Sequence[Any]) -> Any:
    """Return the place of an entry, row by row."""
    place: Any = sp.Integer(0)
    for i, n in zip(indices, shape, strict=True):
        place = place * n + i
    return sp.expand(place)


def unravel(place: Any, shape: Sequence[Any]) -> tuple[Any, ...]:
    """Return the indices of the entry at a place, row by row."""
    indices: list[Any] = []
    for n in reversed(shape[1:]):
        indices.append(sp.Mod(place, n))
        place = sp.floor(place / n)
    return tuple(reversed([*indices, place])) if shape else ()


def completed(target: Sequence[Any], size: Any) -> tuple[Any, ...]:
    """Return the shape with its -1 worked out.

    Raises
    ------
    OpaqueError
        The shape does not hold as many entries for every size.
    """
    known = math.prod(n for n in target if n != -1)
    whole = tuple(sp.cancel(size / known) if n == -1 else n for n in target)
    if sp.expand(math.prod(whole) - size) != 0:
        raise OpaqueError(f"a shape {tuple(target)} does not hold {size} entries for every size")
    return whole


def repeated(indices: tuple[Any, ...], target: Sequence[Any], shape: Sequence[Any]) -> tuple[Any, ...]:
    """Return the indices where only axes of size 1 are put in or taken out."""
    remaining = iter([i for i, n in zip(indices, target, strict=True) if n != 1])
    return tuple(sp.Integer(0) if n == 1 else next(remaining) for n in shape)
