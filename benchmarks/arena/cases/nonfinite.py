"""Zeros, overflow and NaN: the truth is finite, and the float gradient is not."""

import numpy as np

from benchmarks.arena.case import Room, at, beyond, normal, sized, uniform

room = Room("nonfinite")


def norm(x):
    return np.sqrt(np.sum(x * x))


def norm_vjp(out_bar, x):
    n = norm(x)
    return (out_bar * x / (n if n > 0 else 1),)


@room.mistake("at zero", norm, norm_vjp, normal((3,)), witness=at([0, 0]), reference="pytorch/pytorch#2421")
def norm_nan_at_zero(out_bar, x):
    with np.errstate(all="ignore"):
        return (out_bar * x / norm(x),)


def guarded_root(x):
    safe = np.where(x > 0, x, 1)
    return np.where(x > 0, np.sqrt(safe), 0)


def guarded_root_vjp(out_bar, x):
    safe = np.where(x > 0, x, 1)
    return (np.where(x > 0, out_bar * 0.5 / np.sqrt(safe), 0).astype(x.dtype),)


@room.mistake(
    "NaN behind a where", guarded_root, guarded_root_vjp, uniform(0.5, 2, (4,)),
    witness=at([-1, 1]), reference="jax-ml/jax#5798",
)  # fmt: skip
def root_masked_after_the_fact(out_bar, x):
    with np.errstate(all="ignore"):
        return (np.where(x > 0, 1, 0).astype(x.dtype) * (out_bar * 0.5 / np.sqrt(x)),)


def inverse_where(x):
    safe = np.where(x == 0, 1, x)
    return np.where(x == 0, 0, np.sin(x) / safe) * x


def inverse_where_vjp(out_bar, x):
    return (out_bar * np.cos(x),)


@room.mistake("NaN behind a where", inverse_where, inverse_where_vjp, uniform(0.5, 2, (4,)), witness=at([0, 1]))
def quotient_masked_by_multiplication(out_bar, x):
    with np.errstate(all="ignore"):
        value = np.sin(x) / x
        slope = (x * np.cos(x) - np.sin(x)) / x**2
        return (out_bar * (value + slope * x) * (x != 0),)


def sinc(x):
    return np.sinc(x)


def sinc_vjp(out_bar, x):
    p = np.pi * x
    safe = np.where(np.abs(p) < 0.1, 1, p)
    near = -p / 3 + p**3 / 30 - p**5 / 840
    far = (np.cos(safe) - np.sin(safe) / safe) / safe
    return (out_bar * np.pi * np.where(np.abs(p) < 0.1, near, far).astype(x.dtype),)


@room.mistake("at zero", sinc, sinc_vjp, uniform(0.5, 0.9, (3,)), witness=at([0, 0.5]), reference="jax-ml/jax#1722")
def sinc_nan_at_zero(out_bar, x):
    p = np.pi * x
    with np.errstate(all="ignore"):
        return (out_bar * np.pi * (p * np.cos(p) - np.sin(p)) / p**2,)


def prod(x):
    return np.prod(x)


def prod_vjp(out_bar, x):
    g = np.empty_like(x)
    for i in range(len(x)):
        g[i] = out_bar * np.prod(np.delete(x, i))
    return (g,)


@room.mistake("at zero", prod, prod_vjp, uniform(0.5, 2, (4,)), witness=at([2, 0, 4]), reference="pytorch/pytorch#773")
def product_divided_by_entry(out_bar, x):
    with np.errstate(all="ignore"):
        return (out_bar * np.prod(x) / x,)


@room.mistake("at zero", prod, prod_vjp, uniform(0.5, 2, (4,)), witness=at([2, 0, 4]))
def product_with_zeros_called_flat(out_bar, x):
    if np.any(x == 0):
        return (np.zeros_like(x),)
    return (out_bar * np.prod(x) / x,)


def lse(x):
    m = np.max(x)
    return m + np.log(np.sum(np.exp(x - m)))


def lse_vjp(out_bar, x):
    e = np.exp(x - np.max(x))
    return (out_bar * e / np.sum(e),)


LARGE = beyond(float16=1000, float32=1000, float64=2000)


@room.mistake("overflow", lse, lse_vjp, normal((3,)), witness=LARGE)
def logsumexp_without_shift(out_bar, x):
    with np.errstate(all="ignore"):
        e = np.exp(x)
        return (out_bar * e / np.sum(e),)


@room.mistake("overflow", lse, lse_vjp, normal((3,)), witness=at([-2000, -2000]))
def logsumexp_underflows_to_zero_over_zero(out_bar, x):
    with np.errstate(all="ignore"):
        e = np.exp(np.minimum(x, 0) - np.maximum(np.max(x), 0))
        e = np.where(x > 0, np.exp(x - np.max(x)), e) if np.max(x) > 0 else e
        return (out_bar * e / np.sum(e),)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_vjp(out_bar, x):
    s = softmax(x)
    return (s * (out_bar - np.sum(s * out_bar, axis=-1, keepdims=True)),)


@room.mistake("overflow", softmax, softmax_vjp, normal((3,)), witness=LARGE)
def softmax_without_shift(out_bar, x):
    with np.errstate(all="ignore"):
        e = np.exp(x)
        s = e / e.sum(axis=-1, keepdims=True)
        return (s * (out_bar - np.sum(s * out_bar, axis=-1, keepdims=True)),)


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def sigmoid_vjp(out_bar, x):
    return (out_bar * sigmoid(x) * sigmoid(-x),)


@room.mistake("overflow", sigmoid, sigmoid_vjp, normal((4,)), witness=LARGE)
def sigmoid_by_growing_exponentials(out_bar, x):
    with np.errstate(all="ignore"):
        e = np.exp(x)
        return (out_bar * e / (1 + e) ** 2,)


def softplus(x):
    return np.logaddexp(0, x)


def softplus_vjp(out_bar, x):
    return (out_bar * sigmoid(x),)


@room.mistake("overflow", softplus, softplus_vjp, normal((4,)), witness=LARGE)
def softplus_inf_over_inf(out_bar, x):
    with np.errstate(all="ignore"):
        return (out_bar * np.exp(x) / (1 + np.exp(x)),)


def tanh(x):
    return np.tanh(x)


def tanh_vjp(out_bar, x):
    e = np.exp(-np.abs(x))
    s = 2 * e / (1 + e * e)
    return (out_bar * s * s,)


@room.mistake("overflow", tanh, tanh_vjp, normal((4,)), witness=LARGE)
def tanh_by_growing_exponentials(out_bar, x):
    with np.errstate(all="ignore"):
        e = np.exp(2 * x)
        t = (e - 1) / (e + 1)
        return (out_bar * (1 - t * t),)


def scaled_norm(x):
    m = np.max(np.abs(x))
    return m * np.sqrt(np.sum((x / m) ** 2)) if m > 0 else m


def scaled_norm_vjp(out_bar, x):
    m = np.max(np.abs(x))
    if m == 0:
        return (np.zeros_like(x),)
    u = x / m
    return (out_bar * u / np.sqrt(np.sum(u * u)),)


@room.mistake(
    "overflow", scaled_norm, scaled_norm_vjp, normal((3,)), witness=beyond(float16=1e4, float32=1e30, float64=1e200)
)
def norm_squares_overflow(out_bar, x):
    if not np.any(x):
        return (np.zeros_like(x),)
    with np.errstate(all="ignore"):
        return (out_bar * x / np.sqrt(np.sum(x * x)),)


@room.mistake(
    "underflow", scaled_norm, scaled_norm_vjp, normal((3,)), witness=beyond(float16=1e-5, float32=1e-30, float64=1e-200)
)
def norm_squares_underflow(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    return (out_bar * x / n if n > 0 else np.zeros_like(x),)


def absolute(x):
    return np.abs(x)


def absolute_vjp(out_bar, x):
    return (out_bar * np.sign(x),)


@room.mistake("at zero", absolute, absolute_vjp, normal((4,)), witness=at([0, 1]))
def absolute_by_division(out_bar, x):
    with np.errstate(all="ignore"):
        return (out_bar * x / np.abs(x),)


def deviation(x):
    return np.std(x)


def deviation_vjp(out_bar, x):
    s = np.std(x)
    return (out_bar * (x - x.mean()) / (x.size * (s if s > 0 else 1)),)


@room.mistake("equal entries", deviation, deviation_vjp, normal((4,)), witness=at([2, 2]), domain=lambda x: x.size > 0)
def deviation_of_equal_entries(out_bar, x):
    with np.errstate(all="ignore"):
        return (out_bar * (x - x.mean()) / (x.size * np.std(x)),)


def pair_distance(x, y):
    return np.sqrt(np.sum((x - y) ** 2, axis=1))


def pair_distance_vjp(out_bar, x, y):
    d = x - y
    r = pair_distance(x, y)
    g = d / np.where(r > 0, r, 1)[:, None] * out_bar[:, None]
    return g, -g


EQUAL_ROWS = at([[1, 2], [3, 4]], [[1, 2], [0, 0]])


@room.mistake(
    "equal rows", pair_distance, pair_distance_vjp, normal((2, 3), (2, 3)),
    witness=EQUAL_ROWS, reference="pytorch/pytorch#37154",
)  # fmt: skip
def distance_of_equal_rows(out_bar, x, y):
    with np.errstate(all="ignore"):
        g = (x - y) / pair_distance(x, y)[:, None] * out_bar[:, None]
    return g, -g


def unit(x):
    n = np.sqrt(np.sum(x * x))
    return x / np.maximum(n, 0.001)


def unit_vjp(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    if n > 0.001:
        u = x / n
        return ((out_bar - u * np.sum(u * out_bar)) / n,)
    return (out_bar / np.asarray(0.001, x.dtype),)


@room.mistake("at zero", unit, unit_vjp, normal((3,)), witness=at([0, 0]), reference="tensorflow/tensorflow#56796")
def unit_vector_nan_at_zero(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    with np.errstate(all="ignore"):
        u = x / n
        return ((out_bar - u * np.sum(u * out_bar)) / np.maximum(n, 0.001),)


def logaddexp(x, y):
    return np.logaddexp(x, y)


def logaddexp_vjp(out_bar, x, y):
    return out_bar * sigmoid(x - y), out_bar * sigmoid(y - x)


@room.mistake("overflow", logaddexp, logaddexp_vjp, normal((3,), (3,)), witness=at([2000, 3], [2000, 4]))
def logaddexp_by_exponentials(out_bar, x, y):
    with np.errstate(all="ignore"):
        ex, ey = np.exp(x), np.exp(y)
        return out_bar * ex / (ex + ey), out_bar * ey / (ex + ey)


def integer_power(x):
    return x**4


def integer_power_vjp(out_bar, x):
    return (4 * x**3 * out_bar,)


@room.mistake("at zero", integer_power, integer_power_vjp, uniform(0.5, 2, (3,)), witness=at([0, 1]))
def power_rule_by_division(out_bar, x):
    with np.errstate(all="ignore"):
        return (out_bar * 4 * x**4 / x,)


@room.mistake("at zero", integer_power, integer_power_vjp, uniform(0.5, 2, (3,)), witness=at([-1, 1]))
def power_rule_by_logarithm(out_bar, x):
    with np.errstate(all="ignore"):
        return (out_bar * 4 * np.exp(3 * np.log(x)),)


def column_std(x):
    return x.std(axis=0)


def column_std_vjp(out_bar, x):
    s = x.std(axis=0)
    safe = np.where(s > 0, s, 1)
    return ((x - x.mean(axis=0)) / (len(x) * safe) * out_bar,)


@room.mistake(
    "size one", column_std, column_std_vjp, normal((3, 2)), witness=sized((1, 2)), domain=lambda x: len(x) > 0
)
def deviation_of_one_row(out_bar, x):
    with np.errstate(all="ignore"):
        return ((x - x.mean(axis=0)) / (len(x) * x.std(axis=0)) * out_bar,)
