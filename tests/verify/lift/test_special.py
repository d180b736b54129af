"""SciPy's special functions on exact numbers: SciPy's values, and series that predict the values nearby."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift import Ball, ball_array, lift, series_array
from verify.lift.array import object_array
from verify.lift.special import SEVERAL, UNARY

INSIDE = {
    "erfinv": (-0.9, 0.9), "erfcinv": (0.1, 1.9), "ndtri": (0.1, 0.9), "logit": (0.1, 0.9), "zetac": (1.5, 4.0),
    "log1p": (-0.8, 3.0), "cbrt": (0.3, 3.0),
}  # fmt: skip
POSITIVE = {"gamma", "loggamma", "psi", "exp1", "expi", "y0", "y1", "k0", "k1", "k0e", "k1e", "entr"}
LAST_MOVES = {
    "jv", "jn", "yv", "yn", "iv", "kv", "kn", "ive", "kve", "expn", "gammainc", "gammaincc", "betainc", "betaincc",
    "hyp0f1", "hyp1f1", "hyp2f1",
}  # fmt: skip
WHOLE_ORDER = {"jn", "yn", "kn", "expn"}
OUTSIDE = {
    "erfinv": 1.0, "ndtri": 0.0, "logit": 1.0, "gamma": -2.0, "gammaln": 0.0, "loggamma": -1.5, "psi": 0.0,
    "zetac": 1.0, "exp1": 0.0, "expi": 0.0, "y0": 0.0, "k1": 0.0, "entr": -1.0,
}  # fmt: skip


@pytest.fixture(scope="session")
def special():
    """Return `scipy.special`."""
    return pytest.importorskip("scipy.special")


def points(name, index, seed, last):
    rng = np.random.default_rng(seed + index)
    if name in WHOLE_ORDER and index == 0:
        return np.array([0.0, 1.0, 2.0])
    low, high = (1, 7) if last and name.startswith("betainc") else (-16, 7) if name == "hyp2f1" and last else (4, 24)
    return rng.integers(low, high + 1, 3) / 8.0  # few bits: a parameter is a constant that stands for itself


@pytest.mark.parametrize("name", UNARY)
@given(at=st.floats(0, 1), order=st.integers(2, 4))
def test_functions_of_one_number(name, at, order, special, taylor):
    low, high = INSIDE.get(name, (0.2, 3.0) if name in POSITIVE else (-2.9, 2.9))
    x = low + (high - low) * (round(at * 996) + 0.5) / 997.3  # never a pole of gamma
    taylor(getattr(special, name), (np.array([x]),), (np.array([0.5]),), order, 2.0**40)


@pytest.mark.parametrize("name", SEVERAL)
@given(seed=st.integers(0, 2**20), order=st.integers(2, 4))
def test_functions_of_several_numbers(name, seed, order, special, taylor):
    function = getattr(special, name, None)
    if function is None:
        pytest.skip(f"this SciPy has no {name}")
    arity = SEVERAL[name][0]
    xs = [points(name, k, seed, last=k == arity - 1) for k in range(arity)]
    if name in LAST_MOVES:
        taylor(lambda v: function(*xs[:-1], v), xs[-1:], [np.ones(3)], order, 2.0**40)
    elif name.startswith("boxcox"):
        taylor(lambda v: function(v, xs[1]), xs[:1], [np.ones(3)], order, 2.0**40)
        taylor(lambda v: function(v, 0.0), xs[:1], [np.ones(3)], order, 2.0**40)
    else:
        taylor(function, xs, [np.array([1.0, -2.0, 3.0])] * arity, order, 2.0**40)


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_pole_is_singular_and_a_ball_around_it_undecided(name, special):
    function = getattr(special, name)
    with pytest.raises(SingularError):
        function(lift(ball_array(np.array(OUTSIDE[name]))))
    if OUTSIDE[name] <= 0 and name not in ("entr", "loggamma", "ndtri"):
        with pytest.raises((UndecidableError, SingularError)):
            function(lift(object_array([Ball(arb(OUTSIDE[name], 1e-50))], (1,))))


def test_not_a_number_comes_out_where_it_goes_in(special):
    assert special.erf(lift(ball_array(np.array([np.nan])))).cells[0].coefficient(0).is_nan()


def test_zero_times_the_logarithm_of_zero_is_zero(special):
    zero = lift(ball_array(np.zeros(1)))
    for result in (special.xlogy(zero, zero), special.rel_entr(zero, np.ones(1)), special.entr(zero)):
        assert result.cells[0].coefficient(0) == 0
    with pytest.raises(SingularError):
        special.entr(lift(series_array(np.zeros(1), np.ones(1))))


def test_a_parameter_that_moves_is_named(special):
    x = lift(series_array(np.ones(1), np.ones(1)))
    for function in (special.jv, special.gammainc):
        with pytest.raises(OpaqueError, match="in its last argument alone"):
            function(x, x)


def test_a_function_that_is_not_lifted_is_named(special):
    with pytest.raises(OpaqueError, match="struve is not lifted"):
        special.struve(1.0, lift(ball_array(np.ones(1))))


def test_scipy_is_not_imported_by_the_lift():
    """A program that never imported SciPy pays nothing for it."""
    import subprocess  # noqa: PLC0415 - a fresh interpreter is the only honest witness

    code = "import sys, verify.lift; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603 - our own line
