"""Programs that make arrays and write into them, run on exact numbers."""

from __future__ import annotations

import numpy as np
import pytest

PROGRAMS = {}


def program(function):
    """Put a program on the table."""
    PROGRAMS[function.__name__] = function
    return function


@program
def mask_inplace(x):
    m = (x > 0).astype(x.dtype)
    m *= 2.0
    m *= x
    return m


@program
def mask_float(x):
    m = (x > 0).astype(float)
    m[0] = x[0]
    return m


@program
def scatter(x):
    g = np.zeros(3)
    np.add.at(g, [0, 1, 1], x[0])
    return g


@program
def linspace_assign(x):
    y = np.linspace(0, 1, 3)
    y[1] = x[0, 0]
    return y


@program
def arange_float(x):
    y = np.arange(3.0)
    y += x[0]
    return y


@program
def nd(x):
    out = np.zeros_like(x)
    for i, v in np.ndenumerate(x):
        out[i] = v * 2
    return out


@program
def nditer(x):
    out = np.zeros_like(x)
    it = np.nditer(x, flags=["multi_index"])
    while not it.finished:
        out[it.multi_index] = x[it.multi_index] * 2
        it.iternext()
    return out


@program
def comps(x):
    return np.array([v * v for row in x for v in row])


@program
def ufo(x):
    out = np.empty_like(x)
    np.multiply(x, x, out=out)
    np.exp(out, out=out, where=x > 0)
    return out


@program
def divwhere(x):
    return np.divide(x, x, out=np.zeros_like(x), where=x != 0)


@program
def whereplain(x):
    s = np.where(x > 0, 1.0, 0.2)
    s[0, 0] = x[0, 0]
    return s * x


@program
def fullx(x):
    return np.full((2, 2), x[0, 0])


@program
def unravel(x):
    k = x.argmax()
    i, j = np.unravel_index(k, x.shape)
    g = np.zeros(x.shape)
    g[i, j] = x[i, j]
    return g


@program
def cum(x):
    return np.cumsum(x[::-1], axis=0)[::-1] + np.flip(np.cumsum(np.flip(x, 1), 1), 1)


@program
def alias1(x):
    y = x.copy()
    v = y[1:]
    v += 1
    y[0, :2] *= 3
    w = y.T
    w[0] = 7.0
    z = y.reshape(-1)
    z[0] = 9.0
    r = y.ravel()
    r[-1] = 5.0
    return y


@program
def scalar_inplace(x):
    a = x[0, 0]
    b = a
    a += 1
    a *= 2
    return np.array([a, b])


@program
def zerod(x):
    s = np.zeros(())
    s += x[0, 0]
    s[...] = s * 2
    t = x.sum()
    t -= 1
    return s + t


@program
def empties(x):
    e = x[:0]
    return np.concatenate(
        [e.sum(0), np.zeros(0), (e * 2).ravel(), np.sort(e, 1).ravel(), np.exp(e).ravel(), e.max(1), np.cumsum(e)]
    )


@program
def emptydot(x):
    return x[:, :0] @ np.zeros((0, 4))


@program
def subat(x):
    g = np.ones(4)
    np.subtract.at(g, np.array([1, 1, 3]), x[0])
    np.maximum.at(g, [0], x[0, 0])
    return g


@program
def bincount(x):
    return np.bincount([0, 1, 1], weights=x[0], minlength=4)


@program
def copyt(x):
    o = np.empty((2, 3))
    np.copyto(o, x)
    np.copyto(o, 0, where=x < 0)
    np.putmask(o, x > 1, [9.0, 8.0])
    np.place(o, x == 0.75, [4.0])
    np.put(o, [0], x[1, 1])
    return o


@program
def flats(x):
    y = np.zeros((2, 3))
    y.flat = x.ravel()
    y.flat[1] = 4
    z = x.flatten()
    z.sort()
    return y + z.reshape(2, 3)


@program
def outp(x):
    o = np.empty(3)
    np.sum(x, axis=0, out=o)
    q = np.empty((2, 2))
    np.matmul(x, x.T, out=q)
    r = np.zeros_like(x)
    np.add(x, 1, r)
    np.cumsum(x, axis=1, out=r)
    return o + q.sum() + r


@program
def swap(x):
    a = x.copy()
    a[[0, 1]] = a[[1, 0]]
    a[:, 0], a[:, 1] = (a[:, 1].copy(), a[:, 0].copy())
    return a


@program
def fromfunc(x):
    return np.fromfunction(lambda i, j: i * j * 1.0, (2, 3)) * x


@program
def fromiter(x):
    return np.fromiter((v * v for v in x.ravel()), dtype=float)


@program
def ins(x):
    return np.insert(x, 1, x[0, 0], axis=1)[:, 1:] + np.delete(x, 1, axis=1).sum() + np.append(x, x)[0]


@program
def blocky(x):
    return np.block([[x, np.zeros((2, 1))], [np.ones((1, 3)), x[:1, :1]]])


@program
def divout(x):
    return np.divide(1.0, x, out=np.zeros_like(x), where=x != 0)


@program
def listcomp(x):
    return np.array([sum((a * b for a, b in zip(r, r, strict=False))) for r in x])


@program
def enumer(x):
    out = []
    for i, row in enumerate(x):
        out.append(row * i)
    return np.array(out)


@program
def dictacc(x):
    d = {}
    for i, v in enumerate(x[0]):
        d[i] = d.get(i, 0.0) + v
    return np.array(list(d.values()))


@program
def accum(x):
    s = 0
    for i in range(3):
        s += x[0, i] * x[1, i]
    return s


@program
def nested(x):

    def helper(a):
        z = np.zeros(2)
        z[0] = a
        return z

    return helper(x[0, 0])


@program
def cls(x):

    class L:
        def __init__(self):
            self.w = np.ones(3)

        def f(self, v):
            self.c = np.zeros(3)
            self.c += v * self.w
            return self.c

    return L().f(x[0])


@program
def pad(x):
    return np.pad(x, ((1, 1), (0, 2)))


@program
def padgrad(x):
    return np.pad(x, 1, mode="constant")[1:-1, 1:-1]


@program
def kwargs(x):
    return np.sum(a=x, axis=0) + x.sum(0)


@program
def cumdiff(x):
    return np.ediff1d(x[0], to_begin=0.0) + np.diff(x[0], n=2)


@program
def uniq(x):
    _u, inv = np.unique(np.array([1, 0, 1]), return_inverse=True)
    g = np.zeros(2)
    np.add.at(g, inv, x[0])
    return g


@program
def topk(x):
    i = np.argpartition(x[0], -2)[-2:]
    g = np.zeros_like(x[0])
    g[i] = x[0, i]
    return g


@program
def wher1(x):
    i, j = np.where(x > 0)
    g = np.zeros_like(x)
    g[i, j] = x[i, j]
    return g


@program
def nonz(x):
    return x[np.nonzero(x > 0)] + x.ravel()[np.flatnonzero(x > 0)] + x[x > 0]


@program
def strides(x):
    return x[::-1, ::2] + x[..., -1:] + x[[1, 0]][:, [0, 2]]


@program
def newaxis(x):
    return x[:, None, :] - x[None]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_gives_with_exact_numbers_what_it_gives_with_floats(name, dtype, agree):
    agree(PROGRAMS[name], dtype)
