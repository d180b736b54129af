"""Strategies as inputs: examples are drawn, judged and shrunk, and never leave what the strategies draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import strategies as st

from verify import check
from verify.checking.drawn import is_strategy
from verify.errors import UsageError
from verify.strategies import arrays
from verify.verdicts import Verdict

SMALL = arrays("(n)", max_side=3)


def square_vjp(out_bar, x):
    return out_bar * 2 * x


def product_vjp(out_bar, x, y):
    return np.outer(out_bar, y), x.T @ out_bar


def test_a_strategy_is_told_from_an_array():
    assert is_strategy(SMALL)
    assert not is_strategy(np.zeros(2))


def test_a_right_gradient_of_drawn_inputs_is_right():
    judgement = check(lambda x: x * x, SMALL, vjp=square_vjp, examples=20)
    assert judgement.status is Verdict.RIGHT, judgement.message
    assert judgement.points > 20


def test_one_strategy_of_tuples_serves_a_function_of_several_inputs():
    pairs = arrays("(m,n),(n)->(m)", max_side=3)
    assert check(lambda x, y: x @ y, pairs, vjp=product_vjp, examples=15).status is Verdict.RIGHT
    wrong = check(lambda x, y: x @ y, pairs, vjp=lambda g, x, y: (np.outer(g, y), x.T @ g * 2), examples=15)
    assert wrong.status is Verdict.WRONG


def test_a_strategy_stands_beside_an_array_and_a_scalar():
    judgement = check(
        lambda x, y, k: x * y + k, np.array([1.0, 2.0]), arrays((2,)), st.integers(0, 3),
        vjp=lambda out_bar, x, y, k: (out_bar * y, out_bar * x, None), examples=15,
    )  # fmt: skip
    assert judgement.status is Verdict.RIGHT, judgement.message


def test_a_mistake_in_drawn_inputs_is_shrunk_in_shape_and_value():
    judgement = check(lambda x: x * x, SMALL, vjp=lambda out_bar, x: out_bar * np.where(x > 0, 1, 2) * x, examples=40)
    assert judgement.status is Verdict.WRONG
    (x,) = judgement.counterexample.inputs
    assert x.shape == (1,)
    assert x[0] in (1.0, 2.0)
    assert "a drawn point" in judgement.message


def test_no_program_sees_what_was_not_drawn_and_what_the_domain_does_not_admit():
    seen = []

    def f(x):
        if type(x) is np.ndarray:
            seen.append(x)
        return np.sqrt(x)

    inputs = arrays("(n)", domain=(1, 9), max_side=3)
    judgement = check(f, inputs, vjp=lambda out_bar, x: out_bar / (2 * np.sqrt(x)), domain=(2, None), examples=20)
    assert judgement.status is Verdict.RIGHT, judgement.message
    assert seen
    assert all(np.all((x >= 2) & (x <= 9)) for x in seen)


def test_a_strategy_of_nothing_that_can_be_judged_is_refused():
    with pytest.raises(UsageError, match="no example of the strategies could be judged"):
        check(lambda x: x * x, st.integers(0, 3), vjp=square_vjp, examples=5)


def test_the_count_of_examples_is_kept_to():
    calls = []

    def f(x):
        if type(x) is np.ndarray:
            calls.append(x)
        return x * 2

    few = check(f, SMALL, vjp=lambda out_bar, x: out_bar * 2, examples=3)
    assert few.status is Verdict.RIGHT


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_drawn_inputs_are_of_any_dtype(dtype):
    judgement = check(lambda x: x * x, arrays("(n)", dtype=dtype, max_side=2), vjp=square_vjp, examples=15)
    assert judgement.status is Verdict.RIGHT, judgement.message
