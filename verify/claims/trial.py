"""Many draws of a claim at once: which are exceptions, of what kind, and whether the engine agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verify.claims.claim import Array, Batch, EndlessError, array

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from verify.claims.claim import Engine, Trial

KINDS = ("rounding", "underflow", "overflow", "zero", "infinity", "NaN", "endless")
"""What an exception is put down to: the last that applies."""

RELATIONS: dict[str, Callable[[Array, Array], Array]] = {
    "==": lambda left, right: left == right,
    "<=": lambda left, right: left <= right,
    "identical": lambda left, right: (left == right) | (np.isnan(left) & np.isnan(right)),
}


def rows(values: Array) -> Array:
    """Return the draws as a matrix: one row each, however few entries it has."""
    return values.reshape(len(values), int(np.prod(values.shape[1:], dtype=int)))


def _any(mask: Array) -> Array:
    return np.asarray(rows(mask).any(axis=1))


def broken(trial: Trial, batch: Batch) -> Array:
    """Return which draws break the claim: the relation fails at some entry, or a loop is endless."""
    mask = _any(~RELATIONS[trial.relation](batch.left, batch.right))
    return mask if batch.endless is None else mask | batch.endless


def _at_fault(arrays: Sequence[Array], good: Array) -> list[Array]:
    """Return the arrays with an innocent 1 in the place of entries that keep the claim."""
    return [np.where(good, x.dtype.type(1), x) for x in arrays]


def _where(test: Callable[[Array], Array], arrays: Sequence[Array], draws: Array) -> Array:
    """Return which of the draws have an entry that passes the test in one of the arrays."""
    found = [_any(test(x)) for x in arrays]
    return np.any(found, axis=0) if found else np.zeros(len(draws), dtype=bool)


def classify(trial: Trial, inputs: Sequence[Array], batch: Batch) -> Array:
    """Return for each draw the index in `KINDS` of what would explain an exception."""
    results: Sequence[Array] = (batch.left, batch.right, *batch.parts)
    parts: Sequence[Array] = batch.parts
    if trial.entrywise:
        good = RELATIONS[trial.relation](batch.left, batch.right)
        inputs, results, parts = (_at_fault(arrays, good) for arrays in (inputs, results, parts))
    tiny = np.finfo(inputs[0].dtype).tiny
    kind = np.full(len(batch.left), KINDS.index("rounding"))
    flushed = _where(lambda x: x == 0, parts, kind) & ~_where(lambda x: x == 0, inputs, kind)
    # sums of subnormals are exact: only what a product or a quotient left there has lost digits
    subnormal = _where(lambda x: (x != 0) & (np.abs(x) <= tiny), parts, kind)
    kind[flushed | subnormal] = KINDS.index("underflow")
    kind[_where(lambda x: ~np.isfinite(x), results, kind)] = KINDS.index("overflow")
    if batch.divisor is not None:
        kind[_any(batch.divisor == 0)] = KINDS.index("zero")
    kind[_where(np.isinf, inputs, kind)] = KINDS.index("infinity")
    kind[_where(np.isnan, inputs, kind)] = KINDS.index("NaN")
    if batch.endless is not None:
        kind[batch.endless] = KINDS.index("endless")
    return kind


def run_program(trial: Trial, torch: Engine, inputs: Sequence[Array]) -> tuple[Array, Array] | None:
    """Run the program itself on one draw; None when it never ends."""
    try:
        left, right = trial.program(torch, *(torch.tensor(x) for x in inputs))
    except EndlessError:
        return None
    left, right = np.broadcast_arrays(array(left), array(right))
    return left, right


def run_programs(trial: Trial, torch: Engine, inputs: Sequence[Array]) -> Batch:
    """Run the program itself on every draw, one by one; an endless one leaves NaN on both sides."""
    outcomes = [run_program(trial, torch, draw) for draw in zip(*inputs, strict=True)]
    shown = next((out for out in outcomes if out is not None), (np.array(np.nan), np.array(np.nan)))
    blank = np.full_like(shown[0], np.nan)
    pairs = [out if out is not None else (blank, blank) for out in outcomes]
    endless = np.array([out is None for out in outcomes])
    left, right = (np.stack([pair[side] for pair in pairs]) for side in (0, 1))
    return Batch(left, right, endless=endless)


def same_bits(first: Array, second: Array) -> Array:
    """Return for each draw whether two sides agree to the bit, the sign of zero included; NaN is itself."""
    if first.shape != second.shape or first.dtype != second.dtype:
        return np.zeros(len(first), dtype=bool)
    equal = (first == second) & (np.signbit(first) == np.signbit(second))
    return np.asarray(rows(equal | (np.isnan(first) & np.isnan(second))).all(axis=1))


def agree(model: Batch, real: Batch) -> Array:
    """Return for each draw whether the arithmetic on many draws is what the engine did."""
    ended = np.zeros(len(real.left), dtype=bool) if real.endless is None else real.endless
    stated = np.zeros(len(model.left), dtype=bool) if model.endless is None else model.endless
    left, right = np.broadcast_arrays(model.left, model.right)
    same = same_bits(left, real.left) & same_bits(right, real.right)
    return (stated & ended) | (~stated & ~ended & same)
