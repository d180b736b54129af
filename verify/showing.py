"""The verb `show`: an operation's definition and its checked derivation, in the terminal."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import sympy as sp

import symbolic
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.text import text
from verify.describe import kink_record, part_title
from verify.names import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator


class Notation(Enum):
    """How formulas are written."""

    TEXT = "text"
    LATEX = "latex"
    MATHML = "mathml"
    SREPR = "srepr"


def show_operation(name: str, notation: Notation = Notation.TEXT) -> str:
    """Return an operation's definition, conventions and derivation as lines of text.

    Raises
    ------
    UsageError
        There is no such operation.
    """
    if name not in symbolic.operations:
        raise unknown("operation", name, symbolic.operations)
    return "\n".join(_lines(symbolic.operations[name], notation))


def _lines(operation: Any, notation: Notation) -> Iterator[str]:
    definition = operation.definition()
    derivation = operation.derive()
    yield f"{operation.name} — {operation.title} (section {operation.section})"
    yield operation.summary
    yield ""
    yield f"  {definition.signature}"
    yield f"  {_definition(definition, notation)}"
    yield f"  domain: {definition.domain.text}"
    for kink in operation.kinks:
        words = kink_record(kink)
        yield f"  {kink.kind} where {words['where']}: {words['interval']}, convention {words['convention']}"
        yield f"    {words['why']}"
    labels = ", ".join(variant.label for variant in operation.variants)
    yield f"  variants: {labels}; shown: {derivation.variant.label}"
    for part, steps in derivation.parts.items():
        yield from ("", part_title(part))
        for number, step in enumerate(steps, 1):
            yield f"  {number}. {_formula(step, notation)}"
            yield f"     {step.rule}: {step.reason} {step.check.tick}"


def _definition(definition: Any, notation: Notation) -> str:
    left = symbolic.entry_of("out", definition.out.index)
    if notation is Notation.SREPR:
        return str(sp.srepr(definition.out.entry))
    writer = {Notation.TEXT: text, Notation.LATEX: latex, Notation.MATHML: mathml}[notation]
    return str(writer(sp.Eq(left, definition.out.entry, evaluate=False)))


def _formula(step: Any, notation: Notation) -> str:
    if notation is Notation.SREPR:
        return str(sp.srepr(step.form.entry))
    return str(getattr(step, notation.value)())
