"""References: a function, a formula, or an operation of `symbolic`; nothing of a text is ever executed."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from verify import check
from verify.checking.reference import as_program
from verify.errors import UsageError
from verify.verdicts import Verdict

X = np.array([[0.5, 1.5], [2.0, 0.25]])
Y = np.array([1.0, -3.0])


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("log(1 + exp(x))", np.log(1 + np.exp(X))),
        ("np.log(1 + np.exp(x))", np.log(1 + np.exp(X))),
        ("-x**2 / 3 + pi", -(X**2) / 3 + np.pi),
        ("x.T", X.T),
        ("x[0, :]", X[0]),
        ("x[:, ::-1]", X[:, ::-1]),
        ("where(x > 1, x, 0)", np.where(X > 1, X, 0)),
        ("sum(x, axis=0)", X.sum(axis=0)),
        ("max(x, axis=(0, 1))", X.max()),
        ("linalg.inv(x) @ x", np.linalg.inv(X) @ X),
        ("np.linalg.det(x)", np.linalg.det(X)),
        ("einsum('ij->ji', x)", X.T),
    ],
)
def test_a_formula_means_what_numpy_means(formula, value):
    assert np.allclose(as_program(formula)(X), value, rtol=1e-15)


def test_variables_are_taken_in_the_order_in_which_they_appear():
    assert np.array_equal(as_program("b @ a")(X, Y), X @ Y)


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        ("log(1 +", "is no formula"),
        ("__import__('os').system('true')", "calls .*one of"),
        ("(lambda: 1)()", "holds Lambda"),
        ("[v for v in x]", "holds ListComp"),
        ("x.__class__", "not read"),
        ("open(x, 1)", "open"),
        ("1 + 2", "has no variable"),
        ("cumsm", "cumsum"),
        (3, "reference=3: give a function, a formula or the name"),
    ],
)
def test_what_is_no_reference_is_refused_with_what_to_do(reference, words):
    with pytest.raises(UsageError, match=words):
        as_program(reference)(X)


def test_a_formula_of_too_many_variables_is_refused():
    with pytest.raises(UsageError, match="is of x, y, and 1 inputs were given"):
        as_program("x + y")(X)


def test_a_function_is_its_own_reference():
    assert as_program(np.sin) is np.sin
    assert as_program(None) is None


def opaque(x):
    return np.exp(np.array([ctypes.c_double(v).value for v in x]))


def test_an_operation_of_symbolic_stands_for_an_opaque_function_by_its_name():
    right = check(opaque, Y, vjp=lambda out_bar, x: out_bar * np.exp(x), reference="exp")
    assert right.status is Verdict.RIGHT, right.message
    assert right.digits > 40
    wrong = check(opaque, Y, vjp=lambda out_bar, x: out_bar * np.exp(x) * x, reference="exp")
    assert wrong.status is Verdict.WRONG
