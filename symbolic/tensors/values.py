"""Evaluate entries at concrete sizes: on Arb balls, on floats, or on SymPy formulas."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from flint import arb

from symbolic.errors import EvaluationError
from symbolic.tensors.base import is_labels, label_name
from symbolic.tensors.kinds import Balls, Floats, FloatsOnlyError, Formulas, call, function_of_matrix
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
from symbolic.tensors.sizes import named, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symbolic.tensors.nodes import Position
    from symbolic.tensors.tensor import Tensor


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
        return min(length(named(part), sizes) for part in dim.name[4:-1].split(","))
    for name in names_of(dim):
        if name not in sizes:
            raise EvaluationError(f"the size {name} is not given: give sizes={{'{name}': 3}}")
    return sum(sizes[name] for name in names_of(dim)) + dim.offset


def _aligned(cells: Cells, order: Sequence[Index], wanted: Sequence[Index]) -> Cells:
    """Put the axes of `order` where `wanted` has them, with length 1 for the others."""
    kept = [i for i in wanted if i in order]
    cells = np.transpose(cells, [list(order).index(i) for i in kept])
    return cells.reshape([cells.shape[kept.index(i)] if i in kept else 1 for i in wanted])


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
    if is_labels(node) and node.name not in e.arrays:
        return _labels(e, node)
    if node.name not in e.arrays:
        raise EvaluationError(f"no array is given for {node.name}")
    cells = e.arrays[node.name].reshape([e.length(p.dim) for p in node.at])
    return e.places(node.at, cells)


def _labels(e: _Evaluator, node: Var) -> Any:
    name = label_name(node)
    if name not in e.arrays:
        raise EvaluationError(f"no array is given for the labels {name}")
    count = e.length(node.at[-1].dim)
    given = np.vectorize(lambda c: int(float(c)), otypes=[int])(e.arrays[name])
    if given.size and not (given.min() >= 0 and given.max() < count):
        raise EvaluationError(f"the labels {name} are not in 0 … {count - 1}")
    one = e.numbers.number(Fraction(1))
    cells = (np.eye(count, dtype=int)[given]).astype(object) * one
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
    results = [function_of_matrix(e.numbers, node.kind, matrix) for matrix in cells]
    shape = [e.length(i.dim) for i in batch]
    if not node.at:
        return batch, np.array(results, dtype=object).reshape(shape)
    whole = np.array(results, dtype=object).reshape([*shape, *(e.length(p.dim) for p in node.at)])
    return e.places((*batch, *node.at), whole)


_RULES: dict[type, Callable[..., Any]] = {
    Num: _num, Constant: _constant, SizeOf: _size, Where: _where, Var: _var, Compare: _compare, Add: _add, Mul: _mul,
    Pow: _pow, Apply: _apply, Fold: _fold, Of: _of,
}  # fmt: skip

__all__ = ["FloatsOnlyError", "evaluate", "length"]
