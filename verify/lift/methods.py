"""The attributes and methods of ndarray that programs use, on lifted arrays: most are NumPy's function of that name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import Lifted, gathered
from verify.lift.ordering import partitioned, sorted_cells
from verify.lift.reading import opaque
from verify.lift.ufuncs import float_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_AS_FUNCTIONS = (
    "all", "any", "argmax", "argmin", "argpartition", "argsort", "choose", "clip", "compress", "cumprod", "cumsum",
    "diagonal", "dot", "max", "mean", "min", "nonzero", "prod", "put", "ravel", "repeat", "round", "searchsorted",
    "squeeze", "std", "sum", "swapaxes", "take", "trace", "var",
)  # fmt: skip


def _forwarded(name: str) -> Callable[..., Any]:
    function: Any = getattr(np, name)

    def method(self: Lifted, *args: Any, **kwargs: Any) -> Any:
        return function(self, *args, **kwargs)

    method.__doc__ = f"Return `numpy.{name}` of this array."
    return method


class Flat:
    """The entries row by row, as `ndarray.flat` gives them: reading and assigning."""

    def __init__(self, x: Lifted) -> None:
        self.x = x

    def __len__(self) -> int:
        return self.x.size

    def __iter__(self) -> Iterator[Any]:
        return (self.x.like(cell) for cell in self.x.cells.flat)

    def __getitem__(self, key: Any) -> Any:
        return self.x.like(self.x.cells.flat[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.x.cells.flat[key] = self.x.cells_of(value)[()]


def _flatten(self: Lifted, order: Any = "C") -> Lifted:
    """Return a copy of the entries, row by row."""
    return self.like(self.cells.flatten(order))


def _tolist(self: Lifted) -> Any:
    """Return nested lists of Python's numbers."""
    return self.as_python_float() if not self.ndim else [_tolist(part) for part in self]


def _fill(self: Lifted, value: Any) -> None:
    """Set every entry to one number."""
    self.cells[...] = self.cells_of(value)[()]


def _sort(self: Lifted, axis: int = -1, **_: Any) -> None:
    """Sort in place along an axis."""
    self.cells[...] = sorted_cells(self.cells, axis)


def _partition(self: Lifted, kth: Any, axis: int = -1, **_: Any) -> None:
    """Sort in place as far as a partition asks."""
    self.cells[...] = partitioned(self, kth, axis)


def _view(self: Lifted, dtype: Any = None, **_: Any) -> Lifted:
    """Return another array of the same memory."""
    if dtype is not None and dtype is not np.ndarray and np.dtype(dtype) != self.dtype:
        raise opaque(f"view({dtype}) of exact numbers: they have no bits to look at")
    return self.like(self.cells.view())


def _resize(*_: Any, **__: Any) -> None:
    raise opaque("ndarray.resize of exact numbers: use numpy.resize")


def _copy(self: Lifted, *_: Any) -> Lifted:
    """Return a copy for the copy module."""
    return self.like(self.cells[()]) if self.scalar else self.copy()


def _strides(self: Lifted) -> tuple[int, ...]:
    """Bytes from entry to entry, as the floats would lie."""
    return tuple(step // self.cells.itemsize * self.dtype.itemsize for step in self.cells.strides)


def _contains(self: Lifted, value: Any) -> bool:
    return bool(np.any(self == value))


def _format(self: Lifted, spec: str) -> str:
    """Format as the float in the middle: for what programs print."""
    if self.ndim or not hasattr(self.cells[()], "coefficient"):
        return format(repr(self), spec)
    return format(float(self.cells[()].coefficient(0).mid()), spec)


def _int(self: Lifted) -> int:
    if self.size != 1:
        raise TypeError("only length-1 arrays can be converted to Python scalars")
    return int(self.reshape(()).astype(np.int64))


def _round(self: Lifted, digits: int | None = None) -> Any:
    rounded: Any = np.round(self, digits or 0)
    if digits is None:
        return _int(rounded)
    return rounded.as_python_float() if self.weak else rounded


def _in_place(ufunc: np.ufunc) -> Callable[..., Any]:
    """Return an operator that changes an array, and makes a new scalar: numbers do not change in Python."""

    def operator(self: Lifted, other: Any) -> Any:
        if self.scalar:
            return ufunc(self, other)
        if np.broadcast_shapes(self.shape, np.shape(_shaped(other))) != self.shape:
            raise ValueError(f"an array of shape {np.shape(other)} does not fit into one of shape {self.shape}")
        self.like(self.cells, float_type([self, other])).cast(self.dtype)
        return ufunc(self, other, out=(self,))

    return operator


def _shaped(other: Any) -> Any:
    return gathered(other, lambda value, _: value)[0] if isinstance(other, (list, tuple)) else other


_OPERATORS = {
    "iadd": np.add, "isub": np.subtract, "imul": np.multiply, "itruediv": np.true_divide, "ipow": np.power,
    "ifloordiv": np.floor_divide, "imod": np.remainder, "imatmul": np.matmul,
}  # fmt: skip
_METHODS: dict[str, Any] = {
    "flatten": _flatten, "tolist": _tolist, "fill": _fill, "sort": _sort, "partition": _partition, "view": _view,
    "resize": _resize, "__copy__": _copy, "__deepcopy__": _copy, "__contains__": _contains, "__format__": _format,
    "__int__": _int, "__trunc__": _int, "__round__": _round,
    "__floor__": lambda self: _int(np.floor(self)), "__ceil__": lambda self: _int(np.ceil(self)),
    "conj": lambda self: self, "conjugate": lambda self: self,
    "is_integer": lambda self: bool(self == np.floor(self)),
}  # fmt: skip
_ATTRIBUTES: dict[str, Callable[[Any], Any]] = {
    "flat": Flat,
    "real": lambda self: self,
    "imag": np.zeros_like,
    "mT": lambda self: self.like(np.swapaxes(self.cells, -1, -2)),
    "strides": _strides,
    "itemsize": lambda self: self.dtype.itemsize,
    "nbytes": lambda self: self.dtype.itemsize * self.size,
    "flags": lambda self: self.cells.flags,
    "base": lambda self: self.cells.base,
    "device": lambda _: "cpu",
}


def _install() -> None:
    for name in _AS_FUNCTIONS:
        setattr(Lifted, name, _forwarded(name))
    for name, ufunc in _OPERATORS.items():
        setattr(Lifted, f"__{name}__", _in_place(ufunc))
    for name, method in _METHODS.items():
        setattr(Lifted, name, method)
    for name, getter in _ATTRIBUTES.items():
        setattr(Lifted, name, property(getter, _assigning(name)))


def _assigning(name: str) -> Callable[[Any, Any], None] | None:
    """Return what assigns to `flat` or `real`, as programs do to all entries at once."""

    def assign(self: Any, value: Any) -> None:
        self.cells.flat[...] = self.cells_of(value).ravel()

    return assign if name in ("flat", "real") else None


_install()
