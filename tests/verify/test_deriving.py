"""The verb `derive`: what it prints, and what it says to bad input."""

import json

import pytest

from verify.cli import run

RIDGE = ["norm(A @ x - b)**2", "--wrt", "x", "--shapes", "A: m,n  x: n  b: m"]


def said(capsys, *arguments):
    code = run(["derive", *arguments])
    answer = capsys.readouterr()
    return code, answer.out, answer.err


def test_the_answer_comes_first_then_every_step_with_its_check(capsys):
    code, out, _ = said(capsys, *RIDGE)
    assert code == 0
    head, _, answer, shape, *steps = out.splitlines()
    assert head == "f = norm(A @ x - b)**2, by x, for every m, n"
    assert answer == "  ∂f/∂x = 2·Aᵀ·(A·x − b)"
    assert shape == "  shape (n,)"
    assert steps[1].startswith("  1. df = d(")
    assert steps[-2] == "  9. ∂f/∂x = 2·Aᵀ·(A·x − b)"
    assert sum("✓" in line for line in steps) == 7


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        ("--latex", "2 A^{\\top} (A x - b)"),
        ("--mathml", "<math>"),
        ("--numpy", "return 2 * (A.T @ (A @ x - b))"),
        ("--json", '"format": "gradproof/derivation"'),
    ],
)
def test_an_option_prints_the_answer_alone(capsys, option, expected):
    code, out, err = said(capsys, *RIDGE, option)
    assert (code, err) == (0, "")
    assert expected in out
    assert "sum rule" not in out or option == "--json"


def test_the_json_is_a_document_that_can_be_read_again(capsys):
    from symbolic import Derived  # noqa: PLC0415 - this test alone needs it

    document = json.loads(said(capsys, *RIDGE, "--json")[1])
    assert Derived.from_json(document).result == "2·Aᵀ·(A·x − b)"


@pytest.mark.parametrize(
    ("result", "line"),
    [
        ("hessian", "  ∂²f/∂x² = 2·Aᵀ·A"),
        ("hvp", "  H·x_dot = 2·Aᵀ·A·x_dot"),
        ("vjp", "  x_bar = 2·out_bar·Aᵀ·(A·x − b)"),
    ],
)
def test_other_derivatives_are_asked_for_by_name(capsys, result, line):
    assert line in said(capsys, *RIDGE, "--result", result)[1].splitlines()


def test_an_answer_without_matrix_notation_names_its_entry(capsys):
    out = said(capsys, "A @ x", "--wrt", "A", "--shapes", "A: m,n  x: n")[1]
    assert "  ∂f[i]/∂A[j, p] = δ[i, j]·x[p]" in out
    assert "∂f[i]/∂A[j, p] = δ[i, j]·x[p]" in out


def test_an_operation_of_the_notes_has_shapes_of_its_own(capsys):
    assert "∂f/∂x" in said(capsys, "sum")[1]


def test_domains_and_spaces_are_honoured(capsys):
    symmetric = said(capsys, "x @ A @ x", "--wrt", "x", "--shapes", "A: n,n  x: n", "--domain", "A=symmetric")[1]
    assert "∂f/∂x = 2·A·x" in symmetric
    space = ["--space", "symmetric-entries"]
    assert "symmetric-entries" in said(capsys, "trace(A @ B)", "--wrt", "A", "--shapes", "A: n,n  B: n,n", *space)[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x +", "--shapes", "x: n"], "gradproof: 'x +' is not an expression: invalid syntax\n"),
        (["A @ x", "--wrt", "x", "--shapes", "A: m,n  x: k"], "gradproof: A is (m, n), x is (k,): n ≠ k (column 1)\n"),
        (["x + y", "--shapes", "x: n  y: n"], "gradproof: derive by which tensor? give wrt= one of x, y\n"),
        ([*RIDGE, "--domain", "A"], "gradproof: --domain 'A': write name=words, such as A=symmetric\n"),
        ([*RIDGE, "--json", "--result", "jvp"], "gradproof: --json holds the whole derivation: leave --result out\n"),
        (
            [*RIDGE, "--json", "--latex"],
            "gradproof: choose one of --latex, --mathml, --numpy, --torch, --jax and --json\n",
        ),
    ],
)
def test_bad_input_gets_one_line_and_the_code_of_a_misuse(capsys, arguments, message):
    assert said(capsys, *arguments) == (4, "", message)
