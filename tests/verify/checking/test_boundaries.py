"""Across boundaries: both sides of each comparison of either program are reached."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify.checking import boundaries
from verify.checking.points import Point
from verify.checking.programs import Programs
from verify.verdicts import Verdict


def reached(f, vjp, x):
    programs = Programs(f, vjp, None, None, ("x",))
    out_bars = (np.ones(np.shape(f(x))),)
    return [point.inputs[0] for point in boundaries.across(programs, Point((x,)), out_bars, 0)]


def plain(out_bar, x):
    return out_bar * x


def by_if(x):
    return x * 2 if x.sum() > 7 else x * 3


def by_where(x):
    return np.where(x * x < 5, x, 2 * x)


@pytest.mark.parametrize(
    ("f", "vjp", "side"),
    [
        (by_if, plain, lambda x: x.sum() > 7),
        (by_where, plain, lambda x: np.all(x * x < 5)),
        (lambda x: x, lambda out_bar, x: np.where(np.abs(x) > 4, 0, out_bar), lambda x: np.any(np.abs(x) > 4)),
        (lambda x: np.clip(x, -3, 6), plain, lambda x: np.any(x > 6)),
        (lambda x: np.maximum(x, 2.5), plain, lambda x: np.any(x > 2.5)),
        (lambda x: x[np.argmax(x)] * x, plain, lambda x: int(np.argmax(x))),
        (lambda x: np.sort(x), plain, lambda x: tuple(np.argsort(x))),
        (lambda x: np.floor(x) * x, plain, lambda x: tuple(np.floor(x))),
    ],
    ids=["if", "where", "of the pullback", "clip", "maximum", "argmax", "sort", "floor"],
)
def test_both_sides_of_a_comparison_are_reached(f, vjp, side):
    x = np.array([1.0, 1.75, 2.0])
    assert len({side(y) for y in [x, *reached(f, vjp, x)]}) > 1


def test_a_boundary_is_met_exactly_where_it_is_a_number():
    assert any(np.any(np.abs(y) == 4) for y in reached(lambda x: np.where(x > 4, x, 0), plain, np.array([1.0, 2.0])))


def test_where_there_is_no_comparison_there_is_no_boundary():
    assert reached(np.sin, plain, np.array([1.0, 2.0])) == []


@pytest.mark.parametrize("threshold", [-300.0, 0.015625, 3.3, 1e4])
def test_a_mistake_in_a_branch_that_no_given_input_takes_is_found(threshold):
    judgement = check(
        lambda x: x * x,
        np.array([1.0, 2.0]),
        vjp=lambda out_bar, x: out_bar * np.where((x > threshold) == (threshold < 1), 2 * x, x),
    )
    assert judgement.status is Verdict.WRONG
    assert "boundary of test_boundaries.py" in judgement.counterexample.origin
    (x,) = judgement.counterexample.inputs
    assert x.shape == (1,)
