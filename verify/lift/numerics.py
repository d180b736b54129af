"""Interpolation, convolution, polynomials, rounding and integration of exact numbers, by NumPy's own definitions."""

from __future__ import annotations

from typing import Any

import numpy as np

from verify.lift.array import Lifted, object_array
from verify.lift.functions import as_lifted, lifted_among, lifts, lifts_named
from verify.lift.reading import opaque
from verify.lift.ufuncs import common_type


@lifts_named("trapezoid", "trapz")
def _trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = as_lifted(y, lifted_among(y, x, dx))
    y = np.swapaxes(y, axis, -1)
    steps = dx if x is None else np.diff(x if np.ndim(x) == 1 else np.swapaxes(x, axis, -1))
    return np.sum(steps * (y[..., 1:] + y[..., :-1]) / 2.0, axis=-1)


@lifts(np.interp)
def _interp(x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None) -> Any:
    """Interpolate linearly between sorted points, and hold the ends."""
    if period is not None:
        raise opaque("numpy.interp(period=) of exact numbers is not lifted")
    like = lifted_among(x, xp, fp, left, right)
    x, xp, fp = (as_lifted(v, like) for v in (x, xp, fp))
    place = np.clip(np.searchsorted(xp, x, side="right") - 1, 0, max(len(xp) - 2, 0))
    following = np.minimum(place + 1, len(xp) - 1)
    slope = (fp[following] - fp[place]) / np.where(following == place, 1, xp[following] - xp[place])
    inside = fp[place] + slope * (x - xp[place])
    inside = np.where(x < xp[0], fp[0] if left is None else left, inside)
    result = np.where(x > xp[-1], fp[-1] if right is None else right, inside)
    return result.astype(np.float64)[()]


@lifts(np.convolve)
def _convolve(a: Any, v: Any, mode: str = "full") -> Any:
    like = lifted_among(a, v)
    a, v = np.atleast_1d(as_lifted(a, like)), np.atleast_1d(as_lifted(v, like))
    a, v = (v, a) if len(v) > len(a) else (a, v)
    if not len(v):
        raise ValueError("a cannot be empty" if not len(a) else "v cannot be empty")
    n, m = len(a), len(v)
    full = np.zeros_like(a * v[0], shape=(n + m - 1,))
    for k in range(m):
        full[k : k + n] += a * v[k]
    starts = {"full": (0, n + m - 1), "same": ((m - 1) // 2, n), "valid": (m - 1, n - m + 1)}
    if mode not in starts:
        raise ValueError(f"mode {mode!r} is none of 'full', 'same' and 'valid'")
    start, count = starts[mode]
    return full[start : start + count]


@lifts(np.correlate)
def _correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    if len(v) > len(a):
        return np.correlate(v, a, mode)[::-1]
    if mode == "same":  # NumPy centres on the longer array, and rounds down where convolve does
        full = np.convolve(a, v[::-1], "full")
        start = len(v) - 1 - len(v) // 2
        return full[start : start + len(a)]
    return np.convolve(a, v[::-1], mode)


@lifts(np.polyval)
def _polyval(p: Any, x: Any) -> Any:
    total = np.zeros_like(x) if isinstance(x, Lifted) else 0.0 * np.asarray(x)
    for coefficient in p if isinstance(p, Lifted) else as_lifted(p, x) if isinstance(x, Lifted) else np.asarray(p):
        total = total * x + coefficient
    return total


@lifts(np.polyder)
def _polyder(p: Any, m: int = 1) -> Any:
    for _ in range(m):
        p = p[:-1] * np.arange(len(p) - 1, 0, -1)
    return p


@lifts(np.polyint)
def _polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    constants = np.zeros(m) if k is None else np.broadcast_to(k, (m,))
    for constant in constants:
        p = np.concatenate([p / np.arange(len(p), 0, -1), [constant]])
    return p


@lifts(np.polymul)
def _polymul(a1: Any, a2: Any) -> Any:
    return np.convolve(a1, a2)


@lifts(np.polyadd)
def _polyadd(a1: Any, a2: Any) -> Any:
    n = max(len(a1), len(a2))
    one, two = (np.concatenate([np.zeros(n - len(a)), a]) for a in (a1, a2))
    return one + two


@lifts(np.polysub)
def _polysub(a1: Any, a2: Any) -> Any:
    return np.polyadd(a1, -as_lifted(a2, lifted_among(a1, a2)))


@lifts(np.polyfit)
def _polyfit(x: Any, y: Any, deg: int, **options: Any) -> Any:
    if options:
        raise opaque(f"numpy.polyfit with {', '.join(options)}= is not lifted")
    columns = np.vander(x, deg + 1)
    return np.linalg.solve(columns.T @ columns, columns.T @ y)


@lifts(np.vander)
def _vander(x: Any, N: Any = None, increasing: bool = False) -> Any:
    powers = range(len(x) if N is None else N)
    columns = [x**k for k in (powers if increasing else reversed(powers))]
    return np.stack(columns, axis=-1).astype(np.result_type(x.dtype, np.int64))


@lifts(np.round, np.around)
def _round(a: Any, decimals: int = 0, out: Any = None) -> Any:
    result = np.rint(a) if decimals == 0 else np.rint(a * 10**decimals) / 10**decimals
    return result if out is None else np.positive(result, out=out)


@lifts(np.fix)
def _fix(x: Any, out: Any = None) -> Any:
    return np.trunc(x, out=out)


@lifts(np.linspace)
def _linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, **options: Any) -> Any:
    count = num - 1 if endpoint else num
    step = (stop - start) / max(count, 1)
    places = np.arange(num).reshape((num,) + (1,) * max(np.ndim(start), np.ndim(stop)))
    points = np.moveaxis(start + places * step, 0, options.get("axis", 0))
    points = points if options.get("dtype") is None else points.astype(options["dtype"])
    points = points if options.get("dtype") is not None else points.astype(common_type([start, stop]), copy=False)
    return (points, step) if options.get("retstep", False) else points


@lifts(np.pad)
def _pad(array: Lifted, pad_width: Any, mode: Any = "constant", **options: Any) -> Any:
    """Pad by placing indices: what is padded is a copy of an entry, or a constant."""
    places = np.arange(array.size).reshape(array.shape)
    if mode == "constant":
        value = array.cells_of(options.get("constant_values", 0))
        if value.ndim:
            raise opaque("numpy.pad with several constant_values is not lifted")
        padded = np.pad(places, pad_width, constant_values=-1)
        flat = [*array.cells.ravel(), value[()]]
        return array.like(object_array([flat[k] for k in padded.ravel()], padded.shape))
    if mode not in ("edge", "wrap", "reflect", "symmetric") or options.get("reflect_type", "even") != "even":
        raise opaque(f"numpy.pad(mode={mode!r}) is not lifted")
    pad: Any = np.pad  # its modes are typed apart, each with its options
    return array.like(array.cells.ravel()[pad(places, pad_width, mode=mode)])


@lifts(np.apply_along_axis)
def _apply_along_axis(func1d: Any, axis: int, arr: Any, *args: Any, **kwargs: Any) -> Any:
    moved = np.moveaxis(arr, axis, -1)
    results = [func1d(moved[index], *args, **kwargs) for index in np.ndindex(moved.shape[:-1])]
    stacked = np.stack([np.reshape(r, np.shape(r)) for r in results])
    shaped = np.reshape(stacked, moved.shape[:-1] + np.shape(results[0]))
    return np.moveaxis(shaped, -1, axis) if np.ndim(results[0]) == 1 else shaped


@lifts(np.apply_over_axes)
def _apply_over_axes(func: Any, a: Any, axes: Any) -> Any:
    for axis in np.atleast_1d(axes):
        reduced = func(a, int(axis))
        a = reduced if np.ndim(reduced) == np.ndim(a) else np.expand_dims(reduced, int(axis))
    return a


@lifts(np.cov)
def _cov(m: Any, y: Any = None, rowvar: bool = True, bias: bool = False, ddof: Any = None, **options: Any) -> Any:
    if options.get("fweights") is not None or options.get("aweights") is not None:
        raise opaque("numpy.cov with weights is not lifted")
    rows = _observations(m, rowvar)
    rows = rows if y is None else np.concatenate([rows, _observations(y, rowvar)], axis=0)
    count = rows.shape[1] - (ddof if ddof is not None else 0 if bias else 1)
    centred = rows - np.mean(rows, axis=1, keepdims=True)
    return np.squeeze((centred @ centred.T / count).astype(common_type([rows, np.zeros(0)])))[()]


def _observations(m: Any, rowvar: bool) -> Any:
    rows = np.atleast_2d(m)
    return rows if rowvar or np.ndim(m) < 2 else rows.T


@lifts(np.corrcoef)
def _corrcoef(x: Any, y: Any = None, rowvar: bool = True, **_: Any) -> Any:
    c = np.cov(x, y, rowvar)
    if not np.ndim(c):
        return c / c
    deviation = np.sqrt(np.diag(c))
    return c / deviation[:, None] / deviation[None, :]


@lifts(np.unwrap)
def _unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: Any = 2 * np.pi) -> Any:
    """Take out jumps of more than half a period between neighbours."""
    steps = np.diff(p, axis=axis)
    half = period / 2
    wrapped = np.remainder(steps + half, period) - half
    wrapped = np.where((wrapped == -half) & (steps > 0), half, wrapped)
    extra = np.where(abs(steps) < (half if discont is None else discont), 0, wrapped - steps)
    tail = np.take(p, range(1, p.shape[axis]), axis=axis) + np.cumsum(extra, axis=axis)
    return np.concatenate([np.take(p, range(1), axis=axis), tail], axis=axis)
