"""Every path of a program of one number: exact regions, formulas, bounds; and the proof about the notes' f(a)."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
import sympy as sp
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from symbolic import paths as paths_module
from symbolic.errors import SymbolicError
from symbolic.explore import Cut, Path, explore
from symbolic.inequalities import PathError, solution_set
from symbolic.paths import (
    control_flow,
    control_flow_proof,
    doublings,
    explore_control_flow,
    loop_count,
    region_of,
    slope,
)

A = sp.Symbol("a", real=True)
rationals = st.fractions(min_value=-5000, max_value=5000, max_denominator=10_000)


class Exact(Fraction):
    """A fraction with the methods of a 0-d tensor: the independent run of the same program."""

    def norm(self):
        return Exact(abs(self))

    def sum(self):
        return self

    def __mul__(self, other):
        return Exact(Fraction(self) * other)

    __rmul__ = __mul__


def relu(x):
    return max(x, 0)


def clamp(x):
    return min(max(x, -1), 2)


def nested(x):
    if x > 1:
        return x * x if x < 3 else 6 * x - 9
    if abs(x + 2) <= Fraction(1, 3) or x == -5:
        return -x / 2
    return (x - 1) ** 3


def early(x):
    if not x:
        return 0
    y = 1 / x
    if y > 2:
        return y
    for _ in range(3):
        x = x + 1
        if x >= 2:
            return x
    return abs(x) - Fraction(1, 2)


def refuses(x):
    if x < 0:
        raise ValueError("negative")
    return 1 / (x - 3)


PROGRAMS = [relu, clamp, nested, early, refuses]


explored = cache(explore)
followed = cache(explore_control_flow)


def outcome(program, number):
    """Run the program in exact fractions: what it returns, or the name of what it raises."""
    try:
        return program(number)
    except (ArithmeticError, ValueError) as error:
        return type(error).__name__


@pytest.mark.parametrize("program", PROGRAMS)
@given(number=rationals | st.integers(-6, 6).map(Fraction))
def test_each_number_is_on_exactly_one_path_whose_formula_is_what_the_program_computes(program, number):
    exploration = explored(program)
    assert exploration.complete
    point = sp.Rational(number)
    (path,) = [p for p in exploration.paths if point in p.region]
    assert exploration.at(number) is path
    assert all(bool(condition.subs(A, point)) for condition in path.conditions)
    computed = outcome(program, number)
    if isinstance(computed, str):
        assert (path.raised, path.expr) == (computed, None)
    else:
        assert path.expr.subs(A, point) == sp.Rational(computed)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_regions_of_all_paths_partition_the_reals(program):
    regions = [path.region for path in explored(program).paths]
    assert sp.Union(*regions) == sp.S.Reals
    assert all((left & right).is_empty for i, left in enumerate(regions) for right in regions[:i])


@pytest.mark.parametrize(
    ("program", "derivatives"),
    [(relu, {sp.S.Zero, sp.S.One}), (clamp, {sp.S.Zero, sp.S.One}), (lambda x: abs(x - 1) if x > 1 else x, {sp.S.One})],
)
def test_the_derivative_of_a_path_is_that_of_its_formula_with_magnitudes_resolved(program, derivatives):
    assert {path.derivative for path in explored(program).paths} == derivatives


@settings(max_examples=12)
@given(numerators=st.lists(st.integers(-3, 3), min_size=1, max_size=3), shift=st.integers(-3, 3), point=rationals)
def test_a_solution_set_holds_exactly_the_numbers_that_satisfy_the_relation(numerators, shift, point):
    polynomial = sum(c * A**k for k, c in enumerate(numerators))
    for relation in (sp.Lt, sp.Ge, sp.Eq):
        for left in (polynomial, polynomial * sp.Abs(A - shift) - sp.Abs(polynomial), polynomial / (A - shift)):
            truth = relation(left, shift)
            if truth in (sp.true, sp.false):
                continue
            value = left.subs(A, sp.Rational(point))
            holds = bool(value.is_finite) and bool(relation(value, shift))
            assert (sp.Rational(point) in solution_set(truth, A)) == holds


def test_a_condition_with_an_irrational_root_is_solved_exactly():
    below, above = explore(lambda x: 1 if x * x < 2 else 0).paths[::-1]
    assert below.region == sp.Interval.open(-sp.sqrt(2), sp.sqrt(2))
    assert above.region == sp.Complement(sp.S.Reals, below.region)


def test_a_path_that_no_number_takes_is_pruned():
    paths = explore(lambda x: (1 if x < 0 else 2) if x > 1 else 3).paths
    assert sorted(path.expr for path in paths) == [2, 3]


def test_float_constants_are_read_as_the_rational_numbers_they_are():
    (path,) = explore(lambda x: x + 0.1).paths
    assert path.expr == A + sp.Rational(0.1)


@pytest.mark.parametrize(("bounds", "hit"), [({"max_depth": 6}, "depth"), ({"max_paths": 5}, "paths")])
def test_hitting_a_bound_is_reported_with_the_numbers_behind_it(bounds, hit):
    exploration = explore(control_flow, **bounds)
    assert not exploration.complete
    assert {cut.bound for cut in exploration.cuts} == {hit}
    parts = [*exploration.paths, *exploration.cuts]
    assert sp.Union(*(part.region for part in parts)) == sp.S.Reals
    assert isinstance(exploration.at(Fraction(1, 10**9)), Cut)
    assert isinstance(exploration.at(700), Path)


def test_a_program_that_loops_without_asking_anything_is_stopped_in_time():
    def endless(x):
        while True:
            x = x + 1

    exploration = explore(endless, seconds=0.05)
    assert exploration.paths == ()
    assert exploration.cuts == (Cut(sp.S.Reals, "time"),)


@pytest.mark.parametrize(
    ("program", "message"),
    [
        (lambda x: x % 2, "the program does what a symbol cannot follow: unsupported operand"),
        (float, "the program asks for the digits of a: on a symbol only comparisons can be decided"),
        (lambda _: "text", r"cannot compute with 'text' \(type=str\): expected a real number"),
        (lambda x: x * float("nan"), r"cannot compute with nan \(type=float\)"),
        (lambda x: x**0.5, "cannot take the power 1/2 of a symbol: expected a whole number"),
        (lambda x: x.clamp(0), "has no attribute 'clamp'"),
    ],
)
def test_a_program_that_a_symbol_cannot_follow_is_named(program, message):
    with pytest.raises(PathError, match=message) as caught:
        explore(program)
    assert isinstance(caught.value, SymbolicError)


def test_bad_bounds_symbols_and_numbers_are_named():
    with pytest.raises(PathError, match=r"bounds must be positive: max_paths=0, max_depth=64, seconds=10.0"):
        explore(relu, max_paths=0)
    with pytest.raises(PathError, match="expected a real symbol"):
        explore(relu, sp.Symbol("z"))
    with pytest.raises(PathError, match="7 is outside the domain that was explored"):
        explore(relu, domain=sp.Interval(0, 1)).at(7)
    with pytest.raises(PathError, match=r"cannot solve exp\(a\) < 2 for a: expected a, rational numbers"):
        solution_set(sp.exp(A) < 2, A)
    with pytest.raises(PathError, match="max_depth must be 2 or more, as each path makes two comparisons; 1 was given"):
        explore_control_flow(1)


@given(number=rationals | st.integers(-20, 20).map(lambda n: Fraction(500) / 2**n if n % 2 else Fraction(-500, 2**20)))
@example(Fraction(500))
@example(Fraction(-500))
@example(Fraction(250))
def test_on_its_path_the_notes_function_is_k_a_and_the_closed_forms_agree(number):
    assume(number != 0)
    path = followed(30).at(number)
    point = sp.Rational(number)
    computed = sp.Rational(control_flow(Exact(number)))
    assert path.expr.subs(A, point) == computed
    assert path.expr == path.derivative * A
    assert path.derivative * point == computed
    assert slope(A).subs(A, point) == path.derivative
    assert loop_count(A).subs(A, point) == doublings(path)
    assert point in region_of(doublings(path), 1 if number > 0 else -1)


def test_the_paths_of_the_notes_function_partition_the_reals_but_for_what_is_left_around_zero():
    exploration = explore_control_flow(12)
    assert sorted(map(doublings, exploration.paths)) == sorted([*range(11)] * 2)
    left = sp.Complement(sp.S.Reals, sp.Union(*(path.region for path in exploration.paths)))
    assert left == sp.Union(*(cut.region for cut in exploration.cuts))
    assert left == sp.Interval.open(-sp.Rational(500, 2**10), sp.Rational(500, 2**10))


def test_a_dprime_equals_d_is_proved_by_steps_that_are_all_checked():
    proof = control_flow_proof()
    assert proof.verdict == "proved"
    assert [step.checked for step in proof.steps] == [True] * 11
    assert proof.statement == sp.Eq(A * sp.Derivative(sp.Function("d")(A), A), sp.Function("d")(A), evaluate=False)


def other_factor(a):
    """Multiply by 3 in the loop."""
    b = a * 2
    while b.norm() < 1000:
        b = b * 3
    if b.sum() > 0:  # noqa: SIM108 - the notes' own words
        c = b
    else:
        c = 100 * b
    return c


def other_threshold(a):
    """Stop early."""
    b = a * 2
    while b.norm() < 999:
        b = b * 2
    if b.sum() > 0:  # noqa: SIM108 - the notes' own words
        c = b
    else:
        c = 100 * b
    return c


def other_branch(a):
    """Add in one branch, which is not k·a."""
    b = a * 2
    while b.norm() < 1000:
        b = b * 2
    if b.sum() > 0:  # noqa: SIM108 - the notes' own words
        c = b
    else:
        c = 100 * b + 1
    return c


@pytest.mark.parametrize("program", [other_factor, other_threshold, other_branch])
def test_the_proof_does_not_go_through_for_another_program(program, monkeypatch):
    monkeypatch.setattr(paths_module, "control_flow", program)
    paths_module._words.cache_clear()
    try:
        proof = control_flow_proof(8)
    finally:
        paths_module._words.cache_clear()
    assert proof.verdict == "undecided"
    assert any("paths with at most" in str(step.statement) and not step.checked for step in proof.steps)


WRONG_CLOSED_FORMS = [
    ("loop_count", lambda a: sp.ceiling(sp.log(500 / sp.Abs(a), 2))),
    ("loop_count", lambda a: sp.Max(0, sp.floor(sp.log(500 / sp.Abs(a), 2)) + 1)),
    ("loop_count", lambda a: sp.Max(0, sp.ceiling(sp.log(501 / sp.Abs(a), 2)))),
    ("slope", lambda a: 2 ** (loop_count(a) + 1)),
    (
        "region_of",
        lambda n, sign: sp.Interval(*sorted((sign * sp.Rational(500, 2**n), sign * sp.Rational(1000, 2**n)))),
    ),
]


@pytest.mark.parametrize(("name", "wrong"), WRONG_CLOSED_FORMS)
def test_a_wrong_closed_form_is_noticed(name, wrong, monkeypatch):
    monkeypatch.setattr(paths_module, name, wrong)
    assert control_flow_proof(6).verdict == "undecided"
