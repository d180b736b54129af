"""Tensors as axes and an entry: broadcasting, products and reductions, with sizes checked by name.

An axis is a tuple of indices: one for a plain axis, several for an axis that a Kronecker product or ``reshape(-1)``
merged (the first index varies slowest), none for an axis of size 1. So broadcasting and merged axes are no special
cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symbolic.errors import FormulaError
from symbolic.tensors.nodes import Dim, Index, Node, Num, SizeOf, Var, fixed, fold, mul, number, substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Axis = tuple[Index, ...]
Dims = tuple[Dim, ...]


@dataclass(frozen=True)
class Tensor:
    """A tensor whose entry at the indices of its axes is `entry`."""

    axes: tuple[Axis, ...]
    entry: Node

    @property
    def rank(self) -> int:
        """Count of the axes."""
        return len(self.axes)

    @property
    def dims(self) -> tuple[Dims, ...]:
        """The sizes of the axes, each a product of the listed ones."""
        return tuple(tuple(i.dim for i in axis) for axis in self.axes)

    @property
    def indices(self) -> tuple[Index, ...]:
        """All indices, axis by axis."""
        return tuple(i for axis in self.axes for i in axis)

    def renamed(self) -> Tensor:
        """Return the same tensor with indices of its own."""
        new = {i: Index(i.dim) for i in self.indices}
        return self.at(tuple(tuple(new[i] for i in axis) for axis in self.axes))

    def at(self, axes: Sequence[Axis]) -> Tensor:
        """Return the same tensor with other indices, of the same sizes."""
        places = dict(zip(self.indices, (i for axis in axes for i in axis), strict=True))
        return Tensor(tuple(axes), substitute(self.entry, places))

    def map(self, change: Callable[[Node], Node]) -> Tensor:
        """Return the tensor with every entry changed."""
        return Tensor(self.axes, change(self.entry))

    def __str__(self) -> str:
        return shape_text(self.dims)


def scalar(entry: Node | int) -> Tensor:
    """Return a 0-d tensor."""
    return Tensor((), number(entry) if isinstance(entry, int) else entry)


def variable(name: str, dims: Sequence[Dims]) -> Tensor:
    """Return a named tensor with fresh indices."""
    axes = tuple(tuple(map(Index, axis)) for axis in dims)
    return Tensor(axes, Var(name, tuple(i for axis in axes for i in axis)))


def shape_text(dims: Sequence[Dims]) -> str:
    """Write a shape as NumPy does: ``(m, n)``, ``(n,)``."""
    sizes = [size_text(axis) for axis in dims]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def size_text(dims: Dims) -> str:
    """Write a size."""
    sums = [len(dims) > 1 and len(d.name.split("+")) + bool(d.name and d.offset) > 1 for d in dims]
    return "*".join(f"({d})" if is_sum else str(d) for d, is_sum in zip(dims, sums, strict=True)) or "1"


def size_of(axes: Iterable[Axis]) -> Node:
    """Return the count of entries along axes."""
    return mul(*(SizeOf(i.dim) if i.dim.name else number(i.dim.offset) for axis in axes for i in axis))


def broadcast(change: Callable[..., Node], *tensors: Tensor) -> Tensor:
    """Apply a function of entries to tensors whose shapes broadcast.

    Raises
    ------
    FormulaError
        Two sizes on one axis differ and neither is 1.
    """
    rank = max(t.rank for t in tensors)
    padded = [((),) * (rank - t.rank) + t.axes for t in tensors]
    axes = tuple(_joined([p[k] for p in padded], tensors) for k in range(rank))
    entries = [t.at([axes[rank - t.rank + k] if axis else () for k, axis in enumerate(t.axes)]).entry for t in tensors]
    return Tensor(axes, change(*entries))


def _joined(axes: Sequence[Axis], tensors: Sequence[Tensor]) -> Axis:
    first: Axis = next((axis for axis in axes if axis), ())
    for axis in axes:
        if axis and _dims(axis) != _dims(first):
            shapes = " with ".join(map(str, tensors))
            raise FormulaError(
                f"shapes {shapes} do not broadcast: {size_text(_dims(first))} ≠ {size_text(_dims(axis))}; "
                "sizes on one axis have to be equal or 1"
            )
    # a fresh index: two operands may hold each other's, crosswise
    return tuple(Index(i.dim) for i in first)


def _dims(axis: Axis) -> Dims:
    return tuple(i.dim for i in axis)


def contract(a: Tensor, b: Tensor, pairs: Sequence[tuple[int, int]], batch: Sequence[tuple[int, int]] = ()) -> Tensor:
    """Multiply and sum over pairs of axes; axes of `batch` run together and come first, then those of `a`, then of `b`.

    Raises
    ------
    FormulaError
        The axes of a pair have different sizes.
    """
    b = b.renamed()
    places = list(b.axes)
    for k, l in (*pairs, *batch):
        check_sizes(a, k, b, l)
        places[l] = a.axes[k]
    b = b.at(places)
    together = [a.axes[k] for k, _ in batch]
    left = [axis for k, axis in enumerate(a.axes) if k not in {k for k, _ in (*pairs, *batch)}]
    right = [axis for k, axis in enumerate(b.axes) if k not in {l for _, l in (*pairs, *batch)}]
    summed = [i for k, _ in pairs for i in a.axes[k]]
    return Tensor((*together, *left, *right), fold("sum", summed, mul(a.entry, b.entry)))


def check_sizes(a: Tensor, k: int, b: Tensor, l: int) -> None:
    """Raise unless axis `k` of `a` and axis `l` of `b` have one size."""
    one, other = a.dims[k], b.dims[l]
    if one != other:
        names = [f"{_called(t)} is {t}" for t in (a, b)]
        raise FormulaError(f"{names[0]}, {names[1]}: {size_text(one)} ≠ {size_text(other)}{_in_order(one, other)}")


def _in_order(one: Dims, other: Dims) -> str:
    """Return what to do where two merged axes differ in their order only."""
    if sorted(map(str, one)) != sorted(map(str, other)):
        return ""
    return f": the entries are merged in another order; write the one as {size_text(other)}"


def _called(t: Tensor) -> str:
    return t.entry.name if isinstance(t.entry, Var) else "an operand"


def matmul(a: Tensor, b: Tensor) -> Tensor:
    """Return ``a @ b`` as NumPy has it: vectors, matrices, stacks of matrices.

    Raises
    ------
    FormulaError
        One of them is a 0-d tensor, or the sizes do not fit.
    """
    if not (a.rank and b.rank):
        raise FormulaError(f"@ takes vectors and matrices, not {a} @ {b}: multiply by a number with *")
    if a.rank <= 2 and b.rank <= 2:
        return contract(a, b, [(a.rank - 1, max(b.rank - 2, 0))])
    b = b.renamed()
    check_sizes(a, a.rank - 1, b, max(b.rank - 2, 0))
    row, middle = a.axes[-2:-1], a.axes[-1]
    col = b.axes[-1:] if b.rank > 1 else ()
    b = b.at([*b.axes[:-2], middle, *col])
    stacks = [Tensor(a.axes[:-2], a.entry), Tensor(b.axes[:-2], b.entry)]
    product = broadcast(lambda x, y: fold("sum", middle, mul(x, y)), *stacks)
    return Tensor((*product.axes, *row, *col), product.entry)


def reduce(t: Tensor, kind: str, axes: Sequence[int], keepdims: bool) -> Tensor:
    """Fold a tensor along axes."""
    over = [i for k in axes for i in t.axes[k]]
    kept = tuple(() if k in axes else axis for k, axis in enumerate(t.axes) if keepdims or k not in axes)
    return Tensor(kept, fold(kind, over, t.entry))


def settled(t: Tensor) -> Tensor:
    """Leave out the indices of size 1: an axis of size 1 has none."""
    places = {i: fixed(0, i.dim) for i in t.indices if i.dim == Dim("", 1)}
    axes = tuple(tuple(i for i in axis if i not in places) for axis in t.axes)
    return Tensor(axes, substitute(t.entry, places)) if places else t


def as_number(value: object) -> Num | None:
    """Return the number that a 0-d tensor is, if it is one."""
    if isinstance(value, Tensor) and not value.axes and isinstance(value.entry, Num):
        return value.entry
    return None
