"""The top of the page: the verdict in a sentence, the numbers, and what needs a person's attention."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from reports.vocabulary import CLAIMS, VERDICTS

Entry = Mapping[str, Any]

GRAVEST_FIRST = ("error", "wrong", "disagree", "unstable", "undecided")
"""Verdicts and statuses that ask for a person, in the order in which they are listed."""


class Figure(NamedTuple):
    """A number of the header, with its name."""

    value: str
    name: str


def headline(record: Entry) -> str:
    """Return the verdict on the operations as a sentence; one on an interrupted run speaks of what it reached."""
    operations, partial = record["operations"], record["run"]["partial"]
    others = [o for o in operations if o["verdict"] != "right"]
    if not operations:
        nothing = "Interrupted before anything was judged." if partial else "Nothing was asked."
        said = _claims_sentence(record["claims"], partial=partial)
        return _interrupted(said, partial) if said else nothing
    reached = " reached" if partial else ""
    if not others:
        several = f"All {len(operations)} operations{reached} are right."
        return _interrupted(several if len(operations) > 1 else f"The operation{reached} is right.", partial)
    start = f"{len(operations) - len(others)} of {len(operations)} operations{reached} are right"
    by_verdict = {verdict: [o["id"] for o in others if o["verdict"] == verdict] for verdict in VERDICTS}
    named = [f"{_subject(ids, len(others) <= 3)} {_predicate(v)}" for v, ids in by_verdict.items() if ids]
    return _interrupted(f"{start}; {_listed(named)}.", partial)


def _interrupted(sentence: str, partial: bool) -> str:
    return f"Interrupted: {sentence[0].lower()}{sentence[1:]}" if partial else sentence


def _subject(ids: Sequence[str], by_name: bool) -> str:
    """Return who it is said of, with its verb: the names while they are few, then their number."""
    return f"{_listed(ids) if by_name else _count(len(ids))} {'is' if len(ids) == 1 else 'are'}"


def _predicate(verdict: str) -> str:
    return "not judged, because the checker failed" if verdict == "error" else VERDICTS[verdict].words


def lede(record: Entry) -> str:
    """Return what the headline leaves out: the sentences of the notes, and whether the run was cut short."""
    parts = []
    if record["operations"] and record["claims"]:
        parts.append(_claims_sentence(record["claims"], partial=record["run"]["partial"]))
    if record["run"]["partial"]:
        parts.append("What was not reached before the interruption is not on this page.")
    if record["run"]["selected"] is not None:
        parts.append("Only a selection was asked for.")
    return " ".join(parts)


def _claims_sentence(claims: Sequence[Entry], *, partial: bool) -> str:
    counts = Counter(c["verdict"] for c in claims)
    if not claims:
        return ""
    said = {
        "holds": ("holds as stated", "hold as stated"),
        "holds-if": ("holds on a condition", "hold on a condition"),
        "false": ("is false as stated", "are false as stated"),
        "not-checkable": ("cannot be checked", "cannot be checked"),
        "error": ("could not be judged", "could not be judged"),
    }
    named = [f"{_count(counts[v])} {said[v][counts[v] > 1]}" for v in CLAIMS if counts[v]]
    several, reached = "s" * (len(claims) > 1), " reached" * partial
    return f"Of {_count(len(claims))} sentence{several} of the notes{reached}, {_listed(named)}."


_NUMERALS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _count(count: int) -> str:
    """Return a count as prose writes it: in words below ten."""
    return _NUMERALS[count] if count < len(_NUMERALS) else str(count)


def _listed(words: Iterable[str]) -> str:
    parts = list(words)
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def figures(record: Entry) -> list[Figure]:
    """Return the numbers of the header, without times."""
    checks = [c for o in record["operations"] for c in o["checks"]]
    found = [Figure(_number(len(record["operations"])), "operations"), Figure(_number(len(checks)), "checks")]
    found += [
        Figure(_number(count), status)
        for status in ("disagree", "unstable", "undecided")
        if (count := sum(c["status"] == status for c in checks))
    ]
    found.append(Figure(_number(len(record["claims"])), "sentences of the notes"))
    if record["run"]["draws"] is not None:
        found.append(Figure(_number(record["run"]["draws"]), "points and draws"))
    worst = worst_ulps(c for c in checks if c["status"] == "agree")
    if worst is not None:
        found.append(Figure(size(worst), "worst ulp that agrees"))
    return [*found, Figure(str(record["run"]["seed"]), "seed"), Figure(record["run"]["profile"], "profile")]


def worst_ulps(checks: Iterable[Entry]) -> float | str | None:
    """Return the largest distance in ulps that any of the checks met; a word (inf) outweighs every number."""
    met = [c["worst"]["ulps"] for c in checks if c["worst"] and c["worst"]["ulps"] is not None]
    words = [u for u in met if isinstance(u, str)]
    return words[0] if words else max(met, default=None)


def _number(count: int) -> str:
    return f"{count:,}"


def size(value: float | str | None) -> str:
    """Return a magnitude to three digits, as a person writes it; words pass through."""
    if value is None or isinstance(value, str):
        return value or ""
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:.3g}" if abs(value) < 1e6 else f"{value:.2e}".replace("e+", "e")


def attention(record: Entry) -> list[tuple[Entry, list[Entry]]]:
    """Return the operations that are not right, gravest first, each with the checks that say so."""

    def gravity(operation: Entry) -> int:
        return GRAVEST_FIRST.index(operation["verdict"])

    grave = [o for o in record["operations"] if o["verdict"] in GRAVEST_FIRST]
    return [(o, _objecting(o)) for o in sorted(grave, key=gravity)]


def _objecting(operation: Entry) -> list[Entry]:
    return [c for status in GRAVEST_FIRST for c in operation["checks"] if c["status"] == status]


def command(record: Entry) -> str:
    """Return the line that runs the same again, as far as the record tells."""
    run = record["run"]
    words = [run["command"]]
    if run["selected"] is not None:
        words += [o["id"] for o in record["operations"]]
        words += [f"--claims {c['id']}" for c in record["claims"]]
    return " ".join([*words, f"--profile {run['profile']}", f"--seed {run['seed']}"])
