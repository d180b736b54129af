"""SymPy's matrix expressions: `MatrixSymbol` of symbolic sizes, vectors as n by 1 matrices.

A contraction to a number can be written in two ways: ``Trace(x.T*A*x)``, a number that the rest of the formula may use,
or ``x.T*A*x``, a 1 by 1 matrix. SymPy answers them differently, so each formula is asked both ways.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower, HadamardProduct, hadamard_product

from benchmarks.rivalry.language import NUMBERS, UNIT, Axes, Language, NoTranslationError, Value, broadcast
from benchmarks.rivalry.reading import read
from benchmarks.rivalry.sympy_values import numbers_of
from symbolic.tensors.parse import parse_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symbolic.tensors.tensor import Dims

WAYS = ("trace", "1 by 1")
VERSION = f"SymPy {sp.__version__}"
VECTOR, MATRIX = 1, 2
EXACT = 10
"""A number with at most so many digits is taken as the fraction that it is written as."""

FUNCTIONS = {
    "exp": sp.exp, "log": sp.log, "tanh": sp.tanh, "sin": sp.sin, "cos": sp.cos, "tan": sp.tan, "arctan": sp.atan,
    "arcsin": sp.asin, "arccos": sp.acos, "erf": sp.erf, "gammaln": sp.loggamma, "digamma": sp.digamma, "abs": sp.Abs,
    "sign": sp.sign, "floor": sp.floor, "step": sp.Heaviside, "relu": lambda x: sp.Max(x, 0),
}  # fmt: skip


def derivative(formula: str, wrt: str, shapes: str, way: str) -> tuple[Any, Any]:
    """Return the formula and its derivative as SymPy has them.

    Raises
    ------
    NoTranslationError
        SymPy has no word for a part of the formula.
    """
    language = Matrices(way)
    function = read(formula, shapes, language).it
    if way != WAYS[0] and not language.differs:
        raise NoTranslationError("no 1 by 1 matrix in it: it reads as in the other way")
    return function, function.diff(language.variable(wrt, parse_shapes(shapes)[wrt]).it)


def evaluated(expression: Any, point: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    """Return an expression's numbers, axes of length 1 left out."""
    return numbers_of(expression, {**sizes, **point})


def unevaluated(expression: Any) -> bool:
    """Tell whether a derivative in it has not been carried out."""
    return bool(expression.has(sp.Derivative))


class Matrices(Language):
    """SymPy's matrices, with contractions to numbers in one of the two ways."""

    def __init__(self, way: str) -> None:
        self.way = way
        self.differs = False

    def number(self, given: float | tuple[float, float]) -> Any:
        """Return a fraction where the number is one."""
        if isinstance(given, tuple):
            return self.number(given[0]) / self.number(given[1])
        if given == math.pi:
            return sp.pi
        return sp.Rational(str(given)) if len(str(given)) <= EXACT else sp.Float(given)

    def size(self, dims: Dims) -> Value:
        """Return a symbol for a whole number, or a product of such."""
        return Value(self, _size(dims), (), dims)

    def variable(self, name: str, axes: Axes) -> Value:
        """Return a matrix, a vector as a column, or a symbol for a number."""
        if not axes:
            return Value(self, sp.Symbol(name), ())
        return Value(self, sp.MatrixSymbol(name, *_shape(axes)), axes)

    def add(self, a: Value, b: Value) -> Value:
        """Return the sum."""
        axes = broadcast(a.axes, b.axes)
        if not axes and not isinstance(a.it, sp.MatrixExpr) and not isinstance(b.it, sp.MatrixExpr):
            return Value(self, a.it + b.it, ())
        return Value(self, sp.MatAdd(_spread(a, axes), _spread(b, axes)).doit(deep=False), axes)

    def multiply(self, a: Value, b: Value) -> Value:
        """Return the product of entries."""
        axes = broadcast(a.axes, b.axes)
        if not a.axes or not b.axes:
            first, other = (a, b) if not a.axes else (b, a)
            if not isinstance(first.it, sp.MatrixExpr) or not isinstance(other.it, sp.MatrixExpr):
                return Value(self, first.it * other.it, axes)
            if len(axes) > VECTOR:
                raise NoTranslationError("a 1 by 1 matrix times a matrix")
            return Value(self, other.it * first.it, axes)
        if a.axes != b.axes and len(axes) == MATRIX:
            left, right = _flat(a), _flat(b)
            if left.shape[1] == 1 == right.shape[0]:
                return Value(self, left * right, axes)
            if left.shape[0] == 1 == right.shape[1]:
                return Value(self, right * left, axes)
        return Value(self, hadamard_product(_spread(a, axes), _spread(b, axes)), axes)

    def power(self, a: Value, exponent: Any) -> Value:
        """Return every entry to a power."""
        power = self.number(exponent) if isinstance(exponent, NUMBERS) else exponent.it
        if isinstance(exponent, Value) and exponent.axes:
            if not a.axes and not isinstance(a.it, sp.MatrixExpr):
                entry = sp.Dummy("x", real=True)
                return Value(self, exponent.it.applyfunc(sp.Lambda(entry, a.it**entry)), exponent.axes)
            return self.apply("exp", exponent * self.apply("log", a))
        if isinstance(power, sp.MatrixExpr):
            raise NoTranslationError("a 1 by 1 matrix as an exponent")
        if not a.axes:
            return Value(self, a.it**power, ())
        return Value(self, HadamardPower(a.it, power), a.axes)

    def apply(self, function: str, a: Value) -> Value:
        """Return a function of every entry."""
        if function not in FUNCTIONS:
            raise NoTranslationError(function)
        own: Any = FUNCTIONS[function]
        if not isinstance(a.it, sp.MatrixExpr):
            return Value(self, own(a.it), ())
        entry = sp.Dummy("x", real=True)
        return Value(self, a.it.applyfunc(sp.Lambda(entry, own(entry))), a.axes)

    def total(self, a: Value, axis: int | None, keepdims: bool) -> Value:
        """Return a sum, as a product with ones; of a product or a square, as its textbook's x.T*y."""
        if not a.axes:
            return a
        if axis is None or len(a.axes) == VECTOR:
            if keepdims and len(a.axes) > VECTOR:
                raise NoTranslationError("keepdims of a matrix")
            return self._contracted(a)
        rows, columns = a.it.shape
        if axis % 2:
            summed = a.it * sp.OneMatrix(columns, 1)
            return Value(self, summed, (a.axes[0], UNIT) if keepdims else (a.axes[0],))
        if keepdims:
            return Value(self, sp.OneMatrix(1, rows) * a.it, (UNIT, a.axes[1]))
        return Value(self, a.it.T * sp.OneMatrix(rows, 1), (a.axes[1],))

    def _contracted(self, a: Value) -> Value:
        rows, columns = a.it.shape
        pair = _product(a.it)
        if len(a.axes) == MATRIX and pair:
            return Value(self, sp.Trace(pair[0].T * pair[1]), ())
        if len(a.axes) == MATRIX:
            return self._scalar(sp.OneMatrix(1, rows) * a.it * sp.OneMatrix(columns, 1))
        return self._scalar(pair[0].T * pair[1] if pair else sp.OneMatrix(rows, 1).T * a.it)

    def _scalar(self, matrix: Any) -> Value:
        self.differs = True
        return Value(self, sp.Trace(matrix) if self.way == WAYS[0] else matrix, ())

    def matmul(self, a: Value, b: Value) -> Value:
        """Return the matrix product."""
        if not a.axes or not b.axes or a.axes[-1] != b.axes[0]:
            raise NoTranslationError("sizes of a product")
        if len(a.axes) == VECTOR == len(b.axes):
            return self._scalar(a.it.T * b.it)
        if len(a.axes) == VECTOR:
            return Value(self, b.it.T * a.it, b.axes[1:])
        return Value(self, a.it * b.it, a.axes[:1] + b.axes[1:])

    def transpose(self, a: Value) -> Value:
        """Return the transpose."""
        return Value(self, a.it.T, a.axes[::-1]) if len(a.axes) == MATRIX else a

    def linear(self, name: str, a: Value) -> Value:
        """Return a function of a whole matrix."""
        if name == "diag" and len(a.axes) == VECTOR:
            return Value(self, DiagMatrix(a.it), a.axes * 2)
        if len(a.axes) != MATRIX:
            raise NoTranslationError(f"{name} of no matrix")
        if name == "diag":
            return Value(self, DiagonalOf(a.it), a.axes[:1])
        if name == "inv":
            return Value(self, a.it.inverse(), a.axes)
        return Value(self, (sp.Trace if name == "trace" else sp.Determinant)(a.it), ())

    def special(self, name: str, axes: Axes) -> Value:
        """Return a constant matrix."""
        if name == "eye":
            return Value(self, sp.Identity(_size(axes[0])), axes)
        return Value(self, (sp.OneMatrix if name == "ones" else sp.ZeroMatrix)(*_shape(axes)), axes)

    def kron(self, a: Value, b: Value) -> Value:
        """Return the Kronecker product."""
        axes = tuple(left + right for left, right in zip(a.axes, b.axes, strict=True))
        return Value(self, sp.KroneckerProduct(a.it, b.it), axes)

    def index(self, a: Value, keys: tuple[Any, ...]) -> Value:
        """Return an entry, a row, a column, or a vector as a column or a row."""
        every = slice(None)
        keys += (every,) * (len(a.axes) - sum(key is not None for key in keys))
        if None in keys:
            return self._widened(a, keys)
        if any(isinstance(key, slice) and (key.step or (len(keys) > 1 and key != every)) for key in keys):
            raise NoTranslationError("slices of matrices, or with a step")
        if all(isinstance(key, int) for key in keys):
            return Value(self, a.it[(*keys, 0)[:MATRIX]], ())
        if len(keys) == MATRIX:
            if not isinstance(keys[0], int):
                return Value(self, a.it[:, keys[1]], a.axes[:1])
            return Value(self, a.it[keys[0], :].T, a.axes[1:])
        ((dim,),) = a.axes
        start, stop = keys[0].start or 0, keys[0].stop or 0
        part = a.it[start : a.it.shape[0] + stop, 0]
        return Value(self, part, ((type(dim)(dim.name, dim.offset - start + stop),),))

    def _widened(self, a: Value, keys: tuple[Any, ...]) -> Value:
        if len(a.axes) != VECTOR or len(keys) != MATRIX:
            raise NoTranslationError("three axes")
        return Value(self, *((a.it, (a.axes[0], UNIT)) if keys[0] is not None else (a.it.T, (UNIT, a.axes[0]))))


def _size(dims: Dims) -> Any:
    return sp.Mul(*((sp.Symbol(d.name, integer=True, positive=True) if d.name else 0) + d.offset for d in dims))


def _shape(axes: Axes) -> tuple[Any, Any]:
    if len(axes) > MATRIX:
        raise NoTranslationError("three axes")
    rows, *columns = map(_size, axes)
    return rows, columns[0] if columns else sp.Integer(1)


def _flat(a: Value) -> Any:
    """Return the matrix that takes part in broadcasting to two axes: a vector is a row."""
    return a.it.T if len(a.axes) == VECTOR else a.it


def _product(matrix: Any) -> tuple[Any, Any] | None:
    """Return the two factors of a product of entries, or of a square."""
    if isinstance(matrix, HadamardPower) and matrix.exp == MATRIX:
        return matrix.base, matrix.base
    if isinstance(matrix, HadamardProduct):
        first, *others = matrix.args
        return first, hadamard_product(*others)
    return None


def _spread(a: Value, axes: Axes) -> Any:
    """Return a matrix of the shape of a result, by products with ones."""
    if a.axes == axes and (axes or isinstance(a.it, sp.MatrixExpr)):
        return a.it
    rows, columns = _shape(axes) if axes else (sp.Integer(1), sp.Integer(1))
    if not a.axes:
        if not isinstance(a.it, sp.MatrixExpr):
            return a.it * (sp.OneMatrix(rows, columns) if axes else sp.Identity(1))
        spread = sp.OneMatrix(rows, 1) * a.it
        return spread if columns == 1 else spread * sp.OneMatrix(1, columns)
    matrix = _flat(a)
    if matrix.shape[0] == 1 != rows:
        matrix = sp.OneMatrix(rows, 1) * matrix
    return matrix * sp.OneMatrix(1, columns) if matrix.shape[1] == 1 != columns else matrix
