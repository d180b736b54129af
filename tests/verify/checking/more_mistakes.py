"""More planted mistakes: at least one for each diagnosis, over the families that people really get wrong.

An entry is the function, the wrong pullback, the inputs, and where it takes more the keywords of `check`.
"""

from __future__ import annotations

import numpy as np

X = np.array([[0.6, -1.3, 2.1], [1.7, 0.4, -0.8]])
V = np.array([1.4, -0.7, 2.2, 0.3])
POSITIVE = np.array([0.5, 1.5, 2.5])
SQUARE = np.array([[2.0, 0.5], [-0.25, 1.5]])
KERNEL = np.array([0.5, -1.0, 0.25])


def square(x):
    return x * x


def scales_its_cotangent(out_bar, x):
    out_bar *= 2 * x
    return out_bar


class Sums:
    """A pullback that adds to the gradient of the call before."""

    def __init__(self):
        self.total = {}

    def __call__(self, out_bar, x):
        self.total[x.shape] = self.total.get(x.shape, 0) + out_bar * 2 * x
        return self.total[x.shape]


class Noisy:
    """A pullback with dropout that is drawn anew."""

    def __init__(self):
        self.rng = np.random.default_rng(0)

    def __call__(self, out_bar, x):
        return out_bar * 2 * x * self.rng.integers(1, 2**30, size=x.shape)


def huber(x):
    return np.where(np.abs(x) < 1, x * x / 2, np.abs(x) - 0.5)


def huber_vjp(out_bar, x):
    return out_bar * np.where(np.abs(x) < 2, x, np.sign(x))


def layernorm(x):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1)


def layernorm_without_mean(out_bar, x):
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1)
    y = centred * scale
    return scale * (out_bar - y * (out_bar * y).mean(axis=-1, keepdims=True))


def solve_untransposed(out_bar, x, y):
    y_bar = np.linalg.solve(x, out_bar)
    return -np.outer(y_bar, np.linalg.solve(x, y)), y_bar


def inverse_without_minus(out_bar, x):
    inverse = np.linalg.inv(x)
    return inverse.T @ out_bar @ inverse.T


def padded_at_the_end(out_bar, x):
    x_bar = np.zeros_like(x)
    x_bar[:-1] = out_bar
    return x_bar


def halves_swapped(out_bar, x, y):
    return out_bar[y.size :].reshape(x.shape), out_bar[: y.size].reshape(y.shape)


def second_output_forgotten(out_bars, x):
    return out_bars[0] * np.cos(x)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


MORE_MISTAKES = {
    # shape and place
    "a transpose left out": (lambda x: x.T, lambda out_bar, x: out_bar * 1, (SQUARE,)),
    "a determinant by the inverse": (
        np.linalg.det, lambda out_bar, a: out_bar * np.linalg.det(a) * np.linalg.inv(a), (SQUARE,),
    ),
    "an axis that runs backwards": (lambda x: x[::-1] * 1, lambda out_bar, x: out_bar * 1, (V,)),
    "a roll that rolls on": (lambda x: np.roll(x, 1), lambda out_bar, x: np.roll(out_bar, 1), (V,)),
    "a roll that is forgotten": (lambda x: np.roll(x, 1), lambda out_bar, x: out_bar * 1, (V,)),
    "a pad at the wrong end": (lambda x: x[1:] * 1, padded_at_the_end, (V,)),
    "a scalar in place of an array": (np.sum, lambda out_bar, a: np.reshape(out_bar, (1,)), (V,)),
    "an axis that is not kept": (lambda x: x.sum(axis=1), lambda out_bar, x: out_bar * np.ones_like(x), (X,)),
    "an axis of length 1 squeezed": (square, lambda out_bar, x: np.squeeze(out_bar * 2 * x), (X,)),
    "an empty array refused": (square, lambda out_bar, x: out_bar * 2 * x + 0 * x.max(), (V[:0],)),
    "rows for columns in a reshape": (
        lambda x: x.reshape(-1) * 1, lambda out_bar, x: out_bar.reshape(x.shape, order="F"), (X,),
    ),
    "the wrong diagonal": (np.tril, lambda out_bar, m: np.tril(out_bar, -1), (X,)),
    "a full matrix for a trace": (np.trace, lambda out_bar, a: np.full_like(a, out_bar), (SQUARE,)),
    "two cotangents changed over": (lambda x, y: x * y, lambda out_bar, x, y: (out_bar * x, out_bar * y), (X, X + 1)),
    "the parts of a concatenation changed over": (
        lambda x, y: np.concatenate([x, y]), halves_swapped, (V[:2], V[2:]),
    ),
    "a product in the wrong order": (
        lambda x, y: x @ y, lambda out_bar, x, y: (out_bar @ y, x @ out_bar), (SQUARE, SQUARE + 1),
    ),
    "an unsorted cotangent": (np.sort, lambda out_bar, a: out_bar * 1, (V,)),
    "a kernel that is not turned": (
        lambda x: np.convolve(x, KERNEL, "same"), lambda out_bar, x: np.convolve(out_bar, KERNEL, "same"), (V,),
    ),
    # formula
    "a variance by n": (
        lambda x: np.var(x, ddof=1), lambda out_bar, x: out_bar * 2 * (x - x.mean()) / x.size, (V,),
    ),
    "a mean whose slope is forgotten": (layernorm, layernorm_without_mean, (X,)),
    "a solve without its transpose": (np.linalg.solve, solve_untransposed, (SQUARE, SQUARE[0])),
    "an inverse without its minus": (np.linalg.inv, inverse_without_minus, (SQUARE,)),
    "a logarithm to another base": (
        lambda x, y: x**y, lambda out_bar, x, y: (out_bar * y * x ** (y - 1), out_bar * x**y * np.log2(x)),
        (POSITIVE, POSITIVE),
    ),
    "an output forgotten": (lambda x: (np.sin(x), np.cos(x)), second_output_forgotten, (V,)),
    # cotangent
    "a cotangent ignored": (square, lambda out_bar, x: 2 * x + 0 * out_bar, (X,)),
    "the sign of a cotangent": (square, lambda out_bar, x: np.sign(out_bar) * 2 * x, (X,)),
    "a cotangent squared": (square, lambda out_bar, x: out_bar * np.abs(out_bar) * 2 * x, (X,)),
    # contract
    "a cotangent changed in place": (square, scales_its_cotangent, (X,)),
    "a gradient that adds up": (square, Sums(), (X,)),
    "a gradient drawn at random": (square, Noisy(), (X,)),
    "numbers in the order of memory": (
        square, lambda out_bar, x: out_bar * 2 * x.ravel(order="K").reshape(x.shape), (X,),
    ),
    "a cotangent of whole numbers": (lambda x: 2 * x, lambda out_bar, x: np.full(x.shape, 2), (X,)),
    "a rule that raises": (square, lambda out_bar, x: out_bar * 2 * x["values"], (X,)),
    # kinks, branches, singular points
    "NaN at zero": (np.abs, lambda out_bar, x: out_bar * x / np.abs(x), (np.array([2.5, 0.0]),)),
    "NaN for a norm at zero": (
        np.linalg.norm, lambda out_bar, x: out_bar * x / np.linalg.norm(x), (np.zeros(3),),
    ),
    "NaN behind a mask": (
        lambda x: np.where(x > 0, np.sqrt(np.where(x > 0, x, 1)), 0),
        lambda out_bar, x: out_bar * (x > 0) / (2 * np.sqrt(x)), (POSITIVE,),
    ),
    "a power divided by its base": (lambda x: x**3, lambda out_bar, x: out_bar * 3 * x**3 / x, (V,)),
    "a slope that no given input takes": (
        lambda x: np.where(x > 0, x, 0.25 * x), lambda out_bar, x: out_bar * np.where(x > 0, 1, 0.5), (POSITIVE,),
    ),
    "a clip that lets through": (lambda x: np.clip(x, -8, 8), lambda out_bar, x: out_bar * 1, (V,)),
    "a threshold that differs": (huber, huber_vjp, (POSITIVE / 4,)),
    # floats
    "digits lost to a difference": (np.tanh, lambda out_bar, x: out_bar * (1 - np.tanh(x) ** 2), (np.array([20.0]),)),
    "a detour through half precision": (
        np.sin, lambda out_bar, x: out_bar * np.cos(x.astype(np.float16)).astype(x.dtype), (X,),
    ),
    "an exponential that overflows": (
        lambda x: np.logaddexp(0, x), lambda out_bar, x: out_bar * np.exp(x) / (1 + np.exp(x)), (X,),
    ),
    # other questions
    "a tangent of the wrong sign": (np.sin, None, (X,), {"jvp": lambda x_dot, x: -x_dot * np.cos(x)}),
    "a tangent of the wrong shape": (lambda x: x.sum(), None, (V,), {"jvp": lambda x_dot, x: x_dot}),
    "a slope held constant near zero": (
        np.exp, lambda out_bar, x: out_bar * np.where(np.abs(x) < 2.0**-80, 1, np.exp(x)), (np.zeros(2),), {"order": 2},
    ),
}  # fmt: skip
"""Title: the function, the wrong pullback, the inputs, and the keywords of `check` where there are more."""
