"""What a rule is: a primal, and one expression per input for each mode."""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array: TypeAlias = Any  # whatever speaks NEP 13 and NEP 18
Key: TypeAlias = Any  # whatever may stand in brackets


class EveryInput:
    """One expression for every input of a rule that takes any number of them.

    The expression is called as the others are, with the keyword ``position`` besides.
    """

    def __init__(self, expression: Callable[..., Any]) -> None:
        self.expression = expression

    def __getitem__(self, position: int) -> Callable[..., Any]:
        return functools.partial(self.expression, position=position)


class Rule:
    """A primitive operation and its derivatives, written by hand with NumPy's public functions.

    Parameters
    ----------
    name : str
        Key in ``numeric.rules``.
    primal : callable
        ``primal(*inputs, **parameters) -> out``.
    vjps : sequence of callables
        ``vjps[i](out_bar, out, *inputs, **parameters) -> x_bar``, the cotangent of input ``i``; its
        shape may be the broadcast one, the engine undoes broadcasting. None where an input is discrete.
    jvps : sequence of callables, optional
        ``jvps[i](x_dot, out, *inputs, **parameters) -> out_dot``, the part of the tangent that comes
        from input ``i``; the engine adds the parts. Left out, the operation is linear in
        each single input, so that its JVP is the operation itself with the tangent in that input's place.
    node : str or callable, optional
        The name PyTorch gives the node, or a function of the parameters that returns it.

    Notes
    -----
    An expression marks what it does not read by its parameters' names, so that the engine knows
    which values must not have changed: ``_x`` is not looked at, and of ``x_like`` only shape and dtype.

    ``primal``, ``vjps`` and ``jvps`` are read when they are needed: a test may replace them.
    No expression of ``vjps`` is used for ``jvps`` or the other way round: the two modes are two claims
    (``linear`` tells the rules whose JVP is their own primal).
    """

    __slots__ = ("jvps", "linear", "name", "node", "primal", "vjps")

    def __init__(
        self,
        name: str,
        primal: Callable[..., Any],
        vjps: Sequence[Callable[..., Any] | None] | EveryInput,
        jvps: Sequence[Callable[..., Any]] | EveryInput | None = None,
        *,
        node: str | Callable[..., str] | None = None,
    ) -> None:
        self.name = name
        self.primal = primal
        self.vjps = vjps
        self.linear = jvps is None
        self.node = node or name.title().replace("_", "") + "Backward0"
        if jvps is not None:
            self.jvps = jvps
        elif isinstance(vjps, EveryInput):
            self.jvps = EveryInput(self._primal_of_tangent)
        else:
            at = self._primal_of_tangent
            self.jvps = [functools.partial(at, position=i) for i in range(len(vjps))]

    def _primal_of_tangent(
        self, x_dot: Array, _out: Array, *inputs: Array, position: int, **parameters: object
    ) -> Array:
        return self.primal(*inputs[:position], x_dot, *inputs[position + 1 :], **parameters)

    def __repr__(self) -> str:
        return f"Rule({self.name!r})"


class Called:
    """A rule under the name PyTorch gives its node in a special use; all else is read from the rule."""

    __slots__ = ("node", "rule")

    def __init__(self, rule: Rule, node: str) -> None:
        self.rule = rule
        self.node = node

    def __getattr__(self, name: str) -> Any:
        return getattr(self.rule, name)


def values_read(expression: Callable[..., Any], arity: int) -> tuple[bool, ...]:
    """Tell which of ``(out, *inputs)`` an expression of ``vjps`` reads, from its parameters' names.

    An expression without named parameters (``*args``) is taken to read everything.
    """
    while isinstance(expression, functools.partial):
        expression = expression.func
    code = getattr(expression, "__code__", None)
    if code is None:
        return (True,) * (1 + arity)
    names = code.co_varnames[1 : code.co_argcount]
    read = [not (name.startswith("_") or name.endswith("_like")) for name in names]
    rest = True
    if code.co_flags & inspect.CO_VARARGS:
        name = code.co_varnames[code.co_argcount + code.co_kwonlyargcount]
        rest = not (name.startswith("_") or name.endswith("_like"))
    return (*read, *(rest,) * (1 + arity))[: 1 + arity]
