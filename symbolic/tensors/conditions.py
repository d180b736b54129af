"""What a path through a program assumes: comparisons as they came out, written as on paper."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from symbolic import layout as lay
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.tensors.nodes import Apply, SizeOf, Var
from symbolic.tensors.paper import index_layout
from symbolic.tensors.recognition import recognised
from symbolic.tensors.written import layout
from symbolic.text import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from symbolic.tensors.nodes import Node
    from symbolic.tensors.tensor import Tensor

OPPOSITE = {">": "≤", "<": "≥", "≥": "<", "≤": ">", "=": "≠", "≠": "=", "∧": "∨", "∨": "∧", "all": "any", "any": "all"}
STEPS = frozenset(("positive", "nonnegative", "zero", "sign", "floor"))


@dataclass(frozen=True)
class Condition:
    """A comparison that a program made, as it came out: under these the derivative is that of the program.

    Attributes
    ----------
    written : str
        The condition in one line of text: ``"sum(A·x − b) > 0"``.
    """

    written: str
    layout: lay.Layout | None = field(default=None, repr=False, compare=False)

    def _layout(self) -> lay.Layout:
        return lay.Word(self.written) if self.layout is None else self.layout

    def text(self) -> str:
        """Return the condition in one line of text."""
        return self.written

    def latex(self) -> str:
        """Return the condition in LaTeX."""
        return latex(self._layout())

    def mathml(self) -> str:
        """Return the condition in MathML."""
        return mathml(self._layout())

    def __str__(self) -> str:
        return self.written


class Side(NamedTuple):
    """One side of a comparison: the formula, and its value at the sample point."""

    tensor: Tensor
    value: Any


@dataclass(frozen=True)
class Compared:
    """Two sides and the sign between them."""

    sign: str
    left: Side
    right: Side

    def opposite(self) -> Claim:
        """Return what holds where this does not."""
        return Compared(OPPOSITE[self.sign], self.left, self.right)

    def leaves(self) -> Iterator[Compared]:
        """Yield the comparisons that it is made of."""
        yield self

    def layout(self) -> lay.Layout:
        """Return it as it is written on paper."""
        sides = (_written(self.left.tensor), _written(self.right.tensor))
        return lay.row(sides[0], lay.Operator(self.sign), sides[1])

    @property
    def trouble(self) -> str | None:
        """Why the sample point does not decide it; None where it does."""
        with np.errstate(all="ignore"):
            gaps = np.asarray(self.left.value, dtype=float) - np.asarray(self.right.value, dtype=float)
        if np.isnan(gaps).any():
            return "has no answer at the sample point, where a side is NaN: give at= a point where both are numbers"
        if (gaps == 0).any() and not (is_stepwise(self.left.tensor.entry) and is_stepwise(self.right.tensor.entry)):
            value = float(np.broadcast_to(self.left.value, gaps.shape)[gaps == 0].flat[0])
            return f"is a tie at the sample point, where both sides are {value:g}: give at= a point on one side of it"
        return None


@dataclass(frozen=True)
class Joined:
    """Two claims with "and" (∧) or "or" (∨) between them."""

    sign: str
    parts: tuple[Claim, Claim]

    def opposite(self) -> Claim:
        """Return what holds where this does not, by De Morgan."""
        return Joined(OPPOSITE[self.sign], (self.parts[0].opposite(), self.parts[1].opposite()))

    def leaves(self) -> Iterator[Compared]:
        """Yield the comparisons that it is made of."""
        for part in self.parts:
            yield from part.leaves()

    def layout(self) -> lay.Layout:
        """Return it as it is written on paper."""
        left, right = (lay.parenthesized(p.layout()) if isinstance(p, Joined) else p.layout() for p in self.parts)
        return lay.row(left, lay.Operator(self.sign), right)


@dataclass(frozen=True)
class Over:
    """A claim about all entries, or about any."""

    word: str
    part: Claim

    def opposite(self) -> Claim:
        """Return what holds where this does not, by De Morgan."""
        return Over(OPPOSITE[self.word], self.part.opposite())

    def leaves(self) -> Iterator[Compared]:
        """Yield the comparisons that it is made of."""
        yield from self.part.leaves()

    def layout(self) -> lay.Layout:
        """Return it as it is written on paper."""
        return lay.Applied(lay.Identifier(self.word, upright=True), (self.part.layout(),))


Claim = Compared | Joined | Over


def condition(claim: Claim) -> Condition:
    """Return a claim as it is printed."""
    written = claim.layout()
    return Condition(text(written), written)


def _written(tensor: Tensor) -> lay.Layout:
    form = recognised(tensor)
    return index_layout(tensor.entry, tensor.indices) if form is None else layout(form)


def is_constant(tensor: Tensor) -> bool:
    """Whether the tensor is one array of numbers, for every size and input."""
    return not any(i.dim.name for i in tensor.indices) and not depends(tensor.entry)


def depends(node: Node) -> bool:
    """Whether an entry depends on an input or on a size that has a name."""
    if isinstance(node, (Var, SizeOf)) or any(i.dim.name for i in node.bound):
        return True
    return any(p.dim.name for p in node.places()) or any(map(depends, node.children()))


def is_stepwise(node: Node) -> bool:
    """Whether an entry keeps its value near every point but its jumps: a count, a size, a sign."""
    if isinstance(node, Apply) and node.function in STEPS:
        return True
    return not isinstance(node, Var) and all(map(is_stepwise, node.children()))
