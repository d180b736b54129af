"""Inverse, determinant and folds of polynomials in normal form: products parted, diagonals opened."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.build import BUILDERS, bound_of, inside_at, made, own_count, single
from symbolic.tensors.calculus import SPECTRA
from symbolic.tensors.exponents import whole_power
from symbolic.tensors.facts import FACTS
from symbolic.tensors.functions import content, exp, log, power
from symbolic.tensors.nodes import Index
from symbolic.tensors.polynomial import Poly, Raw, collected, constant
from symbolic.tensors.rules import delta_atom, finish, multiply, size_raws, summed
from symbolic.tensors.terms import Atom, Place, components

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ONE = Fraction(1)


@dataclass(frozen=True)
class Chain:
    """A product of square matrices from a row to a column: a scalar, and matrices and diagonals in order."""

    scalar: Poly
    links: tuple[tuple[Atom, bool] | Poly, ...]
    """A matrix atom and whether it is transposed; or a polynomial of one free index, the diagonal."""


def chain(poly: Poly, row: Index, col: Index) -> Chain | None:
    """Read a matrix of one term as a product of square matrices; None where it is none."""
    if len(poly.terms) != 1 or row.dim != col.dim:
        return None
    (raw,) = poly.raws()
    apart = [(a, e) for a, e in raw.factors.items() if not _touches(a, raw, row, col)]
    here = row
    links: list[tuple[Atom, bool] | Poly] = []
    left = {a: e for a, e in raw.factors.items() if (a, e) not in apart}
    while True:
        diagonal = {a: e for a, e in left.items() if set(a.args) == {here} and len(a.args) == 1}
        if diagonal:
            links.append(collected([Raw(ONE, dict(diagonal.items())).at({here: row})]))
        left = {a: e for a, e in left.items() if a not in diagonal}
        if here == col:
            break
        using = [a for a in left if here in a.args]
        if len(using) != 1 or left[using[0]] != 1 or using[0].kind not in ("var", "inv") or len(using[0].args) != 2:
            return None
        atom = using[0]
        there = atom.args[1 - atom.args.index(here)]
        if there == here or not isinstance(there, Index) or there.dim != row.dim:
            return None
        links.append((atom, atom.args[1] == here))
        del left[atom]
        here = there
    if left or any(a.kind == "delta" for a, _ in apart):
        return None
    sums = tuple(i for i in raw.sums if any(i in a.args for a, _ in apart))
    return Chain(collected([Raw(raw.coefficient, dict(apart), sums)]), tuple(links))


def _touches(atom: Atom, raw: Raw, row: Index, col: Index) -> bool:
    for part, own in components(raw.factors, (*raw.sums, row, col)):
        if any(a == atom for a, _ in part):
            return row in own or col in own
    return False


def diagonal_of(poly: Poly, rows: Sequence[Index], cols: Sequence[Index]) -> Poly | None:
    """Return the diagonal of a matrix whose every term has the deltas of row and column; None where one has not."""
    raws = []
    for raw in poly.raws():
        deltas = [delta_atom(r, c) for r, c in zip(rows, cols, strict=True)]
        found = [a for a in raw.factors if a.kind == "delta" and any(set(a.args) == set(d.args) for d in deltas)]
        if len(found) < len(deltas):
            return None
        raws.append(raw.without(*found).at(dict(zip(cols, rows, strict=True))))
    return finish(raws)


# -- inverse --------------------------------------------------------------------------------------------------


def inverse(poly: Poly, rows: Sequence[Index], cols: Sequence[Index], at: Sequence[Place]) -> Poly:
    """Return the entry of the inverse of a matrix at a place."""
    half = len(rows)
    diagonal = diagonal_of(poly, rows, cols)
    if diagonal is not None:
        value = _moved(power(diagonal, -ONE), dict(zip(rows, at[:half], strict=True)))
        return multiply(
            value, finish([Raw(ONE, {delta_atom(a, b): ONE for a, b in zip(at[:half], at[half:], strict=True)})])
        )
    updated = _rank_one(poly, rows[0], cols[0]) if half == 1 else None
    if updated is not None:
        return _sherman_morrison(poly, updated, (rows[0], cols[0]), at)
    if half == 1:
        product = chain(poly, rows[0], cols[0])
        if product is not None and (len(product.links) > 1 or product.scalar.number() != 1 or _is_special(product)):
            return _inverse_chain(product, rows[0], at)
    apart = _common_scalar(poly, (*rows, *cols))
    if apart is not None:
        return multiply(power(apart[0], -ONE), inverse(apart[1], rows, cols, at))
    number, atom, twisted = made("inv", poly, bound=(*rows, *cols), scale="full", twist=(*cols, *rows))
    _learn_inverse(atom)
    tail = (*at[half:], *at[:half]) if twisted else tuple(at)
    symmetric = _swapped_symmetry(poly, rows, cols)
    own = len(atom.args)
    symmetry: tuple[tuple[tuple[int, ...], int], ...] = ()
    if symmetric:
        swap = (*range(own), *range(own + half, own + 2 * half), *range(own, own + half))
        symmetry = ((tuple(range(own + 2 * half)), 1), (swap, symmetric))
    full = Atom("inv", atom.data, (*atom.args, *tail), atom.inside, symmetry)
    return finish([Raw(1 / number, {full: ONE})])


def _sherman_morrison(poly: Poly, updated: tuple[Poly, Poly], ends: tuple[Index, Index], at: Sequence[Place]) -> Poly:
    """``(D + u vᵀ)⁻¹ = D⁻¹ − D⁻¹ u vᵀ D⁻¹ / (1 + vᵀ D⁻¹ u)``."""
    row, col = ends
    matrix, scale = updated
    reciprocal = power(diagonal_of(matrix, [row], [col]) or constant(1), -ONE)
    update = poly.plus(matrix.scaled(-ONE))
    places: dict[Place, Place] = {row: at[0], col: at[1]}
    both = multiply(_moved(reciprocal, {row: at[0]}), _moved(reciprocal, {row: at[1]}), _moved(update, places))
    plain = multiply(_moved(reciprocal, {row: at[0]}), finish([Raw(ONE, {delta_atom(at[0], at[1]): ONE})]))
    return plain.plus(multiply(both, power(scale, -ONE)).scaled(-ONE))


def _learn_inverse(atom: Atom) -> None:
    facts = FACTS.get()
    if facts.learning:
        facts.grams.add(atom.data)


def _swapped_symmetry(poly: Poly, rows: Sequence[Index], cols: Sequence[Index]) -> int:
    """Return 1 for a symmetric matrix, -1 for an antisymmetric one, else 0."""
    swapped = _moved(poly, {**dict(zip(rows, cols, strict=True)), **dict(zip(cols, rows, strict=True))})
    if swapped == poly:
        return 1
    return -1 if swapped == poly.scaled(-ONE) else 0


def _moved(poly: Poly, places: dict[Place, Place]) -> Poly:
    return finish(poly.raws(places))


def _is_special(product: Chain) -> bool:
    (link,) = product.links
    return isinstance(link, Poly) or link[0].kind == "inv" or FACTS.get().has(link[0].data, "orthogonal")


def _inverse_chain(product: Chain, row: Index, at: Sequence[Place]) -> Poly:
    inner = [Index(row.dim) for _ in range(sum(not isinstance(k, Poly) for k in product.links) - 1)]
    stops: list[Place] = [at[0], *inner, at[1]]
    parts = [power(product.scalar, -ONE)]
    here = 0
    for link in reversed(product.links):
        if isinstance(link, Poly):
            parts.append(_moved(power(link, -ONE), {row: stops[here]}))
        else:
            parts.append(_inverse_atom(link[0], link[1], stops[here], stops[here + 1]))
            here += 1
    return summed(multiply(*parts), inner)


def _inverse_atom(atom: Atom, transposed: bool, a: Place, b: Place) -> Poly:
    """Return the entry ``(a, b)`` of the inverse of a matrix that is one atom."""
    if transposed:
        a, b = b, a
    if atom.kind == "inv":
        bound = bound_of(atom)
        row, col = list(bound.values())
        places: dict[Place, Place] = dict(bound)
        inside = finish(inside_at(atom, places))  # type: ignore[arg-type]  # indices are places
        return _moved(inside, {row: a, col: b})
    if FACTS.get().has(atom.data, "orthogonal"):
        return finish([Raw(ONE, {Atom(atom.kind, atom.data, (b, a), None, atom.symmetry): ONE})])
    row, col = Index(atom.args[0].dim), Index(atom.args[1].dim)
    return inverse(single(Atom(atom.kind, atom.data, (row, col), atom.inside, atom.symmetry)), (row,), (col,), (a, b))


# -- determinant ----------------------------------------------------------------------------------------------


def determinant(poly: Poly, rows: Sequence[Index], cols: Sequence[Index], *, logarithm: bool) -> Poly:
    """Return the determinant, or the logarithm of its size."""
    diagonal = diagonal_of(poly, rows, cols)
    if diagonal is not None:
        return summed(log(diagonal), rows) if logarithm else product(diagonal, rows)
    updated = _rank_one(poly, rows[0], cols[0]) if len(rows) == 1 else None
    if updated is not None:
        parts = [determinant(updated[0], rows, cols, logarithm=logarithm)]
        return parts[0].plus(log(updated[1])) if logarithm else multiply(*parts, updated[1])
    scalar, value = _by_parts(poly, rows, cols, logarithm=logarithm) or _whole(poly, rows, cols, logarithm=logarithm)
    count = multiply(*(collected(size_raws(i.dim)) for i in rows))
    return value.plus(multiply(count, log(scalar))) if logarithm else multiply(whole_power(scalar, count), value)


def _by_parts(poly: Poly, rows: Sequence[Index], cols: Sequence[Index], *, logarithm: bool) -> tuple[Poly, Poly] | None:
    """Return a scalar in front of a matrix, and the determinant of the rest, where it is one of parts."""
    links = chain(poly, rows[0], cols[0]) if len(rows) == 1 else None
    if links is not None and (len(links.links) > 1 or links.scalar.number() != 1 or _is_special(links)):
        parts = [_link_determinant(link, rows[0], logarithm) for link in links.links]
        return links.scalar, Poly().plus(*parts) if logarithm else multiply(*parts)
    apart = _common_scalar(poly, (*rows, *cols))
    if apart is None:
        return None
    return apart[0], determinant(apart[1], rows, cols, logarithm=logarithm)


def _whole(poly: Poly, rows: Sequence[Index], cols: Sequence[Index], *, logarithm: bool) -> tuple[Poly, Poly]:
    """Return the number in front of a matrix, and the determinant of the rest as an atom."""
    kind = "logdet" if logarithm else "det"
    number, atom, _ = made(kind, poly, bound=(*rows, *cols), scale="full", twist=(*cols, *rows))
    if logarithm:
        _learn_inverse(atom)
    return constant(number), single(Atom(atom.kind, atom.data, atom.args, atom.inside))


def _common_scalar(poly: Poly, ends: Sequence[Index]) -> tuple[Poly, Poly] | None:
    """Part a matrix into what all its terms have as a factor, apart from row and column, and the rest."""
    if len(poly.terms) < 2:
        return None
    units = {a: e for a, e in content(poly)[0].items() if not set(a.args) & set(ends)}
    if not units:
        return None
    inverse = Raw(ONE, {a: -e for a, e in units.items()})
    return collected([Raw(ONE, units)]), finish(raw.times(inverse) for raw in poly.raws())


def _rank_one(poly: Poly, row: Index, col: Index) -> tuple[Poly, Poly] | None:
    """Part a diagonal matrix plus ``u vᵀ`` into the diagonal and ``1 + vᵀ D⁻¹ u``."""
    diagonal: list[Raw] = []
    others: list[Raw] = []
    for raw in poly.raws():
        (diagonal if any(a.kind == "delta" and set(a.args) == {row, col} for a in raw.factors) else others).append(raw)
    if len(others) != 1 or not diagonal:
        return None
    joint = components(others[0].factors, (*others[0].sums, row, col))
    if any(row in own and col in own for _, own in joint):
        return None
    matrix = finish(diagonal)
    entries = diagonal_of(matrix, [row], [col])
    if not matrix or entries is None:
        return None
    update = finish([others[0].at({col: row})])
    return matrix, constant(1).plus(summed(multiply(update, power(entries, -ONE)), [row]))


def _link_determinant(link: tuple[Atom, bool] | Poly, row: Index, logarithm: bool) -> Poly:
    if isinstance(link, Poly):
        return summed(log(link), [row]) if logarithm else product(link, [row])
    atom = link[0]
    if atom.kind == "inv":
        bound = list(bound_of(atom).items())
        inside = finish(inside_at(atom, dict(bound)))
        value = determinant(inside, [bound[0][1]], [bound[1][1]], logarithm=logarithm)
        return value.scaled(-ONE) if logarithm else power(value, -ONE)
    if FACTS.get().has(atom.data, "orthogonal") and logarithm:
        return Poly()
    row, col = Index(atom.args[0].dim), Index(atom.args[1].dim)
    one = single(Atom(atom.kind, atom.data, (row, col), atom.inside, atom.symmetry))
    kind = "logdet" if logarithm else "det"
    _, made_atom, _ = made(kind, one, bound=(row, col), twist=(col, row))
    return single(Atom(kind, made_atom.data, (), made_atom.inside))


# -- folds ----------------------------------------------------------------------------------------------------


def product(poly: Poly, over: Sequence[Index]) -> Poly:
    """Return the product over indices: of a product, the product of the products."""
    if len(poly.terms) != 1 or not poly:
        return _wrapped("prod", poly, over)
    (raw,) = poly.raws()
    determinant_of = _all_eigenvalues(raw, over)
    if determinant_of is not None:
        return determinant_of
    parts: list[Poly] = []
    if raw.coefficient != 1:
        count = multiply(*(collected(size_raws(i.dim)) for i in over))
        parts.append(whole_power(constant(raw.coefficient), count))
    for part, own in components(raw.factors, (*raw.sums, *over)):
        inner = [i for i in own if i not in over]
        used = [i for i in over if i in own]
        if len(used) < len(over):
            return _wrapped("prod", poly, over)
        if len(part) == 1 and not inner and part[0][0].kind == "E":
            exponent = BUILDERS["inside"](single(part[0][0]), (), ()).scaled(part[0][1])
            parts.append(exp(summed(exponent, over)))
        elif len(part) == 1 and not inner:
            parts.append(power(_wrapped("prod", single(part[0][0]), over), part[0][1]))
        elif inner:
            parts.append(_wrapped("prod", collected([Raw(ONE, dict(part), tuple(inner))]), over))
        else:
            parts.extend(power(_wrapped("prod", single(a), over), e) for a, e in part)
    return multiply(constant(1), *parts)


def _all_eigenvalues(raw: Raw, over: Sequence[Index]) -> Poly | None:
    """Return the determinant that a product of all eigenvalues is."""
    if len(raw.factors) != 1 or raw.coefficient != 1 or len(over) != 1:
        return None
    ((atom, e),) = raw.factors.items()
    if atom.kind != "eigval" or atom.args != tuple(over) or e != 1:
        return None
    bound = bound_of(atom)
    rows, cols = ([i] for i in bound.values())
    return determinant(finish(inside_at(atom, dict(bound))), rows, cols, logarithm=False)


def greatest(poly: Poly, over: Sequence[Index]) -> Poly:
    """Return the greatest entry over indices: what does not depend on them stands in front."""
    inside: list[Raw] = []
    outside: list[Raw] = []
    for raw in poly.raws():
        (inside if any(i in a.args for a in raw.factors for i in over) else outside).append(raw)
    varying = collected(inside)
    if not varying:
        return poly
    return collected(outside).plus(_wrapped("max", varying, over))


def _wrapped(kind: str, poly: Poly, over: Sequence[Index]) -> Poly:
    _, atom, _ = made(kind, poly, bound=over)
    return single(atom)


def pseudo_inverse(poly: Poly, row: Index, col: Index, at: Sequence[Place]) -> Poly:
    """Return the entry of the pseudo-inverse at a place: opened where the rank is known to be full."""
    for gram in (0, 1):
        new = Index(col.dim if gram == 0 else row.dim)
        mid = row if gram == 0 else col
        other = _moved(poly, {(col if gram == 0 else row): new})
        square = summed(multiply(poly, other), [mid])
        ends = (col, new) if gram == 0 else (row, new)
        _, atom, _ = made("inv", square, bound=ends, scale="full", twist=ends[::-1])
        if atom.data in FACTS.get().grams:
            a, b = Index(ends[0].dim), Index(ends[0].dim)
            inner = inverse(square, (ends[0],), (ends[1],), (a, b))
            if gram == 0:
                value = summed(multiply(inner, _moved(poly, {row: at[1], col: b})), [b])
                return _moved(value, {a: at[0]})
            value = summed(multiply(_moved(poly, {row: a, col: at[0]}), inner), [a])
            return _moved(value, {b: at[1]})
    _, atom, twisted = made("pinv", poly, bound=(row, col), twist=(col, row))
    tail = (at[1], at[0]) if twisted else tuple(at)
    return single(Atom("pinv", atom.data, (*atom.args, *tail), atom.inside))


def spectral(kind: str, poly: Poly, row: Index, col: Index, at: Sequence[Place]) -> Poly:
    """Return an entry of the spectrum of a matrix: it is not opened."""
    _, atom, _ = made(kind, poly, bound=(row, col))
    return single(Atom(kind, atom.data, (*atom.args, *at), atom.inside))


def _spectral_builder(kind: str) -> Callable[..., Poly]:
    return lambda poly, at, bound: spectral(kind, poly, bound[0], bound[1], at)


BUILDERS.update({kind: _spectral_builder(kind) for kind in SPECTRA})


def _rebuilt_inverse(poly: Poly, at: tuple[Place, ...], bound: tuple[Index, ...]) -> Poly:
    half = len(bound) // 2
    return inverse(poly, bound[:half], bound[half:], at)


def _rebuilt_determinant(poly: Poly, bound: tuple[Index, ...], *, logarithm: bool) -> Poly:
    half = len(bound) // 2
    return determinant(poly, bound[:half], bound[half:], logarithm=logarithm)


BUILDERS["inv"] = _rebuilt_inverse
BUILDERS["pinv"] = lambda poly, at, bound: pseudo_inverse(poly, bound[0], bound[1], at)
BUILDERS["det"] = lambda poly, _, bound: _rebuilt_determinant(poly, bound, logarithm=False)
BUILDERS["logdet"] = lambda poly, _, bound: _rebuilt_determinant(poly, bound, logarithm=True)
BUILDERS["prod"] = lambda poly, _, bound: product(poly, bound)
BUILDERS["max"] = lambda poly, _, bound: greatest(poly, bound)

__all__ = ["determinant", "greatest", "inverse", "own_count", "product", "pseudo_inverse"]
