"""What `symbolic` raises: each message says what was given, what was expected and what to do."""

from __future__ import annotations


class SymbolicError(Exception):
    """Base of every exception that `symbolic` raises on purpose."""


class NotationError(SymbolicError, ValueError):
    """An expression, index or shape does not fit the index notation: the message names the part."""


class UnknownOperationError(SymbolicError, KeyError):
    """No operation has this name or this variant: the message lists the nearest ones."""

    def __str__(self) -> str:
        return str(self.args[0])


class EvaluationError(SymbolicError, ValueError):
    """A formula cannot be evaluated on what was given: the message names what is missing or does not fit."""


class Undecidable(SymbolicError, ArithmeticError):  # noqa: N818 - an answer of its own, not a mistake
    """The balls do not decide a comparison, a sign or a root: a kink is near, or the precision is too low.

    Flint answers False to ``==``, ``!=``, ``<`` and ``>=`` at once on overlapping balls; this exception is
    the third answer.
    """


class DerivationError(SymbolicError, AssertionError):
    """A step of a derivation disagrees with the step before it: the derivation is wrong, not the input."""


class NotInstalledError(DerivationError):
    """The library that a program is written for is not installed: the message holds the source."""


class FormulaError(SymbolicError, ValueError):
    """A formula is not in our notation, or its sizes do not fit: the message says where, and what is expected.

    Attributes
    ----------
    column : int or None
        Where in the formula, counted from 1; None where no place is known.
    """

    def __init__(self, message: str, column: int | None = None) -> None:
        super().__init__(message if column is None else f"{message} (column {column})")
        self.column = column
