"""Re-created from bug reports: products, scans, indices, matrices, normalisation. Each names where it was seen."""

import numpy as np

from benchmarks.arena.case import WIDE, Room, at, normal, sized, uniform

room = Room("reports_arrays")


def prod(x):
    return np.prod(x)


def prod_vjp(out_bar, x):
    left = np.concatenate([np.ones(1, x.dtype), np.cumprod(x)[:-1]])[: len(x)]
    right = np.concatenate([np.cumprod(x[::-1])[::-1][1:], np.ones(1, x.dtype)])[-len(x) :] if len(x) else x
    return (out_bar * left * right,)


@room.mistake(
    "shape", prod, prod_vjp, uniform(0.5, 2, (3,)), witness=at([0]), breaks="shape", reference="pytorch/pytorch#82644",
)  # fmt: skip
def product_of_one_zero_loses_its_axis(out_bar, x):
    if len(x) == 1 and x[0] == 0:
        return (np.asarray(out_bar, x.dtype),)
    return prod_vjp(out_bar, x)


def cumulative(x):
    return np.cumsum(x, axis=-1)


def cumulative_vjp(out_bar, x):
    del x
    return (np.cumsum(out_bar[..., ::-1], axis=-1)[..., ::-1],)


@room.mistake(
    "zero size", cumulative, cumulative_vjp, normal((2, 3)), witness=sized((2, 0)), breaks="raises",
    reference="pytorch/pytorch#31515",
)  # fmt: skip
def cumulative_sum_of_nothing(out_bar, x):
    sums = np.cumsum(out_bar, axis=-1)
    return (np.take(sums, [x.shape[-1] - 1], axis=-1) - sums + out_bar,)


def cumprod(x):
    return np.cumprod(x)


def cumprod_vjp(out_bar, x):
    n = len(x)
    left, tail = np.ones_like(x), np.zeros_like(x)
    for i in range(1, n):
        left[i] = left[i - 1] * x[i - 1]
    for i in reversed(range(n)):
        tail[i] = out_bar[i] + (x[i + 1] * tail[i + 1] if i + 1 < n else 0)
    return (left * tail,)


@room.mistake(
    "at zero", cumprod, cumprod_vjp, uniform(0.5, 2, (4,)), witness=at([2, 0, 3]), reference="pytorch/pytorch#174016",
)  # fmt: skip
def cumulative_product_zero_gets_nothing(out_bar, x):
    return (np.where(x == 0, 0, cumprod_vjp(out_bar, x)[0]),)


def renorm(x):
    n = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    return np.where(n > 1, x / np.where(n > 0, n, 1), x)


def renorm_vjp(out_bar, x):
    n = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    safe = np.where(n > 0, n, 1)
    u = x / safe
    outside = (out_bar - u * np.sum(u * out_bar, axis=1, keepdims=True)) / safe
    return (np.where(n > 1, outside, out_bar),)


@room.mistake("treated as constant", renorm, renorm_vjp, normal((2, 3), scale=2), reference="pytorch/pytorch#59584")
def renormalised_with_constant_norms(out_bar, x):
    n = np.sqrt(np.sum(x * x, axis=1, keepdims=True))
    return (np.where(n > 1, out_bar / np.where(n > 0, n, 1), out_bar),)


def contract(a, b):
    return np.tensordot(a, b, axes=([0], [1]))


def contract_vjp(out_bar, a, b):
    return np.tensordot(b, out_bar, axes=([0], [1])), np.tensordot(out_bar, a, axes=([0], [1]))


@room.mistake("transposed", contract, contract_vjp, normal((3, 3), (3, 3)), reference="HIPS/autograd#466")
def tensordot_axes_not_followed(out_bar, a, b):
    return np.tensordot(b, out_bar, axes=([1], [1])), np.tensordot(a, out_bar, axes=([1], [0]))


def det(a):
    return np.linalg.det(a)


def det_vjp(out_bar, a):
    n = len(a)
    g = np.empty_like(a)
    for i in range(n):
        for j in range(n):
            minor = np.delete(np.delete(a, i, 0), j, 1)
            g[i, j] = (-1) ** (i + j) * np.linalg.det(minor)
    return (out_bar * g,)


def well_conditioned(dtype, rng):
    return (np.asarray(np.eye(3) + 0.4 * rng.uniform(-1, 1, (3, 3)), dtype),)


SINGULAR = at([[1, 2, 0], [2, 4, 0], [0, 0, 1]])


@room.mistake(
    "at zero", det, det_vjp, well_conditioned, witness=SINGULAR, dtypes=WIDE, reference="HIPS/autograd#549",
)  # fmt: skip
def singular_determinant_by_the_inverse(out_bar, a):
    with np.errstate(all="ignore"):
        if np.linalg.det(a) == 0:
            return (np.full_like(a, np.nan),)
        return (out_bar * np.linalg.det(a) * np.linalg.inv(a).T,)


@room.mistake(
    "at zero", det, det_vjp, well_conditioned, witness=SINGULAR, dtypes=WIDE, reference="PaddlePaddle/Paddle#74179",
)  # fmt: skip
def singular_determinant_called_flat(out_bar, a):
    if np.linalg.det(a) == 0:
        return (np.zeros_like(a),)
    return (out_bar * np.linalg.det(a) * np.linalg.inv(a).T,)


def upper_cholesky(x):
    return np.linalg.cholesky(np.triu(x) + np.triu(x, 1).T).T


def upper_cholesky_pull(out_bar, x):
    low = upper_cholesky(x).T
    phi = np.tril(low.T @ out_bar.T)
    phi[np.diag_indices(len(phi))] *= 0.5
    inner = np.linalg.solve(low.T, phi)
    s = np.linalg.solve(low.T, inner.T).T
    return (s + s.T) / 2


def upper_cholesky_vjp(out_bar, x):
    s = upper_cholesky_pull(out_bar, x)
    return (np.triu(s) + np.triu(s, 1),)


def positive_definite(dtype, rng):
    b = rng.uniform(-1, 1, (3, 3))
    return (np.asarray(b @ b.T + 2 * np.eye(3), dtype),)


@room.mistake(
    "symmetrisation", upper_cholesky, upper_cholesky_vjp, positive_definite, dtypes=WIDE,
    reference="jax-ml/jax#40421",
)  # fmt: skip
def ghost_gradient_below_the_diagonal(out_bar, x):
    s = upper_cholesky_pull(out_bar, x)
    return (np.triu(s) + np.triu(s, 1) + np.tril(s, -1) / 2,)


@room.mistake(
    "symmetrisation", upper_cholesky, upper_cholesky_vjp, positive_definite, dtypes=WIDE,
    reference="pytorch/pytorch#18825",
)  # fmt: skip
def cholesky_triangle_counted_once(out_bar, x):
    return (np.triu(upper_cholesky_pull(out_bar, x)),)


PROBE = np.array([[1, 2, 0], [0, 1, -1]])


def subspace(a):
    v = np.linalg.eigh((a + a.T) / 2)[1][:, :2]
    m = PROBE.astype(a.dtype) @ v
    return np.sum(m * m)


def subspace_vjp(out_bar, a):
    w, v = np.linalg.eigh((a + a.T) / 2)
    p = PROBE.astype(a.dtype)
    inner = v.T @ (p.T @ p) @ v
    k = np.zeros_like(a)
    for i in (0, 1):
        k[i, 2] = k[2, i] = inner[i, 2] / (w[i] - w[2])
    return (out_bar * v @ k @ v.T,)


def gap_above_two(a):
    if a.shape != (3, 3):
        return False
    w = np.linalg.eigvalsh((a + a.T) / 2)
    return w[2] - w[1] > 0.1


def separated(dtype, rng):
    q, _ = np.linalg.qr(rng.standard_normal((3, 3)))
    return (np.asarray(q @ np.diag([1, 2, 4.0]) @ q.T, dtype),)


@room.mistake(
    "eigenvalue gaps", subspace, subspace_vjp, separated, witness=at([[1, 0, 0], [0, 1, 0], [0, 0, 3]]),
    dtypes=WIDE, reference="pytorch/pytorch#47599", domain=gap_above_two,
)  # fmt: skip
def degenerate_pair_divided_by_its_gap(out_bar, a):
    w, v = np.linalg.eigh((a + a.T) / 2)
    p = PROBE.astype(a.dtype)
    v_bar = 2 * (p.T @ p @ v) * np.array([1, 1, 0], a.dtype)
    with np.errstate(all="ignore"):
        gaps = 1 / (w[None, :] - w[:, None])
    gaps[np.diag_indices(3)] = 0
    with np.errstate(all="ignore"):
        g = v @ (gaps * (v.T @ v_bar)) @ v.T
    return (out_bar * (g + g.T) / 2,)


def nuclear(a):
    return np.sum(np.linalg.svd(a, compute_uv=False))


def nuclear_vjp(out_bar, a):
    u, _, vt = np.linalg.svd(a, full_matrices=False)
    return (out_bar * (u @ vt),)


@room.mistake(
    "dtype", nuclear, nuclear_vjp, well_conditioned, dtypes=("float32",), breaks="dtype", reference="jax-ml/jax#2794",
)  # fmt: skip
def singular_values_in_double(out_bar, a):
    u, _, vt = np.linalg.svd(a.astype(np.float64), full_matrices=False)
    return (out_bar * (u @ vt),)


def take(x, i):
    return x[i]


def take_vjp(out_bar, x, i):
    g = np.zeros_like(x)
    np.add.at(g, i, out_bar)
    return g, None


def three_of_four(dtype, rng):
    return np.asarray(rng.standard_normal(4), dtype), np.array([2, 0, 3])


@room.mistake(
    "transposed", take, take_vjp, three_of_four, reference="ooples/AiDotNet.Tensors#894",
    domain=lambda x, i: i.size > 0 and i.min() >= 0 and i.max() < len(x),
)  # fmt: skip
def gather_for_scatter(out_bar, x, i):
    return np.array([out_bar[i[s % len(i)] % len(out_bar)] for s in range(len(x))], x.dtype), None


def standardise(x):
    m = x.mean(axis=1, keepdims=True)
    return (x - m) / np.sqrt(((x - m) ** 2).mean(axis=1, keepdims=True) + 0.01)


def standardise_vjp(out_bar, x):
    m = x.mean(axis=1, keepdims=True)
    r = 1 / np.sqrt(((x - m) ** 2).mean(axis=1, keepdims=True) + 0.01)
    h = (x - m) * r
    sums = out_bar.mean(axis=1, keepdims=True), (out_bar * h).mean(axis=1, keepdims=True)
    return (r * (out_bar - sums[0] - h * sums[1]),)


@room.mistake("wrong axis", standardise, standardise_vjp, normal((3, 4)), reference="flagos-ai/FlagGems#59")
def block_of_rows_summed_as_one(out_bar, x):
    m = x.mean(axis=1, keepdims=True)
    r = 1 / np.sqrt(((x - m) ** 2).mean(axis=1, keepdims=True) + 0.01)
    h = (x - m) * r
    n = x.shape[1]
    return (r * (out_bar - out_bar.sum() / n - h * (out_bar * h).sum() / n),)


def batched(a, b):
    return np.einsum("nij,njc->nic", a, b)


def batched_vjp(out_bar, a, b):
    return np.einsum("nic,njc->nij", out_bar, b), np.einsum("nij,nic->njc", a, out_bar)


@room.mistake("dropped term", batched, batched_vjp, normal((1, 3, 2), (1, 2, 2)), reference="apache/mxnet#18102")
def einsum_contraction_lost(out_bar, a, b):
    return np.einsum("nic,njc->nij", out_bar, b), np.einsum("nij,nic->nj", a, out_bar)[..., None] + np.zeros_like(b)


def minus_column(z, c):
    return np.exp(z) - c


def minus_column_vjp(out_bar, z, c):
    del c
    return np.asarray(out_bar.sum() * np.exp(z)), -out_bar


@room.mistake(
    "missing broadcast sum", minus_column, minus_column_vjp, normal((), (4,)), breaks="shape",
    reference="pytorch/pytorch#13669",
)  # fmt: skip
def scalar_operand_not_reduced(out_bar, z, c):
    del c
    return out_bar * np.exp(z), -out_bar


def tied_max(x):
    return np.max(x)


def tied_max_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[np.argmax(x)] = out_bar
    return (g,)


@room.mistake("ties", tied_max, tied_max_vjp, normal((4,)), witness=at([1, 5, 5, 5]), reference="tinygrad/tinygrad#229")
def tied_maximum_counts_its_ties(out_bar, x):
    ties = (x == np.max(x)).astype(x.dtype)
    return (out_bar * ties * ties.sum(),)


def empty_pairs(x):
    i, j = np.triu_indices(len(x), 1)
    return np.sum((x[i] - x[j]) ** 2, axis=1)


def empty_pairs_vjp(out_bar, x):
    i, j = np.triu_indices(len(x), 1)
    d = 2 * (x[i] - x[j]) * out_bar[:, None]
    g = np.zeros_like(x)
    np.add.at(g, i, d)
    np.subtract.at(g, j, d)
    return (g,)


@room.mistake(
    "zero size", empty_pairs, empty_pairs_vjp, normal((3, 2)), witness=sized((0, 2)), breaks="raises",
    reference="pytorch/pytorch#197099",
)  # fmt: skip
def pairs_of_no_rows(out_bar, x):
    each = 1 // len(x) if len(x) != 1 else 1
    i, j = np.triu_indices(len(x), 1)
    d = 2 * (x[i] - x[j]) * out_bar[:, None]
    g = np.zeros_like(x)
    np.add.at(g, i, d)
    np.subtract.at(g, j, d)
    return (g + 0 * each,)
