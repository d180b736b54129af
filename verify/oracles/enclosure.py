"""Enclosure: the numeric rules read in balls against FLINT's power series of the definition and of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.compare import Comparison, Entry, compare, merged
from verify.errors import SingularError, UndecidableError
from verify.lift import Ball, ball_array, lift, precision, series_array
from verify.lift.array import scalar_cells
from verify.lift.ball import PRECISION, PRECISIONS
from verify.search import Observation
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.examples import Example
    from verify.subject import Subject

TITLE = "Enclosed in balls"
COMPARES = (
    "numeric VJP and JVP, lifted into balls",
    "FLINT's power series of the definition and of the program",
)
INDEPENDENT_OF = (
    "The series come from the definition and from the forward program by FLINT's rules; no derivative of ours is used."
)
BOUND = f"None: enclosures of {PRECISION} bits either are disjoint or share 50 digits."

SERIES_ORDERS = (2, 6)
"""Truncation of the series; the second try pulls powers of t out of roots and quotients at singular points."""


def judge(subject: Subject, example: Example) -> Observation:
    """Compare value, JVP and VJP of the claim with the series of definition and program at one point."""
    return narrowed(lambda: _judged(subject, example))


def narrowed(ask: Callable[[], Observation]) -> Observation:
    """Ask at rising precision until the answer is narrow enough to decide, or the precisions run out."""
    for bits in PRECISIONS:
        with precision(bits):
            seen = ask()
        if seen.status is not Status.UNDECIDED:
            break
    return seen


def _judged(subject: Subject, example: Example) -> Observation:
    try:
        slopes = _slopes(subject, example, 1)
    except (SingularError, UndecidableError) as error:
        return Observation(Status.NOT_APPLICABLE, words=f"singular: {error}")
    if not _finite(slopes.value) or not _finite(slopes.slope):
        return Observation(Status.NOT_APPLICABLE, words="the exact value is beyond the range of the balls")
    found = _against(subject, example, slopes)
    if found.status is Status.DISAGREE and not found.words and not any(e.of == "out" for e in found.entries):
        return _at_a_kink(subject, example, slopes, found)
    return _observed(found)


def _observed(found: Comparison) -> Observation:
    return Observation(found.status, digits=found.digits, words=found.words, entries=found.entries)


class _Slopes:
    """Value and one-sided directional derivative, by the definition's and by the program's series."""

    def __init__(self, defined: Any, programmed: Any) -> None:
        self.value, self.slope = _coefficients(defined)
        self.program_value, self.program_slope = _coefficients(programmed)


def _coefficients(cells: Any) -> tuple[Any, Any]:
    parts: list[Any] = []
    for k in (0, 1):
        part = np.empty(cells.shape, dtype=object)
        for index in np.ndindex(cells.shape):
            part[index] = Ball(cells[index].coefficient(k))
        parts.append(part)
    return parts[0], parts[1]


def _finite(cells: Any) -> bool:
    return all(cell.coefficient(0).is_finite() for cell in cells.ravel())


def _slopes(subject: Subject, example: Example, side: int) -> _Slopes:
    for order in SERIES_ORDERS:
        try:
            found = _series(subject, example, side, order)
        except SingularError:
            if order == SERIES_ORDERS[-1]:
                raise
        else:
            if _finite(found.slope) or order == SERIES_ORDERS[-1]:
                return found
    raise AssertionError("unreachable: the loop returns or raises")


def _series(subject: Subject, example: Example, side: int, order: int) -> _Slopes:
    cells = {name: series_array(x, side * example.tangents[name], order) for name, x in example.arrays.items()}
    defined = subject.true_value(example, cells)
    programmed = subject.forward([lift(cells[name], example.dtype) for name in subject.inputs])
    return _Slopes(defined, programmed.cells)


def _claimed(subject: Subject, example: Example) -> tuple[dict[str, Any], Any]:
    """Return the numeric VJP and JVP, read in balls."""
    arrays = [lift(ball_array(example.arrays[name]), example.dtype) for name in subject.inputs]
    tangents = [lift(ball_array(example.tangents[name]), example.dtype) for name in subject.inputs]
    out_bar = lift(ball_array(example.out_bar), example.dtype)
    x_bars = subject.pullback(arrays, out_bar)
    _, out_dot = subject.pushforward(arrays, tangents)
    return dict(zip(subject.inputs, x_bars, strict=True)), out_dot


def _against(subject: Subject, example: Example, slopes: _Slopes) -> Comparison:
    try:
        x_bars, out_dot = _claimed(subject, example)
    except SingularError as error:
        return Comparison(Status.DISAGREE, 0, (), f"the rule is singular where the derivative exists: {error}")
    except UndecidableError as error:
        return Comparison(Status.UNDECIDED, 0, (), f"the rule compares what the balls do not decide: {error}")
    if subject.declared:
        return _declared(subject, example, x_bars, out_dot)
    return merged(
        [
            compare("out", slopes.program_value, slopes.value),
            compare("out_dot", slopes.program_slope, slopes.slope),
            compare("out_dot", out_dot.cells, slopes.slope),
            *_cotangents(subject, example, x_bars, slopes),
        ]
    )


def _cotangents(subject: Subject, example: Example, x_bars: dict[str, Any], slopes: _Slopes) -> list[Comparison]:
    """The pairing with the series' slope, and every entry with the symbolic VJP."""
    found = [_shape(example, name, x_bar) for name, x_bar in x_bars.items()]
    if any(c.status is Status.DISAGREE for c in found):
        return found
    found.append(_paired(subject, example, x_bars, slopes))
    return found + entrywise(subject, example, x_bars)


def _shape(example: Example, name: str, x_bar: Any) -> Comparison:
    due = example.arrays[name].shape
    if x_bar is None:
        return Comparison(Status.DISAGREE, 0, (), f"no cotangent for {name}: an array of shape {due} is due")
    if x_bar.shape != due:
        return Comparison(
            Status.DISAGREE,
            0,
            (),
            f"the cotangent of {name} has shape {x_bar.shape}, and {due} is due",
        )
    return Comparison(Status.AGREE, 10**6)


def _paired(subject: Subject, example: Example, x_bars: dict[str, Any], slopes: _Slopes) -> Comparison:
    """Compare <x_bar, x_dot>, from the rule, with <out_bar, J x_dot>, from the series."""
    del subject
    claimed = _inner([(x_bars[name].cells, example.tangents[name]) for name in x_bars])
    true = _inner([(slopes.slope, example.out_bar)])
    return compare("<x_bar, x_dot>", claimed, true)


def _inner(pairs: list[tuple[Any, Any]]) -> Any:
    total = Ball(arb(0))
    for cells, weights in pairs:
        for cell, weight in zip(cells.ravel(), ball_array(weights).ravel(), strict=True):
            total = total + cell * weight
    return scalar_cells(total)


def entrywise(subject: Subject, example: Example, x_bars: dict[str, Any]) -> list[Comparison]:
    """Compare every entry of the claimed cotangents with the symbolic VJP, where that is not singular."""
    arrays = {name: ball_array(x) for name, x in example.arrays.items()}
    arrays["out_bar"] = ball_array(example.out_bar)
    try:
        true = subject.true_vjp(example, arrays)
    except (SingularError, UndecidableError, ZeroDivisionError):
        return []
    return [compare(f"{name}_bar", x_bars[name].cells, true[name]) for name in x_bars]


def _declared(subject: Subject, example: Example, x_bars: dict[str, Any], out_dot: Any) -> Comparison:
    """A derivative by declaration (detach): the claim is held against the declaration, not against the series."""
    arrays = {name: ball_array(x) for name, x in example.arrays.items()}
    arrays |= {f"{name}_dot": ball_array(x_dot) for name, x_dot in example.tangents.items()}
    declared = subject.true_jvp(example, arrays)
    return merged([compare("out_dot", out_dot.cells, declared), *entrywise(subject, example, x_bars)])


def _at_a_kink(subject: Subject, example: Example, right: _Slopes, found: Comparison) -> Observation:
    """Where the slopes along u and -u differ there is no derivative, and a value between them is a subgradient."""
    try:
        left = _slopes(subject, example, -1)
        x_bars, _ = _claimed(subject, example)
    except (SingularError, UndecidableError):
        return _observed(found)
    forward, backward = (
        _inner([(right.slope, example.out_bar)])[()].v,
        -_inner([(left.slope, example.out_bar)])[()].v,
    )
    if forward.overlaps(backward):
        return _observed(found)
    claimed = _inner([(x_bars[name].cells, example.tangents[name]) for name in x_bars])[()].v
    low, high = (forward, backward) if forward < backward else (backward, forward)
    if claimed < low or claimed > high:
        entry = Entry("<x_bar, x_dot>", (), claimed, low.union(high))
        return Observation(
            Status.DISAGREE,
            words="not a subgradient: outside the one-sided derivatives",
            entries=(entry,),
        )
    return Observation(Status.NOT_APPLICABLE, words="kink: the claim is a valid subgradient")
