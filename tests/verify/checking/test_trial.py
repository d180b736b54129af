"""A trial looks at points until one objects, counts them, and says what a limit cut short."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify.verdicts import Status, Verdict

X = np.array([[0.5, -1.5, 3.0], [2.0, 0.25, -1.0]])


def layered(out_bar, x):
    return out_bar * np.cos(x)


@pytest.mark.parametrize("seed", [0, 1, 12345])
def test_the_same_seed_gives_the_same_message(seed):
    for vjp in (layered, lambda out_bar, x: out_bar * np.where(x > 2, 0, np.cos(x))):
        once, again = (check(np.sin, X, vjp=vjp, seed=seed).message for _ in range(2))
        assert once == again


def test_another_seed_draws_other_numbers_and_gives_the_same_verdict():
    def vjp(out_bar, x):
        return 2 * out_bar * np.cos(x)

    bars = [check(np.sin, X, vjp=vjp, seed=seed).counterexample.out_bar[0] for seed in range(3)]
    assert len({bar.tobytes() for bar in bars}) == 3


def test_a_mistake_at_the_given_point_is_found_at_the_first():
    judgement = check(np.sin, X, vjp=lambda out_bar, x: out_bar)
    assert judgement.counts == {Status.DISAGREE: 1}


def test_time_that_runs_out_is_said():
    judgement = check(np.sin, X, vjp=layered, seconds=1e-6)
    assert judgement.status is Verdict.RIGHT
    assert any("was hit before every point was tried" in note for note in judgement.notes)


def test_a_large_input_costs_a_constant_number_of_evaluations():
    def calls(n):
        seen = []

        def f(x):
            seen.append(np.size(x))
            return np.sin(x)

        check(f, np.linspace(0.5, 2, n), vjp=layered).assert_right()
        return sum(size > 500 for size in seen)

    assert calls(2000) == calls(1000)


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (1,), (1, 1)])
def test_0_d_and_empty_arrays_are_judged_as_any_other(shape):
    x = np.full(shape, 0.5)
    assert check(np.sin, x, vjp=layered).status is Verdict.RIGHT
    if x.size:
        assert check(np.sin, x, vjp=lambda out_bar, x: out_bar * np.sin(x)).status is Verdict.WRONG


def test_an_input_that_the_function_refuses_is_not_blamed_on_the_pullback():
    def f(x):
        if np.any(x <= 0):
            raise ValueError("positive numbers are expected")
        return np.log(x)

    judgement = check(f, np.array([0.5, 2.0]), vjp=lambda out_bar, x: out_bar / x)
    assert judgement.status is Verdict.RIGHT, judgement.message


def test_an_endless_loop_in_a_branch_is_stopped():
    def f(x):
        while np.max(x) > 100:
            pass
        return x * x

    judgement = check(f, np.array([0.5]), vjp=lambda out_bar, x: out_bar * 2 * x, seconds=1)
    assert judgement.status is Verdict.RIGHT, judgement.message
