"""A claim at many points: every size its own, both orders, every style of numbers; the first that differs ends it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

from verify.identities.literals import sizes_past_indices, styles_at_thresholds
from verify.identities.readings import Outcome, at_a_kink, differs_along, draw, read_point
from verify.identities.samples import GENERIC, NARROW
from verify.identities.scope import DimensionError
from verify.identities.statement import Space

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from verify.identities.readings import Reading
    from verify.identities.samples import Style
    from verify.identities.statement import Statement

WANTED = 3
"""Points at one assignment of sizes that must agree before narrower styles are left out."""


@dataclass
class Survey:
    """What the points said.

    Attributes
    ----------
    agreed : list of Reading
        The points at which claim and truth share 50 digits.
    objection : Reading or None
        A point at which they differ, and that is no kink.
    misfit : DimensionError or None
        Where df's arrays do not fit together, though f's do.
    gaps : list of Reading
        A point of each assignment of sizes at which df has no value anywhere.
    skipped : list of str
        Why points were left out.
    """

    agreed: list[Reading] = field(default_factory=list)
    objection: Reading | None = None
    misfit: DimensionError | None = None
    gaps: list[Reading] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def shapes(self) -> int:
        """How many assignments of sizes agreed."""
        return len({tuple(r.point.sizes.items()) for r in self.agreed})

    @property
    def holds(self) -> bool:
        """Whether nothing objects and enough agrees, at no assignment of sizes because the truth is zero."""
        telling = {tuple(r.point.sizes.items()) for r in self.agreed if not r.trivial}
        return self.objection is None and len(self.agreed) >= WANTED and len(telling) == self.shapes


def assignments(names: Sequence[str]) -> list[dict[str, int]]:
    """Return sizes to try: unequal, at least 2, in rising and in falling order."""
    if not names:
        return [{}]
    if len(names) == 1:
        return [{names[0]: n} for n in (3, 2, 4)]
    rising = {name: 2 + k for k, name in enumerate(names)}
    falling = {name: 1 + len(names) - k for k, name in enumerate(names)}
    shifted = {name: 3 + (k + 1) % len(names) for k, name in enumerate(names)}
    return [rising, falling, *([shifted] if len(names) < 4 else [])]


def wider(names: Sequence[str]) -> list[dict[str, int]]:
    """Return sizes that are tried where a formula has a value at few of the usual ones: further apart, both ways."""
    if len(names) < 2:
        return []
    rising = {name: 2 + 2 * k for k, name in enumerate(names)}
    falling = {name: 2 * (len(names) - k) for k, name in enumerate(names)}
    return [rising, falling]


def survey(
    claim: Statement,
    *,
    sizes: Iterable[Mapping[str, int]] | None = None,
    styles: Sequence[Style] = GENERIC,
    seed: int = 0,
) -> Survey:
    """Read the claim at generic points until one objects.

    Raises
    ------
    DimensionError
        f's arrays fit at none of the sizes.
    UsageError, OpaqueError
        A formula asks for what is not read, or cannot be lifted.
    """
    found, random = Survey(), Random(seed)  # noqa: S311 - samples, no secrets
    refused: list[DimensionError] = []
    chosen = list(assignments(claim.sizes) if sizes is None else sizes)
    styles = [*styles, *styles_at_thresholds(claim)]
    styles = styles if len(chosen) > 1 else styles * 3
    chosen += sizes_past_indices(claim, claim.sizes) if sizes is None else []
    further = wider(claim.sizes) if sizes is None else []
    for at in chosen:
        try:
            _at_sizes(claim, at, styles, random, found)
        except DimensionError as error:
            if error.of_claim:
                found.misfit = error
            refused.append(error)
        if found.objection is not None:
            return found
        if at is chosen[-1] and found.shapes == 1:  # most sizes have no value: such that do may be few
            chosen += further
            further = []
    if found.gaps and not found.agreed:
        found.objection = found.gaps[0]
    if len(refused) == len(chosen) and found.misfit is None:
        raise refused[0]
    return found


def _at_sizes(
    claim: Statement, sizes: Mapping[str, int], styles: Sequence[Style], random: Random, found: Survey
) -> None:
    here, gap = len(found.agreed), None
    for style in (*styles, *NARROW):
        if style in NARROW and len(found.agreed) - here >= WANTED:
            break
        reading = read_point(claim, draw(claim, sizes, style, random))
        if reading.outcome is Outcome.AGREES:
            found.agreed.append(reading)
        elif not objects(claim, reading, random):
            found.skipped.append(reading.words)
        elif reading.outcome is Outcome.CLAIM_UNDEFINED:
            gap = gap or reading
        else:
            found.objection = reading
            return
    if gap is None:
        return
    if len(found.agreed) > here:
        found.objection = gap
    else:
        found.gaps.append(gap)


def objects(claim: Statement, reading: Reading, random: Random) -> bool:
    """Whether a reading refutes the claim: the sides differ, or df has no value, and not because of a kink."""
    if reading.outcome is Outcome.CLAIM_UNDEFINED:
        return not at_a_kink(replace(claim, df=claim.f), reading.point, random)
    return reading.outcome is Outcome.DIFFERS and (
        not reading.fits or not at_a_kink(claim, reading.point, random)
    )  # fmt: skip


def quick(claim: Statement, sizes: Iterable[Mapping[str, int]]) -> bool:
    """Whether a narrower claim holds at a few points, all of its own domains."""
    sizes = list(sizes)
    if _differs_at_once(claim, sizes[0]):
        return False
    found = survey(claim, sizes=sizes, styles=GENERIC[:4], seed=1)
    return found.misfit is None and found.holds


def _differs_at_once(claim: Statement, sizes: Mapping[str, int]) -> bool:
    """Whether one generic point refutes the claim along one direction: what most claims fail at."""
    random = Random(1)  # noqa: S311 - samples, no secrets
    point = draw(claim, sizes, GENERIC[0], random)
    return claim.space is Space.FREE and differs_along(claim, point, random) and not at_a_kink(claim, point, random)
