import numpy as np
import pytest

from symbolic import derive


def source(f, wrt, shapes, **more):
    return derive(f, wrt, shapes, **more).numpy().source


def test_the_source_is_what_a_person_writes():
    assert source("norm(A @ x - b)**2", "x", "A: m,n  x: n  b: m") == (
        "import numpy as np\n\n\ndef gradient(A, x, b):\n    return 2 * (A.T @ (A @ x - b))\n"
    )


def test_a_system_is_solved_in_place_of_an_inverse():
    text = source("a @ np.linalg.inv(X) @ b", "X", "X: n,n  a: n  b: n")
    assert "np.linalg.solve(X.T, a)" in text
    assert "inv(" not in text


def test_vectors_meet_matrices_first():
    assert "A.T @ (B.T @ (B @ (A @ x)))" in source("norm(B @ A @ x)**2", "x", "B: p,m  A: m,n  x: n")


def test_running_sums_are_not_products_with_triangles():
    assert "np.cumsum(c[::-1])[::-1]" in source("c @ np.cumsum(x)", "x", "x: n  c: n")


@pytest.mark.parametrize(
    ("f", "line"),
    [
        ("np.sum(x[1:] * x[:-1])", "out[1:] += x[:-1]\n    out[:-1] += x[1:]"),
        ("np.sum(np.diff(x)**2)", "out[:-1] += t1\n    out[1:] -= t1\n    return 2 * out"),
        ("np.sum(np.roll(x, 1) * x)", "np.roll(x, -1) + np.roll(x, 1)"),
        ("np.sum(np.cumsum(x)**2)", "2 * np.cumsum(np.cumsum(x)[::-1])[::-1]"),
        ("np.sum(cumprod(x))", "np.cumsum(np.cumprod(x)[::-1])[::-1] / x"),
    ],
)
def test_shifts_are_slices_and_not_matrices(f, line):
    assert line in source(f, "x", "x: n")


def test_what_occurs_twice_is_computed_once():
    body = source("softmax(x)", "x", "x: n").split("def gradient")[1]
    assert body.count("softmax(x)") == 1


@pytest.mark.parametrize(
    ("f", "x", "expected"),
    [
        ("logsumexp(x)", np.array([1000.0, 0.0]), [1.0, 0.0]),
        ("np.sum(np.log(1 + np.exp(x)))", np.array([1000.0, -1000.0]), [1.0, 0.0]),
    ],
)
def test_the_source_does_not_overflow(f, x, expected):
    np.testing.assert_allclose(derive(f, "x", "x: n").numpy()(x), expected, atol=1e-12)


FORMULAS = [
    ("norm(A @ x - b)**2", "x", "A: m,n  x: n  b: m"),
    ("softmax(x)", "x", "x: n"),
    ("np.sum(np.log(1 + np.exp(-y * (X @ w))))", "w", "X: n,d  w: d  y: n"),
    ("np.linalg.slogdet(X.T @ X)[1]", "X", "X: m,n"),
    ("np.sum(X @ X)", "X", "X: n,n"),
    ("np.sum(np.maximum(x, 0))", "x", "x: n"),
    ("np.sum(cumprod(x))", "x", "x: n"),
    ("X @ X", "X", "X: n,n"),
    ("np.sum(np.diff(x)**2)", "x", "x: n"),
    ("np.sum(np.diff(x, n=2)**2)", "x", "x: n"),
    ("np.sum(x[2:] * np.flip(x)[:-2] * np.roll(x, 3)[1:-1])", "x", "x: n"),
    ("np.sum(np.max(X, axis=1))", "X", "X: m,n"),
    ("np.kron(A, X)", "X", "A: m,n  X: p,q"),
    ("np.sum(x * erf(x))", "x", "x: n"),
    ("np.linalg.norm(X, 'nuc')", "X", "X: m,n"),
]


@pytest.mark.parametrize("row", FORMULAS, ids=[row[0] for row in FORMULAS])
@pytest.mark.parametrize("library", ["numpy", "torch", "jax"])
def test_the_program_is_compared_with_the_derivation_before_it_is_handed_over(row, library):
    if library != "numpy":
        pytest.importorskip(library)
    program = getattr(derive(*row), library)()
    assert program.source.startswith("import")
    assert callable(program)


def test_a_merged_axis_of_an_input_is_parted():
    program = derive("np.kron(x, x) @ a", "x", "x: n  a: n*n").numpy()
    x, a = np.array([1.0, 2.0]), np.array([1.0, 2.0, 3.0, 4.0])
    m = a.reshape(2, 2)
    np.testing.assert_allclose(program(x, a), (m + m.T) @ x)


@pytest.mark.parametrize(
    ("f", "wrt", "shapes", "signature"),
    [
        ("np.sum(np.exp(t1 @ x) * (t1 @ x))", "x", "t1: m,n  x: n", "(t1_, x)"),
        ("logsumexp(softmax)", "softmax", "softmax: k", "(softmax_)"),
        ("x[0] * out", "x", "x: n  out:", "(out_, x)"),
    ],
)
def test_a_tensor_that_is_called_like_a_part_of_the_program_gets_another_name(f, wrt, shapes, signature):
    assert f"def gradient{signature}:" in source(f, wrt, shapes)


def test_an_inverse_of_which_entries_are_read_is_computed_once():
    assert source("np.linalg.inv(X)[0, 1]", "X", "X: n,n").count("inv(") == 1
