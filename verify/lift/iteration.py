"""NumPy's ways to go through and to join arrays that are no functions: nditer, ndenumerate, r_ and c_."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from verify.lift.array import Lifted
from verify.lift.creation import holds_lifted, of_list, stands_in
from verify.lift.plain import marked
from verify.lift.reading import opaque
from verify.lift.ufuncs import common_type

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@stands_in(np, "ndenumerate")
def _ndenumerate(original: Any, x: Any) -> Any:
    x = of_list(x) if isinstance(x, (list, tuple)) and holds_lifted(x) else x
    return ((index, x[index]) for index in np.ndindex(x.shape)) if isinstance(x, Lifted) else original(x)


@stands_in(np, "broadcast")
def _broadcast(original: Any, *operands: Any) -> Any:
    return original(*(x.boxed() if isinstance(x, Lifted) else x for x in operands))


class LiftedIterator:
    """`numpy.nditer` of one array: entry by entry, each a 0-d view that can be written to."""

    def __init__(self, x: Lifted) -> None:
        self.x = x
        self.indices = list(np.ndindex(x.shape))
        self.iterindex = 0

    @property
    def finished(self) -> bool:
        """Whether the last entry has been passed."""
        return self.iterindex >= len(self.indices)

    @property
    def multi_index(self) -> tuple[int, ...]:
        """The index of the entry."""
        return self.indices[self.iterindex]

    index = property(lambda self: self.iterindex)
    itersize = property(lambda self: len(self.indices))
    value = property(lambda self: self[0])

    def iternext(self) -> bool:
        """Go to the next entry; return whether there is one."""
        self.iterindex += 1
        return not self.finished

    def reset(self) -> None:
        """Go back to the first entry."""
        self.iterindex = 0

    def __getitem__(self, which: int) -> Any:
        if which != 0:
            raise IndexError(which)
        return self.x[(*self.multi_index, ...)]

    def __setitem__(self, which: int, value: Any) -> None:
        self[which][...] = value

    def __iter__(self) -> Iterator[Any]:
        while not self.finished:
            yield self[0]
            self.iterindex += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


@stands_in(np, "nditer")
def _nditer(original: Any, op: Any, flags: Any = (), op_flags: Any = None, *args: Any, **kwargs: Any) -> Any:
    if not holds_lifted(op):
        return original(op, flags, *([] if op_flags is None else [op_flags]), *args, **kwargs)
    operand = op[0] if isinstance(op, (list, tuple)) and len(op) == 1 else op
    if not isinstance(operand, Lifted):
        raise opaque("numpy.nditer of several arrays is not lifted: write the loop over numpy.ndindex")
    return LiftedIterator(operand)


class _Joiner:
    """`r_` or `c_`: what is between the brackets, joined along the first or the last axis."""

    def __init__(self, original: Any, raised: Callable[[Any], Any], axis: int) -> None:
        self.original = original
        self.raised = raised
        self.axis = axis

    def __getitem__(self, key: Any) -> Any:
        parts = list(key) if isinstance(key, tuple) else [key]
        if not holds_lifted(parts):
            return marked(self.original[key])
        if any(isinstance(part, str) for part in parts):
            raise opaque("numpy.r_ with a string is not lifted: use numpy.concatenate")
        arrays = [np.r_[part] if isinstance(part, slice) else part for part in parts]
        return np.concatenate([self.raised(part) for part in arrays], axis=self.axis, dtype=common_type(arrays))


def _column(part: Any) -> Any:
    part = np.atleast_1d(part)
    return part[:, None] if part.ndim == 1 else part


OBJECTS: dict[str, Any] = {
    "r_": _Joiner(np.r_, np.atleast_1d, 0),
    "c_": _Joiner(np.c_, _column, -1),
}
"""What stands in for NumPy's objects that are no functions."""


@stands_in(np.lib.stride_tricks, "as_strided")
def _as_strided(original: Any, x: Any, shape: Any = None, strides: Any = None, **kwargs: Any) -> Any:
    if not isinstance(x, Lifted):
        return original(x, shape, strides, **kwargs)
    scale = x.cells.itemsize / x.dtype.itemsize
    steps = None if strides is None else tuple(int(step * scale) for step in strides)
    return x.like(original(x.cells, shape, steps, **kwargs))


class UfuncStandIn:
    """A ufunc that takes lists with exact numbers in them, in its methods too."""

    def __init__(self, original: np.ufunc) -> None:
        self.original = original
        self.__name__ = original.__name__
        self.__doc__ = original.__doc__

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Apply entry by entry."""
        return self.original(*gathered_lists(args), **kwargs)

    def reduce(self, *args: Any, **kwargs: Any) -> Any:
        """Fold along an axis."""
        return self.original.reduce(*gathered_lists(args), **kwargs)

    def accumulate(self, *args: Any, **kwargs: Any) -> Any:
        """Fold along an axis, and keep every step."""
        return self.original.accumulate(*gathered_lists(args), **kwargs)

    def outer(self, *args: Any, **kwargs: Any) -> Any:
        """Apply to all pairs."""
        return self.original.outer(*gathered_lists(args), **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)

    def __eq__(self, other: object) -> bool:
        return self.original is getattr(other, "original", other)

    def __hash__(self) -> int:
        return hash(self.original)

    def __repr__(self) -> str:
        return repr(self.original)


def gathered_lists(args: Any) -> Any:
    """Return arguments with every list that holds exact numbers made an array."""
    if not any(type(x) in (list, tuple) for x in args):
        return args
    return [of_list(x) if type(x) in (list, tuple) and holds_lifted(x) else x for x in args]


TAKE_LISTS = (
    "concatenate", "concat", "stack", "vstack", "hstack", "dstack", "column_stack", "block", "select", "choose",
    "lexsort", "einsum", "piecewise", "broadcast_arrays", "meshgrid", "row_stack", "copyto",
)  # fmt: skip
"""Functions that take several arrays in a list: the list itself is no array."""


def gathers(original: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand in for a function of arrays: a list with exact numbers in it is one."""
    keywords = {key: gathered_lists((value,))[0] for key, value in kwargs.items()} if kwargs else kwargs
    return marked(original(*gathered_lists(args), **keywords))


def marks(original: Any, *args: Any, **kwargs: Any) -> Any:
    """Stand in for a function of lists of arrays: floats that it makes of constants are exact."""
    return marked(original(*args, **kwargs))
