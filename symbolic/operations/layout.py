"""Operations that move entries and compute nothing: transpose, indexing, reshape, clone, detach."""

from __future__ import annotations

from typing import Any

import sympy as sp

from symbolic.errors import NotationError
from symbolic.index import Expr, IndexForm, size
from symbolic.operation import Definition, Operand, Operation, Variant
from symbolic.operations.notation import INDICES, RANKS, SIZES, d, m, n, operand

DETACHED = "By definition a detached tensor is a constant: its derivative is declared to be 0 though its value varies."


def _transpose(variant: Variant) -> Definition:
    del variant
    x = operand("x", 2)
    row, column = INDICES[2]
    return Definition((x,), IndexForm((row, column), (n, m), x.at((column, row))))


def _clone(variant: Variant) -> Definition:
    (rank,) = variant.ranks
    x = operand("x", rank)
    return Definition((x,), IndexForm(INDICES[rank], SIZES[rank], x.at(INDICES[rank])))


def _detach(variant: Variant) -> Definition:
    copied = _clone(variant)
    return Definition(copied.operands, copied.out, declared={"x": DETACHED})


# -- indexing ----------------------------------------------------------------------------------------------

KEYS: tuple[tuple[int, tuple[Any, ...]], ...] = (
    (2, (1,)),
    (1, (2,)),
    (1, (-1,)),
    (1, (slice(1, 3),)),
    (1, (slice(None, None, 2),)),
    (1, (slice(1, None, 3),)),
    (1, (slice(1, -1),)),
    (2, (0, 2)),
    (2, (-1, -2)),
    (2, (slice(None), 1)),
    (2, (slice(1, 3),)),
    (2, (slice(-2, None), slice(None, None, 3))),
    (3, (0, slice(None), -1)),
    (3, (slice(1, None),)),
)
"""Rank and key of each variant."""


def _key_text(key: tuple[Any, ...]) -> str:
    def part(p: Any) -> str:
        if not isinstance(p, slice):
            return str(p)
        ends = ":".join("" if end is None else str(end) for end in (p.start, p.stop))
        return ends if p.step is None else f"{ends}:{p.step}"

    return f"[{', '.join(map(part, key))}]"


def _index(variant: Variant) -> Definition:
    (rank,) = variant.ranks
    key = variant.parameters["key"]
    x = operand("x", rank)
    read: list[Expr] = []
    kept: list[tuple[Expr, Expr]] = []
    constraints: list[Expr] = []
    letters = iter(INDICES[3])
    for axis_size, part in zip(x.shape, (*key, *[slice(None)] * (rank - len(key))), strict=True):
        if isinstance(part, slice):
            start, count, least = _slice(part, axis_size)
            kept.append((next(letters), count))
            read.append(start + (part.step or 1) * kept[-1][0])
        else:
            read.append(sp.Integer(part) if part >= 0 else axis_size + part)
            least = part + 1 if part >= 0 else -part
        if least > 0:
            constraints.append(sp.Ge(axis_size, least))
    out = IndexForm(tuple(i for i, _ in kept), tuple(count for _, count in kept), x.at(read))
    return Definition((x,), out, tuple(constraints))


def _slice(part: slice, n: Expr) -> tuple[Expr, Expr, int]:
    """Return the first position, the count, and the least size at which the slice is what it says."""
    step = part.step or 1
    if step < 1:
        raise NotationError(f"the step of {part} is {step}: PyTorch takes steps of 1 and more")
    start = _position(part.start, n, sp.Integer(0))
    span = _position(part.stop, n, n) - start
    least = max((abs(end) for end in (part.start, part.stop) if end is not None), default=0)
    if span.has(n):
        least = max(least, int(n - span))
    elif span < 0:
        raise NotationError(f"{part} is empty at every size: give a slice whose end lies behind its start")
    return start, span if step == 1 else sp.floor((span + step - 1) / step), least


def _position(end: int | None, n: Expr, default: Expr) -> Expr:
    if end is None:
        return default
    return sp.Integer(end) if end >= 0 else n + end


# -- reshape -------------------------------------------------------------------------------------------------

h = size("h")
RESHAPES: dict[str, tuple[tuple[Expr, ...], tuple[int, ...], tuple[Expr, ...]]] = {
    "(m, n) to (m*n,)": ((m, n), (-1,), (m * n,)),
    "(2*h,) to (2, h)": ((2 * h,), (2, -1), (sp.Integer(2), h)),
    "(2*h,) to (h, 2)": ((2 * h,), (-1, 2), (h, sp.Integer(2))),
    "(d, m, n) to (d*m*n,)": ((d, m, n), (-1,), (d * m * n,)),
    "(2, 3) to (3, 2)": ((sp.Integer(2), sp.Integer(3)), (3, 2), (sp.Integer(3), sp.Integer(2))),
    "(n,) to (1, n)": ((n,), (1, -1), (sp.Integer(1), n)),
}
"""For each variant: the shape of x, the parameter `shape`, and the shape that comes out."""


def _reshape(variant: Variant) -> Definition:
    shape, _, target = RESHAPES[variant.label]
    x = Operand("x", shape)
    index = INDICES[len(target)]
    flat: Expr = sp.Integer(0)
    for i, axis_size in zip(index, target, strict=True):
        flat = flat * axis_size + (sp.Integer(0) if axis_size == 1 else i)
    place: list[Expr] = []
    for axis_size in reversed(shape[1:]):
        place.insert(0, sp.Mod(flat, axis_size))
        flat = sp.floor(flat / axis_size)
    return Definition((x,), IndexForm(index, target, x.at([flat, *place])))


OPERATIONS = (
    Operation("transpose", "Transpose", "layout", "2.3.3", "Rows and columns exchanged.", ("x",),
              (Variant("rank 2", (2,)),), _transpose),
    Operation("index", "Indexing", "layout", "2.3.2", "The entries that integers and slices pick out.", ("x",),
              tuple(Variant(f"rank {rank}, {_key_text(key)}", (rank,), {"key": key}) for rank, key in KEYS), _index),
    Operation("reshape", "Reshape", "layout", "2.3.4", "The same entries in row-major order, in another shape.", ("x",),
              tuple(Variant(name, (len(old),), {"shape": new}) for name, (old, new, _) in RESHAPES.items()), _reshape),
    Operation("clone", "Copy", "layout", "2.3.5", "A copy: the identity.", ("x",),
              tuple(Variant(f"rank {rank}", (rank,)) for rank in RANKS), _clone),
    Operation("detach", "Detach", "layout", "2.5.3", "The value of x, cut off from differentiation.", ("x",),
              tuple(Variant(f"rank {rank}", (rank,)) for rank in RANKS), _detach),
)  # fmt: skip
