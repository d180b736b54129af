"""Cumulative operations, recurrences and time steps: the sum that runs backwards, the state that was forgotten."""

import numpy as np

from benchmarks.arena.case import Room, at, normal, uniform

room = Room("scans")


def running_sum(x):
    return np.cumsum(x)


def running_sum_vjp(out_bar, x):
    del x
    return (np.cumsum(out_bar[::-1])[::-1],)


@room.mistake("axis reversed", running_sum, running_sum_vjp, normal((5,)))
def cumulative_sum_not_reversed(out_bar, x):
    del x
    return (np.cumsum(out_bar),)


@room.mistake("off by one", running_sum, running_sum_vjp, normal((5,)))
def cumulative_sum_exclusive(out_bar, x):
    del x
    return (np.cumsum(out_bar[::-1])[::-1] - out_bar,)


def column_sums(x):
    return np.cumsum(x, axis=0)


def column_sums_vjp(out_bar, x):
    del x
    return (np.cumsum(out_bar[::-1], axis=0)[::-1],)


@room.mistake("wrong axis", column_sums, column_sums_vjp, normal((3, 3)))
def cumulative_sum_of_the_other_axis(out_bar, x):
    del x
    return (np.cumsum(out_bar[:, ::-1], axis=1)[:, ::-1],)


def running_product(x):
    return np.cumprod(x)


def running_product_vjp(out_bar, x):
    n = len(x)
    g, left, tail = np.zeros_like(x), np.ones_like(x), np.zeros_like(x)
    for i in range(1, n):
        left[i] = left[i - 1] * x[i - 1]
    for i in reversed(range(n)):
        tail[i] = out_bar[i] + (x[i + 1] * tail[i + 1] if i + 1 < n else 0)
    g[:] = left * tail
    return (g,)


@room.mistake(
    "at zero", running_product, running_product_vjp, uniform(0.5, 2, (4,)),
    witness=at([2, 0, 3, 4]), reference="pymc-devs/pytensor#1956",
)  # fmt: skip
def cumulative_product_divided(out_bar, x):
    with np.errstate(all="ignore"):
        return (np.cumsum((out_bar * np.cumprod(x))[::-1])[::-1] / x,)


@room.mistake("dropped term", running_product, running_product_vjp, uniform(0.5, 2, (4,)))
def cumulative_product_own_term_only(out_bar, x):
    return (out_bar * np.cumprod(x) / x,)


def running_max(x):
    return np.maximum.accumulate(x)


def running_max_vjp(out_bar, x):
    g, best = np.zeros_like(x), 0
    for i in range(len(x)):
        if x[i] > x[best]:
            best = i
        g[best] += out_bar[i]
    return (g,)


@room.mistake("dropped term", running_max, running_max_vjp, normal((6,)))
def running_maximum_pays_once(out_bar, x):
    g, best = np.zeros_like(x), 0
    for i in range(len(x)):
        if x[i] > x[best]:
            best = i
        g[best] = out_bar[i]
    return (g,)


def smooth(x):
    out = np.zeros_like(x)
    state = 0 * x[0]
    for i in range(len(x)):
        state = 0.75 * state + 0.25 * x[i]
        out[i] = state
    return out


def smooth_vjp(out_bar, x):
    g = np.zeros_like(x)
    carry = 0 * x[0]
    for i in reversed(range(len(x))):
        carry = out_bar[i] + 0.75 * carry
        g[i] = 0.25 * carry
    return (g,)


NONEMPTY = {"domain": lambda x, *rest: len(x) > 0}


@room.mistake("dropped term", smooth, smooth_vjp, normal((5,)), **NONEMPTY)
def moving_average_without_memory(out_bar, x):
    del x
    return (0.25 * out_bar,)


@room.mistake("off by one", smooth, smooth_vjp, normal((5,)), **NONEMPTY)
def moving_average_decays_a_step_early(out_bar, x):
    g = np.zeros_like(x)
    carry = 0 * x[0]
    for i in reversed(range(len(x))):
        carry = 0.75 * (out_bar[i] + carry)
        g[i] = 0.25 * carry
    return (g,)


def recurrent(x, w):
    h = 0 * x[0]
    for t in range(len(x)):
        h = np.tanh(w * h + x[t])
    return h


def recurrent_states(x, w):
    states = [0 * x[0]]
    for t in range(len(x)):
        states.append(np.tanh(w * states[-1] + x[t]))
    return states


def sech2(z):
    e = np.exp(-np.abs(z))
    s = 2 * e / (1 + e * e)
    return s * s


def recurrent_vjp(out_bar, x, w):
    states = recurrent_states(x, w)
    x_bar, w_bar, h_bar = np.zeros_like(x), 0 * w, out_bar
    for t in reversed(range(len(x))):
        z_bar = h_bar * sech2(w * states[t] + x[t])
        x_bar[t] = z_bar
        w_bar = w_bar + z_bar * states[t]
        h_bar = w * z_bar
    return x_bar, np.asarray(w_bar)


@room.mistake("dropped term", recurrent, recurrent_vjp, normal((4,), ()), **NONEMPTY)
def backpropagation_truncated_to_one_step(out_bar, x, w):
    states = recurrent_states(x, w)
    x_bar = np.zeros_like(x)
    z_bar = out_bar * sech2(w * states[-2] + x[-1])
    x_bar[-1] = z_bar
    return x_bar, np.asarray(z_bar * states[-2])


@room.mistake("off by one", recurrent, recurrent_vjp, normal((4,), ()), **NONEMPTY)
def recurrent_weight_uses_the_next_state(out_bar, x, w):
    states = recurrent_states(x, w)
    x_bar, w_bar, h_bar = np.zeros_like(x), 0 * w, out_bar
    for t in reversed(range(len(x))):
        z_bar = h_bar * sech2(w * states[t] + x[t])
        x_bar[t] = z_bar
        w_bar = w_bar + z_bar * states[t + 1]
        h_bar = w * z_bar
    return x_bar, np.asarray(w_bar)


@room.mistake("dropped term", recurrent, recurrent_vjp, normal((4,), ()), **NONEMPTY)
def recurrent_weight_last_step_only(out_bar, x, w):
    states = recurrent_states(x, w)
    x_bar, h_bar = recurrent_vjp(out_bar, x, w)[0], out_bar
    return x_bar, np.asarray(h_bar * sech2(w * states[-2] + x[-1]) * states[-2])


def gate(x, f):
    c = 0 * x[0]
    for t in range(len(x)):
        c = f[t] * c + (1 - f[t]) * x[t]
    return c


def gate_vjp(out_bar, x, f):
    states = [0 * x[0]]
    for t in range(len(x)):
        states.append(f[t] * states[-1] + (1 - f[t]) * x[t])
    x_bar, f_bar, c_bar = np.zeros_like(x), np.zeros_like(f), out_bar
    for t in reversed(range(len(x))):
        x_bar[t] = (1 - f[t]) * c_bar
        f_bar[t] = (states[t] - x[t]) * c_bar
        c_bar = f[t] * c_bar
    return x_bar, f_bar


@room.mistake("dropped term", gate, gate_vjp, uniform(0.1, 0.9, (4,), (4,)), **NONEMPTY)
def gate_complement_forgotten(out_bar, x, f):
    x_bar, _ = gate_vjp(out_bar, x, f)
    states = [0 * x[0]]
    for t in range(len(x)):
        states.append(f[t] * states[-1] + (1 - f[t]) * x[t])
    f_bar, c_bar = np.zeros_like(f), out_bar
    for t in reversed(range(len(x))):
        f_bar[t] = states[t] * c_bar
        c_bar = f[t] * c_bar
    return x_bar, f_bar


@room.mistake("treated as constant", gate, gate_vjp, uniform(0.1, 0.9, (4,), (4,)), **NONEMPTY)
def gates_constant(out_bar, x, f):
    return gate_vjp(out_bar, x, f)[0], np.zeros_like(f)


def euler(y, k):
    for _ in range(6):
        y = y - 0.125 * k * y * y
    return y


def euler_vjp(out_bar, y, k):
    path = [y]
    for _ in range(6):
        path.append(path[-1] - 0.125 * k * path[-1] * path[-1])
    y_bar, k_bar = out_bar, 0 * k
    for state in reversed(path[:-1]):
        k_bar = k_bar - 0.125 * state * state * y_bar
        y_bar = y_bar * (1 - 0.25 * k * state)
    return y_bar, k_bar


@room.mistake("off by one", euler, euler_vjp, uniform(0.5, 1.5, (3,), (3,)))
def adjoint_one_step_short(out_bar, y, k):
    path = [y]
    for _ in range(6):
        path.append(path[-1] - 0.125 * k * path[-1] * path[-1])
    y_bar, k_bar = out_bar, 0 * k
    for state in reversed(path[1:-1]):
        k_bar = k_bar - 0.125 * state * state * y_bar
        y_bar = y_bar * (1 - 0.25 * k * state)
    return y_bar, k_bar


@room.mistake("axis reversed", euler, euler_vjp, uniform(0.5, 1.5, (3,), (3,)))
def adjoint_along_the_path_forwards(out_bar, y, k):
    path = [y]
    for _ in range(6):
        path.append(path[-1] - 0.125 * k * path[-1] * path[-1])
    y_bar, k_bar = out_bar, 0 * k
    for state in path[:-1]:
        k_bar = k_bar - 0.125 * state * state * y_bar
        y_bar = y_bar * (1 - 0.25 * k * state)
    return y_bar, k_bar


def log_running_sum(x):
    return np.logaddexp.accumulate(x)


def log_running_sum_vjp(out_bar, x):
    out = np.logaddexp.accumulate(x)
    g = np.zeros_like(x)
    for i in range(len(x)):
        g[i] = np.sum(out_bar[i:] * np.exp(x[i] - out[i:]))
    return (g,)


@room.mistake("dropped term", log_running_sum, log_running_sum_vjp, normal((4,)), reference="pytorch/pytorch#32876")
def log_cumulative_sum_scaled_twice(out_bar, x):
    out = np.logaddexp.accumulate(x)
    g = np.zeros_like(x)
    for i in range(len(x)):
        g[i] = np.sum(out_bar[i:] * np.exp(x[i] - 2 * out[i:]))
    return (g,)
