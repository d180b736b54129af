"""The exact number of a lifted program: an Arb ball, or a truncated power series of balls in t > 0.

A program that is fed ``x + t*x_dot`` returns ``f(x) + t*J(x) x_dot + ...``, every coefficient a
rigorous enclosure, by FLINT's series rules and none of ours. Reading ``t`` as a positive
infinitesimal orders the series, so that ``abs``, ``max`` and comparisons have an answer at kinks too:
the coefficient of ``t`` is then the one-sided directional derivative. A comparison that the balls do
not decide raises `UndecidableError`.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import flint
import numpy as np
from flint import arb, arb_series, fmpq

from verify.errors import OpaqueError, SingularError, UndecidableError

if TYPE_CHECKING:
    from collections.abc import Iterator

PRECISION = 256
"""Working precision in bits: 77 digits, of which 50 are asked for."""

PRECISIONS = (PRECISION, 1024, 4096)
"""Precisions tried in turn where an answer is too wide: cancellation costs bits, and bits are cheap."""

MOST_PRODUCTS = 1000
"""The largest power that is taken by products."""

EXACT_LITERAL_BITS = 12
"""A float literal of at most so many significant bits stands for itself (0, 1, 2, 0.5, -3, 100 ...)."""


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute with balls of ``bits`` bits inside the block, and as before after it."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


def exact(value: Any) -> arb:
    """Return the real number that a float, integer or fraction is, without rounding.

    Raises
    ------
    OpaqueError
        `value` is not a real number.
    """
    if isinstance(value, (bool, np.bool_)):
        return arb(int(value))
    if isinstance(value, (int, np.integer)):
        return _dyadic(int(value), 1)
    if isinstance(value, float):
        return arb(value)
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if isinstance(value, np.floating) or hasattr(value, "as_integer_ratio"):
        if not np.isfinite(value):
            return arb(float(value))
        return _dyadic(*value.as_integer_ratio())
    raise OpaqueError(f"{value!r} ({type(value).__name__}) is not a real number that can be lifted")


def _dyadic(numerator: int, denominator: int) -> arb:
    """Return ``numerator / 2**k`` exactly, whatever the working precision."""
    mantissa = arb(flint.fmpz(numerator))
    shift = denominator.bit_length() - 1
    if mantissa.mid().man_exp()[0] and not mantissa.is_exact():  # pragma: no cover - flint keeps fmpz exact
        raise OpaqueError(f"{numerator} was rounded by the ball arithmetic")
    return mantissa * arb(2) ** (-shift) if shift else mantissa


def literal(value: Any, dtype: np.dtype[Any]) -> arb:
    """Return what a float constant of a program stands for: the reals within one ulp of it in `dtype`.

    One ulp and not half of one: a constant typed to the digits that the dtype shows (1.1283791 for
    2/sqrt(pi) in float32) may be its neighbour. A constant of few bits (0, 1, 2, 0.5, -3) stands for itself.
    """
    centre = exact(value)
    if isinstance(value, (bool, int, np.bool_, np.integer, Fraction)) or not np.isfinite(value):
        return centre
    numerator, _ = value.as_integer_ratio()
    if abs(numerator).bit_length() - _trailing_zeros(numerator) <= EXACT_LITERAL_BITS:
        return centre
    return centre + arb(0, exact(_spacing(value, dtype)))


def _trailing_zeros(n: int) -> int:
    return (n & -n).bit_length() - 1 if n else 0


def _spacing(value: Any, dtype: np.dtype[Any]) -> Any:
    if dtype.kind != "f":
        dtype = np.dtype(np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        gap = np.spacing(np.abs(dtype.type(value)))
    return gap if np.isfinite(gap) else np.finfo(dtype).max * np.finfo(dtype).eps


class Ball:
    """One entry of a lifted array: ``v`` is an `arb`, or an `arb_series` in t."""

    __slots__ = ("v",)

    def __init__(self, v: Any) -> None:
        self.v = v

    # -- what it is --------------------------------------------------------------------------------

    def coefficient(self, k: int) -> arb:
        """Return the enclosure of the coefficient of ``t**k``."""
        if isinstance(self.v, arb_series):
            return self.v[k]
        return self.v if k == 0 else arb(0)

    def coefficients(self) -> list[arb]:
        """Return every coefficient that the truncation keeps."""
        v = self.v
        return [v[k] for k in range(v.prec)] if isinstance(v, arb_series) else [v]

    def sign(self) -> int:
        """Return the sign for small t > 0: that of the first coefficient that is not zero.

        Raises
        ------
        UndecidableError
            A ball that decides contains zero and more.
        """
        for c in self.coefficients():
            if c > 0:
                return 1
            if c < 0:
                return -1
            if not (c.is_exact() and c == 0):
                raise UndecidableError(f"the sign of {c.str(8)} is not decided at this precision")
        return 0

    def __repr__(self) -> str:
        return f"Ball({self.v})"

    # -- arithmetic --------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Ball:
        return Ball(self.v + _value(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Ball:
        return Ball(self.v - _value(other))

    def __rsub__(self, other: Any) -> Ball:
        return Ball(_value(other) - self.v)

    def __mul__(self, other: Any) -> Ball:
        return Ball(self.v * _value(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Ball:
        return Ball(quotient(self.v, _value(other)))

    def __rtruediv__(self, other: Any) -> Ball:
        return Ball(quotient(_value(other), self.v))

    def __neg__(self) -> Ball:
        return Ball(-self.v)

    def __pos__(self) -> Ball:
        return self

    def __abs__(self) -> Ball:
        if isinstance(self.v, arb):
            return Ball(abs(self.v))
        return -self if self.sign() < 0 else self

    def __pow__(self, other: Any) -> Ball:
        return Ball(power(self.v, _value(other)))

    def __rpow__(self, other: Any) -> Ball:
        return Ball(power(_value(other), self.v))

    # -- order: decided, or undecidable -------------------------------------------------------------

    def __lt__(self, other: Any) -> bool:
        return _compare(self, other) < 0

    def __le__(self, other: Any) -> bool:
        return _compare(self, other) <= 0

    def __gt__(self, other: Any) -> bool:
        return _compare(self, other) > 0

    def __ge__(self, other: Any) -> bool:
        return _compare(self, other) >= 0

    def __eq__(self, other: object) -> bool:
        return _compare(self, other) == 0

    def __ne__(self, other: object) -> bool:
        return _compare(self, other) != 0

    __hash__ = None  # type: ignore[assignment]  # equality may be undecidable

    def __bool__(self) -> bool:
        return self.sign() != 0

    # -- functions: the names NumPy asks an object array's entries for ---------------------------------

    def exp(self) -> Ball:
        """Return the exponential."""
        return Ball(self.v.exp())

    def log(self) -> Ball:
        """Return the natural logarithm."""
        if head_of(self.v) <= 0:
            raise SingularError(f"the logarithm of {head_of(self.v).str(8)} is not a finite real number")
        return Ball(self.v.log())

    def sqrt(self) -> Ball:
        """Return the square root; at a double zero of the series, by pulling out the power of t."""
        return Ball(_sqrt(self.v))

    def signum(self) -> Ball:
        """Return the sign as a number."""
        return Ball(arb(self.sign()))

    def floor(self) -> Ball:
        """Return the largest integer that is not above, where the ball decides it."""
        return _whole(self, "floor")

    def ceil(self) -> Ball:
        """Return the smallest integer that is not below, where the ball decides it."""
        return _whole(self, "ceil")

    __floor__ = floor  # what NumPy's loops over objects ask for
    __ceil__ = ceil


def _value(other: Any) -> Any:
    """Return what `other` is to flint: a Ball's content, or an exact number."""
    return other.v if isinstance(other, Ball) else exact(other)


def head_of(v: Any) -> arb:
    """Return the constant coefficient."""
    return v[0] if isinstance(v, arb_series) else v


def _compare(x: Ball, y: Any) -> int:
    return 0 if x is y else (x - y).sign()


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
    if head == 0:
        if isinstance(x, arb_series) and isinstance(y, arb_series):
            return _cancelled_quotient(x, y)
        raise SingularError(f"division by zero: {head_of(x).str(8)} / 0")
    if head.contains(0):
        raise UndecidableError(f"the divisor {head.str(8)} may be zero")
    return x / y


def _cancelled_quotient(x: arb_series, y: arb_series) -> Any:
    """Divide by a power of t on both sides where the divisor begins with one."""
    order = _order(y)
    if order >= y.prec or _order(x) < order:
        raise SingularError("division by a series that vanishes at the point")
    return _shifted(x, order) / _shifted(y, order)


def _order(x: arb_series) -> int:
    """Return the first power of t whose coefficient is not exactly zero, or the truncation order."""
    return next((k for k in range(x.prec) if not (x[k].is_exact() and x[k] == 0)), x.prec)


def _shifted(x: arb_series, by: int) -> arb_series:
    return arb_series([x[k] for k in range(by, x.prec)], prec=x.prec - by)


def power(base: Any, exponent: Any) -> Any:
    """Return ``base**exponent``: by products for a whole exponent, else by exp and log."""
    if isinstance(exponent, arb) and exponent.is_exact() and exponent.is_integer():
        whole = int(exponent.fmpz())
        if whole >= 0:
            return _whole_power(base, whole)
        return quotient(arb(1), _whole_power(base, -whole))
    if isinstance(exponent, arb) and exponent == arb(1) / 2:
        return _sqrt(base)
    if head_of(base) == 0:
        return _zero_power(base, exponent)
    if not head_of(base) > 0:
        raise SingularError(f"{head_of(base).str(8)} to a power that is not a whole number is not real")
    if isinstance(base, arb) and isinstance(exponent, arb):
        return base**exponent
    return (_log(base) * exponent).exp()


def _whole_power(base: Any, exponent: int) -> Any:
    """Return a power by products where flint's own, by logarithms, is NaN: of a ball that holds zero."""
    if isinstance(base, arb) and base.contains(0) and exponent > 0:
        if base.is_exact():
            return base
        if exponent > MOST_PRODUCTS:
            raise UndecidableError(f"{base.str(8)} ** {exponent} is not decided: the base may be zero")
        return math.prod([base] * exponent)
    return base**exponent


def _zero_power(base: Any, exponent: Any) -> Any:
    """Return ``0**y`` for a constant y > 0 and a constant 0; the derivative there is another matter."""
    if isinstance(base, arb) and head_of(exponent) > 0:
        return arb(0)
    raise SingularError("zero to a power that is not a whole number has no finite derivative")


def _log(v: Any) -> Any:
    return v.log()


def _sqrt(v: Any) -> Any:
    head = head_of(v)
    if head > 0:
        return v.sqrt()
    if isinstance(v, arb):
        if v.is_exact() and v == 0:
            return arb(0)
        raise _not_a_root(head)
    if not (head.is_exact() and head == 0):
        raise _not_a_root(head)
    order = _order(v)
    if order >= v.prec:
        return v
    if order % 2 or not v[order] > 0:
        raise SingularError("the square root has an infinite or complex one-sided derivative here")
    root = _shifted(v, order).sqrt()
    half = order // 2
    return arb_series([arb(0)] * half + [root[k] for k in range(v.prec - order)], prec=v.prec - half)


def _not_a_root(head: arb) -> Exception:
    if head < 0:
        return SingularError(f"the square root of {head.str(8)} is not real")
    return UndecidableError(f"whether {head.str(8)} has a real square root is not decided")


def _whole(x: Ball, name: str) -> Ball:
    """Round to an integer: constant around the point, and undecided where the ball holds a step."""
    head = head_of(x.v)
    low, high = getattr(head.lower(), name)(), getattr(head.upper(), name)()
    if not low == high:
        raise UndecidableError(f"{name} of {head.str(8)} is not decided")
    if isinstance(x.v, arb_series) and head.is_exact() and head.is_integer():
        side = Ball(x.v - head).sign()  # on a step, the side to which t leads decides
        return Ball(low - 1 if name == "floor" and side < 0 else low + 1 if name == "ceil" and side > 0 else low)
    return Ball(low)
