"""Kinds of number that formulas are evaluated on: floats, Arb balls, SymPy formulas."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from flint import arb, arb_mat, fmpq

from symbolic.errors import EvaluationError, Undecidable
from symbolic.tensors.calculus import SPECTRA
from symbolic.tensors.enclosed import spectrum
from symbolic.tensors.special import SPECIAL

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction

Cells = Any  # an object array of numbers
SHORT = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
}
"""What `math`, FLINT and SymPy call NumPy's functions."""

NAMES = {"abs": "Abs"}
"""What SymPy alone calls them."""


CONSTANTS: dict[str, tuple[float, Callable[[], Any], Any]] = {
    "pi": (math.pi, lambda: arb.pi(), sp.pi),  # noqa: PLW0108 - at the precision of the moment
    "e": (math.e, lambda: arb(1).exp(), sp.E),
    "euler_gamma": (float(np.euler_gamma), lambda: arb.const_euler(), sp.EulerGamma),  # noqa: PLW0108 - likewise
}
"""Each constant as a float, as a ball and as a formula."""


class FloatsOnlyError(EvaluationError):
    """Balls and formulas have no such function: evaluate on floats."""


class Floats:
    """Float arithmetic, by `math`."""

    def number(self, value: Fraction) -> Any:
        """Return a rational number."""
        return float(value)

    def constant(self, name: str) -> Any:
        """Return a constant."""
        return CONSTANTS[name][0]

    def call(self, name: str, x: Any) -> Any:
        """Return a function of one number."""
        if name in SPECIAL:
            return float(SPECIAL[name].ball(arb(float(x))))
        return (abs if name == "abs" else getattr(math, SHORT.get(name, name)))(x)

    def sign(self, x: Any) -> int:
        """Return -1, 0 or 1."""
        return int(x > 0) - int(x < 0)

    def power(self, x: Any, y: Any) -> Any:
        """Return a power."""
        value = x**y
        if isinstance(value, complex):
            raise EvaluationError(f"{x} ** {y} is not real")
        return value

    def inverse(self, cells: Cells) -> Cells:
        """Return the inverse of a matrix."""
        return np.linalg.inv(cells.astype(float)).astype(object)

    def determinant(self, cells: Cells) -> Any:
        """Return the determinant."""
        return float(np.linalg.det(cells.astype(float)))


class Balls(Floats):
    """Ball arithmetic: every answer encloses the truth."""

    def number(self, value: Fraction) -> Any:
        """Return a rational number."""
        return arb(fmpq(value.numerator, value.denominator))

    def constant(self, name: str) -> Any:
        """Return a constant."""
        return CONSTANTS[name][1]()

    def call(self, name: str, x: Any) -> Any:
        """Return a function of one number."""
        value = SPECIAL[name].ball(x) if name in SPECIAL else self._plain(name, x)
        if not value.is_finite():
            raise EvaluationError(f"{name} has no value at {x}")
        return value

    def _plain(self, name: str, x: Any) -> Any:
        return abs(x) if name == "abs" else getattr(x, SHORT.get(name, name))()

    def sign(self, x: Any) -> int:
        """Return -1, 0 or 1.

        Raises
        ------
        Undecidable
            The ball holds 0 and more.
        """
        if x > 0:
            return 1
        if x < 0:
            return -1
        if x == 0:
            return 0
        raise Undecidable(f"the sign of {x} is not decided: a kink is near")

    def power(self, x: Any, y: Any) -> Any:
        """Return a power."""
        whole = y.unique_fmpz() if y.rad() == 0 else None
        value = x ** (y if whole is None else whole)
        if not value.is_finite():
            raise EvaluationError(f"{x} ** {y} has no value")
        return value

    def inverse(self, cells: Cells) -> Cells:
        """Return the inverse of a matrix."""
        n = cells.shape[0]
        try:
            inverse = arb_mat(n, n, [arb(c) for c in cells.ravel()]).inv()
        except ZeroDivisionError as error:
            raise EvaluationError("the matrix has no inverse here") from error
        return np.array(inverse.entries(), dtype=object).reshape(n, n)

    def determinant(self, cells: Cells) -> Any:
        """Return the determinant."""
        n = cells.shape[0]
        return arb_mat(n, n, [arb(c) for c in cells.ravel()]).det()


class Formulas(Floats):
    """SymPy formulas."""

    def number(self, value: Fraction) -> Any:
        """Return a rational number."""
        return sp.Rational(value.numerator, value.denominator)

    def constant(self, name: str) -> Any:
        """Return a constant."""
        return CONSTANTS[name][2]

    def call(self, name: str, x: Any) -> Any:
        """Return a function of one number."""
        return SPECIAL[name].formula(x) if name in SPECIAL else getattr(sp, SHORT.get(name, NAMES.get(name, name)))(x)

    def sign(self, x: Any) -> Any:
        """Return the sign as a formula."""
        return sp.sign(x)

    def power(self, x: Any, y: Any) -> Any:
        """Return a power."""
        return x**y

    def inverse(self, cells: Cells) -> Cells:
        """Return the inverse of a matrix, by its adjugate."""
        inverse = sp.Matrix(cells).inv(method="ADJ")
        return np.array(inverse.tolist(), dtype=object)

    def determinant(self, cells: Cells) -> Any:
        """Return the determinant."""
        return sp.Matrix(cells).det()


def call(numbers: Floats, name: str, x: Any, one: Any) -> Any:  # noqa: PLR0911 - a case a line
    """Return an elementwise function of the vocabulary."""
    if name in ("sign", "positive", "nonnegative", "zero", "relu"):
        s = numbers.sign(x)
        steps = {"sign": s, "positive": s > 0, "nonnegative": s >= 0, "zero": s == 0, "relu": s > 0}
        if isinstance(numbers, Formulas):
            half = one / 2
            known = {
                "sign": s,
                "positive": half + s * half,
                "nonnegative": half + s * half,
                "relu": x * (half + s * half),
            }
            return known.get(name, sp.Piecewise((one, sp.Eq(x, 0)), (0 * one, True)))
        return x * int(steps[name]) if name == "relu" else one * int(steps[name])
    if name == "sigmoid":
        return one / (one + numbers.call("exp", -x))
    if name == "softplus":
        return numbers.call("log", one + numbers.call("exp", x))
    if name == "log1p":
        return numbers.call("log", one + x)
    if name == "expm1":
        return numbers.call("exp", x) - one
    return numbers.call(name, x)


def function_of_matrix(numbers: Floats, kind: str, cells: Cells) -> Any:
    """Return the inverse, the determinant or another function of a matrix."""
    if kind == "inv":
        return numbers.inverse(cells)
    if kind == "pinv":
        tall = cells.shape[0] >= cells.shape[1]
        return numbers.inverse(cells.T @ cells) @ cells.T if tall else cells.T @ numbers.inverse(cells @ cells.T)
    if kind in SPECTRA:
        return _spectrum(numbers, kind, cells)
    value = numbers.determinant(cells)
    return value if kind == "det" else numbers.call("log", numbers.call("abs", value))


def _spectrum(numbers: Floats, kind: str, cells: Cells) -> Any:
    if isinstance(numbers, Balls):
        return spectrum(kind, cells)
    if type(numbers) is not Floats:
        raise FloatsOnlyError(f"{kind} is not evaluated on formulas")
    matrix = cells.astype(float)
    if kind.startswith("eig"):
        return np.linalg.eigh(matrix)[("eigval", "eigvec").index(kind)].astype(object)
    if kind == "cholesky":
        return np.linalg.cholesky(matrix).astype(object)
    return np.linalg.svd(matrix, full_matrices=False)[("svd_u", "sval", "svd_v").index(kind)].astype(object)
