"""The derivative of an entry by an entry, or in a direction: one rule a node, for every size."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.errors import NotationError
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    ONE,
    ZERO,
    Add,
    Apply,
    Compare,
    Constant,
    Fold,
    Index,
    Mul,
    Node,
    Of,
    Places,
    Pow,
    Var,
    add,
    apply,
    delta,
    fold,
    mul,
    number,
    power,
    substitute,
)

if TYPE_CHECKING:
    from collections.abc import Callable

ELEMENTWISE: dict[str, Callable[[Node], Node]] = {
    "exp": lambda x: apply("exp", x),
    "log": lambda x: power(x, MINUS_ONE),
    "sin": lambda x: apply("cos", x),
    "cos": lambda x: mul(MINUS_ONE, apply("sin", x)),
    "tan": lambda x: add(ONE, power(apply("tan", x), number(2))),
    "sinh": lambda x: apply("cosh", x),
    "cosh": lambda x: apply("sinh", x),
    "tanh": lambda x: add(ONE, mul(MINUS_ONE, power(apply("tanh", x), number(2)))),
    "arctan": lambda x: power(add(ONE, power(x, number(2))), MINUS_ONE),
    "arcsin": lambda x: power(apply("sqrt", add(ONE, mul(MINUS_ONE, power(x, number(2))))), MINUS_ONE),
    "arccos": lambda x: mul(MINUS_ONE, ELEMENTWISE["arcsin"](x)),
    "arcsinh": lambda x: power(apply("sqrt", add(ONE, power(x, number(2)))), MINUS_ONE),
    "arccosh": lambda x: power(apply("sqrt", add(power(x, number(2)), MINUS_ONE)), MINUS_ONE),
    "arctanh": lambda x: power(add(ONE, mul(MINUS_ONE, power(x, number(2)))), MINUS_ONE),
    "log1p": lambda x: power(add(ONE, x), MINUS_ONE),
    "expm1": lambda x: apply("exp", x),
    "sigmoid": lambda x: mul(apply("sigmoid", x), add(ONE, mul(MINUS_ONE, apply("sigmoid", x)))),
    "softplus": lambda x: apply("sigmoid", x),
    "abs": lambda x: apply("sign", x),
    "relu": lambda x: apply("positive", x),
    "erf": lambda x: mul(
        number(2), power(Constant("pi"), number(Fraction(-1, 2))), apply("exp", mul(MINUS_ONE, power(x, number(2))))
    ),
    "erfc": lambda x: mul(MINUS_ONE, ELEMENTWISE["erf"](x)),
    "sign": lambda _: ZERO,
    "positive": lambda _: ZERO,
    "nonnegative": lambda _: ZERO,
    "zero": lambda _: ZERO,
    "floor": lambda _: ZERO,
    "gammaln": lambda x: apply("digamma", x),
    "gamma": lambda x: mul(apply("gamma", x), apply("digamma", x)),
    "digamma": lambda x: apply("trigamma", x),
    "erfi": lambda x: mul(number(2), power(Constant("pi"), number(Fraction(-1, 2))), apply("exp", power(x, number(2)))),
    "erfinv": lambda x: mul(HALF, power(Constant("pi"), HALF), apply("exp", power(apply("erfinv", x), number(2)))),
    "expi": lambda x: mul(apply("exp", x), power(x, MINUS_ONE)),
    "i0": lambda x: apply("i1", x),
    "i1": lambda x: add(apply("i0", x), mul(MINUS_ONE, apply("i1", x), power(x, MINUS_ONE))),
    "j0": lambda x: mul(MINUS_ONE, apply("j1", x)),
    "j1": lambda x: add(apply("j0", x), mul(MINUS_ONE, apply("j1", x), power(x, MINUS_ONE))),
    "y0": lambda x: mul(MINUS_ONE, apply("y1", x)),
    "y1": lambda x: add(apply("y0", x), mul(MINUS_ONE, apply("y1", x), power(x, MINUS_ONE))),
    "k0": lambda x: mul(MINUS_ONE, apply("k1", x)),
    "k1": lambda x: mul(MINUS_ONE, add(apply("k0", x), mul(apply("k1", x), power(x, MINUS_ONE)))),
}
"""The derivative of each elementwise function (Abramowitz and Stegun, 4.2 to 4.6, 5.1, 6.3, 7.1, 9.1 and 9.6).

Of steps, it is the one off their jumps.
"""


def derivative(node: Node, name: str, places: Places) -> Node:
    """Return the derivative of a node by the entry of the tensor `name` at `places`."""
    return differential(node, name, lambda var: mul(*map(delta, var.at, places)))


def differential(node: Node, name: str, seed: Callable[[Var], Node]) -> Node:
    """Return the change of a node when each entry of the tensor `name` changes by ``seed(entry)``."""
    if name not in node.names:
        return ZERO
    return one_layer(node, lambda part: differential(part, name, seed), seed)


def one_layer(node: Node, d: Callable[[Node], Node], seed: Callable[[Var], Node]) -> Node:
    """Apply the rule of a node's outermost operation, with `d` for the changes of its parts."""
    return _RULES[type(node)](node, d, seed)


def _var(node: Var, _: Callable[[Node], Node], seed: Callable[[Var], Node]) -> Node:
    return seed(node)


def _add(node: Add, d: Callable[[Node], Node], _: object) -> Node:
    return add(*map(d, node.args))


def _mul(node: Mul, d: Callable[[Node], Node], _: object) -> Node:
    return add(*(mul(*node.args[:k], d(f), *node.args[k + 1 :]) for k, f in enumerate(node.args)))


def _pow(node: Pow, d: Callable[[Node], Node], _: object) -> Node:
    base, exponent = node.base, node.exponent
    by_base = mul(exponent, power(base, add(exponent, MINUS_ONE)), d(base))
    return add(by_base, mul(node, apply("log", base), d(exponent)))


def _apply(node: Apply, d: Callable[[Node], Node], _: object) -> Node:
    if node.function not in ELEMENTWISE:
        raise NotationError(f"{node.function} has no derivative here: use {', '.join(ELEMENTWISE)}")
    return mul(ELEMENTWISE[node.function](node.arg), d(node.arg))


def _fold(node: Fold, d: Callable[[Node], Node], _: object) -> Node:
    inner = d(node.body)
    if node.kind == "sum":
        return fold("sum", node.over, inner)
    fresh = {i: Index(i.dim) for i in node.over}
    body, inner = substitute(node.body, fresh), substitute(inner, fresh)
    if node.kind == "prod" and (guard := guarded(body)) is not None:
        # off the bracket the factor is 1 and does not change; on it, it is the guarded one
        return mul(node, fold("sum", fresh.values(), mul(power(guard[1], MINUS_ONE), inner)))
    if node.kind == "prod":
        return mul(node, fold("sum", fresh.values(), mul(power(body, MINUS_ONE), inner)))
    best = apply("zero", add(body, mul(MINUS_ONE, node)))
    return fold("sum", fresh.values(), mul(best, inner))


def _of(node: Of, d: Callable[[Node], Node], _: object) -> Node:
    rows, cols = (tuple(Index(i.dim) for i in group) for group in (node.rows, node.cols))
    inner = substitute(d(node.body), dict(zip(node.rows + node.cols, rows + cols, strict=True)))
    if node.kind == "pinv":
        return _pinv(node, inner, rows, cols)
    if node.kind in SPECTRA:
        return _spectral(node, inner, rows, cols)
    if node.kind == "inv":
        middle = len(node.at) // 2
        left, right = (_at(node, "inv", at) for at in (node.at[:middle] + rows, cols + node.at[middle:]))
        return mul(MINUS_ONE, fold("sum", rows + cols, mul(left, inner, right)))
    slope = fold("sum", rows + cols, mul(_at(node, "inv", cols + rows), inner))
    return mul(node, slope) if node.kind == "det" else slope


SPECTRA = ("eigval", "eigvec", "sval", "svd_u", "svd_v", "cholesky")


def _spectral(node: Of, inner: Node, rows: tuple[Index, ...], cols: tuple[Index, ...]) -> Node:
    """Differentiate a single eigenvalue or singular value (Magnus, 1985; Stewart and Sun, 1990): ``u' dA v``."""
    if node.kind not in ("eigval", "sval"):
        raise NotationError(
            f"{node.kind} is not differentiated: differentiate eigenvalues, singular values, det or inv"
        )
    names = ("eigvec", "eigvec") if node.kind == "eigval" else ("svd_u", "svd_v")
    left = _at(node, names[0], rows + node.at)
    right = _at(node, names[1], cols + node.at if node.kind == "eigval" else node.at + cols)
    return fold("sum", rows + cols, mul(left, inner, right))


def _at(node: Of, kind: str, at: Places) -> Node:
    return Of(kind, node.rows, node.cols, node.body, at)


def _pinv(node: Of, inner: Node, rows: tuple[Index, ...], cols: tuple[Index, ...]) -> Node:
    """Differentiate the pseudo-inverse where the rank does not change (Golub and Pereyra, 1973, (4.12))."""
    (a,), (b,) = node.at[: len(node.cols)], node.at[len(node.cols) :]
    (r,), (c,) = rows, cols
    k, l = Index(r.dim), Index(c.dim)

    def plus(i: object, j: object) -> Node:
        return _at(node, "pinv", (i, j))  # type: ignore[arg-type]  # positions

    def matrix(i: object, j: object) -> Node:
        return substitute(node.body, {node.rows[0]: i, node.cols[0]: j})

    first = mul(MINUS_ONE, plus(a, r), inner, plus(c, b))
    # A⁺ A⁺ᵀ dAᵀ (I - A A⁺) and (I - A⁺ A) dAᵀ A⁺ᵀ A⁺: the change of both null spaces
    left = fold("sum", (k,), mul(plus(a, k), plus(c, k)))
    off = add(delta(r, b), mul(MINUS_ONE, fold("sum", (l,), mul(matrix(r, l), plus(l, b)))))
    over = add(delta(a, c), mul(MINUS_ONE, fold("sum", (k,), mul(plus(a, k), matrix(k, c)))))
    right = fold("sum", (l,), mul(plus(l, r), plus(l, b)))
    return fold("sum", rows + cols, add(first, mul(left, inner, off), mul(over, inner, right)))


_RULES: dict[type, Callable[..., Node]] = {
    Var: _var,
    Add: _add,
    Mul: _mul,
    Pow: _pow,
    Apply: _apply,
    Fold: _fold,
    Of: _of,
}


def guarded(body: Node) -> tuple[Node, Node] | None:
    """Read ``1 + c (y - 1)``, a factor ``y`` where the bracket `c` holds and 1 elsewhere; return ``c, y``."""
    if not isinstance(body, Add) or len(body.args) != 2 or body.args[0] != ONE or not isinstance(body.args[1], Mul):
        return None
    bracket, *rest = body.args[1].args
    if not isinstance(bracket, Compare) or len(rest) != 1:
        return None
    return bracket, add(rest[0], ONE)
