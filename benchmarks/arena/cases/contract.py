"""The contract of a pullback: shape, dtype, arity, None, no mutation, no memory, no dice, any strides."""

import numpy as np

from benchmarks.arena.case import Room, normal

room = Room("contract")


def square(x):
    return x * x


def square_vjp(out_bar, x):
    return (2 * x * out_bar,)


def product(x, y):
    return x * y


def product_vjp(out_bar, x, y):
    return out_bar * y, out_bar * x


@room.mistake("shape", square, square_vjp, normal((5,)), breaks="shape")
def gradient_with_a_leading_axis(out_bar, x):
    return ((2 * x * out_bar)[None],)


@room.mistake("shape", square, square_vjp, normal((3, 4)), breaks="shape")
def gradient_ravelled(out_bar, x):
    return ((2 * x * out_bar).ravel(),)


@room.mistake("shape", square, square_vjp, normal((4,)), breaks="shape")
def gradient_summed(out_bar, x):
    return (np.sum(2 * x * out_bar),)


@room.mistake("shape", square, square_vjp, normal(()), breaks="shape")
def scalar_gradient_with_an_axis(out_bar, x):
    return (np.array([2 * x * out_bar]),)


@room.mistake("dtype", square, square_vjp, normal((4,)), breaks="dtype", dtypes=("float16", "float32"))
def gradient_in_default_precision(out_bar, x):
    g = np.zeros(x.shape)
    g += 2 * x * out_bar
    return (g,)


@room.mistake("dtype", square, square_vjp, normal((4,)), breaks="dtype", dtypes=("float16", "float64"))
def gradient_in_single_precision(out_bar, x):
    return ((2 * x * out_bar).astype(np.float32),)


def steps(x):
    return np.floor(x) + 0 * x


def steps_vjp(out_bar, x):
    del out_bar
    return (np.zeros_like(x),)


@room.mistake("dtype", steps, steps_vjp, normal((4,), shift=0.3), breaks="dtype")
def gradient_of_integers(out_bar, x):
    del out_bar
    return (np.zeros(x.shape, dtype=int),)


@room.mistake("arity", product, product_vjp, normal((3,), (3,)), breaks="arity")
def one_gradient_for_two_inputs(out_bar, x, y):
    del x
    return (out_bar * y,)


@room.mistake("arity", product, product_vjp, normal((3,), (3,)), breaks="arity")
def three_gradients_for_two_inputs(out_bar, x, y):
    return out_bar * y, out_bar * x, out_bar


@room.mistake("arity", product, product_vjp, normal((3,), (3,)))
def gradients_swapped(out_bar, x, y):
    return out_bar * x, out_bar * y


@room.mistake("arity", product, product_vjp, normal((3,), (3,)), breaks="none")
def none_where_a_gradient_is_due(out_bar, x, y):
    del x
    return out_bar * y, None


@room.mistake("arity", square, square_vjp, normal((3,)), breaks="none")
def no_return_at_all(out_bar, x):
    2 * x * out_bar  # a forgotten return is the mistake


@room.mistake("mutation", square, square_vjp, normal((4,)), breaks="mutates")
def input_doubled_in_place(out_bar, x):
    x *= 2
    return (x * out_bar,)


@room.mistake("mutation", square, square_vjp, normal((4,)), breaks="mutates")
def cotangent_multiplied_in_place(out_bar, x):
    out_bar *= 2 * x
    return (out_bar,)


@room.mistake("mutation", product, product_vjp, normal((3,), (3,)), breaks="mutates")
def second_input_zeroed(out_bar, x, y):
    x_bar, y_bar = out_bar * y, out_bar * x
    y[:] = 0
    return x_bar, y_bar


def middle(x):
    return np.sort(x)[len(x) // 2]


def middle_vjp(out_bar, x):
    g = np.zeros_like(x)
    g[np.argsort(x, kind="stable")[len(x) // 2]] = out_bar
    return (g,)


@room.mistake("mutation", middle, middle_vjp, normal((5,)), breaks="mutates", domain=lambda x: x.size > 0)
def input_sorted_in_place(out_bar, x):
    g = np.zeros_like(x)
    g[np.argsort(x, kind="stable")[len(x) // 2]] = out_bar
    x.sort()
    return (g,)


@room.mistake("state", square, square_vjp, normal((4,)), breaks="state", factory=True)
def gradient_scaled_by_its_calls():
    calls = 0

    def vjp(out_bar, x):
        nonlocal calls
        calls += 1
        return (2 * x * out_bar * calls,)

    return vjp


@room.mistake("state", square, square_vjp, normal((4,)), breaks="state", factory=True)
def gradient_accumulated():
    total = {}

    def vjp(out_bar, x):
        total[x.shape] = total.get(x.shape, 0) + 2 * x * out_bar
        return (total[x.shape].copy(),)

    return vjp


@room.mistake("state", square, square_vjp, normal((4,)), breaks="state", factory=True)
def first_input_remembered():
    saved = {}

    def vjp(out_bar, x):
        first = saved.setdefault(x.shape, x.copy())
        return (2 * first * out_bar,)

    return vjp


@room.mistake("state", square, square_vjp, normal((4,)), breaks="aliased", factory=True)
def one_buffer_for_every_call():
    buffers = {}

    def vjp(out_bar, x):
        buffer = buffers.setdefault((x.shape, x.dtype), np.empty_like(x))
        buffer[...] = 2 * x * out_bar
        return (buffer,)

    return vjp


@room.mistake("state", square, square_vjp, normal((4,)), breaks="state", factory=True)
def every_third_call_skipped():
    calls = 0

    def vjp(out_bar, x):
        nonlocal calls
        calls += 1
        return (np.zeros_like(x) if calls % 3 == 0 else 2 * x * out_bar,)

    return vjp


@room.mistake("randomness", square, square_vjp, normal((8,)), breaks="random", factory=True)
def dropout_drawn_again():
    rng = np.random.default_rng(7)

    def vjp(out_bar, x):
        keep = rng.random(x.shape) < 0.5
        return (2 * x * out_bar * keep * 2,)

    return vjp


@room.mistake(
    "randomness", square, square_vjp, normal((4,)), breaks="random", factory=True, dtypes=("float32", "float64")
)
def gradient_with_a_little_noise():
    rng = np.random.default_rng(7)

    def vjp(out_bar, x):
        return (2 * x * out_bar * (1 + 1e-3 * rng.standard_normal(x.shape)).astype(x.dtype),)

    return vjp


@room.mistake("same array twice", product, product_vjp, normal((3,), (3,)), breaks="twice")
def shortcut_when_both_are_one_array(out_bar, x, y):
    if x is y:
        return 2 * x * out_bar, 2 * x * out_bar
    return out_bar * y, out_bar * x


@room.mistake("same array twice", product, product_vjp, normal((3,), (3,)), breaks="twice")
def second_gradient_dropped_when_memory_is_shared(out_bar, x, y):
    if np.shares_memory(x, y):
        return out_bar * y, np.zeros_like(y)
    return out_bar * y, out_bar * x


@room.mistake("strides", square, square_vjp, normal((3, 4)), breaks="strides")
def memory_order_trusted(out_bar, x):
    flat = 2 * x.ravel(order="K") * out_bar.ravel(order="C")
    return (flat.reshape(x.shape),)


@room.mistake("strides", square, square_vjp, normal((3, 3)), breaks="strides")
def fortran_arrays_transposed(out_bar, x):
    g = 2 * x * out_bar
    return (g.T if x.flags.f_contiguous and not x.flags.c_contiguous and g.shape == g.T.shape else g,)


@room.mistake("strides", square, square_vjp, normal((6,)), breaks="strides")
def stride_forgotten(out_bar, x):
    start = x if x.flags.c_contiguous or x.ndim != 1 else np.lib.stride_tricks.as_strided(x, x.shape, (x.itemsize,))
    return (2 * start * out_bar,)


@room.mistake("raises", square, square_vjp, normal((4,)), breaks="raises")
def wrong_name_in_the_backward(out_bar, x):
    return (2 * x * out_bar.gradient,)
