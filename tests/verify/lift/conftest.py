"""What tests of the lift share."""

from __future__ import annotations

import numpy as np
import pytest

from verify.lift import Lifted, ball_array, lift, precision, reading, run

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
