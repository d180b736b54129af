"""Somebody's program may do anything: what it does is a result, and the judge stays silent and whole."""

from __future__ import annotations

import sys
import warnings

import numpy as np
import pytest

from verify.checking.programs import Programs, as_tuple, attempt, input_names
from verify.errors import UsageError


def test_what_a_program_returns_is_its_value():
    ran = attempt(lambda x: x + 1, 2)
    assert (ran.value, ran.words) == (3, "")


@pytest.mark.parametrize("error", [ValueError("no"), ZeroDivisionError("by 0"), RecursionError("deep"), KeyError("k")])
def test_what_a_program_raises_is_said_in_words(error):
    def program():
        raise error

    ran = attempt(program)
    assert ran.error is error
    assert ran.words == f"raises {type(error).__name__}: {error}"


def test_a_program_that_does_not_end_is_said_to_be_endless():
    def program():
        while True:
            pass

    ran = attempt(program, seconds=0.01)
    assert ran.endless
    assert ran.words == "does not end within its time"


def test_a_program_that_warns_is_not_stopped_and_not_heard():
    def program():
        warnings.warn("look", stacklevel=1)
        return np.float64(1) / np.float64(0)

    assert attempt(program).value == np.inf


def test_only_the_users_own_interrupt_leaves():
    with pytest.raises(KeyboardInterrupt):
        attempt(interrupted)


def interrupted():
    raise KeyboardInterrupt


def test_the_names_of_inputs_are_the_functions_own_where_it_has_them():
    assert input_names(lambda weights, bias: 0, 2) == ("weights", "bias")
    assert input_names(lambda *given: 0, 3) == ("x", "y", "z")
    assert len(set(input_names(lambda *given: 0, 6))) == 6
    assert input_names(max, 2) == ("x", "y")


def test_one_output_and_several_are_a_tuple():
    assert as_tuple(3) == (3,)
    assert as_tuple([1, 2]) == as_tuple((1, 2)) == (1, 2)


def test_a_reference_stands_for_the_truth_and_the_function_still_runs():
    programs = Programs(lambda x: x, None, None, lambda x: 2 * x, ("x",))
    assert programs.forward(3) == (3,)
    assert programs.truth(3) == (6,)


def test_several_cotangents_are_given_as_a_tuple_and_one_as_itself():
    programs = Programs(lambda x: x, lambda out_bar, x: out_bar, None, None, ("x",))
    assert programs.pullback((1,), 0) == 1
    assert programs.pullback((1, 2), 0) == (1, 2)


@pytest.mark.parametrize("ask", [lambda p: p.pullback((1,), 0), lambda p: p.pushforward((1,), 0)])
def test_what_was_not_given_cannot_be_asked(ask):
    with pytest.raises(UsageError, match=r"give [vj][vj]p="):
        ask(Programs(lambda x: x, None, None, None, ("x",)))


def test_the_recursion_limit_is_left_as_it_was():
    before = sys.getrecursionlimit()
    attempt(lambda: attempt(lambda: 1))
    assert sys.getrecursionlimit() == before
