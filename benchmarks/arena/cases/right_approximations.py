"""Right as approximations: series near zero, iterations to convergence, thresholds where float cannot tell."""

import math

import numpy as np

from benchmarks.arena.case import WIDE, Room, fixed, normal, uniform

try:
    from scipy import special
except ImportError:  # the cases that need it are skipped, with that reason
    special = None

room = Room("right_approximations")


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def growth(x):
    safe = np.where(x == 0, 1, x)
    return np.where(x == 0, 1, np.expm1(safe) / safe)


def series(x, terms):
    out = np.zeros_like(x)
    for c in reversed(terms):
        out = out * x + np.asarray(c, x.dtype)
    return out


GROWTH = [(k + 1) / math.factorial(k + 2) for k in range(20)]


@room.right("series near zero", growth, fixed([0, 1e-3, -0.5, 2]))
def growth_by_its_series(out_bar, x):
    near = np.abs(x) < 1
    safe = np.where(near, 1, x)
    far = (np.exp(safe) * (safe - 1) + 1) / (safe * safe)
    return (out_bar * np.where(near, series(np.where(near, x, 0), GROWTH), far),)


def sinc(x):
    safe = np.where(x == 0, 1, x)
    return np.where(x == 0, 1, np.sin(safe) / safe)


SINC = [(-1) ** (k + 1) * (2 * k + 2) / math.factorial(2 * k + 3) for k in range(10)]


@room.right("series near zero", sinc, fixed([0, 0.01, -0.7, 2.5]))
def sinc_by_its_series(out_bar, x):
    near = np.abs(x) < 1
    small, safe = np.where(near, x, 0), np.where(near, 1, x)
    far = (safe * np.cos(safe) - np.sin(safe)) / (safe * safe)
    return (out_bar * np.where(near, small * series(small * small, SINC), far),)


def log_ratio(x):
    safe = np.where(x == 0, 1, x)
    return np.where(x == 0, 1, np.log1p(safe) / safe)


LOG_RATIO = [(-1) ** (k + 1) * (k + 1) / (k + 2) for k in range(24)]


@room.right("series near zero", log_ratio, fixed([0, 0.001, 0.1, 2]), domain=[(-0.9, 10)])
def log_ratio_by_its_series(out_bar, x):
    near = np.abs(x) < 0.15
    safe = np.where(near, 1, x)
    far = (safe / (1 + safe) - np.log1p(safe)) / (safe * safe)
    return (out_bar * np.where(near, series(np.where(near, x, 0), LOG_RATIO), far),)


def softplus(x):
    return np.where(x > 40, x, np.log1p(np.exp(np.minimum(x, 40))))


@room.right("threshold", softplus, fixed([-2, 3, 39, 45]), dtypes=WIDE)
def softplus_past_forty(out_bar, x):
    return (out_bar * np.where(x > 40, 1, sigmoid(x)),)


def softplus_twenty(x):
    return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20))))


@room.right("threshold", softplus_twenty, fixed([-2, 3, 25]), dtypes=("float16", "float32"))
def softplus_past_twenty(out_bar, x):
    return (out_bar * np.where(x > 20, 1, sigmoid(x)),)


def tanh(x):
    return np.tanh(x)


@room.right("threshold", tanh, fixed([0.5, -3, 25, -30]), dtypes=("float32",))
def tanh_flat_past_its_subnormals(out_bar, x):
    e = np.exp(-np.abs(x))
    s = 2 * e / (1 + e * e)
    return (np.where(np.abs(x) > 60, 0, out_bar * s * s),)


ERF = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


def erf_polynomial(x):
    t = 1 / (1 + 0.3275911 * x)
    return 1 - np.exp(-x * x) * t * series(t, ERF)


@room.right("literals", erf_polynomial, uniform(0.1, 2, (4,)), domain=["positive"], dtypes=WIDE)
def erf_polynomial_vjp(out_bar, x):
    t = 1 / (1 + 0.3275911 * x)
    slope = series(t, [(k + 1) * c for k, c in enumerate(ERF)])
    value = t * series(t, ERF)
    return (out_bar * np.exp(-x * x) * (2 * x * value + 0.3275911 * t * t * slope),)


def erf(x):
    return special.erf(x)


@room.right("literals", erf, normal((4,)), dtypes=("float32",), needs="scipy")
def erf_with_eight_digits(out_bar, x):
    return (out_bar * np.exp(-x * x) * 1.1283792,)


def gelu(x):
    return 0.5 * x * (1 + np.tanh(0.79788456 * (x + 0.044715 * x * x * x)))


@room.right("literals", gelu, uniform(-2, 2, (5,)))
def gelu_with_the_same_literals(out_bar, x):
    u = 0.79788456 * (x + 0.044715 * x * x * x)
    t = np.tanh(u)
    return (out_bar * (0.5 * (1 + t) + 0.5 * x * (1 - t) * (1 + t) * 0.79788456 * (1 + 0.134145 * x * x)),)


def bits(x):
    return np.log2(x)


@room.right("literals", bits, uniform(0.5, 4, (4,)), domain=["positive"], dtypes=("float16", "float32"))
def log_two_to_seven_places(out_bar, x):
    return (out_bar * 1.442695 / x,)


def third(x):
    return x / 3


@room.right("literals", third, normal((4,)), dtypes=("float32",))
def a_third_to_eight_places(out_bar, x):
    del x
    return (out_bar * 0.33333333,)


def newton_root(x):
    y = 0.5 * (1 + x)
    for _ in range(8):
        y = 0.5 * (y + x / y)
    return y


@room.right("iteration", newton_root, uniform(0.3, 4, (4,)), domain=[(0.1, 10)])
def newton_root_by_its_limit(out_bar, x):
    return (out_bar * 0.5 / newton_root(x),)


def cube_root(x):
    y = (2 + x) / 3
    for _ in range(10):
        y = (2 * y + x / (y * y)) / 3
    return y


@room.right("iteration", cube_root, uniform(0.5, 3, (4,)), domain=[(0.2, 5)])
def cube_root_by_the_implicit_function(out_bar, x):
    y = cube_root(x)
    return (out_bar / (3 * y * y),)


def kepler(m, e):
    a = m + e * np.sin(m)
    for _ in range(12):
        a = a - (a - e * np.sin(a) - m) / (1 - e * np.cos(a))
    return a


@room.right("iteration", kepler, uniform(0.1, 0.5, (3,), (3,)), domain=[(-3, 3), (0, 0.6)], dtypes=WIDE)
def kepler_by_the_implicit_function(out_bar, m, e):
    a = kepler(m, e)
    g = out_bar / (1 - e * np.cos(a))
    return g, g * np.sin(a)


def fixed_point(x):
    y = np.zeros_like(x)
    for _ in range(60):
        y = 0.5 * np.cos(y) + x
    return y


@room.right("iteration", fixed_point, uniform(-0.5, 0.5, (3,)), domain=[(-1, 1)], dtypes=WIDE)
def fixed_point_by_its_limit(out_bar, x):
    return (out_bar / (1 + 0.5 * np.sin(fixed_point(x))),)


def exponential(x):
    out = np.ones_like(x)
    for k in range(22, 0, -1):
        out = 1 + x * out / k
    return out


@room.right("series", exponential, uniform(-1, 1, (4,)), domain=[(-1.5, 1.5)])
def truncated_series_is_its_own_derivative(out_bar, x):
    return (out_bar * exponential(x),)


def mean_of_means(a, b):
    for _ in range(8):
        a, b = (a + b) / 2, np.sqrt(a * b)
    return a


def _agm_pull(out_bar, a, b):
    path = []
    for _ in range(8):
        path.append((a, b))
        a, b = (a + b) / 2, np.sqrt(a * b)
    a_bar, b_bar = out_bar, np.zeros_like(b)
    for a0, b0 in reversed(path):
        g = b_bar / (2 * np.sqrt(a0 * b0))
        a_bar, b_bar = a_bar / 2 + g * b0, a_bar / 2 + g * a0
    return a_bar, b_bar


@room.right("iteration", mean_of_means, uniform(0.5, 2, (3,), (3,)), domain=["positive", "positive"])
def arithmetic_geometric_mean_unrolled(out_bar, a, b):
    return _agm_pull(out_bar, a, b)


def log_sigmoid(x):
    return np.where(x < -30, x, -np.log1p(np.exp(-np.maximum(x, -30))))


@room.right("threshold", log_sigmoid, fixed([-40, -5, 3]), dtypes=("float16", "float32"))
def log_sigmoid_past_thirty(out_bar, x):
    return (out_bar * np.where(x < -30, 1, sigmoid(-x)),)


def mantissa(x):
    return np.frexp(x)[0]


@room.right("bit tricks", mantissa, uniform(1.1, 1.9, (3,)), domain=[(1, 2)])
def mantissa_by_its_exponent(out_bar, x):
    return (np.ldexp(out_bar, -np.frexp(x)[1]),)
