"""Evaluate entries at concrete sizes: on Arb balls, on floats, or on SymPy formulas."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from flint import arb, arb_mat, fmpq

from symbolic.errors import EvaluationError, Undecidable
from symbolic.tensors.calculus import SPECTRA
from symbolic.tensors.nodes import (
    Add,
    Apply,
    Compare,
    Constant,
    Dim,
    Fixed,
    Fold,
    Index,
    Mul,
    Node,
    Num,
    Of,
    Pow,
    SizeOf,
    Var,
    Where,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symbolic.tensors.nodes import Position
    from symbolic.tensors.tensor import Tensor


class FloatsOnlyError(EvaluationError):
    """Balls and formulas have no such function: evaluate on floats."""


Cells = Any  # an object array of numbers
MOST_CELLS = 2_000_000


def evaluate(tensor: Tensor, sizes: Mapping[str, int], arrays: Mapping[str, Any]) -> Cells:
    """Return a tensor at concrete sizes as an object array.

    Parameters
    ----------
    tensor : Tensor
        What to evaluate.
    sizes : mapping
        The numbers that the names of sizes stand for.
    arrays : mapping
        An array a name; entries are Arb balls, floats or SymPy formulas.

    Raises
    ------
    EvaluationError
        A size or an array is missing, or a value does not exist.
    Undecidable
        The balls do not decide a comparison.
    """
    kinds = {type(cell) for a in arrays.values() for cell in np.ravel(np.asarray(a, dtype=object))[:1]}
    numbers = Balls() if arb in kinds else Formulas() if any(issubclass(k, sp.Basic) for k in kinds) else Floats()
    order, cells = _Evaluator(sizes, arrays, numbers).at(tensor.entry)
    lengths = [length(i.dim, sizes) for i in tensor.indices]
    spread = _aligned(cells, order, tensor.indices)
    whole = np.broadcast_to(spread, lengths)
    shape = [math.prod(length(i.dim, sizes) for i in axis) for axis in tensor.axes]
    return np.array(whole, dtype=object).reshape(shape)


def length(dim: Dim, sizes: Mapping[str, int]) -> int:
    """Return a size as a number.

    Raises
    ------
    EvaluationError
        Its name is not given.
    """
    if dim.name.startswith("min("):
        return min(length(_named(part), sizes) for part in dim.name[4:-1].split(","))
    if dim.name and dim.name not in sizes:
        raise EvaluationError(f"the size {dim.name} is not given: give sizes={{'{dim.name}': 3}}")
    return (sizes[dim.name] if dim.name else 0) + dim.offset


def _named(text: str) -> Dim:
    match = re.fullmatch(r"(?P<name>[A-Za-z_]\w*)?(?P<offset>[+-]?\d+)?", text)
    assert match is not None  # a size prints so
    return Dim(match["name"] or "", int(match["offset"] or 0))


def _aligned(cells: Cells, order: Sequence[Index], wanted: Sequence[Index]) -> Cells:
    """Put the axes of `order` where `wanted` has them, with length 1 for the others."""
    kept = [i for i in wanted if i in order]
    cells = np.transpose(cells, [list(order).index(i) for i in kept])
    return cells.reshape([cells.shape[kept.index(i)] if i in kept else 1 for i in wanted])


class Floats:
    """Float arithmetic, by `math`."""

    def number(self, value: Fraction) -> Any:
        """Return a rational number."""
        return float(value)

    def constant(self, name: str) -> Any:
        """Return a constant."""
        return getattr(math, name)

    def call(self, name: str, x: Any) -> Any:
        """Return a function of one number."""
        own = {"abs": abs, "log": math.log, "arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "arcsinh": math.asinh, "arccosh": math.acosh, "arctanh": math.atanh, "floor": math.floor}  # fmt: skip
        if name in ("gammaln", "digamma"):
            return float(getattr(arb(float(x)), "lgamma" if name == "gammaln" else name)())
        return (own.get(name) or getattr(math, name))(x)

    def sign(self, x: Any) -> int:
        """Return -1, 0 or 1."""
        return int(x > 0) - int(x < 0)

    def power(self, x: Any, y: Any) -> Any:
        """Return a power."""
        value = x**y
        if isinstance(value, complex):
            raise EvaluationError(f"{x} ** {y} is not real")
        return value

    def inverse(self, cells: Cells) -> Cells:
        """Return the inverse of a matrix."""
        return np.linalg.inv(cells.astype(float)).astype(object)

    def determinant(self, cells: Cells) -> Any:
        """Return the determinant."""
        return float(np.linalg.det(cells.astype(float)))


class Balls(Floats):
    """Ball arithmetic: every answer encloses the truth."""

    def number(self, value: Fraction) -> Any:
        """Return a rational number."""
        return arb(fmpq(value.numerator, value.denominator))

    def constant(self, name: str) -> Any:
        """Return a constant."""
        return arb.pi() if name == "pi" else arb(1).exp()

    def call(self, name: str, x: Any) -> Any:
        """Return a function of one number."""
        names = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "gammaln": "lgamma"}  # fmt: skip
        value = abs(x) if name == "abs" else getattr(x, names.get(name, name))()
        if not value.is_finite():
            raise EvaluationError(f"{name} has no value at {x}")
        return value

    def sign(self, x: Any) -> int:
        """Return -1, 0 or 1.

        Raises
        ------
        Undecidable
            The ball holds 0 and more.
        """
        if x > 0:
            return 1
        if x < 0:
            return -1
        if x == 0:
            return 0
        raise Undecidable(f"the sign of {x} is not decided: a kink is near")

    def power(self, x: Any, y: Any) -> Any:
        """Return a power."""
        whole = y.unique_fmpz() if y.rad() == 0 else None
        value = x ** (y if whole is None else whole)
        if not value.is_finite():
            raise EvaluationError(f"{x} ** {y} has no value")
        return value

    def inverse(self, cells: Cells) -> Cells:
        """Return the inverse of a matrix."""
        n = cells.shape[0]
        try:
            inverse = arb_mat(n, n, [arb(c) for c in cells.ravel()]).inv()
        except ZeroDivisionError as error:
            raise EvaluationError("the matrix has no inverse here") from error
        return np.array(inverse.entries(), dtype=object).reshape(n, n)

    def determinant(self, cells: Cells) -> Any:
        """Return the determinant."""
        n = cells.shape[0]
        return arb_mat(n, n, [arb(c) for c in cells.ravel()]).det()


class Formulas(Floats):
    """SymPy formulas."""

    def number(self, value: Fraction) -> Any:
        """Return a rational number."""
        return sp.Rational(value.numerator, value.denominator)

    def constant(self, name: str) -> Any:
        """Return a constant."""
        return sp.pi if name == "pi" else sp.E

    def call(self, name: str, x: Any) -> Any:
        """Return a function of one number."""
        names = {"arcsin": "asin", "arccos": "acos", "arctan": "atan", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "abs": "Abs", "gammaln": "loggamma"}  # fmt: skip
        return getattr(sp, names.get(name, name))(x)

    def sign(self, x: Any) -> Any:
        """Return the sign as a formula."""
        return sp.sign(x)

    def power(self, x: Any, y: Any) -> Any:
        """Return a power."""
        return x**y

    def inverse(self, cells: Cells) -> Cells:
        """Return the inverse of a matrix, by its adjugate."""
        inverse = sp.Matrix(cells).inv(method="ADJ")
        return np.array(inverse.tolist(), dtype=object)

    def determinant(self, cells: Cells) -> Any:
        """Return the determinant."""
        return sp.Matrix(cells).det()


class _Evaluator:
    """Evaluates nodes to arrays over their free indices; equal nodes once."""

    def __init__(self, sizes: Mapping[str, int], arrays: Mapping[str, Any], numbers: Floats) -> None:
        self.sizes, self.numbers = sizes, numbers
        self.arrays = {name: np.asarray(a, dtype=object) for name, a in arrays.items()}
        self.known: dict[Node, tuple[tuple[Index, ...], Cells]] = {}

    def at(self, node: Node) -> tuple[tuple[Index, ...], Cells]:
        """Return the indices that the axes of the array run over, and the array."""
        if node not in self.known:
            self.known[node] = _RULES[type(node)](self, node)
        return self.known[node]

    def length(self, dim: Dim) -> int:
        """Return a size."""
        return length(dim, self.sizes)

    def joined(self, nodes: Sequence[Node]) -> tuple[tuple[Index, ...], list[Cells]]:
        """Return arrays whose axes run over the same indices."""
        parts = [self.at(node) for node in nodes]
        order = tuple(dict.fromkeys(i for own, _ in parts for i in own))
        if math.prod(self.length(i.dim) for i in order) > MOST_CELLS:
            raise EvaluationError("the formula takes too many cells at these sizes: choose smaller ones")
        return order, [_aligned(cells, own, order) for own, cells in parts]

    def places(self, places: Sequence[Position], cells: Cells) -> tuple[tuple[Index, ...], Cells]:
        """Read an array at positions: fixed ones taken, repeated ones on the diagonal."""
        key = tuple(p.value if isinstance(p, Fixed) else slice(None) for p in places)
        cells = np.array(cells[key], dtype=object)
        free = [p for p in places if isinstance(p, Index)]
        order = tuple(dict.fromkeys(free))
        for i in order:
            while free.count(i) > 1:
                k = free.index(i)
                l = free.index(i, k + 1)
                cells = np.moveaxis(np.diagonal(cells, axis1=k, axis2=l), -1, k)
                del free[l]
        return order, np.array(cells, dtype=object)


def _cell(value: Any) -> Cells:
    cells = np.empty((), dtype=object)
    cells[()] = value
    return cells


def _num(e: _Evaluator, node: Num) -> Any:
    return (), _cell(e.numbers.number(node.value))


def _constant(e: _Evaluator, node: Constant) -> Any:
    return (), _cell(e.numbers.constant(node.name))


def _size(e: _Evaluator, node: SizeOf) -> Any:
    return (), _cell(e.numbers.number(Fraction(e.length(node.dim))))


def _where(e: _Evaluator, node: Where) -> Any:
    line = np.array([e.numbers.number(Fraction(k)) for k in range(e.length(node.at.dim))], dtype=object)
    return e.places((node.at,), line)


def _var(e: _Evaluator, node: Var) -> Any:
    if node.name not in e.arrays:
        raise EvaluationError(f"no array is given for {node.name}")
    cells = e.arrays[node.name].reshape([e.length(p.dim) for p in node.at])
    return e.places(node.at, cells)


def _compare(e: _Evaluator, node: Compare) -> Any:
    m, n = e.length(node.a.dim), e.length(node.b.dim)
    holds = _HOLDS[node.sign]
    table = [[e.numbers.number(Fraction(int(holds(a, b + node.shift, n)))) for b in range(n)] for a in range(m)]
    return e.places((node.a, node.b), np.array(table, dtype=object).reshape(m, n))


_HOLDS: dict[str, Callable[[int, int, int], bool]] = {
    "==": lambda a, b, _: a == b,
    "<=": lambda a, b, _: a <= b,
    "mod": lambda a, b, n: (a - b) % n == 0,
    "mirror": lambda a, b, n: a + b == n - 1,
}


def _add(e: _Evaluator, node: Add) -> Any:
    order, parts = e.joined(node.args)
    return order, np.array(sum(parts[1:], parts[0]), dtype=object)


def _mul(e: _Evaluator, node: Mul) -> Any:
    order, parts = e.joined(node.args)
    product = parts[0]
    for part in parts[1:]:
        product = product * part
    return order, np.array(product, dtype=object)


def _mapped(function: Callable[..., Any], *parts: Cells) -> Cells:
    return np.array(np.frompyfunc(function, len(parts), 1)(*parts), dtype=object)


def _pow(e: _Evaluator, node: Pow) -> Any:
    order, parts = e.joined((node.base, node.exponent))
    try:
        return order, _mapped(e.numbers.power, *parts)
    except (ZeroDivisionError, OverflowError) as error:
        raise EvaluationError(f"a power has no value here: {error}") from error


def _apply(e: _Evaluator, node: Apply) -> Any:
    order, cells = e.at(node.arg)
    one = e.numbers.number(Fraction(1))
    try:
        return order, _mapped(lambda x: call(e.numbers, node.function, x, one), cells)
    except (ValueError, OverflowError) as error:
        raise EvaluationError(f"{node.function} has no value here: {error}") from error


def call(numbers: Floats, name: str, x: Any, one: Any) -> Any:
    """Return an elementwise function of the vocabulary."""
    if name in ("sign", "positive", "nonnegative", "zero", "relu"):
        s = numbers.sign(x)
        steps = {"sign": s, "positive": s > 0, "nonnegative": s >= 0, "zero": s == 0, "relu": s > 0}
        if isinstance(numbers, Formulas):
            half = one / 2
            known = {
                "sign": s,
                "positive": half + s * half,
                "nonnegative": half + s * half,
                "relu": x * (half + s * half),
            }
            return known.get(name, sp.Piecewise((one, sp.Eq(x, 0)), (0 * one, True)))
        return x * int(steps[name]) if name == "relu" else one * int(steps[name])
    if name == "sigmoid":
        return one / (one + numbers.call("exp", -x))
    if name == "softplus":
        return numbers.call("log", one + numbers.call("exp", x))
    if name == "log1p":
        return numbers.call("log", one + x)
    if name == "expm1":
        return numbers.call("exp", x) - one
    return numbers.call(name, x)


def _fold(e: _Evaluator, node: Fold) -> Any:
    order, cells = e.at(node.body)
    missing = [i for i in node.over if i not in order]
    axes = tuple(order.index(i) for i in node.over if i in order)
    kept = tuple(i for i in order if i not in node.over)
    count = math.prod(e.length(i.dim) for i in missing)
    cells = np.moveaxis(cells, axes, range(len(axes))).reshape(-1, *[e.length(i.dim) for i in kept])
    if node.kind == "sum":
        return kept, np.array(np.add.reduce(cells, axis=0) * e.numbers.number(Fraction(count)), dtype=object)
    if node.kind == "prod":
        one = np.multiply.reduce(cells, axis=0)
        return kept, np.array(one**count, dtype=object)
    best = cells[0]
    for other in cells[1:]:
        best = _mapped(lambda a, b: _best(e.numbers, node.kind, a, b), best, other)
    return kept, np.array(best, dtype=object)


def _best(numbers: Floats, kind: str, a: Any, b: Any) -> Any:
    if isinstance(numbers, Formulas):
        return (sp.Max if kind == "max" else sp.Min)(a, b)
    first = numbers.sign(a - b) >= 0
    return a if first == (kind == "max") else b


def _of(e: _Evaluator, node: Of) -> Any:
    order, cells = e.at(node.body)
    batch = tuple(i for i in order if i not in node.bound)
    m, n = (math.prod(e.length(i.dim) for i in group) for group in (node.rows, node.cols))
    lengths = [e.length(i.dim) for i in (*batch, *node.rows, *node.cols)]
    cells = np.broadcast_to(_aligned(cells, order, (*batch, *node.rows, *node.cols)), lengths).reshape(-1, m, n)
    results = [_matrix(e.numbers, node.kind, matrix) for matrix in cells]
    shape = [e.length(i.dim) for i in batch]
    if not node.at:
        return batch, np.array(results, dtype=object).reshape(shape)
    whole = np.array(results, dtype=object).reshape([*shape, *(e.length(p.dim) for p in node.at)])
    return e.places((*batch, *node.at), whole)


def _matrix(numbers: Floats, kind: str, cells: Cells) -> Any:
    if kind == "inv":
        return numbers.inverse(cells)
    if kind == "pinv":
        tall = cells.shape[0] >= cells.shape[1]
        return numbers.inverse(cells.T @ cells) @ cells.T if tall else cells.T @ numbers.inverse(cells @ cells.T)
    if kind in SPECTRA:
        return _spectrum(numbers, kind, cells)
    value = numbers.determinant(cells)
    return value if kind == "det" else numbers.call("log", numbers.call("abs", value))


def _spectrum(numbers: Floats, kind: str, cells: Cells) -> Any:
    if type(numbers) is not Floats:
        raise FloatsOnlyError(f"{kind} is evaluated on floats only")
    matrix = cells.astype(float)
    if kind.startswith("eig"):
        return np.linalg.eigh(matrix)[("eigval", "eigvec").index(kind)].astype(object)
    if kind == "cholesky":
        return np.linalg.cholesky(matrix).astype(object)
    return np.linalg.svd(matrix, full_matrices=False)[("svd_u", "sval", "svd_v").index(kind)].astype(object)


_RULES: dict[type, Callable[..., Any]] = {
    Num: _num, Constant: _constant, SizeOf: _size, Where: _where, Var: _var, Compare: _compare, Add: _add, Mul: _mul,
    Pow: _pow, Apply: _apply, Fold: _fold, Of: _of,
}  # fmt: skip
