"""Constants of programs as real numbers: what a float, an integer or a fraction is, and what a literal stands for."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import flint
import numpy as np
from flint import arb, fmpq

from verify.lift.reading import current_notes, opaque

EXACT_LITERAL_BITS = 12
"""A float literal of at most so many significant bits stands for itself (0, 1, 2, 0.5, -3, 100 ...).

Every float16 has so few: a number of that dtype needs half of the dtype's bits, or to be whole.
"""

TYPED_DIGITS = range(3, 16)
"""A float whose shortest decimal has so many digits was typed: its last digit says how well it is known."""

_FLOAT64 = np.dtype(np.float64)


def exact(value: Any) -> arb:
    """Return the real number that a float, integer or fraction is, without rounding.

    Raises
    ------
    OpaqueError
        `value` is not a real number.
    """
    if isinstance(value, float) or (isinstance(value, np.floating) and value.itemsize < 8):
        return arb(float(value))
    if isinstance(value, (int, np.integer, np.bool_)):
        return _dyadic(int(value), 1)
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if isinstance(value, np.floating) or hasattr(value, "as_integer_ratio"):
        if not np.isfinite(value):
            return arb(float(value))
        return _dyadic(*value.as_integer_ratio())
    if isinstance(value, np.generic) and is_float(value.dtype):
        return arb(float(value))
    raise opaque(f"{value!r} ({type(value).__name__}) is not a real number that can be lifted")


def _dyadic(numerator: int, denominator: int) -> arb:
    """Return ``numerator / 2**k`` exactly, whatever the working precision."""
    mantissa = arb(flint.fmpz(numerator))
    shift = denominator.bit_length() - 1
    return mantissa * arb(2) ** (-shift) if shift else mantissa


def is_float(dtype: Any) -> bool:
    """Return whether a dtype holds real floats; those of ml_dtypes call themselves void."""
    return dtype.kind == "f" or (dtype.kind == "V" and "float" in dtype.name)


@lru_cache(32)
def mantissa_bits(dtype: Any) -> int:
    """Return the bits of the fraction: 23 for float32, 7 for bfloat16."""
    if dtype.kind == "f":
        return int(np.finfo(dtype).nmant)
    return round(-math.log2(float(np.spacing(dtype.type(1)))))


def ulp(value: Any, dtype: Any) -> arb:
    """Return one unit in the last place of `value` in `dtype`, as if the exponent had no bounds."""
    _, exponent = np.frexp(value if isinstance(value, np.floating) else float(value))
    return arb(2) ** (int(exponent) - 1 - mantissa_bits(dtype if is_float(dtype) else _FLOAT64))


def literal(value: Any, dtype: np.dtype[Any]) -> arb:
    """Return what a float constant of a program stands for.

    A constant of few bits (0, 1, 2, 0.5, -3) stands for itself; any other for the reals within one ulp of it in
    `dtype`. One ulp and not half of one: a constant typed to the digits that the dtype shows (1.1283791 for
    2/sqrt(pi) in float32) may be its neighbour. A float64 tells more: typed to a few digits, it is known to
    one unit of its last digit; one that needs all 17 was computed, and is known to one ulp of float64.

    Parameters
    ----------
    value : int, float, Fraction or NumPy scalar
    dtype : numpy dtype
        The constant's own, or that of the program for a Python number.
    """
    notes = current_notes()
    if notes is not None and notes.literals == "exact":
        centre = exact(value)
        notes.rounded += not _is_exact(value, centre)
        return centre
    ball, short = (_float_literal if type(value) is float else _any_literal)(value, dtype)
    if notes is not None:
        notes.rounded += not short
    return ball


def count_rounded(values: Any) -> int:
    """Return how many of an array's numbers are no short dyadics."""
    if values.dtype.kind != "f":
        return 0
    fraction, _ = np.frexp(values.astype(np.float64))
    scaled = fraction * 2.0**EXACT_LITERAL_BITS
    return int(np.count_nonzero(np.isfinite(scaled) & (scaled != np.floor(scaled))))


def _any_literal(value: Any, dtype: np.dtype[Any]) -> tuple[arb, bool]:
    centre = exact(value)
    if _is_exact(value, centre):
        return centre, True
    return centre + arb(0, _radius(value, dtype)), False


def _is_exact(value: Any, centre: arb) -> bool:
    """Return whether a constant stands for itself: whole, not finite, or of few bits."""
    if isinstance(value, (bool, int, np.bool_, np.integer, Fraction)) or not centre.is_finite():
        return True
    if not centre.is_exact():
        return False
    mantissa, exponent = (int(part) for part in centre.man_exp())
    own = EXACT_LITERAL_BITS if isinstance(value, float) else (mantissa_bits(value.dtype) + 1) // 2
    bits = mantissa.bit_length()
    return bits <= min(own, EXACT_LITERAL_BITS) or (exponent >= 0 and bits <= EXACT_LITERAL_BITS)


_float_literal = lru_cache(4096)(_any_literal)


def _radius(value: Any, dtype: Any) -> arb:
    if not isinstance(value, float):
        return ulp(value, dtype)
    digits, unit = _typed(float(value))
    if digits > TYPED_DIGITS[-1]:
        return ulp(value, _FLOAT64)
    widest = ulp(value, dtype)
    return min(widest, unit) if digits in TYPED_DIGITS else widest


def _typed(value: float) -> tuple[int, arb]:
    """Return how many digits the shortest decimal has, and one unit of its last place."""
    _, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    return len(digits), arb(10) ** int(exponent)
