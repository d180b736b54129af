import contextlib
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic import FormulaError, derive, parse, prove
from symbolic.errors import DerivationError, SymbolicError
from symbolic.tensors.values import evaluate

WRONG = [
    ("A @ x", "A: m,n  x: k", "A is (m, n), x is (k,): n ≠ k (column 1)"),
    ("x + y", "x: n  y: m", "shapes (n,) with (m,) do not broadcast: n ≠ m"),
    ("__import__('os').system('ls')", "x: n", "is no function known here"),
    ("x.__class__", "x: n", ".__class__ is not read"),
    ("lambda x: x", "x: n", "Lambda is not part of a formula"),
    ("[y for y in x]", "x: n", "ListComp is not part of a formula"),
    ("x +", "x: n", "is not an expression"),
    ("z + 1", "x: n", "z has no shape: name it in shapes"),
    ("np.linalg.det(X)", "X: m,n", "det takes a square matrix"),
    ("np.einsum('ij,jk->ik', A, x)", "A: m,n  x: n", "one letter an axis"),
    ("x[5]", "x: 3", "index 5 is outside an axis of size 3"),
    ("np.sum(x, axis=2)", "x: n", "axis 2 does not exist"),
    ("x[1.5]", "x: n", "an index is a whole number"),
    ("x << 2", "x: n", "the operator LShift is not read"),
    ("f'{x}'", "x: n", "JoinedStr is not part of a formula"),
    ("1j * x", "x: n", "is not a real number"),
    ("x / 0", "x: n", "division by 0"),
]


@pytest.mark.parametrize(("formula", "shapes", "message"), WRONG, ids=[row[0] for row in WRONG])
def test_what_is_not_a_formula_is_one_clear_error(formula, shapes, message):
    with pytest.raises(FormulaError) as caught:
        parse(formula, shapes)
    assert message in str(caught.value)


def test_an_error_tells_the_column():
    with pytest.raises(FormulaError) as caught:
        parse("1 + np.trace(x)", "x: n")
    assert caught.value.column == 5


def test_a_shape_that_is_none_is_told():
    with pytest.raises(FormulaError, match="is no size"):
        parse("x", "x: n/2")
    with pytest.raises(FormulaError, match="shapes begin with"):
        parse("x", "(m, n)")


def test_the_tensor_to_derive_by_has_to_be_named():
    with pytest.raises(FormulaError, match="derive by which tensor"):
        derive("A @ x", shapes="A: m,n  x: n")
    with pytest.raises(FormulaError, match="'z' has no shape"):
        derive("A @ x", "z", "A: m,n  x: n")


def test_an_unknown_domain_or_space_is_told():
    with pytest.raises(FormulaError, match="'green' is no domain of x"):
        derive("x @ x", "x", "x: n", {"x": "green"})
    with pytest.raises(FormulaError, match="'curved' is no space"):
        derive("x @ x", "x", "x: n", space="curved")


def test_prefixes_are_optional():
    plain = derive("norm(inv(X))", "X", "X: n,n").result
    assert derive("np.linalg.norm(np.linalg.inv(X))", "X", "X: n,n").result == plain


JOINED = [
    "np.stack((x, y), axis=-1)",
    "np.stack((A, A), axis=1)",
    "np.concatenate((A, A), axis=-1)",
    "np.hstack((x, y))",
    "np.hstack((A, A))",
    "np.hstack((a, x))",
    "np.vstack((x, y))",
    "np.vstack((A, x))",
    "np.column_stack((x, y))",
    "np.column_stack((y, A.T))",
    "np.arctan2(x, y)",
    "np.arctan2(x, -y)",
]


@pytest.mark.parametrize("formula", JOINED)
def test_what_is_joined_or_an_angle_is_what_numpy_has(formula):
    rng = np.random.default_rng(1)
    point = {"x": rng.normal(size=3), "y": rng.normal(size=3), "A": rng.normal(size=(2, 3)), "a": rng.normal()}
    ours = evaluate(parse(formula, "x: 3  y: 3  A: 2,3  a:"), {}, point).astype(float)
    np.testing.assert_allclose(ours, eval(formula, {"np": np}, point), rtol=1e-12)  # noqa: S307 - a text of this table


def test_a_claim_of_another_shape_is_not_proved():
    assert prove("A @ x", "A.T", "x", "A: m,n  x: n") is None


LEAVES = st.sampled_from(
    ["x", "y", "A", "B", "n", "2", "0.5", "-1", "0", "np.pi", "z", "'a'", "None", "(1, 2)", "[x, y]"]
)
CALLS = st.sampled_from(
    [
        "np.sum",
        "exp",
        "np.linalg.norm",
        "inv",
        "det",
        "trace",
        "softmax",
        "np.diag",
        "np.outer",
        "where",
        "cumsum",
        "f",
        "np.eye",
        "np.linalg.slogdet",
        "np.einsum",
        "np.kron",
        "reshape",
        "np.var",
        "np.max",
        "argmax",
        "np.concatenate",
        "roll",
        "svd",
    ]
)
SIGNS = st.sampled_from([" + ", " - ", " * ", " / ", " ** ", " @ ", " > ", " == ", " // ", " and "])


KEYS = st.sampled_from(["0", "-1", ":", "1:", "::-1", "None", "...", "0, 1", "x", "1:3"])
ATTRIBUTES = st.sampled_from(["T", "shape", "sum()", "mean(0)", "size", "foo", "max(axis=1)"])


def grown(inner):
    return st.one_of(
        st.builds(lambda f, args: f"{f}({', '.join(args)})", CALLS, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda a, s, b: f"({a}{s}{b})", inner, SIGNS, inner),
        st.builds(
            lambda a, k: f"{a}[{k}]",
            inner,
            KEYS,
        ),
        st.builds(
            lambda a, k: f"{a}.{k}",
            inner,
            ATTRIBUTES,
        ),
    )


FORMULAS = st.recursive(LEAVES, grown, max_leaves=6)


EXAMPLES = 100_000 if os.environ.get("GRADPROOF_TEST_PROFILE") == "deep-run" else 300


@settings(max_examples=EXAMPLES, deadline=None)
@given(formula=FORMULAS | st.text(max_size=20))
def test_any_text_gives_a_derivative_or_one_error_of_ours(formula):
    try:
        derive(formula, "x", "x: n  y: n  A: n,n  B: m,n").gradient.text()
    except SymbolicError:
        return


@settings(max_examples=EXAMPLES // 10, deadline=None)
@given(formula=FORMULAS)
def test_the_code_of_any_derivative_is_the_derivative(formula):
    try:
        gradient = derive(formula, "x", "x: n  y: n  A: n,n  B: m,n").gradient
    except SymbolicError:
        return
    with contextlib.suppress(_NoCodeError):
        _code(gradient)


class _NoCodeError(Exception):
    """There is no code, and the derivation says why."""


def _code(gradient):
    try:
        return gradient.numpy()
    except DerivationError as error:
        if any(words in str(error) for words in ("no point was found", "no source code", "cannot be read off")):
            raise _NoCodeError from error
        raise
