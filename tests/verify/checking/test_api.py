"""`check` and what it is given: every kind of program and input, and one clear error for what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

import numeric
from verify import check
from verify.errors import UsageError
from verify.verdicts import Verdict

X = np.array([0.5, -1.5])


def vjp(out_bar, x):
    return out_bar * np.cos(x)


@pytest.mark.parametrize(
    ("arguments", "keywords", "words"),
    [
        ((3, X), {"vjp": vjp}, "f is 3 .int.: a function is expected"),
        ((np.sin, X), {"vjp": "cos"}, "vjp is 'cos' .str.: a function is expected"),
        ((np.sin, X), {"jvp": 1.5}, "jvp is 1.5 .float.: a function is expected"),
        ((np.sin,), {"vjp": vjp}, "no inputs were given"),
        ((np.sin, X), {"vjp": vjp, "order": 0}, "order=0: 1 for the gradient, 2 for"),
        ((np.sin, "text"), {"vjp": vjp}, "the input x is str"),
        ((np.sin, object()), {"vjp": vjp}, "the input x is object"),
        ((np.sin, X * 1j), {"vjp": vjp}, "complex numbers are not judged yet"),
        ((np.sin, np.arange(3)), {"vjp": vjp}, "no input has a derivative .x int64.: give floats"),
        ((np.sin, X * np.nan), {"vjp": vjp}, "the input x holds NaN or infinity"),
        ((np.sin, X * np.inf), {"vjp": vjp}, "the input x holds NaN or infinity"),
        ((np.sin, X), {"vjp": vjp, "domain": "positive"}, "lie outside domain="),
        ((np.sin, X), {"vjp": vjp, "domain": 7}, "domain=7: give a predicate"),
        ((np.sin, X), {"vjp": vjp, "reference": 7}, "reference=7: give a function"),
        ((lambda x: x["a"], X), {"vjp": vjp}, "at the given inputs, the function raises IndexError"),
        ((lambda x: "text", X), {"vjp": vjp}, "real numbers are expected"),
        ((lambda x: np.arange(3), X), {"vjp": vjp}, "no float output has a derivative"),
        ((lambda x: x * 1j, X), {"vjp": vjp}, "real numbers are expected"),
    ],
)
def test_what_does_not_fit_is_one_error_that_says_what_to_do(arguments, keywords, words):
    with pytest.raises(UsageError, match=words):
        check(*arguments, **keywords)


@pytest.mark.parametrize("x", [0.5, np.float32(0.5), np.array(0.5), [0.5, -1.5], [[0.5], [1.5]], (0.5, 2.0)])
def test_scalars_and_lists_are_inputs(x):
    assert check(np.sin, x, vjp=vjp).status is Verdict.RIGHT


def test_the_callers_arrays_are_left_alone():
    x = X.copy()
    check(np.sin, x, vjp=lambda out_bar, x: out_bar.__imul__(x.__imul__(2)))
    assert np.array_equal(x, X)


def test_a_tuple_of_outputs_has_a_tuple_of_cotangents():
    def f(x):
        return np.sin(x), (x * x).sum()

    right = check(f, X, vjp=lambda out_bars, x: out_bars[0] * np.cos(x) + out_bars[1] * 2 * x)
    assert right.status is Verdict.RIGHT, right.message
    wrong = check(f, X, vjp=lambda out_bars, x: out_bars[0] * np.cos(x) + out_bars[1] * x)
    assert wrong.status is Verdict.WRONG
    assert len(wrong.counterexample.out_bar) == 2


def test_an_output_of_integers_has_no_say():
    judgement = check(lambda x: (np.sin(x), np.argmax(x)), X, vjp=lambda out_bars, x: out_bars[0] * np.cos(x))
    assert judgement.status is Verdict.RIGHT, judgement.message


def test_without_a_pullback_a_program_of_numeric_is_on_trial():
    right = check(lambda x: numeric.exp(x) * numeric.sin(x), X)
    assert right.status is Verdict.RIGHT, right.message


def test_a_rule_of_numeric_that_is_wrong_is_found(monkeypatch):
    rule = numeric.rules["sin"]
    monkeypatch.setattr(rule, "vjps", [lambda out_bar, out, x: out_bar * np.sin(x)])
    judgement = check(lambda x: numeric.sin(x), X)
    assert judgement.status is Verdict.WRONG


def test_what_is_random_is_not_the_callers():
    np.random.seed(3)  # noqa: NPY002 - the caller's own generator, which must stay where it is
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    check(np.sin, X, vjp=vjp, seed=1)
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_numpys_own_settings_stay_what_they_were():
    before = np.geterr()
    with np.errstate(all="raise"):
        check(np.sin, X, vjp=vjp).assert_right()
    assert np.geterr() == before


def test_an_interrupt_of_the_user_is_not_swallowed():
    def f(_x):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(f, X, vjp=vjp)
