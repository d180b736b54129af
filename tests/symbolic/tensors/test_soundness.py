"""Identities that were once proved and are false, and names that were once run: each stays refused."""

import copy

import numpy as np
import pytest

from symbolic import Derived, FormulaError, derive, prove

FALSE = [
    ("sum((Q*Q)@Q.T)*z", "n", "z", "Q: n,n  z:", {"Q": "orthogonal"}),
    ("x@(Q*Q)@Q.T@x", "2*x", "x", "Q: n,n  x: n", {"Q": "orthogonal"}),
    ("log(x**2)+sqrt(x**2)", "2/x+1", "x", "x:", {}),
    ("exp(log(a*a)/2)*z", "a", "z", "a: z:", {}),
    ("sum(x)*sum(z)", "n*ones_like(z)", "z", "x: n*m  z: k", {"x": "simplex"}),
    ("prod(eigvalsh(A))*z", "det(A)", "z", "A: n,n  z:", {}),
    ("sum(eigvalsh(A))", "eye(n)", "A", "A: n,n", {}),
    ("(sum(xlogy(y,x))+sum(sqrt(x*x)))*z", "sum(xlogy(y,x))+sum(x)", "z", "x: n  y: n  z:", {"y": "binary"}),
    ("x@x*pi", "2*np.pi*x", "x", "x: n  pi:", {}),
    ("x@x*pi+np.pi*x@x", "4*pi*x", "x", "x: n  pi:", {}),
]


@pytest.mark.parametrize(("f", "df", "wrt", "shapes", "domains"), FALSE, ids=[row[0] for row in FALSE])
def test_a_false_identity_is_not_proved(f, df, wrt, shapes, domains):
    assert prove(f, df, wrt, shapes, domains) is None


@pytest.mark.parametrize("name", ["a=print('run')", "lambda", "a b", "x ", "1x", ""])
def test_a_name_that_is_none_is_refused_before_it_reaches_a_program(name):
    with pytest.raises(FormulaError, match="cannot be a name"):
        derive("sum(x)*m", "x", {"x": "n", name: "m"})


def test_a_document_runs_nothing():
    document = derive("sum(x)*m", "x", "x: n  m: k").to_json()
    for strange in ("a=print('run')", "__import__('os')"):
        other = copy.deepcopy(document)
        other["shapes"][strange] = other["shapes"].pop("m")
        with pytest.raises(FormulaError):
            Derived.from_json(other)
    for wrong in (None, [], 1, {}):
        with pytest.raises(FormulaError):
            Derived.from_json(wrong)


def test_the_greatest_entry_is_told_by_numbers_that_are_equal_to_the_last_bit():
    assert "t1 == t1.max()" in derive("max(y - x[0])", "y", "x: n  y: n").numpy().source


def test_the_constant_and_the_tensor_of_one_name_are_told_apart():
    assert "2 * pi + 2 * np.pi" in derive("x@x*pi + np.pi*x@x", "x", "x: n  pi:").numpy().source


@pytest.mark.parametrize(
    ("f", "shapes", "more", "words"),
    [
        ("x", "x: n", {"domains": {"x": "spd"}}, "x is no square matrix"),
        ("x", "x: n", {"domains": {"Y": "spd"}}, "a domain is given for 'Y'"),
        ("x", "x: n", {"domains": "symmetric"}, "domains are a mapping"),
        ("x", "x: n  n:", {}, "'n' is the name of a tensor and of a size"),
        ("x", "x: 2*n+1", {}, "'2.n.1' is no size"),
        ("10**10**10*x", "x: n", {}, "too large to be written out"),
        ("lambda*x", "x: n", {}, "'lambda' is a reserved word of Python"),
        ("x^2", "x: n", {}, "a power is written \\*\\*"),
        ("", "x: n", {}, "it is empty"),
    ],
)
def test_a_typical_mistake_is_told_in_one_line(f, shapes, more, words):
    with pytest.raises(FormulaError, match=words):
        derive(f, "x", shapes, **more)


@pytest.mark.parametrize("f", ["sum(where(x>0,sqrt(x),0))", "sum(where(x>0,log(x),x))"])
def test_a_branch_that_is_not_taken_puts_no_nan_into_the_sum(f):
    with np.errstate(all="ignore"):
        assert np.isfinite(derive(f, "x", "x: n").numpy()(np.array([-1.0, 0.5]))).all()
