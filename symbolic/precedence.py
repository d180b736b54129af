"""How tightly the parts of a printed formula hold together, and in what order factors stand."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

import sympy as sp
from mpmath.libmp import prec_to_dps, repr_dps, to_str  # type: ignore[import-untyped]
from sympy.core.function import AppliedUndef
from sympy.functions.elementary.exponential import ExpBase

from symbolic.index import Bracket, Partial

if TYPE_CHECKING:
    from collections.abc import Sequence

Expr = Any  # a SymPy expression: SymPy ships no types


class Level(IntEnum):
    """How tightly the parts of a formula hold together, loosest first."""

    RELATION = 0
    SUM = 1
    PRODUCT = 2
    POWER = 3
    ATOM = 4


class LogToBase(sp.Function):  # type: ignore[misc]  # SymPy is untyped
    """``log(x) / log(b)`` as one factor, while a product is laid out."""

    nargs = 2


def level(expr: Expr) -> Level:
    """Return how tightly the printed expression holds together."""
    if isinstance(expr, (sp.Piecewise, sp.logic.boolalg.Boolean)) and not isinstance(expr, sp.Symbol):
        return Level.RELATION
    if isinstance(expr, sp.Add) or is_negative(expr):
        return Level.SUM
    if isinstance(expr, (sp.Mul, sp.Sum, sp.Product, sp.Derivative, sp.Mod, Partial)):
        return Level.PRODUCT
    if isinstance(expr, sp.Number):
        return _number_level(expr)
    if isinstance(expr, sp.Pow):
        return _power_level(expr)
    return Level.POWER if isinstance(expr, ExpBase) else Level.ATOM


def _number_level(expr: Expr) -> Level:
    compound = "e" in shortest_digits(expr) if isinstance(expr, sp.Float) else expr.is_Rational and expr.q > 1
    return Level.PRODUCT if compound else Level.ATOM


def _power_level(expr: Expr) -> Level:
    if in_denominator(expr):
        return Level.PRODUCT
    return Level.ATOM if root_degree(expr.exp) else Level.POWER


def is_negative(expr: Expr) -> bool:
    """Tell whether the printed expression begins with a minus sign."""
    if expr is sp.S.NegativeInfinity:
        return True
    first = expr.args[0] if isinstance(expr, sp.Mul) else expr
    return isinstance(first, sp.Number) and bool(first.is_negative)


def shortest_digits(x: Expr) -> str:
    """Return the fewest digits that read back as the same float."""
    precision = x._prec  # noqa: SLF001 - the only door
    if precision == 53:
        return repr(float(x))
    fewest, enough = prec_to_dps(precision), repr_dps(precision)
    tries = (str(to_str(x._mpf_, digits)) for digits in range(fewest, enough + 1))
    return next(digits for digits in tries if sp.Float(digits, precision=precision) == x)


def in_denominator(factor: Expr) -> bool:
    """Tell whether the factor is printed below the line of a fraction."""
    return isinstance(factor, sp.Pow) and isinstance(factor.exp, sp.Rational) and factor.exp < 0


def root_degree(exponent: Expr) -> int | None:
    """Return q where the exponent is 1/q and a root sign is customary."""
    return int(exponent.q) if isinstance(exponent, sp.Rational) and exponent.p == 1 and exponent.q > 1 else None


def is_big(expr: Expr) -> bool:
    """Tell whether the printed expression reaches to the end of its term."""
    return isinstance(expr, (sp.Sum, sp.Product)) or (
        isinstance(expr, (sp.Derivative, Partial)) and not is_name(expr.args[0])
    )


def is_name(expr: Expr) -> bool:
    """Tell whether the expression is printed as a name, with or without indices or arguments."""
    return isinstance(expr, (sp.Symbol, sp.Indexed, AppliedUndef))


class Place(IntEnum):
    """Where a factor stands in a product, from the left; those from `DERIVATIVE` on stand beside a fraction."""

    NUMBER = 0
    SCALAR = 1
    PLAIN = 2
    TANGENT = 3
    DERIVATIVE = 4
    DELTA = 5
    BIG = 6


def place(factor: Expr) -> tuple[Place, Any]:
    """Return the sort key of a factor."""
    return _place(factor), sp.default_sort_key(factor)


def _place(factor: Expr) -> Place:
    if is_big(factor):
        return Place.BIG
    if isinstance(factor, (sp.KroneckerDelta, Bracket)):
        return Place.DELTA
    if isinstance(factor, (sp.Derivative, Partial)):
        return Place.DERIVATIVE
    if isinstance(factor, (sp.Indexed, sp.Symbol)) and _name(factor).endswith(("_dot", "_bar")):
        return Place.TANGENT
    if isinstance(factor, sp.Number):
        return Place.NUMBER
    return Place.SCALAR if isinstance(factor, sp.Symbol) else Place.PLAIN


def _name(entry: Expr) -> str:
    return str(entry.base.label if isinstance(entry, sp.Indexed) else entry)


def with_log_bases(factors: Sequence[Expr]) -> list[Expr]:
    """Read ``log(x) / log(b)``, for a whole number b, as the logarithm to the base b."""
    bases = [f for f in factors if f.is_Pow and f.exp == -1 and f.base.func == sp.log and f.base.args[0].is_Integer]
    logs = [f for f in factors if isinstance(f, sp.log)]
    if not (bases and logs):
        return list(factors)
    rest = [f for f in factors if f not in (bases[0], logs[0])]
    return [*rest, LogToBase(logs[0].args[0], bases[0].base.args[0])]
