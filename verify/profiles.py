"""How much work a run does: examples an oracle, draws a claim, and the time that one check may take."""

from __future__ import annotations

from dataclasses import dataclass

from verify.errors import UsageError


@dataclass(frozen=True)
class Profile:
    """The limits of one run.

    Attributes
    ----------
    examples : int
        Examples that Hypothesis draws for one oracle of one operation.
    draws : int
        Floating-point draws for one claim and dtype.
    seconds : float
        Time that one check may search; hitting it is reported, never passed over.
    """

    name: str
    examples: int
    draws: int
    seconds: float


PROFILES = {
    "quick": Profile("quick", examples=24, draws=100_000, seconds=20.0),
    "ci": Profile("ci", examples=80, draws=100_000, seconds=60.0),
    "deep": Profile("deep", examples=600, draws=1_000_000, seconds=600.0),
}


def profile(name: str) -> Profile:
    """Return the profile of that name.

    Raises
    ------
    UsageError
        There is none.
    """
    try:
        return PROFILES[name]
    except KeyError:
        raise UsageError(f"unknown profile {name!r}: choose one of {', '.join(PROFILES)}") from None
