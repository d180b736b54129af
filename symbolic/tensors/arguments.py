"""Arguments of the vocabulary's functions: axes, sizes and whole numbers, told apart from tensors."""

from __future__ import annotations

from typing import Any

from symbolic.errors import FormulaError
from symbolic.tensors.nodes import Add, Dim, Mul, Num, SizeOf
from symbolic.tensors.sizes import of_node
from symbolic.tensors.tensor import Dims, Tensor, as_number


def whole(value: Any, name: str) -> int:
    """Return an argument that is a whole number.

    Raises
    ------
    FormulaError
        It is not.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    number = as_number(value)
    if number is None or number.value.denominator != 1 or abs(number.value) > 10**6:
        raise FormulaError(f"{name} is a whole number written out, such as 0, 1 or -1")
    return int(number.value)


def keep(value: Any) -> bool:
    """Return ``keepdims`` as a bool."""
    return bool(value) if isinstance(value, bool) or value is None else bool(whole(value, "keepdims"))


def axes_of(t: Tensor, axis: Any) -> list[int]:
    """Return the axes that an ``axis`` argument names; all of them for None.

    Raises
    ------
    FormulaError
        The tensor has no such axis.
    """
    if axis is None:
        return list(range(t.rank))
    asked = [whole(a, "axis") for a in (axis if isinstance(axis, tuple) else (axis,))]
    for k in asked:
        if not -t.rank <= k < t.rank:
            raise FormulaError(f"axis {k} does not exist: the tensor of shape {t} has {t.rank} axes")
    return sorted({k % t.rank for k in asked})


def dims_of(shape: Any) -> list[Dims]:
    """Return sizes given as formulas (``n``, ``(m, n)``, ``x.shape``, ``m * n``).

    Raises
    ------
    FormulaError
        One of them is no size.
    """
    sizes = shape if isinstance(shape, tuple) else (shape,)
    return [_dims(size) for size in sizes]


def _dims(size: Any) -> Dims:
    if isinstance(size, Tensor) and not size.axes:
        node = size.entry
        factors = node.args if isinstance(node, Mul) else (node,)
        dims = [_dim(f) for f in factors]
        if None not in dims:
            return tuple(d for d in dims if d is not None and d != Dim("", 1))
    raise FormulaError("a shape is made of sizes, as in ones((m, n)) or eye(n)")


def _dim(node: object) -> Dim | None:
    if isinstance(node, SizeOf):
        return node.dim
    if isinstance(node, Num) and node.value.denominator == 1 and node.value > 0:
        return Dim("", int(node.value))
    size = of_node(node) if isinstance(node, Add) else None
    return None if size is None else size.dim()
