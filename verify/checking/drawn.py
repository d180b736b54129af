"""Inputs that Hypothesis draws: every example is judged, and the first that objects is shrunk, shapes and values."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import hypothesis
import numpy as np
from hypothesis import strategies as st

from verify.checking import around, boundaries, floats, pointwise
from verify.checking.findings import Finding
from verify.checking.points import Point
from verify.errors import UsageError
from verify.search import search as hypothesis_search
from verify.strategies import apart
from verify.testing import parameters
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.checking.trial import Trial

AROUND = 4
"""Drawn points of different shapes around which ties and boundaries are tried as well."""


def is_strategy(x: Any) -> bool:
    """Whether an input is to be drawn."""
    return isinstance(x, st.SearchStrategy)


def one_an_input(f: Callable[..., Any], inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return one strategy an input, where a single one of tuples was given for a function of several inputs."""
    wanted = len(parameters(f))
    return apart(inputs[0], wanted) if len(inputs) == 1 and wanted > 1 and is_strategy(inputs[0]) else inputs


def search(trial: Trial, inputs: tuple[Any, ...], examples: int) -> Finding | None:
    """Judge drawn points, then points around a few of them; return the smallest objection, or None.

    Raises
    ------
    UsageError
        No drawn example can be judged.
    """
    strategy = st.tuples(*(x if is_strategy(x) else st.just(x) for x in inputs)).map(_point)
    kept: dict[Any, Point] = {}

    def judge(point: Point) -> Any:  # a finding serves as an observation
        if not trial.domain.admits(point.inputs) or not point.floats or not _finite(point):
            return Finding(Status.NOT_APPLICABLE, "outside the domain", point)
        found = trial.at(point, contract=len(kept) < AROUND)
        shape = tuple(np.shape(x) for x in point.inputs)
        if found.status is Status.AGREE and len(kept) < AROUND:
            kept.setdefault(shape, point)
        return found if not found.approximate else Finding(Status.AGREE, found.words, point)

    try:
        outcome = hypothesis_search(strategy, judge, seed=trial.seed, examples=examples, seconds=trial.seconds)
    except hypothesis.errors.Unsatisfiable as error:
        raise UsageError(f"the strategies draw no example: {error}") from error
    trial.late = trial.late or outcome.timed_out
    if outcome.objection is not None:
        return outcome.objection  # type: ignore[return-value]  # the observation is our finding
    if not trial.counts:
        raise UsageError("no example of the strategies could be judged: they hold no finite floats inside the domain")
    return _nearby(trial, list(kept.values()))


def _finite(point: Point) -> bool:
    return all(np.all(np.isfinite(np.asarray(point.inputs[k], floats.wide(point.inputs[k])))) for k in point.floats)


def _point(drawn: tuple[Any, ...]) -> Point:
    """Return a drawn tuple as a point; it counts as given: the caller named where to look."""
    arrays: list[Any] = []
    for x in drawn:
        parts = x if isinstance(x, tuple) else (x,)
        arrays += [part if isinstance(part, np.ndarray) else np.asarray(part)[()] for part in parts]
    return Point(tuple(arrays), "a drawn point")


def _nearby(trial: Trial, points: list[Point]) -> Finding | None:
    """Judge ties, zeros and boundaries around drawn points, inside the range of what was drawn."""
    for point in points:
        bars = pointwise.cotangents(floats.forward(trial.programs, point).outputs, trial.seed)
        for moved in (
            *around.hard_points(point, trial.seed),
            *boundaries.across(trial.programs, point, bars, trial.seed),
        ):
            if _within(moved, points) and trial.domain.admits(moved.inputs):
                found = trial.at(moved)
                if found.objects and not found.approximate:
                    return found
    return None


def _within(moved: Point, points: list[Point]) -> bool:
    """Whether every value lies between the smallest and the largest that were drawn for its input."""
    return all(
        low <= float(v) <= high
        for k in moved.floats
        for low, high in [_range(points, k)]
        for v in np.ravel(moved.inputs[k])
    )


def _range(points: list[Point], k: int) -> tuple[float, float]:
    values: Iterator[float] = (float(v) for point in points for v in np.ravel(point.inputs[k]))
    drawn = list(values)
    return (min(drawn, default=0.0), max(drawn, default=-sys.float_info.max))
