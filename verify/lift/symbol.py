"""The symbolic number of a lifted program: a SymPy expression that carries a sample value.

A comparison is decided by the value and recorded as a path condition, so the program is read as a
formula on the path that this sample takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from verify.lift import elementary
from verify.lift.ball import Ball, exact

if TYPE_CHECKING:
    from collections.abc import Callable

_SYMPY_NAMES = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
}


class Symbol:
    """One entry of an array read as formulas.

    Parameters
    ----------
    expr : sympy.Expr
        The formula.
    value : Ball
        Its value at the sample point.
    path : list
        The conditions under which the formula is the program; comparisons append to it.
    """

    __slots__ = ("expr", "path", "value")

    def __init__(self, expr: Any, value: Ball, path: list[Any]) -> None:
        self.expr = expr
        self.value = value
        self.path = path

    def _with(self, other: Any, combine: Callable[[Any, Any], Any]) -> Symbol:
        if isinstance(other, Symbol):
            return Symbol(combine(self.expr, other.expr), combine(self.value, other.value), self.path)
        return Symbol(combine(self.expr, formula(other)), combine(self.value, Ball(exact(other))), self.path)

    def _map(self, expr: Any, value: Ball) -> Symbol:
        return Symbol(expr, value, self.path)

    def __add__(self, other: Any) -> Symbol:
        return self._with(other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Symbol:
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Symbol:
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Symbol:
        return self._with(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Symbol:
        return self._with(other, lambda a, b: a / b)

    def __rtruediv__(self, other: Any) -> Symbol:
        return self._with(other, lambda a, b: b / a)

    def __pow__(self, other: Any) -> Symbol:
        return self._with(other, lambda a, b: a**b)

    def __rpow__(self, other: Any) -> Symbol:
        return self._with(other, lambda a, b: b**a)

    def __neg__(self) -> Symbol:
        return self._map(-self.expr, -self.value)

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return self._map(sp.Abs(self.expr), abs(self.value))

    def exp(self) -> Symbol:
        """Return the exponential."""
        return self._map(sp.exp(self.expr), self.value.exp())

    def log(self) -> Symbol:
        """Return the natural logarithm."""
        return self._map(sp.log(self.expr), self.value.log())

    def sqrt(self) -> Symbol:
        """Return the square root."""
        return self._map(sp.sqrt(self.expr), self.value.sqrt())

    def signum(self) -> Symbol:
        """Return the sign as a number."""
        return self._map(sp.sign(self.expr), self.value.signum())

    def unary(self, name: str) -> Symbol:
        """Return NumPy's function `name`, as SymPy writes it."""
        function = getattr(sp, _SYMPY_NAMES.get(name, name))
        return self._map(function(self.expr), elementary.unary(name)(self.value))

    def _decide(self, other: Any, relation: Any, holds: Callable[[Ball, Ball], bool]) -> bool:
        expr, value = (other.expr, other.value) if isinstance(other, Symbol) else (formula(other), Ball(exact(other)))
        answer = holds(self.value, value)
        condition = relation(self.expr, expr)
        if condition not in (sp.true, sp.false):
            self.path.append(condition if answer else sp.Not(condition))
        return answer

    def __lt__(self, other: Any) -> bool:
        return self._decide(other, sp.Lt, lambda a, b: a < b)

    def __le__(self, other: Any) -> bool:
        return self._decide(other, sp.Le, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> bool:
        return self._decide(other, sp.Gt, lambda a, b: a > b)

    def __ge__(self, other: Any) -> bool:
        return self._decide(other, sp.Ge, lambda a, b: a >= b)

    def __eq__(self, other: object) -> bool:
        return self._decide(other, sp.Eq, lambda a, b: a == b)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]  # equality is decided by the sample, not by identity

    def __bool__(self) -> bool:
        return self != 0

    def __repr__(self) -> str:
        return f"Symbol({self.expr})"


def formula(value: Any) -> Any:
    """Return the SymPy number that a constant of a program is, exactly."""
    if isinstance(value, Symbol):
        return value.expr
    if isinstance(value, (bool, np.bool_)):
        return sp.Integer(int(value))
    numerator, denominator = value.as_integer_ratio()
    return sp.Rational(int(numerator), int(denominator))
