"""Programs of Python's own numbers, loops and branches, run on exact numbers."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest

PROGRAMS = {}


def program(function):
    """Put a program on the table."""
    PROGRAMS[function.__name__] = function
    return function


def softmax(x):
    z = x - x.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


@program
def loops(x):
    out = np.zeros((x.shape[0], x.shape[1]))
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            if x[i, j] > 0:
                out[i, j] = math.exp(-x[i, j])
            else:
                out[i, j] += float(x[i, j]) ** 2
    return out


@program
def listsum(x):
    return sum(x[0].tolist())


@program
def builtinmax(x):
    return np.array([max(x[0]), min(x[1]), abs(x[0, 0])])


@program
def np_float64(x):
    return np.float64(x[0, 0]) * 2


@program
def dtype_ctor(x):
    return x.dtype.type(3.0) * x


@program
def finfo(x):
    return x + np.finfo(x.dtype).eps


@program
def f32cast(x):
    return x.astype(np.float32) * np.float32(2)


@program
def matlist(x):
    return np.array([[np.cos(x[0, 0]), -np.sin(x[0, 0])], [np.sin(x[0, 0]), np.cos(x[0, 0])]]) @ x[:, :2]


@program
def scalarfn(x):
    s = 0.0
    for v in x.flat:
        s += v * v
    return math.sqrt(s)


@program
def divm(x):
    q, r = divmod(x, 0.7)
    return q + r


@program
def whileloop(x):
    v = x[0, 0]
    while v < 100:
        v = v * 2 + 1
    return v


@program
def stringf(x):
    return x * 1 if f"{x[0, 0]:.2f} {x}" else 0


@program
def floats(x):
    return sum(float(v) for v in x[0]) * x


@program
def intidx(x):
    k = int(np.floor(x[0, 0]))
    return x[:, k] + x[int(x[0, 0])].sum()


@program
def rangef(x):
    n = int(x[1, 2] + 1)
    return sum([x[0, i] for i in range(n)])


@program
def conds(x):
    if x.ndim == 2 and np.any(x > 0) and (not (x > 100).all()) and (len(x) == 2) and x.size and (x.dtype.kind == "f"):
        return x * 2
    raise ValueError


@program
def typ(x):
    return np.asarray(x, dtype=x.dtype).astype(np.float64, copy=False) * np.ones(3, dtype=x.dtype)


@program
def intpow(x):
    return x ** np.array([1, 2, 3]) + 2**x + np.float64(2) ** x


@program
def frompy(x):
    return np.frompyfunc(lambda v: v * v, 1, 1)(x).astype(float)


@program
def sortedb(x):
    return np.array(sorted(x[0], reverse=True)) + np.array(sorted(x.ravel().tolist())[:3])


@program
def minmaxpy(x):
    return max(x.ravel()) - min(x[0], key=lambda v: v * v) + max(0.0, x[0, 0]) + abs(min(0, x[1, 0]))


@program
def copymod(x):
    a = copy.deepcopy(x)
    a[0] = 0
    b = copy.copy(x[0, 0])
    return a + b


@program
def negzero(x):
    return x * 0.0 + 1 / np.maximum(x, 0.001)


@program
def takeplain(x):
    return np.array([10.0, 20.0, 30.0])[np.argsort(x[0])] * x[0]


@program
def w_default(x):
    w = np.random.default_rng(0).standard_normal((3, 2))
    return x @ w


@program
def bits(x):
    return x * (np.arange(3) % 2 == 0) + np.arange(3) // 2 * x + x * True


@program
def signs(x):
    s = np.sign(x)
    return s * s * x + (x > 0) - (x < 0)


@program
def boolarith(x):
    return ((x > 0) | (x < -1)) * x + ~(x > 0) * 2.0 + (x > 0).astype(int) * x


@program
def boolsum(x):
    return (x > 0).sum() * x


@program
def boolmean(x):
    return np.mean(x > 0) * x


@program
def logic(x):
    return np.where(np.logical_and(x > 0, np.logical_not(x > 1)), x, -x)


@program
def trunc(x):
    return x - np.floor(x) + x % 1.0


@program
def roundp(x):
    return np.round(x, 1) + round(float(x[0, 0]), 2)


@program
def npsum_list(x):
    return np.sum([x[0], x[1]], axis=0) + np.mean([x[0, 0], 2.0]) + np.maximum.reduce([x[0], x[1]])


@program
def concat(x):
    return np.concatenate([x[0], [1.0, 2.0]])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_with_exact_numbers_what_it_gives_with_floats(name, dtype, agree):
    agree(PROGRAMS[name], dtype)
