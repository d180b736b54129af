"""The functions of the vocabulary, in NumPy's and SciPy's spelling: each a formula of entries; reductions."""

from __future__ import annotations

import inspect
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors import (
    arranging,
    elementwise,
    linalg,
    more,
    order,
    polynomials,
    shaping,
    signal,
    triangles,
    ufuncs,
)
from symbolic.tensors import entries as e
from symbolic.tensors.arguments import axes_of, keep
from symbolic.tensors.elementwise import where
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import HALF, MINUS_ONE, add, apply, mul, number, power
from symbolic.tensors.tensor import Tensor, broadcast, matmul, reduce, scalar, size_of
from symbolic.tensors.ufuncs import running

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
        raise FormulaError(f"{name}: {error}; it is called as {_usage(name)}") from None
    for key, value in bound.arguments.items():
        if isinstance(value, (bool, str)) and key in ("x", "y", "a", "b"):
            raise FormulaError(f"{name} takes a tensor for {key}, not {value!r}")
    try:
        return function(*bound.args, **bound.kwargs)
    except (TypeError, ValueError, IndexError, AttributeError) as error:
        if isinstance(error, FormulaError):
            raise
        given = ", ".join(_described(a) for a in (*bound.args, *bound.kwargs.values()))
        raise FormulaError(f"{name} does not take ({given}); it is called as {_usage(name)}") from error


def _usage(name: str) -> str:
    signature = inspect.signature(FUNCTIONS[name])
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    return f"{name}{signature.replace(parameters=plain, return_annotation=inspect.Signature.empty)}"


def _described(value: object) -> str:
    return f"a tensor of shape {value}" if isinstance(value, Tensor) else repr(value)[:40]


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
    centred = broadcast(e.difference, x, mean(x, axis, True))
    count = size_of(x.axes[k] for k in over)
    freedom = power(count if ddof is None else e.difference(count, tensor(ddof).entry), MINUS_ONE)
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
    x = tensor(x).map(lambda s: apply("exp", s))
    return broadcast(e.quotient, x, reduce(x, "sum", axes_of(x, axis), True))


def log_softmax(x: Any, axis: Any = -1) -> Tensor:
    """``x - log(sum(exp(x)))`` along axes, the last one where none is given."""
    return broadcast(e.difference, tensor(x), logsumexp(x, axis, True))


def cross_entropy(x: Any, y: Any) -> Tensor:
    """``-sum(y * log_softmax(x))`` over the last axis, its mean over the others; ``x`` are logits, ``y`` weights."""
    x, y = tensor(x), tensor(y)
    terms = broadcast(lambda a, b: mul(MINUS_ONE, a, b), y, log_softmax(x, -1))
    return mean(reduce(terms, "sum", [terms.rank - 1], False))


def layernorm(x: Any, gamma: Any = None, beta: Any = None, eps: Any = None) -> Tensor:
    """``(x - mean) / sqrt(var + eps)`` along the last axis, times gamma, plus beta."""
    x = tensor(x)
    last = -1
    spread = var(x, last, None, True)
    if eps is not None:
        spread = broadcast(add, spread, tensor(eps))
    scaled = broadcast(
        lambda a, m, s: mul(e.difference(a, m), power(s, number(Fraction(-1, 2)))), x, mean(x, last, True), spread
    )
    scaled = scaled if gamma is None else broadcast(mul, scaled, tensor(gamma))
    return scaled if beta is None else broadcast(add, scaled, tensor(beta))


def _cumulative(kind: str) -> Callable[..., Tensor]:
    def function(x: Any, axis: Any = None) -> Tensor:
        x = tensor(x)
        over = axes_of(x, axis if axis is not None or x.rank == 1 else None)
        if len(over) != 1 or len(x.axes[over[0]]) != 1:
            raise FormulaError(f"a running {kind} goes along one plain axis: give axis=")
        return running(x, kind, over[0])

    return function


def every(x: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """1 where no entry along axes is 0."""
    x = tensor(x).map(e.truth)
    return reduce(x, "prod", axes_of(x, axis), keep(keepdims))


def some(x: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """1 where some entry along axes is not 0."""
    return every(tensor(x).map(lambda c: e.opposite(e.truth(c))), axis, keepdims).map(e.opposite)


def count_nonzero(x: Any, axis: Any = None, keepdims: Any = False) -> Tensor:
    """How many entries along axes are not 0."""
    x = tensor(x).map(e.truth)
    return reduce(x, "sum", axes_of(x, axis), keep(keepdims))


def softmax_of_all(x: Any, axis: Any = None) -> Tensor:
    """SciPy's softmax: along all axes where none is given."""
    return softmax(x, axis)


def log_softmax_of_all(x: Any, axis: Any = None) -> Tensor:
    """SciPy's log_softmax: along all axes where none is given."""
    return log_softmax(x, axis)


def size(x: Any, axis: Any = None) -> Tensor:
    """How many entries there are, or along an axis."""
    x = tensor(x)
    return scalar(size_of(x.axes if axis is None else (x.axes[k] for k in axes_of(x, axis))))


def shape(x: Any) -> tuple[Tensor, ...]:
    """The sizes of the axes."""
    return tuple(scalar(size_of([axis])) for axis in tensor(x).axes)


def _same(x: Any) -> Tensor:
    return tensor(x)


SPELLINGS = {
    "amax": "max", "amin": "min", "asarray": "array", "tr": "trace", "layer_norm": "layernorm",
    "log_sum_exp": "logsumexp", "outerproduct": "outer", "flatten": "ravel", "inverse": "inv", "matrix_norm": "norm",
    "eigvals_symmetric": "eigvalsh", "batch_matmul": "matmul", "concat": "concatenate", "permute_dims": "transpose",
    "nansum": "sum", "nanmean": "mean",
}  # fmt: skip

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **elementwise.FUNCTIONS,
    **ufuncs.FUNCTIONS,
    "sum": _reduction("sum"), "prod": _reduction("prod"), "max": _reduction("max"), "min": _reduction("min"),
    "mean": mean, "var": var, "std": std, "logsumexp": logsumexp, "softmax": softmax, "log_softmax": log_softmax,
    "special.softmax": softmax_of_all, "special.log_softmax": log_softmax_of_all, "cross_entropy": cross_entropy,
    "layernorm": layernorm, "all": every, "any": some, "count_nonzero": count_nonzero,
    "cumsum": _cumulative("sum"), "cumprod": _cumulative("prod"),
    "ones": shaping.filled(1), "zeros": shaping.filled(0), "full": shaping.full, "full_like": shaping.full_like,
    "ones_like": shaping.like(1), "zeros_like": shaping.like(0), "eye": shaping.eye, "identity": shaping.eye,
    "tri": shaping.tri, "arange": shaping.arange, "linspace": shaping.linspace, "reshape": shaping.reshape,
    "ravel": shaping.ravel, "vec": shaping.vec, "expand_dims": shaping.expand_dims, "squeeze": shaping.squeeze,
    "broadcast_to": shaping.broadcast_to, "one_hot": shaping.one_hot,
    "array": _same, "float": _same, "float32": _same, "float64": _same, "copy": _same, "real": _same,
    "astype": lambda x, dtype=None: _same(x),  # noqa: ARG005 - exact numbers do without
    "len": lambda x: scalar(size_of(tensor(x).axes[:1])), "size": size, "shape": shape,
    "ndim": lambda x: scalar(tensor(x).rank), "matmul": lambda a, b: matmul(tensor(a), tensor(b)),
    **{
        name: vars(room)[name]
        for room in (arranging, linalg, more, order, polynomials, signal, triangles)
        for name in room.__all__
    },
}  # fmt: skip
FUNCTIONS |= {other: FUNCTIONS[name] for other, name in SPELLINGS.items()}

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
        "argsort",
        "repeat",
        "swapaxes",
        "take",
        "all",
        "any",
    ]
}
__all__ = ["FUNCTIONS", "METHODS", "call", "where"]
