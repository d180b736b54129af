"""Each planted mistake, shown to be one: its gradient beside its twin's where the case says it fails."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.arena.evidence import cotangent, differ, is_float, pull

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.arena.case import Case


def copy(value: Any) -> Any:
    """Copy an array or a tuple of them, so that no call sees what another did."""
    if isinstance(value, tuple):
        return tuple(copy(v) for v in value)
    return value.copy(order="K") if isinstance(value, np.ndarray) else value


def _values(case: Case, inputs: tuple[Any, ...], dtype: np.dtype[Any]) -> bool:
    """Whether some entry differs from the twin's by more than rounding, for one of three cotangents."""
    out = case.f(*copy(inputs))
    for seed in range(3):
        out_bar = case.out_bar(out) if case.out_bar else cotangent(out, np.random.default_rng(seed))
        ours, right = (pull(v, copy(out_bar), copy(inputs)) for v in (case.gradient(), case.truth()))
        pairs = [(a, b) for a, b, x in zip(ours, right, inputs, strict=True) if is_float(x)]
        if any(differ(a, b, dtype) for a, b in pairs):
            return True
    return False


def _structure(case: Case, inputs: tuple[Any, ...], dtype: np.dtype[Any]) -> bool:
    """Whether number, presence, shapes or dtypes of the gradients are not those of the inputs."""
    del dtype
    grads = pull(case.gradient(), cotangent(case.f(*inputs), np.random.default_rng(0)), copy(inputs))
    found = {
        "arity": len(grads) != len(inputs),
        "none": any(g is None for g in grads),
        "shape": any(np.shape(g) != np.shape(x) for g, x in zip(grads, inputs, strict=False)),
        "dtype": any(np.asarray(g).dtype != x.dtype for g, x in zip(grads, inputs, strict=False)),
    }
    return found[str(case.breaks)]


def _mutates(case: Case, inputs: tuple[Any, ...], dtype: np.dtype[Any]) -> bool:
    del dtype
    given = copy(inputs)
    out_bar = cotangent(case.f(*inputs), np.random.default_rng(0))
    before = copy(out_bar)
    pull(case.gradient(), out_bar, given)
    return not (np.array_equal(out_bar, before) and all(map(np.array_equal, given, inputs)))


def _unsteady(case: Case, inputs: tuple[Any, ...], dtype: np.dtype[Any]) -> bool:
    """Whether some of six calls, at two points in turn, is not the twin's answer."""
    vjp = case.gradient()
    points = (inputs, tuple(x + x.dtype.type(1) if is_float(x) else x for x in inputs))
    for call in range(6):
        at = points[call % 2]
        out_bar = cotangent(case.f(*at), np.random.default_rng(0))
        pairs = zip(pull(vjp, copy(out_bar), copy(at)), pull(case.truth(), copy(out_bar), copy(at)), strict=True)
        if any(differ(a, b, dtype) for a, b in pairs):
            return True
    return False


def _aliased(case: Case, inputs: tuple[Any, ...], dtype: np.dtype[Any]) -> bool:
    """Whether a second call changes what the first one returned."""
    del dtype
    vjp = case.gradient()
    out_bar = cotangent(case.f(*inputs), np.random.default_rng(0))
    first = pull(vjp, copy(out_bar), copy(inputs))
    kept = copy(first)
    pull(vjp, 2 * out_bar, copy(inputs))
    return not all(map(np.array_equal, first, kept))


def _raises(case: Case, inputs: tuple[Any, ...], dtype: np.dtype[Any]) -> bool:
    """Whether the gradient raises where its twin does not."""
    del dtype
    out_bar = cotangent(case.f(*inputs), np.random.default_rng(0))
    pull(case.truth(), copy(out_bar), copy(inputs))
    try:
        pull(case.gradient(), copy(out_bar), copy(inputs))
    except Exception:  # noqa: BLE001  whatever it raises is the mistake
        return True
    return False


def _strides(case: Case, inputs: tuple[Any, ...], dtype: np.dtype[Any]) -> bool:
    """Whether the same values under other strides give another gradient."""
    turned = tuple(np.asfortranarray(x) if x.ndim > 1 else np.repeat(x, 2)[::2] for x in inputs)
    out_bar = cotangent(case.f(*inputs), np.random.default_rng(0))
    plain, strided = pull(case.vjp, out_bar, inputs), pull(case.vjp, out_bar, turned)
    return any(differ(a, b, dtype) for a, b in zip(plain, strided, strict=True))


def _twice(case: Case, inputs: tuple[Any, ...], dtype: np.dtype[Any]) -> bool:
    """Whether one array given for both inputs gives another gradient than two equal ones."""
    x = inputs[0]
    out_bar = cotangent(case.f(x, x), np.random.default_rng(0))
    one, two = case.vjp(copy(out_bar), x, x), case.vjp(copy(out_bar), x, x.copy())
    return any(differ(a, b, dtype) for a, b in zip(one, two, strict=True))


_BY_PROPERTY: dict[str | None, Callable[[Case, tuple[Any, ...], np.dtype[Any]], bool]] = {
    None: _values,
    "arity": _structure,
    "none": _structure,
    "shape": _structure,
    "dtype": _structure,
    "mutates": _mutates,
    "state": _unsteady,
    "random": _unsteady,
    "aliased": _aliased,
    "raises": _raises,
    "strides": _strides,
    "twice": _twice,
}


def demonstrated(case: Case, dtype: str) -> bool:
    """Tell whether the planted mistake shows in this dtype, at its witness or at the ordinary draw."""
    kind = np.dtype(dtype)
    inputs = case.witness(kind) if case.witness else case.draw(dtype)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return _BY_PROPERTY[case.breaks](case, inputs, kind)
