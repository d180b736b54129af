"""How programs are read, and what is noted while they are: comparisons, casts, rounded constants, singular results."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.errors import OpaqueError, UndecidableError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.lift.ball import Ball

MOST_COMPARISONS = 4000
"""So many comparisons are kept; of what comes after them, the count."""

INSIDE = frozenset({"verify", "numpy", "scipy", "flint", "functools", "contextlib", "importlib"})
"""Packages whose frames are not the program's own."""

_HOLDS: dict[str, Any] = {
    "<": lambda s: s < 0,
    "<=": lambda s: s <= 0,
    ">": lambda s: s > 0,
    ">=": lambda s: s >= 0,
    "==": lambda s: s == 0,
    "!=": lambda s: s != 0,
}


class Comparison:
    """One comparison of a program: of two numbers, or of arrays entry by entry.

    Parameters
    ----------
    margins : object array
        Left minus right, an exact number an entry (for "floor" and its like: the distance from the step).
    relation : str
        "<", "<=", ">", ">=", "==", "!=", "max", "min", "abs", "sign", "sort", "argmax", "floor", ...
    where : str
        The program's own ``file:line``.
    """

    __slots__ = ("margins", "relation", "where")

    def __init__(self, margins: Any, relation: str, where: str) -> None:
        self.margins = margins
        self.relation = relation
        self.where = where

    @property
    def margin(self) -> Ball:
        """The margin that is nearest to zero."""
        cells = self.margins.ravel()
        return cells[0] if cells.size == 1 else min(cells, key=_distance)  # type: ignore[no-any-return]

    @property
    def answer(self) -> Any:
        """What `margin` answers: a truth value (for "max", "abs" and so on, whether it is not negative), or None."""
        try:
            return bool(_HOLDS.get(self.relation, _HOLDS[">="])(self.margin.sign()))
        except UndecidableError:
            return None

    def __repr__(self) -> str:
        return f"Comparison({self.relation!r}, margin={self.margin!r}, where={self.where!r})"


def _distance(cell: Any) -> float:
    size = abs(float(cell.coefficient(0).mid()))
    return size if size == size else float("inf")  # noqa: PLR0124 - NaN is no distance


class Reading:
    """What is noted while programs are read.

    Attributes
    ----------
    comparisons : list of Comparison
        In the order in which they were made; at most `MOST_COMPARISONS`.
    met : int
        How many comparisons were made.
    rounded : int
        How many constants were read that are no short dyadics.
    casts : list of (dtype, where)
        Conversions to a dtype of less precision than the array's.
    structured : list of str
        Functions that read a matrix by one triangle.
    singular : list of (reason, where)
        Results that are not finite, carried as NaN.
    roots : int
        How many roots of zero were taken: there a function may have no derivative.
    """

    def __init__(self, literals: str, singular: str) -> None:
        self.literals = literals
        self.carries = singular == "carry"
        self.comparisons: list[Comparison] = []
        self.met = 0
        self.rounded = 0
        self.casts: list[tuple[Any, str]] = []
        self.structured: list[str] = []
        self.singular: list[tuple[str, str]] = []
        self.roots = 0


_NOTES: ContextVar[Reading | None] = ContextVar("notes", default=None)


@contextmanager
def reading(literals: str = "rounded", singular: str = "raise") -> Iterator[Reading]:
    """Read programs in the block as told, and yield what is noted.

    Parameters
    ----------
    literals : {"rounded", "exact"}
        A float constant stands for the reals that it may have been typed for, or for itself.
    singular : {"raise", "carry"}
        A result that is not finite raises `SingularError`, or is a NaN that travels on.

    Raises
    ------
    UsageError
        A word that is none of these.
    """
    if literals not in ("rounded", "exact") or singular not in ("raise", "carry"):
        asked = f"reading(literals={literals!r}, singular={singular!r})"
        raise UsageError(f"{asked}: 'rounded' or 'exact', and 'raise' or 'carry'")
    notes = Reading(literals, singular)
    token = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(token)


current_notes = _NOTES.get


def place() -> str:
    """Return the ``file:line`` of the innermost frame that is the program's own."""
    frame: Any = sys._getframe(1)  # noqa: SLF001 - the documented way to a caller's line
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in INSIDE:
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}" if frame is not None else "?"


def opaque(message: str) -> OpaqueError:
    """Return the error that names what cannot be lifted, with the program's own line."""
    return OpaqueError(f"{message} (at {place()})")


def record(margins: Any, relation: str) -> None:
    """Note a comparison, where anybody asks."""
    notes = _NOTES.get()
    if notes is None:
        return
    notes.met += 1
    if len(notes.comparisons) < MOST_COMPARISONS:
        cells = np.asarray(margins, dtype=object)
        if cells.size:
            notes.comparisons.append(Comparison(cells, relation, place()))


def note_singular(reason: str) -> bool:
    """Note a result that is not finite; return whether it is carried on as NaN."""
    notes = _NOTES.get()
    if notes is None or not notes.carries:
        return False
    if len(notes.singular) < MOST_COMPARISONS:
        notes.singular.append((reason, place()))
    return True


def note_structured(name: str) -> None:
    """Note a function that reads a matrix by one triangle."""
    notes = _NOTES.get()
    if notes is not None:
        notes.structured.append(name)


def note_root() -> None:
    """Note a root of zero."""
    notes = _NOTES.get()
    if notes is not None:
        notes.roots += 1


def note_cast(dtype: Any) -> None:
    """Note a conversion to a dtype of less precision."""
    notes = _NOTES.get()
    if notes is not None:
        notes.casts.append((dtype, place()))


# -- programs that run on exact numbers ------------------------------------------------------------------------

LIBRARIES = INSIDE | {"numeric", "symbolic", "sympy", "mpmath", "torch", "jax", "jaxlib", "hypothesis", "ml_dtypes"}
"""Packages that see NumPy as it is, while a program sees one that takes exact numbers."""

PROGRAM: ContextVar[Any] = ContextVar("program", default=None)
"""While `verify.lift.run` runs a program: what makes an exact number of a constant of it."""


def asked_by_program() -> bool:
    """Return whether the caller's caller is a program that runs on exact numbers."""
    if PROGRAM.get() is None:
        return False
    frame = sys._getframe(2)  # noqa: SLF001 - only the frame tells who asks
    return frame.f_globals.get("__name__", "").partition(".")[0] not in LIBRARIES
