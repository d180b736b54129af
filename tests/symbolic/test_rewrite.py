import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.canonical import canonical
from symbolic.evaluate import evaluate
from symbolic.index import Bracket, IndexForm, index, size, summed, tensor
from symbolic.ranges import Ranges
from symbolic.rewrite import RULES, at_most, everywhere, tidy

N = size("n")
P, Q = index("p"), index("q")


def _value(expr, n, arrays):
    return evaluate(IndexForm((P, Q), (N, N), expr), {N: n}, arrays)


def test_every_rule_keeps_the_value_of_random_formulas(formulas, scope, exact_arrays):
    """A rule that changes a formula leaves all of its entries as they were, in exact fractions, at sizes 0 to 4."""
    fired = set()

    @settings(max_examples=max(500, settings().max_examples))  # so many that every common rule comes up
    @given(formulas)
    def holds(expr):
        for rule in RULES:
            after = everywhere(rule, expr, scope).expr
            if after == expr:
                continue
            fired.add(rule.name)
            for n in range(5):
                arrays = exact_arrays(x=(n,), A=(n, n))
                assert (_value(expr, n, arrays) == _value(after, n, arrays)).all(), (rule.name, expr, after)

    holds()
    assert {
        "sifting",
        "constant factor",
        "sum of a constant",
        "linearity of the sum",
        "limits of the sum",
        "stride",
    } <= fired


def test_tidying_ends_and_keeps_the_value(formulas, scope, exact_arrays):
    @given(formulas, st.integers(0, 4))
    def holds(expr, n):
        arrays = exact_arrays(x=(n,), A=(n, n))
        assert (_value(expr, n, arrays) == _value(tidy(expr, scope), n, arrays)).all()

    holds()


def test_the_canonical_form_keeps_the_value(formulas, scope, exact_arrays):
    @given(formulas, st.integers(0, 4))
    def holds(expr, n):
        arrays = exact_arrays(x=(n,), A=(n, n))
        assert (_value(expr, n, arrays) == _value(canonical(expr, scope), n, arrays)).all()

    holds()


def test_every_rule_says_why_in_a_sentence():
    for rule in RULES:
        assert rule.reason[0].isupper()
        assert rule.reason.endswith(".")
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_sifting_keeps_the_one_term_and_asks_whether_it_is_in_range(letters):
    i, p, n, x = letters.i, letters.p, letters.n, letters.x
    total = summed(sp.KroneckerDelta(i, p) * x[i], (i, n))
    assert tidy(total, Ranges.of_axes((p,), (n,))) == x[p]
    assert tidy(total, Ranges()) == Bracket(sp.Le(0, p)) * Bracket(sp.Le(p + 1, n)) * x[p]


def test_a_bracket_becomes_the_limit_of_its_sum(letters):
    i, p, n, x = letters.i, letters.p, letters.n, letters.x
    ranges = Ranges.of_axes((p,), (n,))
    assert tidy(summed(Bracket(p <= i) * x[i], (i, n)), ranges) == sp.Sum(x[i], (i, p, n - 1))
    assert tidy(summed(Bracket(i <= p) * x[i], (i, n)), ranges) == sp.Sum(x[i], (i, 0, p))


def test_flattening_and_its_transpose_are_quotient_and_remainder(letters):
    i, j, p, q, m, n, v = letters.i, letters.j, letters.p, letters.q, letters.m, letters.n, letters.v
    delta = sp.KroneckerDelta
    rows = summed(delta(p, sp.floor(i / n)) * delta(q, sp.Mod(i, n)) * v[i], (i, m * n))
    assert tidy(rows, Ranges.of_axes((p, q), (m, n))) == v[n * p + q]
    flat = summed(delta(p, n * i + j) * v[i, j], (i, 2), (j, n))
    assert tidy(flat, Ranges.of_axes((p,), (2 * n,))) == v[sp.floor(p / n), sp.Mod(p, n)]


def test_a_position_that_is_no_multiple_of_the_axis_is_not_split(letters):
    """``m - 2 + i`` over two rows is no row number and column: splitting it would be wrong for odd m."""
    i, p, m, v = letters.i, letters.p, letters.m, letters.v
    total = summed(sp.KroneckerDelta(p, m - 2 + i) * v[i], (i, 2))
    tidied = tidy(total, Ranges.of_axes((p,), (m,), constraints=(m >= 2,)))
    assert not tidied.has(sp.floor, sp.Mod)


@given(st.integers(-3, 3), st.integers(2, 4), st.sampled_from([1, -1]), st.integers(-3, 3))
def test_a_bracket_of_a_quotient_says_the_same_without_it(shift, step, sign, rest):
    bracket = at_most(-rest, sign * sp.floor((P + shift) / step))
    assert not bracket.has(sp.floor)
    for p in range(-8, 9):
        assert bracket.subs(P, p) == int(sign * ((p + shift) // step) + rest >= 0)


def test_a_strided_read_goes_back_where_the_stride_divides(letters):
    i, p, n, v = letters.i, letters.p, letters.n, letters.v
    total = summed(sp.KroneckerDelta(2 * i, p) * v[i], (i, sp.floor((n + 1) / 2)))
    assert tidy(total, Ranges.of_axes((p,), (n,))) == sp.KroneckerDelta(0, sp.Mod(p, 2)) * v[sp.floor(p / 2)]


def test_a_sum_over_nothing_is_zero_and_a_count_needs_proof(letters):
    i, p, n = letters.i, letters.p, letters.n
    assert tidy(sp.Sum(2, (i, 0, n - 1)), Ranges()) == 2 * n
    assert tidy(sp.Sum(0 * letters.x[i], (i, 0, n - 1)), Ranges()) == 0
    unproved = sp.Sum(sp.Integer(2), (i, 0, p - 5))
    assert tidy(unproved, Ranges.of_axes((p,), (n,))) == unproved


def test_tensors_named_like_indices_are_no_indices():
    i = index("i")
    named = tensor("i")
    total = summed(named[i] * sp.KroneckerDelta(i, P), (i, N))
    assert tidy(total, Ranges.of_axes((P,), (N,))) == named[P]
