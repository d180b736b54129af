"""Where a comparison of two expressions in one real variable holds: an exact set of real numbers."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.errors import SymbolicError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Expr = Any  # a SymPy expression: SymPy ships no types
Set = Any  # a SymPy set of real numbers


class PathError(SymbolicError, ValueError):
    """A program cannot be followed on a symbol, or a condition cannot be solved: the message says which and why."""


@lru_cache(maxsize=4096)
def solution_set(relation: Expr, variable: Expr) -> Set:
    """Return the real numbers where the relation is defined and holds, exactly.

    The difference of the two sides changes its sign only at its roots and poles and at the roots of the arguments
    of absolute values. Between two neighbours of those the relation holds everywhere or nowhere, which one
    rational number in between decides.

    Parameters
    ----------
    relation : sympy.Rel
        Its sides are made of `variable`, rational numbers, ``+ - * /``, whole powers and absolute values.
    variable : sympy.Symbol
        A real symbol.

    Raises
    ------
    PathError
        The sides are made of anything else.
    """
    if relation in (sp.true, sp.false):
        return sp.S.Reals if relation == sp.true else sp.S.EmptySet
    difference = relation.lhs - relation.rhs
    if difference.free_symbols - {variable} or not difference.is_rational_function(variable, *difference.atoms(sp.Abs)):
        raise PathError(
            f"cannot solve {relation} for {variable}: expected {variable}, rational numbers, + - * /, "
            "whole powers and absolute values"
        )
    critical = sorted(set(_critical_points(difference, variable)))
    return sp.Union(*_runs(critical, lambda point: _holds_at(relation, variable, point)))


def _holds_at(relation: Expr, variable: Expr, point: Expr) -> bool:
    left, right = (side.subs(variable, point) for side in relation.args)
    if not (left.is_finite and right.is_finite):
        return False  # a pole
    return bool(sp.simplify(relation.func(left, right)) == sp.true)


def _critical_points(expr: Expr, variable: Expr) -> Iterator[Expr]:
    """Yield every point where `expr` may change its sign, and perhaps more."""
    magnitudes = sorted(expr.atoms(sp.Abs), key=sp.default_sort_key)
    innermost = next((node for node in magnitudes if not node.args[0].has(sp.Abs)), None)
    if innermost is None:
        for part in sp.fraction(sp.together(expr)):
            yield from _real_roots(part, variable)
        return
    argument = innermost.args[0]
    yield from _critical_points(argument, variable)
    for signed in (argument, -argument):
        yield from _critical_points(expr.xreplace({innermost: signed}), variable)


def _real_roots(expr: Expr, variable: Expr) -> list[Expr]:
    polynomial = sp.Poly(expr, variable)
    return [] if polynomial.is_ground else list(set(sp.real_roots(polynomial)))


def _rational_between(low: Expr, high: Expr) -> Expr:
    if low.is_Rational and high.is_Rational:
        return (low + high) / 2
    digits = 20
    while True:
        middle = sp.Rational(str(sp.N((low + high) / 2, digits)))
        if low < middle < high:
            return middle
        digits *= 2


def _cells(critical: list[Expr]) -> Iterator[tuple[Set, Expr]]:
    """Yield the points and the open intervals between them, from the left, each with a number inside."""
    if not critical:
        yield sp.S.Reals, sp.S.Zero
        return
    yield sp.Interval.open(-sp.oo, critical[0]), sp.floor(critical[0]) - 1
    for low, high in pairwise(critical):
        yield sp.FiniteSet(low), low
        yield sp.Interval.open(low, high), _rational_between(low, high)
    yield sp.FiniteSet(critical[-1]), critical[-1]
    yield sp.Interval.open(critical[-1], sp.oo), sp.ceiling(critical[-1]) + 1


def _runs(critical: list[Expr], holds: Callable[[Expr], bool]) -> Iterator[Set]:
    """Yield the largest connected sets in which every cell holds."""
    run: list[Set] = []
    for cell, inside in _cells(critical):
        if holds(inside):
            run.append(cell)
        elif run:
            yield _joined(run)
            run = []
    if run:
        yield _joined(run)


def _joined(cells: list[Set]) -> Set:
    first, last = cells[0], cells[-1]
    if len(cells) == 1:
        return first
    return sp.Interval(first.inf, last.sup, first.inf not in first, last.sup not in last)
