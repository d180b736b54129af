"""How a tensor prints: PyTorch's text, character for character.

The rules are those of ``torch/_tensor_str.py``: one number format for the whole tensor, chosen from
its finite nonzero entries; lines broken at 80 columns; only the edges shown beyond 1000 entries.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from numeric.dtypes import bool_, get_default_dtype, int64
from numeric.errors import NumericTypeError, NumericValueError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from numeric.tensor import Tensor

    Array = npt.NDArray[Any]


@dataclass(slots=True)
class PrintOptions:
    """What `set_printoptions` sets, with PyTorch's defaults.

    Attributes
    ----------
    precision
        Digits after the point of a floating-point entry.
    threshold
        Number of entries beyond which only the edges of each axis are shown.
    edgeitems
        Entries shown at each edge of a summarised axis.
    linewidth
        Columns after which a line is broken.
    sci_mode
        True or False to force or forbid scientific notation; None lets the entries decide.
    """

    precision: int = 4
    threshold: float = 1000
    edgeitems: int = 3
    linewidth: int = 80
    sci_mode: bool | None = None


_PROFILES: dict[str, dict[str, float]] = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}

_options = PrintOptions()


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors print from now on; what is not given stays as it is.

    Parameters
    ----------
    precision, threshold, edgeitems, linewidth
        See `PrintOptions`; each a number that is not negative.
    profile
        ``"default"``, ``"short"`` or ``"full"``; the other arguments override it.
    sci_mode
        See `PrintOptions`. As in PyTorch, each call sets it: left out, the entries decide again.

    Raises
    ------
    NumericValueError
        If a number is negative or the profile has another name.
    """
    if profile is not None and profile not in _PROFILES:
        raise NumericValueError(f"set_printoptions got profile={profile!r}; give one of {', '.join(_PROFILES)}")
    numbers = dict(_PROFILES[profile]) if profile is not None else {}
    given = {
        "precision": precision,
        "threshold": threshold,
        "edgeitems": edgeitems,
        "linewidth": linewidth,
    }
    numbers.update({name: value for name, value in given.items() if value is not None})
    for name, value in numbers.items():
        if not isinstance(value, (int, float)) or not value >= 0:
            raise NumericValueError(f"set_printoptions got {name}={value!r}; give a number that is not negative")
    for name, value in numbers.items():
        setattr(_options, name, value)
    _options.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """Give the options in force, as keywords for `set_printoptions`."""
    return asdict(_options)


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Set the print options inside a ``with`` block; the arguments are `set_printoptions`'s."""
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """The format that all entries of a tensor share: a format specification and a width."""

    specification: str = ""
    width: int = 1
    point_after_integers: bool = False

    def __call__(self, value: float) -> str:
        """Text of one entry, padded on the left."""
        text = format(value, self.specification)
        if self.point_after_integers and math.isfinite(value):
            text += "."  # "3." says that the entries, though whole, are floating-point numbers
        return text.rjust(self.width)


def _number_format(array: Array) -> NumberFormat:
    """Choose the format from the entries that are shown."""
    if array.dtype.kind != "f":
        return NumberFormat(width=max(len(str(value)) for value in array.ravel().tolist()))
    deciding = array[np.isfinite(array) & (array != 0)]
    whole = bool(np.all(deciding == np.ceil(deciding)))
    if _is_scientific(np.abs(deciding.astype(np.float64))):
        specification = f".{_options.precision}e"
    else:
        specification = ".0f" if whole else f".{_options.precision}f"
    point = specification == ".0f" and whole
    shape = NumberFormat(specification, 1, point)
    width = max((len(shape(value)) for value in deciding.tolist()), default=1)
    return NumberFormat(specification, width, point)


def _is_scientific(magnitudes: Array) -> bool:
    if magnitudes.size == 0:
        return False
    if _options.sci_mode is not None:
        return _options.sci_mode
    smallest, largest = magnitudes.min(), magnitudes.max()
    with np.errstate(over="ignore"):  # a quotient beyond the range is beyond 1000
        return bool(largest / smallest > 1000 or largest > 1e8 or smallest < 1e-4)


def _edges(array: Array) -> Array:
    """Keep the entries that a summary shows: the first and the last few along each axis."""
    few = _options.edgeitems
    for axis, size in enumerate(array.shape):
        if size > 2 * few:
            shown = [*range(few), *range(size - few, size)]
            array = np.take(array, shown, axis=axis)
    return array


def _entries_text(array: Array, indent: int, number: NumberFormat, summarize: bool) -> str:
    """Text of an array at column `indent`; a summary writes "..." for the middle of an axis."""
    if array.ndim == 0:
        return number(array.item())
    few = _options.edgeitems
    elided = summarize and array.shape[0] > 2 * few
    rows = [*array[:few], *array[array.shape[0] - few :]] if elided else list(array)
    parts = [_entries_text(row, indent + 1, number, summarize) for row in rows]
    if elided:
        parts.insert(few, " ..." if array.ndim == 1 and few else "...")
    if array.ndim > 1:
        return "[" + ("," + "\n" * (array.ndim - 1) + " " * (indent + 1)).join(parts) + "]"
    return "[" + _wrapped(parts, indent, number.width + 2) + "]"


def _wrapped(parts: Sequence[str], indent: int, part_width: int) -> str:
    """Join the entries of a vector, as many a line as fit."""
    per_line = max(1, (_options.linewidth - indent) // part_width)
    starts = range(0, len(parts), per_line)
    lines = [", ".join(parts[start : start + per_line]) for start in starts]
    return (",\n" + " " * (indent + 1)).join(lines)


def _with_suffixes(text: str, suffixes: Sequence[str], indent: int) -> str:
    """Append ``dtype=…``, ``grad_fn=…`` and the like, each on a new line where it does not fit."""
    # rfind is -1 on a single line: PyTorch counts the newline (or the missing one) and one more
    column = len(text) - text.rfind("\n") + 1
    for suffix in suffixes:
        if column + len(suffix) + 2 > _options.linewidth:
            text += ",\n" + " " * indent + suffix
            column = indent + len(suffix)
        else:
            text += ", " + suffix
            column += len(suffix) + 2
    return text + ")"


def format_array(array: Array, suffixes: Sequence[str] = (), prefix: str = "tensor(") -> str:
    """Text of an array of numbers or truth values as PyTorch prints a tensor of its entries.

    Parameters
    ----------
    array
        Any shape; of bool, integer or floating-point dtype.
    suffixes
        What follows the entries, for example ``["dtype=torch.float64"]``.
    prefix
        What stands before them; its length is the indentation.

    Raises
    ------
    NumericTypeError
        If `array` is not a NumPy array of such a dtype.
    """
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "biuf":
        what = getattr(array, "dtype", type(array).__name__)
        raise NumericTypeError(f"format_array got {what}; give a NumPy array of bool, integer or floating dtype")
    entries = "[]"
    if array.size:
        summarize = array.size > _options.threshold
        number = _number_format(_edges(array) if summarize else array)
        entries = _entries_text(array, len(prefix), number, summarize)
    return _with_suffixes(prefix + entries, suffixes, len(prefix))


def format_tensor(tensor: Tensor) -> str:
    """Text of a tensor, as PyTorch's ``repr``: entries, size, dtype, ``grad_fn`` where they matter.

    Parameters
    ----------
    tensor
        A tensor of any shape and dtype.

    Raises
    ------
    NumericTypeError
        If the tensor holds what is not a NumPy array of numbers or truth values.
    """
    return format_array(tensor.detach().numpy(), _suffixes(tensor))


def _suffixes(tensor: Tensor) -> list[str]:
    suffixes = []
    unseen_shape = tensor.numel() == 0 and tensor.ndim != 1
    if unseen_shape or (tensor.numel() and not _options.edgeitems):
        suffixes.append(f"size={tuple(tensor.shape)}")
    # entries tell the default dtype, int64 and bool; no entries tell only the default
    told = {get_default_dtype()} | ({int64, bool_} if tensor.numel() else set())
    if tensor.dtype not in told:
        suffixes.append(f"dtype={tensor.dtype}")
    if tensor.grad_fn is not None:
        suffixes.append(f"grad_fn=<{tensor.grad_fn.name()}>")
    elif tensor.requires_grad:
        suffixes.append("requires_grad=True")
    return suffixes
