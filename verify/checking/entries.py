"""Which entries of a cotangent are wrong, by unit vectors where there are few and by halving where there are many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.checking import formula
from verify.checking.exact import coefficients
from verify.checking.formats import as_arb, format_of
from verify.checking.kinks import SINGLE
from verify.checking.points import generator, integers
from verify.compare import Entry
from verify.errors import SingularError, UndecidableError

if TYPE_CHECKING:
    from verify.checking.exact import Cotangents, Exactly, Slopes

FEW = 40
"""Up to so many entries each is asked for by its unit vector."""

MOST_WRONG = 5
"""Wrong entries that are looked for by halving."""

MOST_ASKED = 40
"""Halves that are asked for; each costs an evaluation at full size."""

MOVES = 3
"""Random moves by one ulp that measure the conditioning."""

UNDERFLOW = 64
"""Times the smallest number of the dtype: a slope that small may be set to zero."""

Place = tuple[int, tuple[int, ...]]
"""The position of an input and an index into it."""


class Truth:
    """The true cotangent of one question, asked for entry by entry."""

    def __init__(self, question: formula.Question, exactly: Exactly, pulled: Cotangents) -> None:
        self.question = question
        self.exactly = exactly
        self.pulled = pulled
        self.places: list[Place] = [
            (k, index) for k in question.point.floats for index in np.ndindex(np.shape(question.point.inputs[k]))
        ]

    def entry(self, place: Place) -> Entry:
        """Return one entry, claimed and true."""
        k, index = place
        true = self._along([place])
        claimed = self.pulled.bars[k][index].coefficient(0)
        return Entry(f"{self.question.programs.names[k]}_bar", index, claimed, true)

    def all(self) -> list[Entry]:
        """Return every entry; only where there are few."""
        return [self.entry(place) for place in self.places]

    def wrong(self) -> tuple[Entry, ...]:
        """Return entries that are surely different from the truth: all of few, or some of many."""
        try:
            places = self.places if len(self.places) <= FEW else self._single() or self._halved(self.places)
            return tuple(entry for entry in map(self.entry, places) if entry.disjoint)
        except (UndecidableError, SingularError):
            return ()

    def _along(self, places: list[Place], weights: Any = None) -> arb:
        """Return <out_bar, J u> for the direction that is `weights` (or 1) at the places and 0 elsewhere."""
        return formula.along(self.question.out_bars, self.exactly.along(self._step(places, weights)))

    def _step(self, places: list[Place], weights: Any) -> dict[int, Any]:
        u = {k: np.zeros(np.shape(self.question.point.inputs[k])) for k in self.question.point.floats}
        for n, (k, index) in enumerate(places):
            u[k][index] = 1.0 if weights is None else weights[n]
        return u

    def _differs(self, places: list[Place]) -> bool:
        """Whether the claim is wrong along a random direction on these places."""
        error = self._error(places, integers(generator(self.question.seed, "halving", len(places)), (len(places),)))
        return not error.is_finite() or not error.contains(0)

    def _single(self) -> list[Place]:
        """Return the only wrong place of many, if there is just one.

        Its number is the ratio of two sums of the errors, one of them weighted by the numbers of the places.
        """
        weights = integers(generator(self.question.seed, "single", len(self.places)), (len(self.places),))
        counted = weights * np.arange(1.0, len(self.places) + 1)
        plain, numbered = self._error(self.places, weights), self._error(self.places, counted)
        if not (plain.is_finite() and numbered.is_finite()) or plain.contains(0):
            return []
        number = round(float((numbered / plain).mid()))
        if not 1 <= number <= len(self.places) or not (plain * number).overlaps(numbered):
            return []
        return [self.places[number - 1]]

    def _error(self, places: list[Place], weights: Any) -> arb:
        """Return the claim less the truth along weights on some places."""
        claimed = arb(0)
        for (k, index), w in zip(places, weights, strict=True):
            claimed += self.pulled.bars[k][index].coefficient(0) * as_arb(w)
        return claimed - self._along(places, weights)

    def _halved(self, places: list[Place]) -> list[Place]:
        """Return up to `MOST_WRONG` places that differ: half after half is asked along a random direction."""
        found: list[Place] = []
        pending, asked = [places], 0
        while pending and len(found) < MOST_WRONG and asked < MOST_ASKED:
            some, asked = pending.pop(), asked + 1
            if not self._differs(some):
                continue
            if len(some) == 1:
                found += some
            else:
                pending += [some[len(some) // 2 :], some[: len(some) // 2]]
        return found

    # -- approximations ----------------------------------------------------------------------------------

    def approximate(self, entries: tuple[Entry, ...], pulled: Cotangents) -> bool:
        """Whether every gap is one that code may leave on purpose in its dtype.

        A program that takes branches of its own may put a polynomial in place of the function near a point: half of
        the dtype's digits are granted there.
        """
        return bool(pulled.notes.comparisons) and self._within(
            entries, 0.75 * format_of(self.question.point.dtype).eps ** 0.5
        )

    def below_precision(self, entries: tuple[Entry, ...], pulled: Cotangents, slopes: Slopes) -> bool:
        """Whether no gap is one that the dtype can tell: an iteration, a series or a long constant was cut off.

        Two ulps of the entry are granted, 16 where a program holds long constants (it may be a polynomial throughout),
        half as much of what a move of inputs and cotangents by one ulp does to it, and what underflows.
        """
        ulps = 16 if pulled.notes.rounded or slopes.notes.rounded else 2
        return self._within(entries, ulps * min(format_of(self.question.point.dtype).eps, SINGLE), ulps // 2)

    def _within(self, entries: tuple[Entry, ...], share: float, moved: int = 64) -> bool:
        form = format_of(self.question.point.dtype)
        eps = form.eps
        places = {(f"{self.question.programs.names[k]}_bar", index): (k, index) for k, index in self.places}
        moves = conditioning(
            self.question, self.exactly, [places[e.of, e.index] for e in entries if (e.of, e.index) in places]
        )
        for entry in entries:
            move = moves.get((entry.of, entry.index), arb(0)) * (min(eps, SINGLE) / eps)
            gap = (entry.claimed - entry.true).abs_upper()
            allowed = abs(entry.true).upper() * share + moved * move + UNDERFLOW * form.smallest * eps
            if not entry.claimed.is_finite() or gap > allowed:
                return False
        return True


def conditioning(
    question: formula.Question, exactly: Exactly, places: list[Place]
) -> dict[tuple[str, tuple[int, ...]], arb]:
    """Return how far each claimed entry moves when inputs and cotangents move by one ulp, to first order.

    The largest of a few random moves, each by plus or minus one ulp in every entry.
    """
    found: dict[tuple[str, tuple[int, ...]], arb] = {}
    point, names = question.point, question.programs.names
    for n in range(MOVES):
        rng = generator(question.seed, "ulp", n)
        steps = {k: _ulps(point.inputs[k], rng) for k in point.floats}
        bars = tuple(_ulps(bar, rng) for bar in question.out_bars)
        try:
            moved = exactly.pulled(question.out_bars, steps=steps, bar_steps=bars)
        except (UndecidableError, SingularError):
            return {}
        sizes = {k: coefficients(moved.bars[k], 1) for k in point.floats}
        for k, index in places:
            size, key = abs(sizes[k][index]), (f"{names[k]}_bar", index)
            found[key] = max(found.get(key, arb(0)), size.upper()) if size.is_finite() else found.get(key, arb(0))
    return found


def _ulps(x: Any, rng: np.random.Generator) -> Any:
    """Return a move by one ulp up or down in every entry, as an array of exact floats."""
    values = np.asarray(x)
    eps = format_of(values.dtype).eps
    sizes = np.abs(values.astype(np.longdouble)) * eps
    return sizes * rng.choice((-1.0, 1.0), size=values.shape)
