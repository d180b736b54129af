"""NumPy source code for tensors that vanish off diagonals: their blocks are added into zeros.

``np.einsum('abac->abc', out)`` is a view of the entries whose first and third index agree, and can be written to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symbolic.tensors.contraction import letters
from symbolic.tensors.nodes import Add, Compare, Index, Mul, Node, mul, substitute

if TYPE_CHECKING:
    from symbolic.tensors.einsum import Einsum
    from symbolic.tensors.tensor import Tensor


def diagonal_lines(tensor: Tensor, einsum: Einsum) -> tuple[list[str], str] | None:
    """Return lines that add every term into its place, and the name of the result; None where no term is on a diagonal.

    Matrices are left to other rules.
    """
    wanted = tensor.indices
    parted = [_on_diagonal(t, wanted) for t in _terms(tensor.entry, wanted)]
    if len(wanted) < 3 or not any(same for same, _ in parted):
        return None
    lengths = ", ".join(einsum.writer.size(i.dim) for i in wanted)
    lines = []
    for same, core in parted:
        text, order = einsum.at(core)
        kept = [i for i in wanted if i not in same]
        text = einsum.aligned(text, order, kept)
        lines.append(_added(text, same, kept, wanted))
    return [*einsum.lines, f"out = np.zeros(({lengths}))", *lines], "out"


def _terms(node: Node, wanted: tuple[Index, ...]) -> tuple[Node, ...]:
    """Return the terms of a sum, or of a product with a sum of which some are on diagonals."""
    if isinstance(node, Mul):
        for k, x in enumerate(node.args):
            if isinstance(x, Add) and any(_on_diagonal(t, wanted)[0] for t in x.args):
                return tuple(mul(*node.args[:k], t, *node.args[k + 1 :]) for t in x.args)
    return node.args if isinstance(node, Add) else (node,)


def _added(text: str, same: dict[Index, Index], kept: list[Index], wanted: tuple[Index, ...]) -> str:
    sign, text = ("-", text[1:]) if text.startswith("-") else ("+", text)
    if not same:
        return f"out {sign}= {text}"
    names = letters(kept)
    left = "".join(names[same.get(i, i)] for i in wanted)
    return f"np.einsum('{left}->{''.join(names[i] for i in kept)}', out)[...] {sign}= {text}"


def _on_diagonal(term: Node, wanted: tuple[Index, ...]) -> tuple[dict[Index, Index], Node]:
    """Return which indices of the result agree with which, and the rest of a term."""
    same: dict[Index, Index] = {}
    factors = list(term.args) if isinstance(term, Mul) else [term]
    rest = []
    for x in factors:
        if isinstance(x, Compare) and x.sign == "==" and not x.shift and x.a.dim == x.b.dim and {x.a, x.b} <= {*wanted}:
            first, second = sorted((_root(x.a, same), _root(x.b, same)), key=wanted.index)
            if first is not second:
                same[second] = first
        else:
            rest.append(x)
    same = {i: _root(i, same) for i in same}
    return same, substitute(mul(*rest), same)


def _root(i: Any, same: dict[Index, Index]) -> Index:
    root: Index = i
    while root in same:
        root = same[root]
    return root
