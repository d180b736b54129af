"""The functions of the vocabulary, in NumPy's and SciPy's spelling: each a formula of entries."""

from __future__ import annotations

import inspect
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors import linalg, more, shaping
from symbolic.tensors.arguments import axes_of, keep
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    ONE,
    ZERO,
    Constant,
    Index,
    Node,
    add,
    apply,
    compare,
    fold,
    mul,
    number,
    power,
    substitute,
)
from symbolic.tensors.tensor import Tensor, as_number, broadcast, matmul, reduce, scalar, size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def call(name: str, arguments: Sequence[Any], keywords: dict[str, Any]) -> Any:
    """Call a function of the vocabulary.

    Raises
    ------
    FormulaError
        The arguments do not fit.
    """
    function = FUNCTIONS[name]
    try:
        bound = inspect.signature(function).bind(*arguments, **keywords)
    except TypeError as error:
        raise FormulaError(f"{name}: {error}; it is called as {name}{inspect.signature(function)}") from None
    for key, value in bound.arguments.items():
        if isinstance(value, (bool, str)) and key in ("x", "y", "a", "b"):
            raise FormulaError(f"{name} takes a tensor for {key}, not {value!r}")
    try:
        return function(*bound.args, **bound.kwargs)
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        if isinstance(error, FormulaError):
            raise
        given = ", ".join(_described(a) for a in (*bound.args, *bound.kwargs.values()))
        raise FormulaError(
            f"{name} does not take ({given}); it is called as {name}{inspect.signature(function)}"
        ) from error


def _described(value: object) -> str:
    return f"a tensor of shape {value}" if isinstance(value, Tensor) else repr(value)[:40]


# -- elementwise ----------------------------------------------------------------------------------------------


def _elementwise(change: Callable[[Node], Node]) -> Callable[..., Tensor]:
    def function(x: Any) -> Tensor:
        return tensor(x).map(change)

    return function


def _binary(change: Callable[[Node, Node], Node]) -> Callable[..., Tensor]:
    def function(x: Any, y: Any) -> Tensor:
        return broadcast(change, tensor(x), tensor(y))

    return function


def _minus(a: Node, b: Node) -> Node:
    return add(a, mul(MINUS_ONE, b))


def _where_entry(c: Node, a: Node, b: Node) -> Node:
    return add(mul(c, a), mul(_minus(ONE, c), b))


def _maximum(a: Node, b: Node) -> Node:
    return _where_entry(apply("positive", _minus(a, b)), a, b)


def _minimum(a: Node, b: Node) -> Node:
    return _where_entry(apply("positive", _minus(a, b)), b, a)


def _log_add_exp(a: Node, b: Node) -> Node:
    return apply("log", add(apply("exp", a), apply("exp", b)))


def _radians(x: Node) -> Node:
    return mul(Constant("pi"), x, number(Fraction(1, 180)))


def _sinc(x: Node) -> Node:
    turned = mul(Constant("pi"), x)
    return mul(apply("sin", turned), power(turned, MINUS_ONE))


def _arctan2(a: Node, b: Node) -> Node:
    """Return the angle of a point: left of the vertical axis, by a half turn away from that of its mirror image."""
    turn = mul(Constant("pi"), apply("sign", a), apply("positive", mul(MINUS_ONE, b)))
    return add(apply("arctan", mul(a, power(b, MINUS_ONE))), turn)


def _polyval(p: Any, x: Any) -> Tensor:
    """``np.polyval``: coefficients from the highest power down, by Horner's rule."""
    first, *rest = (tensor(c) for c in p)
    for c in rest:
        first = broadcast(lambda a, b, d: add(mul(a, b), d), first, tensor(x), c)
    return first


def where(condition: Any, x: Any, y: Any) -> Tensor:
    """``x`` where the condition holds, else ``y``."""
    return broadcast(_where_entry, tensor(condition), tensor(x), tensor(y))


def clip(x: Any, a_min: Any = None, a_max: Any = None) -> Tensor:
    """``min(max(x, a_min), a_max)``."""
    x = tensor(x)
    low, high = (None if end is None else tensor(end) for end in (a_min, a_max))
    ends = [as_number(end) for end in (low, high)]
    if low is not None and high is not None and all(ends) and ends[0].value <= ends[1].value:  # type: ignore[union-attr]  # both are there
        return broadcast(lambda a, e, b: _where_entry(apply("positive", _minus(a, b)), b, _maximum(a, e)), x, low, high)
    x = x if low is None else broadcast(_maximum, x, low)
    return x if high is None else broadcast(_minimum, x, high)


def leaky_relu(x: Any, alpha: Any = None) -> Tensor:
    """``x`` where it is positive, else ``alpha * x``."""
    slope = scalar(number(Fraction(1, 100))) if alpha is None else tensor(alpha)
    return broadcast(lambda x, a: _where_entry(apply("positive", x), x, mul(a, x)), tensor(x), slope)


def elu(x: Any, alpha: Any = None) -> Tensor:
    """``x`` where it is positive, else ``alpha * (exp(x) - 1)``."""
    slope = scalar(1) if alpha is None else tensor(alpha)

    def entry(x: Node, a: Node) -> Node:
        return _where_entry(apply("positive", x), x, mul(a, _minus(apply("exp", x), ONE)))

    return broadcast(entry, tensor(x), slope)


def gelu(x: Any) -> Tensor:
    """``x Φ(x)``, with the normal distribution function."""
    half = mul(HALF, power(number(2), HALF))
    return tensor(x).map(lambda x: mul(HALF, x, add(ONE, apply("erf", mul(x, half)))))


# -- reductions -----------------------------------------------------------------------------------------------


def _reduction(kind: str) -> Callable[..., Tensor]:
    def function(x: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
        x = tensor(x)
        return reduce(x, kind, axes_of(x, axis), keep(keepdims))

    return function


def mean(x: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """The mean along axes."""
    x = tensor(x)
    over = axes_of(x, axis)
    count = power(size_of(x.axes[k] for k in over), MINUS_ONE)
    return reduce(x, "sum", over, keep(keepdims)).map(lambda s: mul(count, s))


def var(x: Any, axis: Any = None, ddof: Any = None, keepdims: Any = False) -> Tensor:
    """The variance along axes."""
    x = tensor(x)
    over = axes_of(x, axis)
    centred = broadcast(_minus, x, mean(x, axis, True))
    count = size_of(x.axes[k] for k in over)
    freedom = power(count if ddof is None else _minus(count, tensor(ddof).entry), MINUS_ONE)
    squares = centred.map(lambda s: power(s, number(2)))
    return reduce(squares, "sum", over, keep(keepdims)).map(lambda s: mul(freedom, s))


def std(x: Any, axis: Any = None, ddof: Any = None, keepdims: Any = False) -> Tensor:
    """The standard deviation along axes."""
    return var(x, axis, ddof, keepdims).map(lambda v: power(v, HALF))


def logsumexp(x: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """``log(sum(exp(x)))`` along axes."""
    x = tensor(x).map(lambda s: apply("exp", s))
    return reduce(x, "sum", axes_of(x, axis), keep(keepdims)).map(lambda s: apply("log", s))


def softmax(x: Any, axis: Any = -1) -> Tensor:
    """``exp(x) / sum(exp(x))`` along axes, the last one where none is given."""
    axis = scalar(axis) if isinstance(axis, int) else axis
    e = tensor(x).map(lambda s: apply("exp", s))
    return broadcast(lambda a, b: mul(a, power(b, MINUS_ONE)), e, reduce(e, "sum", axes_of(e, axis), True))


def log_softmax(x: Any, axis: Any = -1) -> Tensor:
    """``x - log(sum(exp(x)))`` along axes, the last one where none is given."""
    axis = scalar(axis) if isinstance(axis, int) else axis
    return broadcast(_minus, tensor(x), logsumexp(x, axis, True))


def cross_entropy(x: Any, y: Any) -> Tensor:
    """``-sum(y * log_softmax(x))`` over the last axis, its mean over the others; ``x`` are logits, ``y`` weights."""
    x, y = tensor(x), tensor(y)
    terms = broadcast(lambda a, b: mul(MINUS_ONE, a, b), y, log_softmax(x, scalar(-1)))
    return mean(reduce(terms, "sum", [terms.rank - 1], False))


def layernorm(x: Any, gamma: Any = None, beta: Any = None, eps: Any = None) -> Tensor:
    """``(x - mean) / sqrt(var + eps)`` along the last axis, times gamma, plus beta."""
    x = tensor(x)
    last = scalar(-1)
    spread = var(x, last, None, True)
    if eps is not None:
        spread = broadcast(add, spread, tensor(eps))
    scaled = broadcast(
        lambda a, m, s: mul(_minus(a, m), power(s, number(Fraction(-1, 2)))), x, mean(x, last, True), spread
    )
    scaled = scaled if gamma is None else broadcast(mul, scaled, tensor(gamma))
    return scaled if beta is None else broadcast(add, scaled, tensor(beta))


def _cumulative(kind: str) -> Callable[..., Tensor]:
    def function(x: Any, axis: Any = None) -> Tensor:
        x = tensor(x)
        over = axes_of(x, axis if axis is not None or x.rank == 1 else None)
        if len(over) != 1 or len(x.axes[over[0]]) != 1:
            raise FormulaError(f"a running {kind} goes along one plain axis: give axis=")
        (i,) = x.axes[over[0]]
        k = Index(i.dim)
        upto = compare("<=", k, i)
        body = substitute(x.entry, {i: k})
        term = mul(upto, body) if kind == "sum" else add(ONE, mul(upto, _minus(body, ONE)))
        return Tensor(x.axes, fold(kind, (k,), term))

    return function


def _same(x: Any) -> Tensor:
    return tensor(x)


ONE_ARGUMENT = [
    "exp",
    "log",
    "sin",
    "cos",
    "tan",
    "sinh",
    "cosh",
    "tanh",
    "arctan",
    "arcsin",
    "arccos",
    "arcsinh",
    "arccosh",
    "arctanh",
    "log1p",
    "expm1",
    "sqrt",
    "sigmoid",
    "softplus",
    "abs",
    "relu",
    "erf",
    "erfc",
    "sign",
    "floor",
    "gammaln",
    "digamma",
]
SPELLINGS = {
    "expit": "sigmoid", "logistic": "sigmoid", "absolute": "abs", "fabs": "abs",
    "atan": "arctan", "asin": "arcsin", "acos": "arccos", "amax": "max",
    "amin": "min", "ln": "log", "asarray": "array", "tr": "trace",
    "pow": "power", "hadamard": "multiply", "true_divide": "divide", "layer_norm": "layernorm",
    "log_sum_exp": "logsumexp", "outerproduct": "outer", "flatten": "ravel", "atleast_1d": "array",
    "inverse": "inv", "lgamma": "gammaln", "loggamma": "gammaln", "psi": "digamma", "matrix_norm": "norm",
    "eigvals_symmetric": "eigvalsh", "batch_matmul": "matmul",
}  # fmt: skip

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _elementwise(partial(apply, name)) for name in ONE_ARGUMENT},
    "log2": _elementwise(lambda x: mul(apply("log", x), power(apply("log", number(2)), MINUS_ONE))),
    "log10": _elementwise(lambda x: mul(apply("log", x), power(apply("log", number(10)), MINUS_ONE))),
    "exp2": _elementwise(lambda x: power(number(2), x)),
    "cbrt": _elementwise(lambda x: mul(apply("sign", x), power(apply("abs", x), number(Fraction(1, 3))))),
    "deg2rad": _elementwise(_radians),
    "radians": _elementwise(_radians),
    "sinc": _elementwise(_sinc),
    "nan_to_num": _elementwise(lambda x: x),
    "conj": _elementwise(lambda x: x),
    "arctan2": _binary(_arctan2),
    "polyval": _polyval,
    "square": _elementwise(lambda x: power(x, number(2))),
    "reciprocal": _elementwise(lambda x: power(x, MINUS_ONE)),
    "negative": _elementwise(lambda x: mul(MINUS_ONE, x)),
    "silu": _elementwise(lambda x: mul(x, apply("sigmoid", x))),
    "swish": _elementwise(lambda x: mul(x, apply("sigmoid", x))),
    "heaviside": _binary(lambda x, _: apply("positive", x)),
    "log_sigmoid": _elementwise(lambda x: mul(MINUS_ONE, apply("softplus", mul(MINUS_ONE, x)))),
    "logit": _elementwise(lambda x: _minus(apply("log", x), apply("log", _minus(ONE, x)))),
    "add": _binary(add), "subtract": _binary(_minus), "multiply": _binary(mul), "power": _binary(power),
    "divide": _binary(lambda a, b: mul(a, power(b, MINUS_ONE))),
    "maximum": _binary(_maximum), "minimum": _binary(_minimum), "logaddexp": _binary(_log_add_exp),
    "hypot": _binary(lambda a, b: power(add(power(a, number(2)), power(b, number(2))), HALF)),
    "greater": _binary(lambda a, b: apply("positive", _minus(a, b))),
    "equal": _binary(lambda a, b: apply("zero", _minus(a, b))),
    "xlogy": _binary(lambda a, b: mul(a, apply("log", b))),
    "where": where, "clip": clip, "leaky_relu": leaky_relu, "elu": elu, "gelu": gelu,
    "sum": _reduction("sum"), "prod": _reduction("prod"), "max": _reduction("max"), "min": _reduction("min"),
    "mean": mean, "var": var, "std": std, "logsumexp": logsumexp, "softmax": softmax, "log_softmax": log_softmax,
    "cross_entropy": cross_entropy, "layernorm": layernorm,
    "cumsum": _cumulative("sum"), "cumprod": _cumulative("prod"),
    "ones": shaping.filled(1), "zeros": shaping.filled(0), "full": shaping.full,
    "ones_like": shaping.like(1), "zeros_like": shaping.like(0), "eye": shaping.eye,
    "identity": shaping.eye, "arange": shaping.arange, "reshape": shaping.reshape,
    "ravel": shaping.ravel, "vec": shaping.vec, "stack": shaping.stack,
    "append": shaping.append, "concatenate": shaping.concatenate, "hstack": shaping.hstack, "vstack": shaping.vstack,
    "column_stack": shaping.column_stack, "diff": shaping.diff,
    "expand_dims": shaping.expand_dims, "squeeze": shaping.squeeze, "broadcast_to": shaping.broadcast_to,
    "one_hot": shaping.one_hot, "array": _same, "float": _same,
    "copy": _same, "real": _same,
    "astype": lambda x, dtype: _same(x), "len": lambda x: scalar(size_of(tensor(x).axes[:1])),  # noqa: ARG005
    "size": lambda x: scalar(size_of(tensor(x).axes)),
    "matmul": lambda a, b: matmul(tensor(a), tensor(b)),
    **{name: vars(room)[name] for room in (linalg, more) for name in room.__all__},
}  # fmt: skip
FUNCTIONS["float32"] = FUNCTIONS["float64"] = _same
FUNCTIONS |= {other: FUNCTIONS[name] for other, name in SPELLINGS.items() if name in FUNCTIONS}

METHODS = {
    name: name
    for name in [
        "sum",
        "prod",
        "max",
        "min",
        "mean",
        "var",
        "std",
        "cumsum",
        "cumprod",
        "dot",
        "trace",
        "transpose",
        "reshape",
        "ravel",
        "flatten",
        "copy",
        "squeeze",
        "clip",
        "astype",
        "diagonal",
        "ptp",
        "argmax",
        "argmin",
        "conj",
    ]
}
__all__ = ["FUNCTIONS", "METHODS", "ZERO", "call"]
