"""Every path that a Python function of one real number can take, and the formula it computes there.

The function runs on a symbol. A comparison that the numbers still in question do not decide forks: the path goes
one way now and the other way later, depth first, and the numbers are divided exactly between the two.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import sympy as sp

from symbolic.inequalities import PathError, solution_set

if TYPE_CHECKING:
    from collections.abc import Callable

Expr = Any  # a SymPy expression: SymPy ships no types
Set = Any  # a SymPy set of real numbers
Bound = Literal["depth", "paths", "time"]


@dataclass(frozen=True, slots=True)
class Path:
    """One way through the program.

    Attributes
    ----------
    conditions : tuple of sympy.Rel
        The comparisons in the order they were made, each as it came out.
    region : sympy.Set
        The numbers that take this path.
    expr : sympy.Expr or None
        What the program returns there; None where it raises.
    derivative : sympy.Expr or None
        The derivative of `expr`. At the edges of the region it is the path's, and perhaps not the function's.
    raised : str or None
        The name of the exception that the program raises there.
    """

    conditions: tuple[Expr, ...]
    region: Set
    expr: Expr | None
    derivative: Expr | None
    raised: str | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Numbers whose path was not followed to its end, and the bound that was hit."""

    region: Set
    bound: Bound


@dataclass(frozen=True, slots=True)
class Exploration:
    """The paths that were followed to the end, and what was cut off: together, each number of the domain once."""

    variable: Expr
    paths: tuple[Path, ...]
    cuts: tuple[Cut, ...]

    @property
    def complete(self) -> bool:
        """Whether no bound was hit."""
        return not self.cuts

    def at(self, number: Real) -> Path | Cut:
        """Return the one path, or cut, that the number is on.

        Raises
        ------
        PathError
            The number is outside the domain that was explored.
        """
        exact = _exact(number)
        parts: tuple[Path | Cut, ...] = (*self.paths, *self.cuts)
        for part in parts:
            if exact in part.region:
                return part
        raise PathError(f"{number} is outside the domain that was explored")


class _CutOffError(Exception):
    """A bound was hit in the middle of a path."""

    def __init__(self, bound: Bound) -> None:
        super().__init__(bound)
        self.bound: Bound = bound


@dataclass
class _Run:
    """One run of the program: its first outcomes are given, the others are decided or forked."""

    variable: Expr
    prefix: list[bool]
    region: Set
    max_depth: int
    deadline: float
    outcomes: list[bool] = field(default_factory=list)
    conditions: list[Expr] = field(default_factory=list)
    forks: list[tuple[list[bool], Set]] = field(default_factory=list)

    def decide(self, relation: Expr) -> bool:
        """Return how the comparison comes out on this path."""
        self.check_time()
        if len(self.outcomes) >= self.max_depth:
            raise _CutOffError("depth")
        made = len(self.outcomes)
        outcome = self.prefix[made] if made < len(self.prefix) else self._settle(relation)
        self.outcomes.append(outcome)
        self.conditions.append(relation if outcome else sp.Not(relation))
        return outcome

    def _settle(self, relation: Expr) -> bool:
        holds = self.region & solution_set(relation, self.variable)
        fails = self.region - holds
        if holds.is_empty or fails.is_empty:
            return bool(fails.is_empty)
        self.forks.append(([*self.outcomes, True], holds))
        self.region = fails
        return False

    def check_time(self) -> None:
        """Stop a program that runs for too long, as soon as it computes anything with the symbol."""
        if time.monotonic() > self.deadline:
            raise _CutOffError("time")


def _exact(value: object) -> Expr:
    """Read a number of the program as the rational number that it is."""
    if isinstance(value, sp.Expr) and value.is_number:
        return value
    if isinstance(value, Real) and not math.isnan(value):
        return sp.Rational(value) if math.isfinite(value) else sp.oo * int(math.copysign(1, value))
    raise PathError(f"cannot compute with {value!r} (type={type(value).__name__}): expected a real number")


class Scalar:
    """The symbol that the program computes with: a 0-d tensor to it."""

    __hash__ = None  # type: ignore[assignment]  # it compares like a tensor, so it cannot be a key
    __array_ufunc__ = None  # NumPy leaves the operators to this class

    def __init__(self, expr: Expr, run: _Run) -> None:
        self.expr = expr
        self._run = run

    def _like(self, expr: Expr) -> Scalar:
        self._run.check_time()
        return Scalar(expr, self._run)

    def _other(self, other: object) -> Expr:
        return other.expr if isinstance(other, Scalar) else _exact(other)

    def _divide(self, above: Expr, below: Expr) -> Scalar:
        if self._decide(sp.Eq(below, 0)):
            raise ZeroDivisionError("division by zero")
        return self._like(above / below)

    def _decide(self, relation: Expr) -> bool:
        if relation in (sp.true, sp.false):
            self._run.check_time()
            return bool(relation)
        return self._run.decide(relation)

    def __add__(self, other: object) -> Scalar:
        return self._like(self.expr + self._other(other))

    __radd__ = __add__

    def __sub__(self, other: object) -> Scalar:
        return self._like(self.expr - self._other(other))

    def __rsub__(self, other: object) -> Scalar:
        return self._like(self._other(other) - self.expr)

    def __mul__(self, other: object) -> Scalar:
        return self._like(self.expr * self._other(other))

    __rmul__ = __mul__

    def __truediv__(self, other: object) -> Scalar:
        return self._divide(self.expr, self._other(other))

    def __rtruediv__(self, other: object) -> Scalar:
        return self._divide(self._other(other), self.expr)

    def __pow__(self, exponent: object) -> Scalar:
        power = self._other(exponent)
        if not power.is_Integer:
            raise PathError(f"cannot take the power {power} of a symbol: expected a whole number")
        return self._like(self.expr**power) if power >= 0 else self._divide(sp.S.One, self.expr**-power)

    def __neg__(self) -> Scalar:
        return self._like(-self.expr)

    def __pos__(self) -> Scalar:
        return self

    def __abs__(self) -> Scalar:
        return self._like(sp.Abs(self.expr))

    abs = norm = __abs__

    def item(self) -> Scalar:
        """Return the number itself: it is the only entry, and so the sum and the mean of the entries."""
        return self

    sum = mean = item

    def __lt__(self, other: object) -> bool:
        return self._decide(sp.Lt(self.expr, self._other(other)))

    def __le__(self, other: object) -> bool:
        return self._decide(sp.Le(self.expr, self._other(other)))

    def __gt__(self, other: object) -> bool:
        return self._decide(sp.Gt(self.expr, self._other(other)))

    def __ge__(self, other: object) -> bool:
        return self._decide(sp.Ge(self.expr, self._other(other)))

    def __eq__(self, other: object) -> bool:
        return self._decide(sp.Eq(self.expr, self._other(other)))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __bool__(self) -> bool:
        return self != 0

    def _refuse(self, *_: object) -> NoReturn:
        raise PathError(f"the program asks for the digits of {self.expr}: on a symbol only comparisons can be decided")

    __float__ = __int__ = __index__ = __complex__ = __round__ = __trunc__ = _refuse

    def __repr__(self) -> str:
        return f"Scalar({self.expr})"


def explore(
    program: Callable[[Any], Any],
    variable: Expr | None = None,
    *,
    domain: Set = sp.S.Reals,
    max_paths: int = 256,
    max_depth: int = 64,
    seconds: float = 10.0,
) -> Exploration:
    """Follow every path of a function of one real number.

    Parameters
    ----------
    program : callable
        Takes one scalar and returns one. It may use ``+ - * /``, whole powers, ``abs``, comparisons, ``bool``, and
        the methods ``norm, abs, sum, mean, item`` of a 0-d tensor. Its float constants are read as the rational
        numbers they are, and its arithmetic as exact.
    variable : sympy.Symbol, optional
        The real symbol to run on; ``a`` by default.
    domain : sympy.Set
        The numbers in question.
    max_paths, max_depth : int
        How many paths are followed, and how many comparisons are made on one.
    seconds : float
        When to stop.

    Returns
    -------
    Exploration
        The paths; numbers behind a bound that was hit are in its `cuts`.

    Raises
    ------
    PathError
        The program does something that a symbol cannot follow, a condition cannot be solved, or a bound is not
        positive.
    """
    if min(max_paths, max_depth, seconds) <= 0:
        raise PathError(f"bounds must be positive: max_paths={max_paths}, max_depth={max_depth}, seconds={seconds}")
    a = sp.Symbol("a", real=True) if variable is None else variable
    if not (isinstance(a, sp.Symbol) and a.is_real):
        raise PathError(f"cannot explore in {a!r}: expected a real symbol, as Symbol('a', real=True)")
    deadline = time.monotonic() + seconds
    waiting: list[tuple[list[bool], Set]] = [] if domain.is_empty else [([], domain)]
    paths: list[Path] = []
    cuts: list[Cut] = []
    while waiting:
        prefix, region = waiting.pop()
        if len(paths) >= max_paths:
            cuts.append(Cut(region, "paths"))
            continue
        run = _Run(a, prefix, region, max_depth, deadline)
        try:
            paths.append(_follow(program, run))
        except _CutOffError as cut:
            cuts.append(Cut(run.region, cut.bound))
        waiting += run.forks
    return Exploration(a, tuple(paths), tuple(cuts))


def _follow(program: Callable[[Any], Any], run: _Run) -> Path:
    try:
        out = program(Scalar(run.variable, run))
    except PathError:
        raise
    except (ArithmeticError, ValueError) as error:
        return Path(tuple(run.conditions), run.region, None, None, type(error).__name__)
    except (TypeError, AttributeError) as error:
        raise PathError(f"the program does what a symbol cannot follow: {error}") from error
    expr = _without_magnitudes(out.expr if isinstance(out, Scalar) else _exact(out), run)
    return Path(tuple(run.conditions), run.region, expr, sp.diff(expr, run.variable))


def _without_magnitudes(expr: Expr, run: _Run) -> Expr:
    """Resolve each absolute value whose argument has one sign in the whole region."""
    for magnitude in expr.atoms(sp.Abs):
        argument = magnitude.args[0]
        for sign in (1, -1):
            if run.region.is_subset(solution_set(sp.Ge(sign * argument, 0), run.variable)):
                expr = expr.xreplace({magnitude: sign * argument})
                break
    return expr
