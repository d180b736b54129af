"""The arguments of a program's calls: their values at the sample point, and what they are to the vocabulary."""

from __future__ import annotations

import inspect
import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from symbolic.errors import FormulaError
from symbolic.tensors.tracing import Held
from symbolic.tensors.vocabulary import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symbolic.tensors.tracing import Trace

RENAMED = {"clip": {"min": "a_min", "max": "a_max"}}
"""Arguments that NumPy calls by another name than the vocabulary."""

IGNORED = frozenset(("casting", "subok", "optimize", "like", "device", "copy"))
"""Arguments that say how a value is computed or laid out, and not what it is."""


def holds(value: Any) -> bool:
    """Whether a value is traced, or has something traced in it."""
    if isinstance(value, (list, tuple)):
        return any(map(holds, value))
    if isinstance(value, dict):
        return any(map(holds, value.values()))
    return isinstance(value, Held) or (isinstance(value, slice) and holds((value.start, value.stop, value.step)))


def sources(value: Any) -> list[Held]:
    """Return what is traced in a value."""
    if isinstance(value, Held):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [h for v in value for h in sources(v)] if isinstance(value, (list, tuple)) else []


def plain(value: Any) -> Any:
    """Return a value at the sample point, as NumPy takes it."""
    if isinstance(value, Held):
        return value.value
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value] if isinstance(value, list) else tuple(map(plain, value))
    if isinstance(value, slice):
        return slice(plain(value.start), plain(value.stop), plain(value.step))
    return {k: plain(v) for k, v in value.items()} if isinstance(value, dict) else value


def argument(trace: Trace, value: Any, *, infinite: bool = False) -> Any:
    """Return an argument as the vocabulary takes it: numbers and arrays are tensors, lists are tuples."""
    if value is None or value is Ellipsis or isinstance(value, (str, bool, np.bool_)):
        return bool(value) if isinstance(value, np.bool_) else value
    if isinstance(value, (list, tuple)):
        return tuple(argument(trace, v) for v in value)
    if infinite and isinstance(value, (float, np.floating)) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return trace.tensor_of(value)


def called(function: Any) -> str:
    """Return what a function is called in a program: ``np.linalg.norm``."""
    module = getattr(function, "__module__", None) or ""
    name = getattr(function, "__name__", str(function))
    if isinstance(function, np.ufunc):
        module = "numpy" if getattr(np, name, None) is function else "scipy.special"
    if isinstance(function, Method):
        return f".{name}"
    module = "scipy.special" if module.startswith("scipy.special") else module
    return f"{module.replace('numpy', 'np', 1)}.{name}".removeprefix("builtins").lstrip(".")


def checked(name: str, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keywords that say what is computed.

    Raises
    ------
    FormulaError
        ``where=`` or another dtype than a float's was given.
    """
    kept = {}
    for key, value in kwargs.items():
        if key in IGNORED or (key == "out" and value is None) or value is np._NoValue:  # noqa: SLF001 - what NumPy passes on
            continue
        if (key == "where" and value is True) or (key == "order" and value in ("C", "K", "A")):
            continue
        if key == "dtype":
            if value is None or np.dtype(value).kind == "f":
                continue
            raise FormulaError(f"{name} with dtype={np.dtype(value)}: a formula is of real numbers, leave dtype out")
        if key == "where":
            raise FormulaError(f"{name} with where=: choose entry by entry with np.where(mask, x, 0) in place of it")
        kept[key] = value
    return kept


class Method:
    """A method of arrays, as a function of them."""

    def __init__(self, name: str) -> None:
        self.__name__, self.__module__ = name, "numpy"
        known = _signature(getattr(np.ndarray, name))
        if known is not None:
            self.__signature__ = known

    def __call__(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Call the method."""
        return getattr(x if isinstance(x, np.generic) else np.asarray(x), self.__name__)(*args, **kwargs)


# -- names ----------------------------------------------------------------------------------------------------


@cache
def _signature(function: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):  # functions in C may have none
        return None


def _named(function: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> list[tuple[str, Any]] | None:
    """Return the arguments by NumPy's names, without those that are as NumPy has them anyway."""
    signature = _signature(function)
    if signature is None or any(p.kind is p.VAR_POSITIONAL for p in signature.parameters.values()):
        return None
    try:
        bound = signature.bind(*args, **kwargs)
    except TypeError as error:
        raise FormulaError(f"{called(function)}: {error}") from None
    given = {**bound.arguments, **bound.arguments.get("kwargs", {})}
    given.pop("kwargs", None)
    defaults = {name: p.default for name, p in signature.parameters.items()}
    return [(name, v) for name, v in given.items() if not _same(v, defaults.get(name, inspect.Parameter.empty))]


def _same(value: Any, default: Any) -> bool:
    return value is default or (
        isinstance(default, (bool, int, str)) and type(value) is type(default) and value == default
    )


def arranged(
    name: str, original: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[list[Any], dict[str, Any]]:
    """Return arguments in the order and under the names of the vocabulary's function.

    Raises
    ------
    FormulaError
        The vocabulary's function has no such argument.
    """
    named = _named(original, args, kwargs)
    renamed = RENAMED.get(name, {})
    if named is None:
        return list(args), {renamed.get(k, k): v for k, v in kwargs.items()}
    ours = inspect.signature(FUNCTIONS[name]).parameters
    order, theirs = list(ours), list(_signature(original).parameters)  # type: ignore[union-attr]  # it had one, above
    variadic = any(p.kind is p.VAR_POSITIONAL for p in ours.values())
    positional: list[Any] = []
    keywords: dict[str, Any] = {}
    for key, value in checked(called(original), dict(named)).items():
        place = theirs.index(key) if key in theirs else len(order)
        own = renamed.get(key, key)
        if variadic and key != "order":
            positional.append(value)
        elif own in ours:
            keywords[own] = value
        elif place < len(order) and order[place] not in theirs:
            keywords[order[place]] = value
        else:
            raise FormulaError(
                f"{called(original)} with {key}= is not read here: it is called as {name}({', '.join(ours)})"
            )
    return positional, keywords
