"""Scalars, vectors, matrices, and arithmetic that keeps the shape (sections 2.3.1 to 2.3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verify.claims.claim import Batch, Claim, Demonstration, Shown, Step, Trial, Written, array

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.claims.claim import Array, Engine, Tensor

SHAPES = ((), (1,), (3,), (2, 3), (3, 4), (2, 1, 3), (0, 3))
"""Shapes on which a statement about shapes is run."""

SQUARES = tuple({"A": (size, size)} for size in (1, 2, 3))
PAIRS = tuple({"A": s, "B": s} for s in ((1, 1), (2, 2), (3, 4)))
SCALED = tuple({"a": (), "X": s} for s in ((1,), (2, 2), (3, 4)))


def _filled(torch: Engine, shape: tuple[int, ...]) -> Tensor:
    values = np.arange(np.prod(shape, dtype=int), dtype=np.float32) - 1
    return torch.tensor(values.reshape(shape))


def _one_element(torch: Engine) -> list[Step]:
    x = torch.tensor(3.0)
    return [
        Step("tensor(3.0) has one element and no axis", "run", x.numel() == 1 and tuple(x.shape) == ()),
        Step("its value comes back as the Python number 3.0", "run", x.item() == 3.0),
    ]


def _arithmetic(torch: Engine, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Compare arithmetic of one-element tensors with arithmetic of Python's numbers, rounded to the dtype."""
    left = torch.stack([x + y, x * y, x - y])
    a, b = x.item(), y.item()
    return left, torch.tensor(np.array([a + b, a * b, a - b]).astype(array(x).dtype))


def _arithmetic_on_draws(x: Array, y: Array) -> Batch:
    left = np.stack([x + y, x * y, x - y], axis=1)
    a, b = x.astype(np.float64), y.astype(np.float64)
    return Batch(left, np.stack([a + b, a * b, a - b], axis=1).astype(x.dtype), parts=(x * y,))


def _list(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    """Compare a vector with its entries, fetched one by one by index and put side by side."""
    return torch.stack([x[k] for k in range(len(x))]), x


def _length(torch: Engine) -> list[Step]:
    steps = []
    for shape in SHAPES[1:]:
        x = _filled(torch, shape)
        steps.append(Step(f"len(x) = {shape[0]} for shape {shape}", "run", len(x) == x.shape[0] == shape[0]))
    return steps


def _no_length(torch: Engine) -> Shown:
    try:
        len(torch.tensor(3.0))
    except TypeError as error:
        return Shown(True, f"TypeError: {error}")
    return Shown(False, "len(tensor(3.0)) returned")


def _one_axis(torch: Engine) -> list[Step]:
    vectors = [_filled(torch, (size,)) for size in (0, 1, 4)]
    return [
        Step(
            "the shape of a tensor with one axis has one element",
            "run on sizes 0, 1, 4",
            all(len(x.shape) == 1 for x in vectors),
        )
    ]


def _transposed(torch: Engine) -> list[Step]:
    steps = []
    for rows, columns in ((1, 1), (2, 3), (5, 4), (0, 2)):
        a = _filled(torch, (rows, columns))
        swapped = array(a.T)
        entries = all(swapped[c, r] == array(a)[r, c] for r in range(rows) for c in range(columns))
        steps.append(
            Step(
                f"A.T has shape ({columns}, {rows}) and A.T[j, i] = A[i, j]",
                f"run on ({rows}, {columns})",
                swapped.shape == (columns, rows) and entries,
            )
        )
    return steps


def _twice(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    return A.T.T, A


def _symmetric(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    del torch
    S = A + A.T
    return S, S.T


def _symmetric_on_draws(A: Array) -> Batch:
    S = A + A.transpose(0, 2, 1)
    return Batch(S, S.transpose(0, 2, 1))


def _example(torch: Engine) -> list[Step]:
    S = torch.tensor(np.array([[1, 2, 3], [2, 0, 4], [3, 4, 5]], dtype=np.float32))
    N = _filled(torch, (2, 2))
    return [
        Step("[[1, 2, 3], [2, 0, 4], [3, 4, 5]] equals its transpose", "run", bool((S == S.T).all())),
        Step("[[-1, 0], [1, 2]] does not", "run", not bool((N == N.T).all())),
    ]


def _same_shape(torch: Engine) -> list[Step]:
    steps = []
    for shape in SHAPES:
        x = _filled(torch, shape)
        kept = all(tuple(out.shape) == shape for out in (x + x, x - x, x * x, x / (x * x + 1), torch.exp(x), abs(x)))
        steps.append(Step(f"x + x, x - x, x * x, x / (x * x + 1), exp(x), |x| keep the shape {shape}", "run", kept))
    return steps


def _sum_by_entry(torch: Engine, A: Tensor, B: Tensor) -> tuple[Tensor, Tensor]:
    return A + B, _by_entry(torch, A, B, lambda a, b: a + b)


def _product_by_entry(torch: Engine, A: Tensor, B: Tensor) -> tuple[Tensor, Tensor]:
    return A * B, _by_entry(torch, A, B, lambda a, b: a * b)


def _by_entry(torch: Engine, A: Tensor, B: Tensor, operation: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    rows, columns = A.shape
    entries = [torch.stack([operation(A[r, c], B[r, c]) for c in range(columns)]) for r in range(rows)]
    return torch.stack(entries)


def _scaled(torch: Engine, a: Tensor, X: Tensor) -> tuple[Tensor, Tensor]:
    """Compare a + a * X with the same computed on each element alone."""
    flat = X.reshape(-1)
    each = torch.stack([a + a * flat[k] for k in range(len(flat))])
    return a + a * X, each.reshape(X.shape)


def _scaled_on_draws(a: Array, X: Array) -> Batch:
    a = a.reshape(-1, *(1 for _ in X.shape[1:]))
    out = a + a * X
    return Batch(out, out, parts=(a * X,))


def _scalar_shapes(torch: Engine) -> list[Step]:
    steps = []
    for shape in SHAPES:
        x = _filled(torch, shape)
        kept = all(tuple(out.shape) == shape for out in (2 + x, 2 * x, x - 2, x / 2, torch.tensor(2.0) * x))
        steps.append(Step(f"2 + x, 2 * x, x - 2, x / 2, tensor(2.0) * x keep the shape {shape}", "run", kept))
    return steps


def _wide_scalar(torch: Engine) -> Shown:
    scalar, x = torch.tensor(np.array(0.1)), torch.tensor(np.array([9.0], dtype=np.float32))
    product = array(scalar * x)
    exact = np.float32(0.1 * 9.0)
    happened = product.dtype == np.float32 and product[0] != exact
    return Shown(
        happened,
        f"tensor(0.1, dtype=float64) * tensor([9.0]) is {product[0]}, the product of the doubles rounds to {exact}",
    )


CLAIMS = (
    Claim(
        id="scalar-is-one-element",
        section="2.3.1",
        statement="A scalar is represented by a tensor with one element.",
        formula=Written("numel(tensor(3.0)) = 1", r"\mathrm{numel}(\texttt{tensor(3.0)}) = 1"),
        semantics=_one_element,
    ),
    Claim(
        id="scalar-arithmetic",
        section="2.3.1",
        statement="Arithmetic on one-element tensors is the arithmetic of their numbers.",
        formula=Written("(x + y).item() = x.item() + y.item()", r"\texttt{(x + y).item() = x.item() + y.item()}"),
        operations=("add", "sub", "mul"),
        semantics=_one_element,
        trial=Trial(({"x": (), "y": ()},), _arithmetic, _arithmetic_on_draws, relation="identical"),
        because="float64 is wide enough that rounding its sums and products to float32 rounds them once",
    ),
    Claim(
        id="vector-is-a-list-of-scalars",
        section="2.3.2",
        statement="A vector is a list of scalars, and an index fetches any of them.",
        formula=Written("x = (x[0], …, x[n−1])", r"x = (x_0, \dots, x_{n-1})"),
        operations=("index",),
        semantics=_one_axis,
        trial=Trial(tuple({"x": (size,)} for size in (1, 2, 5)), _list, lambda x: Batch(x, x), relation="identical"),
        because="indexing copies the bits",
    ),
    Claim(
        id="len-is-the-first-size",
        section="2.3.2",
        statement="len(x) is the length of the tensor's first axis.",
        formula=Written("len(x) = x.shape[0]", r"\texttt{len(x)} = \texttt{x.shape[0]}"),
        semantics=_length,
        shows=(
            Demonstration(
                "a scalar", "A tensor without axes has no length: len raises.", _no_length, unless="x has an axis"
            ),
        ),
    ),
    Claim(
        id="vector-shape-has-one-element",
        section="2.3.2",
        statement="The shape of a tensor with one axis has one element.",
        formula=Written("len(x.shape) = 1", r"\texttt{len(x.shape)} = 1"),
        semantics=_one_axis,
    ),
    Claim(
        id="transpose-swaps-indices",
        section="2.3.3",
        statement="A.T of an m×n matrix is n×m, with A.T[j, i] = A[i, j].",
        operations=("transpose",),
        semantics=_transposed,
    ),
    Claim(
        id="transpose-is-an-involution",
        section="2.3.3",
        statement="Transposing twice gives the matrix back.",
        formula=Written("(Aᵀ)ᵀ = A", r"(A^\top)^\top = A"),
        operations=("transpose",),
        trial=Trial(
            tuple({"A": s} for s in ((1, 1), (2, 3), (4, 3))), _twice, lambda A: Batch(A, A), relation="identical"
        ),
        because="transposing moves bits and computes nothing",
    ),
    Claim(
        id="symmetric-equals-transpose",
        section="2.3.3",
        statement="A symmetric matrix equals its transpose; A + Aᵀ is one.",
        formula=Written("A + Aᵀ = (A + Aᵀ)ᵀ", r"A + A^\top = (A + A^\top)^\top"),
        operations=("transpose", "add"),
        semantics=_example,
        trial=Trial(SQUARES, _symmetric, _symmetric_on_draws),
        because="floating-point addition commutes",
    ),
    Claim(
        id="elementwise-keeps-the-shape",
        section="2.3.5",
        statement="An elementwise operation on tensors of one shape gives a tensor of that shape.",
        formula=Written(
            "shape(A + B) = shape(A) = shape(B)", r"\mathrm{shape}(A + B) = \mathrm{shape}(A) = \mathrm{shape}(B)"
        ),
        operations=("add", "sub", "mul", "div", "exp", "abs"),
        semantics=_same_shape,
    ),
    Claim(
        id="addition-is-elementwise",
        section="2.3.5",
        statement="Tensors of the same shape are added entry by entry.",
        operations=("add",),
        semantics=_same_shape,
        trial=Trial(PAIRS, _sum_by_entry, lambda A, B: Batch(A + B, A + B), relation="identical", entrywise=True),
    ),
    Claim(
        id="hadamard-product",
        section="2.3.5",
        statement="A * B multiplies entry by entry: the Hadamard product A ⊙ B.",
        operations=("mul",),
        semantics=_same_shape,
        trial=Trial(PAIRS, _product_by_entry, lambda A, B: Batch(A * B, A * B), relation="identical", entrywise=True),
    ),
    Claim(
        id="scalar-keeps-the-shape",
        section="2.3.5",
        statement="Adding or multiplying by a scalar keeps a tensor's shape and acts on each element.",
        operations=("scalar_add", "scalar_mul", "scalar_sub", "scalar_div"),
        semantics=_scalar_shapes,
        trial=Trial(SCALED, _scaled, _scaled_on_draws, relation="identical"),
        shows=(
            Demonstration(
                "a float64 scalar and a float32 tensor",
                "A scalar tensor does not widen the other: it is rounded to float32 before it multiplies.",
                _wide_scalar,
            ),
        ),
    ),
)
