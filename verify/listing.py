"""The verb `list`: the catalogue without loading SymPy."""

from __future__ import annotations

import inspect
import json
from typing import Any

import numeric
from verify.claims import CLAIMS


def listing(*, as_json: bool = False) -> str:
    """Return the operations with their signatures and rules, and the claims with their statements."""
    operations = [_row(operation) for operation in numeric.operations.values()]
    claims = [{"id": c.id, "section": c.section, "statement": c.statement} for c in CLAIMS.values()]
    if as_json:
        return json.dumps({"operations": operations, "claims": claims}, indent=2, ensure_ascii=False)
    wide = max(len(row["id"]) for row in operations)
    lines = [f"{len(operations)} operations"]
    lines += [f"  {row['id']:<{wide}}  {row['signature']:<28} rules: {', '.join(row['rules'])}" for row in operations]
    wide = max(len(row["id"]) for row in claims)
    lines += ["", f"{len(claims)} sentences of the notes"]
    lines += [f"  {row['id']:<{wide}}  {row['section']:<6} {row['statement']}" for row in claims]
    return "\n".join(lines)


def _row(operation: Any) -> dict[str, Any]:
    signature = str(inspect.signature(operation.function)).replace("torch.", "")
    return {"id": operation.name, "signature": signature, "rules": list(operation.rules)}
