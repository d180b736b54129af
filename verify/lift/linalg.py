"""`numpy.linalg` on exact numbers: equations, inverses and determinants.

Balls and series go to FLINT's ball matrices, coefficient by coefficient (`verify.lift.matrices`); formulas go through
elimination, which only adds, multiplies and divides. A matrix that may be singular is singular or undecided.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from verify.errors import OpaqueError, SingularError
from verify.lift.array import FUNCTIONS, Lifted, object_array, scalar_cells
from verify.lift.ball import Ball, head_of
from verify.lift.functions import lifts
from verify.lift.matrices import MatrixSeries, are_balls, midpoints, order_of, stacked
from verify.lift.ufuncs import float_type

Cells = Any


def is_square(x: Lifted, name: str) -> None:
    """Raise `OpaqueError` unless the last two axes are of one size."""
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise OpaqueError(f"numpy.linalg.{name} of shape {x.shape}: a square matrix is expected")


def lifted_of(*operands: Any) -> Lifted:
    """Return the first lifted array among the operands."""
    return next(x for x in operands if isinstance(x, Lifted))


def cells_in(x: Lifted, value: Any) -> Cells:
    """Return the exact numbers of an operand beside `x`: lists are read as NumPy reads them."""
    return x.cells_of(np.asarray(value) if isinstance(value, (list, tuple)) else value)


# -- elimination, for formulas ---------------------------------------------------------------------------------


def _head_size(cell: Any) -> float:
    """Return how far a pivot surely is from zero (its sample's distance, for a formula)."""
    ball = cell if isinstance(cell, Ball) else cell.value
    return float(abs(head_of(ball.v)).lower())


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


# -- equations -------------------------------------------------------------------------------------------------


def solution_of(matrix: Cells, right: Cells) -> Cells:
    """Return ``matrix⁻¹ right`` for object arrays (n, n) and (n, k)."""
    if not are_balls(matrix, right):
        return eliminate(matrix, right)[0]
    order = order_of(matrix, right)
    return MatrixSeries.of(matrix, order).solve(MatrixSeries.of(right, order)).cells()


def identity(x: Lifted, n: int) -> Cells:
    """Return the identity matrix in the numbers that `x` holds."""
    zero, one = x.constant(0, x.dtype), x.constant(1, x.dtype)
    return object_array([one if i == j else zero for i in range(n) for j in range(n)], (n, n))


def inverse_of(x: Lifted, a: Cells) -> Cells:
    """Return the inverse of one matrix (n, n)."""
    if not are_balls(a):
        return eliminate(a, identity(x, len(a)))[0]
    return MatrixSeries.of(a, order_of(a)).inverse().cells()


@lifts(np.linalg.inv)
def _inv(a: Lifted) -> Any:
    is_square(a, "inv")
    return a.like(*stacked(lambda m: (inverse_of(a, m),), a.cells))


@lifts(np.linalg.solve)
def _solve(a: Any, b: Any) -> Any:
    x = lifted_of(a, b)
    matrices, right = cells_in(x, a), cells_in(x, b)
    is_square(x.like(matrices), "solve")
    vector = right.ndim == 1
    solution = stacked(lambda m, r: (solution_of(m, r),), matrices, right[:, None] if vector else right)[0]
    return x.like(solution[..., 0] if vector else solution, float_type((a, b)))


@lifts(np.linalg.tensorsolve)
def _tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    if axes is not None:
        axes = [k % np.ndim(a) for k in axes]
        a = np.transpose(a, [k for k in range(np.ndim(a)) if k not in axes] + axes)
    unknowns = np.shape(a)[np.ndim(b) :]
    n = int(np.prod(unknowns, dtype=int))
    return np.reshape(np.linalg.solve(np.reshape(a, (-1, n)), np.ravel(b)), unknowns)


@lifts(np.linalg.tensorinv)
def _tensorinv(a: Lifted, ind: int = 2) -> Any:
    n = int(np.prod(a.shape[:ind], dtype=int))
    return np.reshape(np.linalg.inv(np.reshape(a, (n, -1))), a.shape[ind:] + a.shape[:ind])


# -- determinants ----------------------------------------------------------------------------------------------


def determinant(x: Lifted, a: Cells) -> Any:
    """Return the determinant of one matrix (n, n), singular or not."""
    if are_balls(a):
        return Ball(MatrixSeries.of(a, order_of(a)).determinant())
    try:
        _, pivots = eliminate(a, a[:, :0])
    except SingularError:
        return cofactors(a)
    product = x.constant(1, x.dtype)
    for pivot in pivots:
        product = product * pivot
    return product


@lifts(np.linalg.det)
def _det(a: Lifted) -> Any:
    is_square(a, "det")
    return a.like(stacked(lambda m: (scalar_cells(determinant(a, m)),), a.cells)[0][()])


@lifts(np.linalg.slogdet)
def _slogdet(a: Lifted) -> Any:
    det = _det(a)
    return SlogdetResult(np.sign(det), np.log(np.abs(det)))


SlogdetResult: Any = type(np.linalg.slogdet(np.eye(1)))


# -- powers and products ---------------------------------------------------------------------------------------


@lifts(np.linalg.matrix_power)
def _matrix_power(a: Lifted, n: int) -> Any:
    is_square(a, "matrix_power")
    if n < 0:
        return np.linalg.matrix_power(np.linalg.inv(a), -n)
    result = a.like(np.broadcast_to(identity(a, a.shape[-1]), a.shape).copy())
    while n:  # by repeated squaring
        result = result @ a if n % 2 else result
        n //= 2
        a = a @ a if n else a
    return result


@lifts(np.linalg.multi_dot)
def _multi_dot(arrays: Any, **_: Any) -> Any:
    product = arrays[0]
    for part in arrays[1:]:
        product = product @ part
    return product


@lifts(np.linalg.matrix_rank)
def _matrix_rank(A: Lifted, *args: Any, **kwargs: Any) -> Any:
    """Return the rank of the floats: an integer that a tolerance decides is none of the exact numbers' business."""
    return np.linalg.matrix_rank(midpoints(A.cells), *args, **kwargs)


FUNCTIONS[np.linalg.matrix_transpose] = lambda x: np.swapaxes(x, -1, -2)
