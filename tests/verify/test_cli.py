"""The command line: what it writes, what it says, and with which code it leaves."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys

import pytest

import reports
from verify.cli import run as run_here

LIGHT = ["--only", "proof", "-j", "1"]


def run(*arguments, cwd=None):
    """Run the command in a process of its own."""
    command = [sys.executable, "-W", "error", "-m", "verify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)  # noqa: S603 - our own command


@pytest.fixture(scope="module")
def reported(tmp_path_factory):
    """A report on two operations, one oracle."""
    out = tmp_path_factory.mktemp("report")
    return run("report", "mul", "cumsum", "--out", str(out), *LIGHT), out


def test_a_report_is_written_and_summed_up(reported):
    answer, out = reported
    assert answer.returncode == 0, answer.stderr
    assert "All 2 operations are right." in answer.stdout
    assert {path.name for path in out.iterdir()} == {"report.html", "report.json"}


def test_the_record_is_valid_and_names_what_was_asked(reported):
    record = reports.load(reported[1] / "report.json")
    reports.validate(record)
    assert record["schema"] == "1.0"
    assert [o["id"] for o in record["operations"]] == ["mul", "cumsum"]
    assert record["run"]["exit"] == 0
    assert all(o["verdict"] == "right" for o in record["operations"])
    assert all(c["reason"] and c["reproduce"] for o in record["operations"] for c in o["checks"])


def test_the_same_seed_gives_the_same_bytes_but_for_the_times(tmp_path):
    records = []
    for name in ("one", "two"):
        out = tmp_path / name
        assert run("report", "mul", "--out", str(out), "--only", "enclosure", "-j", "1").returncode == 0
        record = json.loads((out / "report.json").read_text(encoding="utf-8"))
        record["run"]["started"] = record["run"]["duration_s"] = None
        records.append(record)
    assert records[0] == records[1]


@pytest.mark.parametrize("times", [1, 3], ids=["Ctrl-C", "Ctrl-C three times"])
def test_ctrl_c_ends_the_run_and_its_workers_without_a_traceback(times, tmp_path):
    command = [sys.executable, "-m", "verify", "report", "--profile", "deep", "--out", str(tmp_path), "-j", "2"]
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--claims", "*"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        first = running.stderr.readline()
        for _ in range(times):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(running.pid, signal.SIGINT)
        said, complained = running.communicate(timeout=60)  # the pipes close when the last worker is gone
    assert "judged, last" in first
    assert "Traceback" not in complained
    assert running.returncode in {2, -signal.SIGINT}
    if times == 1:
        assert said.startswith("Interrupted: of ")


def test_progress_goes_to_stderr_and_the_result_to_stdout(reported):
    answer, _ = reported
    assert "gradproof: 2 of 2 judged" in answer.stderr
    assert "judged" not in answer.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["report", "frobenius"], "unknown operation 'frobenius'. Did you mean 'frobenius_norm'?"),
        (["report", "mul", "--only", "proofs"], "unknown oracle 'proofs'. Did you mean 'proof' or 'properties'?"),
        (["report", "mul", "--profile", "quik"], "unknown profile 'quik': choose one of quick, ci, deep"),
        (["report", "--claims", "nothing-like-it"], "unknown claim 'nothing-like-it'"),
        (["report", "mul", "--seed", "x"], "Invalid value for '--seed'"),
        (["show", "nrm"], "unknown operation 'nrm'"),
        (["show", "mul", "--latex", "--srepr"], "choose one of --latex, --mathml and --srepr"),
        (["shew"], "No such command 'shew'"),
    ],
)
def test_misuse_leaves_with_4_and_says_what_to_do(arguments, said, capsys):
    assert run_here(arguments) == 4
    assert said in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_named(tmp_path, capsys):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    assert run_here(["report", "mul", "--out", str(blocked / "inside")]) == 4
    assert "give a folder that can be written" in capsys.readouterr().err


def test_list_names_every_operation_and_claim(capsys):
    assert run_here(["list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {"mul", "cumsum", "control_flow"} <= {row["id"] for row in listed["operations"]}
    assert "control-flow-gradient" in {row["id"] for row in listed["claims"]}
    assert run_here(["list"]) == 0
    assert "cumsum" in capsys.readouterr().out


@pytest.mark.parametrize("flag", [[], ["--latex"], ["--mathml"], ["--srepr"]])
def test_show_prints_definition_and_checked_steps(flag, capsys):
    assert run_here(["show", "cumsum", *flag]) == 0
    shown = capsys.readouterr().out
    assert "digits at" in shown
    assert "VJP with respect to x" in shown


def test_help_is_printed_without_arguments(capsys):
    assert run_here([]) == 4
    assert "Usage: gradproof" in capsys.readouterr().err
