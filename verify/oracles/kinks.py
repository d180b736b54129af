"""Kinks: where a truth declares one, the claim must be the declared convention and a valid subgradient."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

import numeric
from verify.compare import Entry
from verify.errors import RuleError
from verify.examples import DTYPES, Example, size_choices
from verify.oracles import enclosure
from verify.oracles.proof import concrete
from verify.oracles.rounding import claimed_vjp
from verify.search import Observation
from verify.verdicts import Check, Detail, Status, Strength

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from verify.subject import Subject

TITLE = "Conventions at kinks"
COMPARES = ("numeric VJP at the kink, as it runs", "the declared convention, and the one-sided derivatives by FLINT")
INDEPENDENT_OF = (
    "One-sided derivatives come from the definition's series along +u and -u, with t read as infinitesimal."
)
BOUND = "None: the convention is met to the bit, and the claim lies between the one-sided derivatives."

CANDIDATES = tuple(Fraction(n, 8) for n in (0, 8, -8, 16, -16, 125, 4000, -4000, 8000, 2000, 4))
"""Where declared kinks lie: zeros, ties and the jumps of the notes' f(a) at 500 / 2**n."""


def check(subjects: Sequence[Subject], record: Callable[[Example, Observation], dict[str, Any]]) -> Check:
    """Judge every declared kink of an operation at points that lie on it.

    Parameters
    ----------
    subjects : sequence of Subject
        The operation's variants; the first three are judged.
    record : callable
        Makes the record of a failure from its example and what was seen.
    """
    kinks = subjects[0].truth.kinks
    if not kinks:
        return _check(Status.NOT_APPLICABLE, "The operation has no kink on its domain.", [], [])
    judged = [
        (example, _judged(subject, kink, example))
        for kink in kinks
        for subject in subjects[:3]
        for example in kink_examples(subject, kink)
    ]
    found = [(example, seen) for example, seen in judged if seen is not None]
    failures = [record(example, seen) for example, seen in found if seen.status is Status.DISAGREE]
    if not found:
        return _check(
            Status.NOT_APPLICABLE, "Every declared point lies outside the domain: nothing is claimed there.", [], []
        )
    return _check(*_summary(found), found, failures[:1])


def _summary(found: list[tuple[Example, Observation]]) -> tuple[Status, str]:
    for example, seen in found:
        if seen.status is not Status.AGREE:
            return seen.status, f"At {example.words()} {seen.words}."
    return Status.AGREE, f"{len(found)} points on a declared kink behave as declared."


def _check(
    status: Status, reason: str, found: list[tuple[Example, Observation]], failures: list[dict[str, Any]]
) -> Check:
    details = tuple(
        Detail(f"{example.subject.variant.label}, {example.words()}", seen.status, seen.words)
        for example, seen in found
    )
    strength = Strength.ENCLOSURE if status is Status.AGREE else None
    return Check(
        "kinks", TITLE, COMPARES, INDEPENDENT_OF, status, strength, reason,
        points=len(found), distinct=len(found), bound=BOUND, details=details, failures=tuple(failures),
    )  # fmt: skip


def _judged(subject: Subject, kink: Any, example: Example) -> Observation | None:
    """Return what is seen on a kink, or None where nothing is declared there."""
    if kink.kind == "endless":
        return _endless(subject, example)
    return None if kink.convention is None else _conventional(subject, kink, example)


def _endless(subject: Subject, example: Example) -> Observation:
    """A program that does not stop has to say so, and not to hang."""
    try:
        subject.forward([example.arrays[name] for name in subject.inputs])
    except numeric.NumericError as error:
        return Observation(Status.AGREE, words=f"is reported as endless: {error}")
    return Observation(Status.DISAGREE, words="the program returned where the truth never ends")


def _conventional(subject: Subject, kink: Any, example: Example) -> Observation:
    try:
        claimed = claimed_vjp(subject, example)[kink.input]
    except RuleError as error:
        return Observation(Status.DISAGREE, words=str(error))
    due = _due(kink, example)
    there = np.array([kink.holds(Fraction(float(v))) for v in example.arrays[kink.input].ravel()]).reshape(due.shape)
    if not np.array_equal(claimed[there], due[there]):
        words = f"the VJP is {claimed[there].tolist()}, the convention gives {due[there].tolist()}"
        entries = tuple(
            Entry(f"{kink.input}_bar", index, arb(float(claimed[index])), arb(float(due[index])))
            for index in np.ndindex(due.shape)
            if there[index]
        )
        return Observation(Status.DISAGREE, words=words, entries=entries)
    seen = enclosure.judge(subject, example)
    if seen.status is Status.DISAGREE:
        return seen
    return Observation(Status.AGREE, words=f"meets the convention; {seen.words or 'the enclosures agree'}")


def _due(kink: Any, example: Example) -> Any:
    """Return what the convention makes of the cotangent: the cotangent of the entry, times the convention."""
    shape = example.arrays[kink.input].shape
    weight = example.out_bar if example.out_bar.shape == shape else np.broadcast_to(example.out_bar, shape)
    return weight * example.dtype.type(kink.convention)


def kink_examples(subject: Subject, kink: Any) -> list[Example]:
    """Return points on the kink, in each dtype; none where it lies outside the domain or has no convention."""
    place = next((c for c in CANDIDATES if kink.holds(c)), None)
    choices = [next((s for s in size_choices(subject) if all(n >= least for _, n in s)), None) for least in (1, 2)]
    if place is None:
        return []
    if kink.kind != "endless" and not subject.definition.domain.allows(kink.input, place):
        return []
    chosen = dict.fromkeys(sizes for sizes in choices if sizes is not None)  # a single entry, and several
    return [_example(subject, kink, float(place), sizes, dtype) for sizes in chosen for dtype in DTYPES]


def _example(subject: Subject, kink: Any, place: float, sizes: Any, dtype: Any) -> Example:
    shapes = {o.name: concrete(o.shape, dict(sizes)) for o in subject.definition.operands}
    arrays = {name: np.full(shape, place if name == kink.input else 1.0, dtype=dtype) for name, shape in shapes.items()}
    tangents = {name: np.ones(shape, dtype=dtype) for name, shape in shapes.items()}
    out_bar = np.full(concrete(subject.definition.out.shape, dict(sizes)), 2, dtype=dtype)
    return Example(subject, dtype, sizes, arrays, tangents, out_bar)
