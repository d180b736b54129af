"""Exact inputs as text: an array that is pasted is the same array, bit by bit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from verify import check
from verify.checking.snippet import array_text
from verify.errors import WrongGradientError

DTYPES = st.sampled_from([np.float16, np.float32, np.float64, np.int64, np.uint8, np.bool_])


def read(text, **more):
    return eval(text, {"np": np, **more})  # noqa: S307 - our own text


@given(DTYPES.flatmap(lambda d: hnp.arrays(d, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3))))
def test_an_array_from_its_text_is_the_same_bit_by_bit(x):
    again = read(array_text(x))
    assert again.dtype == x.dtype
    assert again.shape == x.shape
    assert np.array_equal(again, x, equal_nan=x.dtype.kind == "f")
    numbers = x.dtype.kind != "f" or not np.any(np.isnan(x))
    assert not numbers or again.tobytes() == x.tobytes()


@given(st.floats(allow_nan=False))
def test_a_scalar_stays_a_scalar(value):
    again = read(array_text(np.float64(value)))
    assert isinstance(again, np.float64)
    assert again.tobytes() == np.float64(value).tobytes()


@pytest.mark.parametrize("dtype", ["bfloat16"], indirect=True)
def test_a_bfloat16_is_written_by_ml_dtypes(dtype):
    import ml_dtypes  # noqa: PLC0415 - it is optional

    x = np.array([[0.1, -0.0], [3e38, 1e-40]]).astype(dtype)
    assert read(array_text(x), ml_dtypes=ml_dtypes).tobytes() == x.tobytes()


def test_a_longdouble_keeps_its_further_digits():
    x = np.longdouble(1) / np.arange(1, 8, dtype=np.longdouble)
    assert np.array_equal(read(array_text(x)), x)
    assert read(array_text(x[2])) == x[2]


def test_an_input_that_has_the_name_of_a_program_does_not_hide_it():
    judgement = check(lambda f, np_: f * np_, 1.5, 2.5, vjp=lambda out_bar, f, np_: (out_bar * np_, 0 * f))
    with pytest.raises(WrongGradientError):
        exec(judgement.counterexample.snippet, {})  # noqa: S102 - our own snippet


def test_a_snippet_names_reference_seed_and_order():
    judgement = check(
        lambda x: x**3, 1.5, vjp=lambda out_bar, x: out_bar * x, reference=lambda x: x * x * x, seed=7, order=2
    )
    text = judgement.counterexample.snippet
    assert "reference=reference" in text
    assert "seed=7, order=2).assert_right()" in text
    with pytest.raises(WrongGradientError):
        exec(text, {})  # noqa: S102 - our own snippet


def test_a_formula_for_a_reference_can_be_pasted_too():
    judgement = check(np.sin, 1.5, vjp=lambda out_bar, x: out_bar * x, reference="sin(x)")
    with pytest.raises(WrongGradientError):
        exec(judgement.counterexample.snippet, {})  # noqa: S102 - our own snippet
