"""Run the arena: ``python -m benchmarks.arena``.

Every tool is asked about the same gradients at the same points. Printed side by side, a dtype a block: mistakes found
(only where the right twin is accepted), right gradients condemned, undecided, time; then each miss by name.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.arena import all_cases
from benchmarks.arena.case import DTYPES
from benchmarks.arena.runner import askable, put_all, questions
from benchmarks.arena.tally import names, table, tallies
from benchmarks.arena.tools import TOOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.arena.case import Case


def options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.arena", description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=list(TOOLS), help="ask this tool alone (may be repeated)")
    parser.add_argument("--dtype", action="append", choices=list(DTYPES), help="this dtype alone (may be repeated)")
    parser.add_argument("--family", action="append", help="cases of this family alone (may be repeated)")
    parser.add_argument("--room", action="append", help="cases of this module alone (may be repeated)")
    parser.add_argument("--case", action="append", help="this case alone (may be repeated)")
    parser.add_argument("--limit", type=float, default=25.0, help="seconds for a question (default 25)")
    parser.add_argument("--seed", type=int, default=0, help="seed of the draws (default 0)")
    parser.add_argument("-j", "--workers", type=int, default=1, help="processes (default 1)")
    parser.add_argument("--names", choices=["ours", "all", "none"], default="ours", help="whose misses to name")
    parser.add_argument("--json", type=Path, help="write every answer to this file")
    parser.add_argument("--list", action="store_true", help="name the cases and ask nobody")
    return parser.parse_args(arguments)


def chosen(given: argparse.Namespace) -> list[Case]:
    """Return the cases that the command line asks for; a name that is none ends in an error."""
    cases = all_cases()
    for option, attribute in (("family", "family"), ("room", "room"), ("case", "name")):
        wanted = getattr(given, option)
        if wanted:
            known = {getattr(case, attribute) for case in cases}
            unknown = sorted(set(wanted) - known)
            if unknown:
                raise SystemExit(f"--{option}: no {', '.join(unknown)}; one of {', '.join(sorted(known))}")
            cases = tuple(case for case in cases if getattr(case, attribute) in wanted)
    return list(cases)


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, count, print."""
    given = options(arguments)
    cases = chosen(given)
    if given.list:
        for case in cases:
            print(f"{'right  ' if case.right else 'mistake'} {case.name} [{case.family}] {case.reference}")
        return 0
    tools = []
    for name in given.only or TOOLS:
        reason = TOOLS[name].missing()
        print(f"{name} is not asked: {reason}", file=sys.stderr) if reason else tools.append(name)
    for case in cases:
        if not askable(case):
            print(f"{case.name} is not asked: {case.needs} is not installed", file=sys.stderr)
    asked = questions(tools, cases, given.dtype or DTYPES, given.limit, given.seed)
    answers = []
    for answer in put_all(asked, given.workers):
        answers.append(answer)
        if sys.stderr.isatty():
            print(f"\r{len(answers)} of {len(asked)}", end="", file=sys.stderr)
    order = {question: place for place, question in enumerate(asked)}
    answers.sort(key=lambda answer: order[answer.question])
    if given.json:
        given.json.write_text(json.dumps([asdict(answer) for answer in answers], indent=1), encoding="utf-8")
    result = tallies(answers, {case.name: case for case in cases})
    print(table(result))
    print(names(result, {"ours": ["gradproof"], "all": tools, "none": []}[given.names]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
