"""The smallest input that shows a mistake: sizes first, then values."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify.checking.findings import Finding
from verify.checking.points import Point
from verify.checking.programs import Programs
from verify.checking.shrink import MOST_TRIES, Shrinker
from verify.verdicts import Status

PROGRAMS = Programs(lambda x: x * 2, None, None, None, ("x",))


def smallest(x, objects, admits=lambda inputs: True):
    """Return the smallest input for which `objects` holds, from `x`."""

    def judge(point):
        return Finding(Status.DISAGREE if objects(point.inputs[0]) else Status.AGREE, point=point)

    shrinker = Shrinker(PROGRAMS, judge, admits)
    point = shrinker.smallest(judge(Point((x,)))).point
    assert shrinker.tries <= MOST_TRIES
    return point.inputs[0]


X = np.array([[0.6, -1.3, 2.1], [1.7, 0.4, -0.8]])


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        (lambda x: True, [[0.0]]),
        (lambda x: np.any(x != 0), [[1.0]]),
        (lambda x: np.any(x < 0), [[-1.0]]),
        (lambda x: x.shape[0] > 1, [[0.0], [0.0]]),
        (lambda x: np.all(x != 0) and np.unique(x).size > 1, [[1.0, 2.0]]),
        (lambda x: np.max(x) > 1, [[2.0]]),
    ],
)
def test_the_smallest_input_is_a_plain_one(objects, expected):
    found = smallest(X, objects)
    assert objects(found)
    assert found.size <= np.size(expected)
    assert sorted(found.ravel()) == sorted(np.ravel(expected))


def test_a_mistake_at_the_last_of_many_entries_is_brought_to_the_front():
    assert smallest(np.array([0.5, 0.5, 0.5, 77.0]), lambda x: np.max(x) > 50).shape == (1,)


def test_shrinking_never_leaves_the_domain():
    assert np.all(smallest(X + 5, lambda x: True, admits=lambda inputs: np.all(inputs[0] > 3)) > 3)


def test_shrinking_stays_with_the_mistake_that_was_found():
    def judge(point):
        size = point.size
        return Finding(Status.DISAGREE if size > 2 else Status.UNSTABLE, point=point)

    found = Shrinker(PROGRAMS, judge, lambda inputs: True).smallest(judge(Point((X,))))
    assert found.status is Status.DISAGREE


def test_the_dtype_and_the_place_it_comes_from_stay():
    x = X.astype(np.float32)
    point = Point((x,), "a drawn point")
    found = Shrinker(PROGRAMS, lambda p: Finding(Status.DISAGREE, point=p), lambda _: True).smallest(
        Finding(Status.DISAGREE, point=point)
    )
    assert found.point.inputs[0].dtype == np.float32
    assert found.point.origin == "a drawn point"


def test_a_scalar_stays_a_scalar():
    judgement = check(lambda x: x * x, 1.7, vjp=lambda out_bar, x: out_bar * x)
    (x,) = judgement.counterexample.inputs
    assert isinstance(x, np.float64)
    assert x == 1
