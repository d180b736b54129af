"""The numbers of SymPy's matrix and array expressions at explicit matrices, node by node, with NumPy.

SymPy's own substitution and `lambdify` fail on many derivatives: ``DiagMatrix`` of a function, array expressions.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from sympy.matrices.expressions import applyfunc, diagonal, hadamard, kronecker
from sympy.matrices.expressions import slice as sliced
from sympy.tensor.array.expressions import array_expressions as arrays

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SMALL = 1e-9


class NoNumbersError(Exception):
    """The expression has no value, or none that is known here."""


def numbers_of(expression: Any, given: Mapping[str, Any]) -> Any:
    """Return the numbers, axes of length 1 left out; complex ones only where they have to be.

    Raises
    ------
    NoNumbersError
        There are none.
    """
    found = np.squeeze(np.asarray(_at(sp.sympify(expression), given)))
    small = np.abs(np.imag(found)).max(initial=0) <= SMALL * np.abs(found).max(initial=1)
    return np.real(found).astype(float) if small else found


def _at(e: Any, given: Mapping[str, Any]) -> Any:
    for kind, rule in _RULES.items():
        if isinstance(e, kind):
            return rule(e, given)
    if isinstance(e, sp.Function):
        return _called(e.func, *(_at(a, given) for a in e.args))
    if e.is_number:
        return _number(e)
    raise NoNumbersError(type(e).__name__)


def _number(e: Any) -> complex:
    found = complex(e.evalf())
    return found.real if not found.imag else found


def _called(function: Callable[..., Any], *given: Any) -> Any:
    return _number(sp.sympify(function(*(sp.Float(float(np.real(g)), 20) for g in given))))


def _whole(e: Any, given: Mapping[str, Any]) -> int:
    return round(float(np.real(_at(sp.sympify(e), given))))


def _symbol(e: Any, given: Mapping[str, Any]) -> Any:
    return np.asarray(given[e.name], dtype=float).item()


def _matrix(e: Any, given: Mapping[str, Any]) -> Any:
    return np.asarray(given[e.name], dtype=float).reshape([_whole(n, given) for n in e.shape])


def _each(e: Any, given: Mapping[str, Any]) -> Any:
    cells, function = np.asarray(_at(e.expr, given)), e.function
    if isinstance(function, sp.Lambda) and function.free_symbols:
        known = {s: sp.Float(float(given[s.name])) for s in function.free_symbols}
        function = sp.Lambda(function.variables, function.expr.subs(known))
    return np.array([_called(function, c) for c in cells.ravel()]).reshape(cells.shape)


def _matmul(e: Any, given: Mapping[str, Any]) -> Any:
    factors = [_at(a, given) for a in e.args]
    matrices = [f for f in factors if np.ndim(f)]
    if any(np.ndim(m) != 2 for m in matrices):
        raise NoNumbersError("a product of no matrices")
    return np.prod([f for f in factors if not np.ndim(f)]) * reduce(np.matmul, matrices)


def _sum(e: Any, given: Mapping[str, Any]) -> Any:
    terms = [np.asarray(_at(a, given)) for a in e.args]
    if len({t.shape for t in terms}) > 1:
        raise NoNumbersError("a sum of different shapes")
    return sum(terms)


def _power(e: Any, given: Mapping[str, Any]) -> Any:
    base, exponent = _at(e.base, given), _at(e.exp, given)
    if np.shape(base) == (1, 1) or not np.ndim(base):
        return np.asarray(base).astype(complex if np.all(np.real(base) < 0) else float) ** exponent
    if int(exponent) == exponent:
        return np.linalg.matrix_power(base, int(exponent))
    raise NoNumbersError("a power of a matrix")


def _entrywise_power(e: Any, given: Mapping[str, Any]) -> Any:
    base, exponent = np.asarray(_at(e.base, given)), _at(e.exp, given)
    return (base.astype(complex) if (base < 0).any() and np.any(exponent != np.round(exponent)) else base) ** exponent


def _contracted(e: Any, given: Mapping[str, Any]) -> Any:
    cells = np.asarray(_at(e.expr, given))
    labels = list(range(cells.ndim))
    gone = set()
    for axes in e.contraction_indices:
        for axis in axes:
            labels[axis] = axes[0]
        gone.add(axes[0])
    return np.einsum(cells, labels, [k for k in labels if k not in gone])


def _on_diagonal(e: Any, given: Mapping[str, Any]) -> Any:
    cells = np.asarray(_at(e.expr, given))
    labels = list(range(cells.ndim))
    last = []
    for axes in e.diagonal_indices:
        for axis in axes:
            labels[axis] = axes[0]
        last.append(axes[0])
    return np.einsum(cells, labels, [k for k in range(cells.ndim) if labels.count(k) and k not in last] + last)


def _elements(e: Any, given: Mapping[str, Any]) -> Any:
    return np.asarray(_at(e.args[0], given))[tuple(_whole(i, given) for i in e.args[1:])]


def _summed(e: Any, given: Mapping[str, Any]) -> Any:
    (index, first, last), *others = e.limits
    if others:
        raise NoNumbersError("a sum over several indices")
    whole = range(_whole(first, given), _whole(last, given) + 1)
    return sum(_at(e.function.subs(index, k), given) for k in whole)


def _part(e: Any, given: Mapping[str, Any]) -> Any:
    rows, columns = (slice(*(_whole(k, given) for k in part)) for part in (e.rowslice, e.colslice))
    return _at(e.parent, given)[rows, columns]


def _filled(value: float) -> Callable[..., Any]:
    return lambda e, given: np.full([_whole(n, given) for n in e.shape], value)


def _outer(e: Any, given: Mapping[str, Any]) -> Any:
    return reduce(np.multiply.outer, [_at(a, given) for a in e.args])


def _times(e: Any, given: Mapping[str, Any]) -> Any:
    return reduce(np.multiply, [_at(a, given) for a in e.args])


def _diagonal_of_vector(e: Any, given: Mapping[str, Any]) -> Any:
    return np.diag(np.ravel(_at(e.args[0], given)))


_RULES: dict[type, Callable[..., Any]] = {
    sp.Symbol: _symbol,
    sp.MatrixSymbol: _matrix,
    sp.matrices.MatrixBase: lambda e, given: np.array([[_at(c, given) for c in row] for row in e.tolist()]),
    sp.Identity: lambda e, given: np.eye(_whole(e.rows, given)),
    sp.ZeroMatrix: _filled(0.0),
    sp.OneMatrix: _filled(1.0),
    arrays.ZeroArray: _filled(0.0),
    arrays.OneArray: _filled(1.0),
    sp.MatAdd: _sum,
    sp.MatMul: _matmul,
    sp.Transpose: lambda e, given: np.transpose(_at(e.arg, given)),
    sp.Inverse: lambda e, given: np.linalg.inv(_at(e.arg, given)),
    sp.MatPow: _power,
    sp.Trace: lambda e, given: np.trace(_at(e.arg, given)),
    sp.Determinant: lambda e, given: np.linalg.det(_at(e.arg, given)),
    hadamard.HadamardProduct: _times,
    hadamard.HadamardPower: _entrywise_power,
    applyfunc.ElementwiseApplyFunction: _each,
    diagonal.DiagMatrix: _diagonal_of_vector,
    diagonal.DiagonalOf: lambda e, given: np.diag(_at(e.arg, given))[:, None],
    diagonal.DiagonalMatrix: lambda e, given: np.diag(np.diag(_at(e.arg, given))),
    kronecker.KroneckerProduct: lambda e, given: reduce(np.kron, [_at(a, given) for a in e.args]),
    sliced.MatrixSlice: _part,
    sp.matrices.expressions.matexpr.MatrixElement: _elements,
    arrays.ArrayElement: lambda e, given: np.asarray(_at(e.name, given))[tuple(_whole(i, given) for i in e.indices)],
    arrays.ArrayTensorProduct: _outer,
    arrays.ArrayAdd: _sum,
    arrays.ArrayContraction: _contracted,
    arrays.ArrayDiagonal: _on_diagonal,
    arrays.PermuteDims: lambda e, given: np.transpose(_at(e.expr, given), e.permutation.array_form),
    arrays.ArrayElementwiseApplyFunc: _each,
    arrays.Reshape: lambda e, given: np.reshape(_at(e.expr, given), [_whole(n, given) for n in e.shape]),
    sp.Sum: _summed,
    sp.Max: lambda e, given: np.max([np.real(_at(a, given)) for a in e.args]),
    sp.Add: _sum,
    sp.Mul: _times,
    sp.Pow: _power,
}
