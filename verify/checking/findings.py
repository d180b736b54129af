"""What a question came to at one point: a status, why, and the entries that show it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.checking.points import Point
    from verify.compare import Entry
    from verify.diagnosis import Diagnosis


@dataclass(frozen=True)
class Finding:
    """What was found at one point.

    Attributes
    ----------
    status : Status
        AGREE, DISAGREE, UNSTABLE, UNDECIDED, or NOT_APPLICABLE where nothing is claimed at the point.
    words : str
        Why, as the rest of a sentence.
    point : Point
        Where.
    out_bars : tuple of array
        The cotangents that were pulled back.
    diagnosis : Diagnosis, optional
        The kind of mistake.
    entries : tuple of Entry
        The entries at fault, claimed and true.
    digits : int, optional
        How many digits the exact readings share.
    ulps : float, optional
        The largest distance of a float entry from the truth.
    strict : bool
        Whether exact enclosures agreed where the derivative exists, and not by both being zero.
    near : bool
        Whether the exact readings agree to the dtype's precision and no further: one approximates the other.
    approximate : bool
        Whether the exact readings differ by less than an approximation made on purpose may.
    structured : bool
        Whether the function reads a symmetric matrix by one triangle.
    notes : tuple of str
        What else is to be said.
    bars : tuple of array
        The cotangents as they ran.
    comparisons : tuple
        The comparisons that the programs made, each a way to another branch.
    """

    status: Status
    words: str = ""
    point: Point | None = None
    out_bars: tuple[Any, ...] = ()
    diagnosis: Diagnosis | None = None
    entries: tuple[Entry, ...] = ()
    digits: int | None = None
    ulps: float | None = None
    ratio: float | None = None
    strict: bool = False
    near: bool = False
    approximate: bool = False
    opaque: bool = False
    structured: bool = False
    notes: tuple[str, ...] = ()
    bars: tuple[Any, ...] = field(default=(), repr=False)
    comparisons: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def objects(self) -> bool:
        """Whether the gradient is wrong or unstable here."""
        return self.status in (Status.DISAGREE, Status.UNSTABLE)

    def at(self, point: Point, out_bars: tuple[Any, ...] = ()) -> Finding:
        """Return the same finding with its place."""
        return replace(self, point=point, out_bars=out_bars)

    def noting(self, *notes: str) -> Finding:
        """Return the finding with more to say."""
        return replace(self, notes=(*self.notes, *notes))
