"""The steps of a derivation: the differential carried out, the gradient read off, each compared in ball arithmetic."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, fmpq

from symbolic.arithmetic import precision
from symbolic.check import BITS, NOTHING, Check, compare_cells
from symbolic.errors import EvaluationError, Undecidable
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.tensors.change import Change, carried_out, carry_out_steps, change
from symbolic.tensors.drawing import concrete, fitting, in_domain
from symbolic.tensors.nodes import Node, Var, fold, mul
from symbolic.tensors.paper import index_layout, index_names
from symbolic.tensors.proof import SPACES, gradient_of
from symbolic.tensors.sizes import least_sizes, names_of
from symbolic.tensors.tensor import Tensor
from symbolic.tensors.values import FloatsOnlyError, evaluate
from symbolic.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symbolic import layout as lay
    from symbolic.tensors.derive import Derived
    from symbolic.tensors.expression import Expression

POINTS = 3
"""At how many points a step is compared."""


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
    inputs : int or None
        How many of the last indices of `after` are the variable's, once the derivative is read off; None before that.
    """

    rule: str
    reason: str
    before: Tensor
    after: Tensor
    check: Check
    changed: Node | None = None
    written: Expression | None = None
    inputs: int | None = None

    def layout(self) -> lay.Layout:
        """Return the formula after the rule."""
        return self.written.layout() if self.written is not None else index_layout(self.after.entry, self.after.indices)

    def left(self, wrt: str) -> str:
        """Return what the formula after the rule is: the differential, or the derivative, of which entry."""
        if self.written is not None and self.written.matrix_form is not None:
            return f"∂f/∂{wrt}"
        names = index_names(self.after.entry, self.after.indices)
        if self.inputs is None:
            return _at("df", names)
        split = len(names) - self.inputs
        return f"{_at('∂f', names[:split])}/{_at(f'∂{wrt}', names[split:])}"

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


def carried_steps(d: Derived) -> Iterator[Step]:
    """Yield the steps of a derivation, each with its check."""
    axes = d.function.axes
    before = Tensor(axes, change(d.wrt, d.function.entry))
    points = list(points_of(d))
    yield Step("definition", "The differential of the formula, in index notation.", before, before, NOTHING)
    for rule, reason, entry in carry_out_steps(before.entry):
        after = Tensor(axes, entry)
        yield Step(rule, reason, before, after, _compared(before, after, points), _first_change(before.entry))
        before = after
    gradient = gradient_of(d.function, d.wrt, d.shapes)
    contracted = _applied(gradient, d)
    reason = "The differential is linear in the tangent: its coefficient is the derivative, deltas contracted."
    own = sum(map(len, d.shapes[d.wrt]))
    yield Step("gradient", reason, before, gradient, _compared(before, contracted, points), inputs=own)
    if d.space != "free":
        gradient, spaced = gradient_of(d.function, d.wrt, d.shapes, d.space), gradient
        reason = (
            "(G + Gᵀ)/2: the gradient among symmetric matrices."
            if d.space == SPACES[1]
            else "G + Gᵀ − diag G: by the free entries."
        )
        yield Step(d.space, reason, spaced, gradient, NOTHING, inputs=own)
    best = d.gradient
    moved = best.best.at(gradient.axes)
    if text(index_layout(moved.entry, moved.indices)) != text(index_layout(gradient.entry, gradient.indices)):
        reason = "Equal terms collected, sums that vanish left out: both sides have one normal form."
        yield Step("simplify", reason, gradient, moved, _compared(gradient, moved, points), inputs=own)
        gradient = moved
    if best.matrix_form is not None:
        reason = "The same for all entries at once, in matrix notation."
        yield Step("matrix notation", reason, gradient, gradient, NOTHING, None, best, own)


def _at(name: str, places: tuple[str, ...]) -> str:
    return f"{name}[{', '.join(places)}]" if places else name


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


def points_of(d: Derived) -> Iterator[tuple[dict[str, int], dict[str, Any]]]:
    """Yield sizes and arrays of balls at random rational points in the domain, sizes unequal."""
    names = sorted({name for dims in d.shapes.values() for axis in dims for x in axis for name in names_of(x)})
    least = max(2, least_sizes(d.function.entry))
    chance = random.Random(20250)  # noqa: S311 - points are drawn, not secrets
    shapes = {**d.shapes, f"{d.wrt}_dot": d.shapes[d.wrt]}
    for low, high in ((-3, 3), (0, 3), (0, 1)):
        for order in (names, names[::-1]):
            sizes = fitting({name: least + n for n, name in enumerate(order)}, shapes, least)
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
