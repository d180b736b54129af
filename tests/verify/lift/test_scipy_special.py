"""The functions of `scipy.special` that are no ufuncs: SciPy's values, and series that predict the values nearby."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError
from verify.lift import Lifted, ball_array, lift, series_array
from verify.lift.scipy_special import SCIPY_SPECIAL

PROGRAMS = {
    "logsumexp": lambda s, x: s("logsumexp")(x),
    "logsumexp axis": lambda s, x: s("logsumexp")(x, axis=1, keepdims=True),
    "logsumexp weights": lambda s, x: s("logsumexp")(x, axis=0, b=np.abs(x)),
    "logsumexp sign": lambda s, x: s("logsumexp")(x, axis=0, b=-np.abs(x), return_sign=True),
    "logsumexp wide": lambda s, x: s("logsumexp")(x[0], b=np.ones((2, 3))),
    "softmax": lambda s, x: s("softmax")(x),
    "softmax axis": lambda s, x: s("softmax")(x, axis=1),
    "log_softmax": lambda s, x: s("log_softmax")(x, axis=-1),
    "polygamma": lambda s, x: s("polygamma")(2, x * x + 1),
    "polygammas": lambda s, x: s("polygamma")([[0], [3]], x * x + 1),
    "multigammaln": lambda s, x: s("multigammaln")(x * x + 2, 3),
    "zeta": lambda s, x: s("zeta")(x * x + 2),
    "zeta q": lambda s, x: s("zeta")(3.0, x * x + 1),
    "sinc": lambda s, x: s("sinc")(x),
    "numpy sinc": lambda s, x: np.sinc(x),
    "numpy i0": lambda s, x: np.i0(x),
}


def holds(args):
    return any(isinstance(a, Lifted) for a in args)


@pytest.fixture(scope="session")
def scipy_special():
    """Return what a program finds under a name in `scipy.special`: ours where an argument is lifted."""
    module = pytest.importorskip("scipy.special")

    def find(name):
        ours, theirs = SCIPY_SPECIAL[name], getattr(module, name)
        return lambda *a, **k: (ours if holds([*a, *k.values()]) else theirs)(*a, **k)

    return find


@pytest.mark.parametrize("name", PROGRAMS)
@given(seed=st.integers(0, 2**20), order=st.integers(2, 4))
def test_values_and_series_are_right(name, seed, order, scipy_special, taylor):
    rng = np.random.default_rng(seed)
    x, u = (rng.integers(1, 40, (2, 3)) * rng.choice([-1, 1], (2, 3)) / 16.0 for _ in range(2))
    taylor(lambda a: PROGRAMS[name](scipy_special, a), (x,), (u,), order, 2.0**40)


def test_softplus_is_the_logarithm_of_one_plus_the_exponential(taylor):
    def program(x):
        return SCIPY_SPECIAL["softplus"](x) if isinstance(x, Lifted) else np.logaddexp(0, x)

    taylor(program, (np.array([-3.0, 0.0, 2.0]),), (np.ones(3),), 3)


def test_huge_logits_stay_finite():
    x = lift(series_array(np.array([1e300, 1e300, -1e300]), np.array([1.0, 3.0, 0.0])))
    slope = SCIPY_SPECIAL["logsumexp"](x).cells.item().coefficient(1)
    assert abs(slope - 2) < 1e-14


def test_a_moving_order_is_named():
    x = lift(ball_array(np.ones(1)))
    with pytest.raises(OpaqueError, match="polygamma"):
        SCIPY_SPECIAL["polygamma"](x, x)
