"""Literals: a digit dropped, two swapped, a constant of the wrong function."""

import math

import numpy as np

from benchmarks.arena.case import WIDE, Room, at, normal, uniform

try:
    from scipy import special
except ImportError:  # the cases that need it are skipped, with that reason
    special = None

room = Room("literals")
FAMILY = "literal"


def sech2(x):
    e = np.exp(-np.abs(x))
    s = 2 * e / (1 + e * e)
    return s * s


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


def gelu(x):
    return 0.5 * x * (1 + np.tanh(0.7978845608028654 * (x + 0.044715 * x**3)))


def gelu_slope(x, c, a, b):
    u = c * (x + a * x**3)
    return 0.5 * (1 + np.tanh(u)) + 0.5 * x * sech2(u) * c * (1 + b * x**2)


def gelu_vjp(out_bar, x):
    return (out_bar * gelu_slope(x, 0.7978845608028654, 0.044715, 3 * 0.044715),)


@room.mistake(FAMILY, gelu, gelu_vjp, uniform(-3, 3, (6,)), dtypes=WIDE)
def gelu_digit_dropped(out_bar, x):
    return (out_bar * gelu_slope(x, 0.7978845608028654, 0.04715, 3 * 0.04715),)


@room.mistake(FAMILY, gelu, gelu_vjp, uniform(-2, 2, (6,)), dtypes=WIDE)
def gelu_root_truncated(out_bar, x):
    return (out_bar * gelu_slope(x, 0.797, 0.044715, 0.134145),)


@room.mistake(FAMILY, gelu, gelu_vjp, uniform(-2, 2, (6,)))
def gelu_three_forgotten(out_bar, x):
    return (out_bar * gelu_slope(x, 0.7978845608028654, 0.044715, 0.044715),)


@room.mistake("dropped term", gelu, gelu_vjp, uniform(-2, 2, (6,)))
def gelu_without_its_chain(out_bar, x):
    u = 0.7978845608028654 * (x + 0.044715 * x**3)
    return (out_bar * 0.5 * (1 + np.tanh(u)),)


def quick_gelu(x):
    return x * sigmoid(1.702 * x)


def quick_gelu_vjp(out_bar, x):
    s = sigmoid(1.702 * x)
    return (out_bar * (s + 1.702 * x * s * sigmoid(-1.702 * x)),)


@room.mistake(FAMILY, quick_gelu, quick_gelu_vjp, uniform(-2, 2, (6,)), dtypes=WIDE)
def quick_gelu_digit_swapped(out_bar, x):
    s = sigmoid(1.702 * x)
    return (out_bar * (s + 1.720 * x * s * sigmoid(-1.702 * x)),)


def selu(x):
    return 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))


def selu_vjp(out_bar, x):
    slope = np.where(x > 0, 1, 1.6732632423543772 * np.exp(np.minimum(x, 0)))
    return (out_bar * 1.0507009873554805 * slope,)


@room.mistake(FAMILY, selu, selu_vjp, normal((6,)), dtypes=WIDE)
def selu_scale_misread(out_bar, x):
    slope = np.where(x > 0, 1, 1.6732632423543772 * np.exp(np.minimum(x, 0)))
    return (out_bar * 1.0570 * slope,)


LUMA = (0.299, 0.587, 0.114)


def luma(rgb):
    return LUMA[0] * rgb[0] + LUMA[1] * rgb[1] + LUMA[2] * rgb[2]


def luma_vjp(out_bar, rgb):
    g = np.empty_like(rgb)
    for i in range(3):
        g[i] = LUMA[i] * out_bar
    return (g,)


@room.mistake(FAMILY, luma, luma_vjp, uniform(0, 1, (3,)), domain=lambda rgb: rgb.shape == (3,))
def luma_weights_misread(out_bar, rgb):
    g = np.empty_like(rgb)
    g[0], g[1], g[2] = 0.299 * out_bar, 0.587 * out_bar, 0.144 * out_bar
    return (g,)


def binary_log(x):
    return np.log2(x)


def binary_log_vjp(out_bar, x):
    return (out_bar / (x * math.log(2)),)


@room.mistake(FAMILY, binary_log, binary_log_vjp, uniform(0.5, 2, (4,)), domain=["positive"], dtypes=WIDE)
def log_two_to_three_places(out_bar, x):
    return (out_bar / (0.693 * x),)


def circle(r):
    return np.pi * r * r


def circle_vjp(out_bar, r):
    return (2 * np.pi * r * out_bar,)


@room.mistake(FAMILY, circle, circle_vjp, uniform(0.5, 2, (4,)), dtypes=WIDE)
def pi_to_two_places(out_bar, r):
    return (2 * 3.14 * r * out_bar,)


@room.mistake(FAMILY, circle, circle_vjp, uniform(0.5, 2, (4,)), dtypes=WIDE)
def pi_with_digits_swapped(out_bar, r):
    return (2 * 3.14195 * r * out_bar,)


def density(x):
    return 0.3989422804014327 * np.exp(-0.5 * x * x)


def density_vjp(out_bar, x):
    return (-x * 0.3989422804014327 * np.exp(-0.5 * x * x) * out_bar,)


@room.mistake(FAMILY, density, density_vjp, normal((4,)), dtypes=WIDE)
def density_constant_misread(out_bar, x):
    return (-x * 0.3984 * np.exp(-0.5 * x * x) * out_bar,)


def cdf(x):
    return 0.5 * special.erfc(-x / math.sqrt(2))


def cdf_vjp(out_bar, x):
    return ((out_bar * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)).astype(x.dtype),)


SCIPY = {"needs": "scipy", "dtypes": WIDE}


@room.mistake(FAMILY, cdf, cdf_vjp, normal((4,)), **SCIPY)
def normal_cdf_by_the_slope_of_erf(out_bar, x):
    return ((out_bar * np.exp(-x * x) / math.sqrt(math.pi)).astype(x.dtype),)


@room.mistake(FAMILY, cdf, cdf_vjp, normal((4,)), **SCIPY)
def normal_cdf_root_two_twice(out_bar, x):
    return ((out_bar * np.exp(-0.5 * x * x) / math.sqrt(4 * math.pi)).astype(x.dtype),)


def erf(x):
    return special.erf(x)


def erf_vjp(out_bar, x):
    return ((out_bar * 1.1283791670955126 * np.exp(-x * x)).astype(x.dtype),)


@room.mistake(FAMILY, erf, erf_vjp, normal((4,)), **SCIPY)
def erf_constant_truncated(out_bar, x):
    return ((out_bar * 1.128 * np.exp(-x * x)).astype(x.dtype),)


@room.mistake(FAMILY, erf, erf_vjp, normal((4,)), **SCIPY)
def erf_constant_inverted(out_bar, x):
    return ((out_bar * 0.886226925452758 * np.exp(-x * x)).astype(x.dtype),)


def exact_gelu(x):
    return 0.5 * x * special.erfc(-x / math.sqrt(2))


def exact_gelu_vjp(out_bar, x):
    slope = 0.5 * special.erfc(-x / math.sqrt(2)) + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)
    return ((out_bar * slope).astype(x.dtype),)


@room.mistake("dropped term", exact_gelu, exact_gelu_vjp, normal((4,)), reference="sony/nnabla#690", **SCIPY)
def exact_gelu_density_unscaled(out_bar, x):
    slope = 0.5 * special.erfc(-x / math.sqrt(2)) + x * np.exp(-0.5 * x * x)
    return ((out_bar * slope).astype(x.dtype),)


@room.mistake(FAMILY, exact_gelu, exact_gelu_vjp, normal((4,)), **SCIPY)
def exact_gelu_differentiated_as_tanh_form(out_bar, x):
    return ((out_bar * gelu_slope(x, 0.7978845608028654, 0.044715, 0.134145)).astype(x.dtype),)


def kelvin(f):
    return (f - 32) * 5 / 9 + 273.15


def kelvin_vjp(out_bar, f):
    return (np.full_like(f, 5 / 9) * out_bar,)


@room.mistake(FAMILY, kelvin, kelvin_vjp, uniform(0, 100, (3,)), witness=at([1, 2]))
def five_ninths_inverted(out_bar, f):
    return (np.full_like(f, 9 / 5) * out_bar,)
