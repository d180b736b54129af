"""The printed text of a tensor is PyTorch's, character for character."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import numeric
from numeric.printing import format_array, format_tensor, get_printoptions, printoptions, set_printoptions

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
SUFFIXES = {name: [f"dtype=torch.{name}"] for name in DTYPES}
SUFFIXES |= {"float32": [], "int64": [], "bool": []}


def _floats(dtype):
    width = np.dtype(dtype).itemsize * 8
    tidy = st.integers(-2000, 2000).map(lambda n: n / 4)
    whole = st.integers(-2000, 2000).map(float)
    return st.one_of(st.floats(width=width), tidy, whole, st.sampled_from([0.0, -0.0, math.nan]))


@st.composite
def arrays(draw, max_side=7):
    """Arrays of every dtype, of whole, tidy or any entries, ordinary or extreme."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(npst.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=max_side))
    elements = None
    if dtype.startswith("float"):
        elements = draw(st.sampled_from([_floats(dtype), st.integers(-99, 99).map(float)]))
    return draw(npst.arrays(dtype, shape, elements=elements))


def _suffixes(array):
    size = [f"size={array.shape}"] if array.size == 0 and array.ndim != 1 else []
    told = array.dtype == np.float32 if array.size == 0 else not SUFFIXES[array.dtype.name]
    return size + ([] if told else [f"dtype=torch.{array.dtype.name}"])


@given(arrays())
@example(np.zeros((2, 0, 3), np.float32))
@example(np.float32([math.inf, -math.inf, math.nan, 0, -0.0]))
@example(np.float64([5e-324, 1.7976931348623157e308]))
@example(np.float32([[1, 2], [3, math.nan]]))
@example(np.float32([1e8, 1]))
@example(np.float32([1000.5, 1]))
@example(np.array(1e-4))
def test_an_array_prints_as_pytorch_prints_the_same_entries(torch, array):
    assert format_array(array, _suffixes(array)) == repr(torch.from_numpy(array))


@given(arrays(max_side=12), st.booleans(), st.booleans())
def test_a_tensor_prints_its_dtype_and_its_history(torch, array, follows, computed):
    ours, theirs = numeric.from_numpy(array.copy()), torch.from_numpy(array.copy())
    if follows and array.dtype.kind == "f":
        ours.requires_grad_()
        theirs.requires_grad_()
    if computed:
        ours, theirs = ours.reshape(-1), theirs.reshape(-1)
    assert format_tensor(ours) == repr(theirs) == repr(ours)


def test_the_default_dtype_is_not_printed(torch):
    for module in (numeric, torch):
        module.set_default_dtype(module.float64)
    try:
        for dtype in ("float32", "float64", "int32"):
            ours = numeric.ones(2, dtype=getattr(numeric, dtype))
            assert repr(ours) == repr(torch.ones(2, dtype=getattr(torch, dtype)))
    finally:
        for module in (numeric, torch):
            module.set_default_dtype(module.float32)


OPTIONS = st.fixed_dictionaries(
    {
        "edgeitems": st.integers(0, 4),
        "threshold": st.sampled_from([0, 3, 20, 1000, math.inf]),
        "linewidth": st.integers(10, 120),
        "precision": st.integers(0, 8),
        "sci_mode": st.sampled_from([None, True, False]),
    }
)


@given(
    npst.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=12),
    OPTIONS,
    st.randoms(use_true_random=False),
)
def test_every_option_does_what_it_does_in_pytorch(torch, shape, options, random):
    size = math.prod(shape)
    array = np.array([random.gauss(0, 30) for _ in range(size)], np.float64).reshape(shape)
    suffixes = [] if options["edgeitems"] else [f"size={shape}"]
    suffixes.append("dtype=torch.float64")
    with printoptions(**options), torch._tensor_str.printoptions(**options):
        assert format_array(array, suffixes) == repr(torch.from_numpy(array))


@pytest.mark.parametrize("shape", [(1001,), (40, 40), (7, 8, 30), (1, 1001), (1001, 1), (2, 1, 600)])
def test_beyond_a_thousand_entries_only_the_edges_are_shown_and_decide_the_format(torch, shape):
    array = np.linspace(-3, 3, math.prod(shape), dtype=np.float32).reshape(shape)
    array.flat[array.size // 2] = 1e30  # in the middle: it must not force scientific notation
    assert format_array(array) == repr(torch.from_numpy(array))


@pytest.mark.parametrize("profile", ["default", "short", "full"])
def test_profiles_are_pytorchs(torch, profile):
    array = np.linspace(0, 1, 1200, dtype=np.float32)
    with printoptions(profile=profile), torch._tensor_str.printoptions(profile=profile):
        assert format_array(array) == repr(torch.from_numpy(array))


def test_options_come_back_after_the_block_even_when_it_fails():
    before = get_printoptions()
    with pytest.raises(ZeroDivisionError), printoptions(precision=2, sci_mode=True):
        _ = 1 / 0
    assert get_printoptions() == before == get_printoptions() | {"precision": 4, "sci_mode": None}


@pytest.mark.parametrize(
    "options", [{"profile": "long"}, {"precision": -1}, {"edgeitems": "3"}, {"threshold": math.nan}]
)
def test_an_option_out_of_range_is_named_and_changes_nothing(options):
    before = get_printoptions()
    (name,) = options
    with pytest.raises(numeric.NumericValueError, match=rf"{name}=.*give "):
        set_printoptions(**options)
    assert get_printoptions() == before


@pytest.mark.parametrize("thing", [[1.0], np.array(["a"]), np.array([1j]), 3])
def test_only_arrays_of_numbers_and_truth_values_are_formatted(thing):
    with pytest.raises(numeric.NumericTypeError, match="give a NumPy array"):
        format_array(thing)
