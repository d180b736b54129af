"""Points: what has a derivative, what tells two apart, and numbers that are a function of the seed."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from verify.checking.points import LARGEST_INTEGER, Point, generator, integers


def test_floats_have_a_derivative_and_integers_none():
    point = Point((np.zeros((2, 3)), np.arange(4), np.float32(1), True))
    assert point.floats == (0, 2)
    assert point.size == 7
    assert point.dtype == np.float64


def test_two_points_differ_by_value_shape_dtype_and_the_sign_of_zero():
    zeros = np.zeros(2)
    others = (np.ones(2), np.zeros((2, 1)), np.zeros(2, np.float32), -zeros)
    assert all(Point((other,)).key != Point((zeros,)).key for other in others)
    assert Point((zeros.copy(),)).key == Point((zeros,)).key


def test_fresh_inputs_are_copies():
    point = Point((np.zeros(2), 3))
    point.fresh()[0][0] = 1
    assert point.inputs[0][0] == 0


def test_a_point_that_is_moved_is_not_the_callers():
    moved = Point((1.0,)).moved((2.0,), "elsewhere")
    assert (moved.given, moved.origin) == (False, "elsewhere")


@given(st.integers(0, 2**32), st.integers(0, 5), st.integers(0, 5))
def test_directions_are_whole_numbers_without_zero(seed, m, n):
    drawn = integers(generator(seed, "u"), (m, n))
    assert drawn.shape == (m, n)
    assert np.all((np.abs(drawn) >= 1) & (np.abs(drawn) <= LARGEST_INTEGER))
    assert np.array_equal(drawn, np.rint(drawn))


@given(st.integers(0, 2**32))
def test_what_is_drawn_is_a_function_of_the_seed_and_of_what_it_is_for(seed):
    once, again = (generator(seed, "direction", 1).random(4) for _ in range(2))
    assert np.array_equal(once, again)
    assert not np.array_equal(once, generator(seed, "direction", 2).random(4))
    assert not np.array_equal(once, generator(seed + 1, "direction", 1).random(4))
