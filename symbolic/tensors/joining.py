"""Tensors one after the other, along a new axis or along one that they have; entries picked from an axis."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from symbolic.errors import FormulaError
from symbolic.tensors.nodes import (
    MINUS_ONE,
    Dim,
    Fixed,
    Index,
    Node,
    Where,
    add,
    apply,
    compare,
    delta,
    fixed,
    fold,
    mul,
    substitute,
)
from symbolic.tensors.sizes import Size, begins_at, fixed_at, joint, of_dim, whole_size
from symbolic.tensors.tensor import Axis, Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_PICKED = 64
"""So many entries of an axis are named one by one."""


def reversed_along(axis: Axis, entry: Node) -> tuple[Axis, Node]:
    """Return the axis and the entry with the order of the axis reversed."""
    new = tuple(Index(i.dim) for i in axis)
    places = [compare("mirror", i, j) for i, j in zip(axis, new, strict=True)]
    return new, fold("sum", axis, mul(*places, entry))


def stacked(parts: Sequence[Tensor], axis: int) -> Tensor:
    """Return the tensors as the entries along a new axis; a negative one is counted from the end.

    Raises
    ------
    FormulaError
        Their shapes differ, or there is no such axis.
    """
    if not parts:
        raise FormulaError("an empty tuple stands where a tensor is expected")
    first = parts[0]
    if any(part.dims != first.dims for part in parts):
        raise FormulaError(f"what is stacked has one shape: given were {', '.join(map(str, parts))}")
    if not -first.rank - 1 <= axis <= first.rank:
        raise FormulaError(f"axis {axis} does not exist in a stack of tensors of shape {first}")
    axis %= first.rank + 1
    entries = [part.at(first.axes).entry for part in parts]
    kept, entry = _listed(entries)
    return Tensor((*first.axes[:axis], kept, *first.axes[axis:]), entry)


def _listed(entries: Sequence[Node]) -> tuple[Axis, Node]:
    """Return the axis that runs through some entries, and the entry at its place."""
    if len(entries) == 1:
        return (), entries[0]
    new = Index(Dim("", len(entries)))
    return (new,), add(*(mul(delta(new, fixed(k, new.dim)), e) for k, e in enumerate(entries)))


def picked(axis: Axis, places: Sequence[int], entry: Node) -> tuple[Axis, Node]:
    """Return the axis and the entry of the entries at some places along an axis, one by one.

    Raises
    ------
    FormulaError
        The axis is merged, has no such places, or they are too many.
    """
    if len(axis) > 1 or not places or len(places) > MOST_PICKED:
        raise FormulaError(f"1 to {MOST_PICKED} entries are picked from one plain axis, not {len(places)}")
    dim = axis[0].dim if axis else Dim("", 1)
    for k in places:
        if not dim.name and not -dim.offset <= k < dim.offset:
            raise FormulaError(f"index {k} is outside an axis of size {dim}")
    return _listed([substitute(entry, {i: fixed(k, i.dim) for i in axis}) for k in places])


def joined(parts: Sequence[Tensor], axis: int) -> Tensor:
    """Return the concatenation along an axis; a negative one is counted from the end.

    Raises
    ------
    FormulaError
        The tensors do not fit, or an axis has no size of its own.
    """
    if not parts:
        raise FormulaError("an empty tuple stands where a tensor is expected")
    ranks = {part.rank for part in parts}
    if len(ranks) > 1 or not -max(ranks) <= axis < max(ranks):
        raise FormulaError(f"tensors of shapes {', '.join(map(str, parts))} are not joined along axis {axis}")
    axis %= max(ranks)
    lengths = [_length(part, axis) for part in parts]
    dim = joint(lengths)
    first = max(parts, key=lambda part: bool(_length(part, axis).name))
    others = {part.dims[:axis] + part.dims[axis + 1 :] for part in parts}
    if len(others) > 1:
        raise FormulaError(f"shapes {', '.join(map(str, parts))} differ off axis {axis}: they are not joined along it")
    new = Index(dim)
    axes = [(new,) if k == axis else a for k, a in enumerate(first.axes)]
    begins = itertools.accumulate(map(of_dim, lengths), Size.plus, initial=whole_size(0))
    terms = [_placed(part, axes, axis, new, begin) for part, begin in zip(parts, begins, strict=False)]
    return Tensor(tuple(axes), add(*terms))


def _length(part: Tensor, axis: int) -> Dim:
    if len(part.axes[axis]) > 1:
        raise FormulaError(f"a tensor of shape {part} is not joined along its merged axis {axis}")
    return part.axes[axis][0].dim if part.axes[axis] else Dim("", 1)


def _placed(part: Tensor, axes: Sequence[Axis], axis: int, new: Index, begin: Size) -> Node:
    """Return the entry of one part at its place along the new index."""
    own = part.renamed()
    old = own.axes[axis]
    body = own.at([old if k == axis else a for k, a in enumerate(axes)]).entry
    if not old:
        return mul(at_place(new, begin), body)
    from_end = begin.minus(of_dim(new.dim)).number
    if begin.number is None and from_end is not None and not old[0].dim.name:
        places = [Fixed(from_end + k, new.dim) for k in range(old[0].dim.offset)]
        inside = [substitute(body, {old[0]: fixed(k, old[0].dim)}) for k in range(len(places))]
        return add(*(mul(delta(new, place), e) for place, e in zip(places, inside, strict=True)))
    return fold("sum", old, mul(begins_at(new, old[0], begin), body))


def at_place(new: Index, place: Size) -> Node:
    """Return the bracket of a place on an axis."""
    found = fixed_at(place, new.dim)
    return delta(new, found) if found is not None else apply("zero", add(Where(new), mul(MINUS_ONE, place.node())))
