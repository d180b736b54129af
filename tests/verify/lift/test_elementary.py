"""Functions of balls and series: values and derivatives held against NumPy, and against each other's inverses."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb, arb_series
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import SingularError
from verify.lift import Ball, precision
from verify.lift.elementary import UNARY, arctan2, ceil, floor, hypot, logaddexp, rint, trunc, unary

INVERSES = [
    ("sin", "arcsin"), ("tan", "arctan"), ("sinh", "arcsinh"), ("tanh", "arctanh"), ("expm1", "log1p"),
    ("exp2", "log2"),
]  # fmt: skip
OUTSIDE = {"arcsin": 1.5, "arccos": -2.0, "arccosh": 0.5, "arctanh": 1.0, "log1p": -1.0, "log2": 0.0, "log10": -3.0}


@pytest.fixture(autouse=True)
def _bits():
    with precision(200):
        yield


def series(x):
    return arb_series([arb(x), 1, 0], prec=3)


@pytest.mark.parametrize("name", UNARY)
@given(x=st.floats(0.05, 0.9))
def test_value_slope_and_curvature_are_numpys(name, x):
    f = getattr(np, name)
    x = x + 1 if name == "arccosh" else x
    h = 2.0**-12 * (x if name != "arccosh" else x - 1)
    got = UNARY[name](series(x))
    low, mid, high = f(x - h), f(x), f(x + h)
    assert float(got[0].mid()) == pytest.approx(mid, rel=1e-14)
    assert float(got[1].mid()) == pytest.approx((high - low) / (2 * h), rel=1e-5)
    assert float(got[2].mid()) == pytest.approx(
        (high - 2 * mid + low) / (2 * h * h), rel=1e-3, abs=1e-4 * (1 + abs(mid) / x**2)
    )


@pytest.mark.parametrize(("name", "inverse"), INVERSES)
@given(x=st.floats(-0.9, 0.9).filter(lambda x: abs(x) > 1e-300))
def test_a_function_and_its_inverse_give_the_series_back(name, inverse, x):
    back = UNARY[inverse](UNARY[name](series(x)))
    for got, due in zip((back[0], back[1], back[2]), (arb(x), arb(1), arb(0)), strict=True):
        assert got.overlaps(due)
        assert float(got.rad()) < 1e-40


@pytest.mark.parametrize("name", ["sinh", "tanh", "expm1", "log1p", "arcsinh", "sin"])
def test_no_digit_is_lost_near_zero(name):
    tiny = UNARY[name](series(1e-300))
    assert tiny[0].rel_accuracy_bits() > 150


@pytest.mark.parametrize("name", OUTSIDE)
def test_outside_the_domain_is_singular(name):
    with pytest.raises(SingularError):
        unary(name)(Ball(arb(OUTSIDE[name])))


@given(st.floats(-50, 50), st.floats(-50, 50))
def test_functions_of_two_numbers_are_numpys(x, y):
    a, b = Ball(arb(x)), Ball(arb(y))
    assert float(logaddexp(a, b).v.mid()) == pytest.approx(np.logaddexp(x, y))
    assert float(hypot(a, b).v.mid()) == pytest.approx(np.hypot(x, y))
    if abs(x) > 1e-3:
        assert float(arctan2(b, a).v.mid()) == pytest.approx(np.arctan2(y, x))


@given(st.floats(-1e6, 1e6))
def test_rounding_functions_are_numpys(x):
    for ours, theirs in ((floor, np.floor), (ceil, np.ceil), (trunc, np.trunc), (rint, np.rint)):
        assert float(ours(Ball(arb(x))).v.mid()) == theirs(x)


def test_on_a_step_the_side_of_t_decides():
    up, down = Ball(arb_series([2, 1], prec=2)), Ball(arb_series([2, -1], prec=2))
    assert floor(up) == 2
    assert floor(down) == 1
    assert ceil(up) == 3
    assert ceil(down) == 2


@given(st.floats(0.1, 5), st.floats(-5, 5), st.floats(-3, 3), st.floats(-3, 3))
def test_the_angle_turns_as_its_derivative_says(x, y, u, v):
    a, b = Ball(arb_series([x, u], prec=2)), Ball(arb_series([y, v], prec=2))
    slope = float(arctan2(b, a).coefficient(1).mid())
    assert slope == pytest.approx((x * v - y * u) / (x * x + y * y), rel=1e-9, abs=1e-12)
