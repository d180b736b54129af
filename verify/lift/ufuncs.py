"""NEP 13: how a ufunc and its methods (reduce, accumulate, outer, at; out=, where=) act on exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.errors import OpaqueError
from verify.lift import elementary
from verify.lift.array import Lifted, operands, scalar_cells
from verify.lift.ball import Ball
from verify.lift.special import scipy_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NATIVE = (
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.power, np.float_power, np.absolute,
    np.fabs, np.square, np.exp, np.log, np.sqrt,
)  # fmt: skip
_COMPARISONS = (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)
_OWN_LOOPS = {np.float_power: np.power, np.fabs: np.absolute}
_IGNORED = frozenset({"dtype", "casting", "order", "subok"})

ON_CELLS: dict[np.ufunc, Callable[..., Any]] = {ufunc: _OWN_LOOPS.get(ufunc, ufunc) for ufunc in _NATIVE}
"""What each ufunc does to object arrays of exact numbers; NumPy's own loop over objects where it has one."""

PREDICATES = {*_COMPARISONS, np.isnan, np.isfinite, np.isinf, np.signbit, np.logical_not, np.logical_and, np.logical_or}
"""The ufuncs whose result is an array of truth values."""

ON_CELLS.update({ufunc: ufunc for ufunc in _COMPARISONS})


def _entrywise(function: Callable[..., Any], arity: int) -> Any:
    return np.frompyfunc(function, arity, 1)


def _unary(name: str) -> Callable[[Any], Any]:
    on_ball = elementary.unary(name)
    return lambda x: on_ball(x) if isinstance(x, Ball) else x.unary(name)


for _name in elementary.UNARY:
    ON_CELLS[getattr(np, _name)] = _entrywise(_unary(_name), 1)
for _name in ("floor", "ceil", "trunc", "rint"):
    ON_CELLS[getattr(np, _name)] = _entrywise(getattr(elementary, _name), 1)
for _name in ("hypot", "logaddexp", "arctan2"):
    ON_CELLS[getattr(np, _name)] = _entrywise(getattr(elementary, _name), 2)
ON_CELLS[np.radians] = ON_CELLS[np.deg2rad]
ON_CELLS[np.degrees] = ON_CELLS[np.rad2deg]
ON_CELLS[np.remainder] = _entrywise(elementary.mod, 2)
ON_CELLS[np.floor_divide] = _entrywise(lambda x, y: elementary.floor(x / y), 2)
ON_CELLS[np.sign] = _entrywise(lambda x: x.signum(), 1)
ON_CELLS[np.conjugate] = _entrywise(lambda x: x, 1)
for _larger in (np.maximum, np.fmax):
    ON_CELLS[_larger] = _entrywise(max, 2)
for _smaller in (np.minimum, np.fmin):
    ON_CELLS[_smaller] = _entrywise(min, 2)
ON_CELLS[np.heaviside] = _entrywise(lambda x, y: y if x == 0 else (x.signum() + 1) / 2, 2)
ON_CELLS[np.copysign] = _entrywise(lambda x, y: abs(x) if y >= 0 else -abs(x), 2)
ON_CELLS[np.signbit] = _entrywise(lambda x: bool(x < 0), 1)
ON_CELLS[np.logaddexp2] = lambda x, y: ON_CELLS[np.log2](ON_CELLS[np.exp2](x) + ON_CELLS[np.exp2](y))
_FINITE: tuple[tuple[Any, bool], ...] = ((np.isnan, False), (np.isinf, False), (np.isfinite, True))
for _test, _answer in _FINITE:
    ON_CELLS[_test] = _entrywise(lambda _, answer=_answer: answer, 1)
ON_CELLS[np.logical_not] = _entrywise(lambda x: not x, 1)
ON_CELLS[np.logical_and] = _entrywise(lambda x, y: bool(x) and bool(y), 2)
ON_CELLS[np.logical_or] = _entrywise(lambda x, y: bool(x) or bool(y), 2)


def _matmul(x: Any, y: Any) -> Any:
    """Return the product of matrices as sums of products: NumPy has no objects' loop for empty sums."""
    columns, rows = y.ndim == 1, x.ndim == 1
    y = y[:, None] if columns else y
    x = x[None, :] if rows else x
    product = np.add.reduce(x[..., :, :, None] * y[..., None, :, :], axis=-2)
    product = product[..., 0] if columns else product
    if not rows:
        return product
    return product[..., 0] if columns else product[..., 0, :]


ON_CELLS[np.matmul] = _matmul
ON_CELLS[np.vecdot] = lambda x, y: np.add.reduce(x * y, axis=-1)


# -- the protocol ----------------------------------------------------------------------------------------------


def dispatch(self: Lifted, ufunc: np.ufunc, method: str, inputs: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Run a ufunc, or one of its methods, on exact numbers.

    Raises
    ------
    OpaqueError
        The ufunc, the method or a keyword has no exact meaning here: the message names it.
    """
    function = ON_CELLS.get(ufunc) or scipy_loop(ufunc)
    if function is None:
        raise OpaqueError(f"numpy.{ufunc.__name__} is not lifted: {operands(inputs)}")
    options = {k: v for k, v in kwargs.items() if k not in _IGNORED}
    run = _METHODS.get(method)
    if run is None:
        raise OpaqueError(f"numpy.{ufunc.__name__}.{method} is not lifted: call the function by name")
    return run(self, ufunc, function, inputs, options)


def _call(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    out, where = options.pop("out", None), options.pop("where", True)
    if options:
        raise OpaqueError(f"numpy.{ufunc.__name__} with {', '.join(options)}= is not lifted")
    cells = [self.cells_of(x) for x in inputs]
    if where is not True:
        return _masked(self, function, cells, inputs, where, out)
    return _delivered(self, ufunc, function(*cells), inputs, out)


def _delivered(self: Lifted, ufunc: np.ufunc, result: Any, inputs: Sequence[Any], out: Any) -> Any:
    if ufunc in PREDICATES:
        answer = np.asarray(result, dtype=bool)[()]
        return answer if out is None else _stored(out, answer)
    if out is not None:
        return _stored(out, self.filled_in(result))
    return self.like(self.filled_in(result) if ufunc in _SUMS else result, float_type(inputs))


_SUMS = frozenset(getattr(np, name) for name in ("matmul", "vecdot", "matvec", "vecmat") if hasattr(np, name))


def _stored(out: Any, values: Any) -> Any:
    target = out[0] if isinstance(out, tuple) else out
    if isinstance(target, Lifted):
        target.cells[...] = values
    elif np.asarray(values).dtype == bool:
        target[...] = values
    else:
        raise OpaqueError("out= is an array of floats: exact numbers cannot be stored there (use np.zeros_like)")
    return target


def _masked(self: Lifted, function: Any, cells: list[Any], inputs: Sequence[Any], where: Any, out: Any) -> Any:
    """Compute only where the mask says so: elsewhere `out` keeps what it held."""
    if out is None:
        raise OpaqueError("where= without out= leaves entries undefined: give out=")
    shape = np.broadcast_shapes(*(c.shape for c in cells), np.shape(where))
    wide = [np.broadcast_to(c, shape) for c in cells]
    mask = np.broadcast_to(np.asarray(where, dtype=bool), shape)
    target = out[0] if isinstance(out, tuple) else out
    if not isinstance(target, Lifted):
        target = self.like(self.cells_of(np.asarray(target)), float_type(inputs))
    values = function(*(c[mask] for c in wide))
    target.cells[mask] = values
    return target


def _reduce(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    x = inputs[0]
    if not isinstance(x, Lifted):
        raise OpaqueError(f"numpy.{ufunc.__name__}.reduce of {type(x).__name__} into exact numbers")
    axis, keepdims = options.get("axis", 0), options.get("keepdims", False)
    cells = folded(function, ufunc, x, axis, keepdims=keepdims)
    initial = options.get("initial")
    if initial is not None:
        cells = function(cells, scalar_cells(x.constant(initial, x.dtype)))
    return _delivered(self, ufunc, x.filled_in(cells), inputs, options.get("out"))


def folded(function: Any, ufunc: np.ufunc, x: Lifted, axis: Any, *, keepdims: bool) -> Any:
    """Return the fold of a binary function along axes, first entry first."""
    axes = tuple(range(x.ndim)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    kept = [a for a in range(x.ndim) if a not in axes]
    count = int(np.prod([x.shape[a] for a in axes], dtype=int))
    rows = x.cells.transpose(*axes, *kept).reshape(count, *(x.shape[a] for a in kept))
    if not count:
        result = _identity(ufunc, x, rows.shape[1:])
    else:
        result = rows[0]
        for row in rows[1:]:
            result = function(result, row)
    result = np.asarray(result, dtype=object) if isinstance(result, np.ndarray) else scalar_cells(result)
    return np.expand_dims(result, axes) if keepdims else result


def _identity(ufunc: np.ufunc, x: Lifted, shape: tuple[int, ...]) -> Any:
    if ufunc.identity is None:
        raise ValueError(f"zero-size array to reduction operation {ufunc.__name__} which has no identity")
    cells = np.empty(shape, dtype=object)
    cells[...] = x.constant(ufunc.identity, x.dtype)
    return cells


def _accumulate(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    x, axis = inputs[0], options.get("axis", 0)
    along = np.moveaxis(x.cells, axis, 0).copy()
    for k in range(1, len(along)):
        along[k] = function(along[k - 1], along[k])
    return _delivered(self, ufunc, np.moveaxis(along, 0, axis), inputs, options.get("out"))


def _outer(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    x, y = (self.cells_of(a) for a in inputs)
    wide = x.reshape(x.shape + (1,) * y.ndim)
    return _delivered(self, ufunc, function(wide, y), inputs, options.get("out"))


def _at(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> None:
    """Change entries in place, one after another: a repeated index is met each time."""
    del options
    target, where, *values = inputs
    if not isinstance(target, Lifted):
        raise OpaqueError(f"numpy.{ufunc.__name__}.at into an array of floats: exact numbers cannot be stored there")
    places = np.arange(target.size).reshape(target.shape)[where]
    given = [np.broadcast_to(self.cells_of(v), np.shape(places)) for v in values]
    flat = target.cells.reshape(-1)
    if not np.shares_memory(flat, target.cells):
        raise OpaqueError(f"numpy.{ufunc.__name__}.at into a strided view is not lifted: copy it first")
    for k, place in np.ndenumerate(places):
        flat[place] = _single(function(scalar_cells(flat[place]), *(scalar_cells(g[k]) for g in given)))


def _single(result: Any) -> Any:
    return result[()] if isinstance(result, np.ndarray) else result


_METHODS: dict[str, Callable[..., Any]] = {
    "__call__": _call,
    "reduce": _reduce,
    "accumulate": _accumulate,
    "outer": _outer,
    "at": _at,
}


def float_type(inputs: Sequence[Any]) -> np.dtype[Any]:
    """Return the float dtype that NumPy would give the result (NEP 50)."""
    kinds = [x if isinstance(x, (int, float)) else np.asarray(x).dtype if not hasattr(x, "dtype") else x.dtype
             for x in inputs if not isinstance(x, bool)]  # fmt: skip
    return np.result_type(*kinds)
