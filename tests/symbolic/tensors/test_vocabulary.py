"""Every function of the vocabulary, in every spelling: its value is NumPy's, its derivative that of differences."""

import re
from pathlib import Path

import numpy as np
import pytest

from symbolic import FormulaError, derive, parse
from symbolic.tensors.drawing import concrete
from symbolic.tensors.shapes import parse_shapes
from symbolic.tensors.values import evaluate

HERE = Path(__file__).parent
SHAPES = parse_shapes("x: n  y: n  z: m  A: m,n  B: m,n  C: n,n  w: 3  v: 4  T: m,n,k  s:")
SIZES = {"n": 6, "m": 4, "k": 3}
LINES = (HERE / "spellings.txt").read_text(encoding="utf-8").splitlines()
FORMULAS = [line for line in LINES if not line.startswith("#")]


def has(formula, name):
    return re.search(rf"\b{name}\b", formula) is not None


def needed(formula):
    """Return the shapes of what a formula names; a size alone brings a tensor that has it."""
    shapes = {name: dims for name, dims in SHAPES.items() if has(formula, name)}
    for size, owner in (("n", "x"), ("m", "z"), ("k", "T")):
        known = any(d.name == size for dims in shapes.values() for axis in dims for d in axis)
        if has(formula, size) and not known:
            shapes[owner] = SHAPES[owner]
    return shapes


def drawn(seed):
    chance = np.random.default_rng(seed)
    return {name: np.asarray(0.05 + 0.9 * chance.random(concrete(dims, SIZES))) for name, dims in SHAPES.items()}


def numpy_value(formula, arrays):
    names = {"np": np, **SIZES, **arrays}
    if "scipy" in formula:
        names["scipy"] = pytest.importorskip("scipy")
        pytest.importorskip("scipy.special")
    return np.asarray(eval(formula, names), dtype=float)  # noqa: S307 - our own text


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_value_is_that_of_numpy(formula):
    arrays = drawn(0)
    truth = numpy_value(formula, arrays)
    cells = {name: np.asarray(a).astype(object) for name, a in arrays.items()}
    ours = evaluate(parse(formula, SHAPES), SIZES, cells).astype(float)
    assert ours.shape == truth.shape
    np.testing.assert_allclose(ours, truth, rtol=1e-9, atol=1e-9)


VARYING = [(f, next((n for n in "xACwvTsyzB" if has(f, n)), None)) for f in FORMULAS]
VARYING = [(f, wrt) for f, wrt in VARYING if wrt is not None]


@pytest.mark.parametrize(("formula", "wrt"), VARYING, ids=[f for f, _ in VARYING])
def test_the_derivative_is_that_of_differences(formula, wrt):
    arrays, step = drawn(1), 1e-6
    out = numpy_value(formula, arrays)
    quotients = np.zeros((*out.shape, *arrays[wrt].shape))
    for at in np.ndindex(arrays[wrt].shape):
        unit = np.zeros(arrays[wrt].shape)
        unit[at] = step
        ends = [numpy_value(formula, {**arrays, wrt: arrays[wrt] + sign * unit}) for sign in (1, -1)]
        quotients[(..., *at)] = (ends[0] - ends[1]) / (2 * step)
    d = derive(formula, wrt, needed(formula))
    program = d.numpy()
    ours = np.asarray(program(*(arrays[name] for name in program.inputs)), dtype=float)
    np.testing.assert_allclose(ours, quotients, rtol=1e-5, atol=1e-5)
    assert d.latex()
    assert d.mathml().startswith("<math")


ABSENT = {"torch": {"erfi", "dawsn"}, "jax": {"j0", "j1", "y0", "y1", "k0", "k1", "k0e", "k1e", "jv"}}


@pytest.mark.parametrize(("formula", "wrt"), VARYING, ids=[f for f, _ in VARYING])
def test_the_torch_code_is_compared_with_the_derivation(formula, wrt):
    pytest.importorskip("torch")
    if any(has(formula, name) for name in ABSENT["torch"] - {"erfi"}):
        pytest.skip("PyTorch has no such function")
    assert callable(derive(formula, wrt, needed(formula)).torch())


@pytest.mark.parametrize(("formula", "wrt"), VARYING[::9], ids=[f for f, _ in VARYING[::9]])
def test_the_jax_code_is_compared_with_the_derivation(formula, wrt):
    pytest.importorskip("jax")
    if any(has(formula, name) for name in ABSENT["jax"]):
        pytest.skip("JAX has no such function")
    assert callable(derive(formula, wrt, needed(formula)).jax())


WRONG = [
    ("np.convolve(x, z)", "convolve of two sizes that are names: give the kernel a size in numbers"),
    ("np.correlate(x, y, 'full')", "correlate of two sizes that are names: give the kernel a size in numbers"),
    ("np.pad(x, (1, 2, 3))", "pad takes a width, two, or two for each of 1 axes"),
    ("np.pad(x, 0.5)", "a width of pad is a number from 0 to 64, or a size"),
    ("np.vander(x)", "N is a whole number written out"),
    ("np.split(x, 2)", "an axis is split into parts where its size is a number"),
    ("np.concatenate([A, z])", "are not joined along axis 0"),
    ("np.concatenate([A, C], axis=1)", "differ off axis 1"),
    ("np.stack([x, z])", "what is stacked has one shape"),
    ("np.stack([x, y], axis=2)", "axis 2 does not exist"),
    ("np.quantile(x, 2)", "q is a number written out, from 0 to 1"),
    ("np.moveaxis(A, 0, 5)", "has no such axes"),
    ("np.einsum('...i,j->ij', A, x)", "the dots stand for axes, and the output has none"),
    ("x[::2]", "a slice of an axis whose size is a name has step 1"),
    ("w[[0, 7]]", "index 7 is outside an axis of size 3"),
    ("np.linalg.eigvalls(C)", "is it eigvalsh"),
    ("scipy.special.jv(3, x)", "known for the orders 0 and 1"),
    ("np.take(x, 0.5)", "an index is a whole number"),
]


@pytest.mark.parametrize(("formula", "message"), WRONG, ids=[f for f, _ in WRONG])
def test_what_has_no_meaning_at_every_size_is_one_error(formula, message):
    with pytest.raises(FormulaError) as caught:
        parse(f"0 + {formula}", SHAPES)
    assert message in str(caught.value)
    assert caught.value.column >= 5


def test_a_library_without_a_function_is_told():
    pytest.importorskip("torch")
    with pytest.raises(Exception, match="torch has no function erfi"):
        derive("np.sum(scipy.special.erfi(x)**2)", "x", "x: n").torch()


def test_a_variable_may_have_the_name_of_a_module():
    assert derive("np.trace(F.T @ X)", "X", "F: m,n  X: m,n").result == "F"


def test_the_order_of_equal_entries_is_theirs():
    x = np.array([2.0, 1.0, 2.0, 1.0, 2.0], dtype=object)
    sorted_x = evaluate(parse("np.sort(x)", "x: n"), {"n": 5}, {"x": x})
    assert sorted_x.tolist() == sorted(x)
    assert evaluate(parse("np.median(x)", "x: n"), {"n": 5}, {"x": x}) == 2
