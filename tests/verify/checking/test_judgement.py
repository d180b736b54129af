"""The answer: a status that is no bool, a message with everything in it, an AssertionError that carries the answer."""

from __future__ import annotations

import numpy as np
import pytest

from verify import check
from verify.errors import WrongGradientError
from verify.verdicts import Verdict

X = np.array([0.5, -1.5])


def right():
    return check(np.sin, X, vjp=lambda out_bar, x: out_bar * np.cos(x))


def wrong():
    return check(np.sin, X, vjp=lambda out_bar, x: -out_bar * np.cos(x))


def test_a_judgement_is_no_bool():
    with pytest.raises(TypeError, match=r"compare judgement\.status, or call judgement.assert_right"):
        bool(right())


def test_right_asserts_in_silence_and_shows_its_evidence():
    judgement = right()
    assert judgement.assert_right() is None
    assert judgement.counterexample is None
    assert str(judgement) == judgement.message
    assert judgement.message.startswith("RIGHT: ")
    assert judgement.message.endswith(f"{judgement.points} points judged, seed 0")
    assert sum(judgement.counts.values()) == judgement.points > 10
    assert judgement.digits > 40


def test_wrong_raises_an_assertion_error_that_carries_the_judgement():
    judgement = wrong()
    with pytest.raises(WrongGradientError) as caught:
        judgement.assert_right()
    assert isinstance(caught.value, AssertionError)
    assert caught.value.judgement is judgement
    assert str(caught.value) == judgement.message


def test_a_message_holds_input_cotangent_entries_diagnosis_and_snippet():
    judgement = wrong()
    example = judgement.counterexample
    for part in ("WRONG: ", "x = ", "out_bar = ", "x_bar[0]", example.diagnosis.explanation, "see it again:"):
        assert part in judgement.message
    assert all(f"    {line}" in judgement.message for line in example.snippet.splitlines())


def test_undecided_is_never_a_pass():
    judgement = check(lambda x: x[0] if np.sin(x[0]) ** 2 + np.cos(x[0]) ** 2 > 1 else x[0] * 1, X,
                      vjp=lambda out_bar, x: out_bar * np.array([1.0, 0.0]))  # fmt: skip
    assert judgement.status is Verdict.UNDECIDED
    with pytest.raises(WrongGradientError, match="UNDECIDED"):
        judgement.assert_right()


def test_a_notebook_shows_the_message_without_markup_of_the_users():
    judgement = check(np.sin, X, vjp=lambda out_bar, x: [1, 2, 3, "<script>"])
    shown = judgement._repr_html_()
    assert shown.startswith("<pre>")
    assert "<script>" not in shown
