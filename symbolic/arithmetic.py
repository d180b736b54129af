"""What a formula may ask of the numbers it is evaluated on: one table of operations per kind of number."""

from __future__ import annotations

from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import flint
import numpy as np
import sympy as sp
from flint import arb, arb_series, fmpq

from symbolic.errors import EvaluationError, Undecidable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Number = Any  # an Arb ball, a power series of balls, a SymPy expression, a fraction, or a duck number
Cells = Any  # an object array of numbers
Cases = "Sequence[tuple[Callable[[], Number], Callable[[], Any]]]"


@contextmanager
def precision(bits: int) -> Iterator[None]:
    """Compute with balls of `bits` bits inside the block, and as before after it."""
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


class Arithmetic:
    """Numbers that bring their own operators and the methods NumPy asks objects for: ``exp, log, sqrt``.

    Constants reach them as `int` or `fractions.Fraction`.
    """

    def constant(self, value: int | Fraction) -> Number:
        """Return the exact rational constant as such a number."""
        return int(value) if value == int(value) else value

    def number(self, value: Number) -> Number:
        """Return a final value as such a number (a formula without entries comes as an exact constant)."""
        return value

    def _apply(self, name: str, ufunc: Callable[[Number], Number], value: Number) -> Number:
        try:
            return ufunc(value)
        except (AttributeError, TypeError) as error:
            raise EvaluationError(
                f"{name} of {value!r} is not a {type(value).__name__}: evaluate on Arb balls or SymPy expressions"
            ) from error

    def exp(self, value: Number) -> Number:
        """Return the exponential."""
        return self._apply("exp", np.exp, value)

    def log(self, value: Number) -> Number:
        """Return the natural logarithm."""
        return self._apply("log", np.log, value)

    def sqrt(self, value: Number) -> Number:
        """Return the square root."""
        return self._apply("sqrt", np.sqrt, value)

    def ceiling(self, value: Number) -> Number:
        """Return the smallest integer that is not below."""
        return self._apply("ceiling", np.ceil, value)

    def abs(self, value: Number) -> Number:
        """Return the absolute value."""
        return abs(value)

    def sign(self, value: Number) -> Number:
        """Return -1, 0 or 1."""
        return value.signum() if hasattr(value, "signum") else (value > 0) - (value < 0)

    def reciprocal(self, value: Number) -> Number:
        """Return 1 over the value.

        Raises
        ------
        EvaluationError
            The value is an exact zero.
        """
        if isinstance(value, (int, Fraction)):
            if value == 0:
                raise EvaluationError("division by zero: the point is outside the domain")
            return Fraction(1) / value
        return 1 / value

    def power(self, base: Number, exponent: Number) -> Number:
        """Return ``base ** exponent`` for an exponent that is not a constant integer."""
        try:
            return base**exponent
        except TypeError as error:
            raise EvaluationError(f"{base!r} ** {exponent!r} has no answer in {type(base).__name__}") from error

    def maximum(self, x: Number, y: Number) -> Number:
        """Return the larger."""
        return x if self.holds(">=", x, y) else y

    def minimum(self, x: Number, y: Number) -> Number:
        """Return the smaller."""
        return x if self.holds("<=", x, y) else y

    def holds(self, relation: str, x: Number, y: Number) -> Any:
        """Return whether ``x relation y``."""
        return _RELATIONS[relation](x, y)

    def choose(self, cases: Sequence[tuple[Callable[[], Number], Callable[[], Any]]]) -> Number:
        """Return the value of the first case whose condition holds."""
        for value, condition in cases:
            if condition():
                return value()
        raise EvaluationError("no case of the definition covers this point: it is outside the domain")

    def perturb(self, cells: Cells, where: tuple[int, ...]) -> tuple[Cells, Any]:
        """Return the array with one entry varied, and what `slope` needs to read the derivative off."""
        raise EvaluationError(
            f"a derivative that is not carried out needs Arb balls or symbols, not {type(cells[where]).__name__}"
        )

    def slope(self, value: Number, token: Any) -> Number:
        """Return the derivative of `value` with respect to what `perturb` varied."""
        raise EvaluationError(f"{value!r} has no derivative with respect to {token!r}")


_RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
    "==": lambda x, y: x == y,
    "!=": lambda x, y: x != y,
}


class BallArithmetic(Arithmetic):
    """Arb balls, and power series of balls in t truncated after t: an entry is varied by adding t."""

    def constant(self, value: int | Fraction) -> Number:
        """Return the ball of a rational, rounded outward."""
        return arb(fmpq(value.numerator, value.denominator))

    def number(self, value: Number) -> Number:
        """Return a final value as a ball."""
        return self.constant(value) if isinstance(value, (int, Fraction)) else value

    def exp(self, value: Number) -> Number:
        """Return the exponential."""
        return self.number(value).exp()

    def log(self, value: Number) -> Number:
        """Return the natural logarithm of what is certainly positive."""
        return self._positive(value, "the logarithm").log()

    def sqrt(self, value: Number) -> Number:
        """Return the square root; of a series, only where it is certainly positive."""
        value = self.number(value)
        if isinstance(value, arb) and value == 0:
            return value
        return self._positive(value, "the square root").sqrt()

    def ceiling(self, value: Number) -> Number:
        """Return the ceiling where the ball decides it; a series is there locally constant."""
        up = _head(self.number(value)).ceil()
        if not up.is_exact():
            raise Undecidable(f"the ceiling of {_head(self.number(value)).str(8)} is not decided")
        return up

    def abs(self, value: Number) -> Number:
        """Return the absolute value; of a series, only away from 0."""
        value = self.number(value)
        if isinstance(value, arb):
            return abs(value)
        return value * self._side(value, "abs")

    def sign(self, value: Number) -> Number:
        """Return the sign; of a series, only away from 0."""
        value = self.number(value)
        return arb(_sign(value) if isinstance(value, arb) else self._side(value, "sign"))

    def reciprocal(self, value: Number) -> Number:
        """Return 1 over what is certainly not 0."""
        value = self.number(value)
        head = _head(value)
        if head == 0:
            raise EvaluationError("division by zero: the point is outside the domain")
        if head.contains(0):
            raise Undecidable(f"the divisor {head.str(8)} may be zero")
        return 1 / value

    def power(self, base: Number, exponent: Number) -> Number:
        """Return ``exp(exponent * log(base))`` for a base that is certainly positive."""
        return (self.log(base) * self.number(exponent)).exp()

    def holds(self, relation: str, x: Number, y: Number) -> bool:
        """Return whether ``x relation y``, where the balls decide it."""
        difference = self.number(x - y)
        sign = _sign(difference) if isinstance(difference, arb) else self._side(difference, "a comparison")
        return bool(_RELATIONS[relation](sign, 0))

    def perturb(self, cells: Cells, where: tuple[int, ...]) -> tuple[Cells, Any]:
        """Add t to one entry."""
        varied = cells.copy()
        varied[where] = arb_series([varied[where], 1], prec=2)
        return varied, None

    def slope(self, value: Number, token: Any) -> Number:
        """Return the coefficient of t."""
        del token
        return value[1] if isinstance(value, arb_series) else arb(0)

    def _positive(self, value: Number, what: str) -> Number:
        value = self.number(value)
        head = _head(value)
        if not head > 0:
            if head <= 0:
                raise EvaluationError(f"{what} of {head.str(8)} has no finite value and derivative here")
            raise Undecidable(f"{what} of {head.str(8)} is not decided to be real")
        return value

    def _side(self, value: Number, what: str) -> int:
        """Return the sign of a series' head; at 0 the series is at a kink, which has no derivative."""
        sign = _sign(_head(value))
        if sign == 0:
            raise Undecidable(f"{what} is taken at its kink, where the derivative does not exist")
        return sign


def _head(value: Number) -> arb:
    """Return the constant coefficient."""
    return value[0] if isinstance(value, arb_series) else value


def _sign(ball: arb) -> int:
    if ball > 0:
        return 1
    if ball < 0:
        return -1
    if ball.is_exact() and ball == 0:
        return 0
    raise Undecidable(f"the sign of {ball.str(8)} is not decided at this precision")


class FormulaArithmetic(Arithmetic):
    """SymPy expressions: the entries written out; what a sample cannot decide stays a `Piecewise`."""

    def constant(self, value: int | Fraction) -> Number:
        """Return the rational."""
        return sp.Rational(value.numerator, value.denominator)

    def number(self, value: Number) -> Number:
        """Return a final value as an expression."""
        return self.constant(value) if isinstance(value, (int, Fraction)) else value

    exp, log, sqrt, abs, sign, ceiling = map(staticmethod, (sp.exp, sp.log, sp.sqrt, sp.Abs, sp.sign, sp.ceiling))
    maximum, minimum = map(staticmethod, (sp.Max, sp.Min))

    def reciprocal(self, value: Number) -> Number:
        """Return 1 over the expression."""
        if value == 0:
            raise EvaluationError("division by zero: the point is outside the domain")
        return 1 / self.number(value)

    def holds(self, relation: str, x: Number, y: Number) -> Any:
        """Return the relation as a formula."""
        return _FORMULA_RELATIONS[relation](x, y)

    def choose(self, cases: Sequence[tuple[Callable[[], Number], Callable[[], Any]]]) -> Number:
        """Return the cases as one formula."""
        return sp.Piecewise(*((value(), condition()) for value, condition in cases))

    def perturb(self, cells: Cells, where: tuple[int, ...]) -> tuple[Cells, Any]:
        """Vary the entry, which has to be a symbol."""
        entry = cells[where]
        if not isinstance(entry, sp.Symbol):
            raise EvaluationError(f"a derivative with respect to {entry} needs a symbol there")
        return cells, entry

    def slope(self, value: Number, token: Any) -> Number:
        """Return SymPy's derivative of the components."""
        return sp.diff(value, token)


_FORMULA_RELATIONS = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "==": sp.Eq, "!=": sp.Ne}

DUCK, BALLS, FORMULAS = Arithmetic(), BallArithmetic(), FormulaArithmetic()


def arithmetic_of(arrays: Iterable[Cells]) -> Arithmetic:
    """Return the table of operations for the numbers that the arrays hold."""
    for cells in arrays:
        first = cells.flat[0] if cells.size else None
        if isinstance(first, (arb, arb_series)):
            return BALLS
        if isinstance(first, sp.Basic):
            return FORMULAS
    return DUCK
