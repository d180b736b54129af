"""How the name of a symbol is written: ``x_dot`` as ẋ, ``out_bar`` under a bar, ``alpha`` as α."""

from __future__ import annotations

import re

from sympy.printing.pretty.pretty_symbology import greek_unicode

from symbolic.layout import Accent, Identifier, Labelled, Layout, Operator, Word, parenthesized

LATIN_TWINS = "ΑΒΕΖΗΙΚΜΝΟΡΤΧο"  # look like Latin letters, and LaTeX has no commands for them
GREEK = {name: letter for name, letter in greek_unicode.items() if letter not in LATIN_TWINS}
ACCENTS = ("dot", "bar", "hat")
PRIME = Operator("′", "postfix")
_NAME = re.compile(r"(?P<base>.+?)(__(?P<above>[^_]+))?(_(?P<below>.+))?")


def name_layout(name: str) -> Layout:
    """Lay out the name of a symbol.

    A trailing ``_dot``, ``_bar`` or ``_hat`` is an accent; ``__label`` stands above in parentheses, so that it
    cannot be read as a power; ``_label``, or digits at the end, stand below, upright, unlike an index.
    """
    stem, _, last = name.rpartition("_")
    if last in ACCENTS and stem:
        return Accent(name_layout(stem), last)  # type: ignore[arg-type]  # one of ACCENTS
    parts = re.fullmatch(r"(?P<base>[^\W\d_]+)(?P<below>\d+)", name) or _NAME.fullmatch(name)
    if parts is None:
        return Identifier(name)
    labels = {"above": None, **parts.groupdict()}
    base = Identifier(GREEK.get(str(labels["base"]), str(labels["base"])))
    below = Word(labels["below"]) if labels["below"] else None
    above = parenthesized(Word(labels["above"])) if labels["above"] else None
    return Labelled(base, below, above) if below or above else base


def primed(name: Layout) -> Layout:
    """Return the name with one more prime, to tell two symbols of one name apart."""
    return Labelled(name, above=PRIME)


def is_letter(name: Layout) -> bool:
    """Tell whether the name is a single letter."""
    return isinstance(name, Identifier) and len(name.name) == 1
