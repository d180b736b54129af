"""A finite difference brings its own error bound, and the derivative lies within it."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.differences import derivative, noise, weights

DOUBLE, SINGLE = 2.0**-53, 2.0**-24


@given(st.integers(1, 8))
def test_the_weights_differentiate_every_polynomial_of_their_order(half_width):
    solved = weights(half_width)
    for power in range(2 * half_width + 1):
        total = sum(w * (Fraction(k) ** power - Fraction(-k) ** power) for k, w in enumerate(solved, 1))
        assert total == (1 if power == 1 else 0)


HARD = {
    "sin": (math.sin, lambda x: math.cos(x), 0.7, 1.0),
    "sin of 1000 t": (lambda x: math.sin(1000 * x), lambda x: 1000 * math.cos(1000 * x), 0.3, 1.0),
    "exp at 50": (math.exp, math.exp, 50.0, 1.0),
    "a square at 1e8": (lambda x: x * x, lambda x: 2 * x, 1e8, 1e8),
    "a tiny function": (lambda x: 1e-6 * math.sin(x), lambda x: 1e-6 * math.cos(x), 0.2, 1.0),
    "a line": (lambda x: 3 * x, lambda _: 3.0, 5.0, 1.0),
    "tanh at 10": (math.tanh, lambda x: 1 / math.cosh(x) ** 2, 10.0, 1.0),
    "a constant": (lambda _: 7.0, lambda _: 0.0, 1.0, 1.0),
}


@pytest.mark.parametrize("name", HARD)
def test_the_bound_holds_the_true_derivative(name):
    f, df, x, scale = HARD[name]
    estimate = derivative(lambda t: f(x + t), scale=scale, unit=DOUBLE)
    assert math.isfinite(estimate.bound)
    assert estimate.contains(df(x))


def test_the_step_stays_inside_the_domain():
    estimate = derivative(lambda t: math.log(1e-5 + t) if t > -1e-5 else math.nan, scale=1.0, unit=DOUBLE)
    assert estimate.contains(1e5)
    assert estimate.decides(1e5)


@given(st.floats(-3, 3, width=32))
def test_float32_gets_the_step_it_needs(x):
    estimate = derivative(lambda t: float(np.sin(np.float32(x) + np.float32(t))), scale=1.0, unit=SINGLE)
    assert estimate.contains(math.cos(float(np.float32(x))))
    assert estimate.bound < 1e-2


def test_noise_is_measured():
    rng = np.random.default_rng(0)
    level = noise(lambda t: math.sin(t) + 1e-8 * float(rng.standard_normal()), 1e-6)
    assert level is not None
    assert 1e-9 < level < 1e-7


def test_a_noisy_function_is_not_condemned():
    rng = np.random.default_rng(1)
    estimate = derivative(lambda t: math.sin(1 + t) + 1e-7 * float(rng.uniform(-1, 1)), scale=1.0, unit=DOUBLE)
    assert estimate.contains(math.cos(1))


@given(st.sampled_from([2.0, 0.5, -1.0, 1.001]))
def test_a_wrong_derivative_lies_outside(factor):
    estimate = derivative(lambda t: math.sin(0.7 + t), scale=1.0, unit=DOUBLE)
    assert not estimate.contains(factor * math.cos(0.7))


def test_nan_is_never_contained_and_never_a_bound():
    nowhere = derivative(lambda _: math.nan, scale=1.0, unit=DOUBLE)
    assert nowhere.bound == math.inf
    assert not nowhere.contains(math.nan)
    assert not nowhere.decides(0.0)
