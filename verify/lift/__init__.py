"""The lift: one program read with exact numbers in place of floats (design, section 3).

`Ball` is the exact number (an enclosure, or a power series of them), `Symbol` a formula with a sample value,
`Lifted` the duck array that carries either through NumPy programs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, arb_series

import verify.lift.choices
import verify.lift.contractions
import verify.lift.factorizations
import verify.lift.linalg
import verify.lift.methods
import verify.lift.norms
import verify.lift.numerics
import verify.lift.ordering
import verify.lift.scipy_linalg
import verify.lift.scipy_special
import verify.lift.spectral
import verify.lift.statistics
import verify.lift.transforms  # noqa: F401 - fills in the tables of what can be lifted
from verify.lift.array import Lifted, object_array
from verify.lift.ball import PRECISION, Ball, constant_ball, exact, precision
from verify.lift.reading import Comparison, Reading, reading
from verify.lift.running import run
from verify.lift.symbol import Symbol, formula

__all__ = [
    "PRECISION",
    "Ball",
    "Comparison",
    "Lifted",
    "Reading",
    "Symbol",
    "ball_array",
    "lift",
    "precision",
    "reading",
    "run",
    "series_array",
    "symbol_array",
]


def ball_array(array: Any, radius: Any = None) -> Any:
    """Return the real numbers that a float array holds, as an object array of balls.

    Parameters
    ----------
    array : ndarray
        Floats, integers or booleans of any dtype.
    radius : ndarray, optional
        The radius of every ball; exact numbers without it.
    """
    array = np.asarray(array)
    balls = [exact(v) for v in array.ravel()]
    if radius is not None:
        balls = [v + arb(0, exact(r)) for v, r in zip(balls, np.asarray(radius).ravel(), strict=True)]
    return object_array([Ball(v) for v in balls], array.shape)


def series_array(x: Any, x_dot: Any, order: int = 2) -> Any:
    """Return ``x + t * x_dot`` entry by entry, as power series truncated at ``t**order``."""
    pairs = zip(np.asarray(x).ravel(), np.asarray(x_dot).ravel(), strict=True)
    rest = [arb(0)] * (order - 2)
    return object_array([Ball(arb_series([exact(a), exact(b), *rest], prec=order)) for a, b in pairs], np.shape(x))


def symbol_array(names: Any, values: Any, path: list[Any]) -> Any:
    """Return symbols that carry sample values: `names` and `values` are arrays of one shape."""
    cells = [Symbol(n, Ball(exact(v)), path) for n, v in zip(np.ravel(names), np.ravel(values), strict=True)]
    return object_array(cells, np.shape(names))


def lift(cells: Any, dtype: Any = np.float64) -> Lifted:
    """Return a duck array of exact numbers that says it holds floats of `dtype`."""
    return Lifted(cells, dtype, constant_ball)


def lift_symbols(cells: Any, path: list[Any]) -> Lifted:
    """Return a duck array of formulas; constants of the program become exact rational numbers."""

    def constant(value: Any, _: Any) -> Symbol:
        return Symbol(formula(value), Ball(exact(value)), path)

    return Lifted(cells, np.float64, constant)
