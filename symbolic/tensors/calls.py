"""NumPy's and SciPy's functions, called by a program on symbols: each by its name in the vocabulary of formulas."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from symbolic.errors import FormulaError
from symbolic.tensors.conditions import Compared, Joined, Over, Side
from symbolic.tensors.entries import difference
from symbolic.tensors.nodes import ONE
from symbolic.tensors.operands import argument, arranged, called, checked, plain, sources
from symbolic.tensors.parse import BINARY, COMPARISONS, complement
from symbolic.tensors.shaping import like
from symbolic.tensors.tensor import Tensor, broadcast, scalar
from symbolic.tensors.tracing import Held, SampleError, Trace
from symbolic.tensors.vocabulary import FUNCTIONS, call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symbolic.tensors.conditions import Claim

UFUNCS: dict[str, Callable[..., Tensor]] = {
    "add": BINARY[ast.Add], "subtract": BINARY[ast.Sub], "multiply": BINARY[ast.Mult], "divide": BINARY[ast.Div],
    "power": BINARY[ast.Pow], "float_power": BINARY[ast.Pow], "matmul": BINARY[ast.MatMult],
    "isnan": like(0), "isinf": like(0), "isfinite": like(1), "positive": lambda x: x,
}  # fmt: skip
"""Operators: as formulas have them, `isnan` and its kin of real numbers."""

SIGNS = {
    "greater": (">", ast.Gt), "less": ("<", ast.Lt), "greater_equal": ("≥", ast.GtE), "less_equal": ("≤", ast.LtE),
    "equal": ("=", ast.Eq), "not_equal": ("≠", ast.NotEq),
}  # fmt: skip
FINITE = (np.isnan, np.isinf, np.isfinite)
AND, OR, NOT = ("logical_and", "bitwise_and"), ("logical_or", "bitwise_or"), ("logical_not", "invert")
NAMES = {
    "fmax": "maximum", "fmin": "minimum", "conjugate": "conj", "empty_like": "zeros_like", "permute_dims": "transpose",
    "concat": "concatenate",
}  # fmt: skip
"""NumPy's further names of what the vocabulary has."""

REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min"}

# -- ufuncs ---------------------------------------------------------------------------------------------------


def operated(trace: Trace, ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return what a ufunc, or one of its methods, makes of symbols (NEP 13)."""
    name = ufunc.__name__
    if method == "__call__":
        return _operation(trace, ufunc, inputs, kwargs)
    if method == "reduce" and name in REDUCTIONS:
        given = {"axis": 0, **checked(called(ufunc), kwargs)}
        return function(trace, getattr(np, REDUCTIONS[name]), inputs, given)
    if method == "reduce" and name in (*AND[:1], *OR[:1]):
        return function(trace, np.all if name in AND else np.any, inputs, {"axis": 0, **kwargs})
    if method == "outer" and len(inputs) == 2 and not kwargs:
        left, right = inputs
        spread = np.ndim(plain(right))
        apart: Any = left if isinstance(left, Held) else np.asarray(left)
        return ufunc(apart[(Ellipsis, *[None] * spread)], right)
    if f"{name}.{method}" in FUNCTIONS and method != "outer":
        return _method(trace, ufunc, method, inputs, kwargs)
    return trace.refuse(f"{called(ufunc)}.{method} is not read here: use functions of whole arrays, such as np.sum")


def _method(trace: Trace, ufunc: Any, method: str, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return what the vocabulary makes of a method of a ufunc, such as ``np.logaddexp.reduce``."""
    trace.step()
    words = f"{called(ufunc)}.{method}"
    with trace.noting():
        given = checked(words, kwargs)
        keywords = {k: argument(trace, v) for k, v in given.items()}
        result = call(f"{ufunc.__name__}.{method}", [argument(trace, x) for x in inputs], keywords)
        value = trace.sampled(words, lambda: getattr(ufunc, method)(*plain(inputs), **plain(given)))
        return trace.made(words, result, value, tuple(sources([inputs, given])), None)


def _operation(trace: Trace, ufunc: Any, inputs: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    trace.step()
    name = called(ufunc)
    with trace.noting():
        out, given = kwargs.pop("out", None), checked(name, kwargs)
        if given:
            raise FormulaError(f"{name} with {next(iter(given))}= is not read here")
        target = out[0] if isinstance(out, tuple) else out
        if target is not None and not isinstance(target, Held):
            raise FormulaError(
                f"{name} writes symbols into a plain array (out= or +=): write y = y + … in place of it, "
                "or make the array with np.zeros in the function"
            )
        claim, result = _claim(trace, ufunc.__name__, inputs), _reading(trace, ufunc, inputs)
        if result is NotImplemented:
            return ufunc(*plain(inputs))
        value = trace.sampled(name, lambda: ufunc(*plain(inputs)))
        if ufunc in FINITE and np.any(value != (ufunc is np.isfinite)):
            trace.refuse(
                f"{name} is asked of what is not finite at the sample point: give at= another point", SampleError
            )
        made = trace.made(name, result, value, (), claim)
    return made if target is None else target.changed(made)


def _reading(trace: Trace, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
    """Return the formula of a ufunc; NotImplemented where it is none of ours and all it takes are constants."""
    name = ufunc.__name__
    rule = _rule(name)
    if rule is None:
        if all(h.is_constant for h in sources(inputs)):
            return NotImplemented
        raise unknown(called(ufunc))
    if name in (*AND, *OR, *NOT) and not all(np.asarray(plain(x)).dtype == bool for x in inputs):
        raise FormulaError(f"{called(ufunc)} takes comparisons here, such as x > 0, and not numbers")
    return rule(*map(trace.tensor_of, inputs))


def _rule(name: str) -> Callable[..., Any] | None:
    if name in UFUNCS:
        return UFUNCS[name]
    if name in SIGNS:
        return partial(broadcast, COMPARISONS[SIGNS[name][1]])
    if name in (*AND, *OR):
        return BINARY[ast.BitAnd if name in AND else ast.BitOr]
    if name in NOT:
        return complement
    name = NAMES.get(name, name)
    return (lambda *args: call(name, args, {})) if name in FUNCTIONS else None


def unknown(name: str) -> FormulaError:
    """Return the error for a function that the vocabulary does not have."""
    return FormulaError(
        f"{name} is no function known here: write it with others, such as np.sum, np.where, np.exp or np.linalg.solve"
    )


def _claim(trace: Trace, name: str, inputs: tuple[Any, ...]) -> Claim | None:
    """Return what the truth values say that a comparison makes."""
    if name in SIGNS:
        return Compared(SIGNS[name][0], *(_side(trace, x) for x in inputs))
    if name in NOT:
        return claim_of(trace, inputs[0]).opposite()
    if name in (*AND, *OR):
        left, right = (claim_of(trace, x) for x in inputs)
        return Joined("∧" if name in AND else "∨", (left, right))
    return None


def _side(trace: Trace, value: Any) -> Side:
    return Side(trace.tensor_of(value), plain(value))


def claim_of(trace: Trace, value: Any) -> Claim:
    """Return what truth values say: the comparison that made them, or that they are not 0."""
    known = value.claim if isinstance(value, Held) else None
    return known or Compared("≠", _side(trace, value), Side(scalar(0), 0))


# -- functions of arrays --------------------------------------------------------------------------------------


def function(trace: Trace, original: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return what a function of arrays makes of symbols (NEP 18), or a function of SciPy or `math`."""
    trace.step()
    name, words = original.__name__, called(original)
    with trace.noting():
        if name in ("shape", "ndim") or (name == "size" and len(args) == 1 and not kwargs):
            return getattr(args[0], name)
        if isinstance(kwargs.get("out"), Held):
            rest = {k: v for k, v in kwargs.items() if k != "out"}
            return kwargs["out"].changed(function(trace, original, args, rest))
        known = _vocabulary_name(original)
        if known is None:
            if all(h.is_constant for h in sources([args, dict(kwargs)])):
                return original(*plain(args), **plain(dict(kwargs)))
            raise unknown(words)
        given = checked(words, kwargs)
        if given.get("out") is not None:
            raise FormulaError(f"{words} writes symbols into a plain array (out=): take what it returns in place of it")
        result = known(trace, original, args, given)
        value = trace.sampled(words, lambda: _sampled(original, args, given))
        claim = _folded_claim(trace, name, args, value)
        return trace.made(words, result, value, tuple(sources([args, given])), claim)


def _sampled(original: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    if original is np.empty_like:  # what was in memory before is no sample of anything
        original = np.zeros_like
    return original(*plain(args), **plain(dict(kwargs)))


def _vocabulary_name(original: Any) -> Any:
    """Return the reader of a function; None where the vocabulary does not have it."""
    module = getattr(original, "__module__", None) or ""
    if module.partition(".")[0] not in ("numpy", "scipy", "math") or module.startswith(("numpy.fft", "numpy.random")):
        return None
    name = NAMES.get(original.__name__, original.__name__)
    if name in OWN:
        return OWN[name]
    return partial(_by_name, name) if name in FUNCTIONS else None


def _by_name(name: str, trace: Trace, original: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Call the vocabulary with NumPy's arguments under the vocabulary's names."""
    if name in ("softmax", "log_softmax") and len(args) == 1:
        kwargs = {"axis": None, **kwargs}  # SciPy's default
    positional, keywords = arranged(name, original, args, kwargs)
    words = {k: argument(trace, v, infinite=k == "ord") for k, v in keywords.items()}
    return call(name, [argument(trace, a) for a in positional], words)


# -- truths ---------------------------------------------------------------------------------------------------


def _all(trace: Trace, original: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    truths, rest = args[0], args[1:]
    if np.asarray(plain(truths)).dtype != bool:
        raise FormulaError(f"{called(original)} takes comparisons here, such as x > 0, and not numbers")
    positional, keywords = [argument(trace, a) for a in rest], {k: argument(trace, v) for k, v in kwargs.items()}
    tensor = trace.tensor_of(truths)
    if original.__name__ == "all":
        return call("prod", [tensor, *positional], keywords)
    return call("prod", [complement(tensor), *positional], keywords).map(partial(difference, ONE))


def _folded_claim(trace: Trace, name: str, args: tuple[Any, ...], value: Any) -> Claim | None:
    if name not in ("all", "any") or np.ndim(value):
        return None
    part = claim_of(trace, args[0])
    return Over(name, part) if np.ndim(plain(args[0])) else part


def _full_like(trace: Trace, _: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    x, value = (*args, *kwargs.values())
    return broadcast(lambda _, v: v, trace.tensor_of(x), trace.tensor_of(value))


def _where(trace: Trace, original: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    if np.asarray(plain(args[0])).dtype != bool:
        raise FormulaError("np.where takes a comparison as its condition, such as x > 0, and not numbers")
    return _by_name("where", trace, original, args, kwargs)


OWN: dict[str, Any] = {"all": _all, "any": _all, "full_like": _full_like, "where": _where}
"""Functions that formulas have as operators, or that only programs use."""
