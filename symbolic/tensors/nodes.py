"""Entries of tensors in index notation, for every size: immutable nodes and the constructors that keep them small.

A node is one entry of a tensor as a formula of its free indices. One product node, with sums over indices, covers
inner, outer and elementwise products, transposes, traces and broadcasting, so that the derivative of a node is a
node again and higher orders need no new rules. An index is an object of its own: two indices are never confused.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symbolic.tensors.base import Constant, Node, Num, SizeOf, Var, Where, indices_of
from symbolic.tensors.places import Dim, Fixed, Index, Places, Position, fixed, turned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


@dataclass(frozen=True)
class Compare(Node):
    """Iverson's bracket of two indices, of axes of size n.

    The signs: ``[a == b + shift]``, ``[a <= b + shift]``, ``[a ≡ b + shift mod n]`` (``mod``) and
    ``[a + b == n - 1]`` (``mirror``).
    """

    sign: str
    a: Position
    b: Position
    shift: int = 0

    def places(self) -> Places:
        return (self.a, self.b)

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del children
        return compare(self.sign, places[0], places[1], self.shift)


@dataclass(frozen=True)
class Add(Node):
    """A sum of terms."""

    args: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.args

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del places
        return add(*children)


@dataclass(frozen=True)
class Mul(Node):
    """A product of factors."""

    args: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.args

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del places
        return mul(*children)


@dataclass(frozen=True)
class Pow(Node):
    """A power."""

    base: Node
    exponent: Node

    def children(self) -> tuple[Node, ...]:
        return (self.base, self.exponent)

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del places
        return power(*children)


@dataclass(frozen=True)
class Apply(Node):
    """A function of one number (``exp``, ``tanh``), or a bracket of a comparison with 0 (``positive``)."""

    function: str
    arg: Node

    def children(self) -> tuple[Node, ...]:
        return (self.arg,)

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del places
        return apply(self.function, children[0])


@dataclass(frozen=True)
class Fold(Node):
    """All entries along some indices made one: ``sum``, ``prod``, ``max`` or ``min``."""

    kind: str
    over: tuple[Index, ...]
    body: Node

    @cached_property
    def free(self) -> frozenset[Index]:
        return self.body.free - set(self.over)

    def children(self) -> tuple[Node, ...]:
        return (self.body,)

    @property
    def bound(self) -> tuple[Index, ...]:
        return self.over

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del places
        return fold(self.kind, self.over, children[0])

    def rebound(self, renaming: Mapping[Position, Position]) -> Node:
        over = tuple(renaming.get(i, i) for i in self.over)
        return Fold(self.kind, over, substitute(self.body, renaming))  # type: ignore[arg-type]  # indices, by renaming


@dataclass(frozen=True)
class Of(Node):
    """A function of the matrix whose entry at ``(rows, cols)`` is `body`: ``inv`` at `at`, or ``det``."""

    kind: str
    rows: tuple[Index, ...]
    cols: tuple[Index, ...]
    body: Node
    at: Places = ()

    @cached_property
    def free(self) -> frozenset[Index]:
        return self.body.free - {*self.rows, *self.cols} | indices_of(self.at)

    def children(self) -> tuple[Node, ...]:
        return (self.body,)

    def places(self) -> Places:
        return self.at

    @property
    def bound(self) -> tuple[Index, ...]:
        return self.rows + self.cols

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        return Of(self.kind, self.rows, self.cols, children[0], places)

    def rebound(self, renaming: Mapping[Position, Position]) -> Node:
        rows, cols = (tuple(renaming.get(i, i) for i in group) for group in (self.rows, self.cols))
        return Of(self.kind, rows, cols, substitute(self.body, renaming), self.at)  # type: ignore[arg-type]  # as above


__all__ = [
    "HALF", "MINUS_ONE", "ONE", "ZERO", "Add", "Apply", "Compare", "Constant", "Dim", "Fixed",
    "Fold", "Index", "Mul", "Node", "Num", "Of", "Places", "Position", "Pow", "SizeOf",
    "Var", "Where", "add", "apply", "compare", "delta", "fixed", "fold", "mul", "number",
    "power", "replaced", "split_number", "substitute", "total",
]  # fmt: skip

ZERO, ONE, MINUS_ONE, HALF = Num(Fraction(0)), Num(Fraction(1)), Num(Fraction(-1)), Num(Fraction(1, 2))


def number(value: int | Fraction) -> Num:
    """Return a rational number as a node."""
    return Num(Fraction(value))


# -- constructors ---------------------------------------------------------------------------------------------


def add(*args: Node) -> Node:
    """Return a sum: flat, its numbers in one, equal terms collected."""
    terms: dict[Node, Fraction] = {}
    for term in _flat(args, Add):
        coefficient, rest = split_number(term)
        terms[rest] = terms.get(rest, Fraction(0)) + coefficient
    parts = [mul(Num(c), rest) for rest, c in terms.items() if c]
    if len(parts) == 1:
        return parts[0]
    return Add(tuple(parts)) if parts else ZERO


def split_number(term: Node) -> tuple[Fraction, Node]:
    """Return the number in front of a term, and the rest."""
    if isinstance(term, Num):
        return term.value, ONE
    if isinstance(term, Mul) and isinstance(term.args[0], Num):
        return term.args[0].value, mul(*term.args[1:])
    return Fraction(1), term


def mul(*args: Node) -> Node:
    """Return a product: flat, its number in front, powers of one base collected."""
    value = Fraction(1)
    powers: dict[Node, list[Node]] = {}
    for factor in _flat(args, Mul):
        if isinstance(factor, Num):
            value *= factor.value
        else:
            base, exponent = (factor.base, factor.exponent) if isinstance(factor, Pow) else (factor, ONE)
            powers.setdefault(base, []).append(exponent)
    if not value:
        return ZERO
    factors = [f for f in (_collected(b, e) for b, e in powers.items()) if f != ONE]
    if any(isinstance(f, (Num, Mul)) for f in factors):
        return mul(Num(value), *factors)
    if value != 1 or not factors:
        factors.insert(0, Num(value))
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def _collected(base: Node, exponents: list[Node]) -> Node:
    if len(exponents) > 1 and isinstance(base, Compare):
        return base
    return power(base, exponents[0] if len(exponents) == 1 else add(*exponents))


def _flat(args: Iterable[Node], kind: type[Add | Mul]) -> Iterator[Node]:
    for arg in args:
        if isinstance(arg, kind):
            yield from arg.args
        else:
            yield arg


def power(base: Node, exponent: Node) -> Node:  # noqa: PLR0911 - a case a line
    """Return a power, carried out where it is one of numbers, of a whole power or of a product."""
    if exponent == ZERO:
        return ONE
    if ONE in (exponent, base):
        return base
    if isinstance(exponent, Num) and exponent.value.denominator == 1:
        n = int(exponent.value)
        if isinstance(base, Num) and (base.value or n > 0) and abs(n) <= 64:
            return Num(base.value**n)
        if isinstance(base, Compare) and n > 0:
            return base
        if isinstance(base, Pow):
            return power(base.base, mul(base.exponent, exponent))
        if isinstance(base, Mul):
            return mul(*(power(f, exponent) for f in base.args))
    return Pow(base, exponent)


def compare(sign: str, a: Position, b: Position, shift: int = 0) -> Node:
    """Return the bracket ``[a == b + shift]`` or ``[a <= b + shift]``, decided where it can be."""
    if sign in ("mirror", "mod") and (isinstance(a, Fixed) or isinstance(b, Fixed)):
        sign, a, b = turned(sign, a, b, shift)
        shift = 0 if sign == "==" else shift
    holds = _decided(sign, a, b, shift)
    if holds is not None:
        return ONE if holds else ZERO
    if sign == "<=" and shift == 0 and a.dim == b.dim and (_is_end(b, 0) or _is_end(a, -1)):
        sign = "=="
    if sign == "==" and isinstance(a, Fixed):
        a, b, shift = b, a, -shift
    return Compare(sign, a, b, shift)


def _decided(sign: str, a: Position, b: Position, shift: int) -> bool | None:
    if sign in ("mod", "mirror"):
        return True if sign == "mod" and a == b and shift == 0 else None
    if sign == "<=" and shift >= 0 and (_is_end(b, -1) or _is_end(a, 0)):
        return True
    if a == b:
        return shift == 0 if sign == "==" else shift >= 0
    if isinstance(a, Fixed) and isinstance(b, Fixed) and (a.value < 0) == (b.value < 0):
        return a.value == b.value + shift if sign == "==" else a.value <= b.value + shift
    return None


def _is_end(p: Position, value: int) -> bool:
    return isinstance(p, Fixed) and p.value in (value, p.dim.offset + value if value < 0 and not p.dim.name else value)


def delta(a: Position, b: Position) -> Node:
    """Return Kronecker's delta."""
    return compare("==", a, b)


def apply(function: str, arg: Node) -> Node:
    """Return a function of one number; a root is a power."""
    if function == "sqrt":
        return power(arg, HALF)
    known: dict[tuple[str, Node], Node] = {
        ("exp", ZERO): ONE,
        ("log", ONE): ZERO,
        ("sin", ZERO): ZERO,
        ("abs", ZERO): ZERO,
    }
    return known.get((function, arg)) or Apply(function, arg)


def fold(kind: str, over: Iterable[Index], body: Node) -> Node:
    """Return the sum, product, greatest or least along indices."""
    over = tuple(over)
    if not over:
        return body
    if kind == "sum":
        for i in reversed(over):
            body = total(i, body)
        return body
    if isinstance(body, Of) and body.at == over and (end := _END_OF_SPECTRUM.get((kind, body.kind))) is not None:
        return Of(body.kind, body.rows, body.cols, body.body, (Fixed(end, over[0].dim),))
    return Fold(kind, over, body)


_END_OF_SPECTRUM = {("max", "eigval"): -1, ("min", "eigval"): 0, ("max", "sval"): 0, ("min", "sval"): -1}
"""Where the greatest and the least stand: eigenvalues rise, singular values fall."""


def total(i: Index, body: Node) -> Node:
    """Return the sum of `body` over `i`: deltas contracted, what does not depend on `i` in front."""
    if i not in body.free:
        return mul(SizeOf(i.dim) if i.dim.name else number(i.dim.offset), body)
    if isinstance(body, Apply) and body.function == "log" and isinstance(body.arg, Of) and body.arg.kind == "cholesky":
        inner = body.arg
        if inner.at == (i, i):  # the product of the diagonal of the factor is the root of the determinant
            return mul(HALF, Of("logdet", inner.rows, inner.cols, inner.body))
    factors = body.args if isinstance(body, Mul) else (body,)
    outside = [f for f in factors if i not in f.free]
    inside = [f for f in factors if i in f.free]
    for k, factor in enumerate(inside):
        others = [*inside[:k], *inside[k + 1 :]]
        place = _contracted(factor, i)
        if place is not None:
            return mul(*outside, substitute(mul(*others), {i: place}))
        terms = _distributed(factor, i) if _has_delta(factor, i) else ()
        if terms:
            return add(*(total(i, mul(*outside, *others, t)) for t in terms))
    return mul(*outside, Fold("sum", (i,), mul(*inside)))


def _contracted(factor: Node, i: Index) -> Position | None:
    """Return the position that a delta puts in the place of the summed index `i`."""
    if not isinstance(factor, Compare) or factor.sign != "==" or factor.shift or factor.a.dim != factor.b.dim:
        return None
    if factor.a is i:
        return factor.b
    return factor.a if factor.b is i else None


def _has_delta(term: Node, i: Index) -> bool:
    """Whether a delta on `i` stands in the term, under sums or not."""
    if isinstance(term, (Add, Mul)):
        return any(_has_delta(t, i) for t in term.args)
    if isinstance(term, Fold) and term.kind == "sum":
        return _has_delta(term.body, i)
    return _contracted(term, i) is not None


def _distributed(factor: Node, i: Index) -> tuple[Node, ...]:
    """Return the terms of a factor with a delta on `i`, so that each has it in front; none where there is one term."""
    if isinstance(factor, Add):
        return factor.args
    if not isinstance(factor, Fold):
        return ()
    body = factor.body
    parts = body.args if isinstance(body, Mul) else (body,)
    for k, part in enumerate(parts):
        if _has_delta(part, i) and (terms := _distributed(part, i)):
            return tuple(fold("sum", factor.over, mul(*parts[:k], t, *parts[k + 1 :])) for t in terms)
    return ()


def substitute(node: Node, places: Mapping[Any, Any]) -> Node:
    """Put other positions in the place of free indices; bound indices are renamed where they would capture one."""
    live = {old: new for old, new in places.items() if old in node.free}
    if not live:
        return node
    captured = set(node.bound) & set(live.values())
    if captured:
        node = node.rebound({i: Index(i.dim) for i in node.bound})
    children = tuple(substitute(child, live) for child in node.children())
    return node.rebuild(children, tuple(live.get(p, p) for p in node.places()))


def replaced(node: Node, change: Callable[[Node], Node | None]) -> Node:
    """Return the node with every part for which `change` answers put in its place, from the top down."""
    new = change(node)
    if new is not None:
        return new
    children = node.children()
    after = tuple(replaced(child, change) for child in children)
    return node if after == children else node.rebuild(after, node.places())
