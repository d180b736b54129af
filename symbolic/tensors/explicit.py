"""Axes whose size is a small number, written out entry by entry where single entries are named."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from symbolic.tensors.nodes import (
    MINUS_ONE,
    Fixed,
    Fold,
    Index,
    Node,
    Of,
    add,
    delta,
    fixed,
    mul,
    number,
    power,
    replaced,
    substitute,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 4
MOST_ENTRIES = 64


def written_out(node: Node) -> list[Node]:
    """Return the entries of a node at all places of its axes of small size, sums and small determinants written out."""
    if not any(isinstance(p, Fixed) for n in _nodes(node) for p in n.places()):
        return [node]
    node = replaced(node, _opened)
    small = sorted((i for i in node.free if _is_small(i)), key=lambda i: i.number)
    places = [[fixed(k, i.dim) for k in range(i.dim.offset)] for i in small]
    if not small or len(list(itertools.product(*places))) > MOST_ENTRIES:
        return [node]
    return [substitute(node, dict(zip(small, at, strict=True))) for at in itertools.product(*places)]


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children():
        yield from _nodes(child)


def _is_small(i: Index) -> bool:
    return not i.dim.name and i.dim.offset <= LARGEST


def _opened(node: Node) -> Node | None:
    if isinstance(node, Fold) and node.kind in ("sum", "prod") and all(map(_is_small, node.over)):
        body = replaced(node.body, _opened)
        places = itertools.product(*([fixed(k, i.dim) for k in range(i.dim.offset)] for i in node.over))
        parts = [substitute(body, dict(zip(node.over, at, strict=True))) for at in places]
        return (add if node.kind == "sum" else mul)(*parts)
    if isinstance(node, Of) and node.kind in ("det", "inv") and len(node.rows) == 1 and _is_small(node.rows[0]):
        return _cofactors(node)
    return None


def _cofactors(node: Of) -> Node | None:
    """Write a determinant out; of an inverse, with its entry at fixed places only."""
    n = node.rows[0].dim.offset
    if n > 3:
        return None
    body = replaced(node.body, _opened)
    cells = [[_cell(node, body, r, c) for c in range(n)] for r in range(n)]
    if node.kind == "det":
        return _determinant(cells)
    a, b = node.at
    if not isinstance(a, Fixed) or not isinstance(b, Fixed):
        whole = [(r, c) for r in range(n) for c in range(n)]
        brackets = [_bracket(node, r, c) for r, c in whole]
        return add(*(mul(bracket, _inverse_cell(cells, r, c)) for bracket, (r, c) in zip(brackets, whole, strict=True)))
    return _inverse_cell(cells, a.value, b.value)


def _bracket(node: Of, r: int, c: int) -> Node:
    dim = node.rows[0].dim
    return mul(delta(node.at[0], fixed(r, dim)), delta(node.at[1], fixed(c, dim)))


def _cell(node: Of, body: Node, r: int, c: int) -> Node:
    dim = node.rows[0].dim
    return substitute(body, {node.rows[0]: fixed(r, dim), node.cols[0]: fixed(c, dim)})


def _determinant(cells: list[list[Node]]) -> Node:
    if not cells:
        return number(1)
    minors = [[row[:k] + row[k + 1 :] for row in cells[1:]] for k in range(len(cells))]
    return add(*(mul(number((-1) ** k), cells[0][k], _determinant(minor)) for k, minor in enumerate(minors)))


def _inverse_cell(cells: list[list[Node]], r: int, c: int) -> Node:
    minor = [row[:r] + row[r + 1 :] for k, row in enumerate(cells) if k != c]
    return mul(number((-1) ** (r + c)), _determinant(minor), power(_determinant(cells), MINUS_ONE))
