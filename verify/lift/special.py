"""The special functions of `scipy.special` on balls and power series, by FLINT (arb_hypgeom.h and its series).

Where FLINT has no series, the head is Arb's and the rest is Taylor's formula with the derivatives in closed form (NIST
Digital Library of Mathematical Functions, sections named at each). SciPy is never imported: its ufuncs are met
by name when a program that imported it calls one.
"""

from __future__ import annotations

import math
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import acb, arb, arb_series

from verify.errors import OpaqueError, SingularError, UndecidableError
from verify.lift import ball, elementary
from verify.lift.ball import Ball, head_of, power, quotient

if TYPE_CHECKING:
    from collections.abc import Callable

UNARY: dict[str, Callable[[Any], Any]] = {}
"""SciPy's name of a function of one number, and the function on an `arb` or an `arb_series`."""

SEVERAL: dict[str, tuple[int, Callable[..., Any]]] = {}
"""SciPy's name of a function of several numbers, how many they are, and the function on balls."""


def taylor(derivative: Callable[[int], arb], v: Any) -> Any:
    """Return f(v) from ``derivative(k)``, the k-th derivative of f at the head of v."""
    if isinstance(v, arb):
        return derivative(0)
    step, result = v - v[0], arb_series([derivative(v.prec - 1) / math.factorial(v.prec - 1)], prec=v.prec)
    for k in reversed(range(v.prec - 1)):
        result = result * step + derivative(k) / math.factorial(k)
    return result


def flowing(head: Callable[[arb], arb], slope: Callable[[Any, Any], Any]) -> Callable[[Any], Any]:
    """Return y = f(v) where ``dy/dv = slope(y, v)``: each integral makes one more coefficient right."""

    def function(v: Any) -> Any:
        if isinstance(v, arb):
            return head(v)
        start = head(v[0])
        y = arb_series([start], prec=v.prec)
        for _ in range(v.prec - 1):
            moving = (slope(y, v) * v.derivative()).integral()
            y = arb_series([start, *[moving[k] for k in range(1, v.prec)]], prec=v.prec)
        return y

    return function


def constant(v: Any, name: str) -> arb:
    """Return a parameter that does not move with t.

    Raises
    ------
    OpaqueError
        It moves: the derivative in this parameter is not lifted.
    """
    if isinstance(v, arb_series) and any(not (v[k].is_exact() and v[k] == 0) for k in range(1, v.prec)):
        raise OpaqueError(f"scipy.special.{name} is lifted in its last argument alone: its parameters are constants")
    return head_of(v)


def guarded(name: str, function: Callable[..., Any]) -> Callable[..., Ball]:
    """Return the function on balls, where a head that is not finite is singular: NaN goes in and out alone."""

    def finite(*values: Any) -> Any:
        result = function(*values)
        if head_of(result).is_finite() or any(head_of(v).is_nan() for v in values):
            return result
        where = ", ".join(head_of(v).str(8) for v in values)
        if all(head_of(v).is_exact() for v in values):
            raise SingularError(f"scipy.special.{name}({where}) is not a finite real number")
        raise UndecidableError(f"scipy.special.{name}({where}) is not decided at this precision")

    on_contents = ball.guarded(finite)

    def on_balls(*balls: Ball) -> Ball:
        if not all(isinstance(x, Ball) for x in balls):
            raise OpaqueError(f"scipy.special.{name} of formulas is not lifted: balls and series are")
        return on_contents(*balls)

    return on_balls


# -- the error function (DLMF 7) -------------------------------------------------------------------------------

_ROOT_PI: Callable[[], arb] = lambda: arb.pi().sqrt()  # noqa: E731 - at the precision of the moment


def _ndtr(v: Any) -> Any:
    return (-v / arb(2).sqrt()).erfc() / 2


def _log_ndtr(v: Any) -> Any:
    return _ndtr(v).log()


UNARY |= {
    "erf": lambda v: v.erf(),
    "erfc": lambda v: v.erfc(),
    "erfi": lambda v: v.erfi(),
    "erfcx": lambda v: (v * v).exp() * v.erfc(),
    "dawsn": lambda v: (-(v * v)).exp() * v.erfi() * _ROOT_PI() / 2,
    "erfinv": flowing(lambda c: c.erfinv(), lambda y, _: (y * y).exp() * _ROOT_PI() / 2),
    "erfcinv": flowing(lambda c: c.erfcinv(), lambda y, _: -(y * y).exp() * _ROOT_PI() / 2),
    "ndtr": _ndtr,
    "log_ndtr": _log_ndtr,
    "ndtri": lambda p: UNARY["erfcinv"](p * 2) * -arb(2).sqrt(),
}


# -- gamma and zeta (DLMF 5, 25) -------------------------------------------------------------------------------


def polygamma(order: int, v: Any) -> Any:
    """Return the derivative of that order of digamma."""
    return taylor(lambda k: acb(head_of(v)).polygamma(order + k).real, v)


def gammaln(v: Any) -> Any:
    """Return the logarithm of the absolute value of gamma."""
    head = head_of(v)
    if head > 0:
        return v.lgamma()
    return taylor(lambda k: acb(head).polygamma(k - 1).real if k else abs(head.gamma()).log(), v)


def zeta(v: Any, q: Any) -> Any:
    """Return Hurwitz' zeta function in v for a constant q, in q for a constant v (``d/dq = -v zeta(v+1, q)``)."""
    if isinstance(q, arb_series):
        s, head = constant(v, "zeta"), q[0]
        return taylor(lambda k: (-1) ** k * s.rising(k) * (s + k).zeta(head) if k else s.zeta(head), q)
    return v.zeta(q)


def beta(a: Any, b: Any) -> Any:
    """Return the beta function."""
    return a.gamma() * b.gamma() * (a + b).rgamma()


UNARY |= {
    "gamma": lambda v: v.gamma(),
    "rgamma": lambda v: v.rgamma(),
    "gammaln": gammaln,
    "loggamma": lambda v: v.lgamma(),
    "psi": lambda v: polygamma(0, v),
    "zetac": lambda v: v.zeta() - 1,
}


# -- logistic and exponential ----------------------------------------------------------------------------------


def _log_expit(v: Any) -> Any:
    """Return -log(1 + exp(-v)), by the side of the head so that no exponential is huge."""
    if head_of(v) > 0:
        return -elementary.UNARY["log1p"]((-v).exp())
    return v - elementary.UNARY["log1p"](v.exp())


def sinc(v: Any) -> Any:
    """Return sin(v)/v as ``0F1(; 3/2; -v²/4)``, which has no hole at 0 (DLMF 10.16.9)."""
    return hyp0f1(arb(3) / 2, v * v / -4)


UNARY |= {
    "expit": lambda v: quotient(arb(1), (-v).exp() + 1),
    "logit": lambda v: Ball(v).log().v - Ball(1 - v).log().v,
    "log_expit": _log_expit,
    "expm1": elementary.UNARY["expm1"],
    "log1p": elementary.UNARY["log1p"],
    "cbrt": elementary.UNARY["cbrt"],
    "exp2": elementary.UNARY["exp2"],
    "exp10": lambda v: (v * arb(10).log()).exp(),
    "cosm1": lambda v: (v / 2).sin() ** 2 * -2,
    "exprel": lambda v: hyp1f1(arb(1), arb(2), v),
    "exp1": flowing(lambda c: c.expint(1), lambda _, s: quotient(-(-s).exp(), s)),
    "expi": lambda v: v.ei(),
    "sindg": lambda v: (v * arb.pi() / 180).sin(),
    "cosdg": lambda v: (v * arb.pi() / 180).cos(),
}


# -- hypergeometric and incomplete functions: the last argument moves (DLMF 8, 13, 15) --------------------------


def hyp0f1(b: Any, v: Any) -> Any:
    """Return 0F1(; b; v)."""
    b, head = constant(b, "hyp0f1"), head_of(v)
    return taylor(lambda k: head.hypgeom_0f1(b + k) / b.rising(k), v)


def hyp1f1(a: Any, b: Any, v: Any) -> Any:
    """Return 1F1(a; b; v)."""
    a, b, head = constant(a, "hyp1f1"), constant(b, "hyp1f1"), head_of(v)
    return taylor(lambda k: head.hypgeom_1f1(a + k, b + k) * a.rising(k) / b.rising(k), v)


def hyp2f1(a: Any, b: Any, c: Any, v: Any) -> Any:
    """Return 2F1(a, b; c; v)."""
    a, b, c = (constant(w, "hyp2f1") for w in (a, b, c))
    head = head_of(v)
    if not head < 1:
        return arb("nan")
    return taylor(lambda k: head.hypgeom_2f1(a + k, b + k, c + k) * a.rising(k) * b.rising(k) / c.rising(k), v)


def gammainc(a: Any, v: Any) -> Any:
    """Return the regularized lower incomplete gamma function: its slope in v is ``v^(a-1) exp(-v) / gamma(a)``."""
    a = constant(a, "gammainc")
    head = flowing(lambda c: c.gamma_lower(a, regularized=1), lambda _, s: power(s, a - 1) * (-s).exp() * a.rgamma())
    return head(v) if head_of(v) >= 0 else arb("nan")


def gammaincc(a: Any, v: Any) -> Any:
    """Return the regularized upper incomplete gamma function."""
    a = constant(a, "gammaincc")
    head = flowing(lambda c: c.gamma_upper(a, regularized=1), lambda _, s: -power(s, a - 1) * (-s).exp() * a.rgamma())
    return head(v) if head_of(v) >= 0 else arb("nan")


def betainc(a: Any, b: Any, v: Any) -> Any:
    """Return the regularized incomplete beta function: its slope in v is ``v^(a-1) (1-v)^(b-1) / beta(a, b)``."""
    a, b = constant(a, "betainc"), constant(b, "betainc")
    whole = beta(a, b)
    return flowing(
        lambda c: c.beta_lower(a, b, regularized=1), lambda _, s: power(s, a - 1) * power(1 - s, b - 1) / whole
    )(v)


def expn(n: Any, v: Any) -> Any:
    """Return the exponential integral of order n: its slope is minus that of order n - 1."""
    n, head = constant(n, "expn"), head_of(v)
    return taylor(lambda k: (-1) ** k * head.expint(n - k), v)


# -- Bessel functions (DLMF 10.6, 10.29) -----------------------------------------------------------------------


def _bessel(kind: str, sign: int) -> Callable[[Any, Any], Any]:
    """Return a Bessel function: its k-th slope is ``2⁻ᵏ Σ sign^i binomial(k, i) F[order - k + 2 i]``."""

    def function(order: Any, v: Any) -> Any:
        n, head = constant(order, kind), head_of(v)

        def slope(k: int) -> Any:
            terms = (getattr(head, kind)(n - k + 2 * i) * (sign**i * math.comb(k, i)) for i in range(k + 1))
            return sum(terms, start=arb(0)) / ((-2) ** k if kind == "bessel_k" else 2**k)

        return taylor(slope, v)

    return function


bessel_j, bessel_y = _bessel("bessel_j", -1), _bessel("bessel_y", -1)
bessel_i, bessel_k = _bessel("bessel_i", 1), _bessel("bessel_k", 1)


def ive(n: Any, v: Any) -> Any:
    """Return the modified Bessel function I times ``exp(-|v|)``."""
    return bessel_i(n, v) * (-abs(Ball(v)).v).exp()


def kve(n: Any, v: Any) -> Any:
    """Return the modified Bessel function K times ``exp(v)``."""
    return bessel_k(n, v) * v.exp()


for _letter, _function in (("j", bessel_j), ("y", bessel_y), ("i", bessel_i), ("k", bessel_k)):
    UNARY[f"{_letter}0"] = partial(_function, arb(0))
    UNARY[f"{_letter}1"] = partial(_function, arb(1))
    SEVERAL[f"{_letter}v"] = SEVERAL[f"{_letter}n"] = (2, _function)
for _letter, _function in (("i", ive), ("k", kve)):
    UNARY[f"{_letter}0e"] = partial(_function, arb(0))
    UNARY[f"{_letter}1e"] = partial(_function, arb(1))
    SEVERAL[f"{_letter}ve"] = (2, _function)


# -- entropies and losses --------------------------------------------------------------------------------------


def _times_log(x: Any, y: Any, log: str) -> Any:
    """Return x log y, which is 0 where x is exactly 0."""
    if isinstance(x, arb) and x.is_exact() and x == 0:
        return x
    return x * (Ball(y).log().v if log == "log" else elementary.UNARY[log](y))


def _rel_entr(x: Any, y: Any) -> Any:
    return _times_log(x, quotient(x, y), "log") if not (isinstance(x, arb) and x == 0) else x


def _huber(delta: Any, r: Any) -> Any:
    """Return r²/2 up to delta and ``delta (|r| - delta/2)`` beyond, as the comparison of the balls decides."""
    size = abs(Ball(r))
    return r * r / 2 if size <= Ball(delta) else delta * (size.v - delta / 2)


def _boxcox(v: Any, power_: Any, log: str) -> Any:
    lam = constant(power_, "boxcox")
    moved = Ball(v).log().v if log == "log" else elementary.UNARY[log](v)
    return moved if lam == 0 else elementary.UNARY["expm1"](moved * lam) / lam


UNARY["entr"] = lambda v: -_times_log(v, v, "log")
SEVERAL |= {
    "beta": (2, beta),
    "betaln": (2, lambda a, b: gammaln(a) + gammaln(b) - gammaln(a + b)),
    "binom": (2, lambda n, k: (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()),
    "poch": (2, lambda a, m: (a + m).gamma() * a.rgamma()),
    "xlogy": (2, lambda x, y: _times_log(x, y, "log")),
    "xlog1py": (2, lambda x, y: _times_log(x, y, "log1p")),
    "rel_entr": (2, _rel_entr),
    "kl_div": (2, lambda x, y: _rel_entr(x, y) - x + y),
    "huber": (2, _huber),
    "pseudo_huber": (2, lambda delta, r: delta * delta * (Ball(quotient(r, delta) ** 2 + 1).sqrt().v - 1)),
    "boxcox": (2, lambda v, lam: _boxcox(v, lam, "log")),
    "boxcox1p": (2, lambda v, lam: _boxcox(v, lam, "log1p")),
    "expn": (2, expn),
    "gammainc": (2, gammainc),
    "gammaincc": (2, gammaincc),
    "betainc": (3, betainc),
    "betaincc": (3, lambda a, b, v: 1 - betainc(a, b, v)),
    "hyp0f1": (2, hyp0f1),
    "hyp1f1": (3, hyp1f1),
    "hyp2f1": (4, hyp2f1),
}


# -- SciPy's ufuncs --------------------------------------------------------------------------------------------

_LOOPS: dict[np.ufunc, Any] = {}


def entrywise(name: str) -> Any:
    """Return the function of that name over object arrays of balls, by broadcasting; None where it has none."""
    if name in UNARY:
        return np.frompyfunc(guarded(name, UNARY[name]), 1, 1)
    if name in SEVERAL:
        arity, function = SEVERAL[name]
        return np.frompyfunc(guarded(name, function), arity, 1)
    return None


def scipy_loop(ufunc: np.ufunc) -> Any:
    """Return what a ufunc of SciPy does to object arrays of balls, or None: SciPy is asked, not imported."""
    if ufunc not in _LOOPS:
        module = sys.modules.get("scipy.special")
        name = ufunc.__name__
        if module is None or getattr(module, name, None) is not ufunc:
            return None
        _LOOPS[ufunc] = entrywise(name)
    return _LOOPS[ufunc]
