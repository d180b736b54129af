"""Brackets in normal form: where an entry is 0, where a part of an axis begins."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.build import BUILDERS, made, single
from symbolic.tensors.nodes import Fixed
from symbolic.tensors.polynomial import Poly, Raw, constant
from symbolic.tensors.rules import finish
from symbolic.tensors.shifts import shift_atoms
from symbolic.tensors.sizes import Size, whole_size
from symbolic.tensors.sizes import made as made_size

if TYPE_CHECKING:
    from symbolic.tensors.terms import Place

ONE = Fraction(1)


def zero(poly: Poly) -> Poly:
    """Return the bracket ``[p == 0]``; of places less a size, the one that tells where a part of an axis begins."""
    number = poly.number()
    if number is not None:
        return constant(int(number == 0))
    found = _places(poly)
    if found is not None:
        return bracket(*found)
    _, atom, _ = made("zero", poly, scale="full")
    return single(atom)


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


BUILDERS["zero"] = lambda poly, _, __: zero(poly)
