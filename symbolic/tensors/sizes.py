"""Sums and differences of sizes: where a part of an axis begins, whether it fits, decided for all sizes at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symbolic.errors import FormulaError
from symbolic.tensors.nodes import (
    MINUS_ONE,
    Add,
    Dim,
    Fixed,
    Index,
    Node,
    Num,
    SizeOf,
    Where,
    add,
    apply,
    compare,
    mul,
    number,
    split_number,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def names_of(dim: Dim) -> tuple[str, ...]:
    """Return the names that a size is the sum of: ``n+m`` has two, a number none."""
    return tuple(dim.name.split("+")) if dim.name and not dim.name.startswith("min(") else (dim.name,) * bool(dim.name)


def named(text: str) -> Dim:
    """Read a size that was written: ``n``, ``n-1``, ``3``."""
    name = text.rstrip("0123456789").rstrip("+-")
    return Dim(name, int(text[len(name) :] or 0))


def joint(dims: Iterable[Dim]) -> Dim:
    """Return the size of axes one after the other.

    Raises
    ------
    FormulaError
        One of them is the smaller of two sizes.
    """
    dims = list(dims)
    named = [d for d in dims if d.name]
    if len(named) > 1 and any(d.name.startswith("min(") for d in named):
        raise FormulaError("an axis that is as long as the smaller of two sizes is not joined to another one")
    return Dim("+".join(sorted(name for d in dims for name in names_of(d))), sum(d.offset for d in dims))


@dataclass(frozen=True)
class Size:
    """A sum of multiples of named sizes, and a whole number; the names stand for 1 or more."""

    counts: tuple[tuple[str, int], ...]
    offset: int

    def __str__(self) -> str:
        return " ".join([*(f"{c}*{name}" for name, c in self.counts), str(self.offset)])

    def plus(self, other: Size, times: int = 1) -> Size:
        """Return the sum with a multiple of another."""
        counts = dict(self.counts)
        for name, c in other.counts:
            counts[name] = counts.get(name, 0) + times * c
        return made(counts, self.offset + times * other.offset)

    def minus(self, other: Size) -> Size:
        """Return the difference."""
        return self.plus(other, -1)

    @property
    def is_nonnegative(self) -> bool:
        """Whether it is 0 or more for all sizes."""
        return all(c > 0 for _, c in self.counts) and sum(c for _, c in self.counts) + self.offset >= 0

    @property
    def number(self) -> int | None:
        """The number that it is, whatever the sizes."""
        return None if self.counts else self.offset

    def dim(self) -> Dim | None:
        """Return it as the size of an axis, if it is one: no name is taken away."""
        if any(c < 0 for _, c in self.counts) or not (self.counts or self.offset > 0):
            return None
        if len(self.counts) > 1 and any(name.startswith("min(") for name, _ in self.counts):
            return None
        return Dim("+".join(sorted(name for name, c in self.counts for _ in range(c))), self.offset)

    def node(self) -> Node:
        """Return it as a node."""
        return add(*(mul(number(c), SizeOf(Dim(name, 0))) for name, c in self.counts), number(self.offset))


def made(counts: Mapping[str, int], offset: int) -> Size:
    """Return a size from counts by name."""
    return Size(tuple(sorted((name, c) for name, c in counts.items() if c)), offset)


def of_dim(dim: Dim) -> Size:
    """Return the size of an axis."""
    counts: dict[str, int] = {}
    for name in names_of(dim):
        counts[name] = counts.get(name, 0) + 1
    return made(counts, dim.offset)


def whole_size(value: int) -> Size:
    """Return a whole number as a size."""
    return Size((), value)


def of_node(node: Node) -> Size | None:
    """Return the size that a formula is; None where it is no sum of multiples of sizes."""
    total = whole_size(0)
    for term in node.args if isinstance(node, Add) else (node,):
        if isinstance(term, Num):
            c, part = term.value, whole_size(1)
        else:
            c, rest = split_number(term)
            found = of_dim(rest.dim) if isinstance(rest, SizeOf) else of_node(rest) if isinstance(rest, Add) else None
            if found is None:
                return None
            part = found
        if c.denominator != 1:
            return None
        total = total.plus(part, int(c))
    return total


def least_sizes(node: Node) -> int:
    """Return so large a number that, with it as every size, all axes and all fixed places of a node are there."""
    named = [p for p in (*node.places(), *node.bound) if p.dim.name]
    axes = [1 - p.dim.offset for p in named]
    places = [max(p.value + 1, -p.value) - p.dim.offset for p in named if isinstance(p, Fixed)]
    return max([1, *axes, *places, *map(least_sizes, node.children())])


def read(text: str) -> Size:
    """Read a size that `str` wrote."""
    *parts, offset = text.split(" ")
    counts = (part.split("*") for part in parts)
    return made({name: int(c) for c, name in counts}, int(offset))


def begins_at(a: Index, b: Index, shift: Size) -> Node:
    """Return the bracket ``[a == b + shift]``."""
    if shift.number is not None:
        return compare("==", a, b, shift.number)
    return apply("zero", add(Where(a), mul(MINUS_ONE, Where(b)), whole_size(0).minus(shift).node()))


def fixed_at(place: Size, dim: Dim) -> Fixed | None:
    """Return a place on an axis as one counted from its start or from its end, if it is one."""
    if place.number is not None and place.number >= 0:
        return Fixed(place.number, dim)
    from_end = place.minus(of_dim(dim)).number
    if from_end is not None and from_end < 0 and dim.name:
        return Fixed(from_end, dim)
    return None
