"""One assertion and one decorator: what they ask of `check`, and what they refuse."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

import verify
from verify import testing
from verify.errors import UsageError, WrongGradientError
from verify.strategies import arrays
from verify.testing import assert_gradients_agree, by_position, gradient_test
from verify.verdicts import Verdict


def square(x):
    return x * x


def pullback(out_bar, x):
    return (2 * x * out_bar,)


def questions(**options):
    function = gradient_test(**options)(lambda x, y: x + y)
    return list(getattr(function, testing.MARK).questions())


def test_the_judgement_is_returned_or_raised(monkeypatch):
    def check(f, *inputs, **options):
        def assert_right():
            if options["vjp"] is not pullback:
                raise WrongGradientError("WRONG")

        return SimpleNamespace(f=f, inputs=inputs, assert_right=assert_right)

    monkeypatch.setattr(verify, "check", check, raising=False)
    judgement = assert_gradients_agree(square, 1.0, vjp=pullback)
    assert judgement.f is square
    assert judgement.inputs == (1.0,)
    with pytest.raises(AssertionError, match="WRONG"):
        assert_gradients_agree(square, 1.0, vjp=None)


def test_a_strategy_of_tuples_serves_several_inputs():
    product = verify.check(
        lambda x, y: x @ y,
        arrays("(m,n),(n)->(m)"),
        vjp=lambda out_bar, x, y: (np.outer(out_bar, y), 2 * (out_bar @ x)),
        examples=10,
    )
    assert product.status is Verdict.WRONG
    assert [x.shape for x in product.counterexample.inputs] == [(1, 1), (1,)]


def test_check_knows_the_words_that_are_drawn_from():
    def root(x):
        return np.sqrt(x)

    def vjp(out_bar, x):
        return (out_bar / (2 * np.sqrt(x)),)

    judgement = verify.check(root, np.array([1.0, 4.0]), vjp=vjp, domain="in (0, 10), increasing", seconds=5.0)
    assert judgement.status is Verdict.RIGHT
    with pytest.raises(UsageError, match="lie outside domain="):
        verify.check(root, np.array([4.0, 1.0]), vjp=vjp, domain="in (0, 10), increasing")
    with pytest.raises(UsageError, match=r"names a size: give its number, 'labels\(10\)', not 'n'"):
        verify.check(root, np.ones(2), vjp=vjp, domain=("labels(n)",))


def test_a_decorated_function_stays_itself():
    decorated = gradient_test(vjp=pullback)(square)
    assert decorated is square
    assert decorated(3.0) == 9.0


def test_each_gradient_order_and_dtype_is_a_question():
    assert [q.label for q in questions()] == ["gradient"]
    assert [q.label for q in questions(vjp=pullback, jvp=pullback)] == ["VJP", "JVP"]
    assert [q.label for q in questions(vjp=pullback, order=2, dtype=["float32", np.float64])] == [
        "VJP-float32",
        "VJP-float64",
        "VJP-2-float32",
        "VJP-2-float64",
    ]
    assert [q.label for q in questions(vjp=pullback, inputs=(1.0, 2.0), dtype=["float32", "float64"])] == ["VJP"]


def test_options_are_those_that_were_given():
    given = {"vjp": pullback, "reference": "x+y", "domain": "positive", "inputs": (1.0, 2.0), "order": 2}
    first, second = questions(**given)
    assert first.asked() == ((1.0, 2.0), {"vjp": pullback, "reference": "x+y", "domain": "positive"})
    assert second.asked()[1] == first.asked()[1] | {"order": 2}
    assert questions(inputs=3.0)[0].asked() == ((3.0,), {})


@pytest.mark.parametrize(
    ("options", "drawn", "inside", "outside"),
    [
        ({}, "arrays('(n),(n)')", ([1.0], [2.0]), ([1.0], [1.0, 2.0])),
        (
            {"inputs": "(m,n),(n)->(m)", "dtype": "float32"},
            "arrays('(m,n),(n)->(m)', dtype='float32')",
            ([[1.0]], [1.0]),
            ([[1.0]], [1.0, 2.0]),
        ),
        ({"domain": {"y": "positive"}}, "arrays('(n),(n)', domain=(None, 'positive'))", ([0.0], [1.0]), ([1.0], [0.0])),
        (
            {"domain": ((0, 1), lambda y: y > 3)},
            "arrays('(n),(n)', domain=((0, 1), None))",
            ([0.5], [4.0]),
            ([0.5], [3.0]),
        ),
        ({"domain": (0, 1)}, "arrays('(n),(n)', domain=(0, 1))", ([0.5], [0.5]), ([0.5], [1.5])),
        ({"domain": lambda x, y: x[0] < y[0]}, "arrays('(n),(n)')", ([1.0], [2.0]), ([2.0], [1.0])),
    ],
)
def test_signatures_are_drawn_within_the_domain_and_judged_there(options, drawn, inside, outside):
    (strategy,), asked = questions(**options)[0].asked()
    assert repr(strategy) == drawn
    assert asked["domain"](*map(np.array, inside))
    assert not asked["domain"](*map(np.array, outside))


def test_inputs_by_name_are_put_in_the_functions_order():
    assert by_position(lambda x, y, scale=2: x, {"y": 2, "x": 1}) == (1, 2)
    assert by_position(lambda *xs: xs, {"y": 2, "x": 1}) == (2, 1)
    with pytest.raises(UsageError, match="square takes x, and was given y: name each input once"):
        by_position(square, {"y": 1})
    with pytest.raises(UsageError, match="square takes x, and was given nothing"):
        by_position(square, {})


@pytest.mark.parametrize(
    ("misuse", "words"),
    [
        (lambda: gradient_test(vjp=3), r"vjp=3 \(int\) is no function"),
        (lambda: gradient_test(order=0), "order=0 is no order of a derivative"),
        (lambda: gradient_test()(square(3)), "@gradient_test got 9: expected a function"),
        (lambda: questions(domain={"z": "positive"})[0].asked(), "domain names 'z', and the inputs are x, y"),
    ],
)
def test_misuse_is_told(misuse, words):
    with pytest.raises(UsageError, match=words):
        misuse()
