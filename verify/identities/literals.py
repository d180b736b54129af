"""What the numbers in a formula ask of the points: values on both sides of every threshold, sizes past every index."""

from __future__ import annotations

import ast
from fractions import Fraction
from typing import TYPE_CHECKING

from verify.identities.samples import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verify.identities.statement import Statement

USUAL, LARGEST, MOST = 3, 10**4, 3
"""Numbers up to the first are met by the usual points; larger ones than the second, and further ones, are not asked."""

LARGEST_INDEX = 8


class _Numbers(ast.NodeVisitor):
    """Collects the numbers of a formula, and apart from them those that are places."""

    def __init__(self) -> None:
        self.values: set[Fraction] = set()
        self.places: set[int] = set()

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.visit(node.value)
        for part in ast.walk(node.slice):
            if isinstance(part, ast.Constant) and isinstance(part.value, int) and not isinstance(part.value, bool):
                self.places.add(part.value)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.visit(node.left)
        if not isinstance(node.op, ast.Pow):
            self.visit(node.right)

    def visit_keyword(self, node: ast.keyword) -> None:
        """Leave out axes and the like."""

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, (int, float)) and not isinstance(node.value, bool) and abs(node.value) <= LARGEST:
            self.values.add(abs(Fraction(str(node.value))))


def _numbers(claim: Statement) -> _Numbers:
    found = _Numbers()
    for formula in (claim.f, claim.df):
        found.visit(formula.tree)
    return found


def styles_at_thresholds(claim: Statement) -> tuple[Style, ...]:
    """Return how numbers are drawn on both sides of those that stand in the formulas."""
    thresholds = sorted(c for c in _numbers(claim).values if USUAL <= c <= LARGEST)[:MOST]
    return tuple(
        Style(low * c, high * c, Fraction(c) / 37) for c in thresholds for low, high in ((-2, 2), (1, 2), (-2, -1))
    )


def sizes_past_indices(claim: Statement, names: Sequence[str]) -> list[dict[str, int]]:
    """Return sizes that are larger than every place that the formulas name; none where the usual ones are."""
    largest = max((abs(k) + (k < 0) for k in _numbers(claim).places), default=0)
    if not names or not 2 <= largest <= LARGEST_INDEX:
        return []
    return [{name: largest + 1 + k for k, name in enumerate(names)}]
