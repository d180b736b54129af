"""What the tests of `symbolic` share: letters, random index expressions, exact arrays, and NumPy's own programs."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp
from hypothesis import strategies as st

from symbolic.index import Bracket, index, size, tensor
from symbolic.ranges import Ranges


@pytest.fixture(scope="session")
def letters() -> SimpleNamespace:
    """Indices, sizes and tensors under their usual names."""
    indices = {name: index(name) for name in "ijklpq"}
    sizes = {name: size(name) for name in "dmn"}
    return SimpleNamespace(**indices, **sizes, **{name: tensor(name) for name in "xyAv"})


N = size("n")
FREE = (index("p"), index("q"))


@st.composite
def _factors(draw, indices):
    """Draw a product of entries, deltas, brackets and numbers in the given indices."""
    one = st.sampled_from(indices)
    kinds = {
        "vector": lambda: tensor("x")[draw(one)],
        "matrix": lambda: tensor("A")[draw(one), draw(one)],
        "reversed": lambda: tensor("x")[N - 1 - draw(one)],
        "delta": lambda: sp.KroneckerDelta(draw(one), draw(one)),
        "strided": lambda: sp.KroneckerDelta(draw(one), draw(st.integers(1, 3)) * draw(one) + draw(st.integers(0, 1))),
        "bracket": lambda: Bracket(sp.Le(draw(one), draw(one))),
        "number": lambda: sp.Rational(draw(st.integers(-3, 3)), draw(st.integers(1, 3))),
        "size": lambda: N,
    }
    names = draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=4))
    return sp.Mul(*(kinds[name]() for name in names))


@st.composite
def _sums(draw, indices, depth):
    """Draw a sum over a fresh index of products and of sums within; limits may depend on outer indices."""
    i = index("ijkl"[depth])
    inner = (*indices, i)
    terms = draw(st.lists(_factors(inner), min_size=1, max_size=2))
    if depth < 2 and draw(st.booleans()):
        terms.append(draw(_factors(inner)) * draw(_sums(inner, depth + 1)))
    upper = draw(st.sampled_from([N - 1, *indices]))
    return sp.Sum(sp.Add(*terms), (i, 0, upper))


@pytest.fixture(scope="session")
def formulas():
    """Strategy of formulas in the free indices p and q and the tensors x (n) and A (n, n)."""
    return st.builds(lambda a, b, c: a + b * c, _factors(FREE), _factors(FREE), _sums(FREE, 0))


@pytest.fixture(scope="session")
def scope() -> Ranges:
    """The scope of those formulas."""
    return Ranges.of_axes(FREE, (N, N))


@pytest.fixture(scope="session")
def exact_arrays():
    """Function: tensors of short fractions, different at every place, by names and shapes."""

    def make(**shapes):
        rng = np.random.default_rng(7)
        arrays = {}
        for name, shape in shapes.items():
            cells = np.empty(shape, dtype=object)
            for where in np.ndindex(*cells.shape):
                cells[where] = Fraction(
                    int(rng.integers(1, 50)) * (-1) ** int(rng.integers(2)), int(rng.integers(1, 9))
                )
            arrays[name] = cells
        return arrays

    return make


@pytest.fixture(scope="session")
def programs():
    """The operations as NumPy programs on arrays of any numbers: an independent reading of the names."""
    over = np.frompyfunc

    def mean(x, axis=None, keepdims=False):
        return np.sum(x, axis=axis, keepdims=keepdims) / sp.Integer(x.size // np.sum(np.ones(x.shape), axis=axis).size)

    def root(x):
        return sp.sqrt(np.sum(x * x))

    return {
        "add": lambda x, y: x + y,
        "sub": lambda x, y: x - y,
        "mul": lambda x, y: x * y,
        "div": lambda x, y: x / y,
        "pow": lambda x, y: x**y,
        "neg": lambda x: -x,
        "exp": lambda x: over(sp.exp, 1, 1)(x),
        "abs": lambda x: over(sp.Abs, 1, 1)(x),
        "scalar_add": lambda x, y: x[()] + y,
        "scalar_sub": lambda x, y: x[()] - y,
        "scalar_mul": lambda x, y: x[()] * y,
        "scalar_div": lambda x, y: y / x[()],
        "scalar_pow": lambda x, exponent: x ** sp.Rational(exponent),
        "transpose": lambda x: x.T,
        "index": lambda x, key: x[key],
        "reshape": lambda x, shape: x.reshape(shape),
        "clone": lambda x: x,
        "sum": lambda x, keepdims: np.sum(x, keepdims=keepdims),
        "sum_axis": lambda x, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims),
        "sum_axes": lambda x, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims),
        "mean": lambda x, keepdims: mean(x, keepdims=keepdims),
        "mean_axis": mean,
        "mean_axes": mean,
        "cumsum": lambda x, axis: np.cumsum(x, axis=axis),
        "dot": lambda x, y: np.sum(x * y),
        "mv": lambda x, y: np.sum(x * y, axis=1),
        "mm": lambda x, y: np.sum(x[:, :, None] * y[None, :, :], axis=1),
        "l1_norm": lambda x: np.sum(over(sp.Abs, 1, 1)(x)),
        "l2_norm": root,
        "frobenius_norm": root,
    }
