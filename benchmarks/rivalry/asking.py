"""Ask a rival in a process of its own, with a hard limit on its time, and judge what it answers."""

from __future__ import annotations

import importlib
import importlib.util
import multiprocessing as mp
import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.rivalry.judging import RIGHT, agrees, judged, trial
from benchmarks.rivalry.language import NoTranslationError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import ModuleType

    from benchmarks.rivalry.judging import Trial

WRONG, UNEVALUATED, RAISES, TIMEOUT, SILENT = "wrong", "unevaluated", "raises", "timeout", "no translation"
WORDS = (RIGHT, WRONG, UNEVALUATED, RAISES, TIMEOUT, SILENT)
"""From the best to the least: of the ways of writing a formula, the best answer counts."""

MISSING = "not asked"
LIMIT, STARTED = 20.0, 120.0
SHOWN = 300


@dataclass
class Rival:
    """Another system.

    Attributes
    ----------
    package, module : str
        The package that has to be there, and our module that speaks its language.
    ways : tuple of str
        The ways to write or to ask; each is tried until one is right.
    layouts : bool
        Whether derivatives may come with the variable's axes first.
    """

    package: str
    module: str
    ways: tuple[str, ...]
    layouts: bool = False
    version: str = ""
    broken: str = ""
    _process: Any = field(default=None, repr=False)
    _line: Any = field(default=None, repr=False)

    def missing(self) -> str:
        """Return why it cannot be asked; nothing if it can."""
        if importlib.util.find_spec(self.package) is None:
            return f"not installed: pip install {self.package}"
        return self.broken

    def __call__(self, row: Any) -> dict[str, Any]:
        """Return the best answer over all ways, its time, and what each way gave."""
        if self.missing() or not self._started():
            return {"answer": MISSING, "seconds": 0.0, "why": self.missing()}
        if row.space != "free":
            return {"answer": SILENT, "seconds": 0.0, "why": f"no derivative in the space {row.space}"}
        given: list[dict[str, Any]] = []
        for way in self.ways:
            given.append(self._asked(row, way))
            if given[-1]["answer"] == RIGHT:
                break
        best = min(given, key=lambda one: WORDS.index(one["answer"]))
        return {**best, "ways": {one["way"]: one["answer"] for one in given}}

    def _asked(self, row: Any, way: str) -> dict[str, Any]:
        if not self._started():
            return {"answer": RAISES, "seconds": 0.0, "way": way, "why": self.broken}
        found = trial(row.f, row.wrt, row.shapes, tuple(sorted(row.domains.items())), row.space)
        point, sizes = (dict(found.point), dict(found.sizes)) if found else ({}, {})
        self._line.send((row.f, row.wrt, row.shapes, way, point, sizes))
        answer = self._heard({"answer": TIMEOUT, "seconds": LIMIT, "way": way})
        if answer["answer"]:
            return answer
        numbers = self._heard({"answer": UNEVALUATED, "why": f"no numbers within {LIMIT:g} s"})
        return {**answer, **(self._judged(numbers, found) if "slope" in numbers else numbers)}

    def _judged(self, numbers: dict[str, Any], found: Trial | None) -> dict[str, Any]:
        if found is None:
            return {"answer": UNEVALUATED, "why": "no point was found"}
        value = numbers["value"]
        if value is not None and not agrees(np.real(value), found.value):  # the logarithm of a negative determinant
            return {"answer": SILENT, "why": "the translation has another value"}
        return {"answer": judged(numbers["slope"], found, self.layouts)}

    def _heard(self, otherwise: dict[str, Any]) -> dict[str, Any]:
        if self._line.poll(LIMIT):
            try:
                return self._line.recv()  # type: ignore[no-any-return]
            except EOFError:
                otherwise = {**otherwise, "answer": RAISES, "why": "its process ended"}
        self.close()
        return otherwise

    def _started(self) -> bool:
        if self._process is not None:
            return True
        context = mp.get_context("spawn")
        self._line, far = context.Pipe()
        self._process = context.Process(target=_serve, args=(far, self.module), daemon=True)
        self._process.start()
        far.close()
        try:
            self.version = self._line.recv() if self._line.poll(STARTED) else ""
        except EOFError:
            self.version = ""
        if not self.version:
            self.broken = "installed, but it does not start"
            self.close()
        return not self.broken

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._line.close()
            self._process = None


def _serve(line: Connection, module: str) -> None:
    """Answer questions until the line is closed; the first, which fills caches, is one of our own."""
    warnings.simplefilter("ignore")
    language = importlib.import_module(module)
    language.derivative("x @ A @ x", "x", "x: n  A: n,n", language.WAYS[0])
    line.send(language.VERSION)
    while True:
        try:
            question = line.recv()
        except EOFError:
            return
        _answer(line, language, *question)


def _answer(line: Connection, language: ModuleType, *question: Any) -> None:
    *formula, way, point, sizes = question
    start = time.perf_counter()
    word, why, pair = "", "", None
    try:
        pair = language.derivative(*formula, way)
    except NoTranslationError as error:
        word, why = SILENT, str(error)
    except Exception as error:  # noqa: BLE001 - an exception is an answer here
        word, why = RAISES, f"{type(error).__name__}: {error}"[:SHOWN]
    seconds = time.perf_counter() - start
    if pair is not None and language.unevaluated(pair[1]):
        word = UNEVALUATED
    said = {"text": str(pair[1])[:SHOWN]} if pair is not None else {"why": why}
    line.send({"answer": word, "seconds": seconds, "way": way, **said})
    if not word:
        line.send(_numbers(language, pair, point, sizes))


def _numbers(language: ModuleType, pair: Any, point: Any, sizes: Any) -> dict[str, Any]:
    function, slope = pair
    try:
        with np.errstate(all="ignore"):
            found = language.evaluated(slope, point, sizes)
    except Exception as error:  # noqa: BLE001 - whatever keeps it from having a value
        return {"answer": UNEVALUATED, "why": f"{type(error).__name__}: {error}"[:SHOWN]}
    try:
        with np.errstate(all="ignore"):
            value = language.evaluated(function, point, sizes)
    except Exception:  # noqa: BLE001 - then the translation is not compared
        value = None
    return {"slope": found, "value": value}
