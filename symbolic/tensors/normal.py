"""The normal form of a node: a polynomial in atoms, the same for what the rules show equal for every size."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.brackets import bracket, zero
from symbolic.tensors.build import BUILDERS, learn_positive, made, single
from symbolic.tensors.calculus import SPECTRA, guarded
from symbolic.tensors.exponents import is_whole, whole_power
from symbolic.tensors.facts import FACTS
from symbolic.tensors.functions import exp, learn_sign, log, power, sign
from symbolic.tensors.matrices import determinant, greatest, inverse, product, pseudo_inverse, spectral
from symbolic.tensors.nodes import (
    Add,
    Apply,
    Compare,
    Constant,
    Fold,
    Index,
    Mul,
    Node,
    Num,
    Of,
    Pow,
    SizeOf,
    Var,
    Where,
    substitute,
)
from symbolic.tensors.plain import plain
from symbolic.tensors.polynomial import Poly, Raw, collected, constant
from symbolic.tensors.rules import cyclic_atom, delta_atom, finish, multiply, size_raws, summed
from symbolic.tensors.sizes import whole_size
from symbolic.tensors.terms import Atom

if TYPE_CHECKING:
    from collections.abc import Callable

ONE, HALF = Fraction(1), Fraction(1, 2)
SWAP = (((0, 1), 1), ((1, 0), 1))
TWIST = (((0, 1), 1), ((1, 0), -1))


def normal(node: Node) -> Poly:
    """Return the normal form, under the facts assumed.

    Raises
    ------
    TooLarge, Undefined
        It is too large to be made, or the formula has no value.
    """
    return _RULES[type(node)](node)


def _num(node: Num) -> Poly:
    return constant(node.value)


def _constant(node: Constant) -> Poly:
    return single(Atom("const", node.name))


def _size(node: SizeOf) -> Poly:
    return collected(size_raws(node.dim))


def _where(node: Where) -> Poly:
    return finish([Raw(ONE, {Atom("pos", "", (node.at,)): ONE})])


def _var(node: Var) -> Poly:
    facts = FACTS.get()
    if len(node.at) == 2:
        i, j = node.at
        if facts.has(node.name, "diagonal"):
            return finish([Raw(ONE, {Atom("var", node.name, (i,)): ONE, delta_atom(i, j): ONE})])
        if facts.has(node.name, "symmetric"):
            return single(Atom("var", node.name, node.at, None, SWAP))
        if facts.has(node.name, "antisymmetric"):
            return single(Atom("var", node.name, node.at, None, TWIST))
    return single(Atom("var", node.name, node.at))


def _compare(node: Compare) -> Poly:
    """Read ``[a <= b]`` as ``(1 + [a == b] + sgn(b - a))/2``, so that complements need no rule."""
    a, b, shift = node.a, node.b, node.shift
    if node.sign == "mirror":
        return single(Atom("mirror", "", (a, b), None, SWAP))
    if node.sign == "mod":
        return finish([Raw(ONE, {cyclic_atom(a, b, shift): ONE})])
    if node.sign == "==":
        return bracket(a, b, whole_size(shift))
    if shift < 0 and shift != -1:
        return constant(1).plus(_compare(Compare("<=", b, a, -shift - 1)).scaled(-ONE))
    if shift in (0, -1) and a.dim == b.dim:
        order = Raw(HALF, {Atom("ord", "", (a, b), None, TWIST): ONE})
        same = Raw(HALF if shift == 0 else -HALF, {delta_atom(a, b): ONE})
        return finish([Raw(HALF, {}), order, same])
    return single(Atom("le", str(shift), (a, b)))


def _add(node: Add) -> Poly:
    return Poly().plus(*map(normal, node.args))


def _mul(node: Mul) -> Poly:
    """Multiply the short factors first: a zero or a delta among them keeps the rest small."""
    return multiply(*sorted(map(normal, node.args), key=lambda p: len(p.terms)))


def _pow(node: Pow) -> Poly:
    exponent = normal(node.exponent)
    r = exponent.number()
    if r is not None and r.denominator != 1 and isinstance(node.base, Mul):
        return _root_of_product(node.base, r)
    base = normal(node.base)
    if r is not None:
        return power(base, r)
    return whole_power(base, exponent) if is_whole(exponent) else exp(multiply(exponent, _log(base)))


def _root_of_product(base: Mul, r: Fraction) -> Poly:
    """Take the root of each factor that is a sum of squares, as it is written, by itself."""
    apart = [x for x in base.args if _is_square_sum(x)]
    rest = [x for x in base.args if x not in apart]
    return multiply(*(power(normal(x), r) for x in apart), power(_mul(Mul(tuple(rest))), r) if rest else constant(1))


def _is_square_sum(node: Node) -> bool:
    """Whether an entry is written so that it is 0 or more: by squares, absolute values and exponentials."""
    if isinstance(node, Pow):
        e = node.exponent.value if isinstance(node.exponent, Num) else None
        return (e is not None and e.denominator == 1 and e % 2 == 0) or _is_square_sum(node.base)
    if isinstance(node, Apply):
        return node.function in ("exp", "abs", "relu", "sigmoid", "softplus")
    if isinstance(node, (Add, Mul)) or (isinstance(node, Fold) and node.kind == "sum"):
        return all(map(_is_square_sum, node.children()))
    return isinstance(node, (SizeOf, Constant)) or (isinstance(node, Num) and node.value >= 0)


def _log(poly: Poly) -> Poly:
    if len(poly.terms) == 1:
        ((c, term),) = poly.terms.values()
        if c > 0 and len(term.factors) == 1 and not term.sums and term.factors[0][1].numerator % 2:
            learn_positive(term.factors[0][0])  # of a square, or another even power, nothing is learnt
    elif poly:
        learn_sign(poly)
    return log(poly)


def _positive(poly: Poly) -> Poly:
    """Read ``[p > 0]`` as ``(1 + sgn(p) - [p == 0])/2``."""
    return constant(HALF).plus(sign(poly).scaled(HALF), zero(poly).scaled(-HALF))


def _nonnegative(poly: Poly) -> Poly:
    return _positive(poly).plus(zero(poly))


def _relu(poly: Poly) -> Poly:
    return multiply(poly, constant(HALF).plus(sign(poly).scaled(HALF)))


def _tanh(poly: Poly) -> Poly:
    e = exp(poly.scaled(Fraction(2)))
    return multiply(e.plus(constant(-1)), power(e.plus(constant(1)), -ONE))


def _hyperbolic(by: int) -> Callable[[Poly], Poly]:
    return lambda poly: exp(poly).scaled(HALF).plus(exp(poly.scaled(-ONE)).scaled(HALF * by))


APPLY: dict[str, Callable[[Poly], Poly]] = {
    "exp": exp,
    "log": _log,
    "sign": sign,
    "zero": zero,
    "abs": lambda p: multiply(p, sign(p)),
    "positive": _positive,
    "nonnegative": _nonnegative,
    "relu": _relu,
    "tanh": _tanh,
    "sinh": _hyperbolic(-1),
    "cosh": _hyperbolic(1),
    "sigmoid": lambda p: power(exp(p.scaled(-ONE)).plus(constant(1)), -ONE),
    "softplus": lambda p: log(exp(p).plus(constant(1))),
    "log1p": lambda p: _log(p.plus(constant(1))),
    "expm1": lambda p: exp(p).plus(constant(-1)),
    "tan": lambda p: multiply(plain("sin")(p), power(plain("cos")(p), -ONE)),
    "erfc": lambda p: constant(1).plus(plain("erf")(p).scaled(-ONE)),
}


def _apply(node: Apply) -> Poly:
    rule = APPLY.get(node.function) or plain(node.function)
    return rule(normal(node.arg))


def _fold(node: Fold) -> Poly:
    fresh = tuple(Index(i.dim) for i in node.over)
    inner = substitute(node.body, dict(zip(node.over, fresh, strict=True)))
    guard = guarded(inner) if node.kind == "prod" else None
    if guard is not None:
        return _guarded_product(normal(guard[0]), normal(guard[1]), fresh)
    body = normal(inner)
    if node.kind == "sum":
        return summed(body, fresh)
    if node.kind == "prod":
        return product(body, fresh)
    if node.kind == "max":
        return greatest(body, fresh)
    return greatest(body.scaled(-ONE), fresh).scaled(-ONE)


def _guarded_product(bracket: Poly, factor: Poly, over: tuple[Index, ...]) -> Poly:
    """Return the product of factors where a bracket holds: its size by logarithms, its sign as one of its own."""
    size = exp(summed(multiply(bracket, log(factor)), over))
    signs = constant(1).plus(multiply(bracket, sign(factor).plus(constant(-1))))
    if signs.number() == 1:
        return size
    return multiply(size, _sign_product(signs, over))


def _sign_product(signs: Poly, over: tuple[Index, ...]) -> Poly:
    _, atom, _ = made("sgnprod", signs, bound=over)
    return single(atom)


BUILDERS["sgnprod"] = lambda poly, _, bound: _sign_product(poly, bound)


def _of(node: Of) -> Poly:
    rows, cols = (tuple(Index(i.dim) for i in group) for group in (node.rows, node.cols))
    body = normal(substitute(node.body, dict(zip(node.rows + node.cols, rows + cols, strict=True))))
    if node.kind in SPECTRA:
        return spectral(node.kind, body, rows[0], cols[0], node.at)
    if node.kind == "inv":
        return inverse(body, rows, cols, node.at)
    if node.kind == "pinv":
        return pseudo_inverse(body, rows[0], cols[0], node.at)
    return determinant(body, rows, cols, logarithm=node.kind == "logdet")


_RULES: dict[type, Callable[..., Poly]] = {
    Num: _num, Constant: _constant, SizeOf: _size, Where: _where, Var: _var, Compare: _compare, Add: _add, Mul: _mul,
    Pow: _pow, Apply: _apply, Fold: _fold, Of: _of,
}  # fmt: skip
