"""The truth: what an operation means, its derivative for every size, and every step checked."""

from symbolic.canonical import canonical, equal_for_every_size
from symbolic.errors import (
    DerivationError,
    EvaluationError,
    NotationError,
    SymbolicError,
    Undecidable,
    UnknownOperationError,
)
from symbolic.evaluate import evaluate
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
    "canonical",
    "entry_of",
    "equal_for_every_size",
    "evaluate",
]
