"""The programs at one point, read with exact numbers: slopes of the function, cotangents of the pullback."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.checking.formats import as_arb
from verify.checking.limits import TimeLimitReached, limited
from verify.checking.programs import as_tuple
from verify.errors import OpaqueError, OutOfTimeError, UsageError, VerifyError
from verify.lift import Ball, ball_array, lift, reading, run, series_array
from verify.lift.array import Lifted, object_array, scalar_cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.checking.points import Point
    from verify.checking.programs import Programs

Cells = Any
"""An object array of balls or of power series of balls."""

SPARE = 4
"""Powers of t added where the first reading did not reach the slope."""

MOST_WORDS = 200
"""Letters of a program's exception that are repeated."""


@dataclass(frozen=True)
class Slopes:
    """The outputs along ``x + t u`` as power series, with what the reading noted on the way.

    `singular` says that the function has a root of zero or a quotient of zeros on its way there.
    """

    outputs: tuple[Cells, ...]
    notes: Any
    singular: bool = False

    def known(self, k: int) -> bool:
        """Whether the coefficient of ``t**k`` is finite wherever the value is."""
        return all(
            cell.coefficient(k).is_finite() or not cell.coefficient(0).is_finite()
            for cells in self.outputs
            for cell in cells.ravel()
        )

    def coefficient(self, k: int) -> list[Cells]:
        """Return the coefficients of ``t**k``, an object array of `arb` an output."""
        return [coefficients(cells, k) for cells in self.outputs]


@dataclass(frozen=True)
class Cotangents:
    """What the pullback returned: cells an input, None where it returned None; and the notes of the reading."""

    bars: tuple[Cells, ...]
    notes: Any


def coefficients(cells: Cells, k: int) -> Cells:
    """Return the coefficient of ``t**k`` of every cell, as an object array of `arb`."""
    return object_array([cell.coefficient(k) for cell in cells.ravel()], cells.shape)


class Exactly:
    """The programs at one point, read with exact numbers.

    Parameters
    ----------
    programs : Programs
        What is on trial.
    point : Point
        Where.
    literals : str
        "exact" where constants stand for themselves, "rounded" where each stands for the reals that round to it.
    """

    def __init__(self, programs: Programs, point: Point, literals: str = "exact") -> None:
        self.programs = programs
        self.point = point
        self.literals = literals

    def along(self, tangents: dict[int, Any], order: int = 2) -> Slopes:
        """Return the outputs along a direction: one tangent array a float input, by position.

        Raises
        ------
        OpaqueError, UndecidableError, SingularError
            The program cannot be lifted, compares what the balls do not decide, or has no value.
        """
        slopes = self._along(tangents, order)
        if not slopes.known(order - 1):  # roots and quotients at singular points use up leading powers of t
            slopes = replace(self._along(tangents, order + SPARE), singular=True)
        return slopes

    def _along(self, tangents: dict[int, Any], order: int) -> Slopes:
        out, notes = self._run(self.programs.reference or self.programs.f, *self._inputs(tangents, order))
        return Slopes(tuple(cells_of(part) for part in as_tuple(out)), notes)

    def pulled(
        self, out_bars: tuple[Any, ...], *, steps: Any = None, bar_steps: Any = None, order: int = 2
    ) -> Cotangents:
        """Return the claimed cotangents at the point, or along a path of inputs and cotangents.

        Parameters
        ----------
        out_bars : tuple of array
            One cotangent an output.
        steps : dict of int to array, optional
            Tangents of the inputs: the cotangents are then power series.
        bar_steps : tuple of array, optional
            Tangents of the cotangents.
        order : int
            How many coefficients the series keep.
        """
        inputs = self._inputs(steps, order)
        given = tuple(
            _lifted(bar, None if bar_steps is None else bar_steps[k], order) for k, bar in enumerate(out_bars)
        )
        result, notes = self._run(self.programs.vjp, given if len(given) > 1 else given[0], *inputs)
        return Cotangents(self._bars(result), notes)

    def pushed(self, tangents: dict[int, Any]) -> Slopes:
        """Return the claimed tangents of the outputs for one tangent a float input."""
        inputs = self._inputs(None, 2)
        given = tuple(_lifted(tangents[k]) if k in tangents else None for k in range(len(inputs)))
        out, notes = self._run(self.programs.jvp, *given, *inputs)
        return Slopes(tuple(cells_of(part) for part in as_tuple(out)), notes)

    def _inputs(self, tangents: dict[int, Any] | None, order: int) -> list[Any]:
        lifted = []
        for k, x in enumerate(self.point.inputs):
            if k not in self.point.floats:
                lifted.append(x.copy() if isinstance(x, np.ndarray) else x)
            else:
                lifted.append(_lifted(x, None if tangents is None else tangents.get(k), order))
        return lifted

    def _run(self, function: Callable[..., Any] | None, *arguments: Any) -> tuple[Any, Any]:
        if function is None:
            raise UsageError("there is no such program to read: give vjp= or jvp=")
        try:
            with (
                limited(min(self.programs.exact_patience, self.programs.left())),
                np.errstate(all="ignore"),
                reading(literals=self.literals, singular="carry") as notes,
            ):
                return run(function, *arguments), notes
        except (VerifyError, OutOfTimeError):
            raise
        except TimeLimitReached:
            self.programs.left()  # is it the judgement's time that is over?
            raise OpaqueError("the program does not end within its time") from None
        except RecursionError as error:
            raise OpaqueError("the program recurses too deep") from error
        except (Exception, SystemExit) as error:
            said = f"{type(error).__name__}: {error}"
            raise OpaqueError(f"the program raises {said[:MOST_WORDS]}") from error

    def _bars(self, result: Any) -> tuple[Cells, ...]:
        bars = tuple(result) if isinstance(result, (tuple, list)) else (result,)
        if len(bars) != len(self.point.inputs):
            raise OpaqueError(f"read with exact numbers, the pullback returns {len(bars)} cotangents")
        return tuple(
            cells_of(bar) if bar is not None and k in self.point.floats else None for k, bar in enumerate(bars)
        )


def _lifted(x: Any, tangent: Any = None, order: int = 2) -> Lifted:
    array = np.asarray(x)
    cells = ball_array(array) if tangent is None else series_array(array, tangent, order)
    return lift(cells, array.dtype)


def cells_of(out: Any) -> Cells:
    """Return an output as an object array of balls, constants as exact ones.

    Raises
    ------
    OpaqueError
        It is no array of real numbers.
    """
    if isinstance(out, Lifted):
        return object_array([c if isinstance(c, Ball) else Ball(as_arb(c)) for c in out.cells.ravel()], out.shape)
    if isinstance(out, Ball):
        return scalar_cells(out)
    array = np.asarray(out)
    if array.dtype == object or array.dtype.kind in "cSUmM":
        raise OpaqueError(f"an array of real numbers is expected, got {type(out).__name__} of {array.dtype}")
    return object_array([Ball(as_arb(v)) for v in array.ravel()], array.shape)


def paired(cells: Cells, weights: Any) -> arb:
    """Return the inner product of an array of `arb` with an array of floats."""
    total = arb(0)
    for c, w in zip(cells.ravel(), np.ravel(weights), strict=True):
        total += c * as_arb(w)
    return total
