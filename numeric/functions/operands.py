"""From what a caller wrote to what a rule takes: kinds of operands, one dtype, axes."""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.dtypes import (
    DType,
    as_dtype,
    combine,
    dtype_of,
    get_default_dtype,
    promote_types,
    scalar_dtype,
)
from numeric.errors import NumericIndexError, NumericRuntimeError, NumericTypeError
from numeric.rulebook import rules
from numeric.tape import apply, binary_usual

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numeric.rulebook.rule import Called, Rule
    from numeric.tensor import Tensor

_TO = rules["to"]


def is_tensor(x: object) -> bool:
    """Return whether ``x`` is a tensor."""
    return isinstance(x, tape.Tensor)


def numel(x: Tensor) -> int:
    """Return the number of entries."""
    return as_tensor_operand(x, "numel").numel()


def is_floating_point(x: Tensor) -> bool:
    """Return whether the entries are floating-point numbers."""
    return as_tensor_operand(x, "is_floating_point").is_floating_point()


def as_operand(x: Any) -> Any:
    """Return a tensor or a number for what was given, or NotImplemented.

    Arrays (NumPy's or foreign ones) become tensors that hold them; NumPy scalars count as numbers.
    """
    if isinstance(x, tape.Tensor | bool | int | float):
        return x
    if isinstance(x, np.generic) and x.dtype.kind in "biuf":
        return x.item()
    if hasattr(x, "__array_ufunc__") and hasattr(x, "dtype"):
        return tape.wrap(x)
    return NotImplemented


def as_tensor_operand(x: Any, name: str) -> Tensor:
    """Return ``x`` as a tensor.

    Raises
    ------
    NumericTypeError
        If it is no tensor and no array.
    """
    operand = as_operand(x)
    if not isinstance(operand, tape.Tensor):
        raise NumericTypeError(
            f"{name}(): expected a tensor, got {x!r} of type {type(x).__name__}: make one with tensor(...)"
        )
    return operand


def result_type(*operands: Tensor | float) -> DType:
    """Return the dtype of an operation on tensors and numbers, by PyTorch's rules.

    Tensors with axes come first, tensors without come next, numbers last; a lower one counts only
    if its category (bool, integer, floating point) is higher.
    """
    ranks: list[DType | None] = [None, None, None]
    for x in operands:
        if isinstance(x, tape.Tensor):
            rank, dtype = (0 if x.ndim else 1), dtype_of(x.dtype)
        else:
            rank, dtype = 2, scalar_dtype(x)
        before = ranks[rank]
        ranks[rank] = dtype if before is None else promote_types(before, dtype)
    result = combine(ranks[0], combine(ranks[1], ranks[2]))
    if result is None:
        raise NumericTypeError("result_type() expected at least one operand, got none")
    return result


def cast(x: Tensor, dtype: DType) -> Tensor:
    """Return ``x`` with elements of ``dtype``: itself if it has them already."""
    dtype = as_dtype(dtype)
    if x.dtype is dtype:
        return x
    if dtype.is_floating_point:
        return apply(_TO, x, dtype=dtype.numpy)
    with np.errstate(all="ignore"):
        return tape.wrap(raw(x).astype(dtype.numpy))


def raw(x: Any) -> Any:
    """Return the array below all tensors that wrap it (what is computed from it has no gradient)."""
    while isinstance(x, tape.Tensor):
        x = x._array
    return x


def is_foreign(x: Any) -> bool:
    """Return whether ``x`` is a tensor around an array that is not NumPy's own."""
    return isinstance(x, tape.Traced) and not isinstance(raw(x), np.ndarray | np.generic)


def to_common(operands: Iterable[Any], dtype: DType) -> list[Any]:
    """Cast the tensors among the operands; a number is left to NumPy unless its kind is higher."""
    return [cast(x, dtype) if isinstance(x, tape.Tensor) else x for x in operands]


def binary(rule: Rule | Called, x: Any, y: Any, *, real: bool = False) -> Any:
    """Apply an elementwise rule to two operands after promotion, broadcasting them.

    Parameters
    ----------
    rule : Rule
        The operation.
    x, y : Tensor, array or number
        At least one is a tensor or an array.
    real : bool
        Integers become the default floating-point type first (true division).

    Returns
    -------
    Tensor
        The output, or NotImplemented if an operand is foreign.
    """
    out = binary_usual(rule, x, y, real)
    return _promoted(rule, x, y, real) if out is None else out


def _promoted(rule: Rule | Called, x: Any, y: Any, real: bool) -> Any:
    given = (x, y)
    x, y = as_operand(x), as_operand(y)
    if x is NotImplemented or y is NotImplemented:
        return NotImplemented
    if any(is_foreign(z) for z in (x, y)):
        return apply(rule, x, y)  # foreign arrays promote by their own rules
    if not (isinstance(x, tape.Tensor) or isinstance(y, tape.Tensor)):
        raise NumericTypeError(f"{rule.name}(): expected a tensor among the operands, got {given}")
    dtype = result_type(x, y)
    if real and not dtype.is_floating_point:
        dtype = get_default_dtype()
    x, y = to_common((x, y), dtype)
    if dtype.category < 2 or isinstance(x, bool) or isinstance(y, bool):
        # NumPy refuses a number that an integer type cannot hold; PyTorch wraps it around.
        x, y = (z if isinstance(z, tape.Tensor) else np.asarray(z).astype(dtype.numpy) for z in (x, y))
    return apply(rule, x, y)


def checked(result: Any, name: str, *operands: Any) -> Tensor:
    """Return the result, or raise if an operand was foreign.

    Raises
    ------
    NumericTypeError
        If ``result`` is NotImplemented.
    """
    if result is NotImplemented:
        kinds = " and ".join(type(x).__name__ for x in operands)
        raise NumericTypeError(f"{name}(): expected tensors and numbers, got {kinds}")
    return result  # type: ignore[no-any-return]


def number(name: str, value: Any) -> float:
    """Return a Python number for a number, or for a tensor or array of one entry.

    Raises
    ------
    NumericTypeError
        If it is something else; `name` says which argument.
    """
    if getattr(value, "size", None) == 1 or (is_tensor(value) and value.numel() == 1):
        value = value.item()
    if not isinstance(value, bool | int | float):
        raise NumericTypeError(f"{name} must be a number, got {value!r} of type {type(value).__name__}")
    return value


def count(name: str, value: Any) -> int:
    """Return a Python int for an integer; see `number` for the rest.

    Raises
    ------
    NumericTypeError
        If it is no integer, or too large for any size.
    """
    whole = number(name, value)
    if isinstance(whole, float):
        raise NumericTypeError(f"{name} must be an int, got {whole!r} of type float")
    if not -(2**63) <= whole < 2**63:
        raise NumericTypeError(f"{name} must be an int of 64 bits, got {whole!r}")
    return int(whole)


def one_axis(dim: Any, ndim: int) -> int:
    """Return an axis counted from the front.

    Raises
    ------
    NumericIndexError
        If there is no such axis.
    """
    if isinstance(dim, bool) or not isinstance(dim, int | np.integer):
        raise NumericTypeError(f"expected an axis (an int), got {dim!r} of type {type(dim).__name__}")
    bound = max(ndim, 1)  # a 0-d tensor may be addressed by axis 0 or -1
    if not -bound <= dim < bound:
        raise NumericIndexError(
            f"Dimension out of range (expected to be in range of [{-bound}, {bound - 1}], but got {dim})"
        )
    return int(dim) % bound


def some_axes(dim: Any, ndim: int) -> tuple[int, ...] | None:
    """Return the axes meant by an int, by several, or by None or ``()`` (all: None).

    Raises
    ------
    NumericIndexError
        If there is no such axis.
    NumericRuntimeError
        If an axis is named twice.
    """
    if dim is None:
        return None
    axes = tuple(one_axis(d, ndim) for d in (dim if isinstance(dim, tuple | list) else (dim,)))
    if len(set(axes)) != len(axes):
        raise NumericRuntimeError(f"dim {dim} names an axis multiple times in the list of dims")
    if not axes:
        return None
    return tuple(sorted(axes)) if ndim else ()


def spelled(dim: Any, axis: Any, keepdim: bool, keepdims: bool | None) -> tuple[Any, bool]:
    """Return axis and keepdim, whichever way (PyTorch's or NumPy's) they were spelled.

    Raises
    ------
    NumericTypeError
        If an axis is given in both spellings.
    """
    if dim is not None and axis is not None:
        raise NumericTypeError(f"got dim={dim!r} and axis={axis!r}: they are one parameter, give one")
    return (axis if dim is None else dim), bool(keepdim if keepdims is None else keepdims)
