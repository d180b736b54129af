"""`run`: a NumPy program that somebody else wrote, run on exact numbers.

A duck array meets NumPy's functions (NEP 13 and NEP 18), but not what makes arrays out of nothing (`np.zeros`), not
the `math` module and not `float`. While a program runs, these names stand for functions that take exact numbers.
They do so for the program alone: a library that calls them, another thread, and the program when it runs on floats,
all meet the originals.
"""

from __future__ import annotations

import functools
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from verify.lift.array import Lifted
from verify.lift.ball import constant_ball
from verify.lift.builtin import lifted_float
from verify.lift.creation import PATCHES
from verify.lift.namespaces import MISSING, Place, places
from verify.lift.reading import PROGRAM, asked_by_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LOCK = threading.RLock()
_HELD: dict[tuple[int, str], tuple[int, Any]] = {}
"""How many runs need a place to hold what stands in, and what it held before."""


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
            return function(*args, **kwargs)
        finally:
            PROGRAM.reset(token)


def _stand_in(original: Any, replacement: Callable[..., Any]) -> Any:
    @functools.wraps(original)
    def called(*args: Any, **kwargs: Any) -> Any:
        if asked_by_program():
            return replacement(original, *args, **kwargs)
        return original(*args, **kwargs)

    return called


@functools.cache
def _replacements() -> dict[int, tuple[Any, Any]]:
    """Return what stands in for a function, by the identity of the original."""
    found: dict[int, tuple[Any, Any]] = {id(float): (float, lifted_float)}
    for module, names in PATCHES.items():
        for name, replacement in names.items():
            original = getattr(module, name, None)
            if original is not None and id(original) not in found:
                found[id(original)] = (original, _stand_in(original, replacement))
    return found


@functools.cache
def _known() -> dict[int, tuple[Any, Any]]:
    """Return what is looked for in namespaces: originals, and what stands in for them during another run."""
    pairs = _replacements().values()
    return {id(function): (function, None) for pair in pairs for function in pair}


@functools.cache
def _module_places() -> list[Place]:
    return [Place(vars(module), name) for module, names in PATCHES.items() for name in names if hasattr(module, name)]


@contextmanager
def _standing_in(function: Any) -> Iterator[None]:
    """Put the functions that stand in into their places, and the originals back when the last run is over."""
    replacements = _replacements()
    with _LOCK:
        wanted = [*_module_places(), *places(function, _known(), ("float",))]
        taken = [place for place in wanted if _take(place, replacements)]
    try:
        yield
    finally:
        with _LOCK:
            for place in taken:
                _give_back(place)


def _take(place: Place, replacements: dict[int, tuple[Any, Any]]) -> bool:
    """Put into a place what stands in for its function; return whether it now does."""
    count, before = _HELD.get(place.key, (0, None))
    if not count:
        before = place.get()
        original = float if before is MISSING else before
        if id(original) not in replacements:  # the program has put something else there
            return False
        place.put(replacements[id(original)][1])
    _HELD[place.key] = count + 1, before
    return True


def _give_back(place: Place) -> None:
    count, before = _HELD.pop(place.key)
    if count > 1:
        _HELD[place.key] = count - 1, before
    else:
        place.put(before)
