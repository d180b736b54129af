"""Differentials that are not carried out yet, and the rules that carry them out one at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from symbolic.tensors.calculus import differential, one_layer
from symbolic.tensors.nodes import ZERO, Add, Apply, Fold, Index, Mul, Node, Of, Places, Pow, Var, replaced

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Change(Node):
    """``d body``: how a node changes when the tensor `name` changes by ``name_dot``."""

    name: str
    body: Node

    @cached_property
    def free(self) -> frozenset[Index]:
        return self.body.free

    @cached_property
    def names(self) -> frozenset[str]:
        return self.body.names | {f"{self.name}_dot"}

    def children(self) -> tuple[Node, ...]:
        return (self.body,)

    def rebuild(self, children: tuple[Node, ...], places: Places) -> Node:
        del places
        return change(self.name, children[0])


def change(name: str, body: Node) -> Node:
    """Return the differential of a node; 0 where the tensor does not occur."""
    return Change(name, body) if name in body.names else ZERO


def tangent(name: str) -> Seed:
    """Return the seed that puts ``name_dot`` in the place of the change of an entry."""
    return Seed(name)


@dataclass(frozen=True)
class Seed:
    """Puts ``name_dot`` in the place of the change of an entry."""

    name: str

    def __call__(self, var: Var) -> Node:
        """Return the entry of the tangent."""
        return Var(f"{self.name}_dot", var.at)


def carried_out(node: Node) -> Node:
    """Return the node with every differential carried out."""
    return replaced(node, lambda n: differential(n.body, n.name, Seed(n.name)) if isinstance(n, Change) else None)


REASONS: dict[object, tuple[str, str]] = {
    Add: ("sum rule", "The differential of a sum is the sum of the differentials."),
    "sum": ("sum rule", "The differential passes under the summation sign."),
    Mul: ("product rule", "Each factor changes in turn while the others stay: d(uv) = du v + u dv."),
    Pow: ("power rule", "d uᵃ = a uᵃ⁻¹ du."),
    Apply: ("chain rule", "The derivative of the function at its argument, times the differential of the argument."),
    "prod": ("product rule", "Each factor of the product changes in turn: d∏u = ∏u Σ du/u, off its zeros."),
    "max": ("greatest entry", "Only the greatest entry moves the maximum, where it is the only one."),
    "min": ("least entry", "Only the least entry moves the minimum, where it is the only one."),
    "inv": ("inverse rule", "From X X⁻¹ = I: dX⁻¹ = −X⁻¹ dX X⁻¹."),
    "det": ("Jacobi's formula", "d det X = det X tr(X⁻¹ dX)."),
    "logdet": ("Jacobi's formula", "d log|det X| = tr(X⁻¹ dX)."),
    "pinv": ("pseudo-inverse rule", "Golub and Pereyra's formula, where the rank does not change."),
    "eigval": ("eigenvalue rule", "dλ = vᵀ dA v, for an eigenvalue that is single."),
    "sval": ("singular value rule", "dσ = uᵀ dA v, for a singular value that is single."),
    Var: ("tangent", "The differential of the variable is its tangent."),
}


def _kind(body: Node) -> object:
    return body.kind if isinstance(body, (Fold, Of)) else type(body)


def carry_out_steps(node: Node) -> Iterator[tuple[str, str, Node]]:
    """Carry differentials out rule by rule, outermost first; yield each rule's name, its reason and what follows."""
    for _ in range(64):
        outer = next(_outermost(node), None)
        if outer is None:
            return
        kind = _kind(outer.body)
        node = replaced(node, lambda n, kind=kind: _layer(n, kind))  # type: ignore[misc]  # bound at once
        name, reason = REASONS.get(kind, (str(kind), "The rule of the function."))
        yield name, reason, node


def _outermost(node: Node) -> Iterator[Change]:
    if isinstance(node, Change):
        yield node
        return
    for child in node.children():
        yield from _outermost(child)


def _layer(node: Node, kind: object) -> Node | None:
    if not isinstance(node, Change):
        return None
    if _kind(node.body) != kind:
        return node
    return one_layer(node.body, lambda part: change(node.name, part), Seed(node.name))
