"""The programs as they run: what the function refuses, and the first thing that a pullback breaks."""

from __future__ import annotations

import numpy as np
import pytest

from verify import diagnosis as d
from verify.checking import floats
from verify.checking.points import Point
from verify.checking.programs import Programs

X = np.array([[0.5, -1.5, 3.0], [2.0, 0.25, -1.0]])


def programs(f, vjp=None):
    return Programs(f, vjp, None, None, ("x",))


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda x: x["a"], "the function raises IndexError"),
        (lambda x: x * 1j, "the function returns complex128: real numbers are expected"),
        (np.argmax, "the function returns int64: no float output has a derivative"),
    ],
)
def test_a_function_that_gives_nothing_to_differentiate_is_a_refusal(f, words):
    ran = floats.forward(programs(f), Point((X,)))
    assert ran.refusal.startswith(words)
    assert ran.outputs == ()


def test_outputs_that_are_not_finite_are_told():
    with np.errstate(all="ignore"):
        assert not floats.forward(programs(np.log), Point((X,))).finite
    assert floats.forward(programs(np.sin), Point((X,))).finite


@pytest.mark.parametrize(
    ("vjp", "diagnosis"),
    [
        (lambda out_bar, x: 1 / 0, d.RAISES),
        (lambda out_bar, x: (out_bar, out_bar), d.ARITY),
        (lambda out_bar, x: None, d.MISSING),
        (lambda out_bar, x: out_bar[0], d.SHAPE),
        (lambda out_bar, x: np.stack([out_bar, out_bar]), d.SUMS),
        (lambda out_bar, x: out_bar.astype(np.float32), d.DTYPE),
        (lambda out_bar, x: np.multiply(x, 2, out=x), d.CHANGED),
        (lambda out_bar, x: np.multiply(out_bar, 2, out=out_bar), d.CHANGED),
    ],
)
def test_the_first_thing_that_a_pullback_breaks_is_named(vjp, diagnosis):
    pulled = floats.pulled(programs(np.sin, vjp), Point((X.copy(),)), (np.ones_like(X),))
    assert pulled.broken[0] is diagnosis
    assert pulled.bars == ()


def test_what_the_pullback_does_to_its_copies_spoils_nothing():
    x, bar = X.copy(), np.ones_like(X)
    floats.pulled(programs(np.sin, lambda out_bar, x: np.multiply(x, out_bar, out=x)), Point((x,)), (bar,))
    assert np.array_equal(x, X)
    assert np.array_equal(bar, np.ones_like(X))


def test_two_runs_are_the_same_bit_by_bit_and_two_nans_are():
    assert floats.same((X, None), (X.copy(), None))
    assert floats.same((np.array([np.nan]),), (np.array([np.nan]),))
    assert not floats.same((X,), (np.nextafter(X, 9),))
