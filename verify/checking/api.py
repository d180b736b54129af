"""`check`: judge a gradient that somebody wrote, with nothing to tune."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

import numeric
from verify.checking import drawn, floats
from verify.checking.diagnosing import diagnosed
from verify.checking.domain import Domain
from verify.checking.exact import Exactly
from verify.checking.formats import as_arb, format_of, is_float
from verify.checking.judgement import Counterexample, Judgement
from verify.checking.points import Point
from verify.checking.programs import Given, Programs, input_names
from verify.checking.reference import as_program
from verify.checking.rounding import lost
from verify.checking.snippet import snippet
from verify.checking.trial import Trial
from verify.diagnosis import NO_PATTERN
from verify.errors import OutOfTimeError, UsageError, VerifyError
from verify.verdicts import Status, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.checking.findings import Finding
    from verify.diagnosis import Diagnosis

SECONDS = 20.0
EXAMPLES = 60

MOST_ORDERS = 8
"""The highest derivative that can be asked for."""

CONVERGED = 2.0**-26
"""What an iteration with a tolerance may leave, by the size of the entry."""


def check(  # noqa: PLR0913 - one keyword a thing that a caller may give
    f: Callable[..., Any],
    *inputs: Any,
    vjp: Callable[..., Any] | None = None,
    jvp: Callable[..., Any] | None = None,
    reference: Any = None,
    domain: Any = None,
    order: int = 1,
    seed: int = 0,
    seconds: float = SECONDS,
    examples: int = EXAMPLES,
) -> Judgement:
    """Say whether a gradient is right: at the inputs, at what lies near them, and at hard points of every kind.

    Parameters
    ----------
    f : callable
        ``f(*inputs)`` returns an array, or a tuple of arrays. A NumPy function; without `vjp` and `jvp`, a program
        of `numeric`, whose own gradient is on trial.
    *inputs : array, scalar or Hypothesis strategy
        The point to judge, or strategies that draw points (shapes too); one strategy for several inputs draws
        tuples, as `verify.strategies.arrays` does. float16, float32, float64, longdouble and bfloat16 have
        derivatives; integers and booleans are passed as they are.
    vjp : callable, optional
        ``vjp(out_bar, *inputs)`` returns one cotangent an input, None for integers; `out_bar` is a tuple if `f` is.
    jvp : callable, optional
        ``jvp(*tangents, *inputs)`` returns the tangent of the output.
    reference : callable, str, optional
        A twin of an opaque `f` that can be read with exact numbers: a NumPy function, a formula such as
        ``"log(1 + exp(x))"``, or the name of an operation of `symbolic`.
    domain : callable, mapping, sequence, str or tuple, optional
        Where the programs are defined: a predicate over the inputs, or one constraint an input (the words of
        `verify.domains.domain_of`, a closed interval ``(low, high)``, a predicate). The search never leaves it.
    order : int
        The highest derivative to judge: 2 for the gradient of the gradient too, and so on.
    seed : int
        Of everything that is drawn: the same seed gives the same answer.
    seconds, examples : float, int
        How long to look, and how many examples are drawn from strategies; what a limit cut short is in the notes.

    Returns
    -------
    Judgement
        `status` is a `Verdict`: RIGHT, WRONG, UNSTABLE or UNDECIDED.

    Raises
    ------
    UsageError
        What is given does not fit together: the message says what was given and what to do.
    """
    _fitting(f, inputs, vjp, jvp, order)
    _bounded(seed, seconds, examples)
    inputs = drawn.one_an_input(f, inputs)
    names = input_names(f, len(inputs))
    programs = Programs(f, vjp, jvp, as_program(reference), names, given=Given(domain, reference))
    within = Domain(domain, names)
    programs = replace(programs if vjp or jvp else _own_gradient(programs), admits=within.admits).within(seconds)
    trial = Trial(programs, within, seed, seconds, order)
    return _summed_up(trial, _looked(trial, inputs, examples))


def _looked(trial: Trial, inputs: tuple[Any, ...], examples: int) -> Finding | None:
    """Look where the inputs say: at drawn points, or at one point and around it."""
    if any(drawn.is_strategy(x) for x in inputs):
        return drawn.search(trial, inputs, examples)
    point = Point(tuple(_as_input(x, name) for x, name in zip(inputs, trial.programs.names, strict=True)))
    _usable(trial, point)
    return trial.around(point)


def _fitting(f: Any, inputs: tuple[Any, ...], vjp: Any, jvp: Any, order: Any) -> None:
    for name, program in (("f", f), ("vjp", vjp), ("jvp", jvp)):
        if not callable(program) and (program is not None or name == "f"):
            raise UsageError(f"{name} is {program!r} ({type(program).__name__}): a function is expected")
    if not inputs:
        raise UsageError("no inputs were given: check(f, x, vjp=...) wants the point at which to look, or a strategy")
    if isinstance(order, bool) or not isinstance(order, (int, np.integer)) or not 1 <= order <= MOST_ORDERS:
        raise UsageError(
            f"order={order!r}: 1 for the gradient, 2 for the gradient of the gradient too, up to {MOST_ORDERS}"
        )


def _bounded(seed: Any, seconds: Any, examples: Any) -> None:
    """Raise unless the bounds are numbers of their kind."""
    for name, value, least in (("seed", seed, 0), ("examples", examples, 1)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
            raise UsageError(f"{name}={value!r}: a whole number of {least} or more is expected")
    if isinstance(seconds, bool) or not isinstance(seconds, (int, float, np.number)) or not 0 < seconds < np.inf:
        raise UsageError(f"seconds={seconds!r}: a positive number of seconds is expected")


def _as_input(x: Any, name: str) -> Any:
    """Return an input as a NumPy array or scalar.

    Raises
    ------
    UsageError
        It is no array of real numbers.
    """
    try:
        array = np.asarray(x)
    except (TypeError, ValueError) as error:
        raise UsageError(f"the input {name} is {type(x).__name__}: an array is expected ({error})") from error
    if array.dtype.kind not in "fiub" and not is_float(array.dtype):
        what = "complex numbers are not judged yet" if array.dtype.kind == "c" else "an array of numbers is expected"
        raise UsageError(f"the input {name} is {type(x).__name__} of dtype {array.dtype}: {what}")
    if isinstance(x, np.ndarray) or np.ndim(x):
        return array.copy()
    return array[()]


def _usable(trial: Trial, point: Point) -> None:
    """Raise where nothing can be judged at the point given."""
    names = trial.programs.names
    if not point.floats:
        kinds = ", ".join(f"{name} {np.asarray(x).dtype}" for name, x in zip(names, point.inputs, strict=True))
        raise UsageError(f"no input has a derivative ({kinds}): give floats")
    for name, x in zip(names, point.inputs, strict=True):
        if is_float(np.asarray(x).dtype) and not np.all(np.isfinite(np.asarray(x, floats.wide(x)))):
            raise UsageError(
                f"the input {name} holds NaN or infinity: no derivative is defined there; give finite numbers"
            )
    if not trial.domain.admits(point.inputs):
        raise UsageError("the given inputs lie outside domain=: give a point inside, or mend the domain")
    ran = floats.forward(trial.programs, point)
    if ran.refusal:
        raise UsageError(f"at the given inputs, {ran.refusal}")
    if any(np.any(np.isnan(np.asarray(out, floats.wide(out)))) for out in ran.outputs if is_float(out.dtype)):
        raise UsageError("at the given inputs, the function returns NaN: give a point inside its domain")
    _same_function(trial, point, ran.outputs)
    if ran.notes:
        raise UsageError(
            f"{ran.notes[0]} in place: a function on trial leaves its inputs as they are; let it work on a copy"
        )


def _same_function(trial: Trial, point: Point, outputs: tuple[Any, ...]) -> None:
    """Raise where a reference surely is another function than the one on trial."""
    if trial.programs.reference is None:
        return
    zeros = {k: np.zeros(np.shape(point.inputs[k])) for k in point.floats}
    try:
        values = Exactly(trial.programs, point).along(zeros).coefficient(0)
    except VerifyError:
        return
    for cells, out in zip(values, outputs, strict=False):
        size = float(np.max(np.abs(np.asarray(out, np.float64)), initial=0))
        for cell, value in zip(cells.ravel(), np.ravel(out), strict=False):
            if np.shape(out) != cells.shape or abs(cell - as_arb(value)) > lost(format_of(point.dtype)) * (
                size + 1e-300
            ):
                there = f"at the given inputs it is {cell.str(8, radius=False)}, and f is {value}"
                raise UsageError(f"reference= is another function than f: {there}")


def _own_gradient(programs: Programs) -> Programs:
    """Put the gradient that `numeric` computes of its own program on trial."""
    program = programs.f

    def forward(*inputs: Any) -> Any:
        return numeric.func.vjp(program, *inputs)[0]

    def pullback(out_bar: Any, *inputs: Any) -> Any:
        return tuple(numeric.func.vjp(program, *inputs)[1](out_bar))

    return replace(programs, f=forward, vjp=pullback, original=program)


# -- what the findings add up to -------------------------------------------------------------------------------


def _summed_up(trial: Trial, found: Finding | None) -> Judgement:
    if found is None and trial.approximate and not trial.strict and not _converged(trial):
        found = trial.approximate[0]
    points = sum(trial.counts.values())
    evidence: dict[str, Any] = {"points": points, "digits": trial.digits, "seed": trial.seed,
                                "counts": trial.counts}  # fmt: skip
    if found is not None:
        return _objection(trial, found, evidence)
    notes = list(trial.notes)
    if trial.approximate:
        notes.append(
            f"right as an approximation at {len(trial.approximate)} points: "
            "a branch that differs by less than half the digits"
        )
    if trial.late:
        notes.append(f"the limit of {trial.seconds:g} s was hit before every point was tried")
    if trial.undecided or not (trial.counts[Status.AGREE] or trial.approximate):
        reason = trial.undecided[0].words if trial.undecided else "nothing could be compared at any point"
        return Judgement(Verdict.UNDECIDED, f"{reason}.", tuple(notes), **evidence)
    digits = f" to {trial.digits} digits or more" if trial.digits else ""
    source = "difference quotients" if trial.differenced else "the exact derivative"
    agreed = f"agree{digits} at {trial.counts[Status.AGREE]} of {points} points"
    reason = f"{source} and the claim {agreed}; at the others there is none to compare."
    return Judgement(Verdict.RIGHT, reason, tuple(notes), **evidence)


def _converged(trial: Trial) -> bool:
    """Whether all gaps are those of an iteration that stops: both programs compare, and agree to eight digits."""
    return all(f.ratio is not None and f.ratio < CONVERGED and f.comparisons for f in trial.approximate)


def _objection(trial: Trial, found: Finding, evidence: dict[str, Any]) -> Judgement:
    first = found
    found = trial.smallest(found)
    found = replace(found, diagnosis=found.diagnosis or _named(trial, found, first) or NO_PATTERN)
    status = Verdict.WRONG if found.status is Status.DISAGREE else Verdict.UNSTABLE
    point = found.point
    if point is None or found.diagnosis is None:
        raise AssertionError("an objection has a point and a diagnosis")
    moved = first.point is not None and first.point.key != point.key
    shapes = ", ".join(str(np.shape(x)) for x in first.point.inputs) if first.point is not None and moved else ""
    example = Counterexample(
        trial.programs.names, point.inputs, found.out_bars, found.entries[:5], found.diagnosis, found.words,
        point.origin, shapes,
        snippet(trial.programs, found, seed=trial.seed, order=trial.order),
    )  # fmt: skip
    return Judgement(status, f"{found.words}.", tuple(trial.notes), example, **evidence)


def _named(trial: Trial, found: Finding, first: Finding) -> Diagnosis | None:
    """Return the diagnosis, or None where the time ran out."""
    try:
        return diagnosed(trial, found, first)
    except OutOfTimeError:
        return None
