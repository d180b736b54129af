"""The functions of the vocabulary, in NumPy's and SciPy's spelling: each a formula of entries."""

from __future__ import annotations

import inspect
import itertools
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors import linalg, more
from symbolic.tensors.arguments import axes_of, dims_of, keep, whole
from symbolic.tensors.indexing import indexed, joined, stacked
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    ONE,
    ZERO,
    Index,
    Node,
    Where,
    add,
    apply,
    compare,
    delta,
    fixed,
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
    return function(*bound.args, **bound.kwargs)


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


def where(condition: Any, x: Any, y: Any) -> Tensor:
    """``x`` where the condition holds, else ``y``."""
    return broadcast(_where_entry, tensor(condition), tensor(x), tensor(y))


def clip(x: Any, a_min: Any = None, a_max: Any = None) -> Tensor:
    """``min(max(x, a_min), a_max)``."""
    x = tensor(x)
    x = x if a_min is None else broadcast(_maximum, x, tensor(a_min))
    return x if a_max is None else broadcast(_minimum, x, tensor(a_max))


def leaky_relu(x: Any, alpha: Any = None) -> Tensor:
    """``x`` where it is positive, else ``alpha * x``."""
    slope = scalar(number(Fraction(1, 100))) if alpha is None else tensor(alpha)
    return broadcast(lambda x, a: _where_entry(apply("positive", x), x, mul(a, x)), tensor(x), slope)


def elu(x: Any, alpha: Any = None) -> Tensor:
    """``x`` where it is positive, else ``alpha * (exp(x) - 1)``."""
    slope = scalar(1) if alpha is None else tensor(alpha)
    rest = lambda x, a: mul(a, _minus(apply("exp", x), ONE))  # noqa: E731 - one formula
    return broadcast(lambda x, a: _where_entry(apply("positive", x), x, rest(x, a)), tensor(x), slope)


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


def softmax(x: Any, axis: Any = None) -> Tensor:
    """``exp(x) / sum(exp(x))`` along axes."""
    e = tensor(x).map(lambda s: apply("exp", s))
    return broadcast(lambda a, b: mul(a, power(b, MINUS_ONE)), e, reduce(e, "sum", axes_of(e, axis), True))


def log_softmax(x: Any, axis: Any = None) -> Tensor:
    """``x - log(sum(exp(x)))`` along axes."""
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


# -- making and shaping ---------------------------------------------------------------------------------------


def _filled(value: int) -> Callable[..., Tensor]:
    def function(shape: Any) -> Tensor:
        return Tensor(tuple(tuple(map(Index, axis)) for axis in dims_of(shape)), number(value))

    return function


def _like(value: int) -> Callable[..., Tensor]:
    def function(x: Any) -> Tensor:
        x = tensor(x)
        return Tensor(x.renamed().axes, number(value))

    return function


def full(shape: Any, fill_value: Any) -> Tensor:
    """A tensor of one number."""
    return broadcast(lambda _, v: v, _filled(0)(shape), tensor(fill_value))


def eye(N: Any, M: Any = None) -> Tensor:
    """The identity matrix."""
    (axis,) = dims_of(N)[:1]
    if M is not None and dims_of(M)[0] != axis:
        raise FormulaError("eye is square here: give one size")
    rows, cols = tuple(map(Index, axis)), tuple(map(Index, axis))
    return Tensor((rows, cols), mul(*map(delta, rows, cols)))


def arange(start: Any, stop: Any = None) -> Tensor:
    """``0, 1, … n - 1``."""
    first = 0
    if stop is not None:
        first, start = whole(start, "start"), stop
    axis = dims_of(start)[0]
    if first or len(axis) != 1:
        raise FormulaError("arange counts from 0 to one plain size")
    i = Index(axis[0])
    return Tensor(((i,),), Where(i))


def reshape(x: Any, *shape: Any, order: Any = "C") -> Tensor:
    """Merge axes, or part a merged axis: every index stays as it is."""
    x = tensor(x)
    asked = shape[0] if len(shape) == 1 else shape
    x = x if order == "C" else Tensor(x.axes[::-1], x.entry)
    flat = x.indices
    if isinstance(asked, Tensor) and as_number(asked) == MINUS_ONE:
        return Tensor((flat,), x.entry)
    sizes = list(asked) if isinstance(asked, tuple) else [asked]
    if order != "C":
        sizes.reverse()
    free = [k for k, s in enumerate(sizes) if isinstance(s, Tensor) and as_number(s) == MINUS_ONE]
    dims = [() if k in free else dims_of(s)[0] for k, s in enumerate(sizes)]
    if len(free) == 1:
        spare = len(flat) - sum(map(len, dims))
        before = sum(map(len, dims[: free[0]]))
        dims[free[0]] = tuple(i.dim for i in flat[before : before + max(spare, 0)])
    if tuple(d for axis in dims for d in axis) != tuple(i.dim for i in flat):
        raise FormulaError(f"a tensor of shape {x} is not reshaped so for every size: merge or part whole axes")
    ends = list(itertools.accumulate(map(len, dims)))
    axes = [flat[end - len(axis) : end] for axis, end in zip(dims, ends, strict=True)]
    return Tensor(tuple(axes if order == "C" else axes[::-1]), x.entry)


def ravel(x: Any, order: Any = "C") -> Tensor:
    """Merge all axes into one; ``order='F'`` stacks columns."""
    return reshape(x, scalar(-1), order=order)


def vec(x: Any) -> Tensor:
    """Stack the columns."""
    return ravel(x, "F")


def _stack(arrays: Any, axis: Any = None) -> Tensor:
    return stacked([tensor(a) for a in arrays], 0 if axis is None else whole(axis, "axis"))


def concatenate(arrays: Any, axis: Any = None) -> Tensor:
    """Join along an axis; at most one part has a named size there."""
    return joined([tensor(a) for a in arrays], 0 if axis is None else whole(axis, "axis"))


def diff(x: Any) -> Tensor:
    """``x[1:] - x[:-1]`` along the last axis."""
    x = tensor(x)
    ends = [(Ellipsis, slice(scalar(1), None, None)), (Ellipsis, slice(None, scalar(-1), None))]
    return broadcast(_minus, *(indexed(x, key) for key in ends))


def expand_dims(x: Any, axis: Any) -> Tensor:
    """Put in an axis of size 1."""
    x, k = tensor(x), whole(axis, "axis")
    k = k + x.rank + 1 if k < 0 else k
    return Tensor((*x.axes[:k], (), *x.axes[k:]), x.entry)


def squeeze(x: Any) -> Tensor:
    """Leave out the axes of size 1."""
    x = tensor(x)
    return Tensor(tuple(axis for axis in x.axes if axis), x.entry)


def broadcast_to(x: Any, shape: Any) -> Tensor:
    """Repeat along axes of size 1."""
    return broadcast(lambda x, _: x, tensor(x), _filled(0)(shape))


def one_hot(k: Any, n: Any) -> Tensor:
    """The unit vector with a 1 at `k`."""
    i = Index(dims_of(n)[0][0])
    return Tensor(((i,),), delta(i, fixed(whole(k, "k"), i.dim)))


def _same(x: Any) -> Tensor:
    return tensor(x)


ONE_ARGUMENT = ["exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arctan", "arcsin", "arccos", "arcsinh", "arccosh", "arctanh", "log1p", "expm1", "sqrt", "sigmoid", "softplus", "abs", "relu", "erf", "erfc", "sign", "floor", "gammaln", "digamma"]
SPELLINGS = {
    "expit": "sigmoid", "logistic": "sigmoid", "absolute": "abs", "fabs": "abs", "atan": "arctan", "asin": "arcsin",
    "acos": "arccos", "amax": "max", "amin": "min", "ln": "log", "asarray": "array", "tr": "trace", "pow": "power",
    "hadamard": "multiply", "true_divide": "divide", "layer_norm": "layernorm", "log_sum_exp": "logsumexp",
    "outerproduct": "outer", "flatten": "ravel", "atleast_1d": "array", "inverse": "inv", "lgamma": "gammaln", "loggamma": "gammaln", "psi": "digamma", "eigvals_symmetric": "eigvalsh", "batch_matmul": "matmul",
}  # fmt: skip

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _elementwise(lambda x, name=name: apply(name, x)) for name in ONE_ARGUMENT},
    "log2": _elementwise(lambda x: mul(apply("log", x), power(apply("log", number(2)), MINUS_ONE))),
    "log10": _elementwise(lambda x: mul(apply("log", x), power(apply("log", number(10)), MINUS_ONE))),
    "exp2": _elementwise(lambda x: power(number(2), x)),
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
    "ones": _filled(1), "zeros": _filled(0), "full": full, "ones_like": _like(1), "zeros_like": _like(0),
    "eye": eye, "identity": eye, "arange": arange, "reshape": reshape, "ravel": ravel, "vec": vec, "stack": _stack,
    "concatenate": concatenate, "hstack": concatenate, "diff": diff, "expand_dims": expand_dims, "squeeze": squeeze,
    "broadcast_to": broadcast_to, "one_hot": one_hot, "array": _same, "float": _same, "copy": _same, "real": _same,
    "astype": lambda x, dtype: _same(x), "len": lambda x: scalar(size_of(tensor(x).axes[:1])),  # noqa: ARG005
    "size": lambda x: scalar(size_of(tensor(x).axes)),
    "matmul": lambda a, b: matmul(tensor(a), tensor(b)),
    **{name: vars(room)[name] for room in (linalg, more) for name in room.__all__},
}  # fmt: skip
FUNCTIONS["float32"] = FUNCTIONS["float64"] = _same
FUNCTIONS |= {other: FUNCTIONS[name] for other, name in SPELLINGS.items() if name in FUNCTIONS}

METHODS = {
    name: name
    for name in ["sum", "prod", "max", "min", "mean", "var", "std", "cumsum", "cumprod", "dot", "trace", "transpose", "reshape", "ravel", "flatten", "copy", "squeeze", "clip", "astype", "diagonal", "ptp", "argmax", "argmin"]
}
__all__ = ["FUNCTIONS", "METHODS", "ZERO", "call"]
