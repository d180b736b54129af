"""Eigenvalues, eigenvectors and singular values of exact matrices, where they are distinct.

The head is FLINT's enclosure (acb_mat_eig_simple_rump, which proves that the eigenvalues are isolated). The later
coefficients solve ``A V = V Λ`` in the basis of the head's eigenvectors, order by order. Order and signs are those of
the floats that NumPy returns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import acb, arb, arb_mat

from verify.errors import OpaqueError, UndecidableError
from verify.lift.array import Lifted, object_array
from verify.lift.ball import Ball
from verify.lift.factorizations import cholesky
from verify.lift.functions import lifts
from verify.lift.linalg import is_square
from verify.lift.matrices import MatrixSeries, convolved, midpoints, order_of, stacked
from verify.lift.reading import note_structured

if TYPE_CHECKING:
    from collections.abc import Callable

Cells = Any

EighResult: Any = type(np.linalg.eigh(np.eye(1)))
EigResult: Any = type(np.linalg.eig(np.eye(1)))
SVDResult: Any = type(np.linalg.svd(np.eye(1)))


# -- the head: FLINT's enclosures ------------------------------------------------------------------------------


def real_eigenpairs(matrix: arb_mat) -> tuple[list[arb], list[list[arb]]]:
    """Return the eigenvalues of a real matrix and its eigenvectors of length one, where all are real and distinct.

    Raises
    ------
    UndecidableError
        Eigenvalues coincide, or are too close for the precision.
    OpaqueError
        Some are not real.
    """
    n = matrix.nrows()
    try:
        values, vectors = matrix.eig(right=True)
    except ValueError:
        raise UndecidableError("eigenvalues coincide, or are too close for the precision") from None
    for k, value in enumerate(values):
        mirrored = value.conjugate()
        if any(mirrored.overlaps(other) for j, other in enumerate(values) if j != k) or not value.imag.contains(0):
            raise OpaqueError(f"the eigenvalue {value.str(8)} is not real: complex numbers are not lifted")
    columns = [[vectors[i, k] for i in range(n)] for k in range(n)]
    return [value.real for value in values], [_real_unit(column) for column in columns]


def _real_unit(column: list[acb]) -> list[arb]:
    """Return the real vector of length one along a complex multiple of a real eigenvector."""
    largest = max(column, key=lambda entry: float(abs(entry).mid()))
    real = [(entry / largest).real for entry in column]
    length = sum((v * v for v in real), start=arb(0)).sqrt()
    return [v / length for v in real]


def _arranged(values: list[arb], columns: list[list[arb]], given: Any, basis: Any) -> tuple[list[arb], arb_mat]:
    """Return the pairs in the order of the floats `given`, each vector on the side of its float vector in `basis`."""
    n = len(values)
    ranks = {k: rank for rank, k in enumerate(sorted(range(n), key=lambda k: float(values[k].mid())))}
    places = np.argsort(np.argsort(given, kind="stable"), kind="stable")  # the rank of each float
    order = [next(k for k in range(n) if ranks[k] == place) for place in places]
    turned = []
    for j, k in enumerate(order):
        side = sum(float(v.mid()) * float(w) for v, w in zip(columns[k], basis[:, j], strict=True))
        turned.append([-v for v in columns[k]] if side < 0 else columns[k])
    return [values[k] for k in order], arb_mat(n, n, [turned[j][i] for i in range(n) for j in range(n)])


def _in_floats(function: Callable[..., Any], cells: Cells, dtype: np.dtype[Any], *args: Any) -> Any:
    """Return what NumPy gives for the nearest floats: its order and its signs, which mathematics leaves open."""
    floats = midpoints(cells).astype(np.float32 if dtype == np.float32 else np.float64)
    if not np.all(np.isfinite(floats)):
        raise UndecidableError("the floats' convention is not known: the matrix leaves the range of the dtype")
    try:
        return function(floats, *args)
    except np.linalg.LinAlgError as error:
        raise UndecidableError(f"the floats' convention is not known: {error}") from None


# -- the series: A V = V Λ, order by order ---------------------------------------------------------------------


def eigen_series(matrix: MatrixSeries, values: list[arb], basis: arb_mat) -> tuple[MatrixSeries, MatrixSeries]:
    """Return the eigenvalues as a column (n, 1), and the eigenvectors of length one, as series.

    With ``V = V0 W`` and ``B = V0⁻¹ A V0``, the coefficient of t^k of ``B W = W Λ`` off the diagonal gives W_k, on it
    Λ_k; the diagonal of W_k keeps the columns' lengths (Magnus (1985), On differentiating eigenvalues).
    """
    n = len(values)
    turned = [MatrixSeries([basis]).inverse().parts[0] * part * basis for part in matrix.parts]
    gram = basis.transpose() * basis
    lambdas = [arb_mat(n, 1, values)]
    w = [MatrixSeries.identity(n, 1).parts[0]]
    for k in range(1, matrix.order):
        rest = convolved(turned[1:], w, k - 1)
        for i in range(1, k):
            rest = rest - w[k - i] * _diagonal(lambdas[i])
        lambdas.append(arb_mat(n, 1, [rest[j, j] for j in range(n)]))
        w.append(_next_vectors(rest, values, gram, w))
    return MatrixSeries(lambdas), MatrixSeries([basis * part for part in w])


def _next_vectors(rest: arb_mat, values: list[arb], gram: arb_mat, w: list[arb_mat]) -> arb_mat:
    n = len(values)
    new = arb_mat(n, n)
    for j in range(n):
        for i in range(n):
            if i != j:
                new[i, j] = rest[i, j] / (values[j] - values[i])
    lengths = gram * new
    for i in range(1, len(w)):
        lengths = lengths + w[i].transpose() * gram * w[len(w) - i] / 2
    for j in range(n):
        new[j, j] = -lengths[j, j]
    return new


def _diagonal(column: arb_mat) -> arb_mat:
    n = column.nrows()
    return arb_mat(n, n, [column[i, 0] if i == j else arb(0) for i in range(n) for j in range(n)])


# -- eigenvalues -----------------------------------------------------------------------------------------------


def symmetric_eigen(
    a: Cells, dtype: np.dtype[Any], uplo: str = "L", floats: Callable[..., Any] = np.linalg.eigh
) -> tuple[Cells, Cells]:
    """Return eigenvalues (n) in ascending order and eigenvectors (n, n) of the matrix that one triangle tells.

    Parameters
    ----------
    a : object array (n, n)
    dtype : numpy dtype
        Of the program, whose run in floats decides the signs.
    uplo : {"L", "U"}
        The triangle that is read.
    floats : callable
        The program's own function, on floats.
    """
    low = np.tri(len(a), dtype=bool)
    symmetric = np.where(low if uplo == "L" else low.T, a, a.T)
    return _eigen(floats, symmetric, dtype)


def general_eigen(a: Cells, dtype: np.dtype[Any]) -> tuple[Cells, Cells]:
    """Return real, distinct eigenvalues (n) and eigenvectors (n, n), in NumPy's order."""
    return _eigen(np.linalg.eig, a, dtype)


def _eigen(function: Callable[..., Any], a: Cells, dtype: np.dtype[Any]) -> tuple[Cells, Cells]:
    matrix = MatrixSeries.of(a, order_of(a))
    if not len(a):
        return a[0:0, 0:0].reshape(0), a
    values, columns = real_eigenpairs(matrix.parts[0])
    given, floats = _in_floats(function, a, dtype)
    heads, basis = _arranged(values, columns, np.real(given), np.real(floats))
    lambdas, vectors = eigen_series(matrix, heads, basis)
    return lambdas.cells()[:, 0], vectors.cells()


def _uplo(letter: str) -> str:
    if letter.upper() not in ("L", "U"):
        raise OpaqueError(f"UPLO={letter!r}: 'L' or 'U' is expected")
    return letter.upper()


@lifts(np.linalg.eigh)
def _eigh(a: Lifted, UPLO: str = "L") -> Any:
    is_square(a, "eigh")
    note_structured("eigh")
    values, vectors = stacked(lambda m: symmetric_eigen(m, a.dtype, _uplo(UPLO)), a.cells)
    return EighResult(a.like(values), a.like(vectors))


@lifts(np.linalg.eigvalsh)
def _eigvalsh(a: Lifted, UPLO: str = "L") -> Any:
    is_square(a, "eigvalsh")
    note_structured("eigvalsh")
    return a.like(stacked(lambda m: symmetric_eigen(m, a.dtype, _uplo(UPLO)), a.cells)[0])


@lifts(np.linalg.eig)
def _eig(a: Lifted) -> Any:
    is_square(a, "eig")
    values, vectors = stacked(lambda m: general_eigen(m, a.dtype), a.cells)
    return EigResult(a.like(values), a.like(vectors))


@lifts(np.linalg.eigvals)
def _eigvals(a: Lifted) -> Any:
    is_square(a, "eigvals")
    return a.like(stacked(lambda m: general_eigen(m, a.dtype), a.cells)[0])


# -- singular values -------------------------------------------------------------------------------------------


@lifts(np.linalg.svdvals)
def _svdvals(x: Lifted) -> Any:
    return np.linalg.svd(x, compute_uv=False)


@lifts(np.linalg.svd)
def _svd(a: Lifted, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False) -> Any:
    del hermitian  # a promise about the matrix, whose singular values are what they are
    if not compute_uv:
        return a.like(*stacked(lambda m: (singular_values(m),), a.cells))
    u, s, vt = stacked(lambda m: singular_triplets(m, a.dtype, full=full_matrices), a.cells)
    return SVDResult(a.like(u), a.like(s), a.like(vt))


def singular_values(a: Cells) -> Cells:
    """Return the singular values (min(m, n)) of one matrix, largest first: roots of a Gram matrix' eigenvalues."""
    series = MatrixSeries.of(a, order_of(a))
    small = series.T @ series if a.shape[0] >= a.shape[1] else series @ series.T
    cells = small.cells()
    squares = _eigen(np.linalg.eigh, cells, np.dtype(np.float64))[0]
    return _roots(squares)[::-1]


def _roots(squares: Cells) -> Cells:
    for cell in squares:
        if not cell.coefficient(0) > 0:
            raise UndecidableError("a singular value is zero, or too close to it for the precision")
    return object_array([cell.sqrt() for cell in squares], squares.shape)


def singular_triplets(a: Cells, dtype: np.dtype[Any], *, full: bool) -> tuple[Cells, Cells, Cells]:
    """Return U, the singular values, and Vᵀ of one matrix (m, n) of full rank with distinct singular values."""
    u, _, vt = _in_floats(np.linalg.svd, a, dtype, full)
    if a.shape[0] >= a.shape[1]:
        left, s, right = _tall_triplets(a, u, vt.T)
        return left, s, right.T
    right, s, left = _tall_triplets(a.T, vt.T, u)
    return left, s, right.T


def _tall_triplets(a: Cells, u: Any, v: Any) -> tuple[Cells, Cells, Cells]:
    """Return U, the singular values and V of (m, n), m >= n, on the sides of NumPy's float vectors `u` and `v`."""
    series, n = MatrixSeries.of(a, order_of(a)), a.shape[1]
    squares, right = _eigen(np.linalg.eigh, (series.T @ series).cells(), np.dtype(np.float64))
    s, right = _roots(squares)[::-1], right[:, ::-1].copy()
    for j in range(n):
        if np.dot(midpoints(right[:, j]), v[:, j]) < 0:
            right[:, j] = -right[:, j]
    left = (series @ MatrixSeries.of(right, series.order)).cells() / s
    return (np.concatenate([left, _complement(left, u[:, n:])], axis=1) if u.shape[1] > n else left), s, right


def _complement(left: Cells, rest: Any) -> Cells:
    """Return an orthonormal basis of what is orthogonal to the columns of U, next to the floats `rest`.

    Only its span is a function of the matrix (and its side, where it is one column). The basis starts at the floats'
    and turns as little as it can, so whatever depends on the span alone is right.
    """
    series = MatrixSeries.of(left, order_of(left))
    cells = object_array([Ball(arb(float(v))) for v in np.ravel(rest)], np.shape(rest))
    start = MatrixSeries.of(cells, series.order)
    projected = start - series @ (series.T @ start)
    return (projected @ cholesky(projected.T @ projected).T.inverse()).cells()
