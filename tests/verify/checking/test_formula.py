"""Wrong is said only where enclosures are disjoint: a theorem, at one point."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from verify import check
from verify.checking.formula import agreement
from verify.lift import precision
from verify.verdicts import Status, Verdict

NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)
RADII = st.sampled_from([0.0, 2.0**-100, 1e-10, 1.0, 100.0])


@given(NUMBERS, RADII, NUMBERS, RADII)
def test_two_balls_that_overlap_are_never_called_different(a, r, b, s):
    with precision(200):
        left, right = arb(a, r), arb(b, s)
        status, _ = agreement(left, right, abs(left), np.float64)
        assert (status is Status.DISAGREE) == (not left.overlaps(right))
        if status is Status.AGREE:
            assert abs(left - right).abs_upper() <= max(abs(left).abs_upper(), abs(right).abs_upper()) * 2.0**-52


@pytest.mark.parametrize("claimed", [arb("nan"), arb("inf")])
def test_a_claim_that_is_no_number_differs_from_every_number(claimed):
    assert agreement(claimed, arb(1), arb(1), np.float64)[0] is Status.DISAGREE


# -- random programs ----------------------------------------------------------------------------------------------

UNARY = {
    "sin": (np.sin, np.cos),
    "exp": (lambda x: np.exp(x / 8), lambda x: np.exp(x / 8) / 8),
    "square": (lambda x: x * x, lambda x: 2 * x),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "abs": (lambda x: np.abs(x), lambda x: np.sign(x)),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    "log": (lambda x: np.log(x * x + 1), lambda x: 2 * x / (x * x + 1)),
}

CHAINS = st.lists(st.sampled_from(sorted(UNARY)), min_size=1, max_size=3)
INPUTS = st.lists(st.sampled_from([-2.5, -1.0, -0.25, 0.0, 0.5, 1.0, 3.0]), min_size=1, max_size=3).map(np.array)


def program(chain):
    def f(x):
        for name in chain:
            x = UNARY[name][0](x)
        return x

    return f


def pullback(chain, factor=1):
    def vjp(out_bar, x):
        seen = []
        for name in chain:
            seen.append((name, x))
            x = UNARY[name][0](x)
        for name, value in reversed(seen):
            out_bar = out_bar * UNARY[name][1](value)
        return out_bar * factor

    return vjp


@settings(max_examples=15)
@given(CHAINS, INPUTS)
def test_a_random_program_is_never_called_wrong(chain, x):
    judgement = check(program(chain), x, vjp=pullback(chain))
    assert judgement.status is not Verdict.WRONG, judgement.message
    assert judgement.status is Verdict.RIGHT or judgement.counterexample is None or "digits" in judgement.reason


@settings(max_examples=15)
@given(CHAINS, INPUTS, st.sampled_from([-1.0, 0.5, 1 + 2.0**-20, 2.0]))
def test_a_random_program_with_a_factor_too_many_is_wrong_and_its_entries_are_disjoint(chain, x, factor):
    judgement = check(program(chain), x, vjp=pullback(chain, factor))
    assert judgement.status is Verdict.WRONG, judgement.message
    assert judgement.counterexample.entries
    assert all(entry.disjoint for entry in judgement.counterexample.entries)


def test_a_constant_typed_to_ten_digits_is_the_real_that_it_rounds():
    f, slope = (lambda x: 1.1283791671 * x), np.float32(2 / np.sqrt(np.pi))
    assert check(f, np.ones(2, np.float32), vjp=lambda out_bar, x: out_bar * slope).status is Verdict.RIGHT


def test_a_constant_typed_wrong_is_wrong():
    f, slope = (lambda x: 1.1283791671 * x), np.float32(1.1284)
    assert check(f, np.ones(2, np.float32), vjp=lambda out_bar, x: out_bar * slope).status is Verdict.WRONG


def test_a_polynomial_near_zero_is_an_approximation_and_no_mistake():
    def f(x):
        return np.where(np.abs(x) < 1e-4, 1 - x * x / 6, np.sin(x) / np.where(x == 0, 1, x))

    def vjp(out_bar, x):
        safe = np.where(x == 0, 1, x)
        return out_bar * np.where(np.abs(x) < 1e-2, -x / 3 + x**3 / 30, (safe * np.cos(safe) - np.sin(safe)) / safe**2)

    assert check(f, np.array([1e-3, 0.5]), vjp=vjp).status is Verdict.RIGHT
