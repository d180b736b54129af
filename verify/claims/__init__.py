"""The sentences of the notes: each testable one a claim with a proof, counts of draws, and its smallest exceptions.

>>> from verify.claims import CLAIMS, judge_claim
>>> judge_claim("two-dot-is-28")["verdict"]
'holds'
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from verify.claims import (
    accumulation,
    control_flow,
    gradients,
    parameters,
    products,
    reductions,
    remarks,
    tensors,
)
from verify.claims.claim import Claim, ClaimError
from verify.claims.judge import judge

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CLAIMS", "DRAWS", "Claim", "ClaimError", "judge_claim"]

DRAWS = 100_000
"""Draws of each ordinary distribution in each dtype, unless told otherwise."""

_ROOMS = (tensors, reductions, products, gradients, accumulation, parameters, control_flow, remarks)

CLAIMS: Mapping[str, Claim] = MappingProxyType({claim.id: claim for claim in chain(*(room.CLAIMS for room in _ROOMS))})
"""Every claim by its id, in the order of the notes."""


def judge_claim(claim: str | Claim, seed: int = 0, draws: int = DRAWS) -> dict[str, Any]:
    """Judge one claim with the `numeric` engine, and return its entry of the record.

    Parameters
    ----------
    claim : str or Claim
        An id in `CLAIMS`, or a claim of your own.
    seed : int
        A non-negative seed. The entry depends on it and on the claim alone, not on what was judged before.
    draws : int
        Draws of each ordinary distribution (standard normal, log-uniform) in each dtype, at least 1.

    Returns
    -------
    dict
        The claim's entry of the record (``reports/schema.json``), ready for JSON.

    Raises
    ------
    ClaimError
        For an id that is not in `CLAIMS`, a seed below 0 or fewer draws than one.
    """
    import numeric.optim  # noqa: PLC0415 - listing the claims needs no engine

    if not isinstance(draws, int) or draws < 1:
        raise ClaimError(f"draws is {draws!r}: give the number of draws as an int of at least 1")
    if not isinstance(seed, int) or seed < 0:
        raise ClaimError(f"seed is {seed!r}: give an int of at least 0")
    return judge(claim if isinstance(claim, Claim) else _named(claim), numeric, seed, draws)


def _named(name: str) -> Claim:
    try:
        return CLAIMS[name]
    except (KeyError, TypeError):
        close = get_close_matches(str(name), CLAIMS, n=3)
        hint = f"did you mean {' or '.join(map(repr, close))}?" if close else "`gradproof list` names them all."
        raise ClaimError(f"there is no claim {name!r}: {hint}") from None
