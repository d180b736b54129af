"""The matrix: a row an operation, a column an oracle, in each cell the status and how strong the evidence is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from reports.summary import size, worst_ulps
from reports.vocabulary import ORACLES, STRENGTHS, WEAKEST_FIRST

Entry = Mapping[str, Any]


class Row(NamedTuple):
    """An operation with its checks in the order of the columns; None where an oracle was not asked."""

    operation: Entry
    cells: list[Entry | None]
    strength: str
    worst: str


class Group(NamedTuple):
    """The rows of one family."""

    family: str
    rows: list[Row]


def columns(operations: Sequence[Entry]) -> list[str]:
    """Return the oracles that were asked, in the order of this page, then those that it has not heard of."""
    asked = dict.fromkeys(c["oracle"] for o in operations for c in o["checks"])
    return [name for name in ORACLES if name in asked] + [name for name in asked if name not in ORACLES]


def groups(operations: Sequence[Entry]) -> list[Group]:
    """Return the rows by family, families and rows in the order of the record."""
    oracles = columns(operations)
    found: dict[str, list[Row]] = {}
    for operation in operations:
        found.setdefault(operation["family"], []).append(_row(operation, oracles))
    return [Group(family, rows) for family, rows in found.items()]


def _row(operation: Entry, oracles: Sequence[str]) -> Row:
    by_oracle = {c["oracle"]: c for c in operation["checks"]}
    cells = [by_oracle.get(name) for name in oracles]
    return Row(operation, cells, weakest(operation["checks"]), size(worst_ulps(operation["checks"])))


def weakest(checks: Sequence[Entry]) -> str:
    """Return the weakest strength among the checks that agree: a row is as strong as its weakest cell."""
    met = {c["strength"] for c in checks if c["status"] == "agree"}
    return next((s for s in WEAKEST_FIRST if s in met), "")


def badge(check: Entry) -> str:
    """Return the strength of an agreement as the cell shows it: P, E, or S and the number of points."""
    if check["status"] != "agree" or check["strength"] is None:
        return ""
    letter = STRENGTHS[check["strength"]].words
    if check["strength"] != "sample":
        return letter
    return f"{letter} {check['points'] if check['distinct'] is None else check['distinct']}"
