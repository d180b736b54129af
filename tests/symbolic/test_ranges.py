import itertools

import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symbolic.index import index, size, tensor
from symbolic.ranges import Ranges, facts_of

M, N = size("m"), size("n")
I, J = index("i"), index("j")


@st.composite
def _affine(draw):
    quotients = [sp.floor(I / N), sp.floor(J / 2), sp.floor((N - 1) / 2), sp.Mod(J, N)]
    terms = [I, J, M, N, M * N, N * I, *quotients, sp.Integer(1)]
    return sp.Add(*(draw(st.integers(-2, 2)) * term for term in draw(st.lists(st.sampled_from(terms), max_size=4))))


@given(_affine())
def test_what_is_proved_holds_at_every_small_size(expr):
    """``nonnegative`` never claims what an enumeration of sizes and indices refutes."""
    if not Ranges.of_axes((I, J), (M * N, N)).nonnegative(expr):
        return
    for m, n in itertools.product(range(4), repeat=2):
        for i, j in itertools.product(range(m * n), range(n)):
            assert expr.subs({I: i, J: j, M: m, N: n}) >= 0


def test_usual_inequalities_are_proved():
    ranges = Ranges.of_axes((I, J), (M, N))
    assert ranges.holds(I, M - 1)
    assert ranges.holds(0, N - 1 - J)
    assert ranges.holds(N * I + J, M * N - 1)
    assert ranges.holds(1, M * N)
    assert not ranges.holds(I, N - 1)
    assert not ranges.holds(1, I)


def test_an_inner_index_hides_the_outer_one_of_its_name():
    ranges = Ranges.of_axes((I,), (N,)).within(I, sp.Integer(0), M - 1)
    assert ranges.holds(I, M - 1)
    assert not ranges.holds(I, N - 1)


def test_quotients_and_remainders_have_their_ranges():
    ranges = Ranges.of_axes((I,), (M * N,))
    assert ranges.holds(sp.floor(I / N), M - 1)
    assert ranges.holds(0, sp.floor(I / N))
    assert ranges.holds(sp.Mod(I, N), N - 1)
    assert not ranges.holds(sp.floor(I / N), M - 2)


def test_rounding_down_keeps_the_order():
    ranges = Ranges.of_axes((J,), (N,))
    assert ranges.holds(sp.floor(J / 2), sp.floor((N + 1) / 2) - 1)
    assert not ranges.holds(sp.floor(J / 2) + 1, sp.floor((N + 1) / 2) - 1)


def test_constraints_count():
    assert Ranges(constraints=(N >= 3,)).holds(2, N - 1)
    assert not Ranges(constraints=(N >= 2,)).holds(2, N - 1)


def test_what_a_definition_reads_is_in_range_unless_a_sum_binds_it():
    x = tensor("x")
    read = facts_of([x[2 * I + 1], x[N - 1 - J], x[J]], {x: (N,)}, {I})
    assert read == {(2 * I + 1, N)}
    assert Ranges.of_axes((I,), (M,), facts=read).holds(2 * I + 1, N - 1)
