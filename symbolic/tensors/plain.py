"""Functions that stay as they are in the normal form: only their parity and the sums of angles are used."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.build import BUILDERS, made, single
from symbolic.tensors.functions import with_signs
from symbolic.tensors.polynomial import Poly, constant
from symbolic.tensors.rules import multiply
from symbolic.tensors.special import SPECIAL

if TYPE_CHECKING:
    from collections.abc import Callable

ONE = Fraction(1)


ODD = frozenset(("sin", "erf", "arctan", "arcsin", "arcsinh", "arctanh", "erfi", "erfinv", "i1", "j1"))
EVEN = frozenset(("cos", "i0", "j0"))


def plain(name: str) -> Callable[[Poly], Poly]:
    """Return a function that is only known by its parity."""

    def function(poly: Poly) -> Poly:
        split = with_signs(function, poly)
        if split is not None:
            return split
        if not poly:
            return Poly() if name in ODD else constant(1) if name in EVEN else _opaque(name, poly)
        if name in ("sin", "cos") and (parts := _parted(poly)) is not None:
            return _angle_sum(name, *parts)
        return _opaque(name, poly)

    return function


def _opaque(name: str, poly: Poly) -> Poly:
    c, atom, _ = made(name, poly, scale="sign" if name in ODD | EVEN else "none")
    return single(atom, 1, c if name in ODD else 1)


def _parted(poly: Poly) -> tuple[Poly, Poly] | None:
    """Part an angle into two: of a sum, the first term; of a whole multiple, one of it."""
    key, (c, term) = next(iter(sorted(poly.terms.items())))
    first = Poly({key: (c, term)})
    if 1 < len(poly.terms) <= 3:
        return first, poly.plus(first.scaled(-ONE))
    if len(poly.terms) == 1 and c.denominator == 1 and 1 < abs(c) <= 4:
        one = Poly({key: (Fraction(1 if c > 0 else -1), term)})
        return one, poly.plus(one.scaled(-ONE))
    return None


def _angle_sum(name: str, a: Poly, b: Poly) -> Poly:
    sine, cosine = plain("sin"), plain("cos")
    if name == "sin":
        return multiply(sine(a), cosine(b)).plus(multiply(cosine(a), sine(b)))
    return multiply(cosine(a), cosine(b)).plus(multiply(sine(a), sine(b)).scaled(-ONE))


def _builder(name: str) -> Callable[..., Poly]:
    function = plain(name)
    return lambda poly, _, __: function(poly)


NAMES = [
    "sin",
    "cos",
    "erf",
    "arctan",
    "arcsin",
    "arccos",
    "arcsinh",
    "arccosh",
    "arctanh",
    "floor",
    *SPECIAL,
]
BUILDERS.update({name: _builder(name) for name in NAMES})
