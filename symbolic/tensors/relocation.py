"""Places as numbers, under a bracket: where ``[k == i + s]`` stands, the number k is ``i + s``, in functions too."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.build import BUILDERS, bound_of, inside_at, own_count, single
from symbolic.tensors.nodes import Fixed
from symbolic.tensors.rules import finish, multiply
from symbolic.tensors.shifts import size_raws, views
from symbolic.tensors.terms import Atom

if TYPE_CHECKING:
    from symbolic.tensors.polynomial import Poly, Raw
    from symbolic.tensors.terms import Place

ONE = Fraction(1)


def relocated(raw: Raw) -> list[Raw] | None:
    """Say a summed place by another one, where only its number counts."""
    for atom, e in raw.factors.items():
        if atom.kind != "shift" or e != 1:
            continue
        for k, i, s in views(atom):
            using = [a for a in raw.factors if a != atom and k in a.args]
            if k not in raw.sums or isinstance(i, Fixed) or not using or not all(_counts_only(a, k) for a in using):
                continue
            number = single(Atom("pos", "", (i,))).plus(finish(size_raws(s)))
            parts = multiply(*(_said(a, raw.factors[a], k, number) for a in using))
            return [raw.without(*using).times(part) for part in parts.raws()]
    return None


def _counts_only(atom: Atom, k: Place) -> bool:
    """Whether a place counts in an atom by its number alone."""
    if k not in atom.args or atom.kind == "pos":
        return True
    if atom.inside is None or k in atom.args[own_count(atom) :]:
        return False
    return all(_counts_only(a, k) for raw in inside_at(atom, dict(bound_of(atom))) for a in raw.factors)


def _said(atom: Atom, e: Fraction, k: Place, number: Poly) -> Poly:
    """Return a power of an atom with a number in the place of k."""
    if k not in atom.args:
        return single(atom, e)
    if atom.kind == "pos":
        return BUILDERS["power"](number, (e,), ())
    bound = bound_of(atom)
    inside = finish(part for raw in inside_at(atom, dict(bound)) for part in _within(raw, k, number).raws())
    if atom.kind == "E":
        return BUILDERS["exp"](inside.scaled(e), (), ())
    new = (
        inside if atom.kind == "P" else BUILDERS[atom.kind](inside, atom.args[own_count(atom) :], tuple(bound.values()))
    )
    return BUILDERS["power"](new, (e,), ())


def _within(raw: Raw, k: Place, number: Poly) -> Poly:
    using = [a for a in raw.factors if k in a.args]
    parts = multiply(*(_said(a, raw.factors[a], k, number) for a in using)) if using else None
    rest = raw.without(*using)
    return finish([rest] if parts is None else [rest.times(part) for part in parts.raws()])
