"""Is a JVP right at one point? Its tangents, entry by entry, against the coefficient of t in the function's series."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking import floats
from verify.checking.exact import Exactly, coefficients
from verify.checking.findings import Finding
from verify.checking.formats import as_arb, format_of, is_float
from verify.checking.formula import agreement
from verify.checking.kinks import active_ties
from verify.checking.points import generator, integers
from verify.compare import MOST_DIGITS, Entry
from verify.diagnosis import ARITY, CHANGED, DTYPE, NOT_FINITE, RAISES, SHAPE, TANGENT, Diagnosis
from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.failures import number
from verify.lift import precision
from verify.lift.ball import PRECISIONS
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.points import Point
    from verify.checking.programs import Programs


SLOPE = replace(TANGENT, explanation="The JVP differs from the slope of the function along the tangent.")


def _of_tangents(diagnosis: Diagnosis) -> Diagnosis:
    """Return a diagnosis of cotangents said of tangents."""
    return replace(diagnosis, explanation="A JVP returns one tangent an output, of its shape and dtype.")


def judge(programs: Programs, point: Point, outputs: tuple[Any, ...], seed: int) -> Finding:
    """Ask the JVP for a random tangent; the answer is the slope of the function along it."""
    rng = generator(seed, "tangent", point.size)
    u = {k: integers(rng, np.shape(point.inputs[k])) for k in point.floats}
    tangents = tuple(
        np.asarray(u[k]).astype(np.asarray(x).dtype)[()] if k in u else None for k, x in enumerate(point.inputs)
    )
    given, inputs = tuple(t.copy() if isinstance(t, np.ndarray) else t for t in tangents), point.fresh()
    ran = programs.attempt(programs.pushforward, given, *inputs)
    if ran.words:
        return Finding(Status.DISAGREE, f"the JVP {ran.words}", point, diagnosis=RAISES)
    if floats.changed((*tangents, *point.inputs), (*given, *inputs)) is not None:
        return Finding(Status.DISAGREE, "the JVP changes its tangents or inputs in place", point, diagnosis=CHANGED)
    broken = _broken(ran.value, outputs)
    if broken is not None:
        return Finding(Status.DISAGREE, broken[1], point, diagnosis=broken[0])
    try:
        return _exact(programs, point, u, ran.value)
    except OpaqueError as error:
        return Finding(Status.UNDECIDED, f"not read with exact numbers: {error}", point, opaque=True)


def _broken(tangents: tuple[Any, ...], outputs: tuple[Any, ...]) -> tuple[Any, str] | None:
    if len(tangents) != len(outputs):
        return _of_tangents(ARITY), f"the JVP returns {len(tangents)} tangents for {len(outputs)} outputs"
    for n, (tangent, out) in enumerate(zip(tangents, outputs, strict=True)):
        if not is_float(out.dtype):
            continue
        got = np.asarray(tangent)
        if got.shape != out.shape:
            return _of_tangents(SHAPE), f"the tangent of output {n} has shape {got.shape}, and {out.shape} is due"
        if not is_float(got.dtype) or format_of(got.dtype).eps > format_of(out.dtype).eps:
            return _of_tangents(DTYPE), f"the tangent of output {n} is of {got.dtype}, and {out.dtype} is due"
    return None


def _exact(programs: Programs, point: Point, u: dict[int, Any], ran: tuple[Any, ...]) -> Finding:
    found = Finding(Status.UNDECIDED, "nothing was compared", point)
    for bits in PRECISIONS:
        with precision(bits):
            found = _compared(programs, point, u, ran)
        if found.status is not Status.UNDECIDED:
            break
    return found


def _compared(programs: Programs, point: Point, u: dict[int, Any], ran: tuple[Any, ...]) -> Finding:  # noqa: PLR0911 - one way out a way in which the comparison may end
    for literals in ("exact", "rounded"):
        exactly = Exactly(programs, point, literals)
        try:
            pushed, slopes = exactly.pushed(u), exactly.along(u)
        except UndecidableError as error:
            return Finding(Status.UNDECIDED, f"a comparison has no answer: {error}", point)
        except SingularError as error:
            return Finding(Status.NOT_APPLICABLE, f"singular: {error}", point)
        true = slopes.coefficient(1)
        if not all(c.is_finite() for cells in (*true, *slopes.coefficient(0)) for c in cells.ravel()):
            return Finding(Status.NOT_APPLICABLE, "the function has no finite derivative here", point)
        claimed = [coefficients(cells, 0) for cells in pushed.outputs]
        entries, undecided = _entries(claimed, true, point)
        if not entries:
            undecided = undecided and literals == "exact"  # overlapping is all that rounded constants can show
            break
    if not entries:
        status = Status.UNDECIDED if undecided else Status.AGREE
        words = "the enclosures are too wide to tell" if undecided else ""
        comparisons = tuple(pushed.notes.comparisons)
        return Finding(status, words, point, digits=MOST_DIGITS, strict=not undecided, comparisons=comparisons)
    ties = active_ties(slopes)
    if ties:
        entries = _outside(exactly, u, entries, slopes) if ties == 1 else ()
        if not entries:
            return Finding(Status.AGREE, "", point, digits=MOST_DIGITS, notes=("a valid tangent at a kink",))
    if not _faithful(entries, ran):
        return Finding(Status.NOT_APPLICABLE, "the reading of the JVP is not faithful", point)
    finite = all(entry.claimed.is_finite() for entry in entries)
    worst = entries[0]
    words = f"{worst.place} is {number(worst.claimed)}, and the exact slope is {number(worst.true)}"
    return Finding(Status.DISAGREE, words, point, diagnosis=SLOPE if finite else NOT_FINITE, entries=entries[:5])


def _entries(claimed: list[Any], true: list[Any], point: Point) -> tuple[tuple[Entry, ...], bool]:
    entries, undecided = [], False
    for n, (left, right) in enumerate(zip(claimed, true, strict=True)):
        name = "out_dot" if len(true) == 1 else f"out_dot[{n}]"
        size = max((abs(c) for c in right.ravel()), key=lambda c: float(c.mid()), default=abs(as_arb(0.0)))
        for index in np.ndindex(right.shape):
            status, _ = agreement(left[index], right[index], size, point.dtype)
            undecided = undecided or status is Status.UNDECIDED
            if status is Status.DISAGREE:
                entries.append(Entry(name, index, left[index], right[index]))
    return tuple(entries), undecided


def _outside(exactly: Exactly, u: dict[int, Any], entries: tuple[Entry, ...], ahead: Any) -> tuple[Entry, ...]:
    """Return the entries whose claim lies outside the slopes to both sides."""
    try:
        behind = exactly.along({k: -step for k, step in u.items()}).coefficient(1)
    except (UndecidableError, SingularError):
        return ()
    found = []
    for entry in entries:
        n = int(entry.of[8:-1]) if "[" in entry.of else 0
        one, two = ahead.coefficient(1)[n][entry.index], -behind[n][entry.index]
        low, high = (one, two) if one < two else (two, one)
        if not entry.claimed.is_finite() or entry.claimed < low or entry.claimed > high:
            found.append(Entry(entry.of, entry.index, entry.claimed, low.union(high), (low, high)))
    return tuple(found)


def _faithful(entries: tuple[Entry, ...], ran: tuple[Any, ...]) -> bool:
    """Whether the JVP as it runs is as far from the truth as its exact reading says."""
    for entry in entries:
        n = int(entry.of[8:-1]) if "[" in entry.of else 0
        value = as_arb(np.asarray(ran[n])[entry.index])
        if not value.is_finite() or not abs(value - entry.true) * 16 < abs(entry.claimed - entry.true):
            return True
    return False
