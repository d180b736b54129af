"""A JVP is judged by the coefficient of t in the function's series."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify import diagnosis as d
from verify.verdicts import Verdict

X = np.array([[0.5, -1.5, 3.0], [2.0, 0.25, -1.0]])


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "longdouble", "bfloat16"], indirect=True)
def test_a_right_jvp_is_right_in_every_dtype(dtype):
    judgement = check(np.sin, X.astype(dtype), jvp=lambda x_dot, x: x_dot * np.cos(x))
    assert judgement.status is Verdict.RIGHT, judgement.message


@pytest.mark.parametrize(
    ("jvp", "diagnosis"),
    [
        (lambda x_dot, x: -x_dot * np.cos(x), d.TANGENT),
        (lambda x_dot, x: x_dot * np.cos(x) * (1 + 1e-9), d.TANGENT),
        (lambda x_dot, x: 0 * x_dot, d.TANGENT),
        (lambda x_dot, x: x_dot * np.nan, d.NOT_FINITE),
        (lambda x_dot, x: (x_dot, x_dot), d.ARITY),
        (lambda x_dot, x: (x_dot * np.cos(x))[0], d.SHAPE),
        (lambda x_dot, x: (x_dot * np.cos(x)).astype(np.float32), d.DTYPE),
        (lambda x_dot, x: 1 / 0, d.RAISES),
    ],
)
def test_a_wrong_jvp_is_wrong_for_this_reason(jvp, diagnosis):
    judgement = check(np.sin, X, jvp=jvp)
    assert judgement.status is Verdict.WRONG, judgement.message
    assert judgement.counterexample.diagnosis.code == diagnosis.code


def test_two_inputs_have_two_tangents_and_integers_none():
    seen = []

    def jvp(x_dot, y_dot, _x, y):
        seen.append(y_dot)
        return x_dot[y]

    assert check(lambda x, y: x[y], X[0], np.array([0, 2]), jvp=jvp).status is Verdict.RIGHT
    assert all(y_dot is None for y_dot in seen)
    product = check(lambda x, y: x * y, X, X + 1, jvp=lambda x_dot, y_dot, x, y: x_dot * y + x * y_dot)
    assert product.status is Verdict.RIGHT


def test_two_outputs_have_two_tangents():
    def f(x):
        return np.sin(x), x.sum()

    assert check(f, X, jvp=lambda x_dot, x: (x_dot * np.cos(x), x_dot.sum())).status is Verdict.RIGHT
    wrong = check(f, X, jvp=lambda x_dot, x: (x_dot * np.cos(x), x_dot.mean()))
    assert wrong.status is Verdict.WRONG
    assert wrong.counterexample.entries[0].of == "out_dot[1]"


def test_of_a_right_vjp_and_a_wrong_jvp_the_jvp_is_blamed():
    both = {"vjp": lambda out_bar, x: out_bar * np.cos(x), "jvp": lambda x_dot, x: x_dot * np.sin(x)}
    assert check(np.sin, X, **both).counterexample.diagnosis.code == d.TANGENT.code


def test_of_a_right_jvp_and_a_wrong_vjp_the_vjp_is_blamed():
    both = {"vjp": lambda out_bar, x: 3 * out_bar * np.cos(x), "jvp": lambda x_dot, x: x_dot * np.cos(x)}
    assert "constant factor 3" in check(np.sin, X, **both).message


def test_a_branch_that_no_given_input_takes_is_met():
    judgement = check(lambda x: x * x, np.array([1.0, 2.0]), jvp=lambda x_dot, x: np.where(x > 50, 0, 2 * x) * x_dot)
    assert judgement.status is Verdict.WRONG, judgement.message


@pytest.mark.parametrize("slope", [0, 1])
def test_at_a_kink_either_slope_is_a_convention(slope):
    judgement = check(
        lambda x: np.maximum(x, 0), np.zeros(2), jvp=lambda x_dot, x: x_dot * np.where(x == 0, slope, x > 0)
    )
    assert judgement.status is not Verdict.WRONG, judgement.message
