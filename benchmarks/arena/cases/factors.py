"""Constant factors and signs: the slips of a tired hand."""

import math

import numpy as np

from benchmarks.arena.case import WIDE, Room, normal, uniform

room = Room("factors")


def square(x):
    return x**2


def square_vjp(out_bar, x):
    return (2 * x * out_bar,)


@room.mistake("constant factor", square, square_vjp, normal((5,)))
def square_without_two(out_bar, x):
    return (x * out_bar,)


def energy(x):
    return 0.5 * np.sum(x**2)


def energy_vjp(out_bar, x):
    return (x * out_bar,)


@room.mistake("constant factor", energy, energy_vjp, normal((2, 3)))
def energy_with_two(out_bar, x):
    return (2 * x * out_bar,)


def mean(x):
    return np.mean(x)


def mean_vjp(out_bar, x):
    return (np.full_like(x, 1.0) * (out_bar / x.size),)


@room.mistake("constant factor", mean, mean_vjp, normal((6,)))
def mean_without_n(out_bar, x):
    return (np.ones_like(x) * out_bar,)


@room.mistake("constant factor", mean, mean_vjp, normal((2, 4)))
def mean_by_rows_only(out_bar, x):
    return (np.ones_like(x) * out_bar / len(x),)


def total(x):
    return x.sum()


def total_vjp(out_bar, x):
    return (np.broadcast_to(out_bar, x.shape).copy(),)


@room.mistake("constant factor", total, total_vjp, normal((4,)))
def sum_divided_by_n(out_bar, x):
    return (np.full(x.shape, out_bar / x.size, dtype=x.dtype),)


def mse(prediction, target):
    return ((prediction - target) ** 2).mean()


def mse_vjp(out_bar, prediction, target):
    g = 2 * (prediction - target) / prediction.size * out_bar
    return g, -g


@room.mistake("constant factor", mse, mse_vjp, normal((3, 2), (3, 2)))
def mse_without_two(out_bar, prediction, target):
    g = (prediction - target) / prediction.size * out_bar
    return g, -g


@room.mistake("sign", mse, mse_vjp, normal((4,), (4,)))
def mse_target_sign(out_bar, prediction, target):
    g = 2 * (prediction - target) / prediction.size * out_bar
    return g, g


def sine(x):
    return np.sin(x)


def sine_vjp(out_bar, x):
    return (np.cos(x) * out_bar,)


@room.mistake("constant factor", sine, sine_vjp, normal((5,)), dtypes=WIDE)
def sine_one_thousandth_off(out_bar, x):
    return (1.001 * np.cos(x) * out_bar,)


def cube(x):
    return x * x * x


def cube_vjp(out_bar, x):
    return (3 * x * x * out_bar,)


@room.mistake("constant factor", cube, cube_vjp, uniform(0.5, 2, (5,)), dtypes=WIDE)
def cube_one_in_a_hundred_thousand_off(out_bar, x):
    return (3.00003 * x * x * out_bar,)


def affine(x, w):
    return x @ w


def affine_vjp(out_bar, x, w):
    return out_bar @ w.T, x.T @ out_bar


@room.mistake("constant factor", affine, affine_vjp, normal((3, 4), (4, 2)), dtypes=WIDE)
def matmul_one_in_a_hundred_thousand_off(out_bar, x, w):
    return out_bar @ w.T, (x.T @ out_bar) * (1 + 1e-5)


@room.mistake("constant factor", affine, affine_vjp, normal((3, 4), (4, 2)))
def matmul_averaged_over_batch(out_bar, x, w):
    return out_bar @ w.T, x.T @ out_bar / x.shape[0]


def sine_of_degrees(x):
    return np.sin(x * (np.pi / 180))


def sine_of_degrees_vjp(out_bar, x):
    return (out_bar * np.cos(x * (np.pi / 180)) * (np.pi / 180),)


@room.mistake("constant factor", sine_of_degrees, sine_of_degrees_vjp, uniform(-90, 90, (4,)))
def degrees_not_converted(out_bar, x):
    return (out_bar * np.cos(x * (np.pi / 180)),)


def decibels(x):
    return 10 * np.log10(x)


def decibels_vjp(out_bar, x):
    return (out_bar * 10 / (x * math.log(10)),)


@room.mistake("constant factor", decibels, decibels_vjp, uniform(0.5, 3, (4,)), domain=["positive"])
def log10_as_natural_log(out_bar, x):
    return (out_bar * 10 / x,)


def warm(x):
    return 1 / (1 + np.exp(-x / 2.5))


def warm_vjp(out_bar, x):
    s = warm(x)
    return (out_bar * s * warm(-x) / 2.5,)


@room.mistake("constant factor", warm, warm_vjp, normal((5,)))
def temperature_forgotten(out_bar, x):
    s = warm(x)
    return (out_bar * s * (1 - s),)


def unbiased(x):
    return np.var(x, ddof=1)


def unbiased_vjp(out_bar, x):
    return (out_bar * 2 * (x - x.mean()) / (x.size - 1),)


@room.mistake("constant factor", unbiased, unbiased_vjp, normal((6,)), domain=lambda x: x.size > 1)
def unbiased_variance_by_n(out_bar, x):
    return (out_bar * 2 * (x - x.mean()) / x.size,)


def difference(x, y):
    return x - y


def difference_vjp(out_bar, x, y):
    del x, y
    return out_bar, -out_bar


@room.mistake("sign", difference, difference_vjp, normal((3,), (3,)))
def difference_both_plus(out_bar, x, y):
    del x, y
    return out_bar, out_bar.copy()


def reciprocal(x):
    return 1 / x


def reciprocal_vjp(out_bar, x):
    return (-out_bar / (x * x),)


@room.mistake("sign", reciprocal, reciprocal_vjp, uniform(0.5, 2, (4,)), domain=["nonzero"])
def reciprocal_plus(out_bar, x):
    return (out_bar / (x * x),)


def cosine(x):
    return np.cos(x)


def cosine_vjp(out_bar, x):
    return (-np.sin(x) * out_bar,)


@room.mistake("sign", cosine, cosine_vjp, normal((2, 2)))
def cosine_plus_sine(out_bar, x):
    return (np.sin(x) * out_bar,)


def decay(x):
    return np.exp(-x)


def decay_vjp(out_bar, x):
    return (-np.exp(-x) * out_bar,)


@room.mistake("sign", decay, decay_vjp, normal((4,)))
def decay_inner_sign(out_bar, x):
    return (np.exp(-x) * out_bar,)


def angle(x):
    return np.arccos(x)


def angle_vjp(out_bar, x):
    return (-out_bar / np.sqrt((1 - x) * (1 + x)),)


@room.mistake("sign", angle, angle_vjp, uniform(-0.8, 0.8, (4,)), domain=[(-1, 1)])
def arccos_as_arcsin(out_bar, x):
    return (out_bar / np.sqrt((1 - x) * (1 + x)),)


def scores(q, k):
    return q @ k.T / q.shape[1] ** 0.5


def scores_vjp(out_bar, q, k):
    d = q.shape[1] ** 0.5
    return out_bar @ k / d, out_bar.T @ q / d


@room.mistake("constant factor", scores, scores_vjp, normal((3, 4), (5, 4)), domain=lambda q, k: q.shape[1] > 0)
def scores_keys_unscaled(out_bar, q, k):
    return out_bar @ k / q.shape[1] ** 0.5, out_bar.T @ q
