"""One operation at one variant: the truth and the claim side by side, each callable on any kind of number."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

import numeric
import symbolic
from verify.errors import RuleError, UsageError, VerifyError
from verify.lift.array import object_array
from verify.lift.ball import Ball, exact
from verify.names import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from verify.examples import Example


@dataclass(frozen=True)
class Subject:
    """An operation of the notes, at one choice of ranks and parameters."""

    name: str
    variant: Any

    @cached_property
    def truth(self) -> Any:
        """The entry of `symbolic`."""
        return symbolic.operations[self.name]

    @cached_property
    def claim(self) -> Any:
        """The entry of `numeric`."""
        return numeric.operations[self.name]

    @cached_property
    def definition(self) -> Any:
        """The definition in index notation."""
        return self.truth.definition(self.variant)

    @cached_property
    def derivation(self) -> Any:
        """The derivation of gradient, JVP and VJP."""
        return self.truth.derive(self.variant)

    @property
    def declared(self) -> bool:
        """Whether the derivative is a convention and no consequence of the values (detach)."""
        return bool(self.definition.declared)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the inputs, in order."""
        return tuple(operand.name for operand in self.definition.operands)

    def on_kink(self, example: Example) -> bool:
        """Whether the example lies on a kink that the truth declares."""
        return any(_lies_on(kink, example.arrays[kink.input]) for kink in self.truth.kinks)

    # -- the claim, on whatever numbers the arrays hold -------------------------------------------------

    def program(self, *tensors: Any) -> Any:
        """Run the numeric program with this variant's parameters."""
        return self.claim.function(*tensors, **self.variant.parameters)

    def pullback(self, arrays: Sequence[Any], out_bar: Any) -> tuple[Any, ...]:
        """Return the numeric VJP, one cotangent an input.

        Raises
        ------
        RuleError
            A rule raised, other than at a singular point.
        """
        with _on_trial("VJP", *arrays, out_bar):
            _, pull = numeric.func.vjp(self.program, *arrays)
            return tuple(pull(out_bar))

    def forward(self, arrays: Sequence[Any]) -> Any:
        """Return the value of the numeric program; raises as the program does."""
        out, _ = numeric.func.vjp(self.program, *arrays)
        return out

    def pushforward(self, arrays: Sequence[Any], tangents: Sequence[Any]) -> tuple[Any, Any]:
        """Return the value and the numeric JVP.

        Raises
        ------
        RuleError
            A rule raised, other than at a singular point.
        """
        with _on_trial("JVP", *arrays, *tangents):
            out, out_dot = numeric.func.jvp(self.program, tuple(arrays), tuple(tangents))
        return out, out_dot

    # -- the truth, on whatever numbers the arrays hold -------------------------------------------------

    def sizes(self, example: Example) -> dict[Any, int]:
        """Return the concrete size of every size symbol."""
        return dict(example.sizes)

    def true_value(self, example: Example, arrays: dict[str, Any]) -> Any:
        """Return the definition's value on object arrays of balls, by input name."""
        return _balls(_evaluated(self.definition.out, self.sizes(example), arrays))

    def true_vjp(self, example: Example, arrays: dict[str, Any]) -> dict[str, Any]:
        """Return the symbolic VJP on object arrays; `arrays` holds `out_bar` too."""
        return {
            name: _balls(_evaluated(self.derivation.vjp[name], self.sizes(example), arrays)) for name in self.inputs
        }

    def true_jvp(self, example: Example, arrays: dict[str, Any]) -> Any:
        """Return the symbolic JVP on object arrays; `arrays` holds the tangents too."""
        return _balls(_evaluated(self.derivation.jvp, self.sizes(example), arrays))


@contextmanager
def _on_trial(mode: str, *given: Any) -> Iterator[None]:
    """Turn what a rule raises, or changes in place, into a finding about the rule."""
    before = [(x, x.copy()) for x in given if isinstance(x, np.ndarray)]
    try:
        yield
    except VerifyError:
        raise
    except (numeric.NumericError, ArithmeticError, AttributeError, IndexError, TypeError, ValueError) as error:
        raise RuleError(f"the {mode} raises {type(error).__name__}: {error}") from error
    if not all(np.array_equal(x, kept, equal_nan=True) for x, kept in before):
        raise RuleError(f"the {mode} changes its inputs or cotangents in place")


def _lies_on(kink: Any, x: Any) -> bool:
    there = [kink.holds(Fraction(*v.as_integer_ratio())) for v in np.ravel(x)]
    return bool(there) and (all(there) if kink.whole else any(there))


def _evaluated(form: Any, sizes: Any, arrays: Any) -> Any:
    with np.errstate(all="ignore"):  # an empty sum is a plain 0: what it is divided by shows as NaN, and is judged
        return symbolic.evaluate(form, sizes, arrays)


def _balls(result: Any) -> Any:
    """Return an evaluated form as an array of balls: an empty sum or a constant comes as a plain number."""
    cells = np.asarray(result, dtype=object)
    return object_array([v if isinstance(v, Ball) else Ball(exact(v)) for v in cells.ravel()], cells.shape)


def subjects(name: str) -> list[Subject]:
    """Return the operation at each of its variants.

    Raises
    ------
    UsageError
        There is no such operation, or the truth or the claim lacks it.
    """
    if name not in symbolic.operations and name not in numeric.operations:
        raise unknown("operation", name, numeric.operations)
    for room, operations in (("symbolic", symbolic.operations), ("numeric", numeric.operations)):
        if name not in operations:
            raise UsageError(f"the operation {name!r} is missing in {room}.operations: add its twin there")
    return [Subject(name, variant) for variant in symbolic.operations[name].variants]
