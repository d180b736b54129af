"""Re-created from bug reports: elementwise operations, reductions, losses. Each names where it was seen."""

import numpy as np

from benchmarks.arena.case import WIDE, Room, at, normal, uniform

try:
    from scipy import special
except ImportError:  # the cases that need it are skipped, with that reason
    special = None

room = Room("reports_elementwise")


def remainder(x, y):
    return np.fmod(x, y)


def remainder_vjp(out_bar, x, y):
    return out_bar, -out_bar * np.trunc(x / y)


def mixed_signs(dtype, rng):
    x = rng.uniform(2, 5, 4) * np.array([1, -1, 1, -1])
    y = rng.uniform(0.7, 1.3, 4) * np.array([1, 1, -1, -1])
    return np.asarray(x, dtype), np.asarray(y, dtype)


@room.mistake(
    "sign", remainder, remainder_vjp, mixed_signs, reference="jax-ml/jax#11469",
    domain=lambda x, y: np.all((np.abs(y) > 0.1) & (np.abs(x / y - np.rint(x / y)) > 0.01)),
)  # fmt: skip
def remainder_of_mixed_signs(out_bar, x, y):
    return out_bar, -out_bar * np.floor(x / y)


EXPONENTS = np.array([0, 1, 2, 3])


def powers(x):
    return x ** EXPONENTS.astype(x.dtype)


def powers_vjp(out_bar, x):
    k = EXPONENTS.astype(x.dtype)
    return (out_bar * k * x ** np.maximum(k - 1, 0),)


@room.mistake(
    "at zero", powers, powers_vjp, uniform(0.5, 2, (4,)), domain=lambda x: x.shape == (4,), witness=at([0, 1, 2, 3]),
    reference="pytorch/pytorch#8940",
)  # fmt: skip
def zeroth_power_at_zero(out_bar, x):
    k = EXPONENTS.astype(x.dtype)
    with np.errstate(all="ignore"):
        return (out_bar * k * x ** (k - 1),)


@room.mistake(
    "at zero", powers, powers_vjp, uniform(0.5, 2, (4,)), domain=lambda x: x.shape == (4,), witness=at([1, -1, -2, -3]),
    reference="tenstorrent/tt-metal#55534",
)  # fmt: skip
def power_of_negative_base_infinite(out_bar, x):
    k = EXPONENTS.astype(x.dtype)
    return (np.where(x <= 0, np.asarray(np.inf, x.dtype), out_bar * k * np.abs(x) ** np.maximum(k - 1, 0)),)


def power(a, b):
    return a**b


def power_vjp(out_bar, a, b):
    log = np.log(np.where(a > 0, a, 1))
    return out_bar * b * a ** (b - 1), out_bar * a**b * log


@room.mistake(
    "at zero", power, power_vjp, uniform(1.5, 3, (3,), (3,)), witness=at([0, 2], [2, 3]),
    reference="pytorch/pytorch#27134", domain=[lambda a: np.all(a >= 0), lambda b: np.all(b > 1)],
)  # fmt: skip
def exponent_gradient_of_base_zero(out_bar, a, b):
    with np.errstate(all="ignore"):
        return out_bar * b * a ** (b - 1), out_bar * a**b * np.log(a)


def digamma(x):
    return special.digamma(x)


def digamma_vjp(out_bar, x):
    return ((out_bar * special.polygamma(1, x)).astype(x.dtype),)


@room.mistake(
    "beyond a threshold", digamma, digamma_vjp, uniform(1, 4, (3,)), witness=at([-16.5, -19.5]), needs="scipy",
    reference="jax-ml/jax#37635", dtypes=WIDE, domain=lambda x: np.all((x > 0) | (np.abs(x - np.rint(x)) > 0.1)),
)  # fmt: skip
def trigamma_without_reflection(out_bar, x):
    series = 1 / x + 1 / (2 * x**2) + 1 / (6 * x**3)
    return ((out_bar * np.where(x > 0, special.polygamma(1, np.abs(x)), series)).astype(x.dtype),)


def softplus(x):
    return np.where(3 * x > 20, x, np.log1p(np.exp(np.minimum(3 * x, 20))) / 3)


def softplus_vjp(out_bar, x):
    e = np.exp(-3 * np.abs(x))
    s = np.where(x > 0, 1 / (1 + e), e / (1 + e))
    return (out_bar * np.where(3 * x > 20, 1, s).astype(x.dtype),)


@room.mistake("beyond a threshold", softplus, softplus_vjp, uniform(-1, 1, (4,)), reference="pytorch/pytorch#61568")
def softplus_threshold_unscaled(out_bar, x):
    e = np.exp(-3 * np.abs(x))
    s = np.where(x > 0, 1 / (1 + e), e / (1 + e))
    return (out_bar * np.where(3 * x > 20 / 27, 1, s).astype(x.dtype),)


def weighted_log_sum(b):
    return np.log(np.sum(b * np.exp(np.arange(len(b), dtype=b.dtype) / 2)))


def weighted_log_sum_vjp(out_bar, b):
    e = np.exp(np.arange(len(b), dtype=b.dtype) / 2)
    return (out_bar * e / np.sum(b * e),)


@room.mistake(
    "at zero", weighted_log_sum, weighted_log_sum_vjp, uniform(0.5, 2, (3,)), witness=at([1, 0]),
    reference="jax-ml/jax#22398", domain=lambda b: b.size > 0 and np.all(b >= 0) and np.any(b > 0.01),
)  # fmt: skip
def weight_of_zero_gets_nothing(out_bar, b):
    e = np.exp(np.arange(len(b), dtype=b.dtype) / 2)
    return (out_bar * np.where(b == 0, 0, e) / np.sum(b * e),)


def sum_of_two(x, y):
    return np.logaddexp(x, y)


def sum_of_two_vjp(out_bar, x, y):
    e = np.exp(-np.abs(x - y))
    p = np.where(x > y, 1 / (1 + e), e / (1 + e))
    q = np.where(x > y, e / (1 + e), 1 / (1 + e))
    return out_bar * p, out_bar * q


def far_out(dtype):
    v = {"float16": 1000, "float32": 1e5, "float64": 1e14}[dtype.name]
    return np.array([v, v], dtype), np.array([v, v], dtype)


@room.mistake(
    "cancellation", sum_of_two, sum_of_two_vjp, normal((3,), (3,)), witness=far_out, digits=True,
    reference="stan-dev/math#1679",
)  # fmt: skip
def log_sum_exp_by_its_output(out_bar, x, y):
    out = np.logaddexp(x, y)
    return out_bar * np.exp(x - out), out_bar * np.exp(y - out)


MASK = np.array([True, False, True])


def masked_log_sum(x):
    kept = x[MASK]
    m = kept.max()
    return m + np.log(np.sum(np.exp(kept - m)))


def masked_log_sum_vjp(out_bar, x):
    g = np.zeros_like(x)
    e = np.exp(x[MASK] - x[MASK].max())
    g[MASK] = out_bar * e / e.sum()
    return (g,)


@room.mistake(
    "overflow", masked_log_sum, masked_log_sum_vjp, normal((3,)), witness=at([0, 2000, 1]),
    reference="jax-ml/jax#23842",
)  # fmt: skip
def masked_entry_overflows(out_bar, x):
    with np.errstate(all="ignore"):
        return (out_bar * MASK * np.exp(x - masked_log_sum(x)),)


def there_and_back(x):
    return np.sqrt(x) ** 2


def there_and_back_vjp(out_bar, x):
    del x
    return (out_bar,)


@room.mistake(
    "at zero", there_and_back, there_and_back_vjp, uniform(0.5, 2, (3,)), witness=at([0, 1]),
    reference="tensorflow/tensorflow#5562", domain=lambda x: np.all(x >= 0),
)  # fmt: skip
def square_of_root_at_zero(out_bar, x):
    with np.errstate(all="ignore"):
        r = np.sqrt(x)
        return (out_bar * 2 * r * (0.5 / r),)


def clip_by_norm(x):
    n = np.sqrt(np.sum(x * x))
    return x / n if n > 1 else x + 0


def clip_by_norm_vjp(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    if n <= 1:
        return (out_bar,)
    u = x / n
    return ((out_bar - u * np.sum(u * out_bar)) / n,)


@room.mistake(
    "at zero", clip_by_norm, clip_by_norm_vjp, normal((3,)), witness=at([0, 0]),
    reference="tensorflow/tensorflow#22048",
)  # fmt: skip
def clip_by_norm_nan_at_zero(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    with np.errstate(all="ignore"):
        u = x / n
        clipped = (out_bar - u * np.sum(u * out_bar)) / n
        inside = n <= 1
        return (inside * out_bar + (not inside) * clipped if np.any(x) else out_bar * inside + 0 * clipped,)


def huber(r):
    a = np.abs(r)
    return np.where(a < 2, 0.5 * r * r, 2 * (a - 1))


def huber_vjp(out_bar, r):
    return (out_bar * np.clip(r, -2, 2),)


@room.mistake("off by one", huber, huber_vjp, normal((6,), scale=3), reference="pytorch/pytorch#37599")
def huber_delta_not_passed_on(out_bar, r):
    return (out_bar * np.clip(r, -1, 1),)


def city_block(x, y):
    return np.sum(np.abs(x[:, None] - y[None]), axis=-1)


def city_block_vjp(out_bar, x, y):
    s = np.sign(x[:, None] - y[None]) * out_bar[..., None]
    return s.sum(axis=1), -s.sum(axis=0)


@room.mistake("dropped term", city_block, city_block_vjp, normal((2, 3), (3, 3)), reference="flagos-ai/FlagGems#5023")
def distance_exponent_ignored(out_bar, x, y):
    d = x[:, None] - y[None]
    r = np.sqrt(np.sum(d * d, axis=-1))
    s = d * (out_bar / np.where(r > 0, r, 1))[..., None]
    return s.sum(axis=1), -s.sum(axis=0)


def fit(w, x, y):
    return np.mean((w * x - y) ** 2)


def fit_vjp(out_bar, w, x, y):
    r = 2 * (w * x - y) * (out_bar / x.size)
    return np.asarray(np.sum(r * x)), r * w, -r


@room.mistake(
    "constant factor", fit, fit_vjp, normal((), (4,), (4,)), domain=lambda w, x, y: x.size > 0,
    reference="patrickloeber/pytorchTutorial#10",
)  # fmt: skip
def mean_of_a_dot_product(out_bar, w, x, y):
    r = 2 * (w * x - y) * (out_bar / x.size)
    return np.asarray(np.dot(2 * x, w * x - y).mean() * out_bar), r * w, -r


def two_outputs(x):
    y = np.zeros_like(x)
    y[0] = x[0] ** 2
    y[1] = x[0] + x[1]
    return y


def two_outputs_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[0] = 2 * out_bar[0] * x[0] + out_bar[1]
    g[1] = out_bar[1]
    return (g,)


@room.mistake(
    "transposed", two_outputs, two_outputs_vjp, normal((2,)), reference="HIPS/autograd#335",
    domain=lambda x: x.shape == (2,),
)  # fmt: skip
def jacobian_for_its_transpose(out_bar, x):
    g = np.zeros_like(x)
    g[0] = 2 * out_bar[0] * x[0]
    g[1] = out_bar[0] + out_bar[1]
    return (g,)


def log_cumulative(x):
    return np.logaddexp.accumulate(x)


def log_cumulative_vjp(out_bar, x):
    out = np.logaddexp.accumulate(x)
    return (np.array([np.sum(out_bar[i:] * np.exp(x[i] - out[i:])) for i in range(len(x))], x.dtype),)


@room.mistake(
    "underflow", log_cumulative, log_cumulative_vjp, normal((4,)), witness=at([-2000, 1, 3]),
    reference="pytorch/pytorch#196705",
)  # fmt: skip
def prefix_of_one_underflows(out_bar, x):
    e = np.exp(x - np.max(x, initial=-np.inf))
    sums = np.cumsum(e)
    inner = np.where(sums > 0, out_bar / np.where(sums > 0, sums, 1), 0)
    return (e * np.cumsum(inner[::-1])[::-1],)
