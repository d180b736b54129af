"""Calls and indices of formulas, on arrays of exact numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from verify.errors import UsageError
from verify.identities.scope import LARGEST, MOST_CELLS, bound_cells
from verify.identities.vocabulary import EVERY, FUNCTIONS, Function, exact_array
from verify.lift.array import Lifted

SQUARE = {
    "det", "inv", "slogdet", "logdet", "solve", "cholesky", "eigvalsh", "eigh", "eigvals", "matrix_power", "expm",
    "logm", "sqrtm",
}  # fmt: skip
"""Functions of square matrices."""


class DType:
    """A dtype: exact numbers do without."""


def apply(name: str, function: Function, given: list[Any], options: dict[str, Any]) -> Any:
    """Call a function of the vocabulary: its arrays made exact, everything else as given."""
    if function.arrays < 0:
        given = [_nested(given[0]), *given[1:]]
    else:
        given = [exact_array(a) if k < function.arrays and not _truth(name, a) else a for k, a in enumerate(given)]
    if name in SQUARE and np.ndim(given[0]) >= 2 and given[0].shape[-1] != given[0].shape[-2]:
        raise ValueError("the matrix must be square")
    if function.arrays != EVERY:
        _check_sizes(name, [*given, *options.values()])
    if name in ("kron", "outer", "tensordot") or name.endswith(".outer"):
        bound_cells([np.size(a) for a in given[:2]])
    return function.call(*given, **options)


def _truth(name: str, value: Any) -> bool:
    """Whether a function takes a condition as it is: all others take zeros and ones, and average them exactly."""
    if name not in ("where", "all", "any", "logical_and", "logical_or", "logical_not"):
        return False
    return isinstance(value, (np.ndarray, np.bool_)) and value.dtype == bool


def _nested(parts: Any) -> Any:
    """Return a list of arrays, or of lists of arrays, with every array exact."""
    if any(isinstance(p, (list, tuple)) for p in parts):
        return [_nested(p) if isinstance(p, (list, tuple)) else exact_array(p) for p in parts]
    return [exact_array(p) for p in parts]


def _check_sizes(name: str, values: list[Any]) -> None:
    """Refuse sizes that no formula needs, and keep what they make together within bounds."""
    numbers = [v for v in values if isinstance(v, int)]
    numbers += [n for v in values if isinstance(v, (tuple, list)) for n in v if isinstance(n, int)]
    if name in ("eye", "identity", "tri") and len(numbers) == 1:
        numbers *= 2
    if any(abs(n) > LARGEST for n in numbers) or math.prod(max(1, abs(n)) for n in numbers) > MOST_CELLS:
        raise UsageError(f"{name} is asked for sizes {numbers}: at most {MOST_CELLS} entries are read")


def einsum(given: list[Any]) -> Any:
    """Return an einsum whose result, written out, is no array beyond the limits."""
    arrays: list[Any] = [a if isinstance(a, str) else exact_array(a) for a in given]
    if not arrays or not isinstance(arrays[0], str) or any(isinstance(a, str) for a in arrays[1:]):
        raise UsageError("einsum takes its subscripts first and arrays after them: einsum('ij,j->i', A, x)")
    terms = arrays[0].replace(" ", "").partition("->")[0].split(",")
    sizes = {c: n for term, a in zip(terms, arrays[1:], strict=False) for c, n in zip(term, a.shape, strict=False)}
    bound_cells(sizes.values())
    contract: Any = np.einsum
    return contract(*arrays)


def method(name: str, array: Any, given: list[Any], options: dict[str, Any]) -> Any:
    """Call a method of an array."""
    if name == "astype":
        return array
    if name == "flatten":
        return array.reshape(-1, **({"order": given[0]} if given else options))
    if name in ("reshape", "transpose"):
        return getattr(array, name)(*given, **options)
    return apply(name, FUNCTIONS[name], [array, *given], options)


def index_of(key: Any) -> Any:
    """Return a part of an index: exact numbers in it must be whole."""
    if isinstance(key, (list, tuple)):
        key = exact_array(key)
    if not isinstance(key, Lifted):
        return key
    numbers = [cell.coefficient(0).unique_fmpz() for cell in key.cells.ravel()]
    if any(n is None for n in numbers):
        raise IndexError("an index holds what is no whole number")
    return np.array([int(n) for n in numbers], dtype=int).reshape(key.shape)
