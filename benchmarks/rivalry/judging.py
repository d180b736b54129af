"""The truth at one point, and what an answer is worth beside it.

The truth comes from the formula alone: central difference quotients in ball arithmetic, entry by entry, with a step
so small that they are right to far more digits than floats have. No rule of differentiation takes part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, fmpq

from symbolic import derive
from symbolic.arithmetic import precision
from symbolic.errors import EvaluationError, Undecidable
from symbolic.tensors.drawing import points
from symbolic.tensors.expression import labels_in
from symbolic.tensors.values import FloatsOnlyError, evaluate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symbolic.tensors.tensor import Tensor

RIGHT, WRONG = "right", "wrong"
BITS, STEP = 640, 250
ENOUGH = 1e-7
ROUGH = 1e-3


@dataclass(frozen=True)
class Trial:
    """A point, with small unequal sizes; the formula's value there, and its derivative, of axes f's and then wrt's."""

    point: Mapping[str, Any]
    sizes: Mapping[str, int]
    value: Any
    slope: Any


@lru_cache(maxsize=4)
def trial(f: str, wrt: str, shapes: str, domains: tuple[tuple[str, str], ...], space: str = "free") -> Trial | None:
    """Return a point where the formula has a derivative; None if none was found.

    The facts say where the point lies; the formula is differentiated as it is written, every entry by itself, and
    only then seen among symmetric matrices if the space says so.
    """
    facts = derive(f, wrt, shapes, dict(domains)).facts
    if space != "free":
        facts = {**facts, wrt: facts.get(wrt, frozenset()) | {"symmetric"}}
    plain = derive(f, wrt, shapes)
    for point, sizes in points(plain.shapes, facts, labels=labels_in(plain.function.entry)):
        try:
            value, slope = _floats(plain.function, point, sizes, wrt, symmetric="symmetric" in facts.get(wrt, ()))
        except (EvaluationError, Undecidable):
            continue
        if np.isfinite(value).all() and np.isfinite(slope).all():
            return Trial(point, sizes, value, _in_space(slope, space))
    return None


def _in_space(slope: Any, space: str) -> Any:
    if space == "free":
        return slope
    both = slope + np.swapaxes(slope, -1, -2)
    return both / 2 if space == "symmetric-projected" else both - slope * np.eye(slope.shape[-1])


def _floats(
    function: Tensor, point: Mapping[str, Any], sizes: Mapping[str, int], wrt: str, symmetric: bool
) -> tuple[Any, Any]:
    try:
        with precision(BITS):
            balls = {name: _balls(cells) for name, cells in point.items()}
            value, slope = _quotients(function, balls, sizes, wrt, arb(fmpq(1, 2**STEP)), smooth=True)
    except FloatsOnlyError:  # a spectrum: Richardson's extrapolation of plain quotients
        value, rough = _quotients(function, point, sizes, wrt, 2 * ROUGH)
        slope = (4 * _quotients(function, point, sizes, wrt, ROUGH)[1] - rough) / 3
        if symmetric:  # NumPy reads the spectrum off one triangle
            slope = (slope + np.swapaxes(slope, -1, -2)) / 2
    return np.vectorize(float, otypes=[float])(value), np.vectorize(float, otypes=[float])(slope)


def _quotients(
    function: Tensor, point: Mapping[str, Any], sizes: Mapping[str, int], wrt: str, step: Any, smooth: bool = False
) -> tuple[Any, Any]:
    """Return the value and central quotients; the one-sided ones have to agree where `smooth` asks for it."""
    value = np.asarray(evaluate(function, sizes, point))
    given = np.asarray(point[wrt])
    slope = np.empty(value.shape + given.shape, dtype=object)
    for where in np.ndindex(given.shape):
        ends = []
        for sign in (1, -1):
            moved = np.array(given, dtype=object)
            moved[where] = moved[where] + sign * step
            ends.append(np.asarray(evaluate(function, sizes, {**point, wrt: moved})))
        slope[(..., *where)] = (ends[0] - ends[1]) / (2 * step)
        bend = np.ravel((ends[0] - 2 * value + ends[1]) / step)
        if smooth and any(abs(float(b)) > ENOUGH for b in bend):
            raise EvaluationError("the point is a kink")
    return value, slope


def _balls(cells: Any) -> Any:
    return np.vectorize(arb, otypes=[object])(cells) if np.ndim(cells) else np.array(arb(float(cells)), dtype=object)


def agrees(answer: Any, truth: Any) -> bool:
    """Tell whether numbers are the truth, axes of length 1 aside."""
    truth = np.squeeze(truth)
    return np.shape(answer) == truth.shape and bool(np.allclose(answer, truth, rtol=ENOUGH, atol=ENOUGH))


def judged(answer: Any, found: Trial, layouts: bool) -> str:
    """Return whether an answer is right: its axes are f's and then wrt's, or the other way round if layouts differ."""
    ranks = np.ndim(found.value)
    first = list(range(found.slope.ndim))
    turned = np.transpose(found.slope, first[ranks:] + first[:ranks])
    return RIGHT if agrees(answer, found.slope) or (layouts and agrees(answer, turned)) else WRONG
