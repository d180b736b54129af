"""Element types, shapes and devices in PyTorch's names, and PyTorch's type promotion."""

from __future__ import annotations

from typing import Any

import numpy as np

from numeric.errors import NumericRuntimeError, NumericTypeError


class DType:
    """An element type; one object for each, compared by identity.

    Parameters
    ----------
    name : str
        PyTorch's (and NumPy's) name.
    category : int
        0 for bool, 1 for integers, 2 for floating point: promotion never leaves the higher one.
    """

    __slots__ = ("category", "name", "numpy")

    def __init__(self, name: str, category: int) -> None:
        self.name = name
        self.category = category
        self.numpy: np.dtype[Any] = np.dtype(name)

    @property
    def is_floating_point(self) -> bool:
        """Whether tensors of this type can require gradients."""
        return self.category == 2

    @property
    def is_complex(self) -> bool:
        """False: there are no complex tensors."""
        return False

    @property
    def is_signed(self) -> bool:
        """Whether negative numbers can be held."""
        return self.numpy.kind in "if"

    @property
    def itemsize(self) -> int:
        """Bytes an element."""
        return self.numpy.itemsize

    def __repr__(self) -> str:
        return f"torch.{self.name}"  # so that a transcript is PyTorch's to the letter

    def __reduce__(self) -> tuple[Any, ...]:
        return dtype_of, (self.numpy,)


float16 = half = DType("float16", 2)
float32 = float_ = DType("float32", 2)
float64 = double = DType("float64", 2)
int8 = DType("int8", 1)
int16 = short = DType("int16", 1)
int32 = int_ = DType("int32", 1)
int64 = long = DType("int64", 1)
uint8 = DType("uint8", 1)
bool_ = DType("bool", 0)

_BY_NUMPY = {d.numpy: d for d in (float16, float32, float64, int8, int16, int32, int64, uint8, bool_)}


_BY_PYTHON = {float: float64, int: int64, bool: bool_}  # as PyTorch reads them


def as_dtype(dtype: Any) -> DType:
    """Return the element type meant by one of ours or by Python's ``float``, ``int`` and ``bool``.

    Raises
    ------
    NumericTypeError
        If it is something else.
    """
    if isinstance(dtype, DType):
        return dtype
    found = _BY_PYTHON.get(dtype) if isinstance(dtype, type) else None
    if found is None:
        raise NumericTypeError(f"dtype must be one of numeric's, such as float32, got {dtype!r}")
    return found


class _Default:
    """The floating-point type of Python floats, changed by ``set_default_dtype``."""

    dtype = float32


def dtype_of(numpy_dtype: Any) -> DType:
    """Return the element type of a NumPy dtype.

    Raises
    ------
    NumericTypeError
        If no tensor can hold it.
    """
    if isinstance(numpy_dtype, DType):
        return numpy_dtype
    found = _BY_NUMPY.get(numpy_dtype)
    if found is None:
        msg = f"no tensor holds {numpy_dtype}; the types are {sorted(map(repr, _BY_NUMPY.values()))}"
        raise NumericTypeError(msg)
    return found


def set_default_dtype(dtype: DType) -> None:
    """Make ``dtype`` the type of Python floats.

    Raises
    ------
    NumericTypeError
        If ``dtype`` is not one of ``float16``, ``float32``, ``float64``.
    """
    if not (isinstance(dtype, DType) and dtype.is_floating_point):
        msg = f"only floating-point types are supported as the default type, got {dtype!r}"
        raise NumericTypeError(msg)
    _Default.dtype = dtype


def get_default_dtype() -> DType:
    """Return the type that Python floats become (``float32`` at the start)."""
    return _Default.dtype


def scalar_dtype(value: complex) -> DType:
    """Return the type a Python (or NumPy) scalar brings into a promotion."""
    if isinstance(value, bool | np.bool_):
        return bool_
    if isinstance(value, int | np.integer):
        return int64
    if isinstance(value, float | np.floating):
        return _Default.dtype
    msg = f"expected a real number, got {value!r} of type {type(value).__name__}"
    raise NumericTypeError(msg)


def promote_types(x: DType, y: DType) -> DType:
    """Return the smallest type that holds both, by PyTorch's table.

    Between integers it is NumPy's; a floating-point type never grows because of an integer.
    """
    if x.category != y.category and 2 in (x.category, y.category):
        return x if x.category == 2 else y
    return dtype_of(np.promote_types(x.numpy, y.numpy))


def combine(higher: DType | None, lower: DType | None) -> DType | None:
    """Return the type of operands of two priorities: the lower one counts by its category only.

    The priorities are: tensors with axes, tensors without, Python numbers (``torch.result_type``).
    """
    if higher is None or lower is None:
        return higher or lower
    return promote_types(higher, lower) if lower.category > higher.category else higher


class Size(tuple[int, ...]):
    """A shape: a tuple that prints as PyTorch's."""

    __slots__ = ()

    def numel(self) -> int:
        """Return the number of elements of a tensor of this shape."""
        count = 1
        for size in self:
            count = count * size
        return count

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(repr, self))}])"

    def __getitem__(self, key: Any) -> Any:
        got = tuple.__getitem__(self, key)
        return Size(got) if isinstance(key, slice) else got

    def __add__(self, other: tuple[Any, ...]) -> Size:
        return Size(tuple.__add__(self, other))


class Device:
    """Where a tensor lives: always the CPU.

    Parameters
    ----------
    name : str or Device
        ``"cpu"`` (an index such as ``"cpu:0"`` is accepted).

    Raises
    ------
    NumericRuntimeError
        If another device is asked for.
    """

    __slots__ = ("type",)
    index = None

    def __init__(self, name: str | Device = "cpu") -> None:
        if isinstance(name, Device):
            name = "cpu"
        if not isinstance(name, str) or name.split(":")[0] != "cpu":
            raise NumericRuntimeError(f"expected device 'cpu', the only one here, got {name!r}")
        self.type = "cpu"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Device)

    def __hash__(self) -> int:
        return hash(Device)

    def __repr__(self) -> str:
        return "device(type='cpu')"

    def __str__(self) -> str:
        return "cpu"


cpu = Device()
