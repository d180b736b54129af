"""The tape: operations as they are recorded.

A tensor that depends on a leaf has an *edge* to the ``Node`` that made it; a node has edges to the nodes
its inputs came from. Nodes are numbered as they are made: ``numeric.backward`` walks back by number.

Functional transforms nest by *levels*: a ``Traced`` tensor of level n wraps an array that may itself be a tensor
of a lower level; a rule applied to it is applied to what it wraps, which records in turn.
"""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

import contextvars
import itertools
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric.errors import NumericRuntimeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numeric.rulebook.rule import Array, Called, Rule
    from numeric.tensor import Tensor, Traced  # noqa: TC004  (at run time tie() brings them)
    from numeric.variable import Variable

__all__ = ["Tensor", "Traced"]  # what the type checker may find here; see tie()

_new = object.__new__
_NO_PARAMETERS: dict[str, Any] = {}
_PLAIN = (np.ndarray, np.generic, float, int)
clock = itertools.count(1).__next__  # numbers nodes and in-place changes in one order


class Leaf:
    """The edge of a tensor that requires grad and was not computed (the class itself is the mark)."""


class Overwritten:
    """Stands in a node for an output that was changed in place after it was recorded."""


class Storage:
    """What tensors that share memory share: a version, and the node whose output lies there.

    Parameters
    ----------
    node : Node or Leaf or None
        Edge of the tensor that owned the memory alone until now.
    """

    __slots__ = ("changed", "node", "version")

    def __init__(self, node: Edge) -> None:
        self.version = 0  # how often it was changed in place
        self.changed = 0  # when, by the clock, it was last changed
        self.node = node


class View:
    """How a tensor is seen through another: the base, and the rules that lead from it."""

    __slots__ = ("base", "steps", "version")

    def __init__(self, base: Tensor, steps: tuple[tuple[Rule | Called, dict[str, Any]], ...], version: int) -> None:
        self.base = base
        self.steps = steps
        self.version = version  # of the storage, when the view's edge was last right


class Node:
    """One recorded operation, PyTorch's ``grad_fn``."""

    __slots__ = ("edges", "hooks", "inputs", "out", "parameters", "rule", "sequence", "values")

    rule: Rule | Called
    parameters: dict[str, Any]
    inputs: tuple[Any, ...]
    values: Any  # what the inputs hold, for the rules; None once freed
    edges: tuple[Edge, ...]
    out: Any
    sequence: int
    hooks: dict[int, Callable[[Array], Array]] | None

    def name(self) -> str:
        """Return PyTorch's name of the node, such as ``MulBackward0``."""
        node = self.rule.node
        return node if isinstance(node, str) else node(**self.parameters)

    @property
    def next_functions(self) -> tuple[tuple[Node | None, int], ...]:
        """The nodes this one passes gradients to, each with 0, the number of its output."""
        return tuple((edge if isinstance(edge, Node) else None, 0) for edge in self.edges)

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


Edge = Node | type[Leaf] | None


class _Mode(threading.local):
    """Whether operations are recorded, thread by thread as in PyTorch."""

    def __init__(self) -> None:
        self.recording = True
        self.level = 0  # of the innermost functional transform that runs
        # NumPy warns where PyTorch is silent (overflow, 0/0). Running in a context where NumPy's
        # error state says "ignore" costs 30 ns, np.errstate 700 ns.
        context = contextvars.copy_context()
        context.run(np.seterr, all="ignore")
        self.quietly = context.run


mode = _Mode()


class LastChange:
    """The clock at the last in-place change anywhere: nodes younger than it need no check."""

    clock = 0


def mark_changed(storage: Storage) -> None:
    """Note an in-place change: whoever saved the old values will be told at backward."""
    storage.version += 1
    storage.changed = LastChange.clock = clock()
    if isinstance(storage.node, Node):
        storage.node.out = Overwritten


def tie(tensor: type[Tensor], traced: type[Traced]) -> None:
    """Give the tape the classes it makes: their methods record on the tape, hence the knot."""
    globals().update(Tensor=tensor, Traced=traced)


def wrap(array: Array) -> Tensor:
    """Return a tensor that holds an array (a foreign one in a tensor that takes no short cuts)."""
    return Tensor(array) if isinstance(array, np.ndarray | np.generic) else Traced(array, 0)


def run_primal(rule: Rule | Called, values: Sequence[Any], parameters: dict[str, Any]) -> Array:
    """Run a rule forward on what tensors hold.

    Raises
    ------
    NumericRuntimeError
        If shapes do not fit.
    """
    try:
        for value in values:
            if not isinstance(value, _PLAIN):
                # A foreign array may run any code, a tensor does: not inside the quiet context.
                with np.errstate(all="ignore"):
                    return rule.primal(*values, **parameters)
        return mode.quietly(rule.primal, *values, **parameters)
    except ValueError as error:
        raise shape_error(rule, values, error) from None


def shape_error(rule: Rule | Called, values: Iterable[Any], error: Exception) -> Exception:
    """Return the exception that says which shapes a rule could not bring together."""
    shapes = " and ".join(str(tuple(value.shape)) for value in values if hasattr(value, "shape"))
    return NumericRuntimeError(
        f"{rule.name} cannot take tensors of shape {shapes}: {error}. "
        "Sizes must be equal, or 1 where tensors are broadcast; reshape one of them"
    )


def emit(
    rule: Rule | Called,
    inputs: tuple[Any, ...],
    edges: tuple[Edge, ...],
    values: Sequence[Any],
    out: Array,
    parameters: dict[str, Any],
) -> Tensor:
    """Wrap an output, and record how it came about if a gradient may be asked of it."""
    result: Tensor = _new(Tensor)
    result._array = out
    result._edge = result._storage = result._view = result._grad = None
    if mode.recording:
        for edge in edges:
            if edge is not None:
                node = result._edge = _new(Node)
                node.rule = rule
                node.parameters = parameters
                node.inputs = inputs
                node.edges = edges
                node.values = values
                node.out = out
                node.sequence = clock()
                node.hooks = None
                break
    return result


def binary_usual(rule: Rule | Called, x: Any, y: Any, real: bool) -> Tensor | None:
    """Apply a rule to two tensors of one dtype, or to a floating-point tensor and a number.

    Returns
    -------
    Tensor or None
        None where the operands are of another kind: they must be promoted first.
    """
    # Written out, without calls: this is where small programs spend their time.
    if type(x) is Tensor:
        a, edge = x._array, x._edge
        if type(y) is Tensor:
            b, other = y._array, y._edge
            usual = a.dtype is b.dtype and y._view is None and (not real or a.dtype.kind == "f")
        else:
            b, other = y, None
            usual = (type(y) is float or type(y) is int) and a.dtype.kind == "f"
        usual = usual and x._view is None
    elif type(y) is Tensor:
        a, edge, b, other = x, None, y._array, y._edge
        usual = (type(x) is float or type(x) is int) and b.dtype.kind == "f" and y._view is None
    else:
        usual = False
    if not usual:
        return None
    try:
        out = mode.quietly(rule.primal, a, b)
    except ValueError as error:
        raise shape_error(rule, (a, b), error) from None
    return emit(rule, (x, y), (edge, other), (a, b), out, _NO_PARAMETERS)


def unary_usual(rule: Rule | Called, x: Any) -> Tensor | None:
    """Apply a rule to a floating-point tensor; None if ``x`` is something else."""
    if type(x) is not Tensor or x._view is not None or x._array.dtype.kind != "f":
        return None
    array = x._array
    out = mode.quietly(rule.primal, array)
    return emit(rule, (x,), (x._edge,), (array,), out, _NO_PARAMETERS)


def apply(rule: Rule | Called, *inputs: Any, **parameters: Any) -> Tensor:
    """Apply a rule to tensors, arrays and numbers, and record it.

    Parameters
    ----------
    rule : Rule
        The primitive operation.
    *inputs : Tensor, array or number
        Its differentiable inputs, already of one dtype.
    **parameters
        Keywords of the rule's primal.

    Returns
    -------
    Tensor
        The output; it has an edge if an input has one and recording is on.

    Raises
    ------
    NumericRuntimeError
        If shapes do not fit.
    """
    values = []
    edges: list[Edge] = []
    for x in inputs:
        if isinstance(x, Tensor):
            if isinstance(x, Traced):
                return apply_traced(rule, inputs, parameters)
            if x._view is not None:
                refresh(x)
            values.append(x._array)
            edges.append(x._edge)
        else:
            values.append(x)
            edges.append(None)
    out = run_primal(rule, values, parameters)
    return emit(rule, inputs, tuple(edges), values, out, parameters)


def apply_traced(rule: Rule | Called, inputs: tuple[Any, ...], parameters: dict[str, Any]) -> Tensor:
    """Apply a rule at the highest level among the inputs; lower ones are constants there."""
    level = max(x.level for x in inputs if isinstance(x, Tensor))
    own = [isinstance(x, Tensor) and x.level == level for x in inputs]
    values = [x._array if o else constant(x) for x, o in zip(inputs, own, strict=True)]
    out = run_primal(rule, values, parameters)
    # at level 0 an input may be a plain tensor, beside one around a foreign array
    dots = [x.tangent if o and isinstance(x, Traced) else None for x, o in zip(inputs, own, strict=True)]
    if any(x_dot is not None for x_dot in dots):
        return Traced(out, level, push(rule, out, values, dots, parameters))
    for x in inputs:
        if isinstance(x, Tensor) and x._view is not None:
            refresh(x)
    edges = tuple(x._edge if o else None for x, o in zip(inputs, own, strict=True))
    result = Traced(out, level)
    result._edge = emit(rule, inputs, edges, values, out, parameters)._edge
    return result


def raise_to(x: Tensor, level: int) -> None:
    """Make a tensor one of a higher level in place: what it was until now is a constant there.

    Raises
    ------
    NumericRuntimeError
        If it is a leaf, such as a parameter of a module: its gradients would go astray.
    """
    if x.level >= level:
        return
    if x._edge is Leaf or type(x) not in (Tensor, Traced):
        raise NumericRuntimeError(
            f"a leaf ({type(x).__name__}) cannot be changed in place by what a functional transform follows: "
            "change a clone(), or pass it to the transform as an argument"
        )
    held: Any = x._array
    if x.level or x._edge is not None:
        held = Traced(x._array, x.level, getattr(x, "tangent", None))
        held._edge = x._edge
    x.__class__ = Traced
    x._array, x._level, x._edge, x.tangent = held, level, None, None  # type: ignore[attr-defined]


def constant(x: Any) -> Array:
    """Return what stands for a lower-level input: itself while it is followed, else its array."""
    if isinstance(x, Tensor) and x.level == 0 and not (mode.recording and x.requires_grad):
        return x._array
    return x


def push(
    rule: Rule | Called, out: Array, values: Sequence[Any], dots: Sequence[Any], parameters: dict[str, Any]
) -> Array:
    """Return the output's tangent: the sum of the parts that come from each input's tangent."""
    out_dot: Any = None
    with np.errstate(all="ignore"):
        for position, x_dot in enumerate(dots):
            if x_dot is not None:
                part = rule.jvps[position](x_dot, out, *values, **parameters)
                out_dot = part if out_dot is None else out_dot + part
        if out_dot.shape != out.shape:
            out_dot = np.broadcast_to(out_dot, out.shape)
    return out_dot


def refresh(view: Variable) -> None:
    """Give a view the edge its base's present history implies, if memory changed since.

    Where the base's array was replaced and not written to, the view gets its part of that as well.
    """
    seen, storage = view._view, view._storage
    if seen is None or storage is None or seen.version == storage.version:
        return
    seen.version = storage.version
    replaced = not isinstance(seen.base._array, np.ndarray)
    if seen.base._edge is None and getattr(seen.base, "tangent", None) is None and not replaced:
        return
    recording, mode.recording = mode.recording, True
    try:
        again = seen.base
        for rule, parameters in seen.steps:
            again = apply(rule, again, **parameters)
    finally:
        mode.recording = recording
    raise_to(view, again.level)  # type: ignore[arg-type]
    view._edge = again._edge
    if replaced:
        view._array = again._array
    if isinstance(view, Traced) and isinstance(again, Traced):
        view.tangent = again.tangent
