"""`run`: a NumPy program that somebody else wrote, run on exact numbers.

A duck array meets NumPy's functions (NEP 13 and NEP 18), but not what makes arrays out of nothing (`np.zeros`), not
the `math` module and not `float`. While a program runs, its own names for these stand for what takes exact numbers:
`np` in the globals of its modules, `zeros` that it imported, a closure's cell, an `import` inside a function.
NumPy itself stays as it is: libraries, compiled code, and other threads meet the originals.
"""

from __future__ import annotations

import builtins
import functools
import math
import sys
import threading
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import FUNCTIONS, Lifted
from verify.lift.ball import constant_ball
from verify.lift.builtin import FLOAT_TYPES, lifted_float
from verify.lift.creation import PATCHES, holds_lifted
from verify.lift.iteration import OBJECTS, TAKE_LISTS, UfuncStandIn, gathers, marks
from verify.lift.namespaces import MISSING, Place, places
from verify.lift.plain import marked
from verify.lift.reading import LIBRARIES, PROGRAM
from verify.lift.scipy_linalg import SCIPY_LINALG
from verify.lift.scipy_special import SCIPY_SPECIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_LOCK = threading.RLock()
_HELD: dict[tuple[int, str], tuple[int, Any]] = {}
"""How many runs need a place to hold what stands in, and what it held before."""

_SCIPY: dict[str, dict[str, Any]] = {"scipy.special": SCIPY_SPECIAL, "scipy.linalg": SCIPY_LINALG}
"""SciPy's functions are met by name: nothing is imported that the program has not imported."""

_STANDINS: dict[int, tuple[Any, Any]] = {id(float): (float, lifted_float)}
"""What stands in for a function, a type or a module, by the identity of the original."""


def run(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a NumPy program with lifted arrays, and with NumPy's makers of arrays made to take exact numbers.

    Parameters
    ----------
    function : callable
        Anybody's NumPy function.
    *args, **kwargs
        Its arguments: lifted arrays (`verify.lift.lift`) where it takes floats.

    Returns
    -------
    object
        What the function returns, lifted where it depends on exact numbers.
    """
    constant = next((x.constant for x in (*args, *kwargs.values()) if isinstance(x, Lifted)), constant_ball)
    with _standing_in(function):
        token = PROGRAM.set(constant)
        try:
            arguments = [marked(x) if type(x) is np.ndarray and x.dtype.kind in "biu" else x for x in args]
            return _STANDINS.get(id(function), (function, function))[1](*arguments, **kwargs)
        finally:
            PROGRAM.reset(token)


# -- what stands in ----------------------------------------------------------------------------------------------------


def _stand_in(original: Any, replacement: Callable[..., Any]) -> Any:
    """Return what calls the replacement while a program runs here, and the original else."""

    @functools.wraps(original)
    def called(*args: Any, **kwargs: Any) -> Any:
        if PROGRAM.get() is None:
            return original(*args, **kwargs)
        return replacement(original, *args, **kwargs)

    return called


class _StandIn(ModuleType):
    """A module with some names standing for what takes exact numbers, and all others as they are."""

    def __init__(self, original: ModuleType, names: Mapping[str, Any]) -> None:
        super().__init__(original.__name__, original.__doc__)
        self.__dict__.update({**vars(original), **names})
        self.__dict__["_original"] = original

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_original"], name)


def _module_stand_in(module: Any, replacements: Mapping[str, Callable[..., Any]]) -> None:
    """Make what stands in for a module and for its functions."""
    names = {}
    for name, replacement in replacements.items():
        original = getattr(module, name, None)
        if original is not None and not isinstance(original, np.ufunc):
            _STANDINS.setdefault(id(original), (original, _stand_in(original, replacement)))
            names[name] = _STANDINS[id(original)][1]
    _STANDINS[id(module)] = module, _StandIn(module, names)


def _where_lifted(lifted: Callable[..., Any]) -> Callable[..., Any]:
    def called(original: Any, *args: Any, **kwargs: Any) -> Any:
        function = lifted if holds_lifted([*args, *kwargs.values()]) else original
        return function(*args, **kwargs)

    return called


def _prepare() -> None:
    """Make what stands in for NumPy and `math`, and for SciPy's modules when they have been imported."""
    for name, table in _SCIPY.items():
        module = sys.modules.get(name)
        if module is not None and id(module) not in _STANDINS:
            _module_stand_in(module, {key: _where_lifted(value) for key, value in table.items()})
            parent = sys.modules[name.partition(".")[0]]
            inner = {n.partition(".")[2]: _STANDINS[id(sys.modules[n])][1] for n in _SCIPY if n in sys.modules and id(sys.modules[n]) in _STANDINS}  # fmt: skip
            _STANDINS[id(parent)] = parent, _StandIn(parent, inner)
    if id(np) not in _STANDINS:
        _module_stand_in(math, PATCHES[math])
        _module_stand_in(np, {**_array_functions(), **PATCHES[np]})
        proxy = _STANDINS[id(np)][1]
        _module_stand_in(np.lib.stride_tricks, PATCHES[np.lib.stride_tricks])
        inner = _StandIn(np.lib, {"stride_tricks": _STANDINS[id(np.lib.stride_tricks)][1]})
        _STANDINS[id(np.lib)] = np.lib, inner
        proxy.__dict__.update(OBJECTS, lib=inner)
        for ufunc in {value for value in vars(np).values() if isinstance(value, np.ufunc)}:
            _STANDINS[id(ufunc)] = ufunc, UfuncStandIn(ufunc)
        for original, stand_in in FLOAT_TYPES.items():
            _STANDINS[id(original)] = original, stand_in
        proxy.__dict__.update({name: _STANDINS[id(value)][1] for name, value in vars(np).items() if id(value) in _STANDINS})


def _array_functions() -> dict[str, Callable[..., Any]]:
    """Return what stands in for NumPy's functions of arrays: a list with exact numbers in it is an array too."""
    named = {name: f for name, f in vars(np).items() if not isinstance(f, np.ufunc) and _is_known(f)}
    return {name: marks if name in TAKE_LISTS else gathers for name in named}


def _is_known(function: Any) -> bool:
    return callable(function) and not isinstance(function, type) and function in FUNCTIONS


@contextmanager
def _standing_in(function: Any) -> Iterator[None]:
    """Put what stands in into its places, and the originals back when the last run is over."""
    with _LOCK:
        _prepare()
        known = {id(one): (one, None) for pair in _STANDINS.values() for one in pair}
        wanted = [Place(vars(builtins), "__import__"), *places(function, known, ("float",))]
        taken = [place for place in wanted if _take(place)]
    try:
        yield
    finally:
        with _LOCK:
            for place in taken:
                _give_back(place)


def _take(place: Place) -> bool:
    """Put into a place what stands in for its function; return whether it now does."""
    count, before = _HELD.get(place.key, (0, None))
    if not count:
        before = place.get()
        original = float if before is MISSING else before
        if id(original) not in _STANDINS:  # the program has put something else there
            return False
        place.put(_STANDINS[id(original)][1])
    _HELD[place.key] = count + 1, before
    return True


def _give_back(place: Place) -> None:
    count, before = _HELD.pop(place.key)
    if count > 1:
        _HELD[place.key] = count - 1, before
    else:
        place.put(before)


def _imported(original: Any, name: str, names: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Import as Python does; a program gets what stands in for NumPy, `math` and SciPy."""
    module = original(name, names, *args, **kwargs)
    asking = str((names or {}).get("__name__", "")).partition(".")[0]
    if asking in LIBRARIES or asking in sys.stdlib_module_names - {"__main__"}:
        return module
    with _LOCK:
        _prepare()
    return _STANDINS.get(id(module), (module, module))[1]


_STANDINS[id(builtins.__import__)] = builtins.__import__, _stand_in(builtins.__import__, _imported)
