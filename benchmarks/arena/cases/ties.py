"""Ties and kinks: the value given there lies outside every subgradient, or is given twice."""

import numpy as np

from benchmarks.arena.case import Room, at, normal, uniform

room = Room("ties")


def largest(x):
    return np.max(x)


def largest_vjp(out_bar, x):
    ties = (x == np.max(x)).astype(x.dtype)
    return (out_bar * ties / ties.sum(),)


@room.mistake("ties", largest, largest_vjp, normal((5,)), witness=at([1, 3, 3]), reference="chelsea0x3b/dfdx#111")
def every_tied_maximum_gets_all(out_bar, x):
    return (out_bar * (x == np.max(x)).astype(x.dtype),)


@room.mistake("ties", largest, largest_vjp, normal((5,)), witness=at([1, 3, 3]))
def tied_maximum_gets_nothing(out_bar, x):
    best = np.max(x)
    others = np.array([np.sum(x == v) for v in x])
    return (out_bar * ((x == best) & (others == 1)).astype(x.dtype),)


def row_max(x):
    return x.max(axis=1)


def row_max_vjp(out_bar, x):
    ties = (x == x.max(axis=1, keepdims=True)).astype(x.dtype)
    return (ties / ties.sum(axis=1, keepdims=True) * out_bar[:, None],)


@room.mistake("ties", row_max, row_max_vjp, normal((2, 3)), witness=at([[1, 2, 2], [0, 1, -1]]))
def row_ties_divided_by_all_ties(out_bar, x):
    ties = (x == x.max(axis=1, keepdims=True)).astype(x.dtype)
    return (ties / ties.sum() * len(x) * out_bar[:, None],)


def larger(x, y):
    return np.maximum(x, y)


def larger_vjp(out_bar, x, y):
    share = np.where(x > y, 1, np.where(x < y, 0, 0.5)).astype(x.dtype)
    return out_bar * share, out_bar * (1 - share)


@room.mistake("ties", larger, larger_vjp, normal((4,), (4,)), witness=at([1, 2], [1, 0]))
def tie_paid_to_both(out_bar, x, y):
    return out_bar * (x >= y), out_bar * (y >= x)


@room.mistake("ties", larger, larger_vjp, normal((4,), (4,)), witness=at([1, 2], [1, 0]))
def tie_paid_to_neither(out_bar, x, y):
    return out_bar * (x > y), out_bar * (y > x)


def leaky(x):
    return np.where(x > 0, x, 0.25 * x)


def leaky_vjp(out_bar, x):
    return (out_bar * np.where(x > 0, 1, 0.25).astype(x.dtype),)


@room.mistake("kink", leaky, leaky_vjp, normal((5,)), witness=at([0, 1]))
def leaky_relu_zero_at_zero(out_bar, x):
    return (out_bar * (np.heaviside(x, 0) + 0.25 * np.heaviside(-x, 0)).astype(x.dtype),)


@room.mistake("kink", leaky, leaky_vjp, normal((5,)), witness=at([0, 1]))
def leaky_relu_both_at_zero(out_bar, x):
    return (out_bar * ((x >= 0) + 0.25 * (x <= 0)).astype(x.dtype),)


def absolute(x):
    return np.abs(x)


def absolute_vjp(out_bar, x):
    return (out_bar * np.sign(x),)


@room.mistake("kink", absolute, absolute_vjp, normal((5,)), witness=at([0, 1]))
def absolute_value_two_at_zero(out_bar, x):
    return (out_bar * np.where(x == 0, 2, np.sign(x)).astype(x.dtype),)


def tent(x):
    return np.minimum(np.maximum(x, 0), 1)


def tent_vjp(out_bar, x):
    return (out_bar * ((x > 0) & (x < 1)),)


@room.mistake("kink", tent, tent_vjp, uniform(0.1, 0.9, (4,)), witness=at([1, 0.5]))
def clip_doubled_at_its_border(out_bar, x):
    return (out_bar * (((x > 0) & (x < 1)) + 2 * (x == 1)).astype(x.dtype),)


def top_two(x):
    return np.sum(np.sort(x)[-2:])


def top_two_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[np.argsort(x, kind="stable")[-2:]] = out_bar
    return (g,)


@room.mistake("ties", top_two, top_two_vjp, normal((5,)), witness=at([1, 3, 3, 3]), domain=lambda x: x.size > 2)
def threshold_selects_more_than_k(out_bar, x):
    return (out_bar * (x >= np.sort(x)[-2]).astype(x.dtype),)


def ordered(x):
    return np.sort(x)


def ordered_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[np.argsort(x, kind="stable")] = out_bar
    return (g,)


@room.mistake("ties", ordered, ordered_vjp, normal((5,)), witness=at([2, 1, 2]))
def rank_by_value(out_bar, x):
    return (out_bar[np.searchsorted(np.sort(x), x)],)


def median(x):
    return np.sort(x)[len(x) // 2]


def median_vjp(out_bar, x):
    ties = (x == median(x)).astype(x.dtype)
    return (out_bar * ties / ties.sum(),)


@room.mistake("ties", median, median_vjp, normal((5,)), witness=at([0, 1, 1]), domain=lambda x: x.size > 0)
def every_tied_median_gets_all(out_bar, x):
    return (out_bar * (x == median(x)).astype(x.dtype),)


def pool(x):
    n = len(x) // 2
    return x[: 2 * n].reshape(n, 2).max(axis=1)


def pool_vjp(out_bar, x):
    n = len(x) // 2
    pairs = x[: 2 * n].reshape(n, 2)
    g = np.zeros_like(x)
    mask = np.zeros((n, 2), x.dtype)
    mask[np.arange(n), pairs.argmax(axis=1)] = 1
    g[: 2 * n] = (mask * out_bar[:, None]).reshape(-1)
    return (g,)


@room.mistake("ties", pool, pool_vjp, normal((6,)), witness=at([1, 1, 0, 2]))
def pooled_ties_both_paid(out_bar, x):
    n = len(x) // 2
    g = np.zeros_like(x)
    pairs = x[: 2 * n].reshape(n, 2)
    g[: 2 * n] = ((pairs == pairs.max(axis=1, keepdims=True)) * out_bar[:, None]).reshape(-1)
    return (g,)


def spread(x):
    return x.max() - x.min()


def spread_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[np.argmax(x)] += out_bar
    g[np.argmin(x)] -= out_bar
    return (g,)


@room.mistake("ties", spread, spread_vjp, normal((4,)), witness=at([2, 2]), domain=lambda x: x.size > 0)
def constant_input_assigned_once(out_bar, x):
    g = np.zeros_like(x)
    g[np.argmax(x)] = out_bar
    g[np.argmin(x)] = -out_bar
    return (g,)


def distance(x, y):
    return np.abs(x - y).sum()


def distance_vjp(out_bar, x, y):
    s = np.sign(x - y) * out_bar
    return s, -s


@room.mistake("ties", distance, distance_vjp, normal((4,), (4,)), witness=at([1, 2], [1, 0]))
def equal_entries_both_pushed_up(out_bar, x, y):
    s = np.where(x >= y, 1, -1).astype(x.dtype) * out_bar
    t = np.where(y >= x, 1, -1).astype(x.dtype) * out_bar
    return s, np.where(x == y, 3 * t, t)


def closest(x, y):
    return np.min(np.abs(x[:, None] - y[None, :]))


def closest_vjp(out_bar, x, y):
    d = np.abs(x[:, None] - y[None, :])
    i, j = np.unravel_index(np.argmin(d), d.shape)
    s = np.sign(x[i] - y[j]) * out_bar
    x_bar, y_bar = np.zeros_like(x), np.zeros_like(y)
    x_bar[i] += s
    y_bar[j] -= s
    return x_bar, y_bar


@room.mistake("ties", closest, closest_vjp, normal((3,), (3,)), witness=at([0, 5], [1, 6]))
def every_closest_pair_pulled(out_bar, x, y):
    d = x[:, None] - y[None, :]
    s = np.sign(d) * (np.abs(d) == np.abs(d).min()) * out_bar
    return s.sum(axis=1), -s.sum(axis=0)
