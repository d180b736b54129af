"""Asking for gradients: ``backward`` into the leaves, ``grad`` into one's hands."""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.backward import walk_back
from numeric.errors import NumericRuntimeError, NumericTypeError
from numeric.grad_mode import enable_grad, is_grad_enabled, no_grad, set_grad_enabled
from numeric.rulebook import rules
from numeric.rulebook.rule import Called
from numeric.tape import Leaf, mode

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.rulebook.rule import Array
    from numeric.tensor import Tensor
    from numeric.variable import Variable

_COPY = Called(rules["clone"], "CopyBackwards")
_hook_keys = itertools.count()


def as_sequence(x: Any) -> tuple[Any, ...]:
    """Return a tuple of what was given: one thing, or several."""
    return tuple(x) if isinstance(x, tuple | list) else (x,)


def target(x: Variable) -> Any:
    """Return where cotangents of a tensor go: the node that made it, or the leaf itself."""
    tape.refresh(x)
    return x if x._edge is Leaf else x._edge


def inner(x: Any, level: int) -> Array:
    """Return what stands for ``x`` among the arrays of a level: rules are applied to those."""
    if not isinstance(x, tape.Tensor):
        return x
    return x._array if x.level == level else tape.constant(x)


def outer(array: Array, level: int) -> Tensor:
    """Return the tensor of a level that holds an array of that level."""
    return tape.Traced(array, level) if level else tape.wrap(array)


def _root(out: Any, gradient: Any, position: int, create_graph: bool) -> tuple[Any, Array]:
    """Return ``(edge, out_bar)`` to begin the walk back from ``out``."""
    if not isinstance(out, tape.Tensor):
        raise NumericTypeError(f"expected a tensor to differentiate, got {out!r}")
    if not out.requires_grad:
        raise NumericRuntimeError(
            f"element {position} of tensors does not require grad and does not have a grad_fn: "
            "call requires_grad_() on what it is computed from"
        )
    if gradient is None:
        array = out._array
        if type(out) is tape.Tensor and array.ndim == 0:  # the usual case
            one = array.dtype.type(1)
            return target(out), tape.wrap(one) if create_graph else one
        if out.numel() != 1:
            raise NumericRuntimeError(
                "grad can be implicitly created only for scalar outputs, and this one has shape "
                f"{tuple(out.shape)}: pass gradient=, a tensor of that shape"
            )
        out_bar = np.ones_like(out._array)
    else:
        out_bar = _given(out, gradient, position)
    if create_graph:
        out_bar = out_bar if isinstance(out_bar, tape.Tensor) else outer(out_bar, out.level)
    else:
        out_bar = inner(out_bar, out.level)
    return target(out), out_bar


def _given(out: Tensor, gradient: Any, position: int) -> Any:
    """Return a cotangent that the caller gave, checked against its output."""
    if not isinstance(gradient, tape.Tensor | np.ndarray):
        raise NumericTypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if tuple(gradient.shape) != tuple(out.shape):
        raise NumericRuntimeError(
            f"Mismatch in shape: grad_output[{position}] has a shape of {tuple(gradient.shape)} "
            f"and output[{position}] has a shape of {tuple(out.shape)}: they must be equal"
        )
    if isinstance(gradient, tape.Tensor):
        return gradient if gradient.dtype == out.dtype else gradient.to(out.dtype)
    return gradient.astype(out.dtype.numpy)


def _roots(outputs: tuple[Any, ...], gradients: Any, create_graph: bool) -> list[tuple[Any, Array]]:
    given = (None,) * len(outputs) if gradients is None else as_sequence(gradients)
    if len(given) != len(outputs):
        raise NumericRuntimeError(f"got {len(outputs)} tensors and {len(given)} gradients: give one (or None) for each")
    return [
        _root(out, gradient, position, create_graph)
        for position, (out, gradient) in enumerate(zip(outputs, given, strict=True))
    ]


def _walk(
    outputs: tuple[Any, ...],
    gradients: Any,
    wanted: set[Any] | None,
    retain_graph: bool,
    create_graph: bool,
) -> tuple[dict[Any, Array], set[int]]:
    recording, mode.recording = mode.recording, mode.recording or create_graph
    try:
        return walk_back(
            _roots(outputs, gradients, create_graph),
            wanted,
            retain_graph=retain_graph,
            create_graph=create_graph,
        )
    finally:
        mode.recording = recording


def _as_gradient(of: Tensor, bar: Array, shared: set[int]) -> Tensor:
    """Return a cotangent as a tensor that shares its memory with nobody."""
    if isinstance(bar, tape.Tensor) and bar.level >= of.level:
        return bar
    if isinstance(bar, np.ndarray) and (bar.base is not None or id(bar) in shared):
        bar = bar.copy()
    return outer(bar, of.level)


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Add the gradients of ``tensors`` to the ``grad`` of the leaves they depend on.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        What to differentiate.
    grad_tensors : Tensor, None or a sequence of these
        Their cotangents, of the same shapes; None stands for 1 where a tensor has one element.
    retain_graph : bool, optional
        Keep the graph for another backward; as ``create_graph`` by default.
    create_graph : bool
        Record the backward pass itself, so that gradients can be differentiated.
    inputs : Tensor or sequence of Tensor, optional
        Accumulate into these only.

    Raises
    ------
    NumericRuntimeError
        If a tensor does not require grad, is not scalar and comes without cotangent, if the graph was
        freed, or if a value it needs was changed in place.
    NumericTypeError
        If a cotangent is neither tensor nor None.
    """
    keep = create_graph if retain_graph is None else retain_graph
    chosen = None if inputs is None else {target(x): x for x in as_sequence(inputs)}
    if chosen is not None and (not chosen or None in chosen):
        raise NumericRuntimeError("backward() expected inputs that require grad and at least one of them")
    wanted = None if chosen is None else set(chosen)
    bars, shared = _walk(as_sequence(tensors), grad_tensors, wanted, keep, create_graph)
    for edge, bar in bars.items():
        leaf = edge if chosen is None else chosen.get(edge)
        if leaf is not None and leaf._edge is not None:
            accumulate(leaf, _as_gradient(leaf, bar, shared), create_graph)


def accumulate(leaf: Tensor, gradient: Tensor, create_graph: bool) -> None:
    """Add a gradient to a tensor's ``grad``, after the tensor's own hooks."""
    gradient = _hooked(leaf, gradient) if leaf._edge is Leaf else gradient
    if leaf._grad is None:
        recorded = create_graph and gradient.requires_grad
        leaf._grad = tape.apply(_COPY, gradient) if recorded else gradient
    elif create_graph:
        leaf._grad = leaf._grad + gradient
    else:
        _add_in_place(leaf._grad, gradient)


def _add_in_place(total: Tensor, gradient: Tensor) -> None:
    a, b = total._array, gradient._array
    if type(total) is tape.Tensor and type(gradient) is tape.Tensor:
        with np.errstate(all="ignore"):
            if type(a) is np.ndarray:
                np.add(a, b, out=a)
            else:
                total._array = a + b
        if total._storage is not None:
            tape.mark_changed(total._storage)
    else:
        with no_grad():
            total.add_(gradient)


def _hooked(leaf: Tensor, gradient: Tensor) -> Tensor:
    if hasattr(leaf, "_hooks"):
        for hook in list(leaf._hooks.values()):
            answer = hook(gradient)
            gradient = gradient if answer is None else answer
    return gradient


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the gradients of ``outputs`` with respect to ``inputs``; no ``grad`` is changed.

    Parameters
    ----------
    outputs, grad_outputs, retain_graph, create_graph
        As ``tensors``, ``grad_tensors`` and the rest of :func:`backward`.
    inputs : Tensor or sequence of Tensor
        Leaves, or tensors on the way.
    allow_unused : bool, optional
        Answer None for an input that no output depends on.
    materialize_grads : bool
        Answer zeros for it.

    Returns
    -------
    tuple of Tensor or None
        One an input, of its shape.

    Raises
    ------
    NumericRuntimeError
        As :func:`backward`; or if an input does not require grad, or is not used and ``allow_unused`` is not set.
    """
    keep = create_graph if retain_graph is None else retain_graph
    sources = as_sequence(inputs)
    targets = [target(x) for x in sources]
    if None in targets:
        raise NumericRuntimeError(
            "One of the differentiated Tensors does not require grad: input "
            f"{targets.index(None)}; call requires_grad_() on it before it is used"
        )
    bars, shared = _walk(as_sequence(outputs), grad_outputs, set(targets), keep, create_graph)
    answers: list[Tensor | None] = []
    for position, (x, edge) in enumerate(zip(sources, targets, strict=True)):
        if edge in bars:
            gradient = _as_gradient(x, bars[edge], shared)
            answers.append(_hooked(x, gradient) if edge is x else gradient)
        elif materialize_grads:
            answers.append(outer(np.zeros_like(x._array), x.level).requires_grad_(create_graph))
        elif allow_unused:
            answers.append(None)
        else:
            raise NumericRuntimeError(
                "One of the differentiated Tensors appears to not have been used in the graph: "
                f"input {position}. Set allow_unused=True if this is the desired behavior"
            )
    return tuple(answers)


def check_gradient(x: Variable, gradient: Any) -> None:
    """Check that a gradient may be put into ``x.grad``.

    Raises
    ------
    NumericTypeError
        If it is no tensor.
    NumericRuntimeError
        If its shape or dtype is not that of ``x``.
    """
    if not isinstance(gradient, tape.Tensor):
        raise NumericTypeError(f"assigned grad expected to be a Tensor or None but got {type(gradient).__name__}")
    if tuple(gradient.shape) != tuple(x.shape) or gradient.dtype != x.dtype:
        raise NumericRuntimeError(
            f"assigned grad has shape {tuple(gradient.shape)} and {gradient.dtype}, expected "
            f"{tuple(x.shape)} and {x.dtype}"
        )


class HookHandle:
    """What ``register_hook`` returns: ``remove()`` takes the hook away."""

    def __init__(self, hooks: dict[int, Any], key: int) -> None:
        self._hooks = hooks
        self._key = key

    def remove(self) -> None:
        """Take the hook away; a second call does nothing."""
        self._hooks.pop(self._key, None)


def register_hook(x: Variable, hook: Callable[[Tensor], Tensor | None]) -> HookHandle:
    """Call ``hook`` with the gradient of ``x`` when it is computed; what it returns replaces it.

    Parameters
    ----------
    x : Tensor
        A tensor that requires grad.
    hook : callable
        ``hook(gradient) -> Tensor or None``; it must not change its argument.

    Raises
    ------
    NumericRuntimeError
        If ``x`` does not require grad.
    """
    edge = target(x)
    if edge is None:
        raise NumericRuntimeError(
            "cannot register a hook on a tensor that doesn't require gradient: requires_grad_() first"
        )
    key = next(_hook_keys)
    if edge is x:
        if not hasattr(x, "_hooks"):
            x._hooks = {}
        x._hooks[key] = hook
        return HookHandle(x._hooks, key)
    level = x.level

    def of_arrays(out_bar: Array) -> Array:
        answer = hook(out_bar if isinstance(out_bar, tape.Tensor) else outer(out_bar, level))
        if answer is None:
            return out_bar
        return answer if isinstance(out_bar, tape.Tensor) else inner(answer, level)

    edge.hooks = edge.hooks or {}
    edge.hooks[key] = of_arrays
    return HookHandle(edge.hooks, key)


__all__ = [
    "backward",
    "enable_grad",
    "grad",
    "is_grad_enabled",
    "no_grad",
    "set_grad_enabled",
]
