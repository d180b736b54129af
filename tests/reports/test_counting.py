from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import counting
from reports.validation import complete


def _floats(*rows):
    return {"floats": [{"dtype": d, "source": s, "draws": n, "exceptions": e} for d, s, n, e in rows]}


def test_a_claim_without_exceptions_holds_always_in_all_draws_together():
    claim = _floats(("float32", "standard normal", 100_000, 0), ("float32", "special values", 24, 0))
    assert counting.counts(claim) == [("float32", "good", "always", "in 100,024 draws")]


def test_a_claim_with_exceptions_names_how_often_and_among_which_draws():
    claim = _floats(("float32", "standard normal", 1000, 0), ("float32", "special values", 24, 6))
    assert counting.counts(claim) == [("float32", "unstable", "not always", "25 % of 24 special values")]
    assert (
        counting.counts(_floats(("float64", "standard normal", 1000, 5)))[0].note
        == "0.5 % of 1,000 standard normal draws"
    )


def test_a_claim_that_was_never_drawn_is_not_said_to_hold():
    assert counting.counts(_floats(("float16", "standard normal", 0, 0))) == [
        ("float16", "none", "not tried", "no draws")
    ]


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_frequency_is_written_as_zero_only_where_it_is_zero(exceptions, draws):
    words = counting.percent({"exceptions": min(exceptions, draws), "draws": draws})
    assert (words == "0 %") == (exceptions == 0)


def test_the_exception_shown_is_the_most_frequent_kind_of_the_first_source_that_has_one(every_status):
    shown = [counting.smallest(claim) for claim in complete(every_status)["claims"]]
    assert [s and (s[0]["source"], s[1]["name"]) for s in shown] == [
        None, ("standard normal", "rounding"), None, ("special values", "overflow"), None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "dec", "words"),
    [
        ([], ["1.0"], "1.0"),
        ([2], ["1.0", "2.0"], "[1.0, 2.0]"),
        ([0], [], "[]"),
        ([0, 3], [], "[]"),
        ([2, 0], [], "[[], []]"),
        ([2, 1, 2], ["1", "2", "3", "4"], "[[[1, 2]], [[3, 4]]]"),
    ],
)
def test_arrays_are_written_nested_as_their_shape_says(shape, dec, words):
    assert counting.written({"shape": shape, "dec": dec}) == words
    assert counting.written_hex({"shape": shape, "hex": []}) == ""


def test_draws_made_alike_are_told_once_with_their_dtypes():
    floats = [{"dtype": d, "where": w} for d, w in (("float32", "a"), ("float32", "b"), ("float64", "a"))]
    assert counting.made({"floats": floats}) == [(["float32", "float64"], "a"), (["float32"], "b")]


def test_what_was_tried_is_listed_by_how_often_and_gaps_first():
    assert counting.by_count({"zero": 3, "tie": 0, "huge": 7, "tiny": 3}) == [
        (0, ["tie"]),
        (7, ["huge"]),
        (3, ["zero", "tiny"]),
    ]
