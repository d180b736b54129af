"""No right gradient is called wrong, in any dtype in which it is right."""

from __future__ import annotations

import gallery
import pytest

from verify.verdicts import Verdict

DTYPES = ("float16", "float32", "float64", "longdouble", "bfloat16")
NOT_IN = {
    "softmax of an offset": {"float16": "1e8 is beyond the range"},
    "large inputs": {"float16": "1e10 is beyond the range"},
    "high curvature": {"float16": "1e6 is beyond the range"},
    "an einsum": {"bfloat16": "NumPy's einsum refuses it"},
    "a norm at 0": {"float16": "the square of a number nearby vanishes"},
    "a Taylor branch": dict.fromkeys(("float16", "float32", "bfloat16"), "its threshold is chosen for float64"),
    **{
        title: dict.fromkeys(("float16", "longdouble"), "numpy.linalg refuses it")
        for title in ("an ill-conditioned solve", *gallery.LINEAR_ALGEBRA)
    },
}
"""Where an entry is right in some dtypes only: which not, and why."""


CASES = [(title, name) for title in gallery.RIGHT for name in DTYPES if name not in NOT_IN.get(title, {})]


@pytest.mark.parametrize(("title", "dtype"), CASES, indirect=["dtype"])
def test_a_right_gradient_is_right_whatever_its_dtype(title, dtype):
    judgement = gallery.judged(gallery.RIGHT[title], dtype)
    assert judgement.status is Verdict.RIGHT, judgement.message
    assert judgement.counterexample is None
    judgement.assert_right()


def test_the_gallery_of_right_gradients_is_large():
    assert len(gallery.RIGHT) >= 60
