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
    from collections.abc import Callable

    from verify.examples import Example
    from verify.subject import Subject

TITLE = "Rounding within the conditioning"
COMPARES = ("numeric value, JVP and VJP as they run in their dtype", "the exact ones of the same inputs, in balls")
INDEPENDENT_OF = "The exact numbers are the symbolic definition and derivation in balls; the floats are the engine's."
BOUND = (
    "How far the exact result moves when every input, tangent and cotangent moves by one ulp (its enclosure over such "
    "balls), times 4 and the count of entries summed, plus 4 ulps of the result."
)

OUT_OF_RANGE = "the value itself overflows or is subnormal"

OWN_ULPS = 4
"""Ulps of the result granted besides the conditioning: the last operations of a rule round too."""


def judge(subject: Subject, example: Example) -> Observation:
    """Measure value, JVP and VJP as floats at one point, in ulps, and hold them against the allowed distance."""
    with precision(PRECISION):
        exact = _exactly(lambda: _all(subject, example, ulp=False))
        if exact is None:
            return Observation(Status.NOT_APPLICABLE, words="kink or singular point")
        if out_of_range(exact["out"], example.dtype):
            return Observation(Status.NOT_APPLICABLE, words=OUT_OF_RANGE)
        claimed = _claimed_bars(subject, example) | claimed_forward(subject, example)
        stray = next(
            (f"{of} is {x.dtype}, {example.dtype} is due" for of, x in claimed.items() if x.dtype != example.dtype), ""
        )
        if stray:
            return Observation(Status.DISAGREE, words=stray)
        if not example.moderate:
            return _no_nan(claimed, exact, example)
        return within(claimed, exact, lambda: _all(subject, example, ulp=True), example)


def _no_nan(claimed: dict[str, Any], exact: dict[str, Any], example: Example) -> Observation:
    """Where squares overflow or vanish no digits are asked for, but a NaN stands for no finite number at all."""
    entries = [
        Entry(of, index, arb("nan"), exact[of][index].coefficient(0))
        for of, x in claimed.items()
        if x.shape == exact[of].shape
        for index in np.ndindex(x.shape)
        if np.isnan(x[index]) and not overflows(exact[of][index].coefficient(0), example.dtype)
    ]
    if not entries:
        return Observation(Status.AGREE)
    return Observation(Status.UNSTABLE, words=_loss(entries[0], example.dtype), entries=tuple(entries))


def claimed_vjp(subject: Subject, example: Example) -> dict[str, Any]:
    """Return the cotangents that the engine computes in the example's dtype, as NumPy arrays."""
    arrays = [example.arrays[name] for name in subject.inputs]
    with np.errstate(all="ignore"):  # an overflow is seen in the result and judged there
        cotangents = subject.pullback(arrays, example.out_bar)
    return dict(zip(subject.inputs, cotangents, strict=True))


def _claimed_bars(subject: Subject, example: Example) -> dict[str, Any]:
    return {f"{name}_bar": x_bar for name, x_bar in claimed_vjp(subject, example).items()}


def claimed_forward(subject: Subject, example: Example) -> dict[str, Any]:
    """Return the value and the JVP that the engine computes in the example's dtype."""
    arrays = [example.arrays[name] for name in subject.inputs]
    tangents = [example.tangents[name] for name in subject.inputs]
    with np.errstate(all="ignore"):
        out, out_dot = subject.pushforward(arrays, tangents)
    return {"out": out, "out_dot": out_dot}


def exact_vjp(subject: Subject, example: Example) -> dict[str, Any] | None:
    """Return the exact cotangents as balls, or None at a kink or singular point."""
    return _exactly(lambda: _vjp(subject, example, ulp=False))


def judge_vjp(subject: Subject, example: Example, theirs: dict[str, Any], exact: dict[str, Any]) -> Observation:
    """Hold a witness's cotangents, by input name, against the exact ones and what the conditioning allows.

    Where the exact one is subnormal, a zero is the witness's right: compiled code flushes such numbers.
    """
    claimed = {f"{name}_bar": _unflushed(x_bar, exact[f"{name}_bar"], example.dtype) for name, x_bar in theirs.items()}
    return within(claimed, exact, lambda: _vjp(subject, example, ulp=True), example)


def _unflushed(x_bar: Any, true: Any, dtype: Any) -> Any:
    """Return `x_bar` with its zeros replaced by the exact subnormal numbers that they stand for."""
    if x_bar.shape != true.shape:
        return x_bar
    values = np.array([float(cell.coefficient(0).mid()) for cell in true.ravel()]).reshape(true.shape)
    flushed = (x_bar == 0) & (np.abs(values) < np.finfo(dtype).smallest_normal)
    return np.where(flushed, values.astype(dtype), x_bar)


def _exactly(ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None:
    """Return the exact arrays, or None where one of them is singular or undecided."""
    try:
        exact = ask()
    except (SingularError, UndecidableError, ZeroDivisionError):
        return None
    finite = all(cell.coefficient(0).is_finite() for cells in exact.values() for cell in cells.ravel())
    return exact if finite else None


def within(
    claimed: dict[str, Any], exact: dict[str, Any], moved: Callable[[], dict[str, Any]], example: Example
) -> Observation:
    """Hold claimed arrays against the exact ones and what the conditioning allows."""
    wide = _exactly(moved)
    if wide is None:
        return Observation(Status.NOT_APPLICABLE, words="within an ulp of a kink or singular point")
    return _measured(claimed, exact, wide, example)


def _all(subject: Subject, example: Example, *, ulp: bool) -> dict[str, Any]:
    """Return value, JVP and VJP as balls."""
    arrays = {name: _cells(x, ulp=ulp) for name, x in example.arrays.items()}
    tangents = {f"{name}_dot": _cells(x_dot, ulp=ulp) for name, x_dot in example.tangents.items()}
    forward = {"out": subject.true_value(example, arrays), "out_dot": subject.true_jvp(example, arrays | tangents)}
    return forward | _vjp(subject, example, ulp=ulp)


def _vjp(subject: Subject, example: Example, *, ulp: bool) -> dict[str, Any]:
    arrays = {name: _cells(x, ulp=ulp) for name, x in example.arrays.items()}
    arrays["out_bar"] = _cells(example.out_bar, ulp=ulp)
    return {f"{name}_bar": x_bar for name, x_bar in subject.true_vjp(example, arrays).items()}


def _cells(x: Any, *, ulp: bool) -> Any:
    """Return the inputs as balls: exact, or one ulp wide; a zero is exact in every dtype and stays so."""
    return ball_array(x, np.where(x == 0, 0, np.spacing(np.abs(x))) if ulp else None)


def _measured(claimed: dict[str, Any], exact: dict[str, Any], moved: dict[str, Any], example: Example) -> Observation:
    worst_ulps, worst_ratio, entries = 0.0, 0.0, []
    factor = 4 + sum(x.size for x in example.arrays.values())
    for of, values in claimed.items():
        if values.shape != exact[of].shape:
            return Observation(Status.DISAGREE, words=f"{of} has shape {values.shape}, {exact[of].shape} is due")
        for index in np.ndindex(values.shape):
            true, wide = exact[of][index].coefficient(0), moved[of][index].coefficient(0)
            distance, ratio = _one(float(values[index]), true, wide, factor, example.dtype)
            worst_ulps, worst_ratio = max(worst_ulps, distance), max(worst_ratio, ratio)
            if ratio > 1:
                entries.append(Entry(of, index, arb(float(values[index])), true))
    if entries:
        words = _loss(entries[0], example.dtype)
        return Observation(Status.UNSTABLE, ulps=worst_ulps, ratio=worst_ratio, words=words, entries=tuple(entries))
    return Observation(Status.AGREE, ulps=worst_ulps, ratio=worst_ratio)


def _one(value: float, true: arb, moved: arb, factor: int, dtype: Any) -> tuple[float, float]:
    """Return one entry's distance in ulps, and its ratio to what is allowed."""
    if overflows(true, dtype):
        rounded = math.isinf(value) and (value > 0) == bool(true > 0)
        return (0.0, 0.0) if rounded else (math.inf, math.inf)
    distance = ulps(value, true, dtype)
    gap = arb(float(np.spacing(np.abs(dtype.type(float(true.mid()))))))
    allowed = factor * float((moved - true).abs_upper() / gap) + OWN_ULPS
    return distance, distance / allowed if math.isfinite(distance) else math.inf


def true_value(subject: Subject, example: Example) -> Any:
    """Return the exact value as balls."""
    return subject.true_value(example, {name: _cells(x, ulp=False) for name, x in example.arrays.items()})


def out_of_range(out: Any, dtype: Any) -> bool:
    """Whether an entry overflows or is subnormal: floats have lost the value's own digits before any derivative."""
    smallest = float(np.finfo(dtype).smallest_normal)
    cells = [cell.coefficient(0) for cell in out.ravel()]
    return any(overflows(v, dtype) or (v != 0 and bool(abs(v) < smallest)) for v in cells)


def overflows(true: arb, dtype: Any) -> bool:
    """Whether the exact value lies beyond the largest number of the dtype, so that an infinity is its rounding."""
    return bool(abs(true) > float(np.finfo(dtype).max))


def _loss(entry: Entry, dtype: Any) -> str:
    if not entry.claimed.is_finite():
        return f"{entry.of}{list(entry.index)} is {float(entry.claimed)}, the exact value is finite"
    relative = float((abs(entry.claimed - entry.true) / abs(entry.true)).upper()) if entry.true != 0 else 1.0
    kept = max(0.0, -math.log10(max(relative, 1e-300)))
    return f"{entry.of}{list(entry.index)} keeps {kept:.0f} of {np.finfo(dtype).precision} digits"
