"""A constant covers the real number that it was typed or computed for, and no wrong one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flint import arb, fmpq

from verify.lift import ball_array, lift, precision, run
from verify.lift.literals import literal

DTYPES = [np.float16, np.float32, np.float64, np.longdouble]


def root_of_two_over_pi():
    return (2 / arb.pi()).sqrt()


@pytest.fixture(autouse=True)
def _bits():
    with precision(256):
        yield


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_constant_computed_in_the_dtype_covers_the_real_number(dtype):
    value = np.sqrt(dtype(2) / dtype(np.longdouble("3.14159265358979323846")))
    assert literal(value, np.dtype(dtype)).overlaps(root_of_two_over_pi())
    array = lift(ball_array(np.ones(1, dtype)), dtype).cells_of(np.array([value]))
    assert array[0].v.overlaps(root_of_two_over_pi())


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_constant_computed_in_float64_is_known_to_float64_in_any_program(dtype):
    ball = literal(math.sqrt(2 / math.pi), np.dtype(dtype))
    assert ball.overlaps(root_of_two_over_pi())
    assert ball.rad() < 1e-15


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_a_typed_constant_is_known_to_its_last_digit_at_most(dtype):
    ball = literal(0.7978846, np.dtype(dtype))
    assert ball.overlaps(root_of_two_over_pi())
    assert ball.rad() < 1.01e-7


def test_a_wrong_constant_is_not_forgiven_by_a_short_dtype():
    assert not literal(1.0009, np.dtype(np.float16)).overlaps(arb(1))
    assert not literal(0.79, np.dtype(np.float16)).overlaps(root_of_two_over_pi())
    assert not literal(3.14, np.dtype(np.float32)).overlaps(arb.pi())


def test_a_constant_below_the_range_of_the_dtype_keeps_its_relative_precision():
    tiny = literal(1e-12, np.dtype(np.float16))
    assert tiny > 0
    assert tiny.contains(arb(fmpq(1, 10**12)))


def test_bfloat16_constants_are_read_with_its_precision():
    ml_dtypes = pytest.importorskip("ml_dtypes")
    dtype = np.dtype(ml_dtypes.bfloat16)
    third = np.array([1 / 3], dtype)
    program = run(lambda x: x * third, lift(ball_array(np.ones(1, dtype)), dtype))
    assert program.dtype == dtype
    assert program.cells[0].v.overlaps(arb(fmpq(1, 3)))
    assert not program.cells[0].v.overlaps(arb(fmpq(34, 100)))
