"""The duck array that a traced NumPy program meets: a formula for every size, and a value (NEP 13, NEP 18)."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from symbolic.errors import FormulaError
from symbolic.tensors import items
from symbolic.tensors.calls import function, operated
from symbolic.tensors.operands import Method, plain
from symbolic.tensors.paper import index_layout
from symbolic.tensors.parse import attribute
from symbolic.tensors.tensor import Tensor, as_number
from symbolic.tensors.tracing import Held
from symbolic.tensors.vocabulary import FUNCTIONS, METHODS
from symbolic.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class NoSuchAttributeError(FormulaError, AttributeError):
    """A traced array has no such attribute."""


class Traced(Held, np.lib.mixins.NDArrayOperatorsMixin):
    """An array of a traced program: it answers what NumPy's arrays answer, and computes with formulas."""

    __slots__ = ()
    __array_priority__ = 1000

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return operated(self.record, ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        del types
        return function(self.record, func, args, kwargs)

    # -- layout ---------------------------------------------------------------------------------------

    def _attribute(self, name: str) -> Any:
        self.record.step()
        with self.record.noting():
            result = attribute(self.record.tensor_of(self), name)
            value = getattr(np.asarray(self.value), name)
            return self.record.made(f".{name}", result, value, (self,))

    @property
    def T(self) -> Any:  # noqa: N802 - NumPy's name
        """The transpose."""
        return self._attribute("T")

    @property
    def shape(self) -> tuple[Any, ...]:
        """The sizes of the axes: numbers, or formulas where they have a name."""
        return tuple(map(_whole, self._attribute("shape")))

    @property
    def size(self) -> Any:
        """The count of the entries."""
        return _whole(self._attribute("size"))

    @property
    def ndim(self) -> int:
        """The count of the axes."""
        return np.ndim(self.value)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The kind of number at the sample point: float64, or bool for comparisons."""
        return np.asarray(self.value).dtype

    @property
    def real(self) -> Traced:
        """The array itself: formulas are of real numbers."""
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name == "mT":
            return function(self.record, np.matrix_transpose, (self,), {})
        known = name in METHODS or (name in FUNCTIONS and name != "sort")  # an array sorts itself in place
        if name in ("all", "any") or (hasattr(np.ndarray, name) and known):
            return partial(self._call, name)
        raise NoSuchAttributeError(f".{name} of an array is not read here: use functions such as np.sum(x)")

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return function(self.record, _method(name), (self, *args), kwargs)

    def astype(self, dtype: Any, *_: Any, **__: Any) -> Any:
        """Return the array itself, as formulas are of real numbers; comparisons are 0 and 1.

        Raises
        ------
        FormulaError
            Digits would be dropped.
        """
        kind = np.dtype(dtype).kind
        if kind != "f" and not (self.dtype == bool and kind in "biu"):
            self.record.refuse(f".astype({np.dtype(dtype)}) drops what a derivative is made of: leave it out")
        self.record.step()
        value = np.asarray(self.value).astype(self.dtype if kind == "b" else float)[()]
        return self.record.made(".astype", self.record.tensor_of(self), value, (), self.claim if kind == "b" else None)

    # -- items ----------------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> Any:
        self.record.step()
        with self.record.noting():
            return self.record.made("x[...]", items.item(self, key), np.asarray(self.value)[plain(key)], (self,))

    def __setitem__(self, key: Any, value: Any) -> None:
        trace = self.record
        trace.step(settled=value)
        trace.pending = None
        with trace.noting():
            tensor = items.assigned(self, key, value)
            cells = np.array(self.value)
            cells[plain(key)] = plain(value)
            self.changed(trace.made("x[...] = ", tensor, cells))

    def __len__(self) -> int:
        if not self.ndim:
            raise TypeError("len() of a number")
        return self._length("len(x)")

    def __iter__(self) -> Iterator[Any]:
        if not self.ndim:
            raise TypeError("iteration over a number")
        return (self[k] for k in range(self._length("a loop over the entries of x")))

    def _length(self, what: str) -> int:
        size = self.shape[0]
        if isinstance(size, Held):
            self.record.refuse(_needed(what, size))
        return int(size)

    # -- numbers --------------------------------------------------------------------------------------

    def __bool__(self) -> bool:
        return self.record.decided(self)

    def _number(self, what: str) -> Any:
        if self.is_constant:
            return self.value
        return self.record.refuse(
            f"{what} makes a plain number or array of a traced one: a value left the trace, and its derivative "
            "with it; leave it out, or use NumPy's functions (np.exp for math.exp)"
        )

    def __float__(self) -> float:
        return float(self._number("float(x)"))

    def __int__(self) -> int:
        return int(self._number("int(x)"))

    def __complex__(self) -> complex:
        return complex(self._number("complex(x)"))

    def __round__(self, digits: int | None = None) -> Any:
        return round(self._number("round(x)"), digits)

    def __index__(self) -> int:
        if isinstance(self.tensor, Tensor) and self.dtype.kind in "iu" and not self.is_constant:
            self.record.refuse(_needed("a range, an index or a shape", self))
        return int(self._number("an index or a range"))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        del copy
        return np.asarray(self._number("np.asarray(x), or a function that calls it,"), dtype)

    def item(self, *index: Any) -> Any:
        """Raise, unless it is a constant: a value would leave the trace."""
        return np.asarray(self._number(".item()")).item(*index)

    def tolist(self) -> Any:
        """Raise, unless it is a constant: a value would leave the trace."""
        return np.asarray(self._number(".tolist()")).tolist()

    def __repr__(self) -> str:
        if not isinstance(self.tensor, Tensor):
            return "Traced(a place)"
        return f"Traced({text(index_layout(self.tensor.entry, self.tensor.indices))}, shape {self.tensor})"

    def __format__(self, spec: str) -> str:
        return repr(self)


def _whole(size: Any) -> Any:
    """Return a size that is a number as a number."""
    known = as_number(size.tensor)
    return size if known is None else int(known.value)


def _needed(what: str, size: Held) -> str:
    written = text(index_layout(size.tensor.entry, ()))
    return (
        f"{what} needs a whole number, and {written} stands for every size: "
        "give the size as a number, as in shapes='x: 3'"
    )


@cache
def _method(name: str) -> Method:
    return Method(name)


def _in_place(ufunc: np.ufunc) -> Callable[[Traced, Any], Any]:
    """Return ``x += y``: an array changes, a number does not, and a view is written back to where it came from."""

    def operator(self: Traced, other: Any) -> Any:
        new = ufunc(self, other)
        if not isinstance(self.value, np.ndarray):
            return new
        if self.is_shared:
            self.record.pending = new
            return new
        return self.changed(new)

    return operator


for _name, _ufunc in {
    "iadd": np.add, "isub": np.subtract, "imul": np.multiply, "itruediv": np.divide, "ipow": np.power,
    "imatmul": np.matmul, "ifloordiv": np.floor_divide, "imod": np.remainder, "iand": np.bitwise_and,
    "ior": np.bitwise_or, "ixor": np.bitwise_xor,
}.items():  # fmt: skip
    setattr(Traced, f"__{_name}__", _in_place(_ufunc))
del _name, _ufunc
