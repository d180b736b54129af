"""Sums in another order: term by term, and over the index whose factors have the fewest others first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.tensors.nodes import Add, Fold, Index, Mul, Node, fold, mul, substitute

if TYPE_CHECKING:
    from collections.abc import Sequence


def distributed(node: Fold) -> list[Node]:
    """Return the sums of the terms, where the body, under further sums, is a product with a sum of terms."""
    body = node.body
    if isinstance(body, Fold) and body.kind == "sum":
        return [fold("sum", node.over, t) for t in distributed(body)]
    factors = body.args if isinstance(body, Mul) else (body,)
    for k, x in enumerate(factors):
        if isinstance(x, Add):
            return [fold("sum", node.over, mul(*factors[:k], t, *factors[k + 1 :])) for t in x.args]
        if isinstance(x, Fold) and x.kind == "sum" and len(parts := distributed(x)) > 1:
            return [fold("sum", node.over, mul(*factors[:k], t, *factors[k + 1 :])) for t in parts]
    return [node]


def renested(node: Fold) -> Node | None:
    """Sum in another order: always over an index whose factors have at most two others; None where there is none."""
    sums: list[Index] = []
    factors: list[Node] = []
    waiting: list[Node] = [node]
    while waiting:
        x = waiting.pop()
        if isinstance(x, Fold) and x.kind == "sum":
            fresh = {i: Index(i.dim) for i in x.over}
            sums.extend(fresh.values())
            waiting.append(substitute(x.body, fresh))
        elif isinstance(x, Mul):
            waiting.extend(x.args)
        else:
            factors.append(x)
    while sums:
        ranked = sorted(sums, key=lambda k: (len(_around(k, factors)), k.number))
        k = ranked[0]
        if len(_around(k, factors)) > 2:
            return None
        group = [x for x in factors if k in x.free]
        factors = [x for x in factors if k not in x.free]
        factors.append(Fold("sum", (k,), mul(*group)))
        sums.remove(k)
    return mul(*factors)


def _around(k: Index, factors: Sequence[Node]) -> set[Index]:
    return {i for x in factors if k in x.free for i in x.free} - {k}
