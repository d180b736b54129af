"""The domain: a predicate, or one constraint an input; what does not fit is said with what to do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify import check
from verify.checking.domain import Domain
from verify.errors import UsageError

NAMES = ("x", "y")
SMALL = st.floats(-4, 4)


@given(SMALL, SMALL)
def test_every_way_to_write_a_constraint_means_the_same(x, y):
    ways = (
        lambda x, y: x > 0,
        {"x": lambda x: x > 0},
        {0: "positive"},
        ["positive", None],
        (lambda x: x > 0, None),
    )
    assert {Domain(way, NAMES).admits((np.array([x]), np.array([y]))) for way in ways} == {x > 0}


@given(SMALL, SMALL)
def test_an_interval_is_closed_and_holds_for_every_input(x, y):
    inside = Domain((-1, 2), NAMES).admits((x, y))
    assert inside == (-1 <= x <= 2 and -1 <= y <= 2)
    assert Domain((None, 2), NAMES).admits((x, y)) == (x <= 2 and y <= 2)


def test_without_a_domain_all_inputs_are_admitted():
    assert Domain(None, NAMES).admits((np.nan, "anything"))


def test_a_predicate_that_raises_says_no():
    assert not Domain(lambda x, y: 1 // 0, NAMES).admits((1, 2))


@pytest.mark.parametrize(
    ("domain", "words"),
    [
        (["positive"], "1 constraints for 2 inputs"),
        ({"z": "positive"}, "names the input 'z'; the inputs are x, y"),
        (3.5, "domain=3.5: give a predicate"),
        ([3.5, None], "constraint 3.5: give a name, an interval"),
        ("labels(n)", "give its number, 'labels\\(10\\)'"),
        ("positiv", "positive"),
    ],
)
def test_a_domain_that_does_not_fit_is_refused_with_what_to_do(domain, words):
    with pytest.raises(UsageError, match=words):
        Domain(domain, NAMES)


def recorded(seen, function):
    def program(*arguments):
        if all(type(x) in (np.ndarray, np.float64) for x in arguments):
            seen.append(arguments[-1])
        return function(*arguments)

    return program


@pytest.mark.parametrize(
    ("domain", "inside"),
    [("positive", lambda x: np.all(x > 0)), ((0.5, 4), lambda x: np.all((x >= 0.5) & (x <= 4)))],
)
def test_no_program_ever_sees_an_input_outside_the_domain(domain, inside):
    seen = []
    judgement = check(
        recorded(seen, lambda x: np.log(x) * np.where(x > 2, 1, 3)),
        np.array([0.75, 1.5, 3.0]),
        vjp=recorded(seen, lambda out_bar, x: out_bar / x * np.where(x > 2, 1, 3)),
        domain=domain,
    )
    judgement.assert_right()
    assert len(seen) > 20
    assert all(inside(x) for x in seen)
