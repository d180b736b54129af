"""Points of a domain in exact rationals: generic ones, where no two numbers tie, and small whole ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq, fmpq_mat

from verify.domains import REAL

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from verify.domains import Numbers
    from verify.identities.domains import Kind


@dataclass(frozen=True)
class Style:
    """How the numbers of a point are drawn: between two ends, in steps of a fraction; squares may be spd."""

    low: Fraction | int
    high: Fraction | int
    step: Fraction
    definite: bool = False


GENERIC = (
    Style(-3, 3, Fraction(1, 32)),
    Style(0, 3, Fraction(1, 32)),
    Style(0, 1, Fraction(1, 256)),
    Style(-12, 12, Fraction(1, 16)),
    Style(-3, 0, Fraction(1, 32)),
    Style(-2, 2, Fraction(1, 64)),
)
"""Of both signs, positive, between 0 and 1, large, negative, of both signs again."""

NARROW = (
    Style(0, 2, Fraction(1, 32), definite=True),
    Style(-1, 1, Fraction(1, 32), definite=True),
    Style(-1, 1, Fraction(1, 512)),
    Style(1, 4, Fraction(1, 64)),
    Style(0, 12, Fraction(1, 16)),
    Style(0, 1, Fraction(1, 512)),
    Style(Fraction(-1, 4), Fraction(1, 4), Fraction(1, 1024)),
    Style(Fraction(-1, 4), Fraction(1, 4), Fraction(1, 2048)),
)
"""Tried where a formula has a value at few of the others."""


def array(entries: list[Any], shape: tuple[int, ...]) -> Any:
    """Return fractions as an object array."""
    cells = np.empty(len(entries), dtype=object)
    cells[:] = entries
    return cells.reshape(shape)


def sample(kind: Kind, shape: tuple[int, ...], style: Style, random: Random, sizes: Mapping[str, int]) -> Any:
    """Return a point of a domain: an object array of fractions.

    Parameters
    ----------
    sizes : mapping of str to int
        The sizes by name, for labels.
    """

    def entries(count: int) -> list[Fraction]:
        return _numbers(kind.numbers, count, style, random, sizes)

    square = len(shape) == 2 and shape[0] == shape[1]
    definite = style.definite and square and kind.numbers == REAL and kind.form in (None, "symmetric", "invertible")
    form = "spd" if definite else kind.form
    if form is None or form not in _BUILT:
        return array(entries(math.prod(shape)), shape)
    return _BUILT[form](shape, entries, random)


def _numbers(numbers: Numbers, count: int, style: Style, random: Random, sizes: Mapping[str, int]) -> list[Fraction]:
    found: list[Fraction] = []
    seen: set[Fraction] = set()
    for _ in range(count):
        for _attempt in range(20):
            value = _one(numbers, style, random, sizes)
            if abs(value) not in seen:
                break
        seen.add(abs(value))
        found.append(value)
    return found


def _one(numbers: Numbers, style: Style, random: Random, sizes: Mapping[str, int]) -> Fraction:
    if numbers.whole:
        below = sizes[numbers.below] if isinstance(numbers.below, str) else numbers.below
        high = numbers.high if below is None else below - 1
        return Fraction(random.randint(int(max(numbers.low, -10)), max(0, int(min(high, 10)))))
    for _ in range(20):
        steps = int((style.high - style.low) / style.step)
        value = style.low + style.step * random.randint(1, steps - 1)
        if style.step != 1 and value.denominator == 1:
            continue
        for signed in (value, -value):
            if float(signed) in numbers:
                return signed
    return _inside(numbers, random)


def _inside(numbers: Numbers, random: Random) -> Fraction:
    """Return a number of an interval, wherever it is."""
    low, high = numbers.low, numbers.high
    part = Fraction(random.randint(1, 126), 127) if math.isfinite(low) or math.isfinite(high) else Fraction(1, 2)
    if math.isfinite(low) and math.isfinite(high):
        return Fraction(low) + (Fraction(high) - Fraction(low)) * part
    return Fraction(low) + 3 * part if math.isfinite(low) else Fraction(high) - 3 * part


# -- forms -----------------------------------------------------------------------------------------------------


def _full(shape: tuple[int, ...], entries: Any) -> Any:
    return array(entries(math.prod(shape)), shape)


def _lower(shape: tuple[int, ...], entries: Any, strict: bool = False) -> Any:
    full = _full(shape, entries)
    return _where(np.tri(shape[0], shape[1], k=-1 if strict else 0) > 0, full)


def _where(mask: Any, full: Any, other: Any = Fraction(0)) -> Any:
    """Return fractions where a mask holds, and others elsewhere."""
    choose: Any = np.where
    return choose(mask, full, other)


def _symmetric(shape: tuple[int, ...], entries: Any, _: Random) -> Any:
    below = _lower(shape, entries, strict=True)
    return below + below.T + _diagonal(shape, entries, _)


def _antisymmetric(shape: tuple[int, ...], entries: Any, _: Random) -> Any:
    below = _lower(shape, entries, strict=True)
    return below - below.T


def _diagonal(shape: tuple[int, ...], entries: Any, _: Random) -> Any:
    return _where(np.eye(shape[0]) > 0, array(entries(shape[0]), (shape[0], 1)))


def _spd(shape: tuple[int, ...], entries: Any, _: Random) -> Any:
    root = _lower(shape, entries)
    for i in range(shape[0]):
        root[i, i] = abs(root[i, i]) or Fraction(1)
    return root @ root.T


def _orthogonal(shape: tuple[int, ...], entries: Any, random: Random) -> Any:
    """Return ``D (I − S)(I + S)⁻¹`` (Cayley) with S antisymmetric and D of signs."""
    skew = _antisymmetric(shape, entries, random)
    n = shape[0]
    one = _where(np.eye(n) > 0, Fraction(1))
    result = _rational(one - skew) * _rational(one + skew).inv()
    signs = array([Fraction(random.choice((-1, 1))) for _ in range(n)], (n, 1))
    return array([Fraction(int(v.p), int(v.q)) for v in result.entries()], shape) * signs


def _rational(matrix: Any) -> Any:
    return fmpq_mat(matrix.shape[0], matrix.shape[1], [fmpq(v.numerator, v.denominator) for v in matrix.ravel()])


def _simplex(shape: tuple[int, ...], entries: Any, _: Random) -> Any:
    parts = np.abs(_full(shape, entries)) + Fraction(1, 8)
    return parts / np.sum(parts, axis=-1, keepdims=True)


def _sums_to_one(shape: tuple[int, ...], entries: Any, random: Random) -> Any:
    parts = _full(shape, entries)
    total = np.sum(parts, axis=-1, keepdims=True)
    return parts / total if np.all(total != 0) else _simplex(shape, entries, random)


def _one_hot(shape: tuple[int, ...], _: Any, random: Random) -> Any:
    rows = math.prod(shape[:-1])
    hot = [random.randrange(shape[-1]) for _ in range(rows)]
    return array([Fraction(int(j == k)) for k in hot for j in range(shape[-1])], shape)


def _unit(shape: tuple[int, ...], entries: Any, random: Random) -> Any:
    """Return a rational point of the sphere, by stereographic projection."""
    count = math.prod(shape)
    t = entries(count - 1)
    square = sum((v * v for v in t), start=Fraction(0))
    point = [2 * v / (square + 1) for v in t] + [(square - 1) / (square + 1)]
    random.shuffle(point)
    return array(point, shape)


def _choices(*values: int) -> Any:
    def built(shape: tuple[int, ...], _: Any, random: Random) -> Any:
        return array([Fraction(random.choice(values)) for _ in range(math.prod(shape))], shape)

    return built


def _sorted(shape: tuple[int, ...], entries: Any, _: Random) -> Any:
    return np.sort(_full(shape, entries), axis=-1)


_BUILT: dict[str, Any] = {
    "symmetric": _symmetric,
    "antisymmetric": _antisymmetric,
    "spd": _spd,
    "orthogonal": _orthogonal,
    "diagonal": _diagonal,
    "lower triangular": lambda shape, entries, _: _lower(shape, entries),
    "upper triangular": lambda shape, entries, _: _lower(shape[::-1], entries).T,
    "simplex": _simplex,
    "sums to 1": _sums_to_one,
    "one-hot": _one_hot,
    "unit norm": _unit,
    "signs": _choices(-1, 1),
    "binary": _choices(0, 1),
    "sorted": _sorted,
    "increasing": _sorted,
    "with ties": lambda shape, entries, _: array([entries(1)[0]] * math.prod(shape), shape),
}
