"""Linear algebra in the vocabulary: products, norms, inverse, determinant, each as entries or a node of its own."""

from __future__ import annotations

from typing import Any

from symbolic.errors import FormulaError
from symbolic.tensors.arguments import axes_of, keep, whole
from symbolic.tensors.indexing import Weights
from symbolic.tensors.joining import stacked
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    ONE,
    Index,
    Node,
    Num,
    Of,
    apply,
    delta,
    fixed,
    mul,
    number,
    power,
    substitute,
)
from symbolic.tensors.tensor import Axis, Tensor, contract, matmul, reduce, scalar, shape_text

__all__ = [
    "cond",
    "det",
    "dot",
    "inner",
    "inv",
    "kron",
    "logdet",
    "lstsq",
    "matrix_power",
    "matrix_transpose",
    "matvec",
    "multi_dot",
    "norm",
    "outer",
    "pinv",
    "quadratic",
    "slogdet",
    "solve",
    "swapaxes",
    "tensordot",
    "transpose",
    "vdot",
    "vecdot",
    "vector_norm",
]  # fmt: skip


def tensor(value: Any) -> Tensor:
    if isinstance(value, Tensor):
        return value
    if isinstance(value, tuple) and value:
        return stacked([tensor(v) for v in value], 0)
    if isinstance(value, Weights):
        return value.value()
    raise FormulaError(f"{value!r} stands where a tensor is expected")


def square(a: Any, name: str) -> Tensor:
    """Return an argument as a square matrix.

    Raises
    ------
    FormulaError
        It is none.
    """
    matrix = tensor(a)
    if matrix.rank != 2 or matrix.dims[0] != matrix.dims[1]:
        raise FormulaError(f"{name} takes a square matrix, not a tensor of shape {matrix}")
    return matrix


# -- products -------------------------------------------------------------------------------------------------


def matvec(x1: Any, x2: Any) -> Tensor:
    """``np.matvec`` of one matrix and one vector."""
    return matmul(tensor(x1), tensor(x2))


def vector_norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Tensor:  # noqa: A002 - NumPy's name
    """``np.linalg.vector_norm``: over all entries where no axis is given."""
    x = tensor(x)
    flat = x if axis is not None else Tensor((x.indices,), x.entry)
    return norm(flat, ord, axis, keepdims)


def dot(a: Any, b: Any) -> Tensor:
    """``np.dot``."""
    a, b = tensor(a), tensor(b)
    if not a.rank or not b.rank:
        return Tensor(a.axes or b.axes, mul(a.entry, b.entry))
    return contract(a, b, [(a.rank - 1, max(b.rank - 2, 0))])


def inner(a: Any, b: Any) -> Tensor:
    """``np.inner``: over the last axes."""
    a, b = tensor(a), tensor(b)
    if not a.rank or not b.rank:
        return Tensor(a.axes or b.axes, mul(a.entry, b.entry))
    return contract(a, b, [(a.rank - 1, b.rank - 1)])


def vdot(a: Any, b: Any) -> Tensor:
    """``np.vdot``: over all axes."""
    a, b = tensor(a), tensor(b)
    if a.rank != b.rank:
        raise FormulaError(f"vdot takes two tensors of one shape, not {a} and {b}")
    return contract(a, b, [(k, k) for k in range(a.rank)])


def vecdot(a: Any, b: Any) -> Tensor:
    """``np.vecdot``: over the last axis, the others together."""
    a, b = tensor(a), tensor(b)
    if a.rank != b.rank or not a.rank:
        raise FormulaError(f"vecdot takes two tensors of one shape, not {a} and {b}")
    return contract(a, b, [(a.rank - 1, a.rank - 1)], [(k, k) for k in range(a.rank - 1)])


def outer(a: Any, b: Any) -> Tensor:
    """``np.outer``: both are flattened."""
    a, b = tensor(a), tensor(b).renamed()
    return Tensor((a.indices, b.indices), mul(a.entry, b.entry))


def kron(a: Any, b: Any) -> Tensor:
    """``np.kron`` of vectors or of matrices: merged axes."""
    a, b = tensor(a), tensor(b).renamed()
    if a.rank != b.rank:
        raise FormulaError(f"kron takes two vectors or two matrices, not {a} and {b}")
    return Tensor(tuple(i + k for i, k in zip(a.axes, b.axes, strict=True)), mul(a.entry, b.entry))


def tensordot(a: Any, b: Any, axes: Any = None) -> Tensor:
    """``np.tensordot``."""
    a, b = tensor(a), tensor(b)
    if isinstance(axes, tuple):
        left, right = (
            axes_of(t, ax) if not isinstance(ax, tuple) else [whole(k, "axes") % t.rank for k in ax]
            for t, ax in zip((a, b), axes, strict=True)
        )
    else:
        count = 2 if axes is None else whole(axes, "axes")
        if not 0 <= count <= min(a.rank, b.rank):
            raise FormulaError(f"tensordot over {count} axes of {a} and {b}: there are not so many")
        left, right = list(range(a.rank - count, a.rank)), list(range(count))
    return contract(a, b, list(zip(left, right, strict=True)))


def multi_dot(arrays: Any) -> Tensor:
    """``np.linalg.multi_dot``."""
    first, *rest = (tensor(a) for a in arrays)
    for other in rest:
        first = matmul(first, other)
    return first


def matrix_power(a: Any, n: Any) -> Tensor:
    """``np.linalg.matrix_power`` with a whole number."""
    a, n = square(a, "matrix_power"), whole(n, "n")
    if abs(n) > 8:
        raise FormulaError(f"matrix_power takes a whole number from -8 to 8, not {n}")
    if n == 0:
        return Tensor(a.axes, mul(*map(delta, *a.axes)))
    return multi_dot([a if n > 0 else inv(a)] * abs(n))


def quadratic(x: Any, A: Any) -> Tensor:
    """``x @ A @ x``."""
    return matmul(matmul(tensor(x), tensor(A)), tensor(x))


# -- shape ----------------------------------------------------------------------------------------------------


def transpose(a: Any, *axes: Any) -> Tensor:
    """``np.transpose``."""
    a = tensor(a)
    asked = axes[0] if len(axes) == 1 and isinstance(axes[0], tuple) else axes
    if not asked or asked == (None,):
        return Tensor(a.axes[::-1], a.entry)
    order = [whole(k, "axes") % max(a.rank, 1) for k in asked]
    if sorted(order) != list(range(a.rank)):
        raise FormulaError(f"transpose of a tensor of shape {a} takes every axis once, not {order}")
    return Tensor(tuple(a.axes[k] for k in order), a.entry)


def matrix_transpose(a: Any) -> Tensor:
    """The last two axes swapped."""
    return swapaxes(a, scalar(-1), scalar(-2))


def swapaxes(a: Any, axis1: Any, axis2: Any) -> Tensor:
    """``np.swapaxes``."""
    a = tensor(a)
    (k,), (l,) = axes_of(a, axis1), axes_of(a, axis2)
    axes = list(a.axes)
    axes[k], axes[l] = axes[l], axes[k]
    return Tensor(tuple(axes), a.entry)


# -- norms ----------------------------------------------------------------------------------------------------


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Tensor:  # noqa: A002 - NumPy's name
    """``np.linalg.norm``: of vectors 1, 2, p, ±inf; of matrices Frobenius, 1, ±inf."""
    x = tensor(x)
    over = axes_of(x, axis)
    stays = keep(keepdims)
    order = ord.entry if isinstance(ord, Tensor) else ord
    if order is None or order == "fro" or (order == number(2) and len(over) == 1):
        return _root(reduce(x.map(lambda e: power(e, number(2))), "sum", over, stays), number(2))
    size = x.map(lambda e: apply("abs", e))
    if len(over) == 1:
        return _vector_norm(size, order, over, stays)
    if len(over) == 2 and order in ("nuc", number(2), number(-2)):
        return _spectral_norm(x, order)
    if len(over) == 2 and order in ("inf", number(1), number(-1)):
        inside = 0 if order != "inf" else 1
        sums = reduce(size, "sum", [over[inside]], True)
        return reduce(sums, "min" if order == number(-1) else "max", over, stays)
    raise FormulaError(
        f"norm of order {_order_text(order)} over {len(over)} axes has no derivative here: "
        "use None, 'fro', 'nuc', 1, 2 or inf"
    )


def _spectral_norm(x: Tensor, order: Any) -> Tensor:
    from symbolic.tensors.more import svdvals  # noqa: PLC0415 - more of the vocabulary stands on this one

    values = svdvals(x)
    if order == "nuc":
        return reduce(values, "sum", [0], False)
    end = fixed(0 if order == number(2) else -1, values.axes[0][0].dim)
    return scalar(substitute(values.entry, {values.axes[0][0]: end}))


def _order_text(order: Any) -> str:
    return str(order.value) if isinstance(order, Num) else str(order) if isinstance(order, str) else "a formula"


def _vector_norm(size: Tensor, order: Any, over: list[int], stays: bool) -> Tensor:
    if order in ("inf", "-inf"):
        return reduce(size, "max" if order == "inf" else "min", over, stays)
    if isinstance(order, str):
        raise FormulaError(f"norm of order {order!r} is not one of a vector: use 1, 2, p or inf")
    if order == ONE:
        return reduce(size, "sum", over, stays)
    return _root(reduce(size.map(lambda e: power(e, order)), "sum", over, stays), order)


def _root(t: Tensor, order: Node) -> Tensor:
    return t.map(lambda e: power(e, HALF if order == number(2) else power(order, MINUS_ONE)))


# -- inverse, determinant -------------------------------------------------------------------------------------


def _of(kind: str, a: Tensor, at: tuple[Axis, ...]) -> Node:
    a = a.renamed()
    return Of(kind, a.axes[0], a.axes[1], a.entry, tuple(i for axis in at for i in axis))


def inv(a: Any) -> Tensor:
    """``np.linalg.inv``."""
    a = square(a, "inv")
    at = tuple(tuple(Index(i.dim) for i in axis) for axis in a.axes)
    return Tensor(at, _of("inv", a, at))


def pinv(a: Any) -> Tensor:
    """``np.linalg.pinv``, where the rank does not change."""
    a = tensor(a)
    if a.rank != 2 or any(len(axis) != 1 for axis in a.axes):
        raise FormulaError(f"pinv takes a matrix, not a tensor of shape {shape_text(a.dims)}")
    at = tuple(tuple(Index(i.dim) for i in axis) for axis in a.axes[::-1])
    return Tensor(at, _of("pinv", a, at))


def solve(a: Any, b: Any) -> Tensor:
    """``np.linalg.solve``: ``inv(a) @ b``."""
    return matmul(inv(square(a, "solve")), tensor(b))


def det(a: Any) -> Tensor:
    """``np.linalg.det``."""
    return scalar(_of("det", square(a, "det"), ()))


def logdet(a: Any) -> Tensor:
    """``log |det a|``."""
    return scalar(_of("logdet", square(a, "logdet"), ()))


def slogdet(a: Any) -> tuple[Tensor, Tensor]:
    """``np.linalg.slogdet``: the sign, and ``log |det a|``."""
    return scalar(apply("sign", det(a).entry)), logdet(a)


def cond(a: Any, p: Any = None) -> Tensor:
    """The condition number: the norm times that of the inverse."""
    order = scalar(2) if p is None else p
    a = square(a, "cond")
    return Tensor((), mul(norm(a, order).entry, norm(inv(a), order).entry))


def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Tensor]:
    """``np.linalg.lstsq``, of which the solution is known: ``pinv(a) @ b``."""
    del rcond
    return (matmul(pinv(a), tensor(b)),)
