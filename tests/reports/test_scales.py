from __future__ import annotations

import itertools
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import scales

FINITE = st.floats(-1e300, 1e300)
SINGLE = st.floats(allow_nan=False, allow_infinity=False, width=32)


def _scales(values):
    return [scales.linear(values), scales.log10(values), scales.float_ordinal(values, "float64")]


@given(st.lists(FINITE, max_size=6), FINITE, FINITE)
def test_every_scale_keeps_order_and_stays_on_its_axis(values, one, other):
    low, high = sorted((one, other))
    for scale in _scales(values):
        assert 0 <= scale.place(low) <= scale.place(high) <= 1
        assert all(0 <= tick.place <= 1 for tick in scale.ticks)


@given(st.lists(st.floats(1e-30, 1e30), min_size=1, max_size=6))
def test_every_value_that_made_a_linear_or_logarithmic_scale_has_room_on_it(values):
    for scale in (scales.linear(values), scales.log10(values)):
        assert scale.place(max(values)) <= 1
        assert scale.ticks[0].place == 0
        assert 2 <= len(scale.ticks) <= 8


@given(SINGLE)
def test_neighbouring_floats_have_neighbouring_ordinals(x):
    up = struct.unpack("<f", struct.pack("<i", struct.unpack("<i", struct.pack("<f", abs(x)))[0] + 1))[0]
    if math.isfinite(up):
        assert scales.ordinal(up, "float32") == scales.ordinal(abs(x), "float32") + 1
        assert scales.ordinal(-up, "float32") == -scales.ordinal(up, "float32")


def test_zero_is_the_middle_of_a_symmetric_ordinal_axis_and_its_ticks_keep_apart():
    scale = scales.float_ordinal([-100.0, 100.0], "float32")
    assert scale.place(0.0) == 0.5
    assert scale.place(1.0) > 0.9
    assert "0" in [tick.label for tick in scale.ticks]
    places = [tick.place for tick in scale.ticks]
    assert all(b - a >= 0.11 for a, b in itertools.pairwise(places))


def test_a_float_that_the_dtype_does_not_have_is_refused():
    with pytest.raises(OverflowError):
        scales.ordinal(1e300, "float16")


@pytest.mark.parametrize(
    ("n", "plain", "words"), [(0, False, "1"), (-12, False, "10⁻¹²"), (2, True, "100"), (-1, True, "0.1")]
)
def test_powers_of_ten_are_written_as_people_write_them(n, plain, words):
    assert scales.power_of_ten(n, plain=plain) == words
