"""Functions of the vocabulary that work entry by entry, in NumPy's and SciPy's spelling."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors import entries as e
from symbolic.tensors.calculus import ELEMENTWISE
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import (
    HALF,
    MINUS_ONE,
    ONE,
    Node,
    add,
    apply,
    mul,
    number,
    power,
)
from symbolic.tensors.tensor import Tensor, as_number, broadcast

if TYPE_CHECKING:
    from collections.abc import Callable


def of_one(change: Callable[[Node], Node]) -> Callable[..., Tensor]:
    """Return the function of tensors that changes every entry so."""

    def function(x: Any) -> Tensor:
        return tensor(x).map(change)

    return function


def of_two(change: Callable[[Node, Node], Node]) -> Callable[..., Tensor]:
    """Return the function of two tensors that broadcast."""

    def function(x: Any, y: Any) -> Tensor:
        return broadcast(change, tensor(x), tensor(y))

    return function


def where(condition: Any, x: Any, y: Any) -> Tensor:
    """``x`` where the condition holds, else ``y``."""
    return broadcast(e.choice, tensor(condition).map(e.truth), tensor(x), tensor(y))


def clip(x: Any, a_min: Any = None, a_max: Any = None) -> Tensor:
    """``min(max(x, a_min), a_max)``."""
    x = tensor(x)
    low, high = (None if end is None else tensor(end) for end in (a_min, a_max))
    if low is not None and high is not None and _is_below(low, high):
        return broadcast(lambda a, p, q: e.choice(e.greater(a, q), q, e.maximum(a, p)), x, low, high)
    x = x if low is None else broadcast(e.maximum, x, low)
    return x if high is None else broadcast(e.minimum, x, high)


def _is_below(low: Tensor, high: Tensor) -> bool:
    ends = [as_number(end) for end in (low, high)]
    return ends[0] is not None and ends[1] is not None and ends[0].value <= ends[1].value


def leaky_relu(x: Any, alpha: Any = None) -> Tensor:
    """``x`` where it is positive, else ``alpha * x``."""
    slope = Tensor((), number(Fraction(1, 100))) if alpha is None else tensor(alpha)
    return broadcast(lambda x, a: e.choice(apply("positive", x), x, mul(a, x)), tensor(x), slope)


def elu(x: Any, alpha: Any = None) -> Tensor:
    """``x`` where it is positive, else ``alpha * (exp(x) - 1)``."""
    slope = Tensor((), ONE) if alpha is None else tensor(alpha)

    def entry(x: Node, a: Node) -> Node:
        return e.choice(apply("positive", x), x, mul(a, e.difference(apply("exp", x), ONE)))

    return broadcast(entry, tensor(x), slope)


def gelu(x: Any) -> Tensor:
    """``x Φ(x)``, with the normal distribution function."""
    half = mul(HALF, power(number(2), HALF))
    return tensor(x).map(lambda x: mul(HALF, x, add(ONE, apply("erf", mul(x, half)))))


def heaviside(x: Any, y: Any) -> Tensor:
    """1 where ``x`` is positive, ``y`` where it is 0."""
    return broadcast(lambda x, y: add(apply("positive", x), mul(apply("zero", x), y)), tensor(x), tensor(y))


def bessel(kind: str) -> Callable[..., Tensor]:
    """Return a Bessel function by its order, 0 or 1."""

    def function(v: Any, x: Any) -> Tensor:
        order = tensor(v).entry
        if order not in (number(0), number(1)):
            raise FormulaError(f"{kind} is known for the orders 0 and 1, written out")
        return tensor(x).map(partial(apply, f"{kind}{order.value}"))

    return function


def _damped(name: str, sign: int) -> Callable[[Node], Node]:
    """Return a Bessel function times ``exp(-|x|)`` (sign -1) or ``exp(x)``."""
    size: Callable[[Node], Node] = (lambda x: x) if sign > 0 else (lambda x: e.negative(apply("abs", x)))
    return lambda x: mul(apply("exp", size(x)), apply(name, x))


ONE_NUMBER: dict[str, Callable[[Node], Node]] = {
    **{name: partial(apply, name) for name in (*ELEMENTWISE, "sqrt", "trigamma") if name not in e.STEPS},
    "floor": e.floor,
    "ceil": e.ceil,
    "trunc": e.trunc,
    "rint": e.rint,
    "log2": e.log_of(2),
    "log10": e.log_of(10),
    "exp2": lambda x: power(number(2), x),
    "exp10": lambda x: power(number(10), x),
    "cbrt": lambda x: mul(apply("sign", x), power(apply("abs", x), number(Fraction(1, 3)))),
    "radians": e.radians,
    "degrees": e.degrees,
    "sinc": e.sinc,
    "positive": lambda x: x,
    "square": e.square,
    "reciprocal": lambda x: e.quotient(ONE, x),
    "negative": e.negative,
    "silu": lambda x: mul(x, apply("sigmoid", x)),
    "log_expit": lambda x: e.negative(apply("softplus", e.negative(x))),
    "logit": lambda x: e.difference(apply("log", x), apply("log", e.difference(ONE, x))),
    "sech": lambda x: power(apply("cosh", x), MINUS_ONE),
    "ndtr": e.ndtr,
    "log_ndtr": lambda x: apply("log", e.ndtr(x)),
    "ndtri": e.ndtri,
    "entr": lambda x: mul(MINUS_ONE, x, apply("log", x)),
    "rgamma": lambda x: power(apply("gamma", x), MINUS_ONE),
    "dawsn": e.dawsn,
    "erfcx": lambda x: mul(apply("exp", e.square(x)), apply("erfc", x)),
    "erfcinv": lambda x: apply("erfinv", e.difference(ONE, x)),
    "exp1": lambda x: e.negative(apply("expi", e.negative(x))),
    "exprel": lambda x: e.quotient(apply("expm1", x), x),
    "cosm1": lambda x: mul(number(-2), e.square(apply("sin", mul(HALF, x)))),
    "sindg": lambda x: apply("sin", e.radians(x)),
    "cosdg": lambda x: apply("cos", e.radians(x)),
    "logical_not": lambda x: e.opposite(e.truth(x)),
    **{f"{name}e": _damped(name, -1 if name.startswith("i") else 1) for name in ("i0", "i1", "k0", "k1")},
}
TWO_NUMBERS: dict[str, Callable[[Node, Node], Node]] = {
    **e.COMPARISONS,
    "add": add,
    "subtract": e.difference,
    "multiply": mul,
    "divide": e.quotient,
    "power": power,
    "maximum": e.maximum,
    "minimum": e.minimum,
    "remainder": e.remainder,
    "floor_divide": lambda a, b: e.floor(e.quotient(a, b)),
    "logaddexp": e.log_add_exp,
    "logaddexp2": lambda a, b: e.log_of(2)(add(power(number(2), a), power(number(2), b))),
    "hypot": lambda a, b: power(add(e.square(a), e.square(b)), HALF),
    "arctan2": e.arctan2,
    "copysign": e.copysign,
    "logical_and": e.both,
    "logical_or": e.either,
    "xlogy": lambda a, b: mul(a, apply("log", b)),
    "xlog1py": lambda a, b: mul(a, apply("log1p", b)),
    "rel_entr": e.rel_entr,
    "kl_div": lambda a, b: add(e.rel_entr(a, b), e.negative(a), b),
    "huber": e.huber,
    "pseudo_huber": e.pseudo_huber,
    "boxcox": e.boxcox,
    "boxcox1p": lambda a, by: e.boxcox(add(ONE, a), by),
    "beta": e.beta,
    "betaln": e.log_beta,
    "binom": e.binom,
    "poch": e.poch,
}
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    **{name: of_one(change) for name, change in ONE_NUMBER.items()},
    **{name: of_two(change) for name, change in TWO_NUMBERS.items()},
    **{name: bessel(name[0]) for name in ("jv", "jn", "yv", "yn", "iv", "kv", "kn")},
    "where": where,
    "clip": clip,
    "leaky_relu": leaky_relu,
    "elu": elu,
    "gelu": gelu,
    "heaviside": heaviside,
    "nan_to_num": of_one(lambda x: x),
    "conj": of_one(lambda x: x),
}
SPELLINGS = {
    "expit": "sigmoid", "logistic": "sigmoid", "absolute": "abs", "fabs": "abs", "atan": "arctan", "asin": "arcsin",
    "acos": "arccos", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh", "atan2": "arctan2", "ln": "log",
    "pow": "power", "float_power": "power", "hadamard": "multiply", "true_divide": "divide", "lgamma": "gammaln",
    "loggamma": "gammaln", "psi": "digamma", "deg2rad": "radians", "rad2deg": "degrees", "swish": "silu",
    "log_sigmoid": "log_expit", "fmax": "maximum", "fmin": "minimum", "mod": "remainder",
}  # fmt: skip
FUNCTIONS |= {other: FUNCTIONS[name] for other, name in SPELLINGS.items()}
