"""Functional transforms: NumPy and foreign arrays pass through, transforms nest, levels stay apart."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numeric
from numeric import NumericError, NumericRuntimeError, NumericTypeError, func


class Foreign(np.lib.mixins.NDArrayOperatorsMixin):
    """A duck array: it counts its operations and refuses to become a NumPy array."""

    def __init__(self, array, log=None):
        self.held = np.array(array, dtype=object)  # what it holds is its own business
        self.dtype = np.dtype(np.float64)
        self.log = [] if log is None else log

    shape = property(lambda self: self.held.shape)
    ndim = property(lambda self: self.held.ndim)
    size = property(lambda self: self.held.size)

    def like(self, held):
        return Foreign(held, self.log)

    def __getitem__(self, key):
        return self.like(self.held[key])

    def __setitem__(self, key, value):
        self.held[key] = value.held if isinstance(value, Foreign) else value

    def reshape(self, *shape):
        return self.like(self.held.reshape(*shape))

    def transpose(self, *axes):
        return self.like(self.held.transpose(*axes))

    def copy(self):
        return self.like(self.held.copy())

    def astype(self, dtype):
        assert np.dtype(dtype) != self.dtype, "cast without need"
        return self.copy()

    def __bool__(self):
        return bool(self.held)

    def __array__(self, *_, **__):
        raise AssertionError("a foreign array was turned into a NumPy array")

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        assert method == "__call__"
        self.log.append(ufunc.__name__)
        held = [x.held if isinstance(x, Foreign) else x for x in inputs]
        if ufunc in (np.exp, np.sqrt, np.log, np.sign, np.isnan):
            typed = ufunc(np.asarray(held[0], dtype=float))
            return typed if ufunc is np.isnan else self.like(typed)
        out = ufunc(*held, **kwargs)
        if ufunc in (np.equal, np.less, np.greater, np.less_equal, np.greater_equal):
            return np.asarray(out, dtype=bool)
        return self.like(out)

    def __array_function__(self, function, types, args, kwargs):
        self.log.append(function.__name__)

        def bare(x):
            return x.held if isinstance(x, Foreign) else x

        args = [tuple(map(bare, a)) if isinstance(a, tuple) else bare(a) for a in args]
        kwargs = {name: bare(value) for name, value in kwargs.items()}
        return self.like(function(*args, **kwargs))


POINT = {1: np.array([0.5, 2.0, 1.5]), 2: np.array([[0.5, 2.0, 1.25], [1.5, 0.75, 1.0]])}
PROGRAMS = {
    "add": ((2, 2), {}), "sub": ((2, 2), {}), "mul": ((2, 2), {}), "div": ((2, 2), {}),
    "neg": ((2,), {}), "scalar_pow": ((2,), {"exponent": 3}), "exp": ((2,), {}), "abs": ((2,), {}),
    "transpose": ((2,), {}), "index": ((2,), {"key": (0, slice(1, None))}),
    "reshape": ((2,), {"shape": (3, 2)}), "sum": ((2,), {"keepdims": True}), "mean": ((2,), {}),
    "sum_axis": ((2,), {"axis": 0}), "mean_axis": ((2,), {"axis": -1, "keepdims": True}),
    "sum_axes": ((2,), {"axis": (0, 1)}), "mean_axes": ((2,), {"axis": (1, 0), "keepdims": True}),
    "cumsum": ((2,), {"axis": 0}), "dot": ((1, 1), {}), "mv": ((2, 1), {}), "l1_norm": ((1,), {}),
    "l2_norm": ((1,), {}), "frobenius_norm": ((2,), {}), "detach": ((2,), {}), "clone": ((2,), {}),
}  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_foreign_arrays_travel_through_the_operations_and_come_back(name):
    ranks, parameters = PROGRAMS[name]
    arrays = [POINT[rank] * (i + 1) for i, rank in enumerate(ranks)]
    program = numeric.operations[name].function
    log = []

    def run(convert):
        primals = tuple(convert(a) for a in arrays)
        out, pullback = func.vjp(lambda *t: program(*t, **parameters), *primals)
        out_bar = convert(np.ones(out.shape))
        again, out_dot = func.jvp(lambda *t: program(*t, **parameters), primals, primals)
        return [out, *pullback(out_bar), again, out_dot]

    for foreign, plain in zip(run(lambda a: Foreign(a, log)), run(np.array), strict=True):
        assert type(foreign) is Foreign
        assert type(plain) is np.ndarray
        assert foreign.shape == plain.shape
        np.testing.assert_allclose(foreign.held.astype(float), plain, rtol=1e-15)


def test_numpy_arrays_come_back_as_numpy_arrays_and_tensors_as_tensors():
    out, pullback = func.vjp(lambda x: x.sum(), np.ones(3, np.float32))
    assert type(out) is np.ndarray
    assert out.dtype == np.float32
    assert type(pullback(np.float32(1) * np.ones(()))[0]) is np.ndarray
    out, pullback = func.vjp(lambda x: x.sum(), numeric.ones(3))
    assert isinstance(out, numeric.Tensor)
    assert pullback(numeric.tensor(1.0))[0].tolist() == [1.0, 1.0, 1.0]


def test_numpy_functions_of_tensors_are_recorded():
    x = np.array([0.5, 1.0])
    out, pullback = func.vjp(lambda t: np.sum(np.exp(t) * np.array([2.0, 3.0])), x)
    np.testing.assert_allclose(pullback(np.ones(()))[0], np.exp(x) * [2, 3])
    assert out.shape == ()
    t = numeric.tensor([1.0, 2.0], requires_grad=True)
    assert (np.ones(2, np.float32) * t).requires_grad
    with pytest.raises(NumericTypeError, match=r"np.linalg.*|np.det has no recorded twin"):
        np.linalg.det(numeric.ones(2, 2))
    with pytest.raises(NumericTypeError, match=r"np.arctan.*no recorded"):
        np.arctan(t)


def test_a_pullback_can_be_called_again_and_is_linear():
    _, pullback = func.vjp(lambda x: x * x * x, np.array([2.0, 3.0]))
    a, b = np.array([1.0, -2.0]), np.array([0.5, 4.0])
    np.testing.assert_allclose(pullback(a)[0] + pullback(b)[0], pullback(a + b)[0])


def test_inputs_that_the_output_ignores_get_zeros():
    out, pullback = func.vjp(lambda x, y: x.detach() + 0 * y.detach(), np.ones(2), np.ones(2))
    assert [bar.tolist() for bar in pullback(out)] == [[0.0, 0.0], [0.0, 0.0]]
    out, out_dot = func.jvp(lambda x: x.detach(), (np.ones(2),), (np.ones(2),))
    assert out_dot.tolist() == [0.0, 0.0]


def test_inner_derivatives_do_not_see_outer_perturbations():
    """d/dx [x · d/dy (x + y)] = 1, not 2: the classical perturbation confusion."""

    def through(transform):
        return transform(lambda x: x * transform(lambda y: x + y)(x))

    def forward(f):
        return lambda x: func.jvp(f, (x,), (numeric.ones(()),))[1]

    one = numeric.tensor(3.0)
    assert through(func.grad)(one).item() == 1.0
    assert through(forward)(one).item() == 1.0
    assert func.grad(lambda x: x * forward(lambda y: x * y)(x))(one).item() == 6.0
    assert forward(lambda x: x * func.grad(lambda y: x * y)(x))(one).item() == 6.0


@given(st.permutations(["r", "f", "r", "f"]), st.integers(1, 4))
def test_transforms_nest_in_any_order(order, depth):
    """Four derivatives of x**6, each mode in any place."""

    def derive(f, mode):
        if mode == "r":
            return func.grad(f)
        return lambda x: func.jvp(f, (x,), (numeric.ones((), dtype=numeric.float64),))[1]

    f = lambda x: x**6  # noqa: E731
    expected = 1.0
    for k in range(depth):
        f = derive(f, order[k])
        expected *= 6 - k
    x = numeric.tensor(1.5, dtype=numeric.float64)
    assert f(x).item() == pytest.approx(expected * 1.5 ** (6 - depth), rel=1e-13)


def test_hessian_and_jacobians_of_a_quadratic_form_are_exact():
    A = np.array([[1.0, 2.0], [5.0, -3.0]])

    def quadratic(x):
        return x @ (A @ x)

    x = numeric.tensor([2.0, 1.0], dtype=numeric.float64)
    assert func.hessian(quadratic)(x).tolist() == (A + A.T).tolist()
    assert func.jacrev(lambda x: A @ x)(x).tolist() == A.tolist()
    assert func.jacfwd(lambda x: A @ x)(x).tolist() == A.tolist()
    both = func.jacrev(lambda x, y: x * y, argnums=(0, 1))(x, x)
    assert [j.tolist() for j in both] == [[[2.0, 0.0], [0.0, 1.0]]] * 2
    assert tuple(func.jacrev(lambda x: x[:0])(x).shape) == (0, 2)


def test_transforms_compose_with_backward_of_what_they_capture():
    w = numeric.tensor(3.0, requires_grad=True)
    g = func.grad(lambda x: w * x * x)(numeric.tensor(2.0))
    g.backward()
    assert (g.item(), w.grad.item()) == (12.0, 4.0)


def test_a_function_that_changes_its_argument_leaves_the_callers_alone():
    x = np.array([1.0, 2.0])

    def doubled(t):
        t *= 2
        return t * t

    out, out_dot = func.jvp(doubled, (x,), (np.ones(2),))
    assert (out.tolist(), out_dot.tolist(), x.tolist()) == ([4.0, 16.0], [8.0, 16.0], [1.0, 2.0])


def test_item_assignment_is_followed_in_both_modes():
    def program(t):
        y = t * t
        y[0] = t[1] * 3
        y.view(-1)[1] += t[0]
        return y

    x, x_dot = np.array([2.0, 5.0]), np.array([0.25, -1.0])
    out, out_dot = func.jvp(program, (x,), (x_dot,))
    _, pullback = func.vjp(program, x)
    assert (out.tolist(), out_dot.tolist()) == ([15.0, 27.0], [-3.0, -9.75])
    assert pullback(np.array([1.0, 10.0]))[0].tolist() == [10.0, 103.0]


def test_dual_numbers_in_pytorchs_names():
    ad = numeric.autograd.forward_ad
    with ad.dual_level():
        x = ad.make_dual(numeric.tensor(2.0), numeric.tensor(1.0))
        primal, tangent = ad.unpack_dual(x * x)
        assert (primal.item(), tangent.item()) == (4.0, 4.0)
        assert ad.unpack_dual(numeric.ones(1)).tangent is None
    with pytest.raises(NumericRuntimeError, match="within dual_level"):
        ad.make_dual(numeric.tensor(2.0), numeric.tensor(1.0))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: func.vjp(lambda: 1), "at least one array"),
        (lambda: func.vjp(3, np.ones(1)), "a function of tensors, got 3"),
        (lambda: func.grad_and_value(3), "a function of tensors, got 3"),
        (lambda: func.vjp(lambda x: x, 2.0), "got 2.0 of type float"),
        (lambda: func.vjp(lambda x: x, np.arange(3)), r"only floating-point.*int64.*\.float\(\)"),
        (lambda: func.vjp(lambda x: 3, np.ones(1)), "return tensors, got int"),
        (lambda: func.vjp(lambda x: x, np.ones(2))[1](np.ones(3)), r"shape \(2,\), got \(3,\)"),
        (lambda: func.vjp(lambda x: x, np.ones(2))[1](1.0), "an array.*float"),
        (lambda: func.jvp(lambda x: x, (np.ones(2),), (np.ones(3),)), r"\[\(2,\)\].*\[\(3,\)\]"),
        (lambda: func.jvp(lambda x: x, np.ones(2), np.ones(2)), "two tuples"),
        (lambda: func.grad(lambda x: x)(np.ones(2)), "return a scalar.*jacrev"),
        (lambda: func.grad(lambda x: x, argnums=2)(np.ones(2)), "argnums=2.*1 argument"),
    ],
)
def test_misuse_is_told_in_one_sentence(call, message):
    with pytest.raises(NumericError, match=message):
        call()


def test_a_failed_transform_leaves_no_level_behind():
    with pytest.raises(ZeroDivisionError):
        func.grad(lambda x: 1 // 0)(numeric.ones(()))
    assert numeric.tape.mode.level == 0


def _zeros():
    return numeric.zeros(3, dtype=numeric.float64)


def _product(t):
    y = numeric.ones(3, dtype=numeric.float64)
    y *= t
    return y


def _assigned(t):
    y = _zeros()
    y[0] = t[1] * t[2]
    y[1:] = t[:2]
    return y


def _two_views(t):
    y = _zeros()
    v, w = y[:2], y[1:]
    v.copy_(t[:2] * t[1:])
    w *= 2
    return y * w.sum()


def _accumulated(t):
    y = numeric.ones(3, dtype=numeric.float64)
    y.mul_(t)
    y.add_(t)
    return y * t


def _squares(program):
    return lambda t: (program(t) * program(t)).sum()


@pytest.mark.parametrize(
    ("program", "pure"),
    [
        (_product, lambda t: t * 1),
        (_assigned, lambda t: numeric.stack([t[1] * t[2], t[0], t[1]])),
        (_two_views, lambda t: numeric.stack([t[0], 2 * t[2], 0 * t[0]]) * t[1] * 2 * t[1] * t[2]),
        (_accumulated, lambda t: 2 * t * t),
    ],
)
def test_plain_tensors_changed_in_place_by_followed_ones_are_followed_too(program, pure):
    x = np.array([1.5, 2.0, -3.0])
    for transform in (func.jacrev, func.jacfwd):
        np.testing.assert_allclose(transform(program)(x), transform(pure)(x), rtol=1e-13)
    for outer in (func.jacrev, func.jacfwd):
        for inner in (func.jacrev, func.jacfwd):
            found, due = (outer(inner(_squares(p)))(x) for p in (program, pure))
            np.testing.assert_allclose(found, due, rtol=1e-12)


@pytest.mark.parametrize("key", [slice(1, None), 1, [0, 2], [1, 1], (Ellipsis, None)], ids=str)
def test_the_pullback_of_indexing_is_linear_and_its_own_pullback_indexes(key):
    x = np.array([1.0, 2.0, 3.0])

    def scattered(v):
        return func.vjp(lambda t: t[key], x)[1](v)[0]

    v, weights = np.ones(x[key].shape), np.array([10.0, 20.0, 30.0])
    out, pullback = func.vjp(scattered, v)
    assert pullback(weights)[0].tolist() == weights[key].tolist()
    assert func.jvp(scattered, (v,), (2 * v,))[1].tolist() == (2 * out).tolist()


def test_history_from_outside_a_transform_outlives_a_change_in_place_inside():
    w = numeric.tensor([1.0, 2.0, 3.0], requires_grad=True)

    def program(t):
        y = w * 2
        y *= t
        return y.sum()

    func.grad(program)(numeric.ones(3)).sum().backward()
    assert w.grad.tolist() == [2.0, 2.0, 2.0]


def test_a_parameter_cannot_become_part_of_a_transform():
    parameter = numeric.nn.Parameter(numeric.ones(3))

    def program(t):
        with numeric.no_grad():
            parameter.mul_(t)
        return parameter.sum()

    with pytest.raises(NumericError, match=r"leaf \(Parameter\) cannot be changed in place.*clone"):
        func.grad(program)(numeric.ones(3))


def test_parts_of_a_foreign_array_are_views_of_it():
    def program(t):
        y = t.clone()
        v, w = y[:2], y[1:]
        v *= t[1:]
        w += 1
        return y * w.sum()

    x = np.array([1.0, 2.0, 3.0])
    out, pullback = func.vjp(program, x)
    foreign, pull = func.vjp(program, Foreign(x))
    assert foreign.held.tolist() == out.tolist()
    assert pull(Foreign(np.ones(3)))[0].held.tolist() == pullback(np.ones(3))[0].tolist()
