"""Choosing entries, and writing into arrays: where, select, piecewise, clip, copyto, put and their like."""

from __future__ import annotations

from typing import Any

import numpy as np

from verify.lift.array import Lifted, constants
from verify.lift.functions import as_lifted, lifted_among, lifts, lifts_named
from verify.lift.literals import is_float
from verify.lift.reading import opaque
from verify.lift.ufuncs import common_type


def truth(condition: Any) -> Any:
    """Return a condition as plain truth values: exact numbers are true where they are not zero."""
    return condition != 0 if isinstance(condition, Lifted) else np.asarray(condition, dtype=bool)


@lifts(np.where)
def _where(condition: Any, x: Any = None, y: Any = None) -> Any:
    if x is None:
        return np.nonzero(condition)
    if not isinstance(x, Lifted) and not isinstance(y, Lifted) and not _holds(x, y):
        return constant_array(np.where(truth(condition), x, y), lifted_among(condition))
    lifted = lifted_among(x, y)
    chosen = np.where(truth(condition), lifted.cells_of(x), lifted.cells_of(y))
    return lifted.like(chosen, common_type([x, y]))


def _holds(*values: Any) -> bool:
    return any(isinstance(v, Lifted) or (isinstance(v, (list, tuple)) and _holds(*v)) for v in values)


def constant_array(plain: Any, like: Lifted) -> Any:
    """Return floats that a program may write exact numbers into; whole numbers and truths as they are."""
    if not is_float(plain.dtype):
        return plain
    return like.like(constants(plain, like.constant, plain.dtype), plain.dtype)


@lifts(np.select)
def _select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    if len(condlist) != len(choicelist):
        raise ValueError("list of cases must be same length as list of conditions")
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        result = np.where(condition, choice, result)
    return result


@lifts(np.piecewise)
def _piecewise(x: Lifted, condlist: Any, funclist: Any, *args: Any, **kwargs: Any) -> Any:
    conditions = condlist if isinstance(condlist, (list, tuple)) else [condlist]
    masks = [np.broadcast_to(truth(c), x.shape) for c in conditions]
    if len(funclist) == len(masks) + 1:
        masks.append(~np.any(masks, axis=0))
    result = np.zeros_like(x)
    for mask, function in zip(masks, funclist, strict=True):
        if mask.any():
            result[mask] = function(x[mask], *args, **kwargs) if callable(function) else function
    return result


@lifts(np.choose)
def _choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> Any:
    x = lifted_among(choices)
    index = np.asarray(a)
    stacked = np.stack(np.broadcast_arrays(*(x.cells_of(c) for c in choices), index)[:-1])
    index = np.clip(index, 0, len(stacked) - 1) if mode == "clip" else index % len(stacked) if mode == "wrap" else index
    chosen = np.take_along_axis(stacked, np.broadcast_to(index, stacked.shape[1:])[None], 0)[0]
    result = x.like(chosen, common_type(choices))
    return result if out is None else np.positive(result, out=out)


@lifts(np.clip)
def _clip(a: Any, a_min: Any = None, a_max: Any = None, out: Any = None, **options: Any) -> Any:
    a_min, a_max = options.pop("min", a_min), options.pop("max", a_max)
    low = None if a_min is np._NoValue else a_min  # noqa: SLF001 - what NumPy passes for what was not given
    high = None if a_max is np._NoValue else a_max  # noqa: SLF001
    a = as_lifted(a, lifted_among(a, low, high))
    a = a if low is None else np.maximum(a, low)
    a = a if high is None else np.minimum(a, high)
    a = a.copy() if low is None and high is None else a
    return a if out is None else np.positive(a, out=out)


@lifts(np.compress)
def _compress(condition: Any, a: Any, axis: Any = None, out: Any = None) -> Any:
    a = np.ravel(a) if axis is None else a
    kept = np.take(a, np.flatnonzero(truth(condition)), axis=0 if axis is None else axis)
    return kept if out is None else np.positive(kept, out=out)


@lifts(np.extract)
def _extract(condition: Any, arr: Any) -> Any:
    return np.take(np.ravel(arr), np.flatnonzero(truth(condition)))


@lifts(np.nan_to_num)
def _nan_to_num(x: Lifted, copy: bool = True, nan: float = 0.0, posinf: Any = None, neginf: Any = None) -> Any:
    largest = np.finfo(x.dtype if x.dtype.kind == "f" else np.float32).max
    result: Any = np.where(np.isnan(x), x.like(x.cells_of(nan)), x)
    infinite = np.isinf(x)
    if np.any(infinite):
        positive = infinite & (np.where(infinite, x, 0) > 0)
        result = np.where(positive, largest if posinf is None else posinf, result)
        result = np.where(infinite & ~positive, -largest if neginf is None else neginf, result)
    if not copy:
        x[...] = result
        return x
    return x.like(result.cells[()] if x.scalar else result.cells)


# -- writing ---------------------------------------------------------------------------------------------------------


def _target(name: str, x: Any) -> Lifted:
    if not isinstance(x, Lifted):
        raise opaque(f"numpy.{name} into an array of floats: exact numbers cannot be stored there")
    return x


@lifts(np.copyto)
def _copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    del casting
    target = _target("copyto", dst)
    values = np.broadcast_to(target.cells_of(src), target.shape)
    mask = np.broadcast_to(truth(where), target.shape)
    target.cells[mask] = values[mask]


@lifts(np.putmask)
def _putmask(a: Any, mask: Any, values: Any) -> None:
    target = _target("putmask", a)
    cells = target.cells_of(values).ravel()
    repeated = np.resize(cells, target.size).reshape(target.shape)
    chosen = truth(mask)
    target.cells[chosen] = repeated[chosen]


@lifts(np.place)
def _place(arr: Any, mask: Any, vals: Any) -> None:
    target, chosen = _target("place", arr), truth(mask)
    target.cells[chosen] = np.resize(target.cells_of(vals).ravel(), int(chosen.sum()))


@lifts(np.put)
def _put(a: Any, ind: Any, v: Any, mode: str = "raise") -> None:
    target = _target("put", a)
    index = np.ravel(ind)
    index = np.clip(index, 0, target.size - 1) if mode == "clip" else index % target.size if mode == "wrap" else index
    target.cells.flat[index] = np.resize(target.cells_of(v).ravel(), len(index))


@lifts(np.put_along_axis)
def _put_along_axis(arr: Any, indices: Any, values: Any, axis: Any = -1) -> None:
    target = _target("put_along_axis", arr)
    np.put_along_axis(target.cells, indices, target.cells_of(values), axis)


@lifts(np.fill_diagonal)
def _fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    target = _target("fill_diagonal", a)
    np.fill_diagonal(target.cells, target.cells_of(val), wrap)


@lifts(np.bincount)
def _bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    x = np.asarray(x)
    length = max(int(x.max()) + 1 if x.size else 0, minlength)
    result = weights.like(np.full(length, weights.constant(0, weights.dtype), dtype=object), np.float64)
    np.add.at(result, x, weights)
    return result


# -- comparisons -----------------------------------------------------------------------------------------------------


@lifts(np.isclose)
def _isclose(a: Any, b: Any, rtol: Any = 1e-05, atol: Any = 1e-08, equal_nan: bool = False) -> Any:
    near = abs(a - b) <= atol + rtol * abs(b)
    return near | (np.isnan(a) & np.isnan(b)) if equal_nan else near


@lifts(np.allclose)
def _allclose(a: Any, b: Any, *args: Any, **kwargs: Any) -> bool:
    return bool(np.all(np.isclose(a, b, *args, **kwargs)))


@lifts(np.array_equal)
def _array_equal(a1: Any, a2: Any, **_: Any) -> bool:
    return np.shape(a1) == np.shape(a2) and bool(np.all(a1 == a2))


@lifts(np.isin)
def _isin(element: Any, test_elements: Any, *, invert: bool = False, **_: Any) -> Any:
    among = np.any(np.asarray(element[..., None] == np.ravel(test_elements)), axis=-1)
    return ~among if invert else among


@lifts(np.array_equiv)
def _array_equiv(a1: Any, a2: Any) -> bool:
    return bool(np.all(a1 == a2))


# -- real numbers ----------------------------------------------------------------------------------------------------


@lifts_named("real", "real_if_close")
def _real(val: Lifted, *_: Any, **__: Any) -> Any:
    return val


@lifts(np.imag)
def _imag(val: Lifted) -> Any:
    return np.zeros_like(val)


@lifts(np.angle)
def _angle(z: Lifted, deg: bool = False) -> Any:
    return np.where(z < 0, 180.0 if deg else np.pi, np.zeros_like(z))


@lifts(np.isreal)
def _isreal(x: Lifted) -> Any:
    return np.ones(x.shape, dtype=bool)[()]


@lifts(np.iscomplex)
def _iscomplex(x: Lifted) -> Any:
    return np.zeros(x.shape, dtype=bool)[()]


@lifts(np.isrealobj)
def _isrealobj(_: Lifted) -> bool:
    return True


@lifts(np.iscomplexobj)
def _iscomplexobj(_: Lifted) -> bool:
    return False


@lifts(np.isneginf)
def _isneginf(x: Lifted, *_: Any) -> Any:
    return np.isinf(x) & np.signbit(np.where(np.isinf(x), x, 0))


lifts(np.isposinf)(lambda x: np.isinf(x) & (np.where(np.isinf(x), x, 0) > 0))

# -- dtypes and memory -----------------------------------------------------------------------------------------------


def _dtypes(operands: Any) -> list[Any]:
    return [x.dtype if isinstance(x, Lifted) else x for x in operands]


@lifts(np.result_type)
def _result_type(*operands: Any) -> Any:
    return np.result_type(*_dtypes(operands))


@lifts(np.can_cast)
def _can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    source, target = _dtypes((from_, to))
    return np.can_cast(source, target, casting=casting)


@lifts(np.common_type)
def _common_type(*arrays: Any) -> Any:
    return np.common_type(*(np.empty(0, d) if isinstance(d, np.dtype) else d for d in _dtypes(arrays)))


@lifts(np.min_scalar_type)
def _min_scalar_type(a: Lifted) -> Any:
    return a.dtype


@lifts(np.shares_memory)
def _shares_memory(a: Any, b: Any, max_work: Any = None) -> bool:
    del max_work
    return np.shares_memory(_memory(a), _memory(b))


@lifts(np.may_share_memory)
def _may_share_memory(a: Any, b: Any, max_work: Any = None) -> bool:
    del max_work
    return np.may_share_memory(_memory(a), _memory(b))


def _memory(x: Any) -> Any:
    return x.cells if isinstance(x, Lifted) else x


@lifts_named("astype")
def _astype(x: Lifted, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    del device
    return x.astype(dtype, copy=copy)


@lifts(np.array_repr, np.array_str, np.array2string)
def _shown(a: Lifted, *_: Any, **__: Any) -> str:
    return repr(a)
