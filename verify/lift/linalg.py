"""`numpy.linalg` on exact numbers: elimination and Cholesky's algorithm, which only add, multiply and divide.

They run alike on balls, on power series (a series is invertible where its head is) and on formulas. The pivot is
the entry whose head is surely largest away from zero; a matrix whose pivot may be zero is singular or undecided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.errors import OpaqueError, SingularError
from verify.lift.array import FUNCTIONS, Lifted, object_array, scalar_cells
from verify.lift.ball import Ball, head_of
from verify.lift.functions import lifts

if TYPE_CHECKING:
    from collections.abc import Callable

Cells = Any


def _head_size(cell: Any) -> float:
    """Return how far a pivot surely is from zero (its sample's distance, for a formula)."""
    ball = cell if isinstance(cell, Ball) else cell.value
    return float(abs(head_of(ball.v)).lower())


def _square(x: Lifted, name: str) -> None:
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise OpaqueError(f"numpy.linalg.{name} of shape {x.shape}: a square matrix is expected")


def eliminate(matrix: Cells, right: Cells) -> tuple[Cells, Cells]:
    """Solve by Gauss-Jordan elimination with row pivots.

    Parameters
    ----------
    matrix : object array (n, n)
    right : object array (n, k)

    Returns
    -------
    solution : object array (n, k)
    pivots : list
        The pivots, the last with the sign of the row exchanges: their product is the determinant.

    Raises
    ------
    SingularError
        No pivot is surely different from zero.
    """
    a, b, pivots = matrix.copy(), right.copy(), []
    n = len(a)
    for k in range(n):
        best = max(range(k, n), key=lambda row: _head_size(a[row, k]))
        if _head_size(a[best, k]) == 0:
            raise SingularError("the matrix is singular, or too close to it for the precision")
        if best != k:
            a[[k, best]], b[[k, best]] = a[[best, k]], b[[best, k]]
        pivots.append(a[k, k] if best == k else -a[k, k])
        a[k, k:], b[k] = a[k, k:] / a[k, k], b[k] / a[k, k]
        for row in range(n):
            if row != k:
                factor = a[row, k]
                a[row, k:], b[row] = a[row, k:] - a[k, k:] * factor, b[row] - b[k] * factor
    return b, pivots


def _stacked(function: Callable[[Cells], Cells], x: Cells) -> Cells:
    """Apply a function of one matrix to every matrix of a stack."""
    if x.ndim == 2:
        return function(x)
    parts = [function(x[index]) for index in np.ndindex(x.shape[:-2])]
    first = np.asarray(parts[0], dtype=object)
    flat = [cell for part in parts for cell in np.asarray(part, dtype=object).ravel()]
    return object_array(flat, x.shape[:-2] + first.shape)


def _identity(x: Lifted, n: int) -> Cells:
    zero, one = x.constant(0, x.dtype), x.constant(1, x.dtype)
    return object_array([one if i == j else zero for i in range(n) for j in range(n)], (n, n))


@lifts(np.linalg.inv)
def _inv(x: Lifted) -> Any:
    _square(x, "inv")
    return x.like(_stacked(lambda a: eliminate(a, _identity(x, len(a)))[0], x.cells))


@lifts(np.linalg.solve)
def _solve(a: Any, b: Any) -> Any:
    x = a if isinstance(a, Lifted) else b
    matrices, right = x.cells_of(a), x.cells_of(b)
    vector = right.ndim == 1
    right = right[:, None] if vector else right
    if matrices.ndim == 2 and right.ndim == 2:
        solution = eliminate(matrices, right)[0]
        return x.like(solution[:, 0] if vector else solution)
    shape = np.broadcast_shapes(matrices.shape[:-2], right.shape[:-2])
    wide = np.broadcast_to(matrices, shape + matrices.shape[-2:])
    tall = np.broadcast_to(right, shape + right.shape[-2:])
    parts = [eliminate(wide[i], tall[i])[0] for i in np.ndindex(shape)]
    return x.like(object_array([c for p in parts for c in p.ravel()], shape + right.shape[-2:]))


def determinant(a: Cells) -> Any:
    """Return the determinant as the product of the pivots; of a singular matrix, by cofactors."""
    try:
        _, pivots = eliminate(a, a[:, :0])
    except SingularError:
        return cofactors(a)
    product = pivots[0]
    for pivot in pivots[1:]:
        product = product * pivot
    return product


def cofactors(a: Cells) -> Any:
    """Return the determinant by expansion along the first row: it needs no division."""
    if len(a) == 1:
        return a[0, 0]
    total = None
    for j in range(len(a)):
        minor = np.delete(a[1:], j, axis=1)
        term = a[0, j] * cofactors(minor)
        total = term if total is None else total + term if j % 2 == 0 else total - term
    return total


@lifts(np.linalg.det)
def _det(x: Lifted) -> Any:
    _square(x, "det")
    return x.like(_stacked(lambda a: scalar_cells(determinant(a)), x.cells))


@lifts(np.linalg.slogdet)
def _slogdet(x: Lifted) -> Any:
    det = _det(x)
    return np.sign(det), np.log(np.abs(det))


@lifts(np.linalg.cholesky)
def _cholesky(x: Lifted, upper: bool = False) -> Any:
    _square(x, "cholesky")
    lower = x.like(_stacked(lambda a: _lower_factor(x, a), x.cells))
    return np.swapaxes(lower, -1, -2) if upper else lower


def _lower_factor(x: Lifted, a: Cells) -> Cells:
    """Return L with L Lᵀ = a; only the lower triangle of `a` is read, as LAPACK does."""
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


@lifts(np.linalg.norm)
def _norm(x: Lifted, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002 - NumPy's name
    matrix = (axis is None and x.ndim == 2) or (isinstance(axis, tuple) and len(axis) == 2)
    if ord is None or (ord == "fro" and matrix) or (ord == 2 and not matrix):
        return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))
    if matrix:
        raise OpaqueError(f"numpy.linalg.norm(ord={ord!r}) of a matrix is not lifted")
    size = np.abs(x)
    if ord in (np.inf, -np.inf):
        return (np.max if ord > 0 else np.min)(size, axis=axis, keepdims=keepdims)
    if ord == 1:
        return np.sum(size, axis=axis, keepdims=keepdims)
    return np.sum(size**ord, axis=axis, keepdims=keepdims) ** (1 / ord)


@lifts(np.trace)
def _trace(x: Lifted, offset: int = 0, axis1: int = 0, axis2: int = 1, **_: Any) -> Any:
    return np.sum(np.diagonal(x, offset, axis1, axis2), axis=-1)


@lifts(np.linalg.matrix_power)
def _matrix_power(x: Lifted, n: int) -> Any:
    _square(x, "matrix_power")
    if n < 0:
        return np.linalg.matrix_power(np.linalg.inv(x), -n)
    result = x.like(_identity(x, x.shape[-1]))
    for _ in range(n):
        result = result @ x
    return result


@lifts(np.linalg.multi_dot)
def _multi_dot(parts: Any, **_: Any) -> Any:
    product = parts[0]
    for part in parts[1:]:
        product = product @ part
    return product


FUNCTIONS[np.linalg.outer] = FUNCTIONS[np.outer]
FUNCTIONS[np.linalg.matrix_transpose] = lambda x: np.swapaxes(x, -1, -2)
FUNCTIONS[np.linalg.vector_norm] = lambda x, ord=2, axis=None, keepdims=False: np.linalg.norm(  # noqa: A006
    np.ravel(x) if axis is None else x, ord, axis, keepdims
)
