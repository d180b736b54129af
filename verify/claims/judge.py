"""A claim's part of the record: proof, programs run, draws counted, exceptions shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.claims.claim import ClaimError, Reals, Written
from verify.claims.experiment import Experiment
from verify.claims.trial import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import sympy as sp

    from verify.claims.claim import Claim, Engine, Step

CONDITIONS = {
    "rounding": "up to rounding",
    "underflow": "if nothing underflows",
    "overflow": "if nothing overflows",
    "zero": "if nothing is divided by zero",
    "infinity": "if every input is finite",
    "NaN": "if no input is NaN",
    "endless": "if the loop ends",
}
"""What each kind of exception leaves of a sentence."""

UNDECIDED = "as far as the draws tell: no proof was found"


def mathematics(value: sp.Basic | Written | str) -> dict[str, str]:
    """Return a formula as the record carries it."""
    if isinstance(value, str):
        return {"text": value}
    if isinstance(value, Written):
        return {"text": value.text, "latex": value.latex}
    from symbolic.latex import latex  # noqa: PLC0415 - a claim that is only counted needs no printer
    from symbolic.mathml import mathml  # noqa: PLC0415 - likewise
    from symbolic.text import text  # noqa: PLC0415 - likewise

    return {"text": text(value), "latex": latex(value), "mathml": mathml(value)}


def judge(claim: Claim, torch: Engine, seed: int, draws: int) -> dict[str, Any]:
    """Return the record's entry of one claim, judged with the engine `torch`.

    Parameters
    ----------
    claim : Claim
        What to judge.
    torch : module
        `numeric`, or PyTorch.
    seed : int
        The same seed gives the same entry.
    draws : int
        Draws of each ordinary distribution in each dtype.
    """
    reals = settle(claim, torch)
    floats = _floats(claim, torch, seed, draws)
    exceptions = _exceptions(claim, torch)
    verdict, conditions = _verdict(claim, reals, floats, exceptions)
    return {
        "id": claim.id,
        "section": claim.section,
        "statement": claim.statement,
        "formula": mathematics(_formula(claim)),
        "verdict": verdict,
        "condition": "; ".join(conditions) or None,
        "reason": _reason(claim, verdict, reals, floats),
        "reals": {"verdict": reals.verdict, "proof": [_line(step) for step in reals.steps]},
        "floats": floats,
        "exceptions": [{k: e[k] for k in ("title", "what", "shown_by")} for e in exceptions],
        "operations": list(claim.operations),
        "reproduce": f"gradproof report --claims {claim.id} --seed {seed}",
    }


def _formula(claim: Claim) -> sp.Basic | Written:
    from verify.claims.reals import FORMULAS  # noqa: PLC0415 - listing the claims does without SymPy

    if claim.formula is None and claim.id not in FORMULAS:
        raise ClaimError(f"claim {claim.id!r} has no formula: give it formula=Written(text, latex)")
    return claim.formula or FORMULAS[claim.id]()


def settle(claim: Claim, torch: Engine) -> Reals:
    """Return what holds over the reals, and by running the programs that the sentence speaks of."""
    from verify.claims.reals import PROOFS  # noqa: PLC0415 - likewise

    if claim.untestable is not None:
        return Reals("not checkable", ())
    ran = tuple(claim.semantics(torch)) if claim.semantics is not None else ()
    shown = all(step.checked for step in ran)
    proof = claim.proof or PROOFS.get(claim.id)
    if proof is None:
        seen = "by semantics" if ran else "undecided"
        return Reals(seen if shown else "refuted", ran)
    proved = proof()
    return Reals(proved.verdict if shown else "refuted", (*proved.steps, *ran))


def _line(step: Step) -> dict[str, Any]:
    statement = step.statement if isinstance(step.statement, str) else mathematics(step.statement)
    return {"statement": statement, "reason": step.reason, "checked": step.checked}


def _floats(claim: Claim, torch: Engine, seed: int, draws: int) -> list[dict[str, Any]]:
    if claim.trial is None:
        return []
    key = (seed, claim.id)
    experiments = [Experiment(claim.trial, torch, d, key, draws) for d in claim.trial.dtypes]
    return [entry for experiment in experiments for entry in experiment.report()]


def _exceptions(claim: Claim, torch: Engine) -> list[dict[str, Any]]:
    """Run the demonstrations, and return those that happened."""
    found = []
    for demonstration in claim.shows:
        with np.errstate(all="ignore"):
            happened, evidence = demonstration.run(torch)
        if happened:
            found.append(
                {
                    "title": demonstration.title,
                    "what": demonstration.what,
                    "shown_by": evidence,
                    "unless": demonstration.unless,
                }
            )
    return found


def _kinds(floats: Sequence[dict[str, Any]]) -> list[str]:
    met = {kind["name"] for entry in floats for kind in entry["kinds"]}
    return [kind for kind in KINDS if kind in met]


def _verdict(
    claim: Claim,
    reals: Reals,
    floats: Sequence[dict[str, Any]],
    exceptions: Sequence[dict[str, Any]],
) -> tuple[str, list[str]]:
    if claim.untestable is not None:
        return "not-checkable", []
    if reals.verdict == "refuted":
        return "false", []
    conditions = [claim.condition] if claim.condition else []
    conditions += [e["unless"] for e in exceptions if e["unless"]]
    conditions += [UNDECIDED] if reals.verdict == "undecided" else []
    kinds = [CONDITIONS[kind] for kind in _kinds(floats)]
    conditions += [f"in floating point {', '.join(kinds)}"] if kinds else []
    return ("holds-if" if conditions else "holds"), conditions


def _reason(claim: Claim, verdict: str, reals: Reals, floats: Sequence[dict[str, Any]]) -> str:
    if claim.untestable is not None:
        return claim.untestable
    if verdict == "false":
        failed = next(step for step in reals.steps if not step.checked)
        return f"Refuted: {failed.reason}."
    parts = [
        {
            "proved": "Proved over the reals",
            "by semantics": "The program does so when run",
            "undecided": "No proof was found",
        }[reals.verdict]
    ]
    parts += [part for part in (_counted(floats), claim.because) if part]
    return "; ".join(parts) + "."


def _counted(floats: Sequence[dict[str, Any]]) -> str:
    """Return the headline of the counts: standard normal draws, dtype by dtype."""
    usual = [entry for entry in floats if entry["source"] == "standard normal"]
    if not any(entry["exceptions"] for entry in floats):
        return f"no exception in {sum(entry['draws'] for entry in floats)} draws" if floats else ""
    each = [f"{100 * entry['frequency']:.3g} % in {entry['dtype']}" for entry in usual if entry["exceptions"]]
    if not each:
        return f"no exception in {sum(entry['draws'] for entry in usual)} standard normal draws"
    return f"of standard normal draws {' and '.join(each)} are exceptions"
