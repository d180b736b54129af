"""Other sizes: axes of equal length vary together, and what a function captured is not taken for a size."""

from __future__ import annotations

import numpy as np
import pytest

from verify.checking.points import Point
from verify.checking.programs import Programs
from verify.checking.sizes import Resizer

KERNEL = np.array([1.0, -2.0, 0.5])
ROW = np.array([1.0, 2.0, 3.0])


def resizer(f, *inputs, **more):
    return Resizer(Programs(f, None, None, None, tuple("xyz"[: len(inputs)])), Point(inputs), **more)


def sizes(f, *inputs, **more):
    """Return the sizes that are accepted, but for the one beyond the blocks of tuned code."""
    return {(n, size) for n, size in resizer(f, *inputs, **more).accepted() if size < 100}


X = np.arange(1.0, 13.0).reshape(3, 4)


def test_axes_of_one_length_vary_together():
    assert sizes(lambda x: x @ x, np.eye(3)) == {(3, 4), (3, 2), (3, 1), (3, 0)}
    resized = resizer(lambda x, y: x @ y, X, X.T).resized({4: 2})
    assert [np.shape(x) for x in resized.inputs] == [(3, 2), (2, 3)]


def test_one_and_two_and_nothing_are_tried():
    assert {1, 2, 0} <= {size for n, size in sizes(lambda x: x * 2, X) if n == 4}


def test_a_size_beyond_a_block_of_128_is_tried():
    assert any(size > 128 for _, size in resizer(lambda x: x * 2, np.ones(4)).accepted())


def test_a_size_that_the_function_refuses_is_left_out():
    def at_least_two(x):
        if x.size < 2:
            raise ValueError("two at least")
        return x * 2

    assert {size for _, size in sizes(at_least_two, np.ones(4))} == {5, 2, 3}


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x + ROW,
        lambda x: x * ROW[:, None] if x.ndim > 1 else x * ROW,
    ],
    ids=["a row that is captured", "a column that is captured"],
)
def test_a_captured_array_that_happens_to_broadcast_makes_no_size(f):
    assert sizes(f, np.ones(3)) == set()


def test_a_captured_kernel_longer_than_the_signal_makes_no_size():
    assert {size for _, size in sizes(lambda x: np.convolve(x, KERNEL, "same"), np.ones(5))} == {6, 3}


def test_a_count_of_pairs_is_a_size_all_the_same():
    def pairs(x):
        k, j = np.triu_indices(len(x), 1)
        return x[k] * x[j]

    assert {3, 2, 5} <= {size for _, size in sizes(pairs, np.ones(4))}


def test_tall_stays_tall_for_a_function_of_linear_algebra():
    def least_squares(x):
        return np.linalg.pinv(x)

    points = resizer(least_squares, X.T.copy())
    assert all(size < 4 for n, size in points.accepted() if n == 3)
    assert all(size > 3 for n, size in points.accepted() if n == 4)


def test_a_new_entry_repeats_no_row_and_stays_in_its_dtype():
    grown = resizer(lambda x: x * 2, X.astype(np.float32)).resized({3: 5}).inputs[0]
    assert grown.dtype == np.float32
    assert np.array_equal(grown[:3], X)
    assert len({row.tobytes() for row in grown}) == 5


def test_a_large_point_is_made_small_and_a_small_one_is_left():
    large = resizer(lambda x, y: x @ y, np.ones((20, 30)), np.ones(30))
    reduced = large.reduced()
    assert reduced.size <= 16
    assert reduced.inputs[0].shape[0] != reduced.inputs[0].shape[1]
    small = resizer(lambda x: x, np.ones(4))
    assert small.reduced() is small.point
