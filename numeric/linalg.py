"""Linear algebra in the names of ``torch.linalg``: norms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from numeric.errors import NumericRuntimeError
from numeric.functions import elementwise, reductions
from numeric.functions.products import matmul
from numeric.functions.products import norm as _norm

if TYPE_CHECKING:
    from numeric.dtypes import DType
    from numeric.tensor import Tensor


def vector_norm(
    x: Tensor,
    ord: float = 2,  # noqa: A002  (PyTorch's name)
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
) -> Tensor:
    """Return the norm of the entries as one vector; ``ord`` as ``p`` of :func:`numeric.norm`."""
    return _norm(x, ord, dim, keepdim, dtype)


def matrix_norm(
    x: Tensor,
    ord: str = "fro",  # noqa: A002  (PyTorch's name)
    dim: Any = (-2, -1),
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
) -> Tensor:
    """Return the Frobenius norm of each matrix.

    Raises
    ------
    NumericRuntimeError
        If another norm is asked for.
    """
    if ord != "fro":
        raise NumericRuntimeError(f"matrix_norm: expected ord='fro', the only one here, got {ord!r}")
    return _norm(x, "fro", dim, keepdim, dtype)


def norm(
    x: Tensor,
    ord: float | str | None = None,  # noqa: A002  (PyTorch's name)
    dim: Any = None,
    keepdim: bool = False,
    *,
    dtype: DType | None = None,
) -> Tensor:
    """Return a vector norm, or the Frobenius norm of matrices for ``ord="fro"``.

    Raises
    ------
    NumericRuntimeError
        If a number is given as ``ord`` for a matrix: singular values are not computed here.
    """
    axes = x.ndim if dim is None else (len(dim) if isinstance(dim, tuple | list) else 1)
    if ord in (1, math.inf) and axes == 2 and x.ndim == 2 and dim is None:
        sums = reductions.sum(elementwise.abs(x), 0 if ord == 1 else 1)
        return reductions.amax(sums, None if not keepdim else 0, keepdim)
    if ord is not None and ord != "fro" and axes == 2:
        raise NumericRuntimeError(f"linalg.norm: ord={ord!r} of a matrix is not here: use 'fro', or vector_norm(...)")
    if ord == "fro" and axes != 2:
        raise NumericRuntimeError(f"linalg.norm: ord='fro' expects a matrix, got {axes} axes")
    return _norm(x, 2 if ord is None else ord, dim, keepdim, dtype)


__all__ = ["matmul", "matrix_norm", "norm", "vector_norm"]
