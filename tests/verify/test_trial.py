"""Every operation of the notes comes out right, with evidence of every oracle, to 50 digits and more."""

from __future__ import annotations

import json

import pytest

import numeric
import reports
from verify.errors import UsageError
from verify.job import Finished, Task
from verify.profiles import PROFILES, Profile, profile
from verify.record import assemble, exit_code
from verify.trial import ORACLES, judge_operation, worst_status
from verify.verdicts import Status

LIMITS = Profile("test", examples=12, draws=0, seconds=60.0)
OURS = tuple(oracle for oracle in ORACLES if oracle not in ("torch", "jax"))


@pytest.fixture(scope="module", params=list(numeric.operations))
def judged(request):
    """The record of one operation, without the witnesses."""
    return judge_operation(request.param, seed=1, profile=LIMITS, oracles=OURS)


def test_an_operation_is_right(judged):
    assert judged["verdict"] == "right", judged["reason"]
    checks = {check["oracle"]: check for check in judged["checks"]}
    assert checks["proof"]["status"] == checks["enclosure"]["status"] == checks["rounding"]["status"] == "agree"
    assert checks["proof"]["strength"] == "proof"
    assert checks["enclosure"]["worst"]["digits"] >= 50


def test_its_variants_are_proved_for_every_size_or_have_none(judged):
    (proof,) = [check for check in judged["checks"] if check["oracle"] == "proof"]
    if judged["id"] != "control_flow":  # a 0-d tensor: its paths are proved in the claims
        assert all(detail["text"].startswith("every size") for detail in proof["details"])


def test_its_record_is_json_and_says_how_to_rerun_each_check(judged):
    assert json.loads(json.dumps(judged, allow_nan=False)) == judged
    for check in judged["checks"]:
        assert check["reproduce"] == f"gradproof report {judged['id']} --only {check['oracle']} --seed 1"
        assert check["reason"].endswith(".")
        assert check["independent_of"]
        assert check["bound"]


def test_its_derivation_is_told_step_by_step(judged):
    steps = [step for derivation in judged["derivations"] for step in derivation["steps"]]
    assert steps
    assert all(step["reason"].endswith(".") and step["math"]["mathml"].startswith("<math") for step in steps)
    assert all(step["check"]["status"] in ("agree", "not-applicable") for step in steps)


@pytest.mark.parametrize("witness", ["torch", "jax"])
@pytest.mark.parametrize("name", ["mul", "cumsum", "frobenius_norm", "abs", "control_flow", "detach", "mean_axes"])
def test_the_witnesses_are_heard(name, witness, request):
    request.getfixturevalue(witness)
    record = judge_operation(name, seed=1, profile=LIMITS, oracles=[witness])
    assert record["checks"][0]["status"] in ("agree", "documented-difference")


def test_an_unknown_operation_is_named():
    with pytest.raises(UsageError, match=r"unknown operation 'cumprod'"):
        judge_operation("cumprod", seed=0, profile=LIMITS)


def test_a_truth_without_its_claim_is_named(monkeypatch):
    monkeypatch.delitem(numeric.operations, "mul")
    with pytest.raises(UsageError, match=r"'mul' is missing in numeric\.operations: add its twin there"):
        judge_operation("mul", seed=0, profile=LIMITS)


def test_the_gravest_status_is_taken():
    assert worst_status([Status.AGREE, Status.UNSTABLE, Status.DISAGREE]) is Status.DISAGREE
    assert worst_status([Status.AGREE, Status.UNDECIDED]) is Status.UNDECIDED
    assert worst_status([Status.NOT_APPLICABLE]) is Status.NOT_APPLICABLE


def test_a_profile_is_chosen_by_name():
    assert profile("deep") is PROFILES["deep"]
    with pytest.raises(UsageError, match="choose one of quick, ci, deep"):
        profile("deeper")


# -- the record as a whole -----------------------------------------------------------------------------------------

RUN = {"command": "gradproof report", "seed": 0, "profile": "test"}


def finished(kind, name, result=None, error=None):
    return Finished(Task(kind, name, 0, LIMITS), result, error)


@pytest.mark.parametrize(
    ("verdict", "code"), [("right", 0), ("wrong", 1), ("unstable", 1), ("undecided", 6), ("error", 3)]
)
def test_the_exit_code_follows_the_verdicts(verdict, code):
    result = judge_operation("neg", seed=0, profile=LIMITS, oracles=["proof"]) | {"verdict": verdict}
    record = assemble([finished("operation", "neg", result)], RUN)
    reports.validate(record)
    assert exit_code(record, complete=True) == code
    assert exit_code(record, complete=False) == 2


def test_a_check_that_broke_is_an_error_and_never_a_pass():
    record = assemble(
        [finished("operation", "neg", error="MemoryError: "), finished("claim", "c", error="OSError: x")], RUN
    )
    reports.validate(record)
    assert [entry["verdict"] for entry in (*record["operations"], *record["claims"])] == ["error", "error"]
    assert record["operations"][0]["reason"] == "The checker failed: MemoryError: "
    assert exit_code(record, complete=True) == 3


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "mull"}, "unknown operation 'mull'. Did you mean 'mul'"),
        ({"oracles": ["proofs"]}, "unknown oracle 'proofs'. Did you mean 'proof'"),
        ({"oracles": "proof"}, r"give a list of names, such as \['proof'\]"),
        ({"profile": "quick"}, "profile is 'quick': give one of verify.profiles"),
        ({"seed": "x"}, "seed is 'x': give an int of at least 0"),
        ({"seed": -1}, "seed is -1: give an int of at least 0"),
    ],
)
def test_what_cannot_be_judged_is_told_before_anything_is_tried(given, message):
    asked = {"name": "mul", "seed": 0, "profile": LIMITS} | given
    with pytest.raises(UsageError, match=message):
        judge_operation(asked.pop("name"), **asked)
