"""Where entries of the variable are zero: a formula that fails there, though f has a derivative, is true only off zero.

Generic points have no zeros. Where f itself has no derivative at zero (a norm, an absolute value), the formula says
nothing false; unless the domain is said to be ``general``, which means zero too.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from verify.domains import REAL
from verify.errors import SingularError, UndecidableError, VerifyError
from verify.identities.readings import Outcome, Point, Reading, draw, exactly, read_point, scope_at, slopes
from verify.identities.samples import GENERIC, Style, array
from verify.identities.survey import objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from verify.identities.statement import Statement


class AtZero(NamedTuple):
    """Where a formula fails, in words, and the reading that shows it."""

    words: str
    reading: Reading


def fails_at_zero(claim: Statement, sizes: Mapping[str, int]) -> AtZero | None:
    """Return where a formula that holds at generic points of some sizes fails because the variable is zero there."""
    kind = claim.domains[claim.wrt]
    if kind.form is not None or kind.numbers != REAL:
        return None
    random = Random(4)  # noqa: S311 - samples, no secrets
    for words, point in _points(claim, sizes, random):
        reading = _read(claim, point)
        if reading is None:
            continue
        if _is_kink(claim, point):
            if _is_said_to_be_general(claim):
                return AtZero(words, Reading(Outcome.UNDEFINED, point))
        elif objects(claim, reading, random):
            return AtZero(words, reading)
    return None


def note_of(claim: Statement, sizes: Mapping[str, int]) -> str | None:
    """Return that the formula has no value where the whole variable is zero."""
    if claim.domains[claim.wrt].form is not None or 0.0 not in claim.domains[claim.wrt].numbers:
        return None
    point = _generic(claim, sizes, Random(4))  # noqa: S311 - samples, no secrets
    reading = _read(claim, _all_zero(claim, point))
    if reading is not None and reading.outcome in (Outcome.CLAIM_UNDEFINED, Outcome.UNDEFINED):
        return f"where {claim.wrt} = 0 the formula has no value"
    return None


def _points(claim: Statement, sizes: Mapping[str, int], random: Random) -> Iterator[tuple[str, Point]]:
    """Yield a point with one zero among the variable's entries, and for a general vector the one that is all zero.

    A square matrix of zeros is singular as well, which is another matter.
    """
    point = _generic(claim, sizes, random)
    if claim.shapes[claim.wrt]:
        value = point.values[claim.wrt].copy()
        value[(-1,) * value.ndim] = 0
        yield f"every entry of {claim.wrt} ≠ 0", Point(point.sizes, {**point.values, claim.wrt: value})
    if not claim.shapes[claim.wrt] or (_is_said_to_be_general(claim) and not claim.square(claim.wrt)):
        yield f"{claim.wrt} ≠ 0", _all_zero(claim, point)


def _generic(claim: Statement, sizes: Mapping[str, int], random: Random) -> Point:
    """Return a point at which the claim holds: of small whole numbers where there is one."""
    for style in (Style(0, 4, Fraction(1)), Style(-3, 3, Fraction(1))):
        point = draw(claim, sizes, style, random)
        reading = _read(claim, point)
        if reading is not None and reading.outcome is Outcome.AGREES:
            return point
    return draw(claim, sizes, GENERIC[1], random)


def _all_zero(claim: Statement, point: Point) -> Point:
    value = point.values[claim.wrt]
    return Point(point.sizes, {**point.values, claim.wrt: array([0] * value.size, value.shape)})


def _read(claim: Statement, point: Point) -> Reading | None:
    try:
        return read_point(claim, point)
    except VerifyError:
        return None


def _is_said_to_be_general(claim: Statement) -> bool:
    domains = claim.given[4] if claim.given else None
    return "general" in str((domains or {}).get(claim.wrt, "")).lower()


def _is_kink(claim: Statement, point: Point) -> bool:
    """Whether f's slope changes with the direction, or f has none."""
    ones = np.ones(point.values[claim.wrt].shape, dtype=int)
    with exactly():
        try:
            there, back = (slopes(scope_at(claim.f, point, {claim.wrt: t})) for t in (ones, -ones))
        except (UndecidableError, SingularError):
            return True
    sums = [a + b for a, b in zip(there.ravel(), back.ravel(), strict=True)]
    return any(not v.is_finite() or not v.contains(0) for v in sums)
