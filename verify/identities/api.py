"""`judge`: whether the claimed derivative of a formula is true, true only if, or false."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verify.checking.limits import TimeLimitReached, limited
from verify.errors import OpaqueError, UsageError, VerifyError
from verify.identities import proof
from verify.identities.diagnosing import diagnose
from verify.identities.repairs import aside, repair
from verify.identities.shrinking import smallest, smallest_misfit
from verify.identities.statement import Statement, statement
from verify.identities.survey import WANTED, Survey, survey
from verify.identities.verdict import Diagnosis, Status, Strength, Verdict, counterexample, misfit_shown
from verify.identities.zeros import fails_at_zero, note_of

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
    zero = fails_at_zero(claim, found.agreed[0].point.sizes) if found.agreed else None
    if zero is not None:
        return Verdict(
            Status.TRUE_ONLY_IF, claim, f"the identity holds where {zero.words}", assumption=zero.words,
            counterexample=counterexample(zero.reading),
        )  # fmt: skip
    proved = proof.proved(claim)
    counts = f"{len(found.agreed)} points at {found.shapes} shapes"
    reason = f"proved for every shape, and enclosed at {counts}" if proved else f"both sides agree at {counts}"
    return Verdict(
        Status.TRUE, claim, reason, strength=Strength.PROVED if proved else Strength.ENCLOSED,
        points=len(found.agreed), shapes=found.shapes, notes=(*_gaps(found), *_partial(found), *_at_zero(claim, found)),
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


def _at_zero(claim: Statement, found: Survey) -> list[str]:
    note = note_of(claim, found.agreed[0].point.sizes) if found.agreed and not found.skipped else None
    return [] if note is None else [note]


# -- false, or true only if ------------------------------------------------------------------------------------


def _refuted(claim: Statement, found: Survey) -> Verdict:
    diagnosis = _confirmed(claim, diagnose(claim))
    assumption = repair(claim, diagnosis)
    if found.objection is None:
        return _misfit(claim, found, assumption)
    correct = diagnosis.correct if diagnosis is not None else None
    common: dict[str, Any] = {
        "counterexample": counterexample(smallest(claim, found.objection)),
        "correct": correct or proof.derivative(claim),
        "diagnosis": diagnosis,
    }
    if assumption is not None:
        reason = f"the identity fails in general, and holds where {assumption}"
        return Verdict(Status.TRUE_ONLY_IF, claim, reason, assumption=assumption, **common)
    remark = aside(claim) if found.objection.fits else None
    notes = () if remark is None else (f"the two agree where {remark}",)
    reason = "claim and derivative differ, beyond doubt, at the point shown"
    return Verdict(Status.FALSE, claim, reason, notes=notes, **common)


def _confirmed(claim: Statement, diagnosis: Diagnosis | None) -> Diagnosis | None:
    """Return a diagnosis if the right side it suggests is right."""
    if diagnosis is None or diagnosis.correct is None:
        return diagnosis
    f, _, wrt, shapes, domains, space = claim.given
    try:
        mended = survey(statement(f, diagnosis.correct, wrt, shapes, domains, space), seed=7)
    except VerifyError:
        return None
    return diagnosis if mended.objection is None and mended.misfit is None and mended.agreed else None


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
