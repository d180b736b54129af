"""Several spellings of one node: as derived, without the parts that vanish, written anew from the normal form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.errors import SymbolicError
from symbolic.tensors.build import bound_of, own_count
from symbolic.tensors.facts import FACTS, Facts, assuming
from symbolic.tensors.nodes import (
    MINUS_ONE,
    ZERO,
    Add,
    Constant,
    Dim,
    Fold,
    Index,
    Node,
    Of,
    SizeOf,
    Var,
    Where,
    add,
    apply,
    compare,
    delta,
    fold,
    mul,
    number,
    power,
    replaced,
    split_number,
)
from symbolic.tensors.normal import normal
from symbolic.tensors.polynomial import Poly, TooLarge
from symbolic.tensors.proof import vanishes
from symbolic.tensors.sizes import begins_at, read
from symbolic.tensors.terms import Atom, Slot

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

LONGEST = 40
"""A normal form of more terms is not written out again."""


def spellings(node: Node, facts: Mapping[str, frozenset[str]]) -> list[Node]:
    """Return the node, the same without what vanishes, and the normal form written out where it is short: all equal."""
    found = [node]
    with assuming(Facts(facts)):
        for make in (tidied, rewritten):
            try:
                other = tidied(found[-1]) if make is tidied else rewritten(node, facts)
            except (SymbolicError, RecursionError):
                continue
            if other is not None and (make is tidied or other not in found):
                found.append(other)
    return found


def tidied(node: Node) -> Node:
    """Leave out sums that vanish, and merge terms that are equal as normal forms."""
    return replaced(node, _tidied)


def _tidied(node: Node) -> Node | None:
    if isinstance(node, Fold) and node.kind == "sum" and not normal(node):
        return ZERO
    if isinstance(node, Add):
        return _merged(node)
    return None


def _merged(node: Add) -> Node:
    """Collect terms that are the same up to a number."""
    groups: list[tuple[Poly, Node]] = []
    for term in node.args:
        poly = normal(term)
        if not poly:
            continue
        for k, (known, kept) in enumerate(groups):
            ratio = _ratio(poly, known)
            if ratio is not None:
                c, rest = split_number(kept)
                groups[k] = (known.scaled(1 + ratio), mul(number(c * (1 + ratio)), rest))
                break
        else:
            groups.append((poly, term))
    return add(*(tidied(t) if not isinstance(t, Add) else t for p, t in groups if p))


def _ratio(poly: Poly, known: Poly) -> Fraction | None:
    if set(poly.terms) != set(known.terms) or not known.terms:
        return None
    ratios = {poly.terms[key][0] / known.terms[key][0] for key in known.terms}
    return ratios.pop() if len(ratios) == 1 else None


def rewritten(node: Node, facts: Mapping[str, frozenset[str]]) -> Node | None:
    """Write the normal form out again, where it is short; None where it is long."""
    poly = normal(node)
    if len(poly.terms) > LONGEST:
        return None
    other = restored(poly)
    return other if vanishes(add(other, mul(MINUS_ONE, node)), (other, node), facts) else None


def restored(poly: Poly, places: Mapping[object, Index] | None = None) -> Node:
    """Return a polynomial as a node."""
    terms = []
    for c, term in poly.terms.values():
        bound: dict[object, object] = {b: Index(b.dim) for b in term.sums}
        at = {**(places or {}), **bound}
        factors = [power(_restored_atom(a, at), number(e)) for a, e in term.factors]
        terms.append(fold("sum", bound.values(), mul(number(c), *factors)))  # type: ignore[arg-type]  # indices
    return add(*terms)


def _restored_atom(atom: Atom, at: Mapping[object, object]) -> Node:
    args = tuple(at.get(p, p) for p in atom.args)
    if atom.inside is None:
        return _LEAVES[atom.kind](atom.data, args)
    bound = bound_of(atom)
    own = own_count(atom)
    slots = {p: args[p.number] for p in atom.inside.places if isinstance(p, Slot) and p.number >= 0}
    inside = restored(atom.inside, {**slots, **bound})  # type: ignore[dict-item]  # positions
    over, tail = tuple(bound.values()), args[own:]
    half = len(over) // 2
    if atom.kind in ("prod", "max"):
        return fold(atom.kind, over, inside)
    if atom.kind in ("inv", "pinv", "det", "logdet", "eigval", "eigvec", "sval", "svd_u", "svd_v"):
        if len(over) < 2:
            raise TooLarge(f"{atom.kind} of a matrix that does not depend on its places")
        return Of(atom.kind, over[:half], over[half:], inside, tail)  # type: ignore[arg-type]  # positions
    return _FUNCTIONS[atom.kind](inside) if atom.kind in _FUNCTIONS else apply(atom.kind, inside)


def _order(_: str, args: tuple[object, ...]) -> Node:
    a, b = args
    both = mul(number(2), compare("<=", a, b))  # type: ignore[arg-type]  # positions
    return add(both, MINUS_ONE, mul(MINUS_ONE, delta(a, b)))  # type: ignore[arg-type]  # positions


def _sign_product(_: Node) -> Node:
    raise TooLarge("the sign of a product or a power is not written out")


_FUNCTIONS: dict[str, Callable[[Node], Node]] = {
    "E": lambda x: apply("exp", x),
    "P": lambda x: x,
    "LA": lambda x: apply("log", apply("abs", x)),
    "sgn": lambda x: apply("sign", x),
    "sgnprod": _sign_product,
    "sgnpow": _sign_product,
}


def _is_diagonal(name: str) -> bool:
    return FACTS.get().has(name, "diagonal")


_LEAVES: dict[str, Callable[..., Node]] = {
    "var": lambda name, args: Var(name, (*args, *args) if len(args) == 1 and _is_diagonal(name) else args),
    "delta": lambda _, args: delta(*args),
    "shift": lambda s, args: begins_at(args[0], args[1], read(s)),
    "le": lambda s, args: compare("<=", args[0], args[1], int(s)),
    "mirror": lambda _, args: compare("mirror", *args),
    "cyc": lambda s, args: compare("mod", args[0], args[1], int(s)),
    "ord": _order,
    "pos": lambda _, args: Where(*args),
    "size": lambda name, _: SizeOf(Dim(name, 0)),
    "const": lambda name, _: Constant(name),
    "num": lambda p, _: number(int(p)),
    "logp": lambda p, _: apply("log", number(int(p))),
}
