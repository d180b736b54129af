"""Matrices of power series as power series of matrices: ``A0 + A1 t + A2 t² + ...``, each a FLINT ball matrix.

A product is a convolution of FLINT's products. An inverse, a root or a factor begins with that of ``A0``, and every
later coefficient solves the equation that defines it, linear in the unknown with ``A0``'s own factor on the left
(Newton lifting): no elimination runs on series. Every coefficient is an enclosure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from flint import arb, arb_mat, arb_series, fmpz, fmpz_mat

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift.array import object_array
from verify.lift.ball import Ball

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Cells = Any

UNKNOWN = arb("nan")
"""The enclosure that holds every real number: what a series does not tell past its truncation."""


FEW_ROWS = 6
"""Up to so many rows a determinant is taken without a division: exact entries keep an exact determinant."""


def are_balls(*arrays: Cells) -> bool:
    """Return whether every entry is a ball: formulas take the entry-by-entry way."""
    return all(type(cell) is Ball for cells in arrays for cell in cells.flat)


def order_of(*arrays: Cells) -> int:
    """Return how many coefficients the longest series among the entries has; 1 where all are constants."""
    values = (cell.v for cells in arrays for cell in cells.flat)
    return max((v.prec for v in values if isinstance(v, arb_series)), default=1)


def part(v: Any, k: int) -> arb:
    """Return the coefficient of ``t**k`` of a ball's content, unknown past the truncation."""
    if isinstance(v, arb_series):
        return v[k] if k < v.prec else UNKNOWN
    return v if k == 0 else arb(0)


class MatrixSeries:
    """A matrix whose entries are power series in t, kept coefficient by coefficient.

    Parameters
    ----------
    parts : list of arb_mat
        The coefficients of 1, t, t², ..., all of one shape.
    """

    __slots__ = ("parts",)

    def __init__(self, parts: list[arb_mat]) -> None:
        self.parts = parts

    @classmethod
    def of(cls, cells: Cells, order: int) -> Self:
        """Return the matrix of an object array of balls (m, n), to that many coefficients."""
        if not are_balls(cells):
            raise OpaqueError("a matrix of formulas is not factored: balls and series are")
        values, (rows, columns) = [cell.v for cell in cells.ravel()], cells.shape
        return cls([arb_mat(rows, columns, [part(v, k) for v in values]) for k in range(order)])

    @classmethod
    def identity(cls, n: int, order: int) -> Self:
        """Return the constant identity matrix."""
        one = arb_mat(n, n, [int(i == j) for i in range(n) for j in range(n)])
        return cls([one] + [arb_mat(n, n)] * (order - 1))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.parts[0].nrows(), self.parts[0].ncols()

    @property
    def order(self) -> int:
        """How many coefficients are known."""
        return len(self.parts)

    @property
    def T(self) -> MatrixSeries:  # noqa: N802 - NumPy's name
        """The transpose."""
        return MatrixSeries([part.transpose() for part in self.parts])

    def cells(self) -> Cells:
        """Return the entries as an object array of balls: constants where only the head is known."""
        entries = zip(*(part.entries() for part in self.parts), strict=True)
        if self.order == 1:
            return object_array([Ball(head) for (head,) in entries], self.shape)
        return object_array([Ball(arb_series(list(cs), prec=self.order)) for cs in entries], self.shape)

    def __matmul__(self, other: MatrixSeries) -> MatrixSeries:
        return MatrixSeries([convolved(self.parts, other.parts, k) for k in range(self.order)])

    def __sub__(self, other: MatrixSeries) -> MatrixSeries:
        return MatrixSeries([a - b for a, b in zip(self.parts, other.parts, strict=True)])

    def solve(self, right: MatrixSeries) -> MatrixSeries:
        """Return X with ``self @ X = right``: ``A0 X_k = B_k - sum of A_i X_(k-i), i >= 1``.

        Raises
        ------
        SingularError
            The head is an exactly singular matrix.
        UndecidableError
            The head may be singular.
        """
        solution: list[arb_mat] = []
        for k in range(self.order):
            rest = right.parts[k]
            for i in range(1, k + 1):
                rest = rest - self.parts[i] * solution[k - i]
            solution.append(solved(self.parts[0], rest))
        return MatrixSeries(solution)

    def inverse(self) -> MatrixSeries:
        """Return the inverse matrix; raises as `solve` does."""
        head = solved(self.parts[0], MatrixSeries.identity(self.shape[0], 1).parts[0])
        parts = [head]
        for k in range(1, self.order):
            parts.append(-(head * convolved(self.parts[1:], parts, k - 1)))
        return MatrixSeries(parts)

    def determinant(self) -> Any:
        """Return the determinant, an `arb` or an `arb_series`: ``det A0 exp(integral of tr(A⁻¹ A') dt)``.

        Where the head may be singular, and for few rows, by Bird's algorithm, which never divides (Bird (2011), A
        simple division-free algorithm for computing determinants).
        """
        if self.order == 1:
            return self.parts[0].det()
        if self.shape[0] <= FEW_ROWS:
            return _bird(self)
        try:
            inverse = self.inverse().parts
        except (SingularError, UndecidableError):
            return _bird(self)
        slopes = [part * k for k, part in enumerate(self.parts)][1:]
        moving = [convolved(inverse, slopes, k).trace() for k in range(self.order - 1)]
        return self.parts[0].det() * arb_series(moving, prec=self.order).integral().exp()

    def toeplitz(self) -> arb_mat:
        """Return the block matrix of multiplication by the series: an analytic function of it is the function's series.

        Truncated power series of matrices are a ring, and block upper triangular Toeplitz matrices represent it.
        """
        rows, columns = self.shape
        blocks = [part.tolist() for part in self.parts]
        zero = [[arb(0)] * columns] * rows
        table = [
            [entry for block in range(self.order) for entry in (blocks[block - band] if block >= band else zero)[row]]
            for band in range(self.order)
            for row in range(rows)
        ]
        return arb_mat(rows * self.order, columns * self.order, [entry for row in table for entry in row])

    def exp(self) -> MatrixSeries:
        """Return the exponential of a square matrix (FLINT's arb_mat_exp of the block Toeplitz matrix)."""
        n = self.shape[0]
        rows = self.toeplitz().exp().tolist()[:n]
        return MatrixSeries(
            [arb_mat(n, n, [entry for row in rows for entry in row[k * n : (k + 1) * n]]) for k in range(self.order)]
        )


def convolved(left: Sequence[arb_mat], right: Sequence[arb_mat], k: int) -> arb_mat:
    """Return the coefficient of ``t**k`` of a product; coefficients that are not there are zero."""
    pairs = [(i, k - i) for i in range(k + 1) if i < len(left) and k - i < len(right)]
    total = left[pairs[0][0]] * right[pairs[0][1]]
    for i, j in pairs[1:]:
        total = total + left[i] * right[j]
    return total


def solved(matrix: arb_mat, right: arb_mat) -> arb_mat:
    """Return FLINT's enclosure of ``matrix⁻¹ right``, or say why there is none; NaN goes in and out alone."""
    if any(entry.is_nan() for entry in matrix.entries()):
        return arb_mat(right.nrows(), right.ncols(), [UNKNOWN] * (right.nrows() * right.ncols()))
    try:
        return matrix.solve(right)
    except ZeroDivisionError:
        raise not_invertible(matrix) from None


def not_invertible(matrix: arb_mat) -> Exception:
    """Return the error of a matrix without an enclosed inverse: exactly singular, or undecided."""
    if is_surely_singular(matrix):
        return SingularError("the matrix is singular: it has no inverse")
    return UndecidableError("the matrix is singular, or too close to it for the precision")


def is_surely_singular(matrix: arb_mat) -> bool:
    """Return whether exact entries make an exactly singular matrix (over the integers, by FLINT)."""
    entries = matrix.entries()
    if not all(entry.is_exact() and entry.is_finite() for entry in entries):
        return False
    pairs = [entry.man_exp() for entry in entries]
    lowest = min((int(exponent) for mantissa, exponent in pairs if mantissa), default=0)
    whole = [fmpz(mantissa) << (int(exponent) - lowest) if mantissa else fmpz(0) for mantissa, exponent in pairs]
    return bool(fmpz_mat(matrix.nrows(), matrix.ncols(), whole).rank() < min(matrix.nrows(), matrix.ncols()))


def _bird(matrix: MatrixSeries) -> arb_series:
    n = matrix.shape[0]
    if n == 0:
        return arb_series([1], prec=matrix.order)
    power = matrix
    for _ in range(n - 1):
        power = MatrixSeries([_bird_step(part) for part in power.parts]) @ matrix
    sign = 1 if n % 2 else -1
    return arb_series([part[0, 0] * sign for part in power.parts], prec=matrix.order)


def _bird_step(part: arb_mat) -> arb_mat:
    """Return the part above the diagonal, and minus the sum of the later diagonal entries on it."""
    n = part.nrows()
    step, tail = arb_mat(n, n), arb(0)
    for i in reversed(range(n)):
        step[i, i] = -tail
        tail += part[i, i]
        for j in range(i + 1, n):
            step[i, j] = part[i, j]
    return step


# -- stacks ----------------------------------------------------------------------------------------------------


def stacked(function: Callable[..., tuple[Cells, ...]], *arrays: Cells) -> tuple[Cells, ...]:
    """Apply a function of matrices to every matrix of broadcast stacks, as NumPy's gufuncs do.

    Parameters
    ----------
    function : callable
        Takes object arrays (m, n), one an argument, and returns a tuple of object arrays.
    arrays : object arrays (..., m, n)
    """
    shape = np.broadcast_shapes(*(a.shape[:-2] for a in arrays))
    if not shape:
        return function(*arrays)
    wide = [np.broadcast_to(a, shape + a.shape[-2:]) for a in arrays]
    parts = [function(*(w[index] for w in wide)) for index in np.ndindex(shape)]
    if not parts:  # only the shapes are wanted: an easy matrix tells them
        return tuple(np.empty((*shape, *np.shape(r)), dtype=object) for r in function(*map(_easy, arrays)))
    return tuple(
        object_array([cell for part in parts for cell in np.ravel(part[k])], shape + np.shape(parts[0][k]))
        for k in range(len(parts[0]))
    )


def _easy(array: Cells) -> Cells:
    """Return a diagonal matrix of that shape: positive definite, with distinct eigenvalues."""
    rows, columns = array.shape[-2:]
    return object_array(
        [Ball(arb(i + 1 if i == j else 0)) for i in range(rows) for j in range(columns)], (rows, columns)
    )


def midpoints(cells: Cells) -> Any:
    """Return the nearest floats of the heads: what the program itself would be given."""
    flat = [float(cell.coefficient(0).mid()) for cell in cells.flat]
    return np.array(flat, dtype=np.float64).reshape(cells.shape)
