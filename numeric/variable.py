"""What a tensor is: memory, an edge into the tape, a gradient; and the ways out to Python and NumPy."""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

import warnings
import weakref
from typing import TYPE_CHECKING, Any, Self, cast

import numpy as np

from numeric import autograd, tape
from numeric.dtypes import Device, DType, Size, cpu, dtype_of, get_default_dtype
from numeric.errors import NumericRuntimeError, NumericTypeError, NumericValueError
from numeric.functions import comparisons, layout
from numeric.functions.operands import as_operand, one_axis, raw
from numeric.inplace import memory, share
from numeric.printing import format_tensor
from numeric.tape import Leaf, Node, refresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numeric.rulebook.rule import Array
    from numeric.tape import Edge, Storage, View
    from numeric.tensor import Tensor


class Variable:
    """An array that remembers how it was computed; ``Tensor`` adds what can be done with it.

    Parameters
    ----------
    data : array or sequence
        A NumPy array is held as it is, not copied; anything else becomes one of the default dtype.

    See Also
    --------
    numeric.tensor : the function that makes tensors, with a dtype and ``requires_grad``.
    """

    # `_level` and `tangent` are set in `Traced` alone; they stand here so that a tensor can become one in place.
    __slots__ = ("__weakref__", "_array", "_edge", "_grad", "_hooks", "_level", "_storage", "_view", "tangent")

    _array: Array  # a NumPy array, or a NumPy scalar until memory is shared; see also Traced
    _edge: Edge
    _grad: Tensor | None
    _storage: Storage | None
    _view: View | None
    _hooks: dict[int, Callable[[Tensor], Tensor | None]]

    level = 0  # of the functional transform it belongs to; 0 is none

    def __init__(self, data: Any = ()) -> None:
        if isinstance(data, Variable):
            data = raw(data)
        if not isinstance(data, np.ndarray | np.generic):
            data = np.asarray(data, dtype=get_default_dtype().numpy)
        self._array = data
        self._edge = self._storage = self._view = self._grad = None

    # What it is.

    @property
    def shape(self) -> Size:
        """Sizes of the axes."""
        return Size(self._array.shape)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return int(self._array.ndim)

    @property
    def dtype(self) -> DType:
        """Type of the entries."""
        return dtype_of(self._array.dtype)

    @property
    def device(self) -> Device:
        """Always the CPU."""
        return cpu

    @property
    def itemsize(self) -> int:
        """Bytes an entry."""
        return self.dtype.itemsize

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the size of one axis."""
        return self.shape if dim is None else self.shape[one_axis(dim, self.ndim)]

    def dim(self) -> int:
        """Return the number of axes."""
        return self.ndim

    def numel(self) -> int:
        """Return the number of entries."""
        return self.shape.numel()

    def is_floating_point(self) -> bool:
        """Return whether the entries are floating-point numbers."""
        return self.dtype.is_floating_point

    def is_contiguous(self) -> bool:
        """Return whether the entries lie in row-major order without gaps."""
        array = raw(self)
        return not isinstance(array, np.ndarray) or bool(array.flags.c_contiguous)

    def stride(self, dim: int | None = None) -> Any:
        """Return how many entries apart neighbours along each axis (or one) lie in memory."""
        array = np.asarray(raw(self))
        steps = tuple(step // array.itemsize for step in array.strides)
        return steps if dim is None else steps[one_axis(dim, self.ndim)]

    # The tape.

    @property
    def requires_grad(self) -> bool:
        """Whether operations on it are recorded."""
        if self._view is not None:
            refresh(self)
        return self._edge is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Start (or stop) recording what is computed from this leaf.

        Raises
        ------
        NumericRuntimeError
            If the entries are not floating-point numbers, or the tensor was computed.
        """
        if requires_grad and not self.is_floating_point():
            raise NumericRuntimeError(
                f"only Tensors of floating point dtype can require gradients, got {self.dtype}: convert with .float()"
            )
        if isinstance(self._edge, Node):
            if requires_grad:
                return self
            raise NumericRuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a "
                "computed variable in a subgraph that doesn't require differentiation use detach()"
            )
        self._edge = Leaf if requires_grad else None
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether it was not computed from tensors that require grad."""
        return self.grad_fn is None

    @property
    def grad_fn(self) -> Node | None:
        """The recorded operation it came from."""
        if self._view is not None:
            refresh(self)
        return self._edge if isinstance(self._edge, Node) else None

    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated so far; None before the first backward."""
        if self._grad is None and isinstance(self._edge, Node) and not self.retains_grad:
            warnings.warn(
                "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its "
                ".grad attribute won't be populated during backward(): call .retain_grad() on it",
                UserWarning,
                stacklevel=2,
            )
        return self._grad

    @grad.setter
    def grad(self, value: Tensor | None) -> None:
        if value is not None:
            autograd.check_gradient(self, value)
        self._grad = value

    @grad.deleter
    def grad(self) -> None:
        self._grad = None

    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: Any = None,
    ) -> None:
        """Add the gradients of this tensor to the ``grad`` of the leaves it depends on.

        Parameters are those of :func:`numeric.autograd.backward`; so are the errors.
        """
        autograd.backward(self, gradient, retain_graph, create_graph, inputs)

    register_hook = autograd.register_hook

    def retain_grad(self) -> None:
        """Keep the gradient of this computed tensor in its ``grad``, too.

        Raises
        ------
        NumericRuntimeError
            If it does not require grad.
        """
        if not self.requires_grad:
            raise NumericRuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        if self.is_leaf or self.retains_grad:
            return
        this = weakref.ref(self)  # the node must not keep its own output alive

        def keep(gradient: Tensor) -> None:
            tensor = this()
            if tensor is not None:
                before = tensor._grad
                tensor._grad = gradient.clone() if before is None else before + gradient

        self._hooks = {}
        self.register_hook(keep)

    @property
    def retains_grad(self) -> bool:
        """Whether ``retain_grad`` was called on this computed tensor."""
        return isinstance(self._edge, Node) and hasattr(self, "_hooks")

    @property
    def _version(self) -> int:
        """How often its memory was changed in place."""
        return 0 if self._storage is None else self._storage.version

    def detach(self) -> Tensor:
        """Return the same memory without history: a constant."""
        return share(self, tape.wrap(memory(self) if self.level == 0 else raw(self)))

    def detach_(self) -> Self:
        """Forget the history, in place.

        Raises
        ------
        NumericRuntimeError
            If it is a view: detach the base, or use ``detach()``.
        """
        if self._view is not None:
            raise NumericRuntimeError("Can't detach views in-place. Use detach() instead")
        self._edge = None
        return self

    @property
    def data(self) -> Tensor:
        """The same memory without history, changes of which are not noticed by the tape."""
        return tape.wrap(memory(self))

    @data.setter
    def data(self, value: Tensor) -> None:
        self._array = memory(value)

    # Out of the tensor.

    def numpy(self, *, force: bool = False) -> Any:
        """Return the memory as a NumPy array: shared, not copied.

        Raises
        ------
        NumericRuntimeError
            If it requires grad.
        """
        if self.requires_grad and not force:
            raise NumericRuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead"
            )
        return memory(self) if self.level == 0 else raw(self)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = np.asarray(self.numpy(), dtype=dtype)
        return array.copy() if copy and np.may_share_memory(array, self._array) else array

    def item(self) -> Any:
        """Return the only entry as a Python number.

        Raises
        ------
        NumericRuntimeError
            If there are several, or none.
        """
        if self.numel() != 1:
            raise NumericRuntimeError(
                f"a Tensor with {self.numel()} elements cannot be converted to Scalar: index it, or use tolist()"
            )
        return raw(self).item()

    def tolist(self) -> Any:
        """Return the entries as nested lists of Python numbers."""
        return raw(self).tolist()

    def __bool__(self) -> bool:
        return comparisons.is_nonzero(self)

    def __float__(self) -> float:
        return float(self._only())

    def __int__(self) -> int:
        return int(self._only())

    def _only(self) -> Any:
        if self.numel() != 1:
            raise NumericValueError(
                f"only one element tensors can be converted to Python scalars, got shape {tuple(self.shape)}"
            )
        return self.item()

    def __index__(self) -> int:
        if self.numel() != 1 or self.dtype.is_floating_point:
            raise NumericTypeError(
                f"only integer tensors of a single element can be converted to an index, got {self!r}"
            )
        return int(self.item())

    def __len__(self) -> int:
        if self.ndim == 0:
            raise NumericTypeError("len() of a 0-d tensor")
        return int(self._array.shape[0])

    def __iter__(self) -> Iterator[Tensor]:
        if self.ndim == 0:
            raise NumericTypeError("iteration over a 0-d tensor")
        return iter(layout.unbind(cast("Tensor", self)))

    def __contains__(self, value: Any) -> bool:
        return bool(np.any(raw(self) == raw(as_operand(value))))

    def __repr__(self) -> str:
        return format_tensor(cast("Tensor", self))

    def __format__(self, spec: str) -> str:
        return format(self.item(), spec) if self.ndim == 0 else format(repr(self), spec)

    __hash__ = object.__hash__  # by identity, without a call: tensors are keys in the walk back

    def __reduce__(self) -> tuple[Any, ...]:
        if isinstance(self.grad_fn, Node):
            raise NumericRuntimeError(
                "Only Tensors created explicitly by the user (graph leaves) support copying by "
                "deepcopy and pickle: detach() or clone() it"
            )
        return rebuild, (type(self), np.array(self._array), self.requires_grad, self._grad)


def rebuild(kind: type[Variable], array: Array, requires_grad: bool, gradient: Tensor | None) -> Variable:
    """Return a leaf made of its parts (how copies and pickles are made)."""
    leaf = kind.__new__(kind)
    Variable.__init__(leaf, array)
    leaf._edge = Leaf if requires_grad else None
    leaf._grad = gradient
    return leaf
