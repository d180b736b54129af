"""Examples drawn from an operation's own definition: variant, sizes, dtype, values, tangents and cotangent.

Nothing here names an operation: ranks and parameters come from the variants, sizes from the size symbols and
their constraints, values from the domain.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from verify.oracles.proof import concrete

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from verify.subject import Subject

Fill = Callable[[tuple[int, ...]], Any]
"""An array of a shape."""

LARGEST_SIZE = 4
DTYPES = (np.dtype(np.float32), np.dtype(np.float64))


@dataclass(frozen=True)
class Example:
    """One point at which an operation is judged.

    Attributes
    ----------
    subject : Subject
        The operation at one variant.
    dtype : numpy dtype
        The dtype that the program runs in.
    sizes : tuple of (symbol, int)
        The value of every size symbol.
    arrays, tangents : dict of str to ndarray
        Primals and directions by input name; directions are small integers, none zero.
    out_bar : ndarray
        The cotangent, small integers, none zero.
    """

    subject: Subject
    dtype: np.dtype[Any]
    sizes: tuple[tuple[Any, int], ...]
    arrays: dict[str, Any]
    tangents: dict[str, Any]
    out_bar: Any

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What tells two examples apart."""
        arrays = tuple((n, x.shape, x.tobytes()) for n, x in self.arrays.items())
        tangents = tuple((n, x.tobytes()) for n, x in self.tangents.items())
        return (
            self.subject.name,
            self.subject.variant.label,
            self.dtype.name,
            arrays,
            tangents,
            self.out_bar.tobytes(),
        )

    @property
    def weight(self) -> int:
        """How large the example is to a reader: its count of numbers; an empty one is not the simplest."""
        return sum(x.size for x in self.arrays.values()) or LARGEST_SIZE + 1

    @property
    def scale(self) -> float:
        """A distance in t over which the program may change: that of the smallest entry that is not tiny."""
        sizes = [abs(float(v)) for x in self.arrays.values() for v in x.ravel()]
        directions = [abs(float(v)) for u in self.tangents.values() for v in u.ravel()]
        smallest = min((s for s in sizes if s > 0), default=1.0)
        return max(min(smallest, 1.0), 1e-3) / (2.0 * max(directions, default=1.0))

    @property
    def magnitude(self) -> float:
        """The size of the terms that a directional derivative is summed from."""
        return max((abs(float(v)) for v in self.out_bar.ravel()), default=1.0)

    @property
    def moderate(self) -> bool:
        """Whether every value keeps to where squares neither overflow nor vanish."""
        largest, smallest = MODERATE
        values = [np.abs(x[x != 0]) for x in self.arrays.values()]
        return all(bool(np.all((v <= largest) & (v >= smallest))) for v in values)

    def with_arrays(self, arrays: dict[str, Any], rearrange: Callable[[Any], Any]) -> Example:
        """Return the same point in other memory: `rearrange` is applied to the cotangent too."""
        return replace(self, arrays=arrays, out_bar=rearrange(self.out_bar))

    def words(self) -> str:
        """Return the point as a person reads it."""
        parts = [f"{name} = {_short(x)}" for name, x in self.arrays.items()]
        parts += [f"{key} = {value}" for key, value in self.subject.variant.parameters.items()]
        return f"{', '.join(parts)} ({self.dtype.name})"


def _short(x: Any) -> str:
    text = np.array2string(x, separator=", ", threshold=6, edgeitems=2).replace("\n", "")
    return text if len(text) <= 60 else f"{x.dtype.name}{list(x.shape)}"


def size_choices(subject: Subject) -> list[tuple[tuple[Any, int], ...]]:
    """Return every assignment of sizes 0 ... 4 that the definition allows, simplest first.

    1 comes first and 0 after the small sizes: the smallest counterexample is shown at size 1 where it exists.
    """
    symbols = list(subject.definition.sizes)
    ranked = sorted(
        itertools.product((1, 2, 3, 0, LARGEST_SIZE), repeat=len(symbols)),
        key=lambda chosen: (sum(n or LARGEST_SIZE for n in chosen), chosen),
    )
    allowed = [tuple(zip(symbols, chosen, strict=True)) for chosen in ranked]
    return [sizes for sizes in allowed if subject.definition.admits(dict(sizes))]


def grown_choices(subject: Subject) -> list[tuple[tuple[Any, int], ...]]:
    """Return the assignments in which one size is 5 ... 9 and the others are 1 or 2: blocked loops start there."""
    symbols = list(subject.definition.sizes)
    short = itertools.product((1, 2), repeat=max(len(symbols) - 1, 0))
    grown = [
        tuple(zip(symbols, (*others[:k], n, *others[k:]), strict=True))
        for others in short
        for k in range(len(symbols))
        for n in range(LARGEST_SIZE + 1, LARGEST_SIZE + 6)
    ]
    return [sizes for sizes in grown if subject.definition.admits(dict(sizes))]


@dataclass(frozen=True)
class Draws:
    """What an oracle wants to be drawn.

    Attributes
    ----------
    moderate : bool
        Keep values to where squares neither overflow nor vanish; otherwise the dtype's whole range.
    stray : bool
        Now and then a moderate example has values of the whole range.
    weighted : bool
        Draw directions and cotangents as floats, zeros among them, in place of small integers.
    """

    moderate: bool = False
    stray: bool = False
    weighted: bool = False


def examples(subjects: Sequence[Subject], draws: Draws | None = None) -> Any:
    """Return a strategy of examples of the subjects, the simplest of which come first."""
    sized = []
    for subject in subjects:
        choices = size_choices(subject)
        filled = st.sampled_from(list(filter(_filled, choices)))
        grown = grown_choices(subject)
        sized.append((subject, st.one_of(filled, filled, st.sampled_from(choices), st.sampled_from(grown or choices))))
    return _examples(sized, draws or Draws())


@st.composite
def _examples(draw: Any, sized: Sequence[tuple[Subject, Any]], draws: Draws) -> Example:
    subject, choices = draw(st.sampled_from(sized))
    dtype = draw(st.sampled_from(DTYPES))
    sizes = draw(choices)
    moderate = draws.moderate and not (draws.stray and draw(st.sampled_from((False, False, False, False, True))))
    shapes = {operand.name: concrete(operand.shape, dict(sizes)) for operand in subject.definition.operands}
    arrays = {
        name: draw(_array(shape, dtype, values(subject, name, dtype, moderate=moderate)))
        for name, shape in shapes.items()
    }
    weights = _WEIGHTS | _floats(dtype) if draws.weighted and moderate else _WEIGHTS
    tangents = {name: draw(_array(shape, dtype, weights)) for name, shape in shapes.items()}
    out_bar = draw(_array(concrete(subject.definition.out.shape, dict(sizes)), dtype, weights))
    return Example(subject, dtype, sizes, arrays, tangents, out_bar)


def _floats(dtype: np.dtype[Any]) -> Any:
    """Return floats whose products with moderate values neither overflow nor vanish, and zero."""
    width: Any = 8 * dtype.itemsize
    floats = st.floats(-(2.0**20), 2.0**20, width=width, allow_subnormal=False)
    return floats.filter(lambda v: v == 0 or abs(v) >= 2.0**-20)


_WEIGHTS = st.sampled_from([1, 2, -1, 3, -2, -3])
"""Directions and cotangents: small integers, never zero, so that no entry goes unseen."""


MOST_SIMPLE = 500


def simple_examples(subjects: Sequence[Subject]) -> Iterator[Example]:
    """Yield the plainest examples of all variants, fewest entries first: zeros, ones, 2, 3, 4 ... and sevenths.

    A search that shrinks values entry by entry may stick to the shape it met first; what is wrong at all
    is mostly wrong at one of these, and these do not depend on what a search drew.
    """
    pairs = [(subject, sizes) for subject in subjects for sizes in size_choices(subject) if _plain(sizes)]
    ranked = sorted(pairs, key=lambda pair: _entries(*pair) or LARGEST_SIZE + 1)
    plain = (
        _simple(subject, sizes, dtype, fills)
        for subject, sizes in ranked
        for fills in _fillings(len(subject.inputs), empty=not _filled(sizes))
        for dtype in DTYPES
    )
    return itertools.islice(plain, MOST_SIMPLE)


def _filled(sizes: Any) -> bool:
    return all(n for _, n in sizes)


def _plain(sizes: Any) -> bool:
    """Whether no axis is empty, or the others are short: empty shapes are many and much alike."""
    return _filled(sizes) or max(n for _, n in sizes) <= 2


def _fillings(inputs: int, *, empty: bool) -> list[tuple[Fill, ...]]:
    """Return how the inputs are filled: all alike, but for a single 1 among zeros; empty shapes in one way alone."""
    zeros: tuple[Fill, ...] = (np.zeros,) * inputs
    if empty:
        return [zeros]
    one: Fill = np.ones
    alone = [(*zeros[:k], one, *zeros[k + 1 :]) for k in reversed(range(inputs))] if inputs > 1 else []
    alike: list[Fill] = [one, _counting, _sevenths]
    return [zeros, *alone, *((fill,) * inputs for fill in alike)]


def _entries(subject: Subject, sizes: Any) -> int:
    return sum(int(np.prod(concrete(o.shape, dict(sizes)), dtype=int)) for o in subject.definition.operands)


def _counting(shape: tuple[int, ...]) -> Any:
    return np.arange(2.0, 2.0 + np.prod(shape, dtype=int)).reshape(shape)


def _sevenths(shape: tuple[int, ...]) -> Any:
    """Return multiples of 1/7: values that need every digit of their dtype, so that a lost one shows."""
    return (_counting(shape) - 1) / 7


def _simple(subject: Subject, sizes: Any, dtype: np.dtype[Any], fills: Sequence[Fill]) -> Example:
    """Return the example with every input filled in turn, or with ones where the domain does not allow that."""
    arrays = {}
    for operand, fill in zip(subject.definition.operands, fills, strict=True):
        shape = concrete(operand.shape, dict(sizes))
        x = fill(shape)
        allowed = all(subject.definition.domain.allows(operand.name, v) for v in x.ravel().tolist())
        arrays[operand.name] = (x if allowed else np.ones(shape)).astype(dtype)
    tangents = {name: np.ones(x.shape, dtype=dtype) for name, x in arrays.items()}
    out_bar = 1 + _counting(concrete(subject.definition.out.shape, dict(sizes)))
    return Example(subject, dtype, sizes, arrays, tangents, out_bar.astype(dtype))


def _array(shape: tuple[int, ...], dtype: np.dtype[Any], elements: Any) -> Any:
    count = int(np.prod(shape, dtype=int))
    return st.lists(elements, min_size=count, max_size=count).map(lambda v: np.array(v, dtype=dtype).reshape(shape))


MODERATE = (1000.0, 2.0**-10)
"""The largest and the smallest nonzero magnitude of moderate values."""


def values(subject: Subject, name: str, dtype: np.dtype[Any], *, moderate: bool) -> Any:
    """Return a strategy of floats that the operation's domain allows in one input.

    Small integers first (they shrink well, and make ties and zeros), then floats of every kind.
    """
    width: Any = 8 * dtype.itemsize
    largest, smallest = MODERATE if moderate else (float(np.finfo(dtype).max), 0.0)
    domain = subject.definition.domain
    simple = st.integers(-4, 4).map(float)
    usual = st.floats(-8, 8, width=width, allow_nan=False)
    floats = st.floats(-largest, largest, width=width, allow_nan=False, allow_infinity=False)
    both = st.one_of(simple, usual, floats)
    if domain.is_positive(name):
        both = both.map(abs)
    return both.filter(lambda v: (v == 0 or abs(v) >= smallest) and domain.allows(name, v))
