"""A scalar with a tensor: the scalar is an input too; and a tensor to a constant power."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symbolic.index import Expr, IndexForm
from symbolic.operation import ENTRY, REALS, Definition, Domain, Kink, Operation, Variant
from symbolic.operations.elementwise import PROPERTIES
from symbolic.operations.notation import INDICES, RANKS, SIZES, operand

if TYPE_CHECKING:
    from collections.abc import Callable

DIVISION = Domain({"x": sp.Ne(ENTRY, 0)}, "x ≠ 0")
DIVIDE_BY_ZERO = Kink(
    "singular", "x", sp.Eq(sp.Symbol("x", real=True), 0), lambda x: x == 0, None, "none: there is no value", None,
    "y / 0 has no value over the reals; floating point gives infinities or NaN.",
)  # fmt: skip


def _operation(
    name: str,
    title: str,
    summary: str,
    formula: Callable[[Expr, Expr], Expr],
    domain: Domain = REALS,
    kinks: tuple[Kink, ...] = (),
) -> Operation:
    """Return an operation on the 0-d tensor x and every entry of the tensor y."""

    def build(variant: Variant) -> Definition:
        _, rank = variant.ranks
        x, y = operand("x", 0), operand("y", rank)
        entry = formula(x.at(()), y.at(INDICES[rank]))
        return Definition((x, y), IndexForm(INDICES[rank], SIZES[rank], entry), domain=domain)

    variants = tuple(Variant(f"scalar with rank {rank}", (0, rank)) for rank in RANKS)
    return Operation(name, title, "scalar", PROPERTIES, summary, ("x", "y"), variants, build, domain, kinks)


# -- a constant power ------------------------------------------------------------------------------------

EXPONENTS = ((2, 2), (3, 1), (2, 0), (2, 3), (1, 1), (0, 1), (-1, 2), (-2, 1), (0.5, 1), (-0.5, 2), (1.5, 2), (2.5, 0))
"""Exponent and rank of each variant: whole, negative, and fractional ones."""

POWER_AT_ZERO = Kink(
    "singular", "x", sp.Eq(sp.Symbol("x_i", real=True), 0), lambda x: x == 0, None, "none below exponent 1",
    None, "For a negative exponent there is no value at 0; for one between 0 and 1 the slope there is infinite.",
)  # fmt: skip


def _power_domain(exponent: Expr) -> Domain:
    if not exponent.is_integer:
        return Domain({"x": ENTRY > 0}, "x > 0 in every entry: the exponent is not whole")
    if exponent < 0:
        return Domain({"x": sp.Ne(ENTRY, 0)}, "x ≠ 0 in every entry: the exponent is negative")
    return REALS


def _power(variant: Variant) -> Definition:
    (rank,) = variant.ranks
    x = operand("x", rank)
    exponent = sp.Rational(*variant.parameters["exponent"].as_integer_ratio())
    out = IndexForm(INDICES[rank], SIZES[rank], x.at(INDICES[rank]) ** exponent)
    return Definition((x,), out, domain=_power_domain(exponent))


OPERATIONS = (
    _operation("scalar_add", "Scalar plus tensor", "The scalar x added to every entry of y.", lambda x, y: x + y),
    _operation("scalar_sub", "Scalar minus tensor", "Every entry of y taken from the scalar x.", lambda x, y: x - y),
    _operation("scalar_mul", "Scalar times tensor", "Every entry of y times the scalar x.", lambda x, y: x * y),
    _operation(
        "scalar_div", "Tensor over scalar", "Every entry of y divided by the scalar x.", lambda x, y: y / x,
        DIVISION, (DIVIDE_BY_ZERO,),
    ),
    Operation(
        "scalar_pow", "Power, constant exponent", "scalar", PROPERTIES, "Every entry to a constant power.", ("x",),
        tuple(Variant(f"rank {rank}, exponent {e}", (rank,), {"exponent": e}) for e, rank in EXPONENTS),
        _power,
        Domain(text="every real number for an exponent 0, 1, 2 …; x ≠ 0 for a negative one; x > 0 for a fraction"),
        (POWER_AT_ZERO,),
    ),
)  # fmt: skip
