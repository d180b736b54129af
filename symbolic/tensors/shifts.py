"""Rules for brackets ``[k == i + s]`` of parts of axes: which meet, which never do, which are summed away."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.nodes import Dim, Fixed, fixed
from symbolic.tensors.polynomial import Raw
from symbolic.tensors.sizes import Size, fixed_at, of_dim, read, whole_size
from symbolic.tensors.terms import Atom, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ONE = Fraction(1)
MOST_ENDS = 4
"""So many places at the ends of an axis are told apart."""

SWAP = (((0, 1), 1), ((1, 0), 1))
View = tuple[Place, Place, Size]
"""``k, i, s`` of ``[k == i + s]``."""


def delta_atom(a: Place, b: Place) -> Atom:
    """Return Kronecker's delta as an atom."""
    return Atom("delta", "", (a, b), None, SWAP)


def size_raws(size: Dim | Size) -> list[Raw]:
    """Return a size as terms: its names and its offset."""
    size = of_dim(size) if isinstance(size, Dim) else size
    named = [Raw(Fraction(c), {Atom("size", name): ONE}) for name, c in size.counts]
    return named + ([Raw(Fraction(size.offset), {})] if size.offset else [])


def where(place: Fixed) -> Size:
    """Return a fixed place as a size, counted from the start."""
    value = whole_size(place.value)
    return value if place.value >= 0 else of_dim(place.dim).plus(value)


def shift_atoms(a: Place, b: Place, shift: Size) -> list[Atom] | None:
    """Return the factors of ``[a == b + shift]``, none where it always holds; None where it never does."""
    if isinstance(a, Fixed) or isinstance(b, Fixed):
        return _at_fixed(a, b, shift)
    if a == b:
        never = shift.number not in (0, None)
        return None if never else [] if shift.number == 0 else [_oriented(a, b, shift)]
    if shift.number == 0 and a.dim == b.dim:
        return [delta_atom(a, b)]
    if shift.minus(of_dim(a.dim)).is_nonnegative or whole_size(0).minus(of_dim(b.dim)).minus(shift).is_nonnegative:
        return None
    return [_oriented(a, b, shift)]


def _at_fixed(a: Place, b: Place, shift: Size) -> list[Atom] | None:
    if isinstance(a, Fixed) and isinstance(b, Fixed):
        gap = where(a).minus(where(b)).minus(shift)
        if gap.number == 0:
            return []
        return None if _is_off(gap) else [_oriented(a, b, shift)]
    other, place = (b, where(a).minus(shift)) if isinstance(a, Fixed) else (a, where(b).plus(shift))  # type: ignore[arg-type]  # one is fixed
    if not _may_hold(place, other.dim):
        return None
    found = fixed_at(place, other.dim)
    if found is None or not _surely_holds(place, whole_size(1), other.dim):
        return [_oriented(a, b, shift)]
    return [delta_atom(other, found)]


def _is_off(gap: Size) -> bool:
    """Whether a difference is never 0."""
    return gap.plus(whole_size(-1)).is_nonnegative or whole_size(-1).minus(gap).is_nonnegative


def _may_hold(place: Size, dim: Dim) -> bool:
    """Whether a place may be one of the axis."""
    below, beyond = whole_size(-1).minus(place), place.minus(of_dim(dim))
    return not (below.is_nonnegative or beyond.is_nonnegative)


def _surely_holds(begin: Size, count: Size, dim: Dim) -> bool:
    """Whether `count` places from `begin` on are all on the axis."""
    return begin.is_nonnegative and of_dim(dim).minus(begin).minus(count).is_nonnegative


def _oriented(a: Place, b: Place, shift: Size) -> Atom:
    """Write the bracket so that the shift is positive, or that the longer axis comes first."""
    back = whole_size(0).minus(shift)
    if shift.number == 0:
        longer = of_dim(a.dim).minus(of_dim(b.dim))
        forward = longer.is_nonnegative or (not whole_size(0).minus(longer).is_nonnegative and str(a.dim) >= str(b.dim))
    else:
        forward = shift.is_nonnegative or (not back.is_nonnegative and str(shift) >= str(back))
    return Atom("shift", str(shift), (a, b)) if forward else Atom("shift", str(back), (b, a))


# -- rules ----------------------------------------------------------------------------------------------------


def shifted(raw: Raw, atom: Atom) -> list[Raw] | None:
    """Decide a bracket at fixed places, let it meet another at the same place, or sum it away."""
    a, b = atom.args
    size = read(atom.data)
    anew = shift_atoms(a, b, size)
    if anew != [atom]:
        return [] if anew is None else [_with(raw, (atom,), anew)]
    for k, i, s in views(atom):
        after = _met(raw, atom, (k, i, s))
        if after is None and k in raw.sums:
            after = _summed(raw, atom, (k, i, s))
        if after is not None:
            return after
    return None


def views(atom: Atom) -> Iterator[View]:
    """Yield the two ways to read a bracket."""
    a, b = atom.args
    size = read(atom.data)
    yield a, b, size
    yield b, a, whole_size(0).minus(size)


def _with(raw: Raw, gone: Sequence[Atom], new: Sequence[Atom], summed: Place | None = None) -> Raw:
    rest = raw.without(*gone)
    rest = Raw(rest.coefficient, rest.factors, tuple(i for i in rest.sums if i != summed))
    for atom in new:
        rest = rest.times(Raw(ONE, {atom: ONE}))
    return rest


def _met(raw: Raw, atom: Atom, view: View) -> list[Raw] | None:
    """Two brackets at one place: their other places are each other's, shifted by the difference."""
    k, i, s = view
    for other in raw.factors:
        if other == atom or other.kind != "shift" or raw.factors[other] != 1:
            continue
        for l, j, t in views(other):
            if l != k or i == j:
                continue
            both = shift_atoms(i, j, t.minus(s))
            if both is None:
                return []
            if s == t and i.dim == j.dim:
                return [_with(raw, (other,), both)]
            alone = k in raw.sums and sum(k in a.args for a in raw.factors) == 2
            if alone and _is_implied(k, (i, s), (j, t)):
                return [_with(raw, (atom, other), both, k)]
    return None


def _is_implied(k: Place, first: tuple[Place, Size], second: tuple[Place, Size]) -> bool:
    """Whether ``i + s == j + t`` is always a place on the axis of k: one keeps it from the start, one from the end."""
    axis = of_dim(k.dim)
    begins = [s.is_nonnegative for _, s in (first, second)]
    ends = [axis.minus(of_dim(i.dim)).minus(s).is_nonnegative for i, s in (first, second)]
    return any(begins) and any(ends)


def _summed(raw: Raw, atom: Atom, view: View) -> list[Raw] | None:
    """``sum_k [k == i + s] = 1`` and ``sum_k [k == i + s] k = i + s``, where ``i + s`` is on the axis of k."""
    k, i, s = view
    others = [a for a in raw.factors if a != atom and k in a.args]
    if not _surely_holds(s, of_dim(i.dim), k.dim):
        return None if others else _but_for_ends(raw, atom, (k, i, s))
    if not others:
        return [_with(raw, (atom,), (), k)]
    if len(others) == 1 and others[0].kind == "pos" and raw.factors[others[0]] == 1:
        rest = _with(raw, (atom, others[0]), (), k)
        return [rest.times(part) for part in (Raw(ONE, {Atom("pos", "", (i,)): ONE}), *size_raws(s))]
    return None


def _but_for_ends(raw: Raw, atom: Atom, view: View) -> list[Raw] | None:
    """``sum_k [k == i + s]`` is 1 but for some places i at the ends of its axis, where there are few."""
    k, i, s = view
    beyond = of_dim(i.dim).minus(of_dim(k.dim)).plus(s).number
    if s.number is None or beyond is None or max(-s.number, 0) + max(beyond, 0) > MOST_ENDS or isinstance(i, Fixed):
        return None
    ends = [*range(-s.number), *range(-beyond, 0)]
    rest = _with(raw, (atom,), (), k)
    outside = [rest.times(Raw(-ONE, {delta_atom(i, fixed(place, i.dim)): ONE})) for place in ends]
    return [rest, *outside]


def is_everywhere(atom: Atom, summed: Place) -> bool:
    """Whether a bracket holds at some place of the summed index, whatever the other one is."""
    for k, i, s in views(atom):
        if k == summed:
            return _surely_holds(s, of_dim(i.dim), k.dim)
    return False


__all__ = ["delta_atom", "is_everywhere", "shift_atoms", "shifted", "size_raws", "views", "where"]
