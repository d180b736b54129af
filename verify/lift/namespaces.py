"""Where a program holds a function by a name of its own: its modules' globals and its closures."""

from __future__ import annotations

import functools
import sys
import weakref
from types import CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.lift.creation import vectorized
from verify.lift.reading import LIBRARIES
from verify.lift.standing import STANDINS

if TYPE_CHECKING:
    from collections.abc import Mapping

MISSING = object()

MOST_ITEMS = 200
"""So many entries of a table are looked through for functions."""


class Place:
    """A name in a namespace, or a closure's cell, that holds a function."""

    __slots__ = ("holder", "name")

    def __init__(self, holder: Any, name: str) -> None:
        self.holder = holder
        self.name = name

    @property
    def key(self) -> tuple[int, str]:
        """What tells places apart."""
        return id(self.holder), self.name

    def get(self) -> Any:
        """Return what is held."""
        if isinstance(self.holder, CellType):
            return self.holder.cell_contents
        return self.holder.get(self.name, MISSING)

    def put(self, value: Any) -> None:
        """Hold another value, or none."""
        if isinstance(self.holder, CellType):
            self.holder.cell_contents = value
        elif value is MISSING:
            self.holder.pop(self.name, None)
        else:
            self.holder[self.name] = value


class _Walk:
    """A walk through everything that a program can name."""

    def __init__(self, known: Mapping[int, Any], injected: tuple[str, ...]) -> None:
        self.known = known
        self.injected = injected
        self.found: list[Place] = []
        self.namespaces: list[dict[str, Any]] = []
        self.seen: set[int] = set()
        self.roots: set[str] = set()

    def start(self, function: Any) -> None:
        module = getattr(function, "__module__", None) or type(function).__module__
        self.roots.add(module.partition(".")[0])
        self.visit(function)
        if not isinstance(function, FunctionType):
            self.visit(type(function))

    def visit(self, value: Any) -> None:
        if id(value) in self.seen:
            return
        self.seen.add(id(value))
        if isinstance(value, FunctionType):
            self._function(value)
        elif isinstance(value, MethodType):
            self.visit(value.__func__)
            self.visit(type(value.__self__))
        elif isinstance(value, functools.partial):
            self.start(value.func)
        elif isinstance(value, type):
            module = sys.modules.get(value.__module__)
            if module is not None:
                self._namespace(vars(module))
        elif isinstance(value, ModuleType):
            self._namespace(vars(value))

    def _function(self, function: FunctionType) -> None:
        self._namespace(function.__globals__)
        for cell in function.__closure__ or ():
            try:
                content = cell.cell_contents
            except ValueError:  # not yet assigned
                continue
            self._meet(cell, "", content)

    def _namespace(self, names: dict[str, Any]) -> None:
        if id(names) in self.seen or not self._own(names):
            return
        self.seen.add(id(names))
        self.namespaces.append(names)
        for name, value in list(names.items()):
            self._meet(names, name, value)
        self.found += [Place(names, name) for name in self.injected if name not in names]

    def _meet(self, holder: Any, name: str, value: Any) -> None:
        if type(value) is np.vectorize:  # made before the run, by numpy.vectorize as a decorator
            STANDINS.setdefault(id(value), (value, vectorized(np.vectorize, value.pyfunc)))
            self.visit(value.pyfunc)
            self.found.append(Place(holder, name))
        elif self.known.get(id(value)) is value:
            self.found.append(Place(holder, name))
        elif isinstance(value, (FunctionType, MethodType, ModuleType, type, functools.partial)):
            self.visit(value)
        elif isinstance(value, (dict, list, tuple)):
            for item in list(value.values() if isinstance(value, dict) else value)[:MOST_ITEMS]:
                if isinstance(item, (FunctionType, MethodType)):
                    self.visit(item)
        else:
            self.visit(type(value))

    def _own(self, names: dict[str, Any]) -> bool:
        """Return whether a module is the program's own: not a library that it merely imports."""
        top = str(names.get("__name__", "")).partition(".")[0]
        if top in LIBRARIES or (top in sys.stdlib_module_names and top != "__main__"):
            return False
        return top in self.roots or "-packages" not in str(names.get("__file__", ""))


_WALKS: weakref.WeakKeyDictionary[Any, tuple[int, _Walk]] = weakref.WeakKeyDictionary()


def places(function: Any, known: Mapping[int, Any], injected: tuple[str, ...]) -> list[Place]:
    """Return every place from which a program reaches one of the known functions by a name of its own.

    Parameters
    ----------
    function : callable
        The program.
    known : mapping
        What is looked for, by its identity.
    injected : tuple of str
        Builtins that every namespace of the program gets under their own name.
    """
    try:
        names, walk = _WALKS.get(function, (-1, None))
        if walk is not None and names == _count(walk) and walk.known is known:
            return walk.found
    except TypeError:  # a callable that cannot be remembered is walked anew
        pass
    walk = _Walk(known, injected)
    walk.start(function)
    if isinstance(function, FunctionType):
        _WALKS[function] = _count(walk), walk
    return walk.found


def _count(walk: _Walk) -> int:
    return sum(len(names) - sum(name in names for name in walk.injected) for names in walk.namespaces)
