"""The functions of `scipy.linalg`: SciPy's values, and series that predict the values nearby."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift import Lifted, ball_array, lift
from verify.lift.scipy_linalg import SCIPY_LINALG


def spd(a):
    return a @ np.swapaxes(a, -1, -2) + np.eye(3)


PROGRAMS = {
    "solve": lambda s, a, b: s.solve(a, b),
    "solve transposed": lambda s, a, b: s.solve(a, b, transposed=True),
    "solve pos": lambda s, a, b: s.solve(spd(a), b, assume_a="pos"),
    "solve sym": lambda s, a, b: s.solve(a, b, assume_a="sym"),
    "solve sym lower": lambda s, a, b: s.solve(a, b, assume_a="sym", lower=True),
    "solve triangular": lambda s, a, b: s.solve(a, b, assume_a="upper triangular"),
    "solve vector": lambda s, a, b: s.solve(a, b[:, 0]),
    "inv": lambda s, a, b: s.inv(a),
    "det": lambda s, a, b: s.det(a / 8),
    "solve_triangular": lambda s, a, b: s.solve_triangular(a, b),
    "solve_triangular lower": lambda s, a, b: s.solve_triangular(a, b, lower=True, trans="T"),
    "solve_triangular unit": lambda s, a, b: s.solve_triangular(a / 9, b, unit_diagonal=True),
    "cholesky": lambda s, a, b: s.cholesky(spd(a)),
    "cholesky lower": lambda s, a, b: s.cholesky(spd(a), lower=True),
    "cho_factor": lambda s, a, b: s.cho_factor(spd(a))[0],
    "cho_solve": lambda s, a, b: s.cho_solve(s.cho_factor(spd(a)), b),
    "cho_solve lower": lambda s, a, b: s.cho_solve(s.cho_factor(spd(a), lower=True), b),
    "lu_factor": lambda s, a, b: s.lu_factor(a)[0],
    "lu_solve": lambda s, a, b: s.lu_solve(s.lu_factor(a), b),
    "lu_solve transposed": lambda s, a, b: s.lu_solve(s.lu_factor(a), b, trans=1),
    "lu": lambda s, a, b: s.lu(a)[1:],
    "lu tall": lambda s, a, b: s.lu(b)[1:],
    "lu wide": lambda s, a, b: s.lu(b.T)[1:],
    "lu permuted": lambda s, a, b: s.lu(b[::-1], permute_l=True),
    "qr": lambda s, a, b: tuple(s.qr(b)),
    "qr economic": lambda s, a, b: tuple(s.qr(b, mode="economic")),
    "qr r": lambda s, a, b: s.qr(b, mode="r")[0],
    "svd": lambda s, a, b: s.svd(b, full_matrices=False)[1],
    "svd values": lambda s, a, b: s.svd(b, compute_uv=False),
    "svdvals": lambda s, a, b: s.svdvals(b),
    "eigh": lambda s, a, b: (s.eigh(a)[0], s.eigh(a)[1] ** 2),
    "eigh values": lambda s, a, b: s.eigh(a, lower=False, eigvals_only=True),
    "eigvalsh": lambda s, a, b: s.eigvalsh(a),
    "norm": lambda s, a, b: s.norm(a),
    "pinv": lambda s, a, b: s.pinv(b),
    "pinv rank": lambda s, a, b: s.pinv(b, return_rank=True)[0],
    "lstsq": lambda s, a, b: s.lstsq(b, a)[0],
    "expm": lambda s, a, b: s.expm(np.stack([a, a.T]) / 9),
    "sqrtm": lambda s, a, b: s.sqrtm(spd(a)),
    "logm": lambda s, a, b: s.logm(spd(a)),
    "solve_sylvester": lambda s, a, b: s.solve_sylvester(a, b.T @ b, b),
    "solve_continuous_lyapunov": lambda s, a, b: s.solve_continuous_lyapunov(a, spd(a)),
    "solve_discrete_lyapunov": lambda s, a, b: s.solve_discrete_lyapunov(a / 32, spd(a)),
    "block_diag": lambda s, a, b: s.block_diag(a, b, b[0], 2.0),
    "toeplitz": lambda s, a, b: s.toeplitz(a[0]),
    "toeplitz row": lambda s, a, b: s.toeplitz(a[0], b[0]),
    "hankel": lambda s, a, b: s.hankel(a[0]),
    "hankel row": lambda s, a, b: s.hankel(b[0], a[0]),
    "circulant": lambda s, a, b: s.circulant(a[0]),
}


def holds(args):
    flat = [part for a in args for part in (a if isinstance(a, (tuple, list)) else [a])]
    return any(isinstance(a, Lifted) for a in flat)


@pytest.fixture(scope="session")
def scipy_linalg():
    """Return what a program finds in `scipy.linalg`: ours where an argument is lifted."""
    module = pytest.importorskip("scipy.linalg")

    class Namespace:
        def __getattr__(self, name):
            ours, theirs = SCIPY_LINALG[name], getattr(module, name)
            return lambda *a, **k: (ours if holds([*a, *k.values()]) else theirs)(*a, **k)

    return Namespace()


@pytest.mark.parametrize("name", PROGRAMS)
@given(seed=st.integers(0, 2**20), order=st.integers(2, 4))
def test_values_and_series_are_right(name, seed, order, scipy_linalg, taylor):
    rng = np.random.default_rng(seed)
    a, u = (rng.integers(-8, 9, (3, 3)) / 8 + np.diag([4.0, 7.0, 11.0]) for _ in range(2))
    b, v = ((2 * rng.integers(-8, 8, (3, 2)) + 1) / 16 + 3 * np.eye(3, 2) for _ in range(2))  # no zero to reflect
    taylor(lambda x, y: PROGRAMS[name](scipy_linalg, x, y), (a, b), (u, v), order, 2.0**40)


def test_the_exponential_of_a_nilpotent_matrix_is_exact():
    exp = SCIPY_LINALG["expm"](lift(ball_array(np.array([[0.0, 3.0], [0.0, 0.0]]))))
    assert [float(cell.coefficient(0).mid()) for cell in exp.cells.ravel()] == [1.0, 3.0, 0.0, 1.0]


def test_what_has_no_answer_says_so():
    square = lift(ball_array(np.eye(2)))
    with pytest.raises(UndecidableError):
        SCIPY_LINALG["sqrtm"](square)
    with pytest.raises(SingularError):
        SCIPY_LINALG["lu_factor"](square * 0)
    for name, options in (
        ("qr", {"pivoting": True}),
        ("eigh", {"b": square}),
        ("solve", {"b": square, "assume_a": "banded"}),
    ):
        with pytest.raises(OpaqueError, match=name):
            SCIPY_LINALG[name](square, **options)
