"""The reading for every size at once: an array is a formula for its entry, and its sizes are symbols.

A rule written with NumPy runs on such arrays unchanged and comes out in index notation, which the
index calculus of `symbolic` compares with the truth: equal there is equal for every size.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import sympy as sp

from symbolic import Bracket
from verify.errors import OpaqueError
from verify.lift.keys import completed, ravel, repeated, steps_of, unravel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_fresh = itertools.count()


def fresh_index() -> sp.Symbol:
    """Return an index that no formula holds yet: bound indices must never be captured."""
    return sp.Symbol(f"s{next(_fresh)}", integer=True)


class IndexArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of symbolic sizes.

    Parameters
    ----------
    shape : tuple
        SymPy sizes, or 1 where an axis is kept by a reduction.
    at : callable
        ``at(indices)`` returns the entry as a SymPy expression.
    assumptions : list
        Where an equality of entries was taken to be false.
    """

    __slots__ = ("assumptions", "at", "dtype", "shape")
    __array_priority__ = 1000

    def __init__(self, shape: Sequence[Any], at: Callable[[tuple[Any, ...]], Any], assumptions: list[Any]) -> None:
        self.shape = tuple(shape)
        self.at = at
        self.assumptions = assumptions
        self.dtype = np.dtype(np.float64)

    @property
    def ndim(self) -> int:
        """Count of the axes."""
        return len(self.shape)

    @property
    def size(self) -> Any:
        """Count of the entries, as a product of the sizes."""
        return math.prod(self.shape)

    @property
    def T(self) -> Self:  # noqa: N802 - NumPy's name
        """The axes reversed."""
        return self.transpose()

    def like(self, shape: Sequence[Any], at: Callable[[tuple[Any, ...]], Any]) -> Self:
        """Return another array that shares this one's assumptions."""
        return type(self)(shape, at, self.assumptions)

    def transpose(self, *axes: Any) -> Self:
        """Return the axes permuted."""
        order = tuple(axes[0] if len(axes) == 1 and isinstance(axes[0], (tuple, list)) else axes)
        order = order or tuple(reversed(range(self.ndim)))

        def at(indices: tuple[Any, ...]) -> Any:
            back = [indices[order.index(axis)] for axis in range(self.ndim)]
            return self.at(tuple(back))

        return self.like([self.shape[axis] for axis in order], at)

    def reshape(self, *shape: Any) -> Self:
        """Return the entries, row by row, in another shape: the place is counted once, and read off once."""
        target = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
        target = completed(target, self.size)

        def at(indices: tuple[Any, ...]) -> Any:
            return self.at(unravel(ravel(indices, target), self.shape))

        kept = [n for n in self.shape if n != 1]
        if [n for n in target if n != 1] == kept:
            return self.like(target, lambda indices: self.at(repeated(indices, target, self.shape)))
        return self.like(target, at)

    def copy(self) -> Self:
        """Return the same array: its entries are never assigned."""
        return self

    def astype(self, *_: Any, **__: Any) -> Self:
        """Return the same formula: real numbers have no dtype."""
        return self

    def __getitem__(self, key: Any) -> Self:
        steps = steps_of(key, self.shape)

        def at(indices: tuple[Any, ...]) -> Any:
            given = iter(indices)
            found = [(step, step.inside(given)) for step in steps]  # a new axis takes an index too
            return self.at(tuple(i for step, i in found if step.old))

        return self.like([step.size for step in steps if step.new], at)

    def __setitem__(self, key: Any, value: Any) -> None:
        """Write a region: an entry is the new one inside it and the old one outside."""
        steps, before = [step for step in steps_of(key, self.shape) if step.old], self.at

        def at(indices: tuple[Any, ...]) -> Any:
            pairs = [step.outside(i) for step, i in zip(steps, indices, strict=True)]
            inside = sp.Mul(*(bracket for bracket, _ in pairs))
            new = _entry(value, tuple(i for step, (_, i) in zip(steps, pairs, strict=True) if step.new))
            old = before(indices)
            return inside * new if old == 0 else inside * new + (1 - inside) * old

        self.at = at

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise OpaqueError("an array of symbolic sizes has no values")

    def __bool__(self) -> bool:
        raise OpaqueError("a condition on an array of symbolic sizes is not decided")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if method != "__call__" or kwargs:
            raise OpaqueError(f"numpy.{ufunc.__name__}.{method} is not read for every size")
        if ufunc is np.matmul:
            return _matmul(*inputs)
        if ufunc in _NEVER:
            return np.bool_(False)
        if ufunc in _EQUALITIES:
            return _generic(self, ufunc, inputs)
        if ufunc in _CONNECTIVES and any(x is _CONNECTIVES[ufunc] for x in map(_settled, inputs)):
            return np.bool_(_CONNECTIVES[ufunc])
        formula = _FORMULAS.get(ufunc)
        if formula is None:
            raise OpaqueError(f"numpy.{ufunc.__name__} is not read for every size")
        shape = _broadcast_shape([x.shape for x in inputs if isinstance(x, IndexArray)])
        inputs = tuple(x if isinstance(x, IndexArray) else _constant(x) for x in inputs)
        return self.like(shape, lambda indices: formula(*(_indicator(_entry(x, indices)) for x in inputs)))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        del types
        implementation = _FUNCTIONS.get(func)
        if implementation is None:
            raise OpaqueError(f"numpy.{func.__name__} is not read for every size")
        return implementation(*args, **kwargs)


_FORMULAS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: lambda x, y: x + y,
    np.subtract: lambda x, y: x - y,
    np.multiply: lambda x, y: x * y,
    np.divide: lambda x, y: x / y,
    np.power: lambda x, y: x**y,
    np.negative: lambda x: -x,
    np.positive: lambda x: x,
    np.square: lambda x: x**2,
    np.absolute: sp.Abs,
    np.sign: sp.sign,
    np.exp: sp.exp,
    np.log: sp.log,
    np.sqrt: sp.sqrt,
}
_FORMULAS |= {np.less: sp.Lt, np.less_equal: sp.Le, np.greater: sp.Gt, np.greater_equal: sp.Ge}
_EQUALITIES = {np.equal, np.not_equal}
_NEVER = {np.isnan, np.isinf}
"""What no real number is."""

_CONNECTIVES = {np.bitwise_and: False, np.logical_and: False, np.bitwise_or: True, np.logical_or: True}
"""What settles a connective whatever its other side: False for "and", True for "or"."""


def _settled(x: Any) -> bool | None:
    return bool(x) if isinstance(x, (bool, np.bool_)) else None


def _generic(x: IndexArray, ufunc: np.ufunc, inputs: Sequence[Any]) -> Any:
    """Answer an equality for entries in general position."""
    shape = _broadcast_shape([y.shape for y in inputs if isinstance(y, IndexArray)])
    indices = tuple(fresh_index() for _ in shape)
    x.assumptions.append(sp.Eq(*(_entry(y, indices) for y in inputs), evaluate=False))
    return np.bool_(ufunc is np.not_equal)


def _entry(x: Any, indices: tuple[Any, ...]) -> Any:
    """Return the entry of an operand at the indices of the broadcast result."""
    if not isinstance(x, IndexArray):
        return _constant(x)
    own = indices[len(indices) - x.ndim :]
    return x.at(tuple(sp.Integer(0) if n == 1 else i for n, i in zip(x.shape, own, strict=True)))


def _constant(value: Any) -> Any:
    if isinstance(value, sp.Expr):
        return value
    if np.ndim(value) != 0:
        raise OpaqueError("an array of numbers has one size, and the formula is read for every size")
    numerator, denominator = np.asarray(value).item().as_integer_ratio()
    return sp.Rational(numerator, denominator)


def _broadcast_shape(shapes: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    ndim = max(len(shape) for shape in shapes)
    padded = [(sp.Integer(1),) * (ndim - len(shape)) + tuple(shape) for shape in shapes]
    return tuple(_common_size(sizes) for sizes in zip(*padded, strict=True))


def _common_size(sizes: Sequence[Any]) -> Any:
    wide = [n for n in sizes if n != 1]
    if any(n != wide[0] for n in wide):
        raise OpaqueError(f"sizes {sizes} do not broadcast for every size")
    return wide[0] if wide else sp.Integer(1)


def _summed(body: Callable[[Any], Any], size: Any) -> Any:
    """Return the sum over an index in range, or the body where the axis has size 1."""
    if size == 1:
        return body(sp.Integer(0))
    k = fresh_index()
    return sp.Sum(body(k), (k, 0, size - 1))


def _matmul(x: IndexArray, y: IndexArray) -> IndexArray:
    rows, columns = x.shape[:-1], y.shape[1:]
    if x.shape[-1] != y.shape[0]:
        raise OpaqueError(f"the sizes {x.shape[-1]} and {y.shape[0]} of a product are not equal for every size")

    def at(indices: tuple[Any, ...]) -> Any:
        left, right = indices[: len(rows)], indices[len(rows) :]
        return _summed(lambda k: x.at((*left, k)) * y.at((k, *right)), x.shape[-1])

    return x.like((*rows, *columns), at)


def _axes(axis: Any, ndim: int) -> tuple[int, ...]:
    axes = tuple(range(ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return tuple(sorted(a % ndim for a in axes))


def _sum(x: IndexArray, axis: Any = None, keepdims: bool = False, **_: Any) -> IndexArray:
    axes = _axes(axis, x.ndim)

    def at(indices: tuple[Any, ...]) -> Any:
        kept = iter(i for a, i in enumerate(indices) if not (keepdims and a in axes))
        full = [None if a in axes else next(kept) for a in range(x.ndim)]
        return _sum_over(x, full, axes)

    shape = [sp.Integer(1) if a in axes else n for a, n in enumerate(x.shape) if keepdims or a not in axes]
    return x.like(shape, at)


def _sum_over(x: IndexArray, full: list[Any], axes: Sequence[int]) -> Any:
    if not axes:
        return x.at(tuple(full))
    first, *rest = axes
    return _summed(lambda k: _sum_over(x, [*full[:first], k, *full[first + 1 :]], rest), x.shape[first])


def _mean(x: IndexArray, axis: Any = None, keepdims: bool = False, **_: Any) -> Any:
    return _sum(x, axis, keepdims) / math.prod(x.shape[a] for a in _axes(axis, x.ndim))


def _cumsum(x: IndexArray, axis: int, **_: Any) -> IndexArray:
    axis %= x.ndim

    def at(indices: tuple[Any, ...]) -> Any:
        last = indices[axis]
        return _summed(
            lambda k: Bracket(k <= last) * x.at((*indices[:axis], k, *indices[axis + 1 :])),
            x.shape[axis],
        )

    return x.like(x.shape, at)


def _flip(x: IndexArray, axis: Any = None) -> IndexArray:
    axes = _axes(axis, x.ndim)

    def at(indices: tuple[Any, ...]) -> Any:
        return x.at(tuple(x.shape[a] - 1 - i if a in axes else i for a, i in enumerate(indices)))

    return x.like(x.shape, at)


def _broadcast_to(x: IndexArray, shape: Any, **_: Any) -> IndexArray:
    shape = tuple(shape)
    return x.like(shape, lambda indices: _entry(x, indices))


def _expand_dims(x: IndexArray, axis: Any) -> IndexArray:
    axes = axis if isinstance(axis, tuple) else (axis,)
    ndim = x.ndim + len(axes)
    new = {a % ndim for a in axes}
    remaining = iter(x.shape)
    return x.reshape(tuple(sp.Integer(1) if a in new else next(remaining) for a in range(ndim)))


def _squeeze(x: IndexArray, axis: Any = None) -> IndexArray:
    axes = _axes(axis, x.ndim)
    return x.reshape(tuple(n for a, n in enumerate(x.shape) if a not in axes or n != 1))


def _where(condition: Any, x: Any, y: Any) -> Any:
    if isinstance(condition, IndexArray):
        return _by_cases(condition, x, y)
    if np.ndim(condition) != 0:
        raise OpaqueError("an array of truth values has one size, and the formula is read for every size")
    chosen, other = (x, y) if condition else (y, x)
    if not isinstance(chosen, IndexArray):
        return other.like(other.shape, lambda _: _constant(chosen))
    return chosen


def _indicator(entry: Any) -> Any:
    """Return 1 or 0 for a condition on the sign of an entry, as a polynomial in its sign; else the entry.

    With s = sign(e), which is -1, 0 or 1: ``[e > 0] = (s² + s) / 2`` and ``[e < 0] = (s² - s) / 2``.

    Raises
    ------
    OpaqueError
        The condition is about something else.
    """
    if not isinstance(entry, sp.core.relational.Relational):
        return entry
    sign = sp.sign(entry.lhs - entry.rhs)
    above, below = (sign**2 + sign) / 2, (sign**2 - sign) / 2
    cases = {sp.Gt: above, sp.Lt: below, sp.Ge: 1 - below, sp.Le: 1 - above}
    found = next((value for kind, value in cases.items() if isinstance(entry, kind)), None)
    if found is None:
        raise OpaqueError(f"the condition {entry} is not read for every size")
    return found


def _by_cases(condition: IndexArray, x: Any, y: Any) -> IndexArray:
    shape = _broadcast_shape([a.shape for a in (condition, x, y) if isinstance(a, IndexArray)])

    def at(indices: tuple[Any, ...]) -> Any:
        holds = _entry(condition, indices)
        chosen = _indicator(holds)
        return chosen * _entry(x, indices) + (1 - chosen) * _entry(y, indices)

    return condition.like(shape, at)


def _filled(value: int) -> Callable[..., IndexArray]:
    def fill(x: IndexArray, shape: Any = None, **_: Any) -> IndexArray:
        return x.like(x.shape if shape is None else shape, lambda _: sp.Integer(value))

    return fill


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.sum: _sum,
    np.mean: _mean,
    np.cumsum: _cumsum,
    np.flip: _flip,
    np.broadcast_to: _broadcast_to,
    np.expand_dims: _expand_dims,
    np.squeeze: _squeeze,
    np.where: _where,
    np.transpose: lambda x, axes=None: x.transpose(*(axes or ())),
    np.reshape: lambda x, shape, **_: x.reshape(shape),
    np.zeros_like: _filled(0),
    np.ones_like: _filled(1),
    np.dot: lambda x, y: _matmul(x, y) if x.ndim and y.ndim else x * y,
    np.outer: lambda x, y: x.reshape((x.size, sp.Integer(1))) * y.reshape((sp.Integer(1), y.size)),
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.copy: lambda x, **_: x,
}
