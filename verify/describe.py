"""An operation's part of the record: definition, derivations, checks and what was tried."""

from __future__ import annotations

import ast
import inspect
import math
import textwrap
from collections import Counter
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import sympy as sp

import numeric
import symbolic
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.text import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verify.examples import Example
    from verify.subject import Subject
    from verify.verdicts import Check, Detail, Verdict, Worst


def formula(expr: Any) -> dict[str, str]:
    """Return a formula as the record carries it."""
    return {"mathml": mathml(expr), "latex": latex(expr), "text": text(expr)}


def described(
    subjects: Sequence[Subject],
    checks: Sequence[Check],
    tried: Sequence[Example],
    verdict: tuple[Verdict, str],
    seed: int,
) -> dict[str, Any]:
    """Return the record of one operation."""
    truth = subjects[0].truth
    return {
        "id": truth.name,
        "title": truth.title,
        "family": truth.family,
        "section": truth.section,
        "summary": truth.summary,
        "verdict": verdict[0].value,
        "reason": verdict[1],
        "definition": _definition(subjects[0]),
        "kinks": [kink_record(kink) for kink in truth.kinks],
        "derivations": [d for subject in _told(subjects) for d in _derivations(subject)],
        "checks": [_check(truth.name, check, seed) for check in checks],
        "tried": coverage(tried),
        "claims": [],
    }


def _told(subjects: Sequence[Subject]) -> Sequence[Subject]:
    """The variants whose derivation is told: the first of each parameter, the others go the same way."""
    return subjects[:1]


def _definition(subject: Subject) -> dict[str, Any]:
    definition = subject.definition
    left = symbolic.entry_of("out", definition.out.index)
    equation = sp.Eq(left, definition.out.entry, evaluate=False)
    return {
        "signature": definition.signature,
        "math": formula(equation),
        "numeric": numeric_source(subject),
        "domain": [definition.domain.text],
        "srepr": sp.srepr(definition.out.entry),
    }


def numeric_source(subject: Subject) -> str:
    """Return the text of the numeric program and of the rules it is made of."""
    lines = [textwrap.dedent(inspect.getsource(subject.claim.function)).strip()]
    lines += [_rule_source(numeric.rules[name]) for name in subject.claim.rules]
    return "\n\n".join(dict.fromkeys(lines))


def _rule_source(rule: Any) -> str:
    """Return the table entry of a rule: the lines of the module that holds it, from its name to its end."""
    for module in _rulebook():
        for node in ast.walk(ast.parse(module)):
            if _names_rule(node, rule.name):
                return inspect.cleandoc(" " * node.col_offset + str(ast.get_source_segment(module, node)))
    return f"rule {rule.name}: its source is not at hand"


@cache
def _rulebook() -> tuple[str, ...]:
    """Return the text of every module of the rulebook."""
    folder = resources.files("numeric.rulebook")
    return tuple(f.read_text(encoding="utf-8") for f in sorted(folder.iterdir(), key=str) if f.name.endswith(".py"))


def _names_rule(node: ast.AST, name: str) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    first = node.args[0]
    return getattr(node.func, "id", "") == "Rule" and isinstance(first, ast.Constant) and first.value == name


def kink_record(kink: Any) -> dict[str, str]:
    """Return a kink in the record's words."""
    interval, where = kink.subgradients, text(kink.where)
    if kink.whole:  # what may stand there is a set of tensors: no interval of an entry says it
        where = f"{where} in every entry"
    elif kink.interval is not None:
        low, high = map(text, kink.interval)
        interval = f"[{low}, {high}]"
    convention = "none" if kink.convention is None else text(kink.convention)
    return {"where": where, "interval": interval, "convention": convention, "why": kink.why}


def _derivations(subject: Subject) -> list[dict[str, Any]]:
    return [
        {
            "id": part,
            "title": part_title(part),
            "variant": subject.variant.label,
            "steps": [_step(step) for step in steps],
        }
        for part, steps in subject.derivation.parts.items()
    ]


def part_title(part: str) -> str:
    """Return the heading of a part of a derivation: "VJP with respect to x"."""
    kind, _, name = part.partition("/")
    words = {"partial": "Partial derivatives", "gradient": "Gradient", "jvp": "JVP", "vjp": "VJP"}[kind]
    return f"{words} with respect to {name}" if name else words


def _step(step: Any) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "reason": step.reason,
        "math": {"mathml": step.mathml(), "latex": step.latex(), "text": step.text()},
        "check": {"status": step.check.status, "points": step.check.points, "digits": step.check.digits},
    }


def _check(name: str, check: Check, seed: int) -> dict[str, Any]:
    return {
        "id": f"{name}/{check.oracle}",
        "oracle": check.oracle,
        "title": check.title,
        "compares": list(check.compares),
        "independent_of": check.independent_of,
        "status": check.status.value,
        "strength": check.strength.value if check.strength else None,
        "reason": check.reason,
        "points": check.points,
        "distinct": check.distinct,
        "discarded": check.discarded,
        "worst": _worst(check.worst),
        "bound": check.bound,
        "reproduce": f"gradproof report {name} --only {check.oracle} --seed {seed}",
        "details": [_detail(detail) for detail in check.details],
        "plot": None,
        "failures": list(check.failures),
    }


def _detail(detail: Detail) -> dict[str, str]:
    return {"label": detail.label, "status": detail.status.value, "text": detail.text}


def _worst(worst: Worst | None) -> dict[str, Any] | None:
    if worst is None:
        return None
    fields = {"ulps": worst.ulps, "digits": worst.digits, "ratio": worst.ratio, "at": worst.at}
    return {k: _finite(v) for k, v in fields.items() if v is not None}


def _finite(value: Any) -> Any:
    """JSON has no infinity: it is written as a word, never as a number."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else str(value)
    return value


# -- what was tried --------------------------------------------------------------------------------------------

KINDS = ("zero", "negative", "tie", "subnormal", "huge", "tiny", "zero-size", "scalar")


def coverage(tried: Sequence[Example]) -> dict[str, dict[str, int]]:
    """Count what was tried by shape, dtype and kind of value; a kind never met is counted as 0, not left out."""
    shapes: Counter[str] = Counter()
    dtypes: Counter[str] = Counter()
    kinds: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    for example in tried:
        shapes[" ".join(str(x.shape) for x in example.arrays.values())] += 1
        dtypes[example.dtype.name] += 1
        kinds.update(kinds_of(example))
    return {
        "shapes": dict(sorted(shapes.items())),
        "dtypes": dict(sorted(dtypes.items())),
        "kinds": {k: kinds[k] for k in KINDS},
    }


def kinds_of(example: Example) -> set[str]:
    """Return the kinds of hard input that an example holds."""
    found: set[str] = set()
    limits = np.finfo(example.dtype)
    for x in example.arrays.values():
        size = np.abs(x)
        marks = {
            "zero": np.any(x == 0),
            "negative": np.any(x < 0),
            "tie": x.size > 1 and len(np.unique(x)) < x.size,
            "subnormal": np.any((size > 0) & (size < limits.smallest_normal)),
            "huge": np.any(size > np.sqrt(limits.max)),
            "tiny": np.any((size > 0) & (size < np.sqrt(limits.smallest_normal))),
            "zero-size": x.size == 0,
            "scalar": x.ndim == 0,
        }
        found.update(kind for kind, present in marks.items() if present)
    return found
