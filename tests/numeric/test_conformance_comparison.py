"""The comparison of programs notices what it is there to notice: PyTorch against itself, altered."""

from __future__ import annotations

import numpy as np
import pytest


class Altered:
    """A module with one function replaced."""

    def __init__(self, module, **functions):
        self._module = module
        self.__dict__.update(functions)

    def __getattr__(self, name):
        return getattr(self._module, name)


@pytest.fixture
def ones(torch, compare):
    """Give a comparison of ``torch.ones(2)`` with what a function makes of it."""
    return lambda change: compare("torch.ones(2)", Altered(torch, ones=change), torch)


def test_equal_programs_have_no_mismatch(torch, compare):
    assert compare("x = torch.ones(2)\nx / 0, -x * 0, x.shape\nx.y\nx.grad", torch, torch) == []


def test_an_error_of_the_right_kind_must_be_one_of_ours_too(torch, compare):
    (found,) = compare("torch.ones(2)[3]", torch, torch)
    assert "not ours: IndexError" in found


@pytest.mark.parametrize(
    "change",
    [
        lambda t, _n: t.full((2,), float(np.nextafter(np.float32(1), np.float32(2)))),
        lambda t, _n: t.full((2,), 1.0, dtype=t.float64),
        lambda t, _n: t.full((2, 1), 1.0),
        lambda t, _n: t.full((2,), 1.0, requires_grad=True),
        lambda t, _n: t.full((2,), 1.0, requires_grad=True) * 1,
        lambda t, _n: t.full((2,), float("nan")),
        lambda t, _n: t.nn.Parameter(t.full((2,), 1.0), requires_grad=False),
        lambda _t, _n: np.ones(2, np.float32),
        lambda _t, _n: [1.0, 1.0],
        lambda _t, _n: None,
        lambda t, _n: t.zeros("two"),
    ],
)
def test_a_difference_in_any_respect_is_a_mismatch(torch, ones, change):
    assert len(ones(lambda n: change(torch, n))) == 1


def test_zero_and_negative_zero_differ(torch, compare):
    altered = Altered(torch, zeros=lambda n: -torch.zeros(n))
    assert len(compare("torch.zeros(1) + -0.0", altered, torch)) == 1


def test_kinds_of_errors_and_missing_errors_differ(torch, compare):
    def index_error(_n):
        raise IndexError

    assert len(compare("torch.ones(-1)", Altered(torch, ones=index_error), torch)) == 1
    assert len(compare("torch.ones(-1)", Altered(torch, ones=lambda _n: 1), torch)) == 1


def test_variables_and_gradients_are_compared_at_the_end(torch, compare):
    source = "x = torch.ones(2)\nx.requires_grad_()\nx.sum().backward()\nx.zero_grad = 1"
    altered = Altered(torch, ones=lambda n: torch.ones(n).requires_grad_(False) * 1)
    assert compare(source, altered, torch) == []

    def scaled(n):
        x = torch.ones(n, requires_grad=True)
        x.register_hook(lambda g: 2 * g)
        return x

    found = compare(source, Altered(torch, ones=scaled), torch)
    assert [line.split("\n")[0] for line in found] == ["at the end, x.grad"]


def test_ulps_are_counted_across_zero_and_between_neighbours(distance_of):
    tiny = np.float32(1e-45)
    assert distance_of(np.array([tiny]), np.array([-tiny])) == 2
    assert distance_of(np.array([1.0]), np.array([np.nextafter(1, 2)])) == 1
    assert distance_of(np.array([0.0]), np.array([-0.0])) == 0.5
    assert distance_of(np.array([np.nan, 1]), np.array([np.nan, 1])) == 0
    assert distance_of(np.array([np.nan]), np.array([1.0])) == np.inf
    assert distance_of(np.array([1]), np.array([2])) == np.inf
