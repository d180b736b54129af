"""What is assumed of the tensors while a normal form is made."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symbolic.errors import FormulaError
from symbolic.tensors.base import LABELS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOMAINS: dict[str, frozenset[str]] = {
    "general": frozenset(),
    "real": frozenset(),
    "invertible": frozenset({"invertible"}),
    "distinct": frozenset(),
    "nonzero": frozenset(),
    "symmetric": frozenset({"symmetric"}),
    "antisymmetric": frozenset({"antisymmetric"}),
    "skew": frozenset({"antisymmetric"}),
    "spd": frozenset({"symmetric", "definite", "invertible"}),
    "psd": frozenset({"symmetric"}),
    "diagonal": frozenset({"diagonal"}),
    "orthogonal": frozenset({"orthogonal", "invertible"}),
    "positive": frozenset({"positive"}),
    "nonnegative": frozenset({"positive"}),
    "probability": frozenset({"positive"}),
    "labels": frozenset(),
    "sums to 1": frozenset({"sums to 1"}),
    "unit_interval": frozenset({"positive"}),
    "simplex": frozenset({"positive", "sums to 1"}),
    "one-hot": frozenset({"sums to 1", "idempotent", "one-hot"}),
    "binary": frozenset({"idempotent"}),
    "signs": frozenset({"signs"}),
    "±1": frozenset({"signs"}),
    "unit": frozenset({"unit"}),
    "lower": frozenset(),
    "upper": frozenset(),
}
"""What each domain says of a tensor; what it does not say is not used in a proof."""

SPELLINGS = {
    **dict.fromkeys(("+-1 labels", "+/-1 labels", "+/-1"), "±1"),
    **dict.fromkeys(
        ("matrix", "vector", "scalar", "free", "any", "full rank", "full column rank", "labels(k)", ""), "general"
    ),
    **dict.fromkeys(("lower triangular", "upper triangular"), "general"),
    "probabilities": "simplex",
    "stochastic": "simplex",
    "skew symmetric": "antisymmetric",
    "unit norm": "unit",
    "unit interval": "unit_interval",
    "one_hot": "one-hot",
    "onehot": "one-hot",
    "±1 labels": "±1",
    "pm1": "±1",
    "+-1": "±1",
    "sign": "±1",
    "pd": "spd",
    "positive definite": "spd",
    "positive-definite": "spd",
    "nonsingular": "invertible",
    "skew-symmetric": "antisymmetric",
    "unit-norm": "unit",
    "0/1": "binary",
}


@dataclass
class Facts:
    """Facts by tensor name; what has to hold for the formula to have a value; and how much was tried.

    Attributes
    ----------
    of : mapping
        The facts of each tensor.
    positive : set of str
        Atoms that have to be positive.
    grams : set of str
        Matrices that have to have an inverse.
    learning : bool
        Whether the two are being collected.
    steps : int
        How many rewriting steps were taken.
    """

    of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    positive: set[str] = field(default_factory=set)
    learning: bool = False
    grams: set[str] = field(default_factory=set)
    steps: int = 0

    def has(self, name: str, fact: str) -> bool:
        """Whether the tensor has a fact."""
        if name.endswith(LABELS):
            return fact in OF_LABELS
        return fact in self.of.get(name, frozenset())


FACTS: ContextVar[Facts] = ContextVar("FACTS", default=Facts())  # noqa: B039 - replaced as a whole, in `assuming`


@contextmanager
def assuming(facts: Facts) -> Iterator[Facts]:
    """Make normal forms under these facts."""
    token = FACTS.set(facts)
    try:
        yield facts
    finally:
        FACTS.reset(token)


def _words(given: object) -> list[str]:
    if isinstance(given, (list, tuple)):
        given = ",".join(map(str, given))
    words = [w.strip().lower() for w in str(given or "").split(",")]
    return [w for word in words for w in ([word] if _is_known(word) else _apart(word))]


NOUNS = ("row", "rows", "vector", "vectors", "matrix", "labels", "entries", "numbers", "weights", "eigenvalues")
"""What a person adds to a word: ``one-hot rows``."""


def _is_known(word: str) -> bool:
    return SPELLINGS.get(word, word) in DOMAINS


def _apart(text: str) -> list[str]:
    """Read ``symmetric distinct`` as two words, where both are ours."""
    first, _, last = text.rpartition(" ")
    if last in NOUNS and _is_known(first):
        return [first]
    several = [w for w in text.split() if w != "and"]
    return several if several and all(map(_is_known, several)) else [text]


def facts_of(domains: Mapping[str, object] | None, *, strict: bool = True) -> dict[str, frozenset[str]]:
    """Read ``{"A": "symmetric", "x": "positive, distinct"}``.

    Raises
    ------
    FormulaError
        A domain is not known.
    """
    result: dict[str, frozenset[str]] = {}
    for name, given in (domains or {}).items():
        words = _words(given)
        facts: frozenset[str] = frozenset()
        for word in filter(None, words):
            known = SPELLINGS.get(word, word)
            if known not in DOMAINS and not strict:
                continue
            if known not in DOMAINS:
                raise FormulaError(f"{word!r} is no domain of {name}: known are {', '.join(DOMAINS)}")
            facts |= DOMAINS[known]
        result[str(name)] = facts
    return result


OF_LABELS = frozenset({"positive", "sums to 1", "idempotent", "one-hot"})
"""What is known of the brackets of a tensor of labels."""
