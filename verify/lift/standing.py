"""What stands in for NumPy, `math`, SciPy and `float` in a program that runs on exact numbers, made once."""

from __future__ import annotations

import builtins
import functools
import math
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import FUNCTIONS
from verify.lift.builtin import FLOAT_TYPES, lifted_float
from verify.lift.creation import PATCHES, holds_lifted
from verify.lift.iteration import OBJECTS, TAKE_LISTS, UfuncStandIn, gathers, marks
from verify.lift.reading import LIBRARIES, PROGRAM
from verify.lift.scipy_linalg import SCIPY_LINALG
from verify.lift.scipy_special import SCIPY_SPECIAL

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SCIPY: dict[str, dict[str, Any]] = {"scipy.special": SCIPY_SPECIAL, "scipy.linalg": SCIPY_LINALG}
"""SciPy's functions are met by name: nothing is imported that the program has not imported."""

STANDINS: dict[int, tuple[Any, Any]] = {id(float): (float, lifted_float)}
"""What stands in for a function, a type or a module, by the identity of the original."""


def stand_in(value: Any) -> Any:
    """Return what stands in for a value, or the value itself."""
    return STANDINS.get(id(value), (value, value))[1]


@functools.lru_cache(1)
def _met(count: int) -> dict[int, Any]:
    del count  # the table only grows
    return {id(one): one for pair in STANDINS.values() for one in pair}


def met() -> dict[int, Any]:
    """Return all that is looked for in namespaces, by identity: originals, and what stands in for them elsewhere."""
    return _met(len(STANDINS))


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
        self._original = original

    def __getattr__(self, name: str) -> Any:
        return getattr(self._original, name)


def _module_stand_in(module: Any, replacements: Mapping[str, Callable[..., Any]]) -> None:
    """Make what stands in for a module and for its functions."""
    names = {}
    for name, replacement in replacements.items():
        original = getattr(module, name, None)
        if original is not None and not isinstance(original, np.ufunc):
            STANDINS.setdefault(id(original), (original, _stand_in(original, replacement)))
            names[name] = STANDINS[id(original)][1]
    STANDINS[id(module)] = module, _StandIn(module, names)


def _where_lifted(lifted: Callable[..., Any]) -> Callable[..., Any]:
    def called(original: Any, *args: Any, **kwargs: Any) -> Any:
        function = lifted if holds_lifted([*args, *kwargs.values()]) else original
        return function(*args, **kwargs)

    return called


def prepare() -> None:
    """Make what stands in for NumPy and `math`, and for SciPy's modules when they have been imported."""
    loaded = [name for name in _SCIPY if name in sys.modules]
    for name in loaded:
        if id(sys.modules[name]) not in STANDINS:
            _module_stand_in(sys.modules[name], {key: _where_lifted(value) for key, value in _SCIPY[name].items()})
            inner = {n.partition(".")[2]: stand_in(sys.modules[n]) for n in loaded}
            STANDINS[id(sys.modules["scipy"])] = sys.modules["scipy"], _StandIn(sys.modules["scipy"], inner)
    if id(np) not in STANDINS:
        _module_stand_in(math, PATCHES[math])
        _prepare_numpy()


def _prepare_numpy() -> None:
    _module_stand_in(np.lib.stride_tricks, PATCHES[np.lib.stride_tricks])
    library = _StandIn(np.lib, {"stride_tricks": stand_in(np.lib.stride_tricks)})
    STANDINS[id(np.lib)] = np.lib, library
    for module in (np.linalg, np.fft):
        _module_stand_in(module, _array_functions(module))
    for ufunc in {value for value in vars(np).values() if isinstance(value, np.ufunc)}:
        STANDINS[id(ufunc)] = ufunc, UfuncStandIn(ufunc)
    for original, replacement in FLOAT_TYPES.items():
        STANDINS[id(original)] = original, replacement
    _module_stand_in(np, {**_array_functions(np), **PATCHES[np]})
    inner = {name: stand_in(value) for name, value in vars(np).items() if id(value) in STANDINS}
    stand_in(np).__dict__.update({**inner, **OBJECTS})


def _array_functions(module: Any) -> dict[str, Callable[..., Any]]:
    """Return what stands in for NumPy's functions of arrays: a list with exact numbers in it is an array too."""
    named = {name: f for name, f in vars(module).items() if not isinstance(f, np.ufunc) and _is_known(f)}
    return {name: marks if name in TAKE_LISTS else gathers for name in named}


def _is_known(function: Any) -> bool:
    return callable(function) and not isinstance(function, type) and function in FUNCTIONS


def _imported(original: Any, name: str, names: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Import as Python does; a program gets what stands in for NumPy, `math` and SciPy."""
    module = original(name, names, *args, **kwargs)
    asking = str((names or {}).get("__name__", "")).partition(".")[0]
    if asking in LIBRARIES or asking in sys.stdlib_module_names - {"__main__"}:
        return module
    prepare()
    return stand_in(module)


STANDINS[id(builtins.__import__)] = builtins.__import__, _stand_in(builtins.__import__, _imported)
