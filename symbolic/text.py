"""Formulas as one line of plain text, for terminals and messages: ``Σ_{i<n} x[i]·y[i]``."""

from __future__ import annotations

from functools import singledispatch

from symbolic import layout as lay
from symbolic.formula import layout_of

SUPERSCRIPTS = str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
SIGNS = {"\u2062": "·", "⋅": "·", "⊤": "ᵀ"}
SPACED = frozenset("+−=≠<≤>≥×∧∨∈≈⇒→⊙") | {"mod"}


def text(formula: object) -> str:
    """Return the formula on one line of Unicode; names are the program's (``x_dot[i]``), entries as in NumPy.

    Parameters
    ----------
    formula : sympy.Basic, sympy matrix or array, number, or Layout
        What to print.

    Raises
    ------
    UnprintableError
        The formula holds a node that the notation has no sign for.
    """
    return _write(layout_of(formula))


def _is_compound(layout: lay.Layout) -> bool:
    """Tell whether the written layout would fall apart beside a division or under a root sign."""
    if isinstance(layout, lay.Marked):
        return _is_compound(layout.body)
    return isinstance(layout, (lay.Row, lay.Fraction, lay.Big, lay.Cases))


def _is_sum(layout: lay.Layout) -> bool:
    return isinstance(layout, lay.Row) and any(isinstance(i, lay.Operator) and i.sign in SPACED for i in layout.items)


def _guarded(layout: lay.Layout, needed: bool) -> str:
    return f"({_write(layout)})" if needed else _write(layout)


@singledispatch
def _write(layout: lay.Layout) -> str:
    raise NotImplementedError(f"text for {type(layout).__name__}: add a writer beside the others")


@_write.register
def _(layout: lay.Identifier) -> str:
    return layout.name


@_write.register
def _(layout: lay.Number) -> str:
    return layout.digits


@_write.register
def _(layout: lay.Word) -> str:
    return layout.text


@_write.register
def _(layout: lay.Operator) -> str:
    if layout.form == "infix" and layout.sign in SPACED:
        return f" {layout.sign} "
    return SIGNS.get(layout.sign, layout.sign)


@_write.register
def _(layout: lay.Row) -> str:
    items = layout.items
    written = list(map(_write, items))
    for k in range(1, len(items) - 1):
        if written[k] == "·" and (isinstance(items[k - 1], lay.Fraction) or isinstance(items[k + 1], lay.Fraction)):
            written[k] = " · "
    return "".join(written)


@_write.register
def _(layout: lay.Fraction) -> str:
    over = _guarded(layout.numerator, _is_sum(layout.numerator) or isinstance(layout.numerator, (lay.Big, lay.Cases)))
    return f"{over}/{_guarded(layout.denominator, _is_compound(layout.denominator) and not _is_d(layout.denominator))}"


def _is_d(layout: lay.Layout) -> bool:
    """Tell whether the layout is the ∂x of a derivative, which needs no parentheses."""
    return isinstance(layout, lay.Row) and len(layout.items) == 2 and isinstance(layout.items[0], lay.Identifier)


@_write.register
def _(layout: lay.Root) -> str:
    atoms = (lay.Identifier, lay.Number, lay.Subscript, lay.Labelled, lay.Accent, lay.Fenced)
    body = _guarded(layout.body, not isinstance(layout.body, atoms))
    return f"√{body}" if layout.degree is None else f"{body}^(1/{_write(layout.degree)})"


@_write.register
def _(layout: lay.Subscript) -> str:
    return f"{_write(layout.base)}[{', '.join(map(_write, layout.indices))}]"


@_write.register
def _(layout: lay.Superscript) -> str:
    exponent = _write(layout.exponent)
    base = _write(layout.base)
    if exponent.removeprefix("−").isdecimal():
        return base + exponent.translate(SUPERSCRIPTS)
    if isinstance(layout.exponent, (lay.Identifier, lay.Subscript)):
        return f"{base}^{exponent}"
    return f"{base}^({exponent})"


@_write.register
def _(layout: lay.Labelled) -> str:
    below = "" if layout.below is None else f"_{_write(layout.below)}"
    if isinstance(layout.above, lay.Fenced):
        return f"{_write(layout.base)}{below}^{_write(layout.above)}"
    above = "" if layout.above is None else _write(layout.above)
    return f"{_write(layout.base)}{below}{above}" + (" " if isinstance(layout.base, lay.Operator) else "")


@_write.register
def _(layout: lay.Accent) -> str:
    return f"{_write(layout.base)}_{layout.mark}"


@_write.register
def _(layout: lay.Big) -> str:
    sign = {"∑": "Σ", "∏": "Π"}.get(layout.sign, layout.sign)
    return f"{sign}_{{{_range(layout)}}} {_write(layout.body)}"


def _range(layout: lay.Big) -> str:
    """Write ``i<n`` for an index from 0 to n - 1, else both ends."""
    match layout.lower, layout.upper:
        case lay.Row((name, lay.EQUALS, lay.Number("0"))), lay.Row((size, lay.MINUS, lay.ONE)):
            return f"{_write(name)}<{_write(size)}"
        case lay.Row((name, lay.EQUALS, *start)), upper if upper is not None:
            return f"{_write(name)}={_write(lay.row(*start))}..{_write(upper)}"
        case lower, _:
            return _write(lower)


@_write.register
def _(layout: lay.Fenced) -> str:
    return f"{layout.opening}{', '.join(map(_write, layout.items))}{layout.closing}"


@_write.register
def _(layout: lay.Applied) -> str:
    return f"{_write(layout.function)}({', '.join(map(_write, layout.arguments))})"


@_write.register
def _(layout: lay.Cases) -> str:
    rows = [f"{_write(value)} {'otherwise' if c is None else 'if ' + _write(c)}" for value, c in layout.rows]
    return "{" + "; ".join(rows) + "}"


@_write.register
def _(layout: lay.Grid) -> str:
    return "; ".join(", ".join(map(_write, line)) for line in layout.rows)


@_write.register
def _(layout: lay.Marked) -> str:
    return _write(layout.body)
