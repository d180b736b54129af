"""Operations with a gradient of one's own, in the names of ``torch.autograd.Function``."""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.autograd import inner, outer
from numeric.errors import NumericRuntimeError, NumericTypeError
from numeric.grad_mode import no_grad
from numeric.rulebook import Rule
from numeric.tape import mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.rulebook.rule import Array
    from numeric.tensor import Tensor


class Context:
    """What ``forward`` leaves for ``backward``; other attributes may be set freely."""

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self._saved: tuple[tuple[Tensor, int], ...] = ()

    def save_for_backward(self, *tensors: Tensor) -> None:
        """Keep tensors; a change of one in place is noticed."""
        self._saved = tuple((x, x._version if isinstance(x, tape.Tensor) else 0) for x in tensors)

    @property
    def saved_tensors(self) -> tuple[Tensor, ...]:
        """The tensors kept.

        Raises
        ------
        NumericRuntimeError
            If one was changed in place since.
        """
        for x, version in self._saved:
            if isinstance(x, tape.Tensor) and x._version != version:
                raise NumericRuntimeError(
                    "one of the variables needed for gradient computation has been modified by an "
                    f"inplace operation: it is at version {x._version}; expected version {version} "
                    "instead. Change a clone() instead"
                )
        return tuple(x for x, _ in self._saved)


class Function:
    """An operation with a hand-written gradient: subclass it, and call ``apply``.

    A subclass has two static methods: ``forward(ctx, *inputs) -> Tensor`` and
    ``backward(ctx, out_bar) -> x_bar`` (a tuple where there are several inputs; None for what has no
    gradient). ``ctx`` is a :class:`Context`.
    """

    @staticmethod
    def forward(ctx: Any, *inputs: Any) -> Tensor:
        """Compute the output."""
        raise NotImplementedError("a Function needs a static method forward(ctx, *inputs)")

    @staticmethod
    def backward(ctx: Any, out_bar: Tensor) -> Any:
        """Compute the cotangents of the inputs."""
        raise NotImplementedError("a Function needs a static method backward(ctx, out_bar)")

    @classmethod
    def apply(cls, *inputs: Any) -> Tensor:
        """Run ``forward``, and record ``backward``.

        Raises
        ------
        NumericTypeError
            If ``forward`` returns anything but one tensor.
        """
        tensors = [x for x in inputs if isinstance(x, tape.Tensor)]
        ctx = Context(tuple(isinstance(x, tape.Tensor) and x.requires_grad for x in inputs))
        with no_grad():
            out = cls.forward(ctx, *inputs)
        if not isinstance(out, tape.Tensor):
            raise NumericTypeError(f"{cls.__name__}.forward returned {type(out).__name__}; one tensor is expected")
        if not (mode.recording and any(x.requires_grad for x in tensors)):
            return out
        level = max(x.level for x in tensors)
        edges = tuple(x._edge if isinstance(x, tape.Tensor) else None for x in inputs)
        values = [inner(x, level) for x in inputs]
        rule = _rule(cls, ctx, level, len(inputs))
        recorded = tape.emit(rule, inputs, edges, values, inner(out, level), {})
        if not level:
            return recorded
        traced = tape.Traced(recorded._array, level)
        traced._edge = recorded._edge
        return traced


def _rule(cls: type[Function], ctx: Context, level: int, arity: int) -> Rule:
    """Return the rule of one call: its VJPs share one run of ``backward``."""
    last: list[Any] = [None, ()]  # the cotangent last asked about, and the answers

    def answers(out_bar: Any) -> tuple[Any, ...]:
        if last[0] is not out_bar or out_bar is None:
            given = out_bar if isinstance(out_bar, tape.Tensor) else outer(out_bar, level)
            result = cls.backward(ctx, given)
            last[:] = [out_bar, tuple(result) if isinstance(result, tuple | list) else (result,)]
            if len(last[1]) != arity:
                raise NumericRuntimeError(
                    f"function {cls.__name__}Backward returned an incorrect number of gradients "
                    f"(expected {arity}, got {len(last[1])})"
                )
        return tuple(last[1])

    def vjp(position: int) -> Callable[..., Array]:
        def x_bar(out_bar: Any, _out: Array, *_inputs: Array) -> Array:
            answer = answers(out_bar)[position]
            if answer is None:
                return np.zeros_like(out_bar, shape=_inputs[position].shape)
            return answer if isinstance(out_bar, tape.Tensor) else inner(answer, level)

        return x_bar

    def no_jvp(*_: Any, **__: Any) -> Array:
        raise NumericRuntimeError(f"{cls.__name__} has no JVP: forward mode cannot pass it")

    vjps = [vjp(position) for position in range(arity)]
    jvps = [no_jvp] * arity
    return Rule(cls.__name__, no_jvp, vjps, jvps, node=f"{cls.__name__}Backward")
