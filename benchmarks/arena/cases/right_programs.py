"""Right, in the ways that programs are written: control flow, recursion, closures, state of their own, views."""

import math

import numpy as np

from benchmarks.arena.case import DTYPES, WIDE, Room, fixed, normal, uniform

room = Room("right_programs")


def sech2(x):
    e = np.exp(-np.abs(x))
    s = 2 * e / (1 + e * e)
    return s * s


def doubling(x):
    y = x * 2
    while np.sqrt(np.sum(y * y)) < 1000:
        y = y * 2
    return 100 * y if np.sum(y) > 0 else y


@room.right("control flow", doubling, normal((3,)), dtypes=WIDE, domain=lambda x: np.sum(x * x) > 1e-3)
def doubling_until_large(out_bar, x):
    factor, y = 2, x * 2
    while np.sqrt(np.sum(y * y)) < 1000:
        y = y * 2
        factor *= 2
    return (out_bar * (100 * factor if np.sum(y) > 0 else factor),)


def tree(x):
    if len(x) == 0:
        return np.ones((), x.dtype)[()]
    if len(x) == 1:
        return x[0]
    half = len(x) // 2
    return tree(x[:half]) * tree(x[half:])


def tree_pull(out_bar, x):
    if len(x) < 2:
        return np.full_like(x, out_bar)
    half = len(x) // 2
    left, right = x[:half], x[half:]
    return np.concatenate([tree_pull(out_bar * tree(right), left), tree_pull(out_bar * tree(left), right)])


@room.right("recursion", tree, uniform(0.5, 1.5, (7,)))
def product_by_recursion(out_bar, x):
    return (tree_pull(out_bar, x),)


def collatz(x):
    out = x * 1
    for i in range(out.size):
        k = i + 1
        while k > 1:
            out.flat[i] = out.flat[i] * 2 if k % 2 == 0 else out.flat[i] + k
            k = k // 2
    return out


@room.right("control flow", collatz, normal((6,)))
def loops_on_integers(out_bar, x):
    g = out_bar.copy()
    for i in range(x.size):
        k = i + 1
        while k > 1:
            if k % 2 == 0:
                g.flat[i] *= 2
            k = k // 2
    return (g,)


def identity(x):
    return x


@room.right("returns its cotangent", identity, normal((4,)))
def identity_returns_the_cotangent_itself(out_bar, x):
    del x
    return (out_bar,)


def shifted(x):
    return x + 3


@room.right("returns its cotangent", shifted, normal((2, 2)))
def shift_returns_a_bare_array(out_bar, x):
    del x
    return out_bar


def both(x, y):
    return x + y


@room.right("returns its cotangent", both, normal((3,), (3,)))
def sum_returns_one_array_twice(out_bar, x, y):
    del x, y
    return out_bar, out_bar


def column(x):
    return x.reshape(-1, 1)


@room.right("returns a view", column, normal((4,)))
def reshape_returns_a_view(out_bar, x):
    return (out_bar.reshape(x.shape),)


def total(x):
    return x.sum()


@room.right("returns a view", total, normal((2, 3)))
def sum_returns_a_read_only_broadcast(out_bar, x):
    return (np.broadcast_to(out_bar, x.shape),)


RNG = np.random.default_rng(11)
W1 = np.round(RNG.standard_normal((3, 5)), 2)
W2 = np.round(RNG.standard_normal((5, 2)), 2)
B1 = np.round(RNG.standard_normal(5), 2)


def network(x):
    h = np.tanh(x @ W1.astype(x.dtype) + B1.astype(x.dtype))
    return h @ W2.astype(x.dtype)


@room.right("closure", network, normal((2, 3)))
def network_over_captured_weights(out_bar, x):
    w1, w2 = W1.astype(x.dtype), W2.astype(x.dtype)
    z = x @ w1 + B1.astype(x.dtype)
    return ((out_bar @ w2.T * sech2(z)) @ w1.T,)


PROJECTION = np.sign(RNG.standard_normal((8, 3)))


def projected(x):
    return PROJECTION.astype(x.dtype) @ x / len(x) ** 0.5


@room.right("closure", projected, normal((3,)), domain=lambda x: len(x) == 3)
def captured_random_projection(out_bar, x):
    return (PROJECTION.astype(x.dtype).T @ out_bar / len(x) ** 0.5,)


def self_scaled(x):
    n, d = x.shape
    return x.sum(axis=0) / n + x.prod(axis=0) * d


@room.right("closure", self_scaled, uniform(0.5, 1.5, (3, 2)), domain=lambda x: len(x) > 0)
def sizes_taken_from_the_input(out_bar, x):
    n, d = x.shape
    g = np.empty_like(x)
    for i in range(n):
        g[i] = 1 / n + np.delete(x, i, axis=0).prod(axis=0) * d
    return (g * out_bar,)


def stopped(x):
    frozen = np.floor(x)
    return x - frozen + frozen


@room.right("stop-gradient", stopped, normal((4,), shift=0.4))
def identity_with_a_frozen_part(out_bar, x):
    del x
    return (out_bar * 1,)


def fractional(x):
    return x - np.floor(x)


@room.right("stop-gradient", fractional, fixed([0.25, 1.75, -0.5]))
def fractional_part(out_bar, x):
    del x
    return (out_bar.copy(),)


def polar(r, t):
    return r * np.cos(t), r * np.sin(t)


@room.right("tuple of outputs", polar, normal((3,), (3,)))
def polar_coordinates(out_bar, r, t):
    a, b = out_bar
    c, s = np.cos(t), np.sin(t)
    return a * c + b * s, r * (b * c - a * s)


def statistics(x):
    m = x.mean()
    return m, np.mean((x - m) ** 2), x - m


@room.right("tuple of outputs", statistics, normal((5,)), domain=lambda x: x.size > 0)
def mean_variance_and_residual(out_bar, x):
    m_bar, v_bar, r_bar = out_bar
    r = x - x.mean()
    return (m_bar / x.size + 2 * r * v_bar / x.size + r_bar - r_bar.mean(),)


def horner(c, x):
    out = np.zeros_like(x)
    for k in reversed(range(len(c))):
        out = out * x + c[k]
    return out


@room.right("loop", horner, normal((4,), (3,)))
def horner_of_two_inputs(out_bar, c, x):
    c_bar, power = np.empty_like(c), np.ones_like(x)
    slope = np.zeros_like(x)
    for k in range(len(c)):
        c_bar[k] = np.sum(out_bar * power)
        if k + 1 < len(c):
            slope = slope + (k + 1) * c[k + 1] * power
        power = power * x
    return c_bar, out_bar * slope


def recurrent(x, w):
    h = np.zeros_like(x[0])
    for row in x:
        h = np.tanh(row + w * h)
    return h


@room.right("loop", recurrent, normal((5, 2), (2,)), domain=lambda x, w: len(x) > 0)
def backpropagation_through_time(out_bar, x, w):
    h = [np.zeros_like(x[0])]
    for row in x:
        h.append(np.tanh(row + w * h[-1]))
    x_bar, w_bar, g = np.zeros_like(x), np.zeros_like(w), out_bar
    for t in reversed(range(len(x))):
        z = g * sech2(x[t] + w * h[t])
        x_bar[t] = z
        w_bar += z * h[t]
        g = z * w
    return x_bar, w_bar


def warp(x, y):
    n, m = len(x), len(y)
    cost = [[math.inf] * (m + 1) for _ in range(n + 1)]
    cost[0][0] = 0 * x[0]
    for i in range(n):
        for j in range(m):
            best = min(cost[i][j], cost[i][j + 1], cost[i + 1][j])
            cost[i + 1][j + 1] = best + (x[i] - y[j]) ** 2
    return cost[n][m]


@room.right("dynamic programming", warp, normal((4,), (3,)), domain=lambda x, y: len(x) > 0 and len(y) > 0)
def time_warping_along_its_best_path(out_bar, x, y):
    n, m = len(x), len(y)
    cost = [[math.inf] * (m + 1) for _ in range(n + 1)]
    cost[0][0] = 0 * x[0]
    for i in range(n):
        for j in range(m):
            cost[i + 1][j + 1] = min(cost[i][j], cost[i][j + 1], cost[i + 1][j]) + (x[i] - y[j]) ** 2
    x_bar, y_bar = np.zeros_like(x), np.zeros_like(y)
    i, j = n, m
    while i > 0 and j > 0:
        d = 2 * (x[i - 1] - y[j - 1]) * out_bar
        x_bar[i - 1] += d
        y_bar[j - 1] -= d
        steps = [(cost[i - 1][j - 1], i - 1, j - 1), (cost[i - 1][j], i - 1, j), (cost[i][j - 1], i, j - 1)]
        _, i, j = min(steps, key=lambda step: step[0])
    return x_bar, y_bar


def scheme(x):
    y = x
    for _ in range(5):
        k1 = -y * y
        k2 = -((y + 0.125 * k1) ** 2)
        y = y + 0.25 * k2
    return y


@room.right("loop", scheme, uniform(0.2, 1.2, (3,)), dtypes=DTYPES, domain=[(0, 2)])
def midpoint_rule_reversed(out_bar, x):
    path = [x]
    for _ in range(5):
        y = path[-1]
        path.append(y - 0.25 * (y - 0.125 * y * y) ** 2)
    g = out_bar
    for y in reversed(path[:-1]):
        g = g * (1 - 0.5 * (y - 0.125 * y * y) * (1 - 0.25 * y))
    return (g,)


def dispatch(x):
    table = {0: np.sin, 1: np.cos, 2: np.exp}
    return np.array([table[i % 3](v) for i, v in enumerate(x)], dtype=x.dtype)


@room.right("control flow", dispatch, normal((5,)))
def functions_from_a_dictionary(out_bar, x):
    table = {0: np.cos, 1: lambda v: -np.sin(v), 2: np.exp}
    return (np.array([table[i % 3](v) * g for i, (v, g) in enumerate(zip(x, out_bar, strict=True))], dtype=x.dtype),)


def either(x):
    return x * x if x[0] > x[-1] else np.exp(x)


@room.right("control flow", either, fixed([2, 1, 0.5]), domain=lambda x: len(x) > 0)
def branch_on_two_entries(out_bar, x):
    return (2 * x * out_bar if x[0] > x[-1] else np.exp(x) * out_bar,)
