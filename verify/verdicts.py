"""The words of the judge: statuses of a check, strengths of its evidence, and the verdict that sums them up."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(Enum):
    """What is said of a gradient; each member's value is the word, its `sentence` the meaning."""

    RIGHT = "right"
    WRONG = "wrong"
    UNSTABLE = "unstable"
    UNDECIDED = "undecided"
    ERROR = "error"

    @property
    def sentence(self) -> str:
        """The verdict as a sentence."""
        return _SENTENCES[self]


_SENTENCES = {
    Verdict.RIGHT: "Every oracle that could decide agrees with the gradient.",
    Verdict.WRONG: "The gradient differs from the truth at the input shown; exact enclosures are disjoint there.",
    Verdict.UNSTABLE: "The formula is right, and its floating-point result loses digits that the problem does not.",
    Verdict.UNDECIDED: "The bounds are too wide to say, or a limit of time or examples was hit.",
    Verdict.ERROR: "The checker itself failed; nothing is said of the gradient.",
}


class Status(Enum):
    """How a single check ended."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNSTABLE = "unstable"
    UNDECIDED = "undecided"
    DOCUMENTED_DIFFERENCE = "documented-difference"
    NOT_APPLICABLE = "not-applicable"
    SKIPPED = "skipped"
    ERROR = "error"


class Strength(Enum):
    """How much an agreement is worth, strongest first."""

    PROOF = "proof"
    ENCLOSURE = "enclosure"
    SAMPLE = "sample"


@dataclass(frozen=True)
class Worst:
    """The worst case that a check met: ulps away, digits confirmed, observed over allowed, and where."""

    ulps: float | None = None
    digits: int | None = None
    ratio: float | None = None
    at: str | None = None


@dataclass(frozen=True)
class Detail:
    """One line below a check: a part of it with a status of its own."""

    label: str
    status: Status
    text: str


@dataclass(frozen=True)
class Check:
    """What one oracle found about one operation: the evidence.

    Attributes
    ----------
    oracle, title : str
        Who was asked, and the question.
    compares : tuple of two str
        The two sides.
    independent_of : str
        What the oracle does not share with the side on trial.
    reason : str
        One sentence, never empty.
    points, distinct, discarded : int
        Points tried, how many of them differ, and how many draws could not be used.
    bound : str
        Where the allowed difference comes from.
    failures : tuple of dict
        The smallest counterexamples, as the record carries them.
    """

    oracle: str
    title: str
    compares: tuple[str, str]
    independent_of: str
    status: Status
    strength: Strength | None
    reason: str
    points: int = 0
    distinct: int = 0
    discarded: int = 0
    worst: Worst | None = None
    bound: str = ""
    details: tuple[Detail, ...] = ()
    failures: tuple[dict[str, Any], ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.reason:
            raise ValueError(f"the check {self.oracle!r} has no reason: say in one sentence why it ended so")


_RANK = {
    Status.ERROR: (Verdict.ERROR, 3),
    Status.DISAGREE: (Verdict.WRONG, 4),
    Status.UNSTABLE: (Verdict.UNSTABLE, 2),
    Status.UNDECIDED: (Verdict.UNDECIDED, 1),
}


def sum_up(checks: Iterable[Check]) -> tuple[Verdict, str]:
    """Return the verdict that the checks add up to, and its reason.

    A disagreement outweighs everything; nothing decided is undecided, never right.
    """
    checks = list(checks)
    serious = max((c for c in checks if c.status in _RANK), key=lambda c: _RANK[c.status][1], default=None)
    if serious is not None:
        return _RANK[serious.status][0], f"{serious.title}: {serious.reason}"
    agreed = [c for c in checks if c.status is Status.AGREE]
    if not agreed:
        return Verdict.UNDECIDED, "No oracle could decide."
    return Verdict.RIGHT, f"{len(agreed)} of {len(checks)} checks agree and none objects."
