"""Readings with exact numbers: slopes of the function, cotangents of the pullback, tangents of the JVP."""

from __future__ import annotations

import ctypes
import struct

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from verify.checking.exact import Exactly, cells_of, coefficients, paired
from verify.checking.points import Point
from verify.checking.programs import Programs
from verify.errors import OpaqueError, UndecidableError
from verify.lift import precision

SMALL = st.integers(-8, 8).map(float)
PROGRAMS = Programs(
    lambda x: x**3, lambda out_bar, x: out_bar * 3 * x * x, lambda x_dot, x: x_dot * 3 * x * x, None, ("x",)
)


def exactly(programs, *inputs):
    return Exactly(programs, Point(inputs))


@given(SMALL, SMALL)
def test_function_pullback_and_jvp_of_a_cube_are_exact(x, u):
    read, step = exactly(PROGRAMS, np.array([x])), np.array([u])
    with precision(200):
        slopes = read.along({0: step}, 4)
        assert [c[0][0] for c in map(slopes.coefficient, range(3))] == [x**3, 3 * x * x * u, 3 * x * u * u]
        assert coefficients(read.pulled((step,)).bars[0], 0)[0] == 3 * x * x * u
        assert read.pushed({0: step}).coefficient(0)[0][0] == 3 * x * x * u
        moved = read.pulled((step,), steps={0: np.array([1.0])})
        assert coefficients(moved.bars[0], 1)[0] == 6 * x * u


def test_a_reference_is_read_in_the_place_of_the_function():
    programs = Programs(lambda x: x, None, None, lambda x: 5 * x, ("x",))
    with precision(100):
        assert exactly(programs, np.array([1.0])).along({0: np.array([1.0])}).coefficient(1)[0][0] == 5


def test_a_slope_that_a_root_uses_up_is_read_with_more_powers():
    programs = Programs(lambda x: np.sqrt(x * x * x * x), None, None, None, ("x",))
    with precision(100):
        slopes = exactly(programs, np.array([0.0])).along({0: np.array([1.0])})
    assert slopes.known(1)
    assert slopes.coefficient(1)[0][0] == 0


def deep(x):
    return deep(x)


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: np.array([ctypes.c_double(v).value ** 2 for v in x]), "float\\(\\) .* loses it.*test_exact.py"),
        (lambda x: np.array([struct.unpack("d", struct.pack("d", v))[0] for v in x]), "raises error"),
        (lambda x: x["a"], "raises"),
        (deep, "recurses too deep"),
        (lambda x: np.array(["a"]), "real numbers"),
    ],
    ids=["a compiled call", "bytes", "an exception", "a recursion", "a text"],
)
def test_a_program_that_cannot_be_read_is_opaque_and_says_why(f, words):
    with pytest.raises(OpaqueError, match=words), precision(100):
        exactly(Programs(f, None, None, None, ("x",)), np.array([1.0])).along({0: np.array([1.0])})


def test_a_pullback_of_the_wrong_count_is_opaque():
    with pytest.raises(OpaqueError, match="2 cotangents"):
        exactly(Programs(np.sin, lambda out_bar, x: (x, x), None, None, ("x",)), np.ones(1)).pulled((np.ones(1),))


def test_a_comparison_that_balls_do_not_decide_has_no_answer():
    def compared(x):
        return x if np.sin(x[0]) ** 2 + np.cos(x[0]) ** 2 > 1 else -x

    with pytest.raises(UndecidableError), precision(100):
        exactly(Programs(compared, None, None, None, ("x",)), np.ones(1)).along({0: np.ones(1)})


def test_the_inputs_are_left_as_they_are():
    def writes(x):
        x[0] = 7
        return x

    x = np.array([1.0, 2.0])
    with precision(100):
        exactly(Programs(writes, None, None, None, ("x",)), x).along({0: np.ones(2)})
    assert np.array_equal(x, [1, 2])


def test_constants_are_cells_and_pair_exactly():
    cells = cells_of(np.array([0.5, -3.0]))
    assert paired(coefficients(cells, 0), np.array([2.0, 1.0])) == arb(-2)
