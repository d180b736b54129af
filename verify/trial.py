"""One operation on trial: every oracle is asked at every variant, and the evidence is summed up."""

from __future__ import annotations

import zlib
from collections import Counter
from typing import TYPE_CHECKING, Any

import numeric
from verify.describe import described
from verify.errors import OpaqueError, RuleError, UsageError
from verify.examples import Draws, examples, simple_examples
from verify.failures import failure
from verify.names import unknown
from verify.oracles import differences, enclosure, kinks, proof, properties, rounding, witnesses
from verify.profiles import Profile
from verify.search import Observation, Outcome, search
from verify.subject import Subject, subjects
from verify.verdicts import Check, Detail, Status, Strength, Worst, sum_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from verify.examples import Example

ORACLES = ("proof", "enclosure", "differences", "properties", "kinks", "rounding", "torch", "jax")
"""Who is asked, in the order of the page's columns."""


def judge_operation(name: str, *, seed: int, profile: Profile, oracles: Sequence[str] | None = None) -> dict[str, Any]:
    """Ask the oracles about one operation and return its part of the record.

    Parameters
    ----------
    name : str
        A name of the catalogue.
    seed : int
        Seed of every draw; each oracle and variant derives its own from it.
    profile : Profile
        How many examples, and how long.
    oracles : sequence of str, optional
        Ask only these.

    Raises
    ------
    UsageError
        There is no such operation or oracle, or the seed or the profile is none.
    """
    _asked(seed, profile, oracles)
    trial = Trial(name, seed, profile)
    checks = [trial.ask(oracle) for oracle in oracles or ORACLES]
    return described(trial.subjects, checks, trial.tried, sum_up(checks), seed)


def _asked(seed: Any, profile: Any, oracles: Any) -> None:
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise UsageError(f"seed is {seed!r}: give an int of at least 0")
    if not isinstance(profile, Profile):
        raise UsageError(f"profile is {profile!r}: give one of verify.profiles.PROFILES.values(), or a Profile")
    if isinstance(oracles, str):
        raise UsageError(f"oracles is {oracles!r}: give a list of names, such as [{oracles!r}]")
    for oracle in oracles or ():
        if oracle not in ORACLES:
            raise unknown("oracle", oracle, ORACLES)


class Trial:
    """What is on trial and how hard to try; collects what was tried."""

    def __init__(self, name: str, seed: int, profile: Profile) -> None:
        self.name = name
        self.seed = seed
        self.profile = profile
        self.subjects = subjects(name)
        self.tried: list[Example] = []

    def ask(self, oracle: str) -> Check:
        """Return what one oracle finds."""
        if oracle == "proof":
            return self._proof()
        if oracle == "properties":
            return self._properties()
        if oracle == "kinks":
            return kinks.check(self.subjects, self._kink_failure)
        if oracle in witnesses.TITLES:
            return self._witness(oracle)
        module = {"enclosure": enclosure, "differences": differences, "rounding": rounding}[oracle]
        return self._sampled(oracle, module, _STRENGTH[oracle])

    # -- one oracle each ----------------------------------------------------------------------------

    def _proof(self) -> Check:
        proofs = [(subject, proof.prove(subject)) for subject in self.subjects]
        details = tuple(Detail(subject.variant.label, found.status, found.text) for subject, found in proofs)
        status = worst_status([found.status for _, found in proofs])
        general = sum(found.every_size for _, found in proofs)
        shapes = sum(found.shapes for _, found in proofs)
        reason = {
            Status.AGREE: f"{general} of {len(proofs)} variants for every size, all at small shapes ({shapes}).",
            Status.DISAGREE: next((f.text for _, f in proofs if f.status is Status.DISAGREE), ""),
        }.get(status, next((f.text for _, f in proofs if f.status is status), ""))
        return self._check(
            "proof",
            proof,
            status,
            Strength.PROOF,
            reason,
            points=shapes,
            distinct=shapes,
            details=details,
        )

    def _sampled(self, oracle: str, module: Any, strength: Strength) -> Check:
        outcome = self._search(oracle, module.judge)
        return self._from_outcomes(oracle, module, strength, [(module.TITLE, outcome)])

    def _properties(self) -> Check:
        share = max(6, self.profile.examples // 2)
        found = [
            (label, self._search(f"properties/{label}", judge, share)) for label, judge in properties.QUESTIONS.items()
        ]
        return self._from_outcomes("properties", properties, Strength.SAMPLE, found)

    def _witness(self, oracle: str) -> Check:
        title = witnesses.TITLES[oracle]
        if not witnesses.present(oracle):
            reason = f"{oracle} is not installed: pip install 'gradproof[{oracle}]'."
            return Check(
                oracle,
                title,
                _sides(oracle),
                witnesses.INDEPENDENT_OF,
                Status.SKIPPED,
                None,
                reason,
            )
        outcome = self._search(oracle, lambda s, e: witnesses.judge(oracle, s, e), max(8, self.profile.examples // 2))
        return self._from_outcomes(oracle, witnesses, Strength.SAMPLE, [(title, outcome)])

    def _kink_failure(self, example: Example, seen: Observation) -> dict[str, Any]:
        outcome = Outcome(counterexample=example, objection=seen, first=example)
        return failure(example.subject, "kinks", outcome, self.seed)

    # -- searching and summing up -----------------------------------------------------------------------

    def _search(
        self, label: str, judge: Callable[[Subject, Example], Observation], count: int | None = None
    ) -> Outcome:
        oracle = label.split("/", maxsplit=1)[0]
        strategy = examples(self.subjects, _DRAWS.get(oracle, Draws()))
        outcome = search(
            strategy,
            lambda example: _seen(judge, example),
            seed=zlib.crc32(f"{self.seed}/{self.name}/{label}".encode()),
            examples=count or self.profile.examples,
            seconds=self.profile.seconds,
        )
        self.tried += outcome.tried
        return self._simplest(outcome, judge)

    def _simplest(self, outcome: Outcome, judge: Callable[[Subject, Example], Observation]) -> Outcome:
        """Take a plain example in place of the counterexample if one objects likewise and is no larger."""
        found = outcome.counterexample
        if found is None or outcome.objection is None:
            return outcome
        for example in simple_examples(self.subjects):
            if example.weight > found.weight:
                break
            seen = _seen(judge, example)
            if seen.status is outcome.objection.status:
                outcome.counterexample, outcome.objection = example, seen
                break
        return outcome

    def _from_outcomes(self, oracle: str, module: Any, strength: Strength, found: list[tuple[str, Outcome]]) -> Check:
        statuses = [outcome_status(outcome) for _, outcome in found]
        status = worst_status(statuses)
        objected = [outcome for _, outcome in found if outcome.objection is not None]
        failures = tuple(failure(o.counterexample.subject, oracle, o, self.seed) for o in objected)
        details = tuple(Detail(label, s, summary(o)) for (label, o), s in zip(found, statuses, strict=True))
        points = sum(o.points for _, o in found)
        return self._check(
            oracle, module, status, strength, _reason(status, found), points=points,
            distinct=sum(len(o.distinct) for _, o in found),
            discarded=sum(o.counts[Status.NOT_APPLICABLE] for _, o in found),
            worst=_worst([o for _, o in found]), details=details if len(found) > 1 else (), failures=failures,
        )  # fmt: skip

    def _check(self, oracle: str, module: Any, status: Status, strength: Strength, reason: str, **rest: Any) -> Check:
        title = witnesses.TITLES.get(oracle) or module.TITLE
        sides = _sides(oracle) if oracle in witnesses.TITLES else module.COMPARES
        kept = strength if status is Status.AGREE else None
        return Check(
            oracle,
            title,
            sides,
            module.INDEPENDENT_OF,
            status,
            kept,
            reason,
            bound=module.BOUND,
            **rest,
        )


def _seen(judge: Callable[[Subject, Example], Observation], example: Example) -> Observation:
    try:
        return judge(example.subject, example)
    except RuleError as error:
        return Observation(Status.DISAGREE, words=str(error))
    except OpaqueError as error:
        return Observation(Status.UNDECIDED, words=str(error))
    except numeric.NumericError as error:
        return Observation(Status.DISAGREE, words=f"the program raises {type(error).__name__}: {error}")


_STRENGTH = {
    "enclosure": Strength.ENCLOSURE,
    "differences": Strength.SAMPLE,
    "rounding": Strength.SAMPLE,
}

_DRAWS = {
    "differences": Draws(moderate=True),
    "rounding": Draws(moderate=True, stray=True, weighted=True),
    "torch": Draws(moderate=True, weighted=True),
    "jax": Draws(moderate=True, weighted=True),
    "properties": Draws(moderate=True, weighted=True),
}
"""Oracles that run floats: their inputs keep to where squares neither overflow nor vanish, but for a stray one;
directions and cotangents of most are floats of every size, zeros among them, and not small integers."""


def _sides(oracle: str) -> tuple[str, str]:
    return (f"{oracle}'s VJP of the same program", "the exact VJP, in balls")


def worst_status(statuses: list[Status]) -> Status:
    """Return the gravest of several statuses; not-applicable only where nothing else was found."""
    order = (
        Status.ERROR, Status.DISAGREE, Status.UNSTABLE, Status.UNDECIDED, Status.DOCUMENTED_DIFFERENCE, Status.AGREE,
    )  # fmt: skip
    return next((s for s in order if s in statuses), Status.NOT_APPLICABLE)


def outcome_status(outcome: Outcome) -> Status:
    """Return what a search came to: it agrees only where most points that could be judged were decided."""
    if outcome.objection is not None:
        return outcome.objection.status
    if outcome.counts[Status.DOCUMENTED_DIFFERENCE]:
        return Status.DOCUMENTED_DIFFERENCE
    decided, open_ = outcome.counts[Status.AGREE], outcome.counts[Status.UNDECIDED]
    if decided == 0 and open_ == 0:
        return Status.UNDECIDED if outcome.timed_out else Status.NOT_APPLICABLE
    return Status.AGREE if decided > open_ else Status.UNDECIDED


def summary(outcome: Outcome) -> str:
    """Return the counts of a search in words."""
    words = [f"{n} {status.value}" for status, n in sorted(outcome.counts.items(), key=lambda item: item[0].value)]
    if outcome.timed_out:
        words.append("the time limit was hit before every example was tried")
    return ", ".join(words) or "nothing was tried"


def _reason(status: Status, found: list[tuple[str, Outcome]]) -> str:
    for label, outcome in found:
        if outcome.objection is not None and outcome.objection.status is status:
            said = outcome.objection.words or "the enclosures are disjoint"
            return f"{label}: {said}." if len(found) > 1 else f"{said}."
    total: Counter[Status] = sum((o.counts for _, o in found), start=Counter())
    counted = ", ".join(f"{n} {s.value}" for s, n in sorted(total.items(), key=lambda item: item[0].value))
    if status is Status.DOCUMENTED_DIFFERENCE:
        noted = next(w for _, o in found for w in o.words if "another value at a kink" in w)
        return f"{noted[:1].upper()}{noted[1:]}; {counted}."
    if any(o.timed_out for _, o in found):
        counted += "; the time limit was hit before every example was tried"
    return f"Points: {counted or 'none'}."


def _worst(outcomes: list[Outcome]) -> Worst | None:
    digits = min((o.worst_digits for o in outcomes if o.worst_digits), key=lambda w: w[0], default=None)
    ulps = max((o.worst_ulps for o in outcomes if o.worst_ulps), key=lambda w: w[0], default=None)
    ratio = max((o.worst_ratio for o in outcomes if o.worst_ratio), key=lambda w: w[0], default=None)
    if digits is ulps is ratio is None:
        return None
    at = (ulps or ratio or digits or (0, None))[1]
    return Worst(
        ulps=None if ulps is None else ulps[0],
        digits=None if digits is None else digits[0],
        ratio=None if ratio is None else ratio[0],
        at=None if at is None else at.words(),
    )
