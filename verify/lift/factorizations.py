"""Cholesky's factor and the QR factors of exact matrices, as LAPACK signs them.

Both begin with the factor of the head; the later coefficients solve ``L Lᵀ = A`` differentiated. The factors of QR
follow from Cholesky's of ``Aᵀ A``, whose diagonal is positive, and the signs that Householder's reflections give R.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, arb_mat

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift.array import Lifted, object_array
from verify.lift.ball import Ball
from verify.lift.functions import lifts
from verify.lift.linalg import is_square
from verify.lift.matrices import MatrixSeries, are_balls, midpoints, not_invertible, order_of, stacked
from verify.lift.reading import note_structured

Cells = Any


# -- Cholesky --------------------------------------------------------------------------------------------------


@lifts(np.linalg.cholesky)
def _cholesky(a: Lifted, upper: bool = False) -> Any:
    is_square(a, "cholesky")
    note_structured("cholesky")
    if upper:
        return np.swapaxes(np.linalg.cholesky(np.swapaxes(a, -1, -2)), -1, -2)
    return a.like(*stacked(lambda m: (lower_factor(a, m),), a.cells))


def lower_factor(x: Lifted, a: Cells) -> Cells:
    """Return L with L Lᵀ = a; only the lower triangle of `a` is read, as LAPACK does."""
    if not are_balls(a):
        return _lower_factor(x, a)
    symmetric = np.where(np.tri(len(a), dtype=bool), a, a.T)
    return cholesky(MatrixSeries.of(symmetric, order_of(symmetric))).cells()


def _lower_factor(x: Lifted, a: Cells) -> Cells:
    """Return Cholesky's factor entry by entry, by his algorithm."""
    n = len(a)
    factor = np.empty((n, n), dtype=object)
    factor[...] = x.constant(0, x.dtype)
    for j in range(n):
        rest = a[j, j] - sum((v * v for v in factor[j, :j]), start=x.constant(0, x.dtype))
        if not rest > 0:
            raise SingularError("the matrix is not positive definite")
        factor[j, j] = rest.sqrt()
        for i in range(j + 1, n):
            dot = sum((v * w for v, w in zip(factor[i, :j], factor[j, :j], strict=True)), start=x.constant(0, x.dtype))
            factor[i, j] = (a[i, j] - dot) / factor[j, j]
    return factor


def cholesky(matrix: MatrixSeries) -> MatrixSeries:
    """Return L with positive diagonal and ``L Lᵀ = matrix``.

    ``L_k = L0 low(L0⁻¹ S_k L0⁻ᵀ)``, where S_k is what the earlier coefficients leave of A_k and low() keeps the lower
    triangle with half the diagonal (Murray (2016), Differentiation of the Cholesky decomposition).
    """
    head = _cholesky_head(matrix.parts[0])
    back = MatrixSeries([head]).inverse().parts[0] if matrix.order > 1 else head
    parts = [head]
    for k in range(1, matrix.order):
        rest = matrix.parts[k]
        for i in range(1, k):
            rest = rest - parts[i] * parts[k - i].transpose()
        parts.append(head * _low(back * rest * back.transpose()))
    return MatrixSeries(parts)


def _cholesky_head(matrix: arb_mat) -> arb_mat:
    n = matrix.nrows()
    rows = matrix.tolist()
    for j in range(n):
        pivot = rows[j][j] - sum((v * v for v in rows[j][:j]), start=arb(0))
        if not pivot > 0:
            raise _not_positive(matrix, pivot)
        rows[j][j] = root = pivot.sqrt()
        for i in range(j + 1, n):
            dot = sum((v * w for v, w in zip(rows[i][:j], rows[j][:j], strict=True)), start=arb(0))
            rows[i][j] = (rows[i][j] - dot) / root
            rows[j][i] = arb(0)
    return arb_mat(n, n, [entry for row in rows for entry in row])


def _not_positive(matrix: arb_mat, pivot: arb) -> Exception:
    if pivot < 0:
        return SingularError("the matrix is not positive definite")
    why = not_invertible(matrix)
    singular = isinstance(why, SingularError)
    return SingularError("the matrix is not positive definite: it is singular") if singular else why


def _low(matrix: arb_mat) -> arb_mat:
    n = matrix.nrows()
    entries = [matrix[i, j] if i > j else matrix[i, j] / 2 if i == j else arb(0) for i in range(n) for j in range(n)]
    return arb_mat(n, n, entries)


# -- QR --------------------------------------------------------------------------------------------------------


_QRResult: Any = type(np.linalg.qr(np.eye(1)))


@lifts(np.linalg.qr)
def _qr(a: Lifted, mode: str = "reduced") -> Any:
    if mode not in ("reduced", "complete", "r"):
        raise OpaqueError(f"numpy.linalg.qr(mode={mode!r}) is not lifted: 'reduced', 'complete' and 'r' are")
    factors = stacked(lambda m: qr_of(m, complete=mode == "complete"), a.cells)
    q, r = (a.like(cells) for cells in factors)
    return r if mode == "r" else _QRResult(q, r)


def qr_of(a: Cells, *, complete: bool) -> tuple[Cells, Cells]:
    """Return Q and R of one matrix (m, n) whose first min(m, n) columns are independent.

    Raises
    ------
    SingularError
        They are dependent: R has a zero on its diagonal, and Q is not determined.
    """
    m, n = a.shape
    k = min(m, n)
    matrix = MatrixSeries.of(a, order_of(a))
    first = MatrixSeries.of(a[:, :k], matrix.order)
    signs = MatrixSeries([_signs(a[:, :k])] + [arb_mat(k, k)] * (matrix.order - 1))
    corner = signs @ _gram_factor(first).T
    q = first @ corner.inverse()
    right = (q.T @ matrix).cells() if n > k else corner.cells()
    right[np.tri(k, n, -1, dtype=bool)] = Ball(arb(0))
    if not complete or m == k:
        return q.cells(), right
    return _completed(q.cells()), np.concatenate([right, _zeros(m - k, n)])


def _gram_factor(matrix: MatrixSeries) -> MatrixSeries:
    try:
        return cholesky(matrix.T @ matrix)
    except SingularError:
        raise SingularError("the columns of the matrix are dependent: its QR factors are not determined") from None


def _signs(a: Cells) -> arb_mat:
    """Return the signs that Householder's reflections give R's diagonal, in floats, as a diagonal matrix."""
    with np.errstate(all="ignore"):
        diagonal = np.diagonal(np.linalg.qr(midpoints(a), mode="r"))
    if not np.all(np.isfinite(diagonal)):
        raise UndecidableError("the signs of R are not known: the matrix leaves the range of float64")
    n = a.shape[1]
    return arb_mat(n, n, [(1 if diagonal[i] >= 0 else -1) if i == j else 0 for i in range(n) for j in range(n)])


def _zeros(rows: int, columns: int) -> Cells:
    return object_array([Ball(arb(0)) for _ in range(rows * columns)], (rows, columns))


def _completed(q: Cells) -> Cells:
    """Return the orthogonal matrix (m, m) of the reflections that the columns of Q (m, k) come from.

    ``Q - I = -V T V1ᵀ`` is V, unit lower trapezoidal, times a triangular matrix: elimination without pivots finds both
    (Ballard et al. (2014), Reconstructing Householder vectors from tall-skinny QR). A column that is not reflected
    is zero there.
    """
    m, k = q.shape
    order = order_of(q)
    rest = q.copy()
    for j in range(k):
        rest[j, j] = rest[j, j] - 1
    v, u = np.concatenate([_eye(k), _zeros(m - k, k)]), _zeros(k, k)
    for j in range(k):
        if _is_zero(rest[j:, j]):
            continue
        u[j, j:] = rest[j, j:]
        v[j + 1 :, j] = rest[j + 1 :, j] / rest[j, j]
        rest[j + 1 :, j:] = rest[j + 1 :, j:] - v[j + 1 :, j, None] * rest[j, None, j:]
    # Q e_j = e_j - V T V2ᵀ e_j for j >= k, and T = -U V1⁻ᵀ
    reflectors, upper = MatrixSeries.of(v, order), MatrixSeries.of(u, order)
    top, bottom = MatrixSeries.of(v[:k], order), MatrixSeries.of(v[k:], order)
    tail = (reflectors @ (upper @ (top.T.inverse() @ bottom.T))).cells()
    for j in range(m - k):
        tail[k + j, j] = tail[k + j, j] + 1
    return np.concatenate([q, tail], axis=1)


def _eye(n: int) -> Cells:
    return MatrixSeries.identity(n, 1).cells()


def _is_zero(column: Cells) -> bool:
    """Return whether every entry may be zero: a reflection that was left out."""
    return all(c.contains(0) for cell in column for c in cell.coefficients())
