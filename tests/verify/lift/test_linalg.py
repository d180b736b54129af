"""Linear algebra on exact numbers gives NumPy's results, and series that predict the program's values nearby."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift import Ball, ball_array, lift, precision, series_array
from verify.lift.array import object_array
from verify.lift.matrices import MatrixSeries

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(0, 4)
ORDERS = st.integers(2, 4)


def matrices(seed, n=3, count=2):
    rng = np.random.default_rng(seed)
    return [rng.integers(-4, 5, (n, n)) / 2.0 + 9 * np.eye(n) for _ in range(count)]


PROGRAMS = {
    "inv": lambda a, b: np.linalg.inv(a),
    "solve": np.linalg.solve,
    "solve vector": lambda a, b: np.linalg.solve(a, np.diagonal(b)),
    "solve constant": lambda a, b: np.linalg.solve(a, np.ones(a.shape[-1])),
    "det": lambda a, b: np.linalg.det(a) / 1000,
    "slogdet": lambda a, b: tuple(np.linalg.slogdet(a))[1],
    "matrix_power": lambda a, b: np.linalg.matrix_power(a / 8, 3),
    "power 0": lambda a, b: np.linalg.matrix_power(a, 0) * a,
    "negative power": lambda a, b: np.linalg.matrix_power(a, -2),
    "multi_dot": lambda a, b: np.linalg.multi_dot([a / 8, b / 8, a / 8]),
    "stack": lambda a, b: np.linalg.inv(np.stack([a, b])),
    "stacks": lambda a, b: np.linalg.solve(np.stack([a, b])[:, None], np.stack([b, a, b])),
    "determinants": lambda a, b: np.linalg.det(np.stack([a, b]) / 9),
    "transpose": lambda a, b: np.linalg.matrix_transpose(a),
}


@pytest.mark.parametrize("name", PROGRAMS)
@given(seed=SEEDS, n=SIZES, order=ORDERS)
def test_values_and_series_are_right(name, seed, n, order, taylor):
    taylor(PROGRAMS[name], matrices(seed, n), matrices(seed + 1, n), order)


@given(seed=SEEDS)
def test_tensor_equations_are_solved(seed, taylor):
    rng = np.random.default_rng(seed)
    a, u = (rng.integers(-4, 5, (2, 3, 6)) + 9.0 * np.eye(6).reshape(2, 3, 6) for _ in range(2))
    b = rng.integers(-4, 5, (2, 3)) + 0.5
    taylor(np.linalg.tensorsolve, (a, b), (u, b))
    taylor(np.linalg.tensorinv, (a,), (u,))
    moved = np.moveaxis(a, 2, 0).reshape(6, 2, 3)
    taylor(lambda x: np.linalg.tensorsolve(x, np.ones(6), axes=None), (moved,), (moved,))


@pytest.mark.parametrize("n", [2, 5, 9])
@given(seed=SEEDS)
def test_the_determinant_of_a_singular_matrix_has_its_derivative(n, seed, taylor):
    """The slope is the trace of the adjugate times the direction, which no inverse is there to give."""
    a, u = matrices(seed, n)
    a[-1] = a[0] + a[1]
    taylor(lambda x: np.linalg.det(x / 8), (a,), (u,), 3)


def test_a_singular_matrix_has_a_determinant_and_no_inverse():
    singular = lift(ball_array(np.array([[1.0, 2.0], [2.0, 4.0]])))
    assert np.linalg.det(singular).cells.item() == 0
    for function in (np.linalg.inv, lambda x: np.linalg.solve(x, x), lambda x: np.linalg.matrix_power(x, -1)):
        with pytest.raises(SingularError, match="singular"):
            function(singular)


def test_a_matrix_that_may_be_singular_is_undecided():
    cells = object_array([Ball(arb(v, 1e-60)) for v in (1, 2, 2, 4)], (2, 2))
    with pytest.raises(UndecidableError, match="singular, or too close"):
        np.linalg.inv(lift(cells))


def test_not_a_number_comes_out_where_it_goes_in():
    x = np.stack([np.eye(2), np.full((2, 2), np.nan)])
    inverse = np.linalg.inv(lift(ball_array(x)))
    assert [cell.coefficient(0).is_nan() for cell in inverse.cells.ravel()] == [False] * 4 + [True] * 4


def test_a_series_that_ends_early_leaves_the_later_coefficients_unknown():
    """A quotient of series that both vanish knows one coefficient less: a product must not read it as zero."""
    short, long = series_array(np.ones(1), np.ones(1), 2)[0], series_array(np.ones(1), np.ones(1), 3)[0]
    last = MatrixSeries.of(object_array([short, long], (1, 2)), 3).parts[2]
    assert [last[0, 0].is_nan(), last[0, 1].is_nan()] == [True, False]


def test_the_rank_is_that_of_the_floats():
    assert np.linalg.matrix_rank(lift(ball_array(np.ones((3, 2))))) == 1


def test_float32_stays_float32():
    x = lift(ball_array(np.eye(2, dtype=np.float32)), np.float32)
    assert np.linalg.inv(x).dtype == np.linalg.solve(x, np.ones(2, dtype=np.float32)).dtype == np.float32


def test_what_does_not_fit_is_named():
    with pytest.raises(OpaqueError, match=r"numpy\.linalg\.inv of shape \(2, 3\): a square matrix is expected"):
        np.linalg.inv(lift(ball_array(np.ones((2, 3)))))


def test_a_hundred_rows_are_solved_to_fifty_digits():
    rng = np.random.default_rng(0)
    a, u = rng.standard_normal((2, 100, 100))
    with precision(256):
        x = lift(series_array(a, u))
        rest = np.linalg.solve(x, x).cells[3]
    assert all(float(cell.coefficient(k).rad()) < 1e-50 for cell in rest for k in (0, 1))
