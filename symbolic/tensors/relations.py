"""Relations between factors of one term: ``P · P⁻¹ = 1`` and ``A A⁻¹ = I``, by their leading terms.

With ``P = l + rest``, ``l · P^r`` becomes ``P^(r+1) − rest · P^r``, wherever the factors of ``l`` stand in a term,
under a sum or not; and so for a matrix and its inverse. No common denominator is needed for this.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symbolic.tensors.build import bound_of, inside_at, lead, own_count
from symbolic.tensors.facts import FACTS
from symbolic.tensors.polynomial import Raw, multiply_in
from symbolic.tensors.terms import LIGHT, Atom, Place, Slot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from symbolic.tensors.nodes import Index

NUMBERS = frozenset(("size", "num", "const"))
Pattern = list[tuple[Atom, Fraction]]


def related(raw: Raw) -> list[Raw] | None:
    """Apply one relation, if one fits."""
    for atom, e in raw.factors.items():
        after = None
        if atom.kind == "P" and e < 0:
            after = _denominator(raw, atom) or _trailing(raw, atom)
        elif atom.kind in ("inv", "pinv") and e == 1:
            after = _inverse(raw, atom) if atom.kind == "inv" else None
        elif e in (1, 2) and (sides := _orthonormal(atom)):
            after = _orthogonal(raw, atom, sides)
        if after is not None:
            return after
    return None


# -- P · P⁻¹ ---------------------------------------------------------------------------------------------------


def _denominator(raw: Raw, atom: Atom) -> list[Raw] | None:
    if atom.inside is None:
        return None
    c, first = lead(atom.inside)
    terms = inside_at(atom, {})
    number = list(atom.inside.terms.values()).index((c, first))
    leading = terms[number]
    pattern = [(a, x) for a, x in leading.factors.items() if a.kind not in NUMBERS]
    light = {a: x for a, x in leading.factors.items() if a.kind in NUMBERS}
    if not pattern:
        pattern, light = list(leading.factors.items()), {}
    if not pattern or any(x < 0 for _, x in pattern):
        return None
    match = next(_matches(raw, pattern, leading.sums, ()), None)
    if match is None:
        return None
    rest = _taken(raw, pattern, match, leading.sums)
    scale = Raw(1 / leading.coefficient, {a: -x for a, x in light.items()})
    up = rest.times(scale, Raw(Fraction(1), {atom: Fraction(1)}))
    others = [rest.times(scale, t.scaled(Fraction(-1))) for k, t in enumerate(terms) if k != number]
    return [up, *others]


def _trailing(raw: Raw, atom: Atom) -> list[Raw] | None:
    """With ``P = t + u q``, part ``u⁻¹ P^r`` into ``t⁻¹ u⁻¹ P^(r+1) − t⁻¹ q P^r``: partial fractions."""
    terms = inside_at(atom, {})
    if len(terms) < 2:
        return None
    for unit, e in raw.factors.items():
        if e >= 0 or unit.kind not in ("E", "var", "P") or unit == atom:
            continue
        without = [t for t in terms if unit not in t.factors]
        if len(without) != 1 or any(t.factors.get(unit, 1) < 0 for t in terms):
            continue
        last = without[0]
        if last.sums or any(a.kind not in NUMBERS | {"E"} for a in last.factors):
            continue
        scale = Raw(1 / last.coefficient, {a: -x for a, x in last.factors.items()})
        up = raw.times(scale, Raw(Fraction(1), {atom: Fraction(1)}))
        return [up, *(raw.times(scale, t.scaled(Fraction(-1))) for t in terms if t is not last)]
    return None


# -- A A⁻¹ -----------------------------------------------------------------------------------------------------


def _inverse(raw: Raw, atom: Atom) -> list[Raw] | None:
    tail = atom.args[own_count(atom) :]
    if len(tail) != 2:
        return None
    for side in (0, 1):
        met = tail[side]
        if met not in raw.sums or sum(a.args.count(met) for a in raw.factors) < 2 or tail[0] == tail[1]:
            continue
        after = _met(raw, atom, side)
        if after is not None:
            return after
    return None


def _met(raw: Raw, atom: Atom, side: int) -> list[Raw] | None:
    """Contract ``sum_a M[z, a] M⁻¹[a, b]`` (side 0) or ``sum_b M⁻¹[a, b] M[b, z]`` (side 1)."""
    tail = atom.args[own_count(atom) :]
    met, far = tail[side], tail[1 - side]
    bound = bound_of(atom)
    if len(bound) != 2:
        return None
    row, col = bound[Slot(-1, met.dim)], bound[Slot(-2, met.dim)]
    near, wild = (col, row) if side == 0 else (row, col)
    terms = inside_at(atom, bound)
    number = _pure_lead(terms, row, col)
    if number is None:
        return None
    leading = terms[number].at({near: met})
    pattern = [(a, x) for a, x in leading.factors.items() if a.kind not in NUMBERS]
    light = {a: -x for a, x in leading.factors.items() if a.kind in NUMBERS}
    for match in _matches(raw, pattern, leading.sums, (wild,)):
        used = [*(match[a] for a, _ in pattern), atom]
        z = match.get(wild)
        if z is None or z == met or any(met in a.args for a in raw.factors if a not in used):
            continue
        rest = _taken(raw, pattern, match, leading.sums).without(atom)
        kept = tuple(i for i in rest.sums if i != met)
        rest = Raw(rest.coefficient / leading.coefficient, rest.factors, kept).times(Raw(Fraction(1), light))
        result = [
            rest.times(Raw(Fraction(1), {Atom("delta", "", (z, far), None, (((0, 1), 1), ((1, 0), 1))): Fraction(1)}))
        ]
        for k, t in enumerate(terms):
            if k != number:
                part = t.at({near: met, wild: z}).scaled(Fraction(-1))
                back = Raw(rest.coefficient, rest.factors, (*rest.sums, met))  # type: ignore[arg-type]  # it is summed
                result.append(back.times(part, Raw(Fraction(1), {atom: Fraction(1)})))
        return result
    return None


def _pure_lead(terms: Sequence[Raw], row: Index, col: Index) -> int | None:
    """Choose the leading term among those without a delta and without factors apart from row and column."""
    best: tuple[tuple[int, Fraction, str], int] | None = None
    for k, t in enumerate(terms):
        if any(a.kind in LIGHT - NUMBERS or (x != 1 and a.kind not in NUMBERS) for a, x in t.factors.items()):
            continue
        apart = sum(not (set(a.args) & {row, col, *t.sums}) and a.kind not in NUMBERS for a in t.factors)
        if apart or not {row, col} <= {p for a in t.factors for p in a.args}:
            continue
        key = (-apart, sum(t.factors.values(), Fraction(0)), " ".join(sorted(a.key for a in t.factors)))
        if best is None or key > best[0]:
            best = (key, k)
    return best[1] if best is not None else None


def _orthonormal(atom: Atom) -> tuple[int, ...]:
    """Return over which arguments a sum of products of two such atoms is a delta."""
    if atom.kind == "var" and len(atom.args) == 2 and FACTS.get().has(atom.data, "orthogonal"):
        # only a square matrix has orthonormal rows and columns
        return (0, 1) if atom.args[0].dim == atom.args[1].dim else ()
    return {"eigvec": (0, 1), "svd_u": (0,), "svd_v": (1,)}.get(atom.kind, ()) if len(atom.args) == 2 else ()


def _orthogonal(raw: Raw, atom: Atom, sides: tuple[int, ...]) -> list[Raw] | None:
    """``sum_k Q[k, i] Q[k, j] = [i == j]``, and so for rows."""
    for other, e in raw.factors.items():
        if other == atom or other.key != atom.key or e != 1 or raw.factors[atom] != 1:
            continue
        for k in sides:
            i = atom.args[k]
            if i == other.args[k] and i in raw.sums and sum(a.args.count(i) for a in raw.factors) == 2:
                rest = raw.without(atom, other)
                rest = Raw(rest.coefficient, rest.factors, tuple(j for j in rest.sums if j != i))
                pair = (atom.args[1 - k], other.args[1 - k])
                return [
                    rest.times(
                        Raw(Fraction(1), {Atom("delta", "", pair, None, (((0, 1), 1), ((1, 0), 1))): Fraction(1)})
                    )
                ]
    for k in sides:
        i = atom.args[k]
        if raw.factors[atom] == 2 and i in raw.sums and sum(a.args.count(i) for a in raw.factors) == 1:
            rest = raw.without(atom)
            return [Raw(rest.coefficient, rest.factors, tuple(j for j in rest.sums if j != i))]
    return None


# -- matching --------------------------------------------------------------------------------------------------

Match = dict[Any, Any]


def _matches(raw: Raw, pattern: Pattern, sums: Sequence[Index], wild: Sequence[Index]) -> Iterator[Match]:
    """Yield ways to find a pattern's factors in a term: its sums stand for sums that occur nowhere else."""
    order = sorted(pattern, key=lambda f: -len(f[0].args))
    yield from _extended(raw, order, 0, {}, set(sums), set(wild))


def _extended(raw: Raw, pattern: Pattern, k: int, match: Match, sums: set[Index], wild: set[Index]) -> Iterator[Match]:
    if k == len(pattern):
        used = {match[a] for a, _ in pattern}
        ends = {match[i] for i in sums if i in match}
        if all(not (set(a.args) & ends) for a in raw.factors if a not in used):
            yield dict(match)
        return
    atom, e = pattern[k]
    open_ends = bool(set(atom.args) & (sums | wild))
    for candidate, x in raw.factors.items():
        if (
            candidate.key != atom.key
            or (x != e if open_ends else x < e)
            or candidate in {match.get(a) for a, _ in pattern[:k]}
        ):
            continue
        for args in _arrangements(candidate):
            bound = _unified(raw, atom.args, args, match, sums, wild)
            if bound is not None:
                yield from _extended(raw, pattern, k + 1, {**match, **bound, atom: candidate}, sums, wild)


def _arrangements(atom: Atom) -> list[tuple[Place, ...]]:
    symmetric = [perm for perm, sign in atom.symmetry if sign > 0]
    return [tuple(atom.args[k] for k in perm) for perm in symmetric] or [atom.args]


def _unified(
    raw: Raw, wanted: Sequence[Place], found: Sequence[Place], match: Match, sums: set[Index], wild: set[Index]
) -> Match | None:
    bound: Match = {}
    for p, q in zip(wanted, found, strict=True):
        known = bound.get(p, match.get(p))
        if p in sums:
            taken = known is None and (q in match.values() or q in bound.values())
            if q not in raw.sums or taken or (known is not None and known != q):
                return None
            bound[p] = q
        elif p in wild:
            if known is not None and known != q:
                return None
            bound[p] = q
        elif p != q:
            return None
    return bound


def _taken(raw: Raw, pattern: Pattern, match: Match, sums: Sequence[Index]) -> Raw:
    """Return the term without the matched factors and sums."""
    factors = dict(raw.factors)
    coefficient = raw.coefficient
    for atom, e in pattern:
        coefficient *= multiply_in(factors, match[atom], -e)
    gone = {match[p] for p in sums}
    return Raw(coefficient, factors, tuple(i for i in raw.sums if i not in gone))
