"""Gradients for the tests of `check`: planted mistakes, and right ones that are difficult."""

from __future__ import annotations

import math

import numpy as np
from more_mistakes import MORE_MISTAKES
from more_right import LINEAR_ALGEBRA, MORE_RIGHT

from verify import check

X = np.array([[0.6, -1.3, 2.1], [1.7, 0.4, -0.8]])
V = np.array([1.4, -0.7, 2.2, 0.3])


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_vjp(out_bar, x):
    p = softmax(x)
    return p * (out_bar - np.sum(p * out_bar, axis=-1, keepdims=True))


def softmax_without_shift(out_bar, x):
    p = np.exp(x) / np.exp(x).sum(axis=-1, keepdims=True)
    return p * (out_bar - np.sum(p * out_bar, axis=-1, keepdims=True))


def pick(x):
    return x[[0, 2, 0]]


def pick_vjp(out_bar, x):
    x_bar = np.zeros_like(x)
    np.add.at(x_bar, [0, 2, 0], out_bar)
    return x_bar


def pick_assigned(out_bar, x):
    x_bar = np.zeros_like(x)
    x_bar[[0, 2, 0]] = out_bar
    return x_bar


def largest_vjp(out_bar, x):
    mask = x == x.max()
    return out_bar * mask / mask.sum()


def prod_vjp(out_bar, x):
    x_bar = np.empty_like(x)
    for k in range(x.size):
        x_bar[k] = out_bar * np.prod(np.delete(x, k))
    return x_bar


def collatz_like(x):
    y = x * 1.0
    steps = 0
    while np.sum(y * y) < 100 and steps < 50:
        y = y * 2
        steps += 1
    return y


def collatz_like_vjp(out_bar, x):
    y, factor = x * 1.0, 1.0
    while np.sum(y * y) < 100 and factor < 2.0**50:
        y, factor = y * 2, factor * 2
    return out_bar * factor


def clipped_far(out_bar, x):
    return np.where(np.abs(x) > 30, 0, out_bar * np.cos(x))


class Stateful:
    """A pullback that counts its calls."""

    def __init__(self):
        self.calls = 0

    def __call__(self, out_bar, x):
        self.calls += 1
        return out_bar * 2 * x * (1 + self.calls / 4)


class OneBuffer:
    """A pullback that returns the same memory each time."""

    def __init__(self):
        self.buffers = {}

    def __call__(self, out_bar, x):
        buffer = self.buffers.setdefault((x.shape, x.dtype), np.empty_like(x))
        buffer[...] = out_bar * 2 * x
        return buffer


def doubles_its_input(out_bar, x):
    x *= 2
    return out_bar * x


def by_memory(out_bar, x):
    flat = np.frombuffer(np.asarray(x).data if x.flags.c_contiguous else x.base.data, dtype=x.dtype, count=x.size)
    return out_bar * 2 * flat.reshape(x.shape)


def by_identity(out_bar, x, y):
    return out_bar * y, out_bar * (0 if y is x else 1) * x


def scaled_vjp(out_bar, x):
    size = np.mean(x * x)
    return (out_bar - x * np.mean(out_bar * x) / (size + 1e-3)) / np.sqrt(size + 1e-12)


MISTAKES = {
    "a factor": (np.sin, lambda out_bar, x: 2 * out_bar * np.cos(x), (X,)),
    "a sign": (np.cos, lambda out_bar, x: out_bar * np.sin(x), (X,)),
    "a relative error of one in a million": (np.exp, lambda out_bar, x: out_bar * np.exp(x) * (1 + 1e-6), (X,)),
    "a transpose": (lambda x: x @ x, lambda out_bar, x: (out_bar @ x + x @ out_bar), (X[:, :2],)),
    "a diagonal in place of a Jacobian": (softmax, lambda out_bar, x: out_bar * softmax(x) * (1 - softmax(x)), (X,)),
    "a running sum that runs the wrong way": (np.cumsum, lambda out_bar, x: np.cumsum(out_bar), (V,)),
    "a repeated index assigned": (pick, pick_assigned, (V,)),
    "both entries of a tie": (np.max, lambda out_bar, x: out_bar * (x == x.max()), (V,)),
    "a slope of 2 at zero": (
        lambda x: np.maximum(x, 0), lambda out_bar, x: out_bar * np.where(x == 0, 2, x > 0), (X,),
    ),
    "zeros beyond a threshold": (np.sin, clipped_far, (X,)),
    "a product divided by its factor": (np.prod, lambda out_bar, x: out_bar * np.prod(x) / x, (V,)),
    "a cotangent that is clipped": (lambda x: x * x, lambda out_bar, x: np.clip(out_bar, -1e4, 1e4) * 2 * x, (X,)),
    "a cotangent below a threshold": (
        lambda x: x * x, lambda out_bar, x: np.where(np.abs(out_bar) < 1e-4, 0, out_bar) * 2 * x, (X,),
    ),
    "a missing sum over a broadcast axis": (lambda x, y: x + y, lambda out_bar, x, y: (out_bar, out_bar), (X, X[0])),
    "an input taken for a constant": (
        lambda x, y: x * y, lambda out_bar, x, y: (out_bar * y, np.zeros_like(y)), (X, X + 1),
    ),
    "too few cotangents": (lambda x, y: x * y, lambda out_bar, x, y: out_bar * y, (X, X + 1)),
    "None for a cotangent": (lambda x, y: x * y, lambda out_bar, x, y: (out_bar * y, None), (X, X + 1)),
    "a narrower dtype": (np.sin, lambda out_bar, x: (out_bar * np.cos(x)).astype(np.float32), (X,)),
    "state between calls": (lambda x: x * x, Stateful(), (X,)),
    "one buffer": (lambda x: x * x, OneBuffer(), (X,)),
    "an input changed in place": (lambda x: x * x, doubles_its_input, (X,)),
    "inputs told apart by identity": (lambda x, y: x * y, by_identity, (X, X + 1)),
    "a count of rows for a count of entries": (np.mean, lambda out_bar, x: np.full_like(x, out_bar / len(x)), (X,)),
    "an eps that is too large": (
        lambda x: x / np.sqrt(np.mean(x * x) + 1e-12),
        scaled_vjp, (V,),
    ),
    **MORE_MISTAKES,
}  # fmt: skip
"""Title: the function, the wrong pullback, the inputs, and the keywords of `check` where there are more."""


def norm_vjp(out_bar, x):
    size = np.linalg.norm(x)
    return out_bar * x / size if size > 0 else np.zeros_like(x)


def solve_vjp(out_bar, x, y):
    y_bar = np.linalg.solve(x.T, out_bar)
    return -np.outer(y_bar, np.linalg.solve(x, y)), y_bar


def expm1_over(x):
    small = np.abs(x) < 1e-5
    safe = np.where(small, 1, x)
    return np.where(small, 1 + x / 2 + x * x / 6, np.expm1(safe) / safe)


def expm1_over_vjp(out_bar, x):
    small = np.abs(x) < 1e-4
    safe = np.where(small, 1, x)
    full = (np.exp(safe) * safe - np.expm1(safe)) / (safe * safe)
    return out_bar * np.where(small, 0.5 + x / 3 + x * x / 8, full)


def layernorm(x):
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)


def layernorm_vjp(out_bar, x):
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    y = centred * scale
    return scale * (out_bar - out_bar.mean(axis=-1, keepdims=True) - y * (out_bar * y).mean(axis=-1, keepdims=True))


W = np.array([[0.5, -1.25, 2.0, 0.75], [1.5, 0.25, -0.5, 1.0]])

HILBERT = 1.0 / (np.arange(4)[:, None] + np.arange(4)[None, :] + 1)

RIGHT = {
    "sin": (np.sin, lambda out_bar, x: out_bar * np.cos(x), (X,)),
    "relu with 0 at 0": (
        lambda x: np.maximum(x, 0), lambda out_bar, x: out_bar * (x > 0), (np.array([0.0, 1.0, -1.0]),),
    ),
    "relu with 1 at 0": (
        lambda x: np.maximum(x, 0), lambda out_bar, x: out_bar * (x >= 0), (np.array([0.0, 1.0, -1.0]),),
    ),
    "a three-way tie split evenly": (np.max, largest_vjp, (np.array([2.0, 2.0, 1.0, 2.0]),)),
    "a tie given to the first": (
        np.max, lambda out_bar, x: out_bar * (np.arange(x.size) == np.argmax(x)), (np.array([2.0, 2.0, 1.0]),),
    ),
    "softmax": (softmax, softmax_vjp, (X,)),
    "softmax of an offset": (softmax, softmax_vjp, (X + 1e8,)),
    "repeated indices": (pick, pick_vjp, (V,)),
    "a product with a zero": (np.prod, prod_vjp, (np.array([0.0, 2.0, -3.0]),)),
    "control flow": (collatz_like, collatz_like_vjp, (V[:2],)),
    "a norm": (np.linalg.norm, norm_vjp, (V,)),
    "a norm at 0": (np.linalg.norm, norm_vjp, (np.zeros(3),)),
    "an ill-conditioned solve": (np.linalg.solve, solve_vjp, (HILBERT, np.arange(1.0, 5.0))),
    "a Taylor branch": (expm1_over, expm1_over_vjp, (np.array([1e-6, 3e-5, -1.5]),)),
    "layernorm": (layernorm, layernorm_vjp, (X,)),
    "large inputs": (lambda x: x * x, lambda out_bar, x: 2 * x * out_bar, (np.array([1e10, -3e12]),)),
    "a tiny function": (lambda x: 1e-30 * np.sin(x), lambda out_bar, x: 1e-30 * out_bar * np.cos(x), (X,)),
    "high curvature": (lambda x: np.sin(1e6 * x), lambda out_bar, x: out_bar * 1e6 * np.cos(1e6 * x), (X,)),
    "a constant typed to ten digits": (
        lambda x: np.exp(-x * x) * 1.128379167,
        lambda out_bar, x: out_bar * -2 * x * np.exp(-x * x) * 1.128379167, (X,),
    ),
    "the error function": (
        lambda x: np.array([math.erf(v) for v in x]),
        lambda out_bar, x: out_bar * 2 / math.sqrt(math.pi) * np.exp(-x * x),
        (V,),
    ),
    "a captured matrix": (lambda x: W @ x, lambda out_bar, x: W.T @ out_bar, (V,)),
    "the cotangent itself": (lambda x: x + 3, lambda out_bar, x: out_bar, (X,)),
    "floor, with slope 0": (lambda x: np.floor(x) + x, lambda out_bar, x: out_bar * 1, (X,)),
    "an input of integers": (
        lambda x, y: x[y], lambda out_bar, x, y: (pick_at(out_bar, x, y), None), (V, np.array([0, 3, 0])),
    ),
    **MORE_RIGHT,
    **LINEAR_ALGEBRA,
}  # fmt: skip
"""Title: the function, the right pullback, the inputs, and the keywords of `check` where there are more."""


def pick_at(out_bar, x, y):
    x_bar = np.zeros_like(x)
    np.add.at(x_bar, y, out_bar)
    return x_bar


def in_dtype(inputs, dtype):
    """Return the inputs with every float in another dtype."""
    floats = [np.asarray(x).dtype.kind == "f" for x in inputs]
    cast = [np.asarray(x).astype(dtype) if is_float else x for x, is_float in zip(inputs, floats, strict=True)]
    return tuple(y if isinstance(x, np.ndarray) else y[()] for x, y in zip(inputs, cast, strict=True))


def judged(entry, dtype="float64", **more):
    """Judge an entry of a gallery, as a mistake or as a right one."""
    f, vjp, inputs, *keywords = entry
    return check(f, *in_dtype(inputs, dtype), vjp=vjp, **dict(*keywords), **more)
