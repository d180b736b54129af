"""Brackets of indices that move entries: slices, vectors among zeros, turned and reversed ones."""

from __future__ import annotations

from symbolic.tensors.forms import Form, transposed
from symbolic.tensors.nodes import Compare, Index


class Unwritten(Exception):  # noqa: N818 - an answer: matrix notation has no sign for it
    """Matrix notation cannot say it."""


def is_move(bracket: Compare) -> bool:
    """Whether a bracket moves entries: to other places, around the end, or in the other order."""
    if bracket.sign == "==":
        return bool(bracket.shift) or bracket.a.dim != bracket.b.dim
    return bracket.sign in ("mirror", "mod")


def moved(bracket: Compare, i: Index, vector: Form) -> Form:
    """Return ``sum_k [bracket] vector[k]``: a slice, a vector put among zeros, a vector turned or reversed."""
    a, b, s = bracket.a, bracket.b, bracket.shift
    if bracket.sign == "mirror":
        return Form("reversed", (vector,), 1)
    if bracket.sign == "mod":
        return Form("roll", (vector, s if a is i else -s), 1)
    after = a.dim.offset - b.dim.offset - s
    if (
        bracket.sign != "=="
        or a.dim.name != b.dim.name
        or s < 0
        or after < 0
        or not isinstance(a, Index)
        or not isinstance(b, Index)
    ):
        raise Unwritten
    return Form("slice" if b is i else "placed", (vector, s, after), 1)


def shifted_eye(node: Compare, places: tuple[Index, ...]) -> Form:
    """Read ``[a == b + shift]`` as rows of the identity of the longer axis."""
    a, b, s = node.a, node.b, node.shift
    if a.dim.offset < b.dim.offset:
        a, b, s = b, a, -s
    after = a.dim.offset - b.dim.offset - s
    if a.dim.name != b.dim.name or s < 0 or after < 0:
        raise Unwritten
    rows = Form("slice", (Form("eye", (a.dim,), 2), s, after), 2)
    return rows if (b, a) == places else transposed(rows)
