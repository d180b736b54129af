"""Products of arrays over named indices: which pair is contracted first, and by which function of the library."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from symbolic.tensors.nodes import Index

Array = tuple[str, tuple["Index", ...]]
"""An array's source code, and the indices of its axes."""

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def letters(indices: Sequence[Index]) -> dict[Index, str]:
    """Return a letter for every index."""
    return {i: LETTERS[k] for k, i in enumerate(dict.fromkeys(indices))}


def contracted(
    arrays: Sequence[Array], over: Collection[Index], backend: str, name: Callable[[str], str]
) -> list[Array]:
    """Carry sums out, pair by pair, so that no product grows larger than it has to; return the arrays that are left.

    All sizes count as equal: a pair costs as many powers of it as it has indices. `name` keeps a line of code and
    returns the name of its value.
    """
    left = [_summed(a, arrays, over, backend, name) for a in arrays]
    while open_indices := [i for i in over if any(i in own for _, own in left)]:
        a, b = min(
            (pair for pair in itertools.combinations(left, 2) if {*pair[0][1]} & {*pair[1][1]} & {*open_indices}),
            key=lambda pair: _cost(pair, left, over),
        )
        left = [x for x in left if x is not a and x is not b]
        summed = [i for i in over if (i in a[1] or i in b[1]) and not any(i in own for _, own in left)]
        text, order = _pair(a, b, summed, backend)
        left.append((name(text), order))
    return left


def _summed(
    a: Array, arrays: Sequence[Array], over: Collection[Index], backend: str, name: Callable[[str], str]
) -> Array:
    """Sum one array over the indices that it alone has."""
    text, order = a
    own = [i for i in order if i in over and not any(i in other for b, other in arrays if b is not text)]
    own = [i for i in own if sum(i in other for _, other in arrays) == 1]
    if not own:
        return a
    axes = [order.index(i) for i in own]
    inside = f"({', '.join(map(str, axes))})" if len(axes) > 1 else str(axes[0])
    whole = "" if len(axes) == len(order) else inside
    method = f"{text}.sum({whole})" if text.isidentifier() else f"{backend}.sum({text}{', ' if whole else ''}{whole})"
    return name(method), tuple(i for i in order if i not in own)


def _cost(pair: tuple[Array, Array], left: Sequence[Array], over: Collection[Index]) -> tuple[int, int]:
    (_, a), (_, b) = pair
    union = {*a, *b}
    others = {i for x in left if x is not pair[0] and x is not pair[1] for i in x[1]}
    return len(union), len([i for i in union if i not in over or i in others])


def _pair(a: Array, b: Array, summed: Sequence[Index], backend: str) -> Array:
    (x, own), (y, other) = a, b
    kept = (*(i for i in own if i not in summed), *(i for i in other if i not in summed and i not in own))
    if {*own} & {*other} <= {*summed}:
        if len(own) <= 2 and len(other) <= 2 and len(summed) == 1:
            first = x if own[-1] is summed[0] else f"{x}.T"
            second = y if other[0] is summed[0] else f"{y}.T"
            return f"{first} @ {second}", kept
        axes = ", ".join(f"[{', '.join(str(o.index(i)) for i in summed)}]" for o in (own, other))
        return f"{backend}.tensordot({x}, {y}, ({axes}))", kept
    batched = _matmul(a, b, summed, backend)
    if batched is not None:
        return batched
    signs = letters([*own, *other])
    left, right, out = ("".join(signs[i] for i in group) for group in (own, other, kept))
    return f"{backend}.einsum('{left},{right}->{out}', {x}, {y})", kept


def _matmul(a: Array, b: Array, summed: Sequence[Index], backend: str) -> Array | None:
    """Write a product of stacks of matrices, which is quicker than einsum; None where it is none."""
    (x, own), (y, other) = a, b
    stack = [i for i in own if i in other and i not in summed]
    rows, cols = ([i for i in order if i not in stack and i not in summed] for order in (own, other))
    if len(summed) != 1 or len(rows) != 1 or len(cols) != 1:
        return None
    left = _permuted(x, own, (*stack, *rows, *summed), backend)
    right = _permuted(y, other, (*stack, *summed, *cols), backend)
    return f"{left} @ {right}", (*stack, *rows, *cols)


def _permuted(text: str, order: Sequence[Index], wanted: Sequence[Index], backend: str) -> str:
    if tuple(order) == tuple(wanted):
        return text
    axes = ", ".join(str(list(order).index(i)) for i in wanted)
    return f"{backend}.{'permute' if backend == 'torch' else 'transpose'}({text}, ({axes},))"
