"""Gradients in a test suite: one assertion, and a decorator that the pytest plugin collects as one test a question."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from verify.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Program = Callable[..., Any]

F = TypeVar("F", bound="Program")

MARK = "__gradient_trial__"
"""The attribute under which a decorated function carries its `Trial`."""


def assert_gradients_agree(f: Program, *inputs: Any, **options: Any) -> Any:
    """Return the judgement of `verify.check` if the gradient is right.

    Parameters
    ----------
    f : callable
        ``f(*inputs)``, an array or a tuple of arrays.
    *inputs : array or strategy
        Points, or Hypothesis strategies that are searched and shrunk (`verify.strategies.arrays`).
    **options
        As for `verify.check`: ``vjp, jvp, reference, domain, order, seed, seconds, examples``.

    Raises
    ------
    WrongGradientError
        The gradient is wrong, unstable or undecided; the message says at which input, and how to reproduce it.
    """
    __tracebackhide__ = True
    judgement = ask(f, *inputs, **options)
    judgement.assert_right()
    return judgement


def ask(f: Program, *inputs: Any, **options: Any) -> Any:
    """Call `verify.check`, which is imported when the first question is asked: collecting tests stays fast."""
    __tracebackhide__ = True
    from verify import check  # noqa: PLC0415 - see above

    return check(f, *inputs, **options)


@dataclass(frozen=True)
class Question:
    """What one test asks: a label for its id, and what gives the inputs and options of `verify.check`."""

    label: str
    asked: Callable[[], tuple[tuple[Any, ...], dict[str, Any]]]


@dataclass(frozen=True)
class Trial:
    """What `gradient_test` was told: which program, which gradients, where."""

    function: Program
    gradients: Mapping[str, Program]
    inputs: Any
    reference: Any
    domain: Any
    dtypes: tuple[Any, ...]
    order: int

    def questions(self) -> Iterator[Question]:
        """One question a gradient, order and dtype; the labels name what there is more than one of."""
        gradients: Mapping[str, Program | None] = self.gradients or {"gradient": None}
        drawn = self.signature is not None
        for kind, gradient in gradients.items():
            for order in range(1, self.order + 1):
                for dtype in self.dtypes if drawn else (None,):
                    words = ["gradient" if gradient is None else kind.upper()]
                    words += [str(order)] if order > 1 else []
                    words += [_name(dtype)] if drawn and len(self.dtypes) > 1 else []
                    options: dict[str, Any] = {kind: gradient} if gradient is not None else {}
                    options |= {"reference": self.reference} if self.reference is not None else {}
                    options |= {"order": order} if order > 1 else {}
                    yield Question("-".join(words), partial(self._asked, dtype, options))

    @property
    def signature(self) -> str | None:
        """What is drawn, by default a vector for every parameter; None where points or strategies were given."""
        if self.inputs is None:
            return ",".join(["(n)"] * len(parameters(self.function)))
        return self.inputs if isinstance(self.inputs, str) else None

    def _asked(self, dtype: Any, options: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The inputs of one question, as given or drawn by the signature, and the options with the domain."""
        if self.signature is None:
            inputs = self.inputs if isinstance(self.inputs, tuple) else (self.inputs,)
            return inputs, options | ({"domain": self.domain} if self.domain is not None else {})
        from verify.strategies import arrays, within  # noqa: PLC0415 - Hypothesis is loaded by those who draw

        words, predicates = _taken_apart(self.domain, parameters(self.function))
        drawn = arrays(self.signature, dtype=dtype, domain=words)
        described = within(self.signature, words)
        return (drawn,), options | {"domain": lambda *xs: described(*xs) and all(holds(*xs) for holds in predicates)}


def gradient_test(
    *,
    vjp: Program | None = None,
    jvp: Program | None = None,
    reference: Any = None,
    domain: Any = None,
    inputs: Any = None,
    dtype: Any = "float64",
    order: int = 1,
) -> Callable[[F], F]:
    """Put a function's gradient on trial: pytest collects it as one test a question, ``softplus-VJP`` for one.

    Parameters
    ----------
    vjp, jvp : callable, optional
        ``vjp(out_bar, *inputs)`` and ``jvp(*tangents, *inputs)``, each asked apart; without either the function's own
        gradient is asked.
    reference, domain
        As for `verify.check`; where a signature is drawn, the domain's words are drawn from as well.
    inputs : str, strategy, array, or tuple of them, optional
        A signature such as ``"(m,n),(n)->(m)"`` (see `verify.strategies.arrays`), or what `verify.check` takes. By
        default every parameter is a vector, all of one size.
    dtype : dtype or list of dtypes
        With a signature, one test each.
    order : int
        The highest order asked; one test each.

    Returns
    -------
    decorator
        It returns the function itself, which stays as callable as before.

    Examples
    --------
    >>> @gradient_test(vjp=lambda out_bar, x: (2 * x * out_bar,), domain={"x": (-100, 100)})
    ... def square(x):
    ...     return x * x
    """
    gradients = {name: gradient for name, gradient in (("vjp", vjp), ("jvp", jvp)) if gradient is not None}
    for name, gradient in gradients.items():
        if not callable(gradient):
            raise UsageError(
                f"{name}={gradient!r} ({type(gradient).__name__}) is no function: expected {name}(…, *inputs)"
            )
    if not isinstance(order, int) or order < 1:
        raise UsageError(f"order={order!r} is no order of a derivative: expected 1, 2, …")
    dtypes = tuple(dtype) if isinstance(dtype, (list, tuple)) else (dtype,)

    def decorate(function: F) -> F:
        if not inspect.isfunction(function):
            raise UsageError(
                f"@gradient_test got {function!r}: expected a function, decorated as @gradient_test(vjp=…)"
            )
        setattr(function, MARK, Trial(function, gradients, inputs, reference, domain, dtypes, order))
        return function

    return decorate


def parameters(function: Program) -> list[str]:
    """Return the names of the inputs that a function requires, in order; none where they cannot be known."""
    try:
        every = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    by_position = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [one.name for one in every if one.kind in by_position and one.default is inspect.Parameter.empty]


def by_position(function: Program, named: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return inputs given by name in the order in which the function takes them.

    Raises
    ------
    UsageError
        The names are not those that the function requires.
    """
    names = parameters(function)
    if not names:
        return tuple(named.values())
    if set(names) != set(named):
        called = getattr(function, "__name__", repr(function))
        raise UsageError(
            f"{called} takes {', '.join(names)}, and was given {', '.join(named) or 'nothing'}: name each input once"
        )
    return tuple(named[name] for name in names)


def _taken_apart(domain: Any, names: list[str]) -> tuple[Any, list[Program]]:
    """The words of a domain, which are drawn from, and its predicates, each made one over all inputs."""
    if callable(domain):
        return None, [domain]
    if isinstance(domain, dict):
        foreign = [name for name in domain if name not in names]
        if foreign:
            raise UsageError(f"domain names {foreign[0]!r}, and the inputs are {', '.join(names)}")
        domain = [domain.get(name) for name in names]
    if not isinstance(domain, (list, tuple)):
        return domain, []
    predicates = [_of_one(part, position) for position, part in enumerate(domain) if callable(part)]
    return tuple(None if callable(part) else part for part in domain), predicates


def _of_one(predicate: Program, position: int) -> Program:
    return lambda *inputs: bool(np.all(predicate(inputs[position])))


def _name(dtype: Any) -> str:
    return str(getattr(dtype, "__name__", dtype))
