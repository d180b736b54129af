"""What kind of mistake it is: the pattern of the whole cotangent, and where the mistake shows and where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking import floats, pointwise
from verify.checking.around import generic
from verify.checking.entries import FEW, Truth
from verify.checking.exact import Exactly
from verify.checking.formula import Question
from verify.diagnosis import BEYOND, NO_PATTERN, TIES, Diagnosis, diagnose, factor_of, misused_cotangent
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
    factor = _factor(trial, found, first)
    if factor is not None:
        return factor
    pattern = _pattern(trial, found)
    if pattern is not None and pattern.code == "GP101":
        pattern = NO_PATTERN  # one entry has always a factor, and it is another one elsewhere
    if pattern is not None and pattern.code not in ("GP100", "GP110"):
        return pattern
    return _where(trial, found) or pattern


def _factor(trial: Trial, found: Finding, first: Finding) -> Diagnosis | None:
    """Name a constant factor that every entry of an input has at the smallest point, at one nearby and at the first."""
    if found.point is None or found.status is not Status.DISAGREE:
        return None
    points = [found.point, generic(found.point, trial.seed)] + ([first.point] if first.point is not None else [])
    known = [entries for point in points if (entries := _entries(trial, point)) is not None]
    for name in trial.programs.names:
        ratios = [_ratios(entries, f"{name}_bar") for entries in known]
        if len(known) < 2 or any(some is None for some in ratios):
            continue
        flat = [r for some in ratios if some for r in some]
        if (
            flat
            and flat[0]
            and all(abs(r - flat[0]) <= 1e-12 * abs(flat[0]) for r in flat)
            and abs(flat[0] - 1) > 1e-14
        ):
            return factor_of(name, flat[0])
    return None


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


def _entries(trial: Trial, point: Point) -> tuple[Entry, ...] | None:
    """Return every entry, claimed and true, at a small point; None where they cannot be had."""
    if trial.programs.vjp is None or point.size > FEW:
        return None
    ran = floats.forward(trial.programs, point)
    if ran.refusal:
        return None
    bars = pointwise.cotangents(ran.outputs, trial.seed, plain=True)
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
    if "boundary" in found.point.origin:
        return BEYOND
    return TIES if _tied(found.point) else NO_PATTERN


def _tied(point: Any) -> bool:
    for k in point.floats:
        values = np.ravel(np.asarray(point.inputs[k], dtype=np.float64))
        if np.any(values == 0) or np.unique(values).size < values.size:
            return True
    return False
