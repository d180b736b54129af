"""A failure as the record carries it: the smallest input, the entries at fault, a diagnosis, and how to rerun it."""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.compare import Entry, ulps
from verify.diagnosis import (
    CONVENTION,
    DIGITS,
    PRIMAL,
    RAISES,
    SUBGRADIENT,
    TANGENT,
    Diagnosis,
    diagnose,
    misused_cotangent,
)
from verify.errors import RuleError, SingularError, UndecidableError
from verify.lift import ball_array, precision
from verify.lift.ball import PRECISION
from verify.oracles.rounding import claimed_vjp
from verify.verdicts import Status

if TYPE_CHECKING:
    from flint import arb

    from verify.examples import Example
    from verify.search import Observation, Outcome
    from verify.subject import Subject

WORST_ENTRIES = 5

ACCURATE_BITS = 20
"""A ball with fewer bits than this is written as its interval."""

SCALE = 16
"""A pullback is asked again with the cotangent times this, an exact factor: is it linear?"""


def failure(subject: Subject, oracle: str, outcome: Outcome, seed: int) -> dict[str, Any]:
    """Return the record of the smallest example that an oracle objects to."""
    example, seen = outcome.counterexample, outcome.objection
    if seen is None:
        raise ValueError("an outcome without an objection has no failure to record")
    found = _diagnosis(subject, example, seen)
    check = f"{subject.name}/{oracle}"
    return {
        "id": f"{check}/{witness(example)}",
        "finding": f"{check}/{found.code}",
        "diagnosis": found.words,
        "explanation": found.explanation if found is SUBGRADIENT else _sentences(found.explanation, seen.words),
        "inputs": {name: array_record(x) for name, x in example.arrays.items()},
        "cotangent": array_record(example.out_bar),
        "tangents": {name: array_record(x) for name, x in example.tangents.items()},
        "parameters": {key: str(value) for key, value in subject.variant.parameters.items()},
        "entries": [_entry(entry, example) for entry in _worst(seen)],
        "shrunk_from": f"shapes {_shapes(outcome.first)}",
        "reproduce": f"gradproof report {subject.name} --only {oracle} --seed {seed}",
        "snippet": snippet(subject, example),
    }


def _sentences(explanation: str, words: str) -> str:
    return f"{explanation} Seen: {words}." if words else explanation


def witness(example: Example) -> str:
    """Return six hexadecimal digits that name the input: the same input has the same name on any machine."""
    digest = hashlib.sha256()
    for name, x in sorted(example.arrays.items()):
        digest.update(f"{name}:{x.dtype.name}:{x.shape}:".encode())
        digest.update(x.astype(x.dtype.newbyteorder("<")).tobytes())
    digest.update(example.out_bar.astype(example.out_bar.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()[:6]


def array_record(x: Any) -> dict[str, Any]:
    """Return an array as the record writes it: shape, dtype, decimal and exact hexadecimal entries."""
    flat = [float(v) for v in np.ravel(x)]
    return {
        "dtype": str(x.dtype),
        "shape": list(x.shape),
        "dec": [str(v) for v in np.ravel(x)],
        "hex": [v.hex() if math.isfinite(v) else str(v) for v in flat],
    }


def _shapes(example: Example) -> str:
    return ", ".join(f"{name} {x.shape}" for name, x in example.arrays.items())


def _worst(seen: Observation) -> list[Entry]:
    def gap(entry: Entry) -> float:
        distance = abs(entry.claimed - entry.true)
        return float(distance.upper()) if distance.is_finite() else math.inf

    return sorted(seen.entries, key=gap, reverse=True)[:WORST_ENTRIES]


def _entry(entry: Entry, example: Example) -> dict[str, Any]:
    distance = ulps(float(entry.claimed.mid()), entry.true.mid(), example.dtype)
    return {
        "index": list(entry.index),
        "of": entry.of,
        "claimed": number(entry.claimed),
        "true": number(entry.true),
        "difference": number(entry.claimed - entry.true),
        "ulps": distance if math.isfinite(distance) else None,
    }


def number(value: arb) -> str:
    """Return a ball as a person reads it: an exact short number, or 20 digits."""
    if not value.is_finite():
        return str(float(value.mid())) if value.rad() == 0 else "not finite"
    if value.is_exact() and float(value.mid()) == value:
        return repr(float(value.mid()))
    if value.rel_accuracy_bits() < ACCURATE_BITS:
        return f"[{float(value.lower())!r}, {float(value.upper())!r}]"
    return str(value.str(20, radius=False))


def _diagnosis(subject: Subject, example: Example, seen: Observation) -> Diagnosis:
    kinds = {entry.of for entry in seen.entries}
    if seen.status is Status.UNSTABLE:
        return DIGITS
    if "out" in kinds:
        return PRIMAL
    if kinds == {"out_dot"}:
        return TANGENT
    if "the convention gives" in seen.words:
        return CONVENTION
    if seen.words.startswith("not a subgradient"):
        return SUBGRADIENT
    return _diagnosed_cotangents(subject, example)


def _diagnosed_cotangents(subject: Subject, example: Example) -> Diagnosis:
    """Name the mistake by the cotangents that the rule gives here, and by how they follow `out_bar`."""
    try:
        claimed = claimed_vjp(subject, example)
        scaled = claimed_vjp(subject, replace(example, out_bar=SCALE * example.out_bar))
    except RuleError:
        return RAISES
    with precision(PRECISION):
        try:
            true = _true(subject, example)
        except (SingularError, UndecidableError, ZeroDivisionError):
            return SUBGRADIENT
    return misused_cotangent(claimed, scaled, SCALE) or diagnose(
        {name: np.asarray(x, dtype=np.float64) for name, x in claimed.items()}, true
    )


def _true(subject: Subject, example: Example) -> dict[str, Any]:
    arrays = {name: ball_array(x) for name, x in example.arrays.items()}
    arrays["out_bar"] = ball_array(example.out_bar)
    found = {}
    for name, cells in subject.true_vjp(example, arrays).items():
        values = np.empty(np.shape(cells))
        for index in np.ndindex(values.shape):
            values[index] = float(cells[index].coefficient(0).mid())
        found[name] = values
    return found


def snippet(subject: Subject, example: Example) -> str:
    """Return Python lines that compute the claimed VJP at this very input when pasted."""
    lines = ["import numpy as np", "import numeric", ""]
    lines += [f"{name} = {literal(x)}" for name, x in example.arrays.items()]
    lines.append(f"out_bar = {literal(example.out_bar)}")
    parameters = "".join(f", {key}={value!r}" for key, value in subject.variant.parameters.items())
    names = ", ".join(subject.inputs)
    lines += [
        f'operation = numeric.operations["{subject.name}"].function',
        f"out, pullback = numeric.func.vjp(lambda {names}: operation({names}{parameters}), {names})",
        "print(pullback(out_bar))",
    ]
    return "\n".join(lines)


def literal(x: Any) -> str:
    """Return an expression that rebuilds the array exactly."""
    return f"np.array({_nested(x)}, dtype=np.{x.dtype.name}).reshape({x.shape})"


def _nested(x: Any) -> str:
    if np.ndim(x) == 0:
        return f'float.fromhex("{float(x).hex()}")' if math.isfinite(x) else f'float("{x}")'
    return "[" + ", ".join(_nested(row) for row in x) + "]"
