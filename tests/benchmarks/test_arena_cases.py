"""The arena's cases are what they say: shown by differences and by demonstration, never by the judge on trial."""

import importlib.util
import warnings
from collections import Counter

import numpy as np
import pytest

from benchmarks.arena import all_cases
from benchmarks.arena.case import DTYPES, PROPERTIES, Case, at, fixed, normal
from benchmarks.arena.demonstrations import copy, demonstrated
from benchmarks.arena.evidence import cotangent, is_float, pack, pull, valid

CASES = all_cases()
RIGHT = [case for case in CASES if case.right]
MISTAKES = [case for case in CASES if not case.right]
FAMILIES = {
    "arity", "at zero", "axis reversed", "beyond a threshold", "cancellation", "constant factor", "cotangent",
    "diagonal only", "dropped term", "dtype", "eigenvalue gaps", "epsilon", "equal entries", "equal rows",
    "hidden cast", "kink", "literal", "missing broadcast sum", "mutation", "NaN behind a where", "no axis",
    "numerical gradient", "off by one", "one dtype only", "overflow", "raises", "randomness", "repeated indices",
    "rounded constant", "same array twice", "shape", "sign", "size", "size one", "state", "strides",
    "symmetrisation", "ties", "transposed", "treated as constant", "underflow", "wrong axis", "zero size",
}  # fmt: skip


def names(cases):
    return [case.name for case in cases]


def present(case):
    if case.needs and importlib.util.find_spec(case.needs) is None:
        pytest.skip(f"{case.needs} is not installed: {case.name} needs it")


def points(case, dtype):
    yield case.draw(dtype)
    if case.witness:
        yield case.witness(np.dtype(dtype))


def test_the_arena_is_large_enough():
    assert len(MISTAKES) >= 150
    assert len(RIGHT) >= 80
    assert sum(case.reference != "family" for case in MISTAKES) >= 40


def test_no_two_cases_share_a_name():
    assert [name for name, n in Counter(names(CASES)).items() if n > 1] == []


def test_each_family_of_mistakes_is_met_and_named():
    assert {case.family for case in MISTAKES} == FAMILIES


def test_each_dtype_has_its_share():
    for dtype in DTYPES:
        assert sum(dtype in case.dtypes for case in MISTAKES) >= 150
        assert sum(dtype in case.dtypes for case in RIGHT) >= 80


def test_what_a_case_breaks_has_a_word():
    assert {case.breaks for case in MISTAKES} - {None} == set(PROPERTIES)


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_the_right_gradient_lies_between_the_one_sided_slopes(case):
    """At the draw and at the witness, for the right gradient or for a mistake's right twin."""
    present(case)
    for inputs in points(case, "float64"):
        assert valid(case, inputs) == ""


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_the_right_gradient_keeps_its_contract_in_every_dtype(case):
    """Shapes and dtypes of the inputs, finite values, no mutation, None for integers alone."""
    present(case)
    for dtype in case.dtypes:
        for inputs in points(case, dtype):
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                out = case.f(*copy(inputs))
                out_bar = cotangent(out, np.random.default_rng(0))
                given, before = copy(inputs), copy(out_bar)
                grads = pull(case.truth(), out_bar, given)
            assert all(np.asarray(o).dtype == dtype for o in (out if isinstance(out, tuple) else (out,)))
            assert all(map(np.array_equal, given, inputs))
            np.testing.assert_array_equal(pack(out_bar), pack(before))
            for g, x in zip(grads, inputs, strict=True):
                if not is_float(x):
                    assert g is None
                    continue
                assert np.shape(g) == np.shape(x)
                assert np.asarray(g).dtype == dtype
                assert np.all(np.isfinite(g))


@pytest.mark.parametrize("case", MISTAKES, ids=names(MISTAKES))
def test_the_mistake_shows_where_the_case_says(case):
    present(case)
    for dtype in case.dtypes:
        assert demonstrated(case, dtype), f"{case.name} in {dtype} does what its twin does"


def _case(vjp, twin=None, **more):
    return Case("control", "sign", "none", np.abs, vjp, normal((3,)), twin, **more)


def test_the_evidence_refuses_a_wrong_gradient():
    """A negative control of the differences: off by a thousandth, and outside the subgradients at the kink."""
    assert "claimed" in valid(_case(lambda g, x: (1.001 * g * np.sign(x),)), (np.array([1.0, -2.0]),))
    assert "claimed" in valid(_case(lambda g, x: (2.0 * g,)), (np.array([0.0]),))
    assert valid(_case(lambda g, x: (0.5 * g,)), (np.array([0.0]),)) == ""


def test_the_demonstration_refuses_a_mistake_that_is_none():
    right = lambda g, x: (g * np.sign(x),)  # noqa: E731
    for breaks in (None, *PROPERTIES):
        if breaks != "twice":
            assert not demonstrated(_case(right, right, breaks=breaks, witness=at([1, -2])), "float64")


def test_a_draw_is_a_function_of_name_dtype_and_seed():
    case = CASES[0]
    np.testing.assert_array_equal(case.draw("float32", 3)[0], case.draw("float32", 3)[0])
    assert not np.array_equal(case.draw("float32", 3)[0], case.draw("float32", 4)[0])
    np.testing.assert_array_equal(fixed([1, 2])(np.dtype("float16"), np.random.default_rng(0))[0], [1, 2])
