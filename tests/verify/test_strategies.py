"""Arrays by signature and domain: sizes agree, values are valid as built, and failures shrink to readable numbers."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from verify.errors import UsageError
from verify.strategies import FLOATS, apart, arrays, inputs_of, within

pytestmark = pytest.mark.shrinks

SEARCH = settings(max_examples=1000, database=None, deadline=None)


def minimal(strategy, condition=lambda _: True, search=SEARCH):
    return find(strategy, condition, settings=search, random=random.Random(0))  # noqa: S311 - not a secret, a fixed seed


def same(a, b):
    """Alike to the sign of zero; longdoubles hold idle bytes, so bytes are not compared."""
    alike = np.array_equal(a, b, equal_nan=True) and np.array_equal(np.signbit(a), np.signbit(b))
    return a.dtype == b.dtype and alike


@given(arrays("(m,n),(n)->(m)", dtype=FLOATS, min_side=0))
def test_sizes_agree_by_name_and_the_dtype_is_shared(inputs):
    x, y = inputs
    assert x.ndim == 2
    assert y.shape == x.shape[1:]
    assert max(x.shape) <= 4
    assert x.dtype == y.dtype


@given(*apart(arrays("(m,n),(n)->(m)"), 2))
def test_inputs_drawn_apart_belong_together(x, y):
    assert x.shape[1:] == y.shape


def test_a_single_input_is_no_tuple():
    assert same(minimal(arrays()), np.zeros(1))
    assert same(minimal(arrays("()")), np.zeros(()))
    assert same(minimal(arrays((2, 3), dtype="float32")), np.zeros((2, 3), np.float32))
    assert same(minimal(arrays(2)), np.zeros(2))


def test_signatures_are_read():
    assert inputs_of("(m, n),(n)->(m)") == (("m", "n"), ("n",))
    assert inputs_of(" (), (3,n ) ") == ((), (3, "n"))
    assert inputs_of("(n,)->()") == (("n",),)


def test_shape_and_values_shrink_together():
    x, y = minimal(arrays("(m,n),(n)->(m)"), lambda inputs: np.any(inputs[0] @ inputs[1] > 1))
    assert same(x, np.ones((1, 1)))
    assert same(y, np.array([2.0]))


@pytest.mark.parametrize(
    ("condition", "smallest"),
    [
        (lambda x: np.any(x != np.round(x)), [0.5]),
        (lambda x: np.sum(x) > 20, [21.0]),
        (lambda x: np.unique(x).size >= 3, [0.0, 1.0, -1.0]),
        (lambda x: np.any(np.abs(x) > 900), [901.0]),
    ],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_failures_shrink_to_readable_numbers(condition, smallest, dtype):
    assert same(minimal(arrays(dtype=dtype), condition), np.array(smallest, dtype))


@pytest.mark.parametrize(
    ("condition", "smallest"),
    [
        (lambda x: x.size > 2, [0.0, 0.0, 0.0]),
        (lambda x: np.any(x > 1), [2.0]),
        (lambda x: np.any(x < 0), [-1.0]),
    ],
)
@pytest.mark.parametrize("dtype", FLOATS)
def test_every_dtype_shrinks_alike(condition, smallest, dtype):
    assert same(minimal(arrays(dtype=dtype), condition), np.array(smallest, dtype))


@pytest.mark.parametrize(
    ("domain", "smallest"),
    [
        ("real", [[0.0, 0.0], [0.0, 0.0]]),
        ("positive", [[1.0, 1.0], [1.0, 1.0]]),
        ("nonnegative", [[0.0, 0.0], [0.0, 0.0]]),
        ("negative", [[-1.0, -1.0], [-1.0, -1.0]]),
        ("nonzero", [[1.0, 1.0], [1.0, 1.0]]),
        ("probability", [[0.5, 0.5], [0.5, 0.5]]),
        ("in (-1, 1)", [[0.0, 0.0], [0.0, 0.0]]),
        ((0.1, 0.2), [[0.125, 0.125], [0.125, 0.125]]),
        ("in [-0.2, -0.1]", [[-0.125, -0.125], [-0.125, -0.125]]),
        ((2000, float("inf")), [[2008.0, 2008.0], [2008.0, 2008.0]]),
        ("sorted", [[0.0, 0.0], [0.0, 0.0]]),
        ("increasing", [[0.0, 1.0], [0.0, 1.0]]),
        ("with ties", [[0.0, 0.0], [0.0, 0.0]]),
        ("symmetric", [[0.0, 0.0], [0.0, 0.0]]),
        ("antisymmetric", [[0.0, 0.0], [0.0, 0.0]]),
        ("spd", [[1.0, 0.0], [0.0, 1.0]]),
        ("invertible", [[1.0, 0.0], [0.0, 1.0]]),
        ("simplex", [[1.0, 0.0], [1.0, 0.0]]),
        ("positive, simplex", [[0.5, 0.5], [0.5, 0.5]]),
        ("one-hot", [[1.0, 0.0], [1.0, 0.0]]),
    ],
)
def test_each_domain_has_its_simplest_array(domain, smallest):
    x = minimal(arrays("(n,n)", domain=domain, dtype="bfloat16"), lambda x: x.shape[0] >= 2)
    assert x.tolist() == smallest
    assert x.dtype.name == "bfloat16"


@pytest.mark.parametrize(
    ("domain", "smallest"), [("integers", [0, 0]), ("labels(n)", [0, 0]), ("integers in [3, 9]", [3, 3])]
)
def test_integers_are_of_an_integer_dtype(domain, smallest):
    assert same(minimal(arrays("(n)", domain=domain), lambda x: x.size > 1), np.array(smallest, np.int64))


def test_distinct_numbers_count_up():
    assert same(minimal(arrays(domain="distinct"), lambda x: x.size > 3), np.array([0.0, 1.0, -1.0, 2.0]))
    assert same(minimal(arrays(domain="positive, distinct"), lambda x: x.size > 2), np.array([1.0, 2.0, 3.0]))
    assert same(minimal(arrays(domain="integers, increasing"), lambda x: x.size > 2), np.array([-1, 0, 1]))


@given(arrays("(n)", domain="distinct, in (0.5, 0.51)", dtype="float16"))
def test_distinct_numbers_are_found_where_few_are_readable(x):
    assert np.unique(x).size == x.size
    assert np.all((x > 0.5) & (x < 0.51))


HOLDS = {
    "positive": lambda x: np.all(x > 0),
    "nonnegative": lambda x: np.all(x >= 0),
    "negative": lambda x: np.all(x < 0),
    "nonzero": lambda x: np.all(x != 0),
    "probability": lambda x: np.all((x > 0) & (x < 1)),
    "in [-0.25, 0.1)": lambda x: np.all((x >= -0.25) & (x < 0.1)),
    "in (1e-7, 4e-7)": lambda x: np.all((x > 1e-7) & (x < 4e-7)),
    "in (1000, 1010)": lambda x: np.all((x > 1000) & (x < 1010)),
    "distinct": lambda x: np.unique(x).size == x.size,
    "sorted": lambda x: np.all(np.diff(x) >= 0),
    "increasing": lambda x: np.all(np.diff(x) > 0),
    "with ties": lambda x: all(np.unique(row).size < row.size for row in x),
    "symmetric": lambda x: np.all(x == x.T),
    "antisymmetric": lambda x: np.all(x == -x.T),
    "spd": lambda x: np.all(x == x.T) and np.all(np.linalg.eigvalsh(x) > 0),
    "invertible": lambda x: np.linalg.matrix_rank(x) == x.shape[0],
    "simplex": lambda x: np.all(x >= 0) and np.all(x.sum(axis=1) == 1),
    "positive, simplex": lambda x: np.all(x > 0) and np.all(x.sum(axis=1) == 1),
    "one-hot": lambda x: np.all(np.sort(x, axis=1)[:, ::-1] == np.eye(x.shape[1])[:1]),
}


@pytest.mark.parametrize("domain", HOLDS)
@settings(max_examples=20)
@given(data=st.data())
def test_every_draw_lies_in_its_domain(domain, data):
    x = data.draw(arrays("(n,n)", dtype=("float16", "float32", "float64", "bfloat16"), domain=domain))
    assert HOLDS[domain](x.astype(np.float64))
    assert within("(n,n)", domain)(x)


@pytest.mark.parametrize(
    ("signature", "domain", "inputs"),
    [
        ("(n),(n)", None, ([1.0], [1.0, 2.0])),
        ("(n)", None, (1.0,)),
        ("(3)", None, ([1.0],)),
        ("(n)", None, ([np.nan],)),
        ("(n)", None, ([np.inf],)),
        ("(n)", "positive", ([0.0],)),
        ("(n)", "nonzero", ([1.0, 0.0],)),
        ("(n)", (0, 1), ([1.0],)),
        ("(n)", "integers", ([0.5],)),
        ("(k),()", (None, "labels(k)"), ([1.0, 2.0], 2)),
        ("(n)", "distinct", ([1.0, 1.0],)),
        ("(n)", "sorted", ([1.0, 0.0],)),
        ("(n)", "increasing", ([1.0, 1.0],)),
        ("(n)", "with ties", ([1.0, 2.0],)),
        ("(n,n)", "symmetric", ([[1.0, 2.0], [0.0, 1.0]],)),
        ("(n,n)", "antisymmetric", ([[1.0]],)),
        ("(n,n)", "spd", ([[1.0, 2.0], [2.0, 1.0]],)),
        ("(n,n)", "invertible", ([[1.0, 1.0], [1.0, 1.0]],)),
        ("(n)", "simplex", ([0.5, 0.25],)),
        ("(n)", "positive, simplex", ([1.0, 0.0],)),
        ("(n)", "one-hot", ([0.5, 0.5],)),
    ],
)
def test_what_lies_outside_a_domain_is_told_apart(signature, domain, inputs):
    assert not within(signature, domain)(*inputs)


@given(arrays("(n)", dtype="longdouble", domain="in (1, 1.0000001)"))
def test_longdoubles_stay_between_their_ends(x):
    assert np.all((x > 1) & (x < np.longdouble("1.0000001")))


@pytest.mark.skipif(np.finfo(np.longdouble).nmant <= 52, reason="longdouble is float64 on this platform")
def test_longdoubles_have_bits_of_their_own():
    """Some that are drawn are no float64s; how far such a number shrinks hangs on Hypothesis's own patience."""
    drawn = settings(SEARCH, phases=[Phase.generate])
    x = minimal(arrays(dtype="longdouble"), lambda x: np.any(x.astype(np.float64) != x), drawn)
    assert x.dtype == np.longdouble


@given(arrays("(b,k),(b)->()", domain=("real", "labels(k)"), min_side=0))
def test_labels_stay_below_their_size_and_need_one(inputs):
    x, labels = inputs
    assert x.shape[1] >= 1
    assert labels.shape == x.shape[:1]
    assert np.all((labels >= 0) & (labels < x.shape[1]))


@given(arrays("(b,n,n),(b,n)", domain=("spd", "real")))
def test_matrices_come_in_batches(inputs):
    x, y = inputs
    assert np.all(np.linalg.eigvalsh(x) > 0)
    assert y.shape == x.shape[:2]


def test_zero_sizes_are_drawn_on_request_and_are_not_the_simplest():
    assert minimal(arrays(min_side=0)).shape == (1,)
    assert minimal(arrays("(m,n)", min_side=0), lambda x: x.size == 0).shape == (1, 0)


@pytest.mark.parametrize(
    ("word", "condition", "smallest"),
    [
        ("signed zeros", lambda x: np.any(np.signbit(x) & (x == 0)), [-0.0]),
        ("ties", lambda x: np.unique(x).size < x.size, [0.0, 0.0]),
        ("subnormals", lambda x: np.any((x != 0) & (np.abs(x) < 2.0**-126)), [2.0**-149]),
        ("tiny", lambda x: np.any((x != 0) & (np.abs(x) < 2.0**-120)), [2.0**-126]),
        ("huge", lambda x: np.any(np.abs(x) > 1e30), [np.finfo(np.float32).max]),
        ("infinities", lambda x: np.any(np.isinf(x)), [np.inf]),
        ("nan", lambda x: np.any(np.isnan(x)), [np.nan]),
    ],
)
def test_special_values_come_on_request(word, condition, smallest):
    assert same(minimal(arrays(dtype="float32", special=word), condition), np.array(smallest, np.float32))


@given(arrays(special=("huge", "infinities"), domain="positive"))
def test_special_values_stay_in_the_domain(x):
    assert np.all(x > 0)


@given(arrays(elements=st.floats(0, 1), domain="sorted"))
def test_elements_are_the_callers(x):
    assert np.all((x >= 0) & (x <= 1))
    assert np.all(np.diff(x) >= 0)


@pytest.mark.parametrize(
    "strategy",
    [
        arrays(),
        arrays("(m,n),(n)->(m)", dtype=np.float32, domain=["real", [0, 1]], max_side=3, special="nan"),
        arrays((2, 3), dtype=[np.float16, "bfloat16"], min_side=0),
        arrays(dtype=np.longdouble, domain="positive, distinct"),
        arrays(elements=st.floats(min_value=0)),
    ],
)
def test_the_repr_rebuilds(strategy):
    assert repr(eval(repr(strategy), {"arrays": arrays, "floats": st.floats})) == repr(strategy)  # noqa: S307 - the point


def test_the_repr_is_the_call():
    assert repr(arrays("(n)", dtype="float32", domain=(-1, 1))) == "arrays('(n)', dtype='float32', domain=(-1, 1))"


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("(m,n),",), {}, r"signature '\(m,n\),' is not understood: expected inputs in parentheses"),
        (("m,n",), {}, r"signature 'm,n' is not understood"),
        (("(2n)",), {}, r"signature '\(2n\)' is not understood"),
        (("(m,,n)",), {}, "is not understood"),
        ((2.5,), {}, r"shape 2.5 is not understood: expected a tuple of sizes, such as \(3, 2\)"),
        (((2, -1),), {}, "shape .* is not understood"),
        ((), {"dtype": "int32"}, "dtype 'int32' is none that is drawn: expected one of float16, .*domain='integers'"),
        ((), {"dtype": "complex64"}, "dtype 'complex64' is none that is drawn"),
        ((), {"dtype": "float"}, None),
        ((), {"dtype": []}, "names none"),
        (
            (),
            {"domain": "postive"},
            "domain 'postive' holds 'postive', which is no word of ours: choose among real, posi",
        ),
        ((), {"domain": {"x": "positive"}}, r"domain {'x': 'positive'} \(dict\) is not understood"),
        ((), {"domain": "positive, nonzero"}, "says two things at once"),
        ((), {"domain": "sorted, distinct"}, "says two things at once"),
        ((), {"domain": (1, 0)}, r"domain \(1, 0\) is empty: expected a low end below the high end"),
        ((), {"domain": "in (a, 1)"}, "ends at 'a': expected a number"),
        ((), {"domain": "integers in (0, 1)"}, "holds no integer"),
        ((), {"domain": "integers in [0, inf)"}, "expected finite ends"),
        ((), {"domain": ("real", "real")}, "has 2 parts for 1 inputs"),
        ((), {"domain": "labels(k)"}, r"'labels\(k\)' names no size"),
        ((), {"domain": "labels(0)"}, "is empty"),
        (("(m,n)",), {"domain": "spd"}, r"'spd' does not fit the input \(m,n\): expected equal last sizes"),
        (("()",), {"domain": "sorted"}, r"'sorted' does not fit the input \(\): expected an axis"),
        ((1,), {"domain": "with ties"}, "expected a last size of at least 2"),
        (("(n,n)",), {"domain": "positive, spd"}, "asks what 'spd' cannot have: expected 'spd' alone"),
        (("(n,n)",), {"domain": "positive, antisymmetric"}, "or with an interval around 0"),
        ((), {"domain": (2048.5, 2049.5), "dtype": "float16"}, r"no float16 lies in \(2048.5, 2049.5\)"),
        ((), {"domain": (1e6, 1e7), "dtype": "float16"}, "no float16 lies in"),
        ((), {"special": "NaN"}, "special 'NaN' is unknown: choose among zeros"),
        ((), {"special": "zeros", "domain": "positive"}, "special 'zeros' lies outside every input's domain"),
        ((), {"special": "ties", "domain": "distinct"}, "special 'ties' lies outside"),
        ((), {"elements": 1.0}, r"elements=1.0 \(float\) is no strategy"),
        ((), {"elements": st.floats(), "domain": "positive"}, "give one of them"),
        ((), {"min_side": 3, "max_side": 2}, "min_side=3, max_side=2 bound no size"),
        ((), {"max_side": 0}, "bound no size"),
        ((), {"max_side": 1, "domain": "with ties"}, "max_side=1 leaves no size for the domains: expected at least 2"),
    ],
)
def test_misuse_is_told_at_the_call(arguments, options, words):
    if words is None:
        assert repr(arrays(*arguments, **options)) == "arrays('(n)')"
        return
    with pytest.raises(UsageError, match=words):
        arrays(*arguments, **options)


def test_too_few_integers_to_differ_are_counted():
    with pytest.raises(UsageError, match="'distinct' wants 3 integers of 2 that the domain holds"):
        minimal(arrays("(3)", domain="integers in [0, 1], distinct"))


def test_a_missing_ml_dtypes_is_named(monkeypatch):
    from verify.values import float_format  # noqa: PLC0415 - its cache must be cleared

    float_format.cache_clear()
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(UsageError, match="'bfloat16' needs ml_dtypes, which is missing: pip install ml_dtypes"):
        arrays(dtype="bfloat16")
