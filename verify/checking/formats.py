"""The float formats that are judged: precision and range of each dtype, bfloat16 among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from flint import arb

from verify.lift.ball import exact

BFLOAT16 = "bfloat16"


@dataclass(frozen=True)
class Format:
    """One float format.

    Attributes
    ----------
    eps : float
        The distance from 1 to the next number.
    digits : int
        Decimal digits that every number of the format holds.
    largest, smallest : float
        The largest finite and the smallest normal number, as far as a Python float holds them.
    exponent_end : float
        The logarithm of the largest number: where an exponential overflows.
    """

    name: str
    eps: float
    digits: int
    largest: float
    smallest: float
    exponent_end: float

    def ulp(self, value: arb) -> arb:
        """Return the unit in the last place at a real number: that of its binade, at least the smallest subnormal."""
        size = max(value.abs_upper(), arb(self.smallest))
        if not size.is_finite():
            return arb(self.largest) * self.eps
        mantissa, exponent = size.mid().man_exp()
        return arb(2) ** (mantissa.bit_length() + int(exponent) - 1) * self.eps

    def overflows(self, value: arb) -> bool:
        """Whether a real number lies beyond the range, so that an infinity is its rounding."""
        return bool(abs(value) > arb(self.largest) * (1 + arb(self.eps) / 4))


def is_float(dtype: Any) -> bool:
    """Whether arrays of this dtype have a derivative: NumPy's floats and bfloat16."""
    return bool(np.dtype(dtype).kind == "f" or np.dtype(dtype).name == BFLOAT16)


@cache
def format_of(dtype: Any) -> Format:
    """Return the format of a float dtype."""
    dtype = np.dtype(dtype)
    if dtype.name == BFLOAT16:
        return Format(BFLOAT16, 2.0**-7, 2, float.fromhex("0x1.fep127"), 2.0**-126, 88.7)
    info = np.finfo(dtype)
    with np.errstate(over="ignore"):
        largest, smallest = float(info.max), float(info.tiny)
        end = float(np.log(info.max))
    largest = min(largest, np.finfo(np.float64).max)
    return Format(dtype.name, float(info.eps), int(info.precision), float(largest), max(smallest, 2.0**-1022), end)


def as_arb(value: Any) -> arb:
    """Return a float of any format as an exact ball; NaN and infinities as what FLINT has for them."""
    number = float(value)
    return arb(number) if number != number or number in (np.inf, -np.inf) else exact(value)  # noqa: PLR0124 - NaN
