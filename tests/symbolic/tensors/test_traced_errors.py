"""What a traced function may not do is one clear error: what was done, what is expected, and where."""

import contextlib
import inspect
import math
import re

import numpy as np
import pytest

from symbolic import FormulaError, derive
from symbolic.tensors import tracing

LEFT = (
    " makes a plain number or array of a traced one: a value left the trace, and its derivative with it; "
    "leave it out, or use NumPy's functions (np.exp for math.exp)"
)
WHOLE = " needs a whole number, and n stands for every size: give the size as a number, as in shapes='x: 3'"
UNKNOWN = " is no function known here: write it with others, such as np.sum, np.where, np.exp or np.linalg.solve"
VIEW = (
    "an array is changed in place that another name sees too, through a view (a slice, .T, reshape): "
    "write y = y + … in place of y += …, or take a .copy() first"
)
REAL = ": a formula is of real numbers, leave dtype out"
EXPECTED = " stands where a number or an array of real numbers is expected"
PLAIN_OUT = (
    " writes symbols into a plain array (out= or +=): write y = y + … in place of it, "
    "or make the array with np.zeros in the function"
)
OTHER_PATH = (
    " has another value at the sample point than itself: "
    "on plain arrays it takes another path (isinstance, try, a state or random numbers)"
)
MASK = (
    "the entries that a mask keeps are as many as it has true ones, for no size: choose them with np.where(mask, x, 0)"
)
TOO_LONG = (
    "an array of 100 constants (shape (100,)) is too long to be written out, at most 64 are: "
    "make it a parameter of the function and give its shape"
)
AMBIGUOUS = (
    "an array of shape (n,) has no truth value of its own: "
    "ask np.all(…) or np.any(…), or choose entry by entry with np.where"
)
NAN = (
    "the comparison √(−‖x‖²) > 1 has no answer at the sample point, where a side is NaN: "
    "give at= a point where both are numbers"
)
ENDLESS = ": the trace ends there; a loop may have no end"


def view(x):
    y = x[1:]
    y += 1
    return x.sum()


def seen(x):
    y = x.T
    x[0] = 1
    return y.sum()


def unfinished(x):
    y = x[1:]
    y += 1
    return x


def plain_out(x):
    out = np.arange(3.0)
    out += x
    return out.sum()


def caught(x):
    try:
        return float(x.sum())
    except Exception:  # noqa: BLE001 - a program on trial
        return 0.0


def raises(x):
    if x.ndim == 1:
        raise KeyError("a vector")
    return x


def lost(x):
    try:
        return np.log(np.linalg.cholesky(np.outer(x, x))).sum()
    except np.linalg.LinAlgError:
        return x.sum()


def other(x):
    return x.sum() if isinstance(x, np.ndarray) else x @ x


def random(x):
    return np.random.default_rng().normal() * x.sum()


def forever(x):
    while x.sum() * 0 < 1:
        x = x + 1
    return x


def catching(x):
    while True:
        with contextlib.suppress(Exception):
            x = x + 1


def idle(x):
    while x.ndim:
        pass


def comparing(x):
    while x.sum() < 1e9 or True:
        pass


def deep(x):
    for _ in range(200):
        x = np.tanh(x)
    return x


def long(x):
    for _ in range(30):
        x = x + np.sin(x)
    return x


def calls(x):
    return calls(x)


def resized(x):
    x += np.ones((2, 1))
    return x


ERRORS = [
    # a value leaves
    (lambda x: float(x.sum()), "float(x)" + LEFT),
    (lambda x: int(x.sum()), "int(x)" + LEFT),
    (lambda x: round(x.sum()), "round(x)" + LEFT),
    (lambda x: x.sum().item(), ".item()" + LEFT),
    (lambda x: x.tolist(), ".tolist()" + LEFT),
    (lambda x: np.asarray(x) @ x, "np.asarray(x), or a function that calls it," + LEFT),
    (lambda x: np.vectorize(math.exp)(x), "np.asarray(x), or a function that calls it," + LEFT),
    (lambda x: [1, 2][x[0]], "an index or a range" + LEFT),
    (caught, "float(x)" + LEFT),
    # a size is a name
    (lambda x: x.sum() / len(x), "len(x)" + WHOLE),
    (lambda x: sum(x[i] for i in range(x.shape[0])), "a range, an index or a shape" + WHOLE),
    (lambda x: sum(v * v for v in x), "a loop over the entries of x" + WHOLE),
    (lambda x: list(range(2 * x.size)),
     ("a range, an index or a shape" + WHOLE).replace("n stands", "2·n stands")),
    # functions and arguments that no formula has
    (lambda x: np.partition(x, 1), "np.partition" + UNKNOWN),
    (lambda x: np.fft.fft(x), "np.fft.fft" + UNKNOWN),
    (lambda x: math.fmod(x.sum(), 2), "math.fmod" + UNKNOWN),
    (lambda x: divmod(x, 2)[0], "np.divmod" + UNKNOWN),
    (lambda x: np.add.at(x, [0], 1), "np.add.at is not read here: use functions of whole arrays, such as np.sum"),
    (lambda x: x.sort(), ".sort of an array is not read here: use functions such as np.sum(x)"),
    (lambda x: np.sum(x, dtype=int), "np.sum with dtype=int64" + REAL),
    (lambda x: np.exp(x, dtype=complex), "np.exp with dtype=complex128" + REAL),
    (lambda x: np.zeros(x.shape, dtype=int), "np.zeros with dtype=int64" + REAL),
    (lambda x: x.astype(int), ".astype(int64) drops what a derivative is made of: leave it out"),
    (lambda x: np.sum(x, where=x > 0),
     "np.sum with where=: choose entry by entry with np.where(mask, x, 0) in place of it"),
    (lambda x: np.exp(x, where=x > 0),
     "np.exp with where=: choose entry by entry with np.where(mask, x, 0) in place of it"),
    (lambda x: np.max(x, initial=0.0), "np.max with initial= is not read here: it is called as max(x, axis, keepdims)"),
    (lambda x: np.exp(x, out=np.arange(3.0)),
     "np.exp" + PLAIN_OUT),
    (lambda x: np.cumsum(x, out=np.arange(3.0)),
     "np.cumsum writes symbols into a plain array (out=): take what it returns in place of it"),
    (plain_out, "np.add" + PLAIN_OUT),
    (lambda x: np.logical_and(x, x), "np.logical_and takes comparisons here, such as x > 0, and not numbers"),
    (lambda x: np.all(x), "np.all takes comparisons here, such as x > 0, and not numbers"),
    # indices
    (lambda x: x[x > 0].sum(), MASK),
    (lambda x: x[1.5], "1.5 is no index here: use whole numbers, slices with constant ends, None and ..."),
    (lambda x: x[x], "x is used as an index: say that it holds labels, domains={'x': 'labels'}"),
    (lambda x: x[np.argmax(x) + 1],
     "the place of the greatest entry is an index and no number: write x[np.argmax(x)]"),
    (lambda x: np.argmin(x), "the place of the greatest entry is an index and no number: write x[np.argmax(x)]"),
    # changes in place
    (view, VIEW),
    (unfinished, VIEW),
    (seen, VIEW),
    (resized, "an array of shape (n,) is changed in place to one of shape (2, n)"),
    # constants
    (lambda x: np.random.default_rng(0).normal(size=100) @ x,
     TOO_LONG),
    (lambda x: np.where(x > 0, x, -np.inf), "-inf is not a real number of ordinary size: no formula holds it"),
    (lambda x: 1j * x, "1j (type=complex)" + EXPECTED),
    (lambda x: x + np.array(["a"]), "an array of dtype <U1" + EXPECTED),
    (lambda x: x + np.ones(0), "an array of shape (0,) is empty: it leaves nothing to differentiate"),
    (lambda x: x + np.ones(3),
     "shapes (n,) with (3,) do not broadcast: n ≠ 3; sizes on one axis have to be equal or 1"),
    (lambda x: x / 0, "division by 0"),
    # comparisons
    (lambda x: x if x > 0 else -x, AMBIGUOUS),
    (lambda x: x if np.sqrt(-x @ x) > 1 else -x, NAN),
    (lambda x: x if np.isnan(np.sqrt(-x @ x)) else -x,
     "np.isnan is asked of what is not finite at the sample point: give at= another point"),
    # the result
    (lambda x: (x, x), "the function returns a tuple of 2: return one array, or derive each by itself"),
    (lambda x: {"a": x}, "the function returns a dict of 1: return one array, or derive each by itself"),
    (lambda x: None, "the function returns nothing: give it a return"),
    (lambda x: "text", "'text' (type=str)" + EXPECTED),
    (lambda x: np.log(-x * x),
     "the function has no finite value at the sample point: give at= a point where it has one"),
    # what it raises, and where it is not what it seems
    (raises, "raises raised KeyError: 'a vector'"),
    (lost, "np.linalg.cholesky raises LinAlgError at the sample point: Matrix is not positive definite"),
    (other, "the formula of other" + OTHER_PATH),
    (random, "the formula of random" + OTHER_PATH),
    # too much
    (forever, f"forever makes more than {tracing.MOST_OPERATIONS} operations{ENDLESS}"),
    (catching, f"catching makes more than {tracing.MOST_OPERATIONS} operations{ENDLESS}"),
    (comparing, f"comparing makes more than {tracing.MOST_COMPARISONS} comparisons{ENDLESS}"),
    (deep, "the formula of deep is nested more than 150 deep: give it fewer steps, or smaller sizes"),
    (long, "the formula of long has more than 2000 parts: give it fewer steps, or smaller sizes"),
    (calls, "calls makes a formula, or calls, nested too deep: give it fewer steps"),
]  # fmt: skip


def message_of(f, shapes="x: n", **more):
    """The error's text, without the line where it happened."""
    with pytest.raises(FormulaError) as error:
        derive(f, "x", shapes, **more)
    return re.sub(r" \(line \d+ of test_traced_errors\.py\)$", "", str(error.value))


@pytest.mark.parametrize(("f", "message"), ERRORS, ids=[row[1][:50] for row in ERRORS])
def test_what_is_not_traced_is_one_clear_error(f, message):
    assert message_of(f) == message


def test_a_function_of_scipy_that_no_formula_has_is_told():
    special = pytest.importorskip("scipy.special")
    assert message_of(lambda x: special.struve(1, x)) == "scipy.special.struve" + UNKNOWN
    assert message_of(lambda x: special.zeta(x, 2.0)) == "scipy.special.zeta" + UNKNOWN


def test_an_error_says_where_in_the_program_it_happened():
    with pytest.raises(FormulaError) as error:
        derive(caught, "x", "x: n")
    line = inspect.getsourcelines(caught)[1] + 2
    assert str(error.value).endswith(f"(line {line} of test_traced_errors.py)")


def test_the_programs_own_exception_is_the_cause():
    with pytest.raises(FormulaError) as error:
        derive(raises, "x", "x: n")
    assert isinstance(error.value.__cause__, KeyError)


def test_a_program_that_computes_nothing_and_does_not_end_is_stopped(monkeypatch):
    monkeypatch.setattr(tracing, "MOST_SECONDS", 0.2)
    assert message_of(idle) == f"idle runs for more than 0.2 seconds{ENDLESS}"


def test_a_tie_at_the_sample_point_is_told():
    at = {"x": np.array([1.0, 1.0])}
    assert message_of(lambda x: x @ x if x[0] > x[1] else x[0], at=at) == (
        "the comparison x[0] > x[1] is a tie at the sample point, where both sides are 1: "
        "give at= a point on one side of it"
    )
    assert message_of(lambda x: x @ x if (x >= 1).all() else x[0], at=at) == (
        "the comparison x ≥ 1 is a tie at the sample point, where both sides are 1: give at= a point on one side of it"
    )


def test_shapes_that_do_not_fit_the_parameters_are_told():
    def f(A, x, b=1.0):
        return (A @ x).sum() * b

    assert message_of(f) == "f takes A, and shapes do not say of what shape: add A: …"
    assert message_of(lambda: 1) == "shapes name x, which the function does not take: its parameters are none"
    assert message_of(f, "A: m,n  x: n  y: n") == "shapes name y, which f does not take: its parameters are A, x, b"
    assert message_of(f, "A: m,n  x: k") == "A is (m, n), x is (k,): n ≠ k"
    assert message_of({}.get) == "get takes key, and shapes do not say of what shape: add key: …"


def test_what_is_read_in_another_sense_than_numpys_is_told():
    assert message_of(lambda x: np.linalg.svd(x)[0], "x: m,n") == (
        "np.linalg.svd has shape (4, 4) in NumPy at the sample point and is read with shape (3, 4) here"
    )


def test_an_attribute_may_be_asked_for():
    assert derive(lambda x: x.sum() if not hasattr(x, "numpy") else x @ x, "x", "x: n").result == "𝟏"


def test_printing_a_traced_array_is_harmless(capsys):
    def shown(x):
        print(f"{x.sum():.3f}", x)  # noqa: T201 - a program on trial
        return x.sum()

    derive(shown, "x", "x: n")
    assert "Traced(Σ_{k<n} x[k], shape ())" in capsys.readouterr().out
