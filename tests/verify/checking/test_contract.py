"""What a pullback owes whatever its formula: each question of the contract finds the one who does not meet it."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify import diagnosis as d
from verify.errors import UsageError
from verify.verdicts import Verdict

X = np.array([[0.5, -1.5, 3.0], [2.0, 0.25, -1.0]])


def square(x):
    return x * x


def square_vjp(out_bar, x):
    return out_bar * 2 * x


def product(x, y):
    return x * y


def remembers():
    kept = {}

    def vjp(out_bar, x):
        return out_bar * 2 * kept.setdefault(x.shape, x)

    return vjp


def counts():
    calls = []

    def vjp(out_bar, x):
        calls.append(None)
        return out_bar * 2 * x * (1 + len(calls))

    return vjp


def buffered():
    buffers = {}

    def vjp(out_bar, x):
        buffer = buffers.setdefault((x.shape, x.dtype), np.empty_like(x))
        buffer[...] = out_bar * 2 * x
        return buffer

    return vjp


def writes_input(out_bar, x):
    x *= 2
    return out_bar * x


def writes_cotangent(out_bar, x):
    out_bar *= 2 * x
    return out_bar


def by_memory(out_bar, x):
    return out_bar * 2 * x.ravel(order="K").reshape(x.shape)


@pytest.mark.parametrize(
    ("vjp", "diagnosis"),
    [
        (remembers(), None),
        (counts(), d.NOT_REPEATABLE),
        (buffered(), d.BUFFER),
        (writes_input, d.CHANGED),
        (writes_cotangent, d.CHANGED),
        (by_memory, d.LAYOUT),
        (lambda out_bar, x: np.clip(out_bar, -1e5, 1e5) * 2 * x, d.NOT_LINEAR),
        (lambda out_bar, x: np.where(np.abs(out_bar) < 1e-5, 0, out_bar) * 2 * x, d.NOT_LINEAR),
        (lambda out_bar, x: np.abs(out_bar) * np.sign(out_bar + 1e9) * 2 * x, None),
        (lambda out_bar, x: (out_bar * 2 * x, None), d.ARITY),
        (lambda out_bar, x: None, d.MISSING),
        (lambda out_bar, x: (out_bar * 2 * x)[0], d.SHAPE),
        (lambda out_bar, x: (out_bar * 2 * x)[None], d.SHAPE),
        (lambda out_bar, x: (out_bar * 2 * x).astype(np.float16), d.DTYPE),
        (lambda out_bar, x: (out_bar * 2 * x).astype(int), d.DTYPE),
        (lambda out_bar, x: 1 / 0, d.RAISES),
    ],
)  # fmt: skip
def test_a_pullback_that_breaks_its_contract_is_wrong_for_this_reason(vjp, diagnosis):
    judgement = check(square, X, vjp=vjp)
    assert judgement.status is Verdict.WRONG, judgement.message
    assert diagnosis is None or judgement.counterexample.diagnosis is diagnosis


def test_inputs_told_apart_by_identity_are_found():
    judgement = check(product, X, X + 1, vjp=lambda out_bar, x, y: (out_bar * y, out_bar * x * (x is not y)))
    assert judgement.counterexample.diagnosis is d.SAME_INPUT


@pytest.mark.parametrize(
    "vjp",
    [
        lambda out_bar, x: [out_bar * 2 * x],
        lambda out_bar, x: (out_bar * 2 * x,),
        lambda out_bar, x: np.asfortranarray(out_bar * 2 * x),
        lambda out_bar, x: (out_bar * 2 * x)[::-1][::-1],
    ],
    ids=["in a list", "in a tuple", "by columns", "a view"],
)
def test_how_a_right_answer_is_wrapped_does_not_matter(vjp):
    assert check(square, X, vjp=vjp).status is Verdict.RIGHT


def test_a_wider_answer_is_right_and_noted():
    judgement = check(square, X.astype(np.float32), vjp=lambda out_bar, x: np.float64(2) * out_bar * x)
    assert judgement.status is Verdict.RIGHT
    assert any("float64, wider than float32" in note for note in judgement.notes)


def test_shared_memory_is_noted_and_not_condemned():
    judgement = check(lambda x, y: x + y, X, X + 1, vjp=lambda out_bar, x, y: (out_bar, out_bar))
    assert judgement.status is Verdict.RIGHT
    assert "the cotangents of x and y share their memory" in judgement.notes


def test_a_function_that_changes_its_input_is_refused():
    def f(x):
        y = x * x
        x[...] = 0
        return y

    with pytest.raises(UsageError, match="the function changes its input x in place"):
        check(f, X, vjp=square_vjp)


def test_an_integer_input_owes_no_cotangent():
    labels = np.array([2, 0])
    for nothing in (None, np.zeros(2)):
        judgement = check(
            lambda x, y: x[np.arange(2), y],
            X,
            labels,
            vjp=lambda out_bar, x, y, nothing=nothing: (
                out_bar[:, None] * (np.arange(x.shape[1]) == y[:, None]),
                nothing,
            ),
        )
        assert judgement.status is Verdict.RIGHT, judgement.message


def test_a_pullback_that_serves_the_given_sizes_only_is_right_there_and_noted():
    judgement = check(square, X[0], vjp=lambda out_bar, x: out_bar * 2 * x.reshape(3))
    assert judgement.status is Verdict.RIGHT, judgement.message
    assert any("given sizes only" in note for note in judgement.notes)
