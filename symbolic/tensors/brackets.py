"""Brackets in normal form: where an entry is 0, where a part of an axis begins.

An entry that is analytic in its variables, and not 0 whatever they are, is 0 only where two of its indices meet, off a
set that no difference quotient sees. Of every other entry, the bracket stays as it is.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.errors import SymbolicError
from symbolic.tensors.build import BUILDERS, made, single
from symbolic.tensors.facts import FACTS
from symbolic.tensors.functions import BRACKETS, is_outer, with_brackets, with_signs
from symbolic.tensors.nodes import Fixed, Index
from symbolic.tensors.polynomial import Poly, Raw, constant
from symbolic.tensors.relocation import relocated
from symbolic.tensors.rules import RULES, finish, multiply
from symbolic.tensors.selection import permuted, selected
from symbolic.tensors.shifts import is_everywhere, shift_atoms
from symbolic.tensors.sizes import Size, whole_size
from symbolic.tensors.sizes import made as made_size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symbolic.tensors.terms import Atom, Place, Term

ONE = Fraction(1)
FREELY = frozenset(("symmetric", "antisymmetric", "definite", "invertible", "positive", "diagonal"))
"""What may be said of a tensor whose entries still move freely, but for those that are alike."""

DISCRETE = frozenset(("idempotent", "one-hot", "signs", "whole", "labels"))
STEPPED = frozenset(("sgn", "sgnprod", "sgnpow", "max", "floor", *BRACKETS))
MOST_PLACES = 6


def zero(poly: Poly) -> Poly:
    """Return the bracket ``[p == 0]``."""
    number = poly.number()
    if number is not None:
        return constant(int(number == 0))
    found = _places(poly)
    if found is not None:
        return bracket(*found)
    for split in (with_signs, with_brackets):
        parted = split(zero, poly)
        if parted is not None:
            return parted
    known = _of_labels(poly) or selected(poly)
    if known is not None:
        return known
    opaque, meeting = _opaque(poly), _meeting(poly) if is_generic(poly) else None
    return opaque if meeting is None or not _is_believed(opaque, poly, meeting) else meeting


def _opaque(poly: Poly) -> Poly:
    _, atom, _ = made("zero", poly, scale="full")
    return single(atom)


BELIEFS: dict[tuple[str, str], bool] = {}
MOST_BELIEFS = 5000


def _is_believed(opaque: Poly, poly: Poly, meeting: Poly) -> bool:
    """Whether no random point of small sizes refutes that the entry is 0 only where places meet."""
    from symbolic.tensors.sampled import is_0_only_at  # noqa: PLC0415 - it evaluates what is made here
    from symbolic.tensors.simplify import restored  # noqa: PLC0415 - likewise

    ((atom, _),) = next(iter(opaque.terms.values()))[1].factors
    facts = FACTS.get().of
    key = (
        f"{atom.data} {[str(p.dim) for p in atom.args]}",
        str(sorted((name, sorted(f)) for name, f in facts.items())),
    )
    if key not in BELIEFS:
        if len(BELIEFS) >= MOST_BELIEFS:
            BELIEFS.clear()
        try:
            BELIEFS[key] = is_0_only_at(restored(poly), restored(meeting), facts)
        except (SymbolicError, RecursionError, KeyError):
            BELIEFS[key] = False
    return BELIEFS[key]


def bracket(a: Place, b: Place, shift: Size) -> Poly:
    """Return ``[a == b + shift]``."""
    factors = shift_atoms(a, b, shift)
    return Poly() if factors is None else finish([Raw(ONE, dict.fromkeys(factors, ONE))])


def _places(poly: Poly) -> tuple[Place, Place, Size] | None:
    """Read ``a - b - size`` or ``a - size``, for places a and b."""
    signs: dict[Fraction, list[Place]] = {ONE: [], -ONE: []}
    counts: dict[str, Fraction] = {}
    offset = Fraction(0)
    for c, term in poly.terms.values():
        kinds = [(atom, e) for atom, e in term.factors]
        if not kinds:
            offset = c
        elif len(kinds) == 1 and kinds[0][0].kind == "size" and kinds[0][1] == 1:
            counts[kinds[0][0].data] = c
        elif len(kinds) == 1 and kinds[0][0].kind == "pos" and kinds[0][1] == 1 and not term.sums and c in signs:
            signs[c].append(kinds[0][0].args[0])
        else:
            return None
    first, second = signs[ONE], signs[-ONE]
    if max(len(first), len(second)) != 1 or any(c.denominator != 1 for c in (offset, *counts.values())):
        return None
    size = made_size({name: int(c) for name, c in counts.items()}, int(offset))
    if not first:
        first, second, size = second, first, whole_size(0).minus(size)
    size = whole_size(0).minus(size)
    if second:
        return first[0], second[0], size
    return first[0], Fixed(0, first[0].dim), size


def _of_labels(poly: Poly) -> Poly | None:
    """Return ``1 - y`` for entries that are 0 or 1, and 0 for those that are 1 or -1."""
    if len(poly.terms) != 1:
        return None
    ((_, term),) = poly.terms.values()
    if len(term.factors) != 1 or term.sums:
        return None
    atom, e = term.factors[0]
    facts = FACTS.get()
    if atom.kind != "var" or e < 0:
        return None
    if facts.has(atom.data, "idempotent"):
        return constant(1).plus(single(atom, 1, -1))
    return Poly() if facts.has(atom.data, "signs") else None


# -- entries that are 0 almost nowhere --------------------------------------------------------------------------


def is_generic(poly: Poly) -> bool:
    """Whether an entry is analytic in variables that move freely, and really depends on them."""
    if not all(_is_analytic(atom, term) for _, term in poly.terms.values() for atom, _ in term.factors):
        return False
    moving = [_moving(term) for _, term in poly.terms.values()]
    discrete = [_has_discrete(term) for _, term in poly.terms.values()]
    # a term that no label touches, and whose variables are its alone, is there whatever the labels are
    return any(key and not d and moving.count(key) == 1 for key, d in zip(moving, discrete, strict=True))


def _is_analytic(atom: Atom, term: Term) -> bool:
    if atom.kind == "shift":
        return any(is_everywhere(atom, i) for i in atom.args if i in term.sums)
    if atom.kind in STEPPED:
        return False
    if atom.kind == "var":
        return FACTS.get().of.get(atom.data, frozenset()) <= FREELY or _is_discrete(atom)
    return atom.inside is None or all(_is_analytic(a, t) for _, t in atom.inside.terms.values() for a, _ in t.factors)


def _is_discrete(atom: Atom) -> bool:
    return atom.kind == "var" and any(FACTS.get().has(atom.data, fact) for fact in DISCRETE)


def _has_discrete(term: Term) -> bool:
    """Whether some value of a label makes the term vanish, or may do so."""
    return any(
        _inside_discrete(atom) or (_is_discrete(atom) and not _never_vanishes(atom, term)) for atom, _ in term.factors
    )


def _never_vanishes(atom: Atom, term: Term) -> bool:
    """Whether a label is 1 or -1, once for every entry that moves."""
    moving = {p for a, _ in term.factors if _moves(a) for p in a.args}
    return FACTS.get().has(atom.data, "signs") and all(p in moving for p in atom.args if p in term.sums)


def _inside_discrete(atom: Atom) -> bool:
    return atom.inside is not None and any(
        _is_discrete(a) or _inside_discrete(a) for _, t in atom.inside.terms.values() for a, _ in t.factors
    )


def _moving(term: Term) -> str:
    """Return what of a term moves with the variables, as text; nothing where it is a number."""
    parts = [f"{a.key}{a.args}^{e}" for a, e in term.factors if _moves(a)]
    return " ".join(sorted(parts))


def _moves(atom: Atom) -> bool:
    if atom.kind == "var":
        return not _is_discrete(atom)
    return atom.inside is not None and any(_moves(a) for _, t in atom.inside.terms.values() for a, _ in t.factors)


def _meeting(poly: Poly) -> Poly | None:
    """Return where an entry vanishes because places meet, told by pairs of them; None where that is not all."""
    places = sorted(poly.places, key=lambda p: (isinstance(p, Index), getattr(p, "number", 0), str(p)))
    groups = [[p for p in places if p.dim == dim] for dim in dict.fromkeys(p.dim for p in places)]
    if any(len(group) > MOST_PLACES for group in groups):
        return None
    pairs = [pair for group in groups for pair in itertools.combinations(group, 2)]
    met = {pair: finish(poly.raws({pair[1]: pair[0]})) for pair in pairs if isinstance(pair[1], Index)}
    vanishing = [pair for pair, rest in met.items() if not rest]
    if any(_vanishes_together(poly, group, vanishing) for group in groups) or _ends_meet(poly, pairs):
        return None
    apart = [constant(1).plus(bracket(a, b, whole_size(0)).scaled(-ONE)) for a, b in vanishing]
    return constant(1).plus(multiply(*apart).scaled(-ONE)) if apart else Poly()


def _ends_meet(poly: Poly, pairs: list[tuple[Place, Place]]) -> bool:
    """Whether the entry vanishes where the axis is so short that its first and last places are one."""
    fixed = [(a, b) for a, b in pairs if isinstance(a, Fixed) and isinstance(b, Fixed)]
    return any(not finish(poly.raws({b: a})) for a, b in fixed)


def _vanishes_together(poly: Poly, group: list[Place], pairs: list[tuple[Place, Place]]) -> bool:
    """Whether the entry vanishes where several places meet that do not make it vanish two by two."""
    return any(
        not finish(poly.raws(merging))
        for parts in _partitions(group)
        for merging in [{p: part[0] for part in parts for p in part[1:]}]
        if len(merging) > 1 and not any(_together(pair, parts) for pair in pairs)
    )


def _together(pair: tuple[Place, Place], parts: list[list[Place]]) -> bool:
    return any(set(pair) <= set(part) for part in parts)


def _partitions(group: list[Place]) -> Iterator[list[list[Place]]]:
    """Yield the ways to let places meet: of each part at most the first one is fixed."""
    if not group:
        yield []
        return
    first, rest = group[0], group[1:]
    for parts in _partitions(rest):
        yield [[first], *parts]
        for k, part in enumerate(parts):
            if all(isinstance(p, Index) for p in part):
                yield [*parts[:k], [first, *part], *parts[k + 1 :]]


RULES.extend([permuted, relocated])
BUILDERS["zero"] = lambda poly, _, __: zero(poly)

__all__ = ["bracket", "is_generic", "is_outer", "zero"]
