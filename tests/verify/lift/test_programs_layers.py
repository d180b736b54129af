"""Layers and losses as people write them, forwards and pullbacks, run on exact numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

PROGRAMS = {}


def program(function):
    """Put a program on the table."""
    PROGRAMS[function.__name__] = function
    return function


def softmax(x):
    z = x - x.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


@program
def softmax_vjp(x):
    s = softmax(x)
    g = np.ones_like(s) * 0.5
    return s * (g - (g * s).sum(-1, keepdims=True))


@program
def relu_mask(x):
    g = x.copy()
    g[x <= 0] = 0
    return g


@program
def relu_mult(x):
    return x * (x > 0)


@program
def relu_astype(x):
    return x * (x > 0).astype(x.dtype)


@program
def onehot(x):
    t = np.zeros_like(x)
    t[np.arange(len(x)), np.argmax(x, axis=1)] = 1.0
    return softmax(x) - t


@program
def eye_onehot(x):
    y = np.array([0, 2])
    t = np.eye(x.shape[1])[y]
    return (softmax(x) - t) / len(x)


@program
def layernorm(x):
    mu = x.mean(-1, keepdims=True)
    v = x.var(-1, keepdims=True)
    xh = (x - mu) / np.sqrt(v + 1e-05)
    g = np.ones_like(x) * 0.3
    return (g - g.mean(-1, keepdims=True) - xh * (g * xh).mean(-1, keepdims=True)) / np.sqrt(v + 1e-05)


@program
def conv2d(x):
    k = np.array([[1.0, 2.0], [3.0, 4.0]])
    H, W = x.shape
    out = np.empty((H - 1, W - 1))
    for i in range(H - 1):
        for j in range(W - 1):
            out[i, j] = np.sum(x[i : i + 2, j : j + 2] * k)
    return out


@program
def im2col(x):
    s = np.lib.stride_tricks.sliding_window_view(x, (2, 2))
    return s.reshape(-1, 4) @ np.ones(4)


@program
def gelu(x):
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


@program
def maskinf(x):
    s = np.where(np.tril(np.ones(x.shape)) == 0, -np.inf, x)
    return softmax(s)


@program
def maskadd(x):
    m = np.triu(np.full(x.shape, -np.inf), k=1)
    return softmax(x + m)


@program
def norm(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


@program
def logsumexp(x):
    return np.log(np.sum(np.exp(x - x.max()))) + x.max()


@program
def sortg(x):
    i = np.argsort(x, axis=1)
    g = np.empty_like(x)
    np.put_along_axis(g, i, np.take_along_axis(x, i, 1) * 2, 1)
    return g


@program
def batchnorm(x):
    N, D = x.shape
    mu = 1.0 / N * np.sum(x, axis=0)
    xm = x - mu
    var = 1.0 / N * np.sum(xm**2, axis=0)
    iv = 1.0 / np.sqrt(var + 0.001)
    dx = np.ones((N, D))
    dv = np.sum(dx * xm, axis=0) * -0.5 * iv**3
    return dx * iv + dv * 2 * xm / N


@program
def xent(x):
    p_ = np.exp(x) / np.sum(np.exp(x), axis=1, keepdims=True)
    y = np.array([0, 1])
    l = -np.log(p_[range(2), y]).mean()
    p_[range(2), y] -= 1
    p_ /= 2
    return p_ * l


@program
def hinge(x):
    m = np.maximum(0, x - x[np.arange(2), [0, 1]][:, np.newaxis] + 1.0)
    m[np.arange(2), [0, 1]] = 0
    b = np.zeros(m.shape)
    b[m > 0] = 1
    b[np.arange(2), [0, 1]] -= np.sum(b, axis=1)
    return b * x


@program
def bptt(x):
    T = 3
    H = np.zeros((T + 1, 2))
    for t in range(T):
        H[t + 1] = np.tanh(H[t] + x[:, t])
    dx = np.empty_like(x)
    dn = np.zeros(2)
    for t in reversed(range(T)):
        d = (1 - H[t + 1] ** 2) * (dn + 1)
        dx[:, t] = d
        dn = d
    return dx


@program
def scan(x):
    h = np.zeros(2)
    hs = []
    for t in range(3):
        h = np.tanh(h * 0.5 + x[:, t])
        hs.append(h)
    return np.stack(hs, axis=1)


@program
def attn(x):
    q = x
    k = x * 0.5
    s = q @ k.T / math.sqrt(x.shape[-1])
    s += np.triu(np.full(s.shape, -1000000000.0), 1)
    a = np.exp(s - s.max(-1, keepdims=True))
    a /= a.sum(-1, keepdims=True)
    return a @ x


@program
def maxpool(x):
    y = x[:, :2].reshape(1, 2, 1, 2).max(axis=(1, 3))
    m = x[:, :2] == y.repeat(2, 0).repeat(2, 1)
    return m * x[:, :2]


@program
def eqmask(x):
    m = x.max(1, keepdims=True)
    k = x == m
    return k / k.sum(1, keepdims=True) * x


@program
def dropout(x):
    rng = np.random.default_rng(0)
    m = (rng.random(x.shape) < 0.5) / 0.5
    return x * m


@program
def dropout2(x):
    np.random.seed(0)  # noqa: NPY002 - as people write it
    m = np.random.binomial(1, 0.5, size=x.shape).astype(x.dtype) / 0.5  # noqa: NPY002 - likewise
    m[0, 0] = 2
    return x * m


@program
def embed(x):
    idx = np.array([[0, 1], [1, 1]])
    o = x[idx]
    g = np.zeros_like(x)
    np.add.at(g, idx, o)
    return g


@program
def pairwise(x):
    d = x[:, None] - x[None]
    D = np.sqrt((d**2).sum(-1) + 1e-12)
    np.fill_diagonal(D, 0)
    return D


@program
def tril(x):
    L = np.zeros((3, 3))
    L[np.tril_indices(3)] = np.arange(6.0) * x[0, 0]
    L[np.diag_indices(3)] = np.exp(x[0])
    return L @ L.T


@program
def softplus(x):
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))


@program
def vecsig(x):

    @np.vectorize
    def f(v):
        return 1 / (1 + math.exp(-v)) if v >= 0 else math.exp(v) / (1 + math.exp(v))

    return f(x)


@program
def argmx(x):
    g = np.zeros_like(x)
    i = x.argmax(1)
    g[range(2), i] = 1
    g[np.arange(2), x.argmin(axis=1)] += x[0, 0]
    return g


@program
def arraysplit(x):
    a, b, c = np.split(x, 3, axis=1)
    return a * b + c


@program
def strd(x):
    return np.lib.stride_tricks.as_strided(x, (2, 2), x.strides)


@program
def complexstep(x):
    return np.imag(np.conj(x)) + x.real + np.abs(x.conj())


@program
def unsafe_log(x):
    return np.where(x > 0, np.log(x), 0.0)


@program
def unsafe_div(x):
    z = np.where(x > 0, x, 0.0)
    return np.where(z > 0, 1.0 / z, 0.0)


@program
def safe_log(x):
    return np.where(x > 0, np.log(np.where(x > 0, x, 1.0)), 0.0)


@program
def isn(x):
    y = np.sqrt(x)
    y[np.isnan(y)] = 0
    return y


@program
def nantonum(x):
    return np.nan_to_num(np.sqrt(x))


@program
def nanmask(x):
    y = np.where(x > 0, x, np.nan)
    return np.nansum(y) + np.nanmax(y) + np.nanmean(y, axis=1)


@program
def infinit(x):
    best = -np.inf
    for v in x[0]:
        best = max(best, v)
    b2 = float("inf")
    for v in x[0]:
        b2 = min(v, b2)
    return np.array([best, b2])


@program
def fullinf(x):
    m = np.full(2, -np.inf)
    return np.maximum(m, x[:, 0])


@program
def clamp(x):
    return np.clip(x, -1, 1) + x.clip(0) + np.clip(x, None, 0.5) + np.maximum(0, np.minimum(1, x))


@program
def ternary(x):
    return np.array([[v if v > 0 else 0.01 * v for v in row] for row in x])


@program
def bisect(x):
    lo, hi = (0.0, 2.0)
    for _ in range(10):
        mid = (lo + hi) / 2
        if mid * mid < x[0, 0]:
            lo = mid
        else:
            hi = mid
    return lo * x


@program
def newton(x):
    r = np.ones_like(x[0])
    for _ in range(6):
        r = 0.5 * (r + np.abs(x[0]) / r)
    return r


@program
def rr(x):
    return np.r_[x[0], 1.0, x[1]]


@program
def cc(x):
    return np.c_[x[0], x[1]]


@program
def erfv(x):
    return np.vectorize(math.erf)(x)


@program
def lgam(x):
    return np.array([[math.lgamma(v * v + 1) + math.gamma(v * v + 1) + math.erfc(v) for v in r] for r in x])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_with_exact_numbers_what_it_gives_with_floats(name, dtype, agree):
    agree(PROGRAMS[name], dtype)
