"""Matrix notation: scalars, vectors and matrices as ``Aᵀ v``, ``v xᵀ``, ``A / ‖A‖``, each with an entry and a layout.

`Matrix` nodes are what a result of index notation is recognised as (`symbolic.recognise`). A node knows its own
entry, so that the recognised formula is checked like any other step, by evaluation.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp

from symbolic import layout as lay
from symbolic.formula import layout_of
from symbolic.index import Bracket, Expr, IndexForm, entry_of, fresh, summed
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.names import name_layout
from symbolic.text import text

TRANSPOSE = lay.Operator("⊤", "postfix")
HADAMARD = lay.Operator("⊙")
RING = lay.Operator("∘", "prefix")
BOUND = ("k", "l", "s", "t", "u", "v")
Place = tuple[Expr, ...]


@dataclass(frozen=True)
class Matrix:
    """A scalar, vector (a column) or matrix of `shape`; the base of all nodes."""

    shape: tuple[Expr, ...]

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the entry at `place`, with bound indices that are not among `used`."""
        raise NotImplementedError

    def layout(self) -> lay.Layout:
        """Return how it is written."""
        raise NotImplementedError

    @property
    def loose(self) -> bool:
        """Whether it needs parentheses as a factor."""
        return False

    @property
    def form(self) -> IndexForm:
        """The same in index notation, to be evaluated."""
        letters = fresh(set().union(*(n.free_symbols for n in self.shape)), ("i", "j"))
        index = tuple(next(letters) for _ in self.shape)
        return IndexForm(index, self.shape, self.at(index, frozenset(index)))

    def text(self) -> str:
        """Return it in one line of text."""
        return text(self.layout())

    def latex(self) -> str:
        """Return it in LaTeX."""
        return latex(self.layout())

    def mathml(self) -> str:
        """Return it in MathML."""
        return mathml(self.layout())

    def __str__(self) -> str:
        return self.text()


def whole(entry: Expr) -> lay.Layout:
    """Lay out the tensor that `entry` is one entry of; of a derivative, the gradient."""
    if isinstance(entry, sp.Indexed):
        return name_layout(str(entry.base.label))
    if entry.args:
        return lay.row(lay.Labelled(lay.Operator("∇", "prefix"), below=whole(entry.args[1])), name_layout("out"))
    return name_layout(str(entry))


def _factor(node: Matrix) -> lay.Layout:
    return lay.parenthesized(node.layout()) if node.loose else node.layout()


# -- leaves ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Named(Matrix):
    """A tensor by its name."""

    name: str

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return its entry."""
        del used
        return entry_of(self.name, place)

    def layout(self) -> lay.Layout:
        """Return its name."""
        return name_layout(self.name)


@dataclass(frozen=True)
class Scalar(Matrix):
    """A number, or a formula of sizes and 0-d tensors."""

    expr: Expr

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the formula."""
        del place, used
        return self.expr

    def layout(self) -> lay.Layout:
        """Return the formula's layout."""
        return layout_of(self.expr)

    @property
    def loose(self) -> bool:
        """A sum is."""
        return bool(self.expr.is_Add)


@dataclass(frozen=True)
class Ones(Matrix):
    """The vector of ones."""

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return 1."""
        del place, used
        return sp.Integer(1)

    def layout(self) -> lay.Layout:
        """Return an upright 1 with its size."""
        return lay.Subscript(lay.Identifier("𝟏", upright=True), (layout_of(self.shape[0]),))


@dataclass(frozen=True)
class Unit(Matrix):
    """The unit vector that is 1 at position `k`."""

    k: Expr

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return a delta."""
        del used
        return sp.KroneckerDelta(place[0], self.k)

    def layout(self) -> lay.Layout:
        """Return ``e_k``."""
        return lay.Subscript(lay.Identifier("e"), (layout_of(self.k),))


@dataclass(frozen=True)
class Lower(Matrix):
    """The lower triangle of ones: ``L[i, j] = [j <= i]``."""

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the bracket."""
        del used
        return Bracket(sp.Le(place[1], place[0]))

    def layout(self) -> lay.Layout:
        """Return ``L``."""
        return lay.Identifier("L")


# -- nodes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Transposed(Matrix):
    """The transpose of a matrix."""

    of: Matrix

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the entry with its indices swapped."""
        return self.of.at(place[::-1], used)

    def layout(self) -> lay.Layout:
        """Return ``Aᵀ``."""
        return _transposed(self.of)


def _transposed(node: Matrix) -> lay.Layout:
    return lay.Labelled(_factor(node), above=TRANSPOSE)


@dataclass(frozen=True)
class Product(Matrix):
    """A matrix times a matrix or a vector."""

    matrix: Matrix
    right: Matrix

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the sum over the inner index."""
        k = next(fresh(used, BOUND))
        body = self.matrix.at((place[0], k), used | {k}) * self.right.at((k, *place[1:]), used | {k})
        return sp.Sum(body, (k, 0, self.right.shape[0] - 1))

    def layout(self) -> lay.Layout:
        """Return the factors side by side."""
        return lay.row(_factor(self.matrix), lay.TIMES, _factor(self.right))


@dataclass(frozen=True)
class Outer(Matrix):
    """The outer product of two vectors, ``u vᵀ``."""

    u: Matrix
    v: Matrix

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the product of the entries."""
        return self.u.at(place[:1], used) * self.v.at(place[1:], used)

    def layout(self) -> lay.Layout:
        """Return a column beside a row."""
        return lay.row(_factor(self.u), lay.TIMES, _transposed(self.v))


@dataclass(frozen=True)
class Inner(Matrix):
    """The inner product of two tensors of one shape: the sum of the products of their entries."""

    x: Matrix
    y: Matrix

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the sum over all entries."""
        del place
        letters = fresh(used, BOUND)
        index = tuple(next(letters) for _ in self.x.shape)
        inner = used | set(index)
        body = self.x.at(index, inner) * self.y.at(index, inner)
        return summed(body, *zip(index, self.x.shape, strict=True))

    def layout(self) -> lay.Layout:
        """Return ``xᵀ y`` for vectors, ``⟨x, y⟩`` for matrices."""
        if len(self.x.shape) == 1:
            return lay.row(_transposed(self.x), lay.TIMES, _factor(self.y))
        return lay.Fenced("⟨", (self.x.layout(), self.y.layout()), "⟩")


@dataclass(frozen=True)
class Entrywise(Matrix):
    """A function of every entry: ``sign(x)``, ``exp(x)``, or a power of every entry."""

    function: Expr
    argument: Expr
    of: Matrix

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the function of the entry."""
        return self.function.subs(self.argument, self.of.at(place, used))

    def layout(self) -> lay.Layout:
        """Return the function with the whole tensor for the entry; a power has a ring, which says so."""
        if self.function.is_Pow and self.function.base == self.argument:
            return lay.Superscript(_factor(self.of), lay.row(RING, layout_of(self.function.exp)))
        name = "abs" if isinstance(self.function, sp.Abs) else self.function.func.__name__
        return lay.Applied(lay.Identifier(name, upright=True), (self.of.layout(),))


@dataclass(frozen=True)
class Powered(Matrix):
    """Every entry to the power of the other tensor's entry."""

    base: Matrix
    exponent: Matrix

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the power of the entries."""
        return self.base.at(place, used) ** self.exponent.at(place, used)

    def layout(self) -> lay.Layout:
        """Return the power with a ring."""
        return lay.Superscript(_factor(self.base), lay.row(RING, _factor(self.exponent)))


@dataclass(frozen=True)
class Hadamard(Matrix):
    """The product entry by entry."""

    factors: tuple[Matrix, ...]

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the product of the entries."""
        return sp.Mul(*(f.at(place, used) for f in self.factors))

    def layout(self) -> lay.Layout:
        """Return the factors with ⊙ between."""
        pieces = [piece for f in self.factors for piece in (HADAMARD, _factor(f))]
        return lay.row(*pieces[1:])

    @property
    def loose(self) -> bool:
        """Beside a matrix product it is."""
        return True


@dataclass(frozen=True)
class Norm(Matrix):
    """A norm: ``kind`` is "1", "2" or "F"."""

    of: Matrix
    kind: str

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the sum of absolute values, or the root of the sum of squares."""
        del place
        if self.kind == "1":
            k = next(fresh(used, BOUND))
            return summed(sp.Abs(self.of.at((k,), used | {k})), (k, self.of.shape[0]))
        return sp.sqrt(Inner((), self.of, self.of).at((), used))

    def layout(self) -> lay.Layout:
        """Return ``‖x‖`` with its kind below."""
        return lay.Labelled(lay.Fenced("‖", (self.of.layout(),), "‖"), below=lay.Word(self.kind))


@dataclass(frozen=True)
class Scaled(Matrix):
    """A product with scalars, and a division by scalars."""

    numerators: tuple[Matrix, ...]
    denominators: tuple[Matrix, ...]
    of: Matrix | None

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the entry times the scalars."""
        scalar = sp.Mul(*(f.at((), used) for f in self.numerators))
        divisor = sp.Mul(*(f.at((), used) for f in self.denominators))
        return scalar / divisor * (1 if self.of is None else self.of.at(place, used))

    def layout(self) -> lay.Layout:
        """Return the scalars before the tensor, as a fraction where some divide."""
        of = [] if self.of is None else [_factor(self.of)]
        if not self.denominators:
            return _beside([*map(_factor, self.numerators), *of])
        below = (
            self.denominators[0].layout() if len(self.denominators) == 1 else _beside(map(_factor, self.denominators))
        )
        above = _beside(map(_factor, self.numerators)) if self.numerators else None
        if above is None and of:
            return lay.Fraction(of[0], below)
        return _beside([lay.Fraction(above or lay.ONE, below), *of])


def _beside(items: object) -> lay.Layout:
    pieces = [piece for item in items for piece in (lay.TIMES, item)]  # type: ignore[attr-defined]  # any iterable
    return lay.row(*pieces[1:])


@dataclass(frozen=True)
class Negated(Matrix):
    """Minus a tensor."""

    of: Matrix

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return minus the entry."""
        return -self.of.at(place, used)

    def layout(self) -> lay.Layout:
        """Return it after a minus sign."""
        return lay.row(lay.NEGATIVE, _factor(self.of) if isinstance(self.of, Plus) else self.of.layout())

    @property
    def loose(self) -> bool:
        """It is."""
        return True


@dataclass(frozen=True)
class Plus(Matrix):
    """A sum of tensors of one shape; a scalar among the terms is added to every entry."""

    terms: tuple[Matrix, ...]

    def at(self, place: Place, used: frozenset[Expr]) -> Expr:
        """Return the sum of the entries."""
        return sp.Add(*(t.at(place, used) for t in self.terms))

    def layout(self) -> lay.Layout:
        """Return the terms with their signs between."""
        first, *rest = sorted(self.terms, key=lambda t: isinstance(t, Negated))
        pieces = [first.layout()]
        for term in rest:
            negative = isinstance(term, Negated)
            pieces += [lay.MINUS, term.of.layout()] if negative else [lay.PLUS, term.layout()]  # type: ignore[attr-defined]
        return lay.row(*pieces)

    @property
    def loose(self) -> bool:
        """It is."""
        return True
