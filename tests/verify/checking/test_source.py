"""The text of somebody's functions: an import where that works, else source and captured values."""

from __future__ import annotations

import gallery
import numpy as np
import pytest

from verify.checking.source import Sources

FACTOR = 3.5
WEIGHTS = np.array([[0.1, 0.2], [1e300, -0.0]])


def run(role, function):
    """Return the function again from its text."""
    sources = Sources()
    name = sources.name(role, function)
    namespace = {"np": np}
    exec("\n".join(sources.lines), namespace)  # noqa: S102 - our own text
    return namespace[name]


def local(power):
    offset = np.float32(0.1)
    table = {"a": [1, 2.5], "b": (None, True)}

    def f(x):
        return helper(x) ** power + offset + table["a"][1]

    return f


def helper(x):
    return x * FACTOR + WEIGHTS[0, 1]


doubled, tripled = (lambda x: 2 * x), (lambda x: 3 * x)


@pytest.mark.parametrize(
    "function",
    [
        np.sin,
        np.linalg.norm,
        gallery.softmax,
        lambda x: x * x,
        lambda x: (x + 1) * FACTOR,
        doubled,
        tripled,
        helper,
        local(3),
        lambda x, w=2: x * w,
    ],
)  # fmt: skip
def test_a_function_from_its_text_is_the_same_function(function):
    x = np.array([0.25, -1.5, 3.0])
    assert np.array_equal(run("f", function)(x), function(x))


def test_a_function_that_can_be_imported_is():
    sources = Sources()
    assert sources.name("f", gallery.softmax) == "softmax"
    assert sources.lines == ["from gallery import softmax"]


@pytest.mark.parametrize("value", [float("nan"), np.zeros(3000), object(), {1, 2}])
def test_what_cannot_be_written_is_asked_for_by_name(value):
    def f(x):
        return (x, value)

    sources = Sources()
    name = sources.name("vjp", f)
    assert any(name in line and "run this where the vjp on trial is defined" in line for line in sources.lines) or (
        run("vjp", f)(1)[1] == value
    )


def test_an_object_that_is_called_is_asked_for_by_name():
    sources = Sources()
    assert sources.name("vjp", gallery.Stateful()) == "vjp"
    assert sources.lines == ["# vjp: run this where the vjp on trial is defined under this name"]


def test_two_functions_of_one_name_keep_apart():
    sources = Sources()
    names = {sources.name("f", local(2)), sources.name("vjp", local(3))}
    assert len(names) == 2
