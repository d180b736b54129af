"""Gradients through Python's control flow: the notes' f(a), and whether a.grad is d / a (section 2.5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verify.claims.claim import (
    Batch,
    Claim,
    Demonstration,
    EndlessError,
    Shown,
    Trial,
    array,
)

if TYPE_CHECKING:
    from verify.claims.claim import Array, Engine, Tensor

ENDING = 2200
"""No float64 needs more doublings to reach 1000: the least subnormal needs 1084."""


def f(a: Tensor) -> Tensor:
    """Compute the notes' program, word for word but for the bound on its loop."""
    b = a * 2
    doublings = 0
    while b.norm() < 1000:
        b = b * 2
        doublings += 1
        if doublings > ENDING:
            raise EndlessError(f"f(a) still loops after {ENDING} doublings: use a ≠ 0")
    if b.sum() > 0:  # noqa: SIM108 - the notes' program, as it stands
        c = b
    else:
        c = 100 * b
    return c


def _doubled(a: Array) -> tuple[Array, Array]:
    """Return b after the loop, and how often a was doubled in all.

    Doubling is exact, so the first doublings, up to |b| in [16, 32), are made at once; and the root of a
    rounded square is the magnitude again, so the program's norm is |b|.
    """
    finite = np.isfinite(a) & (a != 0)
    _, exponent = np.frexp(np.where(finite, a, 1))
    doublings = np.where(finite, np.maximum(5 - exponent, 1), 1)
    b = np.ldexp(a, doublings)
    for _ in range(12):
        again = (np.abs(b) < 1000) & (b != 0)
        b = np.where(again, b * a.dtype.type(2), b)
        doublings = doublings + again
    return b, doublings


def on_draws(a: Array) -> tuple[Array, Array, Array]:
    """Return d, a.grad and the endless draws of f for many numbers at once."""
    b, doublings = _doubled(a)
    positive = b > 0
    d = np.where(positive, b, b * a.dtype.type(100))
    # the backward pass multiplies by 100 first, then by 2 again and again: exact until it overflows
    factor = np.ldexp(np.where(positive, 1, 100).astype(a.dtype), doublings)
    return d, factor, a == 0


def _quotient(torch: Engine, a: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    a.requires_grad_(True)
    d = f(a)
    d.backward()
    return a.grad, d.detach() / a.detach()


def _quotient_on_draws(a: Array) -> Batch:
    d, grad, endless = on_draws(a)
    return Batch(grad, d / a, parts=(d,), endless=endless)


def _factor(torch: Engine, a: Tensor) -> tuple[Tensor, Tensor]:
    """Compare a.grad with the factor of the path: 2 a doubling, 100 where b is not positive."""
    a.requires_grad_(True)
    f(a).backward()
    with torch.no_grad():
        b, factor = a * 2, torch.ones_like(a) * 2
        while b.norm() < 1000:
            b, factor = b * 2, factor * 2
        positive = bool(b.sum() > 0)
    return a.grad, factor if positive else factor * 100


def _factor_on_draws(a: Array) -> Batch:
    b, doublings = _doubled(a)
    _, grad, endless = on_draws(a)
    two = np.ldexp(np.ones_like(a), doublings)
    return Batch(grad, np.where(b > 0, two, two * a.dtype.type(100)), endless=endless)


def _run(torch: Engine, value: float, dtype: str) -> tuple[float, float, float] | None:
    """Return d, a.grad and d / a of the notes' cell at one number; None where it never ends."""
    a = torch.tensor(np.array(value, dtype=dtype), requires_grad=True)
    try:
        d = f(a)
    except EndlessError:
        return None
    d.backward()
    return (float(array(d)), float(array(a.grad)), float(array(d / a)))


def _shown(torch: Engine, value: float, dtype: str = "float32") -> tuple[str, float, float, float]:
    found = _run(torch, value, dtype)
    if found is None:
        return f"f({value}) in {dtype} never ends", np.nan, np.nan, np.nan
    d, grad, quotient = found
    return f"{dtype} a = {value!r}: d = {d}, a.grad = {grad}, d / a = {quotient}", d, grad, quotient


def _zero(torch: Engine) -> Shown:
    endless = all(_run(torch, zero, "float32") is None for zero in (0.0, -0.0))
    return Shown(endless, f"f(0.0) and f(-0.0) still loop after {ENDING} doublings: 0 · 2 = 0 < 1000")


def _infinity(torch: Engine) -> Shown:
    text, _, grad, quotient = _shown(torch, float("inf"))
    return Shown(grad == 2 and np.isnan(quotient), text)


def _nan(torch: Engine) -> Shown:
    text, _, grad, quotient = _shown(torch, float("nan"))
    return Shown(grad == 200 and np.isnan(quotient), text)


def _rounded(torch: Engine) -> Shown:
    a = float.fromhex("-0x1.47ae2p0")
    text, d, grad, quotient = _shown(torch, a)
    exact = a * 102400
    return Shown(grad == 102400 and d != exact and quotient != grad, f"{text}; 102400 · a = {exact}")


def _huge(torch: Engine) -> Shown:
    text, _, grad, quotient = _shown(torch, float(np.float32(2.0**127)))
    return Shown(grad == 2 and np.isinf(quotient), text)


def _subnormal(torch: Engine) -> Shown:
    text, d, grad, quotient = _shown(torch, 2.0**-149)
    return Shown(d == 1024 and grad == np.inf and quotient == np.inf, f"{text}; the derivative is 2^159")


_SCALAR = ({"a": ()},)

CLAIMS = (
    Claim(
        id="control-flow-gradient",
        section="2.5.4",
        statement="After d = f(a) and d.backward(), the gradient a.grad equals d / a.",
        operations=("control_flow",),
        trial=Trial(_SCALAR, _quotient, _quotient_on_draws, dtypes=("float16", "float32", "float64")),
        condition="a ≠ 0",
        because="a.grad is exact, but d = fl(100·b) and d / a round when a is negative",
        shows=(
            Demonstration("a = 0", "The loop never ends: doubling zero leaves zero.", _zero),
            Demonstration(
                "negative a",
                "The gradient is exactly 100·2^k, but 100·b rounds, and dividing by a does not undo it.",
                _rounded,
            ),
            Demonstration("infinite a", "The gradient is finite, inf / inf is NaN.", _infinity),
            Demonstration(
                "a is NaN",
                "NaN < 1000 and NaN > 0 are both false: one doubling, the else branch, gradient 200.",
                _nan,
            ),
            Demonstration("huge a", "2a (or 100·b) overflows to infinity, the gradient does not.", _huge),
            Demonstration(
                "subnormal a",
                "Both sides overflow to infinity and compare equal, though neither is the derivative.",
                _subnormal,
            ),
        ),
    ),
    Claim(
        id="control-flow-factor",
        section="2.5.4",
        statement="A gradient can be computed through loops and branches: it is that of the path taken.",
        operations=("control_flow",),
        trial=Trial(_SCALAR, _factor, _factor_on_draws),
        condition="a ≠ 0 and |a| is not 500·2^-n, where f jumps",
        because="factors of 2 and one of 100 multiply exactly",
    ),
)
