"""The cotangent: ignored, clipped, thresholded, rounded, only its sign, one of two; a pullback is linear in it."""

import numpy as np

from benchmarks.arena.case import WIDE, Room, constant, normal

room = Room("cotangents")


def square(x):
    return x * x


def square_vjp(out_bar, x):
    return (2 * x * out_bar,)


FAMILY = "cotangent"


@room.mistake(FAMILY, square, square_vjp, normal((4,)))
def cotangent_ignored(out_bar, x):
    del out_bar
    return (2 * x,)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(3))
def cotangent_clipped_to_one(out_bar, x):
    return (2 * x * np.clip(out_bar, -1, 1),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(20))
def cotangent_clipped_to_ten(out_bar, x):
    return (2 * x * np.clip(out_bar, -10, 10),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(1e-4))
def cotangent_below_a_threshold_dropped(out_bar, x):
    return (2 * x * np.where(np.abs(out_bar) < 1e-3, 0, out_bar),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(2000))
def cotangent_above_a_threshold_dropped(out_bar, x):
    return (2 * x * np.where(np.abs(out_bar) > 1000, 0, out_bar),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)))
def cotangent_sign_only(out_bar, x):
    return (2 * x * np.sign(out_bar),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)))
def cotangent_squared(out_bar, x):
    return (2 * x * out_bar**2,)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(-1))
def cotangent_absolute(out_bar, x):
    return (2 * x * np.abs(out_bar),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(-1))
def cotangent_rectified(out_bar, x):
    return (2 * x * np.maximum(out_bar, 0),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), domain=lambda x: x.size > 0)
def cotangent_averaged(out_bar, x):
    return (2 * x * out_bar.mean(),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), domain=lambda x: x.size > 0)
def cotangent_first_entry_for_all(out_bar, x):
    return (2 * x * out_bar.ravel()[0],)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(1 / 3), dtypes=WIDE, digits=True)
def cotangent_rounded_to_half_precision(out_bar, x):
    return (2 * x * out_bar.astype(np.float16).astype(x.dtype),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(0.25))
def cotangent_rounded_to_integers(out_bar, x):
    return (2 * x * np.rint(out_bar),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)))
def cotangent_added(out_bar, x):
    return (2 * x + out_bar,)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(3))
def cotangent_normalised(out_bar, x):
    size = np.max(np.abs(out_bar), initial=0)
    return (2 * x * out_bar / (size if size > 0 else 1),)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(3))
def gradient_clipped_by_norm(out_bar, x):
    g = 2 * x * out_bar
    norm = np.sqrt(np.sum(g * g))
    return (g / norm if norm > 1 else g,)


@room.mistake(FAMILY, square, square_vjp, normal((4,)), out_bar=constant(1e-3), dtypes=WIDE)
def small_gradients_flushed(out_bar, x):
    g = 2 * x * out_bar
    g[np.abs(g) < 1e-2] = 0
    return (g,)


@room.mistake(FAMILY, square, square_vjp, normal((4,)))
def cotangent_reversed(out_bar, x):
    return (2 * x * out_bar[::-1],)


def polar(r, t):
    return r * np.cos(t), r * np.sin(t)


def polar_vjp(out_bar, r, t):
    a, b = out_bar
    return a * np.cos(t) + b * np.sin(t), r * (b * np.cos(t) - a * np.sin(t))


@room.mistake(FAMILY, polar, polar_vjp, normal((3,), (3,)))
def second_output_ignored(out_bar, r, t):
    a, _ = out_bar
    return a * np.cos(t), -r * a * np.sin(t)


@room.mistake(FAMILY, polar, polar_vjp, normal((3,), (3,)))
def outputs_swapped(out_bar, r, t):
    b, a = out_bar
    return a * np.cos(t) + b * np.sin(t), r * (b * np.cos(t) - a * np.sin(t))


@room.mistake("sign", polar, polar_vjp, normal((3,), (3,)))
def angle_gradient_sign(out_bar, r, t):
    a, b = out_bar
    return a * np.cos(t) + b * np.sin(t), r * (b * np.cos(t) + a * np.sin(t))


def moments(x):
    return x.mean(), np.mean(x * x)


def moments_vjp(out_bar, x):
    m, s = out_bar
    return ((np.ones_like(x) * m + 2 * x * s) / x.size,)


@room.mistake(FAMILY, moments, moments_vjp, normal((5,)), domain=lambda x: x.size > 0)
def moments_summed_before_use(out_bar, x):
    m, s = out_bar
    return ((np.ones_like(x) + 2 * x) * (m + s) / x.size,)


def log_sum(x):
    m = x.max()
    return m + np.log(np.sum(np.exp(x - m)))


def log_sum_vjp(out_bar, x):
    e = np.exp(x - x.max())
    return (out_bar * e / e.sum(),)


@room.mistake(FAMILY, log_sum, log_sum_vjp, normal((4,)))
def scalar_cotangent_taken_for_one(out_bar, x):
    del out_bar
    e = np.exp(x - x.max())
    return (e / e.sum(),)
