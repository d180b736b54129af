"""Rules for brackets ``[k == i + s]`` of parts of axes: which meet, which never do, which are summed away."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.nodes import Dim, Fixed
from symbolic.tensors.polynomial import Raw
from symbolic.tensors.sizes import Size, fixed_at, of_dim, read, whole_size
from symbolic.tensors.terms import Atom, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ONE = Fraction(1)
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
    for k, i, s in _views(atom):
        after = _met(raw, atom, (k, i, s))
        if after is None and k in raw.sums:
            after = _summed(raw, atom, (k, i, s))
        if after is not None:
            return after
    return None


def _views(atom: Atom) -> Iterator[View]:
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
        for l, j, t in _views(other):
            if l != k or i == j:
                continue
            both = shift_atoms(i, j, t.minus(s))
            if both is None:
                return []
            if s == t and i.dim == j.dim:
                return [_with(raw, (other,), both)]
            alone = k in raw.sums and sum(k in a.args for a in raw.factors) == 2
            if alone and (_surely_holds(s, of_dim(i.dim), k.dim) or _surely_holds(t, of_dim(j.dim), k.dim)):
                return [_with(raw, (atom, other), both, k)]
    return None


def _summed(raw: Raw, atom: Atom, view: View) -> list[Raw] | None:
    """``sum_k [k == i + s] = 1`` and ``sum_k [k == i + s] k = i + s``, where ``i + s`` is on the axis of k."""
    k, i, s = view
    others = [a for a in raw.factors if a != atom and k in a.args]
    if not _surely_holds(s, of_dim(i.dim), k.dim):
        return None
    if not others:
        return [_with(raw, (atom,), (), k)]
    if len(others) == 1 and others[0].kind == "pos" and raw.factors[others[0]] == 1:
        rest = _with(raw, (atom, others[0]), (), k)
        return [rest.times(part) for part in (Raw(ONE, {Atom("pos", "", (i,)): ONE}), *size_raws(s))]
    return None


__all__ = ["delta_atom", "shift_atoms", "shifted", "size_raws", "where"]
