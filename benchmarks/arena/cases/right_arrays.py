"""Right on awkward arrays: no axis, no entries, strange strides, integers beside, zeros in products, Fourier."""

import numpy as np

from benchmarks.arena.case import WIDE, Room, fixed, normal, uniform

room = Room("right_arrays")


def square(x):
    return x * x


@room.right("no axis", square, normal(()))
def square_of_a_scalar(out_bar, x):
    return (2 * x * out_bar,)


@room.right("zero size", square, normal((0,)))
def square_of_nothing(out_bar, x):
    return (2 * x * out_bar,)


@room.right("zero size", square, normal((3, 0, 2)))
def square_of_an_empty_block(out_bar, x):
    return (2 * x * out_bar,)


def transposed(dtype, rng):
    return (np.asarray(rng.standard_normal((4, 3)), dtype).T,)


@room.right("strides", square, transposed)
def square_of_a_transposed_view(out_bar, x):
    return (2 * x * out_bar,)


def backwards(dtype, rng):
    return (np.asarray(rng.standard_normal(12), dtype)[::-2],)


@room.right("strides", square, backwards)
def square_of_a_reversed_slice(out_bar, x):
    return (2 * x * out_bar,)


def row_totals(x):
    return x.sum(axis=1)


@room.right("strides", row_totals, normal((3, 4)))
def row_totals_by_a_broadcast(out_bar, x):
    return (np.broadcast_to(out_bar[:, None], x.shape),)


def block_mean(x):
    return x.mean(axis=(0, 2))


@room.right("broadcast", block_mean, normal((2, 3, 4)), domain=lambda x: x.shape[0] * x.shape[2] > 0)
def mean_over_two_axes(out_bar, x):
    n = x.shape[0] * x.shape[2]
    return (np.ones_like(x) * (out_bar / n)[None, :, None],)


def outer_sum(x, y):
    return np.exp(x[:, None] + y)


@room.right("broadcast", outer_sum, normal((3,), (2,)))
def broadcast_against_a_column(out_bar, x, y):
    g = outer_sum(x, y) * out_bar
    return g.sum(axis=1), g.sum(axis=0)


def prod(x):
    return np.prod(x)


@room.right("zeros in a product", prod, fixed([2, 0, 4]))
def product_with_one_zero(out_bar, x):
    return (np.array([np.prod(np.delete(x, i)) for i in range(len(x))], x.dtype) * out_bar,)


@room.right("zeros in a product", prod, fixed([2, 0, 4, 0]))
def product_with_two_zeros(out_bar, x):
    zeros = np.count_nonzero(x == 0)
    rest = np.prod(np.where(x == 0, 1, x))
    if zeros == 0:
        return (out_bar * rest / x,)
    if zeros == 1:
        return (np.where(x == 0, out_bar * rest, 0),)
    return (np.zeros_like(x),)


def cumprod(x):
    return np.cumprod(x)


@room.right("zeros in a product", cumprod, fixed([2, 0, 3, 0, 5]))
def cumulative_product_with_zeros(out_bar, x):
    n = len(x)
    g = np.zeros_like(x)
    for i in range(n):
        partial = np.ones((), x.dtype)
        for k in range(n):
            if k != i:
                partial = partial * x[k]
            if k >= i:
                g[i] += out_bar[k] * partial
    return (g,)


def running_max(x):
    return np.maximum.accumulate(x)


@room.right("ties", running_max, fixed([1, 3, 3, 2, 5]))
def running_maximum_with_a_tie(out_bar, x):
    g, best = np.zeros_like(x), 0
    for i in range(len(x)):
        if x[i] > x[best]:
            best = i
        g[best] += out_bar[i]
    return (g,)


def circular(x, k):
    return np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(k), len(x)).astype(x.dtype)


@room.right("Fourier", circular, normal((8,), (8,)), dtypes=WIDE)
def circular_convolution_by_spectra(out_bar, x, k):
    n = len(x)
    g = np.fft.rfft(out_bar)
    x_bar = np.fft.irfft(g * np.conj(np.fft.rfft(k)), n)
    return x_bar.astype(x.dtype), np.fft.irfft(g * np.conj(np.fft.rfft(x)), n).astype(x.dtype)


def shift_and_add(x, k):
    return sum(k[j] * np.roll(x, j) for j in range(len(k)))


@room.right("Fourier", shift_and_add, normal((6,), (3,)), domain=lambda x, k: 0 < len(k) <= len(x))
def circular_convolution_by_rolls(out_bar, x, k):
    x_bar = sum(k[j] * np.roll(out_bar, -j) for j in range(len(k)))
    return x_bar, np.array([np.dot(out_bar, np.roll(x, j)) for j in range(len(k))], k.dtype)


def energy(x):
    z = np.fft.fft(x)
    return np.sum(np.abs(z) ** 2).astype(x.dtype)


@room.right("Fourier", energy, normal((5,)), dtypes=WIDE, domain=lambda x: x.size > 0)
def energy_by_parseval(out_bar, x):
    return (2 * len(x) * x * out_bar,)


def take(x, i):
    return x[i]


def with_repeats(dtype, rng):
    return np.asarray(rng.standard_normal(4), dtype), np.array([0, 2, 2, 2, 1])


INSIDE = {"domain": lambda x, i: len(x) > 0 and (i.size == 0 or (i.min() >= 0 and i.max() < len(x)))}


@room.right("integers beside", take, with_repeats, **INSIDE)
def gather_with_repeats(out_bar, x, i):
    g = np.zeros_like(x)
    np.add.at(g, i, out_bar)
    return g, None


def scaled_by(x, n):
    return x * n


def with_counts(dtype, rng):
    return np.asarray(rng.standard_normal(3), dtype), np.array([1, 2, 3], np.int8)


@room.right("integers beside", scaled_by, with_counts, domain=lambda x, n: x.shape == n.shape)
def integer_factor(out_bar, x, n):
    return (out_bar * n).astype(x.dtype), None


def guarded(x):
    positive = x > 0
    safe = np.where(positive, x, 1)
    return np.where(positive, np.log(safe), 0) * x


@room.right("where-guard", guarded, fixed([2, -1, 0.5]))
def entropy_with_two_wheres(out_bar, x):
    positive = x > 0
    safe = np.where(positive, x, 1)
    return (np.where(positive, out_bar * (np.log(safe) + 1), 0),)


def reciprocal_where(x):
    out = np.zeros_like(x)
    np.divide(1, x, out=out, where=np.abs(x) > 0.25)
    return out


@room.right("where-guard", reciprocal_where, fixed([2, -1, 0.125]))
def reciprocal_under_a_mask(out_bar, x):
    g = np.zeros_like(x)
    mask = np.abs(x) > 0.25
    g[mask] = -out_bar[mask] / x[mask] ** 2
    return (g,)


def table(x):
    out = np.zeros((2, len(x)), x.dtype)
    out[0] = x
    out[1, ::2] += x[::2] * 3
    out[1, 1:] -= x[:-1]
    return out


@room.right("assignment", table, normal((5,)), domain=lambda x: len(x) > 0)
def assembled_by_assignments(out_bar, x):
    g = out_bar[0].copy()
    g[::2] += 3 * out_bar[1, ::2]
    g[:-1] -= out_bar[1, 1:]
    del x
    return (g,)


def picked(x):
    i = np.argmax(x, axis=1)
    return x[np.arange(len(x)), i] ** 2


@room.right("fancy indexing", picked, normal((3, 4)))
def row_maxima_by_index(out_bar, x):
    g = np.zeros_like(x)
    rows, i = np.arange(len(x)), np.argmax(x, axis=1)
    g[rows, i] = 2 * x[rows, i] * out_bar
    return (g,)


def pairs(x):
    i, j = np.triu_indices(len(x), 1)
    return np.exp(-((x[i] - x[j]) ** 2))


@room.right("fancy indexing", pairs, uniform(-1, 1, (4,)))
def all_pairs(out_bar, x):
    d = x[:, None] - x[None]
    w = np.zeros((len(x), len(x)), x.dtype)
    w[np.triu_indices(len(x), 1)] = out_bar
    w = w + w.T
    return (-2 * np.sum(w * d * np.exp(-d * d), axis=1),)
