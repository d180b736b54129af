"""Which NumPy functions can be lifted, and what each does to an array of exact numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift import folds  # noqa: F401 - fills in the methods of ufuncs
from verify.lift.array import FUNCTIONS, Lifted


if TYPE_CHECKING:
    from collections.abc import Callable

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

for _masked in (np.tril, np.triu, np.diag):
    FUNCTIONS[_masked] = _masking(_masked)


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


def _reduction(ufunc: np.ufunc) -> Callable[..., Any]:
    """Lift a reduction by the ufunc that it folds with."""

    def reduced(x: Lifted, axis: Any = None, dtype: Any = None, **options: Any) -> Any:
        del dtype  # real numbers have none
        return ufunc.reduce(x, axis=axis, **options)

    return reduced


_REDUCTIONS: tuple[tuple[Any, np.ufunc], ...] = (
    (np.sum, np.add), (np.prod, np.multiply), (np.max, np.maximum), (np.min, np.minimum),
    (np.amax, np.maximum), (np.amin, np.minimum), (np.any, np.logical_or), (np.all, np.logical_and),
)  # fmt: skip
for _reducing, _ufunc in _REDUCTIONS:
    FUNCTIONS[_reducing] = _reduction(_ufunc)


@lifts(np.mean)
def _mean(x: Lifted, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    total = np.sum(x, axis=axis, keepdims=keepdims)
    return total / (x.size // max(total.size, 1))


@lifts(np.cumsum)
def _cumsum(x: Lifted, axis: Any = None, **_: Any) -> Any:
    return np.add.accumulate(x if axis is not None else np.ravel(x), axis=axis or 0)


@lifts(np.cumprod)
def _cumprod(x: Lifted, axis: Any = None, **_: Any) -> Any:
    return np.multiply.accumulate(x if axis is not None else np.ravel(x), axis=axis or 0)


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
