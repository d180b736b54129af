"""Points in the domains of the tensors, at small unequal sizes: where programs and steps are compared."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symbolic.tensors.nodes import Dim
from symbolic.tensors.sizes import names_of, of_dim
from symbolic.tensors.values import length

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symbolic.tensors.shapes import Shapes
    from symbolic.tensors.tensor import Dims

TRIES = 24
FEW = 300
"""Entries of the largest tensor at the points where code is compared."""


def concrete(dims: tuple[Dims, ...], sizes: Mapping[str, int]) -> tuple[int, ...]:
    """Return a shape in numbers."""
    return tuple(int(np.prod([length(d, sizes) for d in axis], dtype=int)) for axis in dims)


def sizes_of(shapes: Shapes, arrays: Mapping[str, Any]) -> dict[str, int]:
    """Read the sizes off arrays."""
    sizes: dict[str, int] = {}
    for name, dims in shapes.items():
        if name in arrays:
            for axis, n in zip(dims, np.shape(arrays[name]), strict=False):
                if len(axis) == 1 and axis[0].name:
                    sizes[axis[0].name] = n - axis[0].offset
    for name in [name for name in sizes if "+" in name]:
        counts = dict(of_dim(Dim(name, 0)).counts)
        unknown = [part for part in counts if part not in sizes]
        if len(unknown) == 1:
            rest = sizes[name] - sum(counts[part] * sizes[part] for part in counts if part in sizes)
            sizes[unknown[0]] = rest // counts[unknown[0]]
    return sizes


def points(
    shapes: Shapes,
    facts: Mapping[str, frozenset[str]],
    sizes: Mapping[str, int] | None = None,
    labels: Mapping[str, Dim] | None = None,
    least: int = 3,
) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    """Yield arrays of floats in the domain, at small unequal sizes in changing order, or at the given ones.

    What is in `labels` holds whole numbers below that size.
    """
    names = sorted({name for dims in shapes.values() for axis in dims for d in axis for name in names_of(d)})
    chance = random.Random(0)  # noqa: S311 - points are drawn, not secrets
    for k in range(TRIES):
        order = names if k % 2 else names[::-1]
        own = dict(sizes or fitting({name: max(3, least) + n for n, name in enumerate(order)}, shapes, least))
        low = -8 if k % 3 else 1
        point = {n: _drawn(concrete(d, own), facts.get(n, frozenset()), chance, low) for n, d in shapes.items()}
        for n, dim in (labels or {}).items():
            point[n] = np.array([chance.randrange(length(dim, own)) for _ in range(point[n].size)]).reshape(
                point[n].shape
            )
        yield point, own


def fitting(sizes: dict[str, int], shapes: Shapes, least: int = 2) -> dict[str, int]:
    """Make the largest sizes small until no tensor has more than `FEW` entries."""
    least = max(2, least)
    while max((np.prod(concrete(d, sizes), dtype=float) for d in shapes.values()), default=0) > FEW:
        largest = max(sizes, key=sizes.__getitem__)
        if sizes[largest] <= least:
            break
        sizes = {**sizes, largest: least}
    return sizes


def _drawn(shape: tuple[int, ...], facts: frozenset[str], chance: random.Random, low: int) -> Any:
    count = int(np.prod(shape, dtype=int))
    finest = 1024 * max(1, count)  # ties are kinks: they are improbable
    draw = [Fraction(chance.randrange(low * finest // 8, finest) or 1, finest) for _ in range(count)]
    cells = np.array([float(v) for v in draw], dtype=float).reshape(shape)
    return in_domain(cells, facts, chance)


def in_domain(cells: Any, facts: frozenset[str], chance: random.Random) -> Any:  # noqa: C901 - a case a line
    """Change numbers so that they satisfy the facts."""
    if "positive" in facts or "sums to 1" in facts:
        cells = np.abs(cells)
    if "one-hot" in facts and cells.ndim:
        cells = np.eye(cells.shape[-1])[
            [chance.randrange(cells.shape[-1]) for _ in range(int(np.prod(cells.shape[:-1], dtype=int)))]
        ].reshape(cells.shape)
    elif "sums to 1" in facts:
        cells = cells / cells.sum(-1, keepdims=True)
    elif "idempotent" in facts:
        cells = (cells > 0).astype(float)
    if "whole" in facts:
        cells = np.rint(4 * cells) + ("positive" in facts)
    if "signs" in facts:
        cells = np.sign(cells)
    if "unit" in facts:
        cells = cells / np.linalg.norm(cells)
    if "definite" in facts:
        return cells @ cells.T + np.eye(len(cells))
    if "symmetric" in facts:
        return (cells + cells.T) / 2
    if "antisymmetric" in facts:
        return cells - cells.T
    if "orthogonal" in facts:
        return np.linalg.qr(cells)[0]
    return np.diag(np.diag(cells)) if "diagonal" in facts else cells
