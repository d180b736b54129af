"""Everything that is asked at one point: the first objection is returned, else what the point came to."""

from __future__ import annotations

import numpy as np
import pytest

from verify.checking.points import Point
from verify.checking.pointwise import Asked, cotangents, judge
from verify.checking.programs import Programs
from verify.diagnosis import RAISES
from verify.verdicts import Status

X = np.array([0.5, -1.5])


def found(f, vjp, x=X, *, given=True, **asked):
    return judge(Programs(f, vjp, None, None, ("x",)), Point((x,), given=given), Asked(**asked))


def test_a_right_gradient_agrees_strictly_and_to_how_many_digits():
    seen = found(np.sin, lambda out_bar, x: out_bar * np.cos(x))
    assert seen.status is Status.AGREE
    assert seen.strict
    assert seen.digits > 40
    assert not seen.objects


def test_a_zero_that_agrees_with_a_zero_is_no_strict_agreement():
    seen = found(np.floor, lambda out_bar, x: 0 * out_bar)
    assert seen.status is Status.AGREE
    assert not seen.strict


def test_where_the_function_has_no_value_nothing_is_asked():
    seen = found(np.log, lambda out_bar, x: 1 / 0, np.array([-1.0]), given=False)
    assert seen.status is Status.NOT_APPLICABLE


def test_a_pullback_that_raises_where_the_function_is_smooth_is_to_blame():
    assert found(np.sin, lambda out_bar, x: x["a"]).diagnosis is RAISES
    assert found(np.sin, lambda out_bar, x: x["a"], given=False).diagnosis is RAISES


@pytest.mark.parametrize("plain", [False, True])
def test_cotangents_are_nonzero_in_the_outputs_dtype_and_whole_for_a_reader(plain):
    outputs = (np.zeros((2, 3), np.float32), np.float64(0), np.arange(3))
    bars = cotangents(tuple(map(np.asarray, outputs)), 0, plain=plain)
    assert [bar.shape for bar in bars] == [(2, 3), (), (3,)]
    assert bars[0].dtype == np.float32
    assert np.all(bars[0] != 0)
    assert np.all(bars[2] == 0)
    assert np.array_equal(bars[0], np.rint(bars[0])) == plain


def test_without_a_derivative_there_is_nothing_to_judge():
    assert found(np.sin, None).status is Status.NOT_APPLICABLE
