"""Powers whose exponents are sizes: ``t**n`` for a whole number n that is not known, of a base of either sign."""

from __future__ import annotations

from fractions import Fraction

from symbolic.tensors.build import BUILDERS, made, single
from symbolic.tensors.functions import exp, log, power, sign
from symbolic.tensors.polynomial import Poly, Raw, TooLarge, collected, constant
from symbolic.tensors.rules import multiply

ONE = Fraction(1)


def is_whole(exponent: Poly) -> bool:
    """Whether an exponent is a sum of whole multiples of sizes and their products."""
    return all(
        c.denominator == 1 and all(a.kind == "size" and e.denominator == 1 and e > 0 for a, e in term.factors)
        for c, term in exponent.terms.values()
    )


def whole_power(base: Poly, exponent: Poly) -> Poly:
    """Return a power with a whole exponent: that of the absolute value, and the sign as often.

    Raises
    ------
    TooLarge
        The sign of the base is not one term.
    """
    r = exponent.number()
    if r is not None:
        return power(base, r)
    size = exp(multiply(exponent, log(base)))
    signs = sign(base)
    if signs.number() == 1:
        return size
    return multiply(size, *(_repeated(signs, raw) for raw in exponent.raws()))


def _repeated(signs: Poly, times: Raw) -> Poly:
    """Return a sign to the power of one term of an exponent: only whether that is odd counts."""
    if times.coefficient % 2 == 0:
        return constant(1)
    if not times.factors:
        return signs
    if len(signs.terms) != 1:
        raise TooLarge("a power of a base whose sign is a sum")
    # the size stands inside as a factor, so that the atom says how often
    count = collected([Raw(ONE, dict(times.factors))])
    _, atom, _ = made("sgnpow", multiply(signs, count))
    return single(atom)


def _rebuilt(poly: Poly) -> Poly:
    (raw,) = poly.raws()
    sizes = {a: e for a, e in raw.factors.items() if a.kind == "size"}
    signs = sign(collected([raw.without(*sizes)]))
    return signs if signs.number() == 1 else _repeated(signs, Raw(ONE, sizes))


BUILDERS["sgnpow"] = lambda poly, _, __: _rebuilt(poly)
