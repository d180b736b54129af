"""Functions that make tensors or give them another shape, in NumPy's spelling."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors.arguments import dims_of, whole
from symbolic.tensors.indexing import indexed, joined, stacked
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import MINUS_ONE, Dim, Index, Where, add, delta, fixed, mul, number
from symbolic.tensors.tensor import Tensor, as_number, broadcast, scalar

if TYPE_CHECKING:
    from collections.abc import Callable


def filled(value: int) -> Callable[..., Tensor]:
    """Return the function that fills a shape with a number."""

    def function(shape: Any) -> Tensor:
        return Tensor(tuple(tuple(map(Index, axis)) for axis in dims_of(shape)), number(value))

    return function


def like(value: int) -> Callable[..., Tensor]:
    """Return the function that fills the shape of a tensor with a number."""

    def function(x: Any) -> Tensor:
        x = tensor(x)
        return Tensor(x.renamed().axes, number(value))

    return function


def full(shape: Any, fill_value: Any) -> Tensor:
    """A tensor of one number."""
    return broadcast(lambda _, v: v, filled(0)(shape), tensor(fill_value))


def eye(N: Any, M: Any = None) -> Tensor:
    """The identity matrix."""
    (axis,) = dims_of(N)[:1]
    if M is not None and dims_of(M)[0] != axis:
        raise FormulaError("eye is square here: give one size")
    rows, cols = tuple(map(Index, axis)), tuple(map(Index, axis))
    return Tensor((rows, cols), mul(*map(delta, rows, cols)))


def arange(start: Any, stop: Any = None) -> Tensor:
    """``0, 1, … n - 1``."""
    first = 0
    if stop is not None:
        first, start = whole(start, "start"), stop
    axis = dims_of(start)[0]
    if len(axis) != 1:
        raise FormulaError("arange counts up to one plain size")
    i = Index(Dim(axis[0].name, axis[0].offset - first))
    return Tensor(((i,),), add(number(first), Where(i)))


def reshape(x: Any, *shape: Any, order: Any = "C") -> Tensor:
    """Merge axes, or part a merged axis: every index stays as it is."""
    x = tensor(x)
    asked = shape[0] if len(shape) == 1 else shape
    x = x if order == "C" else Tensor(x.axes[::-1], x.entry)
    flat = x.indices
    if isinstance(asked, Tensor) and as_number(asked) == MINUS_ONE:
        return Tensor((flat,), x.entry)
    sizes = list(asked) if isinstance(asked, tuple) else [asked]
    if order != "C":
        sizes.reverse()
    free = [k for k, s in enumerate(sizes) if isinstance(s, Tensor) and as_number(s) == MINUS_ONE]
    dims = [() if k in free else dims_of(s)[0] for k, s in enumerate(sizes)]
    if len(free) == 1:
        spare = len(flat) - sum(map(len, dims))
        before = sum(map(len, dims[: free[0]]))
        dims[free[0]] = tuple(i.dim for i in flat[before : before + max(spare, 0)])
    if tuple(d for axis in dims for d in axis) != tuple(i.dim for i in flat):
        raise FormulaError(f"a tensor of shape {x} is not reshaped so for every size: merge or part whole axes")
    ends = list(itertools.accumulate(map(len, dims)))
    axes = [flat[end - len(axis) : end] for axis, end in zip(dims, ends, strict=True)]
    return Tensor(tuple(axes if order == "C" else axes[::-1]), x.entry)


def ravel(x: Any, order: Any = "C") -> Tensor:
    """Merge all axes into one; ``order='F'`` stacks columns."""
    return reshape(x, scalar(-1), order=order)


def vec(x: Any) -> Tensor:
    """Stack the columns."""
    return ravel(x, "F")


def stack(arrays: Any, axis: Any = None) -> Tensor:
    """Join along a new axis."""
    parts = [tensor(a) for a in arrays]
    return stacked(parts, _place(axis, 1 + max((t.rank for t in parts), default=0)))


def concatenate(arrays: Any, axis: Any = None) -> Tensor:
    """Join along an axis; at most one part has a named size there."""
    parts = [tensor(a) for a in arrays]
    return joined(parts, _place(axis, max((t.rank for t in parts), default=0)))


def _place(axis: Any, rank: int) -> int:
    """Return an axis, counted from the front."""
    k = 0 if axis is None else whole(axis, "axis")
    return k + rank if k < 0 else k


def hstack(tup: Any) -> Tensor:
    """Join vectors end to end, matrices side by side."""
    parts = [tensor(a) for a in tup]
    parts = [t if t.rank else Tensor(((),), t.entry) for t in parts]
    return joined(parts, min(1, parts[0].rank - 1))


def vstack(tup: Any) -> Tensor:
    """Join rows, or matrices, one below the other."""
    parts = [tensor(a) for a in tup]
    return joined([t if t.rank > 1 else Tensor(((),) * (2 - t.rank) + t.axes, t.entry) for t in parts], 0)


def column_stack(tup: Any) -> Tensor:
    """Join columns, or matrices, side by side."""
    parts = [tensor(a) for a in tup]
    return joined([t if t.rank > 1 else Tensor((*t.axes, ()), t.entry) for t in parts], 1)


def append(arr: Any, values: Any) -> Tensor:
    """Join two tensors, each flattened."""
    return joined([Tensor((part.indices,), part.entry) for part in (tensor(arr), tensor(values))], 0)


def diff(x: Any, n: Any = None) -> Tensor:
    """``x[1:] - x[:-1]`` along the last axis, `n` times over."""
    if n is not None and whole(n, "n") > 1:
        return diff(diff(x), scalar(whole(n, "n") - 1))
    x = tensor(x)
    ends = [(Ellipsis, slice(scalar(1), None, None)), (Ellipsis, slice(None, scalar(-1), None))]
    return broadcast(lambda a, b: add(a, mul(MINUS_ONE, b)), *(indexed(x, key) for key in ends))


def expand_dims(x: Any, axis: Any) -> Tensor:
    """Put in an axis of size 1."""
    x, k = tensor(x), whole(axis, "axis")
    k = k + x.rank + 1 if k < 0 else k
    return Tensor((*x.axes[:k], (), *x.axes[k:]), x.entry)


def squeeze(x: Any) -> Tensor:
    """Leave out the axes of size 1."""
    x = tensor(x)
    return Tensor(tuple(axis for axis in x.axes if axis), x.entry)


def broadcast_to(x: Any, shape: Any) -> Tensor:
    """Repeat along axes of size 1."""
    return broadcast(lambda x, _: x, tensor(x), filled(0)(shape))


def one_hot(k: Any, n: Any) -> Tensor:
    """The unit vector with a 1 at `k`."""
    i = Index(dims_of(n)[0][0])
    return Tensor(((i,),), delta(i, fixed(whole(k, "k"), i.dim)))
