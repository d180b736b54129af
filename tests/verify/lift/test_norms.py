"""Every norm that NumPy knows, the condition number, pseudoinverse and least squares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, SingularError
from verify.lift import ball_array, lift, series_array

SEEDS = st.integers(0, 2**32 - 1)
ORDERS = st.integers(2, 4)
MATRIX_ORDS = (None, "fro", "nuc", 2, -2, 1, -1, np.inf, -np.inf)
VECTOR_ORDS = (None, 0, 1, 2, 3, -1, 0.5, np.inf, -np.inf)


def arrays(seed, shape):
    """Return two arrays without zeros or ties."""
    rng = np.random.default_rng(seed)
    return [rng.permutation(np.arange(1, np.prod(shape) + 1)).reshape(shape) + rng.random(shape) / 2 for _ in range(2)]


@pytest.mark.parametrize("ord", VECTOR_ORDS)
@given(seed=SEEDS, order=ORDERS)
def test_norms_of_vectors(ord, seed, order, taylor):  # noqa: A002 - NumPy's name
    a, u = arrays(seed, (2, 3))
    taylor(lambda x: np.linalg.norm(x, ord, axis=1), (a,), (u,), order, 2.0**40)
    taylor(lambda x: np.linalg.norm(x[0], ord), (a,), (u,), order, 2.0**40)
    if ord is not None:
        taylor(lambda x: np.linalg.vector_norm(x, ord=ord, keepdims=True), (a,), (u,), order, 2.0**40)


@pytest.mark.parametrize("ord", MATRIX_ORDS)
@given(seed=SEEDS, order=ORDERS)
def test_norms_of_matrices(ord, seed, order, taylor):  # noqa: A002 - as above
    a, u = arrays(seed, (3, 2, 2))
    taylor(lambda x: np.linalg.norm(x, ord, axis=(2, 0), keepdims=True) if ord else x, (a,), (u,), order, 2.0**40)
    taylor(lambda x: np.linalg.norm(x[0], ord, keepdims=True), (a,), (u,), order, 2.0**40)
    if ord is not None:
        taylor(lambda x: np.linalg.matrix_norm(x, ord=ord), (a,), (u,), order, 2.0**40)


@pytest.mark.parametrize("p", MATRIX_ORDS)
@given(seed=SEEDS)
def test_the_condition_number(p, seed, taylor):
    a, u = arrays(seed, (3, 3))
    taylor(lambda x: np.linalg.cond(x + 9 * np.eye(3), p), (a,), (u,), 2, 2.0**40)


@given(seed=SEEDS, m=st.integers(0, 4), n=st.integers(0, 4), order=ORDERS)
def test_the_pseudoinverse_of_full_rank(seed, m, n, order, taylor):
    a, u = arrays(seed, (m, n))
    taylor(lambda x: np.linalg.pinv(x + 30 * np.eye(m, n)), (a,), (u,), order)


@pytest.mark.parametrize("shape", [(4, 2), (3, 3), (2, 4)])
@given(seed=SEEDS)
def test_least_squares(shape, seed, taylor):
    def program(a, b):
        x, residuals, rank, values = np.linalg.lstsq(a, b, rcond=None)
        assert rank == min(shape)
        return x, residuals, values

    a, u = arrays(seed, shape)
    b, v = arrays(seed, (shape[0], 2))
    taylor(program, (a + 9 * np.eye(*shape), b), (u, v))
    taylor(program, (a + 9 * np.eye(*shape), b[:, 0]), (u, v[:, 0]))


def test_least_squares_do_not_wait_for_singular_values_that_meet():
    x, _, _, values = np.linalg.lstsq(lift(ball_array(2 * np.eye(2))), np.ones(2), rcond=None)
    assert all(cell.coefficient(0) == 0.5 for cell in x.cells)
    assert all(cell.coefficient(0).is_nan() for cell in values.cells)


def test_a_matrix_without_full_rank_has_no_continuous_pseudoinverse():
    with pytest.raises(SingularError, match="full rank"):
        np.linalg.pinv(lift(ball_array(np.ones((3, 2)))))


@pytest.mark.parametrize("order", [2, 3])
def test_the_norm_at_the_zero_vector_has_its_one_sided_slope(order):
    x = lift(series_array(np.zeros((2, 2)), np.array([[3.0, 4.0], [0.0, 0.0]]), order))
    whole, rows, spectral = np.linalg.norm(x), np.linalg.norm(x, axis=1), np.linalg.norm(x[0], 2)
    for norm, slope in ((whole, 5), (rows[0], 5), (rows[1], 0), (spectral, 5)):
        assert [norm.cells.item().coefficient(k) for k in (0, 1)] == [0, slope]
    assert np.abs(x[0, 0] + 1j * x[0, 1]).cells.item().coefficient(1) == 5


def test_a_norm_that_is_none_is_named():
    x = lift(ball_array(np.ones((2, 3))))
    with pytest.raises(OpaqueError, match=r"norm\(ord='max'\) is not a norm of matrices"):
        np.linalg.norm(x, "max")
    with pytest.raises(OpaqueError, match=r"norm\(ord='nuc'\) is not a norm of vectors"):
        np.linalg.norm(x[0], "nuc")
    with pytest.raises(OpaqueError, match="one axis or two"):
        np.linalg.norm(lift(ball_array(np.ones((2, 2, 2)))), 2)
