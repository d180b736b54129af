"""Sorted entries in normal form: brackets ``[rank(i) == k]`` of a vector whose entries move freely are a permutation.

Of such a vector no two entries are alike, off a set that no difference quotient sees.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from symbolic.tensors.build import bound_of, inside_at, made, single
from symbolic.tensors.facts import FACTS
from symbolic.tensors.functions import sign
from symbolic.tensors.nodes import Index
from symbolic.tensors.polynomial import Poly, Raw, constant
from symbolic.tensors.rules import finish, summed
from symbolic.tensors.shifts import delta_atom, size_raws
from symbolic.tensors.terms import Atom

if TYPE_CHECKING:
    from symbolic.tensors.terms import Place

ONE, HALF = Fraction(1), Fraction(1, 2)
FREELY = frozenset(("positive", "invertible"))


class Rank(NamedTuple):
    """What a bracket says: the entry of a tensor whose index runs along an axis is at a place of that axis."""

    entry: Atom
    along: int
    place: Poly


def is_free(atom: Atom) -> bool:
    """Whether an atom is an entry of a tensor whose entries all move by themselves."""
    return atom.kind == "var" and FACTS.get().of.get(atom.data, frozenset()) <= FREELY


def _below(entry: Atom, along: int) -> Poly:
    """Return how many entries along an axis are below one of them."""
    i = entry.args[along]
    j = Index(i.dim)
    other = Atom("var", entry.data, (*entry.args[:along], j, *entry.args[along + 1 :]))
    signs = summed(sign(single(entry).plus(single(other).scaled(-ONE))), [j])
    return signs.plus(finish(size_raws(i.dim)), constant(-1)).scaled(HALF)


def rank_of(atom: Atom) -> Rank | None:
    """Read a bracket as one of a rank."""
    if atom.kind != "zero" or atom.inside is None:
        return None
    inside = finish(inside_at(atom, {}))
    signs = [a for _, t in inside.terms.values() for a, _ in t.factors if a.kind == "sgn" and t.sums]
    if len(signs) != 1 or signs[0].inside is None or len(signs[0].inside.terms) != 2:
        return None
    entries = {
        a for raw in inside.raws() for s in raw.factors if s.kind == "sgn" for r in inside_at(s, {}) for a in r.factors
    }
    for entry in entries:
        for along, i in enumerate(entry.args):
            if is_free(entry) and i in inside.places and (place := _place(inside, entry, along)) is not None:
                return Rank(entry, along, place)
    return None


def _place(inside: Poly, entry: Atom, along: int) -> Poly | None:
    """Return k, where what is inside a bracket is a multiple of ``rank - k``."""
    count = _below(entry, along)
    key = next((k for k, (_, t) in count.terms.items() if t.sums), None)
    if key is None or key not in inside.terms:
        return None
    rest = count.plus(inside.scaled(-count.terms[key][0] / inside.terms[key][0]))
    moving = any(a.kind in ("var", "sgn") for _, t in rest.terms.values() for a, _ in t.factors)
    return None if moving or entry.args[along] in rest.places else rest


def selected(poly: Poly) -> Poly | None:
    """Read ``[x[l] == sum_i x[i] [rank(i) == k]]`` as ``[rank(l) == k]``."""
    if len(poly.terms) != 2:
        return None
    plain, whole = sorted(poly.raws(), key=lambda raw: (len(raw.sums), any(a.kind == "max" for a in raw.factors)))
    own = next((a for a, e in plain.factors.items() if e == 1 and is_free(a)), None)
    if own is None or plain.sums or len(plain.factors) != 1:
        return None
    ratio = whole.coefficient / plain.coefficient
    return _at_end(own, whole, ratio) if not whole.sums else _at_rank(own, whole) if ratio == -1 else None


def _at_end(own: Atom, whole: Raw, ratio: Fraction) -> Poly | None:
    """Read ``x[l] - max(x)`` and ``x[l] + max(-x)``."""
    atom = next((a for a, e in whole.factors.items() if a.kind == "max" and e == 1), None)
    if atom is None or len(whole.factors) > 1 or abs(ratio) != 1:
        return None
    bound = bound_of(atom)
    inside = finish(inside_at(atom, dict(bound)))
    for along, there in enumerate(own.args):
        other = [i for i in bound.values() if len(bound) == 1 and i.dim == there.dim]
        if other and inside == single(own.at({there: other[0]}), 1, -ratio):
            last = Poly().plus(*(finish([raw]) for raw in size_raws(there.dim)), constant(-1))
            _, found, _ = made(
                "zero", _below(own, along).plus(last.scaled(-ONE) if ratio < 0 else Poly()), scale="full"
            )
            return single(found)
    return None


def _at_rank(own: Atom, whole: Raw) -> Poly | None:
    choice = next((a for a in whole.factors if a.kind == "zero"), None)
    found = rank_of(choice) if choice is not None else None
    if found is None or len(whole.factors) != 2 or len(whole.sums) != 1 or whole.factors.get(found.entry) != 1:
        return None
    i, there = found.entry.args[found.along], own.args[found.along] if len(own.args) > found.along else None
    if own.data != found.entry.data or i not in whole.sums or there is None or found.entry.at({i: there}) != own:
        return None
    return finish([Raw(ONE, {choice.at({i: there}): ONE})])  # type: ignore[union-attr]  # it was read


# -- a permutation ----------------------------------------------------------------------------------------------


def permuted(raw: Raw) -> list[Raw] | None:
    """Two brackets of one permutation that share a row or a column are one; summed over either, they are 1."""
    ranks = {a: r for a, e in raw.factors.items() if e == 1 and a.kind == "zero" and (r := rank_of(a)) is not None}
    for atom, rank in ranks.items():
        for other, second in ranks.items():
            if other != atom and (met := _met(rank, second)) is not None:
                return [raw.without(other).times(Raw(ONE, {met: ONE}))]
        after = _whole(raw, atom, rank)
        if after is not None:
            return after
    return None


def _met(first: Rank, second: Rank) -> Atom | None:
    """Return which places have to be one, where two brackets of one permutation hold."""
    if first.entry.data != second.entry.data or first.along != second.along:
        return None
    i, j = first.entry.args[first.along], second.entry.args[second.along]
    if first.entry.at({i: j}) != second.entry:
        return None
    if i != j and first.place == second.place:
        return delta_atom(i, j)
    k, l = _single(first.place), _single(second.place)
    return delta_atom(k, l) if i == j and k is not None and l is not None and k != l and k.dim == l.dim else None


def _single(place: Poly) -> Place | None:
    """Return the index that a place is."""
    if len(place.terms) != 1:
        return None
    ((c, term),) = place.terms.values()
    plain = c == 1 and len(term.factors) == 1 and term.factors[0][0].kind == "pos" and term.factors[0][1] == 1
    return term.factors[0][0].args[0] if plain else None


def _whole(raw: Raw, atom: Atom, rank: Rank) -> list[Raw] | None:
    i, k = rank.entry.args[rank.along], _single(rank.place)
    if k is None or i.dim != k.dim:
        return None
    for own in (i, k):
        if own in raw.sums and sum(own in a.args for a in raw.factors) == 1:
            return [Raw(raw.coefficient, raw.without(atom).factors, tuple(s for s in raw.sums if s != own))]
    return None
