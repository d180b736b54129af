"""Right, at scales where absolute steps and tolerances fail: tiny, huge, offset, long, steep."""

import math

import numpy as np

from benchmarks.arena.case import WIDE, Room, by_dtype, fixed, normal, uniform

room = Room("right_scales")


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def micro_sine(x):
    return 1e-6 * np.sin(x)


@room.right("tiny scale", micro_sine, normal((4,)), dtypes=WIDE)
def micro_sine_vjp(out_bar, x):
    return (1e-6 * np.cos(x) * out_bar,)


def square(x):
    return x * x


@room.right("huge scale", square, fixed([1e10, -3e10, 2e9]), dtypes=WIDE)
def square_at_ten_billion(out_bar, x):
    return (2 * x * out_bar,)


@room.right("huge scale", square, fixed([150, -200, 90.5]))
def square_near_the_top_of_half(out_bar, x):
    return (2 * x * out_bar,)


@room.right("one dtype only", square, normal((5,)), dtypes=("float16",))
def square_in_half_precision(out_bar, x):
    return (x * out_bar + out_bar * x,)


def logarithm(x):
    return np.log(x)


@room.right("near the edge", logarithm, fixed([1e-5, 1e-6, 3e-7]), domain=["positive"], dtypes=WIDE)
def logarithm_near_zero(out_bar, x):
    return (out_bar / x,)


@room.right("near the edge", logarithm, fixed([0.001, 0.01]), domain=["positive"])
def logarithm_at_a_thousandth(out_bar, x):
    return (out_bar / x,)


def root(x):
    return np.sqrt(x)


@room.right("near the edge", root, fixed([1e-4, 1e-7, 2]), domain=["positive"], dtypes=WIDE)
def root_near_zero(out_bar, x):
    return (out_bar / (2 * np.sqrt(x)),)


def exponential(x):
    return np.exp(x)


@room.right("huge scale", exponential, fixed([50, 80, -60]), dtypes=WIDE)
def exponential_of_fifty(out_bar, x):
    return (out_bar * np.exp(x),)


def far_square(x):
    return (x - 1e8) ** 2


@room.right("offset", far_square, fixed([1e8 + 64, 1e8 - 256, 1e8 + 1024]), dtypes=WIDE)
def far_square_vjp(out_bar, x):
    return (2 * (x - 1e8) * out_bar,)


def variance(x):
    return np.mean((x - x.mean()) ** 2)


@room.right("offset", variance, normal((16,), scale=1000, shift=1e8), dtypes=WIDE, domain=lambda x: x.size > 0)
def variance_far_from_zero(out_bar, x):
    return (2 * (x - x.mean()) * (out_bar / x.size),)


def centred(x):
    return x - np.mean(x, axis=0)


@room.right("offset", centred, normal((8, 2), scale=100, shift=1e6), dtypes=WIDE, domain=lambda x: len(x) > 0)
def centred_far_from_zero(out_bar, x):
    del x
    return (out_bar - np.mean(out_bar, axis=0),)


def energy(x):
    return np.sum(x * x)


@room.right("long", energy, normal((20_000,)), dtypes=WIDE)
def energy_of_twenty_thousand(out_bar, x):
    return (2 * x * out_bar,)


def log_sum(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


@room.right("long", log_sum, normal((20_000,)), dtypes=WIDE)
def log_sum_of_twenty_thousand(out_bar, x):
    e = np.exp(x - np.max(x))
    return (out_bar * e / e.sum(),)


def dot(x, y):
    return x @ y


@room.right("long", dot, normal((20_000,), (20_000,)), dtypes=WIDE)
def dot_of_twenty_thousand(out_bar, x, y):
    return out_bar * y, out_bar * x


def elementwise(x):
    return np.sin(x) * x


@room.right("long", elementwise, normal((20_000,)), dtypes=WIDE)
def elementwise_on_twenty_thousand(out_bar, x):
    return (out_bar * (np.sin(x) + x * np.cos(x)),)


def running(x):
    return np.cumsum(x)


@room.right("long", running, normal((2000,)), dtypes=WIDE)
def running_sum_of_two_thousand(out_bar, x):
    del x
    return (np.cumsum(out_bar[::-1])[::-1],)


def wave(x):
    return np.sin(1000 * x)


@room.right("high curvature", wave, uniform(0.1, 0.9, (4,)), dtypes=WIDE)
def wave_of_a_thousand(out_bar, x):
    return (1000 * np.cos(1000 * x) * out_bar,)


def fast_wave(x):
    return np.sin(1e6 * x)


@room.right("high curvature", fast_wave, uniform(0.1, 0.9, (4,)), dtypes=("float64",))
def wave_of_a_million(out_bar, x):
    return (1e6 * np.cos(1e6 * x) * out_bar,)


def step(x):
    return sigmoid(200 * x)


@room.right("high curvature", step, uniform(-0.02, 0.02, (5,)))
def steep_sigmoid(out_bar, x):
    return (200 * sigmoid(200 * x) * sigmoid(-200 * x) * out_bar,)


def chirp(x):
    return np.cos(np.exp(x))


@room.right("high curvature", chirp, uniform(3, 6, (4,)), dtypes=WIDE)
def chirp_vjp(out_bar, x):
    return (-np.sin(np.exp(x)) * np.exp(x) * out_bar,)


def chebyshev(x):
    a, b = np.ones_like(x), x
    for _ in range(19):
        a, b = b, 2 * x * b - a
    return b


@room.right("high degree", chebyshev, uniform(-0.9, 0.9, (4,)), dtypes=WIDE)
def chebyshev_of_degree_twenty(out_bar, x):
    a, b = np.ones_like(x), 2 * x
    for _ in range(18):
        a, b = b, 2 * x * b - a
    return (20 * b * out_bar,)


def high_power(x):
    return x**25


@room.right("high degree", high_power, uniform(0.6, 1.3, (4,)), dtypes=WIDE)
def power_of_twenty_five(out_bar, x):
    return (25 * x**24 * out_bar,)


def bell(x):
    return np.exp(-x * x)


@room.right("underflow", bell, fixed([6, 20, 40, -30]))
def bell_underflows(out_bar, x):
    return (-2 * x * np.exp(-x * x) * out_bar,)


@room.right("underflow", sigmoid, by_dtype(float16=[[-14, 15]], float32=[[-95, 20]], float64=[[-740, 36]]))
def sigmoid_in_its_tails(out_bar, x):
    return (sigmoid(x) * sigmoid(-x) * out_bar,)


def scaled_norm(x):
    m = np.max(np.abs(x))
    return m * np.sqrt(np.sum((x / m) ** 2)) if m > 0 else m


TINY = by_dtype(float16=[[3e-5, 4e-5]], float32=[[3e-30, 4e-30]], float64=[[3e-200, 4e-200]])
HUGE = by_dtype(float16=[[3e4, 4e4]], float32=[[3e30, 4e30]], float64=[[3e200, 4e200]])


def scaled_norm_pull(out_bar, x):
    m = np.max(np.abs(x))
    if m == 0:
        return (np.zeros_like(x),)
    u = x / m
    return (out_bar * u / np.sqrt(np.sum(u * u)),)


@room.right("tiny scale", scaled_norm, TINY)
def norm_of_tiny_numbers(out_bar, x):
    return scaled_norm_pull(out_bar, x)


@room.right("huge scale", scaled_norm, HUGE)
def norm_of_huge_numbers(out_bar, x):
    return scaled_norm_pull(out_bar, x)


def saturating(x):
    return x / (x + 1e4)


@room.right("huge scale", saturating, uniform(1e3, 3e4, (4,)), domain=["positive"], dtypes=WIDE)
def saturating_vjp(out_bar, x):
    d = x + 1e4
    return (out_bar * (1e4 / d) / d,)


def decibels(x):
    return 20 * np.log10(x)


@room.right("tiny scale", decibels, fixed([1e-12, 3e-9, 1e-6]), domain=["positive"], dtypes=WIDE)
def decibels_of_tiny_signals(out_bar, x):
    return (out_bar * 20 / (math.log(10) * x),)


def parabola(x):
    return 1e-8 * x + 1e-8 * x * x


@room.right("tiny scale", parabola, normal((3,)), dtypes=WIDE)
def parabola_of_a_hundred_millionth(out_bar, x):
    return (1e-8 * (1 + 2 * x) * out_bar,)


def mixed(x):
    return x * np.array([1e-6, 1, 1e6], x.dtype)


@room.right("mixed scales", mixed, normal((3,)), dtypes=WIDE, domain=lambda x: x.shape == (3,))
def mixed_scales(out_bar, x):
    return (out_bar * np.array([1e-6, 1, 1e6], x.dtype),)
