"""Examples follow an operation's definition: its shapes, its constraints, its domain, and no zero direction."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symbolic
from verify.examples import Draws, examples, simple_examples, size_choices
from verify.oracles.proof import concrete
from verify.subject import subjects

NAMES = list(symbolic.operations)


@settings(max_examples=15)
@pytest.mark.parametrize("name", NAMES)
@given(data=st.data(), moderate=st.booleans())
def test_an_example_lies_in_the_domain(name, data, moderate):
    example = data.draw(examples(subjects(name), Draws(moderate=moderate)))
    definition = example.subject.definition
    assert definition.admits(dict(example.sizes))
    for operand in definition.operands:
        x = example.arrays[operand.name]
        assert x.shape == concrete(operand.shape, dict(example.sizes))
        assert x.dtype == example.dtype
        assert all(definition.domain.allows(operand.name, v) for v in x.ravel().tolist())
        assert np.all(example.tangents[operand.name] != 0)
    assert example.out_bar.shape == concrete(definition.out.shape, dict(example.sizes))
    assert np.all(example.out_bar != 0)


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_can_be_drawn(name):
    for subject in subjects(name):
        assert size_choices(subject), subject.variant.label


@pytest.mark.parametrize("name", ["mul", "mm", "sum_axis", "control_flow"])
def test_plain_examples_come_smallest_first(name):
    found = list(simple_examples(subjects(name)))
    assert [e.weight for e in found] == sorted(e.weight for e in found)
    assert [e.dtype for e in found[:2]] == [np.float32, np.float64]


def test_zero_sizes_ties_and_huge_values_are_among_the_draws():
    seen = set()

    @settings(max_examples=400)
    @given(examples(subjects("mul"), Draws()))
    def collect(example):
        x = example.arrays["x"]
        seen.update(
            kind
            for kind, met in (
                ("empty", x.size == 0),
                ("huge", np.any(np.abs(x) > 1e30)),
                ("tie", x.size > len(np.unique(x))),
                ("zero", np.any(x == 0)),
                ("negative", np.any(x < 0)),
                ("long", max(x.shape, default=0) > 4),
            )
            if met
        )

    collect()
    assert seen == {"empty", "huge", "tie", "zero", "negative", "long"}


def test_the_words_of_an_example_name_values_parameters_and_dtype():
    example = next(iter(simple_examples(subjects("cumsum"))))
    assert example.words() == "x = [[0.]], axis = 0 (float32)"
