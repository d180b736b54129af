"""The rewriting system on sums, brackets and deltas: small named rules, each true for every size.

A rule looks at one node in its scope and returns what the node equals, or None. `everywhere` applies one rule to
every node, innermost first; `tidy` applies all of them until none fits. Each rule takes away a sum, a delta,
a bracket, or a product under a sum, so that they come to an end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from symbolic.errors import DerivationError
from symbolic.index import Bracket, Expr, Partial, outermost, substitute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from symbolic.ranges import Ranges

PASSES = 200
"""More passes than any formula needs: reaching it would be a loop between two rules."""


@dataclass(frozen=True)
class Rule:
    """A rewriting rule: its short name, the sentence that justifies it, and what it does to one node."""

    name: str
    reason: str
    at: Callable[[Expr, Ranges], Expr | None]


@dataclass(frozen=True)
class Rewritten:
    """A formula after a rule, and the parts that the rule put in."""

    expr: Expr
    changed: tuple[Expr, ...]


def everywhere(rule: Rule, expr: Expr, ranges: Ranges, *, through_partials: bool = False) -> Rewritten:
    """Apply one rule to every node of a formula, innermost first, each in its own scope."""
    changed: list[Expr] = []

    def visit(node: Expr, scope: Ranges) -> Expr:
        if isinstance(node, (sp.Indexed, sp.core.relational.Relational)) or not node.args:
            return node
        if isinstance(node, Partial) and not through_partials:
            return here(node, scope)
        if isinstance(node, sp.Sum):
            body, limit = outermost(node)
            return here(sp.Sum(visit(body, scope.within(*limit)), limit), scope)
        return here(node.func(*(visit(argument, scope) for argument in node.args)), scope)

    def here(node: Expr, scope: Ranges) -> Expr:
        found = rule.at(node, scope)
        if found is None or found == node:
            return node
        changed.append(found)
        return found

    return Rewritten(visit(expr, ranges), tuple(changed))


def rewrite(expr: Expr, ranges: Ranges, rules: Sequence[Rule]) -> Iterator[tuple[Rule, Rewritten]]:
    """Yield the formula after each rule that changes it, first rule first, until none does.

    Raises
    ------
    DerivationError
        The rules do not come to an end.
    """
    for _ in range(PASSES):
        for rule in rules:
            after = everywhere(rule, expr, ranges)
            if after.expr != expr:
                expr = after.expr
                yield rule, after
                break
        else:
            return
    raise DerivationError(f"the rules {[rule.name for rule in rules]} do not come to an end on {expr}")


def tidy(expr: Expr, ranges: Ranges, rules: Sequence[Rule] | None = None) -> Expr:
    """Return the formula when no rule fits any more."""
    for _, after in rewrite(expr, ranges, RULES if rules is None else rules):
        expr = after.expr
    return expr


# -- the rules --------------------------------------------------------------------------------------------


def _split(node: Expr, ranges: Ranges) -> Expr | None:
    del ranges
    if not isinstance(node, sp.Sum):
        return None
    body, limit = outermost(node)
    return sp.Add(*(sp.Sum(term, limit) for term in body.args)) if body.is_Add else None


def _distribute(node: Expr, ranges: Ranges) -> Expr | None:
    """Multiply out where a delta or bracket in a sum of terms waits for its own sum."""
    del ranges
    if not isinstance(node, sp.Sum):
        return None
    body, limit = outermost(node)
    waiting = (f for f in sp.Mul.make_args(body) if f.is_Add and f.has(sp.KroneckerDelta, Bracket) and f.has(limit[0]))
    return sp.Sum(sp.expand_mul(body, deep=False), limit) if body.is_Mul and any(waiting) else None


def _pull(node: Expr, ranges: Ranges) -> Expr | None:
    del ranges
    if not isinstance(node, sp.Sum):
        return None
    body, limit = outermost(node)
    if not body.is_Mul:
        return None
    outside, inside = body.as_independent(limit[0], as_Add=False)
    return outside * sp.Sum(inside, limit) if outside != 1 else None


def _count(node: Expr, ranges: Ranges) -> Expr | None:
    if not isinstance(node, sp.Sum):
        return None
    body, (i, lower, upper) = outermost(node)
    if body == 0:
        return sp.Integer(0)
    count = upper - lower + 1
    return body * count if not body.has(i) and ranges.nonnegative(count) else None


def _single(node: Expr, ranges: Ranges) -> Expr | None:
    del ranges
    if not isinstance(node, sp.Sum):
        return None
    body, (i, lower, upper) = outermost(node)
    return substitute(body, {i: lower}) if sp.expand(upper - lower) == 0 else None


def _decide(node: Expr, ranges: Ranges) -> Expr | None:
    if not isinstance(node, Bracket) or not isinstance(node.args[0], sp.core.relational.Relational):
        return None
    room = margin(node)
    if ranges.nonnegative(room):
        return sp.Integer(1)
    return sp.Integer(0) if ranges.nonnegative(-room - 1) else None


def margin(bracket: Expr) -> Expr:
    """Return the integer that is 0 or more exactly where the bracket is 1."""
    condition = bracket.args[0]
    strict = 1 if isinstance(condition, (sp.Lt, sp.Gt)) else 0
    return condition.gts - condition.lts - strict


def within(lower: Expr, value: Expr, upper: Expr, ranges: Ranges) -> Expr:
    """Return ``[lower <= value] [value <= upper]``, without what is known to hold."""
    sides = [(small, large) for small, large in ((lower, value), (value, upper)) if not ranges.holds(small, large)]
    return sp.Mul(*(at_most(*side) for side in sides))


def at_most(small: Expr, large: Expr) -> Expr:
    """Return ``[small <= large]`` with every term on the side where it stands without a minus."""
    terms = sp.Add.make_args(_without_quotient(sp.expand(large - small)))
    left = [-t for t in terms if t.could_extract_minus_sign()]
    return Bracket(sp.Le(sp.Add(*left), sp.Add(*(t for t in terms if not t.could_extract_minus_sign()))))


def _without_quotient(room: Expr) -> Expr:
    """Return what is 0 or more exactly where ``r + floor(a/q)``, or ``r - floor(a/q)``, is, for whole r, a, q."""
    quotients = room.atoms(sp.floor)
    if len(quotients) != 1:
        return room
    (quotient,) = quotients
    slope = room.coeff(quotient)
    a, q = sp.fraction(sp.together(quotient.args[0]))
    rest = sp.expand(room - slope * quotient)
    if slope not in (1, -1) or not (q.is_Integer and a.is_integer and rest.is_integer):
        return room
    return sp.expand(slope * a + q * rest + (q - 1 if slope == -1 else 0))


def _sift(node: Expr, ranges: Ranges) -> Expr | None:
    """``Sum_i delta(i, e) f(i) = [e in range] f(e)``."""
    if not isinstance(node, sp.Sum):
        return None
    body, (i, lower, upper) = outermost(node)
    for factor in sp.Mul.make_args(body):
        at = _solved(factor, i)
        if at is not None:
            rest = sp.Mul(*(f for f in sp.Mul.make_args(body) if f != factor))
            return within(lower, at, upper, ranges) * substitute(rest, {i: at})
    return None


def _solved(factor: Expr, i: Expr) -> Expr | None:
    """Return the only value of `i` where the delta is 1, if the delta fixes it."""
    if not isinstance(factor, sp.KroneckerDelta) or not factor.has(i):
        return None
    difference = sp.expand(factor.args[0] - factor.args[1])
    slope = difference.coeff(i, 1)
    rest = sp.expand(difference - slope * i)
    return -rest / slope if slope in (1, -1) and not rest.has(i) else None


def _absorb(node: Expr, ranges: Ranges) -> Expr | None:
    """``Sum_i=0^n-1 [i <= k] f(i) = Sum_i=0^k f(i)``."""
    if not isinstance(node, sp.Sum):
        return None
    body, (i, lower, upper) = outermost(node)
    for factor in sp.Mul.make_args(body):
        if not isinstance(factor, Bracket) or not factor.has(i):
            continue
        room = sp.expand(margin(factor))
        slope = room.coeff(i, 1)
        end = sp.expand(-(room - slope * i) / slope) if slope in (1, -1) else i
        if end.has(i):
            continue
        rest = sp.Mul(*(f for f in sp.Mul.make_args(body) if f != factor))
        if slope == -1 and ranges.holds(end, upper):
            return sp.Sum(rest, (i, lower, end))
        if slope == 1 and ranges.holds(lower, end):
            return sp.Sum(rest, (i, end, upper))
    return None


def _row_major(node: Expr, ranges: Ranges) -> Expr | None:
    """``delta(p, floor(e/n)) delta(q, e mod n) = delta(e, n p + q)`` for ``0 <= q < n``, in a sum over e's index."""
    if not isinstance(node, sp.Sum):
        return None
    body, (i, lower, upper) = outermost(node)
    scope = ranges.within(i, lower, upper)
    deltas = [f for f in sp.Mul.make_args(body) if isinstance(f, sp.KroneckerDelta) and f.has(i)]
    remainders = [(f, q, r) for f in deltas for q, r in (f.args, f.args[::-1]) if isinstance(r, sp.Mod)]
    for remainder, q, (e, n) in ((f, q, r.args) for f, q, r in remainders):
        quotient = next((f for f in deltas if sp.floor(e / n) in f.args), None)
        if quotient is None or not (scope.holds(0, q) and scope.holds(q, n - 1)):
            continue
        p = next(a for a in quotient.args if a != sp.floor(e / n))
        rest = sp.Mul(*(f for f in sp.Mul.make_args(body) if f not in (quotient, remainder)))
        return sp.Sum(sp.KroneckerDelta(e, n * p + q) * rest, (i, lower, upper))
    return None


def _euclid(node: Expr, ranges: Ranges) -> Expr | None:
    """``delta(p, n i + j) = delta(i, floor(p/n)) delta(j, p mod n)`` in a sum over ``0 <= j < n``."""
    del ranges
    if not isinstance(node, sp.Sum):
        return None
    body, (j, lower, upper) = outermost(node)
    n = upper + 1
    if lower != 0:
        return None
    for factor in sp.Mul.make_args(body):
        if not isinstance(factor, sp.KroneckerDelta):
            continue
        for p, flat in (factor.args, factor.args[::-1]):
            row = sp.cancel((flat - j) / n)
            whole_row = row.is_integer and row.free_symbols and not row.has(j)
            if not whole_row or p.has(j) or sp.cancel(p / n).is_integer:
                continue
            rest = sp.Mul(*(f for f in sp.Mul.make_args(body) if f != factor))
            split = sp.KroneckerDelta(row, sp.floor(p / n)) * sp.KroneckerDelta(j, sp.Mod(p, n))
            return sp.Sum(split * rest, (j, lower, upper))
    return None


def _strided(node: Expr, ranges: Ranges) -> Expr | None:
    """``delta(p, s i + c) = [s divides p - c] delta(i, floor((p - c)/s))`` for a number s > 1, in a sum over i."""
    del ranges
    if not isinstance(node, sp.Sum):
        return None
    body, limit = outermost(node)
    for factor in sp.Mul.make_args(body):
        if not isinstance(factor, sp.KroneckerDelta):
            continue
        for p, read in (factor.args, factor.args[::-1]):
            step = sp.expand(read).coeff(limit[0], 1)
            offset = sp.expand(p - read + step * limit[0])
            if not step.is_Integer or step < 2 or offset.has(limit[0]):
                continue
            divides = sp.KroneckerDelta(0, sp.Mod(offset, step))
            rest = sp.Mul(*(f for f in sp.Mul.make_args(body) if f != factor))
            return sp.Sum(divides * sp.KroneckerDelta(limit[0], sp.floor(offset / step)) * rest, limit)
    return None


SPLIT = Rule("linearity of the sum", "A sum of terms is summed term by term.", _split)
DISTRIBUTE = Rule("distributive law", "A product with a sum of terms is multiplied out.", _distribute)
PULL = Rule("constant factor", "A factor that does not depend on the summation index goes before the sum.", _pull)
COUNT = Rule("sum of a constant", "Summing a constant multiplies it by the number of terms.", _count)
SINGLE = Rule("sum of one term", "A sum over an axis of size 1 is its only term.", _single)
DECIDE = Rule(
    "range of the indices", "The condition in the bracket holds, or fails, for every index in range.", _decide
)
SIFT = Rule("sifting", "Under the sum the delta keeps the one term whose index agrees; every other term is 0.", _sift)
ABSORB = Rule(
    "limits of the sum", "The bracket keeps only some of the indices: they become the limits of the sum.", _absorb
)
ROW_MAJOR = Rule(
    "row-major position", "Quotient and remainder both agree exactly where the position itself agrees.", _row_major
)
EUCLID = Rule(
    "division with remainder", "A position is a row and a column in one way only: its quotient and remainder.", _euclid
)
STRIDED = Rule("stride", "Only every so many positions are read: the others do not divide evenly.", _strided)

RULES = (DECIDE, SPLIT, DISTRIBUTE, SINGLE, ROW_MAJOR, EUCLID, STRIDED, SIFT, PULL, COUNT, ABSORB)
"""In the order in which a derivation tries them."""
