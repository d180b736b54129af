"""What a program calls in place of what no duck array reaches: `np.zeros`, `np.array` of a list, `math`, SciPy's code.

NEP 13 and NEP 18 bring NumPy's functions of arrays to traced ones, but not what makes arrays of sizes. So a copy of
the program runs, whose own names for such functions stand for ours; the program, NumPy and other threads stay as
they are.
"""

from __future__ import annotations

import functools
from types import BuiltinFunctionType, CellType, CodeType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from symbolic.tensors.calls import function
from symbolic.tensors.constants import constant
from symbolic.tensors.operands import argument, arranged, called, checked, holds, plain
from symbolic.tensors.vocabulary import call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symbolic.tensors.tracing import Trace

LIBRARIES = frozenset(("numpy", "scipy", "math"))
MAKERS: tuple[Any, ...] = (np.zeros, np.ones, np.empty, np.full, np.eye, np.identity, np.arange)
CALLABLES = (FunctionType, BuiltinFunctionType, MethodType, functools.partial, ModuleType)
MODULES = ("numpy", "numpy.linalg", "scipy", "scipy.special", "scipy.linalg", "math")


class Room:
    """A module of a library, as the program sees it."""

    def __init__(self, module: ModuleType, copies: Copies) -> None:
        self._module, self._copies = module, copies

    def __getattr__(self, name: str) -> Any:
        return self._copies.of(getattr(self._module, name))


class Copies:
    """Copies of a program's functions in which names of libraries stand for what takes symbols.

    Parameters
    ----------
    trace : Trace
        The run that they are for.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.known: dict[int, tuple[Any, Any]] = {}
        self.spaces: dict[int, dict[str, Any]] = {}

    def of(self, value: Any) -> Any:
        """Return what stands for a value: itself, unless it is a function of the program or of a library."""
        if not isinstance(value, CALLABLES):
            return value if not _is_dispatcher(value) else self._library(value)
        if id(value) not in self.known:
            self.known[id(value)] = (value, value)  # a function that names itself finds itself
            self.known[id(value)] = (value, self._made(value))
        return self.known[id(value)][1]

    def _made(self, value: Any) -> Any:
        if isinstance(value, functools.partial):
            return functools.partial(self.of(value.func), *value.args, **value.keywords)
        if isinstance(value, MethodType):
            return MethodType(self.of(value.__func__), value.__self__)
        if isinstance(value, ModuleType):
            return Room(value, self) if value.__name__ in MODULES else value
        if _library(value) in LIBRARIES:
            return self._library(value)
        return self._copied(value) if isinstance(value, FunctionType) and _is_own(value) else value

    def _library(self, value: Any) -> Any:
        """Return what stands for a function of NumPy, SciPy or `math`."""
        if any(value is maker for maker in MAKERS):
            return functools.partial(_filled, self.trace, value)
        if value is np.array:
            return functools.partial(_array, self.trace, value)
        # NumPy asks only an array for its own version of a function, and not a list of arrays: np.sum([x, y])
        if isinstance(value, np.ufunc) or (_library(value) == "numpy" and not _is_dispatcher(value)):
            return value
        return functools.partial(_applied, self.trace, value)

    # -- functions of the program ---------------------------------------------------------------------

    def _copied(self, value: FunctionType) -> FunctionType:
        cells = tuple(self._cell(cell) for cell in value.__closure__ or ())
        space = self.spaces.setdefault(id(value.__globals__), dict(value.__globals__))
        copy = FunctionType(value.__code__, space, value.__name__, value.__defaults__, cells)
        copy.__kwdefaults__, copy.__qualname__ = value.__kwdefaults__, value.__qualname__
        self.known[id(value)] = (value, copy)
        for name in _names(value.__code__):
            if name in value.__globals__:
                space[name] = self.of(value.__globals__[name])
        for old, new in zip(value.__closure__ or (), cells, strict=True):
            if new is not old and not _content(new):
                new.cell_contents = self.of(old.cell_contents)
        return copy

    def _cell(self, cell: CellType) -> CellType:
        """Return the cell itself, as it may be written to, unless it holds a function or a library."""
        content = _content(cell)
        if not content or not isinstance(content[0], CALLABLES):
            return cell
        return self.known.setdefault(id(cell), (cell, CellType()))[1]  # type: ignore[no-any-return]  # a cell


def _content(cell: CellType) -> list[Any]:
    try:
        return [cell.cell_contents]
    except ValueError:  # not assigned yet
        return []


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that a function and the functions in it read."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _library(value: Any) -> str:
    return str(getattr(value, "__module__", None) or "").partition(".")[0]


def _is_dispatcher(value: Any) -> bool:
    """Whether it is a function of SciPy or NumPy in a class of its own."""
    return (
        callable(value)
        and not isinstance(value, type)
        and _library(type(value)) in LIBRARIES
        and hasattr(value, "__name__")
    )


def _is_own(value: FunctionType) -> bool:
    """Whether a function is the program's own, and not one of an installed library."""
    return "-packages" not in value.__code__.co_filename and _library(value) not in ("symbolic", "verify", "numeric")


# -- what stands in -------------------------------------------------------------------------------------------


def _filled(trace: Trace, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Make an array: of symbolic sizes by the vocabulary; of plain ones a float array that symbols may be put into."""
    if holds(args) or holds(kwargs):
        return _filled_for_every_size(trace, original, args, kwargs)
    made = original(*args, **kwargs)
    if original is np.empty:  # what was in memory before is no number of the program
        made = np.zeros_like(made)
    if made.dtype.kind != "f" or original is np.arange or not made.size or not np.isfinite(made).all():
        return made
    with trace.noting():
        return trace.made(called(original), constant(made), made.astype(float))


def _filled_for_every_size(trace: Trace, original: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    trace.step()
    with trace.noting():
        name = {"empty": "zeros", "identity": "eye"}.get(original.__name__, original.__name__)
        positional, keywords = arranged(name, original, args, kwargs)
        words = {k: argument(trace, v) for k, v in keywords.items()}
        tensor = call(name, [argument(trace, a) for a in positional], words)
        maker = np.zeros if original is np.empty else original
        return trace.made(called(original), tensor, maker(*plain(args), **plain(kwargs)))


def _array(trace: Trace, original: Callable[..., Any], value: Any, *args: Any, **kwargs: Any) -> Any:
    """Make an array of a list of symbols."""
    if not isinstance(value, (list, tuple)) or not holds(value):
        return original(value, *args, **kwargs)
    trace.step()
    with trace.noting():
        checked("np.array", {"dtype": args[0]} if args else kwargs)
        tensor = call("array", [argument(trace, value)], {})
        return trace.made("np.array", tensor, np.array(plain(value), dtype=float))


def _applied(trace: Trace, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function of NumPy or `math`, or SciPy's own code, on symbols by the vocabulary."""
    if not (holds(args) or holds(kwargs)):
        return original(*args, **kwargs)
    return function(trace, original, args, kwargs)
