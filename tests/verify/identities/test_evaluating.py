"""A formula's value in balls is NumPy's in floats, and constants of it are exact."""

from fractions import Fraction

import numpy as np
import pytest
from scipy import special

from verify.errors import UsageError
from verify.identities.evaluating import evaluate
from verify.identities.grammar import read
from verify.identities.readings import Point, exactly, scope_at
from verify.identities.samples import array

SIZES = {"m": 2, "n": 3}
FLOATS = {
    "A": np.array([[0.5, -1.25, 2.0], [1.5, 0.75, -0.5]]),
    "S": np.array([[2.0, 0.5, -0.25], [0.5, 3.0, 0.75], [-0.25, 0.75, 1.5]]),
    "x": np.array([0.5, -1.5, 0.25]),
    "p": np.array([0.25, 0.5, 0.125]),
    "y": np.array([2.0, 0.0]),
    "t": np.array(0.75),
}

FORMULAS = [
    "A @ x", "x @ S @ x", "A.T @ A", "-A + 2 * A / 3 - 0.1", "S ** 2", "2 ** x", "np.trace(S)", "np.linalg.det(S)",
    "np.linalg.inv(S)", "np.linalg.solve(S, x)", "np.linalg.slogdet(S)[1]", "np.linalg.slogdet(S).logabsdet",
    "np.linalg.pinv(A)", "np.linalg.norm(A)", "np.linalg.norm(x, 1)", "np.linalg.norm(x, np.inf)",
    "np.linalg.norm(A, 'nuc')", "np.linalg.norm(A, axis=1)", "np.linalg.cholesky(S)", "np.linalg.eigvalsh(S)",
    "np.linalg.matrix_power(S, 3)", "np.linalg.multi_dot([A, S, x])", "np.einsum('ij,j->i', A, x)",
    "np.einsum('ij,ij->', A, A)", "np.kron(A, x)", "np.outer(x, y)", "np.dot(A, x)", "np.inner(x, x)", "np.vdot(A, A)",
    "np.tensordot(A, S, axes=1)", "np.cumsum(x)", "np.cumprod(x)", "np.cumsum(A, axis=1)", "np.prod(x)", "np.var(x)",
    "np.var(A, axis=0)", "np.std(x, ddof=1)", "np.mean(A, axis=1, keepdims=True)", "np.max(x)", "np.min(A, axis=0)",
    "np.where(x > 0, x, 0.01 * x)", "np.maximum(x, 0)", "np.clip(x, -1, 0.3)", "np.abs(x)", "np.sign(x)",
    "np.exp(x)", "np.log(p)", "np.sqrt(p)", "np.tanh(x)", "np.log1p(p)", "np.expm1(x)", "np.arctan(x)", "np.sinc(x)",
    "np.logaddexp(x, 0)", "np.logaddexp.reduce(x)", "np.subtract.outer(x, x)", "np.hypot(x, p)", "np.power(p, 0.3)",
    "np.diag(x)", "np.diag(S)", "np.diagonal(S)", "np.triu(S)", "np.tril(S, -1)", "np.eye(n) * t", "np.identity(n)",
    "np.ones((m, n)) @ x", "np.zeros(n) + x", "np.full(n, 0.1)", "np.arange(n) / 3", "np.ones_like(A)",
    "np.transpose(A)", "A.reshape(-1)", "np.reshape(A, (n, m))", "A.flatten('F')", "np.ravel(A)", "np.flip(x)",
    "np.roll(x, 1)", "np.sort(x)", "x[::-1]", "x[0] * A[:, 1]", "A[:, None, :]", "np.eye(n)[y.astype(int)]",
    "np.concatenate([x, x])", "np.stack([x, p], axis=1)", "np.block([[S, S], [S, S]])", "np.array([x[0], 1, t])",
    "np.squeeze(A[None])", "np.expand_dims(x, 0)", "np.swapaxes(A, 0, 1)", "np.moveaxis(A, 0, 1)", "np.tile(x, 2)",
    "np.repeat(x, 2)", "np.diff(x)", "np.convolve(x, p)", "np.cross(x, p)", "np.mean(x > 0)", "((x > 0) & (x < 1)) * t",
    "(0 < x) * 1.0", "~(x > 0) * t", "x.sum() + x.mean() + x.prod()", "A.T.dot(y)", "A.trace()", "x.shape[0] * t",
    "len(x) * t", "x.size / 7 + 0 * t", "np.pi * t", "np.e ** t", "t ** 3", "A.max(axis=1)", "np.linspace(0, 1, n) @ x",
    "np.bincount(y.astype(int), minlength=n) @ x", "np.linalg.svdvals(A)", "np.cov(A)", "np.average(x, weights=p)",
    "special.erf(x)", "special.expit(x)", "special.softmax(A)", "special.softmax(A, axis=1)",
    "special.logsumexp(A, axis=0)",
    "special.gammaln(p)", "special.psi(p)", "special.xlogy(p, p)", "special.entr(p)", "special.log_softmax(x)",
    "special.rel_entr(p, 2 * p)", "special.ndtr(x)", "np.add.reduce(A)", "A[np.tril_indices(2)]", "np.median(x)",
    "x.clip(0, 1)", "np.quantile(x, 0.3)", "np.nan_to_num(x)", "np.float64(t) * 2", "np.square(x)",
]  # fmt: skip


def _value(text, values=None):
    floats = FLOATS | (values or {})
    point = Point(SIZES, {name: array([Fraction(v) for v in x.ravel()], x.shape) for name, x in floats.items()})
    with exactly():
        cells = evaluate(scope_at(read(text, "f", {*floats, *SIZES}), point)).cells
    return np.vectorize(lambda cell: float(cell.coefficient(0).mid()), otypes=[float])(cells)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_has_numpys_value(text):
    expected = eval(text, {"np": np, "special": special, **FLOATS, **SIZES})  # noqa: S307 - our own table
    np.testing.assert_allclose(_value(text), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("softmax(A)", special.softmax(FLOATS["A"], axis=-1)),
        ("logsumexp(x)", special.logsumexp(FLOATS["x"])),
        ("sigmoid(x)", special.expit(FLOATS["x"])),
        ("relu(x)", np.maximum(FLOATS["x"], 0)),
        ("softplus(x)", np.log1p(np.exp(FLOATS["x"]))),
        ("gelu(x)", FLOATS["x"] * special.ndtr(FLOATS["x"])),
        ("silu(x)", FLOATS["x"] * special.expit(FLOATS["x"])),
        ("logdet(S)", np.linalg.slogdet(FLOATS["S"])[1]),
        ("vec(A)", FLOATS["A"].ravel(order="F")),
        ("layernorm(x)", (FLOATS["x"] - FLOATS["x"].mean()) / FLOATS["x"].std()),
        ("tr(S) + det(S)", np.trace(FLOATS["S"]) + np.linalg.det(FLOATS["S"])),
    ],
)
def test_words_of_statistics_have_their_usual_values(text, expected):
    np.testing.assert_allclose(_value(text), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "text",
    ["(0.1 + 0.2 - 0.3) * t", "(1/3 + 1/3 + 1/3 - 1) * t", "np.mean(y > 3) * t + (np.mean(x > 0) - 2/3) * t",
     "np.sqrt(2)**2 * t - 2 * t", "(np.full(n, 0.1) - 1/10) @ x"],
)  # fmt: skip
def test_constants_are_exact(text):
    assert abs(float(_value(text))) < 1e-60


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A @ y", "A is (m, n), y is (m,): n != m"),
        ("x + y", "x is (n,), y is (m,): n != m"),
        ("t @ x", "multiplies a number as a matrix: write *"),
        ("x[7]", "`x` is (n,)"),
        ("x[y / 3]", "no whole number"),
        ("np.sum(x, axis=3)", "cannot be computed"),
        ("np.linalg.det(A)", "must be square"),
        ("np.einsum(A, 'ij')", "einsum takes its subscripts first"),
        ("np.reshape(A, (4, 4))", "cannot be computed"),
        ("x.shape", "not a number or an array"),
        ("'nuc'", "not a number or an array"),
    ],
)
def test_what_does_not_fit_is_said_by_names(text, words):
    with pytest.raises(UsageError) as caught:
        _value(text)
    assert words in str(caught.value)
