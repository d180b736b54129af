"""Elementwise rules: a dropped term of a product or a quotient, a chain cut short, a variable held constant."""

import numpy as np

from benchmarks.arena.case import Room, normal, uniform

room = Room("elementwise")


def sigmoid(x):
    return np.exp(-np.logaddexp(0, -x))


def swish(x):
    return x * sigmoid(x)


def swish_vjp(out_bar, x):
    s = sigmoid(x)
    return (out_bar * (s + x * s * sigmoid(-x)),)


@room.mistake("dropped term", swish, swish_vjp, normal((5,)))
def swish_product_rule_half(out_bar, x):
    return (out_bar * sigmoid(x),)


@room.mistake("dropped term", swish, swish_vjp, normal((5,)))
def swish_complement_forgotten(out_bar, x):
    s = sigmoid(x)
    return (out_bar * (s + x * s),)


def entropy(p):
    return -np.sum(p * np.log(p))


def entropy_vjp(out_bar, p):
    return (-out_bar * (np.log(p) + 1),)


@room.mistake("dropped term", entropy, entropy_vjp, uniform(0.1, 1, (4,)), domain=["positive"])
def entropy_without_one(out_bar, p):
    return (-out_bar * np.log(p),)


def witch(x):
    return x / (1 + x**2)


def witch_vjp(out_bar, x):
    d = 1 + x**2
    return (out_bar * (1 - x**2) / d / d,)


@room.mistake("dropped term", witch, witch_vjp, normal((5,)))
def quotient_rule_half(out_bar, x):
    return (out_bar / (1 + x**2),)


@room.mistake("dropped term", witch, witch_vjp, normal((5,)))
def quotient_denominator_not_squared(out_bar, x):
    d = 1 + x**2
    return (out_bar * (d - x * 2 * x) / d,)


def ratio(x, y):
    return x / y


def ratio_vjp(out_bar, x, y):
    return out_bar / y, -out_bar * (x / y) / y


@room.mistake("dropped term", ratio, ratio_vjp, uniform(0.5, 2, (4,), (4,)), domain=[None, "nonzero"])
def ratio_y_not_squared(out_bar, x, y):
    return out_bar / y, -out_bar * x / y


@room.mistake("treated as constant", ratio, ratio_vjp, uniform(0.5, 2, (4,), (4,)), domain=[None, "nonzero"])
def ratio_denominator_constant(out_bar, x, y):
    return out_bar / y, np.zeros_like(y) * x


def bearing(y, x):
    return np.arctan2(y, x)


def bearing_vjp(out_bar, y, x):
    r = x * x + y * y
    return out_bar * x / r, -out_bar * y / r


@room.mistake("dropped term", bearing, bearing_vjp, uniform(0.5, 2, (3,), (3,)), domain=["positive", "positive"])
def arctan2_arguments_swapped(out_bar, y, x):
    r = x * x + y * y
    return out_bar * y / r, -out_bar * x / r


def cubic(x):
    return x**3


def cubic_vjp(out_bar, x):
    return (3 * x**2 * out_bar,)


@room.mistake("off by one", cubic, cubic_vjp, normal((4,)))
def power_not_reduced(out_bar, x):
    return (3 * x**3 * out_bar,)


def power(x, y):
    return x**y


def power_vjp(out_bar, x, y):
    out = x**y
    return out_bar * out * y / x, out_bar * out * np.log(x)


@room.mistake("treated as constant", power, power_vjp, uniform(0.5, 2, (4,), (4,)), domain=["positive", None])
def power_exponent_constant(out_bar, x, y):
    return out_bar * y * x ** (y - 1), np.zeros_like(y)


@room.mistake("dropped term", power, power_vjp, uniform(0.5, 2, (4,), (4,)), domain=["positive", None])
def power_log_of_exponent(out_bar, x, y):
    return out_bar * y * x ** (y - 1), out_bar * x**y * np.log(np.abs(y) + 1)


def bell(x):
    return np.exp(-(x**2) / 2)


def bell_vjp(out_bar, x):
    return (-x * np.exp(-(x**2) / 2) * out_bar,)


@room.mistake("dropped term", bell, bell_vjp, normal((4,)))
def bell_inner_derivative_missing(out_bar, x):
    return (-np.exp(-(x**2) / 2) * out_bar,)


def tanh(x):
    return np.tanh(x)


def _sech2(x):
    e = np.exp(-np.abs(x))
    s = 2 * e / (1 + e * e)
    return s * s


def tanh_vjp(out_bar, x):
    return (out_bar * _sech2(x),)


@room.mistake("dropped term", tanh, tanh_vjp, normal((4,)))
def tanh_of_input_for_output(out_bar, x):
    return (out_bar * (1 - x**2),)


def arctangent(x):
    return np.arctan(x)


def arctangent_vjp(out_bar, x):
    return (out_bar / (1 + x * x),)


@room.mistake("dropped term", arctangent, arctangent_vjp, uniform(0.1, 2, (4,)), domain=["positive"])
def arctan_without_square(out_bar, x):
    return (out_bar / (1 + x),)


def softsign(x):
    return x / (1 + np.abs(x))


def softsign_vjp(out_bar, x):
    d = 1 + np.abs(x)
    return (out_bar / d / d,)


@room.mistake("dropped term", softsign, softsign_vjp, normal((4,)))
def softsign_not_squared(out_bar, x):
    return (out_bar / (1 + np.abs(x)),)


def logit(p):
    return np.log(p) - np.log1p(-p)


def logit_vjp(out_bar, p):
    return (out_bar / (p * (1 - p)),)


@room.mistake("dropped term", logit, logit_vjp, uniform(0.1, 0.9, (4,)), domain=[(0, 1)])
def logit_half(out_bar, p):
    return (out_bar / p,)


def root(x):
    return np.sqrt(x)


def root_vjp(out_bar, x):
    return (out_bar * 0.5 / np.sqrt(x),)


@room.mistake("constant factor", root, root_vjp, uniform(0.5, 4, (4,)), domain=["positive"])
def root_without_half(out_bar, x):
    return (out_bar / np.sqrt(x),)


@room.mistake("dropped term", root, root_vjp, uniform(2, 4, (4,)), domain=["positive"])
def root_divided_by_x(out_bar, x):
    return (out_bar * 0.5 / x,)


def softplus(x):
    return np.logaddexp(0, x)


def mish(x):
    return x * np.tanh(softplus(x))


def mish_vjp(out_bar, x):
    sp = softplus(x)
    return (out_bar * (np.tanh(sp) + x * sigmoid(x) * _sech2(sp)),)


@room.mistake("dropped term", mish, mish_vjp, normal((4,)))
def mish_sigmoid_missing(out_bar, x):
    sp = softplus(x)
    return (out_bar * (np.tanh(sp) + x * _sech2(sp)),)


def log1p(x):
    return np.log1p(x)


def log1p_vjp(out_bar, x):
    return (out_bar / (1 + x),)


@room.mistake("off by one", log1p, log1p_vjp, uniform(0.5, 2, (4,)), domain=["positive"])
def log1p_as_log(out_bar, x):
    return (out_bar / x,)


def expm1(x):
    return np.expm1(x)


def expm1_vjp(out_bar, x):
    return (out_bar * np.exp(x),)


@room.mistake("off by one", expm1, expm1_vjp, normal((4,)))
def expm1_its_own_derivative(out_bar, x):
    return (out_bar * np.expm1(x),)


def hypot(x, y):
    return np.sqrt(x * x + y * y)


def hypot_vjp(out_bar, x, y):
    r = np.sqrt(x * x + y * y)
    return out_bar * x / r, out_bar * y / r


@room.mistake("dropped term", hypot, hypot_vjp, uniform(1, 2, (3,), (3,)), domain=["positive", "positive"])
def hypot_without_root(out_bar, x, y):
    r = x * x + y * y
    return out_bar * x / r, out_bar * y / r


def selu(x):
    return 1.05 * np.where(x > 0, x, 1.67 * np.expm1(np.minimum(x, 0)))


def selu_vjp(out_bar, x):
    return (out_bar * 1.05 * np.where(x > 0, 1, 1.67 * np.exp(np.minimum(x, 0))),)


@room.mistake("constant factor", selu, selu_vjp, normal((8,)))
def selu_alpha_missing(out_bar, x):
    return (out_bar * 1.05 * np.where(x > 0, 1, np.exp(np.minimum(x, 0))),)


COEFFICIENTS = [1, -3, 0.5, 2]


def polynomial(x):
    out = np.zeros_like(x)
    for c in reversed(COEFFICIENTS):
        out = out * x + c
    return out


def polynomial_vjp(out_bar, x):
    slope = np.zeros_like(x)
    for k in range(len(COEFFICIENTS) - 1, 0, -1):
        slope = slope * x + k * COEFFICIENTS[k]
    return (out_bar * slope,)


@room.mistake("off by one", polynomial, polynomial_vjp, normal((4,)))
def horner_degree_off_by_one(out_bar, x):
    slope = np.zeros_like(x)
    for k in range(len(COEFFICIENTS) - 1, 0, -1):
        slope = slope * x + (k - 1) * COEFFICIENTS[k]
    return (out_bar * slope,)


@room.mistake("off by one", polynomial, polynomial_vjp, normal((4,)))
def horner_last_step_missing(out_bar, x):
    slope = np.zeros_like(x)
    for k in range(len(COEFFICIENTS) - 1, 1, -1):
        slope = slope * x + k * COEFFICIENTS[k]
    return (out_bar * slope,)


def detached(x):
    scale = np.abs(x).sum()
    return x * scale


def detached_vjp(out_bar, x):
    return (out_bar * np.abs(x).sum() + np.sign(x) * np.sum(out_bar * x),)


@room.mistake("treated as constant", detached, detached_vjp, normal((4,)))
def scale_treated_as_constant(out_bar, x):
    return (out_bar * np.abs(x).sum(),)
