"""NEP 13: what a ufunc does to exact numbers, and how its call, out= and where= act; its methods are in `folds`."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift import elementary, order
from verify.lift.array import PROTOCOL, Lifted, gathered, object_array, operands
from verify.lift.ball import Ball
from verify.lift.literals import is_float
from verify.lift.plain import marked
from verify.lift.reading import opaque
from verify.lift.special import scipy_loop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_NATIVE = (
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.power,
    np.square, np.exp, np.log, np.sqrt,
)  # fmt: skip
_COMPARISONS: tuple[tuple[np.ufunc, str], ...] = (
    (np.less, "<"), (np.less_equal, "<="), (np.greater, ">"), (np.greater_equal, ">="),
    (np.equal, "=="), (np.not_equal, "!="),
)  # fmt: skip
_IGNORED = frozenset({"casting", "order", "subok"})

ON_CELLS: dict[np.ufunc, Callable[..., Any]] = {ufunc: ufunc for ufunc in _NATIVE}
"""What each ufunc does to object arrays of exact numbers; NumPy's own loop over objects where it has one."""

PREDICATES = {
    *(ufunc for ufunc, _ in _COMPARISONS),
    np.isnan, np.isfinite, np.isinf, np.signbit, np.logical_not, np.logical_and, np.logical_or, np.logical_xor,
}  # fmt: skip
"""The ufuncs whose result is an array of truth values."""

METHODS: dict[str, Callable[..., Any]] = {}
"""What the methods of a ufunc do: filled in by `verify.lift.folds`."""

ON_CELLS[np.float_power] = np.power
ON_CELLS.update({ufunc: order.compared(ufunc, relation) for ufunc, relation in _COMPARISONS})


def _entrywise(function: Callable[..., Any], arity: int, results: int = 1) -> Any:
    return np.frompyfunc(function, arity, results)


def _unary(name: str) -> Callable[[Any], Any]:
    on_ball = elementary.unary(name)
    return lambda x: on_ball(x) if isinstance(x, Ball) else x.unary(name)


for _name in elementary.UNARY:
    ON_CELLS[getattr(np, _name)] = _entrywise(_unary(_name), 1)
for _name in ("floor", "ceil", "trunc", "rint"):
    ON_CELLS[getattr(np, _name)] = order.stepped(_name)
for _name in ("hypot", "logaddexp", "arctan2"):
    ON_CELLS[getattr(np, _name)] = _entrywise(getattr(elementary, _name), 2)
ON_CELLS[np.radians] = ON_CELLS[np.deg2rad]
ON_CELLS[np.degrees] = ON_CELLS[np.rad2deg]
ON_CELLS[np.absolute] = ON_CELLS[np.fabs] = order.absolute
ON_CELLS[np.sign] = order.sign
ON_CELLS[np.conjugate] = _entrywise(lambda x: x, 1)
ON_CELLS[np.maximum], ON_CELLS[np.fmax] = order.chosen("max"), order.chosen("max", skip_nan=True)
ON_CELLS[np.minimum], ON_CELLS[np.fmin] = order.chosen("min"), order.chosen("min", skip_nan=True)
ON_CELLS[np.signbit] = lambda x: order.against_zero(np.less, "<", x)
ON_CELLS[np.copysign] = lambda x, y: order.picked(
    order.against_zero(np.greater_equal, ">=", y), abs(x), -abs(np.asarray(x, dtype=object))
)
ON_CELLS[np.heaviside] = lambda x, y: order.picked(
    order.against_zero(np.equal, "==", x), y, (ON_CELLS[np.sign](x) + 1) / 2
)
ON_CELLS[np.logaddexp2] = lambda x, y: ON_CELLS[np.log2](ON_CELLS[np.exp2](x) + ON_CELLS[np.exp2](y))
ON_CELLS[np.isnan] = _entrywise(lambda x: isinstance(x, Ball) and x.is_nan(), 1)
ON_CELLS[np.isinf] = _entrywise(lambda x: isinstance(x, Ball) and elementary.is_infinite(x), 1)
ON_CELLS[np.isfinite] = _entrywise(lambda x: not isinstance(x, Ball) or elementary.is_finite(x), 1)


def _truth(x: Any) -> Any:
    return np.asarray(order.against_zero(np.not_equal, "!=", x), dtype=bool)


ON_CELLS[np.logical_not] = lambda x: np.logical_not(_truth(x))
ON_CELLS[np.logical_and] = lambda x, y: np.logical_and(_truth(x), _truth(y))
ON_CELLS[np.logical_or] = lambda x, y: np.logical_or(_truth(x), _truth(y))
ON_CELLS[np.logical_xor] = lambda x, y: np.logical_xor(_truth(x), _truth(y))


def _floor_divide(x: Any, y: Any) -> Any:
    return ON_CELLS[np.floor](np.asarray(x / y, dtype=object))


def _remainder(x: Any, y: Any) -> Any:
    return x - y * _floor_divide(x, y)


def _fmod(x: Any, y: Any) -> Any:
    return x - y * ON_CELLS[np.trunc](np.asarray(x / y, dtype=object))


def _modf(x: Any) -> Any:
    whole = ON_CELLS[np.trunc](x)
    return x - whole, whole


def _frexp(x: Any) -> Any:
    """Return a fraction in [1/2, 1) and the exponent, which is constant around the point."""
    exponents = np.frompyfunc(lambda c: math.frexp(float(c.coefficient(0).mid()))[1], 1, 1)(x)
    return _ldexp(x, -exponents), np.asarray(exponents, dtype=np.int32)


def _ldexp(x: Any, exponent: Any) -> Any:
    return x * np.power(np.asarray(Ball(elementary.TWO), dtype=object), exponent)


ON_CELLS[np.floor_divide] = _floor_divide
ON_CELLS[np.remainder] = _remainder
ON_CELLS[np.fmod] = _fmod
ON_CELLS[np.divmod] = lambda x, y: (_floor_divide(x, y), _remainder(x, y))
ON_CELLS[np.modf] = _modf
ON_CELLS[np.ldexp] = _ldexp
ON_CELLS[np.frexp] = _frexp


_SUMS = frozenset(getattr(np, name) for name in ("matmul", "vecdot", "matvec", "vecmat") if hasattr(np, name))


# -- the protocol ----------------------------------------------------------------------------------------------


def dispatch(self: Lifted, ufunc: np.ufunc, method: str, inputs: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    """Run a ufunc, or one of its methods, on exact numbers.

    Raises
    ------
    OpaqueError
        The ufunc, the method or a keyword has no exact meaning here: the message names it.
    """
    function = ON_CELLS.get(ufunc) or scipy_loop(ufunc)
    options = {k: v for k, v in kwargs.items() if k not in _IGNORED and (v is not None or k == "axis")}
    if function is None:
        if method == "__call__" and set(ufunc.types) == {"O" * ufunc.nin + "->" + "O" * ufunc.nout}:
            return _python_function(self, ufunc, inputs)
        raise opaque(f"numpy.{ufunc.__name__} is not lifted: {operands(inputs)}")
    if method == "__call__":
        return _call(self, ufunc, function, inputs, options)
    run = METHODS.get(method)
    if run is None:
        raise opaque(f"numpy.{ufunc.__name__}.{method} is not lifted: call the function by name")
    return run(self, ufunc, function, inputs, options)


def _call(self: Lifted, ufunc: np.ufunc, function: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    out, where, dtype = options.pop("out", None), options.pop("where", True), options.pop("dtype", None)
    if options:
        raise opaque(f"numpy.{ufunc.__name__} with {', '.join(options)}= is not lifted")
    cells = [self.cells_of(x) for x in inputs]
    if where is not True:
        return _masked(self, ufunc, function, cells, inputs, where, out)
    result = function(*cells)
    if isinstance(result, tuple):
        return tuple(delivered(self, ufunc, part, inputs, None, dtype) for part in result)
    return delivered(self, ufunc, result, inputs, out, dtype)


def delivered(self: Lifted, ufunc: np.ufunc, result: Any, inputs: Sequence[Any], out: Any, dtype: Any = None) -> Any:
    """Return the result of a ufunc as an array, or stored in `out`."""
    if isinstance(result, np.ndarray) and result.dtype.kind == "i":
        return marked(result)[()]
    if ufunc in PREDICATES:
        answer = np.asarray(result, dtype=bool)[()]
        return marked(answer) if out is None else stored(out, answer)
    if ufunc in _SUMS:
        result = self.filled_in(result)
    if out is not None:
        return stored(out, result)
    made = _converted(self.like(result, float_type(inputs)), dtype)
    made.weak = ufunc in _OPERATORS and made.scalar and all(_is_python(x) for x in inputs)
    return made


_OPERATORS = frozenset(
    {np.add, np.subtract, np.multiply, np.divide, np.power, np.remainder, np.floor_divide, np.negative, np.absolute}
)
"""What Python's operators call: of Python's numbers they make Python's numbers."""


def _is_python(x: Any) -> bool:
    return x.weak if isinstance(x, Lifted) else isinstance(x, (int, float)) and not isinstance(x, np.generic)


def _converted(result: Lifted, dtype: Any) -> Lifted:
    return result if dtype is None or not is_float(np.dtype(dtype)) else result.astype(dtype)


def stored(out: Any, values: Any) -> Any:
    """Write values into an array that a program gave as out=."""
    target = out[0] if isinstance(out, tuple) else out
    if isinstance(target, Lifted):
        if target.scalar:  # what stands for a number cannot be written into: an operator made a new one
            return target.like(values)
        target.cells[...] = values
    elif np.asarray(values).dtype == bool:
        target[...] = values
    else:
        raise opaque("out= is an array of floats: exact numbers cannot be stored there (use np.zeros_like)")
    return target


def _masked(
    self: Lifted, ufunc: np.ufunc, function: Any, cells: list[Any], inputs: Sequence[Any], where: Any, out: Any
) -> Any:
    """Compute only where the mask says so: elsewhere `out` keeps what it held; without it nothing is known there."""
    shape = np.broadcast_shapes(*(c.shape for c in cells), np.shape(where))
    wide = [np.broadcast_to(c, shape) for c in cells]
    mask = np.broadcast_to(np.asarray(where, dtype=bool), shape)
    target = out[0] if isinstance(out, tuple) else out
    if ufunc in PREDICATES:
        target = np.zeros(shape, dtype=bool) if target is None else target
        target[mask] = np.asarray(function(*(c[mask] for c in wide)), dtype=bool)
        return target
    if target is None:
        target = self.like(np.full(shape, self.constant(np.nan, self.dtype), dtype=object), float_type(inputs))
    elif not isinstance(target, Lifted):
        target = self.like(self.cells_of(np.asarray(target)), float_type(inputs))
    target.cells[mask] = function(*(c[mask] for c in wide))
    return target


def _python_function(self: Lifted, ufunc: np.ufunc, inputs: Sequence[Any]) -> Any:
    """Call the Python function of `np.frompyfunc` with the numbers one by one, each a lifted scalar."""
    results = ufunc(*(x.boxed() if isinstance(x, Lifted) else x for x in inputs))
    if not isinstance(results, np.ndarray):
        return results
    return self.like(object_array([self.cells_of(r)[()] for r in results.ravel()], results.shape))


def float_type(inputs: Sequence[Any]) -> np.dtype[Any]:
    """Return the float dtype that NumPy would give the result (NEP 50)."""
    kinds = [_kind(x) for x in inputs if not isinstance(x, bool)]
    if any(isinstance(kind, np.dtype) and kind.kind == "V" for kind in kinds):
        return _foreign_type(kinds)
    found = np.result_type(*kinds)
    return found if found.kind == "f" else np.dtype(np.float64)


def _kind(x: Any) -> Any:
    if isinstance(x, (int, float)) and not isinstance(x, np.generic):
        return x
    if isinstance(x, Lifted) and x.weak:
        return 0.0
    if isinstance(x, (list, tuple)):
        return gathered(x, lambda value, _: value)[1]
    return x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype


def common_type(inputs: Sequence[Any]) -> np.dtype[Any]:
    """Return the float dtype that NumPy's functions that are no ufuncs would give the result."""
    found = np.result_type(*(_kind(x) for x in inputs))
    return found if is_float(found) else np.dtype(np.float64)


def _foreign_type(kinds: Sequence[Any]) -> np.dtype[Any]:
    """Ask NumPy itself how a dtype that is not its own (bfloat16) is promoted."""
    total: Any = None
    for kind in kinds:
        operand = np.ones(1, kind) if isinstance(kind, np.dtype) else kind
        total = operand if total is None else total * operand
    return np.asarray(total).dtype


def _whole(cells: Any) -> Any:
    """Return the numbers cut to integers, as a plain array, decided by the balls."""
    numbers = np.asarray(ON_CELLS[np.trunc](cells), dtype=object)
    return np.array([int(c.v.unique_fmpz()) for c in numbers.ravel()], dtype=np.int64).reshape(numbers.shape)


PROTOCOL.ufunc = dispatch
PROTOCOL.whole = _whole
PROTOCOL.marked = marked
