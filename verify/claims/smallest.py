"""The smallest exception: fewest entries first, then fewest significant bits, exponents nearest to zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verify.claims.draws import edges, simple, special, specials
from verify.claims.trial import KINDS, broken, classify, rows

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from verify.claims.claim import Array, Batch, Shapes, Trial

    Arrays = tuple[Array, ...]
    Evaluate = Callable[[Sequence[Array]], Batch]

LADDER_BITS = 11
"""A claim about one number is tried at every odd integer of so many bits."""

EVERY_BITS = 20
"""Up to so many bits the significands of a single number are all tried: that smallest is exact."""

WIDTH = 1024
"""Candidates that the search tries at a time; fewer where each is run through the engine alone."""

ROUNDS = 60
"""Improvements of one exception before the search is content."""


def significant_bits(values: Array) -> Array:
    """Return how many bits a value's significand needs: 0 for zero, one too many for infinities and NaN."""
    digits = np.finfo(values.dtype).nmant + 1
    finite = np.isfinite(values)
    fraction, _ = np.frexp(np.where(finite, values, 0).astype(np.float64))
    whole = np.abs(fraction * 2.0**digits).astype(np.int64)
    trailing = np.log2(np.maximum(whole & -whole, 1)).astype(np.int64)
    bits = np.where(whole == 0, 0, digits - trailing)
    return np.where(finite, bits, digits + 1)


def exponents(values: Array) -> Array:
    """Return the exponent of each value's leading bit, 0 for zeros, infinities and NaN."""
    ordinary = np.isfinite(values) & (values != 0)
    _, exponent = np.frexp(np.where(ordinary, values, 1).astype(np.float64))
    shifted: Array = exponent - 1
    return shifted


def order(inputs: Sequence[Array]) -> Array:
    """Return the draws' indices from the simplest to the most complicated."""
    entries = np.concatenate([rows(x) for x in inputs], axis=1)
    bits, exponent = significant_bits(entries), np.abs(exponents(entries))
    negative = np.signbit(entries)
    spread = [np.abs(entries[:, k]) for k in reversed(range(entries.shape[1]))]
    keys = (*spread, negative.sum(1), exponent.sum(1), bits.sum(1))
    indices: Array = np.lexsort(keys)
    return indices


def take(inputs: Sequence[Array], which: Array) -> Arrays:
    """Return the draws that `which` selects."""
    return tuple(x[which] for x in inputs)


def _entries(inputs: Arrays) -> Array:
    return np.concatenate([rows(x) for x in inputs], axis=1)


def _tensors(entries: Array, shapes: Shapes) -> Arrays:
    sizes = [int(np.prod(shape, dtype=int)) for shape in shapes.values()]
    parts = np.split(entries, np.cumsum(sizes)[:-1], axis=1)
    pairs = zip(parts, shapes.values(), strict=True)
    return tuple(np.ascontiguousarray(p).reshape(len(entries), *shape) for p, shape in pairs)


def ladder(dtype: np.dtype) -> Array:
    """Return every odd integer of few bits, and the powers of two with their nearest neighbours, both signs."""
    info = np.finfo(dtype)
    odd = np.arange(1, 2 ** min(LADDER_BITS, info.nmant), 2, dtype=np.float64)
    powers = np.arange(info.minexp - info.nmant, info.maxexp)
    few = np.ldexp(np.array([[1.0], [1.5], [1.25], [1.75]]), powers).ravel()
    values = np.concatenate([[0.0], odd, few])
    signed: Array = np.concatenate([values, -values]).astype(dtype)
    return signed[np.isfinite(signed)]


def _candidates(rng: np.random.Generator, shapes: Shapes, dtype: np.dtype, width: int) -> Arrays:
    if tuple(shapes.values()) == ((),):
        values = ladder(dtype)
        return (np.concatenate([values[:: max(1, len(values) // (2 * width))], specials(dtype)]),)
    drawn = ([draw(rng, width // 3, shape, dtype) for draw in (simple, edges, special)] for shape in shapes.values())
    return tuple(np.concatenate(parts) for parts in drawn)


def _shorter(value: np.floating) -> Array:
    """Return the values near `value` that need fewer significant bits, below and above it."""
    dtype = value.dtype
    if not np.isfinite(value) or value == 0:
        return np.array([0, 1], dtype=dtype)
    fraction, exponent = np.frexp(np.float64(value))
    widths = np.arange(np.finfo(dtype).nmant + 1)
    scaled = np.ldexp(fraction, widths)
    near = np.concatenate([np.ldexp(np.floor(scaled), -widths), np.ldexp(np.ceil(scaled), -widths)])
    moved = np.ldexp(fraction, exponent - np.sign(exponent - 1) * np.array([1, 4, 16, 64]))
    kept = np.ldexp(near, exponent)
    return np.concatenate([[0, 1, abs(value), fraction * 2], moved, kept]).astype(dtype)


def _moves(entries: Array) -> Array:
    """Return the draws that differ from one draw in an entry, or in the scale or the sign of them all."""
    found = [entries * np.array(s, entries.dtype) for s in (-1, 2, 0.5, 16, 1 / 16)]
    for k, value in enumerate(entries):
        shorter = _shorter(value)
        changed = np.tile(entries, (len(shorter), 1))
        changed[:, k] = shorter
        found.append(changed)
    return np.vstack([*found, *_together(entries), _traded(entries)])


def _together(entries: Array) -> list[Array]:
    """Return the draws whose largest (smallest) entries, which may cancel, all move towards 1."""
    exponent = exponents(entries)
    steps = np.array([1, 4, 16, 64])[:, None]
    groups = (exponent >= e if e > 0 else exponent <= e for e in np.unique(exponent) if e != 0)
    return [np.where(g, np.ldexp(entries, -np.sign(exponent) * steps), entries) for g in groups]


def _traded(entries: Array) -> Array:
    """Return the draws in which one entry gives its exponent to another: a product stays what it was."""
    exponent = exponents(entries)
    size = len(entries)
    give, take_up = (pair.ravel() for pair in np.indices((size, size)))
    shift = np.zeros((size * size, size), dtype=int)
    draw = np.arange(size * size)
    shift[draw, give] -= exponent[give]
    shift[draw, take_up] += exponent[give]
    traded: Array = np.ldexp(entries, shift)
    return traded


def _kept(trial: Trial, evaluate: Evaluate, inputs: Arrays, kind: int) -> Arrays:
    batch = evaluate(inputs)
    return take(inputs, broken(trial, batch) & (classify(trial, inputs, batch) == kind))


def _best(inputs: Arrays) -> Arrays:
    return take(inputs, order(inputs)[:1])


def _shrunk(trial: Trial, evaluate: Evaluate, start: Arrays, shapes: Shapes, kind: int, width: int) -> Arrays:
    best = start
    for _ in range(ROUNDS):
        moves = _moves(_entries(best)[0])
        moves = moves[:: max(1, len(moves) // width)]
        kept = _kept(trial, evaluate, _tensors(moves, shapes), kind)
        pooled = tuple(np.concatenate(pair) for pair in zip(best, kept, strict=True))
        better = _best(pooled)
        if all(a.tobytes() == b.tobytes() for a, b in zip(better, best, strict=True)):
            break
        best = better
    return best


def _every(trial: Trial, evaluate: Evaluate, best: Arrays, kind: int) -> Arrays:
    """Try every number in (-2, -1] and [1, 2) of fewer bits than `best`, or as many, fewest first."""
    bits = int(significant_bits(best[0])[0])
    if bits > EVERY_BITS or exponents(best[0])[0] != 0:
        return best
    for width in range(LADDER_BITS, bits + 1):
        odd = np.arange(2 ** (width - 1) + 1, 2**width, 2) / 2.0 ** (width - 1)
        values = np.concatenate([odd, -odd]).astype(best[0].dtype)
        kept = _kept(trial, evaluate, (values,), kind)
        if len(kept[0]):
            return _best(kept)
    return best


def smallest(
    trial: Trial,
    evaluate: Evaluate,
    kind: str,
    found: Sequence[tuple[Shapes, Arrays]],
    rng: np.random.Generator,
    width: int,
) -> Arrays | None:
    """Search the simplest draw that breaks a claim in the way `kind`.

    Parameters
    ----------
    trial, evaluate : Trial, callable
        The experiment, and what returns its `Batch` for inputs.
    kind : str
        One of `KINDS`.
    found : sequence of (shapes, arrays)
        Exceptions of this kind that the draws met.
    rng : Generator
        Draws the simple candidates.
    width : int
        Candidates tried at a time.

    Returns
    -------
    tuple of Array or None
        A single draw (first axes of length 1); None if no candidate and none of `found` breaks it.
    """
    code = KINDS.index(kind)
    for shapes in trial.shapes:
        dtype = found[0][1][0].dtype
        met = [take(arrays, order(arrays)[:64]) for s, arrays in found if s == shapes]
        pools = [_candidates(rng, shapes, dtype, width), *met]
        pool = tuple(np.concatenate(parts) for parts in zip(*pools, strict=True))
        kept = _kept(trial, evaluate, pool, code)
        if len(kept[0]):
            best = _shrunk(trial, evaluate, _best(kept), shapes, code, width)
            alone = tuple(shapes.values()) == ((),) and width == WIDTH
            return _every(trial, evaluate, best, code) if alone else best
    return None
