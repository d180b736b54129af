"""What the normal form may and may not take for equal."""

import pytest

from symbolic import parse, prove
from symbolic.tensors.nodes import Index, fixed
from symbolic.tensors.places import Dim
from symbolic.tensors.proof import equal
from symbolic.tensors.tensor import broadcast
from symbolic.tensors.terms import Bound, Slot

N = Dim("n", 0)


def same(a, b, shapes, domains=None):
    left, right = parse(a, shapes), parse(b, shapes)
    left = left.at(broadcast(lambda x, _: x, left, right).axes)
    return equal(left.entry, right.at(left.axes).entry, domains)


def test_positions_of_different_kinds_are_never_equal():
    places = [fixed(0, N), Slot(0, N), Bound(0, N), Index(N), Index(N)]
    assert len(set(places)) == len(places)


def test_a_fixed_entry_is_not_a_summed_one():
    assert same("x[0] * y[0]", "x @ y", "x: n  y: n") is None
    assert same("inv(X)[0, 0]", "trace(inv(X))", "X: n,n") is None


EQUAL = [
    ("trace(A @ B)", "trace(B @ A)", "A: m,n  B: n,m", {}),
    ("(A + B) @ x", "A @ x + B @ x", "A: m,n  B: m,n  x: n", {}),
    ("inv(eye(n) + A) @ A", "A @ inv(eye(n) + A)", "A: n,n", {}),
    ("inv(eye(m) + A @ B) @ A", "A @ inv(eye(n) + B @ A)", "A: m,n  B: n,m", {}),
    ("inv(A @ B)", "inv(B) @ inv(A)", "A: n,n  B: n,n", {}),
    ("inv(A.T)", "inv(A).T", "A: n,n", {}),
    ("inv(inv(A))", "A", "A: n,n", {}),
    ("det(A @ B)", "det(B) * det(A)", "A: n,n  B: n,n", {}),
    ("det(inv(A))", "1 / det(A)", "A: n,n", {}),
    ("slogdet(3 * A)[1]", "n * log(3) + slogdet(A)[1]", "A: n,n", {}),
    ("1 / cosh(x)**2", "1 - tanh(x)**2", "x: n", {}),
    ("sum(softmax(x))", "1", "x: n", {}),
    ("sigmoid(-x)", "1 - sigmoid(x)", "x: n", {}),
    ("maximum(x, 0) + log1p(exp(-abs(x)))", "log(1 + exp(x))", "x: n", {}),
    ("norm(x)**2", "x @ x", "x: n", {}),
    ("norm(outer(x, y))", "norm(x) * norm(y)", "x: m  y: n", {}),
    ("x * sign(x)", "abs(x)", "x: n", {}),
    ("cumsum(x)", "tril(ones((n, n))) @ x", "x: n", {}),
    ("tril(A) + triu(A) - diag(diag(A))", "A", "A: n,n", {}),
    ("kron(A, B) @ kron(C, D)", "kron(A @ C, B @ D)", "A: m,n  B: p,q  C: n,r  D: q,s", {}),
    ("vec(A @ X @ B)", "kron(B.T, A) @ vec(X)", "A: m,n  X: n,p  B: p,q", {}),
    ("Q.T @ Q", "eye(n)", "Q: n,n", {"Q": "orthogonal"}),
    ("x @ K @ x", "0", "K: n,n  x: n", {"K": "antisymmetric"}),
    ("y**2", "ones(n)", "y: n", {"y": "±1"}),
    ("sqrt(x**2)", "x", "x: n", {"x": "positive"}),
    ("sqrt(x**2)", "abs(x)", "x: n", {}),
    ("x[::-1][::-1]", "x", "x: n", {}),
    ("roll(roll(x, 1), -1)", "x", "x: n", {}),
    ("clip(x, -1, 1)", "maximum(minimum(x, 1), -1)", "x: n", {}),
]


@pytest.mark.parametrize(("a", "b", "shapes", "domains"), EQUAL, ids=[f"{row[0]} = {row[1]}" for row in EQUAL])
def test_equal_for_every_size(a, b, shapes, domains):
    assert same(a, b, shapes, domains) is True


UNEQUAL = [
    ("A @ B", "B @ A", "A: n,n  B: n,n", {}),
    ("A", "A.T", "A: n,n", {}),
    ("sqrt(x**2)", "x", "x: n", {}),
    ("det(2 * A)", "2 * det(A)", "A: n,n", {}),
    ("inv(A + B)", "inv(A) + inv(B)", "A: n,n  B: n,n", {}),
    ("sum(cumprod(x))", "sum(abs(cumprod(x)))", "x: n", {}),
    ("exp(log(abs(x)))", "x", "x: n", {}),
    ("pinv(X) @ X", "eye(n)", "X: m,n", {}),
    ("where(x > 0, log(abs(x)), 0)", "log(abs(x))", "x: n", {}),
    ("trace(A @ A)", "trace(A @ A.T)", "A: n,n", {}),
    ("norm(x + y)", "norm(x) + norm(y)", "x: n  y: n", {}),
    ("max(x)", "sum(x)", "x: n", {}),
    ("x[0]", "x[-1]", "x: n", {}),
    ("diff(x)", "x[1:]", "x: n", {}),
    ("X @ X", "X.T @ X", "X: n,n", {"X": "orthogonal"}),
    ("n", "m", "x: n  y: m", {}),
    ("Q @ Q.T", "eye(m)", "Q: m,n", {"Q": "orthogonal"}),
]


@pytest.mark.parametrize(("a", "b", "shapes", "domains"), UNEQUAL, ids=[f"{row[0]} ≠ {row[1]}" for row in UNEQUAL])
def test_what_differs_somewhere_is_not_proved(a, b, shapes, domains):
    assert same(a, b, shapes, domains) is None


def test_labels_choose_one_entry_of_every_row():
    shapes = "Z: n,k  y: n"
    f = "-np.mean(log_softmax(Z)[np.arange(n), y])"
    assert prove(f, "(softmax(Z) - np.eye(k)[y]) / n", "Z", shapes, {"y": "labels(k)"}) is True
    assert prove(f, "(softmax(Z) - np.eye(k)[y])", "Z", shapes, {"y": "labels(k)"}) is None


def test_a_claim_without_end_is_given_up():
    assert prove("x@inv(np.diag(d)+A)@x", "-(inv(np.diag(d)-A)@x)**2", "d", "x:n d:n A:n,n", {"A": "symmetric"}) is None


def test_what_has_no_derivative_here_is_not_proved():
    assert prove("np.sum(np.linalg.cholesky(S))", "S", "S", "S: n,n") is None
