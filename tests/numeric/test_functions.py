"""Functions of tensors: creation, promotion, reductions, products: what is told when they are misused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import numeric as nt
from numeric import NumericError

DTYPES = [nt.bool, nt.uint8, nt.int8, nt.int16, nt.int32, nt.int64, nt.float16, nt.float32, nt.float64]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nt.tensor([[1.0], [1.0, 2.0]]), "equal lengths"),
        (lambda: nt.tensor(["a"]), "real numbers.*'a'"),
        (lambda: nt.tensor(1j), "real numbers"),
        (lambda: nt.tensor(np.array([1 + 1j])), "no tensor holds complex128"),
        (lambda: nt.tensor(1.0, dtype="float32"), "one of numeric's"),
        (lambda: nt.zeros(2, device="cuda"), "expected device 'cpu'.*'cuda'"),
        (lambda: nt.zeros(2.5), "must be an int, got 2.5"),
        (lambda: nt.zeros(-1), "negative dimension"),
        (lambda: nt.arange(0, 3, 0), "step must be nonzero"),
        (lambda: nt.arange(3, 0), "inconsistent with step sign"),
        (lambda: nt.randint(3, 3, (2,)), "3 >= 3"),
        (lambda: nt.randn(2, dtype=nt.int64), "floating-point dtype, got torch.int64"),
        (lambda: nt.from_numpy([1.0]), r"np.ndarray \(got list\)"),
        (lambda: nt.set_default_dtype(nt.int64), "only floating-point"),
        (lambda: nt.ones(2) + "a", "unsupported operand"),
        (lambda: nt.add(nt.ones(2), "a"), "expected tensors and numbers, got Tensor and str"),
        (lambda: nt.ones(2) + nt.ones(3), r"add cannot take.*\(2,\) and \(3,\).*broadcast"),
        (lambda: nt.ones(2) < nt.ones(3), r"shapes \(2,\) and \(3,\)"),
        (lambda: nt.exp(2.0), "expected a tensor, got 2.0"),
        (lambda: nt.ones(2).sum(1), r"range of \[-1, 0\], but got 1"),
        (lambda: nt.ones(2, 2).sum((0, 0)), "multiple times"),
        (lambda: nt.ones(2).sum(0, axis=0), "give one"),
        (lambda: nt.ones(2).sum("rows"), "an axis.*'rows'"),
        (lambda: nt.arange(3).mean(), r"floating point.*int64.*\.float\(\)"),
        (lambda: nt.arange(3).norm(), r"floating point.*int64.*\.float\(\)"),
        (lambda: nt.ones(2).norm("nuc"), "'fro' or a number, got 'nuc'"),
        (lambda: nt.ones(0).max(), "no entry"),
        (lambda: nt.dot(nt.ones(2), nt.ones(3)), r"\(2,\) and \(3,\).*2 and 3 must be equal"),
        (lambda: nt.dot(nt.ones(2, 2), nt.ones(2)), "1D and 1D tensors, but got 2D and 1D"),
        (lambda: nt.mv(nt.ones(2, 3), nt.ones(2)), "3 and 2 must be equal"),
        (lambda: nt.mm(nt.ones(2), nt.ones(2)), "2D and 2D"),
        (lambda: nt.mm(nt.ones(1, 1), nt.ones(1, 1, dtype=nt.float64)), "same dtype"),
        (lambda: nt.ones(()) @ nt.ones(2), "at least 1D"),
        (lambda: nt.ones(6).reshape(4, -1), "invalid for input of size 6"),
        (lambda: nt.ones(6).reshape(-1, -1), "only one dimension can be inferred"),
        (lambda: nt.ones(2, 3).T.view(6), "use .reshape"),
        (lambda: nt.ones(2, 3).expand(4, 3), "expanded size"),
        (lambda: nt.ones(2, 2, 2).t(), "<= 2 dimensions, but self is 3D"),
        (lambda: nt.cat([]), "non-empty list"),
        (lambda: nt.cat(nt.ones(2)), "tuple or list"),
        (lambda: nt.stack((nt.ones(2), nt.ones(3))), "equal size"),
        (lambda: nt.ones(2, dtype=nt.bool) - nt.ones(2, dtype=nt.bool), "bool tensor is not supported"),
        (lambda: nt.tensor([1]) ** -1, "negative integer powers"),
        (lambda: nt.tensor([1]) // nt.tensor([0]), "divided by zero"),
        (lambda: nt.ones(2).to("float33"), "device 'cpu'"),
        (lambda: nt.linalg.norm(nt.ones(2, 2), 2), "singular|ord=2 of a matrix"),
    ],
)
def test_misuse_raises_one_exception_of_ours_that_says_what_was_given(call, message):
    with pytest.raises((NumericError, TypeError), match=message) as caught:
        call()
    if "unsupported operand" not in message:  # Python's own sentence for foreign operands
        assert isinstance(caught.value, NumericError)


@pytest.mark.parametrize("x", DTYPES, ids=repr)
@pytest.mark.parametrize("y", DTYPES, ids=repr)
def test_promotion_is_pytorchs_for_every_pair_of_ranks(torch, x, y):
    for shapes in (((2,), (2,)), ((), (2,)), ((2,), ()), ((), ())):
        theirs = [getattr(torch, d.name) for d in (x, y)]
        expected = torch.result_type(*(torch.ones(s, dtype=d) for s, d in zip(shapes, theirs, strict=True)))
        ones = [nt.ones(s, dtype=d) for s, d in zip(shapes, (x, y), strict=True)]
        assert repr(nt.result_type(*ones)) == repr(expected)
        assert repr((ones[0] + ones[1]).dtype) == repr(expected)
    for number in (True, 2, 2.5):
        expected = torch.result_type(torch.ones(2, dtype=theirs[0]), number)
        assert repr(nt.result_type(nt.ones(2, dtype=x), number)) == repr(expected)


def test_gradients_keep_the_dtype_of_their_leaf_through_promotion():
    x = nt.ones(2, dtype=nt.float16, requires_grad=True)
    y = nt.tensor(2.0, dtype=nt.float64, requires_grad=True)
    (x * y + nt.arange(2) * x.double()).sum().backward()
    assert (x.grad.dtype, y.grad.dtype) == (nt.float16, nt.float64)


def test_the_default_dtype_is_what_python_floats_become():
    try:
        nt.set_default_dtype(nt.float64)
        made = [nt.tensor(1.0), nt.zeros(1), nt.tensor([1]) / 2, nt.tensor([1]) * 2.5]
        assert {t.dtype for t in made} == {nt.float64}
    finally:
        nt.set_default_dtype(nt.float32)
    assert nt.tensor(1.0).dtype is nt.float32


def test_random_numbers_are_a_function_of_the_seed():
    draws = []
    for _ in range(2):
        nt.manual_seed(3)
        draws.append([nt.randn(3), nt.rand(2, 2), nt.randint(0, 9, (4,)), nt.randperm(5)])
    for first, second in zip(*draws, strict=True):
        assert nt.equal(first, second)
    assert (draws[0][1] < 1).all()
    assert sorted(draws[0][3].tolist()) == [0, 1, 2, 3, 4]


ARRAYS = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=0, min_side=0, max_dims=3, max_side=3), elements=st.integers(-9, 9)
)


@given(ARRAYS, st.booleans(), st.data())
def test_reductions_of_integers_agree_with_numpy_over_every_axis(array, keepdim, data):
    x = nt.from_numpy(array)
    axes = data.draw(
        st.none()
        | st.lists(st.integers(-array.ndim, array.ndim - 1), unique_by=lambda a: a % array.ndim, min_size=1).map(tuple)
        if array.ndim
        else st.none()
    )
    expected = np.sum(array, axis=axes, keepdims=keepdim and axes is not None)
    for got in (x.sum(axes, keepdim), x.sum(axis=axes, keepdims=keepdim)):
        np.testing.assert_array_equal(got.numpy().reshape(expected.shape), expected)
    if array.ndim:
        axis = data.draw(st.integers(-array.ndim, array.ndim - 1))
        np.testing.assert_array_equal(x.cumsum(axis).numpy(), np.cumsum(array, axis))
        np.testing.assert_array_equal(x.prod(axis, keepdim).numpy(), np.prod(array, axis, keepdims=keepdim))
        if array.shape[axis]:
            values, places = x.max(dim=axis, keepdim=keepdim)
            np.testing.assert_array_equal(values.numpy(), np.max(array, axis, keepdims=keepdim))
            np.testing.assert_array_equal(places.numpy(), np.argmax(array, axis, keepdims=keepdim))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=4), st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_matmul_takes_the_shapes_that_numpys_takes(a, b):
    x, y = np.ones(a), np.ones(b)
    try:
        expected = x @ y
    except ValueError:
        with pytest.raises(NumericError):
            nt.from_numpy(x) @ nt.from_numpy(y)
        return
    np.testing.assert_array_equal((nt.from_numpy(x) @ nt.from_numpy(y)).numpy(), expected)


@pytest.mark.parametrize("p", [0, 1, 2, 3, 0.5, math.inf, -math.inf, "fro"])
def test_norms_and_their_gradients_agree_with_torch(torch, p):
    array = np.array([[0.5, -2.0, 3.0], [1.0, 0.0, -0.25]])
    for dim in (None, 0, (0, 1)):
        results = []
        for module in (torch, nt):
            x = module.from_numpy(array.copy()).requires_grad_()
            y = module.norm(x, p, dim) if dim is not None or p == "fro" else module.norm(x, p)
            y.sum().backward()
            results.append((y.detach().numpy(), np.zeros(1) if x.grad is None else x.grad.numpy()))
        for ours, theirs in zip(results[1], results[0], strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-13)


def test_sizes_and_dtypes_print_as_pytorchs():
    assert repr(nt.ones(5, 4).shape) == "torch.Size([5, 4])"
    assert repr(nt.ones(5, 4).shape[:1] + nt.Size((2,))) == "torch.Size([5, 2])"
    assert repr(nt.float64) == "torch.float64"
    assert (nt.ones(5, 4).shape == (5, 4), nt.ones(5, 4).shape.numel()) == (True, 20)
