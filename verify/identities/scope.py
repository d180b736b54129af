"""What a formula's names stand for, the limits on what it may ask, and the error of arrays that do not fit."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from verify.errors import UsageError

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping

    from verify.identities.grammar import Formula

MOST_CELLS = 20_000
"""Entries of the largest array that a formula may make."""

LARGEST = 1000
"""The largest size, axis or power of a matrix that a formula may name."""

MOST_BITS = 5000
"""Bits of the largest number that a formula may write."""


class DimensionError(UsageError):
    """Arrays of a formula do not fit together.

    Attributes
    ----------
    of_claim : bool
        Whether the formula is the claimed derivative.
    """

    def __init__(self, message: str, *, of_claim: bool = False) -> None:
        super().__init__(message)
        self.of_claim = of_claim


@dataclass(frozen=True)
class Scope:
    """What names stand for.

    Attributes
    ----------
    formula : Formula
        Whose tree is evaluated, for messages.
    arrays : mapping of str to Lifted
        The variables.
    sizes : mapping of str to int
        The sizes by name.
    fixed : mapping of int to object
        Values of some nodes, by `id`, that stand in place of what they would evaluate to.
    """

    formula: Formula
    arrays: Mapping[str, Any]
    sizes: Mapping[str, int]
    fixed: Mapping[int, Any] = field(default_factory=dict)

    def with_fixed(self, fixed: Mapping[int, Any]) -> Scope:
        """Return this scope with some nodes fixed."""
        return replace(self, fixed=fixed)

    def error(self, node: ast.AST, words: str) -> DimensionError:
        """Return the error that a node's arrays do not fit."""
        return DimensionError(str(self.formula.error(node, words)), of_claim=self.formula.label == "df")

    def shown(self, shape: tuple[int, ...]) -> str:
        """Return a shape by the names of its sizes."""
        names = {size: name for name, size in reversed(list(self.sizes.items()))}
        parts = [str(names.get(size, size)) for size in shape]
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"


def bound_cells(shape: Any) -> None:
    """Refuse an array of too many entries."""
    if math.prod(shape) > MOST_CELLS:
        raise UsageError(f"an array of the formula has {math.prod(shape)} entries: at most {MOST_CELLS} are read")
