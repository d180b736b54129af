"""Hard points around a given one: each in the dtype, the shape and the kind of the given inputs."""

from __future__ import annotations

import numpy as np
import pytest

from verify.checking import around
from verify.checking.points import Point

EVERY = ("float16", "float32", "float64", "longdouble", "bfloat16")
X = np.array([[0.5, -1.5, 3.0], [2.0, 0.25, -1.0]])


def points(*inputs):
    return list(around.hard_points(Point(inputs), 0))


@pytest.mark.parametrize("dtype", EVERY, indirect=True)
def test_every_hard_point_keeps_shapes_dtypes_and_what_has_no_derivative(dtype):
    labels = np.array([2, 0])
    given = (X.astype(dtype), dtype.type(0.5), labels)
    for point in points(*given):
        assert [np.shape(x) for x in point.inputs] == [(2, 3), (), (2,)]
        assert [np.asarray(x).dtype for x in point.inputs[:2]] == [dtype, dtype]
        assert not isinstance(point.inputs[1], np.ndarray)
        assert np.array_equal(point.inputs[2], labels)
        assert not point.given


def test_the_given_arrays_are_left_alone():
    given = X.copy()
    points(given)
    assert np.array_equal(given, X)


@pytest.mark.parametrize(
    ("what", "holds"),
    [
        ("zeros", lambda x: np.all(x == 0) and not np.any(np.signbit(x))),
        ("zeros with a minus", lambda x: np.all(x == 0) and np.all(np.signbit(x))),
        ("an entry at zero", lambda x: np.sum(x == 0) == 1),
        ("a tie", lambda x: np.unique(x).size == x.size - 1),
        ("a tie for the largest", lambda x: np.sum(np.abs(x) == np.abs(x).max()) == 2),
        ("two equal rows", lambda x: np.array_equal(x[0], x[1]) and np.any(x[0] != x[0, 0])),
        ("two equal columns", lambda x: np.array_equal(x[:, 0], x[:, 1])),
        ("a row of zeros", lambda x: np.all(x[0] == 0) and np.any(x[1] != 0)),
        ("one sign", lambda x: np.all(x > 0)),
        ("the other signs", lambda x: np.array_equal(x, -X)),
        ("whole numbers", lambda x: np.array_equal(x, np.rint(x)) and np.any(x != 0)),
        ("beyond the range of exp", lambda x: np.max(x) > 709 and np.min(x) < 0),
        ("all beyond it", lambda x: np.min(x) > 709),
        ("all beyond its other end", lambda x: np.max(x) < -709),
        ("as small as an ulp", lambda x: 0 < np.max(np.abs(x)) <= 2.0**-52),
    ],
)
def test_among_the_hard_points_are(what, holds):
    assert any(holds(point.inputs[0]) for point in points(X)), what


def test_two_inputs_of_one_shape_are_equal_once():
    assert any(np.array_equal(*point.inputs) for point in points(X, X + 1))


def test_a_generic_point_is_near_and_has_no_structure():
    given = np.array([0.0, 1.0, 1.0, -2.0])
    moved = around.generic(Point((given,)), 0).inputs[0]
    assert np.all(np.abs(moved - given) <= 0.1 * np.maximum(np.abs(given), 2))
    assert np.unique(np.abs(moved)).size == 4
    assert np.all(moved != np.rint(moved))


def test_a_generic_point_of_a_symmetric_matrix_is_symmetric():
    given = X.T @ X
    moved = around.generic(Point((given,)), 3).inputs[0]
    assert np.array_equal(moved, moved.T)
    assert not np.array_equal(moved, given)


def test_symmetry_is_restored_where_the_given_matrix_has_it():
    given, crooked = Point((np.eye(2), X)), Point((np.array([[1.0, 2.0], [0.0, 1.0]]), X))
    restored = around.symmetric(crooked, given)
    assert np.array_equal(restored.inputs[0], [[1, 1], [1, 1]])
    assert np.array_equal(restored.inputs[1], X)


def test_points_are_a_function_of_the_seed():
    once, again = points(X), points(X)
    assert [p.key for p in once] == [p.key for p in again]
