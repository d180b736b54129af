"""The judge: lifts programs into exact arithmetic, asks the oracles, returns a verdict with evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify.checking.api import check

__all__ = ["check"]


def __getattr__(name: str) -> Any:
    """Import `check` when it is asked for: the command line and the plugin start without SymPy and FLINT."""
    if name == "check":
        from verify.checking.api import check  # noqa: PLC0415 - heavy

        return check
    raise AttributeError(f"module 'verify' has no attribute {name!r}")
