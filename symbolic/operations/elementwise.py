"""Operations entry by entry: arithmetic of tensors of one shape, and functions of one tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symbolic.index import Expr, IndexForm
from symbolic.operation import ENTRY, REALS, Definition, Domain, Kink, Operation, Variant
from symbolic.operations.notation import INDICES, RANKS, SIZES, operand

if TYPE_CHECKING:
    from collections.abc import Callable

X, Y = sp.Symbol("x_i", real=True), sp.Symbol("y_i", real=True)
PROPERTIES = "2.3.5"

DIVISION = Domain({"y": sp.Ne(ENTRY, 0)}, "y ≠ 0 in every entry")
POSITIVE = Domain({"x": ENTRY > 0}, "x > 0 in every entry, so that the power and its derivative by y are real")

DIVIDE_BY_ZERO = Kink(
    "singular", "y", sp.Eq(Y, 0), lambda y: y == 0, None, "none: there is no value", None,
    "x / 0 has no value over the reals; floating point gives an infinity or NaN.",
)  # fmt: skip
POWER_OF_ZERO = Kink(
    "singular", "x", sp.Eq(X, 0), lambda x: x == 0, None, "none: log(x) is not defined", None,
    "x ** y is exp(y log x); at x = 0 the derivative by y is a limit at best, and by x infinite for y < 1.",
)  # fmt: skip
ABS_AT_ZERO = Kink(
    "kink", "x", sp.Eq(X, 0), lambda x: x == 0, (sp.Integer(-1), sp.Integer(1)), "every number in [-1, 1]",
    sp.Integer(0),
    "From the left the slope is -1, from the right 1; PyTorch takes sign(0) = 0, the subgradient of least norm.",
)  # fmt: skip


def _operation(
    name: str,
    title: str,
    summary: str,
    inputs: tuple[str, ...],
    formula: Callable[..., Expr],
    domain: Domain = REALS,
    kinks: tuple[Kink, ...] = (),
) -> Operation:
    """Return an operation whose output entry is `formula` of the input entries at the same place."""

    def build(variant: Variant) -> Definition:
        rank = variant.ranks[0]
        operands = tuple(operand(x, rank) for x in inputs)
        entry = formula(*(x.at(INDICES[rank]) for x in operands))
        return Definition(operands, IndexForm(INDICES[rank], SIZES[rank], entry), domain=domain)

    variants = tuple(Variant(f"rank {rank}", (rank,) * len(inputs)) for rank in RANKS)
    return Operation(name, title, "elementwise", PROPERTIES, summary, inputs, variants, build, domain, kinks)


OPERATIONS = (
    _operation("add", "Addition", "The sum, entry by entry.", ("x", "y"), lambda x, y: x + y),
    _operation("sub", "Subtraction", "The difference, entry by entry.", ("x", "y"), lambda x, y: x - y),
    _operation("mul", "Hadamard product", "The product, entry by entry.", ("x", "y"), lambda x, y: x * y),
    _operation(
        "div", "Division", "The quotient, entry by entry.", ("x", "y"), lambda x, y: x / y, DIVISION, (DIVIDE_BY_ZERO,)
    ),
    _operation(
        "pow", "Power", "x to the power y, entry by entry.", ("x", "y"), lambda x, y: x**y, POSITIVE, (POWER_OF_ZERO,)
    ),
    _operation("neg", "Negation", "Minus every entry.", ("x",), lambda x: -x),
    _operation("exp", "Exponential", "e to the power of every entry.", ("x",), sp.exp),
    _operation("abs", "Absolute value", "The absolute value of every entry.", ("x",), sp.Abs, REALS, (ABS_AT_ZERO,)),
)
