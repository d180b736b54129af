"""Losses: each with the slip that is made with it."""

import numpy as np

from benchmarks.arena.case import Room, at, normal, uniform

room = Room("losses")


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def nonempty(*inputs):
    return all(np.size(x) > 0 for x in inputs)


def bce(x, t):
    return np.mean(np.logaddexp(0, x) - x * t)


def bce_vjp(out_bar, x, t):
    n = x.size
    return out_bar * (sigmoid(x) - t) / n, -out_bar * x / n


def probabilities(dtype, rng):
    return np.asarray(rng.standard_normal(4), dtype), np.asarray(rng.uniform(0, 1, 4), dtype)


@room.mistake("sign", bce, bce_vjp, probabilities, domain=nonempty)
def bce_target_minus_probability(out_bar, x, t):
    return out_bar * (t - sigmoid(x)) / x.size, -out_bar * x / x.size


@room.mistake("dropped term", bce, bce_vjp, probabilities, domain=nonempty)
def bce_sigmoid_slope_applied_twice(out_bar, x, t):
    s = sigmoid(x)
    return out_bar * (s - t) * s * (1 - s) / x.size, -out_bar * x / x.size


def hinge(s, y):
    return np.mean(np.maximum(0, 1 - s * y))


def hinge_vjp(out_bar, s, y):
    active = (s * y < 1) * (out_bar / s.size)
    return -active * y, -active * s


def margins(dtype, rng):
    return np.asarray(2 * rng.standard_normal(6), dtype), np.asarray(rng.choice([-1.0, 1.0], 6), dtype)


@room.mistake("dropped term", hinge, hinge_vjp, margins, domain=nonempty)
def hinge_without_its_mask(out_bar, s, y):
    return -y * (out_bar / s.size), -s * (out_bar / s.size)


@room.mistake("off by one", hinge, hinge_vjp, margins, domain=nonempty, witness=at([0.5, -2], [1, 1]))
def hinge_margin_at_zero(out_bar, s, y):
    active = (s * y < 0) * (out_bar / s.size)
    return -active * y, -active * s


def squared_hinge(s):
    return np.sum(np.maximum(0, 1 - s) ** 2)


def squared_hinge_vjp(out_bar, s):
    return (-2 * out_bar * np.maximum(0, 1 - s),)


@room.mistake("dropped term", squared_hinge, squared_hinge_vjp, normal((5,)))
def squared_hinge_as_hinge(out_bar, s):
    return (-2 * out_bar * (s < 1),)


def huber(p, t):
    r = p - t
    a = np.abs(r)
    return np.sum(np.where(a < 1, 0.5 * r * r, a - 0.5))


def huber_vjp(out_bar, p, t):
    g = out_bar * np.clip(p - t, -1, 1)
    return g, -g


@room.mistake("beyond a threshold", huber, huber_vjp, normal((6,), (6,), scale=2), reference="BobMcDear/attorch#13")
def smooth_l1_threshold_on_the_signed_difference(out_bar, p, t):
    r = p - t
    g = out_bar * np.where(r < 1, r, 1)
    return g, -g


def focal(x):
    p = sigmoid(x)
    return np.sum((1 - p) ** 2 * np.logaddexp(0, -x))


def focal_vjp(out_bar, x):
    p, q = sigmoid(x), sigmoid(-x)
    return (-out_bar * q * q * (2 * p * np.logaddexp(0, -x) + q),)


@room.mistake("dropped term", focal, focal_vjp, normal((4,)))
def focal_weight_treated_as_constant(out_bar, x):
    q = sigmoid(-x)
    return (-out_bar * q * q * q,)


@room.mistake("dropped term", focal, focal_vjp, normal((4,)))
def focal_probability_missing(out_bar, x):
    q = sigmoid(-x)
    return (-out_bar * q * q * (2 * np.logaddexp(0, -x) + q),)


def kl(p, q):
    return np.sum(p * (np.log(p) - np.log(q)))


def kl_vjp(out_bar, p, q):
    return out_bar * (np.log(p) - np.log(q) + 1), -out_bar * p / q


POSITIVE = {"domain": ["positive", "positive"]}


@room.mistake("dropped term", kl, kl_vjp, uniform(0.2, 1, (4,), (4,)), **POSITIVE)
def divergence_without_one(out_bar, p, q):
    return out_bar * (np.log(p) - np.log(q)), -out_bar * p / q


@room.mistake("treated as constant", kl, kl_vjp, uniform(0.2, 1, (4,), (4,)), **POSITIVE)
def divergence_target_constant(out_bar, p, q):
    return np.zeros_like(p), -out_bar * p / q


@room.mistake("transposed", kl, kl_vjp, uniform(0.2, 1, (4,), (4,)), **POSITIVE)
def divergence_other_way_round(out_bar, p, q):
    return -out_bar * q / p, out_bar * (np.log(q) - np.log(p) + 1)


def poisson(x, k):
    return np.sum(np.exp(x) - k * x)


def poisson_vjp(out_bar, x, k):
    return out_bar * (np.exp(x) - k), -out_bar * x


@room.mistake("dropped term", poisson, poisson_vjp, normal((4,), (4,)))
def poisson_rate_not_exponentiated(out_bar, x, k):
    return out_bar * (1 - k * np.exp(-x)), -out_bar * x


def triplet(a, p, n):
    return np.maximum(0, np.sum((a - p) ** 2) - np.sum((a - n) ** 2) + 1)


def triplet_vjp(out_bar, a, p, n):
    on = out_bar * (np.sum((a - p) ** 2) - np.sum((a - n) ** 2) + 1 > 0)
    return 2 * on * (n - p), 2 * on * (p - a), 2 * on * (a - n)


@room.mistake("sign", triplet, triplet_vjp, normal((3,), (3,), (3,), scale=0.4))
def triplet_negative_attracted(out_bar, a, p, n):
    on = out_bar * (np.sum((a - p) ** 2) - np.sum((a - n) ** 2) + 1 > 0)
    return 2 * on * (n - p), 2 * on * (p - a), 2 * on * (n - a)


@room.mistake("dropped term", triplet, triplet_vjp, normal((3,), (3,), (3,), scale=0.4))
def triplet_anchor_by_positive_alone(out_bar, a, p, n):
    on = out_bar * (np.sum((a - p) ** 2) - np.sum((a - n) ** 2) + 1 > 0)
    return 2 * on * (a - p), 2 * on * (p - a), 2 * on * (a - n)


def dice(p, t):
    return 1 - (2 * np.sum(p * t) + 1) / (np.sum(p) + np.sum(t) + 1)


def dice_vjp(out_bar, p, t):
    d = np.sum(p) + np.sum(t) + 1
    c = (2 * np.sum(p * t) + 1) / d
    return out_bar * (c - 2 * t) / d, out_bar * (c - 2 * p) / d


@room.mistake("dropped term", dice, dice_vjp, uniform(0.1, 1, (4,), (4,)), **POSITIVE)
def dice_denominator_constant(out_bar, p, t):
    d = np.sum(p) + np.sum(t) + 1
    return -2 * out_bar * t / d, -2 * out_bar * p / d


@room.mistake("off by one", dice, dice_vjp, uniform(0.1, 1, (4,), (4,)), **POSITIVE)
def dice_smoothing_forgotten(out_bar, p, t):
    d = np.sum(p) + np.sum(t)
    c = 2 * np.sum(p * t) / d
    return out_bar * (c - 2 * t) / d, out_bar * (c - 2 * p) / d


def log_cosh(r):
    a = np.abs(r)
    return np.sum(a + np.log1p(np.exp(-2 * a)) - np.asarray(0.6931471805599453, r.dtype))


def log_cosh_vjp(out_bar, r):
    return (out_bar * np.tanh(r),)


@room.mistake("constant factor", log_cosh, log_cosh_vjp, normal((5,)))
def log_cosh_slope_halved(out_bar, r):
    return (out_bar * np.tanh(r / 2),)


def gaussian_nll(m, s, t):
    return np.sum(np.log(s) + 0.5 * ((t - m) / s) ** 2)


def gaussian_nll_vjp(out_bar, m, s, t):
    z = (t - m) / s
    return -out_bar * z / s, out_bar * (1 - z * z) / s, out_bar * z / s


SCALES = {"domain": [None, "positive", None]}
NLL = uniform(0.5, 2, (3,), (3,), (3,))


@room.mistake("dropped term", gaussian_nll, gaussian_nll_vjp, NLL, **SCALES)
def deviation_taken_for_variance(out_bar, m, s, t):
    z = (t - m) / s
    return -out_bar * z / s, out_bar * (1 - z * z) / (2 * s), out_bar * z / s


@room.mistake("dropped term", gaussian_nll, gaussian_nll_vjp, NLL, **SCALES)
def log_normaliser_forgotten(out_bar, m, s, t):
    z = (t - m) / s
    return -out_bar * z / s, -out_bar * z * z / s, out_bar * z / s


def contrastive(x, y):
    d = np.sqrt(np.sum((x - y) ** 2) + 0.25)
    return np.maximum(0, 2 - d) ** 2


def contrastive_vjp(out_bar, x, y):
    d = np.sqrt(np.sum((x - y) ** 2) + 0.25)
    g = -2 * out_bar * np.maximum(0, 2 - d) * (x - y) / d
    return g, -g


@room.mistake("dropped term", contrastive, contrastive_vjp, uniform(-0.4, 0.4, (3,), (3,)))
def contrastive_distance_not_divided(out_bar, x, y):
    d = np.sqrt(np.sum((x - y) ** 2) + 0.25)
    g = -2 * out_bar * np.maximum(0, 2 - d) * (x - y)
    return g, -g


def log_loss(p, t):
    return -np.sum(t * np.log(p) + (1 - t) * np.log1p(-p))


def log_loss_vjp(out_bar, p, t):
    return out_bar * (p - t) / (p * (1 - p)), -out_bar * (np.log(p) - np.log1p(-p))


@room.mistake("dropped term", log_loss, log_loss_vjp, uniform(0.2, 0.8, (4,), (4,)), domain=[(0, 1), None])
def log_loss_as_if_of_logits(out_bar, p, t):
    return out_bar * (p - t), -out_bar * (np.log(p) - np.log1p(-p))
