"""`run`: a NumPy program that somebody else wrote, run on exact numbers.

A duck array meets NumPy's functions (NEP 13 and NEP 18), but not what makes arrays out of nothing (`np.zeros`), not
the `math` module and not `float`. While a program runs, these names stand for functions that take exact numbers.
They do so for the program alone: a library that calls them, another thread, and the program when it runs on floats,
all meet the originals.
"""

from __future__ import annotations

import functools
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.array import Lifted
from verify.lift.ball import constant_ball
from verify.lift.builtin import lifted_float
from verify.lift.creation import PATCHES, holds_lifted
from verify.lift.namespaces import MISSING, Place, places
from verify.lift.reading import PROGRAM, asked_by_program
from verify.lift.scipy_linalg import SCIPY_LINALG
from verify.lift.scipy_special import SCIPY_SPECIAL

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

    called.stands_in_for = original  # type: ignore[attr-defined]
    return called


_MADE: dict[int, tuple[Any, Any]] = {}


def _tables() -> tuple[Any, ...]:
    """Return the modules with functions that something stands in for, as far as they are imported."""
    return tuple((module, names) for module, names in PATCHES.items()) + tuple(
        (sys.modules[name], {key: _where_lifted(value) for key, value in table.items()})
        for name, table in _SCIPY.items()
        if name in sys.modules
    )


_SCIPY: dict[str, dict[str, Any]] = {"scipy.special": SCIPY_SPECIAL, "scipy.linalg": SCIPY_LINALG}
"""SciPy's functions are met by name: nothing is imported that the program has not imported."""


def _where_lifted(lifted: Callable[..., Any]) -> Callable[..., Any]:
    def called(original: Any, *args: Any, **kwargs: Any) -> Any:
        function = lifted if holds_lifted([*args, *kwargs.values()]) else original
        return function(*args, **kwargs)

    return called


@functools.lru_cache(4)
def _standins(loaded: int) -> tuple[dict[int, tuple[Any, Any]], list[Place], dict[int, tuple[Any, Any]]]:
    """Return what stands in for a function by the identity of the original, where, and all that is met in namespaces.

    What is met are originals, and what stands in for them while another run is on.
    """
    del loaded  # made anew when another of the modules is imported
    spots = []
    for module, names in _tables():
        for name, replacement in names.items():
            function = getattr(module, name, None)
            if function is not None and not isinstance(function, np.ufunc):
                spots.append(Place(vars(module), name))
                original = getattr(function, "stands_in_for", function)  # another run is on
                _MADE.setdefault(id(original), (original, _stand_in(original, replacement)))
    found = {id(float): (float, lifted_float), **_MADE}
    return found, spots, {id(function): (function, None) for pair in found.values() for function in pair}


@contextmanager
def _standing_in(function: Any) -> Iterator[None]:
    """Put the functions that stand in into their places, and the originals back when the last run is over."""
    with _LOCK:
        replacements, spots, known = _standins(sum(name in sys.modules for name in _SCIPY))
        wanted = [*spots, *places(function, known, ("float",))]
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
