"""Fourier transforms and complex numbers: NumPy's values, and series that predict the values nearby."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.errors import OpaqueError, UsageError
from verify.lift import ball_array, lift, run, series_array

SEEDS = st.integers(0, 2**32 - 1)
ORDERS = st.integers(2, 4)
F = np.fft


def parts(z):
    """Return the real and the imaginary part, which the witness compares."""
    return np.real(z), np.imag(z)


PROGRAMS = {
    "fft": lambda x: parts(F.fft(x)),
    "fft n": lambda x: parts(F.fft(x, 7, axis=0)) + parts(F.fft(x, 2)),
    "fft ortho": lambda x: parts(F.fft(x, norm="ortho")) + parts(F.ifft(x, norm="ortho")),
    "fft forward": lambda x: parts(F.fft(x, norm="forward")) + parts(F.ifft(x, norm="forward")),
    "ifft": lambda x: parts(F.ifft(x, axis=-2)),
    "rfft": lambda x: parts(F.rfft(x)),
    "rfft odd": lambda x: parts(F.rfft(x, 3)),
    "irfft": lambda x: F.irfft(F.rfft(x)),
    "irfft odd": lambda x: F.irfft(F.rfft(x, 5), 5),
    "irfft real": lambda x: F.irfft(x, 6),
    "irfft imaginary ends": lambda x: F.irfft(1j * x),
    "hfft": lambda x: F.hfft(F.fft(x)),
    "ihfft": lambda x: parts(F.ihfft(x)),
    "fft2": lambda x: parts(F.fft2(x)),
    "ifft2": lambda x: parts(F.ifft2(x, (2, 5))),
    "rfft2": lambda x: parts(F.rfft2(x)),
    "irfft2": lambda x: F.irfft2(F.rfft2(x), x.shape),
    "fftn": lambda x: parts(F.fftn(x, axes=(0,))) + parts(F.ifftn(x)),
    "rfftn": lambda x: F.irfftn(F.rfftn(x), s=x.shape, axes=(0, 1)),
    "shift": lambda x: F.fftshift(x, axes=0),
    "shifts": lambda x: parts(F.ifftshift(F.fft(x))),
    "filter": lambda x: F.ifft(F.fft(x) * np.array([1.0, 0.5, 0.25, 0.5])).real,
    "convolution": lambda x: F.irfft(F.rfft(x[0]) * F.rfft(x[1]), 4),
    "derivative": lambda x: np.real(F.ifft(2j * F.fftfreq(4) * F.fft(x))),
    "power": lambda x: np.abs(F.rfft(x[0] + 20)) ** 2,
    "energy": lambda x: np.sum(np.abs(F.fft(x + np.array([20, 1, 0, 0]))) ** 2),
    "conjugate": lambda x: (F.fft(x) * np.conj(F.fft(x))).real,
    "phase": lambda x: np.angle((x + 20) + 1j * x),
    "exp": lambda x: parts(np.exp(1j * x)),
    "log": lambda x: parts(np.log(20 + x + 1j * x)),
    "divide": lambda x: parts(1 / (20 + 1j * x)),
    "quotient": lambda x: parts((x + 1j) / (3 - 2j)),
    "whole power": lambda x: parts((x + 1j) ** 3) + parts((x + 20j) ** -2),
    "matmul": lambda x: parts((x + 1j) @ (x.T - 2j)),
    "dot": lambda x: parts(np.dot(x + 1j, x.T)) + parts(np.vdot(x + 1j, 2j * x)),
    "norm": lambda x: np.linalg.norm(x + 1j),
    "norms": lambda x: np.linalg.norm(x + 1j, axis=1),
    "minus": lambda x: parts(-(x - 1j)) + parts(np.square(1j - x)) + parts(np.reciprocal(x + 20j)),
    "sums": lambda x: parts((x + 1j).sum(axis=0)) + parts((x + 1j).mean()) + parts(np.sum(1j * x, axis=1)),
    "layout": lambda x: parts(np.concatenate([1j * x, 1j + x]).T[1:, ::2].reshape(-1)),
}


@pytest.mark.parametrize("name", PROGRAMS)
@given(seed=SEEDS, order=ORDERS)
def test_values_and_series_are_right(name, seed, order, taylor):
    x, u = np.random.default_rng(seed).integers(-8, 9, (2, 3, 4)) / 4.0
    taylor(PROGRAMS[name], (x,), (u,), order, 2.0**40)


def test_assignment_and_augmented_products(taylor):
    def program(x):
        z = np.fft.fft(x)
        z[0] = 0
        z *= 2j
        z[1:2] = x[:1]
        return parts(z.copy().conj()) + parts(z.conjugate())

    taylor(program, (np.arange(4.0),), (np.ones(4),))


def test_a_complex_array_says_what_it_is():
    z = np.fft.fft(lift(ball_array(np.ones((2, 3), dtype=np.float32)), np.float32))
    assert (z.shape, z.ndim, z.size, len(z), z.dtype) == ((2, 3), 2, 6, 2, np.complex64)
    assert (np.shape(z), np.ndim(z), np.size(z)) == ((2, 3), 2, 6)
    assert np.iscomplexobj(z)
    assert not np.isrealobj(z)
    assert "ComplexArray" in repr(z)


def test_no_rows_have_no_transform_to_speak_of():
    x = lift(ball_array(np.ones((0, 4))))
    assert (np.fft.fft(x).shape, np.fft.rfft(x).shape, np.fft.irfft(x).shape) == ((0, 4), (0, 3), (0, 6))


def test_a_program_with_transforms_runs():
    def loss(x):
        return np.sum(np.abs(np.fft.rfft(x)) ** 2)

    x = lift(series_array(np.array([1.0, 2.0, 4.0]), np.array([1.0, 0.0, 0.0])))
    value = run(loss, x).cells.item()
    assert value.coefficient(0).contains(49 + 7)
    assert value.coefficient(1).contains(14 + 2 * (1 - 3))


def test_what_is_not_lifted_is_named():
    x = lift(ball_array(np.ones(3)))
    z = np.fft.fft(x)
    for program in (
        lambda: np.sqrt(z),
        lambda: np.sort(z),
        lambda: z**0.5,
        lambda: np.multiply.reduce(z),
        lambda: np.asarray(z),
        lambda: np.add(z, 1, out=(x,)),
    ):
        with pytest.raises(OpaqueError):
            program()
    with pytest.raises(UsageError, match="norm='max'"):
        np.fft.fft(x, norm="max")
    with pytest.raises(ValueError, match="Invalid number of FFT data points"):
        np.fft.fft(x[:0])
