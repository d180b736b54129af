"""Methods of NumPy's functions of two numbers: ``np.add.outer``, ``np.maximum.reduce``, ``np.multiply.accumulate``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors import entries as e
from symbolic.tensors.arguments import axes_of, keep
from symbolic.tensors.elementwise import TWO_NUMBERS
from symbolic.tensors.indexing import indexed
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import MINUS_ONE, Index, Node, add, apply, compare, fold, mul, number, power, substitute
from symbolic.tensors.tensor import Tensor, broadcast, reduce, scalar

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("add", "subtract", "multiply", "divide", "maximum", "minimum", "logaddexp", "power")


def _outer(name: str, A: Any, B: Any) -> Tensor:
    """Every entry of one with every entry of the other."""
    a, b = tensor(A), tensor(B).renamed()
    return Tensor(a.axes + b.axes, TWO_NUMBERS[name](a.entry, b.entry))


def _first(x: Tensor, k: int) -> Tensor:
    """Return the first entry along an axis, with an axis of size 1 in its place."""
    key = (*[slice(None)] * k, scalar(0), None)
    return indexed(x, key)


def _twice_less(first: Node, whole: Node) -> Node:
    return e.difference(mul(number(2), first), whole)


def _square_over(first: Node, whole: Node) -> Node:
    return mul(e.square(first), power(whole, MINUS_ONE))


def _powered(first: Node, whole: Node) -> Node:
    """Return the first to the power of the product of the others."""
    return power(first, mul(whole, power(first, MINUS_ONE)))


FROM_FIRST: dict[str, tuple[str, Callable[[Node, Node], Node]]] = {
    "subtract": ("add", _twice_less),
    "divide": ("multiply", _square_over),
    "power": ("multiply", _powered),
}
"""What is not associative, by what is: ``x0 - x1 - x2 = 2 x0 - (x0 + x1 + x2)``."""

KINDS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logaddexp": "sum"}


def _reduce(name: str, array: Any, axis: Any = 0, keepdims: Any = False) -> Tensor:
    """All entries along axes made one, the first axis where none is given."""
    x, stays = tensor(array), keep(keepdims)
    over = axes_of(x, axis)
    if name in FROM_FIRST:
        if len(over) != 1:
            raise FormulaError(f"{name}.reduce goes along one axis")
        whole, change = FROM_FIRST[name]
        result = broadcast(change, _first(x, over[0]), _reduce(whole, x, over[0], True))
        return result if stays else Tensor(tuple(a for k, a in enumerate(result.axes) if k != over[0]), result.entry)
    inside = x.map(partial(apply, "exp")) if name == "logaddexp" else x
    result = reduce(inside, KINDS[name], over, stays)
    return result.map(partial(apply, "log")) if name == "logaddexp" else result


def _accumulate(name: str, array: Any, axis: Any = 0) -> Tensor:
    """The results so far along an axis, the first where none is given."""
    x = tensor(array)
    over = axes_of(x, axis)
    if len(over) != 1 or len(x.axes[over[0]]) != 1:
        raise FormulaError(f"{name}.accumulate goes along one plain axis: give axis=")
    if name in FROM_FIRST:
        whole, change = FROM_FIRST[name]
        return broadcast(change, _first(x, over[0]), _accumulate(whole, x, over[0]))
    inside = x.map(partial(apply, "exp")) if name == "logaddexp" else x
    result = running(inside, KINDS[name], over[0])
    return result.map(partial(apply, "log")) if name == "logaddexp" else result


def running(x: Tensor, kind: str, axis: int) -> Tensor:
    """Return the fold of the entries up to each place of a plain axis."""
    (i,) = x.axes[axis]
    k = Index(i.dim)
    upto = compare("<=", k, i)
    body = substitute(x.entry, {i: k})
    if kind == "sum":
        return Tensor(x.axes, fold(kind, (k,), mul(upto, body)))
    # beyond the place stands what changes nothing: 1, or an entry that is never the greatest
    beyond = number(1) if kind == "prod" else _never(x.entry, i, kind)
    return Tensor(x.axes, fold(kind, (k,), add(beyond, mul(upto, e.difference(body, beyond)))))


def _never(entry: Node, i: Index, kind: str) -> Node:
    """Return a number below all entries along an axis, or above them."""
    m = Index(i.dim)
    end = fold("min" if kind == "max" else "max", (m,), substitute(entry, {i: m}))
    return add(end, number(-1 if kind == "max" else 1))


FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    f"{name}.{method.__name__.strip('_')}": partial(method, name)
    for name in NAMES
    for method in (_outer, _reduce, _accumulate)
}
