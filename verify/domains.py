"""The words of a domain ("positive", "in (-1, 1)", "symmetric", …), read into numbers and the form they take."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True)
class Numbers:
    """Which numbers an entry may be: an interval of reals or of integers, perhaps without zero.

    Attributes
    ----------
    low, high : float
        The ends; infinite where there is none.
    open_low, open_high : bool
        Whether the end itself is excluded.
    zero : bool
        Whether zero is allowed where the interval holds it.
    whole : bool
        Whether the entries are integers, in an integer dtype.
    below : str or int or None
        For labels: the size that they stay below, by its name in the signature, or a number.
    """

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = True
    open_high: bool = True
    zero: bool = True
    whole: bool = False
    below: str | int | None = None

    def __contains__(self, value: float) -> bool:
        above = self.low < value or (self.low == value and not self.open_low)
        below = value < self.high or (self.high == value and not self.open_high)
        return above and below and (self.zero or value != 0)


@dataclass(frozen=True)
class Domain:
    """What one input may hold: its numbers, and the form they take together (None: each for itself)."""

    numbers: Numbers
    form: str | None = None


REAL = Numbers()
WORDS = {
    "real": REAL,
    "positive": Numbers(low=0.0),
    "nonnegative": Numbers(low=0.0, open_low=False),
    "negative": Numbers(high=0.0),
    "nonzero": Numbers(zero=False),
    "probability": Numbers(low=0.0, high=1.0),
    "integers": Numbers(low=-10, high=10, open_low=False, open_high=False, whole=True),
}
BUILT = ("spd", "invertible", "simplex", "one-hot")
"""Forms whose entries are built from other numbers, and so are not the domain's to choose."""

FORMS = ("distinct", "sorted", "increasing", "with ties", "symmetric", "antisymmetric", *BUILT)

_INTERVAL = re.compile(r"(?P<whole>integers\s+)?in\s*(?P<left>[\[(])(?P<low>[^,]+),(?P<high>[^,\])]+)(?P<right>[\])])")
_LABELS = re.compile(r"labels\(\s*(?P<size>\w+)\s*\)")


def domain_of(given: Any) -> Domain:
    """Read the domain of one input.

    Parameters
    ----------
    given : str, pair of numbers, or None
        Words separated by commas, at most one for the numbers (``real, positive, nonnegative, negative, nonzero,
        probability, integers, labels(n), in (-1, 1), in [0, 1), integers in [0, 9]``) and at most one for the form
        (``distinct, sorted, increasing, with ties, symmetric, antisymmetric, spd, invertible, simplex, one-hot``). A
        pair is the open interval between its numbers; None is ``real``.

    Raises
    ------
    UsageError
        The words are unknown or contradict each other.
    """
    if given is None:
        return Domain(REAL)
    if is_interval(given):
        return Domain(_interval(given, float(given[0]), float(given[1])))
    if not isinstance(given, str):
        raise UsageError(
            f"domain {given!r} ({type(given).__name__}) is not understood: give a word such as 'positive', "
            "an interval such as (-1, 1), or None"
        )
    numbers, forms = _read(given)
    if len(numbers) > 1 or len(forms) > 1:
        raise UsageError(f"domain {given!r} says two things at once: give one word for the numbers, one for the form")
    domain = Domain(numbers[0] if numbers else REAL, forms[0] if forms else None)
    _check(given, domain, bare=not numbers)
    return domain


def is_interval(given: Any) -> bool:
    """Whether this is a pair of numbers, not a sequence of domains."""
    return (
        isinstance(given, (tuple, list))
        and len(given) == 2
        and all(isinstance(end, (int, float)) and not isinstance(end, bool) for end in given)
    )


def _read(text: str) -> tuple[list[Numbers], list[str]]:
    numbers = []
    for match in _INTERVAL.finditer(text):
        low, high = _number(text, match["low"]), _number(text, match["high"])
        brackets = {"open_low": match["left"] == "(", "open_high": match["right"] == ")"}
        numbers.append(_interval(text, low, high, whole=bool(match["whole"]), **brackets))
    rest = _INTERVAL.sub("", text)
    for match in _LABELS.finditer(rest):
        size = match["size"]
        numbers.append(Numbers(low=0, open_low=False, whole=True, below=int(size) if size.isdigit() else size))
    words = [word.strip() for word in _LABELS.sub("", rest).split(",")]
    forms = [word for word in words if word in FORMS]
    for word in words:
        if word and word not in FORMS and word not in WORDS:
            known = ", ".join((*WORDS, "in (low, high)", "integers in [low, high]", "labels(size)", *FORMS))
            raise UsageError(f"domain {text!r} holds {word!r}, which is no word of ours: choose among {known}")
    return numbers + [WORDS[word] for word in words if word in WORDS], forms


def _number(text: str, word: str) -> float:
    try:
        return float(word)
    except ValueError:
        raise UsageError(
            f"domain {text!r} ends at {word.strip()!r}: expected a number such as -1, 0.5 or inf"
        ) from None


def _interval(
    given: Any, low: float, high: float, *, open_low: bool = True, open_high: bool = True, whole: bool = False
) -> Numbers:
    if not (low < high or (low == high and not open_low and not open_high)):
        raise UsageError(f"domain {given!r} is empty: expected a low end below the high end")
    if not whole:
        return Numbers(low, high, open_low, open_high)
    if math.isinf(low) or math.isinf(high):
        raise UsageError(
            f"domain {given!r} has no end: expected finite ends for integers, such as 'integers in [0, 9]'"
        )
    first = math.floor(low) + 1 if open_low else math.ceil(low)
    last = math.ceil(high) - 1 if open_high else math.floor(high)
    if first > last:
        raise UsageError(f"domain {given!r} holds no integer: expected an interval with one")
    return Numbers(first, last, open_low=False, open_high=False, whole=True)


def _check(text: str, domain: Domain, *, bare: bool) -> None:
    """Refuse numbers that the form cannot have."""
    numbers, form = domain.numbers, domain.form
    if bare or numbers == REAL or (form not in BUILT and form != "antisymmetric"):
        return
    if form == "simplex" and numbers == WORDS["positive"]:
        return
    if form == "antisymmetric" and numbers.low == -numbers.high and 0.0 in numbers:
        return
    also = {"simplex": " or with 'positive'", "antisymmetric": " or with an interval around 0"}.get(form, "")
    raise UsageError(f"domain {text!r} asks what {form!r} cannot have: expected {form!r} alone{also}")


def holds(domain: Domain, array: Any, sizes: Mapping[str, int]) -> bool:
    """Whether an array lies in a domain: never where an entry is NaN.

    Parameters
    ----------
    sizes : mapping of str to int
        The sizes by name, for labels.
    """
    x = np.asarray(array).astype(np.longdouble)
    numbers = domain.numbers
    below = sizes[numbers.below] if isinstance(numbers.below, str) else numbers.below
    high = numbers.high if below is None else below
    inside = (x > numbers.low if numbers.open_low else x >= numbers.low) & (
        x < high if numbers.open_high else x <= high
    )
    if not np.all(inside) or (not numbers.zero and np.any(x == 0)) or (numbers.whole and np.any(x != np.floor(x))):
        return False
    return domain.form is None or bool(_TAKEN[domain.form](x))


def _ties(x: Any) -> bool:
    return all(np.unique(line).size < line.size for line in x.reshape(-1, x.shape[-1]))


def _eigenvalues(x: Any) -> Any:
    return np.linalg.eigvalsh(x.astype(np.float64))


def _sums_to_one(x: Any) -> Any:
    return np.abs(x.sum(axis=-1) - 1) <= x.shape[-1] * np.finfo(np.float16).eps


_TAKEN: dict[str, Callable[[Any], Any]] = {
    "distinct": lambda x: np.unique(x).size == x.size,
    "sorted": lambda x: np.all(np.diff(x) >= 0),
    "increasing": lambda x: np.all(np.diff(x) > 0),
    "with ties": _ties,
    "symmetric": lambda x: np.all(x == x.swapaxes(-1, -2)),
    "antisymmetric": lambda x: np.all(x == -x.swapaxes(-1, -2)),
    "spd": lambda x: np.all(x == x.swapaxes(-1, -2)) and np.all(_eigenvalues(x) > 0),
    "invertible": lambda x: np.all(np.linalg.matrix_rank(x.astype(np.float64)) == x.shape[-1]),
    "simplex": lambda x: np.all(x >= 0) and np.all(_sums_to_one(x)),
    "one-hot": lambda x: np.all((x == 0) | (x == 1)) and np.all(x.sum(axis=-1) == 1),
}
"""When an array takes a form; a simplex may miss 1 by the rounding of a short dtype."""
