"""Finite differences with error bars: the opinion that needs neither a formula nor a lift.

Central differences whose weights are solved in exact rationals, at a ladder of steps; the noise of
the function is measured by the difference table of Moré and Wild (Estimating computational noise,
SIAM J. Sci. Comput. 33, 2011), the truncation by the disagreement of two orders on the same nodes. The
step with the smallest bound is taken, and its neighbour must agree with it, or the answer is undecided.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HALF_WIDTH = 3
"""Nodes on each side: the weights have order 6, and order 4 on the inner nodes."""

LADDER = 4.0
"""Ratio of two successive steps."""

SAFETY = 8.0
"""By how much the sum of the two error estimates is enlarged: each is an estimate, not a bound."""

NOISE_NODES = 8
NOISE_LEVELS = 6


@dataclass(frozen=True)
class Estimate:
    """A derivative with its own error bound, in the units of the function over those of t.

    Attributes
    ----------
    value, bound : float
        The derivative lies within ``bound`` of ``value``; ``inf`` where nothing can be said.
    step : float
        The step that was taken.
    noise : float
        The measured noise of the function, an absolute standard deviation.
    evaluations : int
        How often the function was called.
    """

    value: float
    bound: float
    step: float
    noise: float
    evaluations: int

    def contains(self, claimed: float) -> bool:
        """Whether the claimed derivative lies within the bound; never for NaN."""
        return abs(claimed - self.value) <= self.bound

    def decides(self, claimed: float) -> bool:
        """Whether the bound is narrow enough to tell a wrong factor: 2 % of the derivative or less."""
        return self.bound <= 0.02 * max(abs(self.value), abs(claimed))


@cache
def weights(half_width: int) -> tuple[Fraction, ...]:
    """Return the central weights of the first derivative at the nodes 1 ... `half_width`, exactly.

    ``f'(0) = sum of w[k] * (f(k h) - f(-k h)) / h``; the odd moments 3, 5, ... vanish. The closed form is
    ``w[k] = (-1)**(k+1) * (q!)**2 / (k * (q-k)! * (q+k)!)`` (Fornberg, Math. Comp. 51, 1988), and is checked
    against the moments when it is made.
    """
    q = half_width
    solved = tuple(
        Fraction(
            (-1) ** (k + 1) * math.factorial(q) ** 2,
            k * math.factorial(q - k) * math.factorial(q + k),
        )
        for k in range(1, q + 1)
    )
    for power in range(1, 2 * q, 2):
        moment = 2 * sum((w * k**power for k, w in enumerate(solved, 1)), start=Fraction(0))
        if moment != (1 if power == 1 else 0):
            raise ArithmeticError(f"the weights of half width {q} miss the moment {power}: {moment}")
    return solved


def noise(phi: Callable[[float], float], step: float) -> float | None:
    """Measure the noise of ``phi`` near 0 by a difference table, or return None at this spacing.

    The k-th differences of a smooth function vanish as the spacing does, those of noise do not:
    ``sigma_k**2 = (k!)**2 / (2 k)! * mean of (k-th differences)**2``. Three successive levels must agree to a
    factor 4 and the differences change sign.
    """
    values = np.array([phi(k * step) for k in range(NOISE_NODES)])
    if not np.all(np.isfinite(values)):
        return None
    levels, signs = [], []
    table = values
    for k in range(1, NOISE_LEVELS + 1):
        table = np.diff(table)
        gamma = math.factorial(k) ** 2 / math.factorial(2 * k)
        size = float(np.max(np.abs(table)))  # taken out, so that no square overflows
        mean = float(np.mean(np.square(table / size))) if 0 < size < math.inf else 0.0
        levels.append(size * math.sqrt(gamma * mean))
        signs.append(bool(np.any(table > 0) and np.any(table < 0)))
    for k in range(NOISE_LEVELS - 2):
        window = levels[k : k + 3]
        if signs[k] and max(window) <= 4 * min(window):
            return levels[k]
    return None


def derivative(phi: Callable[[float], float], *, scale: float, unit: float) -> Estimate:
    """Estimate ``phi'(0)`` with an error bound.

    Parameters
    ----------
    phi : callable
        A function of one real number, evaluated in whatever precision it likes.
    scale : float
        A typical distance in t over which `phi` changes: the largest step tried is `scale`.
    unit : float
        The unit roundoff of the dtype in which `phi` computes, 2**-24 for float32.

    Returns
    -------
    Estimate
        With bound ``inf`` where `phi` is not finite around 0 or no two steps agree.
    """
    counted = _Counted(phi)
    centre = counted(0.0)
    measured = _measured_noise(counted, scale, unit)
    level = max(measured, unit * abs(centre))
    rungs = [rung for step in _steps(scale, unit) if (rung := _rung(counted, step, level, unit)) is not None]
    best = min(rungs, key=lambda r: r.bound, default=None)
    if best is None or not _confirmed(best, rungs):
        return Estimate(math.nan, math.inf, 0.0, measured, counted.calls)
    return Estimate(best.value, best.bound, best.step, measured, counted.calls)


class _Counted:
    """A function that remembers its values and how often it was called."""

    def __init__(self, phi: Callable[[float], float]) -> None:
        self.phi = phi
        self.seen: dict[float, float] = {}

    def __call__(self, t: float) -> float:
        if t not in self.seen:
            self.seen[t] = float(self.phi(t))
        return self.seen[t]

    @property
    def calls(self) -> int:
        return len(self.seen)


@dataclass(frozen=True)
class _Rung:
    step: float
    value: float
    bound: float


def _steps(scale: float, unit: float) -> Iterator[float]:
    """Powers of 4 from `scale` down to where noise is all there is; powers of two keep x + t u exact."""
    step = 2.0 ** math.floor(math.log2(scale))
    while step > scale * unit**0.75:
        yield step
        step /= LADDER


def _measured_noise(phi: Callable[[float], float], scale: float, unit: float) -> float:
    """Widen the spacing until the table shows noise; without any, the function is exact to the last bit."""
    spacing = 2.0 ** math.floor(math.log2(scale * unit * 8))
    found = 0.0
    for _ in range(3):
        level = noise(phi, spacing)
        if level is not None:
            found = max(found, level)
        spacing *= 64
    return found


def _rung(phi: Callable[[float], float], step: float, level: float, unit: float) -> _Rung | None:
    """One estimate with its bound: truncation by two orders, rounding by the noise over the step."""
    pairs = [(phi(k * step), phi(-k * step)) for k in range(1, HALF_WIDTH + 1)]
    if not all(math.isfinite(v) for pair in pairs for v in pair):
        return None
    gaps = [right - left for right, left in pairs]
    high = _combined(gaps, HALF_WIDTH) / step
    low = _combined(gaps, HALF_WIDTH - 1) / step
    size = max(abs(v) for pair in pairs for v in pair)
    rounding = (level + unit * size) * 2 * float(sum(abs(w) for w in weights(HALF_WIDTH))) / step
    return _Rung(step, high, SAFETY * (abs(high - low) + rounding))


def _combined(gaps: list[float], half_width: int) -> float:
    return math.fsum(float(w) * gap for w, gap in zip(weights(half_width), gaps, strict=False))


def _confirmed(best: _Rung, rungs: list[_Rung]) -> bool:
    """Whether a neighbouring step agrees within both bounds: one estimate alone may be luck."""
    neighbours = [r for r in rungs if r.step in (best.step * LADDER, best.step / LADDER)]
    return any(abs(r.value - best.value) <= r.bound + best.bound for r in neighbours)
