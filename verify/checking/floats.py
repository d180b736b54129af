"""The programs as they run, in their own dtype, and what a pullback owes whatever its formula is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking.formats import format_of, is_float
from verify.checking.programs import Ran, as_tuple
from verify.diagnosis import ARITY, CHANGED, DTYPE, MISSING, NOT_REPEATABLE, RAISES, SHAPE, SUMS, Diagnosis
from verify.lift import Lifted

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.checking.points import Point
    from verify.checking.programs import Programs


@dataclass(frozen=True)
class Forward:
    """The outputs as they run, or why there are none."""

    outputs: tuple[Any, ...] = ()
    refusal: str = ""
    notes: tuple[str, ...] = ()

    @property
    def finite(self) -> bool:
        """Whether every output is finite."""
        return all(bool(np.all(np.isfinite(np.asarray(out, dtype=wide(out))))) for out in self.outputs)


@dataclass(frozen=True)
class Pulled:
    """The cotangents as they run, or the first thing that they break."""

    bars: tuple[Any, ...] = ()
    broken: tuple[Diagnosis, str] | None = None
    notes: tuple[str, ...] = ()


def wide(x: Any) -> Any:
    """Return the dtype in which a float array is looked at: itself, or float64 for bfloat16 and all others."""
    dtype = np.asarray(x).dtype
    return dtype if dtype.kind == "f" else np.dtype(np.float64)


def forward(programs: Programs, point: Point) -> Forward:
    """Run the function on copies of the inputs."""
    inputs = point.fresh()
    ran = programs.attempt(programs.forward, *inputs)
    if ran.words:
        return Forward(refusal=f"the function {ran.words}")
    if not ran.value:
        return Forward(refusal="the function returns no output")
    outputs = tuple(np.asarray(out) for out in ran.value)
    if any(out.dtype.kind not in "fiub" and not is_float(out.dtype) for out in outputs):
        kinds = ", ".join(str(out.dtype) for out in outputs)
        return Forward(refusal=f"the function returns {kinds}: real numbers are expected")
    if not any(is_float(out.dtype) for out in outputs):
        return Forward(refusal=f"the function returns {outputs[0].dtype}: no float output has a derivative")
    moved = changed(point.inputs, inputs)
    notes = () if moved is None else (f"the function changes its input {programs.names[moved]}",)
    return Forward(outputs, notes=notes)


def pulled(
    programs: Programs, point: Point, out_bars: tuple[Any, ...], inputs: tuple[Any, ...] | None = None
) -> Pulled:
    """Run the pullback on copies (or on the `inputs` given) and hold it to its contract."""
    given = point.fresh() if inputs is None else inputs
    bars = tuple(bar.copy() for bar in out_bars) if inputs is None else out_bars
    ran = programs.attempt(programs.pullback, bars, *given)
    if any(isinstance(part, Lifted) for part in as_tuple(ran.value)):
        return Pulled(broken=(NOT_REPEATABLE, "the pullback returns what an earlier call left behind: it keeps state"))
    broken = _broken(programs, point, ran)
    if broken is not None:
        return Pulled(broken=broken)
    moved = changed(point.inputs, given)
    if moved is not None:
        return Pulled(broken=(CHANGED, f"the pullback changes its input {programs.names[moved]} in place"))
    if changed(out_bars, bars) is not None:
        return Pulled(broken=(CHANGED, "the pullback changes the cotangent out_bar in place"))
    found = as_tuple(ran.value)
    kept = tuple(None if k not in point.floats else np.asarray(bar) for k, bar in enumerate(found))
    return Pulled(kept, notes=_said(programs, point, kept, given))


def _broken(programs: Programs, point: Point, ran: Ran) -> tuple[Diagnosis, str] | None:
    if ran.words:
        return RAISES, f"the pullback {ran.words}"
    found, due = as_tuple(ran.value), len(point.inputs)
    if len(found) != due:
        one = "1 cotangent" if len(found) == 1 else f"{len(found)} cotangents"
        return ARITY, f"the pullback returns {one} for {due} input{'s' if due > 1 else ''}"
    for k in point.floats:
        broken = _entry(programs.names[k], point.inputs[k], found[k])
        if broken is not None:
            return broken
    return None


def _entry(name: str, x: Any, bar: Any) -> tuple[Diagnosis, str] | None:
    """Hold one cotangent against its input: present, of its shape, and of no narrower dtype."""
    if bar is None:
        return MISSING, f"the cotangent of {name} is None, and an array of shape {np.shape(x)} is due"
    due, got = np.asarray(x), np.asarray(bar)
    if got.shape != due.shape:
        words = f"the cotangent of {name} has shape {got.shape}, and {due.shape} is due"
        return (SUMS if got.size > due.size else SHAPE), words
    if not is_float(got.dtype):
        return DTYPE, f"the cotangent of {name} is of {got.dtype}, and {due.dtype} is due"
    if format_of(got.dtype).eps > format_of(due.dtype).eps:
        return DTYPE, f"the cotangent of {name} is {got.dtype}, and {due.dtype} is due: digits are lost"
    return None


def _said(programs: Programs, point: Point, bars: tuple[Any, ...], given: tuple[Any, ...]) -> tuple[str, ...]:
    notes = []
    for k in point.floats:
        name, due = programs.names[k], np.asarray(point.inputs[k]).dtype
        if bars[k].dtype != due:
            notes.append(f"the cotangent of {name} is {bars[k].dtype}, wider than {due}")
        for j, x in enumerate(given):
            if isinstance(x, np.ndarray) and x.size and np.shares_memory(bars[k], x):
                notes.append(f"the cotangent of {name} shares the memory of the input {programs.names[j]}")
        notes += [
            f"the cotangents of {name} and {programs.names[j]} share their memory"
            for j in point.floats
            if j > k and bars[k].size and np.shares_memory(bars[k], bars[j])
        ]
    return tuple(notes)


def changed(before: tuple[Any, ...], after: tuple[Any, ...]) -> int | None:
    """Return the position of the first array that is no longer what it was, bit by bit."""
    for k, (x, y) in enumerate(zip(before, after, strict=True)):
        if isinstance(x, np.ndarray) and (x.shape != np.shape(y) or x.tobytes() != np.asarray(y).tobytes()):
            return k
    return None


def same(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    """Whether two runs gave the same cotangents, bit by bit; two NaN are the same."""
    return all(
        (a is None and b is None) or np.array_equal(np.asarray(a, wide(a)), np.asarray(b, wide(b)), equal_nan=True)
        for a, b in zip(left, right, strict=True)
    )


def laid_out(point: Point, arrange: Callable[[Any], Any]) -> tuple[Any, ...]:
    """Return the inputs in other memory."""
    return tuple(arrange(x) if isinstance(x, np.ndarray) and x.ndim else x for x in point.inputs)
