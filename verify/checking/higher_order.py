"""The gradient of the gradient: the pullback's own slope against the next coefficient of the function's series.

With ``phi(t) = <out_bar, f(x + t u)>``: the pullback along the path gives ``<x_bar(x + t u), u> = phi'(t)``, so its
coefficient of ``t**(k-1)`` is k times the coefficient of ``t**k`` of phi.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.checking.exact import Exactly, coefficients
from verify.checking.formats import as_arb, format_of
from verify.checking.formula import agreement, along
from verify.checking.kinks import SINGLE
from verify.compare import Entry
from verify.diagnosis import SECOND
from verify.errors import SingularError, UndecidableError
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.findings import Finding
    from verify.checking.formula import Question


ULPS = 16
"""What constants that are rounded, and approximations to the dtype's precision, may leave in a derivative."""


def judge(question: Question, order: int) -> Finding | None:
    """Compare the derivatives of orders 2 to `order` along two random directions; None where nothing objects."""
    with precision(PRECISION):
        for n in (0, 1):
            u = question.direction(n)
            for k in range(2, order + 1):
                found = _along(question, u, k)
                if found is not None:
                    return found
    return None


def _along(question: Question, u: dict[int, Any], k: int) -> Finding | None:
    exactly = Exactly(question.programs, question.point)
    try:
        true = k * along(question.out_bars, exactly.along(u, k + 1), k)
        pulled = exactly.pulled(question.out_bars, steps=u, order=k)
    except (UndecidableError, SingularError):
        return None
    claimed, scale = arb(0), arb(0)
    for j, step in u.items():
        for c, w in zip(coefficients(pulled.bars[j], k - 1).ravel(), np.ravel(step), strict=True):
            claimed, scale = claimed + c * as_arb(w), scale + abs(c * as_arb(w))
    if not true.is_finite():
        return None
    status, _ = agreement(claimed, true, scale, question.point.dtype)
    room = (scale + abs(true)) * ULPS * min(format_of(question.point.dtype).eps, SINGLE)
    if status is not Status.DISAGREE or (claimed.is_finite() and abs(claimed - true) < room):
        return None
    words = f"the derivative of order {k - 1} of the pullback differs from the function's of order {k}"
    entry = Entry(f"coefficient of t**{k - 1}", (), claimed, true)
    return question.seen(Status.DISAGREE, words, entries=(entry,), diagnosis=SECOND)
