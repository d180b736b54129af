"""A limit stops an endless loop in any thread, and never fires after its block."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from verify.checking.limits import TimeLimitReached, limited


def endless():
    while True:
        pass


def deaf():
    while True:
        with contextlib.suppress(Exception):
            endless()


@pytest.mark.parametrize("program", [endless, deaf])
def test_an_endless_loop_is_stopped(program):
    with pytest.raises(TimeLimitReached), limited(0.01):
        program()


def test_a_loop_in_another_thread_is_stopped_there():
    seen = []

    def run():
        try:
            with limited(0.01):
                endless()
        except TimeLimitReached:
            seen.append(threading.current_thread().name)

    thread = threading.Thread(target=run, name="another")
    thread.start()
    thread.join(30)
    assert seen == ["another"]


def test_the_inner_of_two_limits_stops_the_inner_block_alone():
    with limited(60):
        with pytest.raises(TimeLimitReached), limited(0.01):
            endless()
        after = sum(range(1000))
    assert after == 499500


def test_a_limit_never_fires_after_its_block():
    for _ in range(3):
        with limited(0.0):
            pass
    time.sleep(0.5)
    assert sum(range(1000)) == 499500


def test_what_the_block_raises_passes_through():
    with pytest.raises(KeyError), limited(60):
        raise KeyError("mine")
