"""The exact number of a lifted program: an Arb ball, or a truncated power series of balls in t > 0.

A program that is fed ``x + t*x_dot`` returns ``f(x) + t*J(x) x_dot + ...``, every coefficient a
rigorous enclosure, by FLINT's series rules and none of ours. Reading ``t`` as a positive
infinitesimal orders the series, so that ``abs``, ``max`` and comparisons have an answer at kinks too:
the coefficient of ``t`` is then the one-sided directional derivative. A comparison that the balls do
not decide raises `UndecidableError`. Infinities and NaN are numbers as in floats: a comparison with NaN is false.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import flint
from flint import arb, arb_series

from verify.errors import SingularError, UndecidableError
from verify.lift.literals import exact, literal
from verify.lift.powers import head_of, power, quotient, root
from verify.lift.reading import note_singular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = [
    "PRECISION",
    "PRECISIONS",
    "Ball",
    "constant_ball",
    "exact",
    "head_of",
    "literal",
    "power",
    "precision",
    "quotient",
]

PRECISION = 256
"""Working precision in bits: 77 digits, of which 50 are asked for."""

PRECISIONS = (PRECISION, 1024, 4096)
"""Precisions tried in turn where an answer is too wide: cancellation costs bits, and bits are cheap."""

_NAN = arb("nan")


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute with balls of ``bits`` bits inside the block, and as before after it."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


class Ball:
    """One entry of a lifted array: ``v`` is an `arb`, or an `arb_series` in t."""

    __slots__ = ("v",)

    def __init__(self, v: Any) -> None:
        self.v = v

    # -- what it is --------------------------------------------------------------------------------

    def coefficient(self, k: int) -> arb:
        """Return the enclosure of the coefficient of ``t**k``; NaN where the series was cut off before it."""
        v = self.v
        if isinstance(v, arb_series):
            return v[k] if k < v.prec else arb.nan()
        return v if k == 0 or v.is_nan() else arb(0)

    def coefficients(self) -> list[arb]:
        """Return every coefficient that the truncation keeps."""
        v = self.v
        return [v[k] for k in range(v.prec)] if isinstance(v, arb_series) else [v]

    def sign(self) -> float:
        """Return the sign for small t > 0: that of the first coefficient that is not zero; NaN of NaN.

        Raises
        ------
        UndecidableError
            A ball that decides contains zero and more.
        """
        v = self.v
        head = v if type(v) is arb else v[0]
        if head > 0:
            return 1
        if head < 0:
            return -1
        if head.is_zero():
            return 0 if type(v) is arb else _sign_of_rest(v)
        if head.is_nan():
            return math.nan
        raise UndecidableError(f"the sign of {head.str(8)} is not decided at this precision")

    def is_nan(self) -> bool:
        """Return whether the value is NaN."""
        return head_of(self.v).is_nan()

    def __repr__(self) -> str:
        return f"Ball({self.v})"

    # -- arithmetic --------------------------------------------------------------------------------

    def __add__(self, other: Any) -> Ball:
        return Ball(self.v + (other.v if type(other) is Ball else exact(other)))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Ball:
        if other is self and head_of(self.v).is_finite():  # a number less itself is zero, however wide its ball
            return Ball(self.v * 0)
        return Ball(self.v - (other.v if type(other) is Ball else exact(other)))

    def __rsub__(self, other: Any) -> Ball:
        return Ball(_value(other) - self.v)

    def __mul__(self, other: Any) -> Ball:
        return Ball(self.v * (other.v if type(other) is Ball else exact(other)))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Ball:
        y = _value(other)
        try:
            return Ball(quotient(self.v, y))
        except SingularError as error:
            return carried(error, self.v, y)

    def __rtruediv__(self, other: Any) -> Ball:
        return Ball(exact(other)) / self

    def __neg__(self) -> Ball:
        return Ball(-self.v)

    def __pos__(self) -> Ball:
        return self

    def __abs__(self) -> Ball:
        if isinstance(self.v, arb):
            return Ball(abs(self.v))
        return -self if self.sign() < 0 else self

    def __pow__(self, other: Any) -> Ball:
        y = _value(other)
        try:
            return Ball(power(self.v, y))
        except SingularError as error:
            return carried(error, self.v, y, value=_power_at_zero(self.v, y))

    def __rpow__(self, other: Any) -> Ball:
        return Ball(exact(other)) ** self

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
        head = head_of(self.v)
        if not head > 0 and not head.is_nan():
            return _no_log(self.v, head)
        if not head.is_finite():
            return Ball(head)
        return Ball(self.v.log())

    def sqrt(self) -> Ball:
        """Return the square root; at a double zero of the series, by pulling out the power of t."""
        try:
            return Ball(root(self.v))
        except SingularError as error:
            return carried(error, self.v, value=arb(0) if head_of(self.v).is_zero() else None)

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


def constant_ball(value: Any, dtype: Any) -> Ball:
    """Return what a constant of a program stands for."""
    return value if type(value) is Ball else Ball(literal(value, dtype))


def carried(error: SingularError, *operands: Any, value: arb | None = None) -> Ball:
    """Return NaN in place of a result that is not finite, where the reading carries on; else raise the error.

    Parameters
    ----------
    error : SingularError
        Why there is no finite result.
    operands : arb or arb_series
        What it was computed of: a series gives a series.
    value : arb, optional
        The value where that is finite and only its derivative is not.
    """
    if not note_singular(str(error)):
        raise error
    order = max((v.prec for v in operands if isinstance(v, arb_series)), default=0)
    head = _NAN if value is None else value
    return Ball(arb_series([head, *[_NAN] * (order - 1)], prec=order) if order else head)


def guarded(function: Callable[..., Any]) -> Callable[..., Ball]:
    """Return a function of contents as one of balls, whose singular results are carried where asked for."""

    def on_balls(*balls: Ball) -> Ball:
        try:
            return Ball(function(*(ball.v for ball in balls)))
        except SingularError as error:
            return carried(error, *(ball.v for ball in balls))

    return on_balls


def _value(other: Any) -> Any:
    """Return what `other` is to flint: a Ball's content, or an exact number."""
    return other.v if isinstance(other, Ball) else exact(other)


def _sign_of_rest(v: arb_series) -> float:
    for k in range(1, v.prec):
        c = v[k]
        if c > 0:
            return 1
        if c < 0:
            return -1
        if not c.is_zero():
            if c.is_nan():
                return 0  # where only the derivative is not finite, the value decides
            raise UndecidableError(f"the sign of {c.str(8)} is not decided at this precision")
    return 0


def _compare(x: Ball, y: Any) -> float:
    return difference(x, y).sign()


def difference(x: Any, y: Any) -> Ball:
    """Return x - y for a comparison: zero of one and the same number, and of equal infinities."""
    if x is y and not x.is_nan():
        return Ball(arb(0))
    a, b = x.v, _value(y)
    v = a - b
    head = v if type(v) is arb else v[0]
    if head.is_nan() and head_of(a) == head_of(b):
        return Ball(arb(0))
    return Ball(v)


def _no_log(v: Any, head: arb) -> Ball:
    if head.is_zero() or head < 0:
        return carried(SingularError(f"the logarithm of {head.str(8)} is not a finite real number"), v)
    raise UndecidableError(f"whether {head.str(8)} has a logarithm is not decided")


def _power_at_zero(base: Any, exponent: Any) -> arb | None:
    return arb(0) if head_of(base).is_zero() and head_of(exponent) > 0 else None


def _whole(x: Ball, name: str) -> Ball:
    """Round to an integer: constant around the point, and undecided where the ball holds a step."""
    head = head_of(x.v)
    if not head.is_finite():
        return Ball(head)
    low, high = getattr(head.lower(), name)(), getattr(head.upper(), name)()
    if not low == high:
        raise UndecidableError(f"{name} of {head.str(8)} is not decided")
    if isinstance(x.v, arb_series) and head.is_exact() and head.is_integer():
        side = Ball(x.v - head).sign()  # on a step, the side to which t leads decides
        return Ball(low - 1 if name == "floor" and side < 0 else low + 1 if name == "ceil" and side > 0 else low)
    return Ball(low)
