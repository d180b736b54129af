"""The gradient of the gradient: the pullback's own slope against the next coefficient of the function's series.

With ``phi(t) = <out_bar, f(x + t u)>``: the pullback along the path gives ``<x_bar(x + t u), u> = phi'(t)``, so its
coefficient of ``t**(k-1)`` is k times the coefficient of ``t**k`` of phi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.checking.exact import Exactly, coefficients
from verify.checking.formats import as_arb
from verify.checking.formula import agreement, along
from verify.compare import Entry
from verify.diagnosis import SECOND
from verify.errors import SingularError, UndecidableError
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.findings import Finding
    from verify.checking.formula import Question


def judge(question: Question) -> Finding | None:
    """Compare second derivatives along two random directions; None where nothing objects."""
    with precision(PRECISION):
        for k in (0, 1):
            u = question.direction(k)
            found = _along(question, u)
            if found is not None:
                return found
    return None


def _along(question: Question, u: dict[int, Any]) -> Finding | None:
    exactly = Exactly(question.programs, question.point)
    try:
        true = 2 * along(question.out_bars, exactly.along(u, 3), 2)
        pulled = exactly.pulled(question.out_bars, steps=u)
    except (UndecidableError, SingularError):
        return None
    claimed, scale = arb(0), arb(0)
    for k, step in u.items():
        for c, w in zip(coefficients(pulled.bars[k], 1).ravel(), np.ravel(step), strict=True):
            claimed, scale = claimed + c * as_arb(w), scale + abs(c * as_arb(w))
    if not true.is_finite():
        return None
    status, _ = agreement(claimed, true, scale, question.point.dtype)
    if status is not Status.DISAGREE:
        return None
    words = "the derivative of the pullback differs from the function's second derivative"
    entry = Entry("<x_bar_dot, x_dot>", (), claimed, true)
    return question.seen(Status.DISAGREE, words, entries=(entry,), diagnosis=SECOND)
