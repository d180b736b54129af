"""Eigenvalues, singular values, QR, pseudo-inverses, norms: gaps not divided by, halves forgotten, terms dropped."""

import numpy as np

from benchmarks.arena.case import DTYPES, WIDE, Room, normal, uniform

room = Room("spectra")


def symmetric(a):
    return (a + a.T) / 2


def distinct(dtype, rng):
    """Draw a 3 by 3 matrix whose symmetric part has eigenvalues near 1, 2 and 4."""
    q, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    skew = rng.standard_normal((3, 3))
    return (np.asarray(q @ np.diag([1, 2, 4.0]) @ q.T + 0.1 * (skew - skew.T), dtype),)


def eigenvalues(a):
    return np.linalg.eigh(symmetric(a))[0]


def eigenvalues_vjp(out_bar, a):
    v = np.linalg.eigh(symmetric(a))[1]
    return ((v * out_bar) @ v.T,)


@room.mistake("transposed", eigenvalues, eigenvalues_vjp, distinct, dtypes=WIDE)
def eigenvectors_by_rows(out_bar, a):
    v = np.linalg.eigh(symmetric(a))[1]
    return ((v.T * out_bar) @ v,)


@room.mistake("diagonal only", eigenvalues, eigenvalues_vjp, distinct, dtypes=WIDE)
def eigenvalues_of_a_diagonal(out_bar, a):
    del a
    return (np.diag(out_bar),)


@room.mistake("axis reversed", eigenvalues, eigenvalues_vjp, distinct, dtypes=WIDE)
def eigenvalues_in_descending_order(out_bar, a):
    v = np.linalg.eigh(symmetric(a))[1]
    return ((v * out_bar[::-1]) @ v.T,)


def function_of(a, fun):
    w, v = np.linalg.eigh(symmetric(a))
    return (v * fun(w)) @ v.T


def exponential(a):
    return function_of(a, np.exp)


def divided(w):
    """Return (exp(w_i) - exp(w_j)) / (w_i - w_j), by the hyperbolic sine so that close eigenvalues lose no digits."""
    half = (w[:, None] - w[None, :]) / 2
    near = np.abs(half) < 1e-3
    ratio = np.where(near, 1 + half * half / 6 + half**4 / 120, np.sinh(half) / np.where(near, 1, half))
    return np.exp((w[:, None] + w[None, :]) / 2) * ratio


def exponential_vjp(out_bar, a):
    w, v = np.linalg.eigh(symmetric(a))
    return (symmetric(v @ ((v.T @ out_bar @ v) * divided(w)) @ v.T),)


@room.mistake("eigenvalue gaps", exponential, exponential_vjp, distinct, dtypes=WIDE)
def exponential_of_eigenvalues_only(out_bar, a):
    w, v = np.linalg.eigh(symmetric(a))
    return (symmetric(v @ ((v.T @ out_bar @ v) * np.diag(np.exp(w))) @ v.T),)


@room.mistake("eigenvalue gaps", exponential, exponential_vjp, distinct, dtypes=WIDE)
def exponential_gaps_not_divided(out_bar, a):
    w, v = np.linalg.eigh(symmetric(a))
    k = np.exp(w)[:, None] - np.exp(w)[None, :] + np.diag(np.exp(w))
    return (symmetric(v @ ((v.T @ out_bar @ v) * k) @ v.T),)


@room.mistake("eigenvalue gaps", exponential, exponential_vjp, distinct, dtypes=WIDE)
def exponential_as_if_commuting(out_bar, a):
    e = exponential(a)
    return (symmetric(out_bar @ e),)


SIMPLE = {"dtypes": WIDE, "domain": lambda a: a.shape == (3, 3) and np.diff(np.linalg.eigvalsh(symmetric(a)))[0] > 0.1}


def projector(a):
    v = np.linalg.eigh(symmetric(a))[1][:, 0]
    return np.outer(v, v)


def projector_vjp(out_bar, a):
    w, v = np.linalg.eigh(symmetric(a))
    g = v.T @ (out_bar + out_bar.T) @ v[:, 0]
    g[1:] /= w[0] - w[1:]
    g[0] = 0
    return (symmetric(np.outer(v @ g, v[:, 0])),)


@room.mistake("eigenvalue gaps", projector, projector_vjp, distinct, **SIMPLE)
def eigenvector_gap_sign(out_bar, a):
    w, v = np.linalg.eigh(symmetric(a))
    g = v.T @ (out_bar + out_bar.T) @ v[:, 0]
    g[1:] /= w[1:] - w[0]
    g[0] = 0
    return (symmetric(np.outer(v @ g, v[:, 0])),)


@room.mistake("eigenvalue gaps", projector, projector_vjp, distinct, **SIMPLE)
def eigenvector_gaps_missing(out_bar, a):
    v = np.linalg.eigh(symmetric(a))[1]
    g = v.T @ (out_bar + out_bar.T) @ v[:, 0]
    g[0] = 0
    return (-symmetric(np.outer(v @ g, v[:, 0])),)


@room.mistake("symmetrisation", projector, projector_vjp, distinct, **SIMPLE)
def eigenvector_not_symmetrised(out_bar, a):
    w, v = np.linalg.eigh(symmetric(a))
    g = v.T @ (out_bar + out_bar.T) @ v[:, 0]
    g[1:] /= w[0] - w[1:]
    g[0] = 0
    return (np.outer(v @ g, v[:, 0]),)


def nuclear(a):
    return np.sum(np.linalg.svd(a, compute_uv=False))


def nuclear_vjp(out_bar, a):
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return (out_bar * u @ vt,)


@room.mistake("transposed", nuclear, nuclear_vjp, distinct, dtypes=WIDE)
def singular_vectors_not_transposed(out_bar, a):
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return (out_bar * u @ vt.T,)


def spectral(a):
    return np.linalg.norm(a, 2)


def spectral_vjp(out_bar, a):
    u, _, vt = np.linalg.svd(a)
    return (out_bar * np.outer(u[:, 0], vt[0]),)


@room.mistake("transposed", spectral, spectral_vjp, distinct, dtypes=WIDE, domain=lambda a: a.size > 0)
def spectral_norm_takes_a_column(out_bar, a):
    u, _, vt = np.linalg.svd(a)
    return (out_bar * np.outer(u[:, 0], vt[:, 0]),)


@room.mistake("off by one", spectral, spectral_vjp, distinct, dtypes=WIDE, domain=lambda a: a.size > 0)
def spectral_norm_of_the_smallest(out_bar, a):
    u, _, vt = np.linalg.svd(a)
    return (out_bar * np.outer(u[:, -1], vt[-1]),)


REGULAR = {"dtypes": WIDE, "domain": lambda a: a.shape == (3, 3) and abs(np.linalg.det(a)) > 0.1}


def triangle(a):
    r = np.linalg.qr(a)[1]
    return r * np.sign(np.diag(r))[:, None]


def triangle_pull(out_bar, a, copy):
    q, r = np.linalg.qr(a)
    s = np.sign(np.diag(r))
    q, r = q * s, r * s[:, None]
    m = r @ np.triu(out_bar).T
    return q @ np.linalg.solve(r, copy(m).T).T


def triangle_vjp(out_bar, a):
    return (triangle_pull(out_bar, a, lambda m: np.tril(m) + np.tril(m, -1).T),)


@room.mistake("symmetrisation", triangle, triangle_vjp, distinct, **REGULAR)
def qr_lower_part_not_copied(out_bar, a):
    return (triangle_pull(out_bar, a, np.tril),)


@room.mistake("symmetrisation", triangle, triangle_vjp, distinct, **REGULAR)
def qr_upper_part_copied(out_bar, a):
    return (triangle_pull(out_bar, a, lambda m: np.triu(m) + np.triu(m, 1).T),)


def pseudo_inverse(a):
    return np.linalg.pinv(a)


def pseudo_inverse_vjp(out_bar, a):
    p = np.linalg.pinv(a)
    left = np.eye(a.shape[0], dtype=a.dtype) - a @ p
    right = np.eye(a.shape[1], dtype=a.dtype) - p @ a
    g = out_bar.T
    return (-p.T @ out_bar @ p.T + left @ g @ p @ p.T + p.T @ p @ g @ right,)


def tall(dtype, rng):
    return (np.asarray(np.eye(4, 2) + 0.3 * rng.uniform(-1, 1, (4, 2)), dtype),)


@room.mistake(
    "dropped term",
    pseudo_inverse,
    pseudo_inverse_vjp,
    tall,
    dtypes=WIDE,
    domain=lambda a: a.size > 0 and np.linalg.cond(a) < 100,
)
def pseudo_inverse_as_inverse(out_bar, a):
    p = np.linalg.pinv(a)
    return (-p.T @ out_bar @ p.T,)


def frobenius(a):
    return np.linalg.norm(a)


def frobenius_vjp(out_bar, a):
    n = np.linalg.norm(a)
    return (out_bar * a / (n if n > 0 else 1),)


@room.mistake("dropped term", frobenius, frobenius_vjp, normal((2, 3)), dtypes=WIDE)
def norm_not_divided(out_bar, a):
    return (out_bar * a,)


@room.mistake("constant factor", frobenius, frobenius_vjp, normal((2, 3)), dtypes=WIDE)
def norm_divided_by_its_square(out_bar, a):
    n = np.sum(a * a)
    return (out_bar * a / (n if n > 0 else 1),)


def p_norm(x):
    return np.sum(np.abs(x) ** 3) ** (1 / 3)


def p_norm_vjp(out_bar, x):
    n = p_norm(x)
    return (out_bar * np.sign(x) * (x / (n if n > 0 else 1)) ** 2,)


@room.mistake("sign", p_norm, p_norm_vjp, normal((4,)), dtypes=WIDE)
def p_norm_sign_lost(out_bar, x):
    n = p_norm(x)
    return (out_bar * (x / (n if n > 0 else 1)) ** 2,)


def power_step(a, x):
    y = a @ x
    return y / np.sqrt(y @ y)


def power_step_vjp(out_bar, a, x):
    y = a @ x
    n = np.sqrt(y @ y)
    u = y / n
    g = (out_bar - u * (u @ out_bar)) / n
    return np.outer(g, x), a.T @ g


@room.mistake(
    "dropped term", power_step, power_step_vjp, uniform(0.5, 2, (3, 3), (3,)),
    domain=["positive", "positive"], dtypes=DTYPES,
)  # fmt: skip
def power_step_projection_missing(out_bar, a, x):
    y = a @ x
    g = out_bar / np.sqrt(y @ y)
    return np.outer(g, x), a.T @ g


def rayleigh(a, x):
    return x @ a @ x / (x @ x)


def rayleigh_vjp(out_bar, a, x):
    n = x @ x
    return out_bar * np.outer(x, x) / n, out_bar * ((a + a.T) @ x - 2 * x * (x @ a @ x) / n) / n


@room.mistake("dropped term", rayleigh, rayleigh_vjp, uniform(0.5, 2, (3, 3), (3,)), domain=[None, "positive"])
def rayleigh_denominator_constant(out_bar, a, x):
    n = x @ x
    return out_bar * np.outer(x, x) / n, out_bar * ((a + a.T) @ x) / n
