"""More of the vocabulary: spectra, places of the greatest entry, turned and averaged tensors, the cross product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors.arguments import axes_of, dims_of, keep, whole
from symbolic.tensors.indexing import Weights, reversed_along, stacked
from symbolic.tensors.linalg import square, tensor
from symbolic.tensors.nodes import MINUS_ONE, Dim, Index, Of, add, apply, compare, fixed, fold, mul, power, substitute
from symbolic.tensors.tensor import Tensor, broadcast, contract, reduce, shape_text, size_of

if TYPE_CHECKING:
    from symbolic.tensors.nodes import Node, Places

__all__ = [
    "argmax",
    "argmin",
    "average",
    "cholesky",
    "cov",
    "cross",
    "eigh",
    "eigvalsh",
    "flip",
    "fliplr",
    "flipud",
    "ptp",
    "repeat",
    "roll",
    "svd",
    "svdvals",
    "tile",
]  # fmt: skip


def _best(x: Any, kind: str) -> Weights:
    x = tensor(x)
    if x.rank != 1:
        raise FormulaError(f"arg{kind} is taken of a vector here, not of a tensor of shape {x}")
    best = reduce(x, kind, [0], False).entry
    return Weights(x.map(lambda e: apply("zero", add(e, mul(MINUS_ONE, best)))))


def argmax(x: Any) -> Weights:
    """The place of the greatest entry of a vector, to index with."""
    return _best(x, "max")


def argmin(x: Any) -> Weights:
    """The place of the least entry of a vector, to index with."""
    return _best(x, "min")


def average(x: Any, axis: Any = None, weights: Any = None) -> Tensor:
    """The mean with weights."""
    x = tensor(x)
    w = x.map(lambda _: power(MINUS_ONE, MINUS_ONE)) if weights is None else tensor(weights)
    over = axes_of(x, axis)
    top = reduce(broadcast(mul, x, w), "sum", over, False)
    full = broadcast(lambda a, _: a, w, x)
    bottom = reduce(full, "sum", over, False)
    return broadcast(lambda a, b: mul(a, power(b, MINUS_ONE)), top, bottom)


def ptp(x: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """The greatest less the least."""
    x = tensor(x)
    over, stays = axes_of(x, axis), keep(keepdims)
    return broadcast(
        lambda a, b: add(a, mul(MINUS_ONE, b)), reduce(x, "max", over, stays), reduce(x, "min", over, stays)
    )


def cross(a: Any, b: Any) -> Tensor:
    """The cross product of two vectors of size 3."""
    a, b = tensor(a), tensor(b)
    three = ((Dim("", 3),),)
    if a.dims != three or b.dims != three:
        raise FormulaError(f"cross takes two vectors of size 3, not {a} and {b}: give shapes such as 'a: 3'")

    def at(t: Tensor, k: int) -> Node:
        return substitute(t.entry, {t.axes[0][0]: fixed(k, Dim("", 3))})

    pairs = [(1, 2), (2, 0), (0, 1)]
    entries = [add(mul(at(a, i), at(b, j)), mul(MINUS_ONE, at(a, j), at(b, i))) for i, j in pairs]
    return stacked([Tensor((), entry) for entry in entries], 0)


def flip(x: Any, axis: Any = None) -> Tensor:
    """The order of axes reversed."""
    x = tensor(x)
    axes, entry = list(x.axes), x.entry
    for k in axes_of(x, axis):
        axes[k], entry = reversed_along(axes[k], entry)
    return Tensor(tuple(axes), entry)


def flipud(x: Any) -> Tensor:
    """The first axis reversed."""
    from symbolic.tensors.tensor import scalar  # noqa: PLC0415 - one use

    return flip(x, scalar(0))


def fliplr(x: Any) -> Tensor:
    """The second axis reversed."""
    from symbolic.tensors.tensor import scalar  # noqa: PLC0415 - one use

    return flip(x, scalar(1))


def tile(A: Any, reps: Any) -> Tensor:
    """A vector one after the other, `reps` times."""
    x = tensor(A)
    if x.rank != 1:
        raise FormulaError(f"tile takes a vector here, not a tensor of shape {x}")
    return Tensor(((*map(Index, dims_of(reps)[0]), *x.axes[0]),), x.entry)


def repeat(a: Any, repeats: Any) -> Tensor:
    """Every entry of a vector `repeats` times."""
    x = tensor(a)
    if x.rank != 1:
        raise FormulaError(f"repeat takes a vector here, not a tensor of shape {x}")
    return Tensor(((*x.axes[0], *map(Index, dims_of(repeats)[0])),), x.entry)


def cov(m: Any, bias: Any = False) -> Tensor:
    """The covariance of the rows."""
    x = tensor(m)
    if x.rank != 2:
        raise FormulaError(f"cov takes a matrix here, not a tensor of shape {x}")
    count = size_of([x.axes[1]])
    mean = reduce(x, "sum", [1], True).map(lambda s: mul(power(count, MINUS_ONE), s))
    centred = broadcast(lambda a, b: add(a, mul(MINUS_ONE, b)), x, mean)
    freedom = count if keep(bias) else add(count, MINUS_ONE)
    return contract(centred, centred, [(1, 1)]).map(lambda s: mul(power(freedom, MINUS_ONE), s))


def roll(x: Any, shift: Any, axis: Any = None) -> Tensor:
    """Entries moved around along one plain axis."""
    x, s = tensor(x), whole(shift, "shift")
    over = axes_of(x, axis)
    if len(over) != 1 or len(x.axes[over[0]]) != 1:
        raise FormulaError("roll goes along one plain axis: give axis=")
    (i,) = x.axes[over[0]]
    new = Index(i.dim)
    axes = [(new,) if k == over[0] else axis for k, axis in enumerate(x.axes)]
    return Tensor(tuple(axes), fold("sum", (i,), mul(compare("mod", i, new, -s), x.entry)))


# -- spectra --------------------------------------------------------------------------------------------------


def _spectral(kind: str, a: Tensor, at: Places) -> Node:
    a = a.renamed()
    return Of(kind, a.axes[0], a.axes[1], a.entry, at)


def eigh(A: Any) -> tuple[Tensor, Tensor]:
    """Eigenvalues in ascending order and eigenvectors of a symmetric matrix."""
    a = square(A, "eigh")
    (i,), (k,) = (Index(a.axes[0][0].dim),), (Index(a.axes[0][0].dim),)
    values = Tensor(((k,),), _spectral("eigval", a, (k,)))
    return values, Tensor(((i,), (k,)), _spectral("eigvec", a, (i, k)))


def eigvalsh(A: Any) -> Tensor:
    """Eigenvalues of a symmetric matrix in ascending order."""
    return eigh(A)[0]


def svd(a: Any, full_matrices: Any = True, compute_uv: Any = True) -> Any:
    """The thin singular value decomposition."""
    del full_matrices
    a = tensor(a)
    if a.rank != 2 or any(len(axis) != 1 for axis in a.axes):
        raise FormulaError(f"svd takes a matrix, not a tensor of shape {shape_text(a.dims)}")
    (m,), (n,) = a.dims
    dim = m if m == n else Dim(f"min({m},{n})", 0)
    i, k, j = Index(m), Index(dim), Index(n)
    values = Tensor(((k,),), _spectral("sval", a, (k,)))
    if not keep(compute_uv):
        return values
    return (
        Tensor(((i,), (k,)), _spectral("svd_u", a, (i, k))),
        values,
        Tensor(((k,), (j,)), _spectral("svd_v", a, (k, j))),
    )


def svdvals(a: Any) -> Tensor:
    """The singular values."""
    values: Tensor = svd(a)[1]
    return values


def cholesky(a: Any) -> Tensor:
    """The lower triangular factor of a positive definite matrix."""
    a = square(a, "cholesky")
    i, j = Index(a.axes[0][0].dim), Index(a.axes[0][0].dim)
    return Tensor(((i,), (j,)), _spectral("cholesky", a, (i, j)))
