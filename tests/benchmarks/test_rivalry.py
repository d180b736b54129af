"""SymPy is asked what the formula says, and its answers are judged by the formula alone."""

from types import SimpleNamespace

import numpy as np
import pytest
import sympy as sp

from benchmarks.rivalry import asking, sympy_language
from benchmarks.rivalry.asking import MISSING, Rival
from benchmarks.rivalry.judging import agrees, judged, trial
from benchmarks.rivalry.language import NoTranslationError
from benchmarks.rivalry.reading import read
from benchmarks.rivalry.sympy_language import Matrices, derivative, evaluated, unevaluated
from benchmarks.rivalry.table import OURS, own, table

LEAST_SQUARES = ("norm(A @ x - b)**2", "x", "A: m,n  x: n  b: m")
ROW = SimpleNamespace(**dict(zip(("f", "wrt", "shapes"), LEAST_SQUARES, strict=True)), domains={}, space="free")
m, n = sp.symbols("m n", integer=True, positive=True)
A, x, b = sp.MatrixSymbol("A", m, n), sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("b", m, 1)
X = sp.MatrixSymbol("X", n, n)


def word(formula, answer, *, layouts=False):
    found = trial(*formula, ())
    return judged(evaluated(answer, found.point, found.sizes), found, layouts)


def test_a_right_answer_is_judged_right_and_a_wrong_one_wrong():
    assert word(LEAST_SQUARES, derivative(*LEAST_SQUARES, "trace")[1]) == "right"
    assert word(LEAST_SQUARES, 2 * A.T * (A * x - b)) == "right"
    assert word(LEAST_SQUARES, A.T * (A * x - b)) == "wrong"
    assert word(LEAST_SQUARES, sp.ZeroMatrix(n, 1)) == "wrong"
    assert word(LEAST_SQUARES, A.T * A) == "wrong"


def test_the_transpose_of_a_jacobian_is_right_only_where_layouts_may_differ():
    product = ("A @ x", "x", "A: m,n  x: n")
    assert word(product, A) == "right"
    assert word(product, A.T) == "wrong"
    assert word(product, A.T, layouts=True) == "right"


def test_a_derivative_that_is_not_carried_out_is_no_answer():
    assert unevaluated(sp.Derivative(sp.Determinant(X), X))
    assert not unevaluated(sp.Determinant(X) * X.T.inverse())


@pytest.mark.parametrize("way", sympy_language.WAYS)
@pytest.mark.parametrize(
    ("formula", "wrt", "shapes"),
    [
        ("x @ A @ x / (x @ x)", "x", "x: n  A: n,n"),
        ("np.sum(np.log(1 + np.exp(-y * (X @ w))))", "w", "X: n,d  w: d  y: n"),
        ("softmax(X @ W, axis=1)", "W", "X: n,d  W: d,k"),
        ("(x - x.mean()) / x.std()", "x", "x: n"),
        ("np.linalg.slogdet(np.eye(n) + X @ X.T)[1]", "X", "X: n,d"),
        ("np.sum((X - c)**2, axis=1)", "X", "X: n,d  c: d"),
        ("np.trace(np.diag(x) @ A) + x[0] * np.sum(x[1:])", "x", "x: n  A: n,n"),
        ("np.outer(x, y)[:, 0]", "x", "x: m  y: n"),
    ],
)
def test_a_translation_has_the_value_of_its_formula(formula, wrt, shapes, way):
    found = trial(formula, wrt, shapes, ())
    assert agrees(evaluated(read(formula, shapes, Matrices(way)).it, found.point, found.sizes), found.value)


def test_what_the_language_lacks_has_no_translation():
    with pytest.raises(NoTranslationError):
        read("np.cumsum(x)", "x: n", Matrices("trace"))


def test_the_truth_is_taken_off_kinks_and_at_points_of_the_domain():
    found = trial("np.max(x) + np.sum(np.log(p))", "x", "x: n  p: n", (("p", "positive"),))
    assert sorted(found.slope) == [*[0.0] * (len(found.slope) - 1), 1.0]
    assert (found.point["p"] > 0).all()
    assert len(np.unique(found.point["x"])) == len(found.point["x"])


def test_a_rival_is_asked_in_a_process_that_is_ended_when_its_time_is_over(monkeypatch):
    rival = Rival("sympy", sympy_language.__name__, sympy_language.WAYS, layouts=True)
    try:
        assert rival(ROW)["answer"] == "right"
        monkeypatch.setattr(asking, "LIMIT", 0.0)
        assert rival(ROW)["answer"] == "timeout"
        assert rival._process is None
    finally:
        rival.close()


def test_the_table_counts_ours_too_and_says_what_is_not_installed():
    absent = Rival("no_such_package", "nowhere", ("only",))
    answers = [{"f": ROW.f, "wrt": ROW.wrt, OURS: own(ROW, 0.01), "absent": absent(ROW)}]
    assert answers[0][OURS]["answer"] == "right"
    assert answers[0]["absent"]["answer"] == MISSING
    assert "not installed: pip install no_such_package" in table(answers, {"absent": absent})


def test_a_rival_that_does_not_start_is_not_asked_again():
    rival = Rival("sympy", "no_such_module", ("only",))
    assert rival(ROW)["answer"] == MISSING
    assert rival.missing() == "installed, but it does not start"
    assert rival(ROW)["why"] == rival.missing()
