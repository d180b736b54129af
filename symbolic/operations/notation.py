"""The letters of the definitions: sizes and indices by rank, and the scaffolding that families share."""

from __future__ import annotations

from symbolic.index import Expr, index, size
from symbolic.operation import Operand

d, m, n = size("d"), size("m"), size("n")
i, j, k = index("i"), index("j"), index("k")

SIZES: dict[int, tuple[Expr, ...]] = {0: (), 1: (n,), 2: (m, n), 3: (d, m, n)}
INDICES: dict[int, tuple[Expr, ...]] = {0: (), 1: (i,), 2: (i, j), 3: (i, j, k)}

RANKS = (2, 1, 0, 3)
"""A matrix first: its derivation is the one shown."""


def operand(name: str, rank: int) -> Operand:
    """Return an input of this rank with the usual sizes."""
    return Operand(name, SIZES[rank])
