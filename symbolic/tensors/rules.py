"""The rules that bring a term to normal form: deltas contracted, powers reduced, inverses met by their matrices."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.build import BUILDERS, bound_of, inside_at, is_nonnegative, own_count
from symbolic.tensors.facts import FACTS
from symbolic.tensors.nodes import Fixed, Index
from symbolic.tensors.polynomial import Poly, Raw, TooLarge, collected
from symbolic.tensors.relations import related
from symbolic.tensors.shifts import delta_atom, shifted, size_raws, where
from symbolic.tensors.spectra import spectral_sums
from symbolic.tensors.terms import Atom, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_STEPS = 25_000
"""The most rewriting steps of one proof, each counted by its factors: beyond, nothing is proved.

Counted, not timed, so that every run says the same.
"""

ONE = Fraction(1)


def finish(raws: Iterable[Raw]) -> Poly:
    """Apply the rules until none fits, then collect.

    Raises
    ------
    TooLarge
        That takes more steps than are tried.
    """
    waiting, done = list(raws), []
    facts = FACTS.get()
    while waiting:
        raw = waiting.pop()
        if not raw.coefficient:
            continue
        after = _step(raw)
        if after is None:
            done.append(raw)
        else:
            waiting.extend(after)
        facts.steps += 1 + len(raw.factors)
        if facts.steps > MOST_STEPS:
            raise TooLarge(f"more than {MOST_STEPS} rewriting steps")
    return collected(done)


def multiply(*polys: Poly) -> Poly:
    """Return the product of polynomials."""
    result: Poly | None = None
    for poly in polys:
        if result is None:
            result = poly
        else:
            result = finish(left.times(right) for left in result.raws() for right in poly.raws())
    return result if result is not None else Poly()


def summed(poly: Poly, over: Iterable[Index]) -> Poly:
    """Return the sum over free indices."""
    over = tuple(over)
    return finish(Raw(r.coefficient, r.factors, r.sums + over) for r in poly.raws())


def _step(raw: Raw) -> list[Raw] | None:
    for rule in RULES:
        after = rule(raw)
        if after is not None:
            return after
    return None


# -- deltas and brackets --------------------------------------------------------------------------------------


def _contract(raw: Raw) -> list[Raw] | None:
    for atom in raw.factors:
        a, b = atom.args if len(atom.args) == 2 else (None, None)
        if atom.kind == "delta":
            after = _decided(raw, atom, a, b)  # type: ignore[arg-type]  # a delta has two positions
        elif atom.kind in ("shift", "mirror", "cyc"):
            after = shifted(raw, atom) if atom.kind == "shift" else turned(raw, atom)
        else:
            continue
        if after is not None:
            return after
    return None


def _decided(raw: Raw, atom: Atom, a: Place, b: Place) -> list[Raw] | None:
    rest = raw.without(atom)
    if a == b:
        return [rest]
    if a.dim != b.dim:
        return None
    for old, new in ((a, b), (b, a)):
        if old in raw.sums:
            kept = tuple(i for i in raw.sums if i != old)
            return [Raw(rest.coefficient, rest.factors, kept).at({old: new})]
    if isinstance(a, Fixed) and isinstance(b, Fixed):
        return [] if (a.value < 0) == (b.value < 0) else None
    # both are free: the later one gives way in the other factors
    old, new = sorted((a, b), key=lambda p: (isinstance(p, Index), getattr(p, "number", 0)), reverse=True)
    if isinstance(old, Index) and any(old in f.args for f in rest.factors):
        moved = rest.at({old: new})
        return [moved.times(Raw(ONE, {atom: ONE}))]
    return None


def turned(raw: Raw, atom: Atom) -> list[Raw] | None:
    """Sum a mirrored or turned index away where it meets only another such bracket, or an order of mirrored ones."""
    for k in atom.args:
        if k not in raw.sums or atom.args[0] == atom.args[1]:
            continue
        others = [a for a in raw.factors if a is not atom and k in a.args]
        kept = Raw(raw.coefficient, raw.without(atom).factors, tuple(j for j in raw.sums if j != k))
        if not others:
            return [kept]
        if len(others) == 1 and others[0].kind == atom.kind and others[0].args[0] != others[0].args[1]:
            return [kept.without(others[0]).times(Raw(ONE, {_composed(atom, others[0], k): ONE}))]
        if len(others) == 1 and atom.kind == "mirror" and others[0].kind == "pos" and raw.factors[others[0]] == 1:
            i = atom.args[1] if atom.args[0] == k else atom.args[0]
            place = Raw(-ONE, {Atom("pos", "", (i,)): ONE})
            return [kept.without(others[0]).times(part) for part in (place, Raw(-ONE, {}), *size_raws(i.dim))]
        if len(others) == 1 and atom.kind == "mirror" and others[0].kind == "ord":
            after = _mirrored_order(raw, atom, k, others[0])
            if after is not None:
                return [Raw(after.coefficient, after.without(atom).factors, kept.sums)]
    return None


def _composed(one: Atom, other: Atom, k: Place) -> Atom:
    i, j = (a.args[1] if a.args[0] == k else a.args[0] for a in (one, other))
    if one.kind == "mirror":
        return delta_atom(i, j)
    # k = i + s and k = j + t, so that i = j + t - s
    s, t = (int(a.data) if a.args[0] == k else -int(a.data) for a in (one, other))
    return cyclic_atom(i, j, t - s)


def cyclic_atom(a: Place, b: Place, shift: int) -> Atom:
    """Return ``[a ≡ b + shift mod n]`` as an atom."""
    if shift == 0:
        return delta_atom(a, b)
    return Atom("cyc", str(shift), (a, b)) if shift > 0 else Atom("cyc", str(-shift), (b, a))


def _mirrored_order(raw: Raw, atom: Atom, k: Place, order: Atom) -> Raw | None:
    """``sgn(l - k)`` of two mirrored indices is that of what they mirror, the other way round."""
    i = atom.args[1] if atom.args[0] == k else atom.args[0]
    l = order.args[1] if order.args[0] == k else order.args[0]
    for partner in raw.factors:
        if (
            partner.kind == "mirror"
            and partner is not atom
            and l in partner.args
            and partner.args[0] != partner.args[1]
        ):
            m = partner.args[1] if partner.args[0] == l else partner.args[0]
            return raw.without(order).times(Raw(ONE, {order.at({k: m, l: i}): ONE}))
    return None


def _count(raw: Raw) -> list[Raw] | None:
    """Sum what does not depend on an index, or only on its order to one other."""
    for i in raw.sums:
        using = [a for a in raw.factors if i in a.args]
        rest = Raw(raw.coefficient, raw.factors, tuple(j for j in raw.sums if j != i))
        if not using:
            return [rest.times(size) for size in size_raws(i.dim)]
        if len(using) == 1 and using[0].kind == "ord" and raw.factors[using[0]] == 1:
            return _ranked(rest.without(using[0]), using[0], i)
    return None


def _ranked(rest: Raw, atom: Atom, i: Index) -> list[Raw] | None:
    """``sum_a sgn(b - a) = 2 b - n + 1``."""
    a, b = atom.args
    other, sign = (b, 1) if a == i else (a, -1)
    if other.dim != i.dim:
        return None
    place = Raw(Fraction(2 * sign), {Atom("pos", "", (other,)): ONE})
    sizes = [size.scaled(Fraction(-sign)) for size in size_raws(i.dim)]
    return [rest.times(part) for part in (place, *sizes, Raw(Fraction(sign), {}))]


# -- atoms and exponents --------------------------------------------------------------------------------------


def _renew(raw: Raw) -> list[Raw] | None:
    """Make an atom anew whose arguments have come to coincide or are fixed."""
    for atom, e in raw.factors.items():
        if atom.kind == "pos" and isinstance(atom.args[0], Fixed):
            return _replaced(raw, atom, BUILDERS["power"](collected(size_raws(where(atom.args[0]))), (e,), ()))
        own = atom.args[: own_count(atom)] if atom.inside is not None else ()
        if atom.inside is not None and (len(set(own)) < len(own) or any(isinstance(p, Fixed) for p in own)):
            return _replaced(raw, atom, _again(atom, e))
    return None


def _again(atom: Atom, e: Fraction) -> Poly:
    bound = bound_of(atom)
    inside = finish(inside_at(atom, bound))
    if atom.kind in ("P", "E"):
        return BUILDERS["power" if atom.kind == "P" else "exp"](
            inside if atom.kind == "P" else inside.scaled(e), (e,), ()
        )
    new = BUILDERS[atom.kind](inside, atom.args[own_count(atom) :], tuple(bound.values()))
    return BUILDERS["power"](new, (e,), ())


def _replaced(raw: Raw, atom: Atom, poly: Poly) -> list[Raw]:
    rest = raw.without(atom)
    return [rest.times(part) for part in poly.raws()]


def _exponents(raw: Raw) -> list[Raw] | None:  # noqa: PLR0911 - a case a line
    for atom, e in raw.factors.items():
        if atom.kind in ("sgn", "sgnprod", "sgnpow") and not 0 <= e < 2:
            return _even_sign(raw, atom, e)
        if atom.kind in ("delta", "shift", "le", "zero", "mirror", "cyc") and e != 1:
            return [_with(raw, atom, ONE)]
        if atom.kind == "ord" and e == 2:
            a, b = atom.args
            rest = raw.without(atom)
            return [rest, rest.times(Raw(-ONE, {delta_atom(a, b): ONE}))]
        if atom.kind == "num" and not 0 < e < 1:
            whole = math.floor(e)
            return [_with(raw, atom, e - whole).scaled(Fraction(int(atom.data)) ** whole)]
        if atom.kind == "P" and e >= 1:
            power = _again(atom, Fraction(math.floor(e)))
            return [_with(raw, atom, e - math.floor(e)).times(part) for part in power.raws()]
        if atom.kind == "sin" and e.denominator == 1 and e >= 2:
            cos = Atom("cos", atom.data, atom.args, atom.inside)
            lower = _with(raw, atom, e - 2)
            return [lower, lower.times(Raw(-ONE, {cos: Fraction(2)}))]
    return None


def _even_sign(raw: Raw, atom: Atom, e: Fraction) -> list[Raw]:
    """``sgn(p)**2 = 1``, but for the places where p is 0; below a line, p is not 0."""
    rest = _with(raw, atom, e % 2)
    if atom.kind != "sgn" or e < 0 or e % 2:
        return [rest]
    nowhere = BUILDERS["zero"](finish(inside_at(atom, {})), (), ())
    return [rest, *(rest.times(part).scaled(-ONE) for part in nowhere.raws())]


def _with(raw: Raw, atom: Atom, e: Fraction) -> Raw:
    factors = {a: x for a, x in raw.factors.items() if a != atom}
    if e:
        factors[atom] = e
    return Raw(raw.coefficient, factors, raw.sums)


def ordered_signs(raw: Raw) -> list[Raw] | None:
    """``sgn(p) sgn(q) = 1 + sgn(q) − sgn(p)`` where ``p − q`` is positive: thresholds of one quantity."""
    signs = [a for a, e in raw.factors.items() if a.kind == "sgn" and e == 1]
    for k, p in enumerate(signs):
        for q in signs[k + 1 :]:
            for one, other in ((p, q), (q, p)):
                if set(one.args) == set(other.args) and _exceeds(one, other):
                    rest = raw.without(one, other)
                    return [rest, rest.times(Raw(ONE, {other: ONE})), rest.times(Raw(-ONE, {one: ONE}))]
    return None


def _exceeds(one: Atom, other: Atom) -> bool:
    gap = finish([*inside_at(one, {}), *(r.scaled(-ONE) for r in inside_at(other, {}))])
    return bool(gap) and len(gap.terms) == 1 and is_nonnegative(gap)


def _vectors(raw: Raw) -> list[Raw] | None:
    """Use what is known of entries: ``y**2 = y`` or 1, and of vectors: ``sum(y) = 1``, ``sum(y**2) = 1``."""
    facts = FACTS.get()
    for atom, e in raw.factors.items():
        if atom.kind != "var":
            continue
        if facts.has(atom.data, "idempotent") and e.denominator == 1 and e > 1:
            return [_with(raw, atom, ONE)]
        if facts.has(atom.data, "signs") and (e > 1 or e < 0) and e.denominator == 1:
            return [_with(raw, atom, e % 2)]
        if atom.args and (after := _along(raw, atom, e)) is not None:
            return after
    return None


def _along(raw: Raw, atom: Atom, e: Fraction) -> list[Raw] | None:
    facts = FACTS.get()
    i = atom.args[-1]
    alone = isinstance(i, Index) and i in raw.sums and sum(a.args.count(i) for a in raw.factors) == 1
    kept = Raw(raw.coefficient, raw.without(atom).factors, tuple(j for j in raw.sums if j != i))
    if alone and (
        (e == 1 and facts.has(atom.data, "sums to 1") and not facts.has(atom.data, "merged"))
        or (e == 2 and facts.has(atom.data, "unit") and len(atom.args) == 1 and not facts.has(atom.data, "merged"))
    ):
        return [kept]
    if facts.has(atom.data, "one-hot") and not facts.has(atom.data, "merged"):
        for other in raw.factors:
            if other != atom and other.kind == "var" and other.data == atom.data and other.args[:-1] == atom.args[:-1]:
                j = other.args[-1]
                return [raw.without(other).times(Raw(ONE, {delta_atom(i, j): ONE}))]
    return None


RULES: list[Callable[[Raw], list[Raw] | None]] = [
    _contract,
    _count,
    _renew,
    _exponents,
    _vectors,
    ordered_signs,
    related,
    spectral_sums,
]
"""In the order in which they are tried; what stands on this module adds its own."""

__all__ = ["RULES", "delta_atom", "finish", "multiply", "size_raws", "summed"]
