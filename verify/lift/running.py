"""`run`: a NumPy program that somebody else wrote, run on exact numbers.

A duck array meets NumPy's functions (NEP 13 and NEP 18), but not what makes arrays out of nothing (`np.zeros`), not
the `math` module and not `float`. While a program runs, its own names for these stand for what takes exact numbers:
`np` in the globals of its modules, `zeros` that it imported, a closure's cell, an `import` inside a function.
NumPy itself stays as it is: libraries, compiled code, and other threads meet the originals.
"""

from __future__ import annotations

import builtins
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.errors import OpaqueError
from verify.lift.array import Lifted
from verify.lift.ball import constant_ball
from verify.lift.namespaces import MISSING, Place, places
from verify.lift.plain import marked
from verify.lift.reading import PROGRAM
from verify.lift.standing import STANDINS, met, prepare, stand_in

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

    Raises
    ------
    OpaqueError
        The program does what cannot be lifted: the message names it, and the program's line.
    """
    constant = next((x.constant for x in (*args, *kwargs.values()) if isinstance(x, Lifted)), constant_ball)
    with _standing_in(function):
        token = PROGRAM.set(constant)
        try:
            arguments = [marked(x) if type(x) is np.ndarray and x.dtype.kind in "biu" else x for x in args]
            return stand_in(function)(*arguments, **kwargs)
        except ValueError as error:
            if isinstance(error.__cause__, OpaqueError):  # NumPy wraps what an entry raises when it is written
                raise error.__cause__ from None
            raise
        finally:
            PROGRAM.reset(token)


@contextmanager
def _standing_in(function: Any) -> Iterator[None]:
    """Put what stands in into its places, and the originals back when the last run is over."""
    with _LOCK:
        prepare()
        wanted = [Place(vars(builtins), "__import__"), *places(function, met(), ("float",))]
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
        if id(original) not in STANDINS:  # the program has put something else there
            return False
        place.put(STANDINS[id(original)][1])
    _HELD[place.key] = count + 1, before
    return True


def _give_back(place: Place) -> None:
    count, before = _HELD.pop(place.key)
    if count > 1:
        _HELD[place.key] = count - 1, before
    else:
        place.put(before)
