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

_LARGE = 1000  # entries: below, a saved array is cheaper to keep than to replace


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
    walk = _Walk(create_graph)
    starts = list(roots)
    leading = None
    if wanted is not None:
        leading = _leading_to(wanted, [edge for edge, _ in starts])
        walk.useful = leading | wanted
    with np.errstate(all="ignore"):
        for edge, out_bar in starts:
            walk.shared.add(id(out_bar))
            walk.give(edge, out_bar)
        while walk.heap:
            node = heapq.heappop(walk.heap)[1]
            out_bar = walk.bars.pop(node)
            if node.hooks is not None:
                for hook in list(node.hooks.values()):
                    out_bar = hook(out_bar)
            if wanted is not None and node in wanted:
                walk.found[node] = out_bar
            if leading is not None and node not in leading:
                continue
            walk.visit(node, out_bar)
            if not retain_graph:
                _free(node)
    return {**walk.bars, **walk.found}, walk.shared


class _Walk:
    """Cotangents under way: summed by edge, the nodes among the edges in a heap."""

    __slots__ = ("bars", "create_graph", "found", "heap", "shared", "useful")

    def __init__(self, create_graph: bool) -> None:
        self.create_graph = create_graph
        self.useful: set[Any] | None = None  # the edges worth following; None: all
        self.bars: dict[Any, Array] = {}  # of nodes still to visit, and of leaves
        self.found: dict[Any, Array] = {}  # of nodes visited that are wanted
        self.shared: set[int] = set()
        self.heap: list[tuple[int, Node]] = []

    def give(self, edge: Any, x_bar: Array) -> None:
        """Add a cotangent to what has reached its edge."""
        before = self.bars.get(edge)
        if before is not None:
            self.bars[edge] = before + x_bar
            return
        self.bars[edge] = x_bar
        if type(edge) is Node:
            heapq.heappush(self.heap, (-edge.sequence, edge))

    def visit(self, node: Node, out_bar: Array) -> None:
        """Give each input of a node its cotangent."""
        inputs, values, out = node.inputs, node.values, node.out
        if values is None or out is Overwritten or LastChange.clock > node.sequence:
            values = _values_again(node)
        if self.create_graph:
            values, out = inputs, _as_output(node)
        vjps, parameters, useful = node.rule.vjps, node.parameters, self.useful
        bars = self.bars
        position = -1
        for edge in node.edges:
            position += 1
            if edge is None:
                continue
            to: Any = inputs[position] if edge is Leaf else edge
            vjp = vjps[position]
            if vjp is None or (useful is not None and to not in useful):
                continue
            x_bar = vjp(out_bar, out, *values, **parameters)
            if x_bar.shape != (shape := values[position].shape):
                x_bar = unbroadcast(x_bar, shape, node.rule)
            if x_bar is out_bar:
                self.shared.add(id(x_bar))
            # As give() does, without the call: this is where small programs spend their time.
            if to in bars:
                bars[to] = bars[to] + x_bar
            else:
                bars[to] = x_bar
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
    """Return a node's edges, leaves as the tensors themselves."""
    return [x if edge is Leaf else edge for edge, x in zip(node.edges, node.inputs, strict=True)]


def _values_again(node: Node) -> tuple[Any, ...]:
    """Return the values of a node that was freed, or near which memory was changed in place.

    Raises
    ------
    NumericRuntimeError
        If a value was changed, or is gone, and the rule reads it (and not only its shape).
    """
    _check_unchanged(node)
    if node.values is not None:
        return tuple(node.values)
    for position, edge in enumerate(node.edges):
        vjp = node.rule.vjps[position]
        if edge is None or vjp is None:
            continue
        read_out, *read = values_read(vjp, len(node.inputs))
        tensors = [isinstance(x, tape.Tensor) for x in node.inputs]
        if read_out or any(r and t for r, t in zip(read, tensors, strict=True)):
            raise NumericRuntimeError(
                "Trying to backward through the graph a second time: what "
                f"{node.name()} had saved was freed by the first. Specify retain_graph=True then"
            )
    return tuple(x._array if isinstance(x, tape.Tensor) else x for x in node.inputs)


def _free(node: Node) -> None:
    """Let go of what a node saved; of large inputs their shapes are kept."""
    for value in node.values or ():
        if type(value) is np.ndarray and value.size > _LARGE:
            node.inputs = tuple(map(_ghost, node.inputs, node.edges))
            break
    node.values = None
    if node.out is not Overwritten:
        node.out = None


def _ghost(x: Any, edge: Any) -> Any:
    """Return a tensor of the same shape and dtype that takes no memory; a leaf stays itself.

    A freed node whose rule reads only shapes can be walked again (see ``_values_again``).
    """
    if type(x) is not tape.Tensor or edge is Leaf:
        return x
    return tape.wrap(np.broadcast_to(np.zeros((), x._array.dtype), x._array.shape))


def _as_output(node: Node) -> Tensor:
    """Return a node's output as the tensor it was, so that what is computed from it is recorded."""
    level = max(x.level for x in node.inputs if isinstance(x, tape.Tensor))
    tensor = tape.Traced(node.out, level) if level else tape.wrap(node.out)
    tensor._edge = node
    return tensor


def _check_unchanged(node: Node) -> None:
    """Raise if a value that a cotangent will be computed from was changed in place."""
    inputs = node.inputs
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
