"""How a verdict reads."""

from verify import judge
from verify.cli import run


def test_the_words_name_the_mistake_the_point_and_both_values():
    text = str(judge("x @ A @ x", "A @ x", "x", "A: n,n  x: n", {"A": "symmetric"}))
    assert text.splitlines() == [
        "FALSE: claim and derivative differ, beyond doubt, at the point shown",
        "  claimed: ∂(x @ A @ x)/∂x = A @ x",
        "  mistake: factor 2. The derivative is 2 times the claim.",
        "  correct: 2 * (A @ x)",
        "  it fails at",
        "    n = 1",
        "    A = [[1]]",
        "    x = [1]",
        "    entry [0]: claimed 1, true 2",
    ]


def test_an_assumption_is_the_headline():
    text = str(judge("det(X)", "np.trace(X) * np.eye(n) - X.T", "X", "X: n,n"))
    assert text.startswith("TRUE ONLY IF n = 2\n")


def test_the_notebook_faces_escape_what_they_show():
    verdict = judge("np.sum(np.where(x < 0, -x, x))", "np.where(x < 0, -1, 1)", "x", "x: n")
    assert "x &lt; 0" in verdict._repr_html_()
    assert verdict._repr_latex_().startswith(r"$\frac{\partial\,\texttt{np.sum")


def test_the_command_prints_the_verdict_and_exits_by_it(capsys):
    question = ["judge", "--f", "x @ A @ x", "--df", "2 * A @ x", "--wrt", "x", "--shapes", "A: n,n  x: n"]
    assert run(question) == 1
    assert capsys.readouterr().out.startswith("TRUE ONLY IF A is symmetric")
    assert run([*question, "--domain", "A=symmetric"]) == 0
    assert capsys.readouterr().out.startswith("TRUE (")
    assert run([*question, "--domain", "A"]) == 4
    assert run(["judge", "--f", "x +", "--df", "x", "--wrt", "x", "--shapes", "x: n"]) == 4
    assert "column 4" in capsys.readouterr().err
    undecided = ["judge", "--f", "np.sum(np.log(-x * x))", "--df", "x", "--wrt", "x", "--shapes", "x: n"]
    assert run(undecided) == 6
