"""Linear algebra on exact numbers gives NumPy's results, and series whose slopes solve the differentiated equation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, SingularError
from verify.lift import ball_array, lift, precision, series_array

SEEDS = st.integers(0, 2**32 - 1)


def matrices(seed, n=3, count=2):
    rng = np.random.default_rng(seed)
    return [rng.integers(-4, 5, (n, n)) / 2.0 + 5 * np.eye(n) for _ in range(count)]


def floats(lifted, k=0):
    return np.vectorize(lambda c: float(c.coefficient(k).mid()), otypes=[float])(lifted.cells).reshape(lifted.shape)


PROGRAMS = {
    "inv": lambda a, b: np.linalg.inv(a),
    "solve": np.linalg.solve,
    "solve vector": lambda a, b: np.linalg.solve(a, b[0]),
    "det": lambda a, b: np.linalg.det(a),
    "slogdet": lambda a, b: np.linalg.slogdet(a)[1],
    "cholesky": lambda a, b: np.linalg.cholesky(a @ a.T),
    "norm": lambda a, b: np.linalg.norm(a),
    "norm 1": lambda a, b: np.linalg.norm(a[0] + 0.25, 1),
    "norm 3": lambda a, b: np.linalg.norm(a + 0.25, 3, axis=1),
    "norm inf": lambda a, b: np.linalg.norm(a, np.inf, axis=0),
    "trace": lambda a, b: np.trace(a @ b),
    "matrix_power": lambda a, b: np.linalg.matrix_power(a, 3),
    "negative power": lambda a, b: np.linalg.matrix_power(a, -2),
    "multi_dot": lambda a, b: np.linalg.multi_dot([a, b, a]),
    "stack": lambda a, b: np.linalg.inv(np.stack([a, b])),
}


@pytest.mark.parametrize("name", PROGRAMS)
@given(seed=SEEDS)
def test_values_and_slopes_are_numpys(name, seed):
    a, b = matrices(seed)
    u, v = matrices(seed + 1)
    program, h = PROGRAMS[name], 1e-6
    with precision(200):
        got = program(lift(series_array(a, u)), lift(series_array(b, v)))
    np.testing.assert_allclose(floats(got), program(a, b), rtol=1e-10, atol=1e-10)
    slope = (program(a + h * u, b + h * v) - program(a - h * u, b - h * v)) / (2 * h)
    np.testing.assert_allclose(floats(got, 1), slope, rtol=1e-4, atol=1e-4)


def test_a_singular_matrix_has_a_determinant_and_no_inverse():
    singular = lift(ball_array(np.array([[1.0, 2.0], [2.0, 4.0]])))
    assert np.linalg.det(singular).item() == 0
    with pytest.raises(SingularError, match="singular"):
        np.linalg.inv(singular)


def test_what_does_not_fit_is_named():
    with pytest.raises(SingularError, match="not positive definite"):
        np.linalg.cholesky(lift(ball_array(np.array([[-1.0]]))))
    with pytest.raises(OpaqueError, match=r"numpy\.linalg\.inv of shape \(2, 3\): a square matrix is expected"):
        np.linalg.inv(lift(ball_array(np.ones((2, 3)))))
    with pytest.raises(OpaqueError, match=r"norm\(ord='max'\)"):
        np.linalg.norm(lift(ball_array(np.ones((2, 3)))), "max")
