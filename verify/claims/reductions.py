"""Sums, means and running sums along axes (section 2.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verify.claims.claim import Batch, Claim, Demonstration, Shown, Step, Trial, Written, array

if TYPE_CHECKING:
    from verify.claims.claim import Array, Engine, Tensor

VECTORS = tuple({"x": (size,)} for size in (1, 2, 3, 8, 17))
MATRICES = tuple({"A": s} for s in ((1, 1), (2, 1), (1, 3), (9, 1), (3, 4), (9, 2), (2, 9)))


def _by_hand(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    """Compare sum with adding the elements one after the other."""
    del torch
    running = x[0]
    for k in range(1, len(x)):
        running = running + x[k]
    return x.sum(), running


def _by_hand_on_draws(x: Array) -> Batch:
    running = np.add.accumulate(x, axis=1)
    return Batch(x.sum(axis=1), running[:, -1])


def _column_sums(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    """Compare the sum along axis 0 with the sum of each column on its own."""
    return A.sum(axis=0), torch.stack([A[:, c].clone().sum() for c in range(A.shape[1])])


def _column_sums_on_draws(A: Array) -> Batch:
    columns = np.ascontiguousarray(A.transpose(0, 2, 1)).sum(axis=2)
    return Batch(A.sum(axis=1), columns)


def _both_axes(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    return A.sum(axis=[0, 1]), A.sum()


def _both_axes_on_draws(A: Array) -> Batch:
    return Batch(A.sum(axis=(1, 2)), A.reshape(len(A), -1).sum(axis=1))


def _in_turn(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    return A.sum(axis=0).sum(), A.sum()


def _in_turn_on_draws(A: Array) -> Batch:
    columns = A.sum(axis=1)
    return Batch(columns.sum(axis=1), A.reshape(len(A), -1).sum(axis=1))


def _mean(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    return A.mean(), A.sum() / A.numel()


def _mean_on_draws(A: Array) -> Batch:
    flat = A.reshape(len(A), -1)
    mean = flat.sum(axis=1) / A.dtype.type(flat.shape[1])
    return Batch(mean, mean)


def _column_means(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    return A.mean(axis=0), A.sum(axis=0) / A.shape[0]


def _column_means_on_draws(A: Array) -> Batch:
    mean = A.sum(axis=1) / A.dtype.type(A.shape[1])
    return Batch(mean, mean)


def _shares(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    """Divide each row by its sum, and add the row up again."""
    shares = A / A.sum(axis=1, keepdims=True)
    rows = shares.sum(axis=1)
    return rows, torch.ones_like(rows)


def _shares_on_draws(A: Array) -> Batch:
    sums = A.sum(axis=2, keepdims=True)
    shares = A / sums
    rows = shares.sum(axis=2)
    return Batch(rows, np.ones_like(rows), parts=(sums, shares), divisor=sums)


def _last(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    return A.cumsum(axis=0)[-1], A.sum(axis=0)


def _last_on_draws(A: Array) -> Batch:
    running = np.cumsum(A, axis=1)
    return Batch(running[:, -1], A.sum(axis=1))


def _last_of_vector(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    return x.cumsum(axis=0)[-1], x.sum()


def _last_of_vector_on_draws(x: Array) -> Batch:
    running = np.cumsum(x, axis=1)
    return Batch(running[:, -1], x.sum(axis=1))


def _filled(torch: Engine, shape: tuple[int, ...]) -> Tensor:
    return torch.tensor(np.arange(np.prod(shape, dtype=int), dtype=np.float32).reshape(shape))


def _axis_vanishes(torch: Engine) -> list[Step]:
    steps = []
    for shape in ((5, 4), (2, 3, 4), (3,), (0, 2)):
        x = _filled(torch, shape)
        for axis in range(len(shape)):
            left = tuple(x.sum(axis=axis).shape)
            kept = tuple(x.sum(axis=axis, keepdims=True).shape)
            wanted = shape[:axis] + shape[axis + 1 :]
            one = (*shape[:axis], 1, *shape[axis + 1 :])
            what = f"shape {shape} summed along axis {axis} is {wanted}, {one} with keepdims=True"
            steps.append(Step(what, "run", left == wanted and kept == one))
    return steps


def _shape_stays(torch: Engine) -> list[Step]:
    steps = []
    for shape in ((5, 4), (2, 3, 4), (3,), (0, 2)):
        x = _filled(torch, shape)
        kept = all(tuple(x.cumsum(axis=axis).shape) == shape for axis in range(len(shape)))
        steps.append(Step(f"cumsum along any axis keeps the shape {shape}", "run", kept))
    return steps


def _absorbed(torch: Engine) -> Shown:
    values = np.array([2.0**24, *[1.0] * 8], dtype=np.float32)
    found, by_hand = _by_hand(torch, torch.tensor(values))
    happened = float(array(found)) != float(array(by_hand))
    return Shown(
        happened,
        f"float32 [2^24, 1, 1, 1, 1, 1, 1, 1, 1]: sum {float(array(found))}, one by one {float(array(by_hand))}",
    )


def _empty_mean(torch: Engine) -> Shown:
    mean = float(array(torch.tensor(np.zeros(0, dtype=np.float32)).mean()))
    return Shown(np.isnan(mean), f"mean of no elements: {mean}")


def _by_numbers(torch: Engine) -> list[Step]:
    A = _filled(torch, (5, 4))
    return [
        Step("the sum of 0, …, 19 as a 5×4 matrix is 190", "run", float(array(A.sum())) == 190.0),
        Step("its mean is 9.5 = 190 / 20", "run", float(array(A.mean())) == 9.5),
        Step("its column means are [8, 9, 10, 11]", "run", array(A.mean(axis=0)).tolist() == [8.0, 9.0, 10.0, 11.0]),
        Step("its column sums are [40, 45, 50, 55]", "run", array(A.sum(axis=0)).tolist() == [40.0, 45.0, 50.0, 55.0]),
    ]


CLAIMS = (
    Claim(
        id="sum-adds-all-elements",
        section="2.3.6",
        statement="sum() is what adding the elements one after the other gives.",
        operations=("sum",),
        semantics=_by_numbers,
        trial=Trial(VECTORS, _by_hand, _by_hand_on_draws),
        shows=(Demonstration("ones beside a large number", "The order decides what is absorbed.", _absorbed),),
        because="from 8 elements on NumPy adds eight running sums, and their order rounds otherwise",
    ),
    Claim(
        id="sum-axis-removes-the-axis",
        section="2.3.6",
        statement="sum(axis=k) removes axis k from the shape; with keepdims it stays, of size 1.",
        formula=Written("(n, m) ↦ (m)", r"(n, m) \mapsto (m)"),
        operations=("sum_axis",),
        semantics=_axis_vanishes,
    ),
    Claim(
        id="sum-axis-adds-each-column",
        section="2.3.6",
        statement="Entry j of A.sum(axis=0) is the sum of column j.",
        operations=("sum_axis", "sum"),
        semantics=_by_numbers,
        trial=Trial(MATRICES, _column_sums, _column_sums_on_draws),
        because="columns are added row by row, a column alone in another order from 8 entries on",
    ),
    Claim(
        id="sum-over-both-axes-is-the-sum",
        section="2.3.6",
        statement="A.sum(axis=[0, 1]) equals A.sum().",
        operations=("sum_axes", "sum"),
        trial=Trial(MATRICES, _both_axes, _both_axes_on_draws),
    ),
    Claim(
        id="sum-one-axis-after-the-other",
        section="2.3.6",
        statement="Summing along one axis and then the other gives the sum of all elements.",
        operations=("sum_axis", "sum"),
        trial=Trial(MATRICES, _in_turn, _in_turn_on_draws),
        because="the two orders of addition round differently",
    ),
    Claim(
        id="mean-is-sum-over-count",
        section="2.3.6",
        statement="mean() is the sum divided by the number of elements.",
        operations=("mean", "sum"),
        semantics=_by_numbers,
        trial=Trial(MATRICES, _mean, _mean_on_draws),
        shows=(Demonstration("no elements", "0 / 0 is NaN.", _empty_mean, unless="there is an element"),),
    ),
    Claim(
        id="mean-axis-is-sum-over-size",
        section="2.3.6",
        statement="mean(axis=0) is sum(axis=0) divided by the size of axis 0.",
        operations=("mean_axis", "sum_axis"),
        semantics=_by_numbers,
        trial=Trial(MATRICES, _column_means, _column_means_on_draws),
    ),
    Claim(
        id="keepdims-rows-sum-to-one",
        section="2.3.6",
        statement="A / A.sum(axis=1, keepdims=True) has rows that sum to one.",
        operations=("sum_axis", "div"),
        trial=Trial(MATRICES, _shares, _shares_on_draws),
        condition="no row sums to zero",
        because="each quotient rounds on its own",
    ),
    Claim(
        id="cumsum-keeps-the-shape",
        section="2.3.6",
        statement="cumsum along an axis keeps the tensor's shape.",
        formula=Written("(n, m) ↦ (n, m)", r"(n, m) \mapsto (n, m)"),
        operations=("cumsum",),
        semantics=_shape_stays,
    ),
    Claim(
        id="cumsum-ends-in-the-sum",
        section="2.3.6",
        statement="The last row of A.cumsum(axis=0) is A.sum(axis=0).",
        operations=("cumsum", "sum_axis"),
        trial=Trial(MATRICES, _last, _last_on_draws),
        because="rows are added in the same order, except in a single column, which sum adds in another",
    ),
    Claim(
        id="vector-cumsum-ends-in-the-sum",
        section="2.3.6",
        statement="The last entry of a vector's cumsum is its sum.",
        operations=("cumsum", "sum"),
        trial=Trial(VECTORS, _last_of_vector, _last_of_vector_on_draws),
        because="a running sum adds one by one, a sum in eight strands",
    ),
)
