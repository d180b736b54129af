"""Hypothesis as the judge's search: draw examples with a fixed seed, stop at the smallest one that objects."""

from __future__ import annotations

import functools
import time
from collections import Counter
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity

from verify.verdicts import Status

try:
    from hypothesis.internal.conjecture.providers import HypothesisProvider
except ImportError:  # before 6.124 the class lies elsewhere, and harvests nothing
    HypothesisProvider = None  # type: ignore[assignment, misc]

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy


@dataclass(frozen=True)
class Observation:
    """What an oracle says of one example."""

    status: Status
    digits: int | None = None
    ulps: float | None = None
    ratio: float | None = None
    words: str = ""
    entries: tuple[Any, ...] = ()


@dataclass
class Outcome:
    """What a search came to.

    Attributes
    ----------
    counterexample, objection
        The smallest example that objects, and what was said of it; None where none objects.
    first_shape : str
        Where the search first objected, before shrinking.
    counts : Counter
        Examples by status.
    timed_out : bool
        Whether the time ran out before the examples did.
    """

    counts: Counter[Status] = field(default_factory=Counter)
    distinct: set[Any] = field(default_factory=set)
    tried: list[Any] = field(default_factory=list)
    counterexample: Any = None
    objection: Observation | None = None
    first: Any = None
    worst_digits: tuple[int, Any] | None = None
    worst_ulps: tuple[float, Any] | None = None
    worst_ratio: tuple[float, Any] | None = None
    timed_out: bool = False
    words: Counter[str] = field(default_factory=Counter)

    @property
    def points(self) -> int:
        """How many examples were judged."""
        return len(self.tried)

    def note(self, example: Any, seen: Observation) -> None:
        """Count one observation and keep the worst."""
        self.counts[seen.status] += 1
        self.tried.append(example)
        self.distinct.add(example.key)
        if seen.words:
            self.words[seen.words] += 1
        if seen.digits is not None and (self.worst_digits is None or seen.digits < self.worst_digits[0]):
            self.worst_digits = (seen.digits, example)
        if seen.ulps is not None and (self.worst_ulps is None or seen.ulps > self.worst_ulps[0]):
            self.worst_ulps = (seen.ulps, example)
        if seen.ratio is not None and (self.worst_ratio is None or seen.ratio > self.worst_ratio[0]):
            self.worst_ratio = (seen.ratio, example)


class _ObjectionError(AssertionError):
    """An example that an oracle objects to: what Hypothesis shrinks."""

    def __init__(self, example: Any, seen: Observation) -> None:
        super().__init__(seen.words)
        self.example = example
        self.seen = seen


_searching: ContextVar[bool] = ContextVar("searching", default=False)


def _unharvested(draw_constant: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap Hypothesis's draw of a constant so that it draws none while a search of ours runs.

    From 6.135 on, Hypothesis mixes literals of every loaded module outside site-packages into the draws: the same
    seed would give other examples in a checkout than from a wheel. There is no setting for that.
    """

    @functools.wraps(draw_constant)
    def draw(*args: Any, **kwargs: Any) -> Any:
        return None if _searching.get() else draw_constant(*args, **kwargs)

    return draw


if hasattr(HypothesisProvider, "_maybe_draw_constant"):
    _draw = HypothesisProvider._maybe_draw_constant  # noqa: SLF001 - no public name turns it off
    setattr(HypothesisProvider, "_maybe_draw_constant", _unharvested(_draw))  # noqa: B010 - a method


OBJECTIONS = frozenset({Status.DISAGREE, Status.UNSTABLE})


def search(
    strategy: SearchStrategy[Any],
    judge: Callable[[Any], Observation],
    *,
    seed: int,
    examples: int,
    seconds: float,
) -> Outcome:
    """Judge up to `examples` examples; on the first objection, shrink to the smallest one that still objects.

    A run is a function of the seed unless `seconds` run out, which the outcome says.
    """
    token = _searching.set(True)
    try:
        return _searched(strategy, judge, seed=seed, examples=examples, seconds=seconds)
    finally:
        _searching.reset(token)


def _searched(
    strategy: SearchStrategy[Any], judge: Callable[[Any], Observation], *, seed: int, examples: int, seconds: float
) -> Outcome:
    outcome = Outcome()
    deadline = time.monotonic() + seconds

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
        backend="hypothesis",
    )
    @hypothesis.given(strategy)
    def trial(example: Any) -> None:
        if time.monotonic() > deadline:
            outcome.timed_out = True
            return
        seen = judge(example)
        objects = seen.status in OBJECTIONS
        if outcome.first is None:  # what shrinking tries afterwards is no evidence of its own
            outcome.note(example, seen)
        if objects:
            outcome.first = outcome.first or example
            raise _ObjectionError(example, seen)

    try:
        trial()
    except _ObjectionError as smallest:
        outcome.counterexample, outcome.objection = smallest.example, smallest.seen
    except hypothesis.errors.Flaky:  # the deadline passed while shrinking: what was found stands
        outcome.counterexample = outcome.first
        outcome.objection = judge(outcome.first)
    return outcome
