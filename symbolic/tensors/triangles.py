"""Diagonals and triangles of matrices in the vocabulary, and ``einsum``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors.arguments import axes_of, whole
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import Dim, Index, Node, compare, delta, fold, mul
from symbolic.tensors.sizes import begins_at, of_dim, whole_size
from symbolic.tensors.tensor import Axis, Tensor, reduce, size_text

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["diag", "diagonal", "einsum", "trace", "tril", "triu"]


def diagonal(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Tensor:
    """A diagonal along two axes of one size, as the last axis."""
    x, k = tensor(a), whole(offset, "offset")
    if x.rank < 2:
        raise FormulaError(f"a diagonal is one of a matrix, not of a tensor of shape {x}")
    (row,), (col,) = axes_of(x, axis1), axes_of(x, axis2)
    if row == col or x.dims[row] != x.dims[col]:
        raise FormulaError(f"diagonal takes a square matrix, not a tensor of shape {x}")
    rest = [axis for n, axis in enumerate(x.axes) if n not in (row, col)]
    axes = list(x.axes)
    if k == 0:
        axes[col] = axes[row]
        return Tensor((*rest, axes[row]), x.at(axes).entry)
    new, brackets = _shifted(axes[row], axes[col], k)
    return Tensor((*rest, (new,)), fold("sum", axes[row] + axes[col], mul(brackets, x.entry)))


def _shifted(rows: Axis, cols: Axis, k: int) -> tuple[Index, Node]:
    """Return the index that runs along a diagonal, and the brackets of its row and its column."""
    if len(rows) != 1:
        raise FormulaError("only the main diagonal of merged axes is read")
    dim = of_dim(rows[0].dim).plus(whole_size(-abs(k))).dim()
    if dim is None:
        raise FormulaError(f"a matrix of {rows[0].dim} rows has no diagonal {k}")
    new = Index(dim)
    places = [begins_at(i, new, whole_size(max(s, 0))) for i, s in ((rows[0], -k), (cols[0], k))]
    return new, mul(*places)


def diag(v: Any, k: Any = 0) -> Tensor:
    """A vector as a diagonal of a matrix; of a matrix, a diagonal."""
    x, shift = tensor(v), whole(k, "k")
    if x.rank == 2:
        return diagonal(x, shift)
    if x.rank != 1:
        raise FormulaError(f"diag takes a vector or a matrix, not a tensor of shape {x}")
    if shift == 0:
        rows = tuple(Index(i.dim) for i in x.axes[0])
        return Tensor((rows, x.axes[0]), mul(*map(delta, rows, x.axes[0]), x.at([rows]).entry))
    own = x.axes[0] or (Index(Dim("", 1)),)
    dim = of_dim(own[0].dim).plus(whole_size(abs(shift))).dim()
    if len(own) != 1 or dim is None:
        raise FormulaError("a merged axis is put on the main diagonal alone")
    row, col = Index(dim), Index(dim)
    places = [begins_at(i, own[0], whole_size(max(s, 0))) for i, s in ((row, -shift), (col, shift))]
    return Tensor(((row,), (col,)), fold("sum", own, mul(*places, x.entry)))


def trace(a: Any, offset: Any = 0, axis1: Any = 0, axis2: Any = 1) -> Tensor:
    """The sum of a diagonal."""
    d = diagonal(a, offset, axis1, axis2)
    return reduce(d, "sum", [d.rank - 1], False)


def tril(a: Any, k: Any = None) -> Tensor:
    """The entries on and below a diagonal of the last two axes."""
    return _triangle(a, k, lower=True)


def triu(a: Any, k: Any = None) -> Tensor:
    """The entries on and above a diagonal of the last two axes."""
    return _triangle(a, k, lower=False)


def _triangle(a: Any, k: Any, *, lower: bool) -> Tensor:
    a = tensor(a)
    shift = 0 if k is None else whole(k, "k")
    if a.rank < 2 or any(len(axis) != 1 for axis in a.axes[-2:]):
        raise FormulaError(f"a triangle is taken of a matrix, not of a tensor of shape {a}")
    (i,), (j,) = a.axes[-2:]
    kept = compare("<=", j, i, shift) if lower else compare("<=", i, j, -shift)
    return Tensor(a.axes, mul(kept, a.entry))


# -- einsum -----------------------------------------------------------------------------------------------------


def einsum(subscripts: Any, *operands: Any) -> Tensor:
    """``np.einsum`` with letters and dots, with or without ``->``."""
    text = subscripts.replace(" ", "") if isinstance(subscripts, str) else ""
    if not re.fullmatch(r"([A-Za-z,]|\.{3})*(->([A-Za-z]|\.{3})*)?", text) or not text:
        raise FormulaError(f"einsum takes letters such as 'ij,jk->ik', not {subscripts!r}")
    left, arrow, out = text.partition("->")
    inputs = left.split(",")
    tensors = [tensor(t).renamed() for t in operands]
    rests = _rests(text, inputs, tensors)
    if not arrow:
        once = [letter for letter in sorted(set(left) - set(",.")) if left.count(letter) == 1]
        out = "..." * bool(max(rests)) + "".join(once)
    labels = [_labels(s, count) for s, count in zip(inputs, rests, strict=True)]
    wanted = _labels(out, max(rests))
    axes: dict[str, Axis] = {}
    for own, t in zip(labels, tensors, strict=True):
        _collect(own, t, axes)
    entries = [_relabelled(t, own, axes) for own, t in zip(labels, tensors, strict=True)]
    missing = set(wanted) - set(axes)
    if missing or len(set(wanted)) < len(wanted):
        raise FormulaError(f"einsum {text!r}: the output repeats a letter or has one that no operand has ({missing})")
    over = [i for name, axis in axes.items() if name not in wanted for i in axis]
    if any(name.isdigit() and name not in wanted for name in axes):
        raise FormulaError(f"einsum {text!r}: the dots stand for axes, and the output has none")
    return Tensor(tuple(axes[name] for name in wanted), fold("sum", over, mul(*entries)))


def _rests(text: str, inputs: Sequence[str], tensors: Sequence[Tensor]) -> list[int]:
    """Return for how many axes the dots stand in each operand."""
    counts = [t.rank - len(s.replace("...", "")) for s, t in zip(inputs, tensors, strict=False)]
    fits = len(inputs) == len(tensors) and all(
        c == 0 or (c > 0 and "..." in s) for s, c in zip(inputs, counts, strict=True)
    )
    if not fits or any(s.count("...") > 1 for s in inputs):
        shapes = ", ".join(map(str, tensors))
        raise FormulaError(f"einsum {text!r} does not fit operands of shapes {shapes}: one letter an axis")
    return counts


def _labels(subscript: str, count: int) -> list[str]:
    """Return a label for every axis; the axes of the dots are numbered from the last one."""
    before, dots, after = subscript.partition("...")
    return [*before, *(str(k) for k in reversed(range(count)) if dots), *after]


def _collect(labels: Sequence[str], t: Tensor, axes: dict[str, Axis]) -> None:
    """Keep the axis of every label; axes of the dots have one size or 1."""
    for label, axis in zip(labels, t.axes, strict=True):
        known = axes.setdefault(label, axis)
        if label.isdigit() and not known:
            axes[label] = known = axis
        sizes = [size_text(tuple(i.dim for i in a)) for a in (known, axis)]
        if [i.dim for i in known] != [i.dim for i in axis] and (axis or not label.isdigit()):
            name = "an axis of the dots" if label.isdigit() else label
            raise FormulaError(f"einsum: {name} has size {sizes[0]} and {sizes[1]}: {sizes[0]} ≠ {sizes[1]}")


def _relabelled(t: Tensor, labels: Sequence[str], axes: dict[str, Axis]) -> Node:
    return t.at([axes[label] if axis else () for label, axis in zip(labels, t.axes, strict=True)]).entry
