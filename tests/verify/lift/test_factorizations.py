"""Cholesky's factor and the QR factors are LAPACK's, with the series that their defining equations give."""

from __future__ import annotations

import numpy as np
import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift import Ball, ball_array, lift, series_array
from verify.lift.array import object_array

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(0, 4)
ORDERS = st.integers(2, 4)


def full_rank(seed, m, n, count=2):
    rng = np.random.default_rng(seed)
    return [rng.integers(-4, 5, (m, n)) / 4.0 - 9 * np.eye(m, n) for _ in range(count)]


@pytest.mark.parametrize("upper", [False, True])
@given(seed=SEEDS, n=SIZES, order=ORDERS)
def test_choleskys_factor_reads_one_triangle(upper, seed, n, order, taylor):
    def program(a):
        return np.linalg.cholesky(a @ np.swapaxes(a, -1, -2) + np.triu(a, 1) * (not upper), upper=upper)

    a, u = full_rank(seed, n, n)
    taylor(program, (a,), (u,), order)
    taylor(program, (np.stack([a, u]),), (np.stack([u, a]),), 2)


@pytest.mark.parametrize("mode", ["reduced", "complete", "r"])
@given(seed=SEEDS, m=SIZES, n=SIZES, order=ORDERS)
def test_qr_has_the_signs_of_householders_reflections(mode, seed, m, n, order, taylor):
    def program(a):
        found = np.linalg.qr(a, mode)
        return found if mode == "r" else tuple(found)

    a, u = full_rank(seed, m, n)
    taylor(program, (a,), (u,), order)
    taylor(program, (-a,), (u,), 2)


def test_columns_that_are_not_reflected_keep_their_sign(taylor):
    """LAPACK leaves a column alone whose entries below the diagonal are zero."""
    a, u = np.array([[2.0, 1.0], [0.0, -3.0], [0.0, 0.0]]), np.array([[1.0, 2.0], [0.0, 1.0], [0.0, 0.0]])
    for mode in ("reduced", "complete"):
        taylor(lambda x, mode=mode: tuple(np.linalg.qr(x, mode)), (a,), (u,))


def test_dependent_columns_have_no_qr_factors():
    with pytest.raises(SingularError, match="columns of the matrix are dependent"):
        np.linalg.qr(lift(ball_array(np.ones((3, 2)))))


def test_a_completion_that_jumps_is_singular():
    """Where a reflection begins at the point, the added columns of Q have no limit."""
    a, u = np.eye(3, 2), np.ones((3, 2))
    with pytest.raises(SingularError):
        np.linalg.qr(lift(series_array(a, u)), "complete")


def test_a_mode_that_is_not_lifted_is_named():
    with pytest.raises(OpaqueError, match=r"qr\(mode='raw'\)"):
        np.linalg.qr(lift(ball_array(np.eye(2))), "raw")


@pytest.mark.parametrize("matrix", [[[-1.0]], [[1.0, 2.0], [2.0, 1.0]], [[1.0, 1.0], [1.0, 1.0]], [[0.0]]])
def test_a_matrix_that_is_not_positive_definite_has_no_factor(matrix):
    with pytest.raises(SingularError, match="not positive definite"):
        np.linalg.cholesky(lift(ball_array(np.array(matrix))))


def test_a_matrix_that_may_not_be_positive_definite_is_undecided():
    with pytest.raises(UndecidableError):
        np.linalg.cholesky(lift(object_array([Ball(arb(0, 1e-60))], (1, 1))))
