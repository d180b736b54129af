"""The same formula as a careful person computes it: softmax, sigmoid, logdet in place of what overflows."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from symbolic.tensors.nodes import (
    MINUS_ONE,
    ONE,
    Add,
    Apply,
    Fixed,
    Fold,
    Index,
    Mul,
    Node,
    Num,
    Of,
    Pow,
    add,
    apply,
    fold,
    mul,
    number,
    power,
    substitute,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

STEPS = ("positive", "nonnegative", "zero")


def stable(node: Node) -> Node:
    """Return the node in functions that neither overflow nor cancel, where they are known; equal to it everywhere."""
    if isinstance(node, Mul):
        return _product(node)
    children = node.children()
    after = tuple(map(stable, children))
    node = node if after == children else node.rebuild(after, node.places())
    rule = _RULES.get(type(node))
    return rule(node) if rule is not None else node


# -- products -------------------------------------------------------------------------------------------------


def _product(node: Mul) -> Node:
    own = {x.arg for x in node.args if isinstance(x, Apply) and x.function == "sigmoid"}
    factors: list[Node] = []
    for x in node.args:
        z = _one_minus("sigmoid", x)
        # s (1 - s) is kept as textbooks write it: it costs one sigmoid
        part = x if z is not None and z in own else _factor(x)
        factors.extend(part.args if isinstance(part, Mul) else [part])
    for change in (_with_softmax, _with_sigmoid, _with_quotients):
        factors = change(factors)
    return mul(*(_power(x) if isinstance(x, Pow) else x for x in factors))


def _factor(x: Node) -> Node:
    """Leave a power as it is: its base meets the other factors."""
    return power(stable(x.base), x.exponent) if isinstance(x, Pow) else stable(x)


def _with_softmax(factors: list[Node]) -> list[Node]:
    """Read ``exp(z[i]) / sum_k exp(z[k])`` as the softmax of z, also where the numerator stands under a sum."""
    for k, x in enumerate(factors):
        found = _exponential_sum(x.base) if isinstance(x, Pow) and _whole(x.exponent) < 0 else None
        if found is None or not isinstance(x, Pow):
            continue
        over, z = found
        for m, y in enumerate(factors):
            new = _numerator(y, over, z) if m != k else None
            if new is not None:
                rest = [f for n, f in enumerate(factors) if n not in (k, m)]
                return _with_softmax([*rest, new, power(x.base, add(x.exponent, ONE))])
    return [f for f in factors if f != ONE] or [ONE]


def _whole(e: Node) -> int:
    return int(e.value) if isinstance(e, Num) and e.value.denominator == 1 else 0


def _exponential_sum(node: Node) -> tuple[tuple[Index, ...], Node] | None:
    """Read ``sum_k exp(z[k])``; return k and z."""
    over: list[Index] = []
    while isinstance(node, Fold) and node.kind == "sum":
        over.extend(node.over)
        node = node.body
    return (tuple(over), node.arg) if over and isinstance(node, Apply) and node.function == "exp" else None


def _numerator(y: Node, over: tuple[Index, ...], z: Node) -> Node | None:
    """Put the softmax in the place of one factor ``exp(z)``, at whatever place z is taken."""
    if isinstance(y, Apply) and y.function == "exp":
        at = matched(z, y.arg, over)
        return None if at is None else softmax(over, z, at)
    if isinstance(y, Pow) and _whole(y.exponent) > 0:
        new = _numerator(y.base, over, z)
        return None if new is None else mul(new, power(y.base, add(y.exponent, MINUS_ONE)))
    if isinstance(y, Fold) and y.kind == "sum" and not set(y.over) & (z.free - set(over)):
        parts = y.body.args if isinstance(y.body, Mul) else (y.body,)
        for k, part in enumerate(parts):
            new = _numerator(part, over, z)
            if new is not None:
                return fold("sum", y.over, mul(*parts[:k], new, *parts[k + 1 :]))
    return None


def softmax(over: tuple[Index, ...], z: Node, at: Sequence[Any]) -> Node:
    """Return the softmax of z along `over`, at `at`; what all of z has in common cancels."""
    if isinstance(z, Add):
        moving = [t for t in z.args if t.free & set(over)]
        z = add(*moving) if moving else z
    fresh = {i: Index(i.dim) for i in over}
    return Of("softmax", tuple(fresh.values()), (), substitute(z, fresh), tuple(at))


def _with_sigmoid(factors: list[Node]) -> list[Node]:
    """Read ``exp(z) / (1 + exp(z))`` as ``sigmoid(z)`` and ``1 / (1 + exp(z))`` as ``sigmoid(-z)``."""
    for k, x in enumerate(factors):
        z = _one_plus_exp(x.base) if isinstance(x, Pow) and _whole(x.exponent) < 0 else None
        if z is None or not isinstance(x, Pow):
            continue
        rest = [f for n, f in enumerate(factors) if n != k]
        left = power(x.base, add(x.exponent, ONE))
        top = apply("exp", z)
        if top in rest:
            rest.remove(top)
            return _with_sigmoid([*rest, apply("sigmoid", z), left])
        return _with_sigmoid([*rest, apply("sigmoid", mul(MINUS_ONE, z)), left])
    return [f for f in factors if f != ONE] or [ONE]


def _one_plus_exp(node: Node) -> Node | None:
    if isinstance(node, Add) and len(node.args) == 2 and ONE in node.args:
        (other,) = (x for x in node.args if x != ONE)
        return other.arg if isinstance(other, Apply) and other.function == "exp" else None
    return None


QUOTIENTS = {("sinh", "cosh"): "tanh", ("sin", "cos"): "tan"}


def _with_quotients(factors: list[Node]) -> list[Node]:
    """Read ``sinh / cosh`` as tanh, ``sin / cos`` as tan and ``x sgn(x)`` as ``|x|``."""
    factors = list(factors)
    for (above, below), name in QUOTIENTS.items():
        for x in [f for f in factors if isinstance(f, Apply) and f.function == above]:
            under = power(apply(below, x.arg), MINUS_ONE)
            if under in factors:
                factors.remove(x)
                factors[factors.index(under)] = apply(name, x.arg)
    for x in [f for f in factors if isinstance(f, Apply) and f.function == "sign"]:
        factors = _with_sign(factors, x)
    return factors


def _with_sign(factors: list[Node], sign: Apply) -> list[Node]:
    """Read ``z sgn(z)`` as ``|z|`` and ``|z| sgn(z)`` as z, ``sgn(z) / |z|`` as ``1 / z``."""
    z, size = sign.arg, apply("abs", sign.arg)
    rest = [f for f in factors if f is not sign]
    if z in rest:
        rest[rest.index(z)] = size
        return rest
    for k, x in enumerate(rest):
        n = 1 if x == size else _whole(x.exponent) if isinstance(x, Pow) and x.base == size else 0
        if n:
            step = 1 if n > 0 else -1
            return [*rest[:k], *rest[k + 1 :], power(size, number(n - step)), power(z, number(step))]
    return factors


# -- sums, powers and functions -------------------------------------------------------------------------------


def _one_minus(function: str, node: Node) -> Node | None:
    """Read ``1 - function(z)``; return z."""
    if not isinstance(node, Add) or len(node.args) != 2 or ONE not in node.args:
        return None
    (other,) = (x for x in node.args if x != ONE)
    if isinstance(other, Mul) and len(other.args) == 2 and other.args[0] == MINUS_ONE:
        part = other.args[1]
        return part.arg if isinstance(part, Apply) and part.function == function else None
    return None


def _sum(node: Add) -> Node:
    others = {"sigmoid": "sigmoid", "positive": "nonnegative", "nonnegative": "positive"}
    for function, other in others.items():
        z = _one_minus(function, node)
        if z is not None:
            return apply(other, mul(MINUS_ONE, z))
    return node


def _power(node: Pow) -> Node:
    n = _whole(node.exponent)
    if n > 0 and isinstance(node.base, Apply) and node.base.function in STEPS:
        return node.base
    if n < 0 and (z := _one_plus_exp(node.base)) is not None:
        return power(apply("sigmoid", mul(MINUS_ONE, z)), number(-n))
    return node


def _function(node: Apply) -> Node:
    if node.function != "log":
        return node
    z = _one_plus_exp(node.arg)
    if z is not None:
        return apply("softplus", z)
    found = _exponential_sum(node.arg)
    if found is not None:
        return Of("logsumexp", found[0], (), found[1])
    if isinstance(node.arg, Of) and node.arg.kind == "det":
        return Of("logdet", node.arg.rows, node.arg.cols, node.arg.body)
    return node


_RULES: dict[type, Callable[[Any], Node]] = {Add: _sum, Pow: _power, Apply: _function}


# -- the same formula at other places ---------------------------------------------------------------------------


def matched(pattern: Node, node: Node, over: Collection[Index]) -> tuple[Any, ...] | None:
    """Return the places that `over` stands for, where `node` is `pattern` at other places; None where it is not.

    Bound indices may have other names.
    """
    names: dict[Any, Any] = {}
    if not _same(pattern, node, frozenset(over), names) or any(i not in names for i in over):
        return None
    return tuple(names[i] for i in over)


def _same(a: Any, b: Any, over: frozenset[Index], names: dict[Any, Any]) -> bool:
    if isinstance(a, (Index, Fixed)):
        if a in over and a not in names and isinstance(b, (Index, Fixed)) and a.dim == b.dim:
            names[a] = b
        return bool(names.get(a, a) == b)
    if isinstance(a, tuple):
        pairs = zip(a, b, strict=True) if isinstance(b, tuple) and len(a) == len(b) else None
        return pairs is not None and all(_same(x, y, over, names) for x, y in pairs)
    if not isinstance(a, Node):
        return bool(a == b)
    if type(a) is not type(b) or len(a.bound) != len(b.bound):
        return False
    if any(i.dim != j.dim for i, j in zip(a.bound, b.bound, strict=True)):
        return False
    names.update(zip(a.bound, b.bound, strict=True))
    return all(_same(getattr(a, f.name), getattr(b, f.name), over, names) for f in fields(a))  # type: ignore[arg-type]  # every node is a dataclass
