"""The kind of a mistake is read from generic numbers, and where it shows and where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check

X = np.array([[0.5, -1.5], [2.0, 0.25]])
V = np.array([0.5, -1.5, 3.0, 2.0])


def said(f, vjp, *inputs):
    return check(f, *inputs, vjp=vjp).counterexample.diagnosis.words


def square(x):
    return x * x


@pytest.mark.parametrize("factor", [-3, 0.5, 2, 1 + 2.0**-30, 1e9])
def test_a_constant_factor_is_named_whatever_its_size(factor):
    words = said(np.sin, lambda out_bar, x: factor * out_bar * np.cos(x), X)
    assert words.startswith("constant factor ")
    assert float(words.split()[-1]) == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize(
    ("f", "vjp", "words"),
    [
        (np.cos, lambda out_bar, x: out_bar * np.sin(x), "sign"),
        (lambda x: x.T * 1, lambda out_bar, x: out_bar * 1, "transposed"),
        (square, lambda out_bar, x: 0 * out_bar, "treated as constant"),
        (square, lambda out_bar, x: 2 * x + 0 * out_bar, "cotangent ignored"),
        (square, lambda out_bar, x: np.sign(out_bar) * 2 * x, "cotangent ignored"),
        (square, lambda out_bar, x: out_bar**3 * 2 * x, "not linear in the cotangent"),
        (lambda x: x[::-1] * 1, lambda out_bar, x: out_bar * 1, "axis 0 reversed"),
        (lambda x: x[:, ::-1] * 1, lambda out_bar, x: out_bar * 1, "axis 1 reversed"),
        (lambda x: np.cumsum(x, 0), lambda out_bar, x: np.cumsum(out_bar, 0), "axis 0 reversed"),
    ],
)
def test_a_pattern_of_the_whole_cotangent_is_named(f, vjp, words):
    assert said(f, vjp, X) == words


def test_a_diagonal_in_place_of_a_jacobian_is_named():
    def softmax(x):
        e = np.exp(x - x.max())
        return e / e.sum()

    assert said(softmax, lambda out_bar, x: out_bar * softmax(x) * (1 - softmax(x)), V) == "diagonal only"


def test_an_entry_that_is_off_by_one_is_named():
    rolled = said(lambda x: np.roll(x, 1), lambda out_bar, x: out_bar * 1, V)
    assert rolled == "off by one element"


def test_a_mistake_at_ties_only_is_named():
    words = said(np.max, lambda out_bar, x: out_bar * (x == x.max()), np.array([1.0, 1.0, 0.5]))
    assert words == "wrong at ties only"


def test_a_mistake_beyond_a_threshold_is_named():
    assert said(square, lambda out_bar, x: out_bar * np.where(x > 9, 0, 2 * x), V) == "wrong beyond a threshold"


def test_what_fits_no_pattern_is_not_given_one():
    words = said(lambda x: x @ x, lambda out_bar, x: out_bar @ x + x @ out_bar, X)
    assert words == "no simple pattern"
