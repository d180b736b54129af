"""Convolution, correlation and padding, where the kernel or the widths have sizes that are numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors.indexing import indexed
from symbolic.tensors.joining import at_place, joined, picked, stacked
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import MINUS_ONE, ONE, ZERO, Index, Node, add, fixed, fold, mul, substitute
from symbolic.tensors.sizes import Size, begins_at, of_dim, of_node, whole_size
from symbolic.tensors.tensor import Axis, Tensor, scalar, settled

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["convolve", "correlate", "pad"]
MOST = 64
"""The longest kernel, and the widest margin."""


@dataclass(frozen=True)
class _Pair:
    """A signal and a kernel whose size is a number."""

    signal: Tensor
    kernel: Tensor
    taps: int
    swapped: bool

    @property
    def length(self) -> Size:
        """How many entries the signal has."""
        return _length(self.signal)


def _length(x: Tensor) -> Size:
    return of_dim(x.axes[0][0].dim) if x.axes[0] else whole_size(1)


def _paired(name: str, a: Tensor, v: Tensor) -> _Pair:
    """Tell the signal from the kernel: the kernel is the one of fewer entries, where both are numbers."""
    if a.rank != 1 or v.rank != 1 or max(len(a.axes[0]), len(v.axes[0])) > 1:
        raise FormulaError(f"{name} takes two vectors, not {a} and {v}")
    counts = [_length(a).number, _length(v).number]
    if counts == [None, None]:
        raise FormulaError(f"{name} of two sizes that are names: give the kernel a size in numbers, as in 'k: 3'")
    swapped = counts[1] is None or (counts[0] is not None and counts[0] < counts[1])
    signal, kernel = (v, a) if swapped else (a, v)
    taps = _length(kernel).number or 1
    if taps > MOST:
        raise FormulaError(f"{name} with a kernel of {taps} entries: at most {MOST} are written out")
    return _Pair(signal, kernel, taps, swapped)


def convolve(a: Any, v: Any, mode: Any = "full") -> Tensor:
    """``sum_s v[s] a[t - s]``: all of it (full), as long as the longer (same), or where both overlap (valid)."""
    a, v = tensor(a), tensor(v)
    if mode == "valid" and _gap(a, v) is not None:
        return _slid(a, _turned(v)) if (_gap(a, v) or 0) >= 0 else _slid(v, _turned(a))
    pair = _paired("convolve", a, v)
    return _windowed(pair, mode, (pair.taps - 1) // 2, reverse=False)


def correlate(a: Any, v: Any, mode: Any = "valid") -> Tensor:
    """``sum_s v[s] a[t + s]``, in the modes of `convolve`."""
    a, v = tensor(a), tensor(v)
    if mode == "valid" and _gap(a, v) is not None:
        return _slid(a, v) if (_gap(a, v) or 0) >= 0 else _turned(_slid(v, a))
    pair = _paired("correlate", a, v)
    # the other way round, the middle of an even kernel lies one further
    middle = pair.taps // 2 if pair.swapped else (pair.taps - 1) // 2
    return _windowed(pair, mode, middle, reverse=True)


def _gap(a: Tensor, v: Tensor) -> int | None:
    """Return how much longer one vector is than the other, where both sizes are names and that is a number."""
    plain = a.rank == v.rank == 1 and len(a.axes[0]) == len(v.axes[0]) == 1
    named = plain and a.axes[0][0].dim.name and v.axes[0][0].dim.name
    return _length(a).minus(_length(v)).number if named else None


def _turned(x: Tensor) -> Tensor:
    return indexed(x, (slice(None, None, scalar(-1)),))


def _slid(signal: Tensor, kernel: Tensor) -> Tensor:
    """Return the products with a kernel at all places where it lies within the signal: they are few."""
    count = (_gap(signal, kernel) or 0) + 1
    if count > MOST:
        raise FormulaError(f"a kernel at {count} places: at most {MOST} are written out")
    (j,), (i,) = signal.renamed().axes[0], kernel.renamed().axes[0]
    both = mul(signal.at([(j,)]).entry, kernel.at([(i,)]).entry)
    places = [mul(begins_at(j, i, whole_size(t)), both) for t in range(count)]
    return stacked([Tensor((), fold("sum", (i, j), place)) for place in places], 0)


def _windowed(pair: _Pair, mode: Any, middle: int, *, reverse: bool) -> Tensor:
    """Return the part of the full result that a mode asks for; `reverse` turns the second operand round."""
    taps, length = pair.taps, pair.length
    windows = {
        "full": (0, length.plus(whole_size(taps - 1))),
        "same": (middle, length),
        "valid": (taps - 1, length.minus(whole_size(taps - 1))),
    }
    if mode not in windows:
        raise FormulaError(f"the mode is 'full', 'same' or 'valid', not {mode!r}")
    start, size = windows[mode]
    dim = size.dim()
    if dim is None:
        raise FormulaError("the kernel is longer than the signal")
    new = Index(dim)
    # correlating with a long kernel is convolving it, turned round, with the short signal
    turn_kernel, turn_signal = reverse and not pair.swapped, reverse and pair.swapped
    signal = _turned(pair.signal) if turn_signal else pair.signal
    terms = []
    for s in range(taps):
        weight = _entry(pair.kernel, taps - 1 - s if turn_kernel else s)
        terms.append(mul(weight, _moved(signal, new, start - s)))
    return settled(Tensor(((new,),), add(*terms)))


def _entry(kernel: Tensor, k: int) -> Node:
    return substitute(kernel.entry, {i: fixed(k, i.dim) for i in kernel.axes[0]})


def _moved(signal: Tensor, new: Index, shift: int) -> Node:
    """Return ``signal[new + shift]``, 0 beyond its ends."""
    own = signal.renamed()
    if not own.axes[0]:
        return own.entry if shift == 0 else ZERO
    (i,) = own.axes[0]
    bracket = begins_at(i, new, whole_size(shift)) if shift >= 0 else begins_at(new, i, whole_size(-shift))
    return fold("sum", (i,), mul(bracket, own.entry))


# -- padding ----------------------------------------------------------------------------------------------------


def pad(array: Any, pad_width: Any, mode: Any = "constant", constant_values: Any = None) -> Tensor:
    """Margins around a tensor: of a constant, or of its own entries (edge, reflect, symmetric, wrap)."""
    x = tensor(array)
    value = scalar(0) if constant_values is None else tensor(constant_values)
    if value.rank:
        raise FormulaError("pad takes one number as its constant")
    margins = _margins(pad_width, x.rank)
    if mode == "constant":
        return _framed(x, margins, value.entry)
    numbers = [w.number for pair in margins for w in pair]
    if mode not in _PLACES or None in numbers:
        raise FormulaError(
            f"the mode of pad is 'constant', or with widths in numbers {', '.join(map(repr, _PLACES))}, not {mode!r}"
        )
    for k, (before, after) in enumerate(zip(numbers[::2], numbers[1::2], strict=True)):
        sides = _PLACES[mode](before, after)
        parts = [_taken(x, k, sides[0]), x, _taken(x, k, sides[1])]
        x = joined([p for p in parts if p is not None], k)
    return x


def _margins(width: Any, rank: int) -> list[tuple[Size, Size]]:
    """Read a width, two of them, or two for every axis."""
    pairs = width if isinstance(width, tuple) and any(isinstance(w, tuple) for w in width) else (width,)
    found = [tuple(map(_width, pair if isinstance(pair, tuple) else (pair,))) for pair in pairs]
    ends = [(pair[0], pair[-1]) for pair in found if 1 <= len(pair) <= 2]
    ends = ends * rank if len(ends) == 1 else ends
    if len(ends) != rank or len(found) not in (1, rank):
        raise FormulaError(f"pad takes a width, two, or two for each of {rank} axes")
    return ends


def _width(value: Any) -> Size:
    size = of_node(value.entry) if isinstance(value, Tensor) and not value.rank else None
    if size is None or not (size.number is None or 0 <= size.number <= MOST):
        raise FormulaError(f"a width of pad is a number from 0 to {MOST}, or a size")
    return size


def _framed(x: Tensor, margins: Sequence[tuple[Size, Size]], value: Node) -> Tensor:
    """Put a tensor into a larger one, whose other entries are all one number."""
    axes: list[Axis] = []
    inside: list[Node] = []
    entry = x.entry
    for axis, (before, after) in zip(x.axes, margins, strict=True):
        if before.plus(after).number == 0:
            axes.append(axis)
            continue
        new, brackets = _widened(x, axis, before, after)
        inside.append(fold("sum", axis, brackets))
        entry = fold("sum", axis, mul(brackets, entry))
        axes.append((new,))
    return Tensor(tuple(axes), add(entry, mul(value, add(ONE, mul(MINUS_ONE, *inside)))))


def _widened(x: Tensor, axis: Axis, before: Size, after: Size) -> tuple[Index, Node]:
    """Return the index of a longer axis, and the bracket of the places of the old one."""
    size = of_dim(axis[0].dim) if axis else whole_size(1)
    dim = size.plus(before).plus(after).dim()
    if len(axis) > 1 or dim is None:
        raise FormulaError(f"pad takes plain axes, not the merged ones of a tensor of shape {x}")
    new = Index(dim)
    return new, begins_at(new, axis[0], before) if axis else at_place(new, before)


def _taken(x: Tensor, k: int, places: Sequence[int]) -> Tensor | None:
    if not places:
        return None
    kept, entry = picked(x.axes[k], places, x.entry)
    return Tensor((*x.axes[:k], kept, *x.axes[k + 1 :]), entry)


_PLACES = {
    "edge": lambda a, b: ([0] * a, [-1] * b),
    "reflect": lambda a, b: (list(range(a, 0, -1)), list(range(-2, -2 - b, -1))),
    "symmetric": lambda a, b: (list(range(a - 1, -1, -1)), list(range(-1, -1 - b, -1))),
    "wrap": lambda a, b: (list(range(-a, 0)), list(range(b))),
}
"""The places of the entries that stand in the margins."""
