"""Verdicts sum the checks up: a disagreement outweighs everything, and nothing decided is never right."""

from __future__ import annotations

import itertools

import pytest

from verify.verdicts import Check, Status, Strength, Verdict, sum_up


def check(status, reason="because"):
    return Check("oracle", "Title", ("a", "b"), "nothing", status, None, reason)


ORDER = [Status.DISAGREE, Status.ERROR, Status.UNSTABLE, Status.UNDECIDED]
WORDS = {
    Status.DISAGREE: Verdict.WRONG,
    Status.ERROR: Verdict.ERROR,
    Status.UNSTABLE: Verdict.UNSTABLE,
    Status.UNDECIDED: Verdict.UNDECIDED,
}


@pytest.mark.parametrize("statuses", list(itertools.combinations(ORDER, 2)))
def test_the_gravest_status_decides(statuses):
    for some in itertools.permutations([*statuses, Status.AGREE]):
        assert sum_up(map(check, some))[0] is WORDS[min(statuses, key=ORDER.index)]


def test_agreement_is_right_and_counts_its_witnesses():
    verdict, reason = sum_up([check(Status.AGREE), check(Status.SKIPPED)])
    assert verdict is Verdict.RIGHT
    assert reason == "1 of 2 checks agree and none objects."


@pytest.mark.parametrize("statuses", [[], [Status.SKIPPED], [Status.NOT_APPLICABLE, Status.SKIPPED]])
def test_nothing_decided_is_undecided(statuses):
    assert sum_up(map(check, statuses))[0] is Verdict.UNDECIDED


def test_a_check_without_a_reason_is_refused():
    with pytest.raises(ValueError, match="has no reason"):
        check(Status.AGREE, "")


def test_every_verdict_is_a_sentence():
    assert all(verdict.sentence.endswith(".") for verdict in Verdict)
    assert {s.value for s in Strength} == {"proof", "enclosure", "sample"}
