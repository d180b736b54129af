"""What the cases claim, shown without our judge: one-sided differences for the right, a demonstration for the wrong."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.arena.case import Case

LEVELS = 9
"""Rows of the extrapolation table: steps h, h/2, ..., each row removing one more power of h."""


Slope: TypeAlias = tuple[Any, Any]
"""A slope and how far its last two estimates are apart."""


def is_float(value: Any) -> bool:
    """Tell a float array or scalar from an integer one."""
    return np.asarray(value).dtype.kind == "f"


def pack(out: Any) -> np.ndarray[Any, Any]:
    """Return an output, or a tuple of them, as one vector."""
    parts = out if isinstance(out, tuple) else (out,)
    return np.concatenate([np.ravel(np.asarray(part)) for part in parts])


def cotangent(out: Any, rng: np.random.Generator) -> Any:
    """Draw a cotangent like the output; integers in quarters, so that every dtype holds them exactly."""
    if isinstance(out, tuple):
        return tuple(cotangent(part, rng) for part in out)
    return np.asarray(rng.integers(1, 8, np.shape(out)) / 4 * rng.choice([-1, 1], np.shape(out)), np.asarray(out).dtype)


def pull(vjp: Callable[..., Any], out_bar: Any, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Call a pullback; a bare array stands for a tuple of one."""
    grads = vjp(out_bar, *inputs)
    return grads if isinstance(grads, tuple) else (grads,)


def differ(one: Any, other: Any, dtype: np.dtype[Any]) -> bool:
    """Tell whether two gradients differ by more than rounding: 8 units in the last place of the largest entry."""
    if np.shape(one) != np.shape(other):
        return True
    a, b = np.asarray(one, np.longdouble), np.asarray(other, np.longdouble)
    if not np.array_equal(np.isfinite(a), np.isfinite(b)):
        return True
    with np.errstate(all="ignore"):
        scale = np.maximum(np.abs(a), np.abs(b)) if a.size else a
        return bool(np.any(np.abs(a - b) > 8 * np.finfo(dtype).eps * scale))


def one_sided(line: Callable[[Any], Any], step: float, side: int) -> Slope:
    """Return the slope of a scalar function at 0 from one side, and how far the last two estimates are apart.

    Richardson's extrapolation of forward differences (Ridders 1982): of the whole table, the entry whose
    neighbours agree best.
    """
    best, gap = np.longdouble(np.nan), np.longdouble(np.inf)
    start = line(np.longdouble(0))
    previous: list[Any] = []
    for level in range(LEVELS):
        h = np.longdouble(side * step * 0.5**level)
        row = [(line(h) - start) / h]
        for k, older in enumerate(previous):
            row.append(row[k] + (row[k] - older) / np.longdouble(2.0 ** (k + 1) - 1))
            apart = max(abs(row[-1] - row[-2]), abs(row[-1] - older))
            if apart < gap:
                best, gap = row[-1], apart
        previous = row
    return best, gap


def widen(case: Case, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return float inputs as long doubles where the program takes them, else as float64 (`linalg`, some of SciPy)."""
    for dtype in (np.longdouble, np.float64):
        wide = tuple(np.asarray(x, dtype) if is_float(x) else x for x in inputs)
        try:
            case.f(*wide)
        except TypeError:
            continue
        return wide
    message = f"{case.name}: the program takes neither long doubles nor float64"
    raise TypeError(message)


def complex_step(case: Case, inputs: tuple[Any, ...], out_bar: Any, index: int, entry: int) -> tuple[Slope, Slope]:
    """Return the derivative by the complex step (Squire and Trapp 1998), twice, for it has no sides."""
    moved = [np.asarray(x, complex) if is_float(x) else x for x in inputs]
    moved[index].flat[entry] += 1e-30j
    value = np.sum(pack(out_bar) * pack(case.f(*moved)).imag) / 1e-30
    return (value, 0 * value), (value, 0 * value)


def slopes(case: Case, inputs: tuple[Any, ...], out_bar: Any, index: int, entry: int) -> tuple[Slope, Slope]:
    """Return the estimates of d<out_bar, f>/d(inputs[index].flat[entry]) from both sides, at several first steps."""
    if case.analytic:
        return complex_step(case, inputs, out_bar, index, entry)
    wide, weights = widen(case, inputs), pack(out_bar).astype(np.longdouble)

    def line(t: Any) -> Any:
        moved = np.array(wide[index])
        moved.flat[entry] += t
        args = (*wide[:index], moved[()] if moved.ndim == 0 else moved, *wide[index + 1 :])
        return np.sum(weights * pack(case.f(*args)).astype(np.longdouble))

    size = float(np.abs(wide[index].flat[entry])) if wide[index].size else 1.0
    size = size or float(np.max(np.abs(wide[index]), initial=0)) or 1.0
    fine = np.finfo(wide[index].dtype).eps < 1e-18  # smaller steps only where the program runs in long doubles
    found = []
    for side in (1, -1):
        tries = [one_sided(line, size * scale, side) for scale in (0.1, 1e-2, 1e-3, 1e-5, 1e-8)[: 5 if fine else 4]]
        found.append(min(tries, key=lambda pair: pair[1] if np.isfinite(pair[1]) else np.inf))
    return found[0], found[1]


def explain(claimed: Any, up: Slope, down: Slope, floor: float) -> str:
    """Return why a claimed derivative lies outside what the two one-sided slopes allow, or "".

    Between them is allowed; where one of them does not exist (the edge of the domain, a jump) the other decides.
    """
    sharp = [
        (value, 4 * gap + 1e-6 * abs(value) + floor)
        for value, gap in (up, down)
        if np.isfinite(gap) and gap <= 1e-5 * max(abs(value), abs(claimed)) + floor
    ]
    if not np.isfinite(claimed) or not sharp:
        return f"claimed {claimed}, one-sided {up} and {down}"
    low = min(value - room for value, room in sharp)
    high = max(value + room for value, room in sharp)
    return "" if low <= claimed <= high else f"claimed {claimed}, one-sided {up} and {down}"


def _limit(case: Case, inputs: tuple[Any, ...]) -> str:
    """Return why the gradient is not the limit of right gradients along a ramp that breaks every tie, or ""."""
    ramp = tuple(x + 1e-6 * np.arange(np.size(x)).reshape(np.shape(x)) for x in inputs)
    out_bar = cotangent(case.f(*inputs), np.random.default_rng(5))
    pairs = zip(pull(case.vjp, out_bar, inputs), pull(case.vjp, out_bar, ramp), strict=True)
    if not all(np.allclose(here, near, rtol=1e-4, atol=0) for here, near in pairs):
        return "the gradient is not the one found nearby, along the ramp"
    return valid(replace(case, limit=False), ramp)


def valid(case: Case, inputs: tuple[Any, ...], entries: int = 24, *, twin: bool = True) -> str:
    """Return why the gradient is no gradient of the program at these inputs, or "" when it is one.

    The right twin is asked, or with ``twin=False`` the gradient on trial; of large inputs, some entries.
    """
    if case.limit:
        return _limit(case, inputs)
    rng = np.random.default_rng(5)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        wide = widen(case, inputs)
        out_bar = cotangent(case.f(*wide), rng)
        grads = pull(case.truth() if twin else case.gradient(), out_bar, wide)
        for i, x in enumerate(wide):
            if not is_float(x):
                continue
            if np.shape(grads[i]) != np.shape(x):
                return f"input {i}: shape {np.shape(grads[i])} for {np.shape(x)}"
            floor = 1e-7 * float(np.max(np.abs(grads[i]), initial=0)) + 1e-300
            for entry in rng.permutation(np.size(x))[:entries]:
                reason = explain(np.ravel(grads[i])[entry], *slopes(case, wide, out_bar, i, int(entry)), floor)
                if reason:
                    return f"input {i}, entry {entry}: {reason}"
    return ""
