"""Where the greatest or the least entry stands: told by comparing two numbers that are equal to the last bit."""

from __future__ import annotations

from symbolic.tensors.nodes import MINUS_ONE, Add, Fold, Index, Mul, Node, add
from symbolic.tensors.stable import matched


def extreme_sides(difference: Node) -> tuple[Node, Node] | None:
    """Read ``p - max(p)``; return ``p`` and ``max(p)``, which floats find equal only if neither is taken apart."""
    if not isinstance(difference, Add):
        return None
    for k, term in enumerate(difference.args):
        if isinstance(term, Mul) and len(term.args) == 2 and term.args[0] == MINUS_ONE:
            fold = term.args[1]
            rest = add(*difference.args[:k], *difference.args[k + 1 :])
            if isinstance(fold, Fold) and fold.kind in ("max", "min") and _is_entry(rest, fold):
                return rest, fold
    return None


def _is_entry(node: Node, fold: Fold) -> bool:
    """Whether it is one of the entries that are compared."""
    body: Node = fold
    over: list[Index] = []
    while isinstance(body, Fold) and body.kind == fold.kind:
        over.extend(body.over)
        body = body.body
    return matched(body, node, over) is not None
