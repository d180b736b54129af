"""Complex numbers in lifted programs: an array of them is a pair of lifted arrays, its real and its imaginary part.

What a program does to complex arrays comes down to what it does to the parts: a linear function acts on each, a product
on all four pairs. The derivative is that of the parts by the real inputs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import FUNCTIONS, PROTOCOL, Lifted, operands
from verify.lift.functions import lifts
from verify.lift.norms import euclidean
from verify.lift.reading import opaque

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class ComplexArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of complex numbers, each part of them exact.

    Parameters
    ----------
    re, im : Lifted
        Real and imaginary parts, of one shape.
    """

    __array_priority__ = 1001

    def __init__(self, re: Any, im: Any) -> None:
        self.real = re
        self.imag = im

    @property
    def dtype(self) -> np.dtype[Any]:
        """The complex dtype whose parts have the dtype of the parts."""
        return np.result_type(self.real.dtype, np.complex64)

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of the axes."""
        return self.real.shape  # type: ignore[no-any-return]

    @property
    def ndim(self) -> int:
        """Count of the axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Count of the entries."""
        return int(self.real.size)

    @property
    def T(self) -> ComplexArray:  # noqa: N802 - NumPy's name
        """The transpose."""
        return ComplexArray(self.real.T, self.imag.T)

    def __len__(self) -> int:
        return len(self.real)

    def __getitem__(self, key: Any) -> ComplexArray:
        return ComplexArray(self.real[key], self.imag[key])

    def __setitem__(self, key: Any, value: Any) -> None:
        value = complex_of(value, self.real)
        self.real[key], self.imag[key] = value.real, value.imag

    def conj(self) -> ComplexArray:
        """Return the complex conjugate."""
        return ComplexArray(self.real, -self.imag)

    conjugate = conj

    def copy(self) -> ComplexArray:
        """Return a copy whose entries can be assigned without changing this one."""
        return ComplexArray(self.real.copy(), self.imag.copy())

    def reshape(self, *shape: Any) -> ComplexArray:
        """Return the entries, row by row, in another shape."""
        return ComplexArray(self.real.reshape(*shape), self.imag.reshape(*shape))

    def sum(self, *args: Any, **kwargs: Any) -> ComplexArray:
        """Return the sum along axes."""
        return ComplexArray(np.sum(self.real, *args, **kwargs), np.sum(self.imag, *args, **kwargs))

    def mean(self, *args: Any, **kwargs: Any) -> ComplexArray:
        """Return the mean along axes."""
        return ComplexArray(np.mean(self.real, *args, **kwargs), np.mean(self.imag, *args, **kwargs))

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        return _ufunc(self.real, ufunc, method, inputs, kwargs)

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        del types
        if func in ON_COMPLEX:
            return ON_COMPLEX[func](*args, **kwargs)
        if func in BILINEAR:
            return _product(func, args, kwargs)
        if func in LINEAR:
            return ComplexArray(func(*_parts(args, "real"), **kwargs), func(*_parts(args, "imag"), **kwargs))
        raise opaque(f"numpy.{func.__name__} of complex numbers is not lifted: {operands(args)}")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise opaque("a lifted array was turned into floats: numpy.asarray loses the exact numbers")

    def __repr__(self) -> str:
        return f"ComplexArray({self.real!r}, {self.imag!r})"


def is_complex(x: Any) -> bool:
    """Return whether an operand is complex, lifted or not."""
    if isinstance(x, (ComplexArray, complex)):
        return True
    return isinstance(x, (np.ndarray, np.generic)) and x.dtype.kind == "c"


def complex_of(x: Any, like: Any) -> ComplexArray:
    """Return an operand as a complex array: constants become exact, real numbers get the imaginary part zero."""
    if isinstance(x, ComplexArray):
        return x
    if not isinstance(x, Lifted):
        x = np.asarray(x)
        re, im = (like.like(like.cells_of(np.asarray(part, like.dtype))) for part in (x.real, x.imag))
        return ComplexArray(re, im)
    return ComplexArray(x, x.like(np.full(x.shape, x.constant(0, x.dtype), dtype=object)))


def _parts(value: Any, part: str) -> Any:
    """Return arguments with each complex array replaced by a part of it; real lifted arrays have no imaginary part."""
    if isinstance(value, (list, tuple)):
        return type(value)(_parts(item, part) for item in value)
    if isinstance(value, ComplexArray):
        return getattr(value, part)
    if isinstance(value, Lifted):
        return getattr(complex_of(value, value), part)
    return value


# -- ufuncs ----------------------------------------------------------------------------------------------------


def _multiply(x: ComplexArray, y: ComplexArray) -> ComplexArray:
    return _bilinear(np.multiply, x, y)


def _bilinear(function: Callable[..., Any], x: ComplexArray, y: ComplexArray) -> ComplexArray:
    a, b, c, d = x.real, x.imag, y.real, y.imag
    return ComplexArray(function(a, c) - function(b, d), function(a, d) + function(b, c))


def _squared_size(x: ComplexArray) -> Any:
    return x.real * x.real + x.imag * x.imag


def _divide(x: ComplexArray, y: ComplexArray) -> ComplexArray:
    top, bottom = _multiply(x, y.conj()), _squared_size(y)
    return ComplexArray(top.real / bottom, top.imag / bottom)


def _exp(x: ComplexArray) -> ComplexArray:
    size = np.exp(x.real)
    return ComplexArray(size * np.cos(x.imag), size * np.sin(x.imag))


def _power(x: ComplexArray, y: Any) -> ComplexArray:
    """Return a whole power by products."""
    exponent = int(np.real(y)) if np.ndim(y) == 0 and not isinstance(y, (Lifted, ComplexArray)) else None
    if exponent is None or exponent != y:
        raise opaque("a power of complex numbers is lifted for whole exponents")
    result = complex_of(1, x.real)
    for _ in range(abs(exponent)):
        result = _multiply(result, x)
    return result if exponent >= 0 else _divide(complex_of(1, x.real), result)


_UFUNCS: dict[np.ufunc, Callable[..., Any]] = {
    np.add: lambda x, y: ComplexArray(x.real + y.real, x.imag + y.imag),
    np.subtract: lambda x, y: ComplexArray(x.real - y.real, x.imag - y.imag),
    np.multiply: _multiply,
    np.divide: _divide,
    np.matmul: lambda x, y: _bilinear(np.matmul, x, y),
    np.negative: lambda x: ComplexArray(-x.real, -x.imag),
    np.positive: lambda x: x,
    np.conjugate: lambda x: x.conj(),
    np.square: lambda x: _multiply(x, x),
    np.reciprocal: lambda x: _divide(complex_of(1, x.real), x),
    np.absolute: lambda x: euclidean(np.stack([x.real, x.imag]), 0, keepdims=False),
    np.exp: _exp,
    np.log: lambda x: ComplexArray(np.log(_squared_size(x)) / 2, np.arctan2(x.imag, x.real)),
}


def _ufunc(like: Any, ufunc: np.ufunc, method: str, inputs: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Run a ufunc where an operand is complex."""
    if method == "reduce" and ufunc is np.add:
        return inputs[0].sum(**kwargs)
    out = kwargs.pop("out", None)
    known = ufunc in _UFUNCS or ufunc is np.power
    if method != "__call__" or kwargs or not known:
        raise opaque(f"numpy.{ufunc.__name__} of complex numbers is not lifted: {operands(inputs)}")
    if ufunc is np.power:
        result = _power(complex_of(inputs[0], like), inputs[1])
    else:
        result = _UFUNCS[ufunc](*(complex_of(x, like) for x in inputs))
    if out is None:
        return result
    if not isinstance(out[0], ComplexArray):
        raise opaque(f"numpy.{ufunc.__name__}: a complex result does not fit into an array of real numbers")
    out[0][...] = result
    return out[0]


def _promoting(real: Callable[..., Any]) -> Callable[..., Any]:
    """Return NEP 13's landing place for real arrays, which leaves complex operands to this module."""

    def ufunc(self: Lifted, function: np.ufunc, method: str, inputs: Sequence[Any], kwargs: Any) -> Any:
        if any(is_complex(x) for x in inputs):
            return _ufunc(self, function, method, inputs, dict(kwargs))
        return real(self, function, method, inputs, kwargs)

    return ufunc


PROTOCOL.ufunc = _promoting(PROTOCOL.ufunc)


# -- functions -------------------------------------------------------------------------------------------------

LINEAR: frozenset[Any] = frozenset({
    np.sum, np.mean, np.cumsum, np.diff, np.reshape, np.ravel, np.transpose, np.moveaxis, np.swapaxes, np.squeeze,
    np.expand_dims, np.broadcast_to, np.concatenate, np.stack, np.hstack, np.vstack, np.roll, np.flip, np.take,
    np.repeat, np.tile, np.pad, np.diagonal, np.trace, np.where, np.zeros_like, np.copy, np.atleast_1d, np.atleast_2d,
    np.fft.fftshift, np.fft.ifftshift,
})  # fmt: skip
"""Functions that act on the real and on the imaginary part alike."""

BILINEAR: frozenset[Any] = frozenset({np.dot, np.inner, np.outer, np.tensordot, np.kron, np.convolve})
"""Functions of two arrays that are products."""


def _product(function: Callable[..., Any], args: Any, kwargs: Any) -> ComplexArray:
    x, y, *rest = args
    like = next(z for z in (x, y) if isinstance(z, ComplexArray)).real
    return _bilinear(lambda a, b: function(a, b, *rest, **kwargs), complex_of(x, like), complex_of(y, like))


def _vdot(a: Any, b: Any) -> ComplexArray:
    like = next(z for z in (a, b) if isinstance(z, ComplexArray)).real
    return _bilinear(np.vdot, complex_of(a, like).conj(), complex_of(b, like))


ON_COMPLEX: dict[Any, Callable[..., Any]] = {
    np.real: lambda x: x.real,
    np.imag: lambda x: x.imag,
    np.angle: lambda x: np.arctan2(x.imag, x.real),
    np.vdot: _vdot,
    np.linalg.norm: lambda x, *args, **kwargs: np.linalg.norm(np.abs(x), *args, **kwargs),
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
    np.iscomplexobj: lambda _: True,
    np.isrealobj: lambda _: False,
}
"""What other functions do to complex arrays: `verify.lift.transforms` adds the Fourier transforms."""


@lifts(np.real)
def _real(x: Lifted) -> Any:
    return x


@lifts(np.imag)
def _imag(x: Lifted) -> Any:
    return np.zeros_like(x)


FUNCTIONS[np.iscomplexobj] = lambda _: False
FUNCTIONS[np.isrealobj] = lambda _: True
