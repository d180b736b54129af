"""`numpy.fft` on exact numbers: FLINT's discrete Fourier transform, coefficient by coefficient of the series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from flint import acb, arb, arb_series

from verify.errors import UsageError
from verify.lift.array import FUNCTIONS, Lifted, object_array
from verify.lift.ball import Ball
from verify.lift.complexes import ON_COMPLEX, ComplexArray, complex_of
from verify.lift.matrices import order_of, part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Vector = list[list[acb]]
"""A vector of series: for each power of t, its complex entries."""

_DIRECT = {None: 0, "backward": 0, "ortho": 1, "forward": 2}
"""NumPy's norm=: how often a direct sum is divided by the root of n; an inverse one, the rest of twice."""


def _scale(norm: Any, n: int, *, inverse: bool) -> arb:
    if norm not in _DIRECT:
        raise UsageError(f"norm={norm!r}: 'backward', 'ortho' or 'forward' is expected")
    times = 2 - _DIRECT[norm] if inverse else _DIRECT[norm]
    return (arb(1), 1 / arb(n).sqrt(), 1 / arb(n))[times]


def _along_rows(x: ComplexArray, axis: int, row: Callable[[Vector], Vector]) -> ComplexArray:
    """Apply a function of vectors to every vector along an axis."""
    order = order_of(x.real.cells, x.imag.cells)
    re, im = (np.moveaxis(part_.cells, axis, -1) for part_ in (x.real, x.imag))
    results = []
    for index in np.ndindex(re.shape[:-1]):
        pairs = [(a.v, b.v) for a, b in zip(re[index], im[index], strict=True)]
        results.append(row([[acb(part(a, k), part(b, k)) for a, b in pairs] for k in range(order)]))
    if not results:
        width = len(row([[acb(0)] * re.shape[-1]])[0])
        return _restored(x, [], (*re.shape[:-1], width), axis)
    return _restored(x, results, (*re.shape[:-1], len(results[0][0])), axis)


def _restored(x: ComplexArray, results: list[Vector], shape: tuple[int, ...], axis: int) -> ComplexArray:
    entries = [coefficients for result in results for coefficients in zip(*result, strict=True)]
    parts = (
        object_array([_ball([getattr(c, name) for c in cs]) for cs in entries], shape) for name in ("real", "imag")
    )
    return ComplexArray(*(x.real.like(np.moveaxis(cells, -1, axis)) for cells in parts))


def _ball(coefficients: list[arb]) -> Ball:
    return Ball(coefficients[0] if len(coefficients) == 1 else arb_series(coefficients, prec=len(coefficients)))


def _fitted(row: list[acb], n: int) -> list[acb]:
    return row[:n] + [acb(0)] * (n - len(row))


def _transformed(row: list[acb], n: int, norm: Any, *, inverse: bool) -> list[acb]:
    scale = _scale(norm, n, inverse=inverse) * (n if inverse else 1)  # FLINT's inverse divides by n
    return [scale * c for c in acb.dft(_fitted(row, n), inverse=inverse)]


def _hermitian(row: list[acb], n: int) -> list[acb]:
    """Return the spectrum of n real numbers from its first half: what must be real is taken so."""
    half = _fitted(row, n // 2 + 1)
    half = [acb(c.real) if k == 0 or 2 * k == n else c for k, c in enumerate(half)]
    return half + [half[k].conjugate() for k in reversed(range(1, n - n // 2))]


def _length(n: Any, default: int) -> int:
    length = default if n is None else int(n)
    if length < 1:
        raise ValueError(f"Invalid number of FFT data points ({length}) specified.")
    return length


def _complex(a: Any) -> ComplexArray:
    return complex_of(a, a.real)


# -- along one axis --------------------------------------------------------------------------------------------


def fft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, *, inverse: bool = False) -> ComplexArray:
    """Return the discrete Fourier transform along an axis, as `numpy.fft.fft` and `numpy.fft.ifft` do."""
    n = _length(n, a.shape[axis])
    return _along_rows(_complex(a), axis, lambda row: [_transformed(c, n, norm, inverse=inverse) for c in row])


def ifft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, **_: Any) -> ComplexArray:
    """Return the inverse transform along an axis."""
    return fft(a, n, axis, norm, inverse=True)


def rfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, **_: Any) -> ComplexArray:
    """Return the first half of the transform of real numbers, which tells the rest."""
    n = _length(n, a.shape[axis])
    return _along_rows(
        _complex(a), axis, lambda row: [_transformed(c, n, norm, inverse=False)[: n // 2 + 1] for c in row]
    )


def irfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, **_: Any) -> Any:
    """Return the real numbers of which `a` is the first half of the transform."""
    n = _length(n, 2 * (a.shape[axis] - 1))
    return _along_rows(
        _complex(a), axis, lambda row: [_transformed(_hermitian(c, n), n, norm, inverse=True) for c in row]
    ).real


_SWAPPED = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}


def hfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, **_: Any) -> Any:
    """Return the transform of a signal that is the conjugate of its mirror image, of which `a` is the first half."""
    return irfft(_complex(a).conj(), n, axis, _SWAPPED[norm])


def ihfft(a: Any, n: Any = None, axis: int = -1, norm: Any = None, **_: Any) -> ComplexArray:
    """Return what `hfft` takes to `a`."""
    return rfft(a, n, axis, _SWAPPED[norm]).conj()


# -- along several ---------------------------------------------------------------------------------------------


def _axes(a: Any, s: Any, axes: Any) -> tuple[list[int], Sequence[Any]]:
    if axes is None:
        axes = range(a.ndim) if s is None else range(-len(s), 0)
    axes = [int(k) for k in axes]
    return axes, [None] * len(axes) if s is None else list(s)


def _several(one: Callable[..., Any], last: Callable[..., Any] | None, *, last_first: bool) -> Callable[..., Any]:
    """Return the transform along several axes, the last by a transform of its own (that of real numbers)."""

    def function(a: Any, s: Any = None, axes: Any = None, norm: Any = None, **_: Any) -> Any:
        axes, sizes = _axes(a, s, axes)
        steps = [(one, axis, n) for axis, n in zip(axes, sizes, strict=True)]
        if last is not None:
            steps[-1] = (last, axes[-1], sizes[-1])
        for step, axis, n in reversed(steps) if last_first else steps:
            a = step(a, n, axis, norm)
        return a

    return function


def _plane(several: Callable[..., Any]) -> Callable[..., Any]:
    return lambda a, s=None, axes=(-2, -1), norm=None, **_: several(a, s, axes, norm)


_SEVERAL = {
    "fft": _several(fft, None, last_first=True),
    "ifft": _several(ifft, None, last_first=True),
    "rfft": _several(fft, rfft, last_first=True),
    "irfft": _several(ifft, irfft, last_first=False),
}
for _one in (fft, ifft, rfft, irfft, hfft, ihfft):
    _name = _one.__name__
    FUNCTIONS[getattr(np.fft, _name)] = ON_COMPLEX[getattr(np.fft, _name)] = _one
for _name, _function in _SEVERAL.items():
    for _suffix, _whole in (("n", _function), ("2", _plane(_function))):
        FUNCTIONS[getattr(np.fft, _name + _suffix)] = ON_COMPLEX[getattr(np.fft, _name + _suffix)] = _whole
for _shift in (np.fft.fftshift, np.fft.ifftshift):
    FUNCTIONS[_shift] = lambda x, axes=None, shift=_shift: _moved(x, axes, shift)


def _moved(x: Lifted, axes: Any, shift: Callable[..., Any]) -> Lifted:
    return x.like(shift(x.cells, axes))
