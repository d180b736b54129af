"""Methods and keywords of ufuncs do to exact numbers what NumPy does to floats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from verify.errors import OpaqueError
from verify.lift import Lifted, ball_array, lift, precision

MATRICES = hnp.arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 3)), elements=st.integers(-5, 5))

PROGRAMS = {
    "add.reduce": lambda x: np.add.reduce(x, axis=0),
    "add.reduce axes": lambda x: np.add.reduce(x, axis=(0, 1)),
    "add.reduce keepdims": lambda x: np.add.reduce(x, axis=1, keepdims=True),
    "maximum.reduce": lambda x: np.maximum.reduce(x, axis=None),
    "multiply.accumulate": lambda x: np.multiply.accumulate(x, axis=1),
    "subtract.outer": lambda x: np.subtract.outer(x[0], x[:, 0]),
    "sum initial": lambda x: np.sum(x, initial=3.0),
    "cumprod": lambda x: np.cumprod(x, axis=0),
    "heaviside": lambda x: np.heaviside(x, 0.5),
    "remainder": lambda x: x % 3,
    "floor divide": lambda x: x // 2,
    "copysign": lambda x: np.copysign(x, -1.0),
    "fabs": np.fabs,
    "out": lambda x: np.multiply(x, 2, out=x.copy()),
    "where": lambda x: np.add(x, 1, out=x.copy(), where=np.arange(x.size).reshape(x.shape) % 2 == 0),
    "maximum": lambda x: np.maximum(x, x.T[:1, :1]),
}


@pytest.mark.parametrize("name", PROGRAMS)
@given(x=MATRICES)
def test_a_method_gives_numpys_result(name, x):
    with precision(128):
        result = PROGRAMS[name](lift(ball_array(x)))
    due = np.asarray(PROGRAMS[name](x))
    assert isinstance(result, Lifted)
    got = np.vectorize(lambda cell: float(cell.v.mid()), otypes=[float])(result.cells).reshape(result.shape)
    np.testing.assert_array_equal(got, due)


@given(hnp.arrays(np.intp, 5, elements=st.integers(0, 3)))
def test_add_at_meets_a_repeated_index_each_time(where):
    due = np.zeros(4)
    np.add.at(due, where, 1.5)
    got = np.zeros_like(lift(ball_array(np.zeros(4))))
    np.add.at(got, where, 1.5)
    assert [float(cell.v) for cell in got.cells] == due.tolist()


@given(MATRICES)
def test_predicates_are_truth_values(x):
    lifted = lift(ball_array(x))
    for predicate in (lambda a: a > 0, np.isnan, np.isfinite, np.signbit, lambda a: (a > 0) & (a < 3), np.logical_not):
        answer = predicate(lifted)
        assert answer.dtype == bool
        if predicate is not np.signbit:
            np.testing.assert_array_equal(answer, predicate(x))
    assert bool(np.any(lifted)) == bool(np.any(x))
    assert bool(np.all(lifted)) == bool(np.all(x))


def test_exact_numbers_are_not_stored_into_floats():
    x = lift(ball_array(np.ones(2)))
    with pytest.raises(OpaqueError, match="out= is an array of floats"):
        np.add(x, 1, out=np.zeros(2))
    with pytest.raises(OpaqueError, match=r"numpy\.add\.at into an array"):
        np.add.at(np.zeros(2), [0], x[:1])


def test_an_empty_maximum_has_no_identity():
    with pytest.raises(ValueError, match="zero-size array to reduction operation maximum"):
        np.max(lift(ball_array(np.zeros(0))))
