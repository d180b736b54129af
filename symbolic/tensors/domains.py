"""The words of domains (``symmetric``, ``in (0, 1)``, ``integers``) as facts; a word without a fact says nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: frozenset[str] = frozenset()
_SILENT = (
    "general", "real", "free", "any", "matrix", "vector", "scalar", "full rank", "full column rank", "distinct",
    "sorted", "increasing", "nonzero", "negative", "lower", "upper", "lower triangular", "upper triangular",
)  # fmt: skip
DOMAINS: dict[str, frozenset[str]] = {
    **dict.fromkeys(_SILENT, _NOTHING),
    "invertible": frozenset({"invertible"}),
    "symmetric": frozenset({"symmetric"}),
    "antisymmetric": frozenset({"antisymmetric"}),
    "spd": frozenset({"symmetric", "definite", "invertible"}),
    "psd": frozenset({"symmetric"}),
    "diagonal": frozenset({"diagonal"}),
    "orthogonal": frozenset({"orthogonal", "invertible"}),
    "positive": frozenset({"positive"}),
    "nonnegative": frozenset({"positive"}),
    "probability": frozenset({"positive"}),
    "integers": frozenset({"whole"}),
    "with ties": frozenset({"ties"}),
    "sums to 1": frozenset({"sums to 1"}),
    "simplex": frozenset({"positive", "sums to 1"}),
    "one-hot": frozenset({"sums to 1", "idempotent", "one-hot"}),
    "binary": frozenset({"idempotent"}),
    "signs": frozenset({"signs"}),
    "labels": frozenset({"labels"}),
    "unit": frozenset({"unit"}),
}
"""What each domain says of a tensor; what it does not say is not used in a proof."""

SPELLINGS = {
    **dict.fromkeys(("skew", "skew symmetric"), "antisymmetric"),
    **dict.fromkeys(("pd", "positive definite", "symmetric positive definite"), "spd"),
    **dict.fromkeys(("probabilities", "stochastic"), "simplex"),
    **dict.fromkeys(("unit norm", "normalised", "normalized"), "unit"),
    **dict.fromkeys(("one hot", "onehot"), "one-hot"),
    **dict.fromkeys(("0/1", "0/1 labels"), "binary"),
    **dict.fromkeys(
        ("±1", "+-1", "+/-1", "±1 labels", "+-1 labels", "+/-1 labels", "+1 labels", "sign", "pm1"), "signs"
    ),
    "nonsingular": "invertible",
    "unit interval": "probability",
    "non negative": "nonnegative",
    "non zero": "nonzero",
    "integer": "integers",
}
NOUNS = ("row", "rows", "vector", "vectors", "matrix", "labels", "entries", "numbers", "weights", "eigenvalues", "mask")
"""What a person adds to a word: ``one-hot rows``."""

_END = r"[^,\])]+"
_INTERVAL = re.compile(rf"(?P<whole>integers\s+)?in\s*(?P<left>[\[(])(?P<low>{_END}),(?P<high>{_END})[\])]")
_LABELS = re.compile(r"labels\(\s*\w+\s*\)")


def facts_of(domains: Mapping[str, object] | None, *, strict: bool = True) -> dict[str, frozenset[str]]:
    """Read ``{"A": "symmetric", "x": "positive, distinct", "p": "in (0, 1)"}``.

    Parameters
    ----------
    domains : mapping, optional
        Words by name, several with commas between; a pair of numbers is the open interval between them.
    strict : bool
        Whether an unknown word is an error; otherwise it says nothing.

    Raises
    ------
    FormulaError
        A domain is not known.
    """
    return {str(name): _facts(str(name), given, strict=strict) for name, given in (domains or {}).items()}


def _facts(name: str, given: object, *, strict: bool) -> frozenset[str]:
    if isinstance(given, (tuple, list)) and len(given) == 2 and all(isinstance(end, (int, float)) for end in given):
        given = f"in ({given[0]}, {given[1]})"
    text = ",".join(map(str, given)) if isinstance(given, (list, tuple)) else str(given or "")
    numbers, text = _intervals(name, text)
    facts = frozenset().union(*(_said(name, word, strict=strict) for word in _words(text)))
    if "whole" in facts | numbers:
        facts -= {"positive"}  # 0 is one of them, and it is no rare one
    return facts | numbers


def _intervals(name: str, text: str) -> tuple[frozenset[str], str]:
    """Return what intervals say, and the rest of the text."""
    facts: frozenset[str] = frozenset()
    for match in _INTERVAL.finditer(text):
        try:
            low, _ = float(match["low"]), float(match["high"])
        except ValueError:
            raise FormulaError(f"the interval {match[0]!r} of {name} has an end that is no number") from None
        above = low >= 1 or (low >= 0 and match["left"] == "(") if match["whole"] else low >= 0
        facts |= frozenset({"whole"} if match["whole"] else ()) | frozenset({"positive"} if above else ())
    return facts, _LABELS.sub("labels", _INTERVAL.sub("", text))


def _words(text: str) -> list[str]:
    """Return the words between commas; such as ``symmetric distinct`` are two, where both are ours."""
    words = []
    for part in filter(None, (w.strip() for w in text.lower().split(","))):
        first, _, last = part.rpartition(" ")
        several = [_plain(w) for w in part.split() if w != "and"]
        if _plain(part) not in DOMAINS and last in NOUNS and _plain(first) in DOMAINS:
            words.append(_plain(first))
        elif _plain(part) in DOMAINS or not all(w in DOMAINS for w in several):
            words.append(_plain(part))
        else:
            words.extend(several)
    return words


def _plain(word: str) -> str:
    """Return a word as our tables spell it."""
    spaced = re.sub(r"[_-]+(?=[^\W\d])", " ", word)
    return SPELLINGS.get(word) or SPELLINGS.get(spaced) or (word if word in DOMAINS else spaced)


def _said(name: str, word: str, *, strict: bool) -> frozenset[str]:
    if word not in DOMAINS and strict:
        raise FormulaError(
            f"{word!r} is no domain of {name}: known are {', '.join(DOMAINS)}, in (low, high), labels(n)"
        )
    return DOMAINS.get(word, _NOTHING)


def with_merged(facts: Mapping[str, frozenset[str]], shapes: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Add which tensors have an axis that several indices run over: what holds along an axis says less of each."""
    merged = {name for name, dims in shapes.items() if any(len(axis) > 1 for axis in dims)}
    return {
        name: facts.get(name, frozenset()) | ({"merged"} if name in merged else set()) for name in {*facts, *merged}
    }


SQUARE = ("symmetric", "antisymmetric", "definite", "orthogonal", "diagonal", "invertible")
"""What only square matrices are."""


def check_facts(facts: Mapping[str, frozenset[str]], shapes: Mapping[str, Any], space: str, wrt: str | None) -> None:
    """Refuse facts of what is no tensor here, or that its shape or the space contradicts.

    Raises
    ------
    FormulaError
        There is no such tensor, it is not square, or it is said to be two things at once.
    """
    for name, own in facts.items():
        if name not in shapes:
            raise FormulaError(f"a domain is given for {name!r}, which has no shape (known: {', '.join(shapes)})")
        dims = shapes[name]
        word = next((w for w in SQUARE if w in own), None)
        if word is not None and (len(dims) != 2 or dims[0] != dims[1]):
            raise FormulaError(f"{name} is no square matrix, and cannot be {word}: leave the domain out")
        if "antisymmetric" in own and "symmetric" in own:
            raise FormulaError(f"{name} is said to be symmetric and antisymmetric: that is 0")
        if name == wrt and space != "free" and own & {"orthogonal", "antisymmetric"}:
            raise FormulaError(f"{space} is a space of symmetric matrices, which {name} is not: use space='free'")
    names = {d.name for dims in shapes.values() for axis in dims for d in axis}
    both = next((n for n in shapes if n in names), None)
    if both is not None:
        raise FormulaError(f"{both!r} is the name of a tensor and of a size: rename one")
