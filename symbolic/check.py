"""Check an equality of index forms at random rational points, in ball arithmetic.

Sizes are small and unequal (a square hides a transpose), points are drawn in the operation's domain with a
fixed seed, and both sides are evaluated in Arb balls. Disjoint balls refute the equality, which is a theorem;
overlapping balls of at least `DIGITS` digits agree; anything else is undecided.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from flint import arb, fmpq

from symbolic.arithmetic import precision
from symbolic.errors import EvaluationError, Undecidable
from symbolic.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from symbolic.index import Expr, IndexForm
    from symbolic.operation import Definition, Operand

BITS = 256
"""Precision of the balls: 77 digits, of which `DIGITS` are asked for."""

DIGITS = 50
POINTS = 3
SEED = 20250


@dataclass(frozen=True)
class Check:
    """What comparing a step with the step before it came to.

    Attributes
    ----------
    status : str
        ``"agree"``, ``"disagree"``, ``"undecided"``, or ``"not-applicable"`` for a definition or a convention.
    points : int
        At how many points, each at other sizes.
    digits : int or None
        To how many decimal digits both sides agree at least.
    reason : str
        One sentence.
    """

    status: str
    points: int
    digits: int | None
    reason: str

    @property
    def tick(self) -> str:
        """The check in a few characters; nothing where there was nothing to compare."""
        if self.status == "agree":
            return f"✓ {self.digits} digits at {self.points} points"
        return "" if self.status == "not-applicable" else f"[{self.status}: {self.reason}]"


@dataclass(frozen=True)
class Sample:
    """A point: concrete sizes, and balls for every input, tangent and cotangent."""

    sizes: dict[Expr, int]
    arrays: dict[str, Any]


NOTHING = Check("not-applicable", 0, None, "This is a definition: there is nothing before it to compare with.")


def samples(definition: Definition, points: int = POINTS) -> list[Sample]:
    """Draw points in the domain of an operation, at unequal sizes, the same ones every time."""
    chance = random.Random(SEED)  # noqa: S311 - reproducible, no secret
    with precision(BITS):
        return [_sample(definition, sizes, chance) for sizes in itertools.islice(small_sizes(definition), points)]


def small_sizes(definition: Definition) -> Iterator[dict[Expr, int]]:
    """Yield admitted sizes without end, unequal and small ones first: from 2 on, or from 1 where there are three."""
    sizes = definition.sizes
    least = 1 if len(sizes) > 2 else 2
    choices = itertools.product(range(least, least + 4), repeat=len(sizes))
    admitted = [
        assignment
        for choice in sorted(choices, key=lambda c: (len(set(c)) < len(c), sum(c)))
        if definition.admits(assignment := dict(zip(sizes, choice, strict=True)))
    ]
    return itertools.cycle(admitted)


def _sample(definition: Definition, sizes: dict[Expr, int], chance: random.Random) -> Sample:
    arrays = {}
    for operand in definition.operands:
        arrays[operand.name] = _drawn(operand.shape, sizes, lambda o=operand: _inside(definition, o, chance))
        arrays[f"{operand.name}_dot"] = _drawn(operand.shape, sizes, lambda: _rational(chance))
    arrays["out_bar"] = _drawn(definition.out.shape, sizes, lambda: _rational(chance))
    return Sample(sizes, arrays)


def concrete(shape: Sequence[Expr], sizes: Mapping[Expr, int]) -> tuple[int, ...]:
    """Return a shape with numbers for its size symbols."""
    return tuple(int(sp.sympify(n).subs(dict(sizes))) for n in shape)


def _drawn(shape: Sequence[Expr], sizes: dict[Expr, int], draw: Any) -> Any:
    cells = np.empty(concrete(shape, sizes), dtype=object)
    for where in np.ndindex(cells.shape):
        value = draw()
        cells[where] = arb(fmpq(value.numerator, value.denominator))
    return cells


def _rational(chance: random.Random) -> Fraction:
    """Draw a short rational that is not 0."""
    return Fraction(chance.choice((-1, 1)) * chance.randint(1, 40), chance.randint(1, 12))


def _inside(definition: Definition, operand: Operand, chance: random.Random) -> Fraction:
    value = _rational(chance)
    return value if definition.domain.allows(operand.name, value) else abs(value)


def values(form: IndexForm, points: Sequence[Sample]) -> list[Any]:
    """Return the form at every point, in balls of `BITS` bits."""
    with precision(BITS):
        return [evaluate(form, point.sizes, point.arrays) for point in points]


def compare(form: IndexForm, before: IndexForm, points: Sequence[Sample]) -> Check:
    """Compare two forms at the points."""
    try:
        left, right = values(form, points), values(before, points)
    except (Undecidable, EvaluationError) as error:
        return Check("undecided", len(points), None, f"Not evaluated: {error}.")
    return compare_cells(left, right)


def compare_cells(left: Sequence[Any], right: Sequence[Any]) -> Check:
    """Compare arrays of balls, one pair a point."""
    digits: int | None = None
    for ours, theirs in zip(left, right, strict=True):
        if ours.shape != theirs.shape:
            return Check("disagree", len(left), None, f"The shapes {ours.shape} and {theirs.shape} differ.")
        for where in np.ndindex(ours.shape):
            a, b = ours[where], theirs[where]
            if a.is_finite() and b.is_finite() and not a.overlaps(b):
                return Check("disagree", len(left), None, f"At {where}: {a.str(12)} is not {b.str(12)}.")
            common = min(_digits(a), _digits(b))
            digits = common if digits is None else min(digits, common)
    return _decided(digits, len(left))


def _decided(digits: int | None, points: int) -> Check:
    if digits is None:
        return Check("undecided", points, None, "No point has an entry to compare.")
    if digits < DIGITS:
        return Check(
            "undecided", points, digits, f"Both sides overlap to {digits} digits only, {DIGITS} are asked for."
        )
    return Check("agree", points, digits, f"Both sides agree to {digits} digits at {points} random rational points.")


def _digits(ball: arb) -> int:
    """Return how many decimal digits a ball is certain of, against 1 where it is smaller than 1."""
    if not ball.is_finite():
        return 0
    if ball.rad() == 0:
        return int(BITS * 0.30103)
    scale = max(abs(float(ball.mid())), 1.0)
    return int(-(_log10(ball.rad()) - _log10(arb(scale))))


def _log10(ball: arb) -> float:
    return float(ball.log()) / 2.302585092994046
