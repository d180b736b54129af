"""Dot, matrix-vector and matrix-matrix products, and norms (sections 2.3.7 to 2.3.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from verify.claims.claim import Batch, Claim, Demonstration, Shown, Step, Trial, array

if TYPE_CHECKING:
    from verify.claims.claim import Array, Engine, Tensor

PAIRS = tuple({"x": (size,), "y": (size,)} for size in (1, 2, 3, 8, 17))
VECTORS = tuple({"x": (size,)} for size in (1, 2, 3, 9))
MATRICES = tuple({"A": s} for s in ((1, 1), (2, 2), (3, 4)))
PRODUCTS = tuple({"A": (rows, inner), "x": (inner,)} for rows, inner in ((1, 1), (2, 2), (3, 4)))
CHAINS = tuple({"A": (a, b), "B": (b, c)} for a, b, c in ((1, 1, 1), (2, 2, 2), (3, 4, 2)))


def _dot(torch: Engine, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    return torch.dot(x, y), (x * y).sum()


def _dot_on_draws(x: Array, y: Array) -> Batch:
    terms = x * y
    return Batch(np.vecdot(x, y), terms.sum(axis=1), parts=(terms,))


def _rows(torch: Engine, A: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    return torch.mv(A, x), torch.stack([torch.dot(A[r], x) for r in range(A.shape[0])])


def _rows_on_draws(A: Array, x: Array) -> Batch:
    terms = A * x[:, None, :]
    return Batch(np.matmul(A, x[:, :, None])[:, :, 0], np.vecdot(A, x[:, None, :]), parts=(terms,))


def _columns(torch: Engine, A: Tensor, B: Tensor) -> tuple[Tensor, Tensor]:
    columns = [torch.mv(A, B[:, c].clone()) for c in range(B.shape[1])]
    return torch.mm(A, B), torch.stack(columns).T


def _columns_on_draws(A: Array, B: Array) -> Batch:
    columns = np.ascontiguousarray(B.transpose(0, 2, 1))
    each = np.stack([np.matmul(A, columns[:, c, :, None])[:, :, 0] for c in range(B.shape[2])], axis=2)
    return Batch(np.matmul(A, B), each, parts=(A[:, :, :, None] * B[:, None, :, :],))


def _frobenius(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    return torch.norm(A), torch.sqrt((A * A).sum())


def _frobenius_on_draws(A: Array) -> Batch:
    flat = A.reshape(len(A), -1)
    squares = flat * flat
    norm = np.sqrt(squares.sum(axis=1))
    return Batch(norm, norm, parts=(squares,))


def _scaled(torch: Engine, A: Tensor) -> tuple[Tensor, Tensor]:
    """Compare the norm with the norm of A / s, times s, where s is the largest magnitude."""
    s = abs(A).max()
    return torch.norm(A), s * torch.norm(A / s)


def _scaled_on_draws(A: Array) -> Batch:
    flat = A.reshape(len(A), -1)
    s = np.abs(flat).max(axis=1)
    small = flat / s[:, None]
    squares = flat * flat
    right = s * np.sqrt((small * small).sum(axis=1))
    return Batch(np.sqrt(squares.sum(axis=1)), right, parts=(squares,), divisor=s)


def _manhattan(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    return torch.norm(x, 1), abs(x).sum()


def _euclid(torch: Engine, x: Tensor) -> tuple[Tensor, Tensor]:
    return torch.norm(x), torch.sqrt(torch.dot(x, x))


def _euclid_on_draws(x: Array) -> Batch:
    squares = x * x
    return Batch(np.sqrt(squares.sum(axis=1)), np.sqrt(np.vecdot(x, x)), parts=(squares,))


def _manhattan_on_draws(x: Array) -> Batch:
    total = np.abs(x).sum(axis=1)
    return Batch(total, total)


def _vector(torch: Engine, values: list[float]) -> Tensor:
    return torch.tensor(np.array(values, dtype=np.float32))


def _numbers(torch: Engine) -> list[Step]:
    x = torch.arange(4.0)
    A = torch.arange(20.0).reshape(5, 4)
    ones = torch.ones(4, 3)
    return [
        Step("dot([0, 1, 2, 3], ones) = 6", "run", float(array(torch.dot(x, torch.ones(4)))) == 6.0),
        Step(
            "A x = [14, 38, 62, 86, 110] for A = 0, …, 19 by rows",
            "run",
            array(torch.mv(A, x)).tolist() == [14.0, 38.0, 62.0, 86.0, 110.0],
        ),
        Step(
            "the first row of A times a 4×3 matrix of ones is [6, 6, 6]",
            "run",
            array(torch.mm(A, ones))[0].tolist() == [6.0] * 3,
        ),
    ]


def _lengths(torch: Engine) -> list[Step]:
    u = _vector(torch, [3.0, -4.0])
    return [
        Step("the L2 norm of (3, -4) is 5", "run", float(array(torch.norm(u))) == 5.0),
        Step("its L1 norm is 7", "run", float(array(abs(u).sum())) == 7.0),
        Step(
            "the Frobenius norm of a 4×9 matrix of ones is 6", "run", float(array(torch.norm(torch.ones(4, 9)))) == 6.0
        ),
    ]


def _norm_of_one(torch: Engine, value: float) -> tuple[float, str]:
    found = float(array(torch.norm(_vector(torch, [value]).reshape(1, 1))))
    return found, f"float32 norm([[{value!r}]]) = {found}"


def _too_large(torch: Engine) -> Shown:
    found, text = _norm_of_one(torch, 2.0**64)
    return Shown(found == np.inf, text)


def _too_small(torch: Engine) -> Shown:
    found, text = _norm_of_one(torch, 2.0**-76)
    return Shown(found == 0.0, text)


CLAIMS = (
    Claim(
        id="dot-is-sum-of-products",
        section="2.3.7",
        statement="torch.dot(x, y) equals (x * y).sum().",
        operations=("dot", "mul", "sum"),
        semantics=_numbers,
        trial=Trial(PAIRS, _dot, _dot_on_draws),
        because="the library's dot adds in another order, and with fused multiply-adds where the processor has them",
    ),
    Claim(
        id="mv-rows-are-dots",
        section="2.3.8",
        statement="Entry p of the matrix-vector product is the dot product of row p with the vector.",
        operations=("mv", "dot"),
        semantics=_numbers,
        trial=Trial(PRODUCTS, _rows, _rows_on_draws),
        because="the library's kernels for the two add in different orders",
    ),
    Claim(
        id="mm-columns-are-mv",
        section="2.3.9",
        statement="Column q of the matrix product is the matrix times column q.",
        operations=("mm", "mv"),
        semantics=_numbers,
        trial=Trial(CHAINS, _columns, _columns_on_draws),
        because="the library's kernels for the two add in different orders",
    ),
    Claim(
        id="frobenius-norm-is-root-of-squares",
        section="2.3.10",
        statement="The Frobenius norm is the square root of the sum of the squares of a matrix's elements.",
        operations=("frobenius_norm",),
        semantics=_lengths,
        trial=Trial(MATRICES, _frobenius, _frobenius_on_draws),
    ),
    Claim(
        id="frobenius-norm-scales",
        section="2.3.10",
        statement="Dividing a matrix by its largest magnitude first, and multiplying afterwards, leaves its norm.",
        operations=("frobenius_norm", "abs"),
        semantics=_lengths,
        trial=Trial(MATRICES, _scaled, _scaled_on_draws),
        shows=(
            Demonstration(
                "a large entry", "Its square overflows, though the norm itself is an ordinary number.", _too_large
            ),
            Demonstration(
                "a small entry", "Its square vanishes, and the norm of a matrix that is not zero is 0.", _too_small
            ),
        ),
        condition="the matrix is not zero",
        because="squares leave the range long before the norm does",
    ),
    Claim(
        id="l1-norm-is-sum-of-magnitudes",
        section="2.3.10",
        statement="The L1 norm is the sum of the elements' absolute values.",
        operations=("l1_norm", "abs", "sum"),
        semantics=_lengths,
        trial=Trial(VECTORS, _manhattan, _manhattan_on_draws),
    ),
    Claim(
        id="l2-norm-is-root-of-dot",
        section="2.3.10",
        statement="The L2 norm of a vector is the square root of its dot product with itself.",
        operations=("l2_norm", "dot"),
        semantics=_lengths,
        trial=Trial(VECTORS, _euclid, _euclid_on_draws),
    ),
)
