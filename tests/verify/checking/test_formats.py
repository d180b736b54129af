"""What the five float formats are: eps, range, the unit in the last place of a real number."""

from __future__ import annotations

import math

import numpy as np
import pytest
from flint import arb

from verify.checking.formats import as_arb, format_of, is_float
from verify.lift import precision

EVERY = ("float16", "float32", "float64", "longdouble", "bfloat16")


@pytest.mark.parametrize("dtype", EVERY, indirect=True)
def test_one_and_the_next_number_are_eps_apart(dtype):
    form = format_of(dtype)
    one = dtype.type(1)
    assert one + dtype.type(form.eps) > one
    assert one + dtype.type(form.eps / 2) == one


@pytest.mark.parametrize("dtype", EVERY, indirect=True)
def test_an_ulp_is_the_distance_to_the_next_number_of_the_binade(dtype):
    form = format_of(dtype)
    for value in (1.0, 1.5, 2.0, 3.0, 96.0, 0.125):
        ulp = float(form.ulp(arb(-value)).mid())
        x = dtype.type(value)
        assert x + dtype.type(ulp) > x
        assert (x + dtype.type(ulp)) - x == dtype.type(ulp)
        assert ulp == 2.0 ** math.floor(math.log2(value)) * form.eps


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"], indirect=True)
def test_an_ulp_is_that_of_numpy(dtype):
    for value in (1.0, 5.0, 0.3, 100.0):
        x = dtype.type(value)
        assert float(format_of(dtype).ulp(as_arb(x)).mid()) == np.spacing(x)


def test_below_the_normal_numbers_the_ulp_stays_what_it_is():
    form = format_of(np.float64)
    assert form.ulp(arb(0)) == form.ulp(arb(form.smallest)) == arb(2) ** -1074


@pytest.mark.parametrize("dtype", EVERY, indirect=True)
def test_the_largest_number_does_not_overflow_and_its_double_does(dtype):
    form = format_of(dtype)
    assert not form.overflows(arb(form.largest))
    assert form.overflows(2 * arb(form.largest))
    assert form.overflows(-2 * arb(form.largest))


def test_integers_booleans_and_words_have_no_derivative():
    assert not any(is_float(name) for name in ("int64", "bool", "complex128", "U3"))
    assert all(is_float(name) for name in ("float16", "float32", "float64", "longdouble"))


@pytest.mark.parametrize("dtype", EVERY, indirect=True)
def test_a_float_is_read_exactly(dtype):
    x = dtype.type(1) / dtype.type(3)
    with precision(200):
        read = as_arb(x)
        assert read.is_exact()
        assert read * 2**80 == int(np.longdouble(x) * np.longdouble(2) ** 80)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_no_finite_ball(value):
    assert not as_arb(value).is_finite()
