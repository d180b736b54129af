"""Formulas as MathML Core, readable by every browser without scripts.

SymPy's own printer shows one sum sign of two and drops the other's limits without a word, so it is not used.
What is written here is what `symbolic.formula` laid out; a node it does not know is refused.
"""

from __future__ import annotations

import re
from functools import singledispatch
from html import escape
from typing import TYPE_CHECKING, Any

from symbolic import layout as lay
from symbolic.formula import layout_of
from symbolic.latex import latex

if TYPE_CHECKING:
    from collections.abc import Iterable

THIN = "0.167em"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
ACCENT_SIGNS = {"dot": "˙", "bar": "‾", "hat": "^"}


def mathml(formula: object, *, display: bool = False, marked: Iterable[Any] = ()) -> str:
    """Return the formula as a ``<math>`` element, with its LaTeX as an annotation for copying.

    Parameters
    ----------
    formula : sympy.Basic, sympy matrix or array, number, or Layout
        What to print; an equation is ``Eq(left, right, evaluate=False)`` or `symbolic.formula.equation`.
    display : bool
        Set it as a block with the limits of sums below and above their signs, not as a part of a line.
    marked : iterable of sympy.Expr
        Subexpressions to mark: each stands in an ``<mrow class="changed">``.

    Raises
    ------
    UnprintableError
        The formula holds a node that the notation has no sign for.
    """
    formula = layout_of(formula, marked)
    annotation = f'<annotation encoding="application/x-tex">{_text(latex(formula))}</annotation>'
    block = ' display="block"' if display else ""
    return f"<math{block}><semantics>{_write(formula)}{annotation}</semantics></math>"


def _element(name: str, *children: str, **attributes: str) -> str:
    given = "".join(f' {key.rstrip("_")}="{value}"' for key, value in attributes.items())
    return f"<{name}{given}>{''.join(children)}</{name}>"


def _text(text: str) -> str:
    """Return text between tags; a character that XML cannot hold becomes the replacement character."""
    return escape(NOT_XML.sub("\ufffd", text), quote=False)


def _sign(sign: str, **attributes: str) -> str:
    return _element("mo", _text(sign), **attributes)


@singledispatch
def _write(layout: lay.Layout) -> str:
    """Write a layout as exactly one element: most MathML elements count their children."""
    raise NotImplementedError(f"MathML for {type(layout).__name__}: add a writer beside the others")


@_write.register
def _(layout: lay.Identifier) -> str:
    attributes = {"mathvariant": "normal"} if layout.upright and len(layout.name) == 1 else {}
    return _element("mi", _text(layout.name), **attributes)


@_write.register
def _(layout: lay.Number) -> str:
    return _element("mn", layout.digits)


@_write.register
def _(layout: lay.Word) -> str:
    return _element("mtext", _text(layout.text))


@_write.register
def _(layout: lay.Operator) -> str:
    return _sign(layout.sign, **({} if layout.form == "infix" else {"form": layout.form}))


@_write.register
def _(layout: lay.Row) -> str:
    items = layout.items
    written = list(map(_write, items))
    for k in range(1, len(items) - 1):
        if items[k] == lay.TIMES and (_is_fraction(items[k - 1]) or _is_fraction(items[k + 1])):
            written[k] = _sign("\u2062", lspace="0", rspace=THIN)  # engines set factors close to a fraction's bar
    return _element("mrow", *written)


@_write.register
def _(layout: lay.Fraction) -> str:
    return _element("mfrac", _write(layout.numerator), _write(layout.denominator))


@_write.register
def _(layout: lay.Root) -> str:
    if layout.degree is None:
        return _element("msqrt", _write(layout.body))
    return _element("mroot", _write(layout.body), _write(layout.degree))


def _is_fraction(layout: lay.Layout) -> bool:
    return isinstance(layout.body if isinstance(layout, lay.Marked) else layout, lay.Fraction)


def _indices(layout: lay.Subscript) -> str:
    if len(layout.indices) == 1:
        return _write(layout.indices[0])
    separator = _sign("\u2063" if layout.compact else ",", separator="true")
    return _element("mrow", separator.join(map(_write, layout.indices)))


@_write.register
def _(layout: lay.Subscript) -> str:
    return _element("msub", _write(layout.base), _indices(layout))


@_write.register
def _(layout: lay.Superscript) -> str:
    if isinstance(layout.base, lay.Subscript):
        return _element("msubsup", _write(layout.base.base), _indices(layout.base), _write(layout.exponent))
    return _element("msup", _write(layout.base), _write(layout.exponent))


@_write.register
def _(layout: lay.Labelled) -> str:
    if layout.below is not None and layout.above is not None:
        return _element("msubsup", _write(layout.base), _write(layout.below), _write(layout.above))
    if layout.below is not None:
        return _element("msub", _write(layout.base), _write(layout.below))
    return _element("msup", _write(layout.base), _write(layout.above or lay.Row(())))


@_write.register
def _(layout: lay.Accent) -> str:
    stretchy = "true" if layout.mark == "bar" else "false"
    return _element("mover", _write(layout.base), _sign(ACCENT_SIGNS[layout.mark], stretchy=stretchy), accent="true")


@_write.register
def _(layout: lay.Big) -> str:
    limits = [_sign(layout.sign), _write(layout.lower)]
    above = [] if layout.upper is None else [_write(layout.upper)]
    return _element("mrow", _element("munderover" if above else "munder", *limits, *above), _write(layout.body))


@_write.register
def _(layout: lay.Fenced) -> str:
    # Chromium puts wide gaps around stretchy fences, so only tall contents stretch them.
    stretchy = {} if any(map(lay.is_tall, layout.items)) else {"stretchy": "false"}
    inside = _sign(",", separator="true").join(map(_write, layout.items))
    opening = _sign(layout.opening, form="prefix", **stretchy)
    return _element("mrow", opening, inside, _sign(layout.closing, form="postfix", **stretchy))


@_write.register
def _(layout: lay.Applied) -> str:
    return _element("mrow", _write(layout.function), _sign("\u2061"), _write(lay.Fenced("(", layout.arguments, ")")))


@_write.register
def _(layout: lay.Cases) -> str:
    rows = [(_write(value), _condition(condition)) for value, condition in layout.rows]
    return _element("mrow", _sign("{", form="prefix"), _table(rows, class_="cases"))


def _condition(condition: lay.Layout | None) -> str:
    if condition is None:
        return _element("mtext", "otherwise")
    return _element("mrow", _element("mtext", "if\u00a0"), _write(condition))


@_write.register
def _(layout: lay.Grid) -> str:
    return _table([tuple(map(_write, line)) for line in layout.rows])


def _table(rows: Iterable[tuple[str, ...]], **attributes: str) -> str:
    lines = (_element("mtr", *(_element("mtd", cell) for cell in line)) for line in rows)
    return _element("mtable", *lines, **attributes)


@_write.register
def _(layout: lay.Marked) -> str:
    return _element("mrow", _write(layout.body), class_="changed")
