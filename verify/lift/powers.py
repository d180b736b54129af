"""Quotients, roots and powers of balls and power series, at the points too where powers of t cancel."""

from __future__ import annotations

import math
from typing import Any

from flint import arb, arb_series

from verify.errors import SingularError, UndecidableError
from verify.lift.reading import note_root

MOST_PRODUCTS = 1000
"""The largest power that is taken by products."""

HALF = arb(0.5)


def head_of(v: Any) -> arb:
    """Return the constant coefficient."""
    return v[0] if isinstance(v, arb_series) else v


def quotient(x: Any, y: Any) -> Any:
    """Return x / y, pulling a common power of t out of both where y begins with one.

    Raises
    ------
    SingularError
        The divisor vanishes and the dividend does not.
    UndecidableError
        The divisor may vanish.
    """
    head = head_of(y)
    if head.is_nan():
        return x * head
    if head.contains(0):  # FLINT's NaN contains everything
        return _quotient_by_zero(x, y, head)
    if head.is_finite():
        return x / y
    return x * arb(0)  # over an infinity: zero, as in floats


def _quotient_by_zero(x: Any, y: Any, head: arb) -> Any:
    if not head.is_zero():
        if head_of(x).is_nan():
            return x
        raise UndecidableError(f"the divisor {head.str(8)} may be zero")
    if isinstance(x, arb_series) and isinstance(y, arb_series):
        return _cancelled_quotient(x, y)
    raise SingularError(f"division by zero: {head_of(x).str(8)} / 0")


def _cancelled_quotient(x: arb_series, y: arb_series) -> Any:
    """Divide by a power of t on both sides where the divisor begins with one."""
    order = order_of(y)
    if order >= y.prec or order_of(x) < order:
        raise SingularError("division by a series that vanishes at the point")
    return shifted(x, order) / shifted(y, order)


def order_of(x: arb_series) -> int:
    """Return the first power of t whose coefficient is not exactly zero, or the truncation order."""
    return next((k for k in range(x.prec) if not x[k].is_zero()), x.prec)


def shifted(x: arb_series, by: int) -> arb_series:
    """Return x / t**by, known to `by` coefficients less."""
    return arb_series([x[k] for k in range(by, x.prec)], prec=x.prec - by)


def power(base: Any, exponent: Any) -> Any:
    """Return ``base**exponent``: by products for a whole exponent, else by exp and log."""
    if isinstance(exponent, arb) and exponent.is_exact() and exponent.is_integer():
        whole = int(exponent.fmpz())
        if whole >= 0:
            return _whole_power(base, whole)
        return quotient(arb(1), _whole_power(base, -whole))
    if isinstance(exponent, arb) and exponent == HALF:
        return root(base)
    return _real_power(base, exponent, head_of(base))


def _real_power(base: Any, exponent: Any, head: arb) -> Any:
    if head.is_zero():
        return _zero_power(base, exponent)
    if head.is_nan():
        return base
    if not head > 0:
        raise _not_a_power(head)
    if isinstance(base, arb) and isinstance(exponent, arb):
        return base**exponent
    return (base.log() * exponent).exp()


def _not_a_power(head: arb) -> Exception:
    if head < 0:
        return SingularError(f"{head.str(8)} to a power that is not a whole number is not real")
    return UndecidableError(f"whether {head.str(8)} has a real power that is not a whole number is not decided")


def _whole_power(base: Any, exponent: int) -> Any:
    """Return a power by products where flint's own, by logarithms, is NaN: of a ball that holds zero."""
    if isinstance(base, arb) and exponent > 0 and base.contains(0):
        if base.is_exact():
            return base
        if exponent > MOST_PRODUCTS:
            raise UndecidableError(f"{base.str(8)} ** {exponent} is not decided: the base may be zero")
        return math.prod([base] * exponent)
    return base**exponent


def _leading_zeros(base: arb_series, least: arb, order: int) -> arb_series:
    """Return the coefficients below ``t**least``, all zero, of a positive series to a power."""
    if order < base.prec and not base[order] > 0:
        raise SingularError("a negative number to a power that is not a whole number is not real")
    known = next((k for k in range(base.prec + 1) if not least > k), base.prec)
    if known < 2:
        raise SingularError("zero to a power below one has an infinite one-sided derivative")
    return arb_series([], prec=min(known, base.prec))


def _zero_power(base: Any, exponent: Any) -> Any:
    """Return ``0**y`` for y > 0: of a series, as many coefficients as a power of t that is not whole has."""
    if not head_of(exponent) > 0:
        raise SingularError("zero to a power that is not positive is not finite")
    if isinstance(base, arb):
        return arb(0)
    order = order_of(base)
    if not isinstance(exponent, arb):  # t**(b + c t) = t**b (1 + c t log(t) + ...): zero below t**b, no series beyond
        return _leading_zeros(base, order * head_of(exponent), order)
    least = order * exponent
    whole = next((k for k in range(base.prec + 1) if least > k - 1 and least <= k), base.prec)
    if order >= base.prec or least >= base.prec:
        return arb_series([], prec=base.prec)
    if not base[order] > 0:
        raise SingularError("a negative number to a power that is not a whole number is not real")
    if least != whole:
        return _leading_zeros(base, least, order)
    grown = (shifted(base, order).log() * exponent).exp()
    return arb_series([arb(0)] * whole + [grown[k] for k in range(base.prec - order)], prec=base.prec - order + whole)


def root(v: Any) -> Any:
    """Return the square root; at a double zero of the series, by pulling out the power of t."""
    head = head_of(v)
    if head > 0:
        return v.sqrt()
    if head.is_nan():
        return v
    if isinstance(v, arb):
        if v.is_zero():
            return arb(0)
        raise _not_a_root(head)
    if not head.is_zero():
        raise _not_a_root(head)
    note_root()
    order = order_of(v)
    if order >= v.prec:  # the root of O(t**n) is O(t**(n/2)): what lies beyond is not known
        return arb_series([arb(0)], prec=max(1, v.prec // 2))
    if order % 2 or not v[order] > 0:
        raise SingularError("the square root has an infinite or complex one-sided derivative here")
    grown = shifted(v, order).sqrt()
    half = order // 2
    return arb_series([arb(0)] * half + [grown[k] for k in range(v.prec - order)], prec=v.prec - half)


def _not_a_root(head: arb) -> Exception:
    if head < 0:
        return SingularError(f"the square root of {head.str(8)} is not real")
    return UndecidableError(f"whether {head.str(8)} has a real square root is not decided")
