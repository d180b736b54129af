"""Functions that make tensors or give them another shape, in NumPy's spelling."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors.arguments import axes_of, dims_of, whole
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import MINUS_ONE, ONE, Dim, Index, Where, add, compare, delta, fixed, mul, number, power
from symbolic.tensors.sizes import Size, of_dim, of_node, whole_size
from symbolic.tensors.tensor import Tensor, as_number, broadcast, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from symbolic.tensors.tensor import Axis, Dims


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


def full_like(x: Any, fill_value: Any) -> Tensor:
    """A tensor of one number, of the shape of another."""
    return broadcast(lambda _, v: v, like(0)(x), tensor(fill_value))


def eye(N: Any, M: Any = None, k: Any = None) -> Tensor:
    """Ones on a diagonal, zeros elsewhere: the identity matrix."""
    rows, cols = (tuple(map(Index, dims_of(n)[0])) for n in (N, N if M is None else M))
    shift = 0 if k is None else whole(k, "k")
    if len(rows) == len(cols) == 1:
        return Tensor((rows, cols), compare("==", cols[0], rows[0], shift))
    if shift or [i.dim for i in rows] != [i.dim for i in cols]:
        raise FormulaError("eye of merged sizes is square, with ones on its main diagonal")
    return Tensor((rows, cols), mul(*map(delta, rows, cols)))


def tri(N: Any, M: Any = None, k: Any = None) -> Tensor:
    """Ones on and below a diagonal, zeros above."""
    rows, cols = (tuple(map(Index, dims_of(n)[0])) for n in (N, N if M is None else M))
    if len(rows) != 1 or len(cols) != 1:
        raise FormulaError("tri has two plain sizes")
    return Tensor((rows, cols), compare("<=", cols[0], rows[0], 0 if k is None else whole(k, "k")))


def arange(start: Any, stop: Any = None, step: Any = None) -> Tensor:
    """``0, 1, … n - 1``: from a start to an end, by steps."""
    first, last = (scalar(0), start) if stop is None else (start, stop)
    by = scalar(1) if step is None else step
    numbers = [as_number(part) for part in (first, last, by)]
    if None not in numbers and numbers[2] != number(0):
        begin, end, stride = (n.value for n in numbers if n is not None)
        count: Size | None = whole_size(math.ceil((end - begin) / stride))
    else:
        ends = [of_node(tensor(part).entry) if not tensor(part).rank else None for part in (first, last)]
        count = ends[1].minus(ends[0]) if ends[0] and ends[1] and as_number(by) == ONE else None
    dim = None if count is None else count.dim()
    if dim is None:
        raise FormulaError("arange counts between whole numbers, or by ones up to a size")
    i = Index(dim)
    place = Where(i) if dim != Dim("", 1) else number(0)
    return Tensor(((i,),) if dim != Dim("", 1) else ((),), add(tensor(first).entry, mul(tensor(by).entry, place)))


def linspace(start: Any, stop: Any, num: Any) -> Tensor:
    """So many numbers from a start to an end, at equal distances."""
    begin, end = tensor(start), tensor(stop)
    if begin.rank or end.rank:
        raise FormulaError("linspace goes from one number to another one")
    axis = dims_of(num)[0]
    if len(axis) != 1:
        return Tensor(((),), begin.entry)
    i = Index(axis[0])
    steps = add(of_dim(i.dim).node(), MINUS_ONE)
    step = mul(add(end.entry, mul(MINUS_ONE, begin.entry)), power(steps, MINUS_ONE))
    return Tensor(((i,),), add(begin.entry, mul(step, Where(i))))


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
    for same in (x, *_parted_otherwise(x)):
        axes = _chunks(same.indices, dims)
        if axes is not None:
            return Tensor(axes if order == "C" else axes[::-1], same.entry)
    raise FormulaError(f"a tensor of shape {x} is not reshaped so for every size: merge or part whole axes")


def _chunks(flat: Axis, dims: Sequence[Dims]) -> tuple[Axis, ...] | None:
    """Part indices into axes of the asked sizes; of the sizes that a merged one is made of, any order is as good."""
    ends = list(itertools.accumulate(map(len, dims)))
    axes = tuple(flat[end - len(axis) : end] for axis, end in zip(dims, ends, strict=True))
    fits = all(sorted(i.dim for i in own) == sorted(axis) for own, axis in zip(axes, dims, strict=True))
    return axes if fits and sum(map(len, dims)) == len(flat) else None


def _parted_otherwise(x: Tensor) -> Iterator[Tensor]:
    """Yield the tensor with two axes that are one, as of an identity, parted in another order of their sizes."""
    for k, l in itertools.combinations(range(x.rank), 2):
        rows, cols = x.axes[k], x.axes[l]
        same = mul(*map(delta, rows, cols))
        if len(rows) < 2 or x.dims[k] != x.dims[l] or x.entry != same:
            continue
        for order in itertools.permutations(range(len(rows))):
            axes = list(x.axes)
            axes[k], axes[l] = (tuple(axis[n] for n in order) for axis in (rows, cols))
            yield Tensor(tuple(axes), same)


def ravel(x: Any, order: Any = "C") -> Tensor:
    """Merge all axes into one; ``order='F'`` stacks columns."""
    return reshape(x, scalar(-1), order=order)


def vec(x: Any) -> Tensor:
    """Stack the columns."""
    return ravel(x, "F")


def expand_dims(x: Any, axis: Any) -> Tensor:
    """Put in axes of size 1."""
    x = tensor(x)
    asked = [whole(k, "axis") for k in (axis if isinstance(axis, tuple) else (axis,))]
    rank = x.rank + len(asked)
    if any(not -rank <= k < rank for k in asked):
        raise FormulaError(f"axis {asked[0]} does not exist: the result has {rank} axes")
    new, own = {k % rank for k in asked}, iter(x.axes)
    return Tensor(tuple(() if k in new else next(own) for k in range(rank)), x.entry)


def squeeze(x: Any, axis: Any = None) -> Tensor:
    """Leave out the axes of size 1, all of them or those that are named."""
    x = tensor(x)
    over = [k for k, own in enumerate(x.axes) if not own] if axis is None else axes_of(x, axis)
    if any(x.axes[k] for k in over):
        raise FormulaError(f"squeeze leaves out axes of size 1, not {over} of a tensor of shape {x}")
    return Tensor(tuple(own for k, own in enumerate(x.axes) if k not in over), x.entry)


def broadcast_to(x: Any, shape: Any) -> Tensor:
    """Repeat along axes of size 1."""
    return broadcast(lambda x, _: x, tensor(x), filled(0)(shape))


def one_hot(k: Any, n: Any) -> Tensor:
    """The unit vector with a 1 at `k`."""
    i = Index(dims_of(n)[0][0])
    return Tensor(((i,),), delta(i, fixed(whole(k, "k"), i.dim)))
