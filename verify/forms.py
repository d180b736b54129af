"""The forms that the entries of an array take together: distinct, sorted, with ties, symmetric, simplex and more.

Each form is built from its free parts: a triangle, a factor, the cuts of an interval. The factors of matrices and the
cuts hold small dyadic numbers, so that a matrix is exactly positive definite and a row sums to exactly 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from verify.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from verify.domains import Domain
    from verify.values import Source

    Draw = Callable[[SearchStrategy[Any]], Any]

CORES = {
    "distinct": "whole",
    "sorted": "line",
    "increasing": "line",
    "with ties": "line",
    "simplex": "line",
    "one-hot": "line",
    "symmetric": "matrix",
    "antisymmetric": "matrix",
    "spd": "matrix",
    "invertible": "matrix",
}
"""The part of an array that has the form: all of it, each line along its last axis, or each matrix of its last two."""

LEAST_SIDE = {"with ties": 2, "simplex": 1, "one-hot": 1}
"""The least size of the last axis with which the form can be had."""


def build(
    draw: Draw,
    domain: Domain,
    shape: tuple[int, ...],
    source: Source,
    dtype: np.dtype[Any],
    *,
    ties: bool,
) -> Any:
    """Draw one array of the shape, its entries from `source`, in the domain's form.

    Parameters
    ----------
    ties : bool
        Whether some draws repeat an entry.
    """
    form = domain.form
    core = shape if form is None or CORES[form] == "whole" else shape[-1:] if CORES[form] == "line" else shape[-2:]
    batch = shape[: len(shape) - len(core)]
    out = np.empty(shape, dtype)
    for index in np.ndindex(batch):
        part = _PARTS[form](draw, core, source, domain)
        out[index] = np.array(part, dtype=dtype).reshape(core)
    if ties and form is None and out.size > 1 and draw(st.booleans()):
        _tie(draw, out.reshape(-1))
    return out


def _entries(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> list[Any]:
    del domain
    count = int(np.prod(core))
    return list(draw(st.lists(source.strategy, min_size=count, max_size=count)))


def _distinct(draw: Draw, core: tuple[int, ...], source: Source, domain: Domain) -> list[Any]:
    """Entries of which the repeated ones are replaced: by a spare number, or by another draw when those run out."""
    count = int(np.prod(core))
    if domain.numbers.whole and len(source.spare) < count:
        raise UsageError(
            f"'distinct' wants {count} integers of {len(source.spare)} that the domain holds: "
            "expected a wider domain, or a smaller max_side"
        )
    found: list[Any] = []
    seen: set[Any] = set()
    for drawn in _entries(draw, core, source, domain):
        entry = drawn
        if entry in seen:
            fresh = (spare for spare in source.spare if spare not in seen)
            entry = next(fresh, None)
            if entry is None:
                entry = draw(source.strategy.filter(lambda other: other not in seen))
        seen.add(entry)
        found.append(entry)
    return found


def _sorted(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> Any:
    return sorted(_entries(draw, core, source, domain), key=_nan_last)


def _increasing(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> Any:
    return sorted(_distinct(draw, core, source, domain), key=_nan_last)


def _nan_last(value: Any) -> tuple[bool, Any]:
    return bool(value != value), value  # noqa: PLR0124 - only NaN differs from itself


def _with_ties(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> Any:
    line = np.array(_entries(draw, core, source, domain), dtype=object)
    _tie(draw, line)
    return line


def _tie(draw: Draw, line: Any) -> None:
    """Repeat one entry at a later place."""
    first = draw(st.integers(0, line.size - 2))
    second = draw(st.integers(first + 1, line.size - 1))
    line[second] = line[first]


def _one_hot(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> Any:
    del source, domain
    return np.eye(core[0])[draw(st.integers(0, core[0] - 1))]


def _simplex(draw: Draw, core: tuple[int, ...], source: Source, domain: Domain) -> Any:
    """Parts of 1 that sum to 1 exactly: the gaps between ordered cuts of 0 … 2ᵏ, over 2ᵏ."""
    del source
    least = 0 if 0.0 in domain.numbers else 1
    total = 2 ** max(4, (2 * core[0] - 1).bit_length())
    cuts = [0]
    for left in range(core[0] - 1, 0, -1):
        last = total - least * left
        first = cuts[-1] + least
        half = (cuts[-1] + total) // 2
        aim = min(half, last) if least else last
        away = draw(st.integers(0, last - first))  # the distance from the aim, first on one side, then on the other
        cuts.append(aim - away if aim - away >= first else aim + (away - (aim - first)))
    return np.diff([*cuts, total]) / total


def _triangle(draw: Draw, n: int, numbers: SearchStrategy[Any], diagonal: Any = None) -> Any:
    """A lower triangle, entry by entry; its diagonal from another strategy, or zero."""
    out = np.zeros((n, n), dtype=object)
    for i in range(n):
        for j in range(i):
            out[i, j] = draw(numbers)
        if diagonal is not None:
            out[i, i] = draw(diagonal)
    return out


def _symmetric(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> Any:
    del domain
    lower = _triangle(draw, core[0], source.strategy, source.strategy)
    return np.where(np.tri(core[0], dtype=np.bool_), lower, lower.T)


def _antisymmetric(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> Any:
    del domain
    lower = _triangle(draw, core[0], source.strategy)
    return np.where(np.tri(core[0], k=-1, dtype=np.bool_), lower, 0.0 - lower.T)


_SMALL = st.sampled_from([0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5])
_PIVOTS = st.sampled_from([1.0, 2.0, 0.5, 3.0])
_SIGNED_PIVOTS = st.sampled_from([1.0, -1.0, 2.0, -2.0, 0.5, -0.5])


def _spd(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> Any:
    """``L Lᵀ`` with a positive diagonal of ``L``."""
    del source, domain
    lower = _triangle(draw, core[0], _SMALL, _PIVOTS)
    return lower @ lower.T


def _invertible(draw: Draw, core: tuple[int, ...], source: Source, domain: Any) -> Any:
    """``P L U`` with a unit diagonal of ``L`` and none of ``U``'s diagonal zero."""
    del source, domain
    n = core[0]
    upper = _triangle(draw, n, _SMALL, _SIGNED_PIVOTS).T
    lower = _triangle(draw, n, _SMALL, st.just(1.0))
    return (lower @ upper)[draw(st.permutations(range(n)))]


_PARTS: dict[str | None, Callable[[Draw, tuple[int, ...], Any, Any], Any]] = {
    None: _entries,
    "distinct": _distinct,
    "sorted": _sorted,
    "increasing": _increasing,
    "with ties": _with_ties,
    "symmetric": _symmetric,
    "antisymmetric": _antisymmetric,
    "spd": _spd,
    "invertible": _invertible,
    "simplex": _simplex,
    "one-hot": _one_hot,
}
