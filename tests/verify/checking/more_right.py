"""More right gradients: difficult for checkers that compare with finite differences."""

from __future__ import annotations

import numpy as np

X = np.array([[0.6, -1.3, 2.1], [1.7, 0.4, -0.8]])
V = np.array([1.4, -0.7, 2.2, 0.3])
POSITIVE = np.array([0.5, 1.5, 2.5])
SQUARE = np.array([[2.0, 0.5], [-0.25, 1.5]])
SPD = np.array([[2.0, 0.5], [0.5, 1.5]])
KERNEL = np.array([0.5, -1.0, 0.25])


def square(x):
    return x * x


def square_vjp(out_bar, x):
    return out_bar * 2 * x


def huber(x):
    return np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5)


def huber_vjp(out_bar, x):
    return out_bar * np.where(np.abs(x) < 1, x, np.sign(x))


def inverse_vjp(out_bar, x):
    inverse = np.linalg.inv(x).T
    return -(inverse @ out_bar @ inverse)


def det_vjp(out_bar, a):
    return out_bar * np.linalg.det(a) * np.linalg.inv(a).T


def cholesky_vjp(out_bar, a):
    factor = np.linalg.cholesky(a)
    inverse = np.linalg.inv(factor)
    inner = np.tril(factor.T @ out_bar)
    inner[np.diag_indices_from(inner)] /= 2
    full = inverse.T @ inner @ inverse
    return (full + full.T) / 2


def logsumexp(x):
    top = x.max()
    return top + np.log(np.sum(np.exp(x - top)))


def logsumexp_vjp(out_bar, x):
    e = np.exp(x - x.max())
    return out_bar * e / e.sum()


def convolved_vjp(out_bar, _x):
    return np.convolve(out_bar, KERNEL[::-1], "valid")


def sorted_vjp(out_bar, a):
    a_bar = np.empty_like(out_bar)
    a_bar[np.argsort(a)] = out_bar
    return a_bar


def newton_root(x):
    y = np.ones_like(x)
    for _ in range(12):
        y = (y + x / y) / 2
    return y


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def sigmoid_vjp(out_bar, x):
    return out_bar * sigmoid(x) * sigmoid(-x)


def logistic_loss(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def padded(out_bar, x):
    x_bar = np.zeros_like(x)
    x_bar[1:] = out_bar
    return x_bar


def unbroadcast(out_bar, x, y):
    return out_bar * y, (out_bar * x).sum(axis=0)


def cumprod_vjp(out_bar, x):
    x_bar = np.zeros_like(x)
    for k in range(x.size):
        others = x.copy()
        others[k] = 1
        x_bar[k] = np.sum(out_bar[k:] * np.cumprod(others)[k:])
    return x_bar


def rows_over_their_norms(out_bar, x):
    sizes = np.sqrt(np.sum(x * x, axis=1))
    return (out_bar / np.where(sizes > 0, sizes, 1))[:, None] * x


def two_vjp(out_bars, x):
    return out_bars[0] * np.cos(x) - out_bars[1] * np.sin(x)


MORE_RIGHT = {
    # kinks and ties, each with a convention of its own
    "abs with 0 at 0": (np.abs, lambda out_bar, x: out_bar * np.sign(x), (np.array([0.0, 1.0, -2.0]),)),
    "abs with 1 at 0": (np.abs, lambda out_bar, x: out_bar * np.where(x >= 0, 1, -1), (np.array([0.0, 1.0, -2.0]),)),
    "a clip at its ends": (
        lambda x: np.clip(x, -1, 1), lambda out_bar, x: out_bar * (np.abs(x) <= 1), (np.array([-1.0, 0.5, 1.0, 3.0]),),
    ),
    "the larger of two that tie": (
        np.maximum, lambda out_bar, x, y: (out_bar * (x >= y), out_bar * (x < y)), (V[:2], V[:2] * 1),
    ),
    "a tie shared by halves": (
        np.minimum,
        lambda out_bar, x, y: (out_bar * ((x < y) + (x == y) / 2), out_bar * ((y < x) + (x == y) / 2)),
        (V[:2], V[:2] * 1),
    ),
    "huber at its seams": (huber, huber_vjp, (np.array([-1.0, 0.0, 1.0, 4.0]),)),
    "leaky relu": (
        lambda x: np.where(x > 0, x, 0.25 * x), lambda out_bar, x: out_bar * np.where(x > 0, 1, 0.25), (X,),
    ),
    "sorting": (np.sort, sorted_vjp, (V,)),
    # floats
    "a stable sigmoid": (sigmoid, sigmoid_vjp, (np.array([-40.0, -3.0, 0.0, 5.0]),)),
    "a stable softplus": (logistic_loss, lambda out_bar, x: out_bar * sigmoid(x), (np.array([-9.0, 0.5, 9.0]),)),
    "log-sum-exp": (logsumexp, logsumexp_vjp, (V,)),
    "log-sum-exp of equal numbers": (logsumexp, logsumexp_vjp, (np.array([50.0, 50.0, 50.0]),)),
    "tanh without cancellation": (np.tanh, lambda out_bar, x: out_bar / np.cosh(x) ** 2, (np.array([5.0, -0.5]),)),
    "log1p near zero": (np.log1p, lambda out_bar, x: out_bar / (1 + x), (np.array([1e-6, 0.25]),)),
    "a small scale": (lambda x: x * 2.0**-12, lambda out_bar, x: out_bar * 2.0**-12, (X,)),
    "a reciprocal near zero": (lambda x: 1 / x, lambda out_bar, x: -out_bar / (x * x), (np.array([0.015625, -2.0]),)),
    "an offset": (lambda x: x + 1000, lambda out_bar, x: out_bar * 1, (V,)),
    # programs
    "an iteration that converges": (
        newton_root, lambda out_bar, x: out_bar / (2 * np.sqrt(x)), (POSITIVE,),
        {"domain": (0.25, 4)},
    ),
    "two outputs": (lambda x: (np.sin(x), np.cos(x)), two_vjp, (V,)),
    "a broadcast product": (lambda x, y: x * y, unbroadcast, (X, X[0])),
    "a slice": (lambda x: x[1:] * 1, padded, (V,)),
    "a reversal": (lambda x: x[::-1] * 1, lambda out_bar, x: out_bar[::-1] * 1, (V,)),
    "a running product with a zero": (np.cumprod, cumprod_vjp, (np.array([2.0, 0.0, 3.0]),)),
    "a convolution": (lambda x: np.convolve(x, KERNEL, "full"), convolved_vjp, (V,)),
    "a variance": (np.var, lambda out_bar, a: out_bar * 2 * (a - a.mean()) / a.size, (V,)),
    "a norm along an axis": (
        lambda x: np.sqrt(np.sum(x * x, axis=1)),
        rows_over_their_norms, (X,),
    ),
    "a product of matrices": (
        lambda x, y: x @ y, lambda out_bar, x, y: (out_bar @ y.T, x.T @ out_bar), (X, X.T),
    ),
    "an einsum": (
        lambda x, y: np.einsum("ij,j->i", x, y),
        lambda out_bar, x, y: (np.einsum("i,j->ij", out_bar, y), np.einsum("ij,i->j", x, out_bar)), (X, X[0]),
    ),
    "a scalar input": (lambda x: x**3, lambda out_bar, x: out_bar * 3 * x**2, (1.5,)),
    "a 0-d array": (np.exp, lambda out_bar, x: out_bar * np.exp(x), (np.array(0.5),)),
    "an empty array": (square, square_vjp, (np.zeros((0, 3)),)),
    "labels": (
        lambda x, y: x[np.arange(len(x)), y],
        lambda out_bar, x, y: (out_bar[:, None] * (np.arange(x.shape[1]) == y[:, None]), None),
        (X, np.array([2, 0])),
    ),
    "a function of no slope": (
        lambda x: np.sign(x) * 1.0, lambda out_bar, x: np.zeros_like(x), (V,),
    ),
}  # fmt: skip
"""Title: the function, the right pullback, the inputs, and the keywords of `check` where there are more."""

LINEAR_ALGEBRA = {
    "an inverse": (np.linalg.inv, inverse_vjp, (SQUARE,)),
    "a determinant": (np.linalg.det, det_vjp, (SQUARE,)),
    "a Cholesky factor": (np.linalg.cholesky, cholesky_vjp, (SPD,)),
}
"""As `MORE_RIGHT`; `numpy.linalg` takes neither half precision nor longdouble."""
