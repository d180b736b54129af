"""The tape: long chains, freeing, accumulation, second derivatives, hooks, modes."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numeric
from numeric import NumericRuntimeError, NumericTypeError

CHAIN = 100_000


def leaf(*values, dtype=None):
    return numeric.tensor(list(values), dtype=dtype, requires_grad=True)


def test_importing_numeric_loads_neither_torch_nor_jax_nor_sympy_nor_the_other_rooms():
    foreign = "{'torch', 'jax', 'sympy', 'flint', 'symbolic', 'verify', 'reports'}"
    code = f"import sys, numeric; print(sorted({foreign} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_a_chain_of_100_000_operations_goes_backward_and_is_freed_without_recursion():
    x = numeric.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(CHAIN):
        y = y * 1.0
    y.backward()
    assert x.grad.item() == 1.0
    del y
    gc.collect()
    y = x
    for _ in range(CHAIN):
        y = y + 0.0
    (g,) = numeric.autograd.grad(y, x, create_graph=True)
    assert g.item() == 1.0
    del y, g
    gc.collect()


def test_a_diamond_of_many_layers_visits_each_node_once():
    """2**60 paths, 60 nodes: the walk sums at each node before it passes on."""
    x = leaf(1.0, dtype=numeric.float64)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**60


def test_gradients_accumulate_and_grad_is_none_before():
    x = leaf(1.0, 2.0)
    assert x.grad is None
    (x * x).sum().backward()
    first = x.grad
    (3 * x).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    assert x.grad is first  # in place, as whoever holds it will see


def test_two_leaves_never_share_the_memory_of_their_gradients():
    x, y = leaf(1.0, 2.0), leaf(3.0, 4.0)
    cotangent = numeric.ones(2)
    (x + y).backward(cotangent)
    x.grad.zero_()
    assert y.grad.tolist() == [1.0, 1.0]
    assert cotangent.tolist() == [1.0, 1.0]


def test_a_non_scalar_backward_wants_a_gradient():
    x = leaf(1.0, 2.0)
    with pytest.raises(NumericRuntimeError, match=r"only for scalar outputs.*\(2,\).*gradient="):
        (x * x).backward()
    with pytest.raises(NumericRuntimeError, match=r"shape of \(3,\).*shape of \(2,\)"):
        (x * x).backward(numeric.ones(3))
    with pytest.raises(NumericTypeError, match="Tensors or None, but got float"):
        (x * x).backward(1.0)


def test_what_does_not_require_grad_has_no_backward():
    with pytest.raises(NumericRuntimeError, match="does not require grad and does not have a grad_fn"):
        numeric.ones(1).sum().backward()


def test_only_floating_point_tensors_require_grad():
    with pytest.raises(NumericRuntimeError, match=r"floating point.*torch.int64.*\.float\(\)"):
        numeric.tensor([1], requires_grad=True)


def test_backward_twice_raises_where_values_were_freed_and_works_where_retained():
    x = leaf(2.0)
    y = x * x
    y.backward(retain_graph=True)
    y.backward()
    assert x.grad.item() == 8.0
    with pytest.raises(NumericRuntimeError, match=r"second time.*MulBackward0.*retain_graph=True"):
        y.backward()
    z = x + 1  # reads no value: nothing was freed
    z.backward()
    z.backward()


def test_grad_returns_gradients_and_touches_no_leaf():
    x, y = leaf(2.0), leaf(3.0)
    out = x * y
    g, h = numeric.autograd.grad(out, (x, y))
    assert (g.item(), h.item()) == (3.0, 2.0)
    assert x.grad is None
    assert y.grad is None


def test_grad_of_a_tensor_on_the_way_stops_there():
    x = leaf(2.0)
    y = x * x
    z = y * 3
    (g,) = numeric.autograd.grad(z, y, retain_graph=True)
    assert g.item() == 3.0
    numeric.autograd.grad(y, x)  # y's own node was not freed


def test_grad_says_which_input_is_unused_or_unfollowed():
    x, y = leaf(2.0), leaf(3.0)
    with pytest.raises(NumericRuntimeError, match=r"not have been used.*input 1.*allow_unused=True"):
        numeric.autograd.grad(x * 1, (x, y))
    assert numeric.autograd.grad(x * 1, (x, y), allow_unused=True)[1] is None
    with pytest.raises(NumericRuntimeError, match="does not require grad: input 1"):
        numeric.autograd.grad(x * 1, (x, numeric.ones(1)))


def test_no_grad_is_of_this_thread_only():
    seen = []
    with numeric.no_grad():
        thread = threading.Thread(target=lambda: seen.append((leaf(1.0) * 2).requires_grad))
        thread.start()
        thread.join()
        assert not (leaf(1.0) * 2).requires_grad
    assert seen == [True]


def test_modes_nest_decorate_and_come_back_after_an_error():
    @numeric.no_grad()
    def constant(x):
        with numeric.enable_grad():
            followed = x * 2
        return followed.requires_grad, (x * 2).requires_grad

    assert constant(leaf(1.0)) == (True, False)

    def fails():
        with numeric.no_grad():
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert numeric.is_grad_enabled()


def test_hooks_see_and_replace_gradients_until_removed():
    x = leaf(1.0)
    y = x * 2
    seen = []
    handle = y.register_hook(lambda g: seen.append(g.item()) or g * 10)
    x.register_hook(lambda g: g + 1)
    (y * 3).backward()
    assert (seen, x.grad.item()) == ([3.0], 61.0)
    handle.remove()
    (y * 3).backward()  # y's node reads no value: it can be walked again
    assert x.grad.item() == 61.0 + 7.0


def test_retain_grad_keeps_the_gradient_of_a_computed_tensor():
    x = leaf(1.0)
    y = x * 2
    y.retain_grad()
    (y * 3).backward()
    assert (y.grad.item(), y.retains_grad, x.retains_grad) == (3.0, True, False)


def test_the_gradient_of_a_computed_tensor_is_none_with_a_warning():
    y = leaf(1.0) * 2
    with pytest.warns(UserWarning, match=r"not a leaf.*retain_grad"):
        assert y.grad is None


def test_grad_takes_only_a_tensor_of_its_shape_and_dtype():
    x = leaf(1.0, 2.0)
    with pytest.raises(NumericRuntimeError, match=r"shape \(3,\).*expected \(2,\)"):
        x.grad = numeric.ones(3)
    with pytest.raises(NumericTypeError, match="Tensor or None but got list"):
        x.grad = [1.0, 2.0]


def test_a_function_written_by_hand_is_used_and_its_mistakes_are_named():
    class Twice(numeric.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            ctx.save_for_backward(x)
            return x * y

        @staticmethod
        def backward(ctx, out_bar):
            (x,) = ctx.saved_tensors
            return out_bar * 100, out_bar * x

    x, y = leaf(2.0), leaf(3.0)
    out = Twice.apply(x, y)
    assert out.grad_fn.name() == "TwiceBackward"
    out.backward()
    assert (x.grad.item(), y.grad.item()) == (100.0, 2.0)
    out = Twice.apply(x, y)
    with numeric.no_grad():
        x += 1
    with pytest.raises(NumericRuntimeError, match="is at version 1; expected version 0"):
        out.backward()
    Twice.backward = staticmethod(lambda ctx, out_bar: out_bar)
    with pytest.raises(NumericRuntimeError, match=r"TwiceBackward.*expected 2, got 1"):
        Twice.apply(leaf(1.0), leaf(1.0)).backward()


SMOOTH = {
    "exp": lambda m, x: x.exp(),
    "log": lambda m, x: (x * x + 1).log(),
    "sqrt": lambda m, x: (x * x + 1).sqrt(),
    "tanh": lambda m, x: x.tanh(),
    "sigmoid": lambda m, x: m.sigmoid(x),
    "norm": lambda m, x: x.norm() * x,
    "div": lambda m, x: x / (x * x + 1),
    "pow": lambda m, x: (x * x + 1) ** (x / 3),
    "mean": lambda m, x: x.mean(0, keepdim=True) * x,
    "cumsum": lambda m, x: x.cumsum(1) * x,
    "matmul": lambda m, x: (x @ x.T) @ x,
    "index": lambda m, x: x[[0, 0, -1]] * x[:1],
    "max": lambda m, x: x.max(1, keepdim=True).values * x,
    "prod": lambda m, x: x.prod(1, keepdim=True) * x,
    "where": lambda m, x: m.where(x > 0, x * x, x.sin()),
    "cat": lambda m, x: m.cat((x, x * x), 1)[:, ::2],
    "stack": lambda m, x: m.stack((x, x.cos())).sum(0),
    "setitem": lambda m, x: _overwritten(x),
}


def _overwritten(x):
    y = x * x
    y[0] = x[-1] ** 3
    y[:, 1:] *= 2
    return y


@pytest.mark.parametrize("name", SMOOTH)
def test_reverse_over_reverse_agrees_with_torch(torch, name):
    rng = np.random.default_rng(3)
    point, inner, outer = rng.standard_normal((3, 3, 4))
    results = []
    for module in (torch, numeric):
        x = module.from_numpy(point.copy()).requires_grad_()
        y = SMOOTH[name](module, x)
        weights = module.from_numpy(np.resize(inner, tuple(y.shape)))
        (g,) = module.autograd.grad(y, x, weights, create_graph=True)
        g.backward(module.from_numpy(outer))
        results.append((y.detach().numpy(), g.detach().numpy(), x.grad.numpy()))
    for ours, theirs in zip(results[1], results[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated:DeprecationWarning")  # torch's
@pytest.mark.parametrize("name", SMOOTH)
def test_forward_mode_agrees_with_torch_and_with_reverse_mode(torch, name):
    rng = np.random.default_rng(4)
    point, x_dot = rng.standard_normal((2, 3, 4))
    results = []
    for module in (torch, numeric):
        x, direction = module.from_numpy(point.copy()), module.from_numpy(x_dot)
        out, out_dot = module.func.jvp(lambda t, m=module: SMOOTH[name](m, t), (x,), (direction,))
        results.append((out.numpy(), out_dot.numpy()))
    for ours, theirs in zip(results[1], results[0], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-12)
    out, pullback = numeric.func.vjp(lambda t: SMOOTH[name](numeric, t), point)
    out_bar = rng.standard_normal(out.shape)
    np.testing.assert_allclose(np.sum(pullback(out_bar)[0] * x_dot), np.sum(out_bar * results[1][1]), rtol=1e-11)


@st.composite
def broadcastable(draw):
    """Two shapes that broadcast, sizes 0 to 3, ranks 0 to 3."""
    full = draw(st.lists(st.integers(0, 3), max_size=3))

    def smaller():
        keep = full[draw(st.integers(0, len(full))) :]
        return tuple(1 if draw(st.booleans()) else n for n in keep)

    return smaller(), smaller()


@given(broadcastable(), st.sampled_from(["add", "sub", "mul", "div", "pow", "maximum"]))
def test_gradients_of_broadcast_operations_have_the_inputs_shapes_and_values(shapes, name):
    """The gradient is that of the same operation on arrays repeated by hand, then summed."""
    rng = np.random.default_rng(0)
    x, y = (numeric.from_numpy(rng.uniform(0.5, 2, s)).requires_grad_() for s in shapes)
    out = getattr(numeric, name)(x, y)
    out_bar = rng.standard_normal(tuple(out.shape))
    out.backward(numeric.tensor(out_bar))
    repeated = [np.broadcast_to(t.detach().numpy(), out.shape).copy() for t in (x, y)]
    _, pullback = numeric.func.vjp(getattr(numeric, name), *repeated)
    for t, bar in zip((x, y), pullback(out_bar), strict=True):
        assert tuple(t.grad.shape) == tuple(t.shape)
        summed = bar.sum(tuple(range(bar.ndim - t.ndim)))
        axes = tuple(a for a, n in enumerate(t.shape) if n != summed.shape[a])
        np.testing.assert_allclose(t.grad.numpy(), summed.sum(axes, keepdims=True), rtol=1e-13, atol=1e-15)


def test_backward_lets_go_of_large_values_and_keeps_their_shapes():
    x = numeric.ones(2000, requires_grad=True)
    middle = x * 1.0
    there = weakref.ref(middle)
    y = middle.sum()
    del middle
    y.backward()
    assert there() is None
    y.backward()  # a sum reads a shape only, and so does a multiplication by a number
    assert x.grad.tolist() == [2.0] * 2000


def test_tensors_of_other_threads_are_recorded_beside_ours():
    """The quiet NumPy context belongs to a thread: two can compute at once."""
    results = []

    def work(k):
        x = leaf(float(k))
        y = x
        for _ in range(300):
            y = y * 1.0 + x / 300
        y.backward()
        results.append((k, round(x.grad.item(), 3)))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [(k, 2.0) for k in range(4)]


def test_overflow_and_division_by_zero_are_silent_as_in_pytorch():
    """NumPy warns of them, and warnings are errors here; its own state is left as it was."""
    before = np.geterr()
    x = leaf(0.0, 1e38)
    y = (1 / x + x * 1e10 + (x * 1000).exp()).log()
    y.sum().backward()
    assert y.tolist() == [np.inf, np.inf]
    assert np.geterr() == before
    with pytest.warns(RuntimeWarning):
        np.float32(1e38) * np.float32(1e10)
