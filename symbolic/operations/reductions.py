"""Sums and means over all, one or several axes, and the running sum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symbolic.index import Expr, IndexForm, index, summed
from symbolic.operation import Definition, Domain, Operation, Variant
from symbolic.operations.notation import INDICES, SIZES, operand

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

REDUCTION, NO_REDUCTION = "2.3.6", "2.3.6.1"
COUNTED = Domain(text="at least one entry to average over")
FULL = tuple(
    (rank, None, keepdims) for rank, keepdims in ((2, False), (1, False), (0, False), (3, False), (2, True), (1, True))
)
ONE_AXIS = tuple(
    (rank, axis, keepdims)
    for rank, axis in ((2, 0), (2, 1), (2, -1), (1, 0), (3, 0), (3, 1), (3, -1))
    for keepdims in (False, True)
)
AXES = tuple(
    (rank, axes, keepdims)
    for rank, axes in ((2, (0, 1)), (3, (0, 2)), (3, (1, 2)), (3, (0, 1, 2)), (3, (-1, 0)))
    for keepdims in (False, True)
)


def _reduction(variant: Variant) -> tuple[Definition, Expr]:
    """Return the sum over the axes of a variant, and how many entries it sums."""
    (rank,) = variant.ranks
    axis = variant.parameters.get("axis")
    axes = range(rank) if axis is None else [a % rank for a in (axis if isinstance(axis, tuple) else (axis,))]
    x = operand("x", rank)
    letters, sizes = INDICES[rank], SIZES[rank]
    entry = summed(x.at(letters), *((letters[a], sizes[a]) for a in sorted(axes)))
    kept = _kept(letters, sizes, set(axes), keepdims=variant.parameters.get("keepdims", False))
    form = IndexForm(tuple(i for i, _ in kept), tuple(n for _, n in kept), entry)
    return Definition((x,), form), sp.Mul(*(sizes[a] for a in axes))


def _kept(
    letters: Sequence[Expr], sizes: Sequence[Expr], summed_axes: set[int], *, keepdims: bool
) -> list[tuple[Expr, Expr]]:
    """Return the axes of the output; with `keepdims` a summed one stays, with size 1 and an index of its own."""
    places = [
        (index(f"{i}_0"), sp.Integer(1)) if a in summed_axes else (i, n)
        for a, (i, n) in enumerate(zip(letters, sizes, strict=True))
    ]
    return [place for a, place in enumerate(places) if keepdims or a not in summed_axes]


def _sum(variant: Variant) -> Definition:
    return _reduction(variant)[0]


def _mean(variant: Variant) -> Definition:
    total, count = _reduction(variant)
    out = IndexForm(total.out.index, total.out.shape, total.out.entry / count)
    return Definition(total.operands, out, tuple(sp.Ge(n, 1) for n in sp.Mul.make_args(count) if n != 1), COUNTED)


def _cumsum(variant: Variant) -> Definition:
    (rank,) = variant.ranks
    axis = variant.parameters["axis"] % rank
    x = operand("x", rank)
    last, running = INDICES[rank][axis], index("s")
    place = [running if a == axis else i for a, i in enumerate(INDICES[rank])]
    return Definition((x,), IndexForm(INDICES[rank], SIZES[rank], sp.Sum(x.at(place), (running, 0, last))))


def _variants(choices: Sequence[tuple[int, object, bool]]) -> tuple[Variant, ...]:
    return tuple(_variant(*choice) for choice in choices)


def _variant(rank: int, axis: object, keepdims: bool) -> Variant:
    words = [f"rank {rank}", *([] if axis is None else [f"axis {axis}"]), *(["keepdims"] if keepdims else [])]
    parameters = {"keepdims": keepdims} if axis is None else {"axis": axis, "keepdims": keepdims}
    return Variant(", ".join(words), (rank,), parameters)


def _operation(
    name: str,
    title: str,
    summary: str,
    choices: Sequence[tuple[int, object, bool]],
    build: Callable[[Variant], Definition],
) -> Operation:
    domain = COUNTED if build is _mean else Domain()
    return Operation(name, title, "reductions", REDUCTION, summary, ("x",), _variants(choices), build, domain)


OPERATIONS = (
    _operation("sum", "Sum", "The sum of all entries.", FULL, _sum),
    _operation("sum_axis", "Sum over one axis", "The sums along one axis, which disappears.", ONE_AXIS, _sum),
    _operation("sum_axes", "Sum over several axes", "The sums over several axes, which disappear.", AXES, _sum),
    _operation("mean", "Mean", "The sum of all entries over their count.", FULL, _mean),
    _operation("mean_axis", "Mean over one axis", "The means along one axis, which disappears.", ONE_AXIS, _mean),
    _operation("mean_axes", "Mean over several axes", "The means over several axes, which disappear.", AXES, _mean),
    Operation(
        "cumsum", "Running sum", "reductions", NO_REDUCTION, "The sums up to each entry along an axis.", ("x",),
        tuple(
            Variant(f"rank {rank}, axis {axis}", (rank,), {"axis": axis})
            for rank, axis in ((2, 0), (2, 1), (1, 0), (2, -1), (3, 0), (3, 1), (3, 2))
        ),
        _cumsum,
    ),
)  # fmt: skip
