"""Norms of vectors and matrices, the condition number, and least squares on exact numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_series

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift.array import Lifted, object_array, scalar_cells
from verify.lift.ball import Ball, head_of
from verify.lift.functions import lifts
from verify.lift.linalg import cells_in, lifted_of
from verify.lift.matrices import UNKNOWN, MatrixSeries, are_balls, midpoints, order_of, stacked
from verify.lift.powers import shifted
from verify.lift.reading import note_root
from verify.lift.ufuncs import float_type

Cells = Any


# -- norms -----------------------------------------------------------------------------------------------------


@lifts(np.linalg.norm)
def _norm(x: Lifted, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:  # noqa: A002 - NumPy's name
    if axis is None:
        if ord is None or (x.ndim == 1 and ord == 2) or (x.ndim == 2 and ord == "fro"):
            flat = euclidean(np.ravel(x), 0, keepdims=False)
            return np.reshape(flat, (1,) * x.ndim) if keepdims else flat
        axis = tuple(range(x.ndim))
    axes = (axis,) if isinstance(axis, (int, np.integer)) else tuple(axis)
    if len(axes) == 1:
        return vector_norm(x, 2 if ord is None else ord, int(axes[0]), keepdims=keepdims)
    if len(axes) != 2:
        raise OpaqueError(f"numpy.linalg.norm of shape {x.shape} along axes {axes}: one axis or two are expected")
    return matrix_norm(x, "fro" if ord is None else ord, axes, keepdims=keepdims)


def euclidean(x: Any, axis: int, *, keepdims: bool) -> Any:
    """Return the root of the sum of squares along an axis: at the zero vector too, as the one-sided derivatives are."""
    squares = np.sum(x * x, axis=axis, keepdims=True)
    if are_balls(x.cells) and order_of(x.cells) > 1:
        rows = np.moveaxis(x.cells, axis, -1)
        lengths = object_array([_length(rows[index]) for index in np.ndindex(rows.shape[:-1])], rows.shape[:-1])
        norm = x.like(np.expand_dims(lengths, axis), squares.dtype)
    else:
        norm = np.sqrt(squares)
    return norm if keepdims else norm.like(np.squeeze(norm.cells, axis=axis)[()])


def _length(row: Cells) -> Ball:
    """Return the length of a vector of series: of ``t y`` it is t times y's, where a root of squares only sees zero."""
    values = [cell.v for cell in row]
    series = [v for v in values if isinstance(v, arb_series)]
    if not series or min(v.prec for v in series) == 1 or not all(head_of(v).is_zero() for v in values):
        return sum((cell * cell for cell in row), start=Ball(arb(0))).sqrt()
    note_root()
    rest = _length([Ball(shifted(v, 1) if isinstance(v, arb_series) else v) for v in values]).v
    return Ball(arb_series([arb(0), *[rest[k] for k in range(rest.prec)]], prec=rest.prec + 1))


def vector_norm(x: Any, order: Any, axis: Any, *, keepdims: bool) -> Any:
    """Return the norm of the vectors along one axis, of NumPy's ``ord``."""
    if order in (np.inf, -np.inf):
        return (np.max if order > 0 else np.min)(np.abs(x), axis=axis, keepdims=keepdims)
    if order == 0:
        return np.sum(x.like(x.cells_of((x != 0).astype(np.float64))), axis=axis, keepdims=keepdims)
    if order == 1:
        return np.sum(np.abs(x), axis=axis, keepdims=keepdims)
    if order == 2:
        return euclidean(x, axis, keepdims=keepdims)
    if isinstance(order, str):
        raise OpaqueError(f"numpy.linalg.norm(ord={order!r}) is not a norm of vectors")
    root = x.like(scalar_cells(x.constant(1 / Fraction(order), x.dtype)))  # 1/3 itself: the float 1 / 3 is another
    return np.sum(np.abs(x) ** order, axis=axis, keepdims=keepdims) ** root


def matrix_norm(x: Any, order: Any, axes: tuple[int, ...], *, keepdims: bool) -> Any:
    """Return the norm of the matrices along two axes, of NumPy's ``ord``."""
    moved = np.moveaxis(x, axes, (-2, -1))
    if order == "fro":
        norm = euclidean(np.reshape(moved, (*moved.shape[:-2], -1)), -1, keepdims=False)
    elif order in (1, -1, np.inf, -np.inf):
        sums = np.sum(np.abs(moved), axis=-2 if abs(order) == 1 else -1)
        norm = (np.max if order > 0 else np.min)(sums, axis=-1)
    elif order in (2, -2, "nuc"):
        values = np.linalg.svd(moved, compute_uv=False)
        norm = np.sum(values, axis=-1) if order == "nuc" else values[..., 0 if order == 2 else -1]
    else:
        raise OpaqueError(f"numpy.linalg.norm(ord={order!r}) is not a norm of matrices")
    return np.expand_dims(norm, tuple(k % x.ndim for k in axes)) if keepdims else norm


@lifts(np.linalg.vector_norm)
def _vector_norm(x: Lifted, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:  # noqa: A002 - as above
    axes = tuple(range(x.ndim)) if axis is None else np.atleast_1d(axis)
    axes = tuple(int(k) % x.ndim for k in axes)
    kept = [k for k in range(x.ndim) if k not in axes]
    flat = np.reshape(np.transpose(x, (*kept, *axes)), (*(x.shape[k] for k in kept), -1))
    norm = vector_norm(flat, ord, -1, keepdims=False)
    return np.expand_dims(norm, axes) if keepdims else norm


@lifts(np.linalg.matrix_norm)
def _matrix_norm(x: Lifted, keepdims: bool = False, ord: Any = "fro") -> Any:  # noqa: A002 - as above
    return matrix_norm(x, ord, (-2, -1), keepdims=keepdims)


@lifts(np.linalg.cond)
def _cond(x: Lifted, p: Any = None) -> Any:
    if p is None or p in (2, -2):
        values = np.linalg.svd(x, compute_uv=False)
        ratio = values[..., 0] / values[..., -1]
        return 1 / ratio if p == -2 else ratio
    return matrix_norm(x, p, (-2, -1), keepdims=False) * matrix_norm(np.linalg.inv(x), p, (-2, -1), keepdims=False)


# -- least squares ---------------------------------------------------------------------------------------------


def pseudoinverse(a: Cells) -> tuple[Cells]:
    """Return the pseudoinverse of one matrix (m, n) of full rank: ``(Aᵀ A)⁻¹ Aᵀ`` or ``Aᵀ (A Aᵀ)⁻¹``.

    Raises
    ------
    SingularError
        The rank is less than min(m, n): the pseudoinverse is not continuous there.
    """
    matrix = MatrixSeries.of(a, order_of(a))
    tall = a.shape[0] >= a.shape[1]
    try:
        if tall:
            return ((matrix.T @ matrix).solve(matrix.T).cells(),)
        return ((matrix @ matrix.T).solve(matrix).T.cells(),)
    except SingularError:
        raise SingularError("the matrix has not full rank: its pseudoinverse is not continuous there") from None


@lifts(np.linalg.pinv)
def _pinv(a: Lifted, rcond: Any = None, hermitian: bool = False, **_: Any) -> Any:
    del rcond, hermitian  # a cut-off in floats; and a promise about the matrix, whose pseudoinverse is one
    return a.like(*stacked(pseudoinverse, a.cells))


@lifts(np.linalg.lstsq)
def _lstsq(a: Any, b: Any, rcond: Any = None) -> Any:
    x = lifted_of(a, b)
    matrix, right = x.like(cells_in(x, a)), x.like(cells_in(x, b), float_type((a, b)))
    (m, n), wide = matrix.shape, right[:, None] if right.ndim == 1 else right
    solution = np.linalg.pinv(matrix) @ wide
    gap = wide - matrix @ solution
    residuals = np.sum(gap * gap, axis=0) if m > n else right.like(wide.cells.ravel()[:0])
    rank = np.linalg.matrix_rank(midpoints(matrix.cells), rcond)
    return (solution[:, 0] if right.ndim == 1 else solution), residuals, int(rank), _values_or_unknown(matrix)


def _values_or_unknown(matrix: Lifted) -> Any:
    """Return the singular values; where they meet, the whole line for each: few programs read them."""
    try:
        return np.linalg.svd(matrix, compute_uv=False)
    except (SingularError, UndecidableError):
        count = min(matrix.shape)
        return matrix.like(object_array([Ball(UNKNOWN)] * count, (count,)))
