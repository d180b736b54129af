"""The JSON record of a run: what was judged, with what, and what was found (schema: reports/schema.json)."""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from verify.lift.ball import PRECISION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from verify.job import Finished

SCHEMA = "1.0"

_REQUIRED = ("numpy", "sympy", "python-flint", "hypothesis")
_WITNESSES = ("torch", "jax")


def version() -> str:
    """Return gradproof's own version."""
    return importlib.metadata.version("gradproof")


def environment() -> dict[str, Any]:
    """Return the versions that a result may depend on; a witness that is absent is None."""
    found: dict[str, Any] = {"python": platform.python_version()}
    found.update({name: importlib.metadata.version(name) for name in _REQUIRED})
    found.update({name: importlib.metadata.version(name) if find_spec(name) else None for name in _WITNESSES})
    found["platform"] = f"{platform.system()} {platform.machine()}"
    found["byteorder"] = sys.byteorder
    found["precision_bits"] = PRECISION
    return found


def assemble(finished: Sequence[Finished], run: dict[str, Any]) -> dict[str, Any]:
    """Return the whole record of a run from its finished tasks."""
    operations = [_result(f) for f in finished if f.task.kind == "operation"]
    claims = [_result(f) for f in finished if f.task.kind == "claim"]
    _link(operations, claims)
    return {
        "schema": SCHEMA,
        "tool": {"name": "gradproof", "version": version()},
        "run": {**run, "draws": _draws(operations, claims)},
        "environment": environment(),
        "operations": operations,
        "claims": claims,
    }


def _result(finished: Finished) -> dict[str, Any]:
    if finished.result is not None:
        return finished.result
    return _broken(finished.task.kind, finished.task.name, finished.error or "the worker ended without a word")


def _broken(kind: str, name: str, error: str) -> dict[str, Any]:
    """Return the entry of a task that the checker itself could not finish: an error, never a pass."""
    reason = f"The checker failed: {error}"
    entry: dict[str, Any] = {"id": name, "section": "", "verdict": "error", "reason": reason}
    if kind == "claim":
        return entry | {"statement": name, "formula": {"text": ""}, "operations": [], "floats": []}
    definition = {"signature": "", "math": {"text": ""}, "numeric": "", "domain": []}
    return entry | {"title": name, "family": "", "definition": definition, "checks": [], "claims": []}


def _link(operations: list[dict[str, Any]], claims: list[dict[str, Any]]) -> None:
    """Let every operation name the claims that are about it."""
    for operation in operations:
        operation["claims"] = [c["id"] for c in claims if operation["id"] in c["operations"]]


def _draws(operations: list[dict[str, Any]], claims: list[dict[str, Any]]) -> int:
    points = [int(check["points"]) for operation in operations for check in operation["checks"]]
    return sum(points) + sum(int(f["draws"]) for claim in claims for f in claim["floats"])


def started_now() -> str:
    """Return the time as the record writes it, in UTC and whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def exit_code(record: dict[str, Any], *, complete: bool) -> int:
    """Return the process's exit code: 0 only when nothing is wrong, unstable, broken or undecided."""
    verdicts = {entry["verdict"] for entry in (*record["operations"], *record["claims"])}
    if not complete:
        return 2
    if "error" in verdicts:
        return 3
    if verdicts & {"wrong", "unstable"}:
        return 1
    return 6 if "undecided" in verdicts else 0
