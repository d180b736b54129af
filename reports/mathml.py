"""A formula of the record as markup: MathML Core read as untrusted text, rebuilt from a list of what is allowed.

An element that is not on the list refuses the whole formula, which is then shown as text: leaving one out could
turn a formula into another. An attribute that is not on the list is dropped: it can only change the looks.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from collections.abc import Mapping

ELEMENTS = frozenset(
    {
        *("math", "semantics", "annotation", "mrow", "mtable", "mtr", "mtd"),
        *("mi", "mn", "mo", "mtext", "mspace"),
        *("mfrac", "msqrt", "mroot", "msub", "msup", "msubsup", "munder", "mover", "munderover"),
    },
)

ATTRIBUTES = frozenset(
    {
        *("display", "displaystyle", "scriptlevel", "mathvariant", "encoding"),
        *("accent", "accentunder", "linethickness", "columnspan", "rowspan", "width"),
        *("fence", "form", "largeop", "lspace", "maxsize", "minsize", "movablelimits", "rspace"),
        *("separator", "stretchy", "symmetric"),
    },
)

CLASSES = frozenset({"changed", "cases"})
"""What a step changed, and a table of cases: the style sheet knows them."""

_VALUE = re.compile(r"[\w.+%/-]{1,40}")
_TEX = "application/x-tex"
_NOT_XML = re.compile(r"<!|<\?")  # a declaration could define entities: no formula needs one


class _ForeignError(Exception):
    """The text is not MathML Core as we know it."""


def formula(math: Mapping[str, Any], *, block: bool = False) -> Markup:
    """Return a formula as markup that is safe to put into a page.

    Parameters
    ----------
    math : mapping
        `text`, and `mathml` where there is one.
    block : bool
        Whether the formula stands by itself, with the limits of its sums above and below.

    Returns
    -------
    Markup
        A `math` element, or the escaped text in `code` where the MathML is absent or is not MathML Core.
    """
    source = math.get("mathml")
    if source and not _NOT_XML.search(source):
        try:
            return _markup(source, block=block)
        except (ET.ParseError, _ForeignError, RecursionError):
            pass
    return Markup('<code class="formula">{}</code>').format(math["text"])


def _markup(source: str, *, block: bool) -> Markup:
    root = ET.fromstring(source)  # noqa: S314 - declarations, hence entities, were refused above
    if _name(root) != "math":
        raise _ForeignError
    root.attrib.pop("display", None)
    if block:
        root.set("display", "block")
    return Markup("").join(_pieces(root))


def _name(element: ET.Element) -> str:
    name = element.tag.rpartition("}")[2]
    if name not in ELEMENTS:
        raise _ForeignError
    return name


def _pieces(element: ET.Element) -> list[Markup]:
    """Return the element, rebuilt: opening tag, text, children, closing tag."""
    name = _name(element)
    if name == "annotation" and (len(element) or element.get("encoding") != _TEX):
        raise _ForeignError
    pieces = [Markup("<{}{}>").format(name, _attributes(element)), escape(_trimmed(element.text))]
    for child in element:
        pieces += _pieces(child)
        pieces.append(escape(_trimmed(child.tail)))
    pieces.append(Markup("</{}>").format(name))
    return pieces


def _attributes(element: ET.Element) -> Markup:
    kept = [(k, v) for k, v in sorted(element.attrib.items()) if _allowed(k, v)]
    return Markup("").join(Markup(' {}="{}"').format(k, v) for k, v in kept)


def _allowed(name: str, value: str) -> bool:
    return value in CLASSES if name == "class" else name in ATTRIBUTES and bool(_VALUE.fullmatch(value))


def _trimmed(text: str | None) -> str:
    """Return text between tags; white space alone is the printer's indentation."""
    return "" if text is None or not text.strip(" \t\r\n") else text
