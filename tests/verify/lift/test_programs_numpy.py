"""The numpy namespace as programs use it, run on exact numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

PROGRAMS = {}


def program(function):
    """Put a program on the table."""
    PROGRAMS[function.__name__] = function
    return function


@program
def arange_int_mul(x):
    return np.arange(3) * x


@program
def clipg(x):
    return np.where((x > -1) & (x < 1), x, 0.0)


@program
def einsum(x):
    return np.einsum("ij,kj->ik", x, x)


@program
def erfl(x):
    return np.array([[math.erf(v) for v in r] for r in x])


@program
def dotm(x):
    return x.dot(x.T)


@program
def red(x):
    return np.logaddexp.reduce(x, axis=1)


@program
def med(x):
    return np.median(x, axis=1)


@program
def perc(x):
    return np.percentile(x, 30, axis=1)


@program
def outer(x):
    return np.multiply.outer(x[0], x[1])


@program
def vst(x):
    return np.vstack((x, np.zeros((1, 3))))


@program
def asf(x):
    return np.asarray(x, dtype=np.float64) + np.array(x, dtype=float, copy=True)


@program
def transposed(x):
    return np.transpose(x[None], (2, 0, 1))


@program
def modf(x):
    a, b = np.modf(x)
    return a * b


@program
def frexp(x):
    m, e = np.frexp(x)
    return m * e


@program
def deriv(x):
    return np.gradient(x, axis=1) + np.diff(x, axis=1, prepend=0)


@program
def tri(x):
    return np.tri(3) @ x.T + np.triu(x @ x.T)[0, 0]


@program
def ix(x):
    return x[np.ix_([0, 1], [0, 2])]


@program
def poly(x):
    return np.polyval([1.0, 2.0, 3.0], x)


@program
def conv(x):
    return np.convolve(x[0], x[1], "same")


@program
def interp(x):
    return np.interp(x, [-2.0, 0.0, 2.0], [0.0, 1.0, 4.0])


@program
def trap(x):
    return np.trapezoid(x, dx=0.5)


@program
def piece(x):
    return np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t * t])


@program
def sel(x):
    return np.select([x > 1, x > 0], [x, x * x], -x)


@program
def hstackl(x):
    return np.hstack([x, np.ones((2, 1))])


@program
def fancy(x):
    return x[[0, 1, 1], [0, 2, 2]] + x[np.array([True, False])][0]


@program
def csolve(x):
    return np.linalg.solve(x[:, :2] + 5 * np.eye(2), x[:, 2])


@program
def pow_(x):
    return x**2 + np.abs(x) ** 1.5 + 2.0**x + x ** (-1.0) + np.power(x, 3)


@program
def addreduceat(x):
    return np.add.reduceat(x[0], [0, 1])


@program
def ufuncw(x):
    return (
        np.sum(x, axis=0, where=x > 0) + np.add.reduce(x, axis=None, initial=2.0) + np.max(x, initial=-1.0, where=x < 1)
    )


@program
def meanw(x):
    return np.average(x, axis=1, weights=[1.0, 2.0, 3.0]) + np.average(x, weights=np.abs(x))


@program
def stds(x):
    return x.std(axis=0, ddof=1) + np.var(x, axis=(0, 1)) + x.var(1, keepdims=True)


@program
def ptp(x):
    return np.ptp(x, axis=1)


@program
def rollx(x):
    return np.roll(x, 1, axis=1) - x + np.roll(x, (1, 1), (0, 1))


@program
def takes(x):
    return x.take([0, 2], axis=1) + np.take(x, 1) + x.item(2) + x.item((0, 1))


@program
def mesh(x):
    a, b = np.meshgrid(x[0], x[1])
    return a * b


@program
def applyaa(x):
    return np.apply_along_axis(lambda r: r * r.sum(), 1, x)


@program
def runmax(x):
    return np.maximum.accumulate(x, axis=1) + np.minimum.accumulate(x[0])


@program
def cumprod(x):
    return np.cumprod(x, axis=1) + x.cumsum(0)


@program
def logaddexp(x):
    return np.logaddexp(x, 0) + np.log1p(np.exp(-np.abs(x))) + np.logaddexp2(x, 1.0)


@program
def hypot(x):
    return np.hypot(x, 2.0) + np.arctan2(x, 1.5) + np.sinc(x) + np.cbrt(x) + np.reciprocal(x)


@program
def lexs(x):
    return x[0][np.lexsort((x[0],))] + x[0, np.argsort(-x[0])] + np.sort(x[0])[::-1]


@program
def quant(x):
    return np.quantile(x, [0.25, 0.5], axis=0) + np.percentile(x, 90)


@program
def srch(x):
    e = np.array([-1.0, 0.0, 1.0])
    return x * np.digitize(x, e) + np.searchsorted(e, x)


@program
def uniqf(x):
    return np.unique(np.concatenate([x[0], x[0]]))


@program
def hist(x):
    return np.outer(x[0], x[1]) + np.inner(x[0], x[1]) + np.vdot(x, x) + np.tensordot(x, x, 2) + np.kron(x[0], [1.0])[0]


@program
def corr(x):
    return (
        np.correlate(x[0], x[1], "full")
        + np.correlate(x[0], x[1], "same").sum()
        + np.convolve(x[0], [1.0, 2.0], "valid").sum()
    )


@program
def covp(x):
    return np.cov(x) + np.corrcoef(x)


@program
def vand(x):
    return np.vander(x[0], 3)


@program
def gradp(x):
    return np.gradient(x[0], 0.5) + np.gradient(x[0], [0.0, 1.0, 3.0], edge_order=2)


@program
def unwrapp(x):
    return np.unwrap(x[0] * 4)


@program
def linsp(x):
    return np.linspace(x[0, 0], x[1, 0], 5)


@program
def fmods(x):
    return np.fmod(x, 0.7) + np.mod(x, 0.7) + np.remainder(x, -0.7) + x // 0.4


@program
def ldexp(x):
    return np.ldexp(x, 2) + np.exp2(x) + np.expm1(x) + np.deg2rad(x) + np.fix(x)


@program
def matr(x):
    a = np.eye(2)
    return a @ x + np.identity(2) @ x + np.diag(x[0, :2]) @ x


@program
def multi(x):
    return np.linalg.inv(x @ x.T + np.eye(2)) + np.linalg.det(x[:, :2])


@program
def chol(x):
    return np.linalg.cholesky(x @ x.T + np.eye(2))


@program
def chs(x):
    return (
        np.choose([0, 1, 0], [x[0], x[1]]) + np.compress([True, False, True], x, axis=1).sum() + np.extract(x > 0, x)[0]
    )


@program
def polyfit1(x):
    return np.polyfit(np.arange(3.0), x[0], 1)


@program
def poly1(x):
    return np.poly1d([1.0, 2.0, 3.0])(x)


@program
def polyder(x):
    return np.polyval(np.polyder(np.array([1.0, 2.0, 3.0])), x)


@program
def cheb(x):
    return np.polynomial.chebyshev.chebval(x, [1.0, 2.0, 3.0])


@program
def leg(x):
    n, w = np.polynomial.legendre.leggauss(4)
    return np.sum(w * np.exp(x[0, 0] * n))


@program
def bcast(x):
    a, b = np.broadcast_arrays(x, x[0])
    return a * b + np.broadcast_to(x[0], (2, 3)) + np.broadcast(x, x[0]).ndim


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_with_exact_numbers_what_it_gives_with_floats(name, dtype, agree):
    agree(PROGRAMS[name], dtype)
