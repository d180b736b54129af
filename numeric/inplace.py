"""Changes in place: memory is written, versions are counted, and the graph is told.

The operation is recorded as if it made a new tensor; then the new values are written where the
old ones were, and the tensor (or the base it is a view of) takes the new history.
"""
# ruff: noqa: SLF001  (a tensor's memory and edge are this package's own business)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from numeric import tape
from numeric.errors import NumericIndexError, NumericRuntimeError, NumericTypeError, NumericValueError
from numeric.functions.operands import as_operand, binary, cast, checked, raw
from numeric.rulebook import rules
from numeric.rulebook.layout import is_basic
from numeric.rulebook.rule import Called
from numeric.tape import Leaf, Storage, View, apply, mark_changed, mode, refresh

if TYPE_CHECKING:
    from collections.abc import Callable

    from numeric.rulebook.rule import Array, Key, Rule
    from numeric.tensor import Tensor
    from numeric.variable import Variable

_INDEX, _OVERWRITE, _ADD_AT, _MUL = (rules[name] for name in ("index", "overwrite", "add_at", "mul"))


def memory(x: Variable) -> Array:
    """Return the array of a tensor in a form that can be shared and written to."""
    if isinstance(x._array, np.generic):
        x._array = np.asarray(x._array)
    return x._array


def storage_of(x: Variable) -> Storage:
    """Return what ``x`` shares with everything that shares its memory."""
    if x._storage is None:
        x._storage = Storage(x._edge)
    return x._storage


def share(x: Variable, alias: Tensor) -> Tensor:
    """Make ``alias``, which holds memory of ``x``, know about changes of ``x`` and the reverse."""
    alias._storage = storage_of(x)
    return alias


def view(rule: Any, x: Tensor, **parameters: Any) -> Tensor:
    """Apply a layout rule whose output may lie in the memory of ``x``, and link the two if so."""
    array = memory(x)
    out = apply(rule, x, **parameters)
    if _lies_in(out._array, array) or (_is_foreign(array) and is_basic(parameters.get("key", ()))):
        share(x, out)
        if mode.recording:
            base, steps = (x, ()) if x._view is None else (x._view.base, x._view.steps)
            out._view = View(base, (*steps, (rule, parameters)), storage_of(x).version)
    return out


def _is_foreign(array: Any) -> bool:
    """Whether it is a duck array: what it shares cannot be told, so a part of it is taken for a view, as in PyTorch."""
    return not isinstance(array, np.ndarray | tape.Tensor)


def _lies_in(out: Any, array: Any) -> bool:
    if isinstance(out, np.ndarray):
        # An array that owns its memory has no base; a view's base is the owner.
        return out is array or (
            isinstance(array, np.ndarray) and out.base is not None and (out.base is array or out.base is array.base)
        )
    if isinstance(out, tape.Tensor) and isinstance(array, tape.Tensor):
        return out._storage is not None and out._storage is array._storage
    return False


def _refuse_leaf(x: Tensor) -> None:
    """Raise if ``x`` is a leaf that is being recorded (its gradient would be of another tensor)."""
    if not mode.recording:
        return
    if x._edge is Leaf and x._view is None:
        raise NumericRuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation: "
            "change it within no_grad(), or change a clone()"
        )
    if x._view is not None and x._view.base._edge is Leaf:
        raise NumericRuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place "
            "operation: change it within no_grad(), or view a clone()"
        )


def _before(x: Tensor, *, copied: bool) -> Tensor:
    """Return the tensor as it is before the change, history included.

    It is copied where it is recorded: the rule must find the values of before at backward.
    """
    refresh(x)
    array = x._array.copy() if copied else x._array
    if isinstance(x, tape.Traced):
        old: Tensor = tape.Traced(array, x.level, x.tangent)
    else:
        old = tape.wrap(array)
    old._edge = x._edge
    return old


def modify(x: Tensor, change: Callable[..., Tensor], *operands: Any) -> Tensor:
    """Replace ``x`` by ``change(x, *operands)`` in place.

    Returns
    -------
    Tensor
        ``x`` itself.

    Raises
    ------
    NumericRuntimeError
        If ``x`` is a leaf that requires grad (or a view of one) while operations are
        recorded, or if the result has another shape or a higher kind of dtype.
    """
    refresh(x)
    _refuse_leaf(x)
    memory(x)
    storage = storage_of(x)
    tensors = [y for y in (x, *operands) if isinstance(y, tape.Tensor)]
    level = max(y.level for y in tensors)
    for y in (x, *(() if x._view is None else (x._view.base,))):
        tape.raise_to(y, level)
    recorded = mode.recording and any(y.requires_grad for y in tensors)
    given = [
        _before(y, copied=recorded) if isinstance(y, tape.Tensor) and y._storage is storage else y for y in operands
    ]
    new = _fitted(change(_before(x, copied=recorded), *given), x)
    mark_changed(storage)
    _take(x, new, storage)
    return x


def _fitted(new: Tensor, x: Tensor) -> Tensor:
    """Return ``new`` in the dtype of ``x``, if it fits there."""
    if tuple(new.shape) != tuple(x.shape):
        raise NumericRuntimeError(
            f"output with shape {list(x.shape)} doesn't match the broadcast shape "
            f"{list(new.shape)}: an in-place operation cannot change the shape"
        )
    if new.dtype == x.dtype:
        return new
    if new.dtype.category > x.dtype.category:
        raise NumericRuntimeError(
            f"result type {new.dtype} can't be cast to the desired output type {x.dtype}: "
            "use the operation that returns a new tensor"
        )
    return cast(new, x.dtype)


def _take(x: Tensor, new: Tensor, storage: Storage) -> None:
    """Give ``x`` the values and the history of ``new``."""
    owner = x
    values = new._array if new.level == x.level else new
    if x._view is not None and (_replaces(x, values) or _merges(x._view.base, new)):
        owner = x._view.base
        merged = apply(_OVERWRITE, _before(owner, copied=False), new, steps=x._view.steps)
        owner._edge = merged._edge
        if _replaces(x, values):
            owner._array = merged._array
        _take_tangent(owner, merged)
    elif mode.recording:
        x._edge = new._edge
    _take_tangent(x, new)
    if mode.recording:
        storage.node = owner._edge
    write(x, values)


def _merges(base: Tensor, new: Tensor) -> bool:
    """Whether what is written through a view enters the history of its base."""
    return (_followed(new) or _followed(base)) and (mode.recording or _tangent(new) is not None)


def _replaces(x: Tensor, values: Array) -> bool:
    """Whether ``x`` gets another array, for its own cannot hold the values, or need not be writable."""
    array = x._array
    if isinstance(array, tape.Tensor):
        return False
    return not (isinstance(array, np.ndarray) and isinstance(values, np.ndarray | np.generic))


def _followed(x: Tensor) -> bool:
    return x._edge is not None or _tangent(x) is not None


def _tangent(x: Tensor) -> Any:
    return getattr(x, "tangent", None)


def _take_tangent(x: Tensor, new: Tensor) -> None:
    if isinstance(x, tape.Traced) and (x.tangent is not None or _tangent(new) is not None):
        x.tangent = new.tangent if isinstance(new, tape.Traced) else x.tangent * 0


def write(x: Tensor, values: Array) -> None:
    """Write values into the memory of ``x``."""
    array = x._array
    if _replaces(x, values):
        x._array = values
    elif isinstance(array, tape.Tensor):
        array.copy_(values)
    elif not array.flags.writeable:
        raise NumericRuntimeError(
            "unsupported operation: more than one element of the written-to tensor refers to a "
            "single memory location: clone() it before writing"
        )
    else:
        with np.errstate(all="ignore"):
            array[...] = values


def set_item(x: Tensor, key: Key, value: Any) -> None:
    """Do ``x[key] = value``: ``value`` is broadcast and cast to ``x``.

    Raises
    ------
    NumericIndexError
        If the key points outside.
    NumericRuntimeError
        If the shapes do not fit, or ``x`` is a leaf that requires grad.
    """
    key = plain_key(key)
    operand = checked_value(value)
    if isinstance(operand, tape.Tensor):
        operand = cast(operand, x.dtype)

    def overwritten(old: Tensor, y: Any) -> Tensor:
        try:
            return apply(_OVERWRITE, old, y, steps=((_INDEX, {"key": key}),))
        except IndexError as error:
            raise NumericIndexError(f"{error} (key {key!r}, shape {tuple(x.shape)})") from None

    modify(x, overwritten, _without_leading_ones(operand, x, key))


def checked_value(value: Any) -> Any:
    """Return a tensor or a number that can be assigned."""
    operand = as_operand(value)
    if operand is NotImplemented:
        try:
            operand = tape.wrap(np.asarray(value))
        except ValueError:
            raise NumericTypeError(f"cannot assign {value!r}: give a number, a tensor or an array") from None
    return operand


def _without_leading_ones(value: Any, x: Tensor, key: Key) -> Any:
    """Drop axes of size 1 that the region written to does not have."""
    try:
        region = x._array[key]  # also without need: a key that points outside is told before all else
    except IndexError as error:
        raise NumericIndexError(f"{error} (key {key!r}, shape {tuple(x.shape)})") from None
    if not isinstance(value, tape.Tensor):
        return value
    while value.ndim > region.ndim and value.shape[0] == 1:
        value = value[0]
    return value


def _one_ellipsis(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a key whose ``...`` after the first are whole slices, as PyTorch reads them."""
    seen = False
    kept = []
    for part in parts:
        kept.append(slice(None) if seen and part is Ellipsis else part)
        seen = seen or part is Ellipsis
    return tuple(kept)


def _array_of(key: list[Any]) -> Array:
    try:
        return np.asarray([raw(part) for part in key], dtype=None if key else np.int64)
    except ValueError:
        raise NumericIndexError(f"the list {key!r} cannot index: its parts have unequal shapes") from None


def plain_key(key: Key) -> Key:
    """Return a key with the arrays of its tensors in their place, and lists as arrays.

    Raises
    ------
    NumericIndexError
        If a part of it cannot index.
    """
    if isinstance(key, tuple):
        return _one_ellipsis(tuple(plain_key(part) for part in key))
    if isinstance(key, tape.Tensor):
        key = raw(key)
    if isinstance(key, list):
        key = _array_of(key)
    if isinstance(key, np.ndarray | np.generic):
        if key.dtype.kind not in "iub":
            raise NumericIndexError(
                "tensors used as indices must be long, int, uint8 or bool tensors, "
                f"got {key.dtype}: convert with .long() or .bool()"
            )
        return int(key) if key.ndim == 0 and key.dtype.kind != "b" else key
    if isinstance(key, float):
        raise NumericIndexError(f"only integers, slices and tensors can index, got {key!r}")
    if isinstance(key, str):
        raise NumericTypeError(f"only integers, slices and tensors can index, got {key!r}")
    if isinstance(key, slice):
        start, stop, step = (None if p is None else int(p) for p in (key.start, key.stop, key.step))
        if step is not None and step <= 0:
            raise NumericValueError(f"slice step must be greater than zero, got {step}: use flip()")
        return slice(start, stop, step)
    return key


def _viewing(key: Key, ndim: int) -> Key:
    """Return a key that NumPy answers with a 0-d view where it would answer with a scalar."""
    parts = key if isinstance(key, tuple) else (key,)
    entries = sum(isinstance(part, int) and not isinstance(part, bool) for part in parts)
    if entries == ndim and is_basic(parts) and Ellipsis not in parts:
        return (*parts, Ellipsis)
    return key


def get_item(x: Tensor, key: Key) -> Tensor:
    """Return ``x[key]``: a view where the key is made of ints, slices, None and ``...``.

    Raises
    ------
    NumericIndexError
        If the key points outside, or has too many parts.
    """
    key = _viewing(plain_key(key), x.ndim)
    try:
        return view(_INDEX, x, key=key)
    except IndexError as error:
        raise NumericIndexError(f"{error} (key {key!r}, shape {tuple(x.shape)})") from None


def _binary_in_place(rule: Rule, real: bool = False) -> Callable[..., Tensor]:
    def change(x: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
        if alpha != 1:
            other = binary(_MUL, other, alpha)
        return modify(x, lambda old, y: checked(binary(rule, old, y, real=real), rule.name, old, y), other)

    change.__doc__ = f"Do ``{rule.name}`` in place; ``other`` is broadcast to the tensor."
    return change


add_ = _binary_in_place(rules["add"])
sub_ = _binary_in_place(rules["sub"])
mul_ = _binary_in_place(rules["mul"])
div_ = _binary_in_place(rules["div"], real=True)


def copy_(x: Tensor, source: Any) -> Tensor:
    """Overwrite all of ``x`` by ``source``, broadcast and cast."""
    return _overwrite_all(Called(_OVERWRITE, "CopyBackwards"), x, source)


def _overwrite_all(rule: Called, x: Tensor, source: Any) -> Tensor:
    operand = checked_value(source)
    if isinstance(operand, tape.Tensor):
        operand = cast(operand, x.dtype)
        if operand.ndim > x.ndim:
            raise NumericRuntimeError(
                f"output with shape {list(x.shape)} doesn't match the broadcast shape "
                f"{list(operand.shape)}: give no more axes than are overwritten"
            )
    return modify(x, lambda old, y: apply(rule, old, y, steps=()), operand)


def fill_(x: Tensor, value: Any) -> Tensor:
    """Overwrite every entry of ``x`` by one number."""
    return _overwrite_all(Called(_OVERWRITE, "FillBackward2"), x, value)


def zero_(x: Tensor) -> Tensor:
    """Overwrite every entry of ``x`` by 0."""
    return _overwrite_all(Called(_OVERWRITE, "ZeroBackward0"), x, 0)


def unary_in_place(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return the method that does ``function`` in place."""

    def change(x: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return modify(x, lambda old: function(old, *args, **kwargs))

    change.__doc__ = f"Do ``{function.__name__}`` in place."
    return change


def index_add(x: Tensor, key: Key, values: Tensor) -> Tensor:
    """Add values to ``x`` in place where ``key`` points, as often as it points there."""
    return modify(x, lambda old, y: apply(_ADD_AT, old, y, key=plain_key(key)), values)
