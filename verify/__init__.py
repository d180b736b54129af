"""The judge: lifts programs into exact arithmetic, asks the oracles, returns a verdict with evidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify.checking.api import check
    from verify.identities.api import judge

__all__ = ["check", "judge"]

_HOMES = {"check": "verify.checking.api", "judge": "verify.identities.api"}


def __getattr__(name: str) -> Any:
    """Import `check` and `judge` when they are asked for: the command line starts without SymPy and FLINT."""
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'verify' has no attribute {name!r}")
