"""`run` reaches a program's own names for NumPy, `math` and `float`, and leaves everything else as it is."""

from __future__ import annotations

import functools
import math
import sys
import threading
import types
from math import exp

import numpy  # noqa: ICN001 - as programs do
import numpy as np
import pytest
from numpy import float32, zeros

from verify.errors import OpaqueError
from verify.lift import Lifted, ball_array, lift, reading, run

X = np.array([0.5, -1.5, 2.0])


def lifted():
    return lift(ball_array(X))


def values(result):
    return [float(cell.v.mid()) for cell in result.cells.ravel()]


def imported_names(x):
    out = zeros(3)
    out[0] = exp(x[0])
    out[1:] = x[1:] * float32(2) + float(x[0])
    return out


def imported_inside(x):
    import numpy.linalg as algebra  # noqa: PLC0415 - as programs do
    from numpy import empty  # noqa: PLC0415

    out = empty(3)
    out[:] = x / algebra.norm([x[0], x[1]])
    return out


def by_its_full_name(x):
    out = numpy.zeros(3)
    out += x
    return out


class Layer:
    def __init__(self):
        self.w = np.array([[1.0, 2.0, 3.0], [0.5, 0.25, -1.0]])
        self.calls = 0

    def __call__(self, x):
        self.calls += 1
        self.x = np.zeros(3)
        self.x[:] = x
        return self.w @ self.x


layer = Layer()
TABLE = {"twice": lambda x: np.array([x[0], x[1]]) * 2}


@np.vectorize
def swish(v):
    return v / (1 + exp(-v))


def of_an_object(x):
    return layer(x)


def from_a_table(x):
    return TABLE["twice"](x)


def decorated(function):
    make = np.ones

    @functools.wraps(function)
    def wrapper(x):
        out = make(3)
        out[0] = function(x)[0]
        return out

    return wrapper


PROGRAMS = {
    "imported names": imported_names,
    "imported inside": imported_inside,
    "full name": by_its_full_name,
    "method": Layer().__call__,
    "callable": Layer(),
    "object in a global": of_an_object,
    "table": from_a_table,
    "vectorized before": lambda x: swish(x) * 2,
    "closure": decorated(imported_names),
    "partial": functools.partial(np.maximum, 0.25),
    "NumPy's own": np.cumsum,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_is_reached_wherever_it_holds_its_names(name):
    program = PROGRAMS[name]
    with reading(literals="exact"):
        result = run(program, lifted())
    np.testing.assert_allclose(values(result), program(X), rtol=1e-6)


def test_a_run_inside_a_run_leaves_the_outer_one_its_names():
    def program(x):
        return run(imported_names, x) + imported_names(x)

    assert values(run(program, lifted())) == [2 * v for v in values(run(imported_names, lifted()))]


def untouched():
    return (
        np.zeros is numpy.zeros is zeros
        and type(np.zeros(2)) is np.ndarray
        and math.exp is exp
        and exp is sys.modules["math"].exp
        and "float" not in globals()
        and isinstance(np, types.ModuleType)
        and np is sys.modules["numpy"]
    )


def test_everything_is_as_before_after_a_run_and_after_an_error():
    run(imported_names, lifted())
    assert untouched()

    def failing(x):
        zeros(3)[0] = x[0]
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        run(failing, lifted())
    assert untouched()


def test_libraries_and_compiled_code_meet_numpy_as_it_is_during_a_run():
    def program(x):
        noise = np.random.default_rng(0).standard_normal((3, 2))  # compiled, and makes its array by numpy.empty
        nodes, weights = np.polynomial.legendre.leggauss(3)
        return x @ noise + np.sum(nodes * weights)

    np.testing.assert_allclose(values(run(program, lifted())), program(X), rtol=1e-12)


def test_another_thread_meets_numpy_as_it_is_during_a_run():
    inside, done = threading.Event(), threading.Event()
    seen = []

    def other():
        inside.wait(10)
        seen.extend([type(zeros(2)), type(np.ones(2) * 2), type(math.exp(0.0)), type(exp(1.0))])
        done.set()

    def program(x):
        inside.set()
        done.wait(10)
        return x

    thread = threading.Thread(target=other)
    thread.start()
    run(program, lifted())
    thread.join()
    assert seen == [np.ndarray, np.ndarray, float, float]


def test_two_threads_run_programs_at_once():
    results = {}

    def work(k):
        results[k] = [values(run(imported_names, lifted())) for _ in range(20)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert untouched()
    assert all(result == results[0][0] for results_of_one in results.values() for result in results_of_one)


def test_a_program_sees_arrays_and_numbers_where_it_asks_for_them():
    def program(x):
        return [
            isinstance(x, np.ndarray),
            isinstance(x[0], np.floating),
            isinstance(x[0], float),
            isinstance(x[0], np.ndarray),
            isinstance(float(x[0]), float),
            isinstance(x.astype(np.float32)[0], np.float32),
            np.isscalar(x[0]),
            isinstance(x > 0, np.ndarray),
            x.dtype == np.float64,
            x.dtype in (np.float32, np.float64),
        ]

    assert run(program, lifted()) == program(X)
    assert isinstance(lifted(), Lifted)


def test_a_python_float_gives_way_to_an_arrays_dtype():
    x = lift(ball_array(X.astype(np.float32)), np.float32)
    assert run(lambda x: x * float(x[0]), x).dtype == np.float32
    assert run(lambda x: x * np.float64(x[0]), x).dtype == np.float64
    assert run(lambda x: x * (math.exp(x[0]) + 1), x).dtype == np.float32


def test_masks_and_indices_make_floats_that_take_exact_numbers():
    def program(x, labels):
        mask = (x > 0).astype(x.dtype)
        mask[1] = x[1]
        hot = np.eye(3)[labels]
        hot[0] -= x
        scale = labels.astype(float)
        scale += x[0]
        return mask + hot[0] + scale

    labels = np.array([2, 0, 1])
    np.testing.assert_allclose(values(run(program, lifted(), labels)), program(X, labels))


def test_scipys_plain_functions_are_met_by_name():
    special = pytest.importorskip("scipy.special")

    def program(x):
        from scipy.special import logsumexp  # noqa: PLC0415 - as programs do

        return special.softmax(x) + logsumexp(x)

    np.testing.assert_allclose(values(run(program, lifted())), program(X), rtol=1e-12)


OUTSIDE = np.zeros(3)


def test_an_array_of_floats_made_before_the_run_takes_no_exact_numbers_and_says_so():
    def assign(x):
        OUTSIDE[0] = x[0]

    def add(x):
        np.add(OUTSIDE, x, out=OUTSIDE)

    for program in (assign, add):
        with pytest.raises(OpaqueError, match=__file__):
            run(program, lifted())


def test_plain_arguments_stay_plain():
    assert type(run(lambda x: x, X)) is np.ndarray
    assert run(lambda x, n: n, lifted(), 3) == 3
