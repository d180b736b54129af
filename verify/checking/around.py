"""Hard points around a given one: zeros, ties, equal rows, other signs, whole numbers, both ends of the range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking.formats import format_of
from verify.checking.points import generator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.checking.points import Point


MOST_SINGLE = 6
"""Entries of an input that are put beyond the range of exp one at a time."""


def generic(point: Point, seed: int) -> Point:
    """Return a point nearby without structure: no zero, no tie, no whole number; symmetric where the point is."""
    rng = generator(seed, "generic", point.size)

    def stirred(x: Any) -> Any:
        step = rng.uniform(0.02, 0.08, size=np.shape(x)) * rng.choice((-1.0, 1.0), size=np.shape(x))
        if np.ndim(x) >= 2 and np.array_equal(x, np.swapaxes(x, -1, -2)):
            step = (step + np.swapaxes(step, -1, -2)) / 2
        size = np.abs(np.asarray(x, dtype=np.float64))
        return x + step * np.where(size > 0, size, max(float(np.max(size, initial=0)), 1e-3))

    return _each(point, stirred, "a point nearby")


def zeros(point: Point) -> Point:
    """Return the point with every float at zero."""
    return _each(point, lambda x: x * 0, f"{point.origin}, all zeros")


def hard_points(point: Point, seed: int) -> Iterator[Point]:
    """Yield points around a small one, the most telling first.

    Parameters
    ----------
    point : Point
        A small point; the function may refuse what is made of it.
    seed : int
        Of what is random in them.
    """
    yield generic(point, seed)
    for k in point.floats:
        yield from _inside(point, k)
    yield _each(point, lambda x: -x, "the signs turned")
    yield _each(point, np.abs, "the signs dropped")
    yield _each(point, _mixed, "signs of both kinds")
    yield _each(point, np.rint, "whole numbers")
    yield _each(point, lambda x: x * 0, "all zeros")
    yield _each(point, lambda x: -(x * 0), "all zeros with a minus")
    yield _each(point, lambda x: x * 0 + 1, "all ones")
    yield from _scaled(point)
    yield from _twins(point)


def _mixed(x: Any) -> Any:
    signs = np.where(np.arange(np.size(x)) % 2, -1, 1).reshape(np.shape(x))
    return np.abs(x) * signs


def _inside(point: Point, k: int) -> Iterator[Point]:
    """Yield the point with one entry of an input at zero, two equal, two rows equal, two columns equal."""
    x = np.asarray(point.inputs[k])
    if x.size == 0:
        return
    first = (0,) * x.ndim
    yield _with(point, k, first, 0, "an entry set to zero")
    if x.size > 1:
        second = np.unravel_index(1, x.shape)
        yield _with(point, k, tuple(map(int, second)), x[first], "two entries equal")
        largest = np.unravel_index(int(np.argmax(np.abs(x))), x.shape)
        other = first if tuple(largest) != first else tuple(map(int, second))
        yield _with(point, k, other, x[largest], "two entries equal, both the largest")
        yield _with(point, k, tuple(map(int, second)), 0, "another entry set to zero")
    for axis in range(x.ndim):
        if x.ndim >= 2 and x.shape[axis] >= 2:
            rows = np.moveaxis(x.copy(), axis, 0)
            rows[1] = rows[0]
            yield _put(point, k, np.moveaxis(rows, 0, axis), f"two slices equal along axis {axis}")
            rows = np.moveaxis(x.copy(), axis, 0)
            rows[0] = 0
            yield _put(point, k, np.moveaxis(rows, 0, axis), f"a slice of zeros along axis {axis}")


def _twins(point: Point) -> Iterator[Point]:
    """Yield the point with an input equal to another one of its shape."""
    for k in point.floats:
        for j in point.floats:
            x, y = np.asarray(point.inputs[k]), np.asarray(point.inputs[j])
            if j > k and x.shape == y.shape and x.dtype == y.dtype:
                yield _put(point, j, x.copy(), "two inputs equal")
                mixed = y.copy()
                mixed.ravel()[: (x.size + 1) // 2] = x.ravel()[: (x.size + 1) // 2]
                yield _put(point, j, mixed, "two inputs equal in part")


def _scaled(point: Point) -> Iterator[Point]:
    """Yield the point scaled up to where exponentials overflow, and down to where squares vanish."""
    eps, largest = format_of(point.dtype).eps, format_of(point.dtype).largest
    end = float(np.log(largest))
    for size, words in ((10.0, "entries of size 10"), (1.125 * end, "entries at the end of the range of exp")):
        yield _each(point, _sized(size), words)
        for k in point.floats:
            if len(point.floats) > 1:
                yield _put(point, k, _sized(size)(point.inputs[k]), words)
    for k in point.floats:
        for place in list(np.ndindex(np.shape(point.inputs[k])))[:MOST_SINGLE]:
            yield _with(point, k, place, 2 * end, "an entry beyond the range of exp")
    yield _each(point, lambda x: x * 0 + 1.125 * end, "all at the end of the range of exp")
    yield _each(point, lambda x: x * 0 - 1.125 * end, "all at the other end of the range of exp")
    yield _each(point, _sized(float(eps)), "entries as small as an ulp")
    yield _each(point, _sized(0.0078125), "small entries")
    yield _each(point, _sized(2 * largest**0.5), "entries whose squares overflow", extreme=True)
    yield _each(
        point, _sized(0.5 * format_of(point.dtype).smallest ** 0.5), "entries whose squares vanish", extreme=True
    )


def _sized(size: float) -> Callable[[Any], Any]:
    def scaled(x: Any) -> Any:
        wide = np.asarray(x, dtype=np.float64)
        largest = float(np.max(np.abs(wide), initial=0))
        return wide * (size / largest) if 0 < largest < np.inf else wide

    return scaled


# -- how points are made --------------------------------------------------------------------------------------


def _each(point: Point, change: Callable[[Any], Any], words: str, *, extreme: bool = False) -> Point:
    """Return the point with every float input changed, in its own dtype."""
    inputs = tuple(_cast(change(x), x) if k in point.floats else x for k, x in enumerate(point.inputs))
    return point.moved(inputs, words, extreme=extreme)


def _put(point: Point, k: int, x: Any, words: str) -> Point:
    inputs = list(point.inputs)
    inputs[k] = _cast(x, point.inputs[k])
    return point.moved(tuple(inputs), words)


def _with(point: Point, k: int, index: tuple[int, ...], value: Any, words: str) -> Point:
    x = np.array(point.inputs[k])
    x[index] = value
    return _put(point, k, x, words)


def _cast(values: Any, like: Any) -> Any:
    """Return values in the dtype of an input, and as a scalar where it was one."""
    with np.errstate(all="ignore"):
        cast = np.asarray(values).astype(np.asarray(like).dtype)
    return cast if isinstance(like, np.ndarray) else cast[()]
