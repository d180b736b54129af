"""The functions of `scipy.special` that are no ufuncs, on exact numbers, by name; and NumPy's own special functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.errors import OpaqueError
from verify.lift import special
from verify.lift.array import Lifted, object_array
from verify.lift.ball import Ball
from verify.lift.functions import lifts
from verify.lift.linalg import lifted_of
from verify.lift.matrices import are_balls, midpoints

if TYPE_CHECKING:
    from collections.abc import Callable


def _shift(x: Lifted, axis: Any) -> Lifted:
    """Return the largest midpoints along an axis as constants: no exponential is huge, and nothing is compared."""
    if not are_balls(x.cells) or not x.size:
        return x.like(np.full((), x.constant(0, x.dtype), dtype=object))
    with np.errstate(invalid="ignore"):
        largest = np.max(midpoints(x.cells), axis=axis, keepdims=True)
    flat = [Ball(arb(float(v) if np.isfinite(v) else 0)) for v in largest.ravel()]
    return x.like(object_array(flat, largest.shape))


def logsumexp(a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False) -> Any:
    """Return ``log(sum(b exp(a)))`` along an axis."""
    x = lifted_of(a, b)
    a = a if isinstance(a, Lifted) else x.like(x.cells_of(np.asarray(a)))
    if b is not None:
        a = a + 0 * b if np.shape(a) != np.broadcast_shapes(np.shape(a), np.shape(b)) else a
    shift = _shift(a, axis)
    terms = np.exp(a - shift) if b is None else b * np.exp(a - shift)
    total = np.sum(terms, axis=axis, keepdims=True)
    sign = np.sign(total) if return_sign else None
    result = np.log(np.abs(total) if return_sign else total) + shift
    if not keepdims:
        result, sign = (None if part is None else _squeezed(part, axis) for part in (result, sign))
    return (result, sign) if return_sign else result


def _squeezed(x: Any, axis: Any) -> Any:
    return x.like(np.squeeze(x.cells, axis=axis)[()])


def softmax(x: Lifted, axis: Any = None) -> Any:
    """Return ``exp(x) / sum(exp(x))`` along an axis."""
    powers = np.exp(x - _shift(x, axis))
    return powers / np.sum(powers, axis=axis, keepdims=True)


def log_softmax(x: Lifted, axis: Any = None) -> Any:
    """Return the logarithm of softmax."""
    return x - logsumexp(x, axis, keepdims=True)


def softplus(x: Lifted, **_: Any) -> Any:
    """Return ``log(1 + exp(x))``."""
    return -_entrywise("log_expit", -x)


def polygamma(n: Any, x: Any) -> Any:
    """Return the n-th derivative of digamma, for whole n."""
    if isinstance(n, Lifted):
        raise OpaqueError("scipy.special.polygamma(n, x) is lifted in x alone: n is a whole number")
    orders = object_array([int(k) for k in np.ravel(n)], np.shape(n))

    def entry(order: int, cell: Any) -> Ball:
        return special.guarded("polygamma", lambda v: special.polygamma(order, v))(cell)

    return x.like(np.frompyfunc(entry, 2, 1)(orders, x.cells))


def multigammaln(a: Any, d: int) -> Any:
    """Return the logarithm of the multivariate gamma function: ``d(d-1)/4 log pi + sum of gammaln(a - j/2)``."""
    start = Ball(arb.pi().log() * (d * (d - 1)) / 4)
    halves = [_entrywise("gammaln", a - j / 2) for j in range(d)]
    return sum(halves, start=a.like(np.full((), start, dtype=object)))


def zeta(x: Any, q: Any = None, out: Any = None) -> Any:
    """Return Hurwitz' zeta function, and Riemann's where q is None."""
    del out
    one = lifted_of(x, q)
    cells = [one.cells_of(x), one.cells_of(1 if q is None else q)]
    return one.like(np.frompyfunc(special.guarded("zeta", special.zeta), 2, 1)(*cells))


def _entrywise(name: str, x: Lifted) -> Lifted:
    return x.like(special.entrywise(name)(x.cells))


SCIPY_SPECIAL: dict[str, Callable[..., Any]] = {
    "logsumexp": logsumexp,
    "softmax": softmax,
    "log_softmax": log_softmax,
    "softplus": softplus,
    "polygamma": polygamma,
    "multigammaln": multigammaln,
    "zeta": zeta,
    "sinc": np.sinc,
}
"""The name of each function of `scipy.special` that is no ufunc, and what it does where an argument is lifted."""


@lifts(np.sinc)
def _sinc(x: Lifted) -> Any:
    """Return ``sin(pi x) / (pi x)``, without a hole at 0."""
    return x.like(np.frompyfunc(special.guarded("sinc", lambda v: special.sinc(v * arb.pi())), 1, 1)(x.cells))


@lifts(np.i0)
def _i0(x: Lifted) -> Any:
    return _entrywise("i0", x)
