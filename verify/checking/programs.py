"""The programs on trial, as the judge calls them: outputs always a tuple, whatever they raise caught and kept."""

from __future__ import annotations

import inspect
import math
import time
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking.limits import TimeLimitReached, limited
from verify.errors import OutOfTimeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Ran:
    """What a program did: it returned `value`, or it raised `error`; `endless` where it was stopped."""

    value: Any = None
    error: BaseException | None = None
    endless: bool = False

    @property
    def words(self) -> str:
        """The exception in words."""
        if self.endless:
            return "does not end within its time"
        return "" if self.error is None else f"raises {type(self.error).__name__}: {self.error}"


def attempt(function: Callable[..., Any], *arguments: Any, seconds: float = 10.0) -> Ran:
    """Run somebody else's program: silent, bounded in time, and whatever it raises is a result."""
    try:
        with limited(seconds), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return Ran(function(*arguments))
    except TimeLimitReached:
        return Ran(endless=True)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a program may raise anything, and each is a finding
        return Ran(error=error)


@dataclass(frozen=True)
class Given:
    """What the caller said of the programs, in the caller's words."""

    domain: Any = None
    reference: Any = None


@dataclass(frozen=True)
class Programs:
    """A function and the derivatives that are claimed for it.

    Attributes
    ----------
    f : callable
        ``f(*inputs)`` returns an array or a tuple of arrays.
    vjp, jvp : callable or None
        ``vjp(out_bar, *inputs)`` and ``jvp(*tangents, *inputs)``.
    reference : callable or None
        A liftable twin of an opaque `f`.
    names : tuple of str
        The names of the inputs.
    original : callable, optional
        The program of `numeric` that `f` and `vjp` were made from, where its own gradient is on trial.
    patience : float
        Seconds that one run may take; a loop that runs longer counts as endless.
    exact_patience : float
        The same for a run on exact numbers.
    deadline : float
        The time (of `time.monotonic`) after which no more is read.
    admits : callable
        Whether the domain admits inputs: no program ever runs on others.
    given : Given
        Domain and reference in the caller's words, for the snippet.
    """

    f: Callable[..., Any]
    vjp: Callable[..., Any] | None
    jvp: Callable[..., Any] | None
    reference: Callable[..., Any] | None
    names: tuple[str, ...]
    original: Callable[..., Any] | None = None
    patience: float = 10.0
    exact_patience: float = 30.0
    deadline: float = math.inf
    admits: Callable[[tuple[Any, ...]], bool] = lambda _: True
    given: Given = Given()

    def attempt(self, function: Callable[..., Any], *arguments: Any) -> Ran:
        """Run one of the programs within their patience."""
        return attempt(function, *arguments, seconds=min(self.patience, self.left()))

    def within(self, seconds: float) -> Programs:
        """Return the programs with no more patience than a judgement of so many seconds can have."""
        return replace(self, patience=min(10.0, seconds), exact_patience=min(30.0, 3 * seconds))

    def left(self) -> float:
        """Return the seconds that are left.

        Raises
        ------
        OutOfTimeError
            There are none.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OutOfTimeError("the time for this judgement is over")
        return left

    def forward(self, *inputs: Any) -> tuple[Any, ...]:
        """Return the outputs as a tuple."""
        return as_tuple(self.f(*inputs))

    def truth(self, *inputs: Any) -> tuple[Any, ...]:
        """Return the outputs of the program that stands for the truth: the reference where there is one."""
        return as_tuple((self.reference or self.f)(*inputs))

    def pullback(self, out_bars: tuple[Any, ...], *inputs: Any) -> Any:
        """Return whatever the claimed VJP returns for these cotangents."""
        if self.vjp is None:
            raise UsageError("there is no vjp to ask: give vjp=")
        return self.vjp(out_bars if len(out_bars) > 1 else out_bars[0], *inputs)

    def pushforward(self, tangents: tuple[Any, ...], *inputs: Any) -> tuple[Any, ...]:
        """Return whatever the claimed JVP returns for these tangents, as a tuple."""
        if self.jvp is None:
            raise UsageError("there is no jvp to ask: give jvp=")
        return as_tuple(self.jvp(*tangents, *inputs))


def as_tuple(out: Any) -> tuple[Any, ...]:
    """Return several outputs as a tuple, and one as a tuple of one."""
    return tuple(out) if isinstance(out, (tuple, list)) else (out,)


def input_names(f: Callable[..., Any], count: int) -> tuple[str, ...]:
    """Return the names of a function's first `count` positional parameters, or x, y, z, ... where it has none."""
    try:
        parameters = [
            p.name
            for p in inspect.signature(f).parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ]
    except (TypeError, ValueError):
        parameters = []
    if len(parameters) >= count:
        return tuple(parameters[:count])
    return ("x", "y", "z", "w")[:count] if count <= 4 else tuple(f"x{k}" for k in range(count))
