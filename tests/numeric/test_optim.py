"""Gradient descent: the recurrence of its docstring, PyTorch within its fused rounding, its errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numeric

OPTIONS = st.fixed_dictionaries(
    {
        "lr": st.sampled_from([0.1, 0.03, 1e-3, 0.7]),
        "momentum": st.sampled_from([0, 0.9, 0.3]),
        "dampening": st.sampled_from([0, 0.1]),
        "weight_decay": st.sampled_from([0, 0.01, 0.3]),
        "nesterov": st.booleans(),
        "maximize": st.booleans(),
    }
).filter(lambda o: not o["nesterov"] or (o["momentum"] and not o["dampening"]))

STEPS = st.lists(st.lists(st.floats(-100, 100, width=32), min_size=3, max_size=3), min_size=1, max_size=8)


def _descend(module, start, gradients, options):
    x = module.tensor(start.tolist(), dtype=getattr(module, start.dtype.name), requires_grad=True)
    optimizer = module.optim.SGD([x], **options)
    for gradient in gradients:
        x.grad = module.tensor(gradient, dtype=x.dtype)
        optimizer.step()
    return x.detach().numpy()


def _recurrence(x, gradients, options):
    """Compute the lines of the docstring on arrays, each operation rounded on its own."""
    v = None
    for gradient in gradients:
        g = np.array(gradient, x.dtype) * (-1 if options["maximize"] else 1)
        g = g + options["weight_decay"] * x
        if options["momentum"]:
            m = options["momentum"]
            v = g if v is None else m * v + (1 - options["dampening"]) * g
            g = g + m * v if options["nesterov"] else v
        x = x - options["lr"] * g
    return x


@given(st.sampled_from(["float32", "float64"]), STEPS, OPTIONS)
def test_steps_follow_the_recurrence_to_the_last_bit(dtype, gradients, options):
    start = np.array([1.5, -2.0, 0.1], dtype)
    ours = _descend(numeric, start, gradients, options)
    np.testing.assert_array_equal(ours, _recurrence(start, gradients, options))


@given(st.sampled_from(["float32", "float64"]), STEPS, OPTIONS)
def test_steps_stay_within_roundings_of_pytorchs(torch, dtype, gradients, options):
    start = np.array([1.5, -2.0, 0.1], dtype)
    ours = _descend(numeric, start, gradients, options)
    theirs = _descend(torch, start, gradients, options)
    # every step rounds a handful of terms, none larger than the sum of all gradients' sizes
    largest = 2 + sum(np.max(np.abs(g)) for g in gradients) * 2 / (1 - options["momentum"])
    bound = 8 * len(gradients) * largest * np.finfo(dtype).eps
    assert np.max(np.abs(ours - theirs)) <= bound


def test_a_parameter_without_gradient_is_skipped_though_decay_and_momentum_would_move_it():
    x = numeric.ones(2, requires_grad=True)
    optimizer = numeric.optim.SGD([x], lr=0.5, momentum=0.5, weight_decay=0.5)
    optimizer.step()
    assert x.tolist() == [1, 1]
    assert not optimizer.state
    x.grad = numeric.zeros(2)
    optimizer.step()
    assert x.tolist() == [0.75, 0.75]


def test_a_parameter_frozen_late_moves_by_its_old_gradient_until_it_is_dropped():
    x = numeric.ones(1, requires_grad=True)
    optimizer = numeric.optim.SGD([x], lr=0.25)
    (2 * x).sum().backward()
    x.requires_grad_(False)
    optimizer.step()
    assert x.tolist() == [0.5]
    optimizer.zero_grad()
    optimizer.step()
    assert x.tolist() == [0.5]


def test_zero_grad_reaches_only_what_is_registered():
    x, y = numeric.ones(1, requires_grad=True), numeric.ones(1, requires_grad=True)
    optimizer = numeric.optim.SGD([x], lr=0.5)
    for _ in range(3):
        optimizer.zero_grad()
        (x * y).sum().backward()
    assert x.grad.tolist() == [1]
    assert y.grad.tolist() == [3]


def test_an_old_gradient_is_not_changed_by_a_step():
    x = numeric.ones(1, requires_grad=True)
    x.grad = numeric.ones(1)
    optimizer = numeric.optim.SGD([x], lr=0.5, momentum=0.5, weight_decay=0.5)
    optimizer.step()
    optimizer.step()
    assert x.grad.tolist() == [1]


def test_a_step_is_not_recorded_and_its_closure_is():
    x = numeric.ones(1, requires_grad=True)
    optimizer = numeric.optim.SGD([x], lr=0.5)

    def closure():
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return loss

    with numeric.no_grad():
        loss = optimizer.step(closure)
    assert loss.item() == 1
    assert x.is_leaf
    assert x.requires_grad
    assert x.tolist() == [0]


ERRORS = {
    "SGD got an empty parameter list; give at least one tensor": lambda _x: ([], {}),
    "SGD got one tensor as params; give a list": lambda x: (x, {}),
    "a parameter group got a int; give tensors": lambda _x: ([3], {}),
    "can't optimize a non-leaf tensor": lambda x: ([x * 2], {}),
    "a parameter is in two groups": lambda x: ([{"params": [x]}, {"params": x}], {}),
    "got a set, which has no order": lambda x: ([{"params": {x}}], {}),
    "name all or none": lambda x: ([("x", x), x * 1], {}),
    r"SGD got lr=-1; give a number >= 0": lambda x: ([x], {"lr": -1}),
    r"SGD got lr=nan; give a number >= 0": lambda x: ([x], {"lr": float("nan")}),
    r"SGD got lr='fast'; give a number >= 0": lambda x: ([x], {"lr": "fast"}),
    r"SGD got momentum=-0.5; give": lambda x: ([x], {"momentum": -0.5}),
    "give a momentum > 0 and no dampening": lambda x: ([x], {"nesterov": True}),
    "without 'params'": lambda _x: ([{"lr": 1}], {}),
    "give an iterable": lambda _x: (3, {}),
}


@pytest.mark.parametrize("message", ERRORS)
def test_bad_arguments_are_named(message):
    params, options = ERRORS[message](numeric.ones(1, requires_grad=True))
    with pytest.raises(numeric.NumericError, match=message):
        numeric.optim.SGD(params, **options)


def test_a_parameter_named_twice_warns():
    x = numeric.ones(1, requires_grad=True)
    with pytest.warns(UserWarning, match="twice"):
        numeric.optim.SGD([x, x])


def test_an_optimizer_prints_its_options():
    text = repr(numeric.optim.SGD([numeric.ones(1)], lr=0.5))
    assert text.startswith("SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.5\n")
