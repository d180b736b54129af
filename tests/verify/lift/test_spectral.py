"""Eigenvalues and singular values, where they are distinct, with NumPy's order and signs; ties are undecided."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, UndecidableError
from verify.lift import ball_array, lift, series_array

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(0, 4)
ORDERS = st.integers(2, 4)


def spread(seed, m, n, count=2):
    """Return matrices whose eigenvalues and singular values stay apart."""
    rng = np.random.default_rng(seed)
    diagonal = np.eye(m, n) * 5.0 * np.arange(1, n + 1)
    return [diagonal + rng.integers(-4, 5, (m, n)) / 4.0 for _ in range(count)]


def projectors(vectors):
    """Return the outer product of each column with itself: a sign goes out of it."""
    return vectors[..., :, None, :] * vectors[..., None, :, :]


@pytest.mark.parametrize("triangle", ["L", "U"])
@given(seed=SEEDS, n=SIZES, order=ORDERS)
def test_symmetric_eigenvalues_read_one_triangle(triangle, seed, n, order, taylor):
    def program(a):
        values, vectors = np.linalg.eigh(a, triangle)
        return values, projectors(vectors), np.linalg.eigvalsh(a, triangle)

    a, u = spread(seed, n, n)
    taylor(program, (a,), (u,), order)
    taylor(program, (np.stack([a, -a]),), (np.stack([u, u]),))


@given(seed=SEEDS, n=SIZES, order=ORDERS)
def test_real_eigenvalues_come_in_numpys_order(seed, n, order, taylor):
    def program(a):
        values, vectors = np.linalg.eig(a)
        return values, projectors(vectors), np.linalg.eigvals(a)

    a, u = spread(seed, n, n)
    a = a[::-1, ::-1] + 0.125  # LAPACK balances a zero away, and orders otherwise then
    taylor(program, (a,), (u,), order)


@pytest.mark.parametrize("full", [True, False])
@given(seed=SEEDS, m=SIZES, n=SIZES, order=ORDERS)
def test_singular_triplets_are_numpys(full, seed, m, n, order, taylor):
    def program(a):
        u, s, vt = np.linalg.svd(a, full_matrices=full)
        k = s.shape[-1]
        rest = (u[..., k:] @ np.swapaxes(u[..., k:], -1, -2), np.swapaxes(vt[k:, :], 0, 1) @ vt[k:, :])
        return s, u[:, None, :k] * np.swapaxes(vt[:k, :], 0, 1)[None, :, :], *(rest if full else ())

    a, u = spread(seed, m, n)
    taylor(program, (a,), (u,), order)
    taylor(lambda x: np.linalg.svd(x, compute_uv=False), (a,), (u,), order)


@given(seed=SEEDS, n=st.integers(1, 4))
def test_signs_are_those_of_the_floats(seed, n):
    a = spread(seed, n, n, 1)[0]
    for function in (np.linalg.eigh, np.linalg.svd):
        exact, floats = function(lift(ball_array(a))), function(a)
        for cells, due in zip(exact, floats, strict=True):
            got = [float(cell.coefficient(0).mid()) for cell in cells.cells.ravel()]
            np.testing.assert_allclose(got, np.ravel(due), atol=1e-10)


def test_the_slopes_are_pytorchs(torch):
    a = spread(3, 4, 3, 1)[0]
    u = np.arange(12.0).reshape(4, 3)
    x = torch.tensor(a)
    _, due = torch.autograd.functional.jvp(torch.linalg.svdvals, (x,), (torch.tensor(u),), strict=False)
    got = np.linalg.svdvals(lift(series_array(a, u)))
    np.testing.assert_allclose([float(cell.coefficient(1).mid()) for cell in got.cells], due.numpy(), rtol=1e-12)


@pytest.mark.parametrize("matrix", [np.eye(2), np.zeros((2, 2)), np.array([[1.0, 1.0], [0.0, 1.0]])])
def test_eigenvalues_that_meet_are_undecided(matrix):
    for function in (np.linalg.eig, np.linalg.eigvals, lambda x: np.linalg.eigh(x @ np.diag([1.0, 1.0]), "U")):
        if np.array_equal(matrix, [[1.0, 1.0], [0.0, 1.0]]) and function not in (np.linalg.eig, np.linalg.eigvals):
            continue  # read by one triangle it has the eigenvalues 0 and 2
        with pytest.raises(UndecidableError, match="eigenvalues coincide"):
            function(lift(ball_array(matrix)))


def test_singular_values_that_vanish_or_meet_are_undecided():
    for matrix in (np.eye(2), np.ones((2, 2)), np.zeros((1, 1))):
        with pytest.raises(UndecidableError):
            np.linalg.svd(lift(ball_array(matrix)))


def test_eigenvalues_that_are_not_real_are_named():
    with pytest.raises(OpaqueError, match="is not real"):
        np.linalg.eig(lift(ball_array(np.array([[0.0, 1.0], [-1.0, 0.0]]))))
    with pytest.raises(OpaqueError, match="UPLO='X'"):
        np.linalg.eigh(lift(ball_array(np.eye(2))), "X")
