"""Changes in place: memory shared, versions counted, histories rewritten, misuse refused."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numeric
from numeric import NumericError, NumericIndexError, NumericRuntimeError, NumericTypeError


def leaf(*values):
    return numeric.tensor(list(values), requires_grad=True)


def test_a_changed_value_that_backward_needs_is_refused():
    x = leaf(1.0, 2.0)
    y = x * 2
    z = y * y
    y += 1
    with pytest.raises(NumericRuntimeError, match=r"modified by an inplace operation: MulBackward0"):
        z.sum().backward()
    y = (x * 2).exp()
    z = y.sum()
    y.zero_()
    with pytest.raises(NumericRuntimeError, match="ExpBackward0 saved its output"):
        z.backward()


def test_a_changed_value_that_backward_does_not_need_is_no_matter():
    x = leaf(1.0, 2.0)
    y = x * 2
    z = (y + 3).sum() + y.sum()
    y.mul_(100)
    z.backward()
    assert x.grad.tolist() == [4.0, 4.0]


def test_a_change_through_an_alias_is_noticed():
    x = leaf(1.0, 2.0)
    y = x * 2
    z = (y * y).sum()
    y.detach()[0] = 7
    with pytest.raises(NumericRuntimeError, match="inplace"):
        z.backward()


def test_a_change_through_data_is_not_noticed():
    x = leaf(1.0, 2.0)
    z = (x * x).sum()
    x.data.fill_(10.0)
    z.backward()
    assert x.grad.tolist() == [20.0, 20.0]


def test_a_failed_change_changes_nothing():
    x = leaf(1.0, 2.0)
    y = x.exp()
    with pytest.raises(NumericRuntimeError, match="doesn't match the broadcast shape"):
        y.add_(numeric.ones(3, 2))
    with pytest.raises(NumericRuntimeError, match=r"numeric|shape"):
        y.add_(numeric.ones(5))
    assert y._version == 0
    y.sum().backward()
    assert x.grad.isfinite().all()


def test_leaves_and_their_views_refuse_changes_while_recording():
    x = leaf(1.0, 2.0)
    with pytest.raises(NumericRuntimeError, match="a leaf Variable that requires grad"):
        x += 1
    with pytest.raises(NumericRuntimeError, match="a leaf Variable that requires grad"):
        x[0] = 1
    with pytest.raises(NumericRuntimeError, match="a view of a leaf Variable"):
        x[:1].zero_()
    with numeric.no_grad():
        x += 1
    assert (x.tolist(), x.is_leaf, x.requires_grad, x._version) == ([2.0, 3.0], True, True, 1)


def test_no_grad_changes_keep_the_history_of_a_computed_tensor():
    x = leaf(1.0, 2.0)
    y = x * 3
    with numeric.no_grad():
        y += 10
    assert y.grad_fn.name() == "MulBackward0"
    y.sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]


def test_an_operation_on_its_own_operand_reads_the_values_of_before():
    x = leaf(3.0)
    y = x * 1
    y.mul_(y)
    y.backward()
    assert (y.item(), x.grad.item()) == (9.0, 6.0)


def test_an_integer_tensor_takes_no_floats():
    x = numeric.arange(3)
    with pytest.raises(NumericRuntimeError, match=r"torch.float32 can't be cast.*torch.int64"):
        x += 0.5
    x[0] = 7.9  # assignment truncates, as in PyTorch
    assert x.tolist() == [7, 1, 2]


def test_a_view_follows_its_base_and_the_base_its_view():
    x = leaf(1.0, 2.0, 3.0)
    y = x * 1
    row = y.view(3, 1)
    y *= 2  # the view's history is the base's new one
    row[1] = 50.0  # and the other way round
    y.sum().backward()
    assert (y.tolist(), x.grad.tolist()) == ([2.0, 50.0, 6.0], [2.0, 0.0, 2.0])
    x.grad = None
    (row * 3).sum().backward()
    assert x.grad.tolist() == [6.0, 0.0, 6.0]


def test_a_constant_base_takes_the_history_of_what_is_written():
    x = leaf(2.0)
    base = numeric.zeros(2, 2)
    view = base.T[0]
    assert not view.requires_grad
    base[0, 0] = x * 5
    assert view.requires_grad
    view.sum().backward()
    assert x.grad.tolist() == [5.0]


def test_what_is_repeated_in_memory_cannot_be_written():
    with pytest.raises(NumericRuntimeError, match=r"single memory location.*clone"):
        numeric.ones(1).expand(3).zero_()


KEYS = [
    0, -1, slice(1, None), (slice(None), 1), (Ellipsis, 2), None, (0, None, slice(0, 3, 2)),
    [0, 2], ([0, 1], [1, 1]), np.array([[0, 1], [1, 2]]), (slice(None), [2, 0]),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_indexing_and_assignment_agree_with_numpy_and_so_do_their_gradients(key):
    array = np.arange(12.0).reshape(3, 4)
    x = numeric.tensor(array, requires_grad=True)
    y = x[key]
    np.testing.assert_array_equal(y.detach().numpy(), array[key])
    weights = np.arange(1.0, y.numel() + 1).reshape(tuple(y.shape))
    y.backward(numeric.tensor(weights))
    scattered = np.zeros_like(array)
    np.add.at(scattered, key, weights)
    np.testing.assert_array_equal(x.grad.numpy(), scattered)
    z = x * 1
    z[key] = -1.0
    expected = array.copy()
    expected[key] = -1.0
    np.testing.assert_array_equal(z.detach().numpy(), expected)
    x.grad = None
    z.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), (expected != -1).astype(float))


@pytest.mark.parametrize(
    ("key", "kind", "message"),
    [
        (3, NumericIndexError, "out of bounds.*key"),
        ((0, 0, 0), NumericIndexError, "too many indices.*shape"),
        (1.5, NumericIndexError, "got 1.5"),
        ("a", NumericTypeError, "got 'a'"),
        (slice(None, None, -1), NumericError, "step must be greater than zero.*flip"),
        (np.array([0.5]), NumericIndexError, "float64.*long"),
    ],
)
def test_a_key_that_cannot_index_is_named(key, kind, message):
    with pytest.raises(kind, match=message):
        numeric.ones(3, 2)[key]


def test_a_boolean_mask_selects_and_passes_gradients():
    x = leaf(1.0, -2.0, 3.0)
    y = x[x > 0]
    y.sum().backward()
    assert (y.tolist(), x.grad.tolist()) == ([1.0, 3.0], [1.0, 0.0, 1.0])


STEPS = st.sampled_from(["flat", "row", "transpose", "scale", "write", "add_view", "copy", "fill"])


def _step(y, step, x):
    if step == "flat":
        y.view(-1)[1] *= 3
    elif step == "row":
        y[0] = x[1] * 2
    elif step == "transpose":
        y.T[1:] += 1
    elif step == "scale":
        y *= x
    elif step == "write":
        y[:, 0] = y[:, 1] * x[:, 0]
    elif step == "add_view":
        y[1:].add_(y[:1])
    elif step == "copy":
        y[1].copy_(x[0])
    else:
        y[0, 0] = 2.0


@given(st.lists(STEPS, min_size=1, max_size=5))
def test_programs_of_changes_through_views_agree_with_torch(torch, steps):
    start = np.array([[0.5, -1.0], [1.5, 0.25]])
    results = []
    for module in (torch, numeric):
        x = module.from_numpy(start.copy()).requires_grad_()
        y = x * 1.5
        early = y.view(4)
        for step in steps:
            _step(y, step, x)
        total = (y * y).sum() + (early * module.arange(4.0, dtype=module.float64)).sum()
        try:
            total.backward()
        except RuntimeError as error:  # a value that is needed was overwritten
            results.append(str(error)[:30])
        else:
            results.append((y.detach().numpy(), x.grad.numpy()))
    if isinstance(results[0], str):
        assert results[0] == results[1]
        return
    for ours, theirs in zip(results[1], results[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-13, atol=1e-13)


def test_numpy_shares_memory_both_ways_and_refuses_what_requires_grad():
    x = numeric.tensor(1.0)  # also without axes
    array = x.numpy()
    array += 1
    x += 1
    assert (x.item(), array.item()) == (3.0, 3.0)
    with pytest.raises(NumericRuntimeError, match=r"requires grad.*detach\(\)\.numpy\(\)"):
        leaf(1.0).numpy()


def test_one_number_is_wanted_where_one_number_is_asked_for():
    pair = numeric.ones(2)
    for ask, message in (
        (pair.item, "2 elements cannot be converted"),
        (pair.__bool__, "more than one value is ambiguous"),
        (pair.__float__, "only one element"),
        (numeric.ones(0).__bool__, "no values is ambiguous"),
        (numeric.tensor(1.0).__len__, "0-d"),
        (numeric.tensor(1.0).__iter__, "0-d"),
    ):
        with pytest.raises(NumericError, match=message):
            ask()


def test_leaves_are_copied_and_pickled_and_computed_tensors_are_not():
    x = leaf(1.0, 2.0)
    (x * x).sum().backward()
    for twin in (copy.deepcopy(x), pickle.loads(pickle.dumps(x))):  # noqa: S301  (our own bytes)
        assert twin.tolist() == x.tolist()
        assert twin.grad.tolist() == x.grad.tolist()
        assert twin.requires_grad
        (twin * twin).sum().backward()  # a leaf in its own right
        assert x.grad.tolist() == [2.0, 4.0]
    with pytest.raises(NumericRuntimeError, match=r"graph leaves.*detach"):
        copy.deepcopy(x * 2)


def test_detach_shares_memory_and_cuts():
    x = leaf(1.0, 2.0)
    y = x * 2
    u = y.detach()
    (u * x).sum().backward()
    assert x.grad.tolist() == u.tolist()
    assert np.shares_memory(u.numpy(), y.detach().numpy())
    with pytest.raises(NumericRuntimeError, match="detach views"):
        y[0].detach_()
    assert not y.detach_().requires_grad
