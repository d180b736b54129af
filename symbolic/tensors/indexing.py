"""Indexing and slicing of tensors, joining and shifting: positions become deltas between indices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symbolic.errors import FormulaError
from symbolic.tensors.base import LABELS
from symbolic.tensors.nodes import Dim, Index, Node, Var, Where, add, compare, delta, fixed, fold, mul, substitute
from symbolic.tensors.tensor import Axis, Tensor, as_number, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Weights:
    """A place that depends on entries (``argmax``), as the brackets of all places."""

    tensor: Tensor

    @property
    def dims(self) -> tuple[Dim, ...]:
        """The sizes of the places."""
        return self.tensor.dims[0]

    def at(self, axis: Axis) -> Node:
        """Return the bracket of a place."""
        return self.tensor.at([axis]).entry


def indexed(t: Tensor, key: Sequence[object]) -> Tensor:
    """Return ``t[key]``: whole numbers, slices with constant ends, None and Ellipsis.

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


def _paired(t: Tensor, key: Sequence[object]) -> Tensor | None:
    """Read ``t[np.arange(n), y]``: one entry of every row."""
    if len(key) != 2 or t.rank < 2 or not all(isinstance(k, Tensor) and k.rank == 1 for k in key):
        return None
    rows, labels = key
    name = labels_of(labels) if isinstance(labels, Tensor) else None
    if (
        not isinstance(rows, Tensor)
        or not isinstance(rows.entry, Where)
        or not isinstance(labels, Tensor)
        or name is None
    ):
        return None
    if rows.dims[0] != t.dims[0] or labels.dims[0] != t.dims[0]:
        raise FormulaError(f"rows {rows} and labels {labels} do not fit a tensor of shape {t}")
    chosen = one_hot_of(name, labels.at([t.axes[0]]), t.axes[1])
    return Tensor((t.axes[0], *t.axes[2:]), fold("sum", t.axes[1], mul(chosen, t.entry)))


def _along(axis: Axis, key: object, entry: Node) -> tuple[list[Axis], Node]:
    """Return the axes that stay and the entry, indexed along one axis."""
    if isinstance(key, Tensor) and (names := labels_of(key)) is not None:
        chosen = one_hot_of(names, key, axis)
        return list(key.axes), fold("sum", axis, mul(chosen, entry))
    if isinstance(key, Weights):
        own = tuple(i.dim for i in axis)
        if key.dims != own:
            raise FormulaError(f"argmax over {size_text(key.dims)} entries indexes an axis of size {size_text(own)}")
        return [], fold("sum", axis, mul(key.at(axis), entry))
    if isinstance(key, slice):
        kept, entry = _sliced(axis, key, entry)
        return [kept], entry
    number = as_number(key)
    if number is None or number.value.denominator != 1:
        raise FormulaError("an index is a whole number, a slice with constant ends, None or ...")
    if len(axis) > 1:
        raise FormulaError(
            f"an axis of merged size {size_text(tuple(i.dim for i in axis))} takes no index: reshape first"
        )
    if axis:
        _check_inside(int(number.value), axis[0].dim)
        entry = substitute(entry, {axis[0]: fixed(int(number.value), axis[0].dim)})
    return [], entry


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


def _check_inside(k: int, dim: Dim) -> None:
    if not dim.name and not -dim.offset <= k < dim.offset:
        raise FormulaError(f"index {k} is outside an axis of size {dim}")


def _sliced(axis: Axis, key: slice, entry: Node) -> tuple[Axis, Node]:  # noqa: C901, PLR0912 - a case a line
    start, stop, step = (None if k is None else as_number(k) for k in (key.start, key.stop, key.step))
    if step is not None and step.value == -1 and key.start is None and key.stop is None:
        return reversed_along(axis, entry)
    if (key.step is not None and (step is None or step.value != 1)) or (
        (key.start, key.stop) != (None, None) and len(axis) != 1
    ):
        raise FormulaError("a slice has constant ends and step 1 or is [::-1], along one axis")
    if key.start is None and key.stop is None:
        return axis, entry
    if (key.start is not None and start is None) or (key.stop is not None and stop is None):
        raise FormulaError("a slice has constant ends and step 1, along one axis")
    first = 0 if start is None else int(start.value)
    last = None if stop is None else int(stop.value)
    dim = axis[0].dim
    if not dim.name:
        first, last, _ = slice(first, last).indices(dim.offset)
        length = Dim("", last - first)
    elif first >= 0 and (last is None or last < 0):
        length = Dim(dim.name, dim.offset - first + (last or 0))
    elif first >= 0 and last is not None:
        length = Dim("", last - first)
    elif last is None or last < 0:
        length = Dim("", (last or 0) - first)
    else:
        raise FormulaError("a slice from the end to a place from the start has no size for every shape")
    if not length.name and length.offset <= 0:
        raise FormulaError("the slice is empty")
    new = Index(length)
    if first < 0:
        place = compare("==", axis[0], fixed(first, dim)) if length.offset == 1 else None
        if place is None:
            raise FormulaError("a slice of several entries from the end is not read: index them one by one")
        return (), fold("sum", axis, mul(place, entry))
    if length == Dim("", 1):
        return (), substitute(entry, {axis[0]: fixed(first, dim)})
    return (new,), fold("sum", axis, mul(compare("==", axis[0], new, first), entry))


def reversed_along(axis: Axis, entry: Node) -> tuple[Axis, Node]:
    """Return the axis and the entry with the order of the axis reversed."""
    new = tuple(Index(i.dim) for i in axis)
    places = [compare("mirror", i, j) for i, j in zip(axis, new, strict=True)]
    return new, fold("sum", axis, mul(*places, entry))


def stacked(parts: Sequence[Tensor], axis: int) -> Tensor:
    """Return the tensors as the entries along a new axis."""
    if not parts:
        raise FormulaError("an empty tuple stands where a tensor is expected")
    new = Index(Dim("", len(parts)))
    first = parts[0]
    if any(part.dims != first.dims for part in parts):
        raise FormulaError(f"what is stacked has one shape: given were {', '.join(map(str, parts))}")
    entries = [part.at(first.axes).entry for part in parts]
    if len(parts) == 1:
        return Tensor((*first.axes[:axis], (), *first.axes[axis:]), entries[0])
    entry = add(*(mul(delta(new, fixed(k, new.dim)), e) for k, e in enumerate(entries)))
    return Tensor((*first.axes[:axis], (new,), *first.axes[axis:]), entry)


def joined(parts: Sequence[Tensor], axis: int) -> Tensor:
    """Return the concatenation along an axis, where at most one part has a size that is a name.

    Raises
    ------
    FormulaError
        More than one part has a named size along the axis.
    """
    lengths = [_length(part, axis) for part in parts]
    named = [k for k, length in enumerate(lengths) if length.name]
    if len(named) > 1:
        raise FormulaError("concatenate takes at most one part with a named size: the others have numbers")
    dim = Dim(lengths[named[0]].name if named else "", sum(length.offset for length in lengths))
    new, terms, begin = Index(dim), [], 0
    first = parts[named[0] if named else 0]
    axes = [(new,) if k == axis else a for k, a in enumerate(first.axes)]
    for k, part in enumerate(parts):
        from_end = bool(named) and k > named[0]
        start = begin - dim.offset if from_end else begin
        terms.append(_placed(part, axes, axis, new, start))
        begin += lengths[k].offset
    return Tensor(tuple(axes), add(*terms))


def _length(part: Tensor, axis: int) -> Dim:
    if not 0 <= axis < part.rank or len(part.axes[axis]) > 1:
        raise FormulaError(f"a tensor of shape {part} cannot be joined along axis {axis}")
    return part.axes[axis][0].dim if part.axes[axis] else Dim("", 1)


def _placed(part: Tensor, axes: Sequence[Axis], axis: int, new: Index, start: int) -> Node:
    """Return the entry of one part at its place along the new index; a negative start counts from the end."""
    own = part.renamed()
    old = own.axes[axis]
    body = own.at([old if k == axis else a for k, a in enumerate(axes)]).entry
    if not old:
        return mul(delta(new, fixed(start, new.dim)), body)
    if start < 0:
        places = range(old[0].dim.offset)
        return add(
            *(
                mul(delta(new, fixed(start + k, new.dim)), substitute(body, {old[0]: fixed(k, old[0].dim)}))
                for k in places
            )
        )
    return fold("sum", old, mul(compare("==", new, old[0], start), body))
