"""Functions of polynomials in normal form: powers, exp, log, sign, and those that stay as they are."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import sympy as sp

from symbolic.errors import SymbolicError
from symbolic.tensors.build import (
    BUILDERS,
    bound_of,
    inside_at,
    is_nonnegative,
    is_positive,
    learn_positive,
    made,
    single,
)
from symbolic.tensors.facts import FACTS
from symbolic.tensors.nodes import Index
from symbolic.tensors.polynomial import Poly, Raw, TooLarge, collected, constant
from symbolic.tensors.rules import finish, multiply
from symbolic.tensors.shifts import delta_atom
from symbolic.tensors.terms import Atom, Bound, Factors, Place, components

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = Fraction(1)
MOST_POWER = 8
BRACKETS = frozenset(("delta", "shift", "le", "ord", "zero", "mirror", "cyc"))
SIGNS = frozenset(("sgn", "sgnprod", "sgnpow"))


class Undefined(SymbolicError, ArithmeticError):  # noqa: N818 - an answer: there is no value
    """The formula has no value anywhere: it divides by 0 or takes the logarithm of 0."""


# -- parts of a polynomial ------------------------------------------------------------------------------------


def content(poly: Poly) -> tuple[Factors, Poly]:
    """Return the factors that every term has, and the rest; negative exponents are always taken out."""
    units: Factors = {}
    for _ in range(4):
        common = _common(poly)
        if not common:
            break
        for atom, e in common.items():
            units[atom] = units.get(atom, Fraction(0)) + e
        inverse = Raw(ONE, {a: -e for a, e in common.items()})
        poly = finish(raw.times(inverse) for raw in poly.raws())
    return {a: e for a, e in units.items() if e}, poly


def _common(poly: Poly) -> Factors:
    rows = [
        {a: e for a, e in t.factors if not any(isinstance(p, Bound) for p in a.args)} for _, t in poly.terms.values()
    ]
    least = {a: min(row.get(a, Fraction(0)) for row in rows) for row in rows for a in row}
    return {a: e for a, e in least.items() if e and a.kind not in BRACKETS}


def pieces(poly: Poly) -> list[Poly]:
    """Part a polynomial of one term with coefficient 1 into factors that no summed index joins; else leave it whole."""
    if len(poly.terms) != 1:
        return [poly]
    (raw,) = poly.raws()
    return [collected([Raw(ONE, dict(part), tuple(own))]) for part, own in components(raw.factors, raw.sums)]


def with_signs(function: Callable[[Poly], Poly], poly: Poly) -> Poly | None:
    """Take a sign inside a function out: ``g(s) = (1 + s)/2 g(1) + (1 - s)/2 g(-1)``, and ``g(0)`` where s is 0."""
    sign = next((a for _, t in poly.terms.values() for a, _ in t.factors if _is_sign(a) and is_outer(a)), None)
    if sign is None:
        return None
    nowhere = BUILDERS["zero"](finish(inside_at(sign, {})), (), ()) if sign.kind == "sgn" else Poly()
    return _of_three(function, poly, sign, nowhere)


def _is_sign(atom: Atom) -> bool:
    return atom.kind == "sgn" or (atom.kind == "var" and FACTS.get().has(atom.data, "signs"))


def _of_three(function: Callable[[Poly], Poly], poly: Poly, sign: Atom, nowhere: Poly) -> Poly:
    """Return the function of a polynomial in an atom that is 1 or -1, but 0 where a bracket holds."""
    halves = []
    values = {v: function(finish(_signed(raw, sign, v) for raw in poly.raws())) for v in (1, -1)}
    for v, value in values.items():
        weight = single(sign, 1, Fraction(v, 2)).plus(constant(Fraction(1, 2)), nowhere.scaled(Fraction(-1, 2)))
        halves.append(multiply(weight, value))
    if nowhere:
        halves.append(multiply(nowhere, function(finish(_signed(raw, sign, 0) for raw in poly.raws()))))
    return Poly().plus(*halves)


def with_brackets(function: Callable[[Poly], Poly], poly: Poly) -> Poly | None:
    """Take a bracket inside a function out: ``g(b) = b g(1) + (1 - b) g(0)``; of an order, as of a sign."""
    found = next((a for _, t in poly.terms.values() for a, _ in t.factors if a.kind in BRACKETS and is_outer(a)), None)
    if found is None:
        return None
    if found.kind == "ord":
        return _of_three(function, poly, found, finish([Raw(ONE, {delta_atom(*found.args): ONE})]))
    values = [function(finish(_signed(raw, found, v) for raw in poly.raws())) for v in (1, 0)]
    return multiply(single(found), values[0]).plus(multiply(constant(1).plus(single(found, 1, -1)), values[1]))


def is_outer(atom: Atom) -> bool:
    """Whether no summed index is among the places of an atom."""
    return all(not isinstance(p, Bound) for p in atom.args)


def _signed(raw: Raw, sign: Atom, value: int) -> Raw:
    e = raw.factors.get(sign, Fraction(0))
    return raw.without(sign).scaled(Fraction(value) ** (int(e % 2) or 2) if e else ONE)


# -- powers ---------------------------------------------------------------------------------------------------


def power(poly: Poly, r: Fraction) -> Poly:
    """Return a power with a rational exponent.

    Raises
    ------
    Undefined
        It is a negative power of 0.
    """
    if r == 0:
        return constant(1)
    number = poly.number()
    if number is not None:
        return _number_power(number, r)
    if r.denominator == 1 and 1 <= r <= MOST_POWER:
        return multiply(*[poly] * int(r))
    if r.denominator == 1 and r > 1 and len(poly.terms) > 1:
        raise TooLarge(f"a sum to the power {r}")
    split = with_signs(lambda p: power(p, r), poly) if not _is_monomial(poly) else None
    if split is not None:
        return split
    units, rest = content(poly)
    return _whole_power(units, rest, r) if r.denominator == 1 else _root(units, rest, r)


def _is_monomial(poly: Poly) -> bool:
    return len(poly.terms) == 1


def _number_power(c: Fraction, r: Fraction) -> Poly:
    if c == 0:
        if r < 0:
            raise Undefined("a negative power of 0")
        return Poly()
    if r.denominator == 1 and abs(r) <= 64:
        return constant(c ** int(r))
    if c < 0 or max(c.numerator, c.denominator) > 10**12 or r.denominator == 1:
        _, atom, _ = made("P", constant(c))
        return single(atom, r)
    factors = {Atom("num", str(p)): e * r for p, e in _primes(c).items()}
    return finish([Raw(ONE, factors)])


def _primes(c: Fraction) -> dict[int, int]:
    primes = {int(p): int(e) for p, e in sp.factorint(c.numerator).items()}
    primes.update({int(p): -int(e) for p, e in sp.factorint(c.denominator).items()})
    return primes


def _whole_power(units: Factors, rest: Poly, r: Fraction) -> Poly:
    factors = {a: e * r for a, e in units.items()}
    coefficient = ONE
    if len(rest.terms) == 1:
        ((c, term),) = rest.terms.values()
        coefficient *= c ** int(r)
        if not term.factors:
            return finish([Raw(coefficient, factors)])
    for piece in pieces(rest):
        number, atom, _ = made("P", piece, scale="full")
        coefficient *= number ** int(r)
        factors[atom] = factors.get(atom, Fraction(0)) + r
    return finish([Raw(coefficient, factors)])


def _root(units: Factors, rest: Poly, r: Fraction) -> Poly:
    """Take a root factor by factor, where a factor has a root of its own."""
    out: Factors = {}
    odd: Factors = {}
    for atom, e in units.items():
        if is_positive(atom):
            out[atom] = e * r
        elif e.denominator == 1 and e % 2 == 0:
            out[atom] = e * r
            out[sign_atom(atom)] = e * r
        else:
            odd[atom] = e
    _pair_signs(odd, out, r)
    coefficient, roots = ONE, [constant(1)]
    if len(rest.terms) == 1:
        ((coefficient, _),) = rest.terms.values()
        rest = rest.scaled(1 / coefficient)
    left = [constant(1)]
    for piece in pieces(rest) if rest.number() is None else []:
        if is_nonnegative(piece):
            number, atom, _ = made("P", piece, scale="abs")
            out[atom] = out.get(atom, Fraction(0)) + r
            coefficient *= number
        else:
            left.append(piece)
    base = multiply(*left, collected([Raw(ONE, odd)]))
    if coefficient < 0:
        base, coefficient = base.scaled(-ONE), -coefficient
    if base.number() == 1:
        pass
    elif len(odd) == 1 and len(left) == 1 and base.terms and next(iter(base.terms.values()))[0] > 0:
        ((atom, e),) = odd.items()
        learn_positive(atom)
        out[atom] = out.get(atom, Fraction(0)) + e * r
    else:
        number, atom, _ = made("P", base, scale="abs")
        learn_positive(atom)
        coefficient *= number
        out[atom] = out.get(atom, Fraction(0)) + r
    return multiply(_number_power(coefficient, r), finish([Raw(ONE, out)]), *roots)


def _pair_signs(odd: Factors, out: Factors, r: Fraction) -> None:
    """Read ``x sgn(x)`` as a size of its own."""
    for atom in list(odd):
        sign = sign_atom(atom) if atom.kind != "sgn" else atom
        if atom in odd and sign in odd and atom != sign and odd[atom] % 2 == 1:
            e = odd.pop(atom)
            del odd[sign]
            out[atom] = e * r
            out[sign] = e * r


def sign_atom(atom: Atom) -> Atom:
    """Return the sign of an atom, as an atom."""
    poly = sign(single(atom))
    ((_, term),) = poly.terms.values()
    return next((a for a, _ in term.factors), Atom("num", "1"))


# -- sign, exp, log -------------------------------------------------------------------------------------------


def sign(poly: Poly) -> Poly:
    """Return the sign, off 0: the product of the signs of the factors."""
    if not poly:
        return Poly()
    number = poly.number()
    if number is not None:
        return constant(1 if number > 0 else -1)
    for take_out in (with_signs, with_brackets):
        split = take_out(sign, poly) if not _is_monomial(poly) or take_out is with_brackets else None
        if split is not None:
            return split
    units, rest = content(poly)
    factors: Factors = {}
    coefficient = ONE
    if len(rest.terms) == 1:
        ((c, _),) = rest.terms.values()
        coefficient, rest = Fraction(1 if c > 0 else -1), rest.scaled(1 / c)
    parts = [(single(a), e) for a, e in units.items() if not is_positive(a) and e % 2]
    parts += [(p, ONE) for p in (pieces(rest) if rest.number() is None else []) if not is_nonnegative(p)]
    facts = FACTS.get().positive
    for part, e in parts:
        ((_, term),) = list(part.terms.values())[:1]
        inner = term.factors[0][0] if len(part.terms) == 1 and len(term.factors) == 1 else None
        if inner is not None and (inner.kind in SIGNS or _is_own_sign(inner)):
            atom, c = inner, ONE
        elif inner is not None and inner.kind == "P":
            number, atom, _ = made("sgn", BUILDERS["inside"](part, (), ()), scale="full")
            c = Fraction(1 if number > 0 else -1)
        else:
            number, atom, _ = made("sgn", part, scale="full")
            c = Fraction(1 if number > 0 else -1)
        del e
        coefficient *= c
        if atom.key in facts or f"-{atom.key}" in facts:
            coefficient *= 1 if atom.key in facts else -1
            continue
        factors[atom] = factors.get(atom, Fraction(0)) + 1
    return finish([Raw(coefficient, factors)])


def _is_own_sign(atom: Atom) -> bool:
    """Whether an entry is 0, 1 or -1."""
    return atom.kind == "var" and any(FACTS.get().has(atom.data, fact) for fact in ("idempotent", "signs"))


def learn_sign(poly: Poly) -> None:
    """Keep that a sum has to be positive for the formula to have a value, at all of its places."""
    facts = FACTS.get()
    if facts.learning and all(isinstance(p, Index) for p in poly.places):
        number, atom, _ = made("sgn", poly, scale="full")
        facts.positive.add(atom.key if number > 0 else f"-{atom.key}")


def exp(poly: Poly) -> Poly:
    """Return the exponential: of a sum, the product; of a multiple of a logarithm, a power."""
    split = with_signs(exp, poly)
    if split is not None:
        return split
    parts = [constant(1)]
    for key, (c, term) in poly.terms.items():
        alone = term.factors[0] if len(term.factors) == 1 and not term.sums else None
        if alone is not None and alone[1] == 1 and alone[0].kind == "logp":
            parts.append(_number_power(Fraction(int(alone[0].data)), c))
        elif alone is not None and alone[1] == 1 and alone[0].kind == "LA":
            parts.append(_size_power(BUILDERS["inside"](single(alone[0]), (), ()), c))
        else:
            _, atom, _ = made("E", Poly({key: (ONE, term)}))
            parts.append(single(atom, c))
    return multiply(*parts)


def _size_power(poly: Poly, c: Fraction) -> Poly:
    """Return ``|p|^c``."""
    if is_nonnegative(poly):
        return power(poly, c)
    if c.denominator == 1:
        result = power(poly, c)
        return multiply(result, sign(poly)) if c % 2 else result
    return power(multiply(poly, sign(poly)), c)


def log(poly: Poly) -> Poly:
    """Return the logarithm of the absolute value: of a product, the sum.

    Raises
    ------
    Undefined
        It is the logarithm of 0.
    """
    if not poly:
        raise Undefined("the logarithm of 0")
    split = with_signs(log, poly) if not _is_monomial(poly) else None
    if split is not None:
        return split
    units, rest = content(poly)
    parts = [_log_atom(atom).scaled(e) for atom, e in units.items()]
    if len(rest.terms) == 1:
        ((c, _),) = rest.terms.values()
        parts.append(_log_number(abs(c)))
        rest = rest.scaled(1 / c)
    for piece in pieces(rest) if rest.number() is None else []:
        c, atom, _ = made("LA", piece, scale="full")
        parts.extend([_log_number(abs(c)), single(atom)])
    return Poly().plus(*parts)


def _log_number(c: Fraction) -> Poly:
    return Poly().plus(*(single(Atom("logp", str(p)), 1, e) for p, e in _primes(c).items()))


def _log_atom(atom: Atom) -> Poly:
    if atom.kind == "E":
        return BUILDERS["inside"](single(atom), (), ())
    if atom.kind in SIGNS:
        return Poly()
    if atom.kind == "num":
        return single(Atom("logp", atom.data))
    if atom.kind == "det":
        bound = bound_of(atom)
        return BUILDERS["logdet"](finish(inside_at(atom, dict(bound))), (), tuple(bound.values()))
    inside = BUILDERS["inside"](single(atom), (), ()) if atom.kind == "P" else single(atom)
    _, wrapped, _ = made("LA", inside, scale="full")
    return single(wrapped)


def _inside(poly: Poly, _: tuple[Place, ...], __: tuple[Index, ...]) -> Poly:
    """Return what is inside the only atom of a polynomial."""
    ((_c, term),) = poly.terms.values()
    return finish(inside_at(term.factors[0][0], {}))


BUILDERS["inside"] = _inside
BUILDERS["power"] = lambda poly, args, _: power(poly, args[0])
BUILDERS["exp"] = lambda poly, _, __: exp(poly)
BUILDERS["LA"] = lambda poly, _, __: log(poly)
BUILDERS["sgn"] = lambda poly, _, __: sign(poly)
