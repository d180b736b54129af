"""NumPy's functions, by their definitions in a language's primitives."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from benchmarks.rivalry.language import NUMBERS, UNIT, Language, NoTranslationError, Value
from symbolic.tensors.nodes import Dim

if TYPE_CHECKING:
    from collections.abc import Callable

SQUARE = 2
PLAIN = ("exp", "log", "tanh", "sin", "cos", "tan", "arctan", "arcsin", "arccos", "erf", "gammaln", "digamma", "floor")
FLOATS = {"exp": math.exp, "log": math.log, "sqrt": math.sqrt}


def elementwise(name: str) -> Callable[..., Any]:
    """Return a function of every entry that a language either has or lacks."""

    def function(language: Language, x: Any) -> Any:
        return FLOATS[name](x) if isinstance(x, NUMBERS) and name in FLOATS else language.apply(name, language.value(x))

    return function


exp, log, magnitude, sign = map(elementwise, ("exp", "log", "abs", "sign"))


def sqrt(language: Language, x: Any) -> Any:
    """Return square roots."""
    return math.sqrt(x) if isinstance(x, NUMBERS) else language.power(x, 0.5)


def total(language: Language, x: Value, axis: int | None = None, keepdims: bool = False) -> Value:
    """Return the sum."""
    return language.total(x, axis, keepdims)


def mean(language: Language, x: Value, axis: int | None = None, keepdims: bool = False) -> Value:
    """Return the mean."""
    count = math.prod(map(language.size, x.axes if axis is None else (x.axes[axis],)))
    return total(language, x, axis, keepdims) / count


def var(language: Language, x: Value, axis: int | None = None, ddof: int = 0, keepdims: bool = False) -> Value:
    """Return the variance."""
    squares = (x - mean(language, x, axis, True)) ** 2
    if not ddof:
        return mean(language, squares, axis, keepdims)
    count = math.prod(map(language.size, x.axes if axis is None else (x.axes[axis],)))
    return total(language, squares, axis, keepdims) / (count - ddof)


def std(language: Language, x: Value, axis: int | None = None, ddof: int = 0, keepdims: bool = False) -> Value:
    """Return the standard deviation."""
    return sqrt(language, var(language, x, axis, ddof, keepdims))


def norm(language: Language, x: Value, order: Any = 2) -> Value:
    """Return the norm of a vector; by 2, Frobenius' of a matrix."""
    if isinstance(order, int) and order == SQUARE:
        return sqrt(language, total(language, x**2))
    sizes = magnitude(language, x)
    if isinstance(order, float) and math.isinf(order):
        return language.maximum(sizes, None, False)
    if isinstance(order, int) and order == 1:
        return total(language, sizes)
    return total(language, sizes**order) ** (1 / order)


def any_norm(language: Language, x: Value, order: Any = None) -> Value:
    """Return a norm as NumPy has it: of a matrix too, where no singular values are needed."""
    if order is None or order == "fro":
        return norm(language, x)
    if len(x.axes) != SQUARE:
        return norm(language, x, order)
    if order not in (1, math.inf):
        raise NoTranslationError("singular values")
    return language.maximum(total(language, magnitude(language, x), 0 if order == 1 else 1), None, False)


def softmax(language: Language, x: Value, axis: int = -1) -> Value:
    """Return the softmax along an axis."""
    powers = exp(language, x)
    return powers / total(language, powers, axis, True)


def logsumexp(language: Language, x: Value, axis: int | None = None, keepdims: bool = False) -> Value:
    """Return the logarithm of the sum of exponentials."""
    return log(language, total(language, exp(language, x), axis, keepdims))


def log_softmax(language: Language, x: Value, axis: int = -1) -> Value:
    """Return the logarithm of the softmax."""
    return x - logsumexp(language, x, axis, True)


def layernorm(language: Language, x: Value, eps: Any = 0) -> Value:
    """Return a vector less its mean, by its deviation."""
    if isinstance(eps, NUMBERS) and not eps:
        return (x - mean(language, x, -1, True)) / std(language, x, -1, 0, True)
    return (x - mean(language, x, -1, True)) / sqrt(language, var(language, x, -1, 0, True) + eps)


def sigmoid(language: Language, x: Value) -> Value:
    """Return the logistic function."""
    return 1 / (1 + exp(language, -x))


def softplus(language: Language, x: Value) -> Value:
    """Return log(1 + exp(x))."""
    return log(language, 1 + exp(language, x))


def logaddexp(language: Language, a: Any, b: Any) -> Value:
    """Return log(exp(a) + exp(b))."""
    return log(language, exp(language, a) + exp(language, b))


def gelu(language: Language, x: Value) -> Value:
    """Return x times the normal distribution's function."""
    return x * (1 + language.apply("erf", x / math.sqrt(2))) / 2


def maximum(language: Language, a: Any, b: Any) -> Value:
    """Return the greater of two: one is 0, or it is b + relu(a - b)."""
    if isinstance(a, NUMBERS):
        a, b = b, a
    positive = language.apply("relu", a if isinstance(b, NUMBERS) and not b else a - b)
    return positive if isinstance(b, NUMBERS) and not b else b + positive


def minimum(language: Language, a: Any, b: Any) -> Value:
    """Return the lesser of two."""
    return -maximum(language, -a, -b)


def where(_language: Language, mask: Any, a: Any, b: Any) -> Value:
    """Choose: by a mask of zeros and ones."""
    return mask * a + (1 - mask) * b


def extreme(language: Language, x: Value, axis: int | None = None, keepdims: bool = False) -> Value:
    """Return the greatest."""
    return language.maximum(x, axis, keepdims)


def least(language: Language, x: Value, axis: int | None = None, keepdims: bool = False) -> Value:
    """Return the least."""
    return -language.maximum(-x, axis, keepdims)


def outer(language: Language, a: Value, b: Value) -> Value:
    """Return the outer product."""
    every = slice(None)
    return language.index(a, (every, None)) * language.index(b, (None, every))


def matrix_power(language: Language, x: Value, exponent: int) -> Value:
    """Return a matrix times itself."""
    power = x
    for _ in range(exponent - 1):
        power = language.matmul(power, x)
    return power


def diff(language: Language, x: Value) -> Value:
    """Return the differences of neighbours."""
    return language.index(x, (slice(1, None),)) - language.index(x, (slice(None, -1),))


def inner(language: Language, a: Value, b: Value) -> Value:
    """Return the sum of products of entries."""
    return language.total(a * b, None, False)


def tensordot(language: Language, a: Value, b: Value, axes: Any) -> Value:
    """Contract all axes of two tensors."""
    if axes != ([0, 1], [0, 1]):
        raise NoTranslationError("tensordot")
    return inner(language, a, b)


def average(language: Language, x: Value, weights: Value) -> Value:
    """Return the mean with weights."""
    return inner(language, x, weights) / total(language, weights)


def cross_entropy(language: Language, z: Value, y: Value) -> Value:
    """Return the cross entropy of a distribution and the softmax of logits."""
    return -inner(language, y, log_softmax(language, z))


def identity(language: Language, n: Any) -> Value:
    """Return the identity matrix."""
    dims = _dims(n)
    return language.special("eye", (dims, dims))


def constant(name: str) -> Callable[..., Value]:
    """Return ones or zeros of a shape."""

    def function(language: Language, shape: Any) -> Value:
        sizes = shape if isinstance(shape, tuple) else (shape,)
        return language.special(name, tuple(_dims(n) for n in sizes))

    return function


def _dims(n: Any) -> Any:
    """Return which size a value is."""
    if isinstance(n, int):
        return (Dim("", n),) if n != 1 else UNIT
    if isinstance(n, Value) and n.size is not None:
        return n.size
    raise NoTranslationError("a size")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: elementwise(name) for name in PLAIN},
    "sqrt": sqrt, "abs": magnitude, "sign": sign, "square": lambda _, x: x**2, "power": lambda _, x, p: x**p,
    "sinh": lambda g, x: (exp(g, x) - exp(g, -x)) / 2, "cosh": lambda g, x: (exp(g, x) + exp(g, -x)) / 2,
    "arcsinh": lambda g, x: log(g, x + sqrt(g, x**2 + 1)), "log2": lambda g, x: log(g, x) / math.log(2),
    "log1p": lambda g, x: log(g, 1 + x), "expm1": lambda g, x: exp(g, x) - 1, "sigmoid": sigmoid, "expit": sigmoid,
    "softplus": softplus, "logaddexp": logaddexp, "gelu": gelu, "relu": lambda g, x: g.apply("relu", x),
    "maximum": maximum, "minimum": minimum, "clip": lambda g, x, a, b: minimum(g, maximum(g, x, a), b),
    "where": where, "sum": total, "mean": mean, "var": var, "std": std, "norm": any_norm, "max": extreme,
    "min": least, "ptp": lambda g, x: extreme(g, x) - least(g, x), "softmax": softmax, "logsumexp": logsumexp,
    "log_softmax": log_softmax, "layernorm": layernorm, "cross_entropy": cross_entropy, "average": average,
    "trace": lambda g, x: g.linear("trace", x), "det": lambda g, x: g.linear("det", x),
    "inv": lambda g, x: g.linear("inv", x), "diag": lambda g, x: g.linear("diag", x),
    "logdet": lambda g, x: log(g, g.linear("det", x)), "solve": lambda g, a, b: g.matmul(g.linear("inv", a), b),
    "outer": outer, "dot": lambda g, a, b: g.matmul(a, b), "inner": lambda g, a, b: g.matmul(a, b), "vdot": inner,
    "tensordot": tensordot, "matrix_power": matrix_power, "diff": diff, "eye": identity, "ones": constant("ones"),
    "zeros": constant("zeros"), "einsum": lambda g, s, *a: g.einsum(s, *a), "kron": lambda g, a, b: g.kron(a, b),
}  # fmt: skip
