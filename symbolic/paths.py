"""The notes' f(a), path by path: on each path it is k·a, so a·d'(a) = d(a), however often the loop runs."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import sympy as sp

from symbolic.explore import Cut, Exploration, Path, explore
from symbolic.inequalities import PathError

if TYPE_CHECKING:
    from collections.abc import Iterable

Expr = Any  # a SymPy expression: SymPy ships no types
Set = Any  # a SymPy set of real numbers

__all__ = [
    "Cut",
    "Exploration",
    "Path",
    "PathError",
    "Proof",
    "ProofStep",
    "control_flow",
    "control_flow_proof",
    "doublings",
    "explore",
    "explore_control_flow",
    "loop_count",
    "region_of",
    "slope",
]

DEPTH = 24  # comparisons on a path: 22 doublings, down to |a| = 500/2^22, are followed before the proof takes over


class ProofStep(NamedTuple):
    """One line of a proof: what holds, why, and whether the check made for it came out true."""

    statement: Expr | str
    reason: str
    checked: bool


class Proof(NamedTuple):
    """A statement, the steps that lead to it, and "proved", or "undecided" where a check failed."""

    statement: Expr
    steps: tuple[ProofStep, ...]
    verdict: str


def control_flow(a: Any) -> Any:
    """Compute the notes' f(a), word for word (section 2.5.4)."""
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:  # noqa: SIM108 - the notes' own words
        c = b
    else:
        c = 100 * b
    return c


def loop_count(a: Expr) -> Expr:
    """Return the closed form of how often the loop's body runs: the least n ≥ 0 with 2ⁿ|a| ≥ 500; a is not 0."""
    return sp.Max(0, sp.ceiling(sp.log(500 / sp.Abs(a)) / sp.log(2)))


def slope(a: Expr) -> Expr:
    """Return the closed form of f(a) / a, which is also f's derivative on the path of a; a is not 0."""
    n = loop_count(a)
    return sp.Piecewise((2 ** (n + 1), a > 0), (100 * 2 ** (n + 1), True))


def region_of(count: int, sign: int) -> Set:
    """Return the numbers of one sign whose loop runs n times: 500·2⁻ⁿ ≤ |a|, and |a| < 500·2¹⁻ⁿ unless n is 0."""
    low = sp.Rational(500, 2**count)
    magnitudes = sp.Interval.Ropen(low, 2 * low) if count else sp.Interval(low, sp.oo)
    return magnitudes if sign > 0 else sp.Interval(-magnitudes.end, -magnitudes.start, magnitudes.right_open, False)


def doublings(path: Path) -> int:
    """Return how often the loop's body ran on a path of `control_flow`: once for each time its test held."""
    return sum(condition.rel_op == "<" and condition.rhs == 1000 for condition in path.conditions)


def explore_control_flow(max_depth: int = DEPTH) -> Exploration:
    """Follow every path of `control_flow` with at most `max_depth` comparisons.

    What is left is an interval around 0. It holds the paths that loop longer, and 0 itself, whose path never ends.

    Raises
    ------
    PathError
        `max_depth` is below 2: a path makes two comparisons or more.
    """
    if max_depth < 2:
        raise PathError(f"max_depth must be 2 or more, as each path makes two comparisons; {max_depth} was given")
    return explore(control_flow, max_depth=max_depth, max_paths=2 * max_depth, seconds=60)


def control_flow_proof(max_depth: int = DEPTH) -> Proof:
    """Prove that a·d'(a) = d(a) for d = f(a) on every path, for every number of doublings.

    Each step's `checked` is the outcome of a computation: SymPy decides the identities and inequalities, and the
    closed forms are held against all paths with at most `max_depth` comparisons.

    Raises
    ------
    PathError
        `max_depth` is below 2.
    """
    a = sp.Symbol("a", real=True)
    d = sp.Function("d")
    steps = (*_invariant(), *_exit(), *_gradient(), *_explored(explore_control_flow(max_depth)), *_endless())
    verdict = "proved" if all(step.checked for step in steps) else "undecided"
    return Proof(sp.Eq(a * sp.Derivative(d(a), a), d(a), evaluate=False), steps, verdict)


@cache
def _words() -> tuple[str, ...]:
    """Return the statements of `control_flow` after its docstring, as Python would write them."""
    (function,) = ast.parse(inspect.getsource(control_flow)).body
    return tuple(map(ast.unparse, getattr(function, "body", [])[1:]))


def _equal(left: Expr, right: Expr) -> Expr:
    return sp.Eq(left, right, evaluate=False)


def _same(*pairs: tuple[Expr, Expr]) -> bool:
    """Tell whether SymPy brings the difference of each pair to 0."""
    return all(sp.simplify(left - right) == 0 for left, right in pairs)


def _reaches_one(expr: Expr, variable: Expr, point: Expr) -> bool:
    """Tell whether `expr` grows with `variable` everywhere and is 1 at `point`."""
    return bool(sp.diff(expr, variable).is_positive) and bool(expr.subs(variable, point) == 1)


_A = sp.Symbol("a", real=True, nonzero=True)
_I = sp.Symbol("i", integer=True, nonnegative=True)
_N = sp.Symbol("N", integer=True, nonnegative=True)


def _b(i: Expr) -> Expr:
    """Return b after i passes of the loop."""
    return 2 ** (i + 1) * _A


def _invariant() -> Iterable[ProofStep]:
    b = sp.Function("b")
    before, loop, *_ = _words()
    yield ProofStep(
        _equal(b(0), 2 * _A),
        f"The program begins with {before}, which is 2^(i+1)·a for i = 0: the base of the induction.",
        before == "b = a * 2" and _same((_A * 2, _b(sp.S.Zero))),
    )
    yield ProofStep(
        _equal(b(_I + 1), 2 * b(_I)),
        "A pass is b = b * 2, which takes 2^(i+1)·a to 2^(i+2)·a: so b = 2^(i+1)·a after i passes, for every i.",
        loop == "while b.norm() < 1000:\n    b = b * 2" and _same((_b(_I) * 2, _b(_I + 1))),
    )
    yield ProofStep(
        _equal(sp.Abs(b(_I)), 2 ** (_I + 1) * sp.Abs(_A)),
        "The norm of a 0-d tensor is its absolute value; so the loop goes on after i passes just where 2^i·|a| < 500.",
        _same((sp.Abs(_b(_I)), 2 ** (_I + 1) * sp.Abs(_A)), (1000 - sp.Abs(_b(_I)), 2 * (500 - 2**_I * sp.Abs(_A)))),
    )


def _exit() -> Iterable[ProofStep]:
    theta, x, r = sp.Symbol("theta", real=True), sp.Symbol("x", positive=True), sp.Symbol("r", real=True)
    exactly = sp.log(500 / sp.Abs(_A)) / sp.log(2)
    yield ProofStep(
        sp.Gt(2 ** (_I + 1) * sp.Abs(_A), 2**_I * sp.Abs(_A), evaluate=False),
        "For a ≠ 0 each pass doubles 2^i·|a| > 0, so from some pass on it is 500 or more, and the loop ends.",
        bool((2**_I * sp.Abs(_A)).is_positive) and sp.limit(2**x, x, sp.oo) == sp.oo,
    )
    yield ProofStep(
        _equal(2**r * sp.Abs(_A), sp.Integer(500)),
        "The bound is met exactly at the real number of passes r = log2(500/|a|).",
        _same((2**exactly * sp.Abs(_A), sp.Integer(500))),
    )
    yield ProofStep(
        _equal(sp.Function("N")(_A), loop_count(_A)),
        "The loop ends at the least whole N ≥ 0 with N ≥ r. Write ⌈r⌉ = r + θ with 0 ≤ θ < 1: then 2^⌈r⌉·|a| = 500·2^θ "
        "is 500 or more, and one pass earlier 500·2^(θ-1) is less; where r ≤ 0 the first test ends the loop.",
        loop_count(_A) == sp.Max(0, sp.ceiling(exactly))
        and _reaches_one(2**theta, theta, sp.S.Zero)
        and _reaches_one(2 ** (theta - 1), theta, sp.S.One)
        and _same((2 ** (exactly + theta) * sp.Abs(_A), 500 * 2**theta)),
    )


def _gradient() -> Iterable[ProofStep]:
    d = sp.Function("d")
    a, k = sp.Symbol("a", real=True), sp.Symbol("k", positive=True)
    *_, branch, last = _words()
    yield ProofStep(
        _equal(d(a), sp.Piecewise((2 ** (_N + 1) * a, a > 0), (100 * 2 ** (_N + 1) * a, a < 0))),
        "b.sum() > 0 just where a > 0, because 2^(N+1) > 0: so on each path d = k·a with k = 2^(N+1) or 100·2^(N+1).",
        bool((2 ** (_N + 1)).is_positive)
        and (branch, last) == ("if b.sum() > 0:\n    c = b\nelse:\n    c = 100 * b", "return c"),
    )
    yield ProofStep(
        _equal(a * sp.Derivative(k * a, a), k * a),
        "On a path N and the sign do not change, so k is a constant, and the derivative of k·a is k: a·d'(a) = d(a).",
        _same((a * sp.diff(k * a, a), k * a)),
    )


def _explored(exploration: Exploration) -> Iterable[ProofStep]:
    paths, n = exploration.paths, sp.Symbol("n", integer=True, nonnegative=True)
    deepest = max(map(doublings, paths))
    yield ProofStep(
        f"All {len(paths)} paths with at most {deepest} doublings agree with the closed forms.",
        "The program was run on a symbol along each of them: region, formula and derivative are those of N and k.",
        len(paths) == 2 * (deepest + 1) and all(_as_predicted(path, exploration.variable) for path in paths),
    )
    yield ProofStep(
        _equal(sp.Abs(_A), 500 * 2**-n),
        "There, for n = 0, 1, 2, …, N changes by one, and d jumps: |b| is 1000 at the point and tends to 2000 from "
        "the side of 0. d has no derivative there; a.grad is the slope of the path that the point itself is on.",
        all(map(_jumps, range(deepest)))
        and _same((2 ** (n + 1) * 500 * 2**-n, 1000), (2 ** (n + 2) * 500 * 2**-n, 2000)),
    )


def _as_predicted(path: Path, a: Expr) -> bool:
    """Tell whether region, formula and derivative of the path are those of the closed forms."""
    n, sign = doublings(path), 1 if path.region.sup > 0 else -1
    farthest = path.region.sup if sign > 0 else -path.region.inf
    inside = [sign * sp.Rational(500, 2**n), sign * (10**9 if farthest == sp.oo else farthest * sp.Rational(99, 100))]
    k = slope(a).subs(a, inside[0])
    return bool(
        path.region == region_of(n, sign)
        and all(loop_count(a).subs(a, point) == n and slope(a).subs(a, point) == k for point in inside)
        and path.expr == k * a
        and path.derivative == k
    )


def _jumps(n: int) -> bool:
    """Tell whether the paths of n and n + 1 doublings meet at 500·2⁻ⁿ, which belongs to the first."""
    point = sp.Rational(500, 2**n)
    nearer = region_of(n + 1, 1)
    return point in region_of(n, 1) and nearer.sup == point and point not in nearer


def _endless() -> Iterable[ProofStep]:
    at_zero = explore(control_flow, domain=sp.FiniteSet(0), max_depth=64)
    yield ProofStep(
        "At a = 0 the loop never ends: b = 0, 0 < 1000, and 0 * 2 = 0 again.",
        "b = 0 holds before the loop and after each pass, and with it the loop's test. There is no f(0): the theorem "
        "is about a ≠ 0.",
        _b(_I).subs(_A, 0) == 0 and sp.Abs(0) < 1000 and not at_zero.paths and 0 in at_zero.cuts[0].region,
    )
