"""Everything that is asked at one point: does the function take it, what the pullback owes, its formula, its digits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking import contract, floats, formula, forward_mode, higher_order, opaque, rounding
from verify.checking.exact import Exactly
from verify.checking.findings import Finding
from verify.checking.formats import is_float
from verify.checking.formula import Question
from verify.checking.kinks import active_ties
from verify.checking.points import generator, integers
from verify.diagnosis import RAISES
from verify.errors import OpaqueError, VerifyError
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.points import Point
    from verify.checking.programs import Programs


@dataclass(frozen=True)
class Asked:
    """What is asked at a point.

    Attributes
    ----------
    scale : float
        The size of the gradient at the given point.
    contract : bool
        Whether to ask what a pullback owes in other memory, asked twice, and so on.
    order : int
        The highest derivative that is asked for: 2 for the gradient of the gradient too.
    plain : bool
        Whether cotangents are whole numbers, for a reader; else they need every digit of their dtype.
    differences : bool
        Whether finite differences judge what cannot be read exactly; without, nothing is said of such a point.
    """

    seed: int = 0
    scale: float = 0.0
    contract: bool = False
    order: int = 1
    plain: bool = False
    differences: bool = True


def judge(programs: Programs, point: Point, asked: Asked) -> Finding:
    """Ask everything at one point; the first objection is returned, else what the point came to."""
    ran = floats.forward(programs, point)
    if ran.refusal:
        notes = (ran.refusal,) if "does not end" in ran.refusal else ()
        return Finding(Status.NOT_APPLICABLE, ran.refusal, point, notes=notes)
    if not ran.finite and not point.given:
        return Finding(Status.NOT_APPLICABLE, "the function is not finite here", point)
    out_bars = cotangents(ran.outputs, asked.seed, plain=asked.plain)
    found = Finding(Status.NOT_APPLICABLE, "no derivative was given", point, out_bars)
    if programs.jvp is not None:
        found = forward_mode.judge(programs, point, ran.outputs, asked.seed)
    if programs.vjp is not None and not found.objects:
        found = _pullback(programs, point, asked, ran, out_bars)
    return found.noting(*ran.notes)


def cotangents(outputs: tuple[Any, ...], seed: int, *, plain: bool = False) -> tuple[Any, ...]:
    """Return one cotangent an output, nonzero and in its dtype; zeros for an output of integers."""
    bars = []
    for n, out in enumerate(outputs):
        rng = generator(seed, "cotangent", n, np.shape(out))
        if is_float(out.dtype):
            whole = integers(rng, np.shape(out))
            bars.append((whole if plain else whole * (1 + rng.random(np.shape(out)) / 8)).astype(out.dtype))
        else:
            bars.append(np.zeros(np.shape(out)))
    return tuple(bars)


def _pullback(
    programs: Programs, point: Point, asked: Asked, ran: floats.Forward, out_bars: tuple[Any, ...]
) -> Finding:
    pulled = floats.pulled(programs, point, out_bars)
    if pulled.broken is not None:
        diagnosis, words = pulled.broken
        if "does not end" in words:  # a bound of ours was hit, and nothing is known
            status = Status.UNDECIDED if point.given else Status.NOT_APPLICABLE
            return Finding(status, words, point, out_bars, notes=(words,))
        found = Finding(Status.DISAGREE, words, point, out_bars, diagnosis)
        if diagnosis is RAISES and not point.given and not _to_blame(programs, point, asked.seed, words):
            return replace(found, status=Status.NOT_APPLICABLE, notes=(words,))
        return found
    question = Question(programs, point, out_bars, pulled.bars, ran.outputs, asked.seed)
    return replace(_asked(question, asked, finite=ran.finite).noting(*pulled.notes), bars=pulled.bars)


def _asked(question: Question, asked: Asked, *, finite: bool) -> Finding:
    try:
        found = formula.judge(question)
    except OpaqueError as error:
        if not asked.differences:
            return question.seen(Status.NOT_APPLICABLE, f"not read with exact numbers: {error}")
        found = opaque.judge(question, f"not read with exact numbers: {error}")
    if found.objects:
        return found
    if asked.contract:
        broken = contract.judge(question)
        if broken is not None:
            return broken
    if finite and found.strict:
        unstable = rounding.judge(question, asked.scale)
        if unstable is not None:
            return replace(unstable, comparisons=found.comparisons)
    if asked.order > 1 and found.strict:
        higher = higher_order.judge(question, asked.order)
        if higher is not None:
            return higher
    return found


def _to_blame(programs: Programs, point: Point, seed: int, words: str) -> bool:
    """Whether a pullback that raises at a point of our own choosing is wrong.

    It is where the function surely has a derivative; a singular matrix, or an axis without entries that a program may
    look into, is said and not condemned.
    """
    empty = any(np.size(point.inputs[k]) == 0 for k in point.floats)
    return "LinAlgError" not in words and not empty and _smooth(programs, point, seed)


def _smooth(programs: Programs, point: Point, seed: int) -> bool:
    """Whether the function surely has a derivative here: only then a pullback that raises is to blame."""
    rng = generator(seed, "smooth")
    u = {k: integers(rng, np.shape(point.inputs[k])) for k in point.floats}
    try:
        with precision(PRECISION):
            exactly = Exactly(programs, point)
            ahead, behind = exactly.along(u), exactly.along({k: -step for k, step in u.items()})
            pairs = [
                (p, m) for right, left in zip(ahead.coefficient(1), behind.coefficient(1), strict=True)
                for p, m in zip(right.ravel(), left.ravel(), strict=True)
            ]  # fmt: skip
            finite = all(p.is_finite() and m.is_finite() and p.overlaps(-m) for p, m in pairs)
    except VerifyError:
        return False
    return finite and not active_ties(ahead)
