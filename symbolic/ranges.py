"""What is known of indices and sizes in a scope, and a prover of inequalities between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.index import Expr, free_indices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Bounds = tuple[Expr, Expr, Expr]
"""An index with its lower and upper bound, both reached."""


@dataclass(frozen=True)
class Ranges:
    """The indices in scope, outermost first, and what is given of the sizes.

    Attributes
    ----------
    bounds : tuple
        ``(index, lower, upper)`` of every index in scope; that an index is in scope says its range is not empty.
    facts : frozenset
        Pairs ``(expression, size)`` with ``0 <= expression <= size - 1``: where a definition reads an entry,
        its indices are in range.
    constraints : tuple
        Conditions ``size >= number`` that the definition asks for.
    """

    bounds: tuple[Bounds, ...] = ()
    facts: frozenset[tuple[Expr, Expr]] = frozenset()
    constraints: tuple[Any, ...] = ()

    @classmethod
    def of_axes(cls, index: Sequence[Expr], shape: Sequence[Expr], **given: Any) -> Ranges:
        """Return the scope of a form: every index runs from 0 to its size - 1."""
        return cls(tuple((i, sp.Integer(0), n - 1) for i, n in zip(index, shape, strict=True)), **given)

    def within(self, i: Expr, lower: Expr, upper: Expr) -> Ranges:
        """Return the scope inside a sum over `i`, which hides an outer index of that name."""
        outer = tuple(bound for bound in self.bounds if bound[0] != i)
        return replace(self, bounds=(*outer, (i, lower, upper)))

    def holds(self, small: Expr, large: Expr) -> bool:
        """Whether ``small <= large`` is proved for every size; False says only that it is not."""
        return self.nonnegative(large - small)

    def nonnegative(self, expr: Expr) -> bool:
        """Whether ``expr >= 0`` is proved for every size and all indices in scope."""
        expr = sp.expand(expr)
        if expr.is_number:
            return bool(expr >= 0)
        return self._by_fact(expr) or self._by_extremes(expr) or self._by_quotients(expr)

    def least(self, expr: Expr) -> Expr | None:
        """Return a lower bound of a formula that is affine in each index, in sizes only; None if it has none here."""
        expr, quotients = self._bounded_quotients(sp.expand(expr))
        for i, lower, upper in [*quotients, *reversed(self.bounds)]:
            if not expr.has(i):
                continue
            slope = expr.coeff(i, 1)
            if slope.has(i) or sp.expand(expr - slope * i).has(i):
                return None
            end = lower if self._sign(slope) > 0 else upper if self._sign(slope) < 0 else None
            if end is None:
                return None
            expr = sp.expand(expr - slope * i + slope * end)
        return expr

    def _by_fact(self, expr: Expr) -> bool:
        known = (side for e, n in self.facts for side in (e, n - 1 - e))
        return any(sp.expand(expr - side).is_nonnegative is True for side in known)

    def _by_extremes(self, expr: Expr) -> bool:
        """Put every index at its end that makes the formula least, and every size at its least value and beyond."""
        least = self.least(expr)
        if least is None:
            return False
        shifts = {n: n + low for n, low in self._least_sizes().items() if low > 0}
        return sp.expand(least.subs(shifts, simultaneous=True)).is_nonnegative is True

    def _by_quotients(self, expr: Expr) -> bool:
        """``floor(a) + r >= floor(b)`` for whole r, where ``a + r >= b``: rounding down keeps the order."""
        quotients = sorted(expr.atoms(sp.floor), key=expr.coeff)
        if [expr.coeff(q) for q in quotients] != [-1, 1]:
            return False
        b, a = quotients
        rest = sp.expand(expr - a + b)
        return bool(rest.is_integer) and self.nonnegative(a.args[0] + rest - b.args[0])

    def _sign(self, slope: Expr) -> int:
        return 1 if slope.is_nonnegative else -1 if slope.is_nonpositive else 0

    def _bounded_quotients(self, expr: Expr) -> tuple[Expr, list[Bounds]]:
        """Replace quotients and remainders by indices of their own, with their bounds."""
        bounds: list[Bounds] = []
        for atom in sorted(expr.atoms(sp.floor, sp.Mod), key=sp.count_ops, reverse=True):
            found = self._remainder_bounds(atom) if isinstance(atom, sp.Mod) else self._quotient_bounds(atom)
            if found is not None and expr.has(atom):
                dummy = sp.Dummy(integer=True)
                expr = expr.subs(atom, dummy)
                bounds.append((dummy, *found))
        return expr, bounds

    def _remainder_bounds(self, atom: Expr) -> tuple[Expr, Expr]:
        return sp.Integer(0), atom.args[1] - 1

    def _quotient_bounds(self, atom: Expr) -> tuple[Expr, Expr] | None:
        """``floor(e / n)`` lies in ``0 .. c - 1`` where ``0 <= e <= c*n - 1``."""
        numerator, n = sp.fraction(sp.together(atom.args[0]))
        greatest = self.least(-numerator)
        if greatest is None or not self.nonnegative(numerator):
            return None
        count = sp.cancel((1 - greatest) / n)
        return (sp.Integer(0), count - 1) if sp.denom(count) == 1 else None

    def _least_sizes(self) -> dict[Expr, int]:
        """Return for sizes the least value given by a constraint, or by an index that runs up to them."""
        least: dict[Expr, int] = {}
        for n, low in [*self._constrained(), *(pair for bound in self.bounds for pair in _nonempty(bound))]:
            least[n] = max(low, least.get(n, 0))
        return least

    def _constrained(self) -> Iterator[tuple[Expr, int]]:
        for condition in self.constraints:
            if isinstance(condition, sp.Ge) and condition.lhs.is_Symbol and condition.rhs.is_Integer:
                yield condition.lhs, int(condition.rhs)


def _nonempty(bound: Bounds) -> Iterator[tuple[Expr, int]]:
    """The count of a range in scope is at least 1: what that says of the sizes in it."""
    _, lower, upper = bound
    count = sp.expand(upper - lower + 1)
    sizes = [s for s in count.free_symbols if s.is_nonnegative]
    if count.is_Mul and set(sizes) == count.free_symbols and all(s.is_polynomial() for s in count.args):
        yield from ((n, 1) for n in sizes)
    elif len(sizes) == 1 and sp.expand(count - sizes[0]).is_Integer:
        yield sizes[0], 1 - int(sp.expand(count - sizes[0]))


def facts_of(
    entries: Iterable[Expr], shapes: dict[Expr, tuple[Expr, ...]], outer: set[Expr]
) -> frozenset[tuple[Expr, Expr]]:
    """Return what the entries of a definition say: where it reads ``x[e]``, the index `e` is in range.

    Only composite expressions in the output's own indices (`outer`) and in sizes count: a plain index has its
    own bounds, and an index that a sum binds means nothing outside of it.
    """
    pairs = ((e, n) for entry in entries for e, n in zip(entry.indices, shapes[entry.base], strict=True))
    return frozenset((e, sp.sympify(n)) for e, n in pairs if not e.is_Symbol and _known_outside(e, outer))


def _known_outside(e: Expr, outer: set[Expr]) -> bool:
    symbols = free_indices(e)
    return bool(symbols) and all(s in outer or s.is_nonnegative for s in symbols)
