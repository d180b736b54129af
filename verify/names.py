"""The error for a name that does not exist, with the nearest names that do."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from verify.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


def unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """Return the error for an unknown `name` of a `kind`, suggesting what is spelled like it."""
    near = difflib.get_close_matches(str(name), list(known), n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(repr(n) for n in near)}?" if near else " See 'gradproof list'."
    return UsageError(f"unknown {kind} {name!r}.{hint}")
