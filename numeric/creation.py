"""Making tensors: from data, filled, in ranges, at random."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.dtypes import Device, DType, as_dtype, dtype_of, get_default_dtype, int64, scalar_dtype
from numeric.errors import NumericNotImplementedError, NumericRuntimeError, NumericTypeError, NumericValueError
from numeric.functions.layout import sizes_of
from numeric.functions.operands import count, number, raw
from numeric.inplace import copy_

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.tensor import Tensor


def finished(array: Any, dtype: DType | None, device: Any, requires_grad: bool) -> Tensor:
    """Return a tensor that holds an array, converted and made a leaf as asked."""
    Device(device or "cpu")
    if dtype is not None:
        with np.errstate(all="ignore"):
            array = np.asarray(array).astype(as_dtype(dtype).numpy, copy=False)
    made = tape.wrap(np.asarray(array))
    return made.requires_grad_() if requires_grad else made


def tensor(data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
    """Return a tensor of copied data.

    Parameters
    ----------
    data : number, nested sequence, NumPy array or Tensor
        Python floats become the default dtype, ints int64, bools bool; arrays keep their dtype.
    dtype : DType, optional
        Convert to it.
    device : str or Device, optional
        The CPU.
    requires_grad : bool
        Make it a leaf whose gradient is wanted.

    Raises
    ------
    NumericValueError
        If nested sequences have unequal lengths.
    NumericTypeError
        If an entry is not a real number.
    """
    dtype = None if dtype is None else as_dtype(dtype)
    if isinstance(data, tape.Tensor):
        data = raw(data)
    if isinstance(data, np.ndarray | np.generic):
        array = np.array(data)
        dtype_of(array.dtype if dtype is None else dtype)
    else:
        array = _from_sequence(data, dtype)
    return finished(array, dtype, device, requires_grad)


def _from_sequence(data: Any, dtype: DType | None) -> np.ndarray[Any, Any]:
    plain = _without_tensors(data)
    try:
        array = np.array(plain)
    except ValueError:
        raise NumericValueError(
            f"expected nested sequences of equal lengths, got {plain!r}: a tensor has no ragged rows"
        ) from None
    if array.size == 0 and array.dtype.kind == "f":
        return array.astype(get_default_dtype().numpy)
    if data is None:
        raise NumericRuntimeError("Could not infer dtype of NoneType: give a number or a sequence")
    if array.dtype.kind not in "biuf":
        raise NumericTypeError(f"tensor() takes real numbers and nested sequences of them, got {data!r}")
    if dtype is None and isinstance(data, tuple | list | float | int):
        dtype = _natural_dtype(plain, array)
    return array if dtype is None else array.astype(dtype.numpy)


def _natural_dtype(plain: Any, array: np.ndarray[Any, Any]) -> DType:
    """Return the dtype of Python numbers; NumPy numbers among them keep theirs."""
    first = plain
    while isinstance(first, tuple | list) and first:
        first = first[0]
    if isinstance(first, np.ndarray | np.generic):
        return dtype_of(array.dtype)
    return {"f": get_default_dtype(), "b": scalar_dtype(True)}.get(array.dtype.kind, int64)


def _without_tensors(data: Any) -> Any:
    if isinstance(data, tape.Tensor):
        return raw(data).tolist()
    if isinstance(data, tuple | list):
        return [_without_tensors(part) for part in data]
    if isinstance(data, range):
        return list(data)
    return data


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """Return data as a tensor; a tensor or an array of the right dtype is not copied."""
    if isinstance(data, tape.Tensor):
        return data if dtype is None else data.to(dtype)
    if isinstance(data, np.ndarray) and (dtype is None or data.dtype == dtype.numpy):
        return from_numpy(data)
    return tensor(data, dtype=dtype, device=device)


def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    """Return a tensor that shares the memory of a NumPy array.

    Raises
    ------
    NumericTypeError
        If it is no array, or no tensor holds its dtype.
    """
    if not isinstance(array, np.ndarray):
        raise NumericTypeError(f"expected np.ndarray (got {type(array).__name__}): use tensor(...)")
    dtype_of(array.dtype)
    return tape.wrap(array)


def _filled(value: float, name: str, meaning: str) -> Callable[..., Tensor]:
    def make(
        *shape: Any,
        size: Any = None,
        dtype: DType | None = None,
        device: Any = None,
        requires_grad: bool = False,
    ) -> Tensor:
        kind = as_dtype(dtype or get_default_dtype())
        sizes = _sizes(shape if size is None else (tuple(size),))
        return finished(_full(sizes, value, kind), None, device, requires_grad)

    make.__name__ = name
    make.__doc__ = f"Return a tensor of a shape, {meaning}: ``{name}(2, 3)`` or ``{name}((2, 3))``."
    return make


def _sizes(size: tuple[Any, ...]) -> tuple[int, ...]:
    sizes = sizes_of(size)
    if any(n < 0 for n in sizes):
        raise NumericRuntimeError(f"Trying to create tensor with negative dimension in {sizes}")
    return sizes


def _full(sizes: tuple[int, ...], value: Any, dtype: DType) -> np.ndarray[Any, Any]:
    with np.errstate(all="ignore"):
        return np.full(sizes, np.asarray(value).astype(dtype.numpy))


zeros = _filled(0, "zeros", "of zeros")
ones = _filled(1, "ones", "of ones")
empty = _filled(0, "empty", "whose entries mean nothing yet (they are zeros here)")


def full(
    size: Any,
    fill_value: float,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a tensor of a shape, every entry ``fill_value``; the dtype is the number's by default."""
    value = number("fill_value", fill_value)
    kind = dtype or scalar_dtype(value)
    return finished(_full(_sizes((size,)), value, kind), None, device, requires_grad)


def _like(make: Callable[..., Tensor], name: str) -> Callable[..., Tensor]:
    def make_like(
        x: Tensor,
        *,
        dtype: DType | None = None,
        device: Any = None,
        requires_grad: bool = False,
    ) -> Tensor:
        shape = tuple(x.shape)
        return make(shape, dtype=dtype or x.dtype, device=device, requires_grad=requires_grad)

    make_like.__name__ = name
    make_like.__doc__ = f"Return ``{make.__name__}`` of the shape and dtype of a tensor."
    return make_like


zeros_like = _like(zeros, "zeros_like")
ones_like = _like(ones, "ones_like")
empty_like = _like(empty, "empty_like")


def full_like(x: Tensor, fill_value: float, *, dtype: DType | None = None) -> Tensor:
    """Return a tensor of the shape and dtype of another, every entry ``fill_value``."""
    return full(tuple(x.shape), fill_value, dtype=dtype or x.dtype)


def new_zeros(x: Tensor, *size: Any, dtype: DType | None = None) -> Tensor:
    """Return zeros of a shape, in the dtype of ``x``."""
    return zeros(*size, dtype=dtype or x.dtype)


def new_ones(x: Tensor, *size: Any, dtype: DType | None = None) -> Tensor:
    """Return ones of a shape, in the dtype of ``x``."""
    return ones(*size, dtype=dtype or x.dtype)


def new_tensor(x: Tensor, data: Any, *, dtype: DType | None = None) -> Tensor:
    """Return a tensor of copied data, in the dtype of ``x``."""
    return tensor(data, dtype=dtype or x.dtype)


def eye(n: int, m: int | None = None, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Return an ``n`` by ``m`` matrix (square by default) with ones on the diagonal."""
    rows, columns = _sizes((n, n if m is None else m))
    kind = as_dtype(dtype or get_default_dtype())
    return finished(np.eye(rows, columns, dtype=kind.numpy), None, None, requires_grad)


def _range_dtype(bounds: tuple[Any, ...], dtype: DType | None) -> DType:
    if dtype is not None:
        return dtype
    whole = all(isinstance(b, int) and not isinstance(b, bool) for b in bounds)
    return int64 if whole else get_default_dtype()


def arange(
    start: float,
    end: float | None = None,
    step: float = 1,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return ``start, start + step, …`` up to and without ``end``; one argument is the end.

    Raises
    ------
    NumericRuntimeError
        If ``step`` is zero or points away from ``end``.
    """
    start, end = (0, start) if end is None else (start, end)
    bounds = tuple(number("a bound or step of arange", b) for b in (start, end, step))
    first, last, stride = bounds
    if not all(map(math.isfinite, bounds)):
        raise NumericRuntimeError(f"unsupported range: {first} -> {last} in steps of {stride}; give finite numbers")
    if stride == 0:
        raise NumericRuntimeError("step must be nonzero, got 0")
    if (last - first) * stride < 0:
        raise NumericRuntimeError(f"upper bound and lower bound inconsistent with step sign: {first}, {last}, {stride}")
    kind = _range_dtype(bounds, dtype)
    if kind.is_floating_point:
        count = math.ceil((last - first) / stride)
        array: Any = (first + np.arange(count, dtype=np.float64) * stride).astype(kind.numpy)
    else:
        array = np.arange(first, last, stride).astype(kind.numpy)
    return finished(array, None, device, requires_grad)


def linspace(
    start: float,
    end: float,
    steps: int,
    *,
    dtype: DType | None = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return ``steps`` numbers in equal distances, from ``start`` to ``end``."""
    kind = as_dtype(dtype or get_default_dtype())
    start, end, steps = number("start", start), number("end", end), count("steps", steps)
    if steps < 0:
        raise NumericRuntimeError(f"number of steps must be non-negative, got {steps}")
    array = np.linspace(start, end, steps, dtype=np.float64).astype(kind.numpy)
    return finished(array, None, device, requires_grad)


class _Generator:
    """The one source of random numbers, seeded by ``manual_seed``."""

    rng = np.random.default_rng()


def manual_seed(seed: int) -> None:
    """Make the random numbers that follow a function of ``seed`` (they are not PyTorch's numbers)."""
    _Generator.rng = np.random.default_rng(seed % 2**64)


def _random(name: str, meaning: str, draw: Callable[[tuple[int, ...]], Any]) -> Callable[..., Tensor]:
    def make(
        *shape: Any,
        size: Any = None,
        dtype: DType | None = None,
        device: Any = None,
        requires_grad: bool = False,
    ) -> Tensor:
        kind = as_dtype(dtype or get_default_dtype())
        if not kind.is_floating_point:
            raise NumericRuntimeError(f"{name}: expected a floating-point dtype, got {kind}")
        sizes = _sizes(shape if size is None else (tuple(size),))
        return finished(draw(sizes), kind, device, requires_grad)

    make.__name__ = name
    make.__doc__ = f"Return a tensor of a shape, its entries {meaning}."
    return make


randn = _random("randn", "drawn from the standard normal distribution", lambda n: _Generator.rng.normal(size=n))
rand = _random("rand", "drawn uniformly from [0, 1)", lambda n: _Generator.rng.random(n, np.float32))
randn_like = _like(randn, "randn_like")
rand_like = _like(rand, "rand_like")


def randint(
    low: int,
    high: Any = None,
    size: Any = None,
    *,
    dtype: DType = int64,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return integers drawn uniformly from ``low`` up to and without ``high``: ``randint(low, high, size)``.

    ``low`` is 0 where it is left out: ``randint(high, size)``.

    Raises
    ------
    NumericRuntimeError
        If ``high`` is not above ``low``.
    """
    if size is None:
        low, high, size = 0, low, high
    if size is None:
        raise NumericTypeError("randint() expects a size: randint(low, high, size)")
    if high is None:
        low, high = 0, low
    low, high = count("low", low), count("high", high)
    if high <= low:
        raise NumericRuntimeError(f"random_ expects 'from' to be less than 'to', got {low} >= {high}")
    return finished(_Generator.rng.integers(low, high, _sizes((size,))), dtype, device, requires_grad)


def randperm(n: int, *, dtype: DType = int64, device: Any = None) -> Tensor:
    """Return 0 to ``n - 1`` in random order."""
    (n,) = _sizes((count("n", n),))
    return finished(_Generator.rng.permutation(n), dtype, device, requires_grad=False)


def normal(mean: float, std: float, size: Any, *, requires_grad: bool = False) -> Tensor:
    """Return a tensor of a shape, drawn from the normal distribution."""
    drawn = _Generator.rng.normal(number("mean", mean), _spread(std), _sizes((size,)))
    return finished(drawn, get_default_dtype(), None, requires_grad)


def normal_(x: Tensor, mean: float = 0, std: float = 1) -> Tensor:
    """Overwrite ``x`` by draws from a normal distribution."""
    _refuse_integers(x, "normal_")
    return copy_(x, _Generator.rng.normal(number("mean", mean), _spread(std), tuple(x.shape)))


def uniform_(x: Tensor, a: float = 0, b: float = 1) -> Tensor:
    """Overwrite ``x`` by draws from the uniform distribution on ``[a, b)``."""
    _refuse_integers(x, "uniform_")
    low, high = number("a", a), number("b", b)
    if not 0 <= high - low < math.inf:
        raise NumericRuntimeError(f"uniform_ expects a finite range from a to b, got [{low}, {high})")
    return copy_(x, _Generator.rng.uniform(low, high, tuple(x.shape)))


def _spread(std: Any) -> float:
    spread = number("std", std)
    if not spread >= 0:
        raise NumericRuntimeError(f"normal expects std >= 0, got {spread}")
    return spread


def _refuse_integers(x: Tensor, name: str) -> None:
    if not x.dtype.is_floating_point:
        raise NumericNotImplementedError(f"{name} draws floating-point numbers, got {x.dtype}: convert with .float()")
