"""Whether an entry is 0 only where a bracket says so: asked at random points of small sizes, which refute a belief."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np

from symbolic.errors import EvaluationError, SymbolicError
from symbolic.tensors.drawing import in_domain
from symbolic.tensors.nodes import Node, Var
from symbolic.tensors.sizes import least_sizes, names_of
from symbolic.tensors.tensor import Tensor
from symbolic.tensors.values import evaluate, length

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symbolic.tensors.nodes import Index

POINTS = 3
SIZES = ((1,), (2,), (3, 2), (1, 3), (3, 1))
"""Sizes in turn: at 1 a vector is its mean, at 2 three entries are never different."""

FINEST = 1e-9


def is_0_only_at(entry: Node, bracket: Node, facts: Mapping[str, frozenset[str]]) -> bool:
    """Whether an entry was found to be 0 nowhere but where the bracket is 1."""
    places = sorted(entry.free | bracket.free, key=lambda i: i.number)
    compared = False
    for sizes in _sizes(entry):
        for seed in range(POINTS):
            try:
                values, marks = (_values(node, places, sizes, facts, seed) for node in (entry, bracket))
            except (SymbolicError, IndexError, ZeroDivisionError, OverflowError):
                continue
            small = np.abs(values) <= FINEST * max(1.0, float(np.max(np.abs(values), initial=0)))
            if np.any(small & (marks == 0)):
                return False
            compared = True
    return compared


def _sizes(entry: Node) -> Iterator[dict[str, int]]:
    names = sorted({name for i in _indices(entry) for name in names_of(i.dim)})
    least = least_sizes(entry)
    for turn in SIZES:
        sizes = {name: turn[k % len(turn)] for k, name in enumerate(names)}
        if all(size >= least for size in sizes.values()):
            yield sizes
    if least > 1:
        yield {name: least + k for k, name in enumerate(names)}


def _indices(node: Node) -> Iterator[Index]:
    yield from node.free
    yield from node.bound
    for child in node.children():
        yield from _indices(child)


def _variables(node: Node) -> Iterator[Var]:
    if isinstance(node, Var):
        yield node
    for child in node.children():
        yield from _variables(child)


def _values(
    node: Node, places: list[Index], sizes: Mapping[str, int], facts: Mapping[str, frozenset[str]], seed: int
) -> np.ndarray:
    chance = random.Random(seed)  # noqa: S311 - points are drawn, not secrets
    shapes = {v.name: tuple(length(p.dim, sizes) for p in v.at) for v in _variables(node)}
    arrays = {}
    for name, shape in sorted(shapes.items()):
        cells = np.array([chance.uniform(-2, 2) for _ in range(int(np.prod(shape, dtype=int)))]).reshape(shape)
        arrays[name] = in_domain(cells, facts.get(name, frozenset()), chance).astype(object)
    whole = evaluate(Tensor(tuple((i,) for i in places), node), sizes, arrays).astype(float)
    if not np.all(np.isfinite(whole)):
        raise EvaluationError("no value here")
    return np.asarray(whole)
