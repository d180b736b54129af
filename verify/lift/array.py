"""The duck array that carries exact numbers through NumPy programs (NEP 13 and NEP 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from verify.errors import OpaqueError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Cells = np.ndarray[Any, np.dtype[np.object_]]

FUNCTIONS: dict[Any, Callable[..., Any]] = {}
"""NEP 18: the NumPy functions that can be lifted, filled in by `verify.lift.functions`."""


class Protocol:
    """Where NEP 13 lands: `verify.lift.ufuncs` ties it, since it stands on this module."""

    ufunc: Callable[..., Any]


PROTOCOL = Protocol()


class Lifted(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of exact numbers that says it holds floats of `dtype`.

    Parameters
    ----------
    cells : ndarray of object
        One exact number an entry (`verify.lift.Ball` or `verify.lift.Symbol`).
    dtype : numpy dtype
        What the program is told: the dtype whose formula is on trial.
    constant : callable
        ``constant(value, dtype)`` makes an exact number of a constant of the program.
    """

    __slots__ = ("cells", "constant", "dtype")
    __array_priority__ = 1000

    def __init__(self, cells: Cells, dtype: Any, constant: Callable[..., Any]) -> None:
        # NumPy returns a bare object from an operation on 0-d arrays of objects
        self.cells = cells if isinstance(cells, np.ndarray) else scalar_cells(cells)
        self.dtype = np.dtype(dtype)
        self.constant = constant

    # -- layout -------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes."""
        return tuple(self.cells.shape)

    @property
    def ndim(self) -> int:
        """Count of the axes."""
        return self.cells.ndim

    @property
    def size(self) -> int:
        """Count of the entries."""
        return self.cells.size

    @property
    def T(self) -> Self:  # noqa: N802 - NumPy's name
        """The transpose."""
        return self.like(self.cells.T)

    def __len__(self) -> int:
        return len(self.cells)

    def like(self, cells: Any, dtype: Any = None) -> Self:
        """Return an array of `cells` that is otherwise as this one."""
        return type(self)(cells, self.dtype if dtype is None else dtype, self.constant)

    def __getitem__(self, key: Any) -> Self:
        return self.like(self.cells[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        cells = self.cells_of(value)
        self.cells[key] = cells if cells.ndim else cells[()]

    def reshape(self, *shape: Any) -> Self:
        """Return the entries, row by row, in another shape."""
        return self.like(self.cells.reshape(*shape))

    def transpose(self, *axes: Any) -> Self:
        """Return the axes permuted."""
        return self.like(self.cells.transpose(*axes))

    def copy(self) -> Self:
        """Return a copy whose entries can be assigned without changing this one."""
        return self.like(self.cells.copy())

    def astype(self, dtype: Any, *_: Any, **__: Any) -> Any:
        """Return the same exact numbers, said to be of another float dtype."""
        dtype = np.dtype(dtype)
        if dtype.kind == "f":
            return self.like(self.cells, dtype)
        if dtype.kind == "b":
            return self.cells.astype(bool)
        raise OpaqueError(f"astype({dtype}) of exact numbers: only float dtypes keep a derivative")

    # -- protocols -----------------------------------------------------------------------------------

    def cells_of(self, value: Any, dtype: Any = None) -> Any:
        """Return the exact numbers that an operand of this array stands for."""
        if isinstance(value, Lifted):
            return value.cells
        dtype = self.dtype if dtype is None else dtype
        if isinstance(value, (np.ndarray, np.generic)):
            return self._constants(np.asarray(value))
        return scalar_cells(self.constant(value, dtype))

    def _constants(self, value: np.ndarray[Any, Any]) -> Cells:
        dtype = value.dtype if value.dtype.kind == "f" else self.dtype
        flat = [self.constant(v, dtype) for v in value.ravel()]
        return object_array(flat, value.shape)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return PROTOCOL.ufunc(self, ufunc, method, inputs, kwargs)

    def filled_in(self, cells: Any) -> Cells:
        """Return `cells` with NumPy's plain 0 of an empty sum made an exact number."""
        cells = np.asarray(cells, dtype=object)
        flat = [self.constant(v, self.dtype) if isinstance(v, int) else v for v in cells.ravel()]
        return object_array(flat, cells.shape)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        del types
        implementation = FUNCTIONS.get(func)
        if implementation is None:
            raise OpaqueError(f"numpy.{func.__name__} is not lifted: {operands(args)}")
        return implementation(*args, **kwargs)

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise OpaqueError("a lifted array was turned into floats: numpy.asarray loses the exact numbers")

    def __bool__(self) -> bool:
        return bool(self.cells)

    def __float__(self) -> float:
        raise OpaqueError("float() of a lifted number loses it: keep to NumPy's functions")

    def item(self) -> Any:
        """Return the only entry, still as an exact number."""
        return self.cells.item()

    def __repr__(self) -> str:
        return f"Lifted({self.cells.tolist()!r}, dtype={self.dtype})"


def object_array(items: Sequence[Any], shape: tuple[int, ...]) -> Cells:
    """Return the items, row by row, as an object array of that shape."""
    cells = np.empty(len(items), dtype=object)
    cells[:] = items
    return cells.reshape(shape)


def scalar_cells(item: Any) -> Cells:
    """Return a 0-d object array of one number."""
    cells = np.empty((), dtype=object)
    cells[()] = item
    return cells


def operands(inputs: Any) -> str:
    """Return what a function was given, for the words of an error."""
    return ", ".join(f"{type(x).__name__}{getattr(x, 'shape', '')}" for x in inputs)
