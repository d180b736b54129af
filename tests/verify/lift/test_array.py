"""A lifted array goes through NumPy programs and gives what NumPy gives, with exact numbers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from verify.errors import OpaqueError
from verify.lift import Lifted, ball_array, lift, precision

INTEGERS = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3), elements=st.integers(-9, 9)
)
MATRICES = hnp.arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 3)), elements=st.integers(-9, 9))

PROGRAMS = {
    "add": lambda x: x + x,
    "literal": lambda x: 2 * x - 0.5,
    "square": np.square,
    "abs": np.abs,
    "sign": np.sign,
    "sum": np.sum,
    "sum keepdims": lambda x: np.sum(x, axis=tuple(range(x.ndim)), keepdims=True),
    "where": lambda x: np.where(x > 2, x, -x),
    "maximum": lambda x: np.maximum(x, 1.0),
    "zeros_like": np.zeros_like,
    "ones_like": lambda x: np.ones_like(x) + x,
    "reshape": lambda x: np.reshape(x, (-1,) if x.size else (0,)),
    "ravel": np.ravel,
    "expand": lambda x: np.expand_dims(x, 0),
    "transpose": np.transpose,
    "flip": np.flip,
    "stack": lambda x: np.stack([x, 2 * x]),
    "concatenate": lambda x: np.concatenate([np.ravel(x), np.ravel(x)]),
    "T": lambda x: x.T,
    "dtype": lambda x: x.astype(np.float32),
    "item": lambda x: x[..., None],
}
MATRIX_PROGRAMS = {
    "matmul": lambda x: x @ x.T,
    "matmul constant": lambda x: np.ones((2, x.shape[0])) @ x,
    "matrix-vector": lambda x: x @ x[0],
    "dot": lambda x: np.dot(x[0], x[0]),
    "outer": lambda x: np.outer(x[0], x[:, 0]),
    "cumsum": lambda x: np.cumsum(x, axis=0),
    "mean": lambda x: np.mean(x, axis=1),
    "max": lambda x: np.max(x, axis=0),
    "min keepdims": lambda x: np.min(x, axis=1, keepdims=True),
    "slices": lambda x: x[::-1, 0],
    "broadcast": lambda x: np.broadcast_to(x, (2, *x.shape)),
    "prod": lambda x: np.prod(x, axis=0),
    "tril": np.tril,
    "moveaxis": lambda x: np.moveaxis(x, 0, 1),
}


def floats(lifted):
    return np.vectorize(lambda cell: float(cell.v.mid()), otypes=[float])(lifted.cells).reshape(lifted.shape)


def agree(program, x):
    with precision(128):
        result = program(lift(ball_array(x)))
    due = program(x)
    assert isinstance(result, Lifted)
    assert result.shape == due.shape
    np.testing.assert_allclose(floats(result), due, rtol=1e-14)


@pytest.mark.parametrize("name", PROGRAMS)
@given(x=INTEGERS)
def test_a_program_gives_numpys_result(name, x):
    agree(PROGRAMS[name], x)


@pytest.mark.parametrize("name", MATRIX_PROGRAMS)
@given(x=MATRICES)
def test_a_program_of_matrices_gives_numpys_result(name, x):
    agree(MATRIX_PROGRAMS[name], x)


def test_an_empty_sum_is_an_exact_zero():
    empty = lift(ball_array(np.zeros((2, 0))))
    assert float(np.sum(empty).cells.item().v) == 0.0
    product = empty @ np.zeros((0, 3))
    assert product.shape == (2, 3)
    assert all(cell == 0 for cell in product.cells.ravel())


def test_the_dtype_is_numpys():
    x = lift(ball_array(np.ones(2)), np.float32)
    assert (2 * x).dtype == np.float32
    assert (x * np.ones(2)).dtype == np.float64
    assert x.astype(np.float16).dtype == np.float16


def test_assignment_changes_a_copy_alone():
    x = lift(ball_array(np.arange(3.0)))
    y = x.copy()
    y[0] = 7.0
    assert floats(x).tolist() == [0, 1, 2]
    assert floats(y).tolist() == [7, 1, 2]


def test_what_cannot_be_lifted_is_named():
    x = lift(ball_array(np.ones(2)))
    with pytest.raises(OpaqueError, match=r"numpy\.packbits is not lifted: Lifted\(2,\)"):
        np.packbits(x)
    with pytest.raises(OpaqueError, match=r"numpy\.nextafter is not lifted"):
        np.nextafter(x, 0.5)
    with pytest.raises(OpaqueError, match=r"numpy\.asarray loses the exact numbers"):
        np.asarray(x)
    with pytest.raises(OpaqueError, match=r"float\(\) of a lifted number"):
        float(x[0])
    with pytest.raises(OpaqueError, match=r"astype\(complex128\)"):
        x.astype(complex)
