"""What kind of mistake it is: the pattern of the whole cotangent, and where the mistake shows and where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking import floats, pointwise
from verify.checking.around import generic
from verify.checking.entries import FEW, Truth
from verify.checking.exact import Exactly
from verify.checking.formula import Question
from verify.diagnosis import BEYOND, NO_PATTERN, NOT_REPEATABLE, TIES, Diagnosis, diagnose, factor_of, misused_cotangent
from verify.errors import VerifyError
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.findings import Finding
    from verify.checking.points import Point
    from verify.checking.trial import Trial
    from verify.compare import Entry

SCALE = 16


def diagnosed(trial: Trial, found: Finding, first: Finding) -> Diagnosis | None:
    """Name the mistake at the smallest input, or return None where no pattern fits.

    Parameters
    ----------
    trial : Trial
        What was on trial.
    found, first : Finding
        The mistake at the smallest input, and where it was first seen.
    """
    if _beyond(trial, first):
        return BEYOND
    if not _repeatable(trial, first):
        return NOT_REPEATABLE
    factor = _factor(trial, found, first)
    if factor is not None:
        return factor
    structure = _structure(trial, first)
    if structure is not None:
        return structure
    pattern = _pattern(trial, first) or _pattern(trial, found)  # numbers are generic where it was first seen
    if pattern is not None and pattern.code == "GP101":
        pattern = NO_PATTERN  # one entry has always a factor, and it is another one elsewhere
    if pattern is not None and pattern.code not in ("GP100", "GP110"):
        return pattern
    return _where(trial, found) or pattern


def _beyond(trial: Trial, first: Finding) -> bool:
    """Whether the mistake was met past a boundary, and the points on this side of it are right."""
    return first.point is not None and "boundary" in first.point.origin and trial.strict > 0


def _repeatable(trial: Trial, first: Finding) -> bool:
    """Whether the pullback gives the same answer twice."""
    point, bars = first.point, first.out_bars
    if point is None or not bars or trial.programs.vjp is None:
        return True
    once, again = (floats.pulled(trial.programs, point, bars) for _ in range(2))
    return once.broken is not None or again.broken is not None or floats.same(once.bars, again.bars)


def _factor(trial: Trial, found: Finding, first: Finding) -> Diagnosis | None:
    """Name a constant factor that every entry of an input has at the smallest point, at one nearby and at the first."""
    if found.point is None or found.status is not Status.DISAGREE:
        return None
    points = [found.point, generic(found.point, trial.seed)] + ([first.point] if first.point is not None else [])
    known = [entries for point in points if (entries := _entries(trial, point)) is not None]
    for name in trial.programs.names:
        ratios = [_ratios(entries, f"{name}_bar") for entries in known]
        if len(known) < 2 or any(not some for some in ratios):
            continue
        each = [some[0] for some in ratios if some and _alike(some)]
        if len(each) < len(known) or not each[0] or abs(each[0] - 1) < 1e-14:
            continue
        if _alike(each):
            return factor_of(name, each[0])
        if all(len(some) > 1 for some in (ratios[-1] or [], ratios[0] or [])):
            words = (
                f"{name}_bar is {each[0]:.6g} times the truth here, and {each[-1]:.6g} times where it was first seen."
            )
            return Diagnosis("GP119", "a factor that depends on the input", words)
    return None


def _alike(ratios: list[float]) -> bool:
    return all(abs(r - ratios[0]) <= 1e-12 * abs(ratios[0]) for r in ratios)


def _ratios(entries: tuple[Entry, ...], of: str) -> list[float] | None:
    """Return claimed over true for the entries of one cotangent that are not zero; None where only one of them is."""
    found = []
    for entry in entries:
        if entry.of != of or (entry.claimed.is_zero() and entry.true.contains(0)):
            continue
        if entry.true.contains(0) or not entry.claimed.is_finite():
            return None
        found.append(float((entry.claimed / entry.true).mid()))
    return found


def _structure(trial: Trial, first: Finding) -> Diagnosis | None:
    """Name a claim that is the diagonal of the Jacobian only, or the truth of a cotangent that runs backwards."""
    point, programs = first.point, trial.programs
    if (
        point is None
        or programs.vjp is None
        or len(point.floats) != 1
        or point.size > FEW
        or first.status is not Status.DISAGREE
    ):
        return None
    ran = floats.forward(programs, point)
    entries = _entries(trial, point)
    if entries is None or len(ran.outputs) != 1 or any(not e.claimed.is_finite() for e in entries):
        return None
    (k,), (out,) = point.floats, ran.outputs
    shape, name = np.shape(point.inputs[k]), programs.names[k]
    claimed = np.array([float(e.claimed.mid()) for e in entries]).reshape(shape)
    (bar,) = pointwise.cotangents(ran.outputs, trial.seed, plain=True)
    if out.shape == shape and out.size > 1 and _close(claimed, bar * _diagonal(trial, point, shape)):
        return Diagnosis("GP132", "diagonal only", f"{name}_bar takes each output to depend on its own entry alone.")
    for axis in range(out.ndim):
        turned = _entries(trial, point, (np.flip(bar, axis),))
        if turned is not None and axis < len(shape):
            true = np.array([float(e.true.mid()) for e in turned]).reshape(shape)
            if _close(claimed, np.flip(true, axis)):
                return Diagnosis("GP104", f"axis {axis} reversed", f"{name}_bar runs backwards along axis {axis}.")
    return None


def _diagonal(trial: Trial, point: Point, shape: tuple[int, ...]) -> Any:
    """Return the slope of each output along its own entry."""
    found = np.full(shape, np.nan)
    k = point.floats[0]
    with precision(PRECISION):
        exactly = Exactly(trial.programs, point)
        for index in np.ndindex(shape):
            unit = np.zeros(shape)
            unit[index] = 1.0
            try:
                found[index] = float(exactly.along({k: unit}).coefficient(1)[0][index].mid())
            except VerifyError:
                return found
    return found


def _close(a: Any, b: Any) -> bool:
    return bool(np.all(np.isfinite(b)) and np.any(b != 0) and np.allclose(a, b, rtol=1e-9, atol=0))


def _entries(trial: Trial, point: Point, bars: tuple[Any, ...] | None = None) -> tuple[Entry, ...] | None:
    """Return every entry, claimed and true, at a small point; None where they cannot be had."""
    if trial.programs.vjp is None or point.size > FEW:
        return None
    ran = floats.forward(trial.programs, point)
    if ran.refusal:
        return None
    bars = bars or pointwise.cotangents(ran.outputs, trial.seed, plain=True)
    question = Question(trial.programs, point, bars, (), (), trial.seed)
    try:
        with precision(PRECISION):
            exactly = Exactly(trial.programs, point)
            return tuple(Truth(question, exactly, exactly.pulled(bars)).all())
    except VerifyError:
        return None


def _pattern(trial: Trial, found: Finding) -> Diagnosis | None:
    point, programs = found.point, trial.programs
    if point is None or programs.vjp is None or not found.out_bars or point.size > FEW:
        return None
    pulled = floats.pulled(programs, point, found.out_bars)
    if pulled.broken is not None:
        return None
    question = Question(programs, point, found.out_bars, pulled.bars, (), trial.seed)
    entries = _entries(trial, point)
    if entries is None:
        return None
    true = _arrays(question, [float(entry.true.mid()) for entry in entries])
    claimed = _arrays(question, [float(entry.claimed.mid()) for entry in entries])
    many = floats.pulled(programs, point, tuple(SCALE * bar for bar in found.out_bars))
    if many.broken is None:
        names = programs.names
        once = {names[k]: np.asarray(pulled.bars[k], np.float64) for k in point.floats}
        scaled = {names[k]: np.asarray(many.bars[k], np.float64) for k in point.floats}
        misused = misused_cotangent(once, scaled, SCALE)
        if misused is not None:
            return misused
    return diagnose(claimed, true)


def _arrays(question: Question, values: list[float]) -> dict[str, Any]:
    """Return a flat list of entries as one array an input, by name."""
    found, start = {}, 0
    for k in question.point.floats:
        shape = np.shape(question.point.inputs[k])
        size = int(np.prod(shape, dtype=int))
        found[question.programs.names[k]] = np.array(values[start : start + size]).reshape(shape)
        start += size
    return found


def _where(trial: Trial, found: Finding) -> Diagnosis | None:
    """Say where the mistake shows, if a point nearby without ties or past no boundary is right."""
    if found.point is None or found.status is not Status.DISAGREE:
        return None
    near = trial.judge(generic(found.point, trial.seed))
    if near.status is not Status.AGREE:
        return None
    return TIES if _tied(found.point) else NO_PATTERN


def _tied(point: Any) -> bool:
    for k in point.floats:
        values = np.ravel(np.asarray(point.inputs[k], dtype=np.float64))
        if np.any(values == 0) or np.unique(values).size < values.size:
            return True
    return False
