"""A mistake is named by the first pattern that fits all of it."""

from __future__ import annotations

import numpy as np
import pytest

from verify.diagnosis import diagnose

TRUE = np.array([[1.0, 2.0], [3.0, 5.0]])

PLANTED = {
    "factor": (2 * TRUE, "GP101", "constant factor 2"),
    "half": (TRUE / 2, "GP101", "constant factor 0.5"),
    "sign": (-TRUE, "GP102", "sign"),
    "transposed": (TRUE.T, "GP103", "transposed"),
    "axis reversed": (TRUE[::-1], "GP104", "axis 0 reversed"),
    "columns reversed": (TRUE[:, ::-1], "GP104", "axis 1 reversed"),
    "broadcast": (np.ones((3, 2, 2)), "GP105", "missing broadcast sum"),
    "shape": (np.ones(2), "GP106", "wrong shape"),
    "constant": (0 * TRUE, "GP107", "treated as constant"),
    "nan": (np.array([[1.0, np.nan], [3.0, 5.0]]), "GP108", "NaN where the truth is finite"),
    "infinity": (np.array([[1.0, np.inf], [3.0, 5.0]]), "GP108", "infinity where the truth is finite"),
    "one entry": (TRUE + np.array([[0, 0], [0, 1]]), "GP110", "some entries only"),
    "nonsense": (TRUE**2 + 1, "GP100", "no simple pattern"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_mistake_is_named(name):
    claimed, code, words = PLANTED[name]
    found = diagnose({"x": claimed}, {"x": TRUE})
    assert (found.code, found.words) == (code, words)
    assert found.explanation.endswith(".")


def test_a_shifted_vector_is_off_by_one():
    x = np.array([1.0, 2.0, 4.0])
    assert diagnose({"x": np.roll(x, 1)}, {"x": x}).words == "off by one element"


def test_the_first_cotangent_that_differs_is_diagnosed():
    found = diagnose({"x": TRUE, "y": -TRUE}, {"x": TRUE, "y": TRUE})
    assert found.explanation == "y_bar has the opposite sign everywhere."
