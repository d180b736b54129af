"""Inverses, solves, determinants, Gram matrices: a missing transpose, a sign, a factor of the other side."""

import numpy as np

from benchmarks.arena.case import DTYPES, WIDE, Room, normal

room = Room("linear_systems")


def near_identity(*others):
    """Draw a well-conditioned matrix, no symmetry in it, and normal arrays of the other shapes."""

    def draw(dtype, rng):
        a = np.eye(3) + 0.4 * rng.uniform(-1, 1, (3, 3))
        return tuple(np.asarray(v, dtype) for v in (a, *(rng.standard_normal(s) for s in others)))

    return draw


def inverse(a):
    return np.linalg.inv(a)


def inverse_vjp(out_bar, a):
    b = np.linalg.inv(a)
    return (-b.T @ out_bar @ b.T,)


@room.mistake("transposed", inverse, inverse_vjp, near_identity(), dtypes=WIDE)
def inverse_not_transposed(out_bar, a):
    b = np.linalg.inv(a)
    return (-b @ out_bar @ b,)


@room.mistake("sign", inverse, inverse_vjp, near_identity(), dtypes=WIDE)
def inverse_sign(out_bar, a):
    b = np.linalg.inv(a)
    return (b.T @ out_bar @ b.T,)


@room.mistake("dropped term", inverse, inverse_vjp, near_identity(), dtypes=WIDE)
def inverse_as_if_scalar(out_bar, a):
    b = np.linalg.inv(a)
    return (-out_bar * b * b,)


def solve(a, b):
    return np.linalg.solve(a, b)


def solve_vjp(out_bar, a, b):
    y = np.linalg.solve(a.T, out_bar)
    return -np.outer(y, np.linalg.solve(a, b)), y


@room.mistake("transposed", solve, solve_vjp, near_identity((3,)), dtypes=WIDE)
def solve_with_the_same_matrix(out_bar, a, b):
    y = np.linalg.solve(a, out_bar)
    return -np.outer(y, np.linalg.solve(a, b)), y


@room.mistake("transposed", solve, solve_vjp, near_identity((3,)), dtypes=WIDE)
def solve_matrix_gradient_transposed(out_bar, a, b):
    y = np.linalg.solve(a.T, out_bar)
    return -np.outer(np.linalg.solve(a, b), y), y


@room.mistake("sign", solve, solve_vjp, near_identity((3,)), dtypes=WIDE)
def solve_matrix_gradient_sign(out_bar, a, b):
    y = np.linalg.solve(a.T, out_bar)
    return np.outer(y, np.linalg.solve(a, b)), y


@room.mistake("treated as constant", solve, solve_vjp, near_identity((3,)), dtypes=WIDE)
def solve_matrix_constant(out_bar, a, b):
    del b
    return np.zeros_like(a), np.linalg.solve(a.T, out_bar)


REGULAR = {"dtypes": WIDE, "domain": lambda a: abs(np.linalg.det(a)) > 0.05}


def determinant(a):
    return np.linalg.det(a)


def determinant_vjp(out_bar, a):
    return (out_bar * np.linalg.det(a) * np.linalg.inv(a).T,)


@room.mistake("transposed", determinant, determinant_vjp, near_identity(), **REGULAR)
def determinant_not_transposed(out_bar, a):
    return (out_bar * np.linalg.det(a) * np.linalg.inv(a),)


@room.mistake("dropped term", determinant, determinant_vjp, near_identity(), **REGULAR)
def determinant_as_its_logarithm(out_bar, a):
    return (out_bar * np.linalg.inv(a).T,)


@room.mistake("diagonal only", determinant, determinant_vjp, near_identity(), **REGULAR)
def determinant_of_a_diagonal(out_bar, a):
    return (out_bar * np.diag(np.diag(np.linalg.det(a) * np.linalg.inv(a))),)


def log_volume(a):
    return np.linalg.slogdet(a)[1]


def log_volume_vjp(out_bar, a):
    return (out_bar * np.linalg.inv(a).T,)


@room.mistake("transposed", log_volume, log_volume_vjp, near_identity(), dtypes=WIDE)
def log_determinant_not_transposed(out_bar, a):
    return (out_bar * np.linalg.inv(a),)


def evidence(x):
    return np.linalg.slogdet(x @ x.T + np.eye(len(x), dtype=x.dtype))[1]


def evidence_vjp(out_bar, x):
    return (2 * out_bar * np.linalg.solve(x @ x.T + np.eye(len(x), dtype=x.dtype), x),)


@room.mistake("constant factor", evidence, evidence_vjp, normal((2, 4)), dtypes=WIDE)
def symmetric_side_counted_once(out_bar, x):
    return (out_bar * np.linalg.solve(x @ x.T + np.eye(len(x), dtype=x.dtype), x),)


def gram(x):
    return x @ x.T


def gram_vjp(out_bar, x):
    return ((out_bar + out_bar.T) @ x,)


@room.mistake("dropped term", gram, gram_vjp, normal((3, 2)), reference="NervanaSystems/neon#169")
def gram_one_side_only(out_bar, x):
    return (out_bar @ x,)


@room.mistake("constant factor", gram, gram_vjp, normal((3, 2)))
def gram_cotangent_taken_for_symmetric(out_bar, x):
    return (2 * out_bar @ x,)


def cholesky(x):
    return np.linalg.cholesky(x @ x.T + np.eye(len(x), dtype=x.dtype))


def cholesky_pull(out_bar, low, halve=True):
    phi = np.tril(low.T @ out_bar)
    if halve:
        phi[np.diag_indices(len(phi))] *= 0.5
    inner = np.linalg.solve(low.T, phi)
    return np.linalg.solve(low.T, inner.T).T


def cholesky_vjp(out_bar, x):
    s = cholesky_pull(out_bar, cholesky(x))
    return ((s + s.T) @ x,)


@room.mistake("dropped term", cholesky, cholesky_vjp, normal((3, 3)), dtypes=WIDE)
def cholesky_diagonal_not_halved(out_bar, x):
    s = cholesky_pull(out_bar, cholesky(x), halve=False)
    return ((s + s.T) @ x,)


@room.mistake("symmetrisation", cholesky, cholesky_vjp, normal((3, 3)), dtypes=WIDE)
def cholesky_not_symmetrised(out_bar, x):
    s = cholesky_pull(out_bar, cholesky(x))
    return (2 * s @ x,)


@room.mistake("transposed", cholesky, cholesky_vjp, normal((3, 3)), dtypes=WIDE)
def cholesky_factor_not_transposed(out_bar, x):
    low = cholesky(x)
    phi = np.tril(low @ out_bar)
    phi[np.diag_indices(len(phi))] *= 0.5
    inner = np.linalg.solve(low.T, phi)
    s = np.linalg.solve(low.T, inner.T).T
    return ((s + s.T) @ x,)


def mahalanobis(r, x):
    s = x @ x.T + np.eye(len(x), dtype=x.dtype)
    return r @ np.linalg.solve(s, r)


def mahalanobis_vjp(out_bar, r, x):
    s = x @ x.T + np.eye(len(x), dtype=x.dtype)
    y = np.linalg.solve(s, r)
    return 2 * out_bar * y, -2 * out_bar * np.outer(y, y) @ x


@room.mistake("sign", mahalanobis, mahalanobis_vjp, normal((3,), (3, 2)), dtypes=WIDE, reference="HIPS/autograd#412")
def covariance_gradient_sign(out_bar, r, x):
    s = x @ x.T + np.eye(len(x), dtype=x.dtype)
    y = np.linalg.solve(s, r)
    return 2 * out_bar * y, 2 * out_bar * np.outer(y, y) @ x


@room.mistake("dropped term", mahalanobis, mahalanobis_vjp, normal((3,), (3, 2)), dtypes=WIDE)
def covariance_residual_unsolved(out_bar, r, x):
    s = x @ x.T + np.eye(len(x), dtype=x.dtype)
    y = np.linalg.solve(s, r)
    return 2 * out_bar * y, -2 * out_bar * np.outer(y, r) @ x


def ridge(x, y):
    return np.linalg.solve(x.T @ x + np.eye(x.shape[1], dtype=x.dtype), x.T @ y)


def ridge_vjp(out_bar, x, y):
    w = ridge(x, y)
    v = np.linalg.solve(x.T @ x + np.eye(x.shape[1], dtype=x.dtype), out_bar)
    return np.outer(y - x @ w, v) - np.outer(x @ v, w), x @ v


@room.mistake("dropped term", ridge, ridge_vjp, normal((4, 2), (4,)), dtypes=WIDE)
def ridge_normal_matrix_constant(out_bar, x, y):
    v = np.linalg.solve(x.T @ x + np.eye(x.shape[1], dtype=x.dtype), out_bar)
    return np.outer(y, v), x @ v


def trace_product(a, b):
    return np.trace(a @ b)


def trace_product_vjp(out_bar, a, b):
    return out_bar * b.T, out_bar * a.T


@room.mistake("transposed", trace_product, trace_product_vjp, normal((3, 3), (3, 3)), dtypes=DTYPES)
def trace_of_product_not_transposed(out_bar, a, b):
    return out_bar * b, out_bar * a


def matrix_cube(a):
    return a @ a @ a


def matrix_cube_vjp(out_bar, a):
    t = a.T
    return (out_bar @ t @ t + t @ out_bar @ t + t @ t @ out_bar,)


@room.mistake("dropped term", matrix_cube, matrix_cube_vjp, normal((3, 3)))
def matrix_cube_as_if_commuting(out_bar, a):
    t = a.T
    return (3 * t @ t @ out_bar,)


@room.mistake("dropped term", matrix_cube, matrix_cube_vjp, normal((3, 3)))
def matrix_cube_middle_term_missing(out_bar, a):
    t = a.T
    return (out_bar @ t @ t + t @ t @ out_bar,)


def cross(x, y):
    return np.cross(x, y)


def cross_vjp(out_bar, x, y):
    return np.cross(y, out_bar), np.cross(out_bar, x)


@room.mistake("sign", cross, cross_vjp, normal((3,), (3,)), domain=lambda x, y: x.shape == y.shape == (3,))
def cross_product_order(out_bar, x, y):
    return np.cross(out_bar, y), np.cross(out_bar, x)
