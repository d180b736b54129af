"""Products multiplied out entry by entry, where much cancels: ``y σ(-z) - (1 - y) σ(z)`` is ``y - σ(z)``."""

from __future__ import annotations

import itertools
from math import prod
from typing import TYPE_CHECKING

from symbolic.tensors.nodes import MINUS_ONE, ONE, Add, Apply, Fold, Mul, Node, Num, add, apply, fold, mul

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_TERMS = 12
"""A product of more terms stays as it is."""


def expanded(node: Node) -> Node:
    """Return the node with its products of sums multiplied out, and equal terms collected."""
    if isinstance(node, Fold) and node.kind == "sum":
        return fold("sum", node.over, expanded(node.body))
    if isinstance(node, Add):
        return add(*map(expanded, node.args))
    if isinstance(node, Mul):
        return _multiplied([expanded(x) for x in node.args])
    if isinstance(node, Apply) and node.function == "sigmoid" and _is_negative(node.arg):
        return add(ONE, mul(MINUS_ONE, apply("sigmoid", mul(MINUS_ONE, node.arg))))
    return node


def _multiplied(factors: Sequence[Node]) -> Node:
    terms = [x.args if isinstance(x, Add) else (x,) for x in factors]
    if prod(map(len, terms)) > MOST_TERMS:
        return _ordered(factors)
    return add(*map(_ordered, itertools.product(*terms)))


def _ordered(factors: Sequence[Node]) -> Node:
    """Return a product in an order of its own, so that equal ones are seen to be equal."""
    return mul(*sorted(factors, key=repr))


def _is_negative(node: Node) -> bool:
    first = node.args[0] if isinstance(node, Mul) else node
    return isinstance(first, Num) and first.value < 0
