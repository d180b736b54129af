"""The answer of `check`: a status, the evidence, and for a mistake all that a person needs to see it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking.formats import format_of, is_float
from verify.errors import WrongGradientError
from verify.failures import number
from verify.verdicts import Verdict

if TYPE_CHECKING:
    from verify.compare import Entry
    from verify.diagnosis import Diagnosis


@dataclass(frozen=True)
class Counterexample:
    """The smallest input found at which the gradient is wrong or unstable.

    Attributes
    ----------
    names : tuple of str
        The names of the inputs.
    inputs : tuple
        Arrays and scalars, exactly.
    out_bar : tuple of array
        The cotangent that was pulled back, one array an output; empty for a JVP.
    entries : tuple of Entry
        The entries at fault: claimed and true.
    diagnosis : Diagnosis
        The kind of mistake: a code, a few words, a sentence.
    words : str
        What was seen, as the rest of a sentence.
    origin : str
        Where the input comes from.
    first : str
        The shapes at which the mistake was first seen, before shrinking; empty where this is the input.
    snippet : str
        Python that raises the verdict again.
    """

    names: tuple[str, ...]
    inputs: tuple[Any, ...]
    out_bar: tuple[Any, ...]
    entries: tuple[Entry, ...]
    diagnosis: Diagnosis
    words: str
    origin: str
    first: str
    snippet: str


@dataclass(frozen=True)
class Judgement:
    """What `check` says of a gradient.

    Attributes
    ----------
    status : Verdict
        RIGHT, WRONG, UNSTABLE or UNDECIDED.
    reason : str
        One sentence.
    notes : tuple of str
        What else is to be said: kinks passed, bounds hit, what could not be read.
    counterexample : Counterexample or None
        For a gradient that is wrong or unstable.
    points : int
        How many points were judged.
    digits : int or None
        The fewest digits that the exact readings shared.
    """

    status: Verdict
    reason: str
    notes: tuple[str, ...] = ()
    counterexample: Counterexample | None = None
    points: int = 0
    digits: int | None = None
    counts: Counter[str] = field(default_factory=Counter)
    seed: int = 0

    @property
    def message(self) -> str:
        """The whole answer as text: the verdict, the input, the entries, a diagnosis, and how to see it again."""
        lines = [f"{self.status.value.upper()}: {self.reason}"]
        if self.counterexample is not None:
            lines += _shown(self.counterexample)
        lines += [f"note: {note}" for note in self.notes]
        lines.append(f"{self.points} point{'s' if self.points != 1 else ''} judged, seed {self.seed}")
        return "\n".join(lines)

    def assert_right(self) -> None:
        """Raise unless the gradient is right.

        Raises
        ------
        WrongGradientError
            An AssertionError with the whole message; for an undecided gradient too, which is never a pass.
        """
        __tracebackhide__ = True
        if self.status is not Verdict.RIGHT:
            raise WrongGradientError(self.message, self)

    def __bool__(self) -> bool:
        raise TypeError("a judgement is no bool: compare judgement.status, or call judgement.assert_right()")

    def __str__(self) -> str:
        return self.message

    def _repr_html_(self) -> str:
        """Return the message for a notebook: no script, no style sheet, words beside signs."""
        from html import escape  # noqa: PLC0415 - only notebooks need it

        return f"<pre>{escape(self.message)}</pre>"


def _shown(example: Counterexample) -> list[str]:
    lines = [f"  {example.diagnosis.words}: {example.diagnosis.explanation}"]
    for name, x in zip(example.names, example.inputs, strict=True):
        lines.append(f"  {name} = {_array(x)}")
    if example.out_bar:
        lines.append(f"  out_bar = {', '.join(_array(bar) for bar in example.out_bar)}")
    lines.append(f"  found at: {example.origin}" + (f"; shrunk from shapes {example.first}" if example.first else ""))
    if example.entries:
        dtype = max(
            (np.asarray(x).dtype for x in example.inputs if is_float(np.asarray(x).dtype)), key=lambda d: d.itemsize
        )
        rows = [("entry", "claimed", "true", "ulps apart")] + [_row(entry, dtype) for entry in example.entries]
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        lines += [
            "    " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows
        ]
    lines.append("  see it again:")
    lines += [f"    {line}" for line in example.snippet.splitlines()]
    return lines


def _row(entry: Entry, dtype: Any) -> tuple[str, str, str, str]:
    if entry.between is not None:
        return entry.place, number(entry.claimed), f"{number(entry.between[0])} to {number(entry.between[1])}", "-"
    true = number(entry.true)
    if not entry.claimed.is_finite() or not entry.true.is_finite() or entry.true.is_zero():
        return entry.place, number(entry.claimed), true, "-"
    gap = abs(entry.claimed - entry.true) / format_of(dtype).ulp(entry.true)
    return entry.place, number(entry.claimed), true, f"{float(gap.mid()):.3g}"


def _array(x: Any) -> str:
    values = np.asarray(x)
    text = np.array2string(values, separator=", ", threshold=12, edgeitems=3).replace("\n", "")
    return f"{text}  {values.dtype.name}{list(values.shape)}"
