"""PyTorch and JAX as witnesses: the same program on their tensors, held against the exact truth and our floats."""

from __future__ import annotations

import importlib
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.compare import Entry
from verify.lift import precision
from verify.lift.ball import PRECISION
from verify.oracles import rounding
from verify.search import Observation
from verify.verdicts import Status

if TYPE_CHECKING:
    from verify.examples import Example
    from verify.subject import Subject

TITLES = {"torch": "PyTorch as a witness", "jax": "JAX as a witness"}
INDEPENDENT_OF = "Another engine, other authors: it shares no code with ours."
BOUND = "The rounding bound of the exact VJP; at kinks and singular points, equal values."


def present(name: str) -> bool:
    """Whether the witness is installed."""
    return find_spec(name) is not None


def torch_vjp(subject: Subject, example: Example) -> dict[str, Any]:
    """Return the cotangents that PyTorch computes for the same program."""
    torch = importlib.import_module("torch")
    tensors = [torch.tensor(example.arrays[name]).requires_grad_() for name in subject.inputs]
    out = subject.program(*tensors)
    if out.requires_grad:
        out.backward(torch.tensor(example.out_bar))
    return {
        name: np.zeros_like(example.arrays[name]) if x.grad is None else x.grad.numpy()
        for name, x in zip(subject.inputs, tensors, strict=True)
    }


def jax_vjp(subject: Subject, example: Example) -> dict[str, Any]:
    """Return the cotangents that JAX computes for the same program, its arrays dressed in PyTorch's names."""
    jax = importlib.import_module("jax")
    dressed = importlib.import_module("verify.oracles.dressed")
    jax.config.update("jax_enable_x64", True)
    _, pull = jax.vjp(dressed.undressed(subject.program), *(example.arrays[name] for name in subject.inputs))
    cotangents = pull(jax.numpy.asarray(example.out_bar))
    return {name: np.asarray(x_bar) for name, x_bar in zip(subject.inputs, cotangents, strict=True)}


WITNESSES = {"torch": torch_vjp, "jax": jax_vjp}


def judge(witness: str, subject: Subject, example: Example) -> Observation:
    """Hold a witness's VJP against the exact one, or, where there is none, against ours."""
    theirs = WITNESSES[witness](subject, example)
    with precision(PRECISION):
        exact = rounding.exact_vjp(subject, example)
        if exact is None or subject.on_kink(example):
            return _same_as_ours(subject, example, theirs, witness)
        if rounding.out_of_range(rounding.true_value(subject, example), example.dtype):
            return Observation(Status.NOT_APPLICABLE, words=rounding.OUT_OF_RANGE)
        seen = rounding.judge_vjp(subject, example, theirs, exact)
    if seen.status is Status.UNSTABLE:
        return Observation(Status.DISAGREE, ulps=seen.ulps, words=f"{witness}: {seen.words}", entries=seen.entries)
    return seen


def _same_as_ours(subject: Subject, example: Example, theirs: dict[str, Any], witness: str) -> Observation:
    """At a kink there is a convention and no truth: another choice there is a difference to note, not a mistake."""
    ours = rounding.claimed_vjp(subject, example)
    entries = tuple(
        Entry(f"{name}_bar", index, arb(float(ours[name][index])), arb(float(theirs[name][index])))
        for name in subject.inputs
        for index in np.ndindex(theirs[name].shape)
        if not _equal(ours[name][index], theirs[name][index])
    )
    if not entries:
        return Observation(Status.AGREE)
    words = (
        f"{witness} chose another value at a kink: {float(entries[0].true)} where ours is {float(entries[0].claimed)}"
    )
    status = Status.DOCUMENTED_DIFFERENCE if subject.truth.kinks else Status.DISAGREE
    return Observation(status, words=words, entries=entries)


def _equal(a: Any, b: Any) -> bool:
    return bool(a == b or (np.isnan(a) and np.isnan(b)))
