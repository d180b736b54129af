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


COMMON = ("title", "compares", "independent_of", "bound", "reproduce")


def shared(operations: Sequence[Entry]) -> dict[str, dict[str, Any]]:
    """Return what all checks of an oracle say alike of how they judge: it is printed once, under Method.

    In the line that runs a check again, OP stands for the operation's name.
    """
    said: dict[str, list[dict[str, Any]]] = {name: [] for name in (*ORACLES, *columns(operations))}
    for operation in operations:
        for check in operation["checks"]:
            said[check["oracle"]].append(_words(operation, check))
    return {name: {key: _alike([s[key] for s in all_]) for key in COMMON} for name, all_ in said.items()}


def own_words(operation: Entry, check: Entry, common: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a check says of how it judges that not all checks of its oracle say."""
    words = _words(operation, check)
    return {key: check[key] if words[key] != common[key] else None for key in COMMON}


def _words(operation: Entry, check: Entry) -> dict[str, Any]:
    again = check["reproduce"].replace(f" {operation['id']} ", " OP ")
    return {key: again if key == "reproduce" else check[key] for key in COMMON}


def _alike(said: list[Any]) -> Any:
    return said[0] if said and all(s == said[0] for s in said) else None


def alike(details: Sequence[Entry]) -> list[tuple[str, str, list[str]]]:
    """Return what the parts of a check came to, each status and text once, with the parts of which it is said."""
    found: dict[tuple[str, str], list[str]] = {}
    for detail in details:
        found.setdefault((detail["status"], detail["text"]), []).append(detail["label"])
    return [(status, text, labels) for (status, text), labels in found.items()]


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
