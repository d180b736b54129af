"""Matrix notation on paper: forms as layouts, for text, LaTeX and MathML."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic import layout as lay
from symbolic.names import name_layout
from symbolic.tensors.emit import ATOM, POWER, PRODUCT, SUM, inverted, is_reciprocal
from symbolic.tensors.forms import Form, num, product, scale
from symbolic.tensors.readings import STEPS, compared

if TYPE_CHECKING:
    from collections.abc import Callable

    from symbolic.tensors.nodes import Dim


SIGNS = {">": ">", ">=": "≥", "<": "<", "<=": "≤", "==": "="}
TRANSPOSE = lay.Operator("⊤", "postfix")
WORDS = {
    "trace": "tr",
    "det": "det",
    "diag": "diag",
    "diagonal": "diag",
    "logdet": "log det",
    "max": "max",
    "min": "min",
    "prod": "prod",
}


def layout(a: Form) -> lay.Layout:
    """Return a form as it is written on paper."""
    return _paper(a)[0]


def _factor(a: Form, level: int) -> lay.Layout:
    written, own = _paper(a)
    return written if own >= level else lay.parenthesized(written)


def _applied(name: str, *args: Form) -> tuple[lay.Layout, int]:
    return lay.Applied(lay.Identifier(name, upright=True), tuple(_paper(x)[0] for x in args)), ATOM


def _paper(a: Form) -> tuple[lay.Layout, int]:
    rule = _PAPER.get(a.op)
    if rule is not None:
        return rule(a)
    if a.op in WORDS:
        return _applied(WORDS[a.op], *a.forms)
    return _applied(a.op.replace("_", " "), *a.forms)


def _number(a: Form) -> tuple[lay.Layout, int]:
    value: Fraction = a.args[0]
    digits: lay.Layout = lay.Number(str(abs(value.numerator)))
    if value.denominator != 1:
        digits = lay.Fraction(digits, lay.Number(str(value.denominator)))
    return (
        (lay.row(lay.Operator("−", "prefix"), digits), SUM)
        if value < 0
        else (digits, ATOM if value.denominator == 1 else PRODUCT)
    )


def _sum(a: Form) -> tuple[lay.Layout, int]:
    items: list[lay.Layout] = []
    for term in a.forms:
        negative, rest = _unsigned(term)
        if items or negative:
            items.append(lay.Operator("−" if negative else "+", "infix" if items else "prefix"))
        items.append(_factor(rest, PRODUCT))
    return lay.row(*items), SUM


def _unsigned(a: Form) -> tuple[bool, Form]:
    if a.op == "number" and a.args[0] < 0:
        return True, num(-a.args[0])
    if a.op == "product" and a.args[0].op == "number" and a.args[0].args[0] < 0:
        return True, product(num(-1), a)
    if a.op == "scale":
        negative, by = _unsigned(a.args[0])
        return negative, scale(by, a.args[1]) if negative else a
    return False, a


def _side_by_side(a: Form) -> tuple[lay.Layout, int]:
    negative, a = _unsigned(a)
    parts = list(a.forms) if a.op in ("scale", "product", "had") else [a]
    flat = [g for x in parts for g in (x.args if x.op == "product" or (x.op == "had" and a.op == "scale") else (x,))]
    below = [inverted(x) for x in flat if is_reciprocal(x)]
    above = [x for x in flat if not is_reciprocal(x)]
    items: list[lay.Layout] = []
    for k, x in enumerate(above):
        if k and x.rank and above[k - 1].rank:
            items.append(lay.Operator("⊙"))
        elif k:
            items.append(lay.Operator("⁢"))
        alone = sum(bool(f.rank) for f in above) == 1 and x.rank and x.op in ("matmul", "outer", "scale")
        items.append(_factor(x, POWER if len(above) > 1 and not alone else PRODUCT))
    top = lay.row(*items) if items else lay.Number("1")
    whole: lay.Layout = top
    if below:
        under = [_factor(x, POWER if len(below) > 1 else SUM) for x in sorted(below, key=lambda x: x.rank)]
        signs = [lay.Operator("⊙" if x.rank and k else "\u2062") for k, x in enumerate(below)]
        pairs = [piece for pair in zip(signs, under, strict=True) for piece in pair]
        whole = lay.Fraction(top, lay.row(*pairs[1:]))
    return (lay.row(lay.Operator("−", "prefix"), whole), SUM) if negative else (whole, PRODUCT)


def _matrix_product(a: Form) -> tuple[lay.Layout, int]:
    items: list[lay.Layout] = []
    for k, x in enumerate(a.forms):
        written = _factor(x, POWER)
        if k == 0 and x.rank == 1:
            written = lay.Labelled(_factor(x, ATOM), above=TRANSPOSE)
        items.extend([lay.Operator("⁢"), written] if items else [written])
    return lay.row(*items), PRODUCT


def _raised(a: Form) -> tuple[lay.Layout, int]:
    base, e = a.args
    if e.op == "number" and e.args[0] == Fraction(1, 2):
        return lay.Root(layout(base)), ATOM
    if e.op == "number" and e.args[0] < 0:
        return lay.Fraction(lay.Number("1"), _factor(inverted(a), SUM)), PRODUCT
    # of a matrix, entry by entry: a power alone would be one of the matrix
    exponent = lay.row(lay.Operator("⊙"), layout(e)) if base.rank == 2 else layout(e)
    return lay.Superscript(_factor(base, ATOM), exponent), POWER


def _function(a: Form) -> tuple[lay.Layout, int]:
    name, x = a.args
    if name in STEPS:
        left, sign, right = compared(a)
        sides = lay.row(layout(left), lay.Operator(SIGNS[sign]), layout(right))
        return lay.Fenced("[", (sides,), "]"), ATOM
    if name == "abs":
        return lay.Fenced("|", (layout(x),), "|"), ATOM
    return _applied(name, x)


def _place(value: int, dim: Dim) -> lay.Layout:
    """Return a fixed place, one from the end by the size."""
    return lay.Number(str(value)) if value >= 0 else lay.Identifier(str(dim._replace(offset=dim.offset + value)))


def _along(a: Form) -> tuple[lay.Layout, int]:
    """Write a function of a vector, or along an axis of a matrix."""
    x, axis = a.args
    inside = (layout(x),) if x.rank == 1 else (layout(x), lay.Word(f"axis {axis}"))
    return lay.Applied(lay.Identifier(a.op, upright=True), inside), ATOM


def _count(size: object) -> str:
    return str(size) if _is_single(size) else f"({size})"


def _zeros(size: object) -> list[lay.Layout]:
    """Return so many zeros; of a size that is a name, one with the size below it."""
    if isinstance(size, int):
        return [lay.Number("0")] * size
    return [lay.Subscript(lay.Number("0"), (lay.Identifier(str(size)),))]


def _is_single(dim: object) -> bool:
    return str(dim).isidentifier() or str(dim).isdigit()


_PAPER: dict[str, Callable[[Form], tuple[lay.Layout, int]]] = {
    "number": _number,
    "name": lambda a: (name_layout(a.args[0]), ATOM),
    "one_hot": lambda a: (
        lay.Applied(lay.Identifier("onehot", upright=True), (name_layout(a.args[0]),)),
        ATOM,
    ),
    "size": lambda a: (lay.Identifier(str(a.args[0])), ATOM if _is_single(a.args[0]) else SUM),
    "constant": lambda a: (name_layout(a.args[0]), ATOM),
    "ones": lambda _: (lay.Identifier("𝟏", upright=True), ATOM),
    "zeros": lambda _: (lay.Number("0"), ATOM),
    "eye": lambda _: (lay.Identifier("I"), ATOM),
    "unit": lambda a: (lay.Subscript(lay.Identifier("e"), (_place(a.args[0], a.args[1]),)), ATOM),
    "slice": lambda a: (
        lay.Subscript(
            _factor(a.args[0], ATOM),
            (lay.Word(f"{a.args[1] or ''}:{f'-{_count(a.args[2])}' if a.args[2] else ''}"),),
        ),
        ATOM,
    ),
    "placed": lambda a: (
        lay.Fenced("(", (*_zeros(a.args[1]), layout(a.args[0]), *_zeros(a.args[2])), ")"),
        ATOM,
    ),
    "roll": lambda a: (
        lay.Applied(lay.Identifier("roll", upright=True), (layout(a.args[0]), lay.Word(str(a.args[1])))),
        ATOM,
    ),
    "rcumsum": lambda a: _applied("reversed cumsum", *a.forms),
    "arange": lambda _: (lay.Fenced("(", (lay.Number("0"), lay.Number("1"), lay.Word("…")), ")"), ATOM),
    "entry": lambda a: (
        lay.Subscript(
            layout(a.args[0]), tuple(lay.Number(str(k)) if k is not None else lay.Word(":") for k in a.args[1])
        ),
        ATOM,
    ),
    "kron": lambda a: (
        lay.row(_factor(a.args[0], POWER), lay.Operator("⊗"), _factor(a.args[1], POWER)),
        PRODUCT,
    ),
    "T": lambda a: (lay.Labelled(_factor(a.forms[0], ATOM), above=TRANSPOSE), POWER),
    "inv": lambda a: (
        lay.Superscript(_factor(a.forms[0], ATOM), lay.row(lay.Operator("−", "prefix"), lay.Number("1"))),
        POWER,
    ),
    "pinv": lambda a: (lay.Superscript(_factor(a.forms[0], ATOM), lay.Identifier("+")), POWER),
    "matmul": _matrix_product,
    "outer": lambda a: (
        lay.row(_factor(a.args[0], POWER), lay.Operator("⁢"), lay.Labelled(_factor(a.args[1], ATOM), above=TRANSPOSE)),
        PRODUCT,
    ),
    "scale": _side_by_side,
    "product": _side_by_side,
    "had": _side_by_side,
    "rows": lambda a: _matrix_product(Form("matmul", (Form("diag", (a.args[0],), 2), a.args[1]), 2)),
    "cols": lambda a: _matrix_product(Form("matmul", (a.args[0], Form("diag", (a.args[1],), 2)), 2)),
    "add": _sum,
    "power": _raised,
    "apply": _function,
    "softmax": _along,
    "logsumexp": _along,
    "norm": lambda a: (lay.Fenced("‖", (layout(a.forms[0]),), "‖"), ATOM),
    "square": lambda a: (lay.Superscript(lay.Fenced("‖", (layout(a.forms[0]),), "‖"), lay.Number("2")), POWER),
    "sum": lambda a: _applied("sum", *a.forms),
    "sum_axis": lambda a: _matrix_product(
        Form("matmul", (a.args[0] if a.args[1] else Form("T", (a.args[0],), 2), Form("ones", (), 1)), 1)
    ),
}
