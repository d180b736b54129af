"""Rules that reduce axes. ``axis`` is a tuple of axes counted from the front, or None for all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from numeric.rulebook.rule import Array, Rule

if TYPE_CHECKING:
    from collections.abc import Callable

Axes: TypeAlias = tuple[int, ...] | None


def _restore(reduced: Array, x_like: Array, axis: Axes, keepdims: bool) -> Array:
    """Give a reduced array its axes back, each entry repeated along them."""
    if not keepdims and axis is not None:
        reduced = np.expand_dims(reduced, axis)
    return np.broadcast_to(reduced, x_like.shape)


def _numbered(name: str) -> Callable[..., str]:
    """Return PyTorch's node names: Backward0 reduces everything, Backward1 some axes."""
    return lambda axis, keepdims: f"{name}Backward{0 if axis is None and not keepdims else 1}"


def _count(x_like: Array, axis: Axes) -> int:
    """Return how many entries are reduced into one (sizes may be symbols)."""
    return math.prod(x_like.shape if axis is None else (x_like.shape[a] for a in axis))


def _divided(x: Array, y: Array) -> Array:
    """Return ``x / y``, and 0 where ``y`` is 0 (nowhere dividing by zero)."""
    return np.where(y == 0, 0, x / np.where(y == 0, 1, y))


def _extreme_vjp(out_bar: Array, out: Array, x: Array, axis: Axes, keepdims: bool) -> Array:
    """Share a cotangent equally among the entries that tie for the extreme; NaN ties with NaN."""
    value = _restore(out, x, axis, keepdims)
    ties = ((x == value) | ((x != x) & (value != value))).astype(x.dtype)  # noqa: PLR0124  (NaN)
    count = np.sum(ties, axis=axis, keepdims=True)
    return _restore(out_bar, x, axis, keepdims) * (ties / count)


def _extreme_jvp(x_dot: Array, out: Array, x: Array, axis: Axes, keepdims: bool) -> Array:
    """Return the mean tangent of the entries that tie for the extreme."""
    differs = (x != _restore(out, x, axis, keepdims)) & (x == x)  # noqa: PLR0124  (NaN)
    total = np.sum(np.where(differs, 0, x_dot), axis=axis, keepdims=keepdims)
    return total / np.sum(np.where(differs, 0, x_dot * 0 + 1), axis=axis, keepdims=keepdims)


RULES = (
    Rule(
        "sum",
        primal=np.sum,
        vjps=(lambda out_bar, _out, x_like, axis, keepdims: _restore(out_bar, x_like, axis, keepdims),),
        node=_numbered("Sum"),
    ),
    Rule(
        "mean",
        primal=lambda x, axis, keepdims: np.sum(x, axis=axis, keepdims=keepdims) / _count(x, axis),
        vjps=(
            lambda out_bar, _out, x_like, axis, keepdims: _restore(
                out_bar / _count(x_like, axis), x_like, axis, keepdims
            ),
        ),
        node=_numbered("Mean"),
    ),
    Rule(
        "cumsum",
        primal=np.cumsum,
        vjps=(lambda out_bar, _out, _x, axis: np.flip(np.cumsum(np.flip(out_bar, axis), axis=axis), axis),),
    ),
    Rule(
        # Euclidean length. At the zero vector the gradient is 0.
        "l2_norm",
        primal=lambda x, axis, keepdims: np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims)),
        vjps=(
            lambda out_bar, out, x, axis, keepdims: (
                _restore(out_bar, x, axis, keepdims) * _divided(x, _restore(out, x, axis, keepdims))
            ),
        ),
        jvps=(lambda x_dot, out, x, axis, keepdims: _divided(np.sum(x * x_dot, axis=axis, keepdims=keepdims), out),),
        node="LinalgVectorNormBackward0",
    ),
    Rule(
        # How many entries are not 0: no gradient flows.
        "l0_norm",
        primal=lambda x, axis, keepdims: np.sum(np.sign(np.abs(x)), axis=axis, keepdims=keepdims),
        vjps=(None,),
        jvps=(lambda x_dot, _out, _x, axis, keepdims: 0 * np.sum(x_dot, axis=axis, keepdims=keepdims),),
        node="LinalgVectorNormBackward0",
    ),
    Rule(
        # Equal largest entries share the gradient equally.
        "max",
        primal=np.max,
        vjps=(_extreme_vjp,),
        jvps=(_extreme_jvp,),
        node=lambda axis, **_: "MaxBackward1" if axis is None else "AmaxBackward0",
    ),
    Rule(
        # Equal smallest entries share the gradient equally.
        "min",
        primal=np.min,
        vjps=(_extreme_vjp,),
        jvps=(_extreme_jvp,),
        node=lambda axis, **_: "MinBackward1" if axis is None else "AminBackward0",
    ),
)
