"""Right at kinks, ties and borders: a valid subgradient, whichever convention its author took."""

import numpy as np

from benchmarks.arena.case import WIDE, Room, fixed

room = Room("right_kinks")


def relu(x):
    return np.maximum(x, 0)


@room.right("kink", relu, fixed([0, 1, -1]))
def relu_zero_at_zero(out_bar, x):
    return (out_bar * (x > 0),)


@room.right("kink", relu, fixed([0, 2, -3]))
def relu_one_at_zero(out_bar, x):
    return (np.where(x >= 0, out_bar, 0),)


@room.right("kink", relu, fixed([0, 2, -3]))
def relu_half_at_zero(out_bar, x):
    return (out_bar * np.heaviside(x, np.asarray(0.5, x.dtype)),)


@room.right("near a kink", relu, fixed([1e-7, -1e-7, 3e-6]), dtypes=WIDE)
def relu_a_ten_millionth_from_zero(out_bar, x):
    return (out_bar * (x > 0),)


def absolute(x):
    return np.abs(x)


@room.right("kink", absolute, fixed([0, -2, 1]))
def absolute_zero_at_zero(out_bar, x):
    return (out_bar * np.sign(x),)


@room.right("kink", absolute, fixed([0, -2, 1]))
def absolute_one_at_zero(out_bar, x):
    return (np.where(x < 0, -out_bar, out_bar),)


def largest(x):
    return np.max(x)


@room.right("ties", largest, fixed([2, 2, 2, 1]))
def three_way_tie_shared(out_bar, x):
    ties = (x == np.max(x)).astype(x.dtype)
    return (out_bar * (ties / ties.sum()),)


@room.right("ties", largest, fixed([2, 2, 2, 1]))
def three_way_tie_to_the_first(out_bar, x):
    g = np.zeros_like(x)
    g[np.argmax(x)] = out_bar
    return (g,)


@room.right("ties", largest, fixed([1, 2, 2]))
def tie_to_the_last(out_bar, x):
    g = np.zeros_like(x)
    g[len(x) - 1 - np.argmax(x[::-1])] = out_bar
    return (g,)


def larger(x, y):
    return np.maximum(x, y)


@room.right("ties", larger, fixed([1, 2, 0], [1, 1, 3]))
def maximum_shared_at_a_tie(out_bar, x, y):
    share = (np.sign(x - y) + 1) / 2
    return out_bar * share, out_bar * (1 - share)


@room.right("ties", larger, fixed([1, 2, 0], [1, 1, 3]))
def maximum_to_the_first_at_a_tie(out_bar, x, y):
    first = x >= y
    return np.where(first, out_bar, 0), np.where(first, 0, out_bar)


def clip(x):
    return np.clip(x, -1, 1)


@room.right("kink", clip, fixed([1, -1, 0.5, 3]))
def clip_closed_at_its_border(out_bar, x):
    return (out_bar * ((x >= -1) & (x <= 1)),)


@room.right("kink", clip, fixed([1, -1, 0.5, 3]))
def clip_open_at_its_border(out_bar, x):
    return (out_bar * ((x > -1) & (x < 1)),)


@room.right("near a kink", clip, fixed([0.9999999, 1.0000001, -0.9999999]), dtypes=("float64",))
def clip_a_ten_millionth_from_its_border(out_bar, x):
    return (out_bar * ((x > -1) & (x < 1)),)


def leaky(x):
    return np.where(x > 0, x, x / 4)


@room.right("kink", leaky, fixed([0, 1, -1]))
def leaky_relu_in_between(out_bar, x):
    return (out_bar * np.where(x > 0, 1, np.where(x < 0, 0.25, 0.5)).astype(x.dtype),)


def hinge(x):
    return np.maximum(0, 1 - x)


@room.right("kink", hinge, fixed([1, 0, 2]))
def hinge_at_its_margin(out_bar, x):
    return (-out_bar * (x <= 1),)


def ordered(x):
    return np.sort(x)


@room.right("ties", ordered, fixed([3, 1, 3, 2]))
def sort_with_ties(out_bar, x):
    g = np.empty_like(x)
    g[np.argsort(x, kind="stable")] = out_bar
    return (g,)


def median(x):
    return np.sort(x)[len(x) // 2]


@room.right("ties", median, fixed([1, 5, 1]), domain=lambda x: x.size > 0)
def median_of_ties(out_bar, x):
    ties = (x == median(x)).astype(x.dtype)
    return (out_bar * ties / ties.sum(),)


@room.right("ties", ordered, fixed([2, 2, 2, 1]), limit=True)
def sort_of_three_equal_entries(out_bar, x):
    g = np.empty_like(x)
    g[np.argsort(x, kind="stable")] = out_bar
    return (g,)


@room.right("ties", median, fixed([1, 1, 1, 3, 0]), domain=lambda x: x.size > 0, limit=True)
def median_of_three_equal_entries(out_bar, x):
    g = np.zeros_like(x)
    g[np.argsort(x, kind="stable")[len(x) // 2]] = out_bar
    return (g,)


def pool(x):
    return x.reshape(-1, 2).max(axis=1)


@room.right("ties", pool, fixed([1, 1, 2, 0]), domain=lambda x: x.size > 0)
def pool_with_a_tie(out_bar, x):
    pairs = x.reshape(-1, 2)
    g = np.zeros_like(pairs)
    g[np.arange(len(pairs)), pairs.argmax(axis=1)] = out_bar
    return (g.reshape(x.shape),)


def norm(x):
    return np.sqrt(np.sum(x * x))


@room.right("kink", norm, fixed([0, 0, 0]))
def norm_zero_at_zero(out_bar, x):
    n = norm(x)
    return (out_bar * x / (n if n > 0 else 1),)


@room.right("kink", norm, fixed([0, 0]))
def norm_first_axis_at_zero(out_bar, x):
    n = norm(x)
    if n == 0:
        g = np.zeros_like(x)
        g[:1] = out_bar
        return (g,)
    return (out_bar * x / n,)


def city(x):
    return np.abs(x).sum()


@room.right("kink", city, fixed([0, 0, -1]))
def one_norm_at_zero(out_bar, x):
    return (np.sign(x) * out_bar,)


def distances(x, y):
    return np.sqrt(np.sum((x - y) ** 2, axis=1))


@room.right("equal rows", distances, fixed([[1, 2], [3, 4]], [[1, 2], [0, 0]]))
def distance_zero_between_equal_rows(out_bar, x, y):
    r = distances(x, y)
    g = (x - y) * (out_bar / np.where(r > 0, r, 1))[:, None]
    return g, -g


def deviation(x):
    return np.std(x)


@room.right("equal entries", deviation, fixed([2, 2, 2, 2]), domain=lambda x: x.size > 0)
def deviation_zero_of_equal_entries(out_bar, x):
    s = np.std(x)
    return (out_bar * (x - x.mean()) / (x.size * (s if s > 0 else 1)),)


def shrink(x):
    return np.sign(x) * np.maximum(np.abs(x) - 0.5, 0)


@room.right("kink", shrink, fixed([0.5, -0.5, 2, 0]))
def soft_threshold_at_its_border(out_bar, x):
    return (out_bar * (np.abs(x) > 0.5),)


def huber(r):
    a = np.abs(r)
    return np.where(a <= 1, 0.5 * r * r, a - 0.5)


@room.right("smooth join", huber, fixed([1, -1, 0, 3]))
def huber_at_its_join(out_bar, r):
    return (out_bar * np.clip(r, -1, 1),)


def pinball(r):
    return np.maximum(0.75 * r, -0.25 * r)


@room.right("kink", pinball, fixed([0, 1, -1]))
def pinball_flat_at_zero(out_bar, r):
    return (out_bar * (0.5 * np.sign(r) + 0.25),)


def hard(x):
    return np.minimum(np.maximum(x + 3, 0), 6) / 6


@room.right("kink", hard, fixed([-3, 3, 0]))
def hard_sigmoid_at_both_corners(out_bar, x):
    return (out_bar * (((x > -3) & (x < 3)) / np.asarray(6, x.dtype)),)


def bent(x):
    return x * np.abs(x)


@room.right("smooth join", bent, fixed([0, 1, -2]))
def signed_square_at_zero(out_bar, x):
    return (2 * np.abs(x) * out_bar,)


def ramp(x):
    return np.maximum(x, 0) ** 2


@room.right("smooth join", ramp, fixed([0, 1, -1]))
def squared_relu_at_zero(out_bar, x):
    return (2 * np.maximum(x, 0) * out_bar,)


def stairs(x):
    return np.floor(x)


@room.right("piecewise constant", stairs, fixed([1.5, -0.25, 2.75]))
def floor_between_integers(out_bar, x):
    del out_bar
    return (np.zeros_like(x),)


@room.right("piecewise constant", stairs, fixed([1, 2, -3]))
def floor_at_integers(out_bar, x):
    return (0 * x * out_bar,)


def rounding(x):
    return np.rint(x) + np.sign(x)


@room.right("piecewise constant", rounding, fixed([0.3, 1.75, -2.2]))
def rounding_and_sign(out_bar, x):
    del out_bar
    return (np.zeros(x.shape, x.dtype),)


def spread(x):
    return x.max() - x.min()


@room.right("ties", spread, fixed([2, 2, 2]), domain=lambda x: x.size > 0)
def spread_of_equal_entries(out_bar, x):
    g = np.zeros_like(x)
    g[np.argmax(x)] += out_bar
    g[np.argmin(x)] -= out_bar
    return (g,)


def wave(x):
    y = x - 2 * np.floor(x / 2)
    return np.where(y < 1, y, 2 - y)


@room.right("kink", wave, fixed([1, 2, 0.5, 1.5]))
def triangle_wave_at_its_peaks(out_bar, x):
    y = x - 2 * np.floor(x / 2)
    return (out_bar * np.where((y == 0) | (y == 1), 0, np.where(y < 1, 1, -1)).astype(x.dtype),)
