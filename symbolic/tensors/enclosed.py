"""Spectra and Cholesky factors of small real matrices, enclosed in balls: FLINT's eigenvalues, which it proves."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import acb_mat, arb

from symbolic.errors import Undecidable

Cells = Any  # an object array of balls


def spectrum(kind: str, cells: Cells) -> Cells:
    """Return ``eigval``, ``eigvec``, ``svd_u``, ``sval``, ``svd_v`` or ``cholesky`` of a matrix, in NumPy's order.

    Raises
    ------
    Undecidable
        Two eigenvalues are not told apart, or the matrix is not shown to be positive definite.
    """
    if kind == "cholesky":
        return _cholesky(cells)
    if kind.startswith("eig"):
        return _eigen(cells)[("eigval", "eigvec").index(kind)]
    return _singular(cells)[("svd_u", "sval", "svd_v").index(kind)]


def _eigen(cells: Cells) -> tuple[Cells, Cells]:
    """Return the eigenvalues of a symmetric matrix, rising, and its unit eigenvectors as columns."""
    n = len(cells)
    try:
        values, vectors = acb_mat([list(row) for row in (cells + cells.T) / 2]).eig(right=True)
    except ValueError as error:
        raise Undecidable(f"the eigenvalues are not told apart: {error}") from error
    order = sorted(range(n), key=lambda k: float(values[k].real.mid()))
    columns = [_unit([vectors[i, k] for i in range(n)]) for k in order]
    return _cells([values[k].real for k in order]), np.stack(columns, axis=1)


def _unit(vector: list[Any]) -> Cells:
    """Return a real vector of length 1: it is one up to a complex factor, so its greatest entry is made 1 first."""
    greatest = max(vector, key=lambda z: float(abs(z).mid()))
    real = _cells([(z / greatest).real for z in vector])
    return real / arb(sum(real * real)).sqrt()


def _singular(cells: Cells) -> tuple[Cells, Cells, Cells]:
    """Return U, the singular values, falling, and Vᵀ."""
    if cells.shape[0] < cells.shape[1]:
        v, values, ut = _singular(cells.T)
        return ut.T, values, v.T
    squares, v = _eigen(cells.T @ cells)
    values = _cells([s.sqrt() for s in squares[::-1]])
    v = v[:, ::-1]
    return (cells @ v) / values, values, v.T


def _cholesky(cells: Cells) -> Cells:
    n = len(cells)
    lower = np.full((n, n), arb(0), dtype=object)
    for j in range(n):
        rest = cells[j, j] - sum((lower[j, k] ** 2 for k in range(j)), arb(0))
        if not rest > 0:
            raise Undecidable("the matrix is not shown to be positive definite")
        lower[j, j] = rest.sqrt()
        for i in range(j + 1, n):
            rest = cells[i, j] - sum((lower[i, k] * lower[j, k] for k in range(j)), arb(0))
            lower[i, j] = rest / lower[j, j]
    return lower


def _cells(values: list[Any]) -> Cells:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells
