"""What the vocabulary does to one entry or two: comparisons, choices, steps, rounding, losses."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.errors import FormulaError
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Apply,
    Compare,
    Constant,
    Mul,
    Node,
    Num,
    add,
    apply,
    mul,
    number,
    power,
)
from symbolic.tensors.sizes import of_node

if TYPE_CHECKING:
    from collections.abc import Callable

TWO = number(2)
STEPS = ("positive", "nonnegative", "zero")
"""Brackets of a comparison with 0."""


def difference(a: Node, b: Node) -> Node:
    """Return ``a - b``."""
    return add(a, mul(MINUS_ONE, b))


def quotient(a: Node, b: Node) -> Node:
    """Return ``a / b``.

    Raises
    ------
    FormulaError
        The divisor is 0.
    """
    if b == ZERO:
        raise FormulaError("division by 0")
    return mul(a, power(b, MINUS_ONE))


def negative(a: Node) -> Node:
    """Return ``-a``."""
    return mul(MINUS_ONE, a)


def square(a: Node) -> Node:
    """Return ``a**2``."""
    return power(a, TWO)


# -- rounding: steps, whose derivative is 0 off their jumps -----------------------------------------------------


def floor(a: Node) -> Node:
    """Return the greatest whole number up to `a`; a size is one."""
    if isinstance(a, Num):
        return number(math.floor(a.value))
    return a if of_node(a) is not None else apply("floor", a)


def ceil(a: Node) -> Node:
    """Return the least whole number from `a` on."""
    return negative(floor(negative(a)))


def trunc(a: Node) -> Node:
    """Return the whole number next to `a` towards 0."""
    return mul(apply("sign", a), floor(apply("abs", a)))


def rint(a: Node) -> Node:
    """Return the nearest whole number; of two that are as near, the even one."""
    up = floor(add(a, HALF))
    half = mul(apply("zero", difference(add(a, HALF), up)), remainder(up, TWO))
    return difference(up, half)


def remainder(a: Node, b: Node) -> Node:
    """Return what is left of `a` after whole multiples of `b`."""
    return difference(a, mul(b, floor(quotient(a, b))))


# -- conditions: 1 where they hold, else 0 ----------------------------------------------------------------------


def greater(a: Node, b: Node) -> Node:
    """Return ``[a > b]``."""
    return apply("positive", difference(a, b))


def greater_equal(a: Node, b: Node) -> Node:
    """Return ``[a >= b]``."""
    return apply("nonnegative", difference(a, b))


def same(a: Node, b: Node) -> Node:
    """Return ``[a == b]``."""
    return apply("zero", difference(a, b))


def opposite(a: Node) -> Node:
    """Return 1 where a condition fails."""
    return difference(ONE, a)


COMPARISONS: dict[str, Callable[[Node, Node], Node]] = {
    "greater": greater,
    "greater_equal": greater_equal,
    "less": lambda a, b: greater(b, a),
    "less_equal": lambda a, b: greater_equal(b, a),
    "equal": same,
    "not_equal": lambda a, b: opposite(same(a, b)),
}


def is_truth(a: Node) -> bool:
    """Whether an entry is a condition: 0 or 1."""
    if isinstance(a, Apply):
        return a.function in STEPS
    if isinstance(a, Mul):
        return all(map(is_truth, a.args))
    if isinstance(a, Add):
        rest = difference(ONE, a)
        return len(a.args) == 2 and ONE in a.args and not isinstance(rest, Add) and is_truth(rest)
    return isinstance(a, Compare) or a in (ZERO, ONE)


def truth(a: Node) -> Node:
    """Return 1 where an entry is not 0."""
    return a if is_truth(a) else opposite(apply("zero", a))


def both(a: Node, b: Node) -> Node:
    """Return 1 where both hold."""
    return mul(truth(a), truth(b))


def either(a: Node, b: Node) -> Node:
    """Return 1 where one of two holds."""
    return opposite(mul(opposite(truth(a)), opposite(truth(b))))


def choice(condition: Node, a: Node, b: Node) -> Node:
    """Return `a` where a condition holds, else `b`."""
    return add(mul(condition, a), mul(opposite(condition), b))


def maximum(a: Node, b: Node) -> Node:
    """Return the greater of two."""
    return choice(greater(a, b), a, b)


def minimum(a: Node, b: Node) -> Node:
    """Return the lesser of two."""
    return choice(greater(a, b), b, a)


def copysign(a: Node, b: Node) -> Node:
    """Return the size of `a` with the sign of `b`."""
    return mul(apply("abs", a), difference(mul(TWO, apply("nonnegative", b)), ONE))


# -- functions of one number or two -----------------------------------------------------------------------------


def log_of(base: int) -> Callable[[Node], Node]:
    """Return the logarithm to a base."""
    return lambda a: mul(apply("log", a), power(apply("log", number(base)), MINUS_ONE))


def log_add_exp(a: Node, b: Node) -> Node:
    """Return ``log(exp(a) + exp(b))``."""
    return apply("log", add(apply("exp", a), apply("exp", b)))


def arctan2(a: Node, b: Node) -> Node:
    """Return the angle of the point ``(b, a)``."""
    turn = mul(Constant("pi"), apply("positive", negative(b)), difference(mul(TWO, apply("nonnegative", a)), ONE))
    return add(apply("arctan", quotient(a, b)), turn)


def radians(a: Node) -> Node:
    """Return degrees in radians."""
    return mul(Constant("pi"), a, number(Fraction(1, 180)))


def degrees(a: Node) -> Node:
    """Return radians in degrees."""
    return mul(number(180), a, power(Constant("pi"), MINUS_ONE))


def sinc(a: Node) -> Node:
    """Return ``sin(pi a) / (pi a)``."""
    turned = mul(Constant("pi"), a)
    return mul(apply("sin", turned), power(turned, MINUS_ONE))


def ndtr(a: Node) -> Node:
    """Return the normal distribution function."""
    return mul(HALF, apply("erfc", mul(MINUS_ONE, a, power(TWO, number(Fraction(-1, 2))))))


def rel_entr(a: Node, b: Node) -> Node:
    """Return ``a log(a / b)``."""
    return mul(a, apply("log", quotient(a, b)))


def huber(delta: Node, r: Node) -> Node:
    """Return ``r**2 / 2`` up to delta, and a line beyond."""
    size = apply("abs", r)
    line = mul(delta, difference(size, mul(HALF, delta)))
    return choice(greater_equal(delta, size), mul(HALF, square(r)), line)


def pseudo_huber(delta: Node, r: Node) -> Node:
    """Return ``delta**2 (sqrt(1 + (r / delta)**2) - 1)``."""
    root = apply("sqrt", add(ONE, square(quotient(r, delta))))
    return mul(square(delta), difference(root, ONE))


def boxcox(a: Node, by: Node) -> Node:
    """Return ``(a**by - 1) / by``, the logarithm where `by` is 0."""
    return apply("log", a) if by == ZERO else quotient(difference(power(a, by), ONE), by)


def log_beta(a: Node, b: Node) -> Node:
    """Return the logarithm of the beta function."""
    return difference(add(apply("gammaln", a), apply("gammaln", b)), apply("gammaln", add(a, b)))


def beta(a: Node, b: Node) -> Node:
    """Return the beta function."""
    return quotient(mul(apply("gamma", a), apply("gamma", b)), apply("gamma", add(a, b)))


def binom(n: Node, k: Node) -> Node:
    """Return the binomial coefficient, by the gamma function."""
    below = mul(apply("gamma", add(k, ONE)), apply("gamma", add(difference(n, k), ONE)))
    return quotient(apply("gamma", add(n, ONE)), below)


def poch(a: Node, m: Node) -> Node:
    """Return ``gamma(a + m) / gamma(a)``."""
    return quotient(apply("gamma", add(a, m)), apply("gamma", a))


def dawsn(a: Node) -> Node:
    """Return Dawson's integral."""
    return mul(HALF, power(Constant("pi"), HALF), apply("exp", negative(square(a))), apply("erfi", a))


def ndtri(p: Node) -> Node:
    """Return the inverse of the normal distribution function."""
    return mul(power(TWO, HALF), apply("erfinv", difference(mul(TWO, p), ONE)))
