"""The notes' ``f(a)``: doubled until its norm is 1000 or more, then times 100 where it is not positive.

The program's paths are explored in `symbolic.paths`; here is the closed form that they add up to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symbolic.index import IndexForm
from symbolic.operation import ENTRY, Definition, Domain, Kink, Operation, Variant
from symbolic.operations.notation import operand

if TYPE_CHECKING:
    from fractions import Fraction

DOMAIN = Domain({"x": sp.Ne(ENTRY, 0)}, "x ≠ 0: at 0 the loop never ends")


def doublings(x: sp.Expr) -> sp.Expr:
    """Return how often the loop doubles: the least N >= 0 with ``2**(N + 1) |x| >= 1000``."""
    return sp.Max(0, sp.ceiling(sp.log(500 / sp.Abs(x)) / sp.log(2)))


def _definition(variant: Variant) -> Definition:
    del variant
    x = operand("x", 0)
    a = x.at(())
    doubled = 2 ** (doublings(a) + 1) * a
    return Definition((x,), IndexForm((), (), sp.Piecewise((doubled, a > 0), (100 * doubled, True))), domain=DOMAIN)


def is_jump(x: Fraction) -> bool:
    """Whether ``|x|`` is ``500 * 2**-n`` for some n >= 0, where one doubling more or less is made."""
    ratio = abs(x) / 500
    return ratio.numerator == 1 and ratio.denominator & (ratio.denominator - 1) == 0


A = sp.Symbol("x", real=True)
N = sp.Symbol("n", integer=True, nonnegative=True)

OPERATIONS = (
    Operation(
        "control_flow", "Python control flow", "control flow", "2.5.4",
        "Doubled until the norm is at least 1000; a result that is not positive is multiplied by 100.", ("x",),
        (Variant("rank 0", (0,)),), _definition, DOMAIN,
        (
            Kink("endless", "x", sp.Eq(A, 0), lambda x: x == 0, None, "none: there is no value", None,
                 "2 · 0 = 0 < 1000, so the loop never ends."),
            Kink("jump", "x", sp.Eq(sp.Abs(A), 500 * 2**-N), is_jump, None, "none: the value jumps by a factor of 2",
                 None, "The number of doublings changes there; the slope of the path taken, k in d = k·x, is agreed."),
        ),
    ),
)  # fmt: skip
