"""The trial: planted mistakes and right but difficult gradients, for our judge and three gradient checkers alike."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

from benchmarks.arena import cases

if TYPE_CHECKING:
    from benchmarks.arena.case import Case


def all_cases() -> tuple[Case, ...]:
    """Return every case of every room, in the order of the rooms' names."""
    rooms = sorted(module.name for module in pkgutil.iter_modules(cases.__path__))
    return tuple(case for room in rooms for case in importlib.import_module(f"{cases.__name__}.{room}").room.cases)
