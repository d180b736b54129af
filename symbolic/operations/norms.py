"""Norms: L1, L2 and Frobenius."""

from __future__ import annotations

import sympy as sp

from symbolic.index import IndexForm, summed
from symbolic.operation import Definition, Kink, Operation, Variant
from symbolic.operations.notation import INDICES, SIZES, operand

NORMS = "2.3.10"


def _l1(variant: Variant) -> Definition:
    (rank,) = variant.ranks
    x = operand("x", rank)
    entry = sp.Abs(x.at(INDICES[rank]))
    return Definition((x,), IndexForm((), (), summed(entry, *zip(INDICES[rank], SIZES[rank], strict=True))))


def _root_of_squares(variant: Variant) -> Definition:
    (rank,) = variant.ranks
    x = operand("x", rank)
    square = x.at(INDICES[rank]) ** 2
    return Definition((x,), IndexForm((), (), sp.sqrt(summed(square, *zip(INDICES[rank], SIZES[rank], strict=True)))))


def _at_zero(rank: int) -> Kink:
    entry = operand("x", rank).at(INDICES[rank])
    return Kink(
        "kink", "x", sp.Eq(entry, 0), lambda x: x == 0, (sp.Integer(-1), sp.Integer(1)),
        "every tensor whose own norm is at most 1", sp.Integer(0),
        "At 0 the norm is a cone: x / ‖x‖ has no limit; PyTorch takes 0, the middle of the unit ball of subgradients.",
        whole=True,
    )  # fmt: skip


ENTRY_AT_ZERO = Kink(
    "kink", "x", sp.Eq(operand("x", 1).at(INDICES[1]), 0), lambda x: x == 0, (sp.Integer(-1), sp.Integer(1)),
    "every number in [-1, 1], entry by entry", sp.Integer(0),
    "Where an entry is 0 the absolute value has slopes -1 and 1; PyTorch takes sign(0) = 0.",
)  # fmt: skip

OPERATIONS = (
    Operation("l1_norm", "L1 norm", "norms", NORMS, "The sum of the absolute values of a vector.", ("x",),
              (Variant("vector", (1,)),), _l1, kinks=(ENTRY_AT_ZERO,)),
    Operation("l2_norm", "L2 norm", "norms", NORMS, "The root of a vector's sum of squares.", ("x",),
              (Variant("vector", (1,)),), _root_of_squares, kinks=(_at_zero(1),)),
    Operation("frobenius_norm", "Frobenius norm", "norms", NORMS, "The root of a matrix's sum of squares.", ("x",),
              (Variant("matrix", (2,)),), _root_of_squares, kinks=(_at_zero(2),)),
)  # fmt: skip
