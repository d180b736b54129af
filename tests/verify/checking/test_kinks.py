"""Kinks: between the one-sided slopes every claim is a convention, outside none is; several ties are not judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify import check
from verify.checking.exact import Exactly
from verify.checking.kinks import active_ties
from verify.checking.points import Point
from verify.checking.programs import Programs
from verify.diagnosis import NOT_FINITE, SUBGRADIENT
from verify.lift import precision
from verify.verdicts import Verdict

ZERO = np.array([0.0])


def relu(x):
    return np.maximum(x, 0)


def with_slope(slope):
    return lambda out_bar, x: out_bar * np.where(x == 0, slope, x > 0)


@pytest.mark.parametrize("slope", [0, 0.25, 0.5, 1])
def test_every_slope_between_the_one_sided_ones_is_right(slope):
    judgement = check(relu, ZERO, vjp=with_slope(slope))
    assert judgement.status is Verdict.RIGHT, judgement.message
    assert slope in (0, 1) or "a valid subgradient at a kink" in judgement.notes


@pytest.mark.parametrize("slope", [-0.5, -1e-6, 1 + 1e-6, 2])
def test_every_slope_outside_is_wrong(slope):
    judgement = check(relu, ZERO, vjp=with_slope(slope))
    assert judgement.status is Verdict.WRONG
    assert judgement.counterexample.diagnosis is SUBGRADIENT
    (entry,) = judgement.counterexample.entries
    low, high = entry.between
    assert low <= high


@given(st.floats(-2, 3).filter(lambda s: not (-1e-3 < s < 0 or 1 < s < 1 + 1e-3)))
def test_the_slope_at_a_kink_decides(slope):
    (bar,) = (check(relu, ZERO, vjp=with_slope(slope)).status,)
    assert (bar is Verdict.RIGHT) == (0 <= slope <= 1)


def test_nan_where_both_sides_are_finite_is_said():
    judgement = check(np.abs, ZERO, vjp=lambda out_bar, x: out_bar * x / np.abs(x))
    assert judgement.status is Verdict.WRONG
    assert judgement.counterexample.diagnosis is NOT_FINITE


def test_where_one_side_has_no_slope_nothing_is_asked():
    judgement = check(np.sqrt, ZERO + 4, vjp=lambda out_bar, x: out_bar / (2 * np.sqrt(x)))
    assert judgement.status is Verdict.RIGHT


def ties(f, x, u):
    with precision(100):
        exactly = Exactly(Programs(f, None, None, None, ("x",)), Point((np.array(x),)))
        return active_ties(exactly.along({0: np.array(u)}))


def test_a_tie_counts_where_it_ceases_along_the_direction():
    assert ties(relu, [0.0, 1.0], [1.0, 1.0]) == 1
    assert ties(relu, [0.0, 1.0], [0.0, 1.0]) == 0
    assert ties(relu, [0.0, 0.0], [1.0, 1.0]) == 2
    assert ties(relu, [2.0, 1.0], [1.0, 1.0]) == 0
    assert ties(np.max, [1.0, 1.0], [1.0, 1.0]) == 0


def test_several_ties_that_move_at_once_may_mix_their_conventions():
    def both(x):
        return np.maximum(x[0], 0) * np.ones(1) - np.maximum(x[0], 0)

    def mixed(out_bar, x):
        return np.array([out_bar[0] * ((x[0] > 0) * 1.0 - (x[0] >= 0) * 1.0)])

    assert check(both, ZERO, vjp=mixed).status is Verdict.RIGHT


def test_a_tie_for_the_largest_is_shared_in_any_way_that_sums_to_one():
    x = np.array([2.0, 2.0, 1.0])
    for share in (0.0, 0.25, 0.5, 1.0):

        def vjp(out_bar, x, share=share):
            if x[0] == x[1] >= x[2]:
                return out_bar * np.array([share, 1 - share, 0.0])
            return out_bar * (np.arange(3) == np.argmax(x))

        assert check(lambda x: x[:3].max(), x, vjp=vjp).status is Verdict.RIGHT, share


@pytest.mark.parametrize("slope", [0, 1, 2])
def test_a_smooth_function_made_of_kinks_may_mix_their_conventions(slope):
    judgement = check(
        lambda x: np.maximum(x, 0) - np.maximum(-x, 0), ZERO,
        vjp=lambda out_bar, x: out_bar * np.where(x == 0, slope, 1),
    )  # fmt: skip
    assert judgement.status is Verdict.RIGHT
