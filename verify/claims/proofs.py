"""Proofs over the reals for every size: induction over the size of sums, and derivatives entry by entry."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import sympy as sp

from verify.claims.claim import Reals, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

n, m = sp.symbols("n m", integer=True, positive=True)
"""Sizes of the axes."""

i, j, p, q = sp.symbols("i j p q", integer=True, nonnegative=True)
"""Indices, in range: i, j are summed over, p, q are free."""

x, y, u, v, A, B = (sp.IndexedBase(name, real=True) for name in ["x", "y", "u", "v", "A", "B"])
"""Tensors of real entries."""


def total(term: sp.Expr, index: sp.Symbol = i, size: sp.Symbol = n) -> sp.Sum:
    """Return the sum of a term over an axis."""
    return sp.Sum(term, (index, 0, size - 1))


def linear(expr: sp.Expr) -> sp.Expr:
    """Return `expr` with sums split at plus signs and factors free of the index pulled out."""
    expr = sp.expand(expr)
    return sp.expand(expr.replace(lambda e: isinstance(e, sp.Sum), _split))


def _split(node: sp.Sum) -> sp.Expr:
    indices = [limit[0] for limit in node.limits]
    terms = sp.Add.make_args(sp.expand(linear(node.function)))
    parts = (term.as_independent(*indices, as_Add=False) for term in terms)
    return sp.Add(*(free * sp.Sum(bound, *node.limits) for free, bound in parts))


def _over(size: sp.Symbol) -> Callable[[sp.Basic], bool]:
    return lambda e: isinstance(e, sp.Sum) and any(limit[2] == size - 1 for limit in e.limits)


def _without(expr: sp.Expr, size: sp.Symbol) -> sp.Expr:
    """Return `expr` at size 0: sums over the axis are empty."""
    return expr.replace(_over(size), lambda _: sp.Integer(0))


def _grown(expr: sp.Expr, size: sp.Symbol) -> sp.Expr:
    """Return `expr` at one size more, each sum over the axis written as itself and one term."""
    return expr.replace(_over(size), lambda e: e + _last(e, size))


def _last(node: sp.Sum, size: sp.Symbol) -> sp.Expr:
    """Return what a sum over the axis gains from one size more."""
    index = next(limit[0] for limit in node.limits if limit[2] == size - 1)
    others = [limit for limit in node.limits if limit[0] != index]
    term = node.function.subs(index, size)
    return sp.Sum(term, *others) if others else term


def identity(left: sp.Expr, right: sp.Expr, size: sp.Symbol = n) -> Reals:
    """Prove that two sides, linear in their sums, agree at every size; or find where they differ.

    Returns
    -------
    Reals
        "proved", by induction over `size`; "refuted", with a counterexample of small integers;
        else "undecided".
    """
    claim = sp.Eq(left, right, evaluate=False)
    found = counterexample(left, right)
    if found is not None:
        return Reals("refuted", (Step(claim, found, checked=False),))
    base = linear(_without(left - right, size)) == 0
    before, after = linear(left - right), linear(_grown(left - right, size))
    step = linear(after - before) == 0
    steps = (
        Step(claim, f"the claim, for every {size}", checked=base and step),
        Step(
            sp.Eq(_without(left, size), _without(right, size), evaluate=False),
            f"base of the induction: with {size} = 0 every sum over the axis is empty",
            checked=base,
        ),
        Step(
            sp.Eq(linear(_grown(left, size) - left), linear(_grown(right, size) - right), evaluate=False),
            f"step: from {size} to {size} + 1 both sides grow by the same",
            checked=step,
        ),
    )
    return Reals("proved" if base and step else "undecided", steps)


def algebra(left: sp.Expr, right: sp.Expr, reason: str, says: str | None = None) -> Reals:
    """Prove an identity that SymPy's algebra settles at once, or find where it fails.

    Where the sides are the same expression once they are built, `says` is what they were built from.
    """
    claim = says or sp.Eq(left, right, evaluate=False)
    if sp.simplify(left - right) == 0:
        return Reals("proved", (Step(claim, reason, checked=True),))
    found = counterexample(left, right)
    if found is None:
        return Reals("undecided", (Step(claim, "no proof and no counterexample", checked=False),))
    return Reals("refuted", (Step(claim, found, checked=False),))


def gradient(out: sp.Expr, claimed: sp.Expr) -> Reals:
    """Prove that the derivative of `out` by the entry x[p] is `claimed`, for every size and every p in range."""
    derivative = out.diff(x[p])
    entry = sp.Derivative(out, x[p])
    sifted = linear(sift(linear(derivative)))
    steps = [
        Step(
            sp.Eq(entry, derivative, evaluate=False),
            "differentiate under the sum: ∂x[i]/∂x[p] = δ(i, p)",
            checked=_differentiated(out, derivative),
        ),
        Step(
            sp.Eq(derivative, sifted, evaluate=False),
            "p is in range, so the sum keeps the term i = p alone",
            checked=_same_at_sizes(derivative, sifted),
        ),
    ]
    if sp.expand(sifted - claimed) == 0:
        done = all(step.checked for step in steps)
        return Reals("proved" if done else "undecided", tuple(steps))
    found = counterexample(sifted, claimed) or "the two sides are not the same expression"
    refuted = Step(sp.Eq(entry, claimed, evaluate=False), found, checked=False)
    return Reals("refuted", (*steps, refuted))


def sift(expr: sp.Expr) -> sp.Expr:
    """Return `expr` with each sum over a Kronecker delta replaced by its only term, indices in range."""
    return expr.replace(lambda e: isinstance(e, sp.Sum), _sifted)


def _sifted(node: sp.Sum) -> sp.Expr:
    index = node.limits[0][0]
    for delta in node.function.atoms(sp.KroneckerDelta):
        if index in delta.free_symbols and sp.Mul.make_args(node.function).count(delta):
            (other,) = delta.free_symbols - {index}
            return (node.function / delta).subs(index, other)
    return node


def _same_at_sizes(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether the sides agree in explicit components at sizes 1 to 3 and every index in range."""
    cases = ((size, at) for size in (1, 2, 3) for at in range(size))
    gap = left - right
    return all(sp.expand(gap.subs(p, at).subs(n, size).doit()) == 0 for size, at in cases)


def _differentiated(out: sp.Expr, derivative: sp.Expr) -> bool:
    """Whether differentiating explicit components agrees at sizes 1 to 3: no index calculus in it."""
    cases = ((size, at) for size in (1, 2, 3) for at in range(size))
    return all(
        sp.expand(out.subs(n, size).doit().diff(x[at]) - derivative.subs(p, at).subs(n, size).doit()) == 0
        for size, at in cases
    )


def counterexample(left: sp.Expr, right: sp.Expr) -> str | None:
    """Search sizes 1 to 3 and small integers for a place where the sides differ; say it in words."""
    free = (left - right).free_symbols
    for size in (1, 2, 3):
        shown = sp.expand((left - right).subs({p: 0, q: 0, i: 0, j: 0}).subs({n: size, m: size}).doit())
        letters = sorted(shown.atoms(sp.Indexed) | (shown.free_symbols & free - _BASES), key=str)
        for values in _small(letters):
            gap = shown.subs(values)
            if gap.is_number and gap.is_finite and gap != 0:
                sizes = f"size {size}: " if free & {n, m} else ""
                at = ", ".join(f"{letter} = {value}" for letter, value in values.items())
                return f"at {sizes}{at} the two sides differ by {gap}"
    return None


_BASES = frozenset(base.label for base in (x, y, u, v, A, B))


def _small(letters: Sequence[sp.Expr]) -> Iterable[dict[sp.Expr, sp.Integer]]:
    choices = (1, 2) if len(letters) > 4 else (1, 2, -1, 3)
    for values in list(product(choices, repeat=len(letters)))[:200]:
        yield dict(zip(letters, (sp.Integer(value) for value in values), strict=True))
