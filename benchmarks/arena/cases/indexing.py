"""Indices: repeated ones assigned in place of added, permutations not inverted, slices off by one."""

import numpy as np

from benchmarks.arena.case import Room, at, normal

room = Room("indexing")


def picks(n, *shape):
    """Draw a normal array of length n and distinct indices into it."""

    def draw(dtype, rng):
        return np.asarray(rng.standard_normal((n, *shape)), dtype), rng.permutation(n)[: n - 1]

    return draw


INSIDE = {"domain": lambda x, i: len(x) > 0 and (i.size == 0 or (i.min() >= 0 and i.max() < len(x)))}


def take(x, i):
    return x[i]


def take_vjp(out_bar, x, i):
    g = np.zeros_like(x)
    np.add.at(g, i, out_bar)
    return g, None


REPEATED = at([1, 2, 3], np.array([0, 2, 0, 0]))


@room.mistake(
    "repeated indices", take, take_vjp, picks(5), witness=REPEATED, reference="pytorch/pytorch#1631", **INSIDE
)
def gather_assigned(out_bar, x, i):
    g = np.zeros_like(x)
    g[i] = out_bar
    return g, None


@room.mistake("repeated indices", take, take_vjp, picks(5), witness=REPEATED, **INSIDE)
def gather_added_in_place(out_bar, x, i):
    g = np.zeros_like(x)
    g[i] += out_bar
    return g, None


@room.mistake("repeated indices", take, take_vjp, picks(4, 2), witness=at([[1, 2], [3, 4]], np.array([1, 1])), **INSIDE)
def embedding_rows_overwritten(out_bar, x, i):
    g = np.zeros_like(x)
    for row, k in zip(out_bar, i, strict=True):
        g[k] = row
    return g, None


@room.mistake("repeated indices", take, take_vjp, picks(5), witness=REPEATED, **INSIDE)
def gather_averaged_over_repeats(out_bar, x, i):
    g = np.zeros_like(x)
    np.add.at(g, i, out_bar)
    counts = np.bincount(i, minlength=len(x)).reshape(-1, *[1] * (x.ndim - 1))
    return (g / np.maximum(counts, 1)).astype(x.dtype), None


WINDOW = np.array([0, 1, 1, 2, 2, 3])


def fixed_take(x):
    return x[WINDOW] ** 2


def fixed_take_vjp(out_bar, x):
    g = np.zeros_like(x)
    np.add.at(g, WINDOW, 2 * x[WINDOW] * out_bar)
    return (g,)


@room.mistake("repeated indices", fixed_take, fixed_take_vjp, normal((4,)), domain=lambda x: len(x) > 3)
def captured_indices_assigned(out_bar, x):
    g = np.zeros_like(x)
    g[WINDOW] += 2 * x[WINDOW] * out_bar
    return (g,)


GROUPS = np.array([0, 1, 0, 2, 1])


def group_sums(x):
    out = np.zeros(3, x.dtype)
    np.add.at(out, GROUPS, x)
    return out


def group_sums_vjp(out_bar, x):
    del x
    return (out_bar[GROUPS],)


@room.mistake("off by one", group_sums, group_sums_vjp, normal((5,)), domain=lambda x: len(x) == 5)
def groups_read_in_sorted_order(out_bar, x):
    del x
    return (out_bar[np.sort(GROUPS)],)


def ordered(x):
    return np.sort(x)


def ordered_vjp(out_bar, x):
    g = np.empty_like(x)
    g[np.argsort(x, kind="stable")] = out_bar
    return (g,)


@room.mistake("transposed", ordered, ordered_vjp, normal((5,)))
def sorting_permutation_not_inverted(out_bar, x):
    return (out_bar[np.argsort(x, kind="stable")],)


SHUFFLE = np.array([2, 0, 3, 1])


def shuffle(x):
    return x[SHUFFLE]


def shuffle_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[SHUFFLE] = out_bar
    return (g,)


@room.mistake("transposed", shuffle, shuffle_vjp, normal((4,)), domain=lambda x: len(x) > 3)
def shuffle_applied_again(out_bar, x):
    g = np.zeros_like(x)
    g[: len(SHUFFLE)] = out_bar[SHUFFLE]
    return (g,)


def inner_part(x):
    return x[1:-1] * 2


def inner_part_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[1:-1] = 2 * out_bar
    return (g,)


@room.mistake("off by one", inner_part, inner_part_vjp, normal((5,)))
def slice_shifted_left(out_bar, x):
    g = np.zeros_like(x)
    g[: len(out_bar)] = 2 * out_bar
    return (g,)


def every_other(x):
    return x[::2] ** 2


def every_other_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[::2] = 2 * x[::2] * out_bar
    return (g,)


@room.mistake("off by one", every_other, every_other_vjp, normal((6,)))
def odd_entries_for_even(out_bar, x):
    g = np.zeros_like(x)
    odd = x[1::2]
    g[1::2] = 2 * odd * out_bar[: len(odd)]
    return (g,)


def positives(x):
    return np.sum(x[x > 0] ** 2)


def positives_vjp(out_bar, x):
    g = np.zeros_like(x)
    mask = x > 0
    g[mask] = 2 * x[mask] * out_bar
    return (g,)


@room.mistake("off by one", positives, positives_vjp, normal((6,)))
def mask_complemented(out_bar, x):
    g = np.zeros_like(x)
    mask = x <= 0
    g[mask] = 2 * x[mask] * out_bar
    return (g,)


@room.mistake("dropped term", positives, positives_vjp, normal((6,)))
def mask_not_applied(out_bar, x):
    return (2 * x * out_bar,)


def overwrite(x, v):
    out = x.copy()
    out[1] = v
    return out * out


def overwrite_vjp(out_bar, x, v):
    g = 2 * overwritten(x, v) * out_bar
    x_bar = g.copy()
    x_bar[1] = 0
    return x_bar, np.asarray(g[1])


def overwritten(x, v):
    out = x.copy()
    out[1] = v
    return out


@room.mistake("dropped term", overwrite, overwrite_vjp, normal((4,), ()), domain=lambda x, v: len(x) > 1)
def overwritten_entry_still_paid(out_bar, x, v):
    g = 2 * overwritten(x, v) * out_bar
    return g, np.asarray(g[1])


def diagonal(a):
    return np.diag(a) ** 2


def diagonal_vjp(out_bar, a):
    g = np.zeros_like(a)
    n = min(a.shape)
    g[np.arange(n), np.arange(n)] = 2 * np.diag(a) * out_bar
    return (g,)


@room.mistake("off by one", diagonal, diagonal_vjp, normal((3, 3)))
def antidiagonal_for_diagonal(out_bar, a):
    return (diagonal_vjp(out_bar, a)[0][:, ::-1],)


UPPER = np.triu_indices(3)


def packed(a):
    return a[UPPER] * 2


def packed_vjp(out_bar, a):
    g = np.zeros_like(a)
    g[UPPER] = 2 * out_bar
    return (g,)


@room.mistake("transposed", packed, packed_vjp, normal((3, 3)), domain=lambda a: min(a.shape) > 2)
def packed_into_the_lower_triangle(out_bar, a):
    g = np.zeros_like(a)
    g[UPPER[1], UPPER[0]] = 2 * out_bar
    return (g,)


def along(x):
    i = np.argmax(np.abs(x), axis=1)[:, None]
    return np.abs(np.take_along_axis(x, i, axis=1)[:, 0])


def along_vjp(out_bar, x):
    g = np.zeros_like(x)
    i = np.argmax(np.abs(x), axis=1)[:, None]
    np.put_along_axis(g, i, np.sign(np.take_along_axis(x, i, axis=1)) * out_bar[:, None], axis=1)
    return (g,)


@room.mistake("off by one", along, along_vjp, normal((3, 3)))
def chosen_without_absolute_value(out_bar, x):
    g = np.zeros_like(x)
    i = np.argmax(x, axis=1)[:, None]
    np.put_along_axis(g, i, np.sign(np.take_along_axis(x, i, axis=1)) * out_bar[:, None], axis=1)
    return (g,)


def scatter(v, i):
    out = np.zeros(4, v.dtype)
    out[i] = v
    return out


def scatter_vjp(out_bar, v, i):
    g = np.zeros_like(v)
    last = {int(k): n for n, k in enumerate(i)}
    for k, n in last.items():
        g[n] = out_bar[k]
    return g, None


def places(dtype, rng):
    return np.asarray(rng.standard_normal(3), dtype), rng.permutation(4)[:3]


@room.mistake(
    "repeated indices", scatter, scatter_vjp, places, witness=at([1, 2, 3], np.array([1, 1, 2])),
    reference="tensorflow/tensorflow#56961", domain=lambda v, i: len(v) == len(i) and all(0 <= k < 4 for k in i),
)  # fmt: skip
def overwritten_values_still_paid(out_bar, v, i):
    del v
    return out_bar[i], None
