"""`judge`: whether the claimed derivative of a formula is true, true only if, or false."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from verify.checking.limits import TimeLimitReached, limited
from verify.errors import OpaqueError, UsageError, VerifyError
from verify.identities import proof
from verify.identities.diagnosing import diagnose
from verify.identities.readings import Outcome, Point, draw, read_point
from verify.identities.repairs import repair
from verify.identities.samples import GENERIC, array
from verify.identities.shrinking import smallest, smallest_misfit
from verify.identities.statement import Statement, statement
from verify.identities.survey import WANTED, Survey, assignments, survey
from verify.identities.verdict import Diagnosis, Status, Strength, Verdict, counterexample, misfit_shown

if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 60.0
"""The longest that one identity may take."""


def judge(
    f: str,
    df: str,
    wrt: str,
    shapes: str | Mapping[str, Any],
    domains: Mapping[str, str] | None = None,
    space: str = "free",
    *,
    seconds: float = SECONDS,
) -> Verdict:
    """Judge a claimed derivative of a formula, for all shapes.

    Parameters
    ----------
    f, df : str
        The function and its claimed derivative, in NumPy's spelling (the prefix ``np.`` is optional). `df` has the
        shape ``f.shape + wrt.shape``: entry ``[i, j]`` of a Jacobian is the derivative of ``f[i]`` by ``x[j]``.
    wrt : str
        The variable.
    shapes : str or mapping
        ``"A: m,n  x: n  t:"``. Sizes are names (unequal ones are tried), numbers, or sums and products of names;
        formulas may use them as numbers.
    domains : mapping of str to str, optional
        ``general, invertible, symmetric, antisymmetric, spd, orthogonal, diagonal, positive, nonnegative, nonzero,
        distinct, simplex, one-hot, ±1, probability, integers, labels(n), unit norm, in (low, high)`` and more.
    space : {"free", "symmetric-projected", "symmetric-entries"}
        Where the derivative is meant: by independent entries; in the space of symmetric matrices, ``(G + Gᵀ)/2`` of
        the free G; by the independent entries of a symmetric matrix, ``G + Gᵀ − diag G``.
    seconds : float
        When to give up.

    Returns
    -------
    Verdict
        Its `status` is TRUE (`strength` PROVED or ENCLOSED), TRUE_ONLY_IF (`assumption`), FALSE (`counterexample`,
        `correct`, `diagnosis`) or UNDECIDED (`reason`). A formula that holds almost everywhere is true.

    Raises
    ------
    UsageError
        A part of the question cannot be read, or shapes do not fit together: the message names the column.

    Examples
    --------
    >>> from verify import judge
    >>> judge("x @ A @ x", "2 * A @ x", wrt="x", shapes="A: n,n  x: n").assumption
    'A is symmetric'
    """
    claim = statement(f, df, wrt, shapes, domains, space)
    try:
        with limited(seconds):
            return _decide(claim)
    except TimeLimitReached:
        return Verdict(Status.UNDECIDED, claim, f"no answer within {seconds:g} s: use smaller formulas or more time")
    except RecursionError:
        raise UsageError("the formulas are nested too deep: name their parts as variables of their own") from None


def _decide(claim: Statement) -> Verdict:
    try:
        found = survey(claim)
    except OpaqueError as error:
        if proof.proved(claim):
            return _true(claim, Survey())
        return Verdict(Status.UNDECIDED, claim, str(error))
    if found.objection is not None or found.misfit is not None:
        return _refuted(claim, found)
    if len(found.agreed) >= WANTED:
        return _true(claim, found)
    if proof.proved(claim):
        return _true(claim, found)
    why = found.skipped[-1] if found.skipped else "no point of the domains could be read"
    return Verdict(Status.UNDECIDED, claim, f"f has a derivative at too few of the points tried: {why}")


# -- true ------------------------------------------------------------------------------------------------------


def _true(claim: Statement, found: Survey) -> Verdict:
    proved = proof.proved(claim)
    counts = f"{len(found.agreed)} points at {found.shapes} shapes"
    reason = f"proved for every shape, and enclosed at {counts}" if proved else f"both sides agree at {counts}"
    return Verdict(
        Status.TRUE, claim, reason, strength=Strength.PROVED if proved else Strength.ENCLOSED,
        points=len(found.agreed), shapes=found.shapes, notes=(*_gaps(found), *_partial(found), *_zero(claim, found)),
    )  # fmt: skip


def _gaps(found: Survey) -> list[str]:
    """Return the sizes at which df has no value, though f has a derivative."""
    sizes = (", ".join(f"{name} = {size}" for name, size in r.point.sizes.items()) for r in found.gaps)
    return [f"where df has a value: at {at} it has none, though f has a derivative" for at in sizes]


def _partial(found: Survey) -> list[str]:
    """Return that f has no derivative at some of the generic points."""
    if not found.skipped:
        return []
    return [f"where f has a derivative: {len(found.skipped)} of the points tried are outside"]


def _zero(claim: Statement, found: Survey) -> list[str]:
    """Return where the formula needs care: at the variable's zero."""
    if found.skipped or claim.domains[claim.wrt].form is not None or 0.0 not in claim.domains[claim.wrt].numbers:
        return []
    random = Random(4)  # noqa: S311 - samples, no secrets
    point = draw(claim, assignments(claim.sizes)[0], GENERIC[1], random)
    zero = array([0] * point.values[claim.wrt].size, point.values[claim.wrt].shape)
    try:
        reading = read_point(claim, Point(point.sizes, {**point.values, claim.wrt: zero}))
    except VerifyError:
        return []
    if reading.outcome in (Outcome.CLAIM_UNDEFINED, Outcome.UNDEFINED):
        return [f"for {claim.wrt} != 0: the formula has no value there"]
    return []


# -- false, or true only if ------------------------------------------------------------------------------------


def _refuted(claim: Statement, found: Survey) -> Verdict:
    diagnosis = diagnose(claim)
    assumption = repair(claim, diagnosis)
    if found.objection is None:
        return _misfit(claim, found, assumption)
    shown = counterexample(smallest(claim, found.objection))
    correct = diagnosis.correct if diagnosis is not None else None
    correct = correct or proof.derivative(claim)
    if assumption is not None:
        reason = f"the identity fails in general, and holds where {assumption}"
        status = Status.TRUE_ONLY_IF
    else:
        status, reason = Status.FALSE, "claim and derivative differ, beyond doubt, at the point shown"
    return Verdict(
        status, claim, reason, assumption=assumption, counterexample=shown, correct=correct, diagnosis=diagnosis
    )


def _misfit(claim: Statement, found: Survey, assumption: str | None) -> Verdict:
    """Answer for a claim whose arrays do not fit: true at some sizes, or no formula at all."""
    diagnosis = Diagnosis("shapes that do not fit", f"The claim is no formula at these shapes: {found.misfit}.")
    correct = proof.derivative(claim)
    if assumption is not None:
        reason = f"the claim is a formula only where {assumption}"
        return Verdict(Status.TRUE_ONLY_IF, claim, reason, assumption=assumption, correct=correct, diagnosis=diagnosis)
    reason = "the claim is no formula at these shapes"
    point = smallest_misfit(claim)
    shown = None if point is None else misfit_shown(point, "no formula", claim)
    return Verdict(
        Status.FALSE, claim, reason, counterexample=shown, correct=correct, diagnosis=diagnosis
    )  # fmt: skip
