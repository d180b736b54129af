"""Which NumPy functions can be lifted, and what each does to an array of exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift import elementary
from verify.lift.array import FUNCTIONS, PREDICATES, UFUNCS, Lifted
from verify.lift.ball import Ball

if TYPE_CHECKING:
    from collections.abc import Callable

# -- ufuncs: NumPy's own loops over objects, which call the entries' operators and methods ---------------

_NATIVE = (
    np.add, np.subtract, np.multiply, np.divide, np.negative, np.positive, np.power, np.absolute,
    np.square, np.exp, np.log, np.sqrt,
)  # fmt: skip
_COMPARISONS = (np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal)

UFUNCS.update({ufunc: ufunc for ufunc in _NATIVE})
UFUNCS.update({ufunc: ufunc for ufunc in _COMPARISONS})
PREDICATES.update(_COMPARISONS)


def _entrywise(function: Callable[..., Any], arity: int) -> Callable[..., Any]:
    return np.frompyfunc(function, arity, 1)


def _unary(name: str) -> Callable[[Any], Any]:
    on_ball = elementary.unary(name)
    return lambda x: on_ball(x) if isinstance(x, Ball) else x.unary(name)


for _name in elementary.UNARY:
    UFUNCS[getattr(np, _name)] = _entrywise(_unary(_name), 1)
for _name in ("floor", "ceil", "trunc", "rint"):
    UFUNCS[getattr(np, _name)] = _entrywise(getattr(elementary, _name), 1)
for _name in ("hypot", "logaddexp", "arctan2"):
    UFUNCS[getattr(np, _name)] = _entrywise(getattr(elementary, _name), 2)
UFUNCS[np.remainder] = _entrywise(elementary.mod, 2)
UFUNCS[np.sign] = _entrywise(lambda x: x.signum(), 1)
UFUNCS[np.maximum] = _entrywise(lambda x, y: max(x, y), 2)
UFUNCS[np.minimum] = _entrywise(lambda x, y: min(x, y), 2)
UFUNCS[np.isnan] = _entrywise(lambda _: False, 1)
UFUNCS[np.isfinite] = _entrywise(lambda _: True, 1)
UFUNCS[np.isinf] = _entrywise(lambda _: False, 1)
PREDICATES.update((np.isnan, np.isfinite, np.isinf))


def _matmul(x: Any, y: Any) -> Any:
    """Return the product of matrices as sums of products: NumPy has no objects' loop for empty sums."""
    columns = y.ndim == 1
    y = y[:, None] if columns else y
    rows = x.ndim == 1
    x = x[None, :] if rows else x
    product = np.add.reduce(x[..., :, :, None] * y[..., None, :, :], axis=-2)
    product = product[..., 0] if columns else product
    return product[..., 0, :] if rows and not columns else product[..., 0] if rows else product


UFUNCS[np.matmul] = _matmul  # an empty sum is a plain 0, which `Lifted.like` makes exact


# -- functions -------------------------------------------------------------------------------------------


def lifts(*functions: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register what a function of NumPy does to lifted arrays."""

    def register(implementation: Callable[..., Any]) -> Callable[..., Any]:
        for function in functions:
            FUNCTIONS[function] = implementation
        return implementation

    return register


def _on_cells(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lift a function that only moves entries about."""

    def moved(x: Lifted, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("subok", None)
        return x.like(function(x.cells, *args, **kwargs))

    return moved


def _masking(function: Callable[..., Any]) -> Callable[..., Any]:
    """Lift a function that puts zeros in place of some entries."""

    def moved(x: Lifted, *args: Any, **kwargs: Any) -> Any:
        return x.like(x.filled_in(function(x.cells, *args, **kwargs)))

    return moved


for _function in (
    np.reshape, np.transpose, np.expand_dims, np.squeeze, np.broadcast_to, np.flip, np.moveaxis, np.swapaxes,
    np.ravel, np.take, np.diagonal, np.roll, np.repeat, np.tile, np.rot90,
    np.atleast_1d, np.atleast_2d, np.flipud, np.fliplr,
):  # fmt: skip
    FUNCTIONS[_function] = _on_cells(_function)

for _function in (np.tril, np.triu, np.diag):
    FUNCTIONS[_function] = _masking(_function)


@lifts(np.shape)
def _shape(x: Lifted) -> Any:
    return x.shape


@lifts(np.ndim)
def _ndim(x: Lifted) -> int:
    return x.ndim


@lifts(np.size)
def _size(x: Lifted, axis: Any = None) -> int:
    return x.size if axis is None else int(x.shape[axis])


@lifts(np.copy)
def _copy(x: Lifted, **_: Any) -> Any:
    return x.copy()


@lifts(np.sum)
def _sum(x: Lifted, axis: Any = None, dtype: Any = None, keepdims: bool = False, **_: Any) -> Any:
    del dtype
    return x.like(x.filled_in(np.add.reduce(x.cells, axis=axis, keepdims=keepdims)))


@lifts(np.prod)
def _prod(x: Lifted, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return x.like(x.filled_in(np.multiply.reduce(x.cells, axis=axis, keepdims=keepdims)))


@lifts(np.mean)
def _mean(x: Lifted, axis: Any = None, dtype: Any = None, keepdims: bool = False, **_: Any) -> Any:
    total = _sum(x, axis=axis, dtype=dtype, keepdims=keepdims)
    return total / (x.size // max(total.size, 1))


@lifts(np.cumsum)
def _cumsum(x: Lifted, axis: Any = None, **_: Any) -> Any:
    cells = x.cells.ravel() if axis is None else x.cells
    return x.like(np.add.accumulate(cells, axis=0 if axis is None else axis))


@lifts(np.max, np.amax)
def _max(x: Lifted, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return _folded(x, np.maximum, axis, keepdims)


@lifts(np.min, np.amin)
def _min(x: Lifted, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return _folded(x, np.minimum, axis, keepdims)


def _folded(x: Lifted, ufunc: np.ufunc, axis: Any, keepdims: bool) -> Any:
    axes = tuple(range(x.ndim)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, x.ndim)
    kept = [a for a in range(x.ndim) if a not in axes]
    rows = x.cells.transpose(*axes, *kept).reshape(-1, *(x.shape[a] for a in kept))
    best = rows[0]
    for row in rows[1:]:
        best = UFUNCS[ufunc](best, row)
    result = np.asarray(best, dtype=object)
    return x.like(np.expand_dims(result, axes) if keepdims else result)


@lifts(np.dot)
def _dot(x: Any, y: Any) -> Any:
    return x * y if np.ndim(x) == 0 or np.ndim(y) == 0 else np.matmul(x, y)


@lifts(np.outer)
def _outer(x: Any, y: Any) -> Any:
    return np.reshape(x, (-1, 1)) * np.reshape(y, (1, -1))


@lifts(np.vdot, np.inner)
def _inner(x: Any, y: Any) -> Any:
    return np.sum(np.ravel(x) * np.ravel(y))


@lifts(np.where)
def _where(condition: Any, x: Any, y: Any) -> Any:
    lifted = x if isinstance(x, Lifted) else y
    condition = condition.cells.astype(bool) if isinstance(condition, Lifted) else condition
    chosen = np.where(condition, lifted.cells_of(x), lifted.cells_of(y))
    return lifted.like(chosen)


def _filled(value: Any) -> Callable[..., Any]:
    def fill(x: Lifted, dtype: Any = None, shape: Any = None, **_: Any) -> Any:
        cells = np.empty(x.shape if shape is None else shape, dtype=object)
        cells[...] = x.constant(value, x.dtype)
        return x.like(cells, dtype)

    return fill


FUNCTIONS[np.zeros_like] = _filled(0)
FUNCTIONS[np.ones_like] = _filled(1)
FUNCTIONS[np.empty_like] = _filled(0)


@lifts(np.full_like)
def _full_like(x: Lifted, value: Any, **kwargs: Any) -> Any:
    return _filled(value)(x, **kwargs)


@lifts(np.concatenate)
def _concatenate(parts: Any, axis: int = 0, **_: Any) -> Any:
    lifted = next(part for part in parts if isinstance(part, Lifted))
    return lifted.like(np.concatenate([lifted.cells_of(part) for part in parts], axis=axis))


@lifts(np.stack)
def _stack(parts: Any, axis: int = 0, **_: Any) -> Any:
    lifted = next(part for part in parts if isinstance(part, Lifted))
    return lifted.like(np.stack([lifted.cells_of(part) for part in parts], axis=axis))


@lifts(np.result_type)
def _result_type(*operands: Any) -> Any:
    return np.result_type(*(x.dtype if isinstance(x, Lifted) else x for x in operands))


@lifts(np.count_nonzero)
def _count_nonzero(x: Lifted, **kwargs: Any) -> Any:
    return np.count_nonzero(x.cells.astype(bool), **kwargs)
