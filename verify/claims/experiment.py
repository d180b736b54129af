"""The floating-point side of a claim: draws counted, exceptions classified, the smallest run for real."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.claims.draws import SOURCES, SPECIAL_DRAWS, WHERE, generator, specials
from verify.claims.smallest import WIDTH, smallest, take
from verify.claims.trial import KINDS, RELATIONS, agree, broken, classify, run_program, run_programs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verify.claims.claim import Array, Batch, Engine, Shape, Shapes, Trial

CHECKED = 12
"""Draws of each distribution and shape that are also run through the engine, one by one."""

ONE_BY_ONE = 400
"""Draws of each distribution and shape where only the engine can tell."""


class _DisagreementError(Exception):
    """The arithmetic on many draws is not what the engine did: the engine is asked one by one."""


@dataclass(frozen=True)
class Sample:
    """The draws of one distribution at one shape, and what became of them."""

    source: str
    shapes: Shapes
    inputs: tuple[Array, ...]
    mask: Array
    kinds: Array

    def exceptions(self, kind: str) -> tuple[Array, ...]:
        """Return the draws that broke the claim in the way `kind`."""
        return take(self.inputs, self.mask & (self.kinds == KINDS.index(kind)))


class Experiment:
    """A trial in one dtype: how often the claim fails, in which ways, and the smallest exceptions.

    Parameters
    ----------
    trial : Trial
        The programs and shapes.
    torch : module
        The engine, `numeric` or PyTorch.
    dtype : str
        A floating-point dtype.
    key : tuple of (int, str)
        The seed and the claim's id: the draws depend on nothing else.
    draws : int
        Draws of each distribution but the special one, shared out among the shapes.
    """

    def __init__(self, trial: Trial, torch: Engine, dtype: str, key: tuple[int, str], draws: int) -> None:
        self.trial, self.torch, self.dtype, self.key = trial, torch, np.dtype(dtype), key
        self.draws, self.modelled = draws, True

    def report(self) -> list[dict[str, Any]]:
        """Return one entry for the record for each distribution."""
        with np.errstate(all="ignore"):
            try:
                return self._report()
            except _DisagreementError:
                self.modelled = False
                return self._report()

    def _evaluate(self, inputs: Sequence[Array]) -> Batch:
        if self.modelled:
            return self.trial.batch(*inputs)
        return run_programs(self.trial, self.torch, inputs)

    def _report(self) -> list[dict[str, Any]]:
        samples = [self._sample(source, shapes) for source in SOURCES for shapes in self.trial.shapes]
        kinds = {kind: self._smallest(kind, samples) for kind in KINDS if _count(samples, kind)}
        return [self._entry(source, samples, kinds) for source in SOURCES]

    def _count_of(self, source: str, shapes: Shapes) -> int:
        share = -(-self.draws // len(self.trial.shapes))
        if source == "special values":
            alone = tuple(shapes.values()) == ((),)
            return len(specials(self.dtype)) if alone else SPECIAL_DRAWS
        return share if self.modelled else min(share, ONE_BY_ONE)

    def _sample(self, source: str, shapes: Shapes) -> Sample:
        count = self._count_of(source, shapes)
        drawn = tuple(self._drawn(source, name, shape, count) for name, shape in shapes.items())
        batch = self._evaluate(drawn)
        if self.modelled:
            some = slice(None if source == "special values" else CHECKED)
            self._compare(tuple(x[some] for x in drawn), batch, some)
        return Sample(source, shapes, drawn, broken(self.trial, batch), classify(self.trial, drawn, batch))

    def _drawn(self, source: str, name: str, shape: Shape, count: int) -> Array:
        rng = generator(*self.key, str(self.dtype), source, name, str(shape))
        return SOURCES[source](rng, count, shape, self.dtype)

    def _compare(self, inputs: tuple[Array, ...], batch: Batch, some: slice) -> None:
        real = run_programs(self.trial, self.torch, inputs)
        part = type(batch)(
            batch.left[some],
            batch.right[some],
            endless=None if batch.endless is None else batch.endless[some],
        )
        if not agree(part, real).all():
            raise _DisagreementError

    def _smallest(self, kind: str, samples: Sequence[Sample]) -> dict[str, Any] | None:
        found = [(s.shapes, s.exceptions(kind)) for s in samples]
        rng = generator(*self.key, str(self.dtype), "smallest", kind)
        width = WIDTH if self.modelled else WIDTH // 10
        best = smallest(self.trial, self._evaluate, kind, found, rng, width)
        if best is None:
            return None
        if self.modelled:
            self._compare(best, self.trial.batch(*best), slice(None))
        return self._shown(best)

    def _shown(self, inputs: tuple[Array, ...]) -> dict[str, Any]:
        """Return one exception as the record carries it, its two sides from the engine itself."""
        named = zip(self.trial.names, (x[0] for x in inputs), strict=True)
        shown: dict[str, Any] = {"inputs": {name: exact(x) for name, x in named}}
        sides = run_program(self.trial, self.torch, [x[0] for x in inputs])
        if sides is None:
            return {**shown, "left": "never ends", "right": "never ends", "ulps": None}
        left, right = sides
        wrong = np.argwhere(~RELATIONS[self.trial.relation](left, right))
        index = tuple(int(i) for i in wrong[0])
        at = {"entry": list(index)} if index else {}
        left_at, right_at = left[index], right[index]
        ulps = _ulps(left_at, right_at)
        return {**shown, **at, "left": decimal(left_at), "right": decimal(right_at), "ulps": ulps}

    def _entry(self, source: str, samples: Sequence[Sample], smallest_of: dict[str, Any]) -> dict[str, Any]:
        mine = [s for s in samples if s.source == source]
        draws = sum(len(s.mask) for s in mine)
        exceptions = sum(int(s.mask.sum()) for s in mine)
        counts = {kind: _count(mine, kind) for kind in reversed(KINDS)}
        return {
            "dtype": str(self.dtype),
            "source": source,
            "verdict": f"always in {draws} draws" if exceptions == 0 else "not always",
            "draws": draws,
            "exceptions": exceptions,
            "frequency": exceptions / draws,
            "kinds": [
                {"name": kind, "count": n, "smallest": smallest_of[kind]}
                for kind, n in sorted(counts.items(), key=lambda pair: -pair[1])
                if n
            ],
            "where": self._where(source, mine),
        }

    def _where(self, source: str, samples: Sequence[Sample]) -> str:
        by_count = itertools.groupby(samples, lambda s: len(s.mask))
        each = "; ".join(f"{n} of each of {', '.join(_sizes(s.shapes) for s in alike)}" for n, alike in by_count)
        how = "" if self.modelled else "; the engine was run on each draw, one by one"
        return f"{WHERE[source]}; {each}{how}"


def _count(samples: Sequence[Sample], kind: str) -> int:
    return sum(int((s.mask & (s.kinds == KINDS.index(kind))).sum()) for s in samples)


def _sizes(shapes: Shapes) -> str:
    return " ".join(f"{name}: {shape}" for name, shape in shapes.items())


def decimal(value: np.floating) -> str:
    """Return the shortest decimal that reads back as `value` in its dtype."""
    return str(value)


def exact(values: Array) -> dict[str, Any]:
    """Return an input as the record carries it: shape, shortest decimals, exact hexadecimals."""
    flat = values.reshape(-1)
    return {
        "dtype": str(values.dtype),
        "shape": list(values.shape),
        "dec": [decimal(v) for v in flat],
        "hex": [float(v).hex() for v in flat],
    }


def _ulps(left: np.floating, right: np.floating) -> float | None:
    """Return the distance in units in the last place of the larger side.

    None where a side is not finite, or the distance itself is beyond a float64.
    """
    if not (np.isfinite(left) and np.isfinite(right)):
        return None
    info = np.finfo(right.dtype)
    larger = max(abs(left), abs(right))
    _, exponent = np.frexp(larger)
    unit = (max(int(exponent) - 1, info.minexp) if larger else info.minexp) - info.nmant
    distance = abs(Fraction(float(left)) - Fraction(float(right))) / Fraction(2) ** unit
    return float(distance) if distance < Fraction(2) ** 1023 else None
