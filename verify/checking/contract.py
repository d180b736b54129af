"""What a pullback owes whatever its formula: one answer a question, in any memory, linear in its cotangent."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking import floats
from verify.checking.exact import Exactly, coefficients
from verify.checking.formats import format_of, is_float
from verify.diagnosis import BUFFER, LAYOUT, NOT_LINEAR, NOT_REPEATABLE, SAME_INPUT
from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.checking.findings import Finding
    from verify.checking.formula import Question
    from verify.diagnosis import Diagnosis

SCALES = (-1.0, 2.0**24, 2.0**-24, 2.0**-60, 0.0)
"""Multiples of the cotangent at which the pullback is asked again: a clip or a threshold shows at one of them."""


def judge(question: Question) -> Finding | None:
    """Ask every question of the contract; return the first that the pullback does not meet."""
    questions: tuple[Callable[[Question], Finding | None], ...] = (
        _repeatable,
        _own_memory,
        _layouts,
        _same_input,
        _linear,
    )
    return next((found for ask in questions if (found := ask(question)) is not None), None)


def _wrong(question: Question, diagnosis: Diagnosis, words: str) -> Finding:
    return question.seen(Status.DISAGREE, words, diagnosis=diagnosis)


def _repeatable(question: Question) -> Finding | None:
    """Ask again, at once and after the programs ran elsewhere: the answer is a function of what is given."""
    programs, point = question.programs, question.point
    again = floats.pulled(programs, point, question.out_bars)
    if again.broken is not None:
        return _wrong(question, again.broken[0], f"asked a second time, {again.broken[1]}")
    if not floats.same(question.bars, again.bars):
        return _wrong(question, NOT_REPEATABLE, "asked twice with the same arguments, the pullback answers differently")
    elsewhere = point.moved(tuple(_elsewhere(x) for x in point.inputs), "elsewhere")
    elsewhere = elsewhere if programs.admits(elsewhere.inputs) else point
    programs.attempt(programs.forward, *elsewhere.fresh())
    programs.attempt(programs.pullback, tuple(bar + bar for bar in question.out_bars), *elsewhere.fresh())
    later = floats.pulled(programs, point, question.out_bars)
    if later.broken is not None or not floats.same(question.bars, later.bars):
        words = (
            "after the programs ran at another point, the pullback answers differently: it keeps state between calls"
        )
        return _wrong(question, NOT_REPEATABLE, words)
    return None


def _elsewhere(x: Any) -> Any:
    return x * np.asarray(x).dtype.type(0.75) if is_float(np.asarray(x).dtype) else x


def _own_memory(question: Question) -> Finding | None:
    """Keep an answer while the pullback is asked again: a buffer that is used twice changes it."""
    programs, point = question.programs, question.point
    ran = programs.attempt(programs.pullback, question.out_bars, *point.fresh())
    if ran.words:
        return None
    kept = ran.value if isinstance(ran.value, (tuple, list)) else (ran.value,)
    before = tuple(None if k not in point.floats else np.array(bar) for k, bar in enumerate(kept))
    programs.attempt(programs.pullback, tuple(-bar for bar in question.out_bars), *point.fresh())
    after = tuple(None if k not in point.floats else np.asarray(bar) for k, bar in enumerate(kept))
    if not floats.same(before, after):
        return _wrong(
            question,
            BUFFER,
            "a later call changes the cotangents that an earlier one returned: one buffer is used twice",
        )
    return None


# -- memory ------------------------------------------------------------------------------------------------


def _layouts(question: Question) -> Finding | None:
    """Ask with the same numbers in other memory: by columns, backwards, every second entry of a wider array."""
    point = question.point
    for label, arrange in (
        ("in column order", np.asfortranarray),
        ("in a strided view", _strided),
        ("in a reversed view", _reversed),
    ):
        inputs = floats.laid_out(point, arrange)
        found = _in_memory(
            question, inputs, tuple(arrange(bar) if bar.ndim else bar for bar in question.out_bars), label
        )
        if found is not None:
            return found
    return None


def _in_memory(question: Question, inputs: tuple[Any, ...], bars: tuple[Any, ...], label: str) -> Finding | None:
    programs, point = question.programs, question.point
    outputs = programs.attempt(programs.forward, *inputs)
    if outputs.words or not _alike(question.outputs, outputs.value, point.dtype):
        return None
    pulled = floats.pulled(programs, point, bars, inputs)
    if pulled.broken is not None:
        return _wrong(question, LAYOUT, f"with the inputs {label}, {pulled.broken[1]}")
    if not _alike(question.bars, pulled.bars, point.dtype):
        return _wrong(question, LAYOUT, f"with the inputs {label}, the pullback answers differently")
    return None


def _strided(x: Any) -> Any:
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), dtype=x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def _reversed(x: Any) -> Any:
    return np.ascontiguousarray(x[::-1])[::-1]


def _alike(left: Any, right: Any, dtype: Any) -> bool:
    """Whether arrays agree but for the order of their sums."""
    for a, b in zip(left, right, strict=True):
        if a is None:
            continue
        one, two = np.asarray(a, floats.wide(a)), np.asarray(b, floats.wide(b))
        if one.shape != two.shape:
            return False
        with np.errstate(all="ignore"):
            size = np.max(np.abs(one), initial=0, where=np.isfinite(one))
            close = np.abs(one - two) <= format_of(dtype).eps ** 0.5 * size
        if not np.all(close | (one == two) | (np.isnan(one) & np.isnan(two))):
            return False
    return True


def _same_input(question: Question) -> Finding | None:
    """Give one array for two inputs: the pullback still owes a cotangent for each."""
    programs, point = question.programs, question.point
    for k, j in _twins(question):
        copied = list(point.fresh())
        copied[j] = copied[k].copy()
        shared = list(point.fresh())
        shared[j] = shared[k]
        if not programs.admits(tuple(shared)):
            continue
        if programs.attempt(programs.forward, *copied).words:
            continue
        apart = programs.attempt(programs.pullback, question.out_bars, *copied)
        once = programs.attempt(programs.pullback, question.out_bars, *shared)
        if apart.words:
            continue
        if once.words or not floats.same(_arrays(apart.value), _arrays(once.value)):
            names = f"{programs.names[k]} and {programs.names[j]}"
            return _wrong(
                question,
                SAME_INPUT,
                f"with one array for {names} the pullback answers differently than with two equal ones",
            )
    return None


def _twins(question: Question) -> Iterator[tuple[int, int]]:
    """Yield the pairs of float inputs of one shape and dtype."""
    inputs, places = question.point.inputs, question.point.floats
    for k, j in itertools.combinations(places, 2):
        x, y = inputs[k], inputs[j]
        arrays = isinstance(x, np.ndarray) and isinstance(y, np.ndarray)
        if arrays and x.shape == y.shape and x.dtype == y.dtype:
            yield k, j


def _arrays(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


# -- linearity ---------------------------------------------------------------------------------------------


def _linear(question: Question) -> Finding | None:
    """Ask with multiples of the cotangent, in exact arithmetic: the answer is the same multiple."""
    with precision(PRECISION):
        exactly = Exactly(question.programs, question.point)
        try:
            once = exactly.pulled(question.out_bars)
            for scale in SCALES:
                bars = tuple(np.asarray(bar, np.longdouble) * scale for bar in question.out_bars)
                many = exactly.pulled(bars)
                for k in question.point.floats:
                    if _disjoint(coefficients(once.bars[k], 0), coefficients(many.bars[k], 0), scale):
                        return _not_linear(question, k, scale)
        except (UndecidableError, SingularError, OpaqueError):
            return None
    return None


def _disjoint(once: Any, many: Any, scale: float) -> bool:
    return any(
        a.is_finite() and (not b.is_finite() or not (a * scale).overlaps(b))
        for a, b in zip(once.ravel(), many.ravel(), strict=True)
    )


def _not_linear(question: Question, k: int, scale: float) -> Finding:
    name = question.programs.names[k]
    words = (
        f"with out_bar times {scale:g}, {name}_bar is not {scale:g} times as large: "
        "it is clipped, thresholded or not linear"
    )
    return _wrong(question, NOT_LINEAR, words)
