"""Polynomials of the normal form: labelled terms with rational coefficients, equal exactly when their keys are."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from symbolic.errors import SymbolicError
from symbolic.tensors.nodes import Index
from symbolic.tensors.terms import Atom, Bound, Factors, Place, Slot, Term, labelled, least

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class TooLarge(SymbolicError, ArithmeticError):  # noqa: N818 - an answer: not decided
    """The normal form grows beyond what is tried: nothing is proved."""


LARGEST = 4000
"""The most terms of a polynomial."""


@dataclass(frozen=True)
class Raw:
    """A term that is being worked on: its summed indices are objects of their own."""

    coefficient: Fraction
    factors: Factors
    sums: tuple[Index, ...] = ()

    def times(self, *others: Raw) -> Raw:
        """Return the product; the summed indices of all have to be different."""
        coefficient, factors, sums = self.coefficient, dict(self.factors), list(self.sums)
        for other in others:
            coefficient *= other.coefficient
            sums.extend(other.sums)
            for atom, e in other.factors.items():
                coefficient *= multiply_in(factors, atom, e)
        return Raw(coefficient, factors, tuple(sums))

    def at(self, places: Mapping[Place, Place]) -> Raw:
        """Return the term at other positions."""
        factors: Factors = {}
        coefficient = self.coefficient
        for atom, e in self.factors.items():
            coefficient *= multiply_in(factors, atom.at(places), e)
        return Raw(coefficient, factors, self.sums)

    def without(self, *atoms: Atom) -> Raw:
        """Return the term without some factors."""
        return Raw(self.coefficient, {a: e for a, e in self.factors.items() if a not in atoms}, self.sums)

    def scaled(self, by: Fraction) -> Raw:
        """Return a multiple."""
        return Raw(self.coefficient * by, self.factors, self.sums)


def multiply_in(factors: Factors, atom: Atom, e: Fraction) -> int:
    """Multiply a factor into others in place, arguments in their least order; return the sign."""
    sign = 1
    if atom.symmetry:
        args, sign = least(atom)
        if sign < 0 and e.denominator != 1:
            args, sign = atom.args, 1
        atom = Atom(atom.kind, atom.data, args, atom.inside, atom.symmetry)
        sign = sign if e.numerator % 2 or sign == 0 else 1
    total = factors.get(atom, Fraction(0)) + e
    if total:
        factors[atom] = total
    else:
        factors.pop(atom, None)
    return sign


@dataclass(frozen=True)
class Poly:
    """A sum of terms by key, each with a coefficient that is not 0."""

    terms: Mapping[str, tuple[Fraction, Term]] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """The same text for equal polynomials."""
        return " + ".join(f"{c}·{k}" for k, (c, _) in sorted(self.terms.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.key == other.key

    def __hash__(self) -> int:
        return hash(self.key)

    def __bool__(self) -> bool:
        return bool(self.terms)

    @cached_property
    def places(self) -> frozenset[Place]:
        """The positions that are not summed."""
        found = {p for _, t in self.terms.values() for a, _ in t.factors for p in a.args if not isinstance(p, Bound)}
        return frozenset(found)

    @property
    def free(self) -> list[Index]:
        """The free indices."""
        return sorted((p for p in self.places if isinstance(p, Index)), key=lambda i: i.number)

    def raws(self, places: Mapping[Place, Place] | None = None) -> list[Raw]:
        """Return the terms to work on, with fresh summed indices, at other positions where given."""
        return [opened(c, t, places) for c, t in self.terms.values()]

    def number(self) -> Fraction | None:
        """Return the value of a constant polynomial."""
        if not self.terms:
            return Fraction(0)
        if len(self.terms) == 1:
            ((c, t),) = self.terms.values()
            return c if not t.factors else None
        return None

    def scaled(self, by: Fraction) -> Poly:
        """Return a multiple."""
        return Poly({k: (c * by, t) for k, (c, t) in self.terms.items()}) if by else Poly()

    def plus(self, *others: Poly) -> Poly:
        """Return the sum."""
        result = dict(self.terms)
        for other in others:
            for key, (c, t) in other.terms.items():
                _collect(result, key, c, t)
        return Poly(result)


def _collect(terms: dict[str, tuple[Fraction, Term]], key: str, c: Fraction, t: Term) -> None:
    value = c + (terms[key][0] if key in terms else 0)
    if value:
        terms[key] = (value, t)
    else:
        terms.pop(key, None)


def opened(c: Fraction, t: Term, places: Mapping[Place, Place] | None = None) -> Raw:
    """Return a labelled term with fresh summed indices, at other positions where given."""
    mapping: dict[Place, Place] = {b: Index(b.dim) for b in t.sums}
    sums = tuple(mapping.values())
    if places:
        mapping.update(places)
    if not mapping:
        return Raw(c, dict(t.factors))
    factors: Factors = {}
    for atom, e in t.factors:
        c *= multiply_in(factors, atom.at(mapping), e)
    return Raw(c, factors, sums)  # type: ignore[arg-type]  # fresh indices


def collected(raws: Iterable[Raw]) -> Poly:
    """Label finished terms and collect equal ones.

    Raises
    ------
    TooLarge
        There are more terms than are tried.
    """
    terms: dict[str, tuple[Fraction, Term]] = {}
    for raw in raws:
        if not raw.coefficient:
            continue
        sign, term = labelled(raw.factors, raw.sums)
        if sign:
            _collect(terms, term.key, raw.coefficient * sign, term)
        if len(terms) > LARGEST:
            raise TooLarge(f"more than {LARGEST} terms")
    return Poly(terms)


def constant(value: int | Fraction) -> Poly:
    """Return a number as a polynomial."""
    return Poly({"": (Fraction(value), Term("", (), ()))}) if value else Poly()


__all__ = ["Poly", "Raw", "Slot", "TooLarge", "collected", "constant", "multiply_in", "opened"]
