"""Sums over a spectrum: ``Σ λ v vᵀ`` is the matrix, ``Σ λ⁻¹ v vᵀ`` its inverse, ``Σ σ u vᵀ`` the matrix again."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.build import BUILDERS, bound_of, inside_at
from symbolic.tensors.nodes import Index
from symbolic.tensors.polynomial import Raw, collected

if TYPE_CHECKING:
    from symbolic.tensors.polynomial import Poly
    from symbolic.tensors.terms import Atom, Place

PAIRS = {"eigval": ("eigvec", "eigvec"), "sval": ("svd_u", "svd_v")}
POWERS = {"eigval": (1, 2, 3, -1, -2), "sval": (1,)}


def spectral_sums(raw: Raw) -> list[Raw] | None:
    """Sum over one eigenvalue or singular value and its two vectors."""
    for atom, e in raw.factors.items():
        if atom.kind not in PAIRS or e not in POWERS[atom.kind] or len(atom.args) != 1:
            continue
        (k,) = atom.args
        using = [a for a in raw.factors if k in a.args and a is not atom]
        if k in raw.sums and (ends := _ends(raw, atom, using, k)) is not None:
            kept = tuple(i for i in raw.sums if i != k)
            rest = Raw(raw.coefficient, raw.without(atom, *using).factors, kept)
            return [rest.times(part) for part in _power(atom, int(e), *ends).raws()]
    return None


def _ends(raw: Raw, atom: Atom, using: list[Atom], k: Place) -> tuple[Place, Place] | None:
    """Return the outer places of the two vectors that share the index, if there are no others."""
    left, right = PAIRS[atom.kind]
    if any(a.data != atom.data or len(a.args) != 2 for a in using):
        return None
    vectors = [(a, raw.factors[a]) for a in using]
    if atom.kind == "eigval":
        places = [a.args[0] for a, e in vectors for _ in range(int(e)) if a.kind == left and a.args[1] == k]
        whole = sum(e for _, e in vectors) == 2 and len(places) == 2
        return (places[0], places[1]) if whole else None
    rows = [a.args[0] for a, e in vectors if a.kind == left and e == 1]
    cols = [a.args[1] for a, e in vectors if a.kind == right and e == 1]
    return (rows[0], cols[0]) if len(rows) == len(cols) == 1 and len(vectors) == 2 else None


def _power(atom: Atom, e: int, a: Place, b: Place) -> Poly:
    """Return an entry of a power of the matrix of a spectrum."""
    bound = bound_of(atom)
    row, col = list(bound.values())
    matrix = inside_at(atom, dict(bound))
    if e < 0:
        inverse = BUILDERS["inv"](collected(matrix), (row, col), (row, col))
        matrix, e = inverse.raws(), -e
    stops: list[Place] = [a, *(Index(row.dim) for _ in range(e - 1)), b]
    product = [Raw(Fraction(1), {})]
    for start, end in itertools.pairwise(stops):
        factors = collected(matrix)
        product = [p.times(m) for p in product for m in factors.raws({row: start, col: end})]
    inner = tuple(i for i in stops[1:-1] if isinstance(i, Index))
    return collected(Raw(p.coefficient, p.factors, p.sums + inner) for p in product)
