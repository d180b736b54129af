"""What a variable may hold: the words of `verify.domains`, and those that only identities need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from verify.domains import REAL, WORDS, Numbers, domain_of
from verify.errors import UsageError

SQUARE = {
    "symmetric", "antisymmetric", "spd", "invertible", "orthogonal", "diagonal", "lower triangular", "upper triangular",
}  # fmt: skip
"""Forms of square matrices."""

SYMMETRIC = {"symmetric", "spd", "diagonal"}
"""Forms that are symmetric."""

DISCRETE = {"one-hot", "signs", "binary"}
"""Forms whose entries are labels: they do not move."""

_FORMS = {
    "orthogonal": "orthogonal",
    "diagonal": "diagonal",
    "lower triangular": "lower triangular",
    "upper triangular": "upper triangular",
    "psd": "spd",
    "positive definite": "spd",
    "symmetric positive definite": "spd",
    "skew": "antisymmetric",
    "skew-symmetric": "antisymmetric",
    "nonsingular": "invertible",
    "unit": "unit norm",
    "unit norm": "unit norm",
    "sums to 1": "sums to 1",
    "probabilities": "simplex",
    "onehot": "one-hot",
    "one hot": "one-hot",
    "labels": "binary",
    "binary": "binary",
    "0/1": "binary",
    "0/1 labels": "binary",
} | dict.fromkeys(("±1", "+-1", "+/-1", "±1 labels", "+-1 labels", "+/-1 labels", "signs", "pm1"), "signs")

_GENERAL = ("", "general", "free", "real", "any", "matrix", "vector", "scalar", "unit interval")


@dataclass(frozen=True)
class Kind:
    """What one variable may hold: its numbers, the form they take together, and the words for both."""

    numbers: Numbers = REAL
    form: str | None = None
    words: str = "general"

    @property
    def discrete(self) -> bool:
        """Whether its entries are labels, which do not move."""
        return self.numbers.whole or self.form in DISCRETE


def kind_of(name: str, given: Any) -> Kind:
    """Read the domain of one variable.

    Raises
    ------
    UsageError
        The words are unknown, or contradict each other.
    """
    if given is None:
        return Kind()
    if not isinstance(given, str):
        domain = domain_of(given)
        return Kind(domain.numbers, domain.form, str(given))
    words = [word.strip().replace("_", "-") for word in given.split(",")] if "(" not in given else [given]
    ours = {_FORMS[w.lower()] for w in words if w.lower() in _FORMS}
    rest = [w for w in words if w.lower() not in _FORMS and w.lower() not in _GENERAL]
    if len([w for w in rest if w != "invertible"]) + len(ours) > 1:
        rest = [w for w in rest if w != "invertible"]  # a generic matrix of any other form is
    if not rest:
        numbers = WORDS["probability"] if "unit interval" in words else REAL
    else:
        domain = domain_of(", ".join(rest))
        numbers, ours = domain.numbers, ours | ({domain.form} if domain.form else set())
    if len(ours) > 1:
        raise UsageError(f"domain {given!r} of {name} says two things at once: give one form")
    return Kind(numbers, next(iter(ours), None), given)
