"""Rounding: the float gradient's distance from the exact one, against what the conditioning allows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.compare import Entry, ulps
from verify.errors import SingularError, UndecidableError
from verify.lift import ball_array, precision
from verify.lift.ball import PRECISION
from verify.search import Observation
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.examples import Example
    from verify.subject import Subject

TITLE = "Rounding within the conditioning"
COMPARES = ("numeric VJP as it runs in its dtype", "the exact VJP of the same inputs, in balls")
INDEPENDENT_OF = "The exact VJP is the symbolic derivation evaluated in balls; the float result is the engine's own."
BOUND = (
    "How far the exact VJP moves when every input and cotangent moves by one ulp (its enclosure over such balls), "
    "times 4 and the count of entries summed, plus 4 ulps of the result."
)

OWN_ULPS = 4
"""Ulps of the result granted besides the conditioning: the last operations of a rule round too."""


def judge(subject: Subject, example: Example) -> Observation:
    """Measure the float VJP at one point, in ulps, and hold it against the allowed distance."""
    with precision(PRECISION):
        exact = exact_vjp(subject, example)
        if exact is None:
            return Observation(Status.NOT_APPLICABLE, words="kink or singular point")
        return within(subject, example, claimed_vjp(subject, example), exact)


def claimed_vjp(subject: Subject, example: Example) -> dict[str, Any]:
    """Return the cotangents that the engine computes in the example's dtype, as NumPy arrays."""
    arrays = [example.arrays[name] for name in subject.inputs]
    with np.errstate(all="ignore"):  # an overflow is seen in the result and judged there
        cotangents = subject.pullback(arrays, example.out_bar)
    return dict(zip(subject.inputs, cotangents, strict=True))


def exact_vjp(subject: Subject, example: Example) -> dict[str, Any] | None:
    """Return the exact cotangents as balls, or None at a kink or singular point."""
    try:
        return _vjp(subject, example, ulp=False)
    except (SingularError, UndecidableError, ZeroDivisionError):
        return None


def within(subject: Subject, example: Example, claimed: dict[str, Any], exact: dict[str, Any]) -> Observation:
    """Hold claimed cotangents against the exact ones and what the conditioning allows."""
    try:
        moved = _vjp(subject, example, ulp=True)
    except (SingularError, UndecidableError, ZeroDivisionError):
        return Observation(Status.NOT_APPLICABLE, words="within an ulp of a kink or singular point")
    return _measured(subject, example, claimed, exact, moved)


def _vjp(subject: Subject, example: Example, *, ulp: bool) -> dict[str, Any]:
    arrays = {name: _cells(x, ulp=ulp) for name, x in example.arrays.items()}
    arrays["out_bar"] = _cells(example.out_bar, ulp=ulp)
    return subject.true_vjp(example, arrays)


def _cells(x: Any, *, ulp: bool) -> Any:
    """Return the inputs as balls: exact, or one ulp wide; a zero is exact in every dtype and stays so."""
    return ball_array(x, np.where(x == 0, 0, np.spacing(np.abs(x))) if ulp else None)


def _measured(
    subject: Subject,
    example: Example,
    claimed: dict[str, Any],
    exact: dict[str, Any],
    moved: dict[str, Any],
) -> Observation:
    worst_ulps, worst_ratio, entries = 0.0, 0.0, []
    factor = 4 + sum(x.size for x in example.arrays.values())
    for name in subject.inputs:
        for index in np.ndindex(example.arrays[name].shape):
            true = exact[name][index].coefficient(0)
            value = float(claimed[name][index])
            distance, ratio = _one(value, true, moved[name][index].coefficient(0), factor, example.dtype)
            worst_ulps, worst_ratio = max(worst_ulps, distance), max(worst_ratio, ratio)
            if ratio > 1:
                entries.append(Entry(f"{name}_bar", index, arb(value), true))
    if entries:
        return Observation(
            Status.UNSTABLE,
            ulps=worst_ulps,
            ratio=worst_ratio,
            words=_loss(entries[0], example.dtype),
            entries=tuple(entries),
        )
    return Observation(Status.AGREE, ulps=worst_ulps, ratio=worst_ratio)


def _one(value: float, true: arb, moved: arb, factor: int, dtype: Any) -> tuple[float, float]:
    """Return one entry's distance in ulps, and its ratio to what is allowed."""
    if overflows(true, dtype):
        return (0.0, 0.0) if math.isinf(value) and (value > 0) == bool(true > 0) else (math.inf, math.inf)
    distance = ulps(value, true, dtype)
    gap = arb(float(np.spacing(np.abs(dtype.type(float(true.mid()))))))
    allowed = factor * float((moved - true).abs_upper() / gap) + OWN_ULPS
    return distance, distance / allowed if math.isfinite(distance) else math.inf


def overflows(true: arb, dtype: Any) -> bool:
    """Whether the exact value lies beyond the largest number of the dtype, so that an infinity is its rounding."""
    return bool(abs(true) > float(np.finfo(dtype).max))


def _loss(entry: Entry, dtype: Any) -> str:
    if not entry.claimed.is_finite():
        return f"{entry.of}{list(entry.index)} is {float(entry.claimed)}, the exact value is finite"
    relative = float((abs(entry.claimed - entry.true) / abs(entry.true)).upper()) if entry.true != 0 else 1.0
    kept = max(0.0, -math.log10(max(relative, 1e-300)))
    return f"{entry.of}{list(entry.index)} keeps {kept:.0f} of {np.finfo(dtype).precision} digits"
