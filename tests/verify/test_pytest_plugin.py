"""The pytest plugin: inert unless used, one test a question, told once with and without xdist.

`check` is replaced by a judge of known answers: it believes what the program's attribute `verdict` says.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import verify
import verify.checking.api  # NumPy and FLINT cannot be loaded anew by each run inside this process

pytest_plugins = ["pytester"]

PLUGIN = ("-p", "no:gradproof", "-p", "verify.pytest_plugin")  # the module itself, whether it is installed or not

CONFTEST = """
    from types import SimpleNamespace as Bag
    import verify
    from verify.errors import WrongGradientError
    from verify.verdicts import Verdict

    def check(f, *inputs, **options):
        options = {name: value for name, value in options.items() if name not in ("vjp", "jvp", "domain")}
        status = Verdict(getattr(f, "verdict", "right"))
        told = ", ".join(f"{name}={value!r}" for name, value in sorted(options.items()))
        message = f"WRONG {f.__name__}\\n  asked with {told}"
        found = None
        if status is Verdict.WRONG:
            diagnosis = Bag(code="GP102", words="sign")
            found = Bag(diagnosis=diagnosis, snippet="x = float.fromhex('0x1.0p+0')")
        def assert_right():
            __tracebackhide__ = True
            if status is not Verdict.RIGHT:
                raise WrongGradientError(message)
        return Bag(status=status, reason=f"it is {status.value}", message=message, notes=(told,), counterexample=found,
                   assert_right=assert_right, inputs=inputs)

    verify.check = check
"""

SUITE = '''
    import pytest
    from verify.testing import gradient_test

    def pullback(out_bar, x):
        return (out_bar,)

    @gradient_test(vjp=pullback, jvp=pullback)
    def softplus(x):
        """The softplus."""
        return x

    @gradient_test(vjp=pullback)
    def flipped(x):
        return x
    flipped.verdict = "wrong"

    @gradient_test(vjp=pullback)
    def wide(x):
        return x
    wide.verdict = "undecided"

    def test_by_hand(gradproof):
        gradproof.agree(softplus, pullback, x=1.0)

    def test_that_knows_better(gradproof):
        assert gradproof.check(flipped, 1.0).status.value == "wrong"
'''


@pytest.fixture
def suite(pytester, monkeypatch):
    """A project whose gradients are right, wrong and undecided."""
    monkeypatch.setattr(verify, "check", None, raising=False)  # put back what the project's conftest replaces
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_it=SUITE)
    return pytester


def test_a_gradient_test_is_one_item_a_question(suite):
    result = suite.runpytest(*PLUGIN, "--collect-only", "-q")
    assert [line for line in result.outlines if "::" in line] == [
        "test_it.py::softplus-VJP",
        "test_it.py::softplus-JVP",
        "test_it.py::flipped-VJP",
        "test_it.py::wide-VJP",
        "test_it.py::test_by_hand",
        "test_it.py::test_that_knows_better",
    ]


def test_orders_and_dtypes_are_questions_of_their_own(suite):
    suite.makepyfile(
        test_it="""
        from verify.testing import gradient_test

        @gradient_test(vjp=len, order=2, dtype=["float32", "float64"])
        def square(x):
            return x * x

        @gradient_test(inputs=1.0)
        def own(x):
            return x
        """
    )
    result = suite.runpytest(*PLUGIN, "--collect-only", "-q")
    assert [line.partition("::")[2] for line in result.outlines if "::" in line] == [
        "square-VJP-float32",
        "square-VJP-float64",
        "square-VJP-2-float32",
        "square-VJP-2-float64",
        "own-gradient",
    ]


def test_the_outcomes_are_the_verdicts(suite):
    result = suite.runpytest(*PLUGIN, "-rs")
    result.assert_outcomes(passed=4, failed=1, skipped=1)
    result.stdout.fnmatch_lines(["*SKIPPED*undecided: it is undecided"])


def test_a_failure_is_the_message_of_the_judgement(suite):
    result = suite.runpytest(*PLUGIN, "-k", "flipped")
    result.stdout.fnmatch_lines(
        ["*_ flipped-VJP _*", "*WrongGradientError: WRONG flipped*", "*asked with*", "FAILED test_it.py::flipped-VJP*"]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_the_callers_line_is_shown_and_ours_are_not(suite):
    suite.makepyfile(
        test_it=SUITE
        + """
    def test_mine(gradproof):
        gradproof.agree(flipped, pullback, x=1.0)
"""
    )
    result = suite.runpytest(*PLUGIN, "-k", "mine")
    result.stdout.fnmatch_lines([">*gradproof.agree(flipped, pullback, x=1.0)", "E*WrongGradientError: WRONG flipped"])
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_the_summary_counts_and_names(suite):
    result = suite.runpytest(*PLUGIN, "--gradproof-seed=7")
    result.stdout.fnmatch_lines(
        [
            "gradproof: *, profile default, seed 7, examples default, strict False",
            "*= gradproof =*",
            "3 right, 1 undecided, 2 wrong (seed 7)",
            "test_it.py::flipped-VJP: wrong, GP102 sign",
            "    run it: python .pytest_cache?d?gradproof?test_it.py-flipped-VJP.py",
            "test_it.py::wide-VJP: undecided, it is undecided",
        ]
    )
    kept = suite.path / ".pytest_cache/d/gradproof/test_it.py-flipped-VJP.py"
    assert kept.read_text(encoding="utf-8").endswith("\nx = float.fromhex('0x1.0p+0')\n")


def test_without_a_cache_the_message_alone_holds_the_program(suite):
    result = suite.runpytest(*PLUGIN, "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(["test_it.py::flipped-VJP: wrong, GP102 sign"])
    result.stdout.no_fnmatch_line("*run it:*")


def test_a_stale_program_is_removed(suite):
    suite.runpytest(*PLUGIN)
    suite.makepyfile(test_it=SUITE.replace('"wrong"', '"right"').replace("== 'wrong'", ""))
    suite.runpytest(*PLUGIN)
    assert not list((suite.path / ".pytest_cache/d/gradproof").glob("*.py"))


def test_the_json_is_the_same_under_xdist(suite):
    alone = suite.runpytest(*PLUGIN, "--gradproof-json=alone.json", "--gradproof-seed=3")
    shared = suite.runpytest_subprocess(*PLUGIN, "-n", "2", "--gradproof-json=shared.json", "--gradproof-seed=3")
    texts = [(suite.path / f"{name}.json").read_text(encoding="utf-8") for name in ("alone", "shared")]
    assert texts[0] == texts[1]
    document = json.loads(texts[0])
    assert document["run"] == {"profile": None, "seed": 3, "examples": None, "strict": False}
    tests = {test["id"].partition("::")[2]: test for test in document["tests"]}
    assert tests["flipped-VJP"]["outcome"] == "failed"
    assert tests["flipped-VJP"]["judgements"][0]["diagnosis"] == {"code": "GP102", "words": "sign"}
    assert tests["test_that_knows_better"]["outcome"] == "passed"
    for result in (alone, shared):
        result.assert_outcomes(passed=4, failed=1, skipped=1)
        assert sum("= gradproof =" in line for line in result.outlines) == 1
        result.stdout.fnmatch_lines(["3 right, 1 undecided, 2 wrong (seed 3)", "written: *.json"])


@pytest.mark.parametrize("how", ["option", "ini", "marker"])
def test_strict_makes_undecided_a_failure(suite, how):
    if how == "ini":
        suite.makeini("[pytest]\ngradproof_strict = true")
    if how == "marker":
        suite.makepyfile(test_it=SUITE.replace("def wide", "@pytest.mark.gradproof(strict=True)\n    def wide"))
    result = suite.runpytest(*PLUGIN, *(["--gradproof-strict"] if how == "option" else []))
    result.assert_outcomes(passed=4, failed=2)
    result.stdout.fnmatch_lines(["test_it.py::wide-VJP: undecided, it is undecided"])


def asked(suite, *options, marker="", ini=""):
    """The options with which `check` is called."""
    suite.makeini(f"[pytest]\n{ini}")
    suite.makepyfile(
        test_it=f"""
        import pytest

        {marker}
        def test_it(gradproof):
            gradproof.check(len)
        """
    )
    suite.runpytest(*PLUGIN, "--strict-markers", "--gradproof-json=out.json", *options).assert_outcomes(passed=1)
    document = json.loads((suite.path / "out.json").read_text(encoding="utf-8"))
    return document["tests"][0]["judgements"][0]["notes"][0]


def test_limits_come_from_the_command_line_over_the_marker_over_the_ini_file(suite):
    assert asked(suite) == ""
    assert asked(suite, ini="gradproof_profile = quick") == "examples=24, seconds=20.0"
    marker = "@pytest.mark.gradproof(examples=5, seed=2)"
    assert asked(suite, ini="gradproof_profile = quick", marker=marker) == "examples=5, seconds=20.0, seed=2"
    assert asked(suite, "--gradproof-examples=9", marker=marker) == "examples=9, seed=2"
    assert asked(suite, "--gradproof-profile=ci", marker=marker) == "examples=80, seconds=60.0, seed=2"
    assert asked(suite, "--gradproof-profile=ci", "--gradproof-examples=9") == "examples=9, seconds=60.0"


def test_hypothesis_seed_is_honoured(suite):
    assert asked(suite, "--hypothesis-seed=11") == "seed=11"
    assert asked(suite, "--hypothesis-seed=11", "--gradproof-seed=4") == "seed=4"
    assert asked(suite, "--hypothesis-seed=random") == ""


@pytest.mark.parametrize(
    ("options", "ini", "words"),
    [
        (["--gradproof-profile=slow"], "", "*gradproof: unknown profile 'slow': choose one of quick, ci, deep"),
        ([], "gradproof_profile = slow", "*unknown profile 'slow'*"),
        (["--gradproof-json=no/such/out.json"], "", "*--gradproof-json no/such/out.json: the folder does not exist*"),
    ],
)
def test_a_wrong_option_is_a_usage_error(suite, options, ini, words):
    suite.makeini(f"[pytest]\n{ini}")
    result = suite.runpytest(*PLUGIN, *options)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([words])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("gradproof.agree(f, x=1.0)", "*f takes x, y, and was given x: name each input once*"),
        ("gradproof.agree(f, None, 1.0, y=2.0)", "*inputs by position and by name (y) cannot be told apart*"),
        ("gradproof.agree(f, y=2.0, x=1.0); assert False, 'fine'", "*fine*"),
        ("assert gradproof.agree(f, y=2.0, x=1.0).inputs == (1.0, 2.0), 'order'; assert False, 'fine'", "*fine*"),
    ],
)
def test_inputs_are_given_by_name(suite, body, words):
    suite.makepyfile(test_it=f"def f(x, y): return x\ndef test_it(gradproof):\n    {body}")
    suite.runpytest(*PLUGIN).stdout.fnmatch_lines([words])


def test_a_marker_with_unknown_words_names_those_it_knows(suite):
    suite.makepyfile(
        test_it="""
        import pytest

        @pytest.mark.gradproof(example=5)
        def test_it(gradproof):
            pass
        """
    )
    result = suite.runpytest(*PLUGIN)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*got example: expected the keywords profile, seed, examples, seconds, strict"])


def test_a_method_is_refused(suite):
    suite.makepyfile(
        test_it="""
        from verify.testing import gradient_test

        class TestIt:
            @gradient_test()
            def square(self, x):
                return x * x
        """
    )
    suite.runpytest(*PLUGIN).stdout.fnmatch_lines(
        ["*@gradient_test decorates the method square: move it to the module"]
    )


def test_marks_and_the_place_are_the_functions_own(suite):
    suite.makepyfile(
        test_it="""
        import pytest
        from verify.testing import gradient_test

        @pytest.mark.skip(reason="later")
        @gradient_test()
        def square(x):
            return x * x
        """
    )
    suite.runpytest(*PLUGIN, "-rs").stdout.fnmatch_lines(["SKIPPED * test_it.py:4: later"])


def test_statuses_reach_junit_on_request(suite):
    suite.runpytest(*PLUGIN, "--junitxml=plain.xml")
    assert 'name="gradproof"' not in (suite.path / "plain.xml").read_text(encoding="utf-8")
    suite.makeini("[pytest]\ngradproof_junit_properties = true")
    suite.runpytest(*PLUGIN, "--junitxml=told.xml")
    assert '<property name="gradproof" value="wrong, GP102 sign" />' in (suite.path / "told.xml").read_text("utf-8")


def test_a_suite_without_gradients_is_left_alone(pytester):
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest(*PLUGIN, "--strict-markers")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*gradproof:*")
    result.stdout.no_fnmatch_line("*= gradproof =*")


def test_the_guide_runs_as_it_is_written(pytester):
    guide = (Path(__file__).resolve().parents[2] / "docs" / "testing.md").read_text(encoding="utf-8")
    pytester.makepyfile(test_guide="\n\n".join(re.findall(r"```python\n(.*?)```", guide, flags=re.DOTALL)))
    result = pytester.runpytest(*PLUGIN, "--gradproof-examples=10")
    result.assert_outcomes(passed=6)
    result.stdout.fnmatch_lines(["3 right, 1 wrong (seed 0)"])


def test_the_program_of_a_failure_fails_when_run(pytester):
    pytester.makepyfile(
        test_it="""
        import numpy as np
        from verify.testing import gradient_test

        def transposed(out_bar, A, x):
            return np.outer(out_bar, x), A @ out_bar

        @gradient_test(vjp=transposed, inputs="(n,n),(n)->(n)")
        def mv(A, x):
            return A @ x
        """
    )
    pytester.runpytest(*PLUGIN, "--gradproof-examples=10").assert_outcomes(failed=1)
    program = pytester.path / ".pytest_cache/d/gradproof/test_it.py-mv-VJP.py"
    answer = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    assert answer.returncode == 1
    assert "WrongGradientError: WRONG" in answer.stderr


def test_the_entry_point_is_declared():
    root = Path(__file__).resolve().parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"gradproof": "verify.pytest_plugin"}
    assert not any("pytest" in dependency for dependency in project["dependencies"])


def test_the_plugin_loads_nothing_heavy(pytester):
    pytester.makepyfile(
        """
        import sys

        def test_it():
            assert "verify.pytest_plugin" in sys.modules
            assert not {"sympy", "numpy", "hypothesis", "flint", "torch", "jax", "rich", "click"} & set(sys.modules)
        """
    )
    root = str(Path(__file__).resolve().parents[2])
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": root}
    command = [sys.executable, "-m", "pytest", "-p", "verify.pytest_plugin", "-q", str(pytester.path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - our own
    assert answer.returncode == 0, answer.stdout
