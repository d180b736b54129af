from fractions import Fraction

import pytest
import sympy as sp

from symbolic import NotationError, UnknownOperationError
from symbolic.check import small_sizes
from symbolic.operation import ENTRY, Variant
from symbolic.operations import operations

NAMES = """
add sub mul div pow neg scalar_add scalar_sub scalar_mul scalar_div scalar_pow exp abs transpose index reshape sum mean
sum_axis mean_axis sum_axes mean_axes cumsum dot mv mm l1_norm l2_norm frobenius_norm detach clone control_flow
"""


def test_every_operation_of_the_notes_is_there_under_its_name():
    assert set(operations) == set(NAMES.split())
    assert all(name == operation.name for name, operation in operations.items())


@pytest.mark.parametrize("operation", operations.values(), ids=lambda operation: operation.name)
def test_every_entry_is_complete(operation):
    """Title, section, one sentence, inputs that fit each variant, definitions that some size satisfies."""
    assert operation.title
    assert operation.section.startswith(("2.3", "2.5"))
    assert operation.summary.endswith(".")
    assert len({variant.label for variant in operation.variants}) == len(operation.variants)
    for variant in operation.variants:
        definition = operation.definition(variant)
        assert tuple(o.name for o in definition.operands) == operation.inputs
        assert tuple(o.rank for o in definition.operands) == variant.ranks
        assert next(small_sizes(definition)) is not None
        assert not definition.out.entry.free_symbols & {ENTRY}


@pytest.mark.parametrize("operation", operations.values(), ids=lambda operation: operation.name)
def test_every_kink_has_an_interval_with_its_convention_in_it_or_says_why_there_is_none(operation):
    for kink in operation.kinks:
        assert kink.kind in ("kink", "singular", "jump", "endless")
        assert kink.input in operation.inputs
        assert kink.why.endswith(".")
        assert (kink.interval is None) == (kink.kind != "kink")
        if kink.interval is not None:
            low, high = kink.interval
            assert low <= kink.convention <= high
        assert kink.holds(Fraction(0)) or kink.kind == "jump"
        assert not kink.holds(Fraction(1, 3))


def test_domains_say_what_may_be_drawn():
    assert operations["pow"].domain.is_positive("x")
    assert not operations["pow"].domain.allows("x", Fraction(-1))
    assert operations["pow"].domain.allows("y", Fraction(-1))
    assert not operations["div"].domain.allows("y", Fraction(0))
    assert operations["div"].domain.allows("x", 0.0)
    assert not operations["control_flow"].domain.allows("x", 0)
    assert operations["scalar_pow"].definition("rank 1, exponent 0.5").domain.is_positive("x")
    assert not operations["scalar_pow"].definition("rank 1, exponent -2").domain.allows("x", 0)
    assert operations["scalar_pow"].definition("rank 1, exponent 3").domain.allows("x", 0)


def test_jumps_of_the_control_flow_are_the_powers_of_two_below_500():
    jump = next(kink for kink in operations["control_flow"].kinks if kink.kind == "jump")
    assert all(jump.holds(sign * Fraction(500, 2**n)) for n in range(40) for sign in (1, -1))
    assert not any(jump.holds(Fraction(x)) for x in (1000, 499, 1, 3, 0.5))


def test_constraints_and_signatures_of_keys():
    index = operations["index"]
    assert index.definition("rank 1, [1:3]").constraints == (sp.Ge(sp.Symbol("n", integer=True, nonnegative=True), 3),)
    assert index.definition("rank 2, [:, 1]").signature == "x: (m, n) → (m,)"
    n = index.definition("rank 1, [1:-1]").sizes[0]
    assert not index.definition("rank 1, [1:-1]").admits({n: 1})
    assert index.definition("rank 1, [1:-1]").admits({n: 2})
    assert operations["frobenius_norm"].definition().signature == "x: (m, n) → ()"


def test_keys_that_pytorch_refuses_are_refused():
    index = operations["index"]
    with pytest.raises(NotationError, match="PyTorch takes steps of 1 and more"):
        index.build(Variant("", (1,), {"key": (slice(None, None, -1),)}))
    with pytest.raises(NotationError, match="empty at every size"):
        index.build(Variant("", (1,), {"key": (slice(3, 1),)}))


def test_unknown_names_are_answered_with_near_ones():
    with pytest.raises(UnknownOperationError, match=r"no operation 'frobenius'. Did you mean 'frobenius_norm'"):
        operations["frobenius"]
    with pytest.raises(UnknownOperationError, match="There are: add, sub"):
        operations["?"]
    with pytest.raises(UnknownOperationError, match=r"sum has no variant 'rank 7'. Did you mean"):
        operations["sum"].definition("rank 7")
