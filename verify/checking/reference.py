"""References: a formula in NumPy's spelling, or an operation of `symbolic` by name, as a NumPy function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import numpy as np

import symbolic
from verify.errors import UsageError
from verify.names import unknown

if TYPE_CHECKING:
    from collections.abc import Callable

FUNCTIONS = (
    "abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cbrt", "clip", "cos", "cosh",
    "cumprod", "cumsum", "diag", "dot", "einsum", "exp", "exp2", "expm1", "hypot", "inner", "log", "log10", "log1p",
    "log2", "logaddexp", "matmul", "max", "maximum", "mean", "min", "minimum", "outer", "power", "prod", "sign", "sin",
    "sinh", "sqrt", "square", "std", "sum", "tan", "tanh", "trace", "transpose", "var", "where",
)  # fmt: skip
"""NumPy's functions that a formula may name, with or without `np.`."""

LINALG = ("cholesky", "det", "inv", "norm", "pinv", "slogdet", "solve")
"""Functions of `numpy.linalg` that a formula may name."""

NUMBERS = {"pi": np.pi, "e": np.e}

_ALLOWED = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant, ast.Load, ast.Attribute, ast.keyword,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.MatMult, ast.USub, ast.UAdd, ast.Compare, ast.Lt, ast.LtE, ast.Gt,
    ast.GtE, ast.Eq, ast.NotEq, ast.Subscript, ast.Slice, ast.Tuple,
)  # fmt: skip


def as_program(reference: Any) -> Callable[..., Any] | None:
    """Return a reference as a function of the inputs.

    Raises
    ------
    UsageError
        It is no function, no formula that can be read, and no operation's name.
    """
    if reference is None or callable(reference):
        return reference  # type: ignore[no-any-return]
    if not isinstance(reference, str):
        raise UsageError(f"reference={reference!r}: give a function, a formula or the name of an operation")
    if reference in symbolic.operations:
        return _operation(reference)
    if reference.isidentifier():
        raise unknown("operation", reference, symbolic.operations)
    return _formula(reference)


def _operation(name: str) -> Callable[..., Any]:
    import numeric  # noqa: PLC0415 - the claim's program serves as the twin: it is judged against the definition

    def program(*inputs: Any) -> Any:
        return numeric.func.vjp(numeric.operations[name].function, *inputs)[0]

    return program


def _formula(text: str) -> Callable[..., Any]:
    """Return a formula of named variables as a function; they are taken in the order in which they appear."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        raise UsageError(f"the reference {text!r} is no formula: {error.msg} at column {error.offset}") from error
    strange = next((node for node in ast.walk(tree) if not isinstance(node, _ALLOWED)), None)
    if strange is not None:
        raise UsageError(
            f"the reference {text!r} holds {type(strange).__name__}: arithmetic and NumPy's functions are read"
        )
    names = _variables(tree, text)
    scope = (
        {name: getattr(np, name) for name in FUNCTIONS} | {name: getattr(np.linalg, name) for name in LINALG} | NUMBERS
    )

    def program(*inputs: Any) -> Any:
        if len(inputs) != len(names):
            raise UsageError(f"the reference {text!r} is of {', '.join(names)}, and {len(inputs)} inputs were given")
        return _value(tree.body, scope | dict(zip(names, inputs, strict=True)))

    return program


def _variables(tree: ast.Expression, text: str) -> list[str]:
    known = {*FUNCTIONS, *LINALG, *NUMBERS, "np", "numpy", "linalg"}
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id not in known]
    names = list(dict.fromkeys(node.id for node in sorted(nodes, key=lambda n: (n.lineno, n.col_offset))))
    if not names:
        raise UsageError(f"the reference {text!r} has no variable: name the inputs, as in 'log(1 + exp(x))'")
    return names


_OPERATORS: dict[type, Callable[..., Any]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b, ast.MatMult: lambda a, b: a @ b, ast.USub: lambda a: -a, ast.UAdd: lambda a: a,
    ast.Lt: lambda a, b: a < b, ast.LtE: lambda a, b: a <= b, ast.Gt: lambda a, b: a > b, ast.GtE: lambda a, b: a >= b,
    ast.Eq: lambda a, b: a == b, ast.NotEq: lambda a, b: a != b,
}  # fmt: skip


def _value(node: Any, scope: dict[str, Any]) -> Any:  # noqa: C901, PLR0911 - one case a kind of node
    """Evaluate a tree of allowed nodes; nothing of the text is ever executed."""
    match node:
        case ast.Constant(value=value) if isinstance(value, (int, float, str)) or value is None:
            return value
        case ast.Name(id=name) if name in scope:
            return scope[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_value(left, scope), _value(right, scope))
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_value(operand, scope))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _OPERATORS[type(op)](_value(left, scope), _value(right, scope))
        case ast.Tuple(elts=parts):
            return tuple(_value(part, scope) for part in parts)
        case ast.Attribute(value=value, attr="T"):
            return _value(value, scope).T
        case ast.Subscript(value=value, slice=key):
            return _value(value, scope)[_value(key, scope)]
        case ast.Slice(lower=low, upper=high, step=step):
            return slice(*(None if part is None else _value(part, scope) for part in (low, high, step)))
        case ast.Call(func=function, args=arguments, keywords=keywords):
            options = {k.arg: _value(k.value, scope) for k in keywords if k.arg is not None}
            return scope[_named(function)](*(_value(a, scope) for a in arguments), **options)
    raise UsageError(f"the formula holds {ast.unparse(node)!r}, which is not read")


def _named(function: Any) -> str:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name not in FUNCTIONS and name not in LINALG:
        raise UsageError(
            f"the formula calls {ast.unparse(function)!r}: one of {', '.join((*FUNCTIONS, *LINALG))} is read"
        )
    return str(name)
