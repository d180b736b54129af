"""``derive``: the derivative of a formula, for every size, step by step, each step checked."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, fmpq

from symbolic.arithmetic import precision
from symbolic.check import BITS, NOTHING, Check, compare_cells
from symbolic.errors import DerivationError, EvaluationError, FormulaError, Undecidable
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.tensors.calculus import differential
from symbolic.tensors.change import Change, Seed, carried_out, carry_out_steps, change
from symbolic.tensors.expression import Expression, concrete, in_domain
from symbolic.tensors.facts import facts_of
from symbolic.tensors.nodes import Node, Var, fold, mul
from symbolic.tensors.paper import index_layout
from symbolic.tensors.parse import parse, parse_shapes
from symbolic.tensors.proof import SPACES, gradient_of
from symbolic.tensors.tensor import Tensor
from symbolic.tensors.values import FloatsOnlyError, evaluate
from symbolic.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from symbolic import layout as lay
    from symbolic.tensors.expression import Shapes
    from symbolic.tensors.forms import Form
    from symbolic.tensors.source import Program

POINTS = 3


@dataclass(frozen=True)
class Step:
    """One equality of a derivation.

    Attributes
    ----------
    rule, reason : str
        The rule that leads here, and the sentence that justifies it.
    before, after : Tensor
        The formula before the rule and after it, for every size; equal, or (where the gradient is read off) one is the
        coefficient of the tangent in the other.
    changed : Node or None
        The part that the rule was applied to, in `before`.
    check : Check
        Both sides compared in ball arithmetic at random points.
    written : Expression or None
        In the last step, the result in matrix notation.
    """

    rule: str
    reason: str
    before: Tensor
    after: Tensor
    check: Check
    changed: Node | None = None
    written: Expression | None = None

    def layout(self) -> lay.Layout:
        """Return the formula after the rule."""
        return self.written.layout() if self.written is not None else index_layout(self.after.entry, self.after.indices)

    def before_layout(self) -> lay.Layout:
        """Return the formula before the rule, with the part that changes marked."""
        return index_layout(self.before.entry, self.before.indices, self.changed)

    def text(self) -> str:
        """Return the formula after the rule in one line of text."""
        return text(self.layout())

    def latex(self) -> str:
        """Return it in LaTeX."""
        return latex(self.layout())

    def mathml(self) -> str:
        """Return it in MathML."""
        return mathml(self.layout())

    def __repr__(self) -> str:
        return f"Step({self.rule}: {self.text()}, {self.check.status})"


@dataclass(frozen=True)
class Derived:
    """The derivative of a formula by one of its tensors.

    Attributes
    ----------
    formula, wrt, space : str
        What was derived, by what, and in which space: ``"free"`` (every entry by itself), ``"symmetric-projected"`` or
        ``"symmetric-entries"``.
    function : Tensor
        The formula.
    shapes, facts : mapping
        The shapes of the tensors, and what is assumed of them.
    gradient : Expression
        The derivative, of shape ``f.shape + wrt.shape``.
    """

    formula: str
    wrt: str
    function: Tensor = field(repr=False)
    shapes: Shapes = field(repr=False)
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    space: str = "free"

    @cached_property
    def gradient(self) -> Expression:
        """The derivative of every entry of the formula by every entry of the tensor."""
        tensor = gradient_of(self.function, self.wrt, self.shapes, self.space)
        return Expression(tensor, self.shapes, self._facts, "gradient")

    @property
    def jacobian(self) -> Expression:
        """The same: of a scalar formula it is the gradient."""
        return self.gradient

    @property
    def _facts(self) -> Mapping[str, frozenset[str]]:
        if self.space == "free":
            return self.facts
        return {**self.facts, self.wrt: self.facts.get(self.wrt, frozenset()) | {"symmetric"}}

    # -- readings -------------------------------------------------------------------------------------

    @property
    def result(self) -> str:
        """The derivative in one line: in matrix notation where there is one, else its entry."""
        return self.gradient.text()

    @property
    def matrix_form(self) -> Form | None:
        """The derivative in matrix notation."""
        return self.gradient.matrix_form

    @property
    def index_form(self) -> lay.Layout:
        """The derivative's entry in index notation."""
        return self.gradient.index_form

    @property
    def expr(self) -> Node:
        """The derivative's entry, as a node."""
        return self.gradient.expr

    def latex(self) -> str:
        """Return the derivative in LaTeX."""
        return self.gradient.latex()

    def mathml(self) -> str:
        """Return the derivative in MathML."""
        return self.gradient.mathml()

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        return self.result

    def numpy(self) -> Program:
        """Return the derivative as NumPy source code and its function."""
        return self.gradient.numpy()

    def torch(self) -> Program:
        """Return the derivative as PyTorch source code and its function."""
        return self.gradient.torch()

    def jax(self) -> Program:
        """Return the derivative as JAX source code and its function."""
        return self.gradient.jax()

    def sympy(self, **sizes: int) -> Any:
        """Return the derivative's components at concrete sizes (``m=2, n=3``) as a SymPy array."""
        return self.gradient.sympy(**sizes)

    # -- products and higher orders -------------------------------------------------------------------

    def jvp(self) -> Expression:
        """Return ``J x_dot``: how the formula changes in the direction ``x_dot``."""
        entry = differential(self.function.entry, self.wrt, Seed(self.wrt))
        return self._expression(Tensor(self.function.axes, entry), f"{self.wrt}_dot", self.shapes[self.wrt], "jvp")

    def vjp(self) -> Expression:
        """Return ``Jᵀ out_bar``: what the tensor gets back of a cotangent ``out_bar``."""
        jacobian = gradient_of(self.function, self.wrt, self.shapes, self.space)
        rank = self.function.rank
        out, rest = jacobian.axes[:rank], jacobian.axes[rank:]
        indices = tuple(i for axis in out for i in axis)
        entry = fold("sum", indices, mul(Var("out_bar", indices), jacobian.entry))
        return self._expression(Tensor(rest, entry), "out_bar", self.function.dims, "vjp")

    def hessian(self) -> Expression:
        """Return the second derivative, of shape ``f.shape + wrt.shape + wrt.shape``."""
        first = gradient_of(self.function, self.wrt, self.shapes, self.space)
        second = gradient_of(first, self.wrt, self.shapes, self.space)
        return Expression(second, self.shapes, self._facts, "hessian")

    def hvp(self) -> Expression:
        """Return the Hessian times ``x_dot``, without the Hessian."""
        first = gradient_of(self.function, self.wrt, self.shapes, self.space)
        entry = differential(first.entry, self.wrt, Seed(self.wrt))
        return self._expression(Tensor(first.axes, entry), f"{self.wrt}_dot", self.shapes[self.wrt], "hvp")

    def _expression(self, tensor: Tensor, extra: str, dims: tuple[Any, ...], name: str) -> Expression:
        if extra in self.shapes:
            raise FormulaError(f"{extra!r} is the name of a tensor and of its tangent: rename the tensor")
        return Expression(tensor, {**self.shapes, extra: dims}, self._facts, name)

    # -- steps ----------------------------------------------------------------------------------------

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The derivation: the differential carried out rule by rule, the gradient read off, matrix notation.

        Raises
        ------
        DerivationError
            A step disagrees with the one before it.
        """
        steps = tuple(_steps(self))
        wrong = next((step for step in steps if step.check.status == "disagree"), None)
        if wrong is not None:
            raise DerivationError(f"{self.formula} by {self.wrt}: {wrong} {wrong.check.reason}")
        return steps

    # -- exchange -------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return the derivation as a document that follows ``symbolic/tensors/schema.json``."""
        from symbolic.tensors.exchange import document  # noqa: PLC0415 - it stands on this module

        return document(self)

    @staticmethod
    def from_json(doc: dict[str, Any]) -> Derived:
        """Return the derivation of a document.

        Raises
        ------
        FormulaError
            It is no such document, or its gradient is not that of its function.
        """
        from symbolic.tensors.exchange import loaded  # noqa: PLC0415 - it stands on this module

        return loaded(doc)


def _steps(d: Derived) -> Iterator[Step]:
    axes = d.function.axes
    before = Tensor(axes, change(d.wrt, d.function.entry))
    points = list(_points(d))
    yield Step("definition", "The differential of the formula, in index notation.", before, before, NOTHING)
    for rule, reason, entry in carry_out_steps(before.entry):
        after = Tensor(axes, entry)
        yield Step(rule, reason, before, after, _compared(before, after, points), _first_change(before.entry))
        before = after
    free = Derived(d.formula, d.wrt, d.function, d.shapes, d.facts)
    gradient = gradient_of(d.function, d.wrt, d.shapes)
    contracted = _applied(gradient, d)
    reason = "The differential is linear in the tangent: its coefficient is the derivative, deltas contracted."
    yield Step("gradient", reason, before, gradient, _compared(before, contracted, points))
    if d.space != "free":
        gradient, spaced = gradient_of(d.function, d.wrt, d.shapes, d.space), gradient
        reason = (
            "(G + Gᵀ)/2: the gradient among symmetric matrices."
            if d.space == SPACES[1]
            else "G + Gᵀ − diag G: by the free entries."
        )
        yield Step(d.space, reason, spaced, gradient, NOTHING)
    best = d.gradient
    moved = best.best.at(gradient.axes)
    if text(index_layout(moved.entry, moved.indices)) != text(index_layout(gradient.entry, gradient.indices)):
        reason = "Equal terms collected, sums that vanish left out: both sides have one normal form."
        yield Step("simplify", reason, gradient, moved, _compared(gradient, moved, points))
        gradient = moved
    if best.matrix_form is not None:
        reason = "The same for all entries at once, in matrix notation."
        yield Step(
            "matrix notation", reason, gradient, gradient, NOTHING, None, free.gradient if d.space == "free" else best
        )


def _first_change(node: Node) -> Node | None:
    if isinstance(node, Change):
        return node
    return next((found for child in node.children() if (found := _first_change(child)) is not None), None)


def _applied(gradient: Tensor, d: Derived) -> Tensor:
    """Return the derivative applied to the tangent."""
    rank = d.function.rank
    indices = tuple(i for axis in gradient.axes[rank:] for i in axis)
    entry = fold("sum", indices, mul(gradient.entry, Var(f"{d.wrt}_dot", indices)))
    return Tensor(gradient.axes[:rank], entry).at(d.function.axes)


def _points(d: Derived) -> Iterator[tuple[dict[str, int], dict[str, Any]]]:
    """Yield sizes and arrays of balls at random rational points in the domain, sizes unequal."""
    names = sorted({x.name for dims in d.shapes.values() for axis in dims for x in axis if x.name})
    chance = random.Random(20250)  # noqa: S311 - points are drawn, not secrets
    shapes = {**d.shapes, f"{d.wrt}_dot": d.shapes[d.wrt]}
    for low, high in ((-3, 3), (0, 3), (0, 1)):
        for order in (names, names[::-1]):
            sizes = {name: 2 + n for n, name in enumerate(order)}
            arrays = {
                n: _drawn(concrete(s, sizes), d.facts.get(n, frozenset()), chance, (low, high))
                for n, s in shapes.items()
            }
            yield sizes, arrays


def _drawn(shape: tuple[int, ...], facts: frozenset[str], chance: random.Random, span: tuple[int, int]) -> Any:
    count = int(np.prod(shape, dtype=int))
    values = [
        Fraction(chance.randrange(1024 * span[0], 1024 * span[1]) or 1, 1024) for _ in range(count)
    ]  # ties are improbable
    if facts - {"invertible", "positive", "symmetric"}:
        cells = in_domain(np.array([float(v) for v in values]).reshape(shape), facts, chance)
        return (
            np.vectorize(lambda c: arb(float(c)), otypes=[object])(cells)
            if shape
            else np.array(arb(float(cells)), dtype=object)
        )
    cells = np.empty(len(values), dtype=object)
    cells[:] = [arb(fmpq(abs(v.numerator) if "positive" in facts else v.numerator, v.denominator)) for v in values]
    cells = cells.reshape(shape)
    return (cells + cells.T) / 2 if "symmetric" in facts else cells


def _compared(before: Tensor, after: Tensor, points: list[tuple[dict[str, int], dict[str, Any]]]) -> Check:
    """Compare two formulas in balls at the points where they have a value."""
    left, right, problem = [], [], "No point has a value."
    with precision(BITS):
        for sizes, arrays in points:
            try:
                values = [evaluate(Tensor(t.axes, carried_out(t.entry)), sizes, arrays) for t in (before, after)]
            except FloatsOnlyError as error:
                return Check("not-applicable", 0, None, f"Balls do not know it: {error}.")
            except (EvaluationError, Undecidable) as error:
                problem = f"Not evaluated: {error}."
                continue
            left.append(values[0])
            right.append(values[1])
            if len(left) == POINTS:
                break
        return compare_cells(left, right) if left else Check("undecided", 0, None, problem)


def derive(
    formula: object,
    wrt: str | None = None,
    shapes: str | Mapping[str, object] | None = None,
    domains: Mapping[str, object] | None = None,
    space: str = "free",
) -> Derived:
    """Derive a formula for every size.

    Parameters
    ----------
    formula : str, SymPy expression, or name of an operation of the catalogue
        ``"norm(A @ x - b)**2"``, in NumPy's spelling; it is read, never evaluated.
    wrt : str, optional
        The tensor to derive by; may be left out where there is only one.
    shapes : str or mapping
        ``"A: m,n  x: n  b: m"``.
    domains : mapping, optional
        ``{"A": "symmetric"}``.
    space : str
        ``"free"``, or of a symmetric matrix ``"symmetric-projected"`` (the gradient among symmetric matrices) or
        ``"symmetric-entries"`` (by its free entries).

    Raises
    ------
    FormulaError
        The formula, a shape, a domain or the space is not of ours, or sizes do not fit; with the column.

    Examples
    --------
    >>> d = derive("norm(A @ x - b)**2", wrt="x", shapes="A: m,n  x: n  b: m")
    >>> d.result
    '2·Aᵀ·(A·x − b)'
    """
    from symbolic.tensors.foreign import read  # noqa: PLC0415 - it reads what other libraries write

    known = parse_shapes(shapes)
    written, function, known = (
        read(formula, known) if not _is_formula(formula, known) else (str(formula), parse(str(formula), known), known)
    )
    if wrt is None:
        if len(known) != 1:
            raise FormulaError(f"derive by which tensor? give wrt= one of {', '.join(known) or 'the names in shapes'}")
        (wrt,) = known
    derived = Derived(written, wrt, function, known, facts_of(domains), space)
    gradient_of(function, wrt, known, space)
    return derived


def _is_formula(formula: object, known: Mapping[str, object]) -> bool:
    from symbolic.operations import operations  # noqa: PLC0415 - the catalogue is large

    return isinstance(formula, str) and (bool(known) or formula not in operations)
