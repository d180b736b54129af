"""Terms of the normal form: a coefficient, atoms with exponents, summed indices, and one labelling for equal terms.

A term is a network: atoms joined by the indices they share. Two terms are equal for every size when a renaming of
summed indices turns one into the other; the labelling below is the same for both then (colour refinement, with
backtracking over what stays alike, component by component).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from symbolic.tensors.nodes import Dim, Fixed, Index

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symbolic.tensors.polynomial import Poly


@dataclass(frozen=True)
class Slot:
    """A position of a formula inside an atom: its k-th argument, or (from -1 down) one that the atom binds."""

    number: int
    dim: Dim


@dataclass(frozen=True)
class Bound:
    """A summed index of a labelled term."""

    number: int
    dim: Dim


Place = Index | Fixed | Slot | Bound


def place_key(place: Place) -> str:
    """Return a text that tells positions apart."""
    if isinstance(place, Index):
        return f"f{place.number}"
    if isinstance(place, Fixed):
        return f"#{place.value}"
    return f"{'$' if isinstance(place, Slot) else 's'}{place.number}:{place.dim}"


@dataclass(frozen=True)
class Atom:
    """What is not expanded: an entry, a delta, a size, or a function of the polynomial `inside`, at positions `args`.

    `symmetry` lists the permutations of the arguments that leave it as it is, each with its sign.
    """

    kind: str
    data: str
    args: tuple[Place, ...] = ()
    inside: Poly | None = field(default=None, compare=False, repr=False)
    symmetry: tuple[tuple[tuple[int, ...], int], ...] = field(default=(), compare=False, repr=False)

    @cached_property
    def key(self) -> str:
        """The atom without its arguments, as text."""
        return f"{self.kind}<{self.data}>"

    def at(self, places: Mapping[Place, Place]) -> Atom:
        """Return the atom at other positions."""
        return Atom(self.kind, self.data, tuple(places.get(p, p) for p in self.args), self.inside, self.symmetry)

    @cached_property
    def orbits(self) -> tuple[int, ...]:
        """The least argument number that a symmetry takes each argument number to."""
        numbers = range(len(self.args))
        return tuple(min((perm[k] for perm, _ in self.symmetry), default=k) if self.symmetry else k for k in numbers)


Factors = dict[Atom, Fraction]


@dataclass(frozen=True)
class Term:
    """A labelled term without its coefficient: sorted factors, and the count of summed indices."""

    key: str
    factors: tuple[tuple[Atom, Fraction], ...]
    sums: tuple[Bound, ...]

    @cached_property
    def degree(self) -> Fraction:
        """The total of the exponents of what is no number, no size and no delta."""
        return sum((e for a, e in self.factors if a.kind not in LIGHT), Fraction(0))


LIGHT = frozenset(("size", "num", "const", "delta", "shift", "le", "ord", "mirror", "cyc"))
ORDER = {Index: 0, Fixed: 1, Slot: 2, Bound: 3}


def labelled(factors: Factors, sums: Sequence[Index]) -> tuple[int, Term]:
    """Return the sign (0 where antisymmetry makes the term vanish) and the labelled term."""
    sign, pieces = 1, []
    for part, own in components(factors, sums):
        part_sign, key, ordered, labels = _component(part, own)
        sign *= part_sign
        if not sign:
            return 0, Term("", (), ())
        pieces.append((key, ordered, labels))
    pieces.sort(key=lambda piece: piece[0])
    result: list[tuple[Atom, Fraction]] = []
    bound: list[Bound] = []
    for _, ordered, labels in pieces:
        shift = {Bound(k, i.dim): Bound(k + len(bound), i.dim) for k, i in enumerate(labels)}
        result.extend((atom.at(shift) if shift else atom, e) for atom, e in ordered)  # type: ignore[arg-type]  # places
        bound.extend(shift.values())
    return sign, Term(" ".join(key for key, _, _ in pieces), tuple(result), tuple(bound))


def components(factors: Factors, sums: Sequence[Index]) -> list[tuple[list[tuple[Atom, Fraction]], list[Index]]]:
    """Part a term into what no summed index joins."""
    summed = set(sums)
    groups: list[tuple[list[tuple[Atom, Fraction]], set[Index]]] = []
    for item in factors.items():
        own = {p for p in item[0].args if p in summed}
        touching = [g for g in groups if g[1] & own]
        groups = [g for g in groups if not g[1] & own]
        groups.append(([f for g in touching for f in g[0]] + [item], own.union(*(g[1] for g in touching))))
    return [(part, sorted(own, key=lambda i: i.number)) for part, own in groups]


Labelled = tuple[int, str, list[tuple[Atom, Fraction]], list[Index]]


def _component(part: list[tuple[Atom, Fraction]], sums: list[Index]) -> Labelled:
    if not sums:
        return _written(part, [])
    colours = _refined(part, {i: (str(i.dim),) for i in sums})
    best: list[Labelled] = []
    _search(part, colours, best, [2000])
    first = best[0]
    return (0 if any(other[0] != first[0] for other in best) else first[0], *first[1:])


def _search(
    part: list[tuple[Atom, Fraction]], colours: dict[Index, int], best: list[Labelled], budget: list[int]
) -> None:
    """Label the indices by colour; where some share one, try each of them first."""
    cells: dict[int, list[Index]] = {}
    for i, c in colours.items():
        cells.setdefault(c, []).append(i)
    tied = min((c for c, cell in cells.items() if len(cell) > 1), default=None)
    budget[0] -= 1
    if tied is None or budget[0] < 0:
        found = _written(part, sorted(colours, key=lambda i: (colours[i], i.number)))
        if best and found[1] > best[0][1]:
            return
        if best and found[1] < best[0][1]:
            best.clear()
        best.append(found)
        return
    for i in cells[tied]:
        chosen = {j: (c, int(j is i and c == tied) - 1) for j, c in colours.items()}
        _search(part, _refined(part, chosen), best, budget)


def _refined(part: list[tuple[Atom, Fraction]], start: Mapping[Index, tuple[object, ...]]) -> dict[Index, int]:
    colours = _ranked(start)
    while True:
        seen: dict[Index, list[object]] = {i: [] for i in colours}
        for atom, e in part:
            places = [(f"{colours[p]:04d}" if p in colours else place_key(p)) for p in atom.args]
            around = sorted(zip(atom.orbits, places, strict=True))
            for k, p in enumerate(atom.args):
                if p in colours:
                    seen[p].append((atom.key, str(e), atom.orbits[k], around))
        finer = _ranked({i: (colours[i], tuple(map(str, sorted(map(str, seen[i]))))) for i in colours})
        if len(set(finer.values())) == len(set(colours.values())):
            return finer
        colours = finer


def _ranked(colours: Mapping[Index, tuple[object, ...]]) -> dict[Index, int]:
    ranks = {c: k for k, c in enumerate(sorted(set(colours.values())))}
    return {i: ranks[c] for i, c in colours.items()}


def _written(part: list[tuple[Atom, Fraction]], labels: list[Index]) -> Labelled:
    """Write the factors with labels in the place of summed indices, each in its least form, sorted."""
    places: dict[Place, Place] = {i: Bound(k, i.dim) for k, i in enumerate(labels)}
    sign, lines = 1, []
    for atom, e in part:
        moved = atom.at(places) if places else atom
        args, own = least(moved)
        if own < 0 and e.denominator != 1:
            args, own = moved.args, 1
        if own == 0:
            return 0, "", [], []
        sign *= own if e.numerator % 2 else 1
        atom = Atom(atom.kind, atom.data, args, atom.inside, atom.symmetry)  # noqa: PLW2901 - the same, written least
        lines.append((f"{atom.key}^{e}({','.join(map(place_key, args))})", atom, e))
    lines.sort(key=lambda line: line[0])
    return sign, "*".join(line[0] for line in lines), [(a, e) for _, a, e in lines], labels


def least(atom: Atom) -> tuple[tuple[Place, ...], int]:
    """Return the arguments in the least order that the atom's symmetry allows, and the sign; 0 where it vanishes."""
    if not atom.symmetry:
        return atom.args, 1
    forms = [
        (tuple(map(place_key, (args := tuple(atom.args[k] for k in perm)))), args, sign) for perm, sign in atom.symmetry
    ]
    first = min(form[0] for form in forms)
    same = [form for form in forms if form[0] == first]
    return same[0][1], 0 if len({form[2] for form in same}) > 1 else same[0][2]
