"""Programs that cannot be read with exact numbers: judged by what is left, floats and differences with error bars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.checking.exact import Exactly, coefficients
from verify.checking.formats import as_arb, format_of
from verify.checking.formula import along
from verify.checking.kinks import SINGLE
from verify.compare import Entry
from verify.differences import Estimate, derivative
from verify.errors import VerifyError
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.checking.findings import Finding
    from verify.checking.formula import Question
    from verify.checking.points import Point

ROUNDED = 16
"""Ulps that a pullback read exactly may be away: its constants are rounded."""

MOST_UNITS = 16
"""Unit vectors asked for, besides a random direction; each costs a few dozen evaluations."""


def judge(question: Question, why: str) -> Finding:
    """Judge by finite differences, or by the series of the function where only the pullback is opaque."""
    worst: Finding | None = None
    for u in _directions(question):
        found = _along(question, u)
        if found.status is Status.DISAGREE:
            return found.noting(why)
        if worst is None or (found.status is Status.UNDECIDED and worst.status is not Status.UNDECIDED):
            worst = found
    return (worst or question.seen(Status.UNDECIDED, "there is nothing to difference")).noting(why)


def _along(question: Question, u: dict[int, Any]) -> Finding:
    claimed, room = _claim(question, u)
    true = _series(question, u)
    if true is None:
        estimate = _estimated(question, u)
        if not math.isfinite(estimate.bound):
            return question.seen(
                Status.UNDECIDED, "opaque, and no step gave a difference quotient with a finite bound", opaque=True
            )
        true = arb(estimate.value, estimate.bound)
        if not estimate.decides(float(claimed.mid())) and not estimate.bound <= 1e-3 * float(room.mid()) / _slack(
            question
        ):
            return question.seen(
                Status.UNDECIDED, "opaque, and the difference quotient's bound is too wide to tell", opaque=True
            )
    band = claimed + arb(0, room.upper()) if claimed.is_finite() else claimed
    if claimed.is_finite() and band.overlaps(true):
        return question.seen(Status.AGREE, digits=_digits(true, room), opaque=True)
    if _one_sided(question, u, true):
        return question.seen(Status.NOT_APPLICABLE, "the one-sided difference quotients differ: a kink", opaque=True)
    words = "the pullback as it runs differs from the derivative beyond all error bounds"
    entry = Entry("<x_bar, x_dot>", (), claimed, true)
    return question.seen(Status.DISAGREE, words, entries=(entry,), opaque=True)


def _digits(true: arb, room: arb) -> int:
    size = float(abs(true).mid()) or 1.0
    return max(0, math.floor(-math.log10(max(float((true.rad() + room).mid()) / size, 1e-300))))


def _slack(question: Question) -> float:
    return 64 * format_of(question.point.dtype).eps


def _claim(question: Question, u: dict[int, Any]) -> tuple[arb, arb]:
    """Return <x_bar, u> and its room: exact where the pullback lifts, else as it runs with room for its rounding."""
    size = arb(0)
    ran = arb(0)
    for k, step in u.items():
        for value, weight in zip(np.ravel(question.bars[k]), np.ravel(step), strict=True):
            term = as_arb(value) * as_arb(weight)
            ran, size = ran + term, size + abs(term)
    room = size * _slack(question) * max(1.0, math.sqrt(question.point.size))
    steps = sum((abs(as_arb(w)) for step in u.values() for w in np.ravel(step)), start=arb(0))
    room += steps * format_of(question.point.dtype).smallest * 64  # what underflows is lost
    try:
        with precision(PRECISION):
            pulled = Exactly(question.programs, question.point).pulled(question.out_bars)
            terms = (
                c * as_arb(w) for k, step in u.items()
                for c, w in zip(coefficients(pulled.bars[k], 0).ravel(), np.ravel(step), strict=True)
            )  # fmt: skip
            exact = sum(terms, start=arb(0))
    except VerifyError:
        return ran, room
    faithful = exact.is_finite() and (not ran.is_finite() or abs(exact - ran) <= 16 * room + size * 1e-3)
    own = max(2.0**-40, ROUNDED * min(format_of(question.point.dtype).eps, SINGLE))
    return (exact, size * own) if faithful else (ran, room)


def _series(question: Question, u: dict[int, Any]) -> arb | None:
    """Return the directional derivative by the function's series, where it lifts."""
    try:
        with precision(PRECISION):
            true = along(question.out_bars, Exactly(question.programs, question.point).along(u))
    except VerifyError:
        return None
    return true if true.is_finite() else None


def _estimated(question: Question, u: dict[int, Any]) -> Estimate:
    """Return the difference quotient with its bound; in float64 where the function takes its inputs so."""
    point = question.point
    sizes = [abs(float(v)) for k in point.floats for v in np.ravel(point.inputs[k]) if v != 0]
    steps = max((abs(float(w)) for step in u.values() for w in np.ravel(step)), default=1.0)
    scale = max(min(min(sizes, default=1.0), 1.0), 1e-3) / (2 * steps)
    dtype = _finest(question)
    return derivative(_line(question, u, dtype), scale=scale, unit=format_of(dtype).eps / 2)


def _finest(question: Question) -> Any:
    """Return float64 where the function computes in it when it is given it, else the inputs' own dtype."""
    point = question.point
    if point.dtype.itemsize >= 8:
        return point.dtype
    ran = question.programs.attempt(question.programs.truth, *_cast(point, np.dtype(np.float64)))
    if ran.words or any(np.asarray(out).dtype != np.float64 for out in ran.value):
        return point.dtype
    return np.dtype(np.float64)


def _cast(point: Point, dtype: Any) -> tuple[Any, ...]:
    return tuple(np.asarray(x).astype(dtype)[()] if k in point.floats else x for k, x in enumerate(point.inputs))


def _line(question: Question, u: dict[int, Any], dtype: Any) -> Callable[[float], float]:
    point = question.point

    def phi(t: float) -> float:
        inputs = list(_cast(point, dtype))
        for k, step in u.items():
            inputs[k] = (np.asarray(inputs[k]) + dtype.type(t) * step.astype(dtype)).astype(dtype)
        ran = question.programs.attempt(question.programs.truth, *inputs)
        if ran.words:
            return math.nan
        terms = [float(v) * float(b) for out, bar in zip(ran.value, question.out_bars, strict=True)
                 for v, b in zip(np.ravel(out), np.ravel(bar), strict=True)]  # fmt: skip
        return math.fsum(terms) if all(map(math.isfinite, terms)) else math.nan

    return phi


def _one_sided(question: Question, u: dict[int, Any], true: arb) -> bool:
    """Whether quotients to the two sides disagree by far: then nothing is said of the point."""
    dtype = _finest(question)
    phi = _line(question, u, dtype)
    step = format_of(dtype).eps ** 0.4
    ahead, here, behind = phi(step), phi(0.0), phi(-step)
    right, left = (ahead - here) / step, (here - behind) / step
    if not (math.isfinite(right) and math.isfinite(left)):
        return True
    size = max(abs(right), abs(left), float(abs(true).mid()))
    return bool(abs(right - left) > 0.05 * size)


def _directions(question: Question) -> Iterator[dict[int, Any]]:
    point = question.point
    yield question.direction(0)
    if point.size > MOST_UNITS:
        yield question.direction(1)
        return
    zeros = {k: np.zeros(np.shape(point.inputs[k])) for k in point.floats}
    for k in point.floats:
        for index in np.ndindex(np.shape(point.inputs[k])):
            unit = zeros[k].copy()
            unit[index] = 1.0
            yield zeros | {k: unit}
