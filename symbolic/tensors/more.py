"""More of the vocabulary: spectra, turned and averaged tensors, the cross product."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors.arguments import axes_of, keep, whole
from symbolic.tensors.joining import joined, reversed_along, stacked
from symbolic.tensors.linalg import square, tensor, transpose
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    ONE,
    Dim,
    Fixed,
    Index,
    Of,
    add,
    compare,
    fixed,
    fold,
    mul,
    number,
    power,
    substitute,
)
from symbolic.tensors.tensor import Tensor, broadcast, contract, reduce, scalar, shape_text, size_of

if TYPE_CHECKING:
    from symbolic.tensors.nodes import Node, Places

__all__ = [
    "average",
    "cholesky",
    "corrcoef",
    "cov",
    "cross",
    "eigh",
    "eigvalsh",
    "flip",
    "fliplr",
    "flipud",
    "ptp",
    "roll",
    "svd",
    "svdvals",
]  # fmt: skip


def average(x: Any, axis: Any = None, weights: Any = None, keepdims: Any = False) -> Tensor:
    """The mean with weights: a tensor of the same shape, or a vector along the axis."""
    x = tensor(x)
    w = x.map(lambda _: ONE) if weights is None else tensor(weights)
    over = axes_of(x, axis)
    if w.rank == 1 and x.rank > 1 and len(over) == 1:
        w = Tensor((*w.axes, *((),) * (x.rank - 1 - over[0])), w.entry)
    stays = keep(keepdims)
    top = reduce(broadcast(mul, x, w), "sum", over, stays)
    full = broadcast(lambda a, _: a, w, x)
    bottom = reduce(full, "sum", over, stays)
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
    return flip(x, 0)


def fliplr(x: Any) -> Tensor:
    """The second axis reversed."""
    return flip(x, 1)


def cov(m: Any, y: Any = None, rowvar: Any = True, bias: Any = False, ddof: Any = None) -> Tensor:
    """The covariance of the rows, or of the columns; `y` gives further ones."""
    x, single = _variables(m, y, rowvar)
    c = _covariance(x, bias, ddof)
    return Tensor((), substitute(c.entry, dict(zip(c.indices, _corner(c), strict=True)))) if single else c


def _corner(c: Tensor) -> list[Fixed]:
    return [fixed(0, i.dim) for i in c.indices]


def _variables(m: Any, y: Any, rowvar: Any) -> tuple[Tensor, bool]:
    """Return the variables as rows, and whether there is only one."""
    parts = [t if t.rank > 1 else Tensor(((), *t.axes), t.entry) for t in map(tensor, (m,) if y is None else (m, y))]
    parts = [t if keep(rowvar) or not t.axes[0] else transpose(t) for t in parts]
    x = parts[0] if y is None else joined(parts, 0)
    return x, y is None and not x.axes[0] and tensor(m).rank < 2


def _covariance(x: Tensor, bias: Any, ddof: Any) -> Tensor:
    if x.rank != 2:
        raise FormulaError(f"cov takes a matrix here, not a tensor of shape {x}")
    count = size_of([x.axes[1]])
    mean = reduce(x, "sum", [1], True).map(lambda s: mul(power(count, MINUS_ONE), s))
    centred = broadcast(lambda a, b: add(a, mul(MINUS_ONE, b)), x, mean)
    less = (0 if keep(bias) else 1) if ddof is None else whole(ddof, "ddof")
    freedom = add(count, number(-less))
    return contract(centred, centred, [(1, 1)]).map(lambda s: mul(power(freedom, MINUS_ONE), s))


def corrcoef(x: Any, y: Any = None, rowvar: Any = True) -> Tensor:
    """The correlation coefficients of the rows, or of the columns; `y` gives further ones."""
    c = cov(x, y, rowvar, True)
    if not c.rank:
        return scalar(1)
    rows, cols = c.axes
    spread = [c.at([axis, axis]).entry for axis in (rows, cols)]
    return c.map(lambda s: mul(s, *(power(v, mul(MINUS_ONE, HALF)) for v in spread)))


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
