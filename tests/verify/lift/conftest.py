"""The witnesses of the lift: NumPy's floats at the point, and the program itself, as balls, a tiny step away."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb

from verify.lift import Ball, Lifted, ball_array, lift, precision, reading, run, series_array
from verify.lift.array import object_array
from verify.lift.ball import exact

STEP = 50
"""The step is 2⁻⁵⁰: at 1024 bits there are digits enough to see the error of Taylor's polynomial."""


def _moved(x, u):
    h = arb(2) ** -STEP
    cells = [Ball(exact(a) + h * exact(b)) for a, b in zip(np.ravel(x), np.ravel(u), strict=True)]
    return lift(object_array(cells, np.shape(x)), np.asarray(x).dtype)


def _parts(result):
    return list(result) if isinstance(result, tuple) else [result]


def _polynomial(cell):
    h = arb(2) ** -STEP
    return sum((c * h**k for k, c in enumerate(cell.coefficients())), start=arb(0))


def _taylor(program, points, directions, order=2, loss=2.0**20):
    """Assert that values are the floats', and that the series predicts the balls at ``x + h u`` to ``h**order``."""
    with precision(1024):
        series = _parts(program(*(lift(series_array(x, u, order)) for x, u in zip(points, directions, strict=True))))
        there = _parts(program(*map(_moved, points, directions)))
        for got, ball, due in zip(series, there, _parts(program(*points)), strict=True):
            assert got.shape == ball.shape == np.shape(due)
            values = np.array([float(cell.coefficient(0).mid()) for cell in got.cells.ravel()]).reshape(got.shape)
            np.testing.assert_allclose(values, due, rtol=1e-9, atol=1e-9)
            for cell, target in zip(got.cells.ravel(), ball.cells.ravel(), strict=True):
                gap = abs(_polynomial(cell) - target.coefficient(0)).upper()
                assert gap < loss * 2.0 ** (-STEP * order), gap


@pytest.fixture(scope="session")
def taylor():
    """Return the check of a program's series against the program's values nearby."""
    return _taylor


X = np.array([[1.25, -0.5, 0.75], [-2.0, 0.3125, 1.5]])


def floats(lifted):
    """Return the midpoints."""
    cells = [float(cell.coefficient(0).mid()) for cell in lifted.cells.ravel()]
    return np.array(cells, dtype=float).reshape(lifted.shape)


@pytest.fixture
def agree():
    """Return what holds a program's exact result against its floats: value, shape, dtype, scalar or array."""

    def agree_at(program, dtype=np.float64, x=X):
        x = x.astype(dtype)
        with np.errstate(all="ignore"):
            due = program(x.copy())
        with precision(256), reading(literals="exact", singular="carry"):
            result = run(program, lift(ball_array(x), x.dtype))
        if not isinstance(result, Lifted):
            np.testing.assert_array_equal(result, due)
            return
        assert result.shape == np.shape(due)
        assert result.dtype == np.asarray(due).dtype
        assert result.scalar == (not isinstance(due, np.ndarray))
        tolerance = 1e-12 if dtype == np.float64 else 1e-4
        np.testing.assert_allclose(floats(result), np.asarray(due, dtype=float), rtol=tolerance, atol=tolerance)

    return agree_at
