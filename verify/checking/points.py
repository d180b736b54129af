"""A point at which a gradient is judged: the inputs, and where the point comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from verify.checking.formats import is_float

LARGEST_INTEGER = 64
"""Directions and cotangents are integers up to this, never zero: a wrong entry is missed once in 128 at most."""


@dataclass(frozen=True)
class Point:
    """Inputs of the programs.

    Attributes
    ----------
    inputs : tuple
        Arrays and scalars of NumPy, as the programs get them.
    origin : str
        Where the point comes from, in words: "the given point", "an entry set to zero", ...
    given : bool
        Whether the caller named the point; what is found at a point of our own choosing is said with more care.
    """

    inputs: tuple[Any, ...]
    origin: str = "the given point"
    given: bool = True

    @cached_property
    def floats(self) -> tuple[int, ...]:
        """The positions of the inputs that have a derivative."""
        return tuple(k for k, x in enumerate(self.inputs) if is_float(np.asarray(x).dtype))

    @cached_property
    def size(self) -> int:
        """The count of the numbers that have a derivative."""
        return sum(int(np.size(self.inputs[k])) for k in self.floats)

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What tells two points apart."""
        arrays = [np.asarray(x) for x in self.inputs]
        return tuple((x.shape, x.dtype.name, x.tobytes()) for x in arrays)

    @property
    def dtype(self) -> Any:
        """The widest float dtype among the inputs."""
        dtypes = [np.asarray(self.inputs[k]).dtype for k in self.floats]
        return max(dtypes, key=lambda d: d.itemsize, default=np.dtype(np.float64))

    def fresh(self) -> tuple[Any, ...]:
        """Return copies of the inputs, so that a program that changes them spoils nothing."""
        return tuple(x.copy() if isinstance(x, np.ndarray) else x for x in self.inputs)

    def moved(self, inputs: tuple[Any, ...], origin: str) -> Point:
        """Return another point, of our own choosing."""
        return replace(self, inputs=inputs, origin=origin, given=False)


def integers(rng: np.random.Generator, shape: tuple[int, ...], largest: int = LARGEST_INTEGER) -> Any:
    """Return random integers between -largest and largest without zero, as float64."""
    return rng.integers(1, largest + 1, size=shape) * rng.choice((-1.0, 1.0), size=shape)


def generator(seed: int, *words: Any) -> np.random.Generator:
    """Return a generator of random numbers that is a function of the seed and of what it is for."""
    text = repr(words).encode()
    return np.random.default_rng([seed, *text[:256]])
