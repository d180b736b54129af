"""The main job: every check of every operation and every claim, on all cores, in a fixed order."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from verify.profiles import Profile


@dataclass(frozen=True)
class Task:
    """One unit of work: ``kind`` is "operation" or "claim"."""

    kind: str
    name: str
    seed: int
    profile: Profile
    oracles: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Finished:
    """A task with its part of the record, or the words of the exception that ended it."""

    task: Task
    result: dict[str, Any] | None
    error: str | None


def work(task: Task) -> dict[str, Any]:
    """Judge one operation or one claim, and return its part of the record."""
    if task.kind == "claim":
        from verify.claims import judge_claim  # noqa: PLC0415 - a worker loads only what its task needs

        return judge_claim(task.name, seed=task.seed, draws=task.profile.draws)
    from verify.trial import judge_operation  # noqa: PLC0415 - likewise

    return judge_operation(task.name, seed=task.seed, profile=task.profile, oracles=task.oracles)


def run(
    tasks: Sequence[Task],
    *,
    jobs: int | None = None,
    progress: Callable[[Finished], None] = lambda _: None,
) -> tuple[list[Finished], bool]:
    """Run the tasks on `jobs` processes.

    Returns
    -------
    finished : list of Finished
        In the order of `tasks`, whatever the order in which they ended.
    complete : bool
        False when Ctrl-C cut the run short: `finished` then holds what there was.
    """
    jobs = min(jobs or os.cpu_count() or 1, len(tasks))
    found: dict[int, Finished] = {}
    # spawn: a forked child would inherit the threads of whatever library the caller has loaded
    context = multiprocessing.get_context("spawn")
    before = set(multiprocessing.active_children())
    with ProcessPoolExecutor(jobs, context, signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        try:
            with _interrupts_held():
                futures = {pool.submit(work, task): k for k, task in enumerate(tasks)}
            _collect(futures, tasks, found, progress)
        except KeyboardInterrupt:
            for worker in set(multiprocessing.active_children()) - before:
                worker.terminate()  # else the pool waits for what they are at, however long that takes
            pool.shutdown(wait=False, cancel_futures=True)
            return [found[k] for k in sorted(found)], False
    return [found[k] for k in sorted(found)], True


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while workers start: it is the parent's to answer, and a child inherits what is blocked."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    kept = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, kept)


def _collect(
    futures: dict[Future[dict[str, Any]], int],
    tasks: Sequence[Task],
    found: dict[int, Finished],
    progress: Callable[[Finished], None],
) -> None:
    pending = set(futures)
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        for future in sorted(done, key=futures.__getitem__):
            k = futures[future]
            found[k] = _finished(tasks[k], future)
            progress(found[k])


def _finished(task: Task, future: Future[dict[str, Any]]) -> Finished:
    error = future.exception()
    if error is None:
        return Finished(task, future.result(), None)
    return Finished(task, None, f"{type(error).__name__}: {error}")
