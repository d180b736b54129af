"""Order along an axis: sorted entries, their places, medians and quantiles, as brackets of ranks.

The rank of an entry is how many others come before it, of equal ones those that stand before it, so that the entry
at place k of the sorted axis is ``sum_i x[i] [rank(i) = k]`` at ties as well. Off ties, only the entry itself moves.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symbolic.errors import FormulaError
from symbolic.tensors import entries as e
from symbolic.tensors.arguments import axes_of, keep
from symbolic.tensors.indexing import Weights, position
from symbolic.tensors.joining import stacked
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    ONE,
    Index,
    Node,
    Num,
    add,
    compare,
    delta,
    fold,
    mul,
    number,
    substitute,
)
from symbolic.tensors.tensor import Axis, Tensor, as_number, size_of

__all__ = ["argmax", "argmin", "argsort", "median", "percentile", "quantile", "sort", "take_along_axis"]


def rank(entry: Node, axis: Axis) -> Node:
    """Return the place that an entry has among those along an axis, once they are sorted."""
    others = tuple(Index(i.dim) for i in axis)
    other = substitute(entry, dict(zip(axis, others, strict=True)))
    tied = mul(e.same(entry, other), _before(others, axis))
    return fold("sum", others, add(e.greater(entry, other), tied))


def _before(first: Axis, second: Axis) -> Node:
    """Return whether one place comes before another along an axis."""
    terms: list[Node] = []
    alike: Node = ONE
    for i, j in zip(first, second, strict=True):
        terms.append(mul(alike, compare("<=", i, j, -1)))
        alike = mul(alike, delta(i, j))
    return add(*terms)


def _along(x: Tensor, axis: Any) -> tuple[Tensor, int]:
    """Return the tensor and the axis to sort along; all entries in one where none is given."""
    x = Tensor((x.indices,), x.entry) if axis is None else x
    over = axes_of(x, axis) if axis is not None else [0]
    if len(over) != 1:
        raise FormulaError("entries are put in order along one axis, or all of them: give axis= or none")
    return x, over[0]


def _at(x: Tensor, k: int, place: Node) -> Node:
    """Return the entry at a place of the sorted axis `k`."""
    axis = x.axes[k]
    return fold("sum", axis, mul(x.entry, e.same(rank(x.entry, axis), place)))


def sort(a: Any, axis: Any = -1) -> Tensor:
    """The entries along an axis in ascending order."""
    x, k = _along(tensor(a), axis)
    new = tuple(Index(i.dim) for i in x.axes[k])
    return Tensor((*x.axes[:k], new, *x.axes[k + 1 :]), _at(x, k, position(new)))


def argsort(a: Any, axis: Any = -1) -> Weights:
    """The places of the entries in ascending order, to index with."""
    if isinstance(a, Weights) and a.along is not None and a.tensor.rank == 2 and axis in (-1, 0):
        return Weights(Tensor(a.tensor.axes[::-1], a.tensor.entry), 0)  # the places of places: the permutation back
    x, k = _along(tensor(a), axis)
    new = tuple(Index(i.dim) for i in x.axes[k])
    entry = e.same(rank(x.entry, x.axes[k]), position(new))
    return Weights(Tensor((*x.axes[:k], new, *x.axes[k + 1 :], x.axes[k]), entry), k)


def _best(x: Any, kind: str, axis: Any) -> Weights:
    x, k = _along(tensor(x), axis)
    best = fold(kind, x.axes[k], x.entry)
    return Weights(Tensor((*x.axes[:k], *x.axes[k + 1 :], x.axes[k]), e.same(x.entry, best)))


def argmax(a: Any, axis: Any = None) -> Weights:
    """The place of the greatest entry, to index with."""
    return _best(a, "max", axis)


def argmin(a: Any, axis: Any = None) -> Weights:
    """The place of the least entry, to index with."""
    return _best(a, "min", axis)


def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Tensor:
    """Entries at places that ``argsort`` found along the same axis."""
    x, k = _along(tensor(arr), axis)
    if not isinstance(indices, Weights) or indices.tensor.dims != (*x.dims, x.dims[k]):
        raise FormulaError(f"take_along_axis takes the places of argsort along the same axis of a tensor of shape {x}")
    found = indices.tensor.renamed()
    places = [*found.axes[:k], found.axes[-1], *found.axes[k + 1 : -1]]
    return Tensor(found.axes[:-1], fold("sum", found.axes[-1], mul(found.entry, x.at(places).entry)))


# -- medians and quantiles --------------------------------------------------------------------------------------


def median(a: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """The middle entry along an axis, or the mean of the two in the middle."""
    return _quantile(tensor(a), HALF, axis, keep(keepdims))


def quantile(a: Any, q: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """The quantile, between two entries by their distance."""
    return _by_number(a, q, Fraction(1), axis, keepdims)


def percentile(a: Any, q: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """The quantile of ``q / 100``."""
    return _by_number(a, q, Fraction(100), axis, keepdims)


def _by_number(a: Any, q: Any, whole: Fraction, axis: Any, keepdims: Any) -> Tensor:
    if isinstance(q, tuple):
        return stacked([_by_number(a, part, whole, axis, keepdims) for part in q], 0)
    part = as_number(q)
    if part is None or not 0 <= part.value <= whole:
        raise FormulaError(f"q is a number written out, from 0 to {whole}")
    return _quantile(tensor(a), number(part.value / whole), axis, keep(keepdims))


def _quantile(x: Tensor, q: Num, axis: Any, stays: bool) -> Tensor:
    rank_of_all = x.rank
    x, k = _along(x, axis)
    last = add(size_of([x.axes[k]]), MINUS_ONE)
    low = e.floor(mul(q, last))
    high = e.floor(mul(HALF, size_of([x.axes[k]]))) if q == HALF else e.ceil(mul(q, last))
    below, above = _at(x, k, low), _at(x, k, high)
    # of a median the two count alike, wherever they are
    weight: Node = HALF if q == HALF else e.difference(mul(q, last), low)
    value = below if low == high else add(mul(e.difference(ONE, weight), below), mul(weight, above))
    if axis is None:
        return Tensor(((),) * rank_of_all if stays else (), value)
    return Tensor((*x.axes[:k], *([()] if stays else []), *x.axes[k + 1 :]), value)
