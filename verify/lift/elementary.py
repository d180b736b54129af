"""Functions of one or two balls or power series: FLINT's own where it has them, else integrals of FLINT's algebra.

For a series ``s`` with head ``s0``, ``f(s) = f(s0) + integral of f'(s) s' dt``: the head is Arb's, so it loses no
digits, and the rest is algebra on series (functions: FLINT's arb.h and arb_poly.h).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flint import arb, arb_series

from verify.errors import SingularError
from verify.lift.ball import Ball, guarded, head_of, power, quotient

if TYPE_CHECKING:
    from collections.abc import Callable

ZERO, ONE, TWO = arb(0), arb(1), arb(2)

UNARY: dict[str, Callable[[Any], Any]] = {}
"""NumPy's name of a function, and the function on an `arb` or an `arb_series`."""


def _ours(name: str, inside: Callable[[arb], bool] | None = None) -> Callable[[Any], Any]:
    """Register FLINT's own function of that name under NumPy's."""

    def function(v: Any) -> Any:
        if inside is not None and not inside(head_of(v)) and not _at_an_end(v):
            raise SingularError(f"{name} is not a smooth real function at {head_of(v).str(8)}")
        return getattr(v, name)()

    return function


def _grown(head: Callable[[arb], arb], slope: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return f from its value at the head and its derivative as an algebraic function of the series."""

    def function(v: Any) -> Any:
        if isinstance(v, arb):
            return head(v)
        moving = (slope(v) * v.derivative()).integral()
        return arb_series([head(v[0]), *[moving[k] for k in range(1, v.prec)]], prec=v.prec)

    return function


def _guarded(function: Callable[[Any], Any], name: str, inside: Callable[[arb], bool]) -> Callable[[Any], Any]:
    def guarded(v: Any) -> Any:
        if not inside(head_of(v)):
            raise SingularError(f"{name} is not a smooth real function at {head_of(v).str(8)}")
        return function(v)

    return guarded


def _at_an_end(v: Any) -> bool:
    """Return whether a number, not a series, is 1 or -1: arcsin and arccos have a value there, and no slope."""
    return isinstance(v, arb) and bool(abs(v) == 1)


def _between(c: arb) -> bool:
    return bool(abs(c) < 1)


def _tan(v: Any) -> Any:
    return quotient(v.sin(), v.cos())


def _exp_minus_one(v: Any) -> Any:
    return _grown(lambda c: c.expm1(), lambda s: s.exp())(v)


def _cosh(v: Any) -> Any:
    return (v.exp() + (-v).exp()) / 2


def _sinh(v: Any) -> Any:
    return _grown(lambda c: c.sinh(), _cosh)(v)


def _tanh(v: Any) -> Any:
    return _grown(lambda c: c.tanh(), lambda s: _cosh(s) ** -2)(v)


def _cbrt(v: Any) -> Any:
    head = head_of(v)
    if head < 0:
        return -_cbrt(-v)
    if isinstance(v, arb) and v == 0:
        return v
    return power(v, arb(1) / 3)


UNARY |= {
    "sin": lambda v: v.sin(),
    "cos": lambda v: v.cos(),
    "tan": _tan,
    "arcsin": _ours("asin", _between),
    "arccos": _ours("acos", _between),
    "arctan": _ours("atan"),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": _tanh,
    "arcsinh": _grown(lambda c: c.asinh(), lambda s: 1 / (s * s + 1).sqrt()),
    "arccosh": _guarded(
        _grown(lambda c: c.acosh(), lambda s: 1 / (s * s - 1).sqrt()), "arccosh", lambda c: bool(c > 1)
    ),
    "arctanh": _guarded(_grown(lambda c: c.atanh(), lambda s: 1 / (1 - s * s)), "arctanh", _between),
    "expm1": _exp_minus_one,
    "log1p": _guarded(_grown(lambda c: c.log1p(), lambda s: 1 / (1 + s)), "log1p", lambda c: bool(c > -1)),
    "exp2": lambda v: (v * arb(2).log()).exp(),
    "log2": lambda v: Ball(v).log().v / arb(2).log(),
    "log10": lambda v: Ball(v).log().v / arb(10).log(),
    "cbrt": _cbrt,
    "reciprocal": lambda v: quotient(arb(1), v),
    "deg2rad": lambda v: v * arb.pi() / 180,
    "rad2deg": lambda v: v * 180 / arb.pi(),
}


def unary(name: str) -> Callable[[Ball], Ball]:
    """Return NumPy's function `name` on balls."""
    return guarded(UNARY[name])


# -- two numbers -----------------------------------------------------------------------------------------------


def hypot(x: Ball, y: Ball) -> Ball:
    """Return the root of the sum of squares."""
    return (x * x + y * y).sqrt()


def logaddexp(x: Ball, y: Ball) -> Ball:
    """Return log(exp(x) + exp(y)), by the larger head so that no exponential is huge."""
    larger, smaller = (x, y) if float(head_of(x.v).mid()) >= float(head_of(y.v).mid()) else (y, x)
    if is_infinite(larger) or is_infinite(smaller):
        return larger
    return larger + Ball(UNARY["log1p"]((smaller - larger).exp().v))


def arctan2(y: Ball, x: Ball) -> Ball:
    """Return the angle of (x, y): the head's from Arb, its change from (x y' - y x') / (x² + y²)."""
    head = arb.atan2(head_of(y.v), head_of(x.v))
    series = next((v.v for v in (x, y) if isinstance(v.v, arb_series)), None)
    if series is None:
        return Ball(head)
    wide = [v.v if isinstance(v.v, arb_series) else arb_series([v.v], prec=series.prec) for v in (x, y)]
    a, b = wide
    moving = quotient(a * b.derivative() - b * a.derivative(), a * a + b * b).integral()
    return Ball(arb_series([head, *[moving[k] for k in range(1, series.prec)]], prec=series.prec))


def floor(x: Ball) -> Ball:
    """Return the largest integer that is not above."""
    return x.floor()


def ceil(x: Ball) -> Ball:
    """Return the smallest integer that is not below."""
    return x.ceil()


def trunc(x: Ball) -> Ball:
    """Return the integer part."""
    return floor(x) if x.sign() >= 0 else ceil(x)


def rint(x: Ball) -> Ball:
    """Return the nearest integer; on a tie, the even one."""
    down = floor(x)
    above = (x - down - Ball(arb(1) / 2)).sign()
    if above == 0:
        return down if int(down.v.unique_fmpz()) % 2 == 0 else down + 1
    return down + 1 if above > 0 else down


def is_finite(x: Ball) -> bool:
    """Return whether the value is a number, not an infinity or NaN."""
    head = head_of(x.v)
    return bool(head.is_finite() or not (head.is_nan() or head.is_exact()))


def is_infinite(x: Ball) -> bool:
    """Return whether the value is an infinity."""
    head = head_of(x.v)
    return bool(head.is_exact() and not head.is_finite())
