"""One form for equal formulas: sums flattened, split into connected parts, and their indices named by position.

A formula is a sum of terms; a term is a product of factors; a factor that is a sum is opened into a
multiple sum over full ranges, which falls apart into parts that share no index. A part is named by trying
every order of its indices and keeping the least, so that two parts which differ only in names or in the order
of their sums become the same SymPy object, and SymPy's own addition cancels them.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import sympy as sp

from symbolic.index import Bracket, Expr, IndexForm, free_indices, index, outermost, rename_apart, substitute
from symbolic.ranges import Ranges
from symbolic.rewrite import DECIDE, RULES, at_most, margin, tidy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_ORDERS = 5
"""More indices than this in one part are named in one order only: 120 orders are tried at most."""

EXPANSION = {"mul": True, "multinomial": True, "power_base": True, "power_exp": False, "log": False, "basic": False}
SIFTING = tuple(rule for rule in RULES if rule.name != "limits of the sum")

Limit = tuple[Expr, Expr, Expr]


def equal_for_every_size(a: IndexForm, b: IndexForm, constraints: Sequence[Expr] = ()) -> bool | None:
    """Prove that two index forms are the same tensor at every size, wherever both have a value.

    Parameters
    ----------
    a, b : IndexForm
        The forms. Their free indices may be named differently.
    constraints : sequence of conditions, optional
        What is given of the sizes, as ``n >= 3``.

    Returns
    -------
    bool or None
        True is proved; None is not decided. False is never said.
    """
    if a.rank != b.rank or any(sp.expand(m - n) != 0 for m, n in zip(a.shape, b.shape, strict=True)):
        return None
    index = tuple(sp.Symbol(f"_f{axis}", integer=True) for axis in range(a.rank))
    places = tuple(sp.Integer(0) if n == 1 else i for i, n in zip(index, a.shape, strict=True))
    ranges = Ranges.of_axes(index, a.shape, constraints=tuple(constraints))
    difference = canonical(a.at(places) - b.at(places), ranges)
    if difference == 0 or _numerator_vanishes(difference, ranges):
        return True
    return None


def canonical(expr: Expr, ranges: Ranges) -> Expr:
    """Return the canonical form of a formula in a scope: equal formulas mostly become the same object."""
    expr = tidy(rename_apart(sp.sympify(expr), (i for i, _, _ in ranges.bounds)), ranges, SIFTING)
    expr = sp.expand(expr, **EXPANSION)
    return sp.expand(sp.Add(*(_term(term, ranges) for term in sp.Add.make_args(expr))), **EXPANSION)


def _numerator_vanishes(difference: Expr, ranges: Ranges) -> bool:
    """Put everything over one denominator, with sums and functions as unknowns, and expand."""
    atoms = {node: sp.Dummy() for node in _opaque(difference)}
    back = {dummy: node for node, dummy in atoms.items()}
    numerator = sp.expand(sp.numer(sp.together(difference.xreplace(atoms))))
    return bool(numerator == 0 or canonical(numerator.xreplace(back), ranges) == 0)


def _opaque(expr: Expr) -> set[Expr]:
    """Return the outermost nodes that are no sum, product or whole power."""
    if expr.is_Add or expr.is_Mul or (expr.is_Pow and expr.exp.is_Integer):
        return set().union(*(_opaque(argument) for argument in expr.args))
    return set() if expr.is_number else {expr}


# -- terms ------------------------------------------------------------------------------------------------


def _term(term: Expr, ranges: Ranges) -> Expr:
    limits, factors = opened(sp.Mul.make_args(term), ranges)
    factors = [_factor(f, ranges, limits) for f in factors]
    limits, factors = _reversed(limits, _under_deltas(factors, limits))
    return sp.Mul(*(_named(part, of) for part, of in _parts(limits, factors)))


def opened(factors: Iterable[Expr], ranges: Ranges) -> tuple[list[Limit], list[Expr]]:
    """Return all sums among the factors as one multiple sum over full ranges, and the factors under it."""
    limits: list[Limit] = []
    plain: list[Expr] = []
    waiting = list(factors)
    while waiting:
        factor = waiting.pop()
        opened = _full_range(factor, ranges.bounds + tuple(limits)) if isinstance(factor, sp.Sum) else None
        if opened is None:
            plain.append(factor)
        else:
            limits.append(opened[0])
            waiting.extend(opened[1])
    return limits, plain


def _full_range(node: Expr, outer: tuple[Limit, ...]) -> tuple[Limit, list[Expr]] | None:
    """Widen limits that depend on other indices to all they can reach, and say the rest in brackets.

    None where that is not possible: such a sum stays closed, since its place among the others matters.
    """
    body, (i, lower, upper) = outermost(node)
    scope = Ranges(outer)
    least, most = scope.least(lower), scope.least(-upper)
    if least is None or most is None or free_indices(least + most) & {j for j, _, _ in outer}:
        return None
    ends = [at_most(a, b) for a, b, wide in ((lower, i, least), (i, upper, -most)) if wide != (b if b != i else a)]
    return (i, least, sp.expand(-most)), [*ends, *sp.Mul.make_args(body)]


def _factor(factor: Expr, ranges: Ranges, limits: Sequence[Limit]) -> Expr:
    """Return a factor that is no sum in canonical form: its parts are, in the scope of the sums around."""
    scope = ranges
    for limit in limits:
        scope = scope.within(*limit)
    if isinstance(factor, Bracket):
        return DECIDE.at(factor, scope) or at_most(sp.Integer(0), margin(factor))
    if isinstance(factor, (sp.Indexed, sp.KroneckerDelta)) or factor.is_Atom:
        return factor.func(*(sp.expand(a) for a in factor.args)) if factor.args else factor
    if isinstance(factor, (sp.Piecewise, sp.Sum)):
        return factor
    return factor.func(*(canonical(argument, scope) for argument in factor.args))


def _under_deltas(factors: list[Expr], limits: Sequence[Limit]) -> list[Expr]:
    """Write one of two free indices that a delta equates, wherever else in the term they stand.

    The deltas are taken as they are by then (one that an earlier delta has rewritten says something else),
    those between plain indices first.
    """
    bound = {i for i, _, _ in limits}
    for place in sorted(range(len(factors)), key=lambda k: not all(a.is_Symbol for a in factors[k].args)):
        delta = factors[place]
        if not isinstance(delta, sp.KroneckerDelta):
            continue
        first, second = sorted(delta.args, key=str)
        if second.is_Symbol and second not in bound and not first.has(second):
            factors = [f if k == place else substitute(f, {second: first}) for k, f in enumerate(factors)]
    return factors


def _reversed(limits: list[Limit], factors: list[Expr]) -> tuple[list[Limit], list[Expr]]:
    """Run an index that is only read from the end, as ``x[n - 1 - i]``, from the start."""
    for i, lower, upper in limits:
        read = [e for f in factors for x in f.atoms(sp.Indexed) for e in x.indices if e.has(i)]
        if read and i not in read and all(sp.expand(e + i).has(i) is False for e in read):
            turned = sp.expand(upper + lower - i)
            factors = [_rewritten_bracket(substitute(f, {i: turned})) for f in factors]
    return limits, [f.func(*map(sp.expand, f.args)) if isinstance(f, sp.Indexed) else f for f in factors]


def _rewritten_bracket(factor: Expr) -> Expr:
    return at_most(sp.Integer(0), margin(factor)) if isinstance(factor, Bracket) else factor


# -- connected parts and their names ------------------------------------------------------------------------


def _parts(limits: Sequence[Limit], factors: Sequence[Expr]) -> Iterator[tuple[list[Limit], list[Expr]]]:
    """Split a multiple sum of products into parts that share no summation index."""
    waiting = {limit[0]: limit for limit in limits}
    left = list(factors)
    while waiting:
        _, start = waiting.popitem()
        part, of, reached = [start], [], {start[0]}
        while touching := [f for f in left if reached & _symbols(f)]:
            of += touching
            left = [f for f in left if f not in touching]
            joined = set().union(*map(_symbols, touching)) & set(waiting)
            part += [waiting.pop(i) for i in sorted(joined, key=str)]
            reached |= joined
        yield part, of
    yield [], left


def _symbols(factor: Expr) -> set[Expr]:
    return free_indices(factor)


def _named(limits: Sequence[Limit], factors: Sequence[Expr]) -> Expr:
    """Return the part with its indices named by position, in the order that gives the least formula."""
    if not limits:
        return sp.Mul(*factors)
    orders = itertools.permutations(limits) if len(limits) <= MOST_ORDERS else [tuple(limits)]
    return min((_in_order(order, sp.Mul(*factors)) for order in orders), key=sp.srepr)


def _in_order(limits: Sequence[Limit], body: Expr) -> Expr:
    names = {i: index(f"_b{place}") for place, (i, _, _) in enumerate(limits)}
    body = substitute(body, names)
    for i, lower, upper in reversed(limits):
        body = sp.Sum(body, (names[i], sp.expand(lower), sp.expand(upper)))
    return body
