"""The truth: what an operation means, its derivative for every size, and every step checked."""

from symbolic.arithmetic import precision
from symbolic.canonical import canonical, equal_for_every_size
from symbolic.catalogue import derivations
from symbolic.errors import (
    DerivationError,
    EvaluationError,
    FormulaError,
    NotationError,
    SymbolicError,
    Undecidable,
    UnknownOperationError,
)
from symbolic.evaluate import evaluate
from symbolic.index import Bracket, IndexForm, Partial, entry_of
from symbolic.operation import ENTRY, Definition, Domain, Kink, Operand, Operation, Variant
from symbolic.operations import operations
from symbolic.tensors.derive import Derived, derive
from symbolic.tensors.expression import Expression
from symbolic.tensors.parse import parse
from symbolic.tensors.proof import prove

__all__ = [
    "ENTRY",
    "Bracket",
    "Definition",
    "DerivationError",
    "Derived",
    "Domain",
    "EvaluationError",
    "Expression",
    "FormulaError",
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
    "derive",
    "entry_of",
    "equal_for_every_size",
    "evaluate",
    "operations",
    "parse",
    "precision",
    "prove",
]
