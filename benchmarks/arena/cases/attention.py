"""Softmax, log-softmax, cross-entropy, attention: what is lost between the scores and the loss."""

import numpy as np

from benchmarks.arena.case import Room, normal

room = Room("attention")


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_pull(out_bar, s):
    return s * (out_bar - np.sum(out_bar * s, axis=-1, keepdims=True))


def softmax_vjp(out_bar, x):
    return (softmax_pull(out_bar, softmax(x)),)


@room.mistake("dropped term", softmax, softmax_vjp, normal((2, 3)))
def softmax_without_its_sum(out_bar, x):
    return (softmax(x) * out_bar,)


@room.mistake("wrong axis", softmax, softmax_vjp, normal((2, 3)))
def softmax_sum_over_everything(out_bar, x):
    s = softmax(x)
    return (s * (out_bar - np.sum(out_bar * s)),)


@room.mistake("dropped term", softmax, softmax_vjp, normal((2, 3)))
def softmax_mean_not_weighted(out_bar, x):
    s = softmax(x)
    return (s * (out_bar - out_bar.mean(axis=-1, keepdims=True)),)


def log_softmax(x):
    z = x - x.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def log_softmax_vjp(out_bar, x):
    return (out_bar - softmax(x) * out_bar.sum(axis=-1, keepdims=True),)


@room.mistake("cotangent", log_softmax, log_softmax_vjp, normal((2, 3)))
def log_softmax_cotangent_not_summed(out_bar, x):
    return (out_bar - softmax(x) * out_bar,)


@room.mistake("dropped term", log_softmax, log_softmax_vjp, normal((2, 3)))
def log_softmax_subtracts_its_output(out_bar, x):
    return (out_bar - log_softmax(x) * out_bar.sum(axis=-1, keepdims=True),)


def labels(*shapes):
    draw = normal(*shapes)

    def with_labels(dtype, rng):
        inputs = draw(dtype, rng)
        n, k = shapes[0]
        return (*inputs, rng.integers(0, k, n))

    return with_labels


def cross_entropy(x, y):
    return -log_softmax(x)[np.arange(len(y)), y].mean()


def cross_entropy_vjp(out_bar, x, y):
    g = softmax(x)
    g[np.arange(len(y)), y] -= 1
    return g * (out_bar / len(y)), None


CLASSES = {"domain": lambda x, y: len(x) == len(y) > 0 and y.min() >= 0 and y.max() < x.shape[1]}


@room.mistake("constant factor", cross_entropy, cross_entropy_vjp, labels((3, 4)), **CLASSES)
def cross_entropy_not_averaged(out_bar, x, y):
    g = softmax(x)
    g[np.arange(len(y)), y] -= 1
    return g * out_bar, None


@room.mistake("sign", cross_entropy, cross_entropy_vjp, labels((3, 4)), **CLASSES)
def cross_entropy_label_minus_probability(out_bar, x, y):
    g = -softmax(x)
    g[np.arange(len(y)), y] += 1
    return g * (out_bar / len(y)), None


@room.mistake("off by one", cross_entropy, cross_entropy_vjp, labels((3, 4)), **CLASSES)
def cross_entropy_label_shifted(out_bar, x, y):
    g = softmax(x)
    g[np.arange(len(y)), (y + 1) % x.shape[1]] -= 1
    return g * (out_bar / len(y)), None


@room.mistake("cotangent", cross_entropy, cross_entropy_vjp, labels((3, 4)), **CLASSES)
def cross_entropy_cotangent_ignored(out_bar, x, y):
    del out_bar
    g = softmax(x)
    g[np.arange(len(y)), y] -= 1
    return (g / len(y)).astype(x.dtype), None


def smoothed(x, t):
    return -np.sum(log_softmax(x) * t)


def smoothed_vjp(out_bar, x, t):
    return out_bar * (softmax(x) * t.sum(axis=-1, keepdims=True) - t), -out_bar * log_softmax(x)


@room.mistake("dropped term", smoothed, smoothed_vjp, normal((2, 3), (2, 3)))
def targets_taken_to_sum_to_one(out_bar, x, t):
    return out_bar * (softmax(x) - t), -out_bar * log_softmax(x)


@room.mistake(
    "treated as constant", smoothed, smoothed_vjp, normal((2, 3), (2, 3)), reference="tensorflow/tensorflow#26495"
)
def soft_targets_constant(out_bar, x, t):
    return out_bar * (softmax(x) * t.sum(axis=-1, keepdims=True) - t), np.zeros_like(t)


def attend(q, k, v):
    return softmax(q @ k.T / q.shape[1] ** 0.5) @ v


def attend_vjp(out_bar, q, k, v):
    c = q.shape[1] ** 0.5
    p = softmax(q @ k.T / c)
    s = softmax_pull(out_bar @ v.T, p) / c
    return s @ k, s.T @ q, p.T @ out_bar


HEADS = {"domain": lambda q, k, v: q.shape[1] > 0 and len(k) > 0}
SQUARE = normal((3, 3), (3, 3), (3, 3))


@room.mistake("constant factor", attend, attend_vjp, SQUARE, **HEADS)
def attention_scale_forgotten(out_bar, q, k, v):
    p = softmax(q @ k.T / q.shape[1] ** 0.5)
    s = softmax_pull(out_bar @ v.T, p)
    return s @ k, s.T @ q, p.T @ out_bar


@room.mistake("transposed", attend, attend_vjp, SQUARE, **HEADS)
def attention_keys_not_transposed(out_bar, q, k, v):
    c = q.shape[1] ** 0.5
    p = softmax(q @ k.T / c)
    s = softmax_pull(out_bar @ v.T, p) / c
    return s @ k, s @ q, p.T @ out_bar


@room.mistake("transposed", attend, attend_vjp, SQUARE, **HEADS)
def attention_values_not_transposed(out_bar, q, k, v):
    c = q.shape[1] ** 0.5
    p = softmax(q @ k.T / c)
    s = softmax_pull(out_bar @ v.T, p) / c
    return s @ k, s.T @ q, p @ out_bar


@room.mistake("diagonal only", attend, attend_vjp, SQUARE, **HEADS)
def attention_softmax_diagonal(out_bar, q, k, v):
    c = q.shape[1] ** 0.5
    p = softmax(q @ k.T / c)
    s = (out_bar @ v.T) * p * (1 - p) / c
    return s @ k, s.T @ q, p.T @ out_bar


def causal(x):
    n = x.shape[-1]
    mask = np.tril(np.ones((n, n), bool))
    z = np.where(mask, x, -np.inf)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def causal_vjp(out_bar, x):
    return (softmax_pull(out_bar, causal(x)),)


@room.mistake(
    "off by one", causal, causal_vjp, normal((3, 3)), domain=lambda x: x.ndim == 2 and x.shape[0] == x.shape[1]
)
def causal_mask_includes_the_future(out_bar, x):
    n = x.shape[-1]
    mask = np.tril(np.ones((n, n), bool), 1)
    z = np.where(mask, x, -np.inf)
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return (softmax_pull(out_bar, e / e.sum(axis=-1, keepdims=True)),)


def log_sum(x):
    m = x.max(axis=-1, keepdims=True)
    return (m + np.log(np.exp(x - m).sum(axis=-1, keepdims=True)))[..., 0]


def log_sum_vjp(out_bar, x):
    return (softmax(x) * out_bar[..., None],)


@room.mistake("dropped term", log_sum, log_sum_vjp, normal((2, 3)))
def logsumexp_not_normalised(out_bar, x):
    return (np.exp(x - x.max(axis=-1, keepdims=True)) * out_bar[..., None],)


@room.mistake("treated as constant", log_sum, log_sum_vjp, normal((2, 3)))
def logsumexp_shift_differentiated_alone(out_bar, x):
    best = (x == x.max(axis=-1, keepdims=True)).astype(x.dtype)
    return (best / best.sum(axis=-1, keepdims=True) * out_bar[..., None],)


def uncertainty(x):
    return -np.sum(softmax(x) * log_softmax(x), axis=-1)


def uncertainty_vjp(out_bar, x):
    p, lp = softmax(x), log_softmax(x)
    return (-out_bar[..., None] * p * (lp - np.sum(p * lp, axis=-1, keepdims=True)),)


@room.mistake("dropped term", uncertainty, uncertainty_vjp, normal((2, 3)))
def entropy_of_logits_without_its_mean(out_bar, x):
    p, lp = softmax(x), log_softmax(x)
    return (-out_bar[..., None] * p * (lp + 1),)
