"""What a formula looks like on paper, whatever it is written in: MathML, LaTeX or plain text.

A SymPy expression becomes a layout once (`symbolic.formula`), so that the order of factors, the
parentheses and the names agree in every rendering. Notation that SymPy has no node for, as
``Aᵀ v`` or ``A / ‖A‖``, is built from these nodes directly.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Layout:
    """A piece of a formula."""


@dataclass(frozen=True, slots=True)
class Identifier(Layout):
    """A name. One letter is slanted unless `upright`; more letters are upright."""

    name: str
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Number(Layout):
    """The digits of a number that is not negative."""

    digits: str


@dataclass(frozen=True, slots=True)
class Word(Layout):
    """Words of a language, or a label that is no variable."""

    text: str


@dataclass(frozen=True, slots=True)
class Operator(Layout):
    """A sign between two operands, or before one (``form="prefix"``), or after one."""

    sign: str
    form: Literal["infix", "prefix", "postfix"] = "infix"


@dataclass(frozen=True, slots=True)
class Row(Layout):
    """Pieces side by side."""

    items: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Fraction(Layout):
    """Numerator over denominator."""

    numerator: Layout
    denominator: Layout


@dataclass(frozen=True, slots=True)
class Root(Layout):
    """The square root, or the root of the given degree."""

    body: Layout
    degree: Layout | None = None


@dataclass(frozen=True, slots=True)
class Subscript(Layout):
    """An entry of a tensor: ``base[indices]``; `compact` writes the indices without commas."""

    base: Layout
    indices: tuple[Layout, ...]
    compact: bool = False


@dataclass(frozen=True, slots=True)
class Superscript(Layout):
    """A power."""

    base: Layout
    exponent: Layout


@dataclass(frozen=True, slots=True)
class Labelled(Layout):
    """A name with a label below or above it, neither of them an index nor a power."""

    base: Layout
    below: Layout | None = None
    above: Layout | None = None


@dataclass(frozen=True, slots=True)
class Accent(Layout):
    """A dot (tangent), a bar (cotangent) or a hat over a name."""

    base: Layout
    mark: Literal["dot", "bar", "hat"]


@dataclass(frozen=True, slots=True)
class Big(Layout):
    """A sum or product sign with its limits; it reaches over `body` to the end of the term."""

    sign: str
    lower: Layout
    upper: Layout | None
    body: Layout


@dataclass(frozen=True, slots=True)
class Fenced(Layout):
    """Pieces between fences, separated by commas."""

    opening: str
    items: tuple[Layout, ...]
    closing: str


@dataclass(frozen=True, slots=True)
class Applied(Layout):
    """A function applied to its arguments."""

    function: Layout
    arguments: tuple[Layout, ...]


@dataclass(frozen=True, slots=True)
class Cases(Layout):
    """Values with the condition each holds under; None is "otherwise"."""

    rows: tuple[tuple[Layout, Layout | None], ...]


@dataclass(frozen=True, slots=True)
class Grid(Layout):
    """A matrix, by rows."""

    rows: tuple[tuple[Layout, ...], ...]


@dataclass(frozen=True, slots=True)
class Marked(Layout):
    """The part of a formula that a step has changed."""

    body: Layout


TIMES = Operator("\u2062")  # invisible
DOT = Operator("⋅")
PLUS = Operator("+")
MINUS = Operator("−")
NEGATIVE = Operator("−", "prefix")
EQUALS = Operator("=")
ONE = Number("1")


def row(*items: Layout) -> Layout:
    """Set pieces side by side; rows within the row are opened up."""
    flat: list[Layout] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Row) else [item])
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def parenthesized(*items: Layout) -> Fenced:
    """Set pieces in parentheses, separated by commas."""
    return Fenced("(", items, ")")


def equation(*sides: Layout) -> Layout:
    """Set an equality, or a chain of equalities."""
    items = [item for side in sides for item in (EQUALS, side)]
    return row(*items[1:])


def pieces(layout: Layout) -> Iterator[Layout]:
    """Yield the layout and all pieces within it, from the left."""
    yield layout
    for field in fields(layout):
        yield from _within(getattr(layout, field.name))


def _within(value: object) -> Iterator[Layout]:
    if isinstance(value, Layout):
        yield from pieces(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _within(item)


def is_tall(layout: Layout) -> bool:
    """Tell whether fences around the layout must grow: it holds a fraction, root, grid or big sign."""
    return any(isinstance(piece, (Fraction, Root, Big, Cases, Grid)) for piece in pieces(layout))


def starts_with_digit(layout: Layout) -> bool:
    """Tell whether a number to the left of the layout would run into it."""
    match layout:
        case Number():
            return True
        case Row(items):
            return starts_with_digit(items[0])
        case Superscript(base=first) | Marked(body=first) | Fraction(numerator=first):
            return starts_with_digit(first)
        case _:
            return False
