"""What `judge` answers, and what it refuses."""

import pytest

from verify import judge
from verify.errors import UsageError
from verify.identities import proof
from verify.identities.verdict import Status, Strength


def test_a_verdict_is_no_truth_value():
    with pytest.raises(TypeError, match="compare its status"):
        bool(judge("x @ x", "2 * x", "x", "x: n"))


def test_a_true_identity_says_how_many_points_and_shapes_agree():
    verdict = judge("np.trace(A @ X @ B)", "A.T @ B.T", "X", "A: p,m  X: m,n  B: n,p")
    assert verdict.status is Status.TRUE
    assert verdict.points >= 15
    assert verdict.shapes == 3


def test_a_proof_of_the_engine_makes_it_proved(monkeypatch):
    monkeypatch.setattr(proof, "proved", lambda claim: True)
    assert judge("x @ x", "2 * x", "x", "x: n").strength is Strength.PROVED


def test_an_engine_that_fails_or_is_silent_leaves_it_enclosed(monkeypatch):
    def fails(*_):
        raise RuntimeError

    for engine in (fails, lambda *_: None, lambda *_: False):
        monkeypatch.setattr(proof.symbolic, "prove", engine, raising=False)
        assert judge("x @ x", "2 * x", "x", "x: n").strength is Strength.ENCLOSED


def test_a_counterexample_outweighs_a_proof(monkeypatch):
    monkeypatch.setattr(proof.symbolic, "prove", lambda *_: True, raising=False)
    assert judge("x @ x", "3 * x", "x", "x: n").status is Status.FALSE


def test_the_smallest_counterexample_is_of_size_one_where_that_suffices():
    found = judge("x @ x", "x", "x", "x: n").counterexample
    assert found.sizes == {"n": 1}
    assert found.inputs == {"x": [1]}
    assert (found.entry, found.claimed, found.true) == ((0,), "1", "2")


def test_the_counterexample_of_an_only_if_is_there_as_well():
    verdict = judge("x @ A @ x", "2 * A @ x", "x", "A: n,n  x: n")
    assert verdict.assumption == "A is symmetric"
    assert verdict.counterexample.sizes == {"n": 2}


@pytest.mark.parametrize(
    ("f", "df", "correct"),
    [
        ("a @ X @ b", "np.outer(b, a)", "np.outer(b, a).T"),
        ("np.mean(a * a)", "2 * a", "(2 * a) / m"),
        ("a @ a / 2", "-a", "-(-a)"),
        ("np.log(a @ a)", "a", "2 * a / (a @ a)"),
    ],
)
def test_the_right_side_is_named_where_the_mistake_tells_it(f, df, correct):
    wrt = "X" if "X" in f else "a"
    verdict = judge(f, df, wrt, "a: m  X: m,n  b: n")
    assert verdict.correct == correct
    assert judge(f, correct, wrt, "a: m  X: m,n  b: n").status is Status.TRUE


def test_a_kink_is_no_counterexample():
    assert judge("np.sum(np.abs(x))", "np.sign(x)", "x", "x: n").status is Status.TRUE
    assert judge("np.sum(relu(x))", "(x >= 0) * 1", "x", "x: n").status is Status.TRUE
    assert judge("np.linalg.norm(x)", "x / np.linalg.norm(x)", "x", "x: n").notes == (
        "where x = 0 the formula has no value",
    )


def test_a_zero_derivative_under_an_assumption_does_not_make_a_claim_true():
    """For antisymmetric A both sides vanish; that is no reason to say 'if A is antisymmetric'."""
    assert judge("x @ A @ x", "3 * (A + A.T) @ x", "x", "A: n,n  x: n").status is Status.FALSE


def test_sizes_at_which_df_has_no_value_are_noted():
    f, df = "np.linalg.pinv(A) @ b", "np.linalg.inv(A.T @ A) @ A.T"
    verdict = judge(f, df, "b", "A: m,n  b: m")
    assert verdict.status is Status.TRUE
    assert "at m = 2, n = 3 it has none" in " ".join(verdict.notes)


def test_a_formula_defined_on_part_of_space_is_judged_there():
    assert judge("np.sum(np.log(x / (1 - x)))", "1 / (x * (1 - x))", "x", "x: n").status is Status.TRUE
    assert judge("np.sqrt(1 - x @ x)", "-x / np.sqrt(1 - x @ x)", "x", "x: n").status is Status.TRUE


def test_a_function_with_no_derivative_anywhere_is_undecided():
    verdict = judge("np.sum(np.sqrt(-x * x - 1))", "x", "x", "x: n")
    assert verdict.status is Status.UNDECIDED
    assert verdict.reason


def test_time_is_bounded():
    f = "np.sum(expm(expm(X) @ expm(X.T)) @ np.linalg.pinv(expm(X)))"
    assert judge(f, "X", "X", "X: 12,12", seconds=0.5).status is Status.UNDECIDED


def test_a_claim_that_is_a_formula_only_for_square_matrices_is_true_only_if():
    assert judge("np.trace(X)", "np.eye(m) + 0 * X", "X", "X: m,n").status is not Status.TRUE
    verdict = judge("np.sum((A @ x)**2)", "2 * A @ A @ x", "x", "A: m,n  x: n")
    assert verdict.status is Status.FALSE
    assert "A @ A" in verdict.diagnosis.explanation


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"f": "A @ x", "shapes": "A: m,n  x: k"}, "A is (m, n), x is (k,): n != k"),
        ({"f": "x + y", "shapes": "x: n  y: m"}, "x is (n,), y is (m,): n != m"),
        ({"f": "np.linalg.inv(A)", "shapes": "A: m,n  x: n"}, "`A` is (m, n)"),
        ({"f": "x @ x", "shapes": "x"}, "each variable is declared"),
        ({"f": "x @ x", "shapes": ""}, "each variable is declared"),
        ({"f": "x @ x", "shapes": "x: n/2"}, "the size 'n/2'"),
        ({"f": "x @ x", "shapes": "x: 100000"}, "the size '100000'"),
        ({"f": "x @ x", "shapes": "x: n  n: x"}, "a variable and a size"),
        ({"f": "x @ x", "shapes": "x: n", "wrt": "y"}, "no variable of shapes"),
        ({"f": "x @ x", "shapes": "x: n", "domains": {"y": "spd"}}, "domains name 'y'"),
        ({"f": "x @ x", "shapes": "x: n", "domains": {"x": "spd"}}, "is no square"),
        ({"f": "x @ x", "shapes": "x: n", "domains": {"x": "roundish"}}, "roundish"),
        ({"f": "x @ x", "shapes": "x: n", "domains": "spd"}, "give a mapping"),
        ({"f": "x @ x", "shapes": "x: n", "space": "symmetric"}, "choose among 'free'"),
        ({"f": "x @ x", "shapes": "x: n", "space": "symmetric-entries"}, "is no square"),
    ],
)
def test_a_question_that_cannot_be_read_is_one_clear_error(question, words):
    with pytest.raises(UsageError) as caught:
        judge(**{"df": "x", "wrt": "x", **question})
    assert words in str(caught.value)


def test_shapes_are_text_or_a_mapping():
    for shapes in ("A: m,n x: n", {"A": ("m", "n"), "x": "n"}, "A: (m, n); x: (n,)", {"A": ["m", "n"], "x": ("n",)}):
        assert judge("A @ x", "A", "x", shapes).status is Status.TRUE
    assert judge("t**2", "2 * t", "t", "t:  x: n").status is Status.TRUE
    assert judge("t**2", "2 * t", "t", {"t": ()}).status is Status.TRUE
    assert judge("X.reshape(-1)", "np.eye(m * n).reshape(m * n, m, n)", "X", "X: m,n").status is Status.TRUE
    assert judge("x @ y", "y", "x", "x: 2*n  y: 2*n").status is Status.TRUE


def test_a_right_side_that_fits_only_some_points_is_not_suggested():
    """The determinant of an orthogonal matrix is 1 or -1: neither the claim nor its negative is right."""
    verdict = judge("np.linalg.det(A) * (x @ x)", "2 * x", "x", "A: n,n  x: n", {"A": "orthogonal"})
    assert verdict.status is Status.FALSE
    assert verdict.correct == "2·det(A)·x"  # what the derivation gives, and no factor guessed from the points


def test_a_normalisation_of_the_variable_is_a_remark_and_no_assumption():
    f, df = "x / np.linalg.norm(x)", "(np.eye(n) - np.outer(x, x)) / np.linalg.norm(x)"
    verdict = judge(f, df, "x", "x: n")
    assert verdict.status is Status.FALSE
    assert verdict.notes == ("the two agree where x is of norm 1",)


def test_a_factor_of_sizes_is_named():
    assert judge("np.var(x)", "2 * (x - np.mean(x)) / (n - 1)", "x", "x: n").diagnosis.words == "factor (n - 1) / n"
    assert judge("np.mean(X)", "np.ones((m, n))", "X", "X: m,n").status is Status.FALSE


def test_every_answer_comes_within_a_limit_even_where_sizes_are_many():
    verdict = judge("np.einsum('a,b,c,d,e,f->', a, b, c, d, e, g)", "np.zeros(f)", "g", "a:a1 b:b1 c:c1 d:d1 e:e1 g:f")
    assert verdict.status is Status.FALSE


def test_the_submodules_do_not_hide_the_function():
    import verify  # noqa: PLC0415 - what a user sees after everything has been imported
    import verify.trial  # noqa: PLC0415

    assert callable(verify.judge)
    assert verify.judge is judge
