"""Comparisons of a traced function go as they go at the sample point, and are conditions of the derivative."""

import json

import jsonschema
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from symbolic import Derived, FormulaError, derive
from symbolic.tensors.exchange import schema

SHAPES = "A: m,n  x: n  b: m"


def loss(A, x, b):
    r = A @ x - b
    return np.sum(r * r) if r.sum() > 0 else np.abs(r).sum()


def doubled(x):
    while np.linalg.norm(x) < 10:
        x = 2 * x
    return x.sum()


def middle(x):
    a, b, c = x
    if a > b:
        a, b = b, a
    if b > c:
        b, c = c, b
    return max(a, b)


def penalty(x, lam):
    if np.all(x > 0) and lam != 2:
        return lam * np.log(x).sum()
    if (x < -1).any() or not lam > 0:
        return np.exp(x).sum()
    return x @ x


def root(a):
    y = a
    while abs(y * y - a) > 1e-3:
        y = (y + a / y) / 2
    return y


def paths(f, shapes, at=None, domains=None):
    return [str(c) for c in derive(f, next(iter(at or {"x": 0})), shapes, domains, at=at).path]


def at_of(sign):
    return {"A": np.ones((2, 3)), "x": np.full(3, sign), "b": np.array([0.25, 0.5])}


def test_the_sample_point_says_which_path_is_derived():
    above, below = (derive(loss, "x", SHAPES, at=at_of(sign)) for sign in (1.0, -1.0))
    assert (above.result, [str(c) for c in above.path]) == ("2·Aᵀ·(A·x − b)", ["sum(A·x − b) > 0"])
    assert (below.result, [str(c) for c in below.path]) == ("Aᵀ·sign(A·x − b)", ["sum(A·x − b) ≤ 0"])


def test_without_a_point_one_is_drawn_and_every_run_draws_the_same():
    first, second = (derive(loss, "x", SHAPES) for _ in range(2))
    assert first.path == second.path
    assert first.result == second.result


def test_a_condition_is_text_latex_and_mathml():
    (condition,) = derive(loss, "x", SHAPES, at=at_of(1.0)).path
    assert condition.text() == str(condition) == "sum(A·x − b) > 0"
    assert condition.latex() == r"\mathrm{sum}(A x - b) > 0"
    assert condition.mathml().startswith("<math")


def test_the_derivative_is_printed_with_its_conditions():
    d = derive(loss, "x", SHAPES, at=at_of(1.0))
    assert str(d) == "2·Aᵀ·(A·x − b) where sum(A·x − b) > 0"
    assert d._repr_latex_() == (r"$\displaystyle 2 A^{\top} (A x - b)\quad\text{where }\mathrm{sum}(A x - b) > 0$")
    plain = derive("x @ x", "x", "x: n")
    assert (str(plain), plain.path) == ("2·x", ())
    assert plain._repr_latex_() == r"$\displaystyle 2 x$"


def test_the_document_keeps_the_path():
    d = derive(loss, "x", SHAPES, at=at_of(1.0))
    doc = json.loads(json.dumps(d.to_json()))
    jsonschema.validate(doc, schema())
    assert doc["path"] == ["sum(A·x − b) > 0"]
    loaded = Derived.from_json(doc)
    assert (loaded.path, str(loaded)) == (d.path, str(d))
    assert loaded._repr_latex_() == r"$\displaystyle 2 A^{\top} (A x - b)\quad\text{where }\text{sum(A·x − b) > 0}$"
    assert "path" not in derive("x @ x", "x", "x: n").to_json()


def test_a_loop_runs_as_often_as_at_the_sample_point():
    d = derive(doubled, "x", "x: n", at={"x": np.array([3.0, 0.0])})
    assert d.result == "4·𝟏"
    assert [str(c) for c in d.path] == ["‖x‖ < 10", "√(4·‖x‖²) < 10", "√(16·‖x‖²) ≥ 10"]


def test_all_any_and_or_not_are_conditions_by_de_morgan():
    point = {"x": np.array([1.0, 2.0]), "lam": 0.5}
    assert paths(penalty, "x: n  lam:", point) == ["all(x > 0)", "lam ≠ 2"]
    assert paths(penalty, "x: n  lam:", {**point, "x": [-0.5, 1]}) == ["any(x ≤ 0)", "all(x ≥ −1)", "lam > 0"]
    both = paths(lambda x: x.sum() if ((x > 0) & (x < 1)).all() else x @ x, "x: n", {"x": [0.5, 2.0]})
    assert both == ["any(x ≤ 0 ∨ x ≥ 1)"]


def test_sizes_may_be_compared_too():
    def by_size(x):
        return x.sum() / x.shape[0] if x.shape[0] > 2 else x.sum()

    assert paths(by_size, "x: n", {"x": [1.0, 2.0]}) == ["n ≤ 2"]
    assert paths(by_size, "x: n", {"x": [1.0, 2.0, 3.0]}) == ["n > 2"]


def test_what_every_input_decides_alike_is_no_condition():
    def careful(A, x):
        if A.shape[1] != x.shape[0] or x.ndim != 1 or A.shape != (A.shape[0], x.size):
            raise ValueError
        return (A @ x).sum() if np.eye(2).sum() > 1 and x.sum() - x.sum() == 0 else 0

    assert derive(careful, "x", "A: m,n  x: n").path == ()


def test_a_condition_that_is_met_twice_is_written_once():
    def twice(x):
        return x.sum() if x.sum() > 0 and x.sum() > 0 else x @ x

    assert paths(twice, "x: n", {"x": [1.0, 2.0]}) == ["sum(x) > 0"]


def test_a_count_of_comparisons_is_no_tie_though_it_is_met_exactly():
    def most(x):
        return x.sum() if (x > 0).sum() >= 2 else x @ x

    assert paths(most, "x: n", {"x": [1.0, 2.0, -1.0]}) == ["sum([x > 0]) ≥ 2"]


def test_conditions_in_where_and_in_products_stay_symbols():
    d = derive(lambda x: np.where(x > 1, x, 0).sum() + (x > 0) @ x, "x", "x: n")
    assert d.path == ()
    np.testing.assert_array_equal(d.numpy()(np.array([-1.0, 0.5, 2.0])), [0, 1, 2])


def test_the_point_is_drawn_again_where_the_function_has_no_value():
    def logarithm(x, S):
        return np.log(x).sum() + np.log(np.diag(np.linalg.cholesky(S))).sum()

    assert derive(logarithm, "x", "x: n  S: n,n", {"S": "spd"}).result == "1/x"


SEEDS = st.integers(0, 2**32 - 1)
FUNCTIONS = {
    "loss": (loss, {"A": (2, 3), "x": (3,), "b": (2,)}, "A: m,n  x: n  b: m", "x"),
    "doubled": (doubled, {"x": (4,)}, "x: n", "x"),
    "middle": (middle, {"x": (3,)}, "x: 3", "x"),
    "penalty": (penalty, {"x": (2,), "lam": ()}, "x: n  lam:", "x"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@given(seed=SEEDS)
def test_at_a_point_the_derivative_is_that_of_the_function_on_the_path_of_the_point(name, seed):
    f, sizes, shapes, wrt = FUNCTIONS[name]
    rng = np.random.default_rng(seed)
    point = {n: rng.normal(size=shape) for n, shape in sizes.items()}
    claimed = derive(f, wrt, shapes, at=point).gradient.evaluate(point).astype(float)

    def along(e, h):
        near = [f(**{**point, wrt: point[wrt] + s * h * e}) for s in (-2, -1, 1, 2)]
        return (8 * (near[2] - near[1]) - (near[3] - near[0])) / (12 * h)

    for k, e in enumerate(np.eye(len(point[wrt]))):
        long, short = along(e, 1e-3), along(e, 1e-4)
        assume(abs(long - short) < 1e-4 * (1 + abs(short)))  # both points are on one path
        assert abs(claimed[k] - short) <= abs(long - short) + 1e-8 * (1 + abs(short))


def test_newtons_iteration_is_derived_to_the_step_where_it_stops():
    d = derive(root, "a", "a:", at={"a": 2.0})
    assert len(d.path) == 4
    h = 1e-5
    measured = (root(2 + h) - root(2 - h)) / (2 * h)
    assert abs(float(d.gradient.evaluate({"a": np.array(2.0)})) - measured) < 1e-9


WRONG_POINTS = [
    ({"x": [1.0, 2.0]}, "at= gives one array for each of A, x: A does not fit"),
    ({"A": np.ones((2, 3)), "x": [1.0] * 3, "y": 1}, "at= gives one array for each of A, x: y does not fit"),
    ({"A": np.ones((2, 3)), "x": [1.0]}, "at= gives for A the shape (2, 3), not (m, n) with m = 2, n = 1"),
    ({"A": [[1.0, "a"]], "x": [1.0]}, "at= gives for A what is no array of numbers: [[1.0, 'a']]"),
    (
        {"A": [[1.0, np.nan]], "x": [1.0]},
        "at= gives for A what is not finite: a path goes through a point of real numbers",
    ),
]


@pytest.mark.parametrize(("at", "message"), WRONG_POINTS)
def test_a_point_that_does_not_fit_is_told(at, message):
    with pytest.raises(FormulaError) as caught:
        derive(lambda A, x: A @ x, "x", "A: m,n  x: n", at=at)
    assert str(caught.value) == message


def test_a_formula_has_no_path_to_choose():
    with pytest.raises(FormulaError) as caught:
        derive("x @ x", "x", "x: n", at={"x": [1.0]})
    assert (
        str(caught.value) == "at= says which path of a Python function is followed: a formula has but one, leave it out"
    )
