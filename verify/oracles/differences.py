"""Finite differences: the program as it runs, differenced along a direction, against its own VJP."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

import numeric
from verify.compare import Entry
from verify.differences import Estimate, derivative
from verify.oracles.rounding import claimed_vjp
from verify.search import Observation
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.examples import Example
    from verify.subject import Subject

TITLE = "Finite differences with error bars"
COMPARES = (
    "<numeric VJP, u> as it runs in float32 and float64",
    "the difference quotient of <out_bar, program(x + t u)>",
)
INDEPENDENT_OF = "Uses only values of the forward program: no formula, no lift, no derivative."
BOUND = (
    "The estimate's own bound: truncation by two orders on the same nodes, rounding from the measured noise, times 8."
)


def judge(subject: Subject, example: Example) -> Observation:
    """Hold the pairing of the VJP with one direction against its finite difference."""
    excuse = _excuse(subject, example)
    if excuse:
        return Observation(Status.NOT_APPLICABLE, words=excuse)
    claimed = _pairing(subject, example)
    estimate = derivative(_along(subject, example), scale=example.scale, unit=float(np.finfo(example.dtype).eps) / 2)
    if not math.isfinite(estimate.bound):
        return Observation(Status.UNDECIDED, words="no step gave a finite bound")
    if not estimate.contains(claimed):
        return _objection(claimed, estimate)
    if not _decides(estimate, claimed, example):
        return Observation(Status.UNDECIDED, words="the bound is too wide to tell")
    return Observation(
        Status.AGREE,
        ratio=abs(claimed - estimate.value) / estimate.bound if estimate.bound else 0.0,
    )


def _decides(estimate: Estimate, claimed: float, example: Example) -> bool:
    """Narrow relative to the derivative or, where that is near 0, to the sum of the terms it cancels from."""
    return estimate.decides(claimed) or estimate.bound <= 1e-3 * example.magnitude


def _objection(claimed: float, estimate: Estimate) -> Observation:
    if not math.isfinite(claimed):
        words = f"the VJP is {claimed} where the difference quotient is {estimate.value!r}"
    else:
        words = f"the VJP pairs to {claimed!r}, the difference quotient is {estimate.value!r} ± {estimate.bound:.2g}"
    entry = Entry("<x_bar, x_dot>", (), arb(claimed), arb(estimate.value, estimate.bound))
    return Observation(Status.DISAGREE, words=words, entries=(entry,))


def _excuse(subject: Subject, example: Example) -> str:
    """Say why there is nothing to difference at the point, if so."""
    if subject.declared:
        return "derivative by declaration, not of the values"
    if subject.on_kink(example):
        return "on a kink there is no derivative to difference"
    return "the value itself overflows" if _overflows(subject, example) else ""


def _overflows(subject: Subject, example: Example) -> bool:
    """Whether the program's value is infinite at the point; a NaN is none of the point's own and stays on trial."""
    with np.errstate(all="ignore"):
        out = subject.forward([example.arrays[name] for name in subject.inputs])
    return bool(np.any(np.isinf(out)))


def _pairing(subject: Subject, example: Example) -> float:
    cotangents = claimed_vjp(subject, example)
    terms = [
        float(a) * float(b)
        for name, x_bar in cotangents.items()
        for a, b in zip(np.ravel(x_bar), np.ravel(example.tangents[name]), strict=True)
    ]
    return math.fsum(terms) if all(map(math.isfinite, terms)) else math.nan


def _along(subject: Subject, example: Example) -> Callable[[float], float]:
    """Return t -> <out_bar, program(x + t u)>: the program in its dtype, the pairing in float64."""
    out_bar = example.out_bar.astype(np.float64)

    def phi(t: float) -> float:
        moved: list[Any] = [
            (example.arrays[name] + example.dtype.type(t) * example.tangents[name]).astype(example.dtype)
            for name in subject.inputs
        ]
        try:
            with np.errstate(all="ignore"):
                return float(np.sum(out_bar * np.asarray(subject.forward(moved), dtype=np.float64)))
        except numeric.NumericError:  # the program has no value there: outside the domain, or endless
            return math.nan

    return phi
