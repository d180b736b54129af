"""Layer norm, batch norm and their kin: the classical slip of each."""

import numpy as np

from benchmarks.arena.case import DTYPES, WIDE, Room, normal, uniform

room = Room("normalization")
EPS = 1e-3


def standardise(x):
    m = x.mean(axis=-1, keepdims=True)
    v = ((x - m) ** 2).mean(axis=-1, keepdims=True)
    r = 1 / np.sqrt(v + EPS)
    return (x - m) * r, r


def layer_norm(x, gamma, beta):
    return standardise(x)[0] * gamma + beta


def layer_norm_vjp(out_bar, x, gamma, beta):
    del beta
    h, r = standardise(x)
    g = out_bar * gamma
    x_bar = r * (g - g.mean(axis=-1, keepdims=True) - h * (g * h).mean(axis=-1, keepdims=True))
    return x_bar, (out_bar * h).sum(axis=0), out_bar.sum(axis=0)


LAYER = normal((2, 5), (5,), (5,))


@room.mistake("dropped term", layer_norm, layer_norm_vjp, LAYER)
def layer_norm_mean_term_missing(out_bar, x, gamma, beta):
    del beta
    h, r = standardise(x)
    g = out_bar * gamma
    return r * (g - h * (g * h).mean(axis=-1, keepdims=True)), (out_bar * h).sum(axis=0), out_bar.sum(axis=0)


@room.mistake("dropped term", layer_norm, layer_norm_vjp, LAYER)
def layer_norm_variance_term_missing(out_bar, x, gamma, beta):
    del beta
    h, r = standardise(x)
    g = out_bar * gamma
    return r * (g - g.mean(axis=-1, keepdims=True)), (out_bar * h).sum(axis=0), out_bar.sum(axis=0)


@room.mistake("constant factor", layer_norm, layer_norm_vjp, LAYER, reference="tenstorrent/tt-metal#53215")
def layer_norm_mean_subtracted_twice(out_bar, x, gamma, beta):
    del beta
    h, r = standardise(x)
    g = out_bar * gamma
    x_bar = r * (g - 2 * g.mean(axis=-1, keepdims=True) - h * (g * h).mean(axis=-1, keepdims=True))
    return x_bar, (out_bar * h).sum(axis=0), out_bar.sum(axis=0)


@room.mistake("dropped term", layer_norm, layer_norm_vjp, LAYER)
def layer_norm_gain_of_raw_input(out_bar, x, gamma, beta):
    x_bar, _, beta_bar = layer_norm_vjp(out_bar, x, gamma, beta)
    return x_bar, (out_bar * x).sum(axis=0), beta_bar


@room.mistake("dropped term", layer_norm, layer_norm_vjp, LAYER)
def layer_norm_gain_not_applied(out_bar, x, gamma, beta):
    return layer_norm_vjp(out_bar, x, np.ones_like(gamma), beta)[0], *layer_norm_vjp(out_bar, x, gamma, beta)[1:]


def plain_norm(x):
    return standardise(x)[0]


def plain_norm_vjp(out_bar, x):
    h, r = standardise(x)
    return (r * (out_bar - out_bar.mean(axis=-1, keepdims=True) - h * (out_bar * h).mean(axis=-1, keepdims=True)),)


@room.mistake("epsilon", plain_norm, plain_norm_vjp, uniform(-0.05, 0.05, (2, 4)))
def normalised_with_epsilon_outside_the_root(out_bar, x):
    m = x.mean(axis=-1, keepdims=True)
    s = np.sqrt(((x - m) ** 2).mean(axis=-1, keepdims=True))
    h, r = (x - m) / (s + EPS), 1 / (s + EPS)
    return (r * (out_bar - out_bar.mean(axis=-1, keepdims=True) - h * (out_bar * h).mean(axis=-1, keepdims=True)),)


@room.mistake("constant factor", plain_norm, plain_norm_vjp, normal((3, 4)), reference="flagos-ai/FlagGems#5392")
def normalised_over_the_wrong_count(out_bar, x):
    h, r = standardise(x)
    n = x.size
    sums = out_bar.sum(axis=-1, keepdims=True) / n, (out_bar * h).sum(axis=-1, keepdims=True) / n
    return (r * (out_bar - sums[0] - h * sums[1]),)


@room.mistake("dropped term", plain_norm, plain_norm_vjp, normal((2, 4), scale=3), reference="flagos-ai/FlagGems#5222")
def saved_inverse_deviation_inverted_again(out_bar, x):
    h, r = standardise(x)
    r = 1 / np.sqrt(r + EPS)
    return (r * (out_bar - out_bar.mean(axis=-1, keepdims=True) - h * (out_bar * h).mean(axis=-1, keepdims=True)),)


def batch_norm(x):
    return standardise(x.T)[0].T


def batch_norm_vjp(out_bar, x):
    return (plain_norm_vjp(out_bar.T, x.T)[0].T,)


@room.mistake("wrong axis", batch_norm, batch_norm_vjp, normal((4, 4)), domain=lambda x: len(x) > 0)
def batch_norm_along_features(out_bar, x):
    return plain_norm_vjp(out_bar, x)


@room.mistake(
    "treated as constant", batch_norm, batch_norm_vjp, normal((4, 3)), domain=lambda x: len(x) > 0,
    reference="mlpack/mlpack#2474",
)  # fmt: skip
def batch_statistics_constant(out_bar, x):
    return (out_bar * standardise(x.T)[1].T,)


@room.mistake("constant factor", batch_norm, batch_norm_vjp, normal((4, 3)), domain=lambda x: len(x) > 1)
def batch_norm_unbiased_in_the_backward(out_bar, x):
    h, r = batch_norm(x), standardise(x.T)[1].T
    n = len(x)
    return (r * (out_bar - out_bar.mean(axis=0) - h * (out_bar * h).sum(axis=0) / (n - 1)),)


def rms_norm(x):
    return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPS)


def rms_norm_vjp(out_bar, x):
    r = 1 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPS)
    h = x * r
    return (r * (out_bar - h * (out_bar * h).mean(axis=-1, keepdims=True)),)


@room.mistake("treated as constant", rms_norm, rms_norm_vjp, normal((2, 4)))
def rms_treated_as_constant(out_bar, x):
    return (out_bar / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPS),)


@room.mistake("constant factor", rms_norm, rms_norm_vjp, normal((2, 4)))
def rms_sum_for_mean(out_bar, x):
    r = 1 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPS)
    h = x * r
    return (r * (out_bar - h * (out_bar * h).sum(axis=-1, keepdims=True)),)


@room.mistake("dropped term", rms_norm, rms_norm_vjp, normal((2, 4)))
def rms_norm_mean_subtracted(out_bar, x):
    r = 1 / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPS)
    h = x * r
    return (r * (out_bar - out_bar.mean(axis=-1, keepdims=True) - h * (out_bar * h).mean(axis=-1, keepdims=True)),)


def cosine(x, y):
    return x @ y / np.sqrt((x @ x) * (y @ y))


def cosine_vjp(out_bar, x, y):
    nx, ny = np.sqrt(x @ x), np.sqrt(y @ y)
    u, v = x / nx, y / ny
    c = u @ v
    return out_bar * (v - c * u) / nx, out_bar * (u - c * v) / ny


COSINE = {"domain": ["positive", "positive"], "dtypes": DTYPES}


@room.mistake("dropped term", cosine, cosine_vjp, uniform(0.5, 2, (4,), (4,)), **COSINE)
def cosine_projection_missing(out_bar, x, y):
    n = np.sqrt((x @ x) * (y @ y))
    return out_bar * y / n, out_bar * x / n


@room.mistake("constant factor", cosine, cosine_vjp, uniform(0.5, 2, (4,), (4,)), **COSINE)
def cosine_scaled_by_the_other_norm(out_bar, x, y):
    nx, ny = np.sqrt(x @ x), np.sqrt(y @ y)
    u, v = x / nx, y / ny
    c = u @ v
    return out_bar * (v - c * u) / ny, out_bar * (u - c * v) / nx


def guarded_unit(x):
    return x / (np.sqrt(np.sum(x * x)) + 0.125)


def guarded_unit_vjp(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    d = n + 0.125
    return (out_bar / d - x / (n if n > 0 else 1) * (np.sum(x * out_bar) / d / d),)


@room.mistake("epsilon", guarded_unit, guarded_unit_vjp, normal((4,), scale=0.2), reference="chainer/chainer#4190")
def guard_forgotten_in_the_second_term(out_bar, x):
    n = np.sqrt(np.sum(x * x))
    d = n + 0.125
    return ((out_bar - x * np.sum(x * out_bar) / (d * d)) / d,)


def rescale(x):
    low, high = x.min(), x.max()
    return (x - low) / (high - low)


def rescale_vjp(out_bar, x):
    i, j = np.argmin(x), np.argmax(x)
    d = x[j] - x[i]
    y = (x - x[i]) / d
    g = out_bar / d
    g[i] -= np.sum(out_bar * (1 - y)) / d
    g[j] -= np.sum(out_bar * y) / d
    return (g,)


def spaced(dtype, rng):
    return (np.asarray(rng.permutation(5) + rng.uniform(0, 0.5, 5), dtype),)


NOT_FLAT = {"domain": lambda x: x.size > 1 and x.max() - x.min() > 0.01}


@room.mistake("treated as constant", rescale, rescale_vjp, spaced, **NOT_FLAT)
def range_treated_as_constant(out_bar, x):
    return (out_bar / (x.max() - x.min()),)


@room.mistake("dropped term", rescale, rescale_vjp, spaced, **NOT_FLAT)
def minimum_pays_nothing(out_bar, x):
    j = np.argmax(x)
    d = x[j] - x.min()
    g = out_bar / d
    g[j] -= np.sum(out_bar * (x - x.min())) / d / d
    return (g,)


def weight_norm(v, g):
    return g * v / np.sqrt(v @ v)


def weight_norm_vjp(out_bar, v, g):
    n = np.sqrt(v @ v)
    u = v / n
    s = u @ out_bar
    return g * (out_bar - u * s) / n, np.asarray(s)


@room.mistake(
    "dropped term", weight_norm, weight_norm_vjp, uniform(0.5, 2, (4,), ()), domain=["positive", None], dtypes=WIDE
)
def weight_norm_gain_not_normalised(out_bar, v, g):
    return weight_norm_vjp(out_bar, v, g)[0], np.asarray(v @ out_bar)
