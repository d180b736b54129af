"""Balls enclose the truth, never decide what they cannot, and read t as a positive infinitesimal."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_series, fmpq
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift import Ball, precision
from verify.lift.ball import exact, literal

FLOATS = st.floats(allow_nan=False, allow_infinity=False)
SMALL = st.floats(-1e6, 1e6)


def series(*coefficients):
    return Ball(arb_series([arb(c) for c in coefficients], prec=len(coefficients)))


def encloses(ball, fraction):
    return ball.v.contains(arb(fmpq(fraction.numerator, fraction.denominator)))


@pytest.fixture(autouse=True)
def _bits():
    with precision(256):
        yield


@given(FLOATS)
def test_a_float_is_lifted_without_rounding(x):
    assert exact(x).is_exact()
    assert float(exact(x)) == x


@given(st.sampled_from([np.float16, np.float32, np.float64, np.longdouble]), st.floats(-6e4, 6e4))
def test_every_dtype_is_lifted_without_rounding(dtype, x):
    value = dtype(x)
    numerator, denominator = value.as_integer_ratio()
    assert exact(value).is_exact()
    assert exact(value) == arb(fmpq(int(numerator), int(denominator)))


def test_what_is_no_number_is_refused_by_name():
    with pytest.raises(OpaqueError, match=r"'a' \(str\) is not a real number that can be lifted"):
        exact("a")


@given(SMALL, SMALL)
def test_arithmetic_encloses_the_exact_fractions(x, y):
    p, q = Fraction(x), Fraction(y)
    a, b = Ball(exact(x)), Ball(exact(y))
    assert encloses(a + b, p + q)
    assert encloses(a - b, p - q)
    assert encloses(a * b, p * q)
    if q:
        assert encloses(a / b, p / q)


@pytest.mark.parametrize("value", [0.0, 1.0, -2.0, 0.5, 3.0, 100.0, 1000.0, -0.125])
def test_a_short_dyadic_literal_stands_for_itself(value):
    assert literal(value, np.dtype(np.float32)).is_exact()


@pytest.mark.parametrize(("value", "dtype"), [(0.1, np.float64), (1.1283791, np.float32), (0.1, np.float32)])
def test_any_other_literal_is_the_ball_of_reals_within_an_ulp(value, dtype):
    ball = literal(value, np.dtype(dtype))
    assert not ball.is_exact()
    unit = 1e-7 if value == 1.1283791 else np.inf  # typed to that place
    assert float(ball.rad()) == pytest.approx(min(float(np.spacing(dtype(value))), unit), rel=1e-6)


def test_a_float32_literal_covers_the_constant_it_was_typed_for():
    assert literal(1.1283791, np.dtype(np.float32)).overlaps(2 / arb.pi().sqrt())
    assert not literal(1.1283791, np.dtype(np.float64)).overlaps(2 / arb.pi().sqrt())


def test_overlapping_balls_are_not_compared():
    wide, other = Ball(arb(1, 0.5)), Ball(arb(1.2, 0.5))
    for compare in (lambda: wide < other, lambda: wide == other, lambda: wide != other, lambda: wide >= other):
        with pytest.raises(UndecidableError, match="not decided"):
            compare()


@given(SMALL, SMALL)
def test_exact_balls_compare_as_their_floats_do(x, y):
    a, b = Ball(exact(x)), Ball(exact(y))
    assert (a < b, a <= b, a == b, a != b, a > b, a >= b) == (x < y, x <= y, x == y, x != y, x > y, x >= y)


@given(st.integers(-5, 5), st.integers(-5, 5).filter(bool))
def test_the_absolute_value_has_its_one_sided_derivative_at_the_kink(x, u):
    slope = abs(series(x, u)).coefficient(1)
    assert slope == (abs(u) if x == 0 else int(math.copysign(1, x)) * u)


def test_the_root_of_a_square_is_the_norm_at_its_kink():
    t = series(0, 3, 0, 0)
    root = (t * t).sqrt()
    assert root.coefficient(0) == 0
    assert root.coefficient(1) == 3


def test_the_root_of_zero_has_no_finite_derivative():
    with pytest.raises(SingularError, match="infinite or complex"):
        series(0, 1).sqrt()


def test_division_by_zero_is_singular_and_by_a_ball_around_zero_undecided():
    with pytest.raises(SingularError, match="division by zero"):
        Ball(arb(1)) / Ball(arb(0))
    with pytest.raises(UndecidableError, match="may be zero"):
        Ball(arb(1)) / Ball(arb(0, 1))


def test_a_common_power_of_t_cancels():
    quotient = series(0, 6, 1) / series(0, 2, 0)
    assert quotient.coefficient(0) == 3
    assert quotient.coefficient(1) == 0.5


@given(st.floats(0.01, 100), st.floats(-5, 5))
def test_powers_follow_exp_and_log(x, y):
    power = Ball(exact(x)) ** Ball(exact(y))
    assert float(power.v.mid()) == pytest.approx(x**y, rel=1e-12)


def test_negative_bases_take_whole_powers_only():
    assert Ball(arb(-2)) ** 3 == -8
    assert (Ball(arb(-2)) ** -2) == 0.25
    with pytest.raises(SingularError, match="not real"):
        Ball(arb(-2)) ** 0.3


def test_the_logarithm_of_zero_or_less_is_singular():
    for value in (0, -1):
        with pytest.raises(SingularError, match="logarithm"):
            Ball(arb(value)).log()


@given(st.integers(0, 6))
def test_a_power_of_a_ball_around_zero_encloses_its_powers(n):
    power = Ball(arb(0, 0.5)) ** n
    for x in (-0.5, 0.0, 0.25, 0.5):
        assert power.v.contains(arb(x) ** n if x or not n else arb(0))
