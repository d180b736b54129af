"""A branch that no drawn input takes: the mistake lies beyond a threshold that the programs name."""

import numpy as np

from benchmarks.arena.case import Room, at, normal, uniform

room = Room("branches")
FAMILY = "beyond a threshold"


def huber(r):
    a = np.abs(r)
    return np.where(a <= 2, 0.5 * r * r, 2 * (a - 1))


def huber_vjp(out_bar, r):
    return (out_bar * np.clip(r, -2, 2),)


@room.mistake(FAMILY, huber, huber_vjp, uniform(-1, 1, (4,)), witness=at([3, -4]))
def huber_delta_missing(out_bar, r):
    return (out_bar * np.where(np.abs(r) <= 2, r, np.sign(r)),)


def softplus(x):
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))


def softplus_vjp(out_bar, x):
    e = np.exp(-np.abs(x))
    s = np.where(x > 0, 1 / (1 + e), e / (1 + e))
    return (out_bar * np.where(x > 20, 1, s).astype(x.dtype),)


@room.mistake(FAMILY, softplus, softplus_vjp, normal((4,)), witness=at([30, 25]))
def softplus_dead_past_its_threshold(out_bar, x):
    e = np.exp(-np.abs(x))
    s = np.where(x > 0, 1 / (1 + e), e / (1 + e))
    return (out_bar * np.where(x > 20, 0, s).astype(x.dtype),)


def elu(x):
    return np.where(x > 0, x, 1.5 * np.expm1(np.minimum(x, 0)))


def elu_vjp(out_bar, x):
    return (out_bar * np.where(x > 0, 1, 1.5 * np.exp(np.minimum(x, 0))),)


@room.mistake(FAMILY, elu, elu_vjp, uniform(0.5, 2, (4,)), witness=at([-1, -2]))
def elu_negative_side_constant(out_bar, x):
    return (out_bar * np.where(x > 0, 1, 1.5).astype(x.dtype),)


def relu6(x):
    return np.minimum(np.maximum(x, 0), 6)


def relu6_vjp(out_bar, x):
    return (out_bar * ((x > 0) & (x < 6)),)


@room.mistake(FAMILY, relu6, relu6_vjp, normal((4,)), witness=at([7, 8]))
def relu6_without_its_six(out_bar, x):
    return (out_bar * (x > 0),)


def controlled(x):
    if np.sum(x) > 100:
        return 2 * x
    return x * x


def controlled_vjp(out_bar, x):
    if np.sum(x) > 100:
        return (2 * out_bar,)
    return (2 * x * out_bar,)


@room.mistake(FAMILY, controlled, controlled_vjp, normal((3,)), witness=at([60, 50]))
def untaken_python_branch(out_bar, x):
    if np.sum(x) > 100:
        return (-2 * out_bar,)
    return (2 * x * out_bar,)


@room.mistake(FAMILY, controlled, controlled_vjp, normal((3,)), witness=at([60, 50]))
def branch_absent_from_the_backward(out_bar, x):
    return (2 * x * out_bar,)


def hardswish(x):
    return x * np.clip(x + 3, 0, 6) / 6


def hardswish_vjp(out_bar, x):
    inner = (2 * x + 3) / 6
    return (out_bar * np.where(x <= -3, 0, np.where(x >= 3, 1, inner)).astype(x.dtype),)


@room.mistake(FAMILY, hardswish, hardswish_vjp, uniform(-1, 1, (4,)), witness=at([4, 5]))
def hardswish_flat_on_top(out_bar, x):
    inner = (2 * x + 3) / 6
    return (out_bar * np.where(np.abs(x) >= 3, 0, inner).astype(x.dtype),)


def clip(x):
    return np.clip(x, -1, 1)


def clip_vjp(out_bar, x):
    return (out_bar * (np.abs(x) <= 1),)


@room.mistake(FAMILY, clip, clip_vjp, uniform(-0.9, 0.9, (4,)), witness=at([2, -3]))
def clip_straight_through(out_bar, x):
    del x
    return (out_bar,)


@room.mistake(FAMILY, clip, clip_vjp, uniform(-0.9, 0.9, (4,)), witness=at([0.5, -3]))
def clip_one_sided(out_bar, x):
    return (out_bar * (x <= 1),)


def guarded_log(x):
    return np.log(np.maximum(x, 0.01))


def guarded_log_vjp(out_bar, x):
    return (out_bar * (x > 0.01) / np.maximum(x, 0.01),)


@room.mistake(FAMILY, guarded_log, guarded_log_vjp, uniform(0.5, 2, (4,)), witness=at([0.005, -1]))
def log_guard_leaks(out_bar, x):
    return (out_bar / np.maximum(x, 0.01),)


def tanh(x):
    return np.tanh(x)


def tanh_vjp(out_bar, x):
    e = np.exp(-np.abs(x))
    s = 2 * e / (1 + e * e)
    return (out_bar * s * s,)


@room.mistake(FAMILY, tanh, tanh_vjp, normal((4,)), witness=at([5, -4.5]))
def tanh_called_flat_past_four(out_bar, x):
    e = np.exp(-np.abs(x))
    s = 2 * e / (1 + e * e)
    return (out_bar * np.where(np.abs(x) > 4, 0, s * s).astype(x.dtype),)


KNOTS = np.array([0, 1, 2, 4])
VALUES = np.array([0, 2, 1, 5])


def table(x):
    i = np.clip(np.searchsorted(KNOTS, x, side="right") - 1, 0, 2)
    k, v = KNOTS.astype(x.dtype), VALUES.astype(x.dtype)
    t = (x - k[i]) / (k[i + 1] - k[i])
    return v[i] + t * (v[i + 1] - v[i])


def table_vjp(out_bar, x):
    i = np.clip(np.searchsorted(KNOTS, x, side="right") - 1, 0, 2)
    k, v = KNOTS.astype(x.dtype), VALUES.astype(x.dtype)
    return (out_bar * (v[i + 1] - v[i]) / (k[i + 1] - k[i]),)


@room.mistake(FAMILY, table, table_vjp, uniform(0.1, 1.9, (4,)), witness=at([3, 3.5]))
def last_bin_not_divided_by_its_width(out_bar, x):
    i = np.clip(np.searchsorted(KNOTS, x, side="right") - 1, 0, 2)
    v = VALUES.astype(x.dtype)
    return (out_bar * (v[i + 1] - v[i]),)


def pinball(r):
    return np.mean(np.maximum(0.75 * r, -0.25 * r))


def pinball_vjp(out_bar, r):
    return (out_bar * np.where(r > 0, 0.75, -0.25).astype(r.dtype) / r.size,)


@room.mistake(FAMILY, pinball, pinball_vjp, uniform(0.5, 2, (4,)), witness=at([-1, 1]), domain=lambda r: r.size > 0)
def pinball_negative_side_positive(out_bar, r):
    return (out_bar * np.where(r > 0, 0.75, 0.25).astype(r.dtype) / r.size,)


def hinge(x):
    return np.maximum(1 - x, 0)


def hinge_vjp(out_bar, x):
    return (-out_bar * (x < 1),)


@room.mistake(FAMILY, hinge, hinge_vjp, uniform(-1, 0.9, (4,)), witness=at([2, 3]))
def hinge_never_satisfied(out_bar, x):
    del x
    return (-out_bar,)


def walk(x):
    total = 0 * x[0]
    for v in x:
        if v < -50:
            break
        total = total + v * v
    return total


def walk_vjp(out_bar, x):
    g = np.zeros_like(x)
    for i, v in enumerate(x):
        if v < -50:
            break
        g[i] = 2 * v * out_bar
    return (g,)


@room.mistake(FAMILY, walk, walk_vjp, normal((4,)), witness=at([1, -60, 3]), domain=lambda x: x.size > 0)
def early_exit_not_followed(out_bar, x):
    return (2 * x * out_bar,)


def deadzone(x):
    return np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)


def deadzone_vjp(out_bar, x):
    return (out_bar * (np.abs(x) > 0.5),)


@room.mistake(FAMILY, deadzone, deadzone_vjp, uniform(1, 2, (4,)), witness=at([-1, -2]))
def shrinkage_one_sided(out_bar, x):
    return (out_bar * (x > 0.5),)


@room.mistake(FAMILY, deadzone, deadzone_vjp, uniform(1, 2, (4,)), witness=at([0.25, -0.25]))
def shrinkage_without_dead_zone(out_bar, x):
    return (out_bar * (np.abs(x) >= 0),)


def triangle(x):
    y = x - 2 * np.floor(x / 2)
    return np.where(y < 1, y, 2 - y)


def triangle_vjp(out_bar, x):
    y = x - 2 * np.floor(x / 2)
    return (out_bar * np.where(y < 1, 1, -1).astype(x.dtype),)


@room.mistake(FAMILY, triangle, triangle_vjp, uniform(0.1, 0.9, (4,)), witness=at([1.5, 1.25]))
def triangle_wave_always_rising(out_bar, x):
    del x
    return (out_bar,)


def capped_norm(x):
    n = np.sqrt(np.sum(x * x))
    return x / n if n > 1 else x * 1


def capped_norm_vjp(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    if n > 1:
        u = x / n
        return ((out_bar - u * np.sum(u * out_bar)) / n,)
    return (out_bar * 1,)


@room.mistake(FAMILY, capped_norm, capped_norm_vjp, uniform(-0.3, 0.3, (3,)), witness=at([3, 4]))
def clipped_norm_projection_missing(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    return (out_bar / n if n > 1 else out_bar * 1,)
