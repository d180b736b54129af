"""Arrays of symbolic size give the formula of an entry that NumPy computes at any size."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

import symbolic
from verify.errors import OpaqueError
from verify.lift.index import IndexArray

M, N = (sp.Symbol(name, integer=True, nonnegative=True) for name in "mn")


def matrix(assumptions=None):
    return IndexArray(
        (M, N), lambda indices: symbolic.entry_of("x", indices), [] if assumptions is None else assumptions
    )


PROGRAMS = {
    "scaled": lambda x: 2 * x - 1,
    "sum 0": lambda x: np.sum(x, axis=0),
    "sum all": lambda x: np.sum(x),
    "sum keepdims": lambda x: np.sum(x, axis=1, keepdims=True) + x,
    "mean": lambda x: np.mean(x, axis=0),
    "cumsum": lambda x: np.cumsum(x, axis=1),
    "reversed cumsum": lambda x: np.flip(np.cumsum(np.flip(x, 0), axis=0), 0),
    "transpose": lambda x: x.T,
    "gram": lambda x: x.T @ x,
    "matrix-vector": lambda x: x @ x[0],
    "row": lambda x: x[0],
    "last column": lambda x: x[:, -1],
    "new axis": lambda x: x[:, None, :] * x[None, :, :],
    "flat": lambda x: x.reshape(-1),
    "expand": lambda x: np.expand_dims(x, 0) * 3,
    "absolute": lambda x: np.abs(x) + np.sign(x),
    "where positive": lambda x: np.where(x > 0, x, 2 * x),
    "mask": lambda x: x * (x < 0) - x * (x >= 0),
    "zeros": lambda x: np.zeros_like(x) + 1,
    "never nan": lambda x: np.where(np.isnan(x), 0, x),
}


@pytest.mark.parametrize("name", PROGRAMS)
@given(rows=st.integers(1, 3), columns=st.integers(1, 3), seed=st.integers(0, 99))
def test_the_formula_is_numpys_result_at_every_size_tried(name, rows, columns, seed):
    values = np.random.default_rng(seed).integers(-4, 5, (rows, columns))
    array = PROGRAMS[name](matrix())
    indices = tuple(sp.Symbol(f"k{a}", integer=True) for a in range(array.ndim))
    form = symbolic.IndexForm(indices, array.shape, array.at(indices))
    exact = np.vectorize(sp.Integer, otypes=[object])(values)
    got = np.asarray(symbolic.evaluate(form, {M: rows, N: columns}, {"x": exact}), dtype=float)
    np.testing.assert_allclose(got, PROGRAMS[name](values.astype(float)))


def test_a_region_is_written_and_the_rest_stays():
    x = matrix()
    y = np.zeros_like(x)
    y[1] = x[0]
    form = symbolic.IndexForm(indices := sp.symbols("i j", integer=True), (M, N), y.at(indices))
    values = np.vectorize(sp.Integer, otypes=[object])(np.arange(6).reshape(3, 2))
    got = np.asarray(symbolic.evaluate(form, {M: 3, N: 2}, {"x": values}), dtype=float)
    assert got.tolist() == [[0, 0], [0, 1], [0, 0]]


def test_an_equality_is_assumed_false_and_noted():
    noted = []
    assert not np.any(matrix(noted) == 0)
    assert len(noted) == 1


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (np.sin, "numpy.sin is not read for every size"),
        (np.median, "numpy.median is not read for every size"),
        (lambda x: x + np.ones((2, 3)), "an array of numbers has one size"),
        (lambda x: x @ x, r"sizes \(n, m\) do not broadcast|are not equal for every size"),
        (lambda x: x[::-1], "a slice with step -1"),
        (lambda x: x[[0, 1]], "integers, slices and None"),
        (lambda x: x.reshape(2, 3), "does not hold m\\*n entries"),
        (bool, "is not decided"),
        (np.asarray, "has no values"),
    ],
)
def test_what_is_no_formula_is_named(program, said):
    with pytest.raises(OpaqueError, match=said):
        program(matrix())
