"""What every node answers, and the nodes that have none below them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from symbolic.tensors.places import Dim, Fixed, Index, Places, Position

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Node:
    """One entry, as a formula of its free indices."""

    @cached_property
    def free(self) -> frozenset[Index]:
        """The free indices."""
        return frozenset().union(*(child.free for child in self.children()), indices_of(self.places()))

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the tensors in it."""
        return frozenset().union(*(child.names for child in self.children()))

    @cached_property
    def extent(self) -> tuple[int, int]:
        """How many parts it has, equal ones counted every time, and how deep they are nested."""
        below = [child.extent for child in self.children()]
        return 1 + sum(n for n, _ in below), 1 + max((k for _, k in below), default=0)

    def children(self) -> tuple[Node, ...]:
        """The nodes directly below."""
        return ()

    def places(self) -> Places:
        """The positions that the node itself names."""
        return ()

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        """Return the same node over other children and at other places, simplified."""
        del children, places
        return self

    @property
    def bound(self) -> tuple[Index, ...]:
        """The indices that the node binds in its children."""
        return ()

    def rebound(self, renaming: Mapping[Position, Position]) -> Node:
        """Return the node with the indices that it binds renamed."""
        del renaming
        return self


def indices_of(places: Iterable[Position]) -> frozenset[Index]:
    """Return the indices among positions."""
    return frozenset(p for p in places if isinstance(p, Index))


@dataclass(frozen=True)
class Num(Node):
    """A rational number."""

    value: Fraction


@dataclass(frozen=True)
class Constant(Node):
    """A positive real number by its name: ``pi``, ``e``."""

    name: str


@dataclass(frozen=True)
class SizeOf(Node):
    """A size as a number."""

    dim: Dim


@dataclass(frozen=True)
class Where(Node):
    """An index as a number, counted from 0."""

    at: Position

    def places(self) -> Places:
        return (self.at,)

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del children
        place = places[0]
        known = isinstance(place, Fixed) and place.value >= 0
        return Num(Fraction(place.value)) if known else Where(place)  # type: ignore[union-attr]  # it is fixed


@dataclass(frozen=True)
class Var(Node):
    """The entry of the tensor `name` at `at`."""

    name: str
    at: Places

    def places(self) -> Places:
        return self.at

    @cached_property
    def names(self) -> frozenset[str]:
        return frozenset((self.name,))

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del children
        return Var(self.name, places)


LABELS = " labels"
"""What the name of the one-hot rows of labels ends in."""


def is_labels(var: Var) -> bool:
    """Whether a tensor is the one-hot rows of labels."""
    return var.name.endswith(LABELS)


def label_name(var: Var) -> str:
    """Return the name of the labels."""
    return var.name.removesuffix(LABELS)
