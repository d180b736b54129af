"""From index notation to matrix notation: a sum of products read as a chain of matrices.

Indices are vertices and factors with two indices are edges: a path from one free index to another is a product
of matrices, a path that ends in a factor with one index is a matrix times a vector. What is no such path (a
tensor of rank 3, an index in three factors) has no matrix notation, and None says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symbolic.canonical import opened
from symbolic.index import Bracket, Expr, IndexForm, rename_apart, tensor_name
from symbolic.matrix import (
    Entrywise,
    Hadamard,
    Inner,
    Lower,
    Matrix,
    Named,
    Negated,
    Norm,
    Ones,
    Outer,
    Plus,
    Powered,
    Product,
    Scalar,
    Scaled,
    Transposed,
    Unit,
)
from symbolic.ranges import Ranges

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Place = tuple[Expr, ...]


def recognise(form: IndexForm) -> Matrix | None:
    """Return an index form in matrix notation, or None where this notation has no word for it."""
    if form.rank > 2 or any(n == 1 for n in form.shape):
        return None
    sizes = dict(zip(form.index, form.shape, strict=True))
    return _Reader(sizes).tensor(rename_apart(form.entry, form.index), form.index)


class _Reader:
    """Reads expressions in one scope: the size of every index in it."""

    def __init__(self, sizes: Mapping[Expr, Expr]) -> None:
        self.sizes = dict(sizes)

    def tensor(self, expr: Expr, place: Place) -> Matrix | None:
        """Read an expression as the tensor whose entry at `place` it is."""
        if expr.is_Add:
            return _all_or_none(Plus, self._shape(place), [self.tensor(term, place) for term in expr.args])
        return self._term(expr, place)

    def _shape(self, place: Place) -> tuple[Expr, ...]:
        return tuple(self.sizes[i] for i in place)

    # -- terms -----------------------------------------------------------------------------------------

    def _term(self, term: Expr, place: Place) -> Matrix | None:
        """Read a product: a sign and scalars before, and a tensor of what depends on the place."""
        if term.could_extract_minus_sign():
            positive = self._term(-term, place)
            return None if positive is None else Negated(self._shape(place), positive)
        factors = sp.Mul.make_args(term)
        scalars = [f for f in factors if not f.has(*place)] if place else list(factors)
        rest = sp.Mul(*(f for f in factors if f not in scalars))
        of = None if not place else self._constant(place) if rest == 1 else self._network(rest, place)
        if place and of is None:
            return None
        above, below = self._fraction(scalars)
        if None in above or None in below:
            return None
        if not above and not below and of is not None:
            return of
        if of is None and len(above) == 1 and not below:
            return above[0]
        return Scaled(self._shape(place), tuple(above), tuple(below), of)  # type: ignore[arg-type]  # None is excluded

    def _constant(self, place: Place) -> Matrix:
        """Return the tensor of ones."""
        ones = [Ones((self.sizes[i],)) for i in place]
        return ones[0] if len(ones) == 1 else Outer(self._shape(place), *ones)

    def _fraction(self, scalars: Iterable[Expr]) -> tuple[list[Matrix | None], list[Matrix | None]]:
        above: list[Matrix | None] = []
        below: list[Matrix | None] = []
        for factor in scalars:
            base, exponent = factor.as_base_exp()
            if factor.is_Rational:
                above += [Scalar((), sp.Integer(factor.p))] if factor.p != 1 else []
                below += [Scalar((), sp.Integer(factor.q))] if factor.q != 1 else []
            elif exponent.is_Rational and exponent < 0:
                below.append(self._scalar(base**-exponent))
            else:
                above.append(self._scalar(factor))
        return above, below

    def _scalar(self, expr: Expr) -> Matrix | None:
        """Read what has no free index."""
        if isinstance(expr, sp.Sum):
            return self._norm(expr) or self._contracted(expr)
        if expr.is_Pow and isinstance(expr.base, sp.Sum):
            return self._norm(expr) if expr.exp == sp.Rational(1, 2) else None
        return None if expr.has(sp.Sum, sp.Indexed) else Scalar((), expr)

    def _norm(self, expr: Expr) -> Matrix | None:
        """Read ``sqrt(Sum x**2)`` and ``Sum |x|``."""
        body = expr.base if expr.is_Pow else expr
        limits, factors = opened([body], Ranges())
        place, entry = tuple(i for i, _, _ in limits), sp.Mul(*factors)
        for i, _, upper in limits:
            self.sizes[i] = upper + 1
        base, square = entry.as_base_exp()
        if expr.is_Pow and square == 2 and isinstance(base, sp.Indexed) and set(base.indices) == set(place):
            return Norm((), self._named(base), "2" if len(place) == 1 else "F")
        if (
            not expr.is_Pow
            and isinstance(entry, sp.Abs)
            and entry.args[0] == entry_at(entry, place)
            and len(place) == 1
        ):
            return Norm((), self._named(entry.args[0]), "1")
        return None

    def _named(self, entry: Expr) -> Matrix:
        return Named(tuple(self.sizes[i] for i in entry.indices), tensor_name(entry))

    # -- networks of factors -----------------------------------------------------------------------------

    def _contracted(self, expr: Expr) -> Matrix | None:
        return self._network(expr, ())

    def _network(self, expr: Expr, place: Place) -> Matrix | None:
        """Read a multiple sum of products as parts that each know some of the place, joined entry by entry."""
        limits, factors = opened(
            sp.Mul.make_args(expr), Ranges(tuple((i, sp.Integer(0), n - 1) for i, n in self.sizes.items()))
        )
        bound = {i for i, _, _ in limits}
        self.sizes.update({i: upper + 1 for i, _, upper in limits})
        groups = self._grouped(factors, {*place, *bound})
        if groups is None:
            return None
        parts: dict[Place, list[Matrix]] = {}
        while groups:
            found = self._path(groups, bound, place)
            if found is None:
                return None
            where, node = found
            parts.setdefault(where, []).append(node)
        return self._joined(parts, place)

    def _grouped(self, factors: Iterable[Expr], indices: set[Expr]) -> dict[Place, Matrix] | None:
        """Read the factors, those with the same indices multiplied entry by entry."""
        products: dict[Place, list[Expr]] = {}
        for factor in factors:
            where = tuple(sorted((i for i in indices if factor.has(i)), key=str))
            products.setdefault(where, []).append(factor)
        if any(len(where) not in (1, 2) for where in products):
            return None
        read = {where: self._entries(of, where) for where, of in products.items()}
        return None if None in read.values() else read  # type: ignore[return-value]  # None is excluded

    def _path(self, groups: dict[Place, Matrix], bound: set[Expr], place: Place) -> tuple[Place, Matrix] | None:
        """Take one connected path out of the groups, and return it with the free indices it ends in."""
        start = self._start(groups, bound, place)
        if start is None:
            return None
        matrices: list[Matrix] = []
        here, vector = start, None
        while True:
            edges = [where for where in groups if len(where) == 2 and here in where]
            ends = [where for where in groups if where == (here,)]
            if here in bound and matrices and ends:
                vector = groups.pop(ends[0])
            if len(edges) > 1 or (vector is not None and edges):
                return None
            if not edges:
                break
            edge = edges[0]
            there = edge[1] if edge[0] == here else edge[0]
            node = groups.pop(edge)
            matrices.append(node if edge == (here, there) else _transpose(node))
            here = there
            if here not in bound:
                break
        return self._assembled(start, here, matrices, vector, groups, bound)

    def _start(self, groups: Mapping[Place, Matrix], bound: set[Expr], place: Place) -> Expr | None:
        """Begin at a free index, in order; else at an index that only one pair of factors reads."""
        for i in place:
            if any(i in where for where in groups):
                return i
        degree = {i: sum(len(where) == 2 and i in where for where in groups) for i in bound}
        loose = [i for i in sorted(bound, key=str) if any(i in where for where in groups) and degree[i] < 2]
        return loose[0] if loose else None

    def _assembled(
        self,
        start: Expr,
        end: Expr,
        matrices: Sequence[Matrix],
        vector: Matrix | None,
        groups: dict[Place, Matrix],
        bound: set[Expr],
    ) -> tuple[Place, Matrix] | None:
        """Multiply the path out from its end: a vector, the ones it is summed with, or a matrix."""
        if not matrices:
            own = groups.pop((start,), None)
            if own is None:
                return None
            return ((start,), own) if start not in bound else ((), _total(own))
        if len(matrices) == 1 and start in bound and end in bound and vector is None and (start,) not in groups:
            return (), _total(matrices[0])
        if end in bound:
            right = vector or Ones((self.sizes[end],))
        else:
            *matrices, right = matrices
        for matrix in reversed(matrices):
            right = Product((matrix.shape[0], *right.shape[1:]), matrix, right)
        if start in bound:
            left = groups.pop((start,), None) or Ones((self.sizes[start],))
            if len(right.shape) != 1:
                return None
            return (), Inner((), left, right)
        return ((start,), right) if len(right.shape) == 1 else ((start, end), right)

    def _joined(self, parts: dict[Place, list[Matrix]], place: Place) -> Matrix | None:
        """Join parts that know the whole place, its first or its second index, or none of it."""
        scalars = parts.pop((), [])
        columns = [_hadamard(parts.pop((i,), []), (self.sizes[i],)) for i in place]
        whole = parts.pop(place, []) if len(place) == 2 else []
        if parts:
            return None
        if len(place) == 2 and any(columns):
            u, v = (node or Ones((self.sizes[i],)) for node, i in zip(columns, place, strict=True))
            whole.append(Outer(self._shape(place), u, v))
        elif len(place) == 1:
            whole = [node for node in columns if node]
        joined = _hadamard(whole, self._shape(place))
        if not scalars:
            return joined
        return Scaled(self._shape(place), tuple(scalars), (), joined)

    # -- factors ------------------------------------------------------------------------------------------

    def _entries(self, factors: Sequence[Expr], place: Place) -> Matrix | None:
        read = [self._entry(factor, place) for factor in factors]
        return None if None in read else _hadamard(read, self._shape(place))  # type: ignore[arg-type]  # None is excluded

    def _entry(self, expr: Expr, place: Place) -> Matrix | None:
        """Read one factor as the tensor whose entry at `place` it is."""
        shape = self._shape(place)
        if isinstance(expr, sp.Indexed):
            return self._tensor_entry(expr, place)
        if isinstance(expr, sp.KroneckerDelta) and len(place) == 1:
            k = next((a for a in expr.args if a != place[0]), None)
            return None if k is None or k.has(place[0]) else Unit(shape, k)
        if isinstance(expr, Bracket) and len(place) == 2 and expr.args[0] in (sp.Le(*place), sp.Le(*place[::-1])):
            lower = Lower(shape)
            return lower if expr.args[0] == sp.Le(*place[::-1]) else Transposed(shape, lower)
        if expr.is_Pow and expr.exp.has(*place):
            return _all_or_none(_powered, shape, [self.tensor(expr.base, place), self._exponent(expr.exp, place)])
        if expr.is_Pow or isinstance(expr, (sp.exp, sp.log, sp.Abs, sp.sign)):
            return self._function(expr, place)
        return self.tensor(expr, place) if expr.is_Add else None

    def _tensor_entry(self, entry: Expr, place: Place) -> Matrix | None:
        shape = self._shape(place)
        if entry.indices == place:
            return Named(shape, tensor_name(entry))
        swapped = entry.indices == place[::-1]
        return Transposed(shape, Named(shape[::-1], tensor_name(entry))) if swapped else None

    def _exponent(self, expr: Expr, place: Place) -> Matrix | None:
        """Read an exponent, where a number may be added to every entry, as in ``x^(y - 1)``."""
        number, rest = expr.as_coeff_Add()
        of = self.tensor(rest, place)
        if of is None or number == 0:
            return of
        shift = Scalar((), abs(number))
        return Plus(of.shape, (of, shift if number > 0 else Negated((), shift)))

    def _function(self, expr: Expr, place: Place) -> Matrix | None:
        inner = expr.base if expr.is_Pow and not isinstance(expr, sp.exp) else expr.args[0]
        of = self.tensor(inner, place)
        argument = sp.Dummy(real=True)
        return None if of is None else Entrywise(self._shape(place), expr.xreplace({inner: argument}), argument, of)


def entry_at(expr: Expr, place: Place) -> Expr | None:
    """Return the entry at `place` that `expr` is the absolute value of, if it is one."""
    entry = expr.args[0]
    return entry if isinstance(entry, sp.Indexed) and entry.indices == place else None


def _transpose(node: Matrix) -> Matrix:
    return node.of if isinstance(node, Transposed) else Transposed(node.shape[::-1], node)


def _total(node: Matrix) -> Matrix:
    """Return the sum of all entries: of a product, as an inner product."""
    if isinstance(node, Hadamard):
        first, *rest = node.factors
        return Inner((), first, rest[0] if len(rest) == 1 else Hadamard(node.shape, tuple(rest)))
    total: Matrix = node
    for n in reversed(node.shape[1:]):
        total = Product(total.shape[:-1], total, Ones((n,)))
    return Inner((), Ones(node.shape[:1]), total)


def _hadamard(nodes: Sequence[Matrix], shape: tuple[Expr, ...]) -> Matrix | None:
    if len(nodes) < 2:
        return nodes[0] if nodes else None
    tangents_last = sorted(nodes, key=lambda node: isinstance(node, Named) and node.name.endswith(("_dot", "_bar")))
    return Hadamard(shape, tuple(tangents_last))


def _powered(shape: tuple[Expr, ...], parts: tuple[Matrix, ...]) -> Matrix:
    return Powered(shape, *parts)


def _all_or_none(make: object, shape: tuple[Expr, ...], parts: Sequence[Matrix | None]) -> Matrix | None:
    return None if None in parts else make(shape, tuple(parts))  # type: ignore[operator]  # a class or a function
