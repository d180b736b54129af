"""The tensor: PyTorch's operators and methods.

The methods are the functions of ``numeric.functions``, named once in the class body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import creation, inplace, numpy_protocol, tape
from numeric.dtypes import (
    Device,
    DType,
    bool_,
    dtype_of,
    float16,
    float32,
    float64,
    int8,
    int16,
    int32,
    int64,
    uint8,
)
from numeric.errors import NumericTypeError
from numeric.functions import comparisons, elementwise, layout, products, reductions
from numeric.functions.operands import binary, cast
from numeric.rulebook import rules
from numeric.variable import Variable

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.rulebook.rule import Array, Key

_ADD, _SUB, _MUL, _DIV = (rules[name] for name in ("add", "sub", "mul", "div"))


def _in_place(operator: str, method: Callable[..., Tensor]) -> Callable[..., Tensor]:
    def change(self: Tensor, other: Any) -> Tensor:
        return method(self, other)

    change.__name__ = operator
    return change


def _converted(dtype: DType) -> Callable[[Tensor], Tensor]:
    def convert(self: Tensor) -> Tensor:
        return cast(self, dtype)

    convert.__doc__ = f"Return the entries as {dtype.name}: the tensor itself if they are."
    return convert


class Tensor(Variable):
    """An array that remembers how it was computed, with PyTorch's operators and methods.

    Parameters
    ----------
    data : array or sequence
        A NumPy array is held as it is, not copied; anything else becomes one of the default dtype.
    """

    __slots__ = ()

    __array_ufunc__ = numpy_protocol.array_ufunc
    __array_function__ = numpy_protocol.array_function

    # Arithmetic. A foreign operand is answered by NotImplemented, so that it gets its turn.

    def __add__(self, other: Any) -> Tensor:
        return binary(_ADD, self, other)  # type: ignore[no-any-return]

    def __mul__(self, other: Any) -> Tensor:
        return binary(_MUL, self, other)  # type: ignore[no-any-return]

    __radd__ = __add__
    __rmul__ = __mul__

    def __sub__(self, other: Any) -> Tensor:
        return elementwise.subtract(_SUB, self, other)  # type: ignore[no-any-return]

    def __rsub__(self, other: Any) -> Tensor:
        return elementwise.subtract(elementwise.RSUB, other, self)  # type: ignore[no-any-return]

    def __truediv__(self, other: Any) -> Tensor:
        return binary(_DIV, self, other, real=True)  # type: ignore[no-any-return]

    def __rtruediv__(self, other: Any) -> Tensor:
        if type(other).__name__ in ("int", "float"):
            return elementwise.mul(elementwise.reciprocal(self), other)  # in two steps, as PyTorch rounds it
        return binary(_DIV, other, self, real=True)  # type: ignore[no-any-return]

    def __pow__(self, other: Any) -> Tensor:
        return elementwise.power(self, other)  # type: ignore[no-any-return]

    def __rpow__(self, other: Any) -> Tensor:
        return elementwise.power(other, self)  # type: ignore[no-any-return]

    def __floordiv__(self, other: Any) -> Tensor:
        return elementwise.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Tensor:
        return elementwise.floor_divide(other, self)

    def __mod__(self, other: Any) -> Tensor:
        return elementwise.remainder(self, other)

    def __rmod__(self, other: Any) -> Tensor:
        return elementwise.remainder(other, self)

    def __matmul__(self, other: Tensor) -> Tensor:
        return products.matmul(self, other)

    def __rmatmul__(self, other: Tensor) -> Tensor:
        return products.matmul(other, self)

    def __neg__(self) -> Tensor:
        return elementwise.neg(self)

    def __pos__(self) -> Tensor:
        return self

    def __abs__(self) -> Tensor:
        return elementwise.abs(self)

    # Comparison and logic, entry by entry.

    def __eq__(self, other: object) -> Tensor:  # type: ignore[override]
        return comparisons.compare(np.equal, self, other)  # type: ignore[no-any-return]

    def __ne__(self, other: object) -> Tensor:  # type: ignore[override]
        return comparisons.compare(np.not_equal, self, other)  # type: ignore[no-any-return]

    def __lt__(self, other: Any) -> Tensor:
        return comparisons.compare(np.less, self, other)  # type: ignore[no-any-return]

    def __le__(self, other: Any) -> Tensor:
        return comparisons.compare(np.less_equal, self, other)  # type: ignore[no-any-return]

    def __gt__(self, other: Any) -> Tensor:
        return comparisons.compare(np.greater, self, other)  # type: ignore[no-any-return]

    def __ge__(self, other: Any) -> Tensor:
        return comparisons.compare(np.greater_equal, self, other)  # type: ignore[no-any-return]

    __hash__ = Variable.__hash__  # by identity: __eq__ answers with a tensor

    def __and__(self, other: Any) -> Tensor:
        return comparisons.bitwise(np.bitwise_and, self, other)  # type: ignore[no-any-return]

    def __or__(self, other: Any) -> Tensor:
        return comparisons.bitwise(np.bitwise_or, self, other)  # type: ignore[no-any-return]

    def __xor__(self, other: Any) -> Tensor:
        return comparisons.bitwise(np.bitwise_xor, self, other)  # type: ignore[no-any-return]

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    def __invert__(self) -> Tensor:
        return comparisons.bitwise(np.invert, self)  # type: ignore[no-any-return]

    # Indexing and changes in place.

    def __getitem__(self, key: Key) -> Tensor:
        return inplace.get_item(self, key)

    def __setitem__(self, key: Key, value: Any) -> None:
        inplace.set_item(self, key, value)

    add_ = __iadd__ = inplace.add_
    sub_ = __isub__ = inplace.sub_
    mul_ = __imul__ = inplace.mul_
    div_ = __itruediv__ = inplace.div_
    pow_ = __ipow__ = inplace.unary_in_place(elementwise.pow)
    copy_ = inplace.copy_
    fill_ = inplace.fill_
    zero_ = inplace.zero_
    exp_ = inplace.unary_in_place(elementwise.exp)
    log_ = inplace.unary_in_place(elementwise.log)
    sqrt_ = inplace.unary_in_place(elementwise.sqrt)
    neg_ = inplace.unary_in_place(elementwise.neg)
    abs_ = inplace.unary_in_place(elementwise.abs)
    relu_ = inplace.unary_in_place(elementwise.relu)
    sin_ = inplace.unary_in_place(elementwise.sin)
    cos_ = inplace.unary_in_place(elementwise.cos)
    tanh_ = inplace.unary_in_place(elementwise.tanh)
    sigmoid_ = inplace.unary_in_place(elementwise.sigmoid)
    clamp_ = inplace.unary_in_place(elementwise.clamp)
    normal_ = creation.normal_
    uniform_ = creation.uniform_

    # Elementwise functions.
    add = elementwise.add
    sub = subtract = elementwise.sub
    mul = multiply = elementwise.mul
    div = divide = true_divide = elementwise.div
    floor_divide = elementwise.floor_divide
    remainder = elementwise.remainder
    pow = elementwise.pow
    square = elementwise.square
    reciprocal = elementwise.reciprocal
    neg = elementwise.neg
    exp = elementwise.exp
    log = elementwise.log
    sqrt = elementwise.sqrt
    sin = elementwise.sin
    cos = elementwise.cos
    tanh = elementwise.tanh
    sinh = elementwise.sinh
    cosh = elementwise.cosh
    sigmoid = elementwise.sigmoid
    abs = elementwise.abs
    relu = elementwise.relu
    sign = elementwise.sign
    floor = elementwise.floor
    ceil = elementwise.ceil
    trunc = elementwise.trunc
    round = elementwise.round
    maximum = elementwise.maximum
    minimum = elementwise.minimum
    clamp = clip = elementwise.clamp

    def where(self, condition: Tensor, other: Any) -> Tensor:
        """Return the entries where ``condition`` holds, and those of ``other`` elsewhere."""
        return elementwise.where(condition, self, other)

    # Comparisons.
    eq = comparisons.eq
    ne = comparisons.ne
    lt = comparisons.lt
    le = comparisons.le
    gt = comparisons.gt
    ge = comparisons.ge
    logical_and = comparisons.logical_and
    logical_or = comparisons.logical_or
    logical_xor = comparisons.logical_xor
    logical_not = comparisons.logical_not
    isnan = comparisons.isnan
    isinf = comparisons.isinf
    isfinite = comparisons.isfinite
    isclose = comparisons.isclose
    allclose = comparisons.allclose
    equal = comparisons.equal
    any = comparisons.any
    all = comparisons.all
    is_nonzero = comparisons.is_nonzero

    # Reductions.
    sum = reductions.sum
    mean = reductions.mean
    prod = reductions.prod
    cumsum = reductions.cumsum
    max = reductions.max
    min = reductions.min
    amax = reductions.amax
    amin = reductions.amin
    argmax = reductions.argmax
    argmin = reductions.argmin
    var = reductions.var
    std = reductions.std

    # Products.
    dot = products.dot
    mv = products.mv
    mm = products.mm
    bmm = products.bmm
    matmul = products.matmul
    outer = products.outer
    norm = products.norm

    # Layout.
    reshape = layout.reshape
    view_as = layout.view_as
    view = layout.as_view
    flatten = layout.flatten
    ravel = layout.ravel
    unsqueeze = layout.unsqueeze
    squeeze = layout.squeeze
    transpose = swapaxes = layout.transpose
    t = layout.t
    permute = layout.permute
    movedim = layout.movedim
    expand = layout.expand
    expand_as = layout.expand_as
    broadcast_to = layout.broadcast_to
    repeat = layout.repeat
    flip = layout.flip
    clone = copy = layout.clone
    contiguous = layout.contiguous
    split = layout.split
    chunk = layout.chunk
    unbind = layout.unbind
    diagonal = layout.diagonal
    trace = layout.trace
    tril = layout.tril
    triu = layout.triu
    T = property(layout.reverse_axes, doc="The tensor with its axes reversed.")
    mT = property(layout.swap_last_axes, doc="Each matrix transposed.")  # noqa: N815  (PyTorch's name)

    def reshape_as(self, other: Tensor) -> Tensor:
        """Return the entries in the shape of ``other``."""
        return layout.reshape(self, tuple(other.shape))

    # Conversion.

    def to(self, *what: Any, dtype: DType | None = None, device: Any = None, copy: bool = False) -> Tensor:
        """Return the entries as another dtype; a device or a tensor like which to be may be given too.

        Raises
        ------
        NumericTypeError
            If a positional argument is none of these.
        """
        del device
        for each in what:
            if isinstance(each, DType):
                dtype = each
            elif isinstance(each, Tensor):
                dtype = each.dtype
            elif isinstance(each, Device | str):
                Device(each)
            else:
                raise NumericTypeError(f"to(): expected a dtype, device or tensor, got {each!r}")
        out = self if dtype is None else cast(self, dtype)
        return out.clone() if copy and out is self else out

    def astype(self, dtype: Any, *, copy: bool = True) -> Tensor:
        """Return the entries as another dtype, which may be NumPy's (NumPy's name for ``to``)."""
        out = cast(self, dtype_of(dtype if isinstance(dtype, DType) else np.dtype(dtype)))
        return out.clone() if copy and out is self else out

    def type(self, dtype: DType) -> Tensor:
        """Return the entries as another dtype."""
        return cast(self, dtype)

    def type_as(self, other: Tensor) -> Tensor:
        """Return the entries as the dtype of ``other``."""
        return cast(self, other.dtype)

    def cpu(self) -> Tensor:
        """Return the tensor: it is on the CPU."""
        return self

    float = _converted(float32)
    double = _converted(float64)
    half = _converted(float16)
    long = _converted(int64)
    int = _converted(int32)
    short = _converted(int16)
    char = _converted(int8)
    byte = _converted(uint8)
    bool = _converted(bool_)

    new_zeros = creation.new_zeros
    new_ones = creation.new_ones
    new_tensor = creation.new_tensor


class Traced(Tensor):
    """A tensor of a functional transform, or one around a foreign array: it takes no short cuts.

    Parameters
    ----------
    array : array or Tensor
        What it holds; a tensor of a lower level where transforms nest.
    level : int
        Of the transform. Level 0 is ordinary recording.
    tangent : array or Tensor, optional
        In forward mode: of the kind and shape of ``array``.
    """

    __slots__ = ()

    tangent: Any

    def __init__(self, array: Array, level: int, tangent: Any = None) -> None:
        self._array = array
        self._edge = self._storage = self._view = self._grad = None
        self._level = level
        self.tangent = tangent

    @property
    def level(self) -> int:  # type: ignore[override]  # a plain tensor has none of its own: 0, at no cost
        """The functional transform it belongs to."""
        return self._level


tape.tie(Tensor, Traced)
