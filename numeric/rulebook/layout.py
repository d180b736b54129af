"""Rules that move entries and change none: all of them linear."""

from __future__ import annotations

from typing import Any

import numpy as np

from numeric.rulebook.rule import Array, EveryInput, Key, Rule

Steps = tuple[tuple[Rule, dict[str, Any]], ...]


def is_basic(key: Key) -> bool:
    """Whether a key takes no entry twice and NumPy answers it with a view."""
    parts = key if isinstance(key, tuple) else (key,)
    basic = (int, slice, type(None), type(Ellipsis), np.integer)
    return all(isinstance(part, basic) and not isinstance(part, bool) for part in parts)


def _index_node(key: Key) -> str:
    """Return PyTorch's name: that of the last elementary step a key is made of."""
    if not is_basic(key):
        return "IndexBackward0"
    name = "AliasBackward0"
    for part in key if isinstance(key, tuple) else (key,):
        if part is None:
            name = "UnsqueezeBackward0"
        elif isinstance(part, slice):
            name = name if part == slice(None) else "SliceBackward0"
        elif part is not Ellipsis:
            name = "SelectBackward0"
    return name


def _scatter(out_bar: Array, _out: Array, x_like: Array, key: Key) -> Array:
    """Add ``out_bar`` to zeros where ``key`` took it from: the transpose of indexing."""
    # The zeros are of the cotangent's kind: what is linear in it must hold whatever it holds.
    x_bar = np.zeros_like(out_bar, shape=x_like.shape)
    if is_basic(key):
        x_bar[key] = out_bar
    else:
        np.add.at(x_bar, key, out_bar)  # an entry taken twice is given twice
    return x_bar


def _region(x: Array, steps: Steps) -> Array:
    for rule, parameters in steps:
        x = rule.primal(x, **parameters)
    return x


_NUMPYS_OWN = (np.ndarray, np.generic)


def _room(x: Array, y: Array) -> Array:
    """Return a copy of ``x`` that can be written to, of a kind that holds ``y``: NumPy's own arrays hold numbers."""
    if isinstance(x, _NUMPYS_OWN) and hasattr(y, "shape") and not isinstance(y, _NUMPYS_OWN):
        return np.zeros_like(y, shape=x.shape) + x
    return np.asarray(x) if isinstance(x, np.generic) else x.copy()


def _overwrite(x: Array, y: Array, steps: Steps) -> Array:
    """Return ``x`` with the region that the view ``steps`` select replaced by ``y``."""
    out = _room(x, y)
    if steps and steps[-1][0].name == "index":
        _region(out, steps[:-1])[steps[-1][1]["key"]] = y
    else:
        _region(out, steps)[...] = y
    return out


def _add_at(x: Array, y: Array, key: Key) -> Array:
    out = _room(x, y)
    np.add.at(out, key, y)
    return out


def _part(out_bar: Array, _out: Array, *xs_like: Array, axis: int, position: int) -> Array:
    """Return the slice of ``out_bar`` that ``cat`` filled from the input at ``position``."""
    start = sum(x_like.shape[axis] for x_like in xs_like[:position])
    stop = start + xs_like[position].shape[axis]
    return out_bar[(slice(None),) * axis + (slice(start, stop),)]


def _slot(x_dot: Array, _out: Array, *xs: Array, axis: int, position: int) -> Array:
    """Return the tangent of ``cat`` from the input at ``position`` alone."""
    parts = [x_dot if i == position else x * 0 for i, x in enumerate(xs)]
    return np.concatenate(parts, axis=axis)


RULES = (
    Rule("clone", lambda x: x.copy(), vjps=(lambda out_bar, _out, _x: out_bar,)),
    Rule(
        "to",
        primal=lambda x, dtype: x.astype(dtype),
        vjps=(lambda out_bar, _out, x_like, dtype: out_bar.astype(x_like.dtype),),  # noqa: ARG005  (a parameter)
        node="ToCopyBackward0",
    ),
    Rule("index", primal=lambda x, key: x[key], vjps=(_scatter,), node=_index_node),
    Rule(
        "reshape",
        primal=lambda x, shape: x.reshape(shape),
        vjps=(lambda out_bar, _out, x_like, shape: out_bar.reshape(x_like.shape),),  # noqa: ARG005
        node="ViewBackward0",
    ),
    Rule(
        "transpose",
        primal=np.transpose,
        vjps=(
            lambda out_bar, _out, _x, axes: np.transpose(out_bar, tuple(axes.index(axis) for axis in range(len(axes)))),
        ),
        node="PermuteBackward0",
    ),
    Rule(
        "swapaxes",
        primal=np.swapaxes,
        vjps=(lambda out_bar, _out, _x, axis1, axis2: np.swapaxes(out_bar, axis1, axis2),),
        node="TransposeBackward0",
    ),
    Rule(
        "unsqueeze",
        primal=np.expand_dims,
        vjps=(lambda out_bar, _out, _x, axis: np.squeeze(out_bar, axis),),
    ),
    Rule(
        "squeeze",
        primal=np.squeeze,
        vjps=(lambda out_bar, _out, _x, axis: np.expand_dims(out_bar, axis),),
    ),
    Rule(
        "expand",
        primal=np.broadcast_to,
        vjps=(lambda out_bar, _out, _x, shape: out_bar,),  # noqa: ARG005  (the engine sums)
    ),
    Rule("flip", np.flip, vjps=(lambda out_bar, _out, _x, axis: np.flip(out_bar, axis),)),
    Rule(
        "cat",
        primal=lambda *xs, axis: np.concatenate(xs, axis=axis),
        vjps=EveryInput(_part),
        jvps=EveryInput(_slot),
    ),
    Rule(
        # In-place writing: x with a region replaced by y.
        "overwrite",
        primal=_overwrite,
        vjps=(
            lambda out_bar, _out, _x, _y, steps: _overwrite(out_bar, 0, steps),
            lambda out_bar, _out, _x, _y, steps: _region(out_bar, steps),
        ),
        jvps=(
            lambda x_dot, _out, _x, _y, steps: _overwrite(x_dot, 0, steps),
            lambda y_dot, _out, x, _y, steps: _overwrite(x * 0, y_dot, steps),
        ),
        node="CopySlices",
    ),
    Rule(
        # In-place accumulation: x with y added where the key points, as often as it does.
        "add_at",
        primal=_add_at,
        vjps=(
            lambda out_bar, _out, _x, _y, key: out_bar,  # noqa: ARG005
            lambda out_bar, _out, _x, _y, key: out_bar[key],
        ),
        jvps=(
            lambda x_dot, _out, _x, _y, key: x_dot,  # noqa: ARG005
            lambda y_dot, _out, x, _y, key: _add_at(x * 0, y_dot, key),
        ),
        node="IndexPutBackward0",
    ),
)
