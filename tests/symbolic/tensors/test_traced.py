"""Functions written in NumPy are the formulas that they compute: their twins in text, and their own numbers, agree."""

import functools
import inspect
import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symbolic import derive, parse
from symbolic.tensors.constants import constant
from symbolic.tensors.drawing import concrete
from symbolic.tensors.proof import equal
from symbolic.tensors.values import evaluate

try:
    from scipy import special
except ImportError:
    special = None


def ridge(X, w, y, lam=0.5):
    r = X @ w - y
    return np.mean(r**2) + lam * np.dot(w, w)


def attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return (e / e.sum(axis=1, keepdims=True)) @ V


def network(W, x):
    for _ in range(3):
        x = np.tanh(W @ x)
    return x.sum()


def gaussian(x, mu, S):
    d = x - mu
    _, logdet = np.linalg.slogdet(S)
    return -0.5 * d @ np.linalg.solve(S, d) - 0.5 * logdet - 0.5 * x.size * np.log(2 * np.pi)


def cross_entropy(X, W, y):
    z = X @ W
    log_p = z - special.logsumexp(z, axis=1, keepdims=True)
    return -np.mean(log_p[np.arange(X.shape[0]), y])


def filled(x):
    out = np.zeros(3)
    for i in range(3):
        out[i] = (i + 1) * x[i] ** 2
    return out


def shifted(x):
    y = x.copy()
    y[0] = 0
    y[1:] += x[:-1]
    return y @ y


def in_place(x):
    y = 2 * x
    y += x
    y *= y
    return y.sum()


def masked(x):
    y = x.copy()
    y[y < 0] = 0
    return np.sum(y**2)


def helper(z):
    return np.ones(z.shape[0]) / z.shape[0] @ z


def table(x):
    return np.array([[x.sum(), 1.0], [x[0], x @ x]]) @ np.array([1.0, 2.0])


class Model:
    """A model with a weight."""

    def __init__(self, weight):
        self.weight = weight

    def loss(self, x):
        return self.weight * np.sum(x**4)

    def __call__(self, x):
        return np.prod(np.exp(x) * self.weight)


SCALE = 3.0
VECTORS = "x: n  y: n"
LEAST_SQUARES = "A: m,n  x: n  b: m"
TWINS = [
    (lambda A, x, b: np.linalg.norm(A @ x - b) ** 2, "norm(A @ x - b)**2", "x", LEAST_SQUARES),
    (lambda A, x, b: np.abs(A.dot(x) - b).sum(), "np.sum(np.abs(A @ x - b))", "x", LEAST_SQUARES),
    (lambda x: special.expit(x) @ x, "np.sum(sigmoid(x) * x)", "x", "x: n"),
    (lambda x: np.exp(x) / np.exp(x).sum(), "softmax(x)", "x", "x: n"),
    (lambda X: special.softmax(X, axis=1), "softmax(X)", "X", "X: m,n"),
    (lambda x: np.max(x) + np.log(np.sum(np.exp(x - np.max(x)))), "logsumexp(x)", "x", "x: n"),
    (lambda X: np.linalg.slogdet(X).logabsdet, "np.linalg.slogdet(X)[1]", "X", "X: n,n"),
    (lambda X: np.trace(np.linalg.inv(X)), "np.trace(inv(X))", "X", "X: n,n"),
    (lambda A, x: np.linalg.solve(np.eye(A.shape[0]) + A, x), "np.linalg.solve(np.eye(n) + A, x)", "A", "A: n,n  x: n"),
    (lambda x, A: np.einsum("i,ij,j->", x, A, x), "x @ A @ x", "x", "x: n  A: n,n"),
    (lambda x, y: np.add.outer(x, y) ** 2, "(x[:, None] + y)**2", "x", "x: n  y: m"),
    (lambda x, y: np.multiply.outer(x, y), "np.outer(x, y)", "y", "x: n  y: m"),
    (lambda x: np.where(np.abs(x) <= 1, 0.5 * x**2, np.abs(x) - 0.5).sum(),
     "np.sum(np.where(np.abs(x) <= 1, x**2/2, np.abs(x) - 1/2))", "x", "x: n"),
    (lambda x: ((x > 0) & (x < 2)) @ x**2, "np.sum((x > 0)*(x < 2)*x**2)", "x", "x: n"),
    (lambda x: (~(x > 0) | (x >= 1)) @ x, "np.sum(x) - np.sum((x > 0)*(x < 1)*x)", "x", "x: n"),
    (lambda x: np.clip(x, -1, 1).sum() + x.clip(min=0).sum(), "np.sum(clip(x, -1, 1)) + np.sum(relu(x))", "x", "x: n"),
    (lambda x: x.var(ddof=1) + x.std(), "np.var(x, ddof=1) + np.std(x)", "x", "x: n"),
    (lambda x: (x - x.mean()) / np.sqrt(x.var() + 0.125), "layernorm(x, eps=0.125)", "x", "x: n"),
    (lambda x: x.cumsum() @ np.arange(x.size), "np.cumsum(x) @ np.arange(n)", "x", "x: n"),
    (lambda x: np.multiply.reduce(x) + np.add.reduce(x, axis=0), "np.prod(x) + np.sum(x)", "x", "x: n"),
    (lambda X: X.T.reshape(-1) @ X.ravel(order="F"), "np.sum(X**2)", "X", "X: m,n"),
    (lambda x: np.stack([x, x**2], axis=-1), "np.stack((x, x**2), axis=-1)", "x", "x: n"),
    (lambda x: np.hstack([x, 1.0]) @ np.concatenate((x, [2.0])), "x @ x + 2", "x", "x: n"),
    (lambda X: sum(row @ row for row in X), "np.sum(X**2)", "X", "X: 3,n"),
    (lambda x: x[np.argmax(x)] + x.min(), "np.max(x) + np.min(x)", "x", "x: n"),
    (lambda x: np.diff(x) @ x[1:] + x[::-1] @ x + x[None, :] @ x, "np.diff(x) @ x[1:] + np.flip(x) @ x + x[None] @ x",
     "x", "x: n"),
    (lambda x: x[: x.shape[0] - 1] @ x[1 : x.shape[0]] + x[x.size - 1], "x[:-1] @ x[1:] + x[-1]", "x", "x: n"),
    (lambda x: x[[0, 2]] @ np.array([1.0, -3.0]), "x[0] - 3*x[2]", "x", "x: n"),
    (lambda x: SCALE * math.exp(x.sum()) + math.pi * np.float64(2) * x[0], "3*np.exp(np.sum(x)) + 2*np.pi*x[0]", "x",
     "x: n"),
    (lambda x: (x / np.sqrt(2) * (1 / 3)) @ x + 0.1, "x @ x / (3*np.sqrt(2)) + 1/10", "x", "x: n"),
    (lambda x, n: x.sum() / n + helper(x), "2*np.sum(x)/n", "x", "x: n"),
    (lambda X: np.linalg.svd(X, compute_uv=False).sum(), "norm(X, 'nuc')", "X", "X: m,n"),
    (lambda X: np.linalg.norm(X, ord=1) + np.linalg.norm(X[0], np.inf), "norm(X, 1) + norm(X[0], inf)", "X", "X: m,n"),
    (lambda x: np.full_like(x, 2.0) @ x + np.zeros_like(x) @ x + np.full(x.shape, 3.0) @ x, "5*np.sum(x)", "x", "x: n"),
    (lambda x: np.isfinite(x).all() * x.sum() + np.isnan(x).sum(), "np.sum(x)", "x", "x: n"),
    (lambda x: np.arctan2(x, 1 + x**2), "np.arctan(x / (1 + x**2))", "x", "x: n"),
    (lambda x, y: np.average(x, weights=np.exp(y)), "softmax(y) @ x", "y", VECTORS),
    (lambda X: np.cov(X).sum() + np.tril(X).sum() + X.trace() + X.swapaxes(0, 1)[0, 1] + X.diagonal()[0],
     "np.sum(np.cov(X)) + np.sum(np.tril(X)) + np.trace(X) + X[1, 0] + X[0, 0]", "X", "X: n,n"),
    (lambda x: np.sum([x.sum(), x @ x]) + np.max([x[0], x[1]]) + np.mean((x, 2 * x)),
     "np.sum(x) + x @ x + np.maximum(x[0], x[1]) + 3*np.mean(x)/2", "x", "x: n"),
    (lambda x: math.sqrt(x @ x) + math.fabs(x[1]) + math.hypot(x[0], 1) + math.tanh(x[0]),
     "norm(x) + np.abs(x[1]) + np.sqrt(1 + x[0]**2) + np.tanh(x[0])", "x", "x: n"),
    (lambda x: special.log_softmax(x)[0] + special.softplus(x).sum() + special.logsumexp(x),
     "log_softmax(x)[0] + np.sum(softplus(x)) + logsumexp(x)", "x", "x: n"),
    (lambda x: np.array(3.0), "3 + 0*np.sum(x)", "x", "x: n"),
    (functools.partial(ridge, lam=2), "np.mean((X @ w - y)**2) + 2*np.sum(w**2)", "w", "X: n,d  w: d  y: n"),
    (ridge, "np.mean((X @ w - y)**2) + np.sum(w**2)/2", "X", "X: n,d  w: d  y: n"),
    (attention, "softmax(Q @ K.T / np.sqrt(d)) @ V", "Q", "Q: m,d  K: n,d  V: n,p"),
    (network, "np.sum(np.tanh(W @ np.tanh(W @ np.tanh(W @ x))))", "W", "W: n,n  x: n"),
    (gaussian, "-(x - mu) @ inv(S) @ (x - mu)/2 - np.linalg.slogdet(S)[1]/2 - n*np.log(2*np.pi)/2", "S",
     "x: n  mu: n  S: n,n"),
    (filled, "np.arange(1, 4) * x**2", "x", "x: 3"),
    (shifted, "np.sum((x[1:] + x[:-1])**2)", "x", "x: n"),
    (in_place, "9*np.sum(x**2)", "x", "x: n"),
    (masked, "np.sum(relu(x)**2)", "x", "x: n"),
    (table, "np.stack((np.sum(x) + 2, x[0] + 2*(x @ x)))", "x", "x: n"),
    (Model(2.0).loss, "2*np.sum(x**4)", "x", "x: n"),
    (Model(2.0), "np.prod(2*np.exp(x))", "x", "x: n"),
]  # fmt: skip


IDS = [row[1] for row in TWINS]
SEEDS = st.integers(0, 2**32 - 1)


@functools.cache
def derived(k):
    f, text, wrt, shapes = TWINS[k]
    if special is None and "special" in getattr(getattr(f, "__code__", None), "co_names", ()):
        pytest.skip("scipy is not installed: its functions are not called on this machine")
    return derive(f, wrt, shapes), derive(text, wrt, shapes)


def point_of(shapes, seed):
    """Draw arrays at sizes of 3 to 5."""
    rng = np.random.default_rng(seed)
    names = sorted({d.name for dims in shapes.values() for axis in dims for d in axis if d.name})
    sizes = {name: int(rng.integers(3, 6)) for name in names}
    return {name: rng.normal(size=concrete(dims, sizes)) for name, dims in shapes.items()}, sizes


def differences(f, wrt, point, h):
    """Differentiate a function on plain arrays, by differences of the fourth order."""

    def at(x):
        return np.asarray(f(**{**point, wrt: x}), dtype=float)

    x = point[wrt]
    columns = []
    for k in np.ndindex(x.shape):
        e = np.zeros_like(x)
        e[k] = h
        columns.append((8 * (at(x + e) - at(x - e)) - (at(x + 2 * e) - at(x - 2 * e))) / (12 * h))
    return np.moveaxis(np.array(columns), 0, -1).reshape(columns[0].shape + x.shape)


def assert_derivative(claimed, f, wrt, point):
    """The claim is as near to the differences as these are to those of a ten times longer step."""
    long, short = (differences(f, wrt, point, h) for h in (1e-3, 1e-4))
    assert claimed.shape == short.shape
    assert (np.abs(claimed - short) <= np.abs(long - short) + 1e-8 * (1 + np.abs(short))).all()


@pytest.mark.parametrize("k", range(len(TWINS)), ids=IDS)
@given(seed=SEEDS)
def test_a_function_and_its_twin_in_text_have_one_value_and_one_derivative(k, seed):
    ours, theirs = derived(k)
    point, sizes = point_of(ours.shapes, seed)
    for a, b in ((ours.function, theirs.function), (ours.gradient.best, theirs.gradient.best)):
        left, right = (evaluate(t, sizes, point).astype(float) for t in (a, b))
        np.testing.assert_allclose(left, right, rtol=1e-7, atol=1e-9)
    assert ours.path == ()


@pytest.mark.parametrize("k", range(len(TWINS)), ids=IDS)
@given(seed=SEEDS)
def test_the_derivative_is_that_of_the_function_itself_on_plain_arrays(k, seed):
    ours, _ = derived(k)
    f, _, wrt, _ = TWINS[k]
    point, sizes = point_of(ours.shapes, seed)
    more = {name: n for name, n in sizes.items() if name in inspect.signature(f).parameters}
    assert_derivative(ours.gradient.evaluate(point, sizes).astype(float), functools.partial(f, **more), wrt, point)


UNPROVED = {
    "x @ x + 2",
    "np.max(x) + np.min(x)",
    "np.arctan(x / (1 + x**2))",
    "np.sum((x[1:] + x[:-1])**2)",
    "np.arange(1, 4) * x**2",
    "np.sum(x) + x @ x + np.maximum(x[0], x[1]) + 3*np.mean(x)/2",
}
PROVED = [k for k, text in enumerate(IDS) if text not in UNPROVED]


@pytest.mark.parametrize("k", PROVED, ids=[IDS[k] for k in PROVED])
def test_most_twins_are_proved_equal_for_every_size(k):
    ours, theirs = (d.function for d in derived(k))
    assert equal(ours.entry, theirs.at(ours.axes).entry)


def test_labels_choose_entries():
    pytest.importorskip("scipy.special")
    d = derive(cross_entropy, "W", "X: n,d  W: d,k  y: n", {"y": "labels"})
    rng = np.random.default_rng(3)
    point = {"X": rng.normal(size=(4, 2)), "W": rng.normal(size=(2, 3)), "y": np.array([0, 2, 1, 2])}
    assert_derivative(d.gradient.evaluate(point, {"n": 4, "d": 2, "k": 3}).astype(float), cross_entropy, "W", point)


def test_a_constant_has_the_derivative_zero():
    assert derive(lambda x: 3, "x", "x: n").result == "0"
    assert derive(lambda x: np.eye(2), "x", "x: n").gradient.shape == "(2, 2, n)"


def test_the_formula_is_in_numpys_spelling_where_that_is_short():
    assert derive(lambda A, x, b: ((A @ x - b) ** 2).sum(), "x", LEAST_SQUARES).formula == "np.sum((A @ x - b) ** 2)"
    assert derive(attention, "V", "Q: m,d  K: n,d  V: n,p").formula == "attention"


def test_the_code_of_the_derivative_is_that_of_a_formula():
    d = derive(lambda A, x, b: np.linalg.norm(A @ x - b) ** 2, "x", LEAST_SQUARES)
    assert d.result == "2·Aᵀ·(A·x − b)"
    assert "return 2 * (A.T @ (A @ x - b))" in d.numpy().source
    assert {step.check.status for step in d.steps} <= {"agree", "not-applicable"}


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0.1, "1/10"),
        (1 / 3, "1/3"),
        (0.1234567891, "0.1234567891"),
        (2 * math.pi, "2 * np.pi"),
        (math.pi / 3, "1/3 * np.pi"),
        (math.e, "np.exp(1)"),
        (-math.sqrt(2), "-np.sqrt(2)"),
        (math.log(2 * math.pi), "np.log(2 * np.pi)"),
        (math.log(0.7), "np.log(7 / 10)"),
        (123456789.123, "123456789.123"),
        (1e-12, "1e-12"),
        (-7, "-7"),
        (True, "1"),
    ],
)
def test_a_float_stands_for_the_number_that_it_was_rounded_from(value, number):
    ours, theirs = constant(value), parse(number, None)
    assert equal(ours.entry, theirs.entry)


def test_the_program_and_its_names_stay_as_they_are():
    before = dict(globals()), helper.__globals__["np"]
    assert derive(lambda x: helper(x) + np.zeros(x.shape[0]) @ x, "x", "x: n").result == "𝟏/n"
    assert (dict(globals()), helper.__globals__["np"]) == before


def test_functions_within_functions_and_what_they_count_are_followed():
    def outside(x):
        calls = 0

        def power(z, k):
            nonlocal calls
            calls += 1
            return np.ones(z.shape[0]) if k == 0 else z * power(z, k - 1)

        return power(x, 3).sum() * calls

    assert derive(outside, "x", "x: n").result == "12·x²"


def test_scipy_is_not_needed():
    program = (
        "import sys\nsys.modules['scipy'] = None\nimport numpy as np\nfrom symbolic import derive\n"
        "print(derive(lambda x: np.tanh(x) @ x, 'x', 'x: n').result)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert "tanh(x)" in answer.stdout
