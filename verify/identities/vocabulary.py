"""The words of formulas: NumPy's functions and a few of statistics, on arrays of exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, fmpq

from verify.errors import OpaqueError
from verify.lift import Ball, lift
from verify.lift.array import Lifted, object_array
from verify.lift.scipy_linalg import SCIPY_LINALG
from verify.lift.scipy_special import SCIPY_SPECIAL
from verify.lift.special import SEVERAL, UNARY, entrywise

if TYPE_CHECKING:
    from collections.abc import Callable

EVERY = 99
"""Every argument by position is an array."""


@dataclass(frozen=True)
class Function:
    """A function of formulas: what is called, and how many leading arguments are arrays (the others stay as given)."""

    call: Callable[..., Any]
    arrays: int = 1


def exact_array(values: Any) -> Any:
    """Return numbers, truths or fractions, nested in any way, as an array of exact numbers.

    Raises
    ------
    ValueError
        The parts of a list have different shapes.
    """
    if isinstance(values, Lifted):
        return values
    if isinstance(values, (list, tuple)):
        return np.stack([exact_array(v) for v in values]) if values else lift(object_array([], (0,)))
    cells = np.asarray(values, dtype=object)
    return lift(object_array([Ball(number(v)) for v in cells.ravel()], cells.shape))


def number(value: Any) -> arb:
    """Return the ball of a number, exact where the working precision holds it."""
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if isinstance(value, (bool, np.bool_, int, np.integer)):
        return arb(int(value))
    if isinstance(value, float):
        return arb(value)
    raise OpaqueError(f"{type(value).__name__} is no real number: formulas are of real numbers")


def _special(name: str) -> Callable[..., Any]:
    return lambda x: x.like(entrywise(name)(x.cells))


def _several(name: str) -> Callable[..., Any]:
    return lambda x, *others: x.like(entrywise(name)(x.cells, *(y.cells for y in others)))


def _bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """Return how often each whole number occurs, or the sum of its weights."""
    places = [int(cell.coefficient(0).unique_fmpz()) for cell in x.cells.ravel()]
    count = max([minlength - 1, *places]) + 1
    hits = exact_array([[int(place == k) for place in places] for k in range(count)])
    return hits @ (exact_array([1] * len(places)) if weights is None else exact_array(weights))


def _softmax(x: Any, axis: Any = -1) -> Any:
    return SCIPY_SPECIAL["softmax"](x, axis)


def _log_softmax(x: Any, axis: Any = -1) -> Any:
    return SCIPY_SPECIAL["log_softmax"](x, axis)


def _layernorm(x: Any, eps: Any = 0) -> Any:
    centred = x - np.mean(x, axis=-1, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + exact_array(eps))


def _gelu(x: Any) -> Any:
    return x * _special("ndtr")(x)


def _sigmoid(x: Any) -> Any:
    return _special("expit")(x)


_ENTRYWISE = (
    "abs", "absolute", "fabs", "exp", "log", "sqrt", "square", "sin", "cos", "tan", "arcsin", "arccos", "arctan",
    "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "expm1", "log1p", "exp2", "log2", "log10", "cbrt",
    "reciprocal", "sign", "negative", "positive", "floor", "ceil", "deg2rad", "rad2deg", "radians", "degrees", "sinc",
    "add", "subtract", "multiply", "divide", "true_divide", "power", "float_power", "maximum", "minimum", "fmax",
    "fmin", "hypot", "logaddexp", "arctan2", "heaviside", "copysign", "greater", "greater_equal", "less",
    "less_equal", "equal", "not_equal", "where", "clip", "remainder", "logaddexp2", "logical_and", "logical_or",
    "logical_not", "rint", "trunc",
)  # fmt: skip
_ALIASES = {
    "asin": "arcsin", "acos": "arccos", "atan": "arctan", "asinh": "arcsinh", "acosh": "arccosh", "atanh": "arctanh",
    "pow": "power", "atan2": "arctan2", "mod": "remainder",
}  # fmt: skip
_OF_ONE = (
    "sum", "prod", "mean", "var", "std", "cumsum", "cumprod", "max", "min", "amax", "amin", "trace", "diag", "diagonal",
    "transpose", "reshape", "ravel", "squeeze", "expand_dims", "flip", "roll", "sort", "tril", "triu", "diff", "ptp",
    "median", "moveaxis", "swapaxes", "repeat", "tile", "broadcast_to", "atleast_1d", "atleast_2d", "diagflat",
    "zeros_like", "ones_like", "copy", "argmax", "argmin", "argsort", "average", "matrix_transpose", "count_nonzero",
    "fliplr", "flipud", "shape", "size", "ndim", "all", "any", "pad", "rot90", "nan_to_num", "cov", "corrcoef",
    "nansum", "nanmean", "delete", "vander", "gradient", "ediff1d", "quantile", "percentile", "rollaxis", "atleast_3d",
    "split", "array_split",
)  # fmt: skip
_OF_TWO = (
    "dot", "matmul", "inner", "outer", "kron", "vdot", "cross", "tensordot", "convolve", "correlate", "trapezoid",
    "take", "take_along_axis", "append", "polyval", "vecdot",
)  # fmt: skip
_OF_SEVERAL = ("concatenate", "stack", "vstack", "hstack", "column_stack", "block")
_LINALG = (
    "det", "inv", "pinv", "slogdet", "norm", "cholesky", "eigvalsh", "eigh", "eigvals", "svd", "qr", "matrix_power",
    "matrix_rank", "svdvals", "vector_norm", "matrix_norm", "cond",
)  # fmt: skip
FUNCTIONS: dict[str, Function] = {
    **{name: Function(_special(name)) for name in UNARY},
    **{name: Function(_several(name), EVERY) for name in SEVERAL},
    **{name: Function(getattr(np, name), EVERY) for name in _ENTRYWISE},
    **{name: Function(getattr(np, to), EVERY) for name, to in _ALIASES.items()},
    **{name: Function(getattr(np, name)) for name in _OF_ONE},
    **{name: Function(getattr(np, name), 2) for name in _OF_TWO},
    **{name: Function(getattr(np, name), -1) for name in _OF_SEVERAL},
    **{name: Function(getattr(np.linalg, name)) for name in _LINALG},
    **{
        f"{ufunc.__name__}.{method}": Function(getattr(ufunc, method), arrays)
        for ufunc in (np.add, np.subtract, np.multiply, np.divide, np.maximum, np.minimum, np.logaddexp, np.power)
        for method, arrays in (("outer", 2), ("reduce", 1), ("accumulate", 1))
    },
    "solve": Function(np.linalg.solve, 2),
    "lstsq": Function(np.linalg.lstsq, 2),
    "multi_dot": Function(np.linalg.multi_dot, -1),
    "logdet": Function(lambda x: np.linalg.slogdet(x)[1]),
    "tr": Function(np.trace),
    "vec": Function(lambda x: x.T.reshape(-1)),
    "expm": Function(SCIPY_LINALG["expm"]),
    "logm": Function(SCIPY_LINALG["logm"]),
    "sqrtm": Function(SCIPY_LINALG["sqrtm"]),
    "digamma": Function(_special("psi")),
    "sigmoid": Function(_sigmoid),
    "log_sigmoid": Function(_special("log_expit")),
    "softplus": Function(lambda x: -_special("log_expit")(-x)),
    "relu": Function(lambda x: np.maximum(x, exact_array(0))),
    "silu": Function(lambda x: x * _sigmoid(x)),
    "swish": Function(lambda x: x * _sigmoid(x)),
    "gelu": Function(_gelu),
    "sech": Function(lambda x: 1 / np.cosh(x)),
    "softmax": Function(_softmax),
    "log_softmax": Function(_log_softmax),
    "special.softmax": Function(SCIPY_SPECIAL["softmax"]),
    "special.log_softmax": Function(SCIPY_SPECIAL["log_softmax"]),
    "logsumexp": Function(SCIPY_SPECIAL["logsumexp"]),
    "bincount": Function(_bincount),
    "permute_dims": Function(np.transpose),
    "concat": Function(np.concatenate, -1),
    "layernorm": Function(_layernorm),
    "real": Function(lambda x: x),
    "polyder": Function(lambda p: p[:-1] * exact_array(list(range(len(p) - 1, 0, -1)))),
    "array": Function(exact_array),
    "asarray": Function(exact_array),
    "einsum": Function(np.einsum, 0),
    "len": Function(len),
    "float": Function(exact_array),
    "float64": Function(exact_array),
    "eye": Function(lambda *a, **k: exact_array(np.eye(*a, **k)), 0),
    "identity": Function(lambda n: exact_array(np.eye(n)), 0),
    "zeros": Function(lambda shape: exact_array(np.zeros(shape)), 0),
    "ones": Function(lambda shape: exact_array(np.ones(shape)), 0),
    "full": Function(lambda shape, value: exact_array(np.ones(shape)) * exact_array(value), 0),
    "full_like": Function(lambda x, value: exact_array(np.ones(x.shape)) * exact_array(value), 1),
    "arange": Function(lambda *a: exact_array(np.arange(*a)), 0),
    "linspace": Function(lambda a, b, num: a + (b - a) * exact_array([Fraction(k, num - 1) for k in range(num)]), 2),
    "tril_indices": Function(np.tril_indices, 0),
    "triu_indices": Function(np.triu_indices, 0),
    "diag_indices": Function(np.diag_indices, 0),
    "tri": Function(lambda *a, **k: exact_array(np.tri(*a, **k)), 0),
}
"""Every function that a formula may call, by its name without a module's."""

CONSTANTS: dict[str, Callable[[], Any]] = {
    "pi": lambda: lift(Ball(arb.pi())),
    "e": lambda: lift(Ball(arb.const_e())),
    "euler_gamma": lambda: lift(Ball(arb.const_euler())),
    "inf": lambda: float("inf"),
    "newaxis": lambda: None,
}

TYPES = ("float", "int", "bool", "float64", "float32", "int64")
"""Names of dtypes, which exact numbers do without."""

METHODS = (
    "sum", "prod", "mean", "var", "std", "cumsum", "cumprod", "max", "min", "trace", "dot", "reshape", "ravel",
    "transpose", "diagonal", "squeeze", "swapaxes", "repeat", "copy", "argmax", "argmin", "argsort", "clip", "flatten",
    "astype", "take",
)  # fmt: skip
"""Methods of arrays that a formula may call."""

ATTRIBUTES = (
    "T", "mT", "real", "shape", "size", "ndim", "logabsdet", "sign", "eigenvalues", "eigenvectors", "U", "S", "Vh",
    "Q", "R",
)  # fmt: skip
"""Attributes of arrays, and of what slogdet, eigh, svd and qr return."""
