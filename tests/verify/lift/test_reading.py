"""A reading notes every comparison of a program with its margin and line, its casts and its singular results."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from verify.errors import OpaqueError, SingularError, UndecidableError, UsageError
from verify.lift import Ball, ball_array, lift, reading, run, series_array
from verify.lift.reading import MOST_COMPARISONS


def lifted(*values, dtype=np.float64):
    return lift(ball_array(np.array(values, dtype=dtype)), dtype)


def noted(program, *values):
    with reading(literals="exact", singular="carry") as notes:
        run(program, lifted(*values))
    return notes


def middles(comparison):
    return [float(cell.coefficient(0).mid()) for cell in comparison.margins.ravel()]


CHOICES = {
    "<": lambda x: x < 0.5,
    "<=": lambda x: x <= 0.5,
    ">": lambda x: np.where(x > 0.5, x, 0),
    ">=": lambda x: x[x >= 0.5],
    "==": lambda x: x == 0.5,
    "!=": lambda x: x != 0.5,
    "max": lambda x: np.maximum(x, 0.5),
    "min": lambda x: np.minimum(x, 0.5),
}


@pytest.mark.parametrize("relation", CHOICES)
def test_a_comparison_is_noted_with_left_minus_right_entry_by_entry(relation):
    (comparison,) = noted(CHOICES[relation], 2.0, -1.0).comparisons
    assert comparison.relation == relation
    assert middles(comparison) == [1.5, -1.5]


def test_a_comparison_names_the_line_of_the_program():
    def program(x):
        return np.maximum(x, 0)

    (comparison,) = noted(program, 1.0).comparisons
    assert comparison.where == f"{__file__}:{inspect.getsourcelines(program)[1] + 1}"


@pytest.mark.parametrize(
    ("relation", "program", "margins"),
    [
        ("abs", np.abs, [3.0, -1.0]),
        ("sign", np.sign, [3.0, -1.0]),
        ("sort", np.sort, [4.0]),
        ("argmax", np.argmax, [4.0]),
        ("argmin", np.argmin, [-4.0]),
        ("max", np.max, [4.0]),
        ("max", lambda x: x.clip(0.0), [3.0, -1.0]),
        ("floor", lambda x: np.floor(x + 0.25), [0.25, 0.25]),
        ("rint", lambda x: np.round(x + 0.25), [-0.25, -0.25]),
        ("trunc", lambda x: x.astype(int), [0.0, 0.0]),
        ("!=", lambda x: 1 if x[0] else 2, [3.0]),
        ("!=", lambda x: np.any(x), [3.0, -1.0]),
    ],
)
def test_whatever_makes_a_program_piecewise_is_noted(relation, program, margins):
    (comparison,) = noted(program, 3.0, -1.0).comparisons
    assert comparison.relation == relation
    assert middles(comparison) == margins


def test_the_margin_is_the_entry_nearest_to_zero_and_its_answer():
    (comparison,) = noted(lambda x: x > 1.0, 9.0, 0.5, -3.0).comparisons
    assert float(comparison.margin.v.mid()) == -0.5
    assert comparison.answer is False


def test_a_margin_is_a_series_where_the_numbers_are():
    with reading() as notes:
        run(lambda x: x > 1, lift(series_array(np.array([1.0]), np.array([2.0]))))
    margin = notes.comparisons[0].margin
    assert (float(margin.coefficient(0)), float(margin.coefficient(1))) == (0.0, 2.0)
    assert notes.comparisons[0].answer is True


def test_what_the_balls_do_not_decide_is_noted_before_it_raises():
    wide = lift(ball_array(np.array([1.0]), np.array([0.5])))
    with reading() as notes, pytest.raises(UndecidableError):
        run(lambda x: x > 1, wide)
    assert notes.comparisons[0].answer is None


def test_the_notes_are_bounded_and_the_count_goes_on():
    def program(x):
        for _ in range(MOST_COMPARISONS + 5):
            _ = x > 0

    notes = noted(program, 1.0)
    assert len(notes.comparisons) == MOST_COMPARISONS
    assert notes.met == MOST_COMPARISONS + 5


def test_sorting_keeps_the_order_of_equal_numbers_and_the_first_is_the_largest():
    x = lifted(2.0, 1.0, 2.0, 1.0)
    assert run(np.argsort, x).tolist() == [1, 3, 0, 2]
    assert run(np.argmax, x) == 0
    assert run(np.argmin, x) == 1


def test_a_cast_to_less_precision_is_noted():
    notes = noted(lambda x: x.astype(np.float32).astype(np.float64), 1.0)
    assert [dtype for dtype, _ in notes.casts] == [np.float32]
    assert __file__ in notes.casts[0][1]


def test_functions_that_read_one_triangle_are_noted():
    notes = noted(lambda x: np.linalg.cholesky(np.eye(2) * x[0]), 4.0)
    assert notes.structured == ["cholesky"]


def test_constants_that_are_no_short_dyadics_are_counted():
    assert noted(lambda x: x * 0.1 + 0.5 + 1e-5, 1.0).rounded == 2


SINGULAR = {
    "division": lambda x: 1 / x,
    "log": np.log,
    "root": lambda x: np.sqrt(x - 1),
    "power": lambda x: (x - 1) ** 0.5,
    "arcsin": lambda x: np.arcsin(x + 2),
}


@pytest.mark.parametrize("name", SINGULAR)
def test_a_singular_result_raises_or_is_carried_as_nan_and_noted(name):
    with pytest.raises(SingularError):
        run(SINGULAR[name], lifted(0.0))
    with reading(singular="carry") as notes:
        result = run(SINGULAR[name], lifted(0.0))
    assert result.cells[0].is_nan()
    reason, where = notes.singular[0]
    assert reason
    assert __file__ in where


def test_a_carried_nan_is_what_a_float_nan_is():
    def program(x):
        y = np.log(x)
        return [np.isnan(y), y < 0, y >= 0, y != y, y == y, np.isfinite(y)]  # noqa: PLR0124 - as programs ask

    with reading(singular="carry"):
        answers = run(program, lifted(0.0, 1.0))
    expected = [[True, False], [False, False], [False, True], [True, False], [False, True], [False, True]]
    assert [np.asarray(a).tolist() for a in answers] == expected


@pytest.mark.parametrize(
    "program",
    [
        lambda x: np.where(x > 0, np.log(np.maximum(x, 0)), -1.0),
        lambda x: np.where(np.isnan(np.log(x)), 0.0, 1.0),
        lambda x: np.fmax(np.log(x), -5.0) * 0 + np.nansum(np.log(x)),
        lambda x: np.nan_to_num(np.log(-x) * 0, nan=3.0)[:1] * 0 + 3.0,
    ],
)
def test_a_nan_that_is_dropped_leaves_no_trace(program):
    with reading(singular="carry"):
        result = run(program, lifted(0.0, 2.0))
    assert all(cell.v.is_finite() for cell in result.cells.ravel())


def test_a_root_whose_derivative_alone_is_infinite_keeps_its_value():
    with reading(singular="carry"):
        root = run(np.sqrt, lift(series_array(np.array([0.0]), np.array([1.0])))).cells[0]
    assert root.coefficient(0) == 0
    assert root.coefficient(1).is_nan()


@pytest.mark.parametrize(
    "program",
    [
        lambda x: np.exp(np.where(x > 0, x, -np.inf)),
        lambda x: np.maximum(-np.inf, x),
        lambda x: 1 / (x + np.inf),
        lambda x: np.minimum(np.inf, x + 1) - x,
        lambda x: np.logaddexp(x, -np.inf),
        lambda x: np.isinf(x - np.inf) * x,
    ],
)
def test_infinite_constants_are_what_they_are_in_floats(program):
    x = np.array([0.5, -2.0])
    result = run(program, lift(series_array(x, np.ones(2))))
    middle = [float(cell.coefficient(0).mid()) for cell in result.cells]
    np.testing.assert_allclose(middle, program(x), rtol=1e-14)
    assert all(cell.coefficient(1).is_finite() for cell in result.cells)


def test_a_reading_is_asked_for_in_known_words():
    with pytest.raises(UsageError, match="'rounded' or 'exact'"), reading(literals="loose"):
        pass


def test_what_cannot_be_lifted_names_the_function_and_the_line():
    with pytest.raises(OpaqueError, match=rf"numpy\.nextafter is not lifted: .* \(at {__file__}:\d+\)"):
        run(lambda x: np.nextafter(x, 1.0), lifted(1.0))


def test_without_a_reading_nothing_is_noted_and_literals_are_rounded():
    assert not run(lambda x: x * 0.1, lifted(1.0)).cells[0].v.is_exact()
    with reading(literals="exact"):
        assert run(lambda x: x * 0.1, lifted(1.0)).cells[0].v == Ball(0.1 * ball_array(np.ones(1))[0].v).v
