"""Functions that move entries: reshaping, permuting, repeating, joining and splitting."""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.dtypes import promote_types
from numeric.errors import NumericRuntimeError, NumericTypeError, NumericValueError
from numeric.functions.operands import as_tensor_operand, cast, count, one_axis, some_axes
from numeric.inplace import get_item, view
from numeric.rulebook import rules
from numeric.rulebook.rule import Called
from numeric.tape import Node, apply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numeric.tensor import Tensor

_COPIED = Called(rules["reshape"], "UnsafeViewBackward0")
_SQUEEZE = Called(rules["squeeze"], "SqueezeBackward1")
_EXPAND = Called(rules["reshape"], "ExpandBackward0")
_T = Called(rules["swapaxes"], "TBackward0")
_NO_AXES_SWAPPED = Called(rules["transpose"], "TransposeBackward0")
_STACK = Called(rules["cat"], "StackBackward0")


def sizes_of(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Return the sizes meant by ``f(2, 3)``, ``f((2, 3))`` and ``f([2, 3])`` alike.

    Raises
    ------
    NumericTypeError
        If a size is not an integer.
    """
    if len(shape) == 1 and isinstance(shape[0], tuple | list):
        shape = tuple(shape[0])
    return tuple(count("a size", size) for size in shape)


def reshape(x: Tensor, *shape: Any) -> Tensor:
    """Return the entries, in row-major order, in another shape; -1 stands for what is left.

    Raises
    ------
    NumericRuntimeError
        If the number of entries differs.
    """
    x = as_tensor_operand(x, "reshape")
    sizes = sizes_of(shape)
    count = math.prod(x.shape)
    free = [axis for axis, size in enumerate(sizes) if size == -1]
    known = math.prod(size for size in sizes if size != -1)
    if len(free) > 1:
        raise NumericRuntimeError(f"only one dimension can be inferred, got shape {sizes}")
    if any(size < -1 for size in sizes):
        raise NumericRuntimeError(f"invalid shape dimension in {sizes}: sizes are >= 0, or -1")
    if free and known == 0 and count == 0:
        raise NumericRuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(sizes)} because the "
            "unspecified dimension size -1 can be any value and is ambiguous"
        )
    if (count % known != 0 if free and known else count != known) or (free and known == 0):
        raise NumericRuntimeError(
            f"shape '{list(sizes)}' is invalid for input of size {count}: their products must be equal"
        )
    sizes = tuple(count // known if size == -1 else size for size in sizes)
    out = view(rules["reshape"], x, shape=sizes)
    if isinstance(out._edge, Node) and out._storage is None:
        out._edge.rule = _COPIED
    return out


def as_view(x: Tensor, *shape: Any) -> Tensor:
    """Return a view in another shape, PyTorch's ``view``.

    Raises
    ------
    NumericRuntimeError
        If the number of entries differs, or the memory is not laid out for it.
    """
    out = reshape(x, *shape)
    if out._storage is None or out._storage is not x._storage:
        if x.numel() == 0:
            return out
        raise NumericRuntimeError("view size is not compatible with input tensor's size and stride: use .reshape(...)")
    return out


def view_as(x: Tensor, other: Tensor) -> Tensor:
    """Return a view in the shape of ``other``."""
    return as_view(x, tuple(other.shape))


def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return ``x`` with the axes from ``start_dim`` to ``end_dim`` joined into one.

    Raises
    ------
    NumericRuntimeError
        If ``start_dim`` comes after ``end_dim``.
    """
    first, last = one_axis(start_dim, x.ndim), one_axis(end_dim, x.ndim)
    if first > last:
        raise NumericRuntimeError(
            f"flatten() has invalid args: start_dim {start_dim} cannot come after end_dim {end_dim}"
        )
    shape = tuple(x.shape)
    if shape and first == last:
        return x
    return reshape(x, (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


def ravel(x: Tensor) -> Tensor:
    """Return the entries in row-major order, as a vector."""
    return reshape(x, -1) if x.numel() else reshape(x, 0)


def unsqueeze(x: Tensor, dim: int) -> Tensor:
    """Return ``x`` with an axis of size 1 inserted at ``dim``."""
    return view(rules["unsqueeze"], x, axis=one_axis(dim, x.ndim + 1))


def squeeze(x: Tensor, dim: Any = None) -> Tensor:
    """Return ``x`` without the axes of size 1 (among ``dim``, where it is given)."""
    axes = some_axes(dim, x.ndim)
    axes = tuple(range(x.ndim)) if axes is None else axes
    return view(rules["squeeze"] if dim is None else _SQUEEZE, x, axis=tuple(a for a in axes if x.shape[a] == 1))


def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return ``x`` with two axes exchanged."""
    a, b = one_axis(dim0, x.ndim), one_axis(dim1, x.ndim)
    if x.ndim == 0:
        return view(_NO_AXES_SWAPPED, x, axes=())
    return view(rules["swapaxes"], x, axis1=a, axis2=b)


def t(x: Tensor) -> Tensor:
    """Return the transpose of a matrix; a vector stays as it is.

    Raises
    ------
    NumericRuntimeError
        If there are more than two axes.
    """
    x = as_tensor_operand(x, "t")
    if x.ndim > 2:
        raise NumericRuntimeError(
            f"t() expects a tensor with <= 2 dimensions, but self is {x.ndim}D: use transpose(...)"
        )
    return view(_T, x, axis1=0, axis2=1) if x.ndim == 2 else x


def permute(x: Tensor, *dims: Any) -> Tensor:
    """Return ``x`` with its axes in another order.

    Raises
    ------
    NumericRuntimeError
        If ``dims`` does not name each axis once.
    """
    order = dims[0] if len(dims) == 1 and isinstance(dims[0], tuple | list) else dims
    axes = tuple(one_axis(dim, x.ndim) for dim in order) if len(order) == x.ndim else ()
    if sorted(axes) != list(range(x.ndim)) or len(order) != x.ndim:
        raise NumericRuntimeError(f"permute(dims={tuple(order)}): expected each of the {x.ndim} axes once")
    return view(rules["transpose"], x, axes=axes)


def reverse_axes(x: Tensor) -> Tensor:
    """Return ``x`` with its axes in reverse order: ``x.T``."""
    return view(rules["transpose"], x, axes=tuple(reversed(range(x.ndim))))


def swap_last_axes(x: Tensor) -> Tensor:
    """Return each matrix transposed: ``x.mT``.

    Raises
    ------
    NumericRuntimeError
        If there are fewer than two axes.
    """
    if x.ndim < 2:
        raise NumericRuntimeError(f"tensor.mT is only supported on matrices, got {x.ndim}-D tensor")
    return transpose(x, -1, -2)


def movedim(x: Tensor, source: int, destination: int) -> Tensor:
    """Return ``x`` with one axis moved to another place."""
    a, b = one_axis(source, x.ndim), one_axis(destination, x.ndim)
    axes = [axis for axis in range(x.ndim) if axis != a]
    axes.insert(b, a)
    return permute(x, axes)


def expand(x: Tensor, *shape: Any) -> Tensor:
    """Return ``x`` repeated, without copying, along axes of size 1 and new leading axes.

    Raises
    ------
    NumericRuntimeError
        If another axis would have to change.
    """
    sizes = sizes_of(shape)
    lead = len(sizes) - x.ndim
    own = (None,) * lead + tuple(x.shape)
    if lead < 0 or any(n == -1 and m is None for n, m in zip(sizes, own, strict=False)):
        raise NumericRuntimeError(
            f"expand({list(sizes)}): the number of sizes provided must be greater or equal to the "
            f"number of dimensions in the tensor ({x.ndim}), and -1 stands for an axis it has"
        )
    full = tuple(m if n == -1 else n for n, m in zip(sizes, own, strict=True))
    if any(m not in (None, 1, n) for n, m in zip(full, own, strict=True)):
        raise NumericRuntimeError(
            f"The expanded size {list(sizes)} must match the existing size {list(x.shape)} where that is not 1"
        )
    if full[lead:] == own[lead:] and all(n == 1 for n in full[:lead]):
        return view(_EXPAND, x, shape=full)  # nothing is repeated: it can be written to
    return view(rules["expand"], x, shape=full)


def expand_as(x: Tensor, other: Tensor) -> Tensor:
    """Return ``x`` repeated to the shape of ``other``."""
    return expand(x, tuple(other.shape))


def broadcast_to(x: Tensor, *size: Any) -> Tensor:
    """Return ``x`` repeated to a shape, by the rules of broadcasting."""
    return expand(x, *size)


def repeat(x: Tensor, *repeats: Any) -> Tensor:
    """Return copies of ``x`` side by side, ``repeats[i]`` of them along axis ``i``."""
    counts = sizes_of(repeats)
    if len(counts) < x.ndim:
        raise NumericRuntimeError(f"repeat({list(counts)}): expected a count for each of the {x.ndim} axes")
    shape = (1,) * (len(counts) - x.ndim) + tuple(x.shape)
    spread = tuple(part for count, n in zip(counts, shape, strict=True) for part in (count, n))
    single = tuple(part for n in shape for part in (1, n))
    tiled = expand(reshape(x, single), spread)
    return clone(reshape(tiled, tuple(c * n for c, n in zip(counts, shape, strict=True))))


def flip(x: Tensor, *dims: Any) -> Tensor:
    """Return ``x`` in reverse order along axes."""
    order = dims[0] if len(dims) == 1 and isinstance(dims[0], tuple | list) else dims
    return apply(rules["flip"], x, axis=some_axes(tuple(order), x.ndim) or ())


def clone(x: Tensor) -> Tensor:
    """Return a copy that passes gradients on to ``x``."""
    return apply(rules["clone"], as_tensor_operand(x, "clone"))


def contiguous(x: Tensor) -> Tensor:
    """Return ``x`` if its entries lie in row-major order, else a copy that does."""
    return x if x.is_contiguous() else clone(x)


def _joined(tensors: Sequence[Tensor], name: str) -> list[Tensor]:
    """Return tensors to be joined, of one dtype.

    Raises
    ------
    NumericValueError
        If there are none.
    NumericTypeError
        If something else than a tensor is among them.
    """
    if isinstance(tensors, tape.Tensor) or not isinstance(tensors, tuple | list):
        raise NumericTypeError(f"{name}(): expected a tuple or list of tensors, got {type(tensors).__name__}")
    if not tensors:
        raise NumericValueError(f"{name}(): expected a non-empty list of Tensors")
    parts = [as_tensor_operand(x, name) for x in tensors]
    dtype = parts[0].dtype
    for part in parts[1:]:
        if part.dtype is not dtype:
            dtype = promote_types(dtype, part.dtype)
    return [cast(part, dtype) for part in parts]


def cat(tensors: Sequence[Tensor], dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Return tensors joined along an existing axis.

    Raises
    ------
    NumericRuntimeError
        If there are none, if one has no axes, or if sizes differ elsewhere.
    """
    parts = _joined(tensors, "cat")
    if any(part.ndim == 0 for part in parts):
        raise NumericRuntimeError("zero-dimensional tensor cannot be concatenated: use stack(...)")
    along = one_axis(dim if axis is None else axis, parts[0].ndim)
    # PyTorch lets an empty vector pass among tensors of any rank.
    kept = [part for part in parts if tuple(part.shape) != (0,)] or parts[:1]
    return apply(rules["cat"], *kept, axis=along)


def stack(tensors: Sequence[Tensor], dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Return tensors of one shape joined along a new axis.

    Raises
    ------
    NumericRuntimeError
        If there are none, or their shapes differ.
    """
    parts = _joined(tensors, "stack")
    along = one_axis(dim if axis is None else axis, parts[0].ndim + 1)
    for part in parts:
        if tuple(part.shape) != tuple(parts[0].shape):
            raise NumericRuntimeError(
                f"stack expects each tensor to be equal size, but got {list(parts[0].shape)} and {list(part.shape)}"
            )
    return apply(_STACK, *(unsqueeze(part, along) for part in parts), axis=along)


def split(x: Tensor, split_size: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Return consecutive parts along an axis: of one size (the last may be smaller), or of those given.

    Raises
    ------
    NumericRuntimeError
        If sizes given do not add up to the axis.
    """
    if x.ndim == 0:
        raise NumericRuntimeError("split expects at least a 1-dimensional tensor, got a 0-d one")
    along = one_axis(dim, x.ndim)
    length = int(x.shape[along])
    if not isinstance(split_size, tuple | list):
        split_size = count("split_size", split_size)
        if split_size <= 0:
            raise NumericRuntimeError(f"split expects a positive split_size, got {split_size}")
        sizes = [min(split_size, length - start) for start in range(0, length, split_size)] or [0]
    else:
        sizes = [count("a split size", size) for size in split_size]
    if sum(sizes) != length:
        raise NumericRuntimeError(f"split_with_sizes expects split_sizes to sum exactly to {length}, got {sizes}")
    ends = np.cumsum(sizes).tolist()
    before = (slice(None),) * along
    return tuple(get_item(x, (*before, slice(end - size, end))) for size, end in zip(sizes, ends, strict=True))


def chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """Return at most ``chunks`` parts of equal size along an axis (the last may be smaller)."""
    chunks = count("chunks", chunks)
    if chunks <= 0:
        raise NumericRuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    length = int(x.shape[one_axis(dim, x.ndim)])
    return split(x, max(1, -(-length // chunks)), dim)


def unbind(x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Return the slices along an axis, without it."""
    if x.ndim == 0:
        raise NumericRuntimeError("iteration over a 0-d tensor: it has no axis; use item()")
    before = (slice(None),) * one_axis(dim, x.ndim)
    return tuple(get_item(x, (*before, i)) for i in range(int(x.shape[one_axis(dim, x.ndim)])))


def diagonal(x: Tensor) -> Tensor:
    """Return the entries ``x[i, i]`` of a matrix.

    Raises
    ------
    NumericRuntimeError
        If ``x`` is not a matrix.
    """
    if x.ndim != 2:
        raise NumericRuntimeError(f"diagonal(): expected a matrix, got shape {tuple(x.shape)}")
    along = np.arange(min(x.shape))
    return apply(Called(rules["index"], "DiagonalBackward0"), x, key=(along, along))


def trace(x: Tensor) -> Tensor:
    """Return the sum of the entries on the diagonal of a matrix."""
    return diagonal(x).sum()


def triangle(lower: bool) -> Any:
    """Return the function that keeps the lower or the upper triangle of each matrix."""

    def kept(x: Tensor, diagonal: int = 0) -> Tensor:
        if x.ndim < 2:
            raise NumericRuntimeError(f"expected at least a matrix, got shape {tuple(x.shape)}")
        mask = (np.tril if lower else np.triu)(np.ones(tuple(x.shape[-2:]), dtype=bool), count("diagonal", diagonal))
        return apply(rules["where"], mask, x, np.zeros((), dtype=x.dtype.numpy))

    kept.__name__ = "tril" if lower else "triu"
    kept.__doc__ = f"Return ``x`` with zeros {'above' if lower else 'below'} the diagonal."
    return kept


tril = triangle(lower=True)
triu = triangle(lower=False)
