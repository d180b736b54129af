"""What is said of a claimed identity: true, true only if, false or undecided, with what shows it."""

from __future__ import annotations

import html
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift import PRECISION, precision

if TYPE_CHECKING:
    from flint import arb

    from verify.identities.readings import Point, Reading
    from verify.identities.statement import Statement


class Status(StrEnum):
    """The answers."""

    TRUE = "TRUE"
    TRUE_ONLY_IF = "TRUE_ONLY_IF"
    FALSE = "FALSE"
    UNDECIDED = "UNDECIDED"


class Strength(StrEnum):
    """What a true identity rests on.

    `PROVED`: for every shape, by algebra. `ENCLOSED`: both sides share 50 digits at every shape and point tried.
    """

    PROVED = "PROVED"
    ENCLOSED = "ENCLOSED"


@dataclass(frozen=True)
class Diagnosis:
    """A kind of mistake: a few words, a sentence, and the right side it suggests (None: none)."""

    words: str
    explanation: str
    correct: str | None = None

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Counterexample:
    """A point at which claim and truth differ, and the first entry that does.

    Attributes
    ----------
    sizes : dict of str to int
        The sizes by name.
    inputs : dict of str to list
        Each variable's numbers, whole ones as int and others as Fraction.
    entry : tuple of int or None
        The index of the entry; None where the shapes differ already.
    claimed, true : str
        The two values (the two shapes).
    """

    sizes: dict[str, int]
    inputs: dict[str, Any]
    entry: tuple[int, ...] | None
    claimed: str
    true: str

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} = {size}" for name, size in self.sizes.items())
        inputs = [f"{name} = {_plain(values)}" for name, values in self.inputs.items()]
        where = "its shape" if self.entry is None else f"entry {list(self.entry)}" if self.entry else "its value"
        lines = [*([sizes] if sizes else []), *inputs, f"{where}: claimed {self.claimed}, true {self.true}"]
        return "\n".join(lines)


@dataclass(frozen=True)
class Verdict:
    """The answer to `judge`; it is no truth value: ask for its `status`.

    Attributes
    ----------
    status : Status
        TRUE, TRUE_ONLY_IF, FALSE or UNDECIDED.
    strength : Strength or None
        What a TRUE rests on.
    assumption : str or None
        What a TRUE_ONLY_IF needs.
    counterexample : Counterexample or None
        The smallest found, for FALSE and TRUE_ONLY_IF.
    correct : str or None
        What the right side should have been, where that is known.
    diagnosis : Diagnosis or None
        The kind of mistake.
    points, shapes : int
        How many points agreed, at how many assignments of sizes.
    notes : tuple of str
        What else is to be known, such as where a formula is not defined.
    reason : str
        One sentence.
    """

    status: Status
    claim: Statement
    reason: str
    strength: Strength | None = None
    assumption: str | None = None
    counterexample: Counterexample | None = None
    correct: str | None = None
    diagnosis: Diagnosis | None = None
    points: int = 0
    shapes: int = 0
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        raise TypeError("a verdict is no truth value: compare its status, as in verdict.status == 'TRUE'")

    @property
    def headline(self) -> str:
        """The answer in one line."""
        if self.status is Status.TRUE:
            return f"TRUE ({self.strength}): {self.reason}"
        if self.status is Status.TRUE_ONLY_IF:
            return f"TRUE ONLY IF {self.assumption}"
        return f"{self.status}: {self.reason}"

    def __str__(self) -> str:
        lines = [self.headline, f"  claimed: ∂({self.claim.f.text})/∂{self.claim.wrt} = {self.claim.df.text}"]
        if self.diagnosis is not None:
            lines.append(f"  mistake: {self.diagnosis.words}. {self.diagnosis.explanation}")
        if self.correct is not None:
            lines.append(f"  correct: {self.correct}")
        if self.counterexample is not None:
            lines.append("  in general it fails, as at" if self.status is Status.TRUE_ONLY_IF else "  it fails at")
            lines += [f"    {line}" for line in str(self.counterexample).splitlines()]
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])

    def _repr_html_(self) -> str:
        colour = {Status.TRUE: "#1a7f37", Status.FALSE: "#c2255c"}.get(self.status, "#9a6700")
        head, *rest = str(self).splitlines()
        body = html.escape("\n".join(rest))
        return f'<div><strong style="color:{colour}">{html.escape(head)}</strong><pre>{body}</pre></div>'

    def _repr_latex_(self) -> str:
        left = rf"\frac{{\partial\,\texttt{{{_tex(self.claim.f.text)}}}}}{{\partial {_tex(self.claim.wrt)}}}"
        sign = {Status.TRUE: "=", Status.FALSE: r"\neq"}.get(self.status, r"\overset{?}{=}")
        suffix = rf"\quad\text{{if {_tex(self.assumption)}}}" if self.assumption else ""
        return rf"${left} {sign} \texttt{{{_tex(self.claim.df.text)}}}{suffix}$"


def _tex(text: str) -> str:
    special = {"\\": r"\textbackslash ", "^": r"\^{}", "~": r"\~{}"} | {c: "\\" + c for c in "&%$#_{}"}
    return "".join(special.get(c, c) for c in text)


# -- from a reading --------------------------------------------------------------------------------------------


def counterexample(reading: Reading) -> Counterexample:
    """Return the counterexample that a reading is."""
    point = reading.point
    inputs = {name: _listed(value) for name, value in point.values.items()}
    if reading.claimed is not None and not reading.fits:
        return Counterexample(
            point.sizes, inputs, None, f"{reading.claimed.shape}", f"{reading.true.shape} (f.shape + wrt.shape)"
        )
    if reading.true is None:
        return Counterexample(point.sizes, inputs, (), "a derivative", "none: f has a kink there")
    if reading.claimed is None:
        return Counterexample(point.sizes, inputs, (), "no finite value", _number(reading.true.ravel()[0]))
    entries = [(e.index, e.claimed, e.true) for e in reading.entries] or [
        (index, reading.claimed[index], reading.true[index])
        for index in np.ndindex(reading.true.shape)
        if not reading.claimed[index].is_finite()
    ]
    index, claimed, true = entries[0]
    return Counterexample(point.sizes, inputs, tuple(index), _number(claimed), _number(true))


def misfit_shown(point: Point, claimed: str, claim: Statement) -> Counterexample:
    """Return the sizes at which a claim's arrays do not fit, with the shapes of the variables."""
    shapes = {name: f"of shape {claim.shape(name, point.sizes)}" for name in claim.shapes}
    return Counterexample(point.sizes, shapes, None, claimed, "a derivative of shape f.shape + wrt.shape")


def _listed(value: Any) -> Any:
    cells = np.empty(value.shape, dtype=object)
    for index in np.ndindex(value.shape):
        v = Fraction(value[index])
        cells[index] = v.numerator if v.denominator == 1 else v
    return cells.tolist() if value.ndim else cells[()]


def _plain(values: Any) -> str:
    return f"[{', '.join(_plain(v) for v in values)}]" if isinstance(values, list) else str(values)


def _number(value: arb) -> str:
    """Return a number as a person writes it: a whole number, a short fraction, or twelve digits."""
    if not value.is_finite():
        return "no finite value"
    with precision(PRECISION):
        for denominator in range(1, 65):
            scaled = value * denominator
            whole = scaled.unique_fmpz()
            if whole is not None and scaled.rad() < 1e-30:
                return str(Fraction(int(whole), denominator))
    return str(value.mid().str(12, radius=False))
