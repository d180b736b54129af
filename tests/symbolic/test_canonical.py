import sympy as sp
from hypothesis import assume, given
from hypothesis import strategies as st

from symbolic.canonical import equal_for_every_size
from symbolic.evaluate import evaluate
from symbolic.index import Bracket, IndexForm, index, size, summed

N = size("n")
P, Q = index("p"), index("q")


def _same(place, shape, left, right, **given_sizes):
    return equal_for_every_size(IndexForm(place, shape, left), IndexForm(place, shape, right), **given_sizes)


def test_sums_are_equal_whatever_their_names_and_order(letters):
    i, j, k, m, n, x, A = letters.i, letters.j, letters.k, letters.m, letters.n, letters.x, letters.A
    assert _same((), (), summed(A[i, j] * x[j], (i, m), (j, n)), summed(A[k, i] * x[i], (i, n), (k, m))) is True
    chain = summed(A[i, j] * summed(A[j, k] * x[k], (k, n)), (i, n), (j, n))
    assert _same((), (), chain, summed(x[k] * summed(A[i, j] * A[j, k], (i, n), (j, n)), (k, n))) is True
    assert _same((), (), summed(x[i], (i, n)) ** 2, summed(x[i] * x[j], (i, n), (j, n))) is True


def test_a_running_sum_backwards_is_the_sum_from_there_on(letters):
    i, k, p, n, v = letters.i, letters.k, letters.p, letters.n, letters.v
    flipped = summed(Bracket(k <= n - 1 - p) * v[n - 1 - k], (k, n))
    assert _same((p,), (n,), sp.Sum(v[i], (i, p, n - 1)), flipped) is True
    assert _same((p,), (n,), sp.Sum(v[i], (i, p + 1, n - 1)), flipped) is None


def test_algebra_inside_and_outside_of_sums(letters):
    i, j, n, x = letters.i, letters.j, letters.n, letters.x
    mean = summed(x[j], (j, n)) / n
    assert _same((), (), summed((x[i] - mean) ** 2, (i, n)), summed(x[i] ** 2, (i, n)) - n * mean**2) is True
    assert _same((P,), (n,), 1 / (1 + x[P]) - 1 / (1 - x[P]), -2 * x[P] / (1 - x[P] ** 2)) is True
    norm = sp.sqrt(summed(x[i] ** 2, (i, n)))
    assert _same((P,), (n,), x[P] / norm, x[P] * norm / summed(x[j] * x[j], (j, n))) is True


def test_an_axis_of_size_1_has_index_0(letters):
    m, v = letters.m, letters.v
    assert _same((P, Q), (m, 1), v[P, Q], v[P, 0]) is True
    assert _same((P, Q), (m, 2), v[P, Q], v[P, 0]) is None


def test_free_indices_may_have_other_names_and_shapes_have_to_agree(letters):
    m, n, x = letters.m, letters.n, letters.x
    assert equal_for_every_size(IndexForm((P,), (n,), x[P]), IndexForm((Q,), (n,), x[Q])) is True
    assert equal_for_every_size(IndexForm((P,), (n,), x[P]), IndexForm((Q,), (m,), x[Q])) is None
    assert equal_for_every_size(IndexForm((P,), (n,), x[P]), IndexForm((), (), x[0])) is None


def test_a_free_index_that_is_bound_elsewhere_is_not_captured(letters):
    i, n, x, A = letters.i, letters.n, letters.x, letters.A
    outer = summed(A[i, P] * x[P], (i, n))
    assert (
        equal_for_every_size(IndexForm((P,), (n,), outer), IndexForm((i,), (n,), summed(A[P, i] * x[i], (P, n))))
        is True
    )
    assert (
        equal_for_every_size(IndexForm((P,), (n,), outer), IndexForm((i,), (n,), summed(A[P, i] * x[P], (P, n))))
        is None
    )


def test_two_deltas_on_the_same_indices_both_stay(letters):
    """A mistake once made here: the second delta, rewritten by the first, took the first one's place."""
    p, q, n = letters.p, letters.q, letters.n
    both = sp.KroneckerDelta(p, q) * sp.KroneckerDelta(p, 2 * q)
    assert _same((p, q), (n, n), both, sp.KroneckerDelta(2 * q, q)) is None
    assert _same((p, q), (n, n), both, sp.KroneckerDelta(p, q) * sp.KroneckerDelta(q, 2 * p)) is True


def test_what_differs_at_some_size_is_never_said_to_be_equal(formulas, exact_arrays):
    """Two random formulas: where an enumeration of sizes finds a difference, True is not the answer."""
    decided = []

    @given(formulas, formulas, st.booleans())
    def holds(a, b, mixed):
        b = a + b if mixed else b
        left, right = (IndexForm((P, Q), (N, N), e) for e in (a, b))
        differ = False
        for n in range(4):
            arrays = exact_arrays(x=(n,), A=(n, n))
            differ = differ or (evaluate(left, {N: n}, arrays) != evaluate(right, {N: n}, arrays)).any()
        decided.append(differ)
        assert not (differ and equal_for_every_size(left, right))

    holds()
    assert sum(decided) > len(decided) / 2


def test_a_planted_factor_sign_or_index_is_never_said_to_be_equal(formulas, exact_arrays):
    @given(formulas, st.sampled_from(["twice", "minus", "transposed", "one more"]))
    def holds(expr, mistake):
        planted = {
            "twice": 2 * expr, "minus": -expr, "one more": expr + Bracket(P <= Q),
            "transposed": IndexForm((P, Q), (N, N), expr).at((Q, P)),
        }[mistake]  # fmt: skip
        left, right = (IndexForm((P, Q), (N, N), e) for e in (expr, planted))
        arrays = exact_arrays(x=(3,), A=(3, 3))
        assume((evaluate(left, {N: 3}, arrays) != evaluate(right, {N: 3}, arrays)).any())
        assert equal_for_every_size(left, right) is None

    holds()


def test_renamed_and_reordered_formulas_are_recognised(formulas):
    """A formula and the same one with free indices exchanged twice, expanded, and renamed are proved equal."""

    @given(formulas)
    def holds(expr):
        form = IndexForm((P, Q), (N, N), expr)
        again = IndexForm((Q, P), (N, N), sp.expand(form.at((Q, P))))
        assert equal_for_every_size(form, again) is True

    holds()
