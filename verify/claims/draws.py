"""Where the floating-point draws come from: the distributions, each named in words."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.claims.claim import Array, Shape

SPREAD = 6
"""Entries of one log-uniform tensor lie within this many binades of their common scale."""

SPECIAL_DRAWS = 24
"""Special draws for each shape; a single number is tried at every special value instead."""


def generator(seed: int, *names: str) -> np.random.Generator:
    """Return the stream of a seed and a path of names, whatever else was drawn before."""
    return np.random.default_rng([seed, *(zlib.crc32(name.encode()) for name in names)])


def normal(rng: np.random.Generator, count: int, shape: Shape, dtype: np.dtype) -> Array:
    """Standard normal entries, the notes' ``randn``."""
    wide = np.float64 if dtype == np.float64 else np.float32
    return rng.standard_normal((count, *shape), dtype=wide).astype(dtype, copy=False)


def log_uniform(rng: np.random.Generator, count: int, shape: Shape, dtype: np.dtype) -> Array:
    """Finite entries of random sign whose exponents are uniform over the dtype's range, subnormals too."""
    info = np.finfo(dtype)
    low, high = info.minexp - info.nmant, info.maxexp - 1
    exponent = rng.integers(low, high + 1, size=(count, *(1 for _ in shape)))
    if shape:
        exponent = exponent + rng.integers(-SPREAD, SPREAD + 1, size=(count, *shape))
    fraction = rng.integers(0, 2**info.nmant, size=(count, *shape)) / 2**info.nmant
    sign = rng.integers(0, 2, size=(count, *shape)) * 2 - 1
    drawn: Array = np.ldexp(sign * (1 + fraction), np.clip(exponent, low, high))
    return drawn.astype(dtype, copy=False)


def specials(dtype: np.dtype) -> Array:
    """Return zeros, subnormals, the edges of the range, infinities, NaN and a few ordinary numbers."""
    info = np.finfo(dtype)
    tiny, least, most = info.tiny, info.smallest_subnormal, info.max
    half = [0.0, least, 3 * least, tiny - least, tiny, info.eps, 1.0, 3.0, most / 4, most / 2, most]
    values = [*half, np.inf, np.nan, 1 - info.epsneg, np.sqrt(most), np.sqrt(tiny)]
    both = np.array([*values, *(-np.asarray(values))], dtype=dtype)
    return np.asarray(both[~(np.isnan(both) & np.signbit(both))])


def special(rng: np.random.Generator, count: int, shape: Shape, dtype: np.dtype) -> Array:
    """Special values everywhere, only the hardest of them, or one among standard normal entries, in turn."""
    values = specials(dtype)
    if not shape:
        return rng.permutation(np.resize(values, count))
    everywhere = rng.choice(values, (count, *shape))
    planted = normal(rng, count, shape, dtype).reshape(count, -1)
    place = rng.integers(0, planted.shape[1], count)
    planted[np.arange(count), place] = rng.choice(values, count)
    planted = planted.reshape(count, *shape)
    hardest = rng.choice(np.array([np.inf, -np.inf, np.nan, 0, 1], dtype=dtype), (count, *shape))
    turn = (np.arange(count) % 3).reshape(count, *(1 for _ in shape))
    return np.asarray(np.choose(turn, [everywhere, planted, hardest]))


def simple(rng: np.random.Generator, count: int, shape: Shape, dtype: np.dtype) -> Array:
    """Small integers and numbers of few significant bits: where the smallest exceptions live."""
    digits = np.finfo(dtype).nmant + 1
    bits = rng.integers(1, digits + 1, size=(count, *(1 for _ in shape)))
    limit = np.exp2(bits)
    whole = np.trunc((2 * rng.random((count, *shape)) - 1) * limit)
    scale = rng.integers(-2, 3, size=(count, *(1 for _ in shape)))
    return np.ldexp(whole, scale * (bits > 2)).astype(dtype)


def edges(rng: np.random.Generator, count: int, shape: Shape, dtype: np.dtype) -> Array:
    """Numbers of one or two bits, ordinary or near the edges of the dtype's range: the simplest that leave it."""
    info = np.finfo(dtype)
    low, high = info.minexp, info.maxexp - 1
    exponent = np.array([0, 1, low - info.nmant, low, low // 2, high // 2, high // 2 + 1, high - 1, high])
    ordinary = rng.random((count, *shape)) < 0.5  # a coin
    drawn = np.ldexp(
        rng.choice([1, 1.5], (count, *shape)), np.where(ordinary, 0, rng.choice(exponent, (count, *shape)))
    )
    sign = rng.choice([-1, 0, 1], (count, *shape), p=[0.2, 0.2, 0.6])
    return np.where(sign == 0, 0, np.copysign(drawn, sign)).astype(dtype)


SOURCES: dict[str, Callable[[np.random.Generator, int, Shape, np.dtype], Array]] = {
    "standard normal": normal,
    "log-uniform": log_uniform,
    "special values": special,
}

WHERE = {
    "standard normal": "entries standard normal, the notes' randn",
    "log-uniform": (
        "finite entries of random sign, exponents uniform over the dtype's whole range, subnormals "
        f"included; the entries of one tensor within {SPREAD} binades of a common scale"
    ),
    "special values": (
        "zeros of both signs, subnormals, the edges of the range, infinities, NaN and 1, everywhere "
        "or among standard normal entries; chosen to be hard, so the frequency says nothing of usual inputs"
    ),
}
