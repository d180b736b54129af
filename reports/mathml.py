"""A formula of the record as markup: MathML Core read as untrusted text, rebuilt from a list of what is allowed.

An element that is not on the list refuses the whole formula, which is then shown as text: leaving one out could
turn a formula into another. An attribute that is not on the list is dropped: it can only change the looks.
"""

from __future__ import annotations

import contextlib
import itertools
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
        *("stretchy", "symmetric"),
    },
)

CLASSES = frozenset({"changed", "cases"})
"""What a step changed, and a table of cases: the style sheet knows them."""

_VALUE = re.compile(r"[\w.+%/-]{1,40}")
_ROWS = frozenset({"math", "msqrt", "mtd"})  # their children stand in a row of their own
_TEX = "application/x-tex"
_NOT_XML = re.compile(r"<!|<\?")  # a declaration could define entities: no formula needs one


class _ForeignError(Exception):
    """The text is not MathML Core as we know it."""


def formula(math: Mapping[str, Any], *, block: bool = False, after: Mapping[str, Any] | None = None) -> Markup:
    """Return a formula as markup that is safe to put into a page.

    Parameters
    ----------
    math : mapping
        `text`, and `mathml` where there is one.
    block : bool
        Whether the formula stands by itself, with the limits of its sums above and below.
    after : mapping, optional
        The line before it in a derivation: a left side that both share is not written again.

    Returns
    -------
    Markup
        A `math` element, or the escaped text in `code` where the MathML is absent or is not MathML Core.
    """
    source = math.get("mathml")
    if source and not _NOT_XML.search(source):
        try:
            return _markup(source, block=block, before=(after or {}).get("mathml") or "")
        except (ET.ParseError, _ForeignError, RecursionError):
            pass
    return Markup('<code class="formula">{}</code>').format(math["text"])


def _markup(source: str, *, block: bool, before: str) -> Markup:
    root = _known(source)
    root.attrib.pop("display", None)
    if block:
        root.set("display", "block")
    if before and not _NOT_XML.search(before):
        with contextlib.suppress(ET.ParseError, _ForeignError):  # a line that is shown as text has no left side
            _continue(root, _known(before))
    return Markup("").join(_pieces(root))


def _known(source: str) -> ET.Element:
    """Return the formula without its annotations: the record inside the page holds its LaTeX, and nobody sees them."""
    root = ET.fromstring(source)  # noqa: S314 - declarations, hence entities, were refused
    for element in root.iter():
        if _name(element) == "annotation" and (len(element) or element.get("encoding") != _TEX):
            raise _ForeignError
    for element in root.iter():
        for k, child in enumerate(element):
            if _name(child) == "semantics" and _annotated(child):
                child[0].tail = child.tail
                element[k] = child[0]
    if _name(root) != "math":
        raise _ForeignError
    return root


def _annotated(semantics: ET.Element) -> bool:
    """Whether it is one formula, then annotations alone."""
    formulas = [_name(child) != "annotation" for child in semantics]
    stray = [semantics.text, *(child.tail for child in semantics)]
    return formulas[:1] == [True] and not any(formulas[1:]) and not any(map(_trimmed, stray))


def _continue(root: ET.Element, before: ET.Element) -> None:
    """Leave out the left side of an equation where the equation before it has the same one."""
    row, other = _equation(root), _equation(before)
    if row is None or other is None:
        return
    left, known = ([*map(ET.tostring, itertools.takewhile(lambda e: not _equals(e), r))] for r in (row, other))
    if left == known:
        row[: len(left)] = []
        row[0].set("form", "infix")


def _equation(math: ET.Element) -> ET.Element | None:
    """Return the row of an equation."""
    row = math[0] if len(math) == 1 else math
    return row if _name(row) in {"math", "mrow"} and any(map(_equals, row)) else None


def _equals(element: ET.Element) -> bool:
    return _name(element) == "mo" and element.text == "="


def _name(element: ET.Element) -> str:
    name = element.tag.rpartition("}")[2]
    if name not in ELEMENTS:
        raise _ForeignError
    return name


def _pieces(element: ET.Element) -> list[Markup]:
    """Return the element, rebuilt: opening tag, text, children, closing tag."""
    name = _name(element)
    _drop_implied(element)
    pieces = [Markup("<{}{}>").format(name, _attributes(element)), escape(_trimmed(element.text))]
    for child in element:
        pieces += _pieces(child)
        pieces.append(escape(_trimmed(child.tail)))
    pieces.append(Markup("</{}>").format(name))
    return pieces


def _drop_implied(element: ET.Element) -> None:
    """Leave out what MathML Core implies: a row that is all there is, and the form of a row's outer operators."""
    if len(element) == 1 and _name(element) in _ROWS and _name(element[0]) == "mrow" and not element[0].attrib:
        stray = [element.text, element[0].text, element[0].tail, *(child.tail for child in element[0])]
        if not any(map(_trimmed, stray)):
            element[:] = element[0][:]
    if len(element) > 1 and _name(element) in {*_ROWS, "mrow"}:
        for child, form in ((element[0], "prefix"), (element[-1], "postfix")):
            if child.get("form") == form:
                del child.attrib["form"]


def _attributes(element: ET.Element) -> Markup:
    kept = [(k, v) for k, v in sorted(element.attrib.items()) if _allowed(k, v)]
    return Markup("").join(Markup(' {}="{}"').format(k, v) for k, v in kept)


def _allowed(name: str, value: str) -> bool:
    return value in CLASSES if name == "class" else name in ATTRIBUTES and bool(_VALUE.fullmatch(value))


def _trimmed(text: str | None) -> str:
    """Return text between tags; white space alone is the printer's indentation."""
    return "" if text is None or not text.strip(" \t\r\n") else text
