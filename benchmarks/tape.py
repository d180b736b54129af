"""Time the tape: small programs beside HIPS autograd, large ones beside NumPy written by hand.

Run ``python benchmarks/tape.py``. A ratio is the other's time over ours: above 1 we are faster.
The bars: 5 on small programs, 1 on large ones.
"""

from __future__ import annotations

import timeit
from typing import TYPE_CHECKING, Any

import autograd
import autograd.numpy as anp
import numpy as np

import numeric

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 7
LARGE = 1_000_000


def best(function: Callable[[], Any], number: int) -> float:
    """Return the shortest time of a call, in microseconds."""
    return min(timeit.repeat(function, number=number, repeat=REPEATS)) / number * 1e6


def polynomial(sin: Callable[[Any], Any], x: Any) -> Any:
    """Return a program of a dozen elementwise operations."""
    y = x
    for _ in range(4):
        y = y * x + sin(y)
    return y * 2.0


def small(name: str, start: np.ndarray[Any, Any], finish: tuple[Callable[..., Any], ...]) -> None:
    """Compare forward and backward of a small program with HIPS autograd's."""
    ours_finish, theirs_finish = finish

    def ours() -> Any:
        x = numeric.tensor(start, requires_grad=True)
        ours_finish(polynomial(numeric.sin, x)).backward()
        return x.grad

    gradient = autograd.grad(lambda x: theirs_finish(polynomial(anp.sin, x)))

    def theirs() -> Any:
        return gradient(start)

    np.testing.assert_allclose(ours().numpy(), theirs(), rtol=1e-5)
    report(name, best(ours, 300), best(theirs, 300), "HIPS autograd")


def large() -> None:
    """Compare forward and backward at a million entries with NumPy written by hand."""
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal(LARGE), rng.standard_normal(LARGE)

    def ours() -> Any:
        a = numeric.from_numpy(x).requires_grad_()
        b = numeric.from_numpy(y).requires_grad_()
        (a * b + numeric.sin(a)).exp().sum().backward()
        return a.grad, b.grad

    def by_hand() -> Any:
        out = np.exp(x * y + np.sin(x))
        np.sum(out)
        inner_bar = out * 1.0
        return inner_bar * y + inner_bar * np.cos(x), inner_bar * x

    for mine, hand in zip(ours(), by_hand(), strict=True):
        np.testing.assert_allclose(mine.numpy(), hand, rtol=1e-12)
    report("10^6 entries", best(ours, 3), best(by_hand, 3), "NumPy by hand")


def report(name: str, ours: float, theirs: float, other: str) -> None:
    """Print one comparison."""
    print(f"{name:<24} {ours:10.1f} µs   {other:<14} {theirs:10.1f} µs   ratio {theirs / ours:5.2f}")


if __name__ == "__main__":
    identity = (lambda y: y, lambda y: y)
    small("13 operations, scalar", np.float32(0.5), identity)
    small("13 operations, scalar64", np.float64(0.5), identity)
    small("14 operations, size 3", np.ones(3), (lambda y: y.sum(), anp.sum))
    small("14 operations, size 100", np.ones(100), (lambda y: y.sum(), anp.sum))
    large()
