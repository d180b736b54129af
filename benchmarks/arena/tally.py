"""Count the answers: found, missed, condemned, undecided, time; a mistake is found only where its twin is accepted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.arena.tools import ACCEPTED, CONDEMNED, ERROR, UNDECIDED, UNSTABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from benchmarks.arena.case import Case
    from benchmarks.arena.runner import Answer


@dataclass
class Tally:
    """One tool in one dtype: how many, and which by name."""

    mistakes: int = 0
    found: int = 0
    rights: int = 0
    twins: int = 0
    seconds: float = 0.0
    asked: int = 0
    words: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)
    condemned: list[str] = field(default_factory=list)
    twins_condemned: list[str] = field(default_factory=list)
    unstable: list[str] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def found(case: Case, own: str, twin: str) -> bool:
    """Tell whether a tool told a mistake from its twin.

    The mistake is called wrong and the twin is not; "unstable" is as good where only digits are lost, and then the
    twin must be called right.
    """
    if own == CONDEMNED:
        return twin in (ACCEPTED, UNSTABLE)
    return own == UNSTABLE and case.floats_only and twin == ACCEPTED


def _line(answer: Answer) -> str:
    mark = " (twin)" if answer.question.twin else ""
    return f"{answer.question.case}{mark}: {answer.reason or answer.word}"


def _sort(tally: Tally, answer: Answer, *, right: bool) -> None:
    """Put one answer on the lists that it belongs to."""
    tally.asked += 1
    tally.seconds += answer.seconds
    tally.words[answer.word] += 1
    for word, names in ((UNDECIDED, tally.undecided), (ERROR, tally.errors)):
        if answer.word == word:
            names.append(_line(answer))
    if right and answer.word == UNSTABLE:
        tally.unstable.append(_line(answer))
    if right and answer.word == CONDEMNED:
        (tally.twins_condemned if answer.question.twin else tally.condemned).append(_line(answer))


def tallies(answers: Iterable[Answer], cases: Mapping[str, Case]) -> dict[tuple[str, str], Tally]:
    """Return a tally for each dtype and tool."""
    result: dict[tuple[str, str], Tally] = {}
    pairs: dict[tuple[str, str, str], dict[bool, Answer]] = {}
    for answer in answers:
        asked = answer.question
        tally = result.setdefault((asked.dtype, asked.tool), Tally())
        case = cases[asked.case]
        _sort(tally, answer, right=case.right or asked.twin)
        if case.right:
            tally.rights += 1
        else:
            pairs.setdefault((asked.dtype, asked.tool, asked.case), {})[asked.twin] = answer
    for (dtype, tool, name), pair in sorted(pairs.items()):
        tally = result[dtype, tool]
        tally.mistakes += 1
        tally.twins += 1
        own, twin = pair[False], pair[True]
        if found(cases[name], own.word, twin.word):
            tally.found += 1
        else:
            tally.missed.append(f"{name} [{cases[name].family}]: {own.word}, its twin {twin.word}")
    return result


def _share(part: int, whole: int) -> str:
    return f"{part:4d}/{whole:<4d}{100 * part / whole:5.1f} %" if whole else "      none     "


HEADER = (
    f"{'':12s}{'mistakes found':>18s}{'right condemned':>18s}{'twins condemned':>18s}{'undecided':>18s}{'time':>10s}"
)


def table(result: Mapping[tuple[str, str], Tally]) -> str:
    """Return the answers of all tools, side by side, a block a dtype."""
    lines = []
    for dtype in dict.fromkeys(dtype for dtype, _ in result):
        lines += ["", dtype, HEADER]
        for (kind, tool), t in result.items():
            if kind == dtype:
                cells = (
                    _share(t.found, t.mistakes), _share(len(t.condemned), t.rights),
                    _share(len(t.twins_condemned), t.twins), _share(len(t.undecided), t.asked),
                )  # fmt: skip
                lines.append(f"{tool:12s}" + "".join(f"{cell:>18s}" for cell in cells) + f"{t.seconds:8.1f} s")
    return "\n".join(lines)


LISTS = (
    ("mistakes missed", "missed"),
    ("right gradients condemned", "condemned"),
    ("right twins condemned", "twins_condemned"),
    ("right gradients called unstable", "unstable"),
    ("undecided", "undecided"),
    ("errors of the judge", "errors"),
)


def names(result: Mapping[tuple[str, str], Tally], tools: Iterable[str]) -> str:
    """Return every name that a tool missed, condemned or left open."""
    lines = []
    for (dtype, tool), tally in result.items():
        if tool in tools:
            for title, attribute in LISTS:
                listed = sorted(getattr(tally, attribute))
                if listed:
                    lines += ["", f"{tool}, {dtype}: {title} ({len(listed)})", *(f"  {name}" for name in listed)]
    return "\n".join(lines)
