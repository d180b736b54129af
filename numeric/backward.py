"""The walk back along the tape: from cotangents of outputs to cotangents of inputs.

Highest number first (``Node.sequence``): each node is visited once, after everything that used it, without
recursion. Rules are applied to what tensors hold; under ``create_graph`` to the tensors themselves.
"""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.errors import NumericRuntimeError
from numeric.rulebook import values_read
from numeric.tape import LastChange, Leaf, Node, Overwritten

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numeric.rulebook.rule import Array, Called, Rule
    from numeric.tensor import Tensor


def walk_back(
    roots: Iterable[tuple[Any, Array]],
    wanted: set[Any] | None = None,
    *,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> tuple[dict[Any, Array], set[int]]:
    """Carry cotangents from the roots to the leaves.

    Parameters
    ----------
    roots : iterable of (edge, cotangent)
        Where to begin. Here and below, a leaf's edge is the tensor itself.
    wanted : set of edges, optional
        Visit only what leads to these. Without it, all leaves are reached.
    retain_graph : bool
        Keep what nodes saved.
    create_graph : bool
        Apply the rules to tensors, so that the result has a history itself.

    Returns
    -------
    bars : dict of edge to cotangent
        Of the leaves reached and the edges wanted.
    shared : set of int
        The ``id`` of each cotangent that may be held elsewhere.

    Raises
    ------
    NumericRuntimeError
        If a node was freed, or a value it reads was changed in place.
    """
    walk = _Walk()
    queue = [(edge, out_bar, True) for edge, out_bar in roots]
    useful = None
    if wanted is not None:
        useful = _leading_to(wanted, [edge for edge, _, _ in queue])
    with np.errstate(all="ignore"):
        walk.give(queue)
        while walk.heap:
            node = heapq.heappop(walk.heap)[1]
            out_bar = walk.bars.pop(node)
            if node.hooks is not None:
                for hook in list(node.hooks.values()):
                    out_bar = hook(out_bar)
            if wanted is not None and useful is not None:
                if node in wanted:
                    walk.found[node] = out_bar
                if node not in useful:
                    continue
                pulled = pull(node, out_bar, create_graph)
                walk.give([item for item in pulled if item[0] in useful or item[0] in wanted])
            else:
                walk.give(pull(node, out_bar, create_graph))
            if not retain_graph:
                node.inputs = node.out = None
    return {**walk.bars, **walk.found}, walk.shared


class _Walk:
    """Cotangents under way: summed by edge, the nodes among the edges in a heap."""

    __slots__ = ("bars", "found", "heap", "shared")

    def __init__(self) -> None:
        self.bars: dict[Any, Array] = {}  # of nodes still to visit, and of leaves
        self.found: dict[Any, Array] = {}  # of nodes visited that are wanted
        self.shared: set[int] = set()
        self.heap: list[tuple[int, Node]] = []

    def give(self, items: list[tuple[Any, Array, bool]]) -> None:
        """Add cotangents to their edges."""
        bars = self.bars
        for edge, x_bar, passed in items:
            if passed:
                self.shared.add(id(x_bar))
            before = bars.get(edge)
            if before is not None:
                bars[edge] = before + x_bar
                continue
            bars[edge] = x_bar
            if type(edge) is Node:
                heapq.heappush(self.heap, (-edge.sequence, edge))


def _leading_to(wanted: set[Any], roots: list[Any]) -> set[Any]:
    """Return the nodes behind the roots from which a wanted edge is reached."""
    seen: set[Node] = set()
    stack = [edge for edge in roots if isinstance(edge, Node)]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += [edge for edge in node.edges if isinstance(edge, Node)]
    useful: set[Any] = set()  # in order of making: inputs come first
    for node in sorted(seen, key=lambda node: node.sequence):
        if any(edge in useful or edge in wanted for edge in destinations(node)):
            useful.add(node)
    return useful


def destinations(node: Node) -> list[Any]:
    """Return a node's edges, leaves as the tensors themselves.

    Raises
    ------
    NumericRuntimeError
        If the node was freed.
    """
    if node.inputs is None:
        raise NumericRuntimeError(
            "Trying to backward through the graph a second time: what "
            f"{node.name()} had saved was freed by the first. Specify retain_graph=True then"
        )
    return [x if edge is Leaf else edge for edge, x in zip(node.edges, node.inputs, strict=True)]


def pull(node: Node, out_bar: Array, create_graph: bool) -> list[tuple[Any, Array, bool]]:
    """Return ``(edge, x_bar, passed)`` for each input of a node that wants a cotangent.

    ``passed`` says that the cotangent is ``out_bar`` itself, or a view of something.
    """
    targets = destinations(node)
    inputs: Any = node.inputs
    out, vjps = node.out, node.rule.vjps
    if LastChange.clock > node.sequence or out is Overwritten:
        _check_unchanged(node)
    if create_graph:
        values, out = inputs, _as_output(node)
    else:
        values = tuple([x._array if isinstance(x, tape.Tensor) else x for x in inputs])
    pulled = []
    for position, edge in enumerate(targets):
        if edge is None or (vjp := vjps[position]) is None:
            continue
        x_bar = vjp(out_bar, out, *values, **node.parameters)
        shape = values[position].shape
        if x_bar.shape != shape:
            x_bar = unbroadcast(x_bar, shape, node.rule)
        pulled.append((edge, x_bar, x_bar is out_bar))
    return pulled


def _as_output(node: Node) -> Tensor:
    """Return a node's output as the tensor it was, so that what is computed from it is recorded."""
    level = max(x.level for x in node.inputs or () if isinstance(x, tape.Tensor))
    tensor = tape.Traced(node.out, level) if level else tape.wrap(node.out)
    tensor._edge = node
    return tensor


def _check_unchanged(node: Node) -> None:
    """Raise if a value that a cotangent will be computed from was changed in place."""
    inputs = node.inputs or ()
    for position, edge in enumerate(node.edges):
        vjp = node.rule.vjps[position]
        if edge is None or vjp is None:
            continue
        read_out, *read = values_read(vjp, len(inputs))
        if read_out and node.out is Overwritten:
            raise _changed(node, "its output")
        for x, is_read in zip(inputs, read, strict=True):
            storage = x._storage if isinstance(x, tape.Tensor) else None
            if is_read and storage is not None and storage.changed > node.sequence:
                raise _changed(node, f"an input of shape {tuple(x.shape)}", storage.version)


def _changed(node: Node, what: str, version: int | None = None) -> Exception:
    now = "" if version is None else f" It is at version {version} now."
    return NumericRuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace "
        f"operation: {node.name()} saved {what}, and it was changed before backward.{now} "
        "Change a clone() instead, or call backward first"
    )


def unbroadcast(x_bar: Array, shape: tuple[int, ...], rule: Rule | Called) -> Array:
    """Sum a cotangent over the axes along which its input was repeated.

    Raises
    ------
    NumericRuntimeError
        If ``shape`` does not broadcast to the cotangent's shape: the rule is wrong.
    """
    given = tuple(x_bar.shape)
    lead = len(given) - len(shape)
    repeated = [axis for axis, n in enumerate(shape) if lead >= 0 and n != given[lead + axis]]
    if lead < 0 or any(shape[axis] != 1 for axis in repeated):
        raise NumericRuntimeError(
            f"the rule {rule.name!r} answered with a cotangent of shape {given}; its input has "
            f"shape {tuple(shape)}, which does not broadcast to it: correct the rule's vjps"
        )
    if lead:
        x_bar = np.sum(x_bar, axis=tuple(range(lead)))
    return np.sum(x_bar, axis=tuple(repeated), keepdims=True) if repeated else x_bar
