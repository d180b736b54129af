"""What is assumed of the tensors while a normal form is made."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symbolic.tensors.base import LABELS
from symbolic.tensors.domains import facts_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass
class Facts:
    """Facts by tensor name; what has to hold for the formula to have a value; and how much was tried.

    Attributes
    ----------
    of : mapping
        The facts of each tensor.
    positive : set of str
        Atoms that have to be positive.
    grams : set of str
        Matrices that have to have an inverse.
    learning : bool
        Whether the two are being collected.
    steps : int
        How many rewriting steps were taken.
    """

    of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    positive: set[str] = field(default_factory=set)
    learning: bool = False
    grams: set[str] = field(default_factory=set)
    steps: int = 0

    def has(self, name: str, fact: str) -> bool:
        """Whether the tensor has a fact."""
        if name.endswith(LABELS):
            return fact in OF_LABELS
        return fact in self.of.get(name, frozenset())


FACTS: ContextVar[Facts] = ContextVar("FACTS", default=Facts())  # noqa: B039 - replaced as a whole, in `assuming`


@contextmanager
def assuming(facts: Facts) -> Iterator[Facts]:
    """Make normal forms under these facts."""
    token = FACTS.set(facts)
    try:
        yield facts
    finally:
        FACTS.reset(token)


OF_LABELS = frozenset({"sums to 1", "idempotent", "one-hot"})
"""What is known of the brackets of a tensor of labels."""

__all__ = ["FACTS", "OF_LABELS", "Facts", "assuming", "facts_of"]
