"""Numbers and plain arrays of a program as tensors: the numbers that their floats stand for."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from symbolic.errors import FormulaError
from symbolic.tensors.joining import stacked
from symbolic.tensors.nodes import HALF, ONE, Constant, Dim, Index, Node, Num, Where, apply, delta, mul, number, power
from symbolic.tensors.tensor import Tensor, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST_DENOMINATOR = 1000
MOST_ENTRIES = 64
"""A plain array of more numbers than this, and of no pattern, is no formula that anybody reads."""


def constant(value: Any) -> Tensor:
    """Return a plain number or array as a tensor of numbers.

    Raises
    ------
    FormulaError
        It holds other things than real numbers, or too many of them.
    """
    array = np.asarray(value)
    if array.dtype.kind not in "biuf":
        raise FormulaError(f"{_described(value)} stands where a number or an array of real numbers is expected")
    if not array.ndim:
        return scalar(number_of(array.item()))
    if not array.size:
        raise FormulaError(f"an array of shape {array.shape} is empty: it leaves nothing to differentiate")
    known = _filled(array) or _identity(array) or _count(array)
    if known is not None:
        return known
    if array.size > MOST_ENTRIES:
        raise FormulaError(
            f"an array of {array.size} constants (shape {array.shape}) is too long to be written out, at most "
            f"{MOST_ENTRIES} are: make it a parameter of the function and give its shape"
        )
    return _listed(array)


def _described(value: object) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of dtype {value.dtype}"
    return f"{value!r:.40} (type={type(value).__name__})"


def number_of(value: float) -> Node:
    """Return the number that a float stands for: a short fraction or formula, else its decimals.

    Raises
    ------
    FormulaError
        It is not finite, or out of all proportion.
    """
    if not abs(value) < 1e30:
        raise FormulaError(f"{value} is not a real number of ordinary size: no formula holds it")
    if isinstance(value, int):
        return number(int(value))
    short = Fraction(value).limit_denominator(LARGEST_DENOMINATOR)
    if float(short) == value:
        return Num(short)
    return next(_irrational(value), Num(Fraction(str(value))))


def _irrational(value: float) -> Iterator[Node]:
    """Yield the number that a float was computed from, where that is a short formula: π, e, a root or a logarithm."""
    turns = _short(value / math.pi)
    if turns and float(turns) * math.pi == value:
        yield mul(Num(turns), Constant("pi"))
    if value == math.e:
        yield apply("exp", ONE)
    square = _short(value * value)
    if square and math.sqrt(square) == abs(value):
        yield mul(number(1 if value > 0 else -1), power(Num(square), HALF))
    for factor, written in ((1.0, ONE), (math.pi, Constant("pi"))) if abs(value) < 10 else ():
        whole = _short(math.exp(value) / factor)
        if whole and math.log(float(whole) * factor) == value:
            yield apply("log", mul(Num(whole), written))


def _short(value: float) -> Fraction | None:
    """Return the fraction of a small numerator and denominator that is nearest; None where there is none near."""
    near = Fraction(value).limit_denominator(100)
    return near if 0 < abs(near.numerator) <= 1000 else None


def _axes(shape: tuple[int, ...]) -> tuple[tuple[Index, ...], ...]:
    return tuple((Index(Dim("", n)),) if n > 1 else () for n in shape)


def _filled(array: Any) -> Tensor | None:
    """Read an array of one number."""
    first = array.flat[0]
    return Tensor(_axes(array.shape), number_of(first.item())) if (array == first).all() else None


def _identity(array: Any) -> Tensor | None:
    """Read a multiple of an identity matrix."""
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        return None
    first = array.flat[0]
    if not np.array_equal(array, np.eye(len(array)) * first):
        return None
    rows, cols = _axes(array.shape)
    return Tensor((rows, cols), mul(number_of(first.item()), *map(delta, rows, cols)))


def _count(array: Any) -> Tensor | None:
    """Read ``0, 1, … n - 1``."""
    if array.ndim != 1 or not np.array_equal(array, np.arange(len(array))):
        return None
    (axis,) = _axes(array.shape)
    return Tensor((axis,), Where(axis[0]))


def _listed(array: Any) -> Tensor:
    if not array.ndim:
        return scalar(number_of(array.item()))
    return stacked([_listed(part) for part in array], 0)
