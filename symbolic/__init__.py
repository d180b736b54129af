"""The truth: what an operation means, its derivative for every size, and every step checked."""

from symbolic.arithmetic import precision
from symbolic.canonical import canonical, equal_for_every_size
from symbolic.catalogue import derivations
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
from symbolic.operation import ENTRY, Definition, Domain, Kink, Operand, Operation, Variant
from symbolic.operations import operations

__all__ = [
    "ENTRY",
    "Bracket",
    "Definition",
    "DerivationError",
    "Domain",
    "EvaluationError",
    "IndexForm",
    "Kink",
    "NotationError",
    "Operand",
    "Operation",
    "Partial",
    "SymbolicError",
    "Undecidable",
    "UnknownOperationError",
    "Variant",
    "canonical",
    "derivations",
    "entry_of",
    "equal_for_every_size",
    "evaluate",
    "operations",
    "precision",
]
