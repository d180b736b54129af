import pytest
import sympy as sp

from symbolic.errors import NotationError
from symbolic.index import (
    Bracket,
    IndexForm,
    Partial,
    bound_indices,
    entry_of,
    outermost,
    rename_apart,
    substitute,
    summed,
)


def test_entries_are_real_and_a_tensor_of_rank_0_is_its_symbol(letters):
    assert letters.x[letters.i].is_real
    assert entry_of("x", (letters.i,)) == letters.x[letters.i]
    assert entry_of("x", ()) == sp.Symbol("x", real=True)
    assert sp.sqrt(letters.x[letters.i] ** 2) == sp.Abs(letters.x[letters.i])


def test_a_bracket_decides_what_sympy_decides_and_splits_conjunctions(letters):
    i, j = letters.i, letters.j
    assert Bracket(sp.Integer(1) <= 2) == 1
    assert Bracket(sp.Integer(3) <= 2) == 0
    assert Bracket(sp.And(i <= j, j <= 3)) == Bracket(i <= j) * Bracket(j <= 3)
    assert Bracket(sp.Eq(i, j)) == sp.KroneckerDelta(i, j)
    assert Bracket(sp.Ne(i, j)) == 1 - sp.KroneckerDelta(i, j)
    assert Bracket(i <= j) ** 3 == Bracket(i <= j)


def test_substitution_renames_a_sum_index_that_would_capture(letters):
    i, j, n, x, A = letters.i, letters.j, letters.n, letters.x, letters.A
    total = summed(A[i, j] * x[j], (j, n))
    replaced = substitute(total, {i: j})
    body, (bound, _, _) = outermost(replaced)
    assert bound != j
    assert body == A[j, bound] * x[bound]


def test_substitution_leaves_a_bound_index_alone(letters):
    total = summed(letters.x[letters.i], (letters.i, letters.n))
    assert substitute(total, {letters.i: letters.p}) == total


def test_substitution_reaches_limits_and_inner_sums(letters):
    i, j, k, x = letters.i, letters.j, letters.k, letters.x
    nested = sp.Sum(x[k] * sp.Sum(x[j], (j, 0, k)), (k, 0, i))
    assert substitute(nested, {i: letters.p}) == sp.Sum(x[k] * sp.Sum(x[j], (j, 0, k)), (k, 0, letters.p))


def test_renaming_apart_gives_every_sum_its_own_index(letters):
    i, n, x = letters.i, letters.n, letters.x
    total = summed(x[i], (i, n))
    renamed = rename_apart(x[i] * total + sp.exp(total) * total, [letters.j])
    assert {i, letters.j}.isdisjoint(bound_indices(renamed))
    assert len(bound_indices(renamed)) == 3


def test_a_derivative_by_a_bound_index_is_refused(letters):
    total = summed(letters.x[letters.i] ** 2, (letters.i, letters.n))
    with pytest.raises(NotationError, match=r"\['i'\] of x\[i\] is already bound by a sum.*rename"):
        Partial(total, letters.x[letters.i])
    with pytest.raises(NotationError, match="with respect to an entry such as x"):
        Partial(total, letters.x[letters.p] ** 2)


def test_a_form_needs_one_index_an_axis(letters):
    i, n, x = letters.i, letters.n, letters.x
    with pytest.raises(NotationError, match="give one index an axis, all different"):
        IndexForm((i, i), (n, n), x[i])
    with pytest.raises(NotationError, match="2 indices were given, the form has 1 axes"):
        IndexForm((i,), (n,), x[i]).at((i, i))


def test_a_form_is_read_at_other_indices_without_capture(letters):
    i, j, n, A = letters.i, letters.j, letters.n, letters.A
    form = IndexForm((i,), (n,), summed(A[i, j], (j, n)))
    body, (bound, _, _) = outermost(form.at((j,)))
    assert body == A[j, bound]
    assert bound != j
