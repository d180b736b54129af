"""What a variable may hold: the words of `verify.domains`, and those that only identities need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symbolic.tensors.domains import NOUNS
from verify.domains import FORMS, REAL, WORDS, Numbers, domain_of
from verify.errors import UsageError

SQUARE = {
    "symmetric", "antisymmetric", "spd", "invertible", "orthogonal", "diagonal", "lower triangular", "upper triangular",
}  # fmt: skip
"""Forms of square matrices."""

SYMMETRIC = {"symmetric", "spd", "diagonal"}
"""Forms that are symmetric."""

DISCRETE = {"one-hot", "signs", "binary", "labels"}
"""Forms whose entries are labels: they do not move."""

_FORMS = {
    "orthogonal": "orthogonal",
    "diagonal": "diagonal",
    "lower": "lower triangular",
    "lower triangular": "lower triangular",
    "upper": "upper triangular",
    "upper triangular": "upper triangular",
    "pd": "spd",
    "psd": "spd",
    "positive definite": "spd",
    "symmetric positive definite": "spd",
    "skew": "antisymmetric",
    "skew symmetric": "antisymmetric",
    "nonsingular": "invertible",
    "unit": "unit norm",
    "unit norm": "unit norm",
    "normalised": "unit norm",
    "normalized": "unit norm",
    "sums to 1": "sums to 1",
    "probabilities": "simplex",
    "stochastic": "simplex",
    "onehot": "one-hot",
    "one hot": "one-hot",
    "labels": "labels",
    "binary": "binary",
    "0/1": "binary",
    "0/1 labels": "binary",
} | dict.fromkeys(("±1", "+-1", "+/-1", "±1 labels", "+-1 labels", "+/-1 labels", "signs", "sign", "pm1"), "signs")

_NUMBERS = {"unit interval": "probability", "integer": "integers", "non negative": "nonnegative", "non zero": "nonzero"}

_GENERAL = ("", "general", "free", "real", "any", "matrix", "vector", "scalar", "full rank", "full column rank")


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
    if isinstance(given, (list, tuple)) and all(isinstance(word, str) for word in given):
        given = ", ".join(given)
    if not isinstance(given, str):
        domain = domain_of(given)
        return Kind(domain.numbers, domain.form, str(given))
    words = [word for part in _parts(given) for word in _words(part)]
    ours = {_FORMS[w] for w in words if w in _FORMS}
    rest = [w for w in words if w not in _FORMS and w not in _GENERAL]
    if ours or any(w in FORMS for w in rest if w != "invertible"):
        rest = [w for w in rest if w not in ("invertible", "distinct")]  # a generic matrix of any other form is both
    numbers = REAL
    if rest:
        domain = domain_of(", ".join(rest))
        numbers, ours = domain.numbers, ours | ({domain.form} if domain.form else set())
    if len(ours) > 1:
        raise UsageError(f"domain {given!r} of {name} says two things at once: give one form")
    return Kind(numbers, next(iter(ours), None), given)


def _parts(given: str) -> list[str]:
    return [given] if "(" in given or "[" in given else given.split(",")


def _words(part: str) -> list[str]:
    """Read a part as one word of ours, or as several with spaces or `and` between."""
    whole = _word(part)
    known = {*_FORMS, *_GENERAL, *_NUMBERS.values(), *WORDS, *FORMS}
    if whole in known:
        return [whole]
    several = [_word(w) for w in part.split() if w != "and"]
    return several if several and all(w in known for w in several) else [whole]


def _word(word: str) -> str:
    """Return a word as our tables spell it."""
    word = word.strip()
    if word.lower() in _FORMS:
        return word.lower()
    plain = word.lower().replace("_", " ").replace("-", " ")
    if plain in _FORMS or plain in _GENERAL:
        return plain
    first, _, last = word.rpartition(" ")
    if first and last.lower() in NOUNS:
        return _word(first)
    return _NUMBERS.get(plain, word.lower())
