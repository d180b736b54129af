"""Every word that the judge knows is read; what it says is used in proofs, and nothing more."""

import pytest

from symbolic import FormulaError, derive, prove
from symbolic.tensors.facts import facts_of
from verify.domains import FORMS, WORDS
from verify.identities.domains import _FORMS, _GENERAL, _NUMBERS, kind_of

OTHERS = [
    "in (0, 1)", "in [0, 1]", "in (-1, 1)", "integers in [0, 9]", "integers in [1, 9]", "labels(k)", "labels(3)",
    "Symmetric", "one_hot", "skew-symmetric", "non-negative", "unit_norm", "one-hot rows",
    "positive entries", "symmetric distinct", "positive, distinct",
    "positive and distinct", "in (0, 1), distinct",
]  # fmt: skip
JUDGED = [
    *dict.fromkeys([*_FORMS, *_GENERAL, *_NUMBERS, *WORDS, *FORMS, *OTHERS]),
    (0, 1),
    ["positive", "distinct"],
    None,
]


@pytest.mark.parametrize("word", JUDGED, ids=map(str, JUDGED))
def test_a_word_that_the_judge_knows_is_read(word):
    kind_of("x", word)
    assert isinstance(facts_of({"x": word})["x"], frozenset)


@pytest.mark.parametrize(
    ("word", "facts"),
    [
        ("in (0, 1)", {"positive"}),
        ("in (-1, 1)", set()),
        ("integers in [0, 9]", {"whole"}),
        ("integers in [1, 9]", {"whole", "positive"}),
        ((0.5, 2), {"positive"}),
        ("negative", set()),
        ("labels(k)", {"labels"}),
        ("with ties", {"ties"}),
        ("positive definite, distinct", {"symmetric", "definite", "invertible"}),
    ],
)
def test_a_word_says_what_holds_of_all_that_it_allows(word, facts):
    assert facts_of({"x": word})["x"] == facts


def test_a_word_of_nobody_is_told():
    with pytest.raises(FormulaError, match="'green' is no domain of x"):
        derive("x @ x", "x", "x: n", {"x": "green"})
    with pytest.raises(FormulaError, match="an end that is no number"):
        derive("x @ x", "x", "x: n", {"x": "in (0, many)"})


def test_the_code_is_compared_at_points_of_the_domain():
    source = derive("np.sum(np.log(p) - np.log(1 - p))", "p", "p: n", {"p": "in (0, 1)"}).numpy().source
    assert "/ p" in source


SIGN = "np.sum(w * np.sign(y)**2)"


@pytest.mark.parametrize("word", ["integers", "binary", "one-hot", "labels", "integers in [0, 3]", "0/1"])
def test_what_may_be_0_is_not_taken_for_anything_else(word):
    assert prove(SIGN, "np.ones(n)", "w", "w: n  y: n", {"y": word}) is None


@pytest.mark.parametrize("word", ["±1", "positive", "integers in [1, 3]", "real", "in (0, 1)"])
def test_what_is_never_0_or_only_by_chance_has_a_sign(word):
    assert prove(SIGN, "np.ones(n)", "w", "w: n  y: n", {"y": word}) is True


def test_where_entries_are_alike_no_kink_is_an_exception():
    arguments = ("np.max(x)", "np.where(x == np.max(x), 1, 0)", "x", "x: n")
    assert prove(*arguments) is True
    assert prove(*arguments, {"x": "with ties"}) is None
    assert prove("x @ x", "2 * x", "x", "x: n", {"x": "with ties"}) is True
