"""Prove that expressions are equal for every size, by their normal forms; what is not proved is not called false."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.errors import FormulaError, NotationError
from symbolic.tensors.build import bound_of, inside_at, own_count
from symbolic.tensors.calculus import derivative
from symbolic.tensors.domains import with_merged
from symbolic.tensors.explicit import written_out
from symbolic.tensors.facts import Facts, assuming, facts_of
from symbolic.tensors.functions import Undefined
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    Apply,
    Compare,
    Fold,
    Index,
    Node,
    Of,
    Var,
    add,
    delta,
    mul,
    substitute,
)
from symbolic.tensors.normal import normal
from symbolic.tensors.parse import parse, parse_shapes
from symbolic.tensors.polynomial import Poly, Raw, TooLarge
from symbolic.tensors.rules import finish
from symbolic.tensors.tensor import Tensor, broadcast, variable
from symbolic.tensors.terms import Atom, Bound

if TYPE_CHECKING:
    from collections.abc import Mapping

SPACES = ("free", "symmetric-projected", "symmetric-entries")
MOST_ROUNDS = 6
ONE = Fraction(1)


def equal(a: Node, b: Node, domains: Mapping[str, object] | None = None) -> bool | None:
    """Return True where two entries are proved equal for every size, else None."""
    return vanishes(add(a, mul(MINUS_ONE, b)), (a, b), facts_of(domains))


def vanishes(difference: Node, witnesses: tuple[Node, ...], facts: Mapping[str, frozenset[str]]) -> bool | None:
    """Return True where a difference is proved to vanish, wherever the witnesses have a value; else None."""
    try:
        learnt: set[str] = set()
        grams: set[str] = set()
        with assuming(Facts(facts)):
            if any(_reads_a_triangle(w) for w in witnesses):
                return None
        if not any(_has_branches(w, facts) for w in witnesses):
            with assuming(Facts(facts, learning=True)) as first:
                for w in witnesses:
                    normal(w)
            learnt, grams = first.positive, first.grams
        with assuming(Facts(facts, learnt, grams=grams)):
            return True if all(is_zero(normal(d)) for d in written_out(difference)) else None
    except (TooLarge, Undefined, RecursionError):
        return None


def _has_branches(node: Node, facts: Mapping[str, frozenset[str]]) -> bool:
    """Whether some part is used only somewhere: a root or logarithm there says nothing of the other places."""
    steps = ("positive", "nonnegative", "zero", "sign", "abs", "relu")
    if isinstance(node, Compare) or (isinstance(node, Apply) and node.function in steps):
        return True
    if isinstance(node, Var) and facts.get(node.name, frozenset()) & {"idempotent", "whole"}:
        return True  # a weight that may be 0
    return any(_has_branches(child, facts) for child in node.children())


def _reads_a_triangle(node: Node) -> bool:
    """Whether a spectrum is asked of a matrix that is not symmetric: NumPy reads one triangle then."""
    if isinstance(node, Of) and node.kind in ("eigval", "eigvec", "cholesky"):
        swapped = substitute(node.body, dict(zip(node.bound, node.cols + node.rows, strict=True)))
        if not is_zero(normal(add(node.body, mul(MINUS_ONE, swapped)))):
            return True
    return any(map(_reads_a_triangle, node.children()))


def _has_kinks(node: Node) -> bool:
    steps = ("positive", "nonnegative", "zero", "sign", "abs", "relu", "floor")
    own = isinstance(node, Apply) and node.function in steps
    return own or (isinstance(node, Fold) and node.kind in ("max", "min")) or any(map(_has_kinks, node.children()))


def is_zero(poly: Poly, rounds: int = MOST_ROUNDS) -> bool:
    """Whether the polynomial is shown to vanish: as it is, or after multiplying by what it divides by."""
    if not poly:
        return True
    if rounds <= 0:
        return False
    cleared = _without_denominator(poly)
    if cleared is not None:
        return is_zero(cleared, rounds - 1)
    return any(is_zero(p, rounds - 3) for p in sorted(_without_inverse(poly), key=_inverses))


def _inverses(poly: Poly) -> int:
    return sum(1 + sum(atom.kind == "inv" for atom, _ in term.factors) for _, term in poly.terms.values())


def _without_denominator(poly: Poly) -> Poly | None:
    worst: dict[Atom, Fraction] = {}
    for _, term in poly.terms.values():
        for atom, e in term.factors:
            if atom.kind == "P" and e < 0 and not any(isinstance(p, Bound) for p in atom.args):
                worst[atom] = min(worst.get(atom, e), e)
    if not worst:
        return None
    atom, e = min(worst.items(), key=lambda item: (len(item[0].data), item[0].data))
    return finish(raw.times(Raw(ONE, {atom: -e})) for raw in poly.raws())


def _without_inverse(poly: Poly) -> list[Poly]:
    """Multiply by a matrix whose inverse ends in a free index, from that side."""
    results = []
    seen = set()
    for _, term in poly.terms.values():
        for atom, _e in term.factors:
            if atom.kind != "inv" or len(atom.args) != own_count(atom) + 2 or own_count(atom):
                continue
            for side in (0, 1):
                place = atom.args[side]
                if isinstance(place, Index) and (atom.data, place) not in seen:
                    seen.add((atom.data, place))
                    results.append(_met_by_matrix(poly, atom, side, place))
    return results


def _met_by_matrix(poly: Poly, atom: Atom, side: int, place: Index) -> Poly:
    bound = bound_of(atom)
    row, col = list(bound.values())
    outside, inside = Index(place.dim), Index(place.dim)
    places = {row: outside, col: inside} if side == 0 else {col: outside, row: inside}
    matrix = [m.at(places) for m in inside_at(atom, bound)]  # type: ignore[arg-type]  # indices are places
    products = []
    for raw in poly.raws():
        moved = raw.at({place: inside})
        for m in matrix:
            fresh = {i: Index(i.dim) for i in m.sums}
            part = Raw(m.coefficient, m.factors, tuple(fresh.values())).at(fresh)  # type: ignore[arg-type]  # indices
            whole = moved.times(part)
            products.append(Raw(whole.coefficient, whole.factors, (*whole.sums, inside)))
    return finish(products)


# -- claims ---------------------------------------------------------------------------------------------------


def prove(
    f: str,
    df: str,
    wrt: str,
    shapes: str | Mapping[str, object],
    domains: Mapping[str, object] | None = None,
    space: str = "free",
) -> bool | None:
    """Prove a derivative for every size.

    Parameters
    ----------
    f, df : str
        The function and its claimed derivative, of the shape ``f.shape + wrt.shape``, in NumPy's spelling.
    wrt : str
        The tensor that varies.
    shapes : str or mapping
        ``"A: m,n  x: n"``.
    domains : mapping, optional
        ``{"A": "symmetric"}``: what holds of the tensors where the derivative is taken; words that are not known are
        not used.
    space : str
        ``"free"``: every entry varies by itself. ``"symmetric-projected"``: the gradient among symmetric matrices,
        ``(G + Gᵀ)/2``. ``"symmetric-entries"``: by the free entries of a symmetric matrix, ``G + Gᵀ - diag G``.

    Returns
    -------
    bool or None
        True where it is proved; None where it is not, true or false.

    Raises
    ------
    FormulaError
        A formula, a shape or the space is not of ours.
    """
    known = parse_shapes(shapes)
    function, claim = parse(f, known), parse(df, known)
    try:
        gradient = gradient_of(function, wrt, known, space)
    except NotationError:  # a function without a derivative here: nothing is proved
        return None
    facts = with_merged(facts_of(domains, strict=False), known)
    if space != "free":
        facts[wrt] = facts.get(wrt, frozenset()) | {"symmetric"}
    # a proof holds off kinks, and where entries are alike a kink is no exception
    ties = any("ties" in own for own in facts.values())
    if claim.dims != gradient.dims or (ties and (_has_kinks(function.entry) or _has_kinks(claim.entry))):
        return None
    difference = broadcast(lambda a, b: add(a, mul(MINUS_ONE, b)), gradient, claim)
    return vanishes(difference.entry, (function.entry,), facts)


def gradient_of(f: Tensor, wrt: str, shapes: Mapping[str, object], space: str = "free") -> Tensor:
    """Return the derivative of every entry of `f` by every entry of a tensor, of shape ``f.shape + wrt.shape``.

    Raises
    ------
    FormulaError
        The tensor or the space is not known.
    """
    if wrt not in shapes:
        raise FormulaError(f"{wrt!r} has no shape: name it in shapes (known: {', '.join(shapes) or 'none'})")
    if space not in SPACES:
        raise FormulaError(f"{space!r} is no space: use {', '.join(SPACES)}")
    x = variable(wrt, shapes[wrt])  # type: ignore[arg-type]  # parsed shapes
    entry = derivative(f.entry, wrt, x.indices)
    if space == "free":
        return Tensor(f.axes + x.axes, entry)
    if x.rank != 2 or x.dims[0] != x.dims[1]:
        raise FormulaError(f"{wrt} is {x}: only a square matrix can be symmetric")
    transposed = derivative(f.entry, wrt, x.indices[len(x.axes[0]) :] + x.indices[: len(x.axes[0])])
    if space == "symmetric-projected":
        return Tensor(f.axes + x.axes, mul(HALF, add(entry, transposed)))
    diagonal = mul(*(delta(i, j) for i, j in zip(*x.axes, strict=True)), entry)
    return Tensor(f.axes + x.axes, add(entry, transposed, mul(MINUS_ONE, diagonal)))
