"""Ask every tool about every case, in processes of their own, each question with a time limit."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import signal
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.arena import all_cases
from benchmarks.arena.demonstrations import copy
from benchmarks.arena.tools import CONDEMNED, ERROR, TOOLS, UNDECIDED, Trial

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.arena.case import Case


@dataclass(frozen=True)
class Question:
    """One gradient put to one tool: the case's own, or a mistake's right twin."""

    tool: str
    case: str
    dtype: str
    twin: bool
    limit: float
    seed: int


@dataclass(frozen=True)
class Answer:
    """What the tool said, in a word and a reason, and how long it took."""

    question: Question
    word: str
    reason: str
    seconds: float


class TimeLimitError(BaseException):
    """The question took too long. No `Exception`, so that no tool swallows it."""


@cache
def _cases() -> dict[str, Case]:
    return {case.name: case for case in all_cases()}


@contextlib.contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise `TimeLimitError` inside the block after so many seconds (at the next Python instruction)."""

    def stop(_number: int, _frame: Any) -> None:
        raise TimeLimitError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def put(question: Question) -> Answer:
    """Put one question and return the answer; whatever a rival raises is its condemnation."""
    case = _cases()[question.case]
    vjp = case.truth() if question.twin else case.gradient()
    inputs = copy(case.draw(question.dtype, question.seed))
    trial = Trial(case.f, vjp, inputs, case.domain, 0.8 * question.limit, question.seed)
    for module in TOOLS[question.tool].modules:  # its import is not its answer's time
        importlib.import_module(module)
    start = time.perf_counter()
    try:
        with _limited(question.limit), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            word, reason = TOOLS[question.tool].ask(trial)
    except TimeLimitError:
        word, reason = UNDECIDED, f"no answer within {question.limit:g} s"
    except Exception as error:  # noqa: BLE001  an exception is an answer here
        word = ERROR if question.tool == "gradproof" else CONDEMNED
        reason = f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else ''}"
    return Answer(question, word, reason, time.perf_counter() - start)


def askable(case: Case) -> bool:
    """Tell whether the optional package that a case needs is here."""
    return case.needs is None or importlib.util.find_spec(case.needs) is not None


def questions(
    tools: Sequence[str], cases: Sequence[Case], dtypes: Sequence[str], limit: float, seed: int
) -> list[Question]:
    """Return every question: each case in each of its dtypes, each mistake's twin beside it."""
    return [
        Question(tool, case.name, dtype, twin, limit, seed)
        for case in cases
        for dtype in dtypes
        if dtype in case.dtypes and askable(case)
        for tool in tools
        for twin in ((False,) if case.right else (False, True))
    ]


def put_all(asked: Sequence[Question], workers: int) -> Iterator[Answer]:
    """Answer every question, in this process or in several, in the order in which the answers come."""
    if workers == 1:
        yield from map(put, asked)
        return
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the workers share the machine's cores
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for done in as_completed([pool.submit(put, question) for question in asked]):
            yield done.result()
