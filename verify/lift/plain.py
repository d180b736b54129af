"""Arrays of whole numbers and truths in a program that runs on exact numbers: floats made of them are exact ones."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from verify.lift.array import Lifted, constants
from verify.lift.literals import is_float
from verify.lift.reading import PROGRAM


class Plain(np.ndarray[Any, Any]):
    """An array of whole numbers or truths, whose `astype(float)` takes exact numbers."""

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        out = kwargs.get("out", ())
        if any(isinstance(x, Lifted) for x in (*inputs, *out)):
            return NotImplemented
        kwargs = {key: _stripped(value) for key, value in kwargs.items()}
        result = getattr(ufunc, method)(*(_stripped(x) for x in inputs), **kwargs)
        return out[0] if out and out[0] is not None else marked(result)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(kind, Lifted) for kind in types):
            return NotImplemented
        return marked(func(*_stripped(args), **{key: _stripped(value) for key, value in kwargs.items()}))

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """Return the numbers in another dtype: floats as exact ones."""
        return marked(self.view(np.ndarray).astype(dtype, *args, **kwargs))

    def dot(self, other: Any, *args: Any) -> Any:
        """Return the product, of exact numbers too."""
        return np.dot(self, other, *args)

    def mean(self, *args: Any, **kwargs: Any) -> Any:
        """Return the mean, exact where it is an array."""
        return marked(self.view(np.ndarray).mean(*args, **kwargs))

    def std(self, *args: Any, **kwargs: Any) -> Any:
        """Return the standard deviation."""
        return marked(self.view(np.ndarray).std(*args, **kwargs))

    def var(self, *args: Any, **kwargs: Any) -> Any:
        """Return the variance."""
        return marked(self.view(np.ndarray).var(*args, **kwargs))

    def copy(self, order: Any = "C") -> Self:
        """Return a copy."""
        return self.view(np.ndarray).copy(order).view(type(self))


def _stripped(value: Any) -> Any:
    if isinstance(value, Plain):
        return value.view(np.ndarray)
    if type(value) in (list, tuple):
        return type(value)(_stripped(item) for item in value)
    return value


def marked(result: Any) -> Any:
    """Return what a function gave as a program on exact numbers sees it: floats lifted, whole numbers plain."""
    constant = PROGRAM.get()
    if constant is None:
        return result
    if type(result) in (tuple, list):
        return type(result)(marked(part) for part in result)
    if type(result) is not np.ndarray:
        return result
    if is_float(result.dtype):
        return Lifted(constants(result, constant, result.dtype), result.dtype, constant)
    return result.view(Plain) if result.dtype.kind in "biu" else result
