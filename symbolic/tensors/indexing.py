"""Indexing and slicing of tensors: positions become deltas between indices."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.errors import FormulaError
from symbolic.tensors.base import LABELS
from symbolic.tensors.joining import picked, reversed_along, stacked
from symbolic.tensors.nodes import (
    MINUS_ONE,
    Index,
    Node,
    Num,
    Var,
    Where,
    add,
    apply,
    fold,
    mul,
    replaced,
    substitute,
)
from symbolic.tensors.sizes import Size, begins_at, fixed_at, of_dim, of_node, whole_size
from symbolic.tensors.tensor import Axis, Tensor, as_number, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symbolic.tensors.nodes import Dim


@dataclass(frozen=True)
class Weights:
    """Places that depend on entries (``argmax``, ``argsort``): the brackets of all places, along the last axis.

    Where they are a permutation, `along` is the axis that it goes to.
    """

    tensor: Tensor
    along: int | None = None

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The sizes of the places."""
        return self.tensor.dims[-1]

    def at(self, axes: Sequence[Axis]) -> Node:
        """Return the bracket of a place."""
        return self.tensor.at(axes).entry

    def taken(self, key: Sequence[object]) -> Weights:
        """Return some of the places."""
        return Weights(indexed(self.tensor, (*key, slice(None)) if Ellipsis in key else (*key, Ellipsis, slice(None))))

    def value(self) -> Tensor:
        """Return the places as numbers."""
        axis = self.tensor.axes[-1]
        return Tensor(self.tensor.axes[:-1], fold("sum", axis, mul(position(axis), self.tensor.entry)))


@dataclass(frozen=True)
class Picks:
    """Places that are written out, as a list of whole numbers."""

    places: tuple[int, ...]


def position(axis: Axis) -> Node:
    """Return the place along an axis as a number: of a merged one, the first index varies slowest."""
    place: Node = Num(Fraction(0))
    for i in axis:
        place = add(mul(place, of_dim(i.dim).node()), Where(i))
    return place


def indexed(t: Tensor, key: Sequence[object]) -> Tensor:
    """Return ``t[key]``: whole numbers, lists of them, slices, labels, None and Ellipsis.

    Raises
    ------
    FormulaError
        The key is something else, or does not fit the shape.
    """
    taken = sum(k is not None and k is not Ellipsis for k in key)
    if taken > t.rank:
        raise FormulaError(f"{taken} indices were given, the tensor of shape {t} has {t.rank} axes")
    paired = _paired(t, key)
    if paired is not None:
        return paired
    rest = [slice(None)] * (t.rank - taken)
    at = next((n for n, k in enumerate(key) if k is Ellipsis), len(key))
    axes: list[Axis] = []
    entry, remaining = t.entry, list(t.axes)
    for k in [*key[:at], *rest, *key[at + 1 :]]:
        if k is None:
            axes.append(())
            continue
        axis = remaining.pop(0)
        kept, entry = _along(axis, k, entry)
        axes.extend(kept)
    return Tensor(tuple(axes), entry)


def _is_many(key: object) -> bool:
    """Whether a key names several places at once."""
    return isinstance(key, (Picks, Weights)) or (isinstance(key, Tensor) and bool(key.rank))


def _paired(t: Tensor, key: Sequence[object]) -> Tensor | None:
    """Read what names one entry of every row, as ``t[np.arange(n), y]``, or entries by several lists."""
    many = [k for k in key if _is_many(k)]
    if len(many) < 2:
        return None
    if all(isinstance(k, Picks) for k in many):
        lists = [k.places for k in many if isinstance(k, Picks)]
        if len({len(places) for places in lists}) > 1 or len(many) < len(key):
            raise FormulaError("lists that index together have one length, and stand alone")
        places = [[Tensor((), Num(Fraction(k))) for k in at] for at in zip(*lists, strict=True)]
        return stacked([indexed(t, at) for at in places], 0)
    if len(key) != 2 or t.rank < 2 or not _runs(key[0], t.dims[0]):
        raise FormulaError("of two indices that are tensors, the first is arange over the rows: index one by one")
    chosen = _chosen(key[1], t.axes[0], t.axes[1])
    return Tensor((t.axes[0], *t.axes[2:]), fold("sum", t.axes[1], mul(chosen, t.entry)))


def _runs(key: object, dims: tuple[Dim, ...]) -> bool:
    """Whether a key runs through all places of an axis in order."""
    return isinstance(key, Tensor) and key.rank == 1 and isinstance(key.entry, Where) and key.dims[0] == dims


def _chosen(key: object, rows: Axis, axis: Axis) -> Node:
    """Return the bracket of one place for every row."""
    own = tuple(i.dim for i in rows)
    if isinstance(key, Weights) and key.tensor.dims == (own, tuple(i.dim for i in axis)):
        return key.at([rows, axis])
    if isinstance(key, Tensor) and _runs(key, own) and len(axis) == len(rows) == 1:
        return begins_at(axis[0], rows[0], whole_size(0))
    name = labels_of(key) if isinstance(key, Tensor) else None
    if name is None or not isinstance(key, Tensor) or key.dims != (own,):
        raise FormulaError(f"the second index names no place for each of {size_text(own)} rows")
    return one_hot_of(name, key.at([rows]), axis)


def _along(axis: Axis, key: object, entry: Node) -> tuple[list[Axis], Node]:
    """Return the axes that stay and the entry, indexed along one axis."""
    if isinstance(key, Picks):
        kept, entry = picked(axis, key.places, entry)
        return [kept], entry
    if isinstance(key, Tensor) and (names := labels_of(key)) is not None:
        chosen = one_hot_of(names, key, axis)
        return list(key.axes), fold("sum", axis, mul(chosen, entry))
    if isinstance(key, Weights):
        own = tuple(i.dim for i in axis)
        if key.dims != own:
            raise FormulaError(
                f"places among {size_text(key.dims)} entries do not index an axis of size {size_text(own)}"
            )
        fresh = key.tensor.renamed().axes[:-1]
        return list(fresh), fold("sum", axis, mul(key.at([*fresh, axis]), entry))
    if isinstance(key, slice):
        kept, entry = _sliced(axis, key, entry)
        return [kept], entry
    if isinstance(key, Tensor) and _runs(key, tuple(i.dim for i in axis)):
        return [axis], entry
    return [], _at_place(axis, key, entry)


def _at_place(axis: Axis, key: object, entry: Node) -> Node:
    """Return the entry at a whole number, or at a formula of sizes such as ``n // 2``."""
    number = as_number(key)
    if number is None and isinstance(key, Tensor) and not key.rank and not key.entry.names and len(axis) == 1:
        return _at_formula(axis[0], key.entry, entry)
    if number is None or number.value.denominator != 1:
        raise FormulaError("an index is a whole number, a slice with constant ends, None or ...")
    if len(axis) > 1:
        raise FormulaError(
            f"an axis of merged size {size_text(tuple(i.dim for i in axis))} takes no index: reshape first"
        )
    if axis:
        _, entry = picked(axis, [int(number.value)], entry)
    return entry


def _at_formula(i: Index, place: Node, entry: Node) -> Node:
    """Return the entry at a place given by sizes; where only the number of the place counts, the number is put in."""
    size = of_node(place)
    found = fixed_at(size, i.dim) if size is not None else None
    if found is not None:
        return substitute(entry, {i: found})
    if size is not None and whole_size(-1).minus(size).is_nonnegative:
        place = add(place, of_dim(i.dim).node())
    counted = replaced(entry, lambda node: place if node == Where(i) else None)
    if i not in counted.free:
        return counted
    return fold("sum", (i,), mul(apply("zero", add(Where(i), mul(MINUS_ONE, place))), entry))


def labels_of(key: Tensor) -> str | None:
    """Return the name of a tensor of labels that is used as an index."""
    return (
        key.entry.name
        if (key.rank and isinstance(key.entry, Var))
        or (not key.rank and isinstance(key.entry, Var) and not key.entry.at)
        else None
    )


def one_hot_of(name: str, key: Tensor, axis: Axis) -> Node:
    """Return ``[label == k]`` as an entry of a tensor of its own, for labels in ``0 … size - 1``."""
    if len(axis) != 1:
        raise FormulaError("labels index one plain axis")
    return Var(name + LABELS, (*key.indices, *axis))


def _sliced(axis: Axis, key: slice, entry: Node) -> tuple[Axis, Node]:
    """Return the axis that stays and the entry: ends are whole numbers, or sizes."""
    step = 1 if key.step is None else _step(key.step)
    if (key.start, key.stop) == (None, None) and step in (1, -1):
        return (axis, entry) if step == 1 else reversed_along(axis, entry)
    if len(axis) != 1:
        raise FormulaError("a slice goes along one plain axis")
    dim = axis[0].dim
    if not dim.name:
        ends = [None if k is None else _whole(k) for k in (key.start, key.stop)]
        places = range(dim.offset)[slice(ends[0], ends[1], step)]
        if not places:
            raise FormulaError("the slice is empty")
        if step != 1:
            return picked(axis, places, entry)
        return _part(axis[0], whole_size(places[0]), whole_size(len(places)), entry)
    if step != 1:
        raise FormulaError("a slice of an axis whose size is a name has step 1 or is [::-1]")
    first = whole_size(0) if key.start is None else _end(key.start, dim)
    last = of_dim(dim) if key.stop is None else _end(key.stop, dim)
    return _part(axis[0], first, last.minus(first), entry)


def _step(value: object) -> int:
    number = as_number(value)
    if number is None or number.value.denominator != 1 or not number.value:
        raise FormulaError("the step of a slice is a whole number other than 0")
    return int(number.value)


def _whole(value: object) -> int:
    number = as_number(value)
    if number is None or number.value.denominator != 1:
        raise FormulaError("a slice of an axis whose size is a number has whole numbers as ends")
    return int(number.value)


def _end(value: object, dim: Dim) -> Size:
    """Return an end of a slice, counted from the start of the axis."""
    size = of_node(value.entry) if isinstance(value, Tensor) and not value.rank else None
    if size is None:
        raise FormulaError("a slice has constant ends: whole numbers, or sums of sizes")
    return size if size.number is None or size.number >= 0 else of_dim(dim).plus(size)


def _part(i: Index, first: Size, length: Size, entry: Node) -> tuple[Axis, Node]:
    """Return so many entries of an axis, from a place on."""
    if length.number is not None and length.number <= 0:
        raise FormulaError("the slice is empty")
    dim = length.dim()
    if dim is None:
        raise FormulaError("a slice from the end to a place from the start has no size for every shape")
    if dim == i.dim and first.number == 0:
        return (i,), entry
    begin = fixed_at(first, i.dim)
    from_end = begin is not None and begin.value < 0
    if begin is not None and length.number is not None and (from_end or length.number == 1):
        return picked((i,), range(begin.value, begin.value + length.number), entry)
    new = Index(dim)
    return (new,), fold("sum", (i,), mul(begins_at(i, new, first), entry))
