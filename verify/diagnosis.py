"""What kind of mistake a wrong gradient looks like: the first pattern that fits every entry of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Diagnosis:
    """A kind of mistake: a stable code, a few words, and a sentence that explains them."""

    code: str
    words: str
    explanation: str


def _close(a: Any, b: Any) -> bool:
    """Equal to float32's precision, entry by entry: a pattern is a hint, the verdict does not rest on it."""
    if a.shape != b.shape or not (np.all(np.isfinite(a)) and np.all(np.isfinite(b))):
        return False
    return bool(np.all(np.abs(a - b) <= 1e-5 * np.maximum(np.abs(a), np.abs(b))))


def _shape(name: str, claimed: Any, true: Any) -> Diagnosis | None:
    if claimed.shape == true.shape:
        return None
    if claimed.size > true.size:
        words = f"the cotangent of {name} has shape {claimed.shape}, the input {true.shape}"
        return Diagnosis("GP105", "missing broadcast sum", f"{words}: sum over the axes that broadcasting added.")
    return Diagnosis(
        "GP106",
        "wrong shape",
        f"The cotangent of {name} has shape {claimed.shape}, and {true.shape} is due.",
    )


def _not_finite(name: str, claimed: Any, true: Any) -> Diagnosis | None:
    if np.all(np.isfinite(claimed)) or not np.all(np.isfinite(true)):
        return None
    kind = "NaN" if np.any(np.isnan(claimed)) else "infinity"
    return Diagnosis(
        "GP108",
        f"{kind} where the truth is finite",
        f"{name}_bar holds a {kind}; the exact value is finite.",
    )


def _zero(name: str, claimed: Any, true: Any) -> Diagnosis | None:
    if np.any(claimed != 0) or not np.any(true != 0):
        return None
    return Diagnosis("GP107", "treated as constant", f"{name}_bar is zero: the rule takes {name} for a constant.")


def _factor(name: str, claimed: Any, true: Any) -> Diagnosis | None:
    where = true != 0
    if not np.any(where) or np.any(claimed[~where] != 0):
        return None
    ratios = claimed[where] / true[where]
    ratio = float(ratios.flat[0])
    if not _close(ratios, np.full_like(ratios, ratio)):
        return None
    if abs(ratio + 1) < 1e-6:
        return Diagnosis("GP102", "sign", f"{name}_bar has the opposite sign everywhere.")
    return Diagnosis(
        "GP101",
        f"constant factor {ratio:.6g}",
        f"{name}_bar is {ratio:.6g} times the truth everywhere.",
    )


def _transposed(name: str, claimed: Any, true: Any) -> Diagnosis | None:
    if true.ndim != 2 or true.shape[0] != true.shape[1] or not _close(claimed.T, true):
        return None
    return Diagnosis("GP103", "transposed", f"{name}_bar is the transpose of the truth.")


def _reversed(name: str, claimed: Any, true: Any) -> Diagnosis | None:
    for axis in range(true.ndim):
        if _close(np.flip(claimed, axis), true):
            return Diagnosis("GP104", f"axis {axis} reversed", f"{name}_bar runs backwards along axis {axis}.")
        for shift in (1, -1):
            if _close(np.roll(claimed, shift, axis), true):
                words = f"{name}_bar is the truth moved by one entry along axis {axis}."
                return Diagnosis("GP109", "off by one element", words)
    return None


def _some_entries(name: str, claimed: Any, true: Any) -> Diagnosis | None:
    wrong = np.abs(claimed - true) > 1e-5 * np.maximum(np.abs(claimed), np.abs(true))
    if np.all(wrong) or not np.any(wrong):
        return None
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    words = f"{int(wrong.sum())} of {wrong.size} entries of {name}_bar differ, the first at {list(first)}."
    return Diagnosis("GP110", "some entries only", words)


_PATTERNS: tuple[Callable[[str, Any, Any], Diagnosis | None], ...] = (
    _shape, _not_finite, _zero, _factor, _transposed, _reversed, _some_entries,
)  # fmt: skip

NO_PATTERN = Diagnosis("GP100", "no simple pattern", "The claimed gradient is not a simple variation of the true one.")
PRIMAL = Diagnosis(
    "GP111",
    "the forward value",
    "The program's value differs from the definition's, before any derivative.",
)
TANGENT = Diagnosis(
    "GP112",
    "the forward-mode rule",
    "The JVP differs from the truth; the VJP was not the first to object.",
)
DIGITS = Diagnosis(
    "GP113",
    "lost digits",
    "The formula is right; its floating-point result loses digits that the problem does not.",
)
RAISES = Diagnosis("GP115", "the rule raises", "The rule raises an exception where the operation has a derivative.")
CONVENTION = Diagnosis("GP118", "another convention", "At this kink the claim is not the convention that is declared.")
ARITY = Diagnosis("GP120", "wrong count of cotangents", "A pullback returns one cotangent an input, in order.")
MISSING = Diagnosis("GP121", "no cotangent", "None stands for an input without a derivative; this one has one.")
SHAPE = Diagnosis("GP106", "wrong shape", "A cotangent has the shape of its input.")
SUMS = Diagnosis("GP105", "missing broadcast sum", "Sum the cotangent over the axes that broadcasting added.")
DTYPE = Diagnosis("GP122", "wrong dtype", "A cotangent has the dtype of its input.")
CHANGED = Diagnosis(
    "GP123", "changes its arguments", "A pullback leaves inputs and cotangents as they are: work on copies."
)
NOT_REPEATABLE = Diagnosis(
    "GP124", "state between calls", "A pullback is a function of its arguments: the same ones have the same answer."
)
BUFFER = Diagnosis(
    "GP125", "a reused buffer", "Return fresh arrays: an answer must not change when the next one is made."
)
LAYOUT = Diagnosis(
    "GP126", "memory layout", "The answer may not depend on strides or order: index by axes, not by memory."
)
SAME_INPUT = Diagnosis(
    "GP127", "one array for two inputs", "Tell inputs apart by position, never by identity or value."
)
NOT_LINEAR = Diagnosis("GP117", "not linear in the cotangent", "A VJP is linear in its cotangent, at every scale.")
OVERFLOWS = Diagnosis(
    "GP131", "overflow on the way", "The formula is right; as it runs, an intermediate leaves the range of the dtype."
)
NOT_FINITE = Diagnosis(
    "GP108", "NaN where the truth is finite", "The claim is NaN or infinite; the exact derivative is a finite number."
)
TIES = Diagnosis("GP129", "wrong at ties only", "Right at points nearby; wrong where entries are zero or equal.")
BEYOND = Diagnosis(
    "GP130", "wrong beyond a threshold", "Right on one side of a comparison that the programs make, wrong on the other."
)
SECOND = Diagnosis("GP128", "the second derivative", "The pullback is right here, and its own derivative is not.")
SUBGRADIENT = Diagnosis("GP114", "not a subgradient", "At this kink the claim lies outside the one-sided derivatives.")


def diagnose(claimed: Mapping[str, Any], true: Mapping[str, Any]) -> Diagnosis:
    """Name the mistake in the first cotangent that differs.

    Parameters
    ----------
    claimed, true : mapping of str to ndarray of float64
        The cotangents by input name.
    """
    for name, truth in true.items():
        value = claimed[name]
        if value.shape == truth.shape and _close(value, truth):
            continue
        with np.errstate(all="ignore"):
            found = (pattern(name, value, truth) for pattern in _PATTERNS)
            return next((d for d in found if d is not None), NO_PATTERN)
    return NO_PATTERN


def misused_cotangent(claimed: Mapping[str, Any], scaled: Mapping[str, Any], factor: float) -> Diagnosis | None:
    """Name a pullback that does not follow its cotangent, from its answers at `out_bar` and at a multiple.

    Parameters
    ----------
    claimed, scaled : mapping of str to ndarray
        The cotangents at ``out_bar`` and at ``factor * out_bar``.
    factor : float
        A power of two, so that the multiple is exact.
    """
    for name, once in claimed.items():
        many = scaled[name]
        if not np.any(once != 0) or not np.all(np.isfinite(once)):
            continue
        if np.array_equal(once, many):
            return Diagnosis(
                "GP116", "cotangent ignored", f"{name}_bar stays the same when out_bar is {factor} times as large."
            )
        if not _close(np.asarray(many, dtype=np.float64), factor * np.asarray(once, dtype=np.float64)):
            words = f"{name}_bar is not {factor} times as large when out_bar is: it is clipped, thresholded or squared."
            return Diagnosis("GP117", "not linear in the cotangent", words)
    return None
