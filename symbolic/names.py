"""How the name of a symbol is written: ``x_dot`` as ẋ, ``out_bar`` under a bar, ``alpha`` as α."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import sympy as sp
from sympy.printing.pretty.pretty_symbology import greek_unicode

from symbolic.errors import SymbolicError
from symbolic.layout import Accent, Identifier, Labelled, Layout, Operator, Word, parenthesized

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Symbol = Any  # a SymPy symbol: SymPy ships no types

LATIN_TWINS = "ΑΒΕΖΗΙΚΜΝΟΡΤΧο"  # look like Latin letters, and LaTeX has no commands for them
GREEK = {name: letter for name, letter in greek_unicode.items() if letter not in LATIN_TWINS}
ACCENTS = ("dot", "bar", "hat")
PRIME = Operator("′", "postfix")
_NAME = re.compile(r"(?P<base>.+?)(__(?P<above>[^_]+))?(_(?P<below>.+))?")


class UnprintableError(SymbolicError, TypeError):
    """An expression holds a node that our notation has no sign for: the message names the node's type."""


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


class Scope:
    """The names in use while a formula is laid out: two symbols are never written alike."""

    def __init__(self) -> None:
        self._names: dict[Symbol, Layout] = {}

    def add(self, symbols: Iterable[Symbol]) -> None:
        """Name the free symbols of the whole formula."""
        for symbol in sorted(symbols, key=sp.default_sort_key):
            self._names[symbol] = self._unused_name(symbol)

    def name_of(self, symbol: Symbol) -> Layout:
        """Return the symbol's name here."""
        return self._names.get(symbol) or self._unused_name(symbol)

    def _unused_name(self, symbol: Symbol) -> Layout:
        """Return the symbol's name, primed until no other symbol in scope is called the same."""
        if not str(symbol.name).strip():
            raise UnprintableError(f"a symbol has the blank name {symbol.name!r}: give it a name that can be seen")
        name = name_layout(str(symbol.name))
        while name in self._names.values():
            name = primed(name)
        return name

    @contextmanager
    def bound(self, symbol: Symbol) -> Iterator[Layout]:
        """Name a bound index while its sum's body is laid out; it may shadow the same symbol outside."""
        outer = self._names.get(symbol)
        name = self._unused_name(symbol)
        self._names[symbol] = name
        try:
            yield name
        finally:
            del self._names[symbol]
            if outer is not None:
                self._names[symbol] = outer
