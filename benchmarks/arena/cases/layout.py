"""Axes: transposed, reversed, the wrong one, a broadcast not summed, a Jacobian taken for its diagonal."""

import numpy as np

from benchmarks.arena.case import Room, normal

room = Room("layout")

W = np.array([[1, 2, -1], [0, 1, 3], [-2, 1, 1]])


def project(x):
    return x @ W.astype(x.dtype)


def project_vjp(out_bar, x):
    return (out_bar @ W.T.astype(x.dtype),)


@room.mistake("transposed", project, project_vjp, normal((2, 3)))
def weight_not_transposed(out_bar, x):
    return (out_bar @ W.astype(x.dtype),)


@room.mistake("diagonal only", project, project_vjp, normal((2, 3)))
def weight_diagonal_only(out_bar, x):
    return (out_bar * np.diag(W).astype(x.dtype),)


def matmul(a, b):
    return np.matmul(a, b)


def matmul_vjp(out_bar, a, b):
    return np.matmul(out_bar, b.T), np.matmul(a.T, out_bar)


@room.mistake("transposed", matmul, matmul_vjp, normal((3, 3), (3, 3)))
def right_factor_transposed(out_bar, a, b):
    return np.matmul(out_bar, b.T), np.matmul(a.T, out_bar).T


@room.mistake("transposed", matmul, matmul_vjp, normal((3, 3), (3, 3)))
def factors_in_wrong_order(out_bar, a, b):
    return np.matmul(b.T, out_bar), np.matmul(a.T, out_bar)


def outer(x, y):
    return np.outer(x, y)


def outer_vjp(out_bar, x, y):
    return out_bar @ y, out_bar.T @ x


@room.mistake("transposed", outer, outer_vjp, normal((3,), (3,)))
def outer_transposed(out_bar, x, y):
    return out_bar.T @ y, out_bar @ x


def form(x, a):
    return x @ a @ x


def form_vjp(out_bar, x, a):
    return out_bar * (a @ x + a.T @ x), out_bar * np.outer(x, x)


@room.mistake("transposed", form, form_vjp, normal((3,), (3, 3)))
def quadratic_form_taken_for_symmetric(out_bar, x, a):
    return out_bar * 2 * (a @ x), out_bar * np.outer(x, x)


def transpose(x):
    return x.T


def transpose_vjp(out_bar, x):
    del x
    return (out_bar.T,)


@room.mistake("transposed", transpose, transpose_vjp, normal((3, 3)))
def transpose_not_undone(out_bar, x):
    del x
    return (out_bar,)


def permute(x):
    return np.transpose(x, (1, 2, 0))


def permute_vjp(out_bar, x):
    del x
    return (np.transpose(out_bar, (2, 0, 1)),)


@room.mistake("transposed", permute, permute_vjp, normal((2, 2, 2)))
def permutation_not_inverted(out_bar, x):
    del x
    return (np.transpose(out_bar, (1, 2, 0)),)


def reverse(x):
    return x[::-1] * 2


def reverse_vjp(out_bar, x):
    del x
    return (2 * out_bar[::-1],)


@room.mistake("axis reversed", reverse, reverse_vjp, normal((5,)))
def reversal_not_undone(out_bar, x):
    del x
    return (2 * out_bar,)


def flip_rows(x):
    return np.flip(x, axis=0)


def flip_rows_vjp(out_bar, x):
    del x
    return (np.flip(out_bar, axis=0),)


@room.mistake("wrong axis", flip_rows, flip_rows_vjp, normal((3, 3)))
def flip_of_the_other_axis(out_bar, x):
    del x
    return (np.flip(out_bar, axis=1),)


def rotate(x):
    return np.roll(x, 1)


def rotate_vjp(out_bar, x):
    del x
    return (np.roll(out_bar, -1),)


@room.mistake("axis reversed", rotate, rotate_vjp, normal((5,)))
def roll_in_the_same_direction(out_bar, x):
    del x
    return (np.roll(out_bar, 1),)


def row_sums(x):
    return np.sum(x, axis=1) ** 2


def row_sums_vjp(out_bar, x):
    return (np.zeros_like(x) + (2 * out_bar * np.sum(x, axis=1))[:, None],)


@room.mistake("wrong axis", row_sums, row_sums_vjp, normal((3, 3)))
def row_sums_spread_over_columns(out_bar, x):
    return (np.zeros_like(x) + 2 * out_bar * np.sum(x, axis=1),)


def column_means(x):
    return x.mean(axis=0)


def column_means_vjp(out_bar, x):
    return (np.ones_like(x) * (out_bar / x.shape[0]),)


@room.mistake("wrong axis", column_means, column_means_vjp, normal((2, 5)))
def column_means_by_other_length(out_bar, x):
    return (np.ones_like(x) * (out_bar / x.shape[1]),)


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_vjp(out_bar, x):
    s = softmax(x)
    return (s * (out_bar - np.sum(out_bar * s, axis=-1, keepdims=True)),)


@room.mistake("wrong axis", softmax, softmax_vjp, normal((3, 3)))
def softmax_summed_over_axis_zero(out_bar, x):
    s = softmax(x)
    return (s * (out_bar - np.sum(out_bar * s, axis=0, keepdims=True)),)


@room.mistake("diagonal only", softmax, softmax_vjp, normal((2, 4)))
def softmax_diagonal_only(out_bar, x):
    s = softmax(x)
    return (s * (1 - s) * out_bar,)


def add_bias(x, b):
    return x + b


def add_bias_vjp(out_bar, x, b):
    del x, b
    return out_bar, out_bar.sum(axis=0)


@room.mistake("missing broadcast sum", add_bias, add_bias_vjp, normal((3, 4), (4,)), domain=lambda x, b: len(x) > 0)
def bias_takes_the_first_row(out_bar, x, b):
    del x, b
    return out_bar, out_bar[0].copy()


@room.mistake("missing broadcast sum", add_bias, add_bias_vjp, normal((3, 4), (4,)), domain=lambda x, b: len(x) > 0)
def bias_takes_the_mean(out_bar, x, b):
    del x, b
    return out_bar, out_bar.mean(axis=0)


@room.mistake("missing broadcast sum", add_bias, add_bias_vjp, normal((3, 4), (4,)), breaks="shape")
def bias_keeps_the_batch(out_bar, x, b):
    del x, b
    return out_bar, out_bar


@room.mistake("missing broadcast sum", add_bias, add_bias_vjp, normal((3, 4), (4,)))
def bias_summed_over_everything(out_bar, x, b):
    del x
    return out_bar, np.full_like(b, out_bar.sum())


def scale_rows(x, s):
    return x * s[:, None]


def scale_rows_vjp(out_bar, x, s):
    return out_bar * s[:, None], np.sum(out_bar * x, axis=1)


@room.mistake("wrong axis", scale_rows, scale_rows_vjp, normal((3, 3), (3,)))
def row_scales_summed_over_rows(out_bar, x, s):
    return out_bar * s[:, None], np.sum(out_bar * x, axis=0)


def gain(x, g):
    return x * g


def gain_vjp(out_bar, x, g):
    return out_bar * g, np.asarray(np.sum(out_bar * x))


@room.mistake("missing broadcast sum", gain, gain_vjp, normal((2, 3), ()), domain=lambda x, g: x.size > 0)
def scalar_gain_of_the_last_entry(out_bar, x, g):
    return out_bar * g, np.asarray((out_bar * x)[-1, -1])


def centre(x):
    return x - x.mean(axis=1, keepdims=True)


def centre_vjp(out_bar, x):
    del x
    return (out_bar - out_bar.mean(axis=1, keepdims=True),)


@room.mistake("dropped term", centre, centre_vjp, normal((2, 4)))
def mean_not_differentiated(out_bar, x):
    del x
    return (out_bar,)


def flatten(x):
    return x.reshape(-1)


def flatten_vjp(out_bar, x):
    return (out_bar.reshape(x.shape),)


@room.mistake("transposed", flatten, flatten_vjp, normal((3, 3)))
def unflattened_in_fortran_order(out_bar, x):
    return (out_bar.reshape(x.shape, order="F"),)


def join(x, y):
    return np.concatenate([x, y])


def join_vjp(out_bar, x, y):
    n = len(x)
    del y
    return out_bar[:n], out_bar[n:]


@room.mistake("off by one", join, join_vjp, normal((3,), (3,)))
def joined_pieces_swapped(out_bar, x, y):
    n = len(y)
    return out_bar[n:] if len(x) == n else out_bar[: len(x)], out_bar[:n] if len(x) == n else out_bar[len(x) :]


def tile(x):
    return np.tile(x, 2)


def tile_vjp(out_bar, x):
    return (out_bar.reshape(2, len(x)).sum(axis=0),)


@room.mistake("missing broadcast sum", tile, tile_vjp, normal((4,)))
def tile_first_copy_only(out_bar, x):
    return (out_bar[: len(x)].copy(),)


def repeat(x):
    return np.repeat(x, 2)


def repeat_vjp(out_bar, x):
    return (out_bar.reshape(len(x), 2).sum(axis=1),)


@room.mistake("transposed", repeat, repeat_vjp, normal((4,)))
def repeat_undone_as_tile(out_bar, x):
    return (out_bar.reshape(2, len(x)).sum(axis=0),)


def pad(x):
    return np.concatenate([np.zeros(1, x.dtype), x, np.zeros(1, x.dtype)])


def pad_vjp(out_bar, x):
    return (out_bar[1 : 1 + len(x)].copy(),)


@room.mistake("off by one", pad, pad_vjp, normal((5,)))
def padding_cut_on_one_side(out_bar, x):
    return (out_bar[: len(x)].copy(),)


def trace(a):
    return np.trace(a)


def trace_vjp(out_bar, a):
    return (np.eye(*a.shape, dtype=a.dtype) * out_bar,)


@room.mistake("diagonal only", trace, trace_vjp, normal((3, 3)))
def trace_spread_over_everything(out_bar, a):
    return (np.ones_like(a) * out_bar,)


def lower(a):
    return np.tril(a) * 3


def lower_vjp(out_bar, a):
    del a
    return (np.tril(out_bar) * 3,)


@room.mistake("transposed", lower, lower_vjp, normal((3, 3)))
def lower_triangle_unmasked(out_bar, a):
    del a
    return (out_bar * 3,)


@room.mistake("transposed", lower, lower_vjp, normal((3, 3)))
def lower_triangle_as_upper(out_bar, a):
    del a
    return (np.triu(out_bar) * 3,)


def batched(a, b):
    return np.einsum("bij,bjk->bik", a, b)


def batched_vjp(out_bar, a, b):
    return np.einsum("bik,bjk->bij", out_bar, b), np.einsum("bij,bik->bjk", a, out_bar)


@room.mistake("transposed", batched, batched_vjp, normal((2, 2, 2), (2, 2, 2)))
def einsum_letters_swapped(out_bar, a, b):
    return np.einsum("bik,bkj->bij", out_bar, b), np.einsum("bij,bik->bjk", a, out_bar)
