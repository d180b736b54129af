"""The pytest plugin: options, the `gradproof` fixture, collection of `@gradient_test`, and the summary.

pytest loads it wherever gradproof is installed, so it imports pytest alone: SymPy, NumPy and Hypothesis come with the
first question that is asked. Judgements travel from xdist's workers as a JSON string on the report.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import json
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from verify.testing import Question

SCHEMA = "1.0"
JUDGEMENTS = pytest.StashKey[list[dict[str, Any]]]()
_MARKER = "gradproof(profile, seed, examples, seconds, strict): limits of the gradient checks of one test"
_LIMITS = ("profile", "seed", "examples", "seconds", "strict")
_CHECK_OPTIONS = ("vjp", "jvp", "reference", "domain", "order", "seed", "seconds", "examples")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, all of them prefixed."""
    group = parser.getgroup("gradproof", "gradproof: is this gradient right?")
    group.addoption("--gradproof-profile", metavar="NAME", help="examples and seconds of each check: quick, ci or deep")
    group.addoption("--gradproof-seed", type=int, metavar="N", help="seed of every check (default: 0)")
    group.addoption("--gradproof-examples", type=int, metavar="N", help="examples that each check may try")
    group.addoption(
        "--gradproof-strict",
        action="store_true",
        default=None,
        help="an undecided gradient fails instead of being skipped",
    )
    group.addoption("--gradproof-json", metavar="FILE", help="write every judgement to FILE")
    parser.addini("gradproof_profile", "examples and seconds of each check: quick, ci or deep", default="")
    parser.addini(
        "gradproof_strict", "an undecided gradient fails instead of being skipped", type="bool", default=False
    )
    parser.addini("gradproof_junit_properties", "write statuses as properties in JUnit XML", type="bool", default=False)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, and what collects the judgements of a run."""
    config.addinivalue_line("markers", _MARKER)
    for name in (config.getoption("--gradproof-profile"), config.getini("gradproof_profile")):
        if name:
            _limits_of(name)
    path = config.getoption("--gradproof-json")
    if path and not Path(path).absolute().parent.is_dir():
        raise pytest.UsageError(f"--gradproof-json {path}: the folder does not exist, make it first")
    if not hasattr(config, "workerinput"):  # xdist: the controller alone collects, writes and tells
        config.pluginmanager.register(_Run(config), "gradproof-run")


def pytest_report_header(config: pytest.Config) -> str | None:
    """One line, where something was asked of the plugin."""
    told = [config.getoption(f"--gradproof-{name}") for name in ("profile", "seed", "examples", "strict", "json")]
    if (
        not any(value is not None for value in told)
        and not config.getini("gradproof_profile")
        and config.option.verbose < 1
    ):
        return None
    return f"gradproof: {_version()}, " + ", ".join(f"{name} {value}" for name, value in _run_settings(config).items())


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> list[pytest.Item] | None:
    """Collect a function that `gradient_test` decorated: one item a question.

    Raises
    ------
    CollectError
        It is a method.
    """
    function = getattr(obj, "__func__", obj) if inspect.isroutine(obj) else None
    trial = vars(function).get("__gradient_trial__") if inspect.isfunction(function) else None
    if trial is None:
        return None
    if not isinstance(collector, pytest.Module):
        raise pytest.Collector.CollectError(f"@gradient_test decorates the method {name}: move it to the module")
    return [
        pytest.Function.from_parent(
            collector, name=f"{name}-{question.label}", callobj=_asking(trial.function, question)
        )
        for question in trial.questions()
    ]


def _asking(function: Any, question: Question) -> Callable[[Gradproof], None]:
    """The test function of one question: it shows the place, the marks and the name of the function on trial."""

    def ask(gradproof: Gradproof) -> None:
        __tracebackhide__ = True
        inputs, options = question.asked()
        gradproof.agree(function, None, *inputs, **options)

    ask.__signature__ = inspect.signature(ask)  # type: ignore[attr-defined] # pytest must not ask for `function`'s
    ask.__wrapped__ = function  # type: ignore[attr-defined]
    ask.__doc__ = function.__doc__
    ask.pytestmark = getattr(function, "pytestmark", [])  # type: ignore[attr-defined]
    return ask


class Gradproof:
    """The `gradproof` fixture: asks `verify.check` within the limits of the run and of the test's marker."""

    def __init__(self, limits: dict[str, Any], judgements: list[dict[str, Any]]) -> None:
        self._strict = limits.pop("strict")
        self._limits = limits
        self._judgements = judgements

    def arrays(self, *arguments: Any, **options: Any) -> Any:
        """Draw arrays by signature and domain: `verify.strategies.arrays`."""
        from verify.strategies import arrays  # noqa: PLC0415 - inert unless used

        return arrays(*arguments, **options)

    def check(self, f: Callable[..., Any], /, *inputs: Any, **options: Any) -> Any:
        """Return the judgement of `verify.check`, and keep it for the summary; it is the test that asserts."""
        __tracebackhide__ = True
        from verify.testing import ask  # noqa: PLC0415 - inert unless used

        judgement = ask(f, *inputs, **(self._limits | options))
        self._judgements.append(_record(judgement))
        return judgement

    def agree(self, f: Callable[..., Any], vjp: Any = None, /, *inputs: Any, **named: Any) -> Any:
        """Assert that a gradient is right, and return the judgement.

        Parameters
        ----------
        f, vjp : callable
            The program, and its pullback ``vjp(out_bar, *inputs)``.
        *inputs, **named : array or strategy
            The inputs in order, or by the names of the program's parameters; among the keywords, the options of
            `verify.check` are passed on.

        Raises
        ------
        WrongGradientError
            The gradient is wrong or unstable, or undecided in a strict run. Otherwise undecided skips the test.
        """
        __tracebackhide__ = True
        from verify.errors import UsageError  # noqa: PLC0415 - inert unless used
        from verify.testing import by_position  # noqa: PLC0415
        from verify.verdicts import Verdict  # noqa: PLC0415

        options = {name: named.pop(name) for name in _CHECK_OPTIONS if name in named}
        if inputs and named:
            raise UsageError(f"inputs by position and by name ({', '.join(named)}) cannot be told apart: give one kind")
        if vjp is not None:
            options["vjp"] = vjp
        judgement = self.check(f, *(inputs or by_position(f, named)), **options)
        if judgement.status is Verdict.UNDECIDED and not self._strict:
            pytest.skip(f"undecided: {judgement.reason}")
        judgement.assert_right()
        return judgement


@pytest.fixture
def gradproof(request: pytest.FixtureRequest) -> Gradproof:
    """Judge gradients: ``gradproof.agree(f, vjp, x=gradproof.arrays("(n)"))``."""
    judgements: list[dict[str, Any]] = []
    request.node.stash[JUDGEMENTS] = judgements
    return Gradproof(_limits(request.config, request.node.get_closest_marker("gradproof")), judgements)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the judgements of a test on its report, as a string: xdist carries those."""
    judgements = item.stash.get(JUDGEMENTS, []) if call.when == "call" else []
    if judgements and item.config.getini("gradproof_junit_properties"):
        item.user_properties += [("gradproof", _headline(judgement)) for judgement in judgements]
    report = yield
    if judgements:
        report.gradproof = json.dumps(judgements)  # type: ignore[attr-defined]
    return report


class _Run:
    """The judgements of one run, by test: told at its end, and written where that was asked."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._tests: dict[str, dict[str, Any]] = {}
        self._snippets: dict[str, Path] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        carried = getattr(report, "gradproof", None)
        if carried is not None:
            judgements = json.loads(carried)
            self._tests[report.nodeid] = {"id": report.nodeid, "outcome": report.outcome, "judgements": judgements}

    def pytest_sessionfinish(self) -> None:
        self._tests = dict(sorted(self._tests.items()))
        if self._tests:
            self._keep_snippets()
        path = self._config.getoption("--gradproof-json")
        if path:
            run = {name: value if value != "default" else None for name, value in _run_settings(self._config).items()}
            tool = {"name": "gradproof", "version": _version()}
            document = {"schema": SCHEMA, "tool": tool, "run": run, "tests": list(self._tests.values())}
            Path(path).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def _keep_snippets(self) -> None:
        """Write each failure's program to pytest's cache, where it can be run: a traceback's margin is in its way."""
        cache = getattr(self._config, "cache", None)
        if cache is None:
            return
        folder = cache.mkdir("gradproof")
        for stale in folder.glob("*.py"):  # of an earlier run: what passes now has no failure to show
            stale.unlink()
        for test in self._failures():
            snippet = test["judgements"][-1]["snippet"]
            if snippet:
                path = folder / (re.sub(r"[^\w.]+", "-", test["id"]).strip("-") + ".py")
                path.write_text(self._paths(test["id"]) + snippet + "\n", encoding="utf-8")
                self._snippets[test["id"]] = path

    def _paths(self, nodeid: str) -> str:
        """The lines that let a program import the test module that it names."""
        root = self._config.rootpath
        folders = dict.fromkeys((str((root / nodeid.partition("::")[0]).parent), str(root)))
        return f"import sys\nsys.path[:0] = {list(folders)!r}\n"

    def _failures(self) -> Iterator[dict[str, Any]]:
        for test in self._tests.values():
            if test["outcome"] == "failed" and test["judgements"][-1]["status"] != "right":
                yield test

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self._tests:
            return
        counts = Counter(one["status"] for test in self._tests.values() for one in test["judgements"])
        terminalreporter.section("gradproof")
        words = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        terminalreporter.line(f"{words} (seed {_run_settings(self._config)['seed']})")
        for test in self._failures():
            terminalreporter.line(f"{test['id']}: {_headline(test['judgements'][-1])}")
            path = self._snippets.get(test["id"])
            if path is not None:
                terminalreporter.line(f"    run it: python {_relative(path, self._config.invocation_params.dir)}")
        for test in self._tests.values():
            if test["outcome"] == "skipped":
                terminalreporter.line(f"{test['id']}: undecided, {test['judgements'][-1]['reason']}")
        if self._config.getoption("--gradproof-json"):
            terminalreporter.line(f"written: {self._config.getoption('--gradproof-json')}")


def _record(judgement: Any) -> dict[str, Any]:
    """A judgement as JSON carries it; the snippet holds the exact inputs."""
    found = judgement.counterexample
    diagnosis = getattr(found, "diagnosis", None)
    return {
        "status": judgement.status.value,
        "reason": judgement.reason,
        "message": judgement.message,
        "notes": list(judgement.notes),
        "diagnosis": {"code": diagnosis.code, "words": diagnosis.words} if diagnosis is not None else None,
        "snippet": getattr(found, "snippet", None),
    }


def _headline(judgement: dict[str, Any]) -> str:
    found = judgement["diagnosis"]
    return f"{judgement['status']}, " + (f"{found['code']} {found['words']}" if found else judgement["reason"])


def _limits(config: pytest.Config, marker: pytest.Mark | None) -> dict[str, Any]:
    """What limits a check: the command line over the marker over the ini file."""
    limits: dict[str, Any] = {"strict": config.getini("gradproof_strict")}
    for level in ({"profile": config.getini("gradproof_profile")}, _marked(marker), _command_line(config)):
        if level.get("profile"):
            limits |= _limits_of(level["profile"])
        limits |= {name: value for name, value in level.items() if value is not None and name != "profile"}
    return limits


def _marked(marker: pytest.Mark | None) -> dict[str, Any]:
    if marker is None:
        return {}
    strange = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in _LIMITS)]
    if strange:
        raise pytest.UsageError(
            f"@pytest.mark.gradproof got {', '.join(strange)}: expected the keywords {', '.join(_LIMITS)}"
        )
    return dict(marker.kwargs)


def _command_line(config: pytest.Config) -> dict[str, Any]:
    told = {name: config.getoption(f"--gradproof-{name}") for name in ("profile", "seed", "examples", "strict")}
    hypothesis_seed = str(config.getoption("--hypothesis-seed", None) or "")
    if told["seed"] is None and hypothesis_seed.isdecimal():
        told["seed"] = int(hypothesis_seed)
    return told


def _limits_of(name: str) -> dict[str, Any]:
    from verify.errors import UsageError  # noqa: PLC0415 - inert unless used
    from verify.profiles import profile  # noqa: PLC0415

    try:
        chosen = profile(name)
    except UsageError as error:
        raise pytest.UsageError(f"gradproof: {error}") from None
    return {"examples": chosen.examples, "seconds": chosen.seconds}


def _run_settings(config: pytest.Config) -> dict[str, Any]:
    told = _command_line(config)
    return {
        "profile": told["profile"] or config.getini("gradproof_profile") or "default",
        "seed": told["seed"] or 0,
        "examples": told["examples"] or "default",
        "strict": bool(told["strict"] or config.getini("gradproof_strict")),
    }


def _version() -> str:
    return importlib.metadata.version("gradproof")


def _relative(path: Path, base: Path) -> Path:
    return path.relative_to(base) if path.is_relative_to(base) else path
