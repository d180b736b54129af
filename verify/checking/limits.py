"""A limit of time on somebody else's program: a loop that does not end is stopped, and said to be endless."""

from __future__ import annotations

import ctypes
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

EVERY = 0.2
"""Seconds between two looks at the time: a limit is met to within as much."""


class TimeLimitReached(BaseException):
    """Raised inside a program that ran for longer than it may; no `except Exception` of the program swallows it."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise `TimeLimitReached` in this thread once `seconds` have passed inside the block.

    A watchman in another thread asks the interpreter to raise it, so it works in every thread and on every system; a
    single call into compiled code is stopped when it returns.
    """
    watch = _Watch(threading.get_ident(), time.monotonic() + seconds)
    _WATCHMAN.begin(watch)
    try:
        yield
    finally:
        _WATCHMAN.end(watch)


class _Watch:
    """One block: whose it is, until when it may run, and whether it was stopped."""

    __slots__ = ("deadline", "fired", "thread")

    def __init__(self, thread: int, deadline: float) -> None:
        self.thread = ctypes.c_ulong(thread)
        self.deadline = deadline
        self.fired = False


class _Watchman:
    """Looks at the blocks that are running every `EVERY` seconds; one thread for all, idle while there is none."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.busy = threading.Event()
        self.watches: set[_Watch] = set()
        self.thread: threading.Thread | None = None

    def begin(self, watch: _Watch) -> None:
        with self.lock:
            self.watches.add(watch)
            if self.thread is None or not self.thread.is_alive():  # after a fork the thread is gone
                self.thread = threading.Thread(target=self._look, name="gradproof-watchman", daemon=True)
                self.thread.start()
        if not self.busy.is_set():
            self.busy.set()

    def end(self, watch: _Watch) -> None:
        with self.lock:
            self.watches.discard(watch)
            if watch.fired:  # an exception that is still on its way is called back
                ctypes.pythonapi.PyThreadState_SetAsyncExc(watch.thread, None)

    def _look(self) -> None:
        while True:
            self.busy.wait()
            time.sleep(EVERY)
            now = time.monotonic()
            with self.lock:
                for watch in self.watches:
                    if now > watch.deadline and not watch.fired:
                        watch.fired = True
                        ctypes.pythonapi.PyThreadState_SetAsyncExc(watch.thread, ctypes.py_object(TimeLimitReached))
                if not self.watches:
                    self.busy.clear()


_WATCHMAN = _Watchman()
