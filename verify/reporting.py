"""The verb `report`: choose what to judge, run it with a progress bar, write the record and the page, sum up."""

from __future__ import annotations

import fnmatch
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

import numeric
import reports
from reports.summary import headline, lede
from verify.claims import CLAIMS
from verify.errors import UsageError
from verify.job import Finished, Task, run
from verify.names import unknown
from verify.record import assemble, exit_code, started_now
from verify.trial import ORACLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from verify.profiles import Profile


@dataclass(frozen=True)
class Request:
    """What the command line asked for; empty selections mean everything."""

    operations: tuple[str, ...]
    claims: tuple[str, ...]
    oracles: tuple[str, ...]
    out: Path
    seed: int
    profile: Profile
    jobs: int | None = None


def run_report(request: Request) -> int:
    """Run the main job and return the exit code.

    Raises
    ------
    UsageError
        An operation, claim or oracle does not exist, or the folder cannot be written.
    """
    tasks = planned(request)
    _writable(request.out)
    started, clock = started_now(), time.perf_counter()
    finished, complete = _with_progress(tasks, request.jobs)
    details = {
        "command": "gradproof report",
        "selected": sorted({t.name for t in tasks}) if request.operations or request.claims else None,
        "seed": request.seed,
        "profile": request.profile.name,
        "started": started,
        "duration_s": round(time.perf_counter() - clock, 1),
        "partial": not complete,
        "exit": 0,
    }
    record = assemble(finished, details)
    record["run"]["exit"] = exit_code(record, complete=complete)
    paths = reports.write(record, request.out)
    _sum_up(record, paths)
    return int(record["run"]["exit"])


def planned(request: Request) -> list[Task]:
    """Return the tasks, operations first: the long ones start early, and the record keeps this order."""
    oracles = tuple(_chosen("oracle", request.oracles, ORACLES)) if request.oracles else None
    operations = _chosen("operation", request.operations, numeric.operations)
    claims = _chosen("claim", request.claims, CLAIMS)
    if request.operations and not request.claims:
        claims = []
    if request.claims and not request.operations:
        operations = []
    if oracles and not request.claims:
        claims = []
    tasks = [Task("operation", name, request.seed, request.profile, oracles) for name in operations]
    return tasks + [Task("claim", name, request.seed, request.profile) for name in claims]


def _chosen(kind: str, patterns: Sequence[str], known: Iterable[str]) -> list[str]:
    names = list(known)
    for pattern in patterns:
        if not fnmatch.filter(names, pattern):
            raise unknown(kind, pattern, names)
    return [n for n in names if not patterns or any(fnmatch.fnmatchcase(n, p) for p in patterns)]


def _writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):  # a folder that exists may still refuse files
            pass
    except OSError as error:
        raise UsageError(f"--out {out}: {error.strerror}; give a folder that can be written") from None


def _with_progress(tasks: list[Task], jobs: int | None) -> tuple[list[Finished], bool]:
    console = Console(stderr=True)
    if not console.is_terminal:
        return run(tasks, jobs=jobs, progress=_lines(len(tasks)))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        shown = bar.add_task("verifying", total=len(tasks))
        return run(tasks, jobs=jobs, progress=lambda f: bar.update(shown, advance=1, description=f.task.name))


def _lines(total: int) -> Callable[[Finished], None]:
    """Without a terminal: a line every tenth of the way, on stderr."""
    done = 0

    def progress(finished: Finished) -> None:
        nonlocal done
        done += 1
        if done % max(1, total // 10) == 0 or done == total:
            sys.stderr.write(f"gradproof: {done} of {total} judged, last {finished.task.name}\n")

    return progress


# -- the one-screen summary ----------------------------------------------------------------------------------


def _sum_up(record: dict[str, Any], paths: tuple[Path, Path]) -> None:
    console = Console()
    console.print(f"{headline(record)} {lede(record)}".strip(), style="bold", highlight=False)
    for entry in _attention(record)[:8]:
        console.print(f"  {entry['verdict']:>9}  {entry['id']}: {entry['reason']}", highlight=False, markup=False)
    console.print(_table(record))
    console.print(_numbers(record), highlight=False)
    for path in reversed(paths):
        console.print(f"  {path}", highlight=False, soft_wrap=True)


def _attention(record: dict[str, Any]) -> list[dict[str, Any]]:
    serious = {"wrong", "unstable", "undecided", "error"}
    return [e for e in (*record["operations"], *record["claims"]) if e["verdict"] in serious]


def _table(record: dict[str, Any]) -> Table:
    """Count the checks by oracle and status."""
    statuses = sorted({c["status"] for o in record["operations"] for c in o["checks"]})
    table = Table("oracle", *statuses, "points", box=None, pad_edge=False)
    for oracle in dict.fromkeys(c["oracle"] for o in record["operations"] for c in o["checks"]):
        checks = [c for o in record["operations"] for c in o["checks"] if c["oracle"] == oracle]
        counts = [str(sum(c["status"] == s for c in checks) or "-") for s in statuses]
        table.add_row(oracle, *counts, f"{sum(c['points'] for c in checks):,}")
    return table


def _numbers(record: dict[str, Any]) -> str:
    run_ = record["run"]
    return f"{run_['draws']:,} draws, seed {run_['seed']}, profile {run_['profile']}, {run_['duration_s']} s"
