"""Contractions of exact numbers give NumPy's results and series that predict the program's values nearby."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError
from verify.lift import ball_array, lift, lift_symbols, series_array, symbol_array

SEEDS = st.integers(0, 2**32 - 1)
ORDERS = st.integers(2, 4)

EINSUMS = {
    "ij,jk->ik": ((2, 3), (3, 4)),
    "ij,jk": ((2, 3), (3, 4)),
    "ba": ((2, 3),),
    "ba,a": ((2, 3), (3,)),
    "ii->": ((3, 3),),
    "ii->i": ((3, 3),),
    "iji->j": ((2, 3, 2),),
    "ij,ij->ij": ((2, 3), (1, 3)),
    "ij,jk -> ik": ((2, 1), (3, 4)),
    "i,j->ij": ((2,), (3,)),
    "i,ij,j->": ((2,), (2, 3), (3,)),
    "i,i,i->i": ((3,), (3,), (3,)),
    "iij,jk->k": ((2, 2, 3), (3, 2)),
    ",i->i": ((), (3,)),
    "ij,kl->": ((2, 3), (4, 2)),
    "ijk->kji": ((2, 3, 4),),
    "ab,bc,cd->ad": ((2, 3), (3, 0), (0, 2)),
    "i->": ((0,),),
    "...ij,...jk->...ik": ((2, 3, 4), (4, 2)),
    "i...,i...": ((2, 3), (2, 1)),
    "...i->...": ((2, 3),),
    "i...->...": ((2, 3),),
    "bhqd,bhkd->bhqk": ((2, 2, 3, 2), (2, 2, 4, 2)),
}

PRODUCTS = {
    "dot": ((3,), (3,)), "dot matrix": ((2, 3), (3,)), "dot stack": ((2, 3), (4, 3, 2)), "dot number": ((), (2, 3)),
    "inner": ((2, 3), (4, 3)), "inner number": ((), (3,)), "vdot": ((2, 3), (3, 2)), "outer": ((2, 2), (3,)),
    "kron": ((2, 3), (2, 2)), "kron ranks": ((2,), (2, 1, 2)), "kron empty": ((0, 2), (2, 1)),
    "cross": ((3,), (2, 3)), "tensordot": ((2, 3, 4), (3, 4, 2)), "tensordot empty": ((2, 0, 3), (0, 3, 2)),
    "matmul": ((2, 3), (3, 4)), "matmul stack": ((2, 1, 2, 3), (3, 3, 2)), "matmul vectors": ((3,), (3,)),
    "matmul row": ((3,), (2, 3, 4)), "matmul column": ((2, 4, 3), (3,)), "matmul empty": ((2, 0), (0, 3)),
    "vecdot": ((2, 3), (3,)), "vecdot empty": ((2, 0), (0,)),
    "linalg.outer": ((2,), (3,)), "linalg.cross": ((2, 3), (3,)), "linalg.tensordot": ((2, 3, 4), (3, 4, 2)),
    "linalg.matmul": ((2, 3), (3, 4)), "linalg.vecdot": ((2, 3), (3,)),
}  # fmt: skip

TRACES = {
    "trace": lambda x: np.trace(x),
    "offset": lambda x: np.trace(x, 1, 2, 1),
    "linalg.trace": lambda x: np.linalg.trace(x, offset=-1),
    "linalg.diagonal": lambda x: np.linalg.diagonal(x, offset=1),
}


def arrays(seed, shapes):
    rng = np.random.default_rng(seed)
    return [rng.integers(-8, 9, shape) / 4.0 for shape in shapes]


def named(name):
    module, _, function = name.split()[0].rpartition(".")
    return getattr(np.linalg if module else np, function)


@pytest.mark.parametrize("subscripts", EINSUMS)
@given(seed=SEEDS, order=ORDERS)
def test_einsum(subscripts, seed, order, taylor):
    shapes = EINSUMS[subscripts]
    x, u = arrays(seed, shapes), arrays(seed + 1, shapes)
    taylor(lambda *parts: np.einsum(subscripts, *parts, optimize=True), x, u, order)
    if len(shapes) == 2:
        taylor(lambda a: np.einsum(subscripts, a, x[1]), x[:1], u[:1], order)
        taylor(lambda b: np.einsum(subscripts, x[0], b), x[1:], u[1:], order)


@pytest.mark.parametrize(
    "program",
    [
        lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [0, 2]),
        lambda a, b: np.einsum(a, [0, 1], b, [1, 2]),
        lambda a, b: np.einsum(a, [..., 1], b, [1, 2], [..., 2]),
    ],
)
def test_einsum_with_lists_of_axes(program, taylor):
    shapes = ((2, 3), (3, 4))
    taylor(program, arrays(0, shapes), arrays(1, shapes))


@pytest.mark.parametrize("name", PRODUCTS)
@given(seed=SEEDS, order=ORDERS)
def test_products_of_two_arrays(name, seed, order, taylor):
    product, shapes = named(name), PRODUCTS[name]
    x, u = arrays(seed, shapes), arrays(seed + 1, shapes)
    taylor(product, x, u, order)
    taylor(lambda a: product(a, x[1]), x[:1], u[:1], order)
    taylor(lambda b: product(x[0], b), x[1:], u[1:], order)


@pytest.mark.skipif(not hasattr(np, "matvec"), reason="NumPy 2.2 brought matvec and vecmat")
def test_products_of_matrices_and_vectors(taylor):
    shapes = ((2, 3, 3), (3,))
    taylor(np.matvec, arrays(0, shapes), arrays(1, shapes))
    taylor(lambda a, v: np.vecmat(v, a), arrays(0, shapes), arrays(1, shapes))
    taylor(np.matvec, arrays(0, ((2, 0), (0,))), arrays(1, ((2, 0), (0,))))


@pytest.mark.parametrize("name", TRACES)
def test_traces(name, taylor):
    taylor(TRACES[name], arrays(0, ((3, 3, 3),)), arrays(1, ((3, 3, 3),)))


def test_products_of_exact_numbers_are_exact():
    """A tie between two products must stay a tie: FLINT's dot products do not round what fits."""
    a, b = arrays(0, ((30, 30), (30, 30)))
    product = lift(series_array(a, b)) @ lift(series_array(b, a))
    assert all(c.is_exact() for cell in product.cells.ravel() for c in cell.coefficients())
    due = a @ b
    assert all(cell.coefficient(0) == v for cell, v in zip(product.cells.ravel(), due.ravel(), strict=True))


def test_formulas_are_contracted_too():
    names = np.array(sp.symbols("a b c d", real=True), dtype=object).reshape(2, 2)
    x = lift_symbols(symbol_array(names, np.ones((2, 2)), []), [])
    a, b, c, d = names.ravel()
    assert sp.expand((x @ x).cells[0, 0].expr - (a * a + b * c)) == 0
    assert sp.expand(np.einsum("ij,ij->", x, x).cells.item().expr - (a**2 + b**2 + c**2 + d**2)) == 0


def test_a_product_keeps_its_dtype():
    x = lift(ball_array(np.ones((2, 2), dtype=np.float32)), np.float32)
    ones = np.ones((2, 2), dtype=np.float32)
    for product in (np.matmul, np.dot, np.inner, np.kron, lambda a, b: np.einsum("ij,jk->ik", a, b)):
        assert product(x, ones).dtype == product(ones, x).dtype == np.float32


def test_shapes_that_do_not_fit_are_refused_as_numpy_refuses_them():
    x = lift(ball_array(np.ones((2, 3))))
    for program in (
        lambda a: a @ a,
        lambda a: np.matmul(a, a[0, 0]),
        lambda a: np.tensordot(a, a, axes=1),
        lambda a: np.vecdot(a, a[:, :2]),
        lambda a: np.cross(a[:1].T, a[:1].T),
        lambda a: np.einsum("i->i", a),
        lambda a: np.einsum("ijk...->i", a),
    ):
        with pytest.raises(ValueError, match=r"matmul|tensordot|vecdot|cross|einsum"):
            program(x)


def test_einsum_says_what_it_expects():
    x = lift(ball_array(np.ones((2, 2))))
    with pytest.raises(OpaqueError, match=r"of 1 arrays: one term an array"):
        np.einsum("ij,jk->ik", x)
