"""What the claims say of real numbers: formulas and proofs by claim id; SymPy is loaded here and in `proofs` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from verify.claims.claim import Reals, Step
from verify.claims.proofs import A, B, algebra, gradient, i, identity, j, m, n, p, q, total, u, v, x, y

if TYPE_CHECKING:
    from collections.abc import Callable

X, C, Y = (sp.IndexedBase(name, real=True) for name in ("X", "C", "Y"))
a, mean, dot, norm, l1_norm = sp.symbols("a mean dot norm norm_1", real=True)
s = sp.Symbol("s", positive=True)
weights = sp.symbols("w_1 w_2 w_3", real=True)

ROWS_FIRST = sp.Sum(sp.Sum(A[i, j], (i, 0, n - 1)), (j, 0, m - 1))
COLUMNS_FIRST = sp.Sum(sp.Sum(A[i, j], (j, 0, m - 1)), (i, 0, n - 1))
SQUARES = total(total(A[i, j] ** 2, j, m))
SCALED_SQUARES = total(total((s * A[i, j]) ** 2, j, m))
TWO_DOT, SQUARE, CUBE, SUM = (total(term) for term in (2 * x[i] ** 2, x[i] ** 2, x[i] ** 3, x[i]))
TENTH = total(x[i] / 10)
WEIGHTED, CUT = total(v[i] * x[i] ** 2), total(u[i] * x[i])


def _equal(left: sp.Expr, right: sp.Expr | int) -> sp.Basic:
    return sp.Eq(left, right, evaluate=False)


def _slope(out: sp.Expr) -> sp.Expr:
    return sp.Derivative(out, x[p])


def _base(name: str) -> sp.IndexedBase:
    return sp.IndexedBase(name, real=True)


def _layers() -> sp.Expr:
    first, second, third = weights
    return third * second * first * sp.Symbol("x", real=True)


def _passed() -> sp.Expr:
    _, second, third = weights
    return third * second * sp.Symbol("x", real=True)


def _path_slope() -> sp.Basic:
    doublings = sp.Max(0, sp.ceiling(sp.log(500 / sp.Abs(a)) / sp.log(2))) + 1
    factor = sp.Piecewise((2**doublings, a > 0), (100 * 2**doublings, True))
    return sp.Eq(sp.Derivative(sp.Function("f")(a), a), factor)


FORMULAS: dict[str, Callable[[], sp.Basic]] = {
    "transpose-swaps-indices": lambda: _equal(_base("A^T")[j, i], A[i, j]),
    "addition-is-elementwise": lambda: _equal(C[i, j], A[i, j] + B[i, j]),
    "hadamard-product": lambda: _equal(C[i, j], A[i, j] * B[i, j]),
    "scalar-keeps-the-shape": lambda: _equal(Y[i, j], a + a * X[i, j]),
    "sum-adds-all-elements": lambda: _equal(sp.Sum(x[i], (i, 0, n)), SUM + x[n]),
    "sum-axis-adds-each-column": lambda: _equal(_base("s")[j], total(A[i, j])),
    "sum-over-both-axes-is-the-sum": lambda: _equal(COLUMNS_FIRST, ROWS_FIRST),
    "sum-one-axis-after-the-other": lambda: _equal(ROWS_FIRST, COLUMNS_FIRST),
    "mean-is-sum-over-count": lambda: _equal(mean, COLUMNS_FIRST / (n * m)),
    "mean-axis-is-sum-over-size": lambda: _equal(_base("mean")[j], total(A[i, j]) / n),
    "keepdims-rows-sum-to-one": lambda: _equal(total(A[i, j] / sp.Sum(A[i, q], (q, 0, m - 1)), j, m), 1),
    "cumsum-ends-in-the-sum": lambda: _equal(_base("cumsum")[n - 1, j], total(A[i, j])),
    "vector-cumsum-ends-in-the-sum": lambda: _equal(_base("cumsum")[n - 1], SUM),
    "dot-is-sum-of-products": lambda: _equal(dot, total(x[i] * y[i])),
    "mv-rows-are-dots": lambda: _equal(_base("Ax")[p], total(A[p, i] * x[i])),
    "mm-columns-are-mv": lambda: _equal(_base("AB")[p, q], total(A[p, i] * B[i, q])),
    "frobenius-norm-is-root-of-squares": lambda: _equal(norm, sp.sqrt(SQUARES)),
    "frobenius-norm-scales": lambda: _equal(sp.sqrt(SCALED_SQUARES), s * sp.sqrt(SQUARES)),
    "l1-norm-is-sum-of-magnitudes": lambda: _equal(l1_norm, total(sp.Abs(x[i]))),
    "l2-norm-is-root-of-dot": lambda: _equal(norm, sp.sqrt(SQUARE)),
    "gradient-of-two-dot": lambda: _equal(_slope(TWO_DOT), 4 * x[p]),
    "gradient-of-sum": lambda: _equal(_slope(SUM), 1),
    "gradient-of-square": lambda: _equal(_slope(SQUARE), 2 * x[p]),
    "gradient-ones-is-sum": lambda: _equal(total(_slope(x[i] ** 3)), _slope(CUBE)),
    "gradient-argument-is-cotangent": lambda: _equal(_slope(WEIGHTED), 2 * v[p] * x[p]),
    "gradients-accumulate": lambda: _equal(_slope(TWO_DOT + SUM), _slope(TWO_DOT) + _slope(SUM)),
    "accumulated-is-gradient-of-the-sum": lambda: _equal(_slope(SQUARE + TENTH), _slope(SQUARE) + _slope(TENTH)),
    "detach-makes-a-constant": lambda: _equal(_slope(CUT), u[p]),
    "detach-keeps-the-original": lambda: _equal(_slope(SQUARE), 2 * x[p]),
    "frozen-layer-leaves-earlier-gradients": lambda: _equal(sp.Derivative(_layers(), weights[0]), _passed()),
    "control-flow-gradient": lambda: _equal(sp.Derivative(sp.Function("f")(a), a), sp.Function("f")(a) / a),
    "control-flow-factor": _path_slope,
}
"""The formula of each claim that SymPy has words for."""


def _swap(entry: sp.Expr) -> sp.Expr:
    """Return entry (j, i) of the tensor whose entry (i, j) is given: the transpose."""
    return entry.subs({i: j, j: i}, simultaneous=True)


def _involution() -> Reals:
    reason = "transposing exchanges the indices; twice is not at all"
    return algebra(_swap(_swap(A[i, j])), A[i, j], reason, "((Aᵀ)ᵀ)[i, j] = A[i, j]")


def _commutes() -> Reals:
    symmetric = A[i, j] + _swap(A[i, j])
    reason = "entry (j, i) of A + Aᵀ is A[j, i] + A[i, j]: addition commutes"
    return algebra(symmetric, _swap(symmetric), reason, "S[i, j] = S[j, i] for S = A + Aᵀ")


def _one_more() -> Reals:
    """A sum of one element more is the sum and that element: adding by hand, in reals, is the sum."""
    more = sp.Sum(x[i], (i, 0, n))
    checked = all(sp.expand((more - SUM - x[n]).subs(n, size).doit()) == 0 for size in range(1, 5))
    reason = "the definition of a finite sum; in components at sizes 1 to 4"
    return Reals("proved" if checked else "undecided", (Step(_equal(more, SUM + x[n]), reason, checked),))


def _fractions() -> Reals:
    """Divide by a row's sum, which is one number for the whole row: Σ x[i] / s = (Σ x[i]) / s."""
    return _both(
        identity(total(x[i] / s), SUM / s),
        algebra(s / s, sp.Integer(1), "s is that very sum, and not zero", "s / s = 1"),
    )


def _whole_run() -> Reals:
    """The last running sum runs over the whole axis."""
    return algebra(
        sp.Sum(x[i], (i, 0, q)).subs(q, n - 1),
        SUM,
        "every index is at most n - 1, so the bracket [i ≤ q] is 1 throughout",
        "Σ_{i ≤ q} x[i] at q = n - 1 is Σ_{i < n} x[i]",
    )


def _homogeneous() -> Reals:
    """A factor leaves the sum of squares as its square; its root is the factor, as s > 0."""
    return _both(
        identity(SCALED_SQUARES, s**2 * SQUARES),
        algebra(sp.sqrt(s**2), s, "s, a largest magnitude, is positive", "√(s²) = s"),
    )


def _both(first: Reals, second: Reals) -> Reals:
    """Return a proof in two parts; it is worth what its weaker part is."""
    verdict = first.verdict if second.verdict == "proved" else second.verdict
    return Reals(verdict, (*first.steps, *second.steps))


def _chain() -> Reals:
    reason = "the other weights are factors, constant or not"
    return algebra(sp.Derivative(_layers(), weights[0]), _passed(), reason)


def _paths() -> Reals:
    """Take the proof by paths from the truth: on every path f(a) is k·a."""
    from symbolic.paths import control_flow_proof  # noqa: PLC0415 - exploring the paths is for these claims alone

    steps = tuple(Step(*step) for step in control_flow_proof().steps)
    return Reals("proved" if all(step.checked for step in steps) else "undecided", steps)


PROOFS: dict[str, Callable[[], Reals]] = {
    "transpose-is-an-involution": _involution,
    "symmetric-equals-transpose": _commutes,
    "sum-adds-all-elements": _one_more,
    "sum-over-both-axes-is-the-sum": lambda: identity(COLUMNS_FIRST, ROWS_FIRST),
    "sum-one-axis-after-the-other": lambda: identity(ROWS_FIRST, COLUMNS_FIRST),
    "keepdims-rows-sum-to-one": _fractions,
    "cumsum-ends-in-the-sum": _whole_run,
    "vector-cumsum-ends-in-the-sum": _whole_run,
    "frobenius-norm-scales": _homogeneous,
    "gradient-of-two-dot": lambda: gradient(TWO_DOT, 4 * x[p]),
    "gradient-of-sum": lambda: gradient(SUM, sp.Integer(1)),
    "gradient-of-square": lambda: gradient(SQUARE, 2 * x[p]),
    "gradient-ones-is-sum": lambda: gradient(CUBE, 3 * x[p] ** 2),
    "gradient-argument-is-cotangent": lambda: gradient(WEIGHTED, 2 * v[p] * x[p]),
    "gradients-accumulate": lambda: gradient(TWO_DOT + SUM, 4 * x[p] + 1),
    "accumulated-is-gradient-of-the-sum": lambda: gradient(SQUARE + TENTH, 2 * x[p] + sp.Rational(1, 10)),
    "detach-makes-a-constant": lambda: gradient(CUT, u[p]),
    "detach-keeps-the-original": lambda: gradient(SQUARE, 2 * x[p]),
    "frozen-layer-leaves-earlier-gradients": _chain,
    "control-flow-gradient": _paths,
    "control-flow-factor": _paths,
}
"""The proof of each claim that has one; the others are shown by running their programs."""
