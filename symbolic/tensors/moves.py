"""Brackets of indices that move entries: slices, vectors among zeros, turned and reversed ones."""

from __future__ import annotations

from typing import NamedTuple

from symbolic.tensors.forms import Form, transposed
from symbolic.tensors.nodes import Add, Apply, Compare, Dim, Index, Node, Where, add, split_number
from symbolic.tensors.sizes import Size, of_dim, of_node, whole_size


class Unwritten(Exception):  # noqa: N818 - an answer: matrix notation has no sign for it
    """Matrix notation cannot say it."""


class Begin(NamedTuple):
    """``[a == b + shift]``: the axis of b is a part of that of a, or the other way round."""

    a: Index
    b: Index
    shift: Size


def begin_of(bracket: Node) -> Begin | None:
    """Read the bracket of a part of an axis, the longer axis first; None where it is none."""
    found = _compared(bracket) if isinstance(bracket, Compare) else _counted(bracket)
    if found is None or not isinstance(found.a, Index) or not isinstance(found.b, Index):
        return None
    back = Begin(found.b, found.a, whole_size(0).minus(found.shift))
    return next((x for x in (found, back) if _ends(x) is not None), None)


def _compared(bracket: Compare) -> Begin | None:
    if bracket.sign != "==":
        return None
    return Begin(bracket.a, bracket.b, whole_size(bracket.shift))  # type: ignore[arg-type]  # the caller looks


def _counted(node: Node) -> Begin | None:
    """Read ``[a - b - size == 0]``, for places a and b."""
    terms = node.arg.args if isinstance(node, Apply) and node.function == "zero" and isinstance(node.arg, Add) else ()
    places = {c: x.at for c, x in map(split_number, terms) if isinstance(x, Where)}
    size = of_node(add(*(t for t in terms if not isinstance(split_number(t)[1], Where))))
    if set(places) != {1, -1} or len(terms) > 2 + len(size.counts if size else ()) + 1 or size is None:
        return None
    return Begin(places[1], places[-1], whole_size(0).minus(size))  # type: ignore[index, arg-type]  # as compared


def _ends(part: Begin) -> tuple[int | Dim, int | Dim] | None:
    """Return how much of the longer axis lies before the part, and how much after it."""
    before, after = part.shift, of_dim(part.a.dim).minus(of_dim(part.b.dim)).minus(part.shift)
    ends = [_end(size) for size in (before, after)]
    return None if None in ends else (ends[0], ends[1])  # type: ignore[return-value]  # both are there


def _end(size: Size) -> int | Dim | None:
    """Return a count of entries: a number, or a size that is 1 at least, so that ``[:-m]`` means it."""
    if size.number is not None:
        return size.number if size.number >= 0 else None
    return size.dim() if size.plus(whole_size(-1)).is_nonnegative else None


def is_move(bracket: Node) -> bool:
    """Whether a bracket moves entries: to other places, around the end, or in the other order."""
    if isinstance(bracket, Compare):
        if bracket.sign == "==":
            return bool(bracket.shift) or bracket.a.dim != bracket.b.dim
        return bracket.sign in ("mirror", "mod")
    return begin_of(bracket) is not None


def moved(bracket: Node, i: Index, vector: Form) -> Form:
    """Return ``sum_k [bracket] vector[k]``: a slice, a vector put among zeros, a vector turned or reversed."""
    if isinstance(bracket, Compare) and bracket.sign == "mirror":
        return Form("reversed", (vector,), 1)
    if isinstance(bracket, Compare) and bracket.sign == "mod":
        return Form("roll", (vector, bracket.shift if bracket.a is i else -bracket.shift), 1)
    part = begin_of(bracket)
    ends = _ends(part) if part is not None else None
    if part is None or ends is None:
        raise Unwritten
    return Form("slice" if part.b is i else "placed", (vector, *ends), 1)


def shifted_eye(node: Node, places: tuple[Index, ...]) -> Form:
    """Read ``[a == b + shift]`` as rows of the identity of the longer axis."""
    part = begin_of(node)
    ends = _ends(part) if part is not None else None
    if part is None or ends is None:
        raise Unwritten
    rows = Form("slice", (Form("eye", (part.a.dim,), 2), *ends), 2)
    return rows if (part.b, part.a) == places else transposed(rows)
