"""Tensors put together, taken apart and turned, in NumPy's spelling."""

from __future__ import annotations

import itertools
from typing import Any

from symbolic.errors import FormulaError
from symbolic.tensors.arguments import axes_of, dims_of, whole
from symbolic.tensors.indexing import Picks, Weights, indexed
from symbolic.tensors.joining import joined, reversed_along, stacked
from symbolic.tensors.linalg import swapaxes, tensor, transpose
from symbolic.tensors.nodes import HALF, MINUS_ONE, ONE, Index, add, delta, fixed, fold, mul, number, power
from symbolic.tensors.shaping import expand_dims
from symbolic.tensors.sizes import begins_at, whole_size
from symbolic.tensors.tensor import Tensor, as_number, broadcast, reduce, scalar
from symbolic.tensors.triangles import diag

__all__ = [
    "append", "array_split", "atleast_1d", "atleast_2d", "atleast_3d", "block", "column_stack", "concatenate",
    "delete", "diagflat", "diff", "ediff1d", "gradient", "hstack", "moveaxis", "repeat", "rollaxis", "rot90", "split",
    "stack", "take", "tile", "trapezoid", "vander", "vstack",
]  # fmt: skip
MOST = 64
"""The most parts, columns or copies that are written out one by one."""


def _parts(arrays: Any) -> list[Tensor]:
    """Return the tensors of a list, or the rows of a tensor whose count is a number."""
    if isinstance(arrays, tuple):
        return [tensor(a) for a in arrays]
    t = tensor(arrays)
    if not t.rank or any(i.dim.name for i in t.axes[0]) or len(t.axes[0]) > 1:
        raise FormulaError(f"a list of tensors is joined, not a tensor of shape {t}")
    return [indexed(t, (scalar(k),)) for k in range(t.axes[0][0].dim.offset if t.axes[0] else 1)]


# -- put together -----------------------------------------------------------------------------------------------


def stack(arrays: Any, axis: Any = 0) -> Tensor:
    """Join along a new axis."""
    return stacked(_parts(arrays), whole(axis, "axis"))


def concatenate(arrays: Any, axis: Any = 0) -> Tensor:
    """Join along an axis; flattened where the axis is None."""
    parts = _parts(arrays)
    return joined([_flat(p) for p in parts], 0) if axis is None else joined(parts, whole(axis, "axis"))


def _flat(x: Tensor) -> Tensor:
    return Tensor((x.indices,), x.entry)


def append(arr: Any, values: Any, axis: Any = None) -> Tensor:
    """Join two tensors, each flattened where no axis is given."""
    return concatenate((tensor(arr), tensor(values)), axis)


def atleast_1d(x: Any) -> Tensor:
    """A number as a vector of one; everything else as it is."""
    x = tensor(x)
    return x if x.rank else Tensor(((),), x.entry)


def atleast_2d(x: Any) -> Tensor:
    """A vector as a row; matrices as they are."""
    x = tensor(x)
    return Tensor(((),) * (2 - x.rank) + x.axes, x.entry)


def atleast_3d(x: Any) -> Tensor:
    """A vector as a row, and that and a matrix with an axis more at the end."""
    x = tensor(x)
    return x if x.rank > 2 else Tensor((*(atleast_2d(x).axes if x.rank < 2 else x.axes), ()), x.entry)


def vstack(arrays: Any) -> Tensor:
    """Join along the first axis; vectors are rows."""
    return joined([atleast_2d(part) for part in _parts(arrays)], 0)


def hstack(arrays: Any) -> Tensor:
    """Join along the second axis; vectors along their only one."""
    parts = [atleast_1d(part) for part in _parts(arrays)]
    return joined(parts, 0 if parts[0].rank == 1 else 1)


def column_stack(arrays: Any) -> Tensor:
    """Join along the second axis; vectors are columns."""
    parts = [atleast_1d(part) for part in _parts(arrays)]
    return joined([expand_dims(p, 1) if p.rank == 1 else p for p in parts], 1)


def block(arrays: Any) -> Tensor:
    """A matrix of blocks: rows of blocks, one below the other."""
    if not isinstance(arrays, tuple):
        return tensor(arrays)
    if not any(isinstance(row, tuple) for row in arrays):
        return joined([atleast_1d(tensor(part)) for part in arrays], -1)
    rows = [block(row) if isinstance(row, tuple) else tensor(row) for row in arrays]
    return joined([atleast_2d(row) for row in rows], 0)


def diagflat(v: Any, k: Any = 0) -> Tensor:
    """A tensor, flattened, as a diagonal of a matrix."""
    return diag(_flat(tensor(v)), k)


def tile(A: Any, reps: Any) -> Tensor:
    """A tensor one after the other, so many times along each of its last axes."""
    counts = dims_of(reps)
    x = tensor(A)
    rank = max(x.rank, len(counts))
    counts = [()] * (rank - len(counts)) + counts
    axes = ((),) * (rank - x.rank) + x.axes
    return Tensor(tuple((*map(Index, count), *axis) for count, axis in zip(counts, axes, strict=True)), x.entry)


def repeat(a: Any, repeats: Any, axis: Any = None) -> Tensor:
    """Every entry along an axis so many times; of all entries where none is given."""
    x = _flat(tensor(a)) if axis is None else tensor(a)
    (k,) = [0] if axis is None else axes_of(x, axis)
    return Tensor((*x.axes[:k], (*x.axes[k], *map(Index, dims_of(repeats)[0])), *x.axes[k + 1 :]), x.entry)


# -- taken apart ------------------------------------------------------------------------------------------------


def take(a: Any, indices: Any, axis: Any = None) -> Tensor:
    """Entries at places along an axis; of the flattened tensor where none is given."""
    x = _flat(tensor(a)) if axis is None else tensor(a)
    (k,) = [0] if axis is None else axes_of(x, axis)
    places = places_of(indices)
    if not isinstance(places, (Picks, Weights, Tensor)):
        raise FormulaError("take takes a whole number, a list of them, labels or the places of argsort")
    return indexed(x, (*[slice(None)] * k, places))


def places_of(indices: Any) -> Any:
    """Return a list of whole numbers as places; everything else as it is."""
    return Picks(tuple(whole(k, "an index") for k in indices)) if isinstance(indices, tuple) else indices


def _slice(x: Tensor, k: int, start: int | None, stop: int | None) -> Tensor:
    first, last = (None if end is None else scalar(end) for end in (start, stop))
    return indexed(x, (*[slice(None)] * k, slice(first, last)))


def delete(arr: Any, obj: Any, axis: Any = None) -> Tensor:
    """Leave out the entry at a place along an axis."""
    x = _flat(tensor(arr)) if axis is None else tensor(arr)
    (k,) = [0] if axis is None else axes_of(x, axis)
    at = whole(obj, "obj")
    indexed(x, (*[slice(None)] * k, scalar(at)))  # it is there
    size = x.axes[k][0].dim if x.axes[k] else None
    last = at == -1 or (size is not None and not size.name and at % size.offset == size.offset - 1)
    parts = [] if at == 0 else [_slice(x, k, None, at)]
    parts += [] if last else [_slice(x, k, at + 1, None)]
    return joined(parts, k)


def split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> tuple[Tensor, ...]:
    """Parts along an axis: so many equal ones, or cut at places."""
    return _split(tensor(ary), indices_or_sections, axis, even=True)


def array_split(ary: Any, indices_or_sections: Any, axis: Any = 0) -> tuple[Tensor, ...]:
    """Parts along an axis: so many, the first of them longer where they are not equal, or cut at places."""
    return _split(tensor(ary), indices_or_sections, axis, even=False)


def _split(x: Tensor, where: Any, axis: Any, *, even: bool) -> tuple[Tensor, ...]:
    (k,) = axes_of(x, axis)
    if isinstance(where, tuple):
        cuts = [whole(at, "a place to cut at") for at in where]
    else:
        count = whole(where, "the number of parts")
        length = x.axes[k][0].dim if len(x.axes[k]) == 1 else None
        if length is None or length.name or not 0 < count <= length.offset:
            raise FormulaError("an axis is split into parts where its size is a number; cut it at places, as in [2, 5]")
        if even and length.offset % count:
            raise FormulaError(f"{length.offset} entries are not split into {count} equal parts: use array_split")
        small, longer = divmod(length.offset, count)
        cuts = list(itertools.accumulate([small + (n < longer) for n in range(count - 1)]))
    ends = [None, *cuts, None]
    return tuple(_slice(x, k, a, b) for a, b in itertools.pairwise(ends))


# -- turned -----------------------------------------------------------------------------------------------------


def moveaxis(a: Any, source: Any, destination: Any) -> Tensor:
    """Axes moved to other places, the others in their order."""
    x = tensor(a)
    start, end = (
        [whole(k, "axis") for k in (group if isinstance(group, tuple) else (group,))] for group in (source, destination)
    )
    if len(start) != len(end) or any(not -x.rank <= k < x.rank for k in (*start, *end)):
        raise FormulaError(f"moveaxis from {start} to {end}: a tensor of shape {x} has no such axes")
    start, end = [k % x.rank for k in start], [k % x.rank for k in end]
    order = [k for k in range(x.rank) if k not in start]
    for to, k in sorted(zip(end, start, strict=True)):
        order.insert(to, k)
    return transpose(x, tuple(map(scalar, order)))


def rollaxis(a: Any, axis: Any, start: Any = 0) -> Tensor:
    """One axis moved back until it stands before another."""
    x = tensor(a)
    (k,), to = axes_of(x, axis), whole(start, "start")
    if not -x.rank <= to <= x.rank:
        raise FormulaError(f"rollaxis to {to}: a tensor of shape {x} has no such axis")
    to = to + x.rank if to < 0 else to
    return moveaxis(x, k, to - (to > k))


def rot90(m: Any, k: Any = 1, axes: Any = None) -> Tensor:
    """A quarter turn in the plane of two axes, so many times."""
    x = tensor(m)
    first, second = (axes_of(x, scalar(0))[0], axes_of(x, scalar(1))[0]) if axes is None else _plane(x, axes)
    for _ in range(whole(k, "k") % 4):
        turned = list(x.axes)
        turned[second], entry = reversed_along(x.axes[second], x.entry)
        x = swapaxes(Tensor(tuple(turned), entry), scalar(first), scalar(second))
    return x


def _plane(x: Tensor, axes: Any) -> tuple[int, int]:
    (first,), (second,) = (axes_of(x, k) for k in axes)
    if first == second:
        raise FormulaError("rot90 turns in the plane of two different axes")
    return first, second


# -- differences ------------------------------------------------------------------------------------------------


def diff(a: Any, n: Any = 1, axis: Any = -1, prepend: Any = None, append: Any = None) -> Tensor:
    """``x[1:] - x[:-1]`` along an axis, `n` times over."""
    x = tensor(a)
    (k,), times = axes_of(x, axis), whole(n, "n")
    if not 0 <= times <= MOST:
        raise FormulaError(f"diff is taken 0 to {MOST} times, not {times}")
    ends = [None if end is None else _widened(tensor(end), x, k) for end in (prepend, append)]
    x = joined([p for p in (ends[0], x, ends[1]) if p is not None], k) if any(e is not None for e in ends) else x
    for _ in range(times):
        x = broadcast(lambda p, q: add(p, mul(MINUS_ONE, q)), _slice(x, k, 1, None), _slice(x, k, None, -1))
    return x


def _widened(end: Tensor, x: Tensor, k: int) -> Tensor:
    """Return a number as one entry along an axis of a tensor; a tensor as it is."""
    axes = tuple(() if n == k else axis for n, axis in enumerate(x.renamed().axes))
    return Tensor(axes, end.entry) if not end.rank else end


def ediff1d(ary: Any) -> Tensor:
    """The differences of neighbours of the flattened tensor."""
    return diff(_flat(tensor(ary)))


def gradient(f: Any, *varargs: Any) -> Tensor:
    """``np.gradient`` of a vector: central differences inside, one-sided at the ends; a number is the spacing."""
    x = tensor(f)
    spacing = tensor(varargs[0]) if varargs else scalar(1)
    if x.rank != 1 or len(x.axes[0]) != 1 or spacing.rank or len(varargs) > 1:
        raise FormulaError(f"gradient takes a vector, and one spacing, not a tensor of shape {x}")
    (j,) = x.axes[0]
    i = Index(j.dim)
    inside = mul(HALF, add(begins_at(j, i, whole_size(1)), mul(MINUS_ONE, begins_at(i, j, whole_size(1)))))
    corner = [(0, (0, -1), (1, HALF)), (-1, (-1, 1), (-2, mul(HALF, MINUS_ONE)))]
    weights = [inside]
    for end, (same, sign), (near, weight) in corner:
        row = add(mul(number(sign), delta(j, fixed(same, j.dim))), mul(weight, delta(j, fixed(near, j.dim))))
        weights.append(mul(delta(i, fixed(end, i.dim)), row))
    total = fold("sum", (j,), mul(add(*weights), x.entry))
    return Tensor(((i,),), mul(power(spacing.entry, MINUS_ONE), total))


def trapezoid(y: Any, x: Any = None, dx: Any = None, axis: Any = -1) -> Tensor:
    """The integral along an axis by trapezoids."""
    f = tensor(y)
    (k,) = axes_of(f, axis)
    means = broadcast(lambda p, q: mul(HALF, add(p, q)), _slice(f, k, 1, None), _slice(f, k, None, -1))
    width = scalar(1) if dx is None else tensor(dx)
    if x is not None:
        width = diff(x) if tensor(x).rank == 1 else diff(x, 1, k)
        width = Tensor((*width.axes, *((),) * (f.rank - 1 - k)), width.entry) if width.rank == 1 else width
    return reduce(broadcast(mul, means, width), "sum", [k], False)


def vander(x: Any, N: Any = None, increasing: Any = False) -> Tensor:
    """The powers of a vector as columns, so many as are asked for."""
    v = tensor(x)
    if v.rank != 1:
        raise FormulaError(f"vander takes a vector, not a tensor of shape {v}")
    own = v.axes[0][0].dim if len(v.axes[0]) == 1 and not v.axes[0][0].dim.name else None
    count = own.offset if N is None and own is not None else whole(N, "N")
    if not 0 < count <= MOST:
        raise FormulaError(f"vander has 1 to {MOST} columns, not {count}")
    powers = range(count) if _is_set(increasing) else reversed(range(count))
    return stacked([v.map(lambda e, p=p: power(e, number(p)) if p else ONE) for p in powers], 1)  # type: ignore[misc]  # bound at once


def _is_set(value: Any) -> bool:
    return value is True or (as_number(value) is not None and as_number(value) != number(0))
