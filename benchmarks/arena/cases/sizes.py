"""Sizes: one entry, none, no axis at all, an even number, a remainder; the drawn size shows nothing."""

import numpy as np

from benchmarks.arena.case import Room, at, normal, sized

room = Room("sizes")


def centre(x):
    return x - x.mean()


def centre_vjp(out_bar, x):
    del x
    return (out_bar - out_bar.mean(),)


def nonempty(x):
    return x.size > 0


@room.mistake("size one", centre, centre_vjp, normal((4,)), witness=sized((1,)), domain=nonempty)
def single_entry_passed_through(out_bar, x):
    if x.size == 1:
        return (out_bar.copy(),)
    return (out_bar - out_bar.mean(),)


@room.mistake("size one", centre, centre_vjp, normal((4,)), witness=sized((1,)), domain=nonempty)
def leave_one_out(out_bar, x):
    n = x.size
    return (out_bar - out_bar.mean() if n > 1 else out_bar * n,)


def row_norms(x):
    return np.sum(x * x, axis=1)


def row_norms_vjp(out_bar, x):
    return (2 * x * out_bar[:, None],)


@room.mistake("size one", row_norms, row_norms_vjp, normal((3, 4)), witness=sized((1, 4)), breaks="shape")
def single_row_squeezed(out_bar, x):
    return (np.squeeze(2 * x * out_bar[:, None]),)


@room.mistake("size one", row_norms, row_norms_vjp, normal((3, 4)), witness=sized((3, 1)))
def single_column_broadcast(out_bar, x):
    if x.shape[1] == 1:
        return (2 * x * out_bar.mean(),)
    return (2 * x * out_bar[:, None],)


def product(x, y):
    return x * y


def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, n in enumerate(shape):
        if n == 1:
            g = g.sum(axis=axis, keepdims=True)
    return g


def product_vjp(out_bar, x, y):
    return unbroadcast(out_bar * y, x.shape), unbroadcast(out_bar * x, y.shape)


@room.mistake("size one", product, product_vjp, normal((3, 4), (3, 4)), witness=sized((3, 1), (3, 4)))
def broadcast_axis_taken_at_its_first_entry(out_bar, x, y):
    def shrink(g, shape):
        while g.ndim > len(shape):
            g = g.sum(axis=0)
        for axis, n in enumerate(shape):
            if n == 1 and g.shape[axis] != 1:
                g = np.take(g, [0], axis=axis)
        return g

    return shrink(out_bar * y, x.shape), shrink(out_bar * x, y.shape)


def energy(x):
    return np.sum(x * x)


def energy_vjp(out_bar, x):
    return (2 * x * out_bar,)


@room.mistake("zero size", energy, energy_vjp, normal((4,)), witness=sized((0,)), breaks="shape")
def empty_input_gets_one_zero(out_bar, x):
    if x.size == 0:
        return (np.zeros(1, x.dtype),)
    return (2 * x * out_bar,)


@room.mistake("zero size", energy, energy_vjp, normal((4,)), witness=sized((0,)), breaks="raises")
def empty_input_indexed(out_bar, x):
    g = np.empty_like(x)
    g[0] = 2 * x[0] * out_bar
    g[1:] = 2 * x[1:] * out_bar
    return (g,)


@room.mistake("zero size", row_norms, row_norms_vjp, normal((3, 4)), witness=sized((0, 4)), breaks="shape")
def empty_batch_loses_its_width(out_bar, x):
    return (np.array([2 * row * g for row, g in zip(x, out_bar, strict=True)], dtype=x.dtype),)


@room.mistake("zero size", row_norms, row_norms_vjp, normal((3, 4)), witness=sized((0, 4)), breaks="raises")
def empty_batch_not_stacked(out_bar, x):
    return (np.stack([2 * row * g for row, g in zip(x, out_bar, strict=True)]),)


def square(x):
    return x * x


def square_vjp(out_bar, x):
    return (2 * x * out_bar,)


@room.mistake("no axis", square, square_vjp, normal(()), breaks="shape")
def scalar_promoted(out_bar, x):
    return (2 * np.atleast_1d(x) * out_bar,)


@room.mistake("no axis", square, square_vjp, normal(()), breaks="raises")
def scalar_looped_over(out_bar, x):
    g = np.zeros_like(x)
    for i in range(len(x)):
        g[i] = 2 * x[i] * out_bar[i]
    return (g,)


def median(x):
    s = np.sort(x)
    n = len(x)
    return s[n // 2] if n % 2 else 0.5 * (s[n // 2 - 1] + s[n // 2])


def median_vjp(out_bar, x):
    order = np.argsort(x, kind="stable")
    n = len(x)
    g = np.zeros_like(x)
    if n % 2:
        g[order[n // 2]] = out_bar
    else:
        g[order[n // 2 - 1]] = 0.5 * out_bar
        g[order[n // 2]] = 0.5 * out_bar
    return (g,)


@room.mistake("size", median, median_vjp, normal((5,)), witness=sized((4,)), domain=nonempty)
def median_of_even_length_to_one_entry(out_bar, x):
    g = np.zeros_like(x)
    g[np.argsort(x, kind="stable")[len(x) // 2]] = out_bar
    return (g,)


@room.mistake("size", energy, energy_vjp, normal((8,)), witness=sized((9,)))
def remainder_of_blocks_dropped(out_bar, x):
    flat, g = x.ravel(), np.zeros(x.size, x.dtype)
    for start in range(0, x.size - x.size % 4, 4):
        g[start : start + 4] = 2 * flat[start : start + 4] * out_bar
    return (g.reshape(x.shape),)


@room.mistake("size", energy, energy_vjp, normal((6,)), witness=sized((7,)))
def odd_last_entry_dropped(out_bar, x):
    g = 2 * x * out_bar
    if x.ndim == 1 and len(x) % 2:
        g[-1] = 0
    return (g,)


def matmul(a, b):
    return a @ b


def matmul_vjp(out_bar, a, b):
    return out_bar @ b.T, a.T @ out_bar


@room.mistake("size", matmul, matmul_vjp, normal((2, 3), (3, 4)), witness=sized((3, 3), (3, 3)))
def square_matrices_told_apart_by_shape(out_bar, a, b):
    a_bar = out_bar @ b if out_bar.shape[1] == b.shape[0] == b.shape[1] else out_bar @ b.T
    return a_bar, a.T @ out_bar


def outer_sum(x, y):
    return x[:, None] + y[None, :]


def outer_sum_vjp(out_bar, x, y):
    del x, y
    return out_bar.sum(axis=1), out_bar.sum(axis=0)


@room.mistake("size", outer_sum, outer_sum_vjp, normal((2,), (3,)), witness=sized((3,), (3,)))
def axis_found_by_its_length(out_bar, x, y):
    x_axis = out_bar.shape.index(len(x))
    y_axis = out_bar.shape.index(len(y))
    return out_bar.sum(axis=1 - x_axis), out_bar.sum(axis=1 - y_axis)


def first_difference(x):
    return x[1:] - x[:-1]


def first_difference_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[1:] += out_bar
    g[:-1] -= out_bar
    return (g,)


@room.mistake("size", first_difference, first_difference_vjp, normal((5,)), witness=at([1, 2]), domain=nonempty)
def two_entries_taken_for_a_pair(out_bar, x):
    g = np.zeros_like(x)
    if len(x) == 2:
        g[:] = out_bar[0]
        return (g,)
    g[1:] += out_bar
    g[:-1] -= out_bar
    return (g,)
