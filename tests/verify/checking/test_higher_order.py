"""The gradient of the gradient: `order=2` judges the pullback's own slope."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify.diagnosis import SECOND
from verify.verdicts import Verdict

X = np.array([0.5, -1.25, 2.0])

RIGHT = {
    "sin": (np.sin, lambda out_bar, x: out_bar * np.cos(x)),
    "a square": (lambda x: x * x, lambda out_bar, x: out_bar * 2 * x),
    "a line": (lambda x: 3 * x, lambda out_bar, x: out_bar * 3),
    "relu": (lambda x: np.maximum(x, 0), lambda out_bar, x: out_bar * (x > 0)),
    "a sum of squares": (lambda x: np.sum(x * x), lambda out_bar, x: out_bar * 2 * x),
}


@pytest.mark.parametrize("title", RIGHT)
def test_a_right_gradient_has_a_right_gradient(title):
    f, vjp = RIGHT[title]
    judgement = check(f, X, vjp=vjp, order=2)
    assert judgement.status is Verdict.RIGHT, judgement.message


def constant_near_zero(out_bar, x):
    return out_bar * np.where(np.abs(x) < 2.0**-80, 1, np.exp(x))


def test_a_slope_that_is_right_to_the_last_digit_and_constant_is_wrong_in_second_order_only():
    zeros = np.zeros(2)
    assert check(np.exp, zeros, vjp=constant_near_zero).status is Verdict.RIGHT
    judgement = check(np.exp, zeros, vjp=constant_near_zero, order=2)
    assert judgement.status is Verdict.WRONG
    assert judgement.counterexample.diagnosis is SECOND
    assert judgement.counterexample.snippet.endswith("order=2).assert_right()")


def test_what_is_wrong_in_first_order_is_said_first():
    judgement = check(np.sin, X, vjp=lambda out_bar, x: 2 * out_bar * np.cos(x), order=2)
    assert judgement.status is Verdict.WRONG
    assert judgement.counterexample.diagnosis is not SECOND


def constant_curvature(out_bar, x):
    """The slope of exp near 0 to second order, so that its third derivative is lost there."""
    return out_bar * np.where(np.abs(x) < 2.0**-80, 1 + x, np.exp(x))


def test_what_is_wrong_in_third_order_only_is_found_by_order_3():
    zeros = np.zeros(2)
    assert check(np.exp, zeros, vjp=constant_curvature, order=2).status is Verdict.RIGHT
    assert check(np.exp, zeros, vjp=constant_curvature, order=3).status is Verdict.WRONG
    assert check(np.sin, X, vjp=lambda out_bar, x: out_bar * np.cos(x), order=4).status is Verdict.RIGHT
