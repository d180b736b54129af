"""What kind of mistake it is: the pattern of the whole cotangent, and where the mistake shows and where it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking import floats
from verify.checking.around import generic
from verify.checking.entries import FEW, Truth
from verify.checking.exact import Exactly
from verify.checking.formula import Question
from verify.diagnosis import BEYOND, NO_PATTERN, TIES, Diagnosis, diagnose, misused_cotangent
from verify.errors import VerifyError
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.findings import Finding
    from verify.checking.trial import Trial

SCALE = 16


def diagnosed(trial: Trial, found: Finding) -> Diagnosis | None:
    """Name the mistake at the smallest input, or return None where no pattern fits."""
    pattern = _pattern(trial, found)
    if pattern is not None and pattern.code not in ("GP100", "GP110"):
        return pattern
    return _where(trial, found) or pattern


def _pattern(trial: Trial, found: Finding) -> Diagnosis | None:
    point, programs = found.point, trial.programs
    if point is None or programs.vjp is None or not found.out_bars or point.size > FEW:
        return None
    pulled = floats.pulled(programs, point, found.out_bars)
    if pulled.broken is not None:
        return None
    question = Question(programs, point, found.out_bars, pulled.bars, (), trial.seed)
    try:
        with precision(PRECISION):
            exactly = Exactly(programs, point)
            cells = exactly.pulled(found.out_bars)
            entries = Truth(question, exactly, cells).all()
    except VerifyError:
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
