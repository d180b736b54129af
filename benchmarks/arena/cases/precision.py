"""One dtype only, or only some digits: hidden casts, epsilons, kernels by dtype, cancellation."""

import numpy as np

from benchmarks.arena.case import WIDE, Room, at, constant, normal, uniform

room = Room("precision")


def sine(x):
    return np.sin(x)


def sine_vjp(out_bar, x):
    return (out_bar * np.cos(x),)


@room.mistake("hidden cast", sine, sine_vjp, normal((4,)), dtypes=("float64",), digits=True)
def cosine_in_single_precision(out_bar, x):
    return (out_bar * np.cos(x.astype(np.float32)).astype(x.dtype),)


@room.mistake("hidden cast", sine, sine_vjp, normal((4,)), dtypes=WIDE, digits=True)
def cosine_in_half_precision(out_bar, x):
    return (out_bar * np.cos(x.astype(np.float16)).astype(x.dtype),)


@room.mistake("hidden cast", sine, sine_vjp, normal((4,), scale=2))
def input_cast_to_integers(out_bar, x):
    return (out_bar * np.cos(x.astype(int)).astype(x.dtype),)


@room.mistake("one dtype only", sine, sine_vjp, normal((4,)), dtypes=("float32",))
def single_precision_kernel_wrong(out_bar, x):
    if x.dtype == np.float32:
        return (out_bar * np.sin(x),)
    return (out_bar * np.cos(x),)


@room.mistake("one dtype only", sine, sine_vjp, normal((4,)), dtypes=("float16",))
def half_precision_kernel_wrong(out_bar, x):
    if x.itemsize == 2:
        return (-out_bar * np.cos(x),)
    return (out_bar * np.cos(x),)


@room.mistake("one dtype only", sine, sine_vjp, normal((4,)), dtypes=("float64",))
def double_precision_not_dispatched(out_bar, x):
    if x.dtype in (np.float16, np.float32):
        return (out_bar * np.cos(x),)
    return (np.zeros_like(x),)


@room.mistake("numerical gradient", sine, sine_vjp, normal((4,)), digits=True)
def gradient_by_finite_differences(out_bar, x):
    h = 1e-4
    return (out_bar * (np.sin(x + h) - np.sin(x - h)) / (2 * h),)


@room.mistake("overflow", sine, sine_vjp, normal((4,)), dtypes=("float16",))
def loss_scaled_out_of_range(out_bar, x):
    scale = np.float16(65504)
    with np.errstate(all="ignore"):
        return (out_bar * scale * np.cos(x) * 2 / scale / 2,)


def absolute(x):
    return np.abs(x)


def absolute_vjp(out_bar, x):
    return (out_bar * np.sign(x),)


@room.mistake("epsilon", absolute, absolute_vjp, normal((4,)), witness=at([1e-4, 1]))
def epsilon_in_the_denominator(out_bar, x):
    return (out_bar * x / (np.abs(x) + 1e-4),)


def root(x):
    return np.sqrt(x)


def root_vjp(out_bar, x):
    return (out_bar * 0.5 / np.sqrt(x),)


@room.mistake("epsilon", root, root_vjp, uniform(0.5, 2, (4,)), witness=at([1e-4, 1]), domain=["positive"])
def epsilon_under_the_root(out_bar, x):
    return (out_bar * 0.5 / np.sqrt(x + 1e-4),)


def log(x):
    return np.log(x)


def log_vjp(out_bar, x):
    return (out_bar / x,)


@room.mistake("epsilon", log, log_vjp, uniform(0.5, 2, (4,)), witness=at([1e-4, 1]), domain=["positive"], dtypes=WIDE)
def epsilon_in_the_logarithm(out_bar, x):
    return (out_bar / (x + 1e-5),)


def tanh(x):
    return np.tanh(x)


def tanh_vjp(out_bar, x):
    e = np.exp(-np.abs(x))
    s = 2 * e / (1 + e * e)
    return (out_bar * s * s,)


def _saturating(dtype):
    return (np.array([{"float16": 4.5, "float32": 8, "float64": 17}[dtype.name], 1], dtype),)


@room.mistake("cancellation", tanh, tanh_vjp, normal((4,)), witness=_saturating, digits=True)
def one_minus_tanh_squared(out_bar, x):
    return (out_bar * (1 - np.tanh(x) ** 2),)


def versine(x):
    return x - np.sin(x)


def versine_vjp(out_bar, x):
    s = np.sin(x / 2)
    return (out_bar * 2 * s * s,)


def _tiny(dtype):
    return (np.array([{"float16": 0.004, "float32": 1e-4, "float64": 1e-8}[dtype.name], 1], dtype),)


@room.mistake("cancellation", versine, versine_vjp, normal((4,)), witness=_tiny, digits=True)
def one_minus_cosine(out_bar, x):
    return (out_bar * (1 - np.cos(x)),)


def rise(x):
    return np.exp(x) - x


def rise_vjp(out_bar, x):
    return (out_bar * np.expm1(x),)


@room.mistake("cancellation", rise, rise_vjp, normal((4,)), witness=_tiny, digits=True)
def exponential_minus_one(out_bar, x):
    return (out_bar * (np.exp(x) - 1),)


def leaky(x):
    return np.where(x > 0, x, 0.1 * x)


def leaky_vjp(out_bar, x):
    return (out_bar * np.where(x > 0, 1, 0.1),)


@room.mistake("hidden cast", leaky, leaky_vjp, normal((6,)), dtypes=("float64",), digits=True)
def slope_in_single_precision(out_bar, x):
    slope = np.float32(0.1)
    return (out_bar * np.where(x > 0, np.float64(1), np.float64(slope)),)


def total(x):
    return np.sum(x, axis=0)


def total_vjp(out_bar, x):
    return (np.broadcast_to(out_bar, x.shape).copy(),)


@room.mistake("hidden cast", total, total_vjp, normal((4, 2)), out_bar=constant(1 / 3), dtypes=WIDE, digits=True)
def cotangent_spread_in_half_precision(out_bar, x):
    g = np.zeros(x.shape, np.float16)
    g += out_bar.astype(np.float16)
    return (g.astype(x.dtype),)


def add_bias(x, b):
    return x + b


def add_bias_vjp(out_bar, x, b):
    del x, b
    return out_bar, out_bar.sum(axis=0)


@room.mistake(
    "hidden cast", add_bias, add_bias_vjp, normal((5, 3), (3,)), out_bar=constant(1 / 3), dtypes=WIDE, digits=True
)
def bias_accumulated_in_half_precision(out_bar, x, b):
    del x
    return out_bar, out_bar.sum(axis=0, dtype=np.float16).astype(b.dtype)


def gaussian(x):
    return np.exp(-x * x)


def gaussian_vjp(out_bar, x):
    return (-2 * x * np.exp(-x * x) * out_bar,)


@room.mistake(
    "underflow", gaussian, gaussian_vjp, normal((4,)), out_bar=constant(8), dtypes=("float16",), witness=at([2.5, 3])
)
def gaussian_by_small_factors(out_bar, x):
    small = np.float16(6e-8)
    return (-2 * x * (np.exp(-x * x) * small / small) * out_bar,)


@room.mistake("rounded constant", sine, sine_vjp, normal((4,)), dtypes=WIDE)
def cosine_by_shifted_sine(out_bar, x):
    return (out_bar * np.sin(x + 3.1416 / 2),)
