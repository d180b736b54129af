"""What a formula may say, and the column of what it may not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verify import judge
from verify.errors import UsageError
from verify.identities.grammar import read
from verify.identities.verdict import Status

NAMES = {"A", "x", "n", "t"}


@pytest.mark.parametrize(
    "text",
    [
        "np.linalg.inv(A) @ x",
        "numpy.sum(x)",
        "linalg.det(A)",
        "scipy.special.softmax(x)",
        "x.shape[0] * A.T",
        "(A @ x).sum(axis=0)",
        "np.where(x > 0, x, 0)[:, None]",
        "np.pi * x",
        "np.subtract.outer(x, x)",
        "np.linalg.slogdet(A)[1]",
        "x.astype(float)",
        "len(x)",
        "[x, x]",
    ],
)
def test_a_formula_in_numpys_spelling_is_read(text):
    assert read(text, "f", NAMES).text == text


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("x +", 4, "invalid syntax"),
        ("A @ y", 5, "unknown name 'y'"),
        ("x^2", 1, "powers are written **"),
        ("x and x", 1, "join conditions with & and |"),
        ("A(x)", 1, "a product is written *"),
        ("1 + foo(x)", 5, "the function 'foo' is not read"),
        ("np.linalg.invv(A)", 1, "Did you mean 'inv'"),
        ("x.__class__", 1, "attribute .__class__"),
        ("x.T.tofile('a')", 1, "'.tofile' is not read"),
        ("__import__('os')", 1, "'__import__' is not read"),
        ("(lambda: x)()", 2, "is not read"),
        ("[x for x in x]", 1, "ListComp is not read"),
        ("np.sum(*x)", 8, "Starred is not read"),
        ("np.sum(**x)", 1, "write each out"),
        ("np.exp", 1, "is a function of ours"),
    ],
)
def test_what_is_not_read_is_named_with_its_column(text, column, words):
    with pytest.raises(UsageError) as caught:
        read(text, "f", NAMES)
    assert f"column {column}:" in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", " ", "x\x00", "(" * 300, "1" * 5000, "-" * 3000 + "x", None, 3])
def test_what_is_no_formula_is_one_clear_error(text):
    with pytest.raises(UsageError):
        read(text, "f", NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "np.ones(10**9) @ x",
        "2**(2**40) * x",
        "9**9**9",
        "np.eye(900)",
        "np.linalg.matrix_power(A, 10**9)",
        "np.einsum('ijk,lmn,opq->ijklmnopq', A, A, A)",
        "np.kron(np.kron(np.kron(np.kron(np.kron(A,A),A),A),A),A)",
        "np.tile(x, 10**8)",
    ],
)
def test_what_would_not_end_is_refused(text):
    try:
        verdict = judge(text, "x", "x", "x: n  A: n,n", seconds=20)
    except UsageError:
        return
    assert verdict.status is not Status.TRUE


TOKENS = st.sampled_from(
    [
        "A", "x", "n", "t", "+", "-", "*", "/", "**", "@", "(", ")", "[", "]", ",", ":", ".T", "np.", "np.sum(",
        "np.linalg.inv(", "np.exp(", "np.einsum('ij,j->i',", "softmax(", "1", "0.5", "-1", "0", "axis=0", "<", "==",
        "np.where(", "np.eye(", "np.linalg.slogdet(", "None", "'nuc'", "np.linalg.norm(", "np.cumsum(", ".shape",
        "np.diag(", "np.kron(", "np.var(", "~", "&", "1e9", "np.stack([", "])", "np.reshape(", "np.max(", "...",
    ]
)  # fmt: skip
FORMULAS = st.one_of(st.text(max_size=20), st.lists(TOKENS, max_size=9).map("".join))


def _answers(f, df):
    try:
        verdict = judge(f, df, "x", "A: m,n  x: n  t:", seconds=20)
    except UsageError:
        return
    assert isinstance(verdict.status, Status)
    assert str(verdict)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(FORMULAS, FORMULAS)
def test_any_text_gets_an_answer_or_one_clear_error(f, df):
    _answers(f, df)
    _answers("np.sum(x**2)", df)


@pytest.mark.deep
@settings(max_examples=20_000, deadline=None, derandomize=True, database=None)
@given(FORMULAS, FORMULAS)
def test_any_text_at_all_gets_an_answer_or_one_clear_error(f, df):
    _answers(f, df)
    _answers("np.sum(x**2)", df)
