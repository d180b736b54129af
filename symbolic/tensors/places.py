"""Sizes, indices and positions on axes."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import NamedTuple


class Dim(NamedTuple):
    """A size: ``name + offset``; a number where the name is empty."""

    name: str
    offset: int

    def __str__(self) -> str:
        if not self.name:
            return str(self.offset)
        return self.name if not self.offset else f"{self.name}{self.offset:+d}"


_numbers = itertools.count(1)


@dataclass(frozen=True, eq=False)
class Index:
    """An index that runs from 0 to its size - 1; every one is different from every other."""

    dim: Dim
    number: int = field(default_factory=lambda: next(_numbers))

    def __repr__(self) -> str:
        return f"i{self.number}"


@dataclass(frozen=True)
class Fixed:
    """A fixed position on an axis; a negative one counts from the end."""

    value: int
    dim: Dim

    def __repr__(self) -> str:
        return str(self.value)


Position = Index | Fixed
Places = tuple[Position, ...]


def fixed(value: int, dim: Dim) -> Fixed:
    """Return a position; of an axis whose size is a number, counted from the start."""
    return Fixed(value + dim.offset, dim) if value < 0 and not dim.name else Fixed(value, dim)


def turned(sign: str, a: Position, b: Position, shift: int) -> tuple[str, Position, Position]:
    """Read a turned or mirrored place as the one that it is, where that is known for every size."""
    place, other = (a, b) if isinstance(a, Fixed) else (b, a)
    if not isinstance(place, Fixed):
        return sign, a, b
    if sign == "mirror":
        return "==", other, fixed(-1 - place.value, place.dim)
    value = place.value + (-shift if place is a else shift)
    if not place.dim.name:
        return "==", other, Fixed(value % place.dim.offset, place.dim)
    return ("==", other, Fixed(value, place.dim)) if value in (0, -1) else (sign, a, b)
