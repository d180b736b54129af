"""Compiled code is judged by differences with error bars, or by its reference, and the verdict says so."""

from __future__ import annotations

import ctypes
import math

import numpy as np
import pytest

from verify import check
from verify.verdicts import Verdict

X = np.array([0.5, -1.25])


def hidden(function):
    """A NumPy function whose numbers pass through C."""

    def program(x):
        values = [ctypes.c_double(v).value for v in np.ravel(x)]
        return np.array([function(v) for v in values], dtype=np.asarray(x).dtype).reshape(np.shape(x))

    return program


sine, square = hidden(math.sin), hidden(lambda v: v * v)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_a_right_gradient_of_compiled_code_is_right_and_the_notes_say_how_it_was_judged(dtype):
    judgement = check(sine, X.astype(dtype), vjp=lambda out_bar, x: out_bar * np.cos(x))
    assert judgement.status is Verdict.RIGHT, judgement.message
    assert any(note.startswith("not read with exact numbers: ") for note in judgement.notes)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("factor", [-1, 0, 1.01, 2])
def test_a_wrong_gradient_of_compiled_code_is_wrong(factor, dtype):
    judgement = check(sine, X.astype(dtype), vjp=lambda out_bar, x: out_bar * np.cos(x) * x.dtype.type(factor))
    assert judgement.status is Verdict.WRONG, judgement.message
    assert any(note.startswith("not read with exact numbers: ") for note in judgement.notes)


def test_one_wrong_entry_of_compiled_code_is_wrong():
    judgement = check(square, X, vjp=lambda out_bar, x: out_bar * 2 * x * (np.arange(x.size) != 1))
    assert judgement.status is Verdict.WRONG


def test_an_opaque_pullback_is_judged_by_the_functions_exact_slope():
    cosine = hidden(math.cos)
    assert check(np.sin, X, vjp=lambda out_bar, x: out_bar * cosine(x)).status is Verdict.RIGHT
    assert check(np.sin, X, vjp=lambda out_bar, x: -out_bar * cosine(x)).status is Verdict.WRONG


@pytest.mark.parametrize("reference", [np.sin, "sin(x)", "np.sin(x)"], ids=["function", "formula", "with np"])
def test_a_reference_makes_the_judgement_exact(reference):
    judgement = check(sine, X, vjp=lambda out_bar, x: out_bar * np.cos(x), reference=reference)
    assert judgement.status is Verdict.RIGHT
    assert judgement.digits > 40
    assert not judgement.notes
    judgement = check(sine, X, vjp=lambda out_bar, x: out_bar * np.cos(x) * (1 + 1e-10), reference=reference)
    assert judgement.status is Verdict.WRONG


def test_a_kink_of_compiled_code_is_no_mistake():
    judgement = check(hidden(abs), np.array([0.0]), vjp=lambda out_bar, x: out_bar * np.sign(x))
    assert judgement.status is not Verdict.WRONG, judgement.message


def test_noise_that_hides_the_slope_is_undecided_and_never_right():
    noise = np.random.default_rng(0)
    noisy = hidden(lambda v: v + noise.normal())
    judgement = check(noisy, X[:1], vjp=lambda out_bar, x: out_bar * 1.5, seconds=5)
    assert judgement.status is not Verdict.RIGHT, judgement.message
