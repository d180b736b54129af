"""The pullback as it runs against its own exact reading: how many digits are lost that the problem does not lose."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.checking.entries import conditioning
from verify.checking.exact import Exactly, coefficients
from verify.checking.formats import as_arb, format_of
from verify.checking.points import generator
from verify.compare import Entry
from verify.diagnosis import DIGITS, OVERFLOWS
from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.findings import Finding
    from verify.checking.formats import Format
    from verify.checking.formula import Question

GRANTED = 64
"""How many times the entry's own ulp, and what one ulp of input and cotangent moves it by, a result may be away."""

MOVES = 3
"""Ways in which inputs are moved by an ulp to see whether a comparison turns."""

NEAR = 256
"""A true value that is beyond the range, or so many times below its end, may overflow on the way."""

MOST_CONDITIONED = 4000
"""Entries up to which the conditioning is measured; beyond, only gross losses are looked for."""


def lost(form: Format) -> float:
    """Return the relative error from which digits count as lost: half of them, or two thirds in half precision."""
    return math.sqrt(form.eps) if form.eps < 2.0**-20 else math.cbrt(form.eps)


def judge(question: Question, scale: float) -> Finding | None:
    """Hold the floats against the exact cotangents, where the formula was found right; None where nothing is lost.

    Parameters
    ----------
    question : Question
        The pullback of one cotangent at one point.
    scale : float
        The size of the gradient at the given point: at points of our own choosing a loss below it is none.
    """
    with precision(PRECISION):
        try:
            exactly = Exactly(question.programs, question.point)
            pulled = exactly.pulled(question.out_bars)
            if not _forward_holds(question, exactly):
                return None
        except (UndecidableError, SingularError, OpaqueError):
            return None
        suspects = _suspects(question, pulled, scale)
        if not suspects:
            return None
        return _confirmed(question, exactly, suspects)


def _forward_holds(question: Question, exactly: Exactly) -> bool:
    """Whether the function itself keeps its digits here: what it has lost is not the pullback's to keep."""
    point = question.point
    zeros = {k: np.zeros(np.shape(point.inputs[k])) for k in point.floats}
    truth = exactly.along(zeros).coefficient(0)
    ran = question.outputs
    form = format_of(point.dtype)
    for cells, floats in zip(truth, ran, strict=True):
        size = max((abs(c).mid() for c in cells.ravel()), default=arb(0))
        for c, value in zip(cells.ravel(), np.ravel(floats), strict=True):
            away = abs(as_arb(value) - c)
            if (
                form.overflows(c)
                or not away.is_finite()
                or not away < max(size * lost(form), arb(4 * form.smallest * form.eps))
            ):
                return False
    return True


def _suspects(question: Question, pulled: Any, scale: float) -> list[tuple[int, tuple[int, ...], Entry, arb]]:
    """Return the entries whose float is far from the exact one: position, index, entry, error.

    Far is measured against the largest entry of the same input's cotangent, for a sum keeps no digits of an entry that
    is small by cancellation; at points of our own choosing also against the gradient at the given point.
    """
    point = question.point
    share = 0.0 if pulled.notes.casts else lost(format_of(point.dtype))
    found = []
    for k in point.floats:
        own = format_of(np.asarray(point.inputs[k]).dtype)
        trues = coefficients(pulled.bars[k], 0)
        largest = max((abs(c).upper() for c in trues.ravel() if c.is_finite()), default=arb(0))
        floor = max(
            largest, arb(0.0 if point.given else scale), _natural(question, k) if largest.contains(0) else arb(0)
        )
        for index in np.ndindex(trues.shape):
            true, value = trues[index], np.asarray(question.bars[k])[index]
            error = abs(as_arb(value) - true)
            allowed = floor * share + GRANTED * own.ulp(true)
            wide = true.rad() > allowed
            if not true.is_finite() or wide or (not error.is_finite() and abs(true) * NEAR > arb(own.largest)):
                continue
            if not error.is_finite() or error > allowed:
                found.append((k, index, Entry(f"{question.programs.names[k]}_bar", index, as_arb(value), true), error))
    return found


def _natural(question: Question, k: int) -> arb:
    """Return the size that a derivative by this input has by its dimension, for one that is zero: out_bar * out / x."""
    size = _largest(question.point.inputs[k])
    terms = sum(_largest(bar) * _largest(out) for bar, out in zip(question.out_bars, question.outputs, strict=True))
    return arb(terms / size) if size > 0 and math.isfinite(terms / size) else arb(1)


def _largest(x: Any) -> float:
    return float(np.max(np.abs(np.asarray(x, dtype=np.float64)), initial=0.0))


def _confirmed(question: Question, exactly: Exactly, suspects: list[Any]) -> Finding | None:
    """Grant what the conditioning allows; the entries that are still too far make the finding."""
    bad = [(entry, error) for _, _, entry, error in suspects if not error.is_finite()]
    if not bad:
        places = [(k, index) for k, index, _, _ in suspects[:MOST_CONDITIONED]]
        moves = conditioning(question, exactly, places)
        if not moves:
            return None
        terms = question.point.size**0.5
        bad = [
            (entry, error)
            for _, index, entry, error in suspects[:MOST_CONDITIONED]
            if error > GRANTED * terms * moves.get((entry.of, index), arb(0))
        ]
    if not bad or _beside_a_boundary(question, exactly):
        return None
    entries = tuple(entry for entry, _ in bad[:5])
    diagnosis = DIGITS if entries[0].claimed.is_finite() else OVERFLOWS
    return question.seen(Status.UNSTABLE, _words(question, entries[0]), entries=entries, diagnosis=diagnosis)


def _beside_a_boundary(question: Question, exactly: Exactly) -> bool:
    """Whether a comparison of either program may turn out otherwise in floats, which then take another branch."""
    terms = GRANTED * question.point.size**0.5
    least = GRANTED * format_of(question.point.dtype).eps  # sums with 1 round so
    for n in range(MOVES):
        steps = {k: _ulp_steps(question.point.inputs[k], n) for k in question.point.floats}
        try:
            readings = (exactly.along(steps), exactly.pulled(question.out_bars, steps=steps))
        except (UndecidableError, SingularError, OpaqueError):
            return True
        margins = (m for reading in readings for c in reading.notes.comparisons for m in np.ravel(c.margins))
        if any(_may_turn(margin, terms, least) for margin in margins):
            return True
    return False


def _may_turn(margin: Any, terms: float, least: float) -> bool:
    head, moved = margin.coefficient(0), margin.coefficient(1)
    if head.is_zero() or not (head.is_finite() and moved.is_finite()):
        return False
    return bool(abs(head) < abs(moved) * terms + least)


def _ulp_steps(x: Any, n: int) -> Any:
    """Return moves by one ulp: all up, by turns up and down, and at random."""
    values = np.asarray(x)
    turns = np.where(np.arange(values.size) % 2, -1.0, 1.0).reshape(values.shape)
    signs = (np.ones(values.shape), turns, generator(n, "turn").choice((-1.0, 1.0), size=values.shape))[n]
    return np.abs(values.astype(np.longdouble)) * format_of(values.dtype).eps * signs


def _words(question: Question, entry: Entry) -> str:
    place = entry.place
    if not entry.claimed.is_finite():
        return f"{place} is {float(entry.claimed.mid())} as it runs, and the exact value is finite"
    form = format_of(question.point.dtype)
    size = abs(entry.true).mid()
    relative = float((abs(entry.claimed - entry.true) / size).mid()) if size > 0 else 1.0
    kept = max(0, math.floor(-math.log10(max(relative, 1e-300))))
    return f"{place} keeps {min(kept, form.digits)} of {form.digits} digits"
