"""The functions of `scipy.linalg` on exact numbers, by name: they are plain Python, which no protocol reaches.

Each takes what SciPy's takes; what only steers the floats (overwrite_a, check_finite, drivers) is ignored. Where SciPy
reads one triangle, so do these.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.errors import OpaqueError, UndecidableError
from verify.lift.array import Lifted
from verify.lift.linalg import cells_in, identity, is_square, lifted_of
from verify.lift.matrices import MatrixSeries, midpoints, order_of, stacked
from verify.lift.reading import note_structured
from verify.lift.spectral import symmetric_eigen
from verify.lift.ufuncs import float_type

if TYPE_CHECKING:
    from collections.abc import Callable

Cells = Any

SCIPY_LINALG: dict[str, Callable[..., Any]] = {}
"""The name of each function of `scipy.linalg` that is lifted, and what it does where an argument is."""


def _named(function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter a function in the table under its own name, less the leading underscore."""
    SCIPY_LINALG[function.__name__.removeprefix("_")] = function
    return function


def _arrays(*operands: Any) -> list[Lifted]:
    """Return every operand as a lifted array."""
    x = lifted_of(*operands)
    return [operand if isinstance(operand, Lifted) else x.like(cells_in(x, operand)) for operand in operands]


def _triangle(a: Lifted, *, lower: bool, unit: bool = False) -> Any:
    triangle: Any = (np.tril if lower else np.triu)(a, (-1 if lower else 1) if unit else 0)
    return triangle + a.like(identity(a, a.shape[-1])) if unit else triangle


def _symmetric(a: Lifted, *, lower: bool) -> Lifted:
    """Return the symmetric matrix that one triangle tells."""
    mask = np.tri(a.shape[-1], dtype=bool)
    return a.like(np.where(mask if lower else mask.T, a.cells, np.swapaxes(a.cells, -1, -2)))


# -- equations -------------------------------------------------------------------------------------------------


@_named
def _solve(a: Any, b: Any, lower: bool = False, *, assume_a: Any = None, transposed: bool = False, **_: Any) -> Any:
    matrix, right = _arrays(a, b)
    kind = {"symmetric": "sym", "hermitian": "her", "positive definite": "pos"}.get(assume_a, assume_a)
    if kind in ("sym", "her", "pos"):
        note_structured("solve")
        matrix = _symmetric(matrix, lower=lower)
    elif kind in ("upper triangular", "lower triangular"):
        matrix = _triangle(matrix, lower=kind == "lower triangular")
    elif kind not in (None, "gen", "general"):
        raise OpaqueError(f"scipy.linalg.solve(assume_a={assume_a!r}) is not lifted: leave the structure to it")
    return np.linalg.solve(np.swapaxes(matrix, -1, -2) if transposed else matrix, right)


@_named
def _solve_triangular(
    a: Any, b: Any, trans: Any = 0, lower: bool = False, unit_diagonal: bool = False, **_: Any
) -> Any:
    matrix, right = _arrays(a, b)
    triangle = _triangle(matrix, lower=lower, unit=unit_diagonal)
    return np.linalg.solve(triangle if trans in (0, "N") else np.swapaxes(triangle, -1, -2), right)


@_named
def _inv(a: Lifted, *_: Any, **__: Any) -> Any:
    return np.linalg.inv(a)


@_named
def _det(a: Lifted, *_: Any, **__: Any) -> Any:
    return np.linalg.det(a)


@_named
def _solve_sylvester(a: Any, b: Any, q: Any) -> Any:
    """Return X with ``a X + X b = q``: a linear system in the rows of X."""
    left, right, target = _arrays(a, b, q)
    (m, _), (n, _) = left.shape, right.shape
    one = lifted_of(a, b, q)
    system = np.kron(left, one.like(identity(one, n))) + np.kron(one.like(identity(one, m)), right.T)
    return np.reshape(np.linalg.solve(system, np.ravel(target)), (m, n))


@_named
def _solve_continuous_lyapunov(a: Any, q: Any) -> Any:
    matrix, target = _arrays(a, q)
    return _solve_sylvester(matrix, matrix.T, target)


@_named
def _solve_discrete_lyapunov(a: Any, q: Any, method: Any = None) -> Any:
    """Return X with ``a X aᵀ - X + q = 0``."""
    del method
    matrix, target = _arrays(a, q)
    n = matrix.shape[0]
    system = matrix.like(identity(matrix, n * n)) - np.kron(matrix, matrix)
    return np.reshape(np.linalg.solve(system, np.ravel(target)), (n, n))


# -- factors ---------------------------------------------------------------------------------------------------


@_named
def _cholesky(a: Lifted, lower: bool = False, *_: Any, **__: Any) -> Any:
    return np.linalg.cholesky(a, upper=not lower)


@_named
def _cho_factor(a: Lifted, lower: bool = False, *_: Any, **__: Any) -> Any:
    """Return Cholesky's factor in its triangle, with the entries of `a` left in the other, as LAPACK does."""
    mask = np.tri(a.shape[-1], dtype=bool)
    factor: Any = np.linalg.cholesky(a, upper=not lower)
    return a.like(np.where(mask if lower else mask.T, factor.cells, a.cells)), lower


@_named
def _cho_solve(c_and_lower: Any, b: Any, *_: Any, **__: Any) -> Any:
    (factor, right), lower = _arrays(c_and_lower[0], b), c_and_lower[1]
    triangle = _triangle(factor, lower=lower)
    first, second = (triangle, np.swapaxes(triangle, -1, -2)) if lower else (np.swapaxes(triangle, -1, -2), triangle)
    return np.linalg.solve(second, np.linalg.solve(first, right))


def _eliminated(a: Cells) -> tuple[Cells, Any]:
    """Return the triangles of one matrix (m, n), packed, and for each row the row it was exchanged with."""
    packed, pivots = a.copy(), []
    for k in range(min(a.shape)):
        sizes = [float(abs(cell.coefficient(0)).mid()) for cell in packed[k:, k]]
        best = k + int(np.argmax(sizes))
        pivots.append(best)
        packed[[k, best]] = packed[[best, k]]
        packed[k + 1 :, k] = packed[k + 1 :, k] / packed[k, k]
        packed[k + 1 :, k + 1 :] = packed[k + 1 :, k + 1 :] - packed[k + 1 :, k, None] * packed[k, None, k + 1 :]
    return packed, np.array(pivots, dtype=np.int32)


def _permutation(pivots: Any, m: int) -> Any:
    """Return which row of the matrix comes first, second, ... after the exchanges."""
    rows = np.arange(m)
    for k, pivot in enumerate(pivots):
        rows[[k, pivot]] = rows[[pivot, k]]
    return rows


@_named
def _lu_factor(a: Lifted, *_: Any, **__: Any) -> Any:
    packed, pivots = _eliminated(a.cells)
    return a.like(packed), pivots


@_named
def _lu_solve(lu_and_piv: Any, b: Any, trans: int = 0, *_: Any, **__: Any) -> Any:
    (packed, right), rows = _arrays(lu_and_piv[0], b), _permutation(lu_and_piv[1], len(lu_and_piv[0]))
    lower, upper = _triangle(packed, lower=True, unit=True), _triangle(packed, lower=False)
    if not trans:
        return np.linalg.solve(upper, np.linalg.solve(lower, right[rows]))
    return np.linalg.solve(lower.T, np.linalg.solve(upper.T, right))[np.argsort(rows)]


@_named
def _lu(a: Lifted, permute_l: bool = False, *_: Any, p_indices: bool = False, **__: Any) -> Any:
    (m, n), (packed, pivots) = a.shape, _eliminated(a.cells)
    k, order = min(m, n), np.argsort(_permutation(pivots, m))
    zero = a.constant(0, a.dtype)
    low = np.where(np.tri(m, k, -1, dtype=bool), packed[:, :k], zero)
    low[np.arange(k), np.arange(k)] = a.constant(1, a.dtype)
    lower, upper = a.like(low), np.triu(a.like(packed[:k]))
    if permute_l:
        return lower[order], upper
    return (order if p_indices else np.eye(m)[order]), lower, upper


@_named
def _qr(a: Lifted, *_: Any, mode: str = "full", pivoting: bool = False, **__: Any) -> Any:
    if pivoting or mode not in ("full", "r", "economic"):
        raise OpaqueError(f"scipy.linalg.qr(mode={mode!r}, pivoting={pivoting}) is not lifted: 'full', 'economic', 'r'")
    if mode == "r":
        return (np.linalg.qr(a, "complete")[1],)
    return tuple(np.linalg.qr(a, "complete" if mode == "full" else "reduced"))


@_named
def _svd(a: Lifted, full_matrices: bool = True, compute_uv: bool = True, *_: Any, **__: Any) -> Any:
    if not compute_uv:
        return np.linalg.svd(a, compute_uv=False)
    return tuple(np.linalg.svd(a, full_matrices))


@_named
def _svdvals(a: Lifted, *_: Any, **__: Any) -> Any:
    return np.linalg.svd(a, compute_uv=False)


@_named
def _eigh(a: Lifted, b: Any = None, *, lower: bool = True, eigvals_only: bool = False, **_: Any) -> Any:
    if b is not None:
        raise OpaqueError("scipy.linalg.eigh(a, b): the generalized problem is not lifted")
    is_square(a, "eigh")
    note_structured("eigh")
    own = sys.modules["scipy.linalg"].eigh  # its driver is not NumPy's, and neither are its signs
    values, vectors = stacked(lambda m: symmetric_eigen(m, a.dtype, "L" if lower else "U", own), a.cells)
    return a.like(values) if eigvals_only else (a.like(values), a.like(vectors))


@_named
def _eigvalsh(a: Lifted, b: Any = None, *, lower: bool = True, **_: Any) -> Any:
    return _eigh(a, b, lower=lower, eigvals_only=True)


@_named
def _norm(a: Lifted, ord: Any = None, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:  # noqa: A002 - SciPy's
    return np.linalg.norm(a, ord, axis, keepdims)


@_named
def _pinv(a: Lifted, *, return_rank: bool = False, **_: Any) -> Any:
    inverse = np.linalg.pinv(a)
    return (inverse, int(np.linalg.matrix_rank(midpoints(a.cells)))) if return_rank else inverse


@_named
def _lstsq(a: Any, b: Any, *_: Any, **__: Any) -> Any:
    matrix, right = _arrays(a, b)
    return tuple(np.linalg.lstsq(matrix, right))


# -- functions of matrices -------------------------------------------------------------------------------------


@_named
def _expm(A: Lifted) -> Any:
    is_square(A, "expm")
    return A.like(*stacked(lambda m: (MatrixSeries.of(m, order_of(m)).exp().cells(),), A.cells))


def _spectral(a: Lifted, function: Callable[[Any], Any], name: str) -> Any:
    """Return ``V f(Λ) V⁻¹``, where the eigenvalues are distinct and positive."""
    values: Any
    values, vectors = np.linalg.eig(a)
    if any(not cell.coefficient(0) > 0 for cell in values.cells.ravel()):
        raise UndecidableError(f"scipy.linalg.{name} is lifted where the eigenvalues are positive and distinct")
    return (vectors * function(values)[..., None, :]) @ np.linalg.inv(vectors)


@_named
def _sqrtm(A: Lifted, *_: Any, **__: Any) -> Any:
    return _spectral(A, np.sqrt, "sqrtm")


@_named
def _logm(A: Lifted, *_: Any, **__: Any) -> Any:
    return _spectral(A, np.log, "logm")


# -- matrices made of entries ----------------------------------------------------------------------------------


@_named
def _block_diag(*arrs: Any) -> Any:
    parts: list[Any] = [np.atleast_2d(part) for part in _arrays(*arrs)]
    rows, columns = (sum(part.shape[k] for part in parts) for k in (0, 1))
    x = lifted_of(*arrs)
    whole, i, j = np.full((rows, columns), x.constant(0, x.dtype), dtype=object), 0, 0
    for part in parts:
        m, n = part.shape
        whole[i : i + m, j : j + n] = part.cells
        i, j = i + m, j + n
    return x.like(whole, float_type(parts))


@_named
def _toeplitz(c: Any, r: Any = None) -> Any:
    column, row = _arrays(c, c if r is None else r)
    return _diagonals(column, np.concatenate([row.cells[:0:-1], column.cells]), len(row.cells), reverse=True)


@_named
def _hankel(c: Any, r: Any = None) -> Any:
    x = lifted_of(c, r)
    column = _arrays(x, c)[1]
    zeros = np.full(column.shape, x.constant(0, x.dtype), dtype=object)
    row = x.like(zeros) if r is None else _arrays(x, r)[1]
    return _diagonals(column, np.concatenate([column.cells, row.cells[1:]]), len(row.cells), reverse=False)


@_named
def _circulant(c: Lifted) -> Any:
    n = c.shape[-1]
    return c[..., (np.arange(n)[:, None] - np.arange(n)) % n]


def _diagonals(x: Lifted, entries: Cells, columns: int, *, reverse: bool) -> Lifted:
    """Return the matrix whose row i holds consecutive entries, from the i-th on or (reversed) back."""
    i, j = np.arange(len(x.cells))[:, None], np.arange(columns)
    return x.like(entries[columns - 1 + i - j] if reverse else entries[i + j])
