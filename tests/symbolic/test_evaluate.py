from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from flint import arb, arb_series

from symbolic import EvaluationError, IndexForm, Undecidable, evaluate, precision
from symbolic.evaluate import compile_form
from symbolic.index import Bracket, Partial, summed


def _balls(cells):
    return np.frompyfunc(lambda f: arb(f.numerator) / f.denominator, 1, 1)(cells)


@pytest.fixture
def softmax(letters):
    i, j, n, x = letters.i, letters.j, letters.n, letters.x
    return IndexForm((i,), (n,), sp.exp(x[i]) / summed(sp.exp(x[j]), (j, n)))


@pytest.fixture
def square(letters):
    """Matrix times its transpose, times a number, plus a size."""
    i, j, k, m, n, A = letters.i, letters.j, letters.k, letters.m, letters.n, letters.A
    return IndexForm((i, j), (m, m), sp.Rational(2, 3) * summed(A[i, k] * A[j, k], (k, n)) + m)


def test_fractions_give_exact_entries(square, exact_arrays):
    A = exact_arrays(A=(2, 3))["A"]
    assert (evaluate(square, {"m": 2, "n": 3}, {"A": A}) == Fraction(2, 3) * A.dot(A.T) + 2).all()


def test_formulas_give_the_components(softmax, letters):
    x = np.array(sp.symbols("x:2", real=True), dtype=object)
    out = evaluate(softmax, {letters.n: 2}, {"x": x})
    assert out[1] == sp.exp(x[1]) / (sp.exp(x[0]) + sp.exp(x[1]))


def test_balls_enclose_the_value(softmax, exact_arrays):
    x = exact_arrays(x=(3,))["x"]
    with precision(300):
        out = evaluate(softmax, {"n": 3}, {"x": _balls(x)})
        total = sum(out, arb(0))
        exact = sp.exp(sp.Rational(str(x[0]))) / sum(sp.exp(sp.Rational(str(e))) for e in x)
        assert total.contains(1)
        assert out[0].overlaps(arb(str(sp.N(exact, 120))))
        assert out[0].rad() < 1e-80


def test_a_series_carries_the_directional_derivative(softmax, exact_arrays):
    arrays = exact_arrays(x=(3,), x_dot=(3,))
    x = np.empty(3, dtype=object)  # NumPy would take a series for a sequence
    for k, pair in enumerate(zip(*map(_balls, arrays.values()), strict=True)):
        x[k] = arb_series(list(pair), prec=2)
    out = evaluate(softmax, {"n": 3}, {"x": x})
    y = [e[0] for e in out]
    mean = sum((a * b for a, b in zip(y, _balls(arrays["x_dot"]), strict=True)), arb(0))
    expected = [a * (b - mean) for a, b in zip(y, _balls(arrays["x_dot"]), strict=True)]
    assert all(e[1].overlaps(due) for e, due in zip(out, expected, strict=True))


def test_a_derivative_not_carried_out_is_read_off_a_series_or_off_the_components(letters, exact_arrays):
    i, p, n, x = letters.i, letters.p, letters.n, letters.x
    form = IndexForm((p,), (n,), Partial(sp.sqrt(summed(x[i] ** 2, (i, n))), x[p]))
    cells = exact_arrays(x=(3,))["x"]
    with precision(200):
        out = evaluate(form, {"n": 3}, {"x": _balls(cells)})
        norm = sum((b * b for b in _balls(cells)), arb(0)).sqrt()
        assert all(a.overlaps(b / norm) for a, b in zip(out, _balls(cells), strict=True))
    symbols = np.array(sp.symbols("x:3", real=True), dtype=object)
    components = evaluate(form, {"n": 3}, {"x": symbols})
    assert sp.simplify(components[2] - symbols[2] / sp.sqrt(sum(s**2 for s in symbols))) == 0
    with pytest.raises(EvaluationError, match="needs Arb balls or symbols, not Fraction"):
        evaluate(form, {"n": 3}, {"x": cells})


def test_numbers_with_operators_of_their_own_are_used_as_they_are(softmax, letters):
    x = np.array([0.25, -1.5], dtype=object)
    out = evaluate(softmax, {letters.n: 2}, {"x": np.array([np.float64(v) for v in x], dtype=object)})
    assert out[0] == np.exp(0.25) / (np.exp(0.25) + np.exp(-1.5))


def test_a_false_bracket_hides_what_has_no_meaning(letters):
    p, n, x = letters.p, letters.n, letters.x
    form = IndexForm((p,), (n,), Bracket(sp.Le(1, p)) * x[p - 1] / p)
    assert evaluate(form, {"n": 3}, {"x": np.array([Fraction(6)] * 3, dtype=object)}).tolist() == [0, 6, 3]


def test_sums_over_nothing_are_zero_and_empty_tensors_are_empty(letters):
    i, p, m, n, A = letters.i, letters.p, letters.m, letters.n, letters.A
    form = IndexForm((p,), (m,), summed(A[p, i], (i, n)))
    assert evaluate(form, {"m": 2, "n": 0}, {"A": np.empty((2, 0), dtype=object)}).tolist() == [0, 0]
    assert evaluate(form, {"m": 0, "n": 2}, {"A": np.empty((0, 2), dtype=object)}).shape == (0,)


@pytest.mark.parametrize(
    "formula",
    [
        sp.Abs,
        sp.sign,
        lambda x: sp.Max(x, 0),
        lambda x: sp.Piecewise((x, x > 0), (2 * x, True)),
        sp.sqrt,
        lambda x: 1 / x,
    ],
)
def test_overlapping_balls_raise_where_flint_would_answer_false(formula):
    x = sp.Symbol("x", real=True)
    form = IndexForm((), (), formula(x))
    wide = arb(0, 1)
    series = arb_series([wide, arb(1)], prec=2)
    with pytest.raises(Undecidable):
        evaluate(form, {}, {"x": series})
    if formula is not sp.Abs:  # the absolute value of a ball is a ball
        with pytest.raises(Undecidable):
            evaluate(form, {}, {"x": wide})


@pytest.mark.parametrize("formula", [sp.Abs, sp.sign, lambda x: sp.Max(x, 0)])
def test_a_series_exactly_at_a_kink_has_no_derivative(formula):
    form = IndexForm((), (), formula(sp.Symbol("x", real=True)))
    with pytest.raises(Undecidable, match="kink"):
        evaluate(form, {}, {"x": arb_series([0, 1], prec=2)})


def test_what_is_missing_or_does_not_fit_is_named(square, exact_arrays):
    arrays = exact_arrays(A=(2, 3))
    with pytest.raises(EvaluationError, match=r"sizes \['n'\] are missing: the form has sizes \['m', 'n'\]"):
        evaluate(square, {"m": 2}, arrays)
    with pytest.raises(EvaluationError, match=r"arrays \['A'\] are missing"):
        evaluate(square, {"m": 2, "n": 3}, {})
    with pytest.raises(EvaluationError, match=r"an index is out of range.*do not fit sizes"):
        evaluate(square, {"m": 2, "n": 4}, arrays)
    with pytest.raises(EvaluationError, match=r"A has shape \(6,\), and the form reads it with 2 indices"):
        evaluate(square, {"m": 2, "n": 3}, {"A": arrays["A"].ravel()})


def test_what_has_no_meaning_in_numbers_is_refused(letters):
    with pytest.raises(EvaluationError, match=r"erf in .* has no meaning in numbers: use Abs"):
        compile_form(IndexForm((letters.i,), (letters.n,), sp.erf(letters.x[letters.i])))
    with pytest.raises(EvaluationError, match="exp of Fraction"):
        evaluate(IndexForm((), (), sp.exp(sp.Symbol("x", real=True))), {}, {"x": Fraction(1, 2)})
    with pytest.raises(EvaluationError, match="division by zero"):
        evaluate(IndexForm((), (), 1 / sp.Symbol("x", real=True)), {}, {"x": Fraction(0)})


def test_a_norm_inside_a_loop_is_summed_once(letters):
    """The compiled form remembers what does not depend on the loop around it."""
    i, p, n, x = letters.i, letters.p, letters.n, letters.x
    form = IndexForm((p,), (n,), x[p] * summed(x[i], (i, n)))
    reads = []

    class Counted(Fraction):
        def __radd__(self, other):
            reads.append(self)
            return Fraction(self) + other

    cells = np.array([Counted(k + 1) for k in range(5)], dtype=object)
    assert evaluate(form, {"n": 5}, {"x": cells}).tolist() == [15, 30, 45, 60, 75]
    assert len(reads) <= 5
