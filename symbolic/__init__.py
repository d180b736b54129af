"""The truth: what an operation means, its derivative for every size, and every step checked."""

from symbolic.errors import (
    DerivationError,
    EvaluationError,
    NotationError,
    SymbolicError,
    Undecidable,
    UnknownOperationError,
)
from symbolic.index import Bracket, IndexForm, Partial, entry_of

__all__ = [
    "Bracket",
    "DerivationError",
    "EvaluationError",
    "IndexForm",
    "NotationError",
    "Partial",
    "SymbolicError",
    "Undecidable",
    "UnknownOperationError",
    "entry_of",
]
