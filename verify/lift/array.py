"""The duck array that carries exact numbers through NumPy programs (NEP 13 and NEP 18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from verify.lift.ball import Ball, constant_ball
from verify.lift.literals import count_rounded, exact, is_float, mantissa_bits
from verify.lift.reading import asked_by_program, current_notes, note_cast, opaque, record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Cells = np.ndarray[Any, np.dtype[np.object_]]

FUNCTIONS: dict[Any, Callable[..., Any]] = {}
"""NEP 18: the NumPy functions that can be lifted, filled in by `verify.lift.functions` and its neighbours."""


class Protocol:
    """What stands on this module and is needed by it: `verify.lift.ufuncs` ties it."""

    ufunc: Callable[..., Any]
    whole: Callable[..., Any]
    marked: Callable[..., Any]


PROTOCOL = Protocol()


class Lifted(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of exact numbers that says it holds floats of `dtype`.

    Parameters
    ----------
    cells : ndarray of object, or a number
        One exact number an entry (`verify.lift.Ball` or `verify.lift.Symbol`); a bare number makes a scalar,
        as NumPy's operations return them.
    dtype : numpy dtype
        What the program is told: the dtype whose formula is on trial.
    constant : callable
        ``constant(value, dtype)`` makes an exact number of a constant of the program.
    """

    __slots__ = ("cells", "constant", "dtype", "scalar", "weak")
    __array_priority__ = 1000

    def __init__(self, cells: Any, dtype: Any, constant: Callable[..., Any]) -> None:
        # NumPy returns a bare object from an operation on 0-d arrays of objects
        self.scalar = not isinstance(cells, np.ndarray)
        self.cells: Cells = scalar_cells(cells) if self.scalar else cells
        self.dtype: np.dtype[Any] = np.dtype(dtype)
        self.constant = constant
        self.weak = False

    def as_python_float(self) -> Self:
        """Return the only entry as what stands for a Python float: its dtype gives way to any array's (NEP 50)."""
        if self.size != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        number = self.like(self.cells.item(), np.float64)
        number.weak = True
        return number

    @property
    def __class__(self) -> Any:
        """What `isinstance` sees: to a program that runs on exact numbers, the array or scalar that this stands for."""
        if not asked_by_program():
            return type(self)
        return float if self.weak else self.dtype.type if self.scalar else np.ndarray

    @__class__.setter
    def __class__(self, _: Any) -> None:
        raise TypeError("the class of a lifted array stays as it is")

    # -- layout -------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes."""
        return tuple(self.cells.shape)

    @shape.setter
    def shape(self, shape: Any) -> None:
        self.cells = self.cells.reshape(shape)

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

    def __iter__(self) -> Iterator[Self]:
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self.like(cell) for cell in self.cells)

    def like(self, cells: Any, dtype: Any = None) -> Self:
        """Return an array of `cells` that is otherwise as this one."""
        return type(self)(cells, self.dtype if dtype is None else dtype, self.constant)

    def __getitem__(self, key: Any) -> Self:
        return self.like(self.cells[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        cells = self.cells_of(value)
        self.cells[key] = cells if cells.ndim else cells[()]

    def reshape(self, *shape: Any, **options: Any) -> Self:
        """Return the entries, row by row, in another shape."""
        return self.like(self.cells.reshape(*shape, **options))

    def transpose(self, *axes: Any) -> Self:
        """Return the axes permuted."""
        return self.like(self.cells.transpose(*axes))

    def copy(self, order: Any = "C") -> Self:
        """Return a copy whose entries can be assigned without changing this one."""
        return self.like(self.cells.copy(order))

    def astype(self, dtype: Any, *_: Any, copy: bool = True, **__: Any) -> Any:
        """Return the same exact numbers, said to be of another float dtype; whole numbers and truths are plain."""
        dtype = np.dtype(dtype)
        if is_float(dtype):
            self.cast(dtype)
            cells = self.cells.copy() if copy or dtype != self.dtype else self.cells
            return self.like(cells[()] if self.scalar else cells, dtype)
        if dtype.kind == "b":
            record(self.cells, "!=")
            return PROTOCOL.marked(self.cells.astype(bool)[()])
        if dtype.kind in "iu":
            return PROTOCOL.marked(PROTOCOL.whole(self.cells).astype(dtype)[()])
        if dtype.kind == "O":
            return self.cells.copy()
        raise opaque(f"astype({dtype}) of exact numbers: only float dtypes keep a derivative")

    def boxed(self) -> Any:
        """Return an object array of lifted scalars, for functions of Python's numbers."""
        boxes = np.empty(self.shape, dtype=object)
        for index in np.ndindex(self.shape):
            boxes[index] = self.like(self.cells[index])
        return boxes

    def cast(self, dtype: Any) -> None:
        """Note that a program converts this array to `dtype`, where that is less precise."""
        if dtype != self.dtype and mantissa_bits(dtype) < mantissa_bits(self.dtype):
            note_cast(dtype)

    # -- protocols -----------------------------------------------------------------------------------

    def cells_of(self, value: Any, dtype: Any = None) -> Any:
        """Return the exact numbers that an operand of this array stands for."""
        if isinstance(value, Lifted):
            return value.cells
        if isinstance(value, (np.ndarray, np.generic)):
            return self._constants(np.asarray(value))
        if isinstance(value, (list, tuple)):
            return gathered(value, self.constant)[0]
        return scalar_cells(self.constant(value, self.dtype if dtype is None else dtype))

    def _constants(self, value: np.ndarray[Any, Any]) -> Cells:
        return constants(value, self.constant, self.dtype)

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return PROTOCOL.ufunc(self, ufunc, method, inputs, kwargs)

    def filled_in(self, cells: Any) -> Any:
        """Return `cells` with NumPy's plain 0 of an empty sum made an exact number."""
        if not isinstance(cells, np.ndarray):
            return self.constant(cells, self.dtype) if isinstance(cells, int) else cells
        flat = [self.constant(v, self.dtype) if isinstance(v, int) else v for v in cells.ravel()]
        return object_array(flat, cells.shape)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        del types
        implementation = FUNCTIONS.get(func)
        if implementation is None:
            name = f"{func.__module__}.{func.__name__}".removeprefix("numpy.").removeprefix("lib.")
            raise opaque(f"numpy.{name} is not lifted: {operands(args)}")
        return PROTOCOL.marked(implementation(*args, **kwargs))

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise opaque("a lifted array was turned into floats: numpy.asarray loses the exact numbers")

    def __bool__(self) -> bool:
        record(self.cells, "!=")
        return bool(self.cells)

    def __float__(self) -> float:
        raise opaque("float() of a lifted number loses it: keep to NumPy's functions")

    def item(self, *index: Any) -> Self:
        """Return one entry, still exact, as a Python number."""
        return self.like(self.cells.item(*index)).as_python_float()

    def __repr__(self) -> str:
        return f"Lifted({self.cells.tolist()!r}, dtype={self.dtype})"


def constants(value: Any, constant: Callable[..., Any], default: Any) -> Cells:
    """Return what a plain array of constants stands for, entry by entry, in its own dtype if that is a float's."""
    if value.dtype.kind == "b":
        zero, one = (scalar_cells(constant(k, default)) for k in (0, 1))
        return np.where(value, one, zero)
    dtype = value.dtype if is_float(value.dtype) else default
    flat, notes = value.ravel(), current_notes()
    if notes is not None and notes.literals == "exact" and constant is constant_ball and value.dtype.itemsize <= 8:
        notes.rounded += count_rounded(flat)
        return object_array([Ball(exact(v)) for v in _listed(flat)], value.shape)
    entries = flat.tolist() if value.dtype.kind in "iu" or value.dtype == np.float64 else flat
    return object_array([constant(v, dtype) for v in entries], value.shape)


def _listed(flat: Any) -> Any:
    """Return Python's numbers, which hold those of any dtype up to float64."""
    return flat.tolist() if flat.dtype.kind in "iu" else flat.astype(np.float64).tolist()


def gathered(items: Any, constant: Callable[..., Any]) -> tuple[Cells, Any]:
    """Return the exact numbers of a nested list as NumPy would make an array of it, and the dtype.

    Raises
    ------
    ValueError
        The parts have different shapes.
    """
    if isinstance(items, Lifted):
        return items.cells, items.dtype
    if not isinstance(items, (list, tuple)):
        plain = np.asarray(items)
        return constants(plain, constant, np.dtype(np.float64)), plain.dtype
    if not items:
        return object_array([], (0,)), np.dtype(np.float64)
    parts = [gathered(item, constant) for item in items]
    shapes = {cells.shape for cells, _ in parts}
    if len(shapes) > 1:
        raise ValueError(f"a list of arrays of the shapes {sorted(shapes)} is no array: give them one shape")
    flat = [cell for cells, _ in parts for cell in cells.ravel()]
    return object_array(flat, (len(parts), *shapes.pop())), np.result_type(*{dtype for _, dtype in parts})


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


__all__ = [
    "FUNCTIONS",
    "PROTOCOL",
    "Cells",
    "Lifted",
    "constants",
    "gathered",
    "object_array",
    "operands",
    "scalar_cells",
]
