"""A claim at one point: f differentiated by FLINT's power series, df in balls, and the two held against each other."""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, arb_series

from verify.compare import compare
from verify.errors import SingularError, UndecidableError, UsageError
from verify.identities.domains import SYMMETRIC
from verify.identities.evaluating import evaluate
from verify.identities.samples import sample
from verify.identities.scope import Scope
from verify.identities.statement import Space
from verify.identities.vocabulary import exact_array, number
from verify.lift import Ball, lift, precision, reading
from verify.lift.array import object_array
from verify.lift.ball import PRECISIONS
from verify.verdicts import Status as Checked

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from random import Random

    from verify.compare import Entry
    from verify.identities.grammar import Formula
    from verify.identities.samples import Style
    from verify.identities.statement import Statement

Cells = Any
"""An object array of `arb`."""


class Outcome(Enum):
    """What a point says of a claim."""

    AGREES = auto()
    DIFFERS = auto()
    UNDEFINED = auto()
    CLAIM_UNDEFINED = auto()
    WIDE = auto()


@dataclass(frozen=True)
class Point:
    """A point: the sizes by name, and each variable's array of fractions."""

    sizes: dict[str, int]
    values: dict[str, Any]

    @property
    def weight(self) -> Any:
        """How large the point is: its sizes, and its numbers."""
        return (
            sum(v.size for v in self.values.values()),
            sum(abs(x) for v in self.values.values() for x in v.ravel()),
            sum(x < 0 for v in self.values.values() for x in v.ravel()),
        )


@dataclass(frozen=True)
class Reading:
    """What one point says: claimed and true derivative there, and the entries that differ."""

    outcome: Outcome
    point: Point
    claimed: Cells = None
    true: Cells = None
    entries: tuple[Entry, ...] = ()
    words: str = ""

    @property
    def fits(self) -> bool:
        """Whether claim and truth have one shape."""
        return self.claimed is not None and self.true is not None and self.claimed.shape == self.true.shape

    @property
    def trivial(self) -> bool:
        """Whether the truth is zero."""
        return bool(all(v.contains(0) for v in self.true.ravel()))


def draw(claim: Statement, sizes: Mapping[str, int], style: Style, random: Random) -> Point:
    """Return a point of the claim's domains."""
    kinds = claim.domains
    if claim.space is not Space.FREE and kinds[claim.wrt].form in (None, "invertible"):
        kinds = {**kinds, claim.wrt: _symmetric(kinds[claim.wrt])}
    return Point(
        dict(sizes),
        {n: sample(kinds[n], claim.shape(n, sizes), style, random, sizes) for n in claim.shapes},
    )


def _symmetric(kind: Any) -> Any:
    return type(kind)(kind.numbers, "symmetric", f"symmetric, {kind.words}")


# -- one evaluation --------------------------------------------------------------------------------------------


@contextmanager
def exactly(bits: int = PRECISIONS[0]) -> Iterator[Any]:
    """Compute in balls of that many bits; what is not finite is carried as NaN."""
    with precision(bits), np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with reading(literals="exact", singular="carry") as notes:
            yield notes


def scope_at(formula: Formula, point: Point, moving: Mapping[str, Any] | None = None) -> Scope:
    """Return the scope of a formula at a point, some variables moving along tangents."""
    arrays = {name: _along(value, (moving or {}).get(name)) for name, value in point.values.items()}
    return Scope(formula, arrays, point.sizes)


def _along(value: Any, tangent: Any) -> Any:
    if tangent is None:
        return exact_array(value)
    pairs = zip(value.ravel(), np.ravel(tangent), strict=True)
    return lift(object_array([Ball(arb_series([number(a), arb(int(b))], prec=2)) for a, b in pairs], value.shape))


def coefficient(cells: Any, k: int) -> Cells:
    """Return the coefficient of ``t**k`` of every entry."""
    return object_array([cell.coefficient(k) for cell in cells.ravel()], cells.shape)


def slopes(scope: Scope) -> Cells:
    """Return the derivative of the formula along the tangents that its scope moves on."""
    return coefficient(evaluate(scope).cells, 1)


def value_of(scope: Scope) -> Cells:
    """Return the formula's value."""
    return coefficient(evaluate(scope).cells, 0)


def units(shape: tuple[int, ...]) -> Iterator[Any]:
    """Yield every unit tangent of a shape."""
    for k in range(math.prod(shape)):
        tangent = np.zeros(math.prod(shape), dtype=int)
        tangent[k] = 1
        yield tangent.reshape(shape)


# -- the two sides ---------------------------------------------------------------------------------------------


def truth(claim: Statement, point: Point, notes: Any) -> Cells:
    """Return the derivative of f, of shape ``f.shape + wrt.shape``, in the claim's space."""
    shape = point.values[claim.wrt].shape
    columns = [slopes(scope_at(claim.f, point, {claim.wrt: unit})) for unit in units(shape)]
    if not columns:
        return object_array([], shape)
    free = np.stack(columns, axis=-1).reshape(columns[0].shape + shape)
    return in_space(free, space_of(claim, notes))


def space_of(claim: Statement, notes: Any) -> Space:
    """Return where the derivative is meant: what reads a symmetric variable by one triangle is meant on both."""
    if claim.space is Space.FREE and notes.structured and claim.domains[claim.wrt].form in SYMMETRIC:
        return Space.PROJECTED
    return claim.space


def in_space(free: Cells, space: Space) -> Cells:
    """Return the derivative in a space, from the one by independent entries."""
    if space is Space.FREE:
        return free
    both = free + np.swapaxes(free, -1, -2)
    if space is Space.PROJECTED:
        return both / arb(2)
    diagonal: Any = np.where(np.eye(free.shape[-1], dtype=bool), free, np.asarray(arb(0), dtype=object))
    return both - diagonal


def read_point(claim: Statement, point: Point) -> Reading:
    """Return what a point says of a claim, at as much precision as it takes.

    Raises
    ------
    UsageError
        A formula's parts do not fit together.
    OpaqueError
        A function is not lifted.
    """
    result = Reading(Outcome.WIDE, point)
    for bits in PRECISIONS:
        with exactly(bits) as notes:
            result = _read(claim, point, notes)
        if result.outcome is not Outcome.WIDE:
            break
    return result


def _read(claim: Statement, point: Point, notes: Any) -> Reading:
    try:
        true = truth(claim, point, notes)
    except UndecidableError as error:
        return Reading(Outcome.WIDE, point, words=str(error))
    except SingularError as error:
        return Reading(Outcome.UNDEFINED, point, words=str(error))
    if not all(v.is_finite() for v in true.ravel()):
        return Reading(Outcome.UNDEFINED, point, words="f has no finite derivative")
    try:
        claimed = value_of(scope_at(claim.df, point))
    except UndecidableError as error:
        return Reading(Outcome.WIDE, point, true=true, words=str(error))
    except SingularError as error:
        return Reading(Outcome.CLAIM_UNDEFINED, point, true=true, words=str(error))
    return compared(point, claimed, true)


def compared(point: Point, claimed: Cells, true: Cells) -> Reading:
    """Hold a claimed derivative against the true one."""
    if claimed.shape != true.shape:
        return Reading(Outcome.DIFFERS, point, claimed, true, words="shape")
    if not all(v.is_finite() for v in claimed.ravel()):
        return Reading(Outcome.CLAIM_UNDEFINED, point, claimed, true, words="df is not finite")
    found = compare("df", claimed, true)
    outcome = {Checked.DISAGREE: Outcome.DIFFERS, Checked.AGREE: Outcome.AGREES}.get(found.status, Outcome.WIDE)
    return Reading(outcome, point, claimed, true, found.entries)


def differs_along(claim: Statement, point: Point, random: Random) -> bool:
    """Whether claim and derivative, by independent entries, differ along a direction beyond doubt."""
    shape = point.values[claim.wrt].shape
    tangent = np.array([random.randint(1, 9) for _ in range(math.prod(shape))]).reshape(shape)
    with exactly() as notes:
        try:
            true = slopes(scope_at(claim.f, point, {claim.wrt: tangent}))
            claimed = value_of(scope_at(claim.df, point))
        except (UndecidableError, SingularError):
            return False
        if claimed.shape != true.shape + shape or notes.structured:
            return False
        flat = claimed.reshape(true.size, tangent.size) @ object_array(
            [arb(int(v)) for v in tangent.ravel()], (tangent.size,)
        )
        pairs = zip(np.ravel(flat), true.ravel(), strict=True)
        return any(a.is_finite() and b.is_finite() and not a.overlaps(b) for a, b in pairs)


# -- kinks -----------------------------------------------------------------------------------------------------


def at_a_kink(claim: Statement, point: Point, random: Random) -> bool:
    """Whether a comparison of f or df ties at the point and would not beside it, or a value breaks there.

    Everything that is no label moves. Where f has a derivative, its slope changes sign with the direction.
    """
    moving = {
        name: np.array([random.randint(1, 9) * random.choice((-1, 1)) for _ in range(value.size)]).reshape(value.shape)
        for name, value in point.values.items()
        if not claim.domains[name].discrete
    }
    back = {name: -tangent for name, tangent in moving.items()}
    try:
        there = _smooth_slopes(claim.f, point, moving)
        _smooth_slopes(claim.df, point, moving)
        back_again = _smooth_slopes(claim.f, point, back)
    except (UndecidableError, SingularError):
        return True
    except UsageError:
        return False
    return any(not (a + b).contains(0) for a, b in zip(there.ravel(), back_again.ravel(), strict=True))


def _smooth_slopes(formula: Formula, point: Point, moving: Mapping[str, Any]) -> Cells:
    """Return the slopes of a formula.

    Raises
    ------
    SingularError
        A comparison ties, or a value is not finite.
    """
    with exactly() as notes:
        found = slopes(scope_at(formula, point, moving))
        if notes.singular or any(_ties(cell) for c in notes.comparisons for cell in c.margins.ravel()):
            raise SingularError("a comparison ties at this point")
        return found


def _ties(cell: Any) -> bool:
    head, *rest = cell.coefficients()
    return bool(head.contains(0) and any(not v.is_zero() for v in rest))
