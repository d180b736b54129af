"""Keys of a program's arrays: reading entries, and writing them."""

from __future__ import annotations

import numbers
from typing import TYPE_CHECKING, Any

import numpy as np

from symbolic.errors import FormulaError
from symbolic.tensors.arranging import stack
from symbolic.tensors.indexing import Weights, indexed
from symbolic.tensors.nodes import (
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Compare,
    Fixed,
    Index,
    Mul,
    Node,
    Num,
    Var,
    Where,
    add,
    delta,
    fold,
    mul,
)
from symbolic.tensors.tensor import Axis, Tensor, broadcast, scalar, size_of
from symbolic.tensors.tracing import Held
from symbolic.tensors.vocabulary import where

if TYPE_CHECKING:
    from collections.abc import Sequence


def is_mask(key: Any) -> bool:
    """Whether a key is an array of truth values."""
    return isinstance(key, Held) and np.asarray(key.value).dtype == bool


def item(held: Held, key: Any) -> Tensor:
    """Return the tensor of ``x[key]``.

    Raises
    ------
    FormulaError
        The key is not one of whole numbers, slices with constant ends, None, ``...`` and labels.
    """
    tensor = held.record.tensor_of(held)
    if isinstance(key, (list, np.ndarray)) and np.asarray(key).dtype.kind in "iu" and np.ndim(key) == 1:
        return stack(tuple(indexed(tensor.renamed(), (scalar(int(k)),)) for k in np.asarray(key)))
    return indexed(tensor, _parts(tensor, key))


def _parts(tensor: Tensor, key: Any) -> list[Any]:
    """Return the parts of a key as indexing takes them, each for its axis."""
    parts = list(key) if isinstance(key, tuple) else [key]
    # by identity: a traced array compares entry by entry
    dots = next((n for n, k in enumerate(parts) if k is Ellipsis), len(parts))
    after = sum(k is not None for k in parts[dots + 1 :])
    axes = iter([*tensor.axes[: tensor.rank - after if dots < len(parts) else None]])
    front = [_part(k, () if k is None else next(axes, ())) for k in parts[:dots]]
    axes = iter(tensor.axes[tensor.rank - after :])
    return front + [_part(k, () if k is None or k is Ellipsis else next(axes, ())) for k in parts[dots:]]


def _part(key: Any, axis: Axis) -> Any:
    if key is None or key is Ellipsis:
        return key
    if isinstance(key, slice):
        ends = [None if _is_end(k, axis) else k for k in (key.start, key.stop)]
        return slice(*(None if k is None else _part(k, axis) for k in (*ends, key.step)))
    if is_mask(key):
        raise FormulaError(
            "the entries that a mask keeps are as many as it has true ones, for no size: "
            "choose them with np.where(mask, x, 0)"
        )
    if isinstance(key, Held):
        return key.tensor if isinstance(key.tensor, Weights) else _labels(key, axis)
    if isinstance(key, numbers.Integral):
        return scalar(int(key))
    raise FormulaError(f"{key!r:.40} is no index here: use whole numbers, slices with constant ends, None and ...")


def _is_end(key: Any, axis: Axis) -> bool:
    """Whether an end of a slice is the size of the axis."""
    return isinstance(key, Held) and key.tensor.entry == size_of([axis])


def _labels(key: Held, axis: Axis) -> Tensor:
    entry = key.tensor.entry
    before = add(entry, mul(MINUS_ONE, size_of([axis])))
    if isinstance(before, Num) and before.value < 0 and not isinstance(entry, Num):
        return scalar(before)  # n - 1 on an axis of size n, counted from the end
    if isinstance(entry, Var) and np.asarray(key.value).dtype.kind not in "iu":
        raise FormulaError(
            f"{entry.name} is used as an index: say that it holds labels, domains={{{entry.name!r}: 'labels'}}"
        )
    if isinstance(entry, (Var, Where, Num)) and not isinstance(key.tensor, Weights):
        return key.tensor.renamed()  # type: ignore[no-any-return]  # a tensor
    raise FormulaError("an index is a whole number, a slice with constant ends, None, ... or labels given as an input")


# -- assignment -----------------------------------------------------------------------------------------------


def assigned(held: Held, key: Any, value: Any) -> Tensor:
    """Return the tensor of x after ``x[key] = value``.

    Raises
    ------
    FormulaError
        The key is none that is read, or the value does not fit.
    """
    trace = held.record
    tensor, new = trace.tensor_of(held), trace.tensor_of(value)
    if is_mask(key):
        if new.rank or trace.tensor_of(key).dims != tensor.dims:
            raise FormulaError("x[mask] = … takes one number and a mask of the shape of x: use np.where(mask, …, x)")
        return where(trace.tensor_of(key), new, tensor)
    copies = tuple(tuple(Index(i.dim) for i in axis) for axis in tensor.axes)
    flat = [c for axis in copies for c in axis]
    # row by row the identity: what indexing takes of it says which entry goes where
    chosen = indexed(Tensor(copies, mul(*map(delta, tensor.indices, flat))), _parts(tensor, key))
    spread = broadcast(mul, chosen, new)
    if spread.dims != chosen.dims:
        raise FormulaError(f"a value of shape {new} does not fit where {chosen} is assigned")
    written = fold("sum", spread.indices, spread.entry)
    return Tensor(tensor.axes, add(_outside(tensor.entry, fold("sum", chosen.indices, chosen.entry)), written))


def _outside(entry: Node, mask: Node) -> Node:
    """Return an entry where the mask is 0: ``(1 - mask) entry``, carried out where both name fixed places."""
    if mask == ONE:
        return ZERO
    terms = entry.args if isinstance(entry, Add) else (entry,)
    return add(*(_term_outside(t, mask) for t in terms))


def _term_outside(term: Node, mask: Node) -> Node:
    own, ours = _factors(term), _factors(mask)
    if any(_apart(a, b) for a in own for b in ours):
        return term
    if all(f in own for f in ours):
        return ZERO
    return mul(add(ONE, mul(MINUS_ONE, mask)), term)


def _factors(node: Node) -> Sequence[Node]:
    return node.args if isinstance(node, Mul) else (node,)


def _apart(a: Node, b: Node) -> bool:
    """Whether two brackets fix one index at different places."""
    if not (isinstance(a, Compare) and isinstance(b, Compare) and a.sign == b.sign == "==" and a.shift == b.shift == 0):
        return False
    p, q = a.b, b.b
    same = a.a == b.a and isinstance(p, Fixed) and isinstance(q, Fixed)
    return same and (p.value < 0) == (q.value < 0) and p.value != q.value  # type: ignore[union-attr]  # fixed, as said
