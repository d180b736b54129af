"""The entries at fault: all of few, some of many, each with what is claimed and what is true."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify.checking.entries import FEW, MOST_WRONG
from verify.checking.exact import Exactly
from verify.checking.formula import Question
from verify.checking.points import Point
from verify.checking.programs import Programs
from verify.verdicts import Verdict


def wrong_at(*places):
    """A square's pullback that is half as large at some places."""

    def vjp(out_bar, x):
        factor = np.full(x.shape, 2.0)
        factor[list(places)] = 1.0
        return out_bar * factor * x

    return vjp


def question(vjp, x):
    programs = Programs(lambda x: x * x, vjp, None, None, ("x",))
    bars = (np.ones_like(x),)
    return Question(programs, Point((x,)), bars, (vjp(bars[0], x),), (x * x,), 0)


def found(vjp, x):
    from verify.checking.entries import Truth  # noqa: PLC0415 - beside what it needs
    from verify.lift import precision  # noqa: PLC0415

    asked = question(vjp, x)
    with precision(100):
        exactly = Exactly(asked.programs, asked.point)
        return Truth(asked, exactly, exactly.pulled(asked.out_bars)).wrong()


@pytest.mark.parametrize("places", [(0,), (3, 7), (0, 1, 2, 9)])
def test_of_few_entries_every_wrong_one_is_named(places):
    entries = found(wrong_at(*places), np.arange(1.0, 11.0))
    assert tuple(entry.index[0] for entry in entries) == places
    assert all(entry.true == 2 * entry.claimed == 2 * (entry.index[0] + 1) for entry in entries)
    assert all(entry.of == "x_bar" for entry in entries)


@pytest.mark.parametrize("places", [(0,), (57,), (3, 64, 99)])
def test_of_many_entries_the_wrong_ones_are_found_by_halving(places):
    x = np.arange(1.0, 101.0)
    assert x.size > FEW
    assert tuple(entry.index[0] for entry in found(wrong_at(*places), x)) == places


def test_of_many_wrong_entries_a_few_are_enough():
    assert len(found(wrong_at(*range(100)), np.arange(1.0, 101.0))) == MOST_WRONG


def test_of_a_right_gradient_no_entry_is_wrong():
    assert found(wrong_at(), np.arange(1.0, 101.0)) == ()


def test_the_entries_of_two_inputs_carry_their_names():
    judgement = check(
        lambda weight, bias: weight * bias, 2.0, 3.0, vjp=lambda out_bar, weight, bias: (out_bar * bias, out_bar)
    )
    assert judgement.status is Verdict.WRONG
    assert {entry.of for entry in judgement.counterexample.entries} == {"bias_bar"}


def test_one_wrong_entry_of_a_hundred_is_found_wherever_it_is():
    def vjp(out_bar, x):
        return out_bar * np.where(np.arange(x.size) == 70, 0, 2 * x)

    judgement = check(lambda x: x * x, np.linspace(0.5, 2, 100), vjp=vjp)
    assert judgement.status is Verdict.WRONG
    assert [entry.index for entry in judgement.counterexample.entries] == [(70,)]
