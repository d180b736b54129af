"""How tensors answer NumPy (NEP 13 and NEP 18): by the recorded operation of the same meaning.

The rules are written with NumPy's functions, so that a rule applied to tensors is recorded itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import inplace, tape
from numeric.errors import NumericTypeError
from numeric.functions import comparisons, elementwise, layout, products, reductions
from numeric.functions.operands import as_tensor_operand, raw

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.rulebook.rule import Array
    from numeric.tensor import Tensor

UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: elementwise.add,
    np.subtract: elementwise.sub,
    np.multiply: elementwise.mul,
    np.divide: elementwise.div,
    np.power: elementwise.pow,
    np.square: elementwise.square,
    np.negative: elementwise.neg,
    np.positive: lambda x: x,
    np.exp: elementwise.exp,
    np.log: elementwise.log,
    np.sqrt: elementwise.sqrt,
    np.sin: elementwise.sin,
    np.cos: elementwise.cos,
    np.sinh: elementwise.sinh,
    np.cosh: elementwise.cosh,
    np.tanh: elementwise.tanh,
    np.absolute: elementwise.abs,
    np.sign: elementwise.sign,
    np.floor: elementwise.floor,
    np.ceil: elementwise.ceil,
    np.trunc: elementwise.trunc,
    np.maximum: elementwise.maximum,
    np.minimum: elementwise.minimum,
    np.floor_divide: elementwise.floor_divide,
    np.remainder: elementwise.remainder,
    np.matmul: products.matmul,
    np.equal: comparisons.eq,
    np.not_equal: comparisons.ne,
    np.less: comparisons.lt,
    np.less_equal: comparisons.le,
    np.greater: comparisons.gt,
    np.greater_equal: comparisons.ge,
    np.logical_and: comparisons.logical_and,
    np.logical_or: comparisons.logical_or,
    np.logical_xor: comparisons.logical_xor,
    np.logical_not: comparisons.logical_not,
    np.bitwise_and: lambda x, y: comparisons.bitwise(np.bitwise_and, x, y),
    np.bitwise_or: lambda x, y: comparisons.bitwise(np.bitwise_or, x, y),
    np.bitwise_xor: lambda x, y: comparisons.bitwise(np.bitwise_xor, x, y),
    np.invert: lambda x: comparisons.bitwise(np.invert, x),
    np.isnan: comparisons.isnan,
    np.isinf: comparisons.isinf,
    np.isfinite: comparisons.isfinite,
}


def _transpose(x: Tensor, axes: Any = None) -> Tensor:
    return layout.reverse_axes(x) if axes is None else layout.permute(x, tuple(axes))


def _expand_dims(x: Tensor, axis: Any) -> Tensor:
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    ndim = x.ndim + len(axes)
    for a in sorted(a % ndim for a in axes):
        x = layout.unsqueeze(x, a)
    return x


def _zeros_like(x: Tensor, dtype: Any = None, *, shape: Any = None, **_: Any) -> Tensor:
    # Of the innermost array's kind: a constant has no history.
    return _filled(np.zeros_like, x, dtype, shape)


def _ones_like(x: Tensor, dtype: Any = None, *, shape: Any = None, **_: Any) -> Tensor:
    return _filled(np.ones_like, x, dtype, shape)


def _filled(like: Callable[..., Array], x: Tensor, dtype: Any, shape: Any) -> Tensor:
    sizes = None if shape is None else tuple(shape)
    return tape.wrap(like(raw(x), dtype=dtype, shape=sizes))


def _swapaxes(x: Tensor, axis1: int, axis2: int) -> Tensor:
    return layout.transpose(x, axis1, axis2)


def _broadcast_to(x: Tensor, shape: Any, **_: Any) -> Tensor:
    return layout.expand(x, shape if isinstance(shape, tuple | list) else (shape,))


def _round(x: Tensor, decimals: int = 0, **_: Any) -> Tensor:
    if decimals:
        raise NumericTypeError(f"round of tensors takes no decimals, got {decimals}")
    return elementwise.round(x)


def _reduction(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def reduce(x: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False) -> Tensor:
        if dtype is not None:
            x = as_tensor_operand(x, function.__name__).astype(dtype)
        return function(x, axis, keepdims is True)

    return reduce


def _running_sum(x: Tensor, axis: int | None = None) -> Tensor:
    return reductions.cumsum(layout.ravel(x), 0) if axis is None else reductions.cumsum(x, axis)


def _flip(x: Tensor, axis: Any = None) -> Tensor:
    axes = tuple(range(x.ndim)) if axis is None else axis
    return layout.flip(x, *(axes if isinstance(axes, tuple) else (axes,)))


def _extreme(name: str) -> Callable[..., Tensor]:
    def reduce(x: Tensor, axis: Any = None, *, keepdims: bool = False) -> Tensor:
        function = reductions.amax if name == "max" else reductions.amin
        return function(x, axis, keepdims is True)

    return reduce


FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: _reduction(reductions.sum),
    np.mean: _reduction(reductions.mean),
    np.prod: _reduction(reductions.prod),
    np.cumsum: _running_sum,
    np.max: _extreme("max"),
    np.min: _extreme("min"),
    np.amax: _extreme("max"),
    np.amin: _extreme("min"),
    np.argmax: reductions.argmax,
    np.argmin: reductions.argmin,
    np.any: comparisons.any,
    np.all: comparisons.all,
    np.reshape: layout.reshape,
    np.ravel: layout.ravel,
    np.transpose: _transpose,
    np.swapaxes: _swapaxes,
    np.moveaxis: layout.movedim,
    np.expand_dims: _expand_dims,
    np.squeeze: layout.squeeze,
    np.broadcast_to: _broadcast_to,
    np.concatenate: lambda xs, axis=0: layout.cat(list(xs), axis),
    np.stack: lambda xs, axis=0: layout.stack(list(xs), axis),
    np.flip: _flip,
    np.where: elementwise.where,
    np.clip: elementwise.clamp,
    np.round: _round,
    np.dot: products.matmul,
    np.outer: products.outer,
    np.copy: layout.clone,
    np.zeros_like: _zeros_like,
    np.ones_like: _ones_like,
    np.shape: lambda x: tuple(x.shape),
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.numel(),
    np.linalg.norm: lambda x, ord=None, axis=None, keepdims=False: products.norm(  # noqa: A006
        x, ord, axis, keepdims
    ),
}


def array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """Answer a ufunc (NEP 13): call, ``np.add.reduce`` and ``np.add.at``.

    Raises
    ------
    NumericTypeError
        If no recorded operation means the same: computing it unrecorded would lose the gradient.
    """
    del self
    if method == "__call__" and ufunc in UFUNCS and not kwargs:
        return UFUNCS[ufunc](*inputs)
    if method == "at" and ufunc is np.add:
        return inplace.index_add(*inputs)
    if method == "reduce" and ufunc is np.add:
        return FUNCTIONS[np.sum](*inputs, **{"axis": 0, **kwargs})
    raise NumericTypeError(
        f"np.{ufunc.__name__} ({method}{', ' + ', '.join(kwargs) if kwargs else ''}) has no recorded "
        "twin for tensors: use a function of numeric, or .detach().numpy()"
    )


def array_function(self: Tensor, func: Callable[..., Any], types: Any, args: Any, kwargs: Any) -> Any:
    """Answer a NumPy function (NEP 18).

    Raises
    ------
    NumericTypeError
        If no recorded operation means the same: computing it unrecorded would lose the gradient.
    """
    del self, types
    if func in FUNCTIONS:
        return FUNCTIONS[func](*args, **kwargs)
    raise NumericTypeError(
        f"np.{func.__name__} has no recorded twin for tensors: use a function of numeric, or .detach().numpy()"
    )
