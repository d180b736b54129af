"""Sorting, statistics, joining and padding of exact numbers give NumPy's results."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from verify.errors import UndecidableError
from verify.lift import Ball, Lifted, ball_array, lift, precision
from verify.lift.array import object_array

SQUARES = st.integers(1, 3).flatmap(lambda n: hnp.arrays(np.float64, (n, n), elements=st.integers(-5, 5)))

PROGRAMS = {
    "sort": lambda x: np.sort(x, axis=0),
    "sort flat": lambda x: np.sort(x, axis=None),
    "argsort": lambda x: np.take_along_axis(x, np.argsort(x, axis=1, stable=True), 1),
    "argmax": lambda x: x[np.argmax(x, axis=0), np.arange(x.shape[1])],
    "argmin": lambda x: x.reshape((-1,))[np.argmin(x)],
    "var": lambda x: np.var(x, axis=0),
    "std": lambda x: np.std(x + np.arange(x.size).reshape(x.shape) ** 2 + 0.5),
    "average": lambda x: np.average(x, axis=0, weights=np.ones(x.shape)),
    "median": lambda x: np.median(x, axis=0),
    "diff": lambda x: np.diff(x, axis=1),
    "clip": lambda x: np.clip(x, -2, 3),
    "vstack": lambda x: np.vstack([x, x[0]]),
    "hstack": lambda x: np.hstack([x, x]),
    "append": lambda x: np.append(x, x),
    "split": lambda x: np.array_split(x, 2)[0],
    "pad": lambda x: np.pad(x, 1),
    "pad edge": lambda x: np.pad(x, ((1, 0), (0, 2)), mode="edge"),
}


@pytest.mark.parametrize("name", PROGRAMS)
@given(x=SQUARES)
def test_a_program_gives_numpys_result(name, x):
    with precision(160):
        result = PROGRAMS[name](lift(ball_array(x)))
    due = PROGRAMS[name](x)
    assert isinstance(result, Lifted)
    assert result.shape == due.shape
    got = np.vectorize(lambda cell: float(cell.v.mid()), otypes=[float])(result.cells).reshape(result.shape)
    np.testing.assert_allclose(got, due, rtol=1e-14, atol=1e-14)


def test_a_tie_that_the_balls_do_not_decide_is_not_sorted():
    cells = object_array([Ball(arb(1, 0.1)), Ball(arb(1, 0.1))], (2,))
    with pytest.raises(UndecidableError):
        np.sort(lift(cells))
