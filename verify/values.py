"""The numbers that fill a drawn array: readable ones first, then floats of moderate size, then those asked for."""

from __future__ import annotations

import functools
import itertools
import math
import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from verify.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

    from verify.domains import Numbers

MODERATE = 2.0**10
"""Without an interval, magnitudes lie between 1/1024 and 1024: what overflows or vanishes is asked for by name."""

SPECIAL = ("zeros", "signed zeros", "ties", "subnormals", "tiny", "huge", "infinities", "nan")
_WHOLE = (0.0, *(float(sign * n) for n in range(1, 9) for sign in (1, -1)))
_PARTS = tuple(sign * n / parts for parts in (2, 4) for n in (1, 3, 5) for sign in (1, -1))


@dataclass(frozen=True)
class Format:
    """A float dtype with its limits, and the one that Hypothesis draws for it.

    Attributes
    ----------
    dtype, carrier : numpy dtype
        What is filled, and what bounds are rounded to: float64 for longdouble, else the dtype itself.
    width : int
        Bits of the float that Hypothesis draws.
    bound : float
        The carrier's largest number.
    largest, normal, subnormal : scalar of the dtype
        The largest number and the smallest positive ones.
    """

    dtype: np.dtype[Any]
    carrier: np.dtype[Any]
    width: int
    bound: float
    largest: Any
    normal: Any
    subnormal: Any


@dataclass(frozen=True)
class Source:
    """Where entries come from: a strategy, and numbers of its domain, simplest first, to replace repeated ones."""

    strategy: SearchStrategy[Any]
    spare: Sequence[Any] = ()


@functools.cache
def float_format(name: str) -> Format:
    """Return the format of a dtype, by name.

    Raises
    ------
    UsageError
        ml_dtypes is needed and missing.
    """
    limits: Any
    if name == "bfloat16":
        try:
            import ml_dtypes  # noqa: PLC0415 - optional
        except ImportError:
            raise UsageError("dtype 'bfloat16' needs ml_dtypes, which is missing: pip install ml_dtypes") from None
        dtype, limits = np.dtype(ml_dtypes.bfloat16), ml_dtypes.finfo(ml_dtypes.bfloat16)  # type: ignore[no-untyped-call]
    else:
        dtype = np.dtype(name)
        limits = np.finfo(dtype)
    carrier = np.dtype(np.float64) if name == "longdouble" else dtype
    width = {"float16": 16, "float32": 32, "bfloat16": 32}.get(name, 64)
    bound = float(limits.max if carrier == dtype else np.finfo(carrier).max)
    return Format(dtype, carrier, width, bound, limits.max, limits.smallest_normal, limits.smallest_subnormal)


def whole_numbers(numbers: Numbers, sizes: Mapping[str, int]) -> Source:
    """Draw integers of the domain, or labels below a size."""
    if numbers.below is None:
        low, high = int(numbers.low), int(numbers.high)
    else:
        low, high = 0, (sizes[numbers.below] if isinstance(numbers.below, str) else numbers.below) - 1
    return Source(st.integers(low, high), sorted(range(low, min(high, low + 1000) + 1), key=abs))


def floats(numbers: Numbers, form: Format, special: Sequence[str]) -> Source:
    """Draw floats of the domain, readable ones first: they are what a failure shrinks to.

    Raises
    ------
    UsageError
        The dtype has no number in the domain.
    """
    low, high = _ends(numbers, form)
    readable = _readable(numbers, low, high, form)
    windows = [_between(*ends, form) for ends in _windows(numbers, low, high, form)]
    drawn: SearchStrategy[Any] = st.one_of([st.sampled_from(readable), *windows])
    if form.dtype != form.carrier:
        drawn = _with_tails(drawn, low, high, form)
    named = [special_values(word, numbers, form) for word in special]
    return Source(st.one_of([drawn, *(st.sampled_from(values) for values in named if values)]), readable)


def _ends(numbers: Numbers, form: Format) -> tuple[Any, Any]:
    """The first and the last number of the dtype in the domain."""
    low = _inward(numbers.low, numbers.open_low, 1.0, form)
    high = _inward(numbers.high, numbers.open_high, -1.0, form)
    if not low <= high or float(low) not in numbers or float(high) not in numbers:
        brackets = "[("[numbers.open_low], "])"[numbers.open_high]
        raise UsageError(
            f"no {form.dtype.name} lies in {brackets[0]}{numbers.low:g}, {numbers.high:g}{brackets[1]}: "
            "expected a wider domain, or another dtype"
        )
    return low, high


def _inward(end: float, is_open: bool, inward: float, form: Format) -> Any:
    """The end of an interval as a number of the dtype, rounded towards the inside.

    An open end excludes what it rounds to as well: ``x < 0.51`` rounds 0.51 to the dtype of ``x``.
    """
    value = np.asarray(min(max(end, -form.bound), form.bound), form.carrier)
    outside = (float(value) - end) * inward < 0
    if (outside or is_open) and abs(end) <= form.bound:
        value = np.nextafter(value, np.asarray(math.copysign(math.inf, inward), form.carrier))
    return value[()]


def _windows(numbers: Numbers, low: Any, high: Any, form: Format) -> list[tuple[float, float]]:
    """The ranges of positive and negative floats that are drawn: moderate ones, unless the ends say otherwise."""
    ceiling = MODERATE * max([1.0, *(abs(end) for end in (numbers.low, numbers.high) if math.isfinite(end))])
    low = float(low) if math.isfinite(numbers.low) else max(float(low), -ceiling)
    high = float(high) if math.isfinite(numbers.high) else min(float(high), ceiling)
    top = max(abs(low), abs(high))
    floor = max(min(1.0, top) / MODERATE, float(form.normal if form.normal <= top else form.subnormal))
    positive = (low if numbers.low > 0 else floor, high)
    negative = (low, high if numbers.high < 0 else -floor)
    return [(first, last) for first, last in (positive, negative) if first <= last]


def _between(low: float, high: float, form: Format) -> SearchStrategy[float]:
    """Draw floats of one sign; negative ones by magnitude, so that they shrink into positive ones."""
    least, most = sorted(abs(float(np.asarray(end, form.carrier))) for end in (low, high))
    magnitudes = st.floats(least, most, width=form.width)  # type: ignore[arg-type]
    if form.dtype.name == "bfloat16":  # rounded here already: distinct ones stay distinct
        magnitudes = magnitudes.map(lambda drawn: float(form.dtype.type(drawn)))
    return magnitudes if high > 0 else magnitudes.map(operator.neg)


def _with_tails(heads: SearchStrategy[float], low: Any, high: Any, form: Format) -> SearchStrategy[Any]:
    """Give float64s the further bits of a longdouble, towards the middle so that the ends are kept.

    The tail is drawn first: it shrinks away first, and what is left shrinks as a float64 does.
    """
    middle = float(low) / 2 + float(high) / 2
    number = form.dtype.type
    parts = 2 ** (np.finfo(form.dtype).nmant - np.finfo(form.carrier).nmant)

    def lengthened(tail: int, head: float) -> Any:
        if head in (0.0, middle):
            return number(head)
        gap = number(math.nextafter(head, middle)) - number(head)
        return number(head) + gap * number(tail) / number(parts)

    return st.builds(lengthened, st.integers(0, parts - 1), heads)


def _readable(numbers: Numbers, low: Any, high: Any, form: Format) -> list[float]:
    readable = [x for x in itertools.chain(_WHOLE, _PARTS) if x in numbers and low <= x <= high]
    if readable:
        return readable
    simplest = _simplest(float(low), float(high))
    return [simplest if low <= simplest <= high and simplest == form.carrier.type(simplest) else float(low)]


def _simplest(low: float, high: float) -> float:
    """The number between ends of one sign with the shortest binary fraction, the nearest to zero among those."""
    bits = 0
    while True:
        nearest = math.ldexp(math.ceil(math.ldexp(min(abs(low), abs(high)), bits)), -bits)
        if nearest <= max(abs(low), abs(high)):
            return math.copysign(nearest, low)
        bits += 1


def special_values(word: str, numbers: Numbers, form: Format) -> list[Any]:
    """Return what a word of `SPECIAL` names in the domain: none where they lie outside it."""
    number = form.dtype.type
    values = {
        "zeros": [number(0)],
        "signed zeros": [number(-0.0), number(0)],
        "ties": [],
        "subnormals": [form.subnormal, form.normal / number(2), -form.subnormal],
        "tiny": [form.normal, form.normal * number(2), -form.normal],
        "huge": [form.largest, form.largest / number(2), -form.largest],
        "infinities": [number(end) for end in (numbers.high, numbers.low) if math.isinf(end)],
        "nan": [number(math.nan)],
    }[word]
    return [value for value in values if word in ("infinities", "nan") or value in numbers]
