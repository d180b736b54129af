"""Comparison of balls: disjoint is wrong, narrow is right to so many digits, wide is undecided, NaN never agrees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from verify.compare import MOST_DIGITS, agreeing_digits, compare, merged, ulps
from verify.lift import Ball, ball_array, precision
from verify.lift.array import object_array
from verify.verdicts import Status


@pytest.fixture(autouse=True)
def _bits():
    with precision(256):
        yield


def balls(*values):
    return object_array([Ball(arb(v) if not isinstance(v, arb) else v) for v in values], (len(values),))


def test_equal_numbers_agree_to_the_working_precision():
    found = compare("x_bar", balls(1, 2), balls(1, 2))
    assert (found.status, found.digits) == (Status.AGREE, MOST_DIGITS)


@given(st.integers(-5, 5), st.integers(-5, 5))
def test_disjoint_entries_disagree_and_are_named(a, b):
    found = compare("x_bar", balls(7, a), balls(7, b))
    assert (found.status is Status.DISAGREE) == (a != b)
    assert [entry.index for entry in found.entries] == ([(1,)] if a != b else [])


def test_a_difference_in_the_sixtieth_digit_is_seen():
    assert compare("x_bar", balls(1 + arb(10) ** -60), balls(1)).status is Status.DISAGREE


def test_wide_balls_are_undecided():
    found = compare("x_bar", balls(arb(1, 1e-20)), balls(1))
    assert found.status is Status.UNDECIDED
    assert 18 <= found.digits <= 20


def test_nan_and_infinity_disagree_with_every_number():
    for bad in (arb("nan"), arb("inf")):
        assert compare("x_bar", balls(bad), balls(1)).status is Status.DISAGREE


def test_nan_on_both_sides_is_no_agreement():
    for unknown in (arb("nan"), arb("inf")):
        assert compare("x_bar", balls(unknown), balls(unknown)).status is Status.UNDECIDED
        assert compare("x_bar", balls(1), balls(unknown)).status is Status.UNDECIDED


def test_another_shape_disagrees_in_words():
    found = compare("x_bar", balls(1, 2), balls(1))
    assert found.status is Status.DISAGREE
    assert found.words == "x_bar has shape (2,), and (1,) is due"


def test_a_zero_is_measured_by_its_neighbours():
    assert agreeing_digits(arb(0, 1e-70), arb(0), arb(1)) >= 69


def test_the_worst_of_several_comparisons_is_kept():
    good, bad = compare("x_bar", balls(1), balls(1)), compare("y_bar", balls(1), balls(2))
    assert merged([good, bad]).status is Status.DISAGREE
    assert merged([good, good]).status is Status.AGREE
    assert merged([good, compare("y_bar", balls(arb(1, 0.1)), balls(1))]).status is Status.UNDECIDED


@given(st.floats(-(2.0**99), 2.0**99, width=32), st.integers(0, 50))
def test_ulps_count_floats(x, steps):
    dtype = np.dtype(np.float32)
    value = np.float32(x)
    for _ in range(steps):
        value = np.nextafter(value, np.float32(np.inf))
    distance = ulps(float(value), ball_array(np.float32(x))[()].v, dtype)
    assert distance == pytest.approx(float(abs(value.astype(np.float64) - x) / np.spacing(np.abs(np.float32(x)))))


def test_an_infinity_is_infinitely_far():
    assert ulps(math.inf, arb(1), np.dtype(np.float64)) == math.inf
    assert ulps(math.nan, arb(1), np.dtype(np.float64)) == math.inf


def test_a_gap_far_below_any_float_is_no_overflow():
    tiny = arb(2) ** -(2**1100)
    assert agreeing_digits(arb(1) + tiny, arb(1), arb(1)) == MOST_DIGITS
