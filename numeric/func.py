"""Functional transforms in the names of ``torch.func``: they nest, in any order.

Each transform runs the function on tensors of a new level, around whatever it was given: tensors,
NumPy arrays, or foreign arrays that speak NEP 13 and NEP 18. What went in comes out.
"""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.autograd import inner
from numeric.backward import walk_back
from numeric.errors import NumericRuntimeError, NumericTypeError, NumericValueError
from numeric.grad_mode import enable_grad
from numeric.tape import Leaf, mode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numeric.rulebook.rule import Array


@contextmanager
def _next_level() -> Iterator[int]:
    mode.level += 1
    try:
        yield mode.level
    finally:
        mode.level -= 1


def _checked(primals: Sequence[Any], transform: str) -> None:
    """Raise if there is nothing to differentiate.

    Raises
    ------
    NumericTypeError
        If a primal is no array.
    NumericRuntimeError
        If it does not hold floating-point numbers.
    """
    if not primals:
        raise NumericTypeError(f"{transform}(): expected at least one array to differentiate")
    for x in primals:
        if not (hasattr(x, "shape") and hasattr(x, "dtype")):
            raise NumericTypeError(f"{transform}(): expected tensors or arrays, got {x!r} of type {type(x).__name__}")
        if getattr(tape_dtype(x), "kind", "f") not in "fO":
            raise NumericRuntimeError(
                f"{transform}(): only floating-point arrays can be differentiated, got {x.dtype}: convert with .float()"
            )


def _called(f: Any, transform: str) -> None:
    if not callable(f):
        raise NumericTypeError(f"{transform}(): expected a function of tensors, got {f!r} of type {type(f).__name__}")


def tape_dtype(x: Any) -> Any:
    """Return the NumPy dtype of a tensor or an array."""
    return x.dtype.numpy if isinstance(x, tape.Tensor) else x.dtype


def _lower(out: Any, level: int) -> Any:
    """Return what an output of a level holds (a constant holds itself)."""
    return out._array if isinstance(out, tape.Tensor) and out.level == level else out


def _as_given(value: Any, like: Any) -> Any:
    """Return a result as the kind of array that went in."""
    if isinstance(like, tape.Tensor):
        return value if isinstance(value, tape.Tensor) else tape.wrap(value)
    if isinstance(value, tape.Tensor) and value.level == 0 and not value.requires_grad:
        value = value._array
    return np.asarray(value) if isinstance(value, np.generic) else value


def _kind(primals: Sequence[Any]) -> Any:
    """Return the primal whose kind decides the outputs': a tensor if there is one."""
    tensors = [x for x in primals if isinstance(x, tape.Tensor)]
    return tensors[0] if tensors else primals[0]


def _each(function: Callable[..., Any], out: Any, *others: Any) -> Any:
    """Apply a function to an output, or to each output of a tuple."""
    if isinstance(out, tuple | list):
        return tuple(function(*parts) for parts in zip(out, *others, strict=True))
    return function(out, *others)


def _outputs(out: Any) -> tuple[Any, ...]:
    outs = tuple(out) if isinstance(out, tuple | list) else (out,)
    for each in outs:
        if not isinstance(each, tape.Tensor):
            raise NumericTypeError(
                f"expected the function to return tensors, got {type(each).__name__}: "
                "return what was computed from its arguments"
            )
    return outs


def vjp(f: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """Run a function and return how cotangents of its output become cotangents of its inputs.

    Parameters
    ----------
    f : callable
        ``f(*tensors) -> Tensor`` or a tuple of tensors.
    *primals : Tensor, NumPy array or foreign array
        Where.
    has_aux : bool
        ``f`` returns ``(out, aux)``; ``aux`` is handed on.

    Returns
    -------
    out : as the primals
        The value.
    pullback : callable
        ``pullback(out_bar) -> (x_bar, …)``, one cotangent a primal; it can be called again.
    aux : any
        With ``has_aux`` only.

    Raises
    ------
    NumericTypeError
        If ``f`` is no function or returns no tensor, or a primal is no array.
    NumericRuntimeError
        If a primal does not hold floating-point numbers.
    """
    _called(f, "vjp")
    _checked(primals, "vjp")
    with _next_level() as level, enable_grad():
        traced = [tape.Traced(inner(x, level), level) for x in primals]
        for x in traced:
            x._edge = Leaf
        out, aux = f(*traced) if has_aux else (f(*traced), None)
    outs = _outputs(out)
    like = _kind(primals)

    def pullback(*out_bars: Any) -> tuple[Any, ...]:
        given = out_bars[0] if len(out_bars) == 1 else out_bars
        bars = tuple(given) if isinstance(given, tuple | list) else (given,)
        if len(bars) != len(outs):
            raise NumericRuntimeError(f"expected {len(outs)} cotangents, got {len(bars)}")
        roots = [
            (o if o._edge is Leaf else o._edge, _cotangent(o, bar, level))
            for o, bar in zip(outs, bars, strict=True)
            if o.level == level and o.requires_grad
        ]
        found, _ = walk_back(roots, set(traced), retain_graph=True)
        return tuple(
            _as_given(found[x] if x in found else np.zeros_like(x._array), primal)
            for x, primal in zip(traced, primals, strict=True)
        )

    value = _each(lambda o: _as_given(_lower(o, level), like), out)
    return (value, pullback, aux) if has_aux else (value, pullback)


def _cotangent(out: Any, out_bar: Any, level: int) -> Array:
    """Return a cotangent as what the rules take at a level, checked against its output."""
    if not hasattr(out_bar, "shape"):
        raise NumericTypeError(f"expected a cotangent (an array), got {type(out_bar).__name__}")
    if tuple(out_bar.shape) != tuple(out.shape):
        raise NumericRuntimeError(
            f"expected a cotangent of the output's shape {tuple(out.shape)}, got {tuple(out_bar.shape)}"
        )
    bar = inner(out_bar, level)
    if isinstance(out._array, tape.Tensor) and not isinstance(bar, tape.Tensor):
        return tape.wrap(bar)
    return bar


def jvp(f: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], *, has_aux: bool = False) -> Any:
    """Run a function and carry tangents of its inputs to a tangent of its output.

    Parameters
    ----------
    f : callable
        ``f(*tensors) -> Tensor`` or a tuple of tensors.
    primals, tangents : tuple of Tensor, NumPy array or foreign array
        Where, and in which direction; of equal shapes.
    has_aux : bool
        ``f`` returns ``(out, aux)``; ``aux`` is handed on.

    Returns
    -------
    out, out_dot : as the primals
        Value and tangent.
    aux : any
        With ``has_aux`` only.

    Raises
    ------
    NumericTypeError
        If ``f`` is no function or returns no tensor, or a primal is no array.
    NumericRuntimeError
        If primals and tangents differ in number or shape.
    """
    if not (isinstance(primals, tuple | list) and isinstance(tangents, tuple | list)):
        raise NumericTypeError("jvp(f, primals, tangents): expected two tuples of arrays")
    _called(f, "jvp")
    _checked(primals, "jvp")
    if [tuple(x.shape) for x in primals] != [tuple(np.shape(x_dot)) for x_dot in tangents]:
        raise NumericRuntimeError(
            "jvp(): expected one tangent a primal, of its shape; got shapes "
            f"{[tuple(x.shape) for x in primals]} and {[tuple(np.shape(d)) for d in tangents]}"
        )
    with _next_level() as level:
        traced = [dual(x, x_dot, level) for x, x_dot in zip(primals, tangents, strict=True)]
        out, aux = f(*traced) if has_aux else (f(*traced), None)
    _outputs(out)
    like = _kind(primals)
    value = _each(lambda o: _as_given(_lower(o, level), like), out)
    out_dot = _each(lambda o: _as_given(tangent_of(o, level), like), out)
    return (value, out_dot, aux) if has_aux else (value, out_dot)


def dual(x: Any, x_dot: Any, level: int) -> Any:
    """Return a tensor of a level that carries a tangent, in memory of its own."""
    primal, tangent = inner(x, level), inner(x_dot, level)
    if isinstance(primal, tape.Tensor) and not isinstance(tangent, tape.Tensor):
        tangent = tape.wrap(tangent)
    # The function may change its argument in place: the caller's array must not see it.
    return tape.Traced(primal.copy(), level, tangent)


def tangent_of(out: Any, level: int) -> Array:
    """Return the tangent of an output: zero for a constant."""
    if out.level == level and out.tangent is not None:
        return out.tangent
    return np.zeros_like(_lower(out, level))


def _chosen(argnums: int | tuple[int, ...], args: Sequence[Any]) -> tuple[int, ...]:
    """Return the positions of the arguments to differentiate.

    Raises
    ------
    NumericValueError
        If there is no such argument.
    """
    positions = argnums if isinstance(argnums, tuple) else (argnums,)
    for position in positions:
        if not -len(args) <= position < len(args):
            raise NumericValueError(f"argnums={argnums}, but only {len(args)} arguments were given")
    return tuple(position % len(args) for position in positions)


def _restricted(
    f: Callable[..., Any], argnums: int | tuple[int, ...], args: Sequence[Any], **kwargs: Any
) -> tuple[Callable[..., Any], list[Any]]:
    """Return ``f`` as a function of the chosen arguments alone, and those."""
    positions = _chosen(argnums, args)

    def of_chosen(*chosen: Any) -> Any:
        full = list(args)
        for position, x in zip(positions, chosen, strict=True):
            full[position] = x
        return f(*full, **kwargs)

    return of_chosen, [args[position] for position in positions]


def _one_or_all(results: tuple[Any, ...], argnums: int | tuple[int, ...]) -> Any:
    return results if isinstance(argnums, tuple) else results[0]


def grad_and_value(
    f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """Return the function that computes the gradient of a scalar function, and its value.

    The result raises NumericRuntimeError if ``f`` returns anything but one number; NumericTypeError is raised
    at once if ``f`` is no function.
    """
    _called(f, "grad")

    def gradient_and_value(*args: Any, **kwargs: Any) -> Any:
        of_chosen, chosen = _restricted(f, argnums, args, **kwargs)
        out, pullback, *aux = vjp(of_chosen, *chosen, has_aux=has_aux)
        if tuple(out.shape) != ():
            raise NumericRuntimeError(
                "Expected f(*args) to return a scalar tensor, got tensor with "
                f"{len(out.shape)} dims: use jacrev, or sum()"
            )
        gradient = _one_or_all(pullback(np.ones_like(out)), argnums)
        return (gradient, (out, *aux)) if has_aux else (gradient, out)

    return gradient_and_value


def grad(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0, has_aux: bool = False) -> Callable[..., Any]:
    """Return the function that computes the gradient of a scalar function.

    The result raises NumericRuntimeError if ``f`` returns anything but one number.
    """

    def gradient(*args: Any, **kwargs: Any) -> Any:
        found, value = grad_and_value(f, argnums, has_aux)(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def _basis(like: Any) -> Iterator[Any]:
    """Yield the unit arrays of a shape, in row-major order."""
    shape = tuple(like.shape)
    for index in np.ndindex(shape):
        unit = np.zeros_like(like)
        unit[index] = 1
        yield unit


def _stacked(columns: list[Any], shape: tuple[int, ...], like: Any, axis: int) -> Any:
    """Return arrays side by side, the axis they make unfolded to ``shape``."""
    if not columns:
        sizes = tuple(like.shape)
        return np.zeros_like(like, shape=(*shape, *sizes) if axis == 0 else (*sizes, *shape))
    together = np.stack(columns, axis=axis)
    sizes = tuple(columns[0].shape)
    return np.reshape(together, (*shape, *sizes) if axis == 0 else (*sizes, *shape))


def jacrev(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return the function that computes the Jacobian, row by row (one pullback an output entry).

    Its shape is ``out.shape + x.shape``.
    """

    def jacobian(*args: Any, **kwargs: Any) -> Any:
        of_chosen, chosen = _restricted(f, argnums, args, **kwargs)
        out, pullback = vjp(of_chosen, *chosen)
        rows = [pullback(unit) for unit in _basis(out)]
        columns = zip(*rows, strict=True) if rows else ([] for _ in chosen)
        found = tuple(_stacked(list(column), tuple(out.shape), x, 0) for column, x in zip(columns, chosen, strict=True))
        return _one_or_all(found, argnums)

    return jacobian


def jacfwd(f: Callable[..., Any], argnums: int | tuple[int, ...] = 0) -> Callable[..., Any]:
    """Return the function that computes the Jacobian, column by column (one JVP an input entry).

    Its shape is ``out.shape + x.shape``.
    """

    def jacobian(*args: Any, **kwargs: Any) -> Any:
        of_chosen, chosen = _restricted(f, argnums, args, **kwargs)
        found = []
        for position, x in enumerate(chosen):
            others = [np.zeros_like(other) for other in chosen]
            columns = []
            for unit in _basis(x):
                tangents = [*others[:position], unit, *others[position + 1 :]]
                columns.append(jvp(of_chosen, tuple(chosen), tuple(tangents))[1])
            like = columns[0] if columns else vjp(of_chosen, *chosen)[0]
            found.append(_stacked(columns, tuple(x.shape), like, -1))
        return _one_or_all(tuple(found), argnums)

    return jacobian


def hessian(f: Callable[..., Any], argnums: int = 0) -> Callable[..., Any]:
    """Return the function that computes second derivatives: forward over reverse.

    Its shape is ``out.shape + x.shape + x.shape``.
    """
    return jacfwd(jacrev(f, argnums), argnums)
