from __future__ import annotations

import pytest

from reports import summary
from reports.validation import complete


def _operations(*verdicts):
    return [{"id": f"op{i}", "verdict": verdict} for i, verdict in enumerate(verdicts)]


def _record(operations, claims, *, partial=False):
    return {"operations": operations, "claims": claims, "run": {"partial": partial}}


def _claims(**counts):
    return [{"verdict": v.replace("_", "-")} for v, n in counts.items() for _ in range(n)]


@pytest.mark.parametrize(
    ("operations", "claims", "sentence"),
    [
        ([], [], "Nothing was asked."),
        (["right"], [], "The operation is right."),
        (["right", "right"], [], "All 2 operations are right."),
        (["right", "wrong"], [], "1 of 2 operations are right; op1 is wrong."),
        (["error"], [], "0 of 1 operations are right; op0 is not judged, because the checker failed."),
        (["wrong", "unstable", "undecided"], [],
         "0 of 3 operations are right; op0 is wrong, op1 is unstable and op2 is undecided."),
        (["wrong", "undecided", "wrong"], [],
         "0 of 3 operations are right; op0 and op2 are wrong and op1 is undecided."),
        (["right", "wrong", "wrong", "unstable", "undecided"], [],
         "1 of 5 operations are right; two are wrong, one is unstable and one is undecided."),
    ],
)  # fmt: skip
def test_the_headline_is_the_verdict(operations, claims, sentence):
    assert summary.headline(_record(_operations(*operations), claims)) == sentence


@pytest.mark.parametrize(
    ("operations", "claims", "sentence"),
    [
        ([], [], "Interrupted before anything was judged."),
        (["right"], [], "Interrupted: the operation reached is right."),
        (["right", "right"], [], "Interrupted: all 2 operations reached are right."),
        (["right", "wrong"], [], "Interrupted: 1 of 2 operations reached are right; op1 is wrong."),
        ([], [{"verdict": "holds"}], "Interrupted: of one sentence of the notes reached, one holds as stated."),
    ],
)
def test_the_headline_of_an_interrupted_run_speaks_of_what_it_reached(operations, claims, sentence):
    assert summary.headline(_record(_operations(*operations), claims, partial=True)) == sentence


def test_claims_alone_make_the_headline():
    record = _record([], _claims(holds=1, holds_if=12, false=2, not_checkable=1, error=1))
    assert summary.headline(record) == (
        "Of 17 sentences of the notes, one holds as stated, 12 hold on a condition, two are false as stated, "
        "one cannot be checked and one could not be judged."
    )


def test_an_interrupted_or_partial_run_is_said_below_the_headline(smallest):
    smallest["run"].update(partial=True, selected=["add"])
    assert summary.lede(complete(smallest)) == (
        "What was not reached before the interruption is not on this page. Only a selection was asked for."
    )


def test_what_needs_attention_comes_gravest_first_with_the_checks_that_object(every_status):
    listed = summary.attention(complete(every_status))
    assert [o["verdict"] for o, _ in listed] == ["error", "wrong", "unstable", "undecided"]
    assert [c["oracle"] for c in listed[1][1]] == ["proof", "enclosure"]


def test_the_figures_count_what_the_record_holds(every_status):
    figures = dict((f.name, f.value) for f in summary.figures(complete(every_status)))  # noqa: C402 - names are fields
    assert figures == {
        "operations": "7", "checks": "49", "disagree": "2", "unstable": "1", "undecided": "1",
        "sentences of the notes": "6", "points and draws": "504,241", "worst ulp that agrees": "1.2", "seed": "0",
        "profile": "quick",
    }  # fmt: skip


def test_an_infinite_distance_outweighs_every_number():
    checks = [{"worst": {"ulps": 3.0}}, {"worst": {"ulps": "inf"}}, {"worst": None}]
    assert summary.worst_ulps(checks) == "inf"
    assert summary.worst_ulps(checks[:1]) == 3.0
    assert summary.worst_ulps(checks[2:]) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, ""), ("inf", "inf"), (0, "0"), (3.0, "3"), (8388608.0, "8.39e06"), (1931.0, "1,931"), (0.3125, "0.312"),
     (-2.0, "-2"), (1e300, "1.00e300"), (1e-9, "1e-09")],
)  # fmt: skip
def test_sizes_are_written_to_three_digits(value, words):
    assert summary.size(value) == words


def test_the_command_runs_the_same_selection_again(smallest):
    record = complete(smallest)
    assert summary.command(record) == "gradproof report --profile quick --seed 0"
    record["run"]["selected"] = ["add", "ones"]
    record["operations"], record["claims"] = [{"id": "add"}], [{"id": "ones"}]
    assert summary.command(record) == "gradproof report add --claims ones --profile quick --seed 0"
