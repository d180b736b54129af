"""Scales: from a quantity to a place along an axis, with the ticks that a person would choose."""

from __future__ import annotations

import math
import struct
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_FORMATS = {"float16": ("<e", "<h"), "float32": ("<f", "<i"), "float64": ("<d", "<q")}
"""How a float and its bits are packed."""


class Tick(NamedTuple):
    """A mark on an axis: its place between 0 and 1, and its words."""

    place: float
    label: str


class Scale(NamedTuple):
    """An axis: `place` maps a value to [0, 1]."""

    place: Callable[[float], float]
    ticks: list[Tick]


def linear(values: Iterable[float]) -> Scale:
    """Return an axis from 0 to just above the largest value, in steps of 1, 2 or 5 times a power of ten."""
    top = max((v for v in values if v > 0), default=1.0)
    step = next(s for s in _steps(top) if top / s <= 5)
    end = step * math.ceil(top / step)
    ticks = [Tick(i * step / end, f"{i * step:g}") for i in range(round(end / step) + 1)]
    return Scale(lambda v: min(max(v / end, 0.0), 1.0), ticks)


def _steps(top: float) -> Iterable[float]:
    power = 10.0 ** (math.floor(math.log10(top)) - 1)
    return (m * power * 10**k for k in range(4) for m in (1, 2, 5))


def log10(values: Iterable[float]) -> Scale:
    """Return a logarithmic axis over whole decades; what is not positive stands at its lower end."""
    positive = [v for v in values if v > 0] or [1.0]
    low, high = math.floor(math.log10(min(positive))), math.ceil(math.log10(max(positive)))
    high = max(high, low + 1)
    every = -(-(high - low) // 6)
    plain = low >= -2 and high <= 3
    ticks = [Tick((n - low) / (high - low), power_of_ten(n, plain=plain)) for n in range(low, high + 1, every)]

    def place(value: float) -> float:
        return 0.0 if value <= 0 else min(max((math.log10(value) - low) / (high - low), 0.0), 1.0)

    return Scale(place, ticks)


def power_of_ten(n: int, *, plain: bool = False) -> str:
    """Return 10 to the n as it is written: 1 and `plain` numbers in digits, else with a raised exponent."""
    if n == 0 or plain:
        return f"{10.0**n:g}"
    return "10" + str(n).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def float_ordinal(values: Iterable[float], dtype: str) -> Scale:
    """Return an axis on which neighbouring floats of a dtype are equally far apart: none is hidden near zero."""
    drawn = [v for v in values if math.isfinite(v)] or [0.0]
    ordinals = [ordinal(v, dtype) for v in drawn]
    low, high = min(ordinals), max(ordinals)
    span = max(high - low, 1)

    def place(value: float) -> float:
        return min(max((ordinal(value, dtype) - low) / span, 0.0), 1.0)

    candidates = [0.0, *(sign * 10.0**n for sign in (1, -1) for n in range(-300, 301, 1))]
    inside = sorted(v for v in candidates if _finite_in(v, dtype) and low <= ordinal(v, dtype) <= high)
    ticks = [Tick(place(v), _input_label(v)) for v in _apart(inside, place)]
    return Scale(place, ticks)


def _apart(values: list[float], place: Callable[[float], float]) -> list[float]:
    """Keep values whose places leave room for their labels, zero and one first."""
    kept: list[float] = []
    for value in sorted(values, key=lambda v: (v != 0, abs(math.log10(abs(v))) if v else 0, v < 0)):
        if all(abs(place(value) - place(other)) >= 0.11 for other in kept):
            kept.append(value)
    return sorted(kept)


def _input_label(value: float) -> str:
    if value == 0:
        return "0"
    return ("−" if value < 0 else "") + power_of_ten(round(math.log10(abs(value))))


def _finite_in(value: float, dtype: str) -> bool:
    try:
        return math.isfinite(_rounded(value, dtype))
    except OverflowError:
        return False


def _rounded(value: float, dtype: str) -> float:
    fmt = _FORMATS[dtype][0]
    rounded: float = struct.unpack(fmt, struct.pack(fmt, value))[0]
    return rounded


def ordinal(value: float, dtype: str) -> int:
    """Return how many floats of the dtype lie between zero and `value`, with its sign.

    Raises
    ------
    OverflowError
        The dtype has no such float.
    """
    as_float, as_int = _FORMATS[dtype]
    bits: int = struct.unpack(as_int, struct.pack(as_float, abs(value)))[0]
    return -bits if math.copysign(1.0, value) < 0 else bits
