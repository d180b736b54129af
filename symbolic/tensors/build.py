"""Atoms around polynomials: their arguments in an order that does not depend on names, their number taken out."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symbolic.tensors.facts import FACTS
from symbolic.tensors.nodes import Index
from symbolic.tensors.polynomial import Poly, Raw, collected
from symbolic.tensors.terms import Atom, Place, Slot, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BUILDERS: dict[str, Callable[[Poly, tuple[Any, ...], tuple[Index, ...]], Poly]] = {}
"""By kind of atom: make it anew from what is inside, its own positions and the indices it binds."""

MOST_ORDERS = 4
"""Up to so many free indices, every order of an atom's arguments is tried."""


def lead(poly: Poly) -> tuple[Fraction, Term]:
    """Return the leading term: of the highest degree, then by key."""
    return max(poly.terms.values(), key=lambda item: (item[1].degree, item[1].key))


def made(
    kind: str, poly: Poly, *, bound: Sequence[Index] = (), scale: str = "none", twist: Sequence[Index] = ()
) -> tuple[Fraction, Atom, bool]:
    """Wrap a polynomial into an atom whose arguments are its free indices.

    Parameters
    ----------
    kind : str
        The kind of the atom.
    poly : Poly
        What is inside.
    bound : sequence of Index
        Indices that the atom binds.
    scale : str
        The number taken out: ``"none"``, ``"sign"``, ``"abs"`` or ``"full"``; the leading coefficient inside is then of
        sign +, of size 1, or 1.
    twist : sequence of Index
        The same indices as `bound` in another order that means the transposed matrix; tried as well.

    Returns
    -------
    number, atom, twisted
        ``poly = number * inside``, and whether the transposed one was taken.
    """
    own = [i for i in poly.free if i not in set(bound)]
    orders = list(itertools.permutations(own)) if len(own) <= MOST_ORDERS else [tuple(own)]
    forms = []
    for order in orders:
        for twisted, binding in enumerate([bound, twist] if twist else [bound]):
            number, inside = _scaled(_slotted(poly, order, binding), scale)
            forms.append((inside.key, number, order, bool(twisted), inside))
    first = min(forms, key=lambda form: (form[0], form[3]))
    same = [form for form in forms if form[0] == first[0]]
    atom = Atom(kind, f"{first[0]}|{','.join(str(i.dim) for i in bound)}", first[2], first[4], _symmetry(first, same))
    return first[1], atom, first[3]


Form = tuple[str, Fraction, tuple[Index, ...], bool, Poly]


def _symmetry(first: Form, same: list[Form]) -> tuple[tuple[tuple[int, ...], int], ...]:
    """Return the permutations of arguments that leave the inside as it is, up to a sign."""
    found = []
    for _, number, order, twisted, _ in same:
        if abs(number) == abs(first[1]) and twisted == first[3]:
            found.append((tuple(first[2].index(i) for i in order), 1 if number == first[1] else -1))
    return tuple(found) if len(found) > 1 else ()


def _slotted(poly: Poly, order: Sequence[Index], bound: Sequence[Index]) -> Poly:
    places: dict[Place, Place] = {i: Slot(k, i.dim) for k, i in enumerate(order)}
    places.update({i: Slot(-1 - k, i.dim) for k, i in enumerate(bound)})
    return collected(map(_settled, poly.raws(places))) if places else poly


def _settled(raw: Raw) -> Raw:
    """Where a delta joins two positions, use one of them in the other factors: the choice does not depend on names."""
    for atom in list(raw.factors):
        if atom.kind == "delta" and all(isinstance(p, Slot) for p in atom.args):
            first, last = sorted(atom.args, key=lambda p: -p.number if isinstance(p, Slot) else 0)
            if first != last and first.dim == last.dim:
                raw = raw.without(atom).at({last: first}).times(Raw(Fraction(1), {atom: Fraction(1)}))
    return raw


def _scaled(poly: Poly, scale: str) -> tuple[Fraction, Poly]:
    if scale == "none" or not poly:
        return Fraction(1), poly
    c, _ = lead(poly)
    number = {"sign": Fraction(1 if c > 0 else -1), "abs": abs(c), "full": c}[scale]
    return number, poly if number == 1 else poly.scaled(1 / number)


def single(atom: Atom, exponent: Fraction | int = 1, coefficient: Fraction | int = 1) -> Poly:
    """Return a power of an atom as a polynomial."""
    return collected([Raw(Fraction(coefficient), {atom: Fraction(exponent)})])


def bound_of(atom: Atom) -> dict[Place, Index]:
    """Return fresh indices for the positions that an atom binds."""
    if atom.inside is None:
        return {}
    slots = {p for p in atom.inside.places if isinstance(p, Slot) and p.number < 0}
    return {s: Index(s.dim) for s in sorted(slots, key=lambda s: -s.number)}


def inside_at(atom: Atom, bound: dict[Place, Index]) -> list[Raw]:
    """Return what is inside an atom at its arguments, as terms to work on."""
    if atom.inside is None:
        return []
    places: dict[Place, Place] = dict(bound)
    for p in atom.inside.places:
        if isinstance(p, Slot) and p.number >= 0:
            places[p] = atom.args[p.number]
    return atom.inside.raws(places)


def own_count(atom: Atom) -> int:
    """Return how many arguments belong to the inside; the others are positions of a matrix function."""
    slots = [p.number for p in atom.inside.places if isinstance(p, Slot)] if atom.inside is not None else []
    return max(slots, default=-1) + 1


def is_positive(atom: Atom) -> bool:
    """Whether an atom is known to be positive (of a sum of squares: off the place where all vanish)."""
    facts = FACTS.get()
    if atom.kind in ("E", "size", "num", "const", "logp"):
        return True
    if atom.kind == "var":
        return facts.has(atom.data, "positive") or atom.key in facts.positive
    if atom.key in facts.positive:
        return True
    if atom.kind == "P" and atom.inside is not None:
        return is_nonnegative(atom.inside)
    return atom.kind == "det" and atom.data in facts.positive


def is_nonnegative(poly: Poly) -> bool:
    """Whether every term is a positive multiple of squares and of positive atoms."""
    if poly.key in FACTS.get().positive:
        return True
    return all(
        c > 0 and all(is_positive(a) or (e.denominator == 1 and e.numerator % 2 == 0) for a, e in t.factors)
        for c, t in poly.terms.values()
    )


def learn_positive(atom: Atom) -> None:
    """Keep that an atom has to be positive for the formula to have a value, at all of its places."""
    facts = FACTS.get()
    places = atom.args
    if facts.learning and len(set(places)) == len(places) and all(isinstance(p, Index) for p in places):
        facts.positive.add(atom.key)
