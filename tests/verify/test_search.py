"""The search is a function of its seed, stops at the smallest objection, and reports the limits it hits."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass

from hypothesis import strategies as st

from verify.search import Observation, search
from verify.verdicts import Status


@dataclass(frozen=True)
class Point:
    value: int

    @property
    def key(self):
        return self.value


POINTS = st.integers(0, 1000).map(Point)


def run(judge, **limits):
    return search(POINTS, judge, **({"seed": 1, "examples": 60, "seconds": 60.0} | limits))


def agree(point):
    return Observation(Status.AGREE, digits=60 - point.value % 7, ulps=float(point.value))


def test_the_smallest_objection_is_found():
    outcome = run(lambda p: Observation(Status.DISAGREE if p.value > 42 else Status.AGREE))
    assert outcome.counterexample == Point(43)
    assert outcome.objection.status is Status.DISAGREE
    assert outcome.first.value >= 43


def test_the_same_seed_tries_the_same_points():
    assert [p.value for p in run(agree).tried] == [p.value for p in run(agree).tried]
    assert [p.value for p in run(agree, seed=2).tried] != [p.value for p in run(agree).tried]


def test_points_are_counted_and_the_worst_is_kept():
    outcome = run(agree)
    assert outcome.points == sum(outcome.counts.values()) > 0
    assert len(outcome.distinct) <= outcome.points
    assert outcome.worst_ulps[0] == max(p.value for p in outcome.tried)
    assert outcome.worst_digits[0] == min(60 - p.value % 7 for p in outcome.tried)


def test_running_out_of_time_is_said():
    outcome = run(agree, seconds=-1.0)
    assert outcome.timed_out
    assert outcome.points == 0


def test_shrinking_adds_nothing_to_the_evidence():
    outcome = run(lambda p: Observation(Status.DISAGREE if p.value > 10 else Status.AGREE))
    assert outcome.counts[Status.DISAGREE] == 1


def test_what_a_loaded_module_spells_out_does_not_change_the_draws(tmp_path, monkeypatch):
    before = [p.value for p in run(agree, examples=400).tried]
    source = tmp_path / "spelled_out.py"
    source.write_text(f"NUMBERS = {list(range(101, 1000))}\n", encoding="utf-8")
    spec = importlib.util.spec_from_file_location("spelled_out", source)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "spelled_out", module)
    assert [p.value for p in run(agree, examples=400).tried] == before
