"""Right on hard matrices: ill-conditioned, nearly degenerate, of low rank, nearly singular."""

import numpy as np

from benchmarks.arena.case import DTYPES, WIDE, Room, fixed, normal

room = Room("right_linalg")


def hilbert(n):
    """Draw the Hilbert matrix of order n, rounded to the dtype, and a right-hand side."""

    def draw(dtype, rng):
        i = np.arange(n)
        return np.asarray(1 / (i[:, None] + i + 1), dtype), np.asarray(rng.standard_normal(n), dtype)

    return draw


def solve(a, b):
    return np.linalg.solve(a, b)


def solve_pull(out_bar, a, b):
    y = np.linalg.solve(a.T, out_bar)
    return -np.outer(y, np.linalg.solve(a, b)), y


@room.right("ill-conditioned", solve, hilbert(4), dtypes=WIDE, analytic=True)
def solve_with_hilbert_four(out_bar, a, b):
    return solve_pull(out_bar, a, b)


@room.right("ill-conditioned", solve, hilbert(6), dtypes=("float64",), analytic=True)
def solve_with_hilbert_six(out_bar, a, b):
    return solve_pull(out_bar, a, b)


def inverse(a):
    return np.linalg.inv(a)


@room.right("ill-conditioned", inverse, fixed([[1, 1], [1, 1.001]]), dtypes=WIDE, analytic=True)
def inverse_of_nearly_singular(out_bar, a):
    b = np.linalg.inv(a)
    return (-b.T @ out_bar @ b.T,)


def det(a):
    return np.linalg.det(a)


def cofactors(a):
    g = np.empty_like(a)
    for i in range(len(a)):
        for j in range(len(a)):
            g[i, j] = (-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1))
    return g


@room.right("singular", det, fixed([[1, 2, 3], [2, 4, 6], [0, 1, 1]]), dtypes=WIDE)
def determinant_of_a_singular_matrix(out_bar, a):
    return (out_bar * cofactors(a),)


def log_volume(a):
    return np.linalg.slogdet(a)[1]


@room.right("ill-conditioned", log_volume, fixed([[1e-3, 0, 1e-4], [0, 1, 0.5], [0, 0.5, 1e3]]), dtypes=WIDE)
def log_determinant_of_mixed_scales(out_bar, a):
    return (out_bar * np.linalg.inv(a).T,)


def heat(a):
    w, v = np.linalg.eigh((a + a.T) / 2)
    return (v * np.exp(w)) @ v.T


def close_spectrum(gap):
    def draw(dtype, rng):
        q, _ = np.linalg.qr(rng.standard_normal((3, 3)))
        return (np.asarray(q @ np.diag([1, 1 + gap, 3]) @ q.T, dtype),)

    return draw


def divided(w):
    d = w[:, None] - w[None, :]
    m = (w[:, None] + w[None, :]) / 2
    half = d / 2
    safe = np.where(np.abs(half) < 1e-3, 1, half)
    ratio = np.where(np.abs(half) < 1e-3, 1 + half * half / 6 + half**4 / 120, np.sinh(safe) / safe)
    return np.exp(m) * ratio


def heat_pull(out_bar, a):
    w, v = np.linalg.eigh((a + a.T) / 2)
    g = v @ ((v.T @ out_bar @ v) * divided(w)) @ v.T
    return ((g + g.T) / 2,)


@room.right("close eigenvalues", heat, close_spectrum(0.01), dtypes=WIDE)
def exponential_of_close_eigenvalues(out_bar, a):
    return heat_pull(out_bar, a)


@room.right("close eigenvalues", heat, close_spectrum(1e-6), dtypes=("float64",))
def exponential_of_nearly_equal_eigenvalues(out_bar, a):
    return heat_pull(out_bar, a)


def smallest(a):
    return np.linalg.eigvalsh((a + a.T) / 2)[0]


@room.right("close eigenvalues", smallest, close_spectrum(0.05), dtypes=WIDE, domain=lambda a: a.shape == (3, 3))
def smallest_eigenvalue(out_bar, a):
    v = np.linalg.eigh((a + a.T) / 2)[1][:, 0]
    return (out_bar * np.outer(v, v),)


def evidence(x):
    low = np.linalg.cholesky(x @ x.T + np.eye(len(x), dtype=x.dtype))
    return 2 * np.sum(np.log(np.diag(low)))


@room.right("factorisation", evidence, normal((3, 2)), dtypes=WIDE)
def log_determinant_by_cholesky(out_bar, x):
    return (2 * out_bar * np.linalg.solve(x @ x.T + np.eye(len(x), dtype=x.dtype), x),)


def back_substitution(u, b):
    n = len(b)
    x = np.zeros_like(b)
    for i in reversed(range(n)):
        x[i] = (b[i] - np.dot(u[i, i + 1 :], x[i + 1 :])) / u[i, i]
    return x


def triangular(dtype, rng):
    return np.asarray(np.triu(rng.uniform(0.5, 1.5, (4, 4))), dtype), np.asarray(rng.standard_normal(4), dtype)


@room.right(
    "loop", back_substitution, triangular, dtypes=DTYPES,
    domain=lambda u, b: u.shape == (len(b), len(b)) and np.all(np.abs(np.diag(u)) > 0.1),
)  # fmt: skip
def triangular_solve_by_loops(out_bar, u, b):
    n = len(b)
    x, y = back_substitution(u, b), np.zeros_like(b)
    for i in range(n):
        y[i] = (out_bar[i] - np.dot(u[:i, i], y[:i])) / u[i, i]
    return -np.triu(np.outer(y, x)), y


def powers(a):
    return np.linalg.matrix_power(a, 5)


@room.right("high degree", powers, normal((3, 3), scale=0.5), dtypes=WIDE)
def fifth_power_of_a_matrix(out_bar, a):
    t = a.T
    g = np.zeros_like(a)
    for k in range(5):
        g += np.linalg.matrix_power(t, k) @ out_bar @ np.linalg.matrix_power(t, 4 - k)
    return (g,)


def volume(a):
    return np.sum(np.log(np.abs(np.diag(np.linalg.qr(a)[1]))))


@room.right(
    "factorisation",
    volume,
    fixed([[2, 1, 0], [0.5, 3, 1], [1, 0, 2]]),
    dtypes=WIDE,
    domain=lambda a: a.shape == (3, 3) and abs(np.linalg.det(a)) > 0.1,
)
def log_volume_by_qr(out_bar, a):
    return (out_bar * np.linalg.inv(a).T,)


def least_squares(a, b):
    return np.linalg.solve(a.T @ a, a.T @ b)


def tall(dtype, rng):
    a = np.vander(np.linspace(0, 1, 6), 3) + 0.01 * rng.standard_normal((6, 3))
    return np.asarray(a, dtype), np.asarray(rng.standard_normal(6), dtype)


@room.right(
    "ill-conditioned",
    least_squares,
    tall,
    dtypes=WIDE,
    domain=lambda a, b: len(a) == len(b) and np.linalg.cond(a) < 1000,
)
def least_squares_by_normal_equations(out_bar, a, b):
    x = least_squares(a, b)
    y = np.linalg.solve(a.T @ a, out_bar)
    return np.outer(b - a @ x, y) - np.outer(a @ y, x), a @ y


def expm(a):
    out, term = np.eye(len(a), dtype=a.dtype), np.eye(len(a), dtype=a.dtype)
    for k in range(1, 25):
        term = term @ a / k
        out = out + term
    return out


@room.right("series", expm, normal((2, 2), scale=0.4), dtypes=WIDE)
def matrix_exponential_by_a_block(out_bar, a):
    n = len(a)
    block = np.zeros((2 * n, 2 * n), a.dtype)
    block[:n, :n] = block[n:, n:] = a.T
    block[:n, n:] = out_bar
    return (expm(block)[:n, n:],)
