import json

import jsonschema
import numpy as np
import pytest
import sympy as sp

from symbolic import FormulaError, derive
from symbolic.tensors.exchange import schema

TEXTBOOK = [
    ("norm(A @ x - b)**2", "x", "A: m,n  x: n  b: m", {}, "2·Aᵀ·(A·x − b)"),
    ("np.trace(A @ X @ B)", "X", "A: p,m  X: m,n  B: n,p", {}, "Aᵀ·Bᵀ"),
    ("np.linalg.slogdet(X)[1]", "X", "X: n,n", {}, "(X⁻¹)ᵀ"),
    ("np.linalg.det(X)", "X", "X: n,n", {}, "det(X)·(X⁻¹)ᵀ"),
    ("x @ A @ x", "x", "A: n,n  x: n", {}, "(A + Aᵀ)·x"),
    ("x @ A @ x", "x", "A: n,n  x: n", {"A": "symmetric"}, "2·A·x"),
    ("a @ np.linalg.inv(X) @ b", "X", "X: n,n  a: n  b: n", {}, "−((X⁻¹)ᵀ·a)·(X⁻¹·b)ᵀ"),
    ("norm(x)", "x", "x: n", {}, "x/‖x‖"),
    ("norm(X)", "X", "X: m,n", {}, "X/‖X‖"),
    ("softmax(x)", "x", "x: n", {}, "diag(softmax(x)) − softmax(x)·softmax(x)ᵀ"),
    ("logsumexp(x)", "x", "x: n", {}, "softmax(x)"),
    ("np.sum(np.tanh(x))", "x", "x: n", {}, "𝟏 − tanh(x)²"),
    ("np.var(x)", "x", "x: n", {}, "2·(x − sum(x)·𝟏/n)/n"),
    ("np.mean((X @ w - y)**2)", "w", "X: n,d  w: d  y: n", {}, "2·Xᵀ·(X·w − y)/n"),
    ("np.cumsum(x)", "x", "x: n", {}, "tril(𝟏)"),
    ("x[0] + x[-1]", "x", "x: n", {}, "e[0] + e[n-1]"),
    ("x[-2]", "x", "x: n+1", {}, "e[n-1]"),
]


@pytest.mark.parametrize(("f", "wrt", "shapes", "domains", "result"), TEXTBOOK, ids=[row[0] for row in TEXTBOOK])
def test_the_answer_is_the_one_a_textbook_prints(f, wrt, shapes, domains, result):
    d = derive(f, wrt, shapes, domains)
    assert d.result == result
    assert d.latex()
    assert d.mathml().startswith("<math")


@pytest.mark.parametrize("row", TEXTBOOK, ids=[row[0] for row in TEXTBOOK])
def test_every_step_is_checked(row):
    steps = derive(*row[:4]).steps
    assert {step.check.status for step in steps} <= {"agree", "not-applicable"}
    assert sum(step.check.status == "agree" for step in steps) >= len(steps) - 3
    assert all(step.check.digits >= 50 for step in steps if step.check.status == "agree")


def test_a_step_names_its_rule_and_marks_what_changes():
    steps = derive("norm(A @ x - b)**2", "x", "A: m,n  x: n  b: m").steps
    assert [s.rule for s in steps][:3] == ["definition", "sum rule", "power rule"]
    assert "Marked" in repr(steps[2].before_layout())
    assert steps[-1].rule == "matrix notation"


def test_higher_orders_and_products_with_vectors():
    d = derive("norm(A @ x - b)**2", "x", "A: m,n  x: n  b: m")
    assert d.hessian().text() == "2·Aᵀ·A"
    assert d.hvp().text() == "2·Aᵀ·A·x_dot"
    assert d.jvp().shape == "()"
    assert d.vjp().text() == "2·out_bar·Aᵀ·(A·x − b)"


def test_the_hessian_of_log_det_is_a_tensor_of_rank_4():
    hessian = derive("np.linalg.slogdet(X)[1]", "X", "X: n,n").hessian()
    assert hessian.shape == "(n, n, n, n)"
    x = np.array([[2.0, 1.0], [0.5, 3.0]])
    y = np.linalg.inv(x)
    np.testing.assert_allclose(hessian.numpy()(x), -np.einsum("li,jk->ijkl", y, y), rtol=1e-12)


def test_both_conventions_for_a_symmetric_matrix():
    projected = derive("np.trace(A @ X)", "X", "A: n,n  X: n,n", space="symmetric-projected")
    entries = derive("np.trace(A @ X)", "X", "A: n,n  X: n,n", space="symmetric-entries")
    assert projected.result == "(1/2)·(Aᵀ + A)"
    assert entries.result == "Aᵀ + A − diag(diag(A))"
    assert projected.steps[-2].rule == "symmetric-projected"


def test_a_sympy_expression_of_matrices_or_of_entries_is_read():
    m, n = sp.symbols("m n", integer=True, positive=True)
    i, j = sp.symbols("i j", integer=True)
    a, x = sp.MatrixSymbol("A", m, n), sp.IndexedBase("X")
    assert derive(sp.Trace(a.T * a), "A").result == "2·A"
    total = sp.Sum(sp.Sum(x[i, j] ** 2, (j, 0, n - 1)), (i, 0, m - 1))
    assert derive(sp.sqrt(total), "X").result == "X/‖X‖"


def test_the_name_of_an_operation_of_the_catalogue_is_read():
    assert derive("frobenius_norm").result == "x/‖x‖"


def test_the_components_at_a_shape_are_sympy_formulas():
    x = sp.symbols("x_0 x_1 x_2", real=True)
    assert derive("x @ x", "x", "x: n").sympy(n=3).tolist() == [2 * v for v in x]


def test_a_document_follows_the_schema_and_comes_back():
    for row in TEXTBOOK:
        d = derive(*row[:4])
        doc = json.loads(json.dumps(d.to_json()))
        jsonschema.validate(doc, schema())
        assert type(d).from_json(doc).result == d.result


def test_a_document_that_was_changed_is_refused():
    d = derive("x @ x", "x", "x: n")
    doc = d.to_json()
    doc["gradient"]["result"]["text"] = "3·x"
    with pytest.raises(FormulaError, match="the document says '3·x'"):
        type(d).from_json(doc)
    with pytest.raises(FormulaError, match="version 1"):
        type(d).from_json({**doc, "version": 2})
    with pytest.raises(FormulaError, match="not complete"):
        type(d).from_json({"format": doc["format"], "version": 1})


@pytest.mark.parametrize("shape", [{"m": 2, "n": 3}, {"A": (2, 3)}, {"x": (3,), "m": 2}])
def test_components_are_written_at_sizes_or_at_shapes(shape):
    d = derive("norm(A @ x)**2", "x", "A: m,n  x: n")
    assert d.sympy(shape) == d.sympy(m=2, n=3)
    assert d.sympy(shape).shape == (3,)


def test_the_shape_of_the_variable_says_its_own_sizes():
    d = derive("x @ x", "x", "x: n")
    assert d.sympy((2,)) == sp.Array([2 * sp.Symbol("x_0", real=True), 2 * sp.Symbol("x_1", real=True)])
