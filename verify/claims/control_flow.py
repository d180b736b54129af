"""Gradients through Python's control flow: the notes' f(a), and whether a.grad is d / a (section 2.5.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from verify.claims.claim import (
    Batch,
    Claim,
    Demonstration,
    EndlessError,
    Reals,
    Shown,
    Step,
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
    if b.sum() > 0:
        c = b
    else:
        c = 100 * b
    return c


def _norm(b: Array) -> Array:
    """Return the norm of each number as the engine computes it: its square may overflow or vanish."""
    return np.sqrt(b * b)


def _doubled(a: Array) -> tuple[Array, Array]:
    """Return b after the loop, and how often a was doubled in all.

    Doubling is exact, so the first doublings, up to |b| in [16, 32), are made at once.
    """
    finite = np.isfinite(a) & (a != 0)
    _, exponent = np.frexp(np.where(finite, a, 1))
    doublings = np.where(finite, np.maximum(5 - exponent, 1), 1)
    b = np.ldexp(a, doublings)
    for _ in range(12):
        again = (_norm(b) < 1000) & (b != 0)
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
