"""Products of tensors of exact numbers: matrix products by FLINT, and everything that comes down to them.

A product of matrices of series is a convolution of ball matrices, coefficient by coefficient (`verify.lift.matrices`);
FLINT's dot products are exact where the sum fits the precision, so a tie stays a tie. Formulas, and empty sums of
unknown numbers, take NumPy's own sums of products.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from verify.errors import OpaqueError
from verify.lift.array import FUNCTIONS, Lifted, scalar_cells
from verify.lift.functions import lifts
from verify.lift.matrices import MatrixSeries, are_balls, order_of, stacked
from verify.lift.ufuncs import ON_CELLS, float_type

Cells = Any

FEW_PRODUCTS = 3
"""Up to so many products an entry, operands and result, entry by entry is faster than FLINT's matrices (measured)."""


# -- matrices --------------------------------------------------------------------------------------------------


def matrix_product(x: Cells, y: Cells) -> Cells:
    """Return the product of stacks of matrices, object arrays (..., m, k) and (..., k, n)."""
    (m, k), n = x.shape[-2:], y.shape[-1]
    few = m * k * n <= FEW_PRODUCTS * (m * k + k * n + m * n)
    if few or not are_balls(x, y):
        return np.add.reduce(x[..., :, :, None] * y[..., None, :, :], axis=-2)
    return stacked(_product, x, y)[0]


def _product(x: Cells, y: Cells) -> tuple[Cells]:
    order = order_of(x, y)
    return ((MatrixSeries.of(x, order) @ MatrixSeries.of(y, order)).cells(),)


def _matmul(x: Cells, y: Cells) -> Cells:
    if x.ndim == 0 or y.ndim == 0:
        raise ValueError("matmul: an operand has no axis; multiply by a scalar with *")
    rows, columns = x.ndim == 1, y.ndim == 1
    x, y = x[None, :] if rows else x, y[:, None] if columns else y
    if x.shape[-1] != y.shape[-2]:
        raise ValueError(f"matmul: shapes {x.shape} and {y.shape} do not fit: {x.shape[-1]} is not {y.shape[-2]}")
    product = matrix_product(x, y)
    product = product[..., 0] if columns else product
    if not rows:
        return product
    return product[..., 0][()] if columns else product[..., 0, :]


def _vecdot(x: Cells, y: Cells) -> Cells:
    if x.shape[-1] != y.shape[-1]:
        raise ValueError(f"vecdot: shapes {x.shape} and {y.shape} do not fit")
    shape = np.broadcast_shapes(x.shape, y.shape)
    wide, tall = np.broadcast_to(x, shape), np.broadcast_to(y, shape)
    return matrix_product(wide[..., None, :], tall[..., :, None])[..., 0, 0][()]


ON_CELLS[np.matmul] = _matmul
ON_CELLS[np.vecdot] = _vecdot
if hasattr(np, "matvec"):  # NumPy 2.2
    ON_CELLS[np.matvec] = lambda x, y: matrix_product(x, y[..., :, None])[..., 0]
    ON_CELLS[np.vecmat] = lambda x, y: matrix_product(x[..., None, :], y)[..., 0, :]


def _lifted_of(*parts: Any) -> Lifted:
    return next(part for part in parts if isinstance(part, Lifted))


def _cells(*parts: Any) -> tuple[Lifted, list[Cells]]:
    """Return one of the operands that is lifted, and the exact numbers of each."""
    x = _lifted_of(*parts)
    return x, [x.cells_of(np.asarray(p) if isinstance(p, (list, tuple)) else p) for p in parts]


def _contracted(parts: Any, x: Lifted, product: Cells) -> Any:
    return x.like(np.asarray(x.filled_in(product), dtype=object)[()], float_type(parts))


# -- NumPy's products of two arrays ----------------------------------------------------------------------------


@lifts(np.dot)
def _dot(a: Any, b: Any, out: Any = None) -> Any:
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return np.multiply(a, b, out=out) if out is not None else a * b
    product = np.tensordot(a, b, axes=([-1], [-2 if np.ndim(b) > 1 else 0]))
    return product if out is None else np.positive(product, out=out)


@lifts(np.inner)
def _inner(a: Any, b: Any) -> Any:
    return a * b if np.ndim(a) == 0 or np.ndim(b) == 0 else np.tensordot(a, b, axes=([-1], [-1]))


@lifts(np.vdot)
def _vdot(a: Any, b: Any) -> Any:
    return np.tensordot(np.ravel(a), np.ravel(b), axes=1)


@lifts(np.outer)
def _outer(a: Any, b: Any, out: Any = None) -> Any:
    product = np.reshape(a, (-1, 1)) * np.reshape(b, (1, -1))
    return product if out is None else np.positive(product, out=out)


FUNCTIONS[np.linalg.outer] = _outer


@lifts(np.kron)
def _kron(a: Any, b: Any) -> Any:
    """Return the blocks ``a[i] b``: axes interleaved, then joined in pairs."""
    n = max(np.ndim(a), np.ndim(b))
    x, (left, right) = _cells(a, b)
    left, right = (c.reshape((1,) * (n - c.ndim) + c.shape) for c in (left, right))
    wide = np.expand_dims(left, tuple(range(1, 2 * n, 2))) * np.expand_dims(right, tuple(range(0, 2 * n, 2)))
    product = np.asarray(wide, dtype=object).reshape([p * q for p, q in zip(left.shape, right.shape, strict=True)])
    return _contracted((a, b), x, product)


@lifts(np.cross)
def _cross(a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Any:
    """Return the vector product of vectors of three entries (of two, in the plane of the first two axes)."""
    if axis is not None:
        axisa = axisb = axisc = axis
    x, (left, right) = _cells(a, b)
    u, v = np.moveaxis(left, axisa, 0), np.moveaxis(right, axisb, 0)
    if {len(u), len(v)} - {2, 3}:
        raise ValueError(f"cross: vectors of 2 or 3 entries are expected, and {len(u)} and {len(v)} were given")
    zero = scalar_cells(x.constant(0, x.dtype))
    (u0, u1, u2), (v0, v1, v2) = ([*(w[k, ...] for k in range(len(w))), zero][:3] for w in (u, v))
    last = u0 * v1 - u1 * v0
    if len(u) == len(v) == 2:
        return _contracted((a, b), x, last)
    first, second = u1 * v2 - u2 * v1, u2 * v0 - u0 * v2
    return _contracted((a, b), x, np.stack([np.asarray(c, dtype=object) for c in (first, second, last)], axis=axisc))


@lifts(np.linalg.cross)
def _linalg_cross(x1: Any, x2: Any, axis: int = -1) -> Any:
    return _cross(x1, x2, axis=axis)


@lifts(np.trace)
def _trace(a: Lifted, offset: int = 0, axis1: int = 0, axis2: int = 1, *_: Any, **__: Any) -> Any:
    return np.sum(np.diagonal(a, offset, axis1, axis2), axis=-1)


@lifts(np.tensordot)
def _tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    x, (left, right) = _cells(a, b)
    if isinstance(axes, (int, np.integer)):
        axes = (range(left.ndim - axes, left.ndim), range(axes))
    one, two = ([k] if isinstance(k, (int, np.integer)) else list(k) for k in axes)
    one, two = [k % left.ndim for k in one], [k % right.ndim for k in two]
    shared = [left.shape[k] for k in one]
    if shared != [right.shape[k] for k in two]:
        raise ValueError(f"tensordot: the axes summed over differ in size: {shared}, {[right.shape[k] for k in two]}")
    kept = [k for k in range(left.ndim) if k not in one], [k for k in range(right.ndim) if k not in two]
    tall, wide = [left.shape[k] for k in kept[0]], [right.shape[k] for k in kept[1]]
    flat_left = left.transpose(*kept[0], *one).reshape(math.prod(tall), math.prod(shared))
    flat_right = right.transpose(*two, *kept[1]).reshape(math.prod(shared), math.prod(wide))
    return _contracted((a, b), x, matrix_product(flat_left, flat_right).reshape(tall + wide))


FUNCTIONS[np.linalg.tensordot] = _tensordot
FUNCTIONS[np.linalg.matmul] = np.matmul
FUNCTIONS[np.linalg.vecdot] = lambda x1, x2, axis=-1: np.vecdot(np.moveaxis(x1, axis, -1), np.moveaxis(x2, axis, -1))
FUNCTIONS[np.linalg.trace] = lambda x, offset=0, dtype=None: np.trace(x, offset, -2, -1, dtype)
FUNCTIONS[np.linalg.diagonal] = lambda x, offset=0: np.diagonal(x, offset, -2, -1)


# -- einsum ----------------------------------------------------------------------------------------------------

Term = list[Any]
"""The labels of an array's axes: letters, whole numbers, or ("...", k) for an ellipsis' k-th axis from the right."""


@lifts(np.einsum)
def _einsum(*operands: Any, out: Any = None, **_: Any) -> Any:
    """Contract operands two by two, in order: each sum runs as soon as no later operand needs its label."""
    parts, inputs, output = _read(operands)
    x, cells = _cells(*parts)
    terms = [_with_ellipsis(term, c.ndim) for term, c in zip(inputs, cells, strict=True)]
    final = _output(terms, output)
    current, labels = _diagonals(cells[0], terms[0])
    for k in range(1, len(parts)):
        other, others = _diagonals(cells[k], terms[k])
        needed = {*final, *(label for term in terms[k + 1 :] for label in term)}
        current, labels = _pair(x, (current, labels), (other, others), needed)
    current, labels = _summed(x, current, labels, set(final))
    result = _contracted(parts, x, current.transpose([labels.index(label) for label in final]))
    return result if out is None else np.positive(result, out=out)


def _read(operands: Any) -> tuple[list[Any], list[Term], Term | None]:
    """Return the arrays, their terms and the output's, from either of the forms that NumPy reads."""
    if isinstance(operands[0], str):
        left, arrow, right = operands[0].replace(" ", "").partition("->")
        inputs, parts = left.split(","), list(operands[1:])
        if len(inputs) != len(parts):
            raise OpaqueError(f"numpy.einsum({operands[0]!r}) of {len(parts)} arrays: one term an array is expected")
        return parts, [_letters(term) for term in inputs], _letters(right) if arrow else None
    pairs, odd = divmod(len(operands), 2)
    output = list(operands[-1]) if odd else None
    return list(operands[: 2 * pairs : 2]), [list(term) for term in operands[1 : 2 * pairs : 2]], output


def _letters(term: str) -> Term:
    before, ellipsis, after = term.partition("...")
    return [*before, *([Ellipsis] if ellipsis else []), *after]


def _with_ellipsis(term: Term, ndim: int) -> Term:
    """Return the term with one label an axis in place of its ellipsis."""
    if Ellipsis not in term:
        if len(term) != ndim:
            raise ValueError(f"einsum: {len(term)} subscripts for an array of {ndim} axes")
        return term
    at, width = term.index(Ellipsis), ndim - len(term) + 1
    if width < 0:
        raise ValueError(f"einsum: {len(term) - 1} subscripts for an array of {ndim} axes")
    return [*term[:at], *(("...", k) for k in reversed(range(width))), *term[at + 1 :]]


def _output(terms: list[Term], output: Term | None) -> Term:
    """Return the output's labels: those given, or NumPy's rule (the broadcast axes, then what occurs once, sorted)."""
    labels = [label for term in terms for label in term]
    dots = sorted({label for label in labels if isinstance(label, tuple)}, key=lambda label: -label[1])
    if output is None:
        return [*dots, *sorted(a for a in set(labels) if not isinstance(a, tuple) and labels.count(a) == 1)]
    if Ellipsis not in output:
        return output
    at = output.index(Ellipsis)
    return [*output[:at], *dots, *output[at + 1 :]]


def _diagonals(cells: Cells, term: Term) -> tuple[Cells, Term]:
    """Return the array with each label once: a repeated label takes the diagonal."""
    for label in set(term):
        while term.count(label) > 1:
            first = term.index(label)
            second = term.index(label, first + 1)
            cells = np.diagonal(cells, axis1=first, axis2=second)
            term = [*(a for k, a in enumerate(term) if k not in (first, second)), label]
    return cells, term


def _summed(x: Lifted, cells: Cells, term: Term, needed: set[Any]) -> tuple[Cells, Term]:
    """Sum over the labels that nobody needs."""
    axes = tuple(k for k, label in enumerate(term) if label not in needed)
    if not axes:
        return cells, term
    return np.add.reduce(x.like(cells), axis=axes).cells, [label for label in term if label in needed]


def _pair(x: Lifted, left: tuple[Cells, Term], right: tuple[Cells, Term], needed: set[Any]) -> tuple[Cells, Term]:
    """Contract two arrays as a stack of matrix products; an axis of size 1 meets its partner by broadcasting."""
    a, one = _summed(x, *left, needed | set(right[1]))
    b, two = _summed(x, *right, needed | set(one))
    a, one = _unstretched(a, one, b, two)
    b, two = _unstretched(b, two, a, one)
    shared = [label for label in one if label in two]
    stack, inside = [s for s in shared if s in needed], [s for s in shared if s not in needed]
    rows, columns = [s for s in one if s not in shared], [s for s in two if s not in shared]
    sizes = dict(zip(one, a.shape, strict=True)) | dict(zip(two, b.shape, strict=True))
    a = _grouped(a, one, (stack, rows, inside), sizes)
    b = _grouped(b, two, (stack, inside, columns), sizes)
    product = matrix_product(a, b) if inside else a * b
    kept = [*stack, *rows, *columns]
    return np.asarray(product, dtype=object).reshape([sizes[label] for label in kept]), kept


def _unstretched(a: Cells, one: Term, b: Cells, two: Term) -> tuple[Cells, Term]:
    """Drop the axes of size 1 that the other array has at its full size."""
    sizes = dict(zip(two, b.shape, strict=True))
    gone = [k for k, label in enumerate(one) if a.shape[k] == 1 and sizes.get(label, 1) != 1]
    return np.squeeze(a, axis=tuple(gone)), [label for k, label in enumerate(one) if k not in gone]


def _grouped(cells: Cells, term: Term, groups: tuple[Term, Term, Term], sizes: dict[Any, int]) -> Cells:
    """Return the axes of three groups of labels, each joined into one axis."""
    order = [term.index(label) for group in groups for label in group]
    return cells.transpose(order).reshape([math.prod(sizes[label] for label in group) for group in groups])
