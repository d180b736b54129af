"""Rules of the elementwise operations, as in a table of derivatives.

Conventions at kinks and singular points are PyTorch's, and stand beside their rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from numeric.rulebook.rule import Array, Rule

if TYPE_CHECKING:
    from collections.abc import Callable


_SINGLE = np.dtype(np.float32)
_NUMPYS_OWN = (np.ndarray, np.generic)


def _rounded_once(function: np.ufunc) -> Callable[[Array], Array]:
    """Return a function that computes in float64 what NumPy's float32 kernel gets wrong by some ulps."""

    def rounded(x: Array) -> Array:
        if x.dtype is _SINGLE and isinstance(x, _NUMPYS_OWN):
            return function(x.astype(np.float64)).astype(np.float32)
        return function(x)

    return rounded


def _sign(x: Array) -> Array:
    """Return the sign of ``x``: 0 at NaN, as in PyTorch."""
    return np.where(np.isnan(x), 0, np.sign(x))


RULES = (
    # Arithmetic.
    Rule(
        "add",
        primal=lambda x, y: x + y,
        vjps=(lambda out_bar, _out, _x, _y: out_bar, lambda out_bar, _out, _x, _y: out_bar),
        jvps=(lambda x_dot, _out, _x, _y: x_dot, lambda y_dot, _out, _x, _y: y_dot),
    ),
    Rule(
        "sub",
        primal=lambda x, y: x - y,
        vjps=(lambda out_bar, _out, _x, _y: out_bar, lambda out_bar, _out, _x, _y: -out_bar),
        jvps=(lambda x_dot, _out, _x, _y: x_dot, lambda y_dot, _out, _x, _y: -y_dot),
    ),
    Rule(
        "mul",
        primal=lambda x, y: x * y,
        vjps=(lambda out_bar, _out, _x, y: out_bar * y, lambda out_bar, _out, x, _y: out_bar * x),
    ),
    Rule(
        "div",
        primal=lambda x, y: x / y,
        vjps=(
            lambda out_bar, _out, _x, y: out_bar / y,
            lambda out_bar, _out, x, y: -out_bar * ((x / y) / y),
        ),
        jvps=(
            lambda x_dot, _out, _x, y: x_dot / y,
            lambda y_dot, out, _x, y: -(out * y_dot) / y,
        ),
    ),
    Rule(
        "neg",
        primal=lambda x: -x,
        vjps=(lambda out_bar, _out, _x: -out_bar,),
    ),
    Rule(
        # The gradient in x is 0 at x = y = 0; in y it is 0 where x = 0 and y >= 0. Elsewhere nothing
        # is masked: at y = 0 the gradient in x is 0 by its formula, and its derivative in y is 1 / x.
        "pow",
        primal=lambda x, y: x**y,
        vjps=(
            lambda out_bar, _out, x, y: np.where((y == 0) & ((x == 0) | np.isnan(x)), 0, out_bar * (y * x ** (y - 1))),
            lambda out_bar, out, x, y: np.where((x == 0) & (y >= 0), 0, out_bar * (out * np.log(x))),
        ),
        jvps=(
            lambda x_dot, _out, x, y: np.where((y == 0) & ((x == 0) | np.isnan(x)), 0, y * x ** (y - 1) * x_dot),
            lambda y_dot, out, x, y: np.where((x == 0) & (y >= 0), 0, np.log(x) * out * y_dot),
        ),
        node="PowBackward1",
    ),
    Rule(
        # The exponent is a Python number: 0 has the gradient 0 everywhere, also at x = 0.
        "scalar_pow",
        primal=lambda x, exponent: x**exponent,
        vjps=(
            lambda out_bar, _out, x, exponent: (
                out_bar * (exponent * x ** (exponent - 1)) if exponent != 0 else out_bar * 0
            ),
        ),
        jvps=(lambda x_dot, _out, x, exponent: exponent * x ** (exponent - 1) * x_dot if exponent != 0 else 0 * x_dot,),
        node="PowBackward0",
    ),
    # Smooth functions.
    Rule(
        "exp",
        primal=_rounded_once(np.exp),
        vjps=(lambda out_bar, out, _x: out_bar * out,),
        jvps=(lambda x_dot, _out, x: np.exp(x) * x_dot,),
    ),
    Rule(
        "log",
        primal=_rounded_once(np.log),
        vjps=(lambda out_bar, _out, x: out_bar / x,),
        jvps=(lambda x_dot, _out, x: x_dot / x,),
    ),
    Rule(
        # The gradient at 0 is infinite.
        "sqrt",
        primal=np.sqrt,
        vjps=(lambda out_bar, out, _x: out_bar / (2 * out),),
        jvps=(lambda x_dot, _out, x: x_dot / (2 * np.sqrt(x)),),
    ),
    Rule(
        "sin",
        primal=_rounded_once(np.sin),
        vjps=(lambda out_bar, _out, x: out_bar * np.cos(x),),
        jvps=(lambda x_dot, _out, x: np.cos(x) * x_dot,),
    ),
    Rule(
        "cos",
        primal=_rounded_once(np.cos),
        vjps=(lambda out_bar, _out, x: out_bar * -np.sin(x),),
        jvps=(lambda x_dot, _out, x: -np.sin(x) * x_dot,),
    ),
    Rule(
        "tanh",
        primal=_rounded_once(np.tanh),
        vjps=(lambda out_bar, out, _x: out_bar * (1 - out * out),),
        jvps=(lambda x_dot, _out, x: x_dot / np.cosh(x) ** 2,),
    ),
    Rule(
        "cosh",
        primal=np.cosh,
        vjps=(lambda out_bar, _out, x: out_bar * np.sinh(x),),
        jvps=(lambda x_dot, _out, x: np.sinh(x) * x_dot,),
    ),
    Rule(
        "sinh",
        primal=np.sinh,
        vjps=(lambda out_bar, _out, x: out_bar * np.cosh(x),),
        jvps=(lambda x_dot, _out, x: np.cosh(x) * x_dot,),
    ),
    Rule(
        "sigmoid",
        primal=lambda x: 1 / (1 + np.exp(-x)),
        vjps=(lambda out_bar, out, _x: out_bar * ((1 - out) * out),),
        jvps=(lambda x_dot, out, _x: x_dot * out - x_dot * out * out,),
    ),
    # Functions with kinks.
    Rule(
        # At 0 the gradient is 0; at NaN too.
        "abs",
        primal=np.abs,
        vjps=(lambda out_bar, _out, x: out_bar * _sign(x),),
        jvps=(lambda x_dot, _out, x: x_dot * (x > 0) - x_dot * (x < 0),),
    ),
    Rule(
        # At 0 the gradient is 0; NaN passes it on.
        "relu",
        primal=lambda x: np.maximum(x, 0),
        vjps=(lambda out_bar, _out, x: np.where(x <= 0, 0, out_bar),),
        jvps=(lambda x_dot, _out, x: x_dot * np.logical_not(x <= 0),),
    ),
    Rule(
        # Where x = y each gets half; NaN passes the gradient on to both.
        "maximum",
        primal=np.maximum,
        vjps=(
            lambda out_bar, _out, x, y: np.where(x == y, out_bar / 2, np.where(x < y, 0, out_bar)),
            lambda out_bar, _out, x, y: np.where(x == y, out_bar / 2, np.where(x > y, 0, out_bar)),
        ),
        jvps=(
            lambda x_dot, _out, x, y: x_dot - x_dot * (x < y) - 0.5 * x_dot * (x == y),
            lambda y_dot, _out, x, y: y_dot - y_dot * (y < x) - 0.5 * y_dot * (x == y),
        ),
    ),
    Rule(
        # Where x = y each gets half; NaN passes the gradient on to both.
        "minimum",
        primal=np.minimum,
        vjps=(
            lambda out_bar, _out, x, y: np.where(x == y, out_bar / 2, np.where(x > y, 0, out_bar)),
            lambda out_bar, _out, x, y: np.where(x == y, out_bar / 2, np.where(x < y, 0, out_bar)),
        ),
        jvps=(
            lambda x_dot, _out, x, y: x_dot - x_dot * (x > y) - 0.5 * x_dot * (x == y),
            lambda y_dot, _out, x, y: y_dot - y_dot * (y > x) - 0.5 * y_dot * (x == y),
        ),
    ),
    Rule(
        # On the bounds the gradient is that of the inside.
        "clamp",
        primal=lambda x, low, high: np.minimum(np.maximum(x, low), high),
        vjps=(lambda out_bar, _out, x, low, high: np.where((x >= low) & (x <= high), out_bar, 0),),
        jvps=(lambda x_dot, _out, x, low, high: x_dot * ((x >= low) & (x <= high)),),
        node="ClampBackward1",
    ),
    Rule(
        "where",
        primal=np.where,
        vjps=(
            None,
            lambda out_bar, _out, condition, _x, _y: np.where(condition, out_bar, 0),
            lambda out_bar, _out, condition, _x, _y: np.where(condition, 0, out_bar),
        ),
        jvps=(
            lambda condition_dot, _out, _condition, _x, _y: condition_dot * 0,
            lambda x_dot, _out, condition, _x, _y: np.where(condition, x_dot, 0),
            lambda y_dot, _out, condition, _x, _y: np.where(condition, 0, y_dot),
        ),
    ),
    # Piecewise constant functions: the gradient is 0, at the steps too.
    *(
        Rule(
            function.__name__,
            primal=function,
            vjps=(lambda out_bar, _out, _x: out_bar * 0,),
            jvps=(lambda x_dot, _out, _x: x_dot * 0,),
        )
        for function in (np.floor, np.ceil, np.trunc, np.round)
    ),
    Rule(
        # The sign of NaN is 0.
        "sign",
        primal=_sign,
        vjps=(lambda out_bar, _out, _x: out_bar * 0,),
        jvps=(lambda x_dot, _out, _x: x_dot * 0,),
    ),
)
