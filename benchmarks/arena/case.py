"""A case of the arena: a NumPy program, a gradient that is right or has one planted mistake, and draws for both.

A room (a module of `benchmarks.arena.cases`) is written as data: the program, its right gradient, and the mistakes
made with it, each registered by a decorator that names its family and, where the ordinary draw does not show the
mistake, a witness that does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw = Callable[[np.dtype[Any], np.random.Generator], tuple[Any, ...]]

DTYPES = ("float16", "float32", "float64")
WIDE = ("float32", "float64")
"""Where float16 cannot show the mistake, or NumPy has no such routine for float16 (all of `linalg`)."""

PROPERTIES = ("shape", "dtype", "arity", "none", "mutates", "state", "random", "aliased", "raises", "strides", "twice")
"""What a mistake breaks when it is not a value: each has its own demonstration in the tests."""


@dataclass(frozen=True)
class Case:
    """One gradient on trial.

    Attributes
    ----------
    name, family, room : str
        The name is unique; the family says what kind of mistake or difficulty it is; the room is its module.
    f : callable
        ``f(*inputs)`` gives an array or a tuple of arrays.
    vjp : callable
        ``vjp(out_bar, *inputs)`` gives one cotangent an input; the gradient on trial.
    inputs : callable
        ``inputs(dtype, rng)`` draws the point that every tool is given.
    twin : callable or None
        The right gradient of the same program; None for a right case.
    domain : predicate, sequence of constraints or None
        As `verify.check` takes it.
    reference : str
        Where the bug was seen (``owner/repository#number``), or "family".
    dtypes : tuple of str
        The dtypes in which the mistake exists, or the gradient is defined.
    witness : callable or None
        ``witness(dtype)`` gives inputs at which the mistake shows; None where the ordinary draw shows it.
    out_bar : callable or None
        ``out_bar(out)`` gives a cotangent at which it shows; None where a random one does.
    breaks : str or None
        One of `PROPERTIES`, for a mistake that is not a value.
    digits : bool
        The formula is right and digits are lost: "unstable" is as good an answer as "wrong".
    factory : bool
        `vjp` makes a fresh gradient at each call (it keeps state).
    needs : str or None
        An optional package without which the case is skipped.
    analytic : bool
        The program takes complex numbers: its evidence is the complex step, where differences are too noisy.
    limit : bool
        At a kink of three or more pieces the gradient is that of one piece, the limit of gradients nearby (a member of
        Bouligand's subdifferential), which need not lie between one-sided slopes: its evidence is the limit.
    """

    name: str
    family: str
    room: str
    f: Callable[..., Any]
    vjp: Callable[..., Any]
    inputs: Draw
    twin: Callable[..., Any] | None = None
    domain: Any = None
    reference: str = "family"
    dtypes: tuple[str, ...] = DTYPES
    witness: Callable[[np.dtype[Any]], tuple[Any, ...]] | None = None
    out_bar: Callable[[Any], Any] | None = None
    breaks: str | None = None
    digits: bool = False
    factory: bool = False
    needs: str | None = None
    analytic: bool = False
    limit: bool = False

    @property
    def floats_only(self) -> bool:
        """Whether the formula is right over the reals, and only its floats fail: some digits are lost, or all."""
        return self.digits or self.family in ("overflow", "underflow")

    @property
    def right(self) -> bool:
        """Whether the gradient on trial is right."""
        return self.twin is None

    def gradient(self) -> Callable[..., Any]:
        """Return the gradient on trial, fresh if it keeps state."""
        return self.vjp() if self.factory else self.vjp

    def truth(self) -> Callable[..., Any]:
        """Return the right gradient of the program: the twin, or the gradient on trial where that is right."""
        return self.gradient() if self.twin is None else self.twin

    def draw(self, dtype: str, seed: int = 0) -> tuple[Any, ...]:
        """Return the inputs that every tool is given, a function of name, dtype and seed alone."""
        rng = np.random.default_rng([seed, *self.name.encode()])
        return self.inputs(np.dtype(dtype), rng)


@dataclass
class Room:
    """The cases of one module, in the order in which they are written."""

    name: str
    cases: list[Case] = field(default_factory=list)

    def mistake(
        self, family: str, f: Callable[..., Any], twin: Callable[..., Any], inputs: Draw, **more: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated gradient as a planted mistake, named by its function."""

        def register(vjp: Callable[..., Any]) -> Callable[..., Any]:
            self.cases.append(Case(vjp.__name__, family, self.name, f, vjp, inputs, twin, **more))
            return vjp

        return register

    def right(
        self, family: str, f: Callable[..., Any], inputs: Draw, **more: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register the decorated gradient as right but difficult, named by its function."""

        def register(vjp: Callable[..., Any]) -> Callable[..., Any]:
            self.cases.append(Case(vjp.__name__, family, self.name, f, vjp, inputs, **more))
            return vjp

        return register


def normal(*shapes: tuple[int, ...], scale: float = 1.0, shift: float = 0.0) -> Draw:
    """Draw one normal array a shape, rounded to the dtype."""

    def draw(dtype: np.dtype[Any], rng: np.random.Generator) -> tuple[Any, ...]:
        return tuple(np.asarray(shift + scale * rng.standard_normal(shape), dtype=dtype) for shape in shapes)

    return draw


def uniform(low: float, high: float, *shapes: tuple[int, ...]) -> Draw:
    """Draw one array a shape, uniform in (low, high), rounded to the dtype."""

    def draw(dtype: np.dtype[Any], rng: np.random.Generator) -> tuple[Any, ...]:
        return tuple(np.asarray(rng.uniform(low, high, shape), dtype=dtype) for shape in shapes)

    return draw


def fixed(*values: Any) -> Draw:
    """Give these values always, rounded to the dtype; integer arrays stay integers."""

    def draw(dtype: np.dtype[Any], rng: np.random.Generator) -> tuple[Any, ...]:
        del rng
        return tuple(v if isinstance(v, np.ndarray) and v.dtype.kind in "iu" else np.array(v, dtype) for v in values)

    return draw


def at(*values: Any) -> Callable[[np.dtype[Any]], tuple[Any, ...]]:
    """Give a witness: these values, rounded to the dtype; integer arrays stay integers."""
    draw = fixed(*values)
    return lambda dtype: draw(dtype, np.random.default_rng(0))


def by_dtype(**values: Any) -> Draw:
    """Give values that depend on the dtype, rounded to it."""

    def draw(dtype: np.dtype[Any], rng: np.random.Generator) -> tuple[Any, ...]:
        del rng
        return tuple(np.array(value, dtype) for value in values[dtype.name])

    return draw


def sized(*shapes: tuple[int, ...]) -> Callable[[np.dtype[Any]], tuple[Any, ...]]:
    """Give a witness of these shapes: the size is what shows the mistake."""
    draw = normal(*shapes)
    return lambda dtype: draw(dtype, np.random.default_rng(1))


def beyond(**by_dtype: float) -> Callable[[np.dtype[Any]], tuple[Any, ...]]:
    """Give a witness of two entries near a value that depends on the dtype: beyond it a float overflows."""
    return lambda dtype: (np.array([by_dtype[dtype.name], by_dtype[dtype.name] / 2], dtype),)


def constant(value: float) -> Callable[[Any], Any]:
    """Give a cotangent filled with one value."""
    return lambda out: np.full_like(out, value)
