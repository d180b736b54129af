"""Rounding is a second verdict: digits that the pullback loses and the problem does not."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify.checking.formats import format_of
from verify.checking.rounding import lost
from verify.diagnosis import DIGITS, OVERFLOWS
from verify.verdicts import Verdict

EVERY = ("float16", "float32", "float64", "longdouble", "bfloat16")


@pytest.mark.parametrize("dtype", EVERY, indirect=True)
def test_digits_count_as_lost_from_between_a_third_and_two_thirds_of_them_on(dtype):
    form = format_of(dtype)
    assert form.eps ** (2 / 3) <= lost(form) <= form.eps ** (1 / 3)


def cancels(out_bar, x):
    return out_bar * (1 - np.tanh(x) ** 2)


def test_a_true_formula_that_keeps_no_digit_is_unstable_and_says_how_many():
    judgement = check(np.tanh, np.array([20.0]), vjp=cancels)
    assert judgement.status is Verdict.UNSTABLE
    assert judgement.counterexample.diagnosis is DIGITS
    assert "x_bar[0] keeps 0 of 15 digits" in judgement.reason


def test_the_same_formula_is_right_where_its_digits_last():
    assert check(np.tanh, np.array([0.5]), vjp=cancels).status is Verdict.RIGHT


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble"])
def test_a_detour_through_fewer_digits_is_unstable(dtype):
    def vjp(out_bar, x):
        return (out_bar * np.cos(x)).astype(np.float16).astype(x.dtype)

    judgement = check(np.sin, np.array([0.5, 1.25], dtype=dtype), vjp=vjp)
    assert judgement.status is Verdict.UNSTABLE
    assert judgement.counterexample.diagnosis is DIGITS


def test_what_an_ill_conditioned_problem_loses_is_not_the_pullbacks_to_keep():
    x = np.vander(np.linspace(0.9, 1.1, 4))

    def vjp(out_bar, x, y):
        y_bar = np.linalg.solve(x.T, out_bar)
        return -np.outer(y_bar, np.linalg.solve(x, y)), y_bar

    assert np.linalg.cond(x) > 1e4
    assert check(np.linalg.solve, x, np.ones(4), vjp=vjp).status is Verdict.RIGHT


def test_a_large_argument_of_a_sine_is_no_loss():
    assert check(np.sin, np.array([1e8 + 0.5]), vjp=lambda out_bar, x: out_bar * np.cos(x)).status is Verdict.RIGHT


def test_an_intermediate_that_overflows_is_found_at_points_of_our_own_choosing():
    judgement = check(
        lambda x: np.logaddexp(0, x), np.array([0.5, 1.0]), vjp=lambda out_bar, x: out_bar * np.exp(x) / (1 + np.exp(x))
    )
    assert judgement.status in (Verdict.UNSTABLE, Verdict.WRONG)
    assert judgement.counterexample.diagnosis is OVERFLOWS
    assert np.max(judgement.counterexample.inputs[0]) > 709


def test_a_gradient_that_overflows_as_its_truth_does_is_right():
    x = np.array([700.0, 1.0])
    assert check(np.exp, x, vjp=lambda out_bar, x: out_bar * np.exp(x)).status is Verdict.RIGHT
