"""Index notation on paper: a node as a layout, its indices named by letters."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic import layout as lay
from symbolic.names import name_layout
from symbolic.tensors.change import Change
from symbolic.tensors.nodes import (
    ONE,
    Add,
    Apply,
    Compare,
    Constant,
    Fold,
    Index,
    Mul,
    Node,
    Num,
    Of,
    Pow,
    SizeOf,
    Var,
    Where,
    mul,
    number,
    power,
    split_number,
)
from symbolic.tensors.recognition import recognised
from symbolic.tensors.sizes import names_of
from symbolic.tensors.tensor import Tensor
from symbolic.tensors.written import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from symbolic.tensors.nodes import Position

FREE = "ijpqrs"
BOUND = "kltuvwabcdefgh"
SUM, PRODUCT, POWER, ATOM = range(4)
SIGNS = {"==": "=", "<=": "≤", "mod": "≡"}
FOLDS = {"sum": "∑", "prod": "∏", "max": "max", "min": "min"}


def index_layout(node: Node, free: Sequence[Index], changed: Node | None = None) -> lay.Layout:
    """Lay a node out; `changed` is marked."""
    return _Writer(node, free, changed).at(node, SUM)


def index_names(node: Node, free: Sequence[Index]) -> tuple[str, ...]:
    """Return the letters that `index_layout` gives to the free indices."""
    return tuple(_Writer(node, free, None).names.values())


def _size_names(node: Node) -> Iterator[str]:
    """Yield the names of sizes, which no index may share."""
    if isinstance(node, SizeOf):
        yield from names_of(node.dim)
    yield from (name for i in node.bound for name in names_of(i.dim))
    for child in node.children():
        yield from _size_names(child)


class _Writer:
    def __init__(self, node: Node, free: Sequence[Index], changed: Node | None) -> None:
        self.names: dict[Index, str] = {}
        self.taken = set(node.names) | set(_size_names(node)) | {name for i in free for name in names_of(i.dim)}
        for i in free:
            self.names[i] = self._fresh(FREE)
        self.changed = changed

    def _fresh(self, letters: str) -> str:
        used = self.taken | set(self.names.values())
        return next((c for c in letters + BOUND if c not in used), f"i_{len(self.names)}")

    def name(self, i: Index) -> lay.Layout:
        """Return the letter of an index."""
        if i not in self.names:
            self.names[i] = self._fresh(BOUND)
        return lay.Identifier(self.names[i])

    def place(self, p: Position, shift: int = 0) -> lay.Layout:
        """Return a position."""
        if not isinstance(p, Index):
            value = p.value + shift
            return lay.Number(str(value)) if value >= 0 else lay.Identifier(f"{p.dim}{value}")
        if not shift:
            return self.name(p)
        return lay.row(self.name(p), lay.Operator("+" if shift > 0 else "−"), lay.Number(str(abs(shift))))

    def at(self, node: Node, level: int) -> lay.Layout:
        """Return a layout that may stand where `level` binds."""
        written, own = _RULES[type(node)](self, node)
        if node == self.changed:
            written = lay.Marked(written)
        return written if own >= level else lay.parenthesized(written)


Written = tuple[lay.Layout, int]


def _num(_: _Writer, node: Num) -> Written:
    digits: lay.Layout = lay.Number(str(abs(node.value.numerator)))
    if node.value.denominator != 1:
        digits = lay.Fraction(digits, lay.Number(str(node.value.denominator)))
    if node.value < 0:
        return lay.row(lay.Operator("−", "prefix"), digits), SUM
    return digits, ATOM if node.value.denominator == 1 else PRODUCT


def _size(_: _Writer, node: SizeOf) -> Written:
    return lay.Identifier(str(node.dim)), ATOM if not node.dim.offset and "+" not in node.dim.name else SUM


def _var(w: _Writer, node: Var) -> Written:
    if not node.at:
        return name_layout(node.name), ATOM
    return lay.Subscript(name_layout(node.name), tuple(map(w.place, node.at))), ATOM


def _compare(w: _Writer, node: Compare) -> Written:
    if node.sign == "==" and not node.shift:
        return lay.Subscript(lay.Identifier("δ"), (w.place(node.a), w.place(node.b)), compact=True), ATOM
    if node.sign == "mirror":
        inside = lay.row(
            w.place(node.a), lay.Operator("+"), w.place(node.b), lay.Operator("="), lay.Identifier(f"{node.a.dim}-1")
        )
    else:
        inside = lay.row(w.place(node.a), lay.Operator(SIGNS[node.sign]), w.place(node.b, node.shift))
    return lay.Fenced("[", (inside,), "]"), ATOM


def _add(w: _Writer, node: Add) -> Written:
    items: list[lay.Layout] = []
    for term in node.args:
        c, rest = split_number(term)
        if c < 0 or items:
            items.append(lay.Operator("−" if c < 0 else "+", "infix" if items else "prefix"))
        items.append(_scaled(w, abs(c), rest))
    return lay.row(*items), SUM


def _scaled(w: _Writer, c: Fraction, rest: Node) -> lay.Layout:
    return w.at(number(c) if rest == ONE else mul(number(c), rest), PRODUCT)


def _mul(w: _Writer, node: Mul) -> Written:
    c, _ = split_number(node)
    factors = [f for f in node.args if not isinstance(f, Num)]
    below = [f for f in factors if isinstance(f, Pow) and isinstance(f.exponent, Num) and f.exponent.value < 0]
    above = [f for f in factors if f not in below]
    top: list[lay.Layout] = [lay.Number(str(abs(c.numerator)))] if abs(c.numerator) != 1 or not above else []
    above.sort(key=lambda f: isinstance(f, Fold))
    written = [
        w.at(f, SUM if len(above) == 1 and below and not top else POWER if not isinstance(f, Fold) else PRODUCT)
        for f in above
    ]
    top.extend(written)
    bottom = [lay.Number(str(c.denominator))] if c.denominator != 1 else []
    parts = [power(f.base, number(-f.exponent.value)) for f in below]  # type: ignore[attr-defined]  # powers, chosen above
    bottom.extend(w.at(p, SUM if len(parts) == 1 and not bottom else POWER) for p in parts)  # type: ignore[misc]  # layouts
    whole: lay.Layout = _joined(top)
    if bottom:
        whole = lay.Fraction(whole, _joined(list(bottom)))
    return (lay.row(lay.Operator("−", "prefix"), whole), SUM) if c < 0 else (whole, PRODUCT)


def _joined(parts: list[lay.Layout]) -> lay.Layout:
    items: list[lay.Layout] = []
    for k, part in enumerate(parts):
        items.extend([lay.Operator("⁢"), part] if k else [part])
    return lay.row(*items)


def _pow(w: _Writer, node: Pow) -> Written:
    e = node.exponent
    if isinstance(e, Num) and e.value < 0:
        return lay.Fraction(lay.Number("1"), w.at(power(node.base, number(-e.value)), SUM)), PRODUCT
    if isinstance(e, Num) and e.value == Fraction(1, 2):
        return lay.Root(w.at(node.base, SUM)), ATOM
    return lay.Superscript(w.at(node.base, ATOM), w.at(e, SUM)), POWER


def _apply(w: _Writer, node: Apply) -> Written:
    steps = {"positive": ">", "nonnegative": "≥", "zero": "="}
    if node.function in steps:
        inside = lay.row(w.at(node.arg, SUM), lay.Operator(steps[node.function]), lay.Number("0"))
        return lay.Fenced("[", (inside,), "]"), ATOM
    if node.function == "abs":
        return lay.Fenced("|", (w.at(node.arg, SUM),), "|"), ATOM
    return lay.Applied(lay.Identifier(node.function, upright=True), (w.at(node.arg, SUM),)), ATOM


def _fold(w: _Writer, node: Fold) -> Written:
    names = [w.name(i) for i in node.over]
    whole = w.at(node.body, PRODUCT)
    for i, name in reversed(list(zip(node.over, names, strict=True))):
        if node.kind in ("sum", "prod"):
            lower = lay.row(name, lay.EQUALS, lay.Number("0"))
            upper = lay.row(lay.Identifier(str(i.dim)), lay.MINUS, lay.ONE)
            whole = lay.Big(FOLDS[node.kind], lower, upper, whole)
        else:
            whole = lay.Applied(lay.Subscript(lay.Identifier(FOLDS[node.kind], upright=True), (name,)), (whole,))
    return whole, PRODUCT


def _of(w: _Writer, node: Of) -> Written:
    if node.kind in ("softmax", "logsumexp"):
        return _along(w, node)
    matrix = _whole(w, node)
    if node.kind in ("det", "logdet"):
        return lay.Applied(lay.Identifier("det" if node.kind == "det" else "log det", upright=True), (matrix,)), ATOM
    signs = {"inv": lay.row(lay.Operator("−", "prefix"), lay.Number("1")), "pinv": lay.Identifier("+")}
    base: lay.Layout = lay.Applied(lay.Identifier(node.kind, upright=True), (matrix,))
    if node.kind in signs:
        base = lay.Superscript(
            matrix if isinstance(matrix, lay.Identifier) else lay.parenthesized(matrix), signs[node.kind]
        )
        base = lay.parenthesized(base)
    return lay.Subscript(base, tuple(map(w.place, node.at))), ATOM


def _whole(w: _Writer, node: Of) -> lay.Layout:
    """Return the matrix itself, in matrix notation where it has one."""
    form = recognised(Tensor((node.rows, node.cols), node.body)) if not node.body.free - set(node.bound) else None
    return layout(form) if form is not None else lay.Fenced("[", (w.at(node.body, SUM),), "]")


def _along(w: _Writer, node: Of) -> Written:
    """Write a function along the last axis of a tensor, its other axes in the order of their letters."""
    batch = sorted(node.body.free - set(node.rows), key=lambda i: i.number)
    form = recognised(Tensor(tuple((i,) for i in (*batch, *node.rows)), node.body)) if len(node.rows) == 1 else None
    inside = layout(form) if form is not None else w.at(node.body, SUM)
    whole = lay.Applied(lay.Identifier(node.kind, upright=True), (inside,))
    places = (*(batch if form is not None else ()), *node.at)
    return (lay.Subscript(whole, tuple(map(w.place, places))) if places else whole), ATOM


def _change(w: _Writer, node: Change) -> Written:
    return lay.row(lay.Identifier("d", upright=True), w.at(node.body, ATOM)), PRODUCT


_RULES: dict[type, Callable[..., Written]] = {
    Num: _num,
    Constant: lambda _, node: (name_layout(node.name), ATOM),
    SizeOf: _size,
    Where: lambda w, node: (w.place(node.at), ATOM),
    Var: _var, Compare: _compare, Add: _add, Mul: _mul, Pow: _pow, Apply: _apply, Fold: _fold, Of: _of, Change: _change,
}  # fmt: skip
