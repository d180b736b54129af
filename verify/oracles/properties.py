"""Properties that every derivative has, whatever the operation: each a question of its own to Hypothesis."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

import numeric
from verify.compare import Comparison, compare, merged
from verify.errors import SingularError, UndecidableError
from verify.lift import Ball, ball_array, lift, series_array
from verify.lift.array import scalar_cells
from verify.oracles import rounding
from verify.oracles.enclosure import narrowed
from verify.search import Observation
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.examples import Example
    from verify.subject import Subject

TITLE = "Properties of a derivative"
COMPARES = (
    "numeric VJP and JVP",
    "themselves, composed, transposed, accumulated, differentiated again",
)
INDEPENDENT_OF = "Consistency of the claim with itself, and of its second derivative with FLINT's series."
BOUND = "None in balls; equal bits for accumulation; the rounding bound for layouts."


def in_balls(
    question: Callable[[Subject, Example], Comparison],
) -> Callable[[Subject, Example], Observation]:
    """Ask the question in exact arithmetic; a singular point is no place for it."""

    def ask(subject: Subject, example: Example) -> Observation:
        try:
            found = question(subject, example)
        except (SingularError, UndecidableError, ZeroDivisionError):
            return Observation(Status.NOT_APPLICABLE, words="kink or singular point")
        digits = None if found.status is Status.NOT_APPLICABLE else found.digits
        return Observation(found.status, digits=digits, words=found.words, entries=found.entries)

    def judge(subject: Subject, example: Example) -> Observation:
        return narrowed(lambda: ask(subject, example))

    judge.__doc__ = question.__doc__
    return judge


WEIGHTS = ((2, 3), (2.0**40, 0), (2.0**-40, 0))
"""Weights of two cotangents: a threshold or a clip shows at one scale or another."""


def _lifted(subject: Subject, example: Example) -> list[Any]:
    return [lift(ball_array(example.arrays[name]), example.dtype) for name in subject.inputs]


def _cells(arrays: Any) -> list[Any]:
    return [a.cells for a in arrays]


def _inner(left: Any, right: Any) -> Ball:
    return sum((a * b for a, b in zip(np.ravel(left), np.ravel(right), strict=True)), start=Ball(arb(0)))


def _pairing(left: Any, right: Any, of: str, true: Ball) -> Comparison:
    """Compare the sum of inner products of two lists of arrays with a number."""
    claimed = sum((_inner(a.cells, b.cells) for a, b in zip(left, right, strict=True)), start=Ball(arb(0)))
    return compare(of, scalar_cells(claimed), scalar_cells(true))


@in_balls
def adjoint(subject: Subject, example: Example) -> Comparison:
    """<out_bar, J x_dot> = <Jᵀ out_bar, x_dot>: reverse mode is the transpose of forward mode."""
    arrays = _lifted(subject, example)
    tangents = [lift(ball_array(example.tangents[name]), example.dtype) for name in subject.inputs]
    out_bar = lift(ball_array(example.out_bar), example.dtype)
    x_bars = subject.pullback(arrays, out_bar)
    _, out_dot = subject.pushforward(arrays, tangents)
    return _pairing(x_bars, tangents, "<x_bar, x_dot>", _inner(out_dot.cells, out_bar.cells))


@in_balls
def linear(subject: Subject, example: Example) -> Comparison:
    """The VJP is linear in the cotangent, at every scale: pullback(2 v + 3 w) = 2 pullback(v) + 3 pullback(w)."""
    arrays = _lifted(subject, example)
    v = ball_array(example.out_bar)
    w = ball_array(np.roll(example.out_bar.ravel(), 1).reshape(example.out_bar.shape) - 5)

    def pull(cells: Any) -> list[Any]:
        return _cells(subject.pullback(arrays, lift(cells, example.dtype)))

    one, other = pull(v), pull(w)
    found = []
    for left, right in WEIGHTS:
        together = zip(subject.inputs, pull(left * v + right * w), one, other, strict=True)
        found += [compare(f"{n}_bar", t, np.asarray(left * a + right * b, dtype=object)) for n, t, a, b in together]
    return merged(found)


@in_balls
def chain(subject: Subject, example: Example) -> Comparison:
    """The VJP of z = out * out through the tape is the VJP of out at the cotangent 2 out z_bar."""
    arrays = _lifted(subject, example)
    z_bar = lift(ball_array(example.out_bar), example.dtype)

    def squared(*tensors: Any) -> Any:
        out = subject.program(*tensors)
        return out * out

    _, pull = numeric.func.vjp(squared, *arrays)
    out = subject.forward(arrays)
    due = subject.pullback(arrays, 2 * out * z_bar)
    names = zip(subject.inputs, pull(z_bar), due, strict=True)
    return merged([compare(f"{name}_bar", c.cells, t.cells) for name, c, t in names])


@in_balls
def second(subject: Subject, example: Example) -> Comparison:
    """Reverse over reverse: <u, d/dx (VJP) u> is twice the series' coefficient of t²."""
    if subject.declared or subject.on_kink(example):
        return Comparison(Status.NOT_APPLICABLE, 0)
    arrays = _lifted(subject, example)
    out_bar = lift(ball_array(example.out_bar), example.dtype)
    directions = [lift(ball_array(example.tangents[name]), example.dtype) for name in subject.inputs]

    def gradient(*tensors: Any) -> Any:
        _, pull = numeric.func.vjp(subject.program, *tensors)
        return pull(out_bar)

    _, pull = numeric.func.vjp(gradient, *arrays)
    curvatures = pull(tuple(directions))
    series = {n: series_array(x, example.tangents[n], 3) for n, x in example.arrays.items()}
    bends = [2 * cell.coefficient(2) for cell in subject.true_value(example, series).ravel()]
    true = _inner([Ball(b) for b in bends], ball_array(example.out_bar))
    return _pairing(curvatures, directions, "<u, H u>", true)


@in_balls
def one_at_a_time(subject: Subject, example: Example) -> Comparison:
    """The JVP along several tangents is the sum of the JVPs along each with the others zero."""
    arrays = _lifted(subject, example)
    tangents = [lift(ball_array(example.tangents[name]), example.dtype) for name in subject.inputs]
    _, due = subject.pushforward(arrays, tangents)
    total: Any = 0
    for k in range(len(tangents)):
        alone = [x_dot if i == k else 0 * x_dot for i, x_dot in enumerate(tangents)]
        total = total + subject.pushforward(arrays, alone)[1]
    return compare("out_dot", total.cells, due.cells)


@in_balls
def stretched(subject: Subject, example: Example) -> Comparison:
    """Where an axis of size 1 is broadcast, its cotangent is the sum over the axis."""
    found = []
    inputs = subject.inputs if len(subject.inputs) > 1 else ()  # one input alone meets nothing to broadcast with
    for k, name in enumerate(inputs):
        for axis in range(example.arrays[name].ndim):
            found += _stretched_along(subject, example, k, axis)
    return merged(found) if found else Comparison(Status.NOT_APPLICABLE, 0)


def _stretched_along(subject: Subject, example: Example, k: int, axis: int) -> list[Comparison]:
    """Compare one input given with size 1 along an axis with the same input given in full."""
    arrays = [ball_array(example.arrays[name]) for name in subject.inputs]
    if arrays[k].shape[axis] < 2:
        return []
    thin = np.take(arrays[k], [0], axis=axis)
    full = np.broadcast_to(thin, arrays[k].shape)
    calls = [[lift(part if i == k else a, example.dtype) for i, a in enumerate(arrays)] for part in (thin, full)]
    try:
        outs = [subject.forward(call) for call in calls]
    except numeric.NumericError:
        return []  # the operation does not broadcast
    if outs[0].shape != outs[1].shape or not bool(np.all(outs[0] == outs[1])):
        return []
    out_bar = lift(ball_array(example.out_bar), example.dtype)
    small, large = (subject.pullback(call, out_bar)[k] for call in calls)
    return [compare(f"{subject.inputs[k]}_bar", small.cells, np.sum(large, axis=axis, keepdims=True).cells)]


def same_answer(subject: Subject, example: Example) -> Observation:
    """A pullback has no memory: the same cotangent gives the same bits again, and what it gave before stays."""
    arrays = [example.arrays[name] for name in subject.inputs]
    with np.errstate(all="ignore"):
        first = subject.pullback(arrays, example.out_bar)
        kept = [x_bar.copy() for x_bar in first]
        subject.pullback(arrays, example.out_bar + 1)
        again = subject.pullback(arrays, example.out_bar)
    if not _same_bits(list(first), kept):
        return Observation(Status.DISAGREE, words="a cotangent that was given out changes at the next call")
    if not _same_bits(list(again), kept):
        return Observation(Status.DISAGREE, words="the same cotangent gives another answer the second time")
    return Observation(Status.AGREE)


def accumulation(subject: Subject, example: Example) -> Observation:
    """A second backward pass adds: `.grad` becomes g + g, bit for bit."""
    tensors = [numeric.tensor(example.arrays[name], requires_grad=True) for name in subject.inputs]
    out_bar = numeric.tensor(example.out_bar)
    with np.errstate(all="ignore"):
        once = _grads(subject, tensors, out_bar)
        twice = _grads(subject, tensors, out_bar)
        doubled = [None if g is None else g + g for g in once]
    if _same_bits(twice, doubled):
        return Observation(Status.AGREE)
    return Observation(Status.DISAGREE, words=f"after two backward passes .grad is {twice}, and {doubled} is due")


def _grads(subject: Subject, tensors: list[Any], out_bar: Any) -> list[Any]:
    out = subject.program(*tensors)
    if out.requires_grad:
        out.backward(out_bar)
    return [None if x.grad is None else x.grad.numpy().copy() for x in tensors]


def _same_bits(left: list[Any], right: list[Any]) -> bool:
    return all(
        (a is None) == (b is None) and (a is None or np.array_equal(a, b, equal_nan=True))
        for a, b in zip(left, right, strict=True)
    )


def layout(subject: Subject, example: Example) -> Observation:
    """The VJP does not depend on how the arrays lie in memory: strided, reversed and Fortran-ordered inputs."""
    for rearranged in (_strided, _fortran, _reversed, _constant):
        moved = example.with_arrays({name: rearranged(x) for name, x in example.arrays.items()}, rearranged)
        seen = rounding.judge(subject, moved)
        if seen.status is Status.UNSTABLE:
            words = f"{rearranged.__name__.strip('_')} inputs: {seen.words}"
            return Observation(Status.DISAGREE, ulps=seen.ulps, words=words, entries=seen.entries)
    return Observation(Status.AGREE)


def _strided(x: Any) -> Any:
    wide: Any = np.zeros(tuple(2 * n for n in x.shape), dtype=x.dtype)
    view = wide[(*(slice(None, None, 2) for _ in x.shape), ...)]
    view[...] = x
    return view


def _fortran(x: Any) -> Any:
    return np.asarray(x, order="F")


def _constant(x: Any) -> Any:
    """Return the first entry everywhere, in one place of memory: what the VJP of a sum hands on."""
    return np.broadcast_to(x.ravel()[:1].reshape(()), x.shape) if x.size else x


def _reversed(x: Any) -> Any:
    flip = tuple(slice(None, None, -1) for _ in x.shape)
    return x[flip].copy()[flip] if x.ndim else x


QUESTIONS: dict[str, Callable[[Subject, Example], Observation]] = {
    "reverse is the transpose of forward": adjoint,
    "linear in the cotangent": linear,
    "chain rule through the tape": chain,
    "reverse over reverse": second,
    "one tangent at a time": one_at_a_time,
    "broadcast axes are summed": stretched,
    "the same answer twice": same_answer,
    "accumulation": accumulation,
    "any memory layout": layout,
}
