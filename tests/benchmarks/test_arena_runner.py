"""The arena's runner: what counts as found, who is asked, what happens to a tool that raises or never ends."""

import contextlib
import json
import time
from types import SimpleNamespace

import numpy as np
import pytest

import verify
from benchmarks.arena import all_cases, runner, tools
from benchmarks.arena.__main__ import main
from benchmarks.arena.runner import Question, put, put_all, questions
from benchmarks.arena.tally import found, names, table, tallies
from benchmarks.arena.tools import TOOLS, Tool
from verify.verdicts import Verdict

CASES = {case.name: case for case in all_cases()}
PLAIN, DIGITS, RIGHT = "square_without_two", "one_minus_tanh_squared", "relu_zero_at_zero"


def ask(tool, case, dtype="float64", *, twin=False, limit=20.0):
    return put(Question(tool, case, dtype, twin, limit, 0))


@pytest.fixture
def told(monkeypatch):
    """A tool that says what it is told to."""

    def tell(answer):
        monkeypatch.setitem(TOOLS, "told", Tool("told", (), answer))

    return tell


@pytest.mark.parametrize(
    ("case", "own", "twin", "counts"),
    [
        (PLAIN, "condemned", "accepted", True),
        (PLAIN, "condemned", "unstable", True),
        (PLAIN, "condemned", "condemned", False),
        (PLAIN, "condemned", "undecided", False),
        (PLAIN, "unstable", "accepted", False),
        (PLAIN, "accepted", "accepted", False),
        (PLAIN, "error", "accepted", False),
        (DIGITS, "unstable", "accepted", True),
        (DIGITS, "unstable", "unstable", False),
        (DIGITS, "condemned", "accepted", True),
    ],
)
def test_a_mistake_is_found_only_where_its_twin_is_not_condemned(case, own, twin, counts):
    assert found(CASES[case], own, twin) is counts


@pytest.mark.parametrize("tool", ["torch-slow", "torch-fast", "jax", "autograd"])
@pytest.mark.parametrize(
    "case", [PLAIN, "second_output_ignored", "cross_entropy_not_averaged", "one_gradient_for_two_inputs"]
)
@pytest.mark.usefixtures("torch", "jax")
def test_each_rival_accepts_the_twin_and_condemns_the_mistake(tool, case):
    """One input, a tuple of outputs, an integer input, a gradient too few: each wrapper passes them on."""
    if TOOLS[tool].missing():
        pytest.skip(TOOLS[tool].missing())
    assert ask(tool, case, twin=True).word == "accepted"
    assert ask(tool, case).word == "condemned"


def test_the_judge_is_asked_by_its_contract(monkeypatch):
    seen = {}

    def check(f, *inputs, vjp, domain, seconds, seed):
        seen.update(f=f, inputs=inputs, vjp=vjp, domain=domain, seconds=seconds, seed=seed)
        return SimpleNamespace(status=Verdict.UNSTABLE, reason="digits")

    monkeypatch.setattr(verify, "check", check, raising=False)
    assert TOOLS["gradproof"].missing() == ""
    answer = ask("gradproof", "root_without_half", "float32")
    assert (answer.word, answer.reason) == ("unstable", "digits")
    assert seen["f"] is CASES["root_without_half"].f
    assert seen["domain"] == ["positive"]
    assert seen["inputs"][0].dtype == np.float32


def test_an_exception_of_the_judge_is_an_error_of_ours_and_of_a_rival_its_condemnation(monkeypatch, told):
    def broken(*_args, **_more):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(verify, "check", broken, raising=False)
    assert ask("gradproof", PLAIN).word == "error"
    told(broken)
    answer = ask("told", PLAIN)
    assert (answer.word, answer.reason) == ("condemned", "ZeroDivisionError: by zero")


def test_a_tool_that_never_ends_is_undecided_even_if_it_swallows_exceptions(told):
    def endless(_trial):
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    told(endless)
    answer = ask("told", PLAIN, limit=0.05)
    assert answer.word == "undecided"
    assert "within 0.05 s" in answer.reason


def test_no_tool_sees_what_another_did_to_the_inputs(told):
    def vandal(trial):
        trial.inputs[0][...] = 0
        return "accepted", ""

    told(vandal)
    before = CASES[PLAIN].draw("float64")[0]
    ask("told", PLAIN)
    np.testing.assert_array_equal(CASES[PLAIN].draw("float64")[0], before)


def test_every_mistake_is_asked_with_its_twin_in_its_own_dtypes_alone():
    asked = questions(["jax"], [CASES["single_precision_kernel_wrong"], CASES[RIGHT]], ["float32", "float64"], 1, 0)
    assert [(q.case, q.dtype, q.twin) for q in asked] == [
        ("single_precision_kernel_wrong", "float32", False),
        ("single_precision_kernel_wrong", "float32", True),
        (RIGHT, "float32", False),
        (RIGHT, "float64", False),
    ]


def test_a_case_whose_package_is_missing_is_not_asked(monkeypatch):
    monkeypatch.setattr(runner.importlib.util, "find_spec", lambda _name: None)
    assert questions(["jax"], [CASES["erf_constant_truncated"]], ["float64"], 1, 0) == []


def test_a_rival_that_is_missing_says_so(monkeypatch):
    monkeypatch.setattr(tools.importlib.util, "find_spec", lambda _name: None)
    assert TOOLS["torch-slow"].missing() == "torch is not installed"


def test_the_tally_names_what_was_missed_condemned_and_left_open(told):
    words = {PLAIN: "accepted", RIGHT: "condemned"}
    told(lambda trial: (words[next(n for n in words if CASES[n].f is trial.f)], "so it says"))
    cases = [CASES[PLAIN], CASES[RIGHT]]
    answers = list(put_all(questions(["told"], cases, ["float64"], 5, 0), 1))
    result = tallies(answers, CASES)
    tally = result["float64", "told"]
    assert (tally.found, tally.mistakes, tally.rights, tally.twins) == (0, 1, 1, 1)
    assert tally.missed == [f"{PLAIN} [constant factor]: accepted, its twin accepted"]
    assert tally.condemned == [f"{RIGHT}: so it says"]
    assert "0/1" in table(result)
    assert f"  {RIGHT}: so it says" in names(result, ["told"])


def test_the_command_writes_every_answer(tmp_path, capsys):
    if TOOLS["autograd"].missing():
        pytest.skip(TOOLS["autograd"].missing())
    path = tmp_path / "answers.json"
    given = ["--only", "autograd", "--case", PLAIN, "--dtype", "float64", "--names", "all", "--json", str(path)]
    assert main(given) == 0
    printed = capsys.readouterr().out
    assert "float64" in printed
    assert "1/1" in printed
    written = json.loads(path.read_text(encoding="utf-8"))
    assert [(a["question"]["twin"], a["word"]) for a in written] == [(False, "condemned"), (True, "accepted")]


def test_a_name_that_is_none_ends_in_an_error():
    with pytest.raises(SystemExit, match="--case: no nonsense"):
        main(["--case", "nonsense"])


def test_the_cases_can_be_listed_without_asking(capsys):
    assert main(["--list", "--family", "ties"]) == 0
    assert "every_tied_maximum_gets_all [ties] chelsea0x3b/dfdx#111" in capsys.readouterr().out
