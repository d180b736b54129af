"""The draws, the classification and the search for the smallest exception, each on its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.claims.claim import Batch, EndlessError, Trial
from verify.claims.draws import generator, log_uniform, normal, simple, special, specials
from verify.claims.experiment import _ulps
from verify.claims.smallest import exponents, order, significant_bits, smallest
from verify.claims.trial import KINDS, agree, broken, classify, run_programs, same_bits

DTYPES = [np.dtype(name) for name in ("float16", "float32", "float64")]


@pytest.fixture(autouse=True)
def quiet():
    """Overflows are what these tests are about."""
    with np.errstate(all="ignore"):
        yield


def test_a_stream_depends_on_seed_and_names_alone():
    first = normal(generator(1, "a", "b"), 5, (), DTYPES[2])
    assert np.array_equal(first, normal(generator(1, "a", "b"), 5, (), DTYPES[2]))
    assert not np.array_equal(first, normal(generator(1, "a", "c"), 5, (), DTYPES[2]))
    assert not np.array_equal(first, normal(generator(2, "a", "b"), 5, (), DTYPES[2]))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_log_uniform_numbers_are_finite_and_reach_every_binade(dtype):
    drawn = log_uniform(generator(0), 200_000, (), dtype)
    info = np.finfo(dtype)
    met = np.unique(exponents(drawn))
    assert np.isfinite(drawn).all()
    assert not (drawn == 0).any()
    assert met.tolist() == list(range(info.minexp - info.nmant, info.maxexp))
    assert 0.45 < np.signbit(drawn).mean() < 0.55


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_special_value_is_tried_on_a_single_number(dtype):
    values = specials(dtype)
    drawn = special(generator(0), len(values), (), dtype)
    assert sorted(map(repr, drawn)) == sorted(map(repr, values))
    assert np.isnan(values).sum() == 1
    assert (values == 0).sum() == 2


@pytest.mark.parametrize("draw", [normal, log_uniform, special, simple])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_draws_have_their_shape_and_dtype(draw, shape):
    for dtype in DTYPES:
        drawn = draw(generator(0), 7, shape, dtype)
        assert drawn.shape == (7, *shape)
        assert drawn.dtype == dtype


@given(st.integers(1, 2**24 - 1), st.integers(-30, 30))
def test_significant_bits_are_those_of_the_odd_part(whole, exponent):
    odd = whole
    while odd % 2 == 0:
        odd //= 2
    number = np.array([whole * 2.0**exponent], dtype=np.float32)
    assert significant_bits(number)[0] == odd.bit_length()
    assert exponents(number)[0] == whole.bit_length() - 1 + exponent


def test_the_simplest_draw_comes_first():
    numbers = np.array([3.0, np.nan, -1.0, 1.1, 2.0, 1.0, 0.0, np.inf], dtype=np.float32)
    assert numbers[order((numbers,))].tolist()[:5] == [0.0, 1.0, -1.0, 2.0, 3.0]


def _trial(program, batch, shapes=({"x": (1,)}, {"x": (2,)}), **options):
    return Trial(shapes, program, batch, **options)


def _squares(x):
    return Batch(x * x, np.abs(x) ** 2, parts=(x * x,))


@pytest.mark.parametrize(
    ("number", "kind"),
    [(1.5, "rounding"), (1e-30, "underflow"), (1e30, "overflow"), (np.inf, "infinity"), (np.nan, "NaN")],
)
def test_an_exception_is_put_down_to_what_happened(number, kind):
    drawn = np.array([[number]], dtype=np.float32)
    assert KINDS[classify(_trial(None, _squares), (drawn,), _squares(drawn))[0]] == kind


def test_a_zero_divisor_is_named():
    x = np.zeros((1, 1))
    batch = Batch(x / x, np.ones_like(x), divisor=x)
    assert KINDS[classify(_trial(None, None), (x,), batch)[0]] == "zero"


def test_only_the_entries_at_fault_explain_an_entrywise_exception():
    x = np.array([[1.0, np.inf]])
    batch = Batch(np.array([[1.0, np.inf]]), np.array([[2.0, np.inf]]))
    kinds = [KINDS[classify(_trial(None, None, entrywise=e), (x,), batch)[0]] for e in (True, False)]
    assert kinds == ["rounding", "infinity"]


@pytest.mark.parametrize("relation", ["==", "<="])
def test_nan_never_passes(relation):
    nan = np.array([[np.nan]])
    assert broken(_trial(None, None, relation=relation), Batch(nan, nan)).tolist() == [True]
    assert broken(_trial(None, None, relation="identical"), Batch(nan, nan)).tolist() == [False]
    assert broken(_trial(None, None, relation="identical"), Batch(nan, np.ones((1, 1)))).tolist() == [True]


def test_an_endless_draw_is_an_exception():
    one = np.ones((2, 1))
    assert broken(_trial(None, None), Batch(one, one, endless=np.array([False, True]))).tolist() == [False, True]


def test_bits_agree_only_with_their_zeros_signs_and_dtype():
    zero = np.array([[0.0], [np.nan]])
    assert same_bits(zero, zero).all()
    assert same_bits(zero, -zero).tolist() == [False, True]
    assert not same_bits(zero, zero.astype(np.float32)).any()


class Plain:
    """An engine whose tensors are arrays: enough for a program of arithmetic."""

    class Held(np.ndarray):
        """An array that answers as a tensor."""

        def detach(self):
            return self

        def numpy(self):
            return np.asarray(self)

    @classmethod
    def tensor(cls, values):
        return np.asarray(values).view(cls.Held)


def test_programs_run_one_by_one_note_the_endless():
    def program(torch, x):
        del torch
        if x[0] == 0:
            raise EndlessError("zero")
        return x, x * 2

    drawn = (np.array([[0.0], [3.0]]),)
    real = run_programs(_trial(program, None), Plain, drawn)
    assert real.endless.tolist() == [True, False]
    assert (real.left[1, 0], real.right[1, 0]) == (3.0, 6.0)
    model = Batch(drawn[0], drawn[0] * 2, endless=np.array([True, False]))
    assert agree(model, real).all()
    assert agree(Batch(drawn[0], drawn[0] * 2), real).tolist() == [False, True]


@given(st.integers(2, 200))
def test_the_smallest_exception_is_the_smallest(threshold):
    """Where x breaks the claim from a threshold on, the simplest float above it is found, at size 1."""

    def batch(x):
        top = x.max(axis=1)
        return Batch(top, np.minimum(top, np.float32(threshold) - 1))

    trial = _trial(None, batch)
    drawn = np.full((1, 2), 1234.5, dtype=np.float32)
    best = smallest(trial, lambda inputs: batch(*inputs), "rounding", [(trial.shapes[1], (drawn,))], generator(0), 512)
    (found,) = best[0][0]
    assert best[0].shape == (1, 1)
    assert found > threshold - 1
    assert significant_bits(np.array([found]))[0] == 1


def test_a_kind_that_no_candidate_shows_has_no_smallest():
    def batch(x):
        return Batch(x, x)

    trial = _trial(None, batch)
    drawn = np.ones((1, 1), dtype=np.float32)
    assert (
        smallest(trial, lambda inputs: batch(*inputs), "rounding", [(trial.shapes[0], (drawn,))], generator(0), 64)
        is None
    )


def test_ulps_are_units_of_the_larger_sides_last_place():
    one, top = np.float32(1), np.finfo(np.float32).max
    assert _ulps(np.nextafter(one, np.float32(2)), one) == 1.0
    assert _ulps(np.nextafter(one, np.float32(0)), one) == 0.5
    assert _ulps(np.nextafter(top, np.float32(0)), top) == 1.0
    assert _ulps(np.float64(5e-324), np.float64(0)) == 1.0
    assert _ulps(np.float64(np.inf), np.float64(0)) is None
    assert _ulps(np.float64(-1.7e308), np.float64(1.7e308)) > 1e15
