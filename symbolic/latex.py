"""Formulas as LaTeX, from the same layout as the MathML.

SymPy's printer writes the derivative of a product without parentheses and the label of ``w__2`` as a power;
here both are decided once, in the layout.
"""

from __future__ import annotations

from functools import singledispatch
from typing import TYPE_CHECKING, Any

from symbolic import layout as lay
from symbolic.formula import layout_of
from symbolic.names import GREEK

if TYPE_CHECKING:
    from collections.abc import Iterable

COMMANDS = {letter: f"\\{name}" for name, letter in GREEK.items()} | {
    "∞": r"\infty",
    "∇": r"\nabla",
    "∘": r"\circ",
    "𝟎": r"\mathbf{0}",
    "𝟏": r"\mathbf{1}",
    "∂": r"\partial",
    "\u2062": "",
    "mod": r"\bmod",
    "⋅": r"\cdot",
    "×": r"\times",
    "⊙": r"\odot",
    "−": "-",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "≈": r"\approx",
    "∈": r"\in",
    "→": r"\to",
    "⇒": r"\Rightarrow",
    "⊤": r"\top",
    "∧": r"\land",
    "∨": r"\lor",
    "¬": r"\lnot",
    "′": r"\prime",
    "∑": r"\sum",
    "∏": r"\prod",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "⟨": r"\langle",
    "⟩": r"\rangle",
    "‖": r"\Vert",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "$": r"\$",
    "~": r"\sim",
    "^": r"\wedge",
    "\\": r"\backslash",
}
FENCES = {"|": (r"\lvert", r"\rvert"), "‖": (r"\lVert", r"\rVert")}  # alike, but a minus after one is a sign
TEXT_ESCAPES = {sign: f"\\{sign}" for sign in "{}%&#_$"} | {
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "\\": r"\textbackslash{}",
}
NAMED_FUNCTIONS = frozenset(
    {"log", "exp", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "max", "min"}
)


def latex(formula: object, *, marked: Iterable[Any] = ()) -> str:
    r"""Return the formula as LaTeX, without dollar signs; it needs amsmath for cases and matrices.

    Parameters
    ----------
    formula : sympy.Basic, sympy matrix or array, number, or Layout
        What to print.
    marked : iterable of sympy.Expr
        Subexpressions to mark: they are underlined.

    Raises
    ------
    UnprintableError
        The formula holds a node that the notation has no sign for.
    """
    return _write(layout_of(formula, marked))


def _command(sign: str) -> str:
    return COMMANDS.get(sign) or "".join(COMMANDS.get(character, character) for character in sign)


def _escaped(text: str) -> str:
    return "".join(TEXT_ESCAPES.get(character, character) for character in text)


def _join(parts: list[str]) -> str:
    """Set parts side by side with a space where two would run together."""
    return " ".join(part for part in parts if part)


@singledispatch
def _write(layout: lay.Layout) -> str:
    raise NotImplementedError(f"LaTeX for {type(layout).__name__}: add a writer beside the others")


@_write.register
def _(layout: lay.Identifier) -> str:
    name = layout.name
    if len(name) == 1 and name in COMMANDS:
        return COMMANDS[name]
    if not (name.isascii() and name.isalnum()):
        return f"\\text{{{_escaped(name)}}}"
    if len(name) > 1:
        return f"\\{name}" if name in NAMED_FUNCTIONS else f"\\mathrm{{{name}}}"
    return f"\\mathrm{{{name}}}" if layout.upright else name


@_write.register
def _(layout: lay.Number) -> str:
    return layout.digits


@_write.register
def _(layout: lay.Word) -> str:
    return layout.text if layout.text.isdigit() else f"\\text{{{_escaped(layout.text)}}}"


@_write.register
def _(layout: lay.Operator) -> str:
    return _command(layout.sign)


@_write.register
def _(layout: lay.Row) -> str:
    return _join(list(map(_write, layout.items)))


@_write.register
def _(layout: lay.Fraction) -> str:
    return f"\\frac{{{_write(layout.numerator)}}}{{{_write(layout.denominator)}}}"


@_write.register
def _(layout: lay.Root) -> str:
    degree = "" if layout.degree is None else f"[{_write(layout.degree)}]"
    return f"\\sqrt{degree}{{{_write(layout.body)}}}"


@_write.register
def _(layout: lay.Subscript) -> str:
    indices = (" " if layout.compact else ", ").join(map(_write, layout.indices))
    return f"{_base(layout.base)}_{{{indices}}}"


def _base(layout: lay.Layout) -> str:
    """Write what carries an index or a power; a second one of the same kind needs braces."""
    written = _write(layout)
    return f"{{{written}}}" if isinstance(layout, (lay.Labelled, lay.Superscript, lay.Row, lay.Marked)) else written


@_write.register
def _(layout: lay.Superscript) -> str:
    return f"{_base(layout.base)}^{{{_write(layout.exponent)}}}"


@_write.register
def _(layout: lay.Labelled) -> str:
    below = "" if layout.below is None else f"_{{{_write(layout.below)}}}"
    above = "" if layout.above is None else f"^{{{_write(layout.above)}}}"
    return f"{_base(layout.base)}{below}{above}"


@_write.register
def _(layout: lay.Accent) -> str:
    wide = layout.mark == "bar" and not (isinstance(layout.base, lay.Identifier) and len(layout.base.name) == 1)
    return f"\\{'overline' if wide else layout.mark}{{{_write(layout.base)}}}"


@_write.register
def _(layout: lay.Big) -> str:
    upper = "" if layout.upper is None else f"^{{{_write(layout.upper)}}}"
    return f"{_command(layout.sign)}_{{{_write(layout.lower)}}}{upper} {_write(layout.body)}"


@_write.register
def _(layout: lay.Fenced) -> str:
    if len(layout.items) == 1 and isinstance(layout.items[0], lay.Grid):
        return _write(layout.items[0])  # its environment draws the fences
    opening, _ = FENCES.get(layout.opening) or (_command(layout.opening), "")
    _, closing = FENCES.get(layout.closing) or ("", _command(layout.closing))
    inside = ", ".join(map(_write, layout.items))
    if any(map(lay.is_tall, layout.items)):
        return rf"\left{opening} {inside} \right{closing}"
    return opening + (" " if opening[0] == "\\" else "") + inside + (" " if closing[0] == "\\" else "") + closing


@_write.register
def _(layout: lay.Applied) -> str:
    return _write(layout.function) + _write(lay.Fenced("(", layout.arguments, ")"))


@_write.register
def _(layout: lay.Cases) -> str:
    conditions = [r"\text{otherwise}" if c is None else rf"\text{{if }} {_write(c)}" for _, c in layout.rows]
    lines = [f"{_write(value)} & {c}" for (value, _), c in zip(layout.rows, conditions, strict=True)]
    return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"


@_write.register
def _(layout: lay.Grid) -> str:
    return r"\begin{bmatrix} " + r" \\ ".join(" & ".join(map(_write, line)) for line in layout.rows) + r" \end{bmatrix}"


@_write.register
def _(layout: lay.Marked) -> str:
    return f"\\underline{{{_write(layout.body)}}}"
