"""The smallest counterexample: small sizes first, small whole numbers, then entry by entry towards 0 and 1."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING

from verify.errors import VerifyError
from verify.identities.readings import Point, draw, read_point
from verify.identities.samples import Style
from verify.identities.scope import DimensionError
from verify.identities.survey import objects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.identities.readings import Reading
    from verify.identities.statement import Statement

WHOLE = tuple(Style(low, high, Fraction(1)) for low, high in ((0, 2), (0, 3), (0, 4), (-3, 3), (-3, 3), (-4, 4)))
"""Ones; 1 and 2; up to 3; from −2 to 2 twice; from −3 to 3."""

MOST_SIZES, MOST_TRIALS = 10, 40


def smallest(claim: Statement, reading: Reading) -> Reading:
    """Return the smallest reading found that refutes the claim as this one does."""
    random = Random(3)  # noqa: S311 - samples, no secrets
    for sizes in _small_sizes(claim):
        seen = [_objection(claim, draw(claim, sizes, style, random), random) for style in WHOLE]
        found = [r for r in seen if r is not None and r.outcome is reading.outcome]
        if found:
            return _simplified(claim, min(found, key=lambda r: r.point.weight), random)
    return reading


def _small_sizes(claim: Statement) -> Iterator[dict[str, int]]:
    """Yield assignments of sizes, few entries first, from 1 on."""
    names = claim.sizes
    every = sorted(product((1, 2, 3), repeat=min(len(names), 4)), key=lambda sizes: (sum(sizes), sizes))
    rest = dict.fromkeys(names[4:], 2)
    for sizes in every[:MOST_SIZES] if len(names) > 2 else every:
        yield dict(zip(names, sizes, strict=False)) | rest
    yield {name: 2 + k for k, name in enumerate(names)}


def _objection(claim: Statement, point: Point, random: Random) -> Reading | None:
    try:
        reading = read_point(claim, point)
        return reading if objects(claim, reading, random) else None
    except (VerifyError, ZeroDivisionError):
        return None


def _simplified(claim: Statement, reading: Reading, random: Random) -> Reading:
    """Move single entries towards 0 and 1 as long as the point refutes."""
    trials = 0
    for name, value in reading.point.values.items():
        if claim.domains[name].form is not None or (claim.space != "free" and name == claim.wrt):
            continue
        for k, simpler in product(range(value.size), (Fraction(0), Fraction(1))):
            old = reading.point.values[name]
            if (
                trials >= MOST_TRIALS
                or abs(old.flat[k]) <= simpler
                or float(simpler) not in claim.domains[name].numbers
            ):
                continue
            trials += 1
            new = old.copy()
            new.flat[k] = simpler
            moved = _objection(claim, Point(reading.point.sizes, {**reading.point.values, name: new}), random)
            reading = moved if moved is not None and moved.outcome is reading.outcome else reading
    return reading


def smallest_misfit(claim: Statement) -> Point | None:
    """Return the smallest point found at which the arrays of the claim do not fit together."""
    random = Random(5)  # noqa: S311 - samples, no secrets
    for sizes in _small_sizes(claim):
        point = draw(claim, sizes, WHOLE[1], random)
        try:
            read_point(claim, point)
        except DimensionError as error:
            if error.of_claim:
                return point
        except VerifyError:
            continue
    return None
