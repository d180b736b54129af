"""Sums, means, quantiles, differences and interpolation of exact numbers, by NumPy's own definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import Lifted
from verify.lift.functions import lifted_among, lifts
from verify.lift.reading import opaque
from verify.lift.ufuncs import common_type

if TYPE_CHECKING:
    from collections.abc import Callable

_REDUCTIONS: tuple[tuple[Any, np.ufunc], ...] = (
    (np.sum, np.add), (np.prod, np.multiply), (np.max, np.maximum), (np.min, np.minimum),
    (np.amax, np.maximum), (np.amin, np.minimum), (np.any, np.logical_or), (np.all, np.logical_and),
)  # fmt: skip


def _reduction(ufunc: np.ufunc) -> Callable[..., Any]:
    """Lift a reduction by the ufunc that it folds with."""

    def reduced(a: Lifted, axis: Any = None, *positional: Any, **options: Any) -> Any:
        options |= zip(("dtype", "out") if ufunc in (np.add, np.multiply) else ("out",), positional, strict=False)
        given = {k: v for k, v in options.items() if v is not None and v is not np._NoValue}  # noqa: SLF001
        return ufunc.reduce(a, axis=axis, **given)

    return reduced


for _reducing, _ufunc in _REDUCTIONS:
    lifts(_reducing)(_reduction(_ufunc))


@lifts(np.mean)
def _mean(
    a: Lifted, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: Any = False, **options: Any
) -> Any:
    where = options.get("where", True)
    total = np.sum(a, axis=axis, dtype=dtype, keepdims=bool(keepdims), where=where)
    return _out(_shared(total, _count(a, axis, where, bool(keepdims))), out)


def _shared(total: Any, count: Any) -> Any:
    """Return a total divided by a count, in the total's own dtype."""
    mean = total / count
    return mean.like(mean.cells[()] if mean.scalar else mean.cells, total.dtype)


def _count(a: Lifted, axis: Any, where: Any, keepdims: bool) -> Any:
    """Return how many entries a reduction meets."""
    if where is not True:
        return np.sum(np.broadcast_to(where, a.shape), axis=axis, keepdims=keepdims)
    axes = range(a.ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, a.ndim)
    return int(np.prod([a.shape[k] for k in axes], dtype=int))


def _out(result: Any, out: Any) -> Any:
    return result if out is None else np.positive(result, out=out)


@lifts(np.average)
def _average(a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: Any = False) -> Any:
    x = lifted_among(a, weights)
    a = a if isinstance(a, Lifted) else x.like(x.cells_of(np.asarray(a)))
    keepdims = bool(keepdims)
    if weights is None:
        mean, total = np.mean(a, axis=axis, keepdims=keepdims), _count(a, axis, True, keepdims)
    else:
        weights = weights if isinstance(weights, Lifted) else np.asarray(weights)
        if np.shape(weights) != a.shape:
            weights = np.reshape(weights, [n if k == axis % a.ndim else 1 for k, n in enumerate(a.shape)])
        wide = np.broadcast_to(weights, a.shape)
        total = np.sum(wide, axis=axis, keepdims=keepdims)
        mean = np.sum(a * wide, axis=axis, keepdims=keepdims) / total
    return (mean, mean * 0 + total) if returned else mean


@lifts(np.var)
def _var(
    a: Lifted,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: float = 0,
    keepdims: Any = False,
    **options: Any,
) -> Any:
    where, ddof, keepdims = options.get("where", True), options.get("correction", ddof), bool(keepdims)
    mean = options.get("mean")
    centred = a - (np.mean(a, axis=axis, keepdims=True, where=where) if mean is None else mean)
    total = np.sum(centred * centred, axis=axis, dtype=dtype, keepdims=keepdims, where=where)
    return _out(_shared(total, _count(a, axis, where, keepdims) - ddof), out)


@lifts(np.std)
def _std(a: Lifted, *args: Any, **options: Any) -> Any:
    out = options.pop("out", None)
    return _out(np.sqrt(np.var(a, *args, **options)), out)


@lifts(np.ptp)
def _ptp(a: Lifted, axis: Any = None, out: Any = None, keepdims: Any = False) -> Any:
    return _out(np.max(a, axis=axis, keepdims=bool(keepdims)) - np.min(a, axis=axis, keepdims=bool(keepdims)), out)


# -- running folds and differences -----------------------------------------------------------------------------------


def _running(ufunc: np.ufunc) -> Callable[..., Any]:
    def run(a: Lifted, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        flat = axis is None or not a.ndim
        result = ufunc.accumulate(np.ravel(a) if flat else a, axis=0 if flat else axis, dtype=dtype)
        return _out(result, out)

    return run


lifts(np.cumsum)(_running(np.add))
lifts(np.cumprod)(_running(np.multiply))
if hasattr(np, "cumulative_sum"):  # NumPy 2.1

    def _cumulative(running: Any, start: int) -> Callable[..., Any]:
        def run(x: Lifted, /, *, axis: Any = None, dtype: Any = None, out: Any = None, **options: Any) -> Any:
            axis = 0 if axis is None else axis
            result = running(x, axis=axis, dtype=dtype)
            if options.get("include_initial", False):
                first = np.full_like(np.take(result, range(1), axis=axis), start)
                result = np.concatenate([first, result], axis=axis)
            return _out(result, out)

        return run

    lifts(np.cumulative_sum)(_cumulative(np.cumsum, 0))
    lifts(np.cumulative_prod)(_cumulative(np.cumprod, 1))


@lifts(np.diff)
def _diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    parts = [_edge(a, prepend, axis), a, _edge(a, append, axis)]
    if prepend is not None or append is not None:
        a = np.concatenate([part for part in parts if part is not None], axis=axis)
    for _ in range(n):
        size = a.shape[axis]
        a = np.take(a, range(1, size), axis=axis) - np.take(a, range(max(size - 1, 0)), axis=axis)
    return a


def _edge(a: Lifted, value: Any, axis: int) -> Any:
    if value is None or value is np._NoValue:  # noqa: SLF001 - what NumPy passes for what was not given
        return None
    value = value if isinstance(value, Lifted) else np.asarray(value)
    shape = [1 if k == axis % a.ndim else size for k, size in enumerate(a.shape)]
    return np.broadcast_to(value, shape) if value.ndim == 0 else value


@lifts(np.ediff1d)
def _ediff1d(ary: Lifted, to_end: Any = None, to_begin: Any = None) -> Any:
    parts = [to_begin, np.diff(np.ravel(ary)), to_end]
    joined = np.concatenate([np.ravel(part) for part in parts if part is not None])
    return joined.astype(lifted_among(ary).dtype, copy=False)


@lifts(np.gradient)
def _gradient(f: Any, *spacing: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """Return second-order differences inside and one-sided ones at the edges, as NumPy defines them."""
    axes = range(f.ndim) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, f.ndim)
    steps = spacing or (1.0,)
    steps = steps * len(axes) if len(steps) == 1 else steps
    found = [_slope(np.moveaxis(f, k, 0), h, edge_order, k) for k, h in zip(axes, steps, strict=True)]
    return found[0] if len(found) == 1 else tuple(found)


def _slope(f: Any, h: Any, edge_order: int, axis: int) -> Any:
    n = f.shape[0]
    if n < edge_order + 1:
        raise ValueError(f"gradient of {n} entries: edge_order {edge_order} needs {edge_order + 1} at least")
    d = np.diff(h) if np.ndim(h) else h * np.ones(n - 1)
    d = np.reshape(d, (n - 1,) + (1,) * (f.ndim - 1))
    left, right = d[:-1], d[1:]
    inner = (left**2 * f[2:] + (right**2 - left**2) * f[1:-1] - right**2 * f[:-2]) / (left * right * (left + right))
    first, last = (f[1] - f[0]) / d[0], (f[-1] - f[-2]) / d[-1]
    if edge_order == 2:
        first = _edge_slope(f[:3], d[0], d[1])
        last = -_edge_slope(f[: -4 if n > 3 else None : -1], d[-1], d[-2])
    slopes: Any = np.concatenate([first[None], inner, last[None]])
    slopes = slopes.like(slopes.cells, f.dtype if isinstance(f, Lifted) else None)
    return np.moveaxis(slopes, 0, axis)


def _edge_slope(f: Any, one: Any, two: Any) -> Any:
    """Return the slope at the first of three points by the parabola through them."""
    a, b, c = -(2 * one + two) / (one * (one + two)), (one + two) / (one * two), -one / (two * (one + two))
    return a * f[0] + b * f[1] + c * f[2]


# -- quantiles -------------------------------------------------------------------------------------------------------


@lifts(np.median)
def _median(a: Lifted, axis: Any = None, out: Any = None, overwrite_input: bool = False, keepdims: Any = False) -> Any:
    del overwrite_input
    return _out(np.quantile(a, 0.5, axis=axis, keepdims=bool(keepdims)), out)


@lifts(np.percentile)
def _percentile(a: Any, q: Any, *args: Any, **options: Any) -> Any:
    q = np.asarray(q)
    return np.quantile(a, q / 100.0 if q.ndim else float(q) / 100.0, *args, **options)


@lifts(np.quantile)
def _quantile(a: Any, q: Any, axis: Any = None, out: Any = None, _overwrite: bool = False, **options: Any) -> Any:
    method, keepdims = options.get("method", "linear"), options.get("keepdims", False)
    if isinstance(q, Lifted):
        raise opaque("numpy.quantile with a lifted q is not lifted: q chooses entries")
    axes = tuple(range(a.ndim)) if axis is None else np.lib.array_utils.normalize_axis_tuple(axis, a.ndim)
    kept = [k for k in range(a.ndim) if k not in axes]
    rows = np.sort(np.reshape(np.transpose(a, (*axes, *kept)), (-1, *(a.shape[k] for k in kept))), axis=0)
    parts = [_between(rows, float(p), method) for p in np.ravel(q)]
    parts = [part if np.ndim(q) == 0 else part.astype(common_type([part, np.asarray(q)])) for part in parts]
    parts = [np.expand_dims(part, axes) for part in parts] if keepdims else parts
    return _out(parts[0] if np.ndim(q) == 0 else np.reshape(np.stack(parts), np.shape(q) + np.shape(parts[0])), out)


def _between(rows: Any, p: float, method: str) -> Any:
    """Return the p-quantile of sorted rows."""
    place = p * (len(rows) - 1)
    low, high = int(np.floor(place)), int(np.ceil(place))
    if method == "linear":
        return rows[low] + (rows[high] - rows[low]) * (place - low) if low != high else rows[low]
    ways = {"lower": low, "higher": high, "nearest": round(place)}
    if method == "midpoint":
        return (rows[low] + rows[high]) / 2
    if method not in ways:
        raise opaque(f"numpy.quantile(method={method!r}) is not lifted")
    return rows[ways[method]]


# -- without NaN -----------------------------------------------------------------------------------------------------


def _without_nan(function: Any, neutral: float | None) -> Callable[..., Any]:
    def reduced(a: Lifted, axis: Any = None, *args: Any, **options: Any) -> Any:
        nan = np.isnan(a)
        if not np.any(nan):
            return function(a, axis, *args, **options)
        if neutral is None:
            return function(np.where(nan, 0, a), axis, *args, where=~nan, **options)
        return function(np.where(nan, neutral, a), axis, *args, **options)

    return reduced


for _nan, _plain, _neutral in (
    (np.nansum, np.sum, 0), (np.nanprod, np.prod, 1), (np.nancumsum, np.cumsum, 0), (np.nancumprod, np.cumprod, 1),
    (np.nanmax, np.max, -np.inf), (np.nanmin, np.min, np.inf),
    (np.nanmean, np.mean, None), (np.nanvar, np.var, None), (np.nanstd, np.std, None),
):  # fmt: skip
    lifts(_nan)(_without_nan(_plain, _neutral))


def _if_no_nan(function: Any) -> Callable[..., Any]:
    def chosen(a: Lifted, *args: Any, **options: Any) -> Any:
        if np.any(np.isnan(a)):
            raise opaque(f"numpy.nan{function.__name__} of NaN is not lifted: leave the NaN out first")
        return function(a, *args, **options)

    return chosen


for _name in ("median", "quantile", "percentile"):
    lifts(getattr(np, f"nan{_name}"))(_if_no_nan(getattr(np, _name)))
