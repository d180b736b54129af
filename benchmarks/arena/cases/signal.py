"""Convolutions, pooling, differences, interpolation, Fourier transforms: kernels not flipped, borders lost."""

import numpy as np

from benchmarks.arena.case import WIDE, Room, normal, uniform

room = Room("signal")


def correlate(x, k):
    out = np.zeros(len(x) - len(k) + 1, x.dtype)
    for j in range(len(k)):
        out += k[j] * x[j : j + len(out)]
    return out


def correlate_vjp(out_bar, x, k):
    x_bar, k_bar = np.zeros_like(x), np.zeros_like(k)
    for j in range(len(k)):
        x_bar[j : j + len(out_bar)] += k[j] * out_bar
        k_bar[j] = np.dot(out_bar, x[j : j + len(out_bar)])
    return x_bar, k_bar


FITS = {"domain": lambda x, k: 0 < len(k) <= len(x)}


@room.mistake("axis reversed", correlate, correlate_vjp, normal((7,), (3,)), **FITS)
def kernel_flipped_in_the_backward(out_bar, x, k):
    x_bar, k_bar = correlate_vjp(out_bar, x, k[::-1])
    return x_bar, k_bar


@room.mistake("axis reversed", correlate, correlate_vjp, normal((7,), (3,)), **FITS)
def kernel_gradient_reversed(out_bar, x, k):
    x_bar, k_bar = correlate_vjp(out_bar, x, k)
    return x_bar, k_bar[::-1].copy()


@room.mistake("off by one", correlate, correlate_vjp, normal((7,), (3,)), **FITS)
def last_tap_skipped(out_bar, x, k):
    x_bar, k_bar = np.zeros_like(x), np.zeros_like(k)
    for j in range(len(k) - 1):
        x_bar[j : j + len(out_bar)] += k[j] * out_bar
        k_bar[j] = np.dot(out_bar, x[j : j + len(out_bar)])
    return x_bar, k_bar


@room.mistake("repeated indices", correlate, correlate_vjp, normal((7,), (3,)), **FITS)
def overlapping_windows_overwritten(out_bar, x, k):
    x_bar, k_bar = np.zeros_like(x), np.zeros_like(k)
    for j in range(len(k)):
        x_bar[j : j + len(out_bar)] = k[j] * out_bar
        k_bar[j] = np.dot(out_bar, x[j : j + len(out_bar)])
    return x_bar, k_bar


KERNEL = np.array([1, -2, 3, 0.5])


def strided(x):
    return np.array([np.dot(x[i : i + 4], KERNEL.astype(x.dtype)) for i in range(0, len(x) - 3, 2)], dtype=x.dtype)


def strided_vjp(out_bar, x):
    g = np.zeros_like(x)
    for n, i in enumerate(range(0, len(x) - 3, 2)):
        g[i : i + 4] += out_bar[n] * KERNEL.astype(x.dtype)
    return (g,)


@room.mistake("off by one", strided, strided_vjp, normal((10,)))
def stride_forgotten_in_the_backward(out_bar, x):
    g = np.zeros_like(x)
    for i in range(len(out_bar)):
        g[i : i + 4] += out_bar[i] * KERNEL.astype(x.dtype)
    return (g,)


def average_pool(x):
    n = len(x) // 3
    return x[: 3 * n].reshape(n, 3).mean(axis=1)


def average_pool_vjp(out_bar, x):
    n = len(x) // 3
    g = np.zeros_like(x)
    g[: 3 * n] = np.repeat(out_bar / 3, 3)
    return (g,)


@room.mistake("constant factor", average_pool, average_pool_vjp, normal((6,)))
def pooled_share_not_divided(out_bar, x):
    g = np.zeros_like(x)
    g[: 3 * (len(x) // 3)] = np.repeat(out_bar, 3)
    return (g,)


@room.mistake("transposed", average_pool, average_pool_vjp, normal((6,)))
def pooled_share_tiled(out_bar, x):
    g = np.zeros_like(x)
    g[: 3 * (len(x) // 3)] = np.tile(out_bar / 3, 3)
    return (g,)


def max_pool(x):
    n = len(x) // 2
    return x[: 2 * n].reshape(n, 2).max(axis=1)


def max_pool_vjp(out_bar, x):
    n = len(x) // 2
    i = x[: 2 * n].reshape(n, 2).argmax(axis=1)
    g = np.zeros_like(x)
    g[2 * np.arange(n) + i] = out_bar
    return (g,)


@room.mistake("off by one", max_pool, max_pool_vjp, normal((6,)))
def pooled_index_of_the_minimum(out_bar, x):
    n = len(x) // 2
    i = x[: 2 * n].reshape(n, 2).argmin(axis=1)
    g = np.zeros_like(x)
    g[2 * np.arange(n) + i] = out_bar
    return (g,)


def upsample(x):
    out = np.empty(2 * len(x) - 1, x.dtype)
    out[::2] = x
    out[1::2] = (x[1:] + x[:-1]) / 2
    return out


def upsample_vjp(out_bar, x):
    del x
    g = out_bar[::2].copy()
    g[1:] += out_bar[1::2] / 2
    g[:-1] += out_bar[1::2] / 2
    return (g,)


@room.mistake("dropped term", upsample, upsample_vjp, normal((5,)), domain=lambda x: x.size > 0)
def interpolated_points_pay_one_side(out_bar, x):
    del x
    g = out_bar[::2].copy()
    g[:-1] += out_bar[1::2] / 2
    return (g,)


def slope(x):
    return np.diff(x, n=2)


def slope_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[:-2] += out_bar
    g[1:-1] -= 2 * out_bar
    g[2:] += out_bar
    return (g,)


@room.mistake("constant factor", slope, slope_vjp, normal((6,)))
def second_difference_centre_once(out_bar, x):
    g = np.zeros_like(x)
    g[:-2] += out_bar
    g[1:-1] -= out_bar
    g[2:] += out_bar
    return (g,)


def trapezoid(y):
    return np.sum((y[1:] + y[:-1]) / 2)


def trapezoid_vjp(out_bar, y):
    g = np.zeros_like(y)
    g[1:] += out_bar / 2
    g[:-1] += out_bar / 2
    return (g,)


@room.mistake("off by one", trapezoid, trapezoid_vjp, normal((5,)))
def end_points_at_full_weight(out_bar, y):
    return (np.full_like(y, out_bar),)


def circular(x, k):
    n = len(x)
    return np.fft.irfft(np.fft.rfft(x) * np.fft.rfft(k), n).astype(x.dtype)


def circular_vjp(out_bar, x, k):
    n = len(x)
    g = np.fft.rfft(out_bar)
    x_bar = np.fft.irfft(g * np.conj(np.fft.rfft(k)), n).astype(x.dtype)
    return x_bar, np.fft.irfft(g * np.conj(np.fft.rfft(x)), n).astype(x.dtype)


@room.mistake("axis reversed", circular, circular_vjp, normal((6,), (6,)), dtypes=WIDE)
def spectrum_not_conjugated(out_bar, x, k):
    n = len(x)
    g = np.fft.rfft(out_bar)
    x_bar = np.fft.irfft(g * np.fft.rfft(k), n).astype(x.dtype)
    return x_bar, np.fft.irfft(g * np.fft.rfft(x), n).astype(x.dtype)


def energy(x):
    z = np.fft.rfft(x)
    return np.sum(z.real**2 + z.imag**2).astype(x.dtype)


def energy_vjp(out_bar, x):
    n = len(x)
    z = np.fft.rfft(x)
    weights = np.full(len(z), n, x.dtype)
    weights[0] *= 2
    if n % 2 == 0:
        weights[-1] *= 2
    return ((out_bar * np.fft.irfft(z * weights, n)).astype(x.dtype),)


@room.mistake("off by one", energy, energy_vjp, normal((6,)), dtypes=WIDE, domain=lambda x: x.size > 1)
def half_spectrum_edges_not_doubled(out_bar, x):
    n = len(x)
    return ((out_bar * n * np.fft.irfft(np.fft.rfft(x), n)).astype(x.dtype),)


KNOTS = np.array([0.0, 1, 3, 4])


def _bins(x):
    i = np.clip(np.searchsorted(KNOTS, x, side="right") - 1, 0, 2)
    k = KNOTS.astype(x.dtype)
    return i, np.clip((x - k[i]) / (k[i + 1] - k[i]), 0, 1)


def lookup(x, v):
    i, t = _bins(x)
    return (1 - t) * v[i] + t * v[i + 1]


def lookup_vjp(out_bar, x, v):
    i, t = _bins(x)
    k = KNOTS.astype(x.dtype)
    inside = (x > 0) & (x < 4)
    v_bar = np.zeros_like(v)
    np.add.at(v_bar, i, (1 - t) * out_bar)
    np.add.at(v_bar, i + 1, t * out_bar)
    return inside * out_bar * (v[i + 1] - v[i]) / (k[i + 1] - k[i]), v_bar


@room.mistake("repeated indices", lookup, lookup_vjp, uniform(0.2, 3.8, (6,), (4,)), domain=lambda x, v: len(v) == 4)
def bins_assigned_not_added(out_bar, x, v):
    x_bar, _ = lookup_vjp(out_bar, x, v)
    i, t = _bins(x)
    v_bar = np.zeros_like(v)
    v_bar[i] += (1 - t) * out_bar
    v_bar[i + 1] += t * out_bar
    return x_bar, v_bar


@room.mistake("beyond a threshold", lookup, lookup_vjp, uniform(0.2, 3.8, (6,), (4,)), witness=lambda dtype: (
    np.array([5, -1], dtype), np.array([1, 2, 0, 5], dtype)), domain=lambda x, v: len(v) == 4)  # fmt: skip
def slope_outside_the_table(out_bar, x, v):
    i, _ = _bins(x)
    k = KNOTS.astype(x.dtype)
    return out_bar * (v[i + 1] - v[i]) / (k[i + 1] - k[i]), lookup_vjp(out_bar, x, v)[1]


def box_blur(x):
    padded = np.concatenate([x[:1], x, x[-1:]])
    return (padded[:-2] + padded[1:-1] + padded[2:]) / 3


def box_blur_vjp(out_bar, x):
    del x
    g = out_bar / 3
    full = np.zeros(len(g) + 2, g.dtype)
    full[:-2] += g
    full[1:-1] += g
    full[2:] += g
    inner = full[1:-1].copy()
    inner[0] += full[0]
    inner[-1] += full[-1]
    return (inner,)


@room.mistake("off by one", box_blur, box_blur_vjp, normal((6,)), domain=lambda x: x.size > 0)
def edge_padding_pays_nothing(out_bar, x):
    del x
    g = out_bar / 3
    full = np.zeros(len(g) + 2, g.dtype)
    full[:-2] += g
    full[1:-1] += g
    full[2:] += g
    return (full[1:-1].copy(),)
