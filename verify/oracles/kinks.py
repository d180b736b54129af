"""Kinks: where a truth declares one, the claim must be the declared convention and a valid subgradient."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

import numeric
from verify.errors import RuleError
from verify.examples import DTYPES, Example, size_choices
from verify.oracles import enclosure
from verify.oracles.proof import concrete
from verify.oracles.rounding import claimed_vjp
from verify.verdicts import Check, Detail, Status, Strength

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from verify.subject import Subject

TITLE = "Conventions at kinks"
COMPARES = ("numeric VJP at the kink, as it runs", "the declared convention, and the one-sided derivatives by FLINT")
INDEPENDENT_OF = (
    "One-sided derivatives come from the definition's series along +u and -u, with t read as infinitesimal."
)
BOUND = "None: the convention is met to the bit, and the claim lies between the one-sided derivatives."

CANDIDATES = (0, 1, -1, 2, -2, Fraction(125, 8), 500, -500, 1000, 250, Fraction(1, 2))
"""Where declared kinks lie: zeros, ties and the jumps of the notes' f(a) at 500 / 2**n."""


def check(subjects: Sequence[Subject]) -> Check:
    """Judge every declared kink of an operation at points that lie on it."""
    kinks = subjects[0].truth.kinks
    if not kinks:
        return _check(Status.NOT_APPLICABLE, "The operation has no kink on its domain.", ())
    pairs = [(subject, kink) for kink in kinks for subject in subjects[:3]]
    details = tuple(itertools.chain.from_iterable(_judged(subject, kink) for subject, kink in pairs))
    bad = [d for d in details if d.status is not Status.AGREE]
    if bad:
        return _check(bad[0].status, f"{bad[0].label}: {bad[0].text}", details)
    if not details:
        return _check(
            Status.NOT_APPLICABLE, "Every declared point lies outside the domain: nothing is claimed there.", ()
        )
    return _check(Status.AGREE, f"{len(details)} points on a declared kink behave as declared.", details)


def _check(status: Status, reason: str, details: tuple[Detail, ...]) -> Check:
    strength = Strength.ENCLOSURE if status is Status.AGREE else None
    return Check(
        "kinks", TITLE, COMPARES, INDEPENDENT_OF, status, strength, reason,
        points=len(details), distinct=len(details), bound=BOUND, details=details,
    )  # fmt: skip


def _judged(subject: Subject, kink: Any) -> Iterator[Detail]:
    for example in kink_examples(subject, kink):
        label = f"{subject.variant.label}, {example.words()}"
        if kink.kind == "endless":
            yield _endless(subject, example, label)
        elif kink.convention is not None:
            yield _conventional(subject, kink, example, label)


def _endless(subject: Subject, example: Example, label: str) -> Detail:
    """A program that does not stop has to say so, and not to hang."""
    try:
        subject.forward([example.arrays[name] for name in subject.inputs])
    except numeric.NumericError as error:
        return Detail(label, Status.AGREE, f"reported as endless: {error}")
    return Detail(label, Status.DISAGREE, "the program returned where the truth never ends")


def _conventional(subject: Subject, kink: Any, example: Example, label: str) -> Detail:
    try:
        claimed = claimed_vjp(subject, example)[kink.input]
    except RuleError as error:
        return Detail(label, Status.DISAGREE, str(error))
    due = _due(subject, kink, example)
    there = np.array([kink.holds(Fraction(float(v))) for v in example.arrays[kink.input].ravel()]).reshape(due.shape)
    if not np.array_equal(claimed[there], due[there]):
        words = f"the VJP is {claimed[there].tolist()}, the convention gives {due[there].tolist()}"
        return Detail(label, Status.DISAGREE, words)
    seen = enclosure.judge(subject, example)
    if seen.status is Status.DISAGREE:
        return Detail(label, Status.DISAGREE, seen.words or "outside the one-sided derivatives")
    return Detail(label, Status.AGREE, f"meets the convention; {seen.words or 'the enclosures agree'}")


def _due(subject: Subject, kink: Any, example: Example) -> Any:
    """Return what the convention makes of the cotangent: the cotangent of the entry, times the convention."""
    shape = example.arrays[kink.input].shape
    weight = example.out_bar if example.out_bar.shape == shape else np.broadcast_to(example.out_bar, shape)
    del subject
    return weight * example.dtype.type(kink.convention)


def kink_examples(subject: Subject, kink: Any) -> list[Example]:
    """Return points on the kink, in each dtype; none where it lies outside the domain or has no convention."""
    place = next((c for c in map(Fraction, CANDIDATES) if kink.holds(c)), None)
    sizes = next((s for s in size_choices(subject) if all(n for _, n in s)), None)
    if place is None or sizes is None:
        return []
    if kink.kind != "endless" and not subject.definition.domain.allows(kink.input, place):
        return []
    return [_example(subject, kink, float(place), sizes, dtype) for dtype in DTYPES]


def _example(subject: Subject, kink: Any, place: float, sizes: Any, dtype: Any) -> Example:
    shapes = {o.name: concrete(o.shape, dict(sizes)) for o in subject.definition.operands}
    arrays = {name: np.full(shape, place if name == kink.input else 1.0, dtype=dtype) for name, shape in shapes.items()}
    tangents = {name: np.ones(shape, dtype=dtype) for name, shape in shapes.items()}
    out_bar = np.full(concrete(subject.definition.out.shape, dict(sizes)), 2, dtype=dtype)
    return Example(subject, dtype, sizes, arrays, tangents, out_bar)
