"""The one door to the symbolic engine: what it proves and derives, or None where it is absent or silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import symbolic
from verify.checking.limits import TimeLimitReached, limited

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.identities.statement import Statement

SECONDS = 8.0
"""How long the engine is waited for."""


def proved(claim: Statement) -> bool:
    """Whether the engine proves the identity for every shape; silence and errors of it are no."""
    prove = getattr(symbolic, "prove", None)
    f, df, wrt, shapes, domains, space = claim.given
    return _asked(prove, f, df, wrt, shapes, domains or {}, space) is True


def derivative(claim: Statement) -> str | None:
    """Return the derivative that the engine derives, in its own notation, if it does."""
    f, _, wrt, shapes, *_rest = claim.given
    found = _asked(getattr(symbolic, "derive", None), f, wrt=wrt, shapes=shapes)
    result = getattr(found, "result", None)
    return None if result is None else str(result)


def _asked(function: Callable[..., Any] | None, *args: Any, **options: Any) -> Any:
    if function is None:
        return None
    try:
        with limited(SECONDS):
            return function(*args, **options)
    except TimeLimitReached:
        return None
    except Exception:  # noqa: BLE001 - the engine's silence is no verdict of ours
        return None
