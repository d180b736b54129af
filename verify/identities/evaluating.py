"""The value of a formula's tree on exact numbers. Numbers of the formula are fractions until they meet an array."""

from __future__ import annotations

import ast
import math
import operator
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from verify.errors import SingularError, UsageError, VerifyError
from verify.identities.calls import DType, apply, einsum, index_of, method
from verify.identities.grammar import dotted, plain_name
from verify.identities.scope import LARGEST, MOST_BITS, MOST_CELLS, DimensionError, Scope, bound_cells
from verify.identities.vocabulary import CONSTANTS, FUNCTIONS, TYPES, exact_array
from verify.lift.array import Lifted

if TYPE_CHECKING:
    from collections.abc import Callable


def evaluate(scope: Scope) -> Any:
    """Return a formula's value as an array of exact numbers.

    Raises
    ------
    UsageError
        Its parts do not fit together, or a function refuses what it is given.
    OpaqueError, SingularError, UndecidableError
        A function is not lifted, has no finite value, or compares what the balls do not decide.
    """
    result = _value(scope.formula.tree, scope)
    if not isinstance(result, (Lifted, int, float, Fraction, np.ndarray, np.bool_)):
        kind = "a list or tuple" if isinstance(result, (list, tuple)) else f"{result!r:.40}"
        raise UsageError(f"{scope.formula.label} = {scope.formula.text!r} is {kind}, not a number or an array")
    return exact_array(result)


def part(node: ast.AST, scope: Scope) -> Any:
    """Return the value of a part of the formula."""
    return _value(node, scope)


def _value(node: ast.AST, scope: Scope) -> Any:
    if id(node) in scope.fixed:
        return scope.fixed[id(node)]
    try:
        result = _READ[type(node)](node, scope)
    except (VerifyError, RecursionError):
        raise
    except (np.linalg.LinAlgError, ArithmeticError) as error:
        if "square" in str(error):
            raise _misfit(node, scope, error) from None
        raise SingularError(f"`{ast.unparse(node)}`: {error}") from None
    except Exception as error:  # noqa: BLE001 - NumPy refuses what a formula asks in many ways
        raise _misfit(node, scope, error) from None
    if isinstance(result, (Lifted, np.ndarray)) and result.size > MOST_CELLS:
        raise UsageError(f"`{ast.unparse(node)}` has {result.size} entries: at most {MOST_CELLS} are read")
    return result


def _misfit(node: ast.AST, scope: Scope, error: Exception) -> DimensionError:
    """Return NumPy's own objection in terms of the formula."""
    inner = [*node.args, node.func] if isinstance(node, ast.Call) else list(ast.iter_child_nodes(node))
    known = {}
    for child in inner:
        try:
            shape = np.shape(_value(child, scope)) if isinstance(child, ast.expr) else None
        except Exception:  # noqa: BLE001, S112 - a function's name has no value
            continue
        if shape:
            known[ast.unparse(child)] = f"`{ast.unparse(child)}` is {scope.shown(shape)}"
    shapes = "".join(f", {words}" for words in known.values())
    return scope.error(node, f"`{ast.unparse(node)}` cannot be computed: {_plain(error)}{shapes}")


def _plain(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]


# -- numbers and names -------------------------------------------------------------------------------------------


def _constant(node: ast.Constant, scope: Scope) -> Any:
    value: Any = node.value
    if isinstance(value, float):
        return _decimal(node, scope)
    if isinstance(value, (bytes, complex)):
        raise scope.formula.error(node, f"{type(value).__name__} numbers are not read: formulas are of real numbers")
    if isinstance(value, int):
        return _bounded(value)
    return value


def _decimal(node: ast.Constant, scope: Scope) -> Fraction | int:
    """Return a decimal as the fraction that was written: 0.1 is a tenth."""
    written: Any = node.value
    if not math.isfinite(written):
        raise scope.formula.error(node, "this number is too large")
    text = ast.get_source_segment(scope.formula.text, node) or ""
    try:
        value = Fraction(text.replace("_", ""))
    except (ValueError, ZeroDivisionError):
        value = Fraction(written)
    return value.numerator if value.denominator == 1 else value


def _bounded(value: Any) -> Any:
    parts = (value.numerator, value.denominator) if isinstance(value, (int, Fraction)) else ()
    if any(abs(p).bit_length() > MOST_BITS for p in parts):
        raise UsageError(f"a number of the formula has more than {MOST_BITS} bits")
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return value


def _name(node: ast.AST, scope: Scope) -> Any:
    name = dotted(node) or ""
    if name in scope.arrays:
        return scope.arrays[name]
    if name in scope.sizes:
        return scope.sizes[name]
    return _known(node, scope)


def _known(node: ast.AST, scope: Scope) -> Any:
    name = plain_name(node, {*scope.arrays, *scope.sizes}) or ""
    return CONSTANTS[name]() if name in CONSTANTS else DType()


def _attribute(node: ast.Attribute, scope: Scope) -> Any:
    name = plain_name(node, {*scope.arrays, *scope.sizes})
    if name in CONSTANTS or name in TYPES:
        return _known(node, scope)
    value = _value(node.value, scope)
    if isinstance(value, tuple):
        return getattr(value, node.attr)
    array = exact_array(value)
    if node.attr == "real":
        return array  # formulas are of real numbers
    return np.swapaxes(array, -1, -2) if node.attr == "mT" else getattr(array, node.attr)


# -- operators ---------------------------------------------------------------------------------------------------

_NUMBERS = (int, Fraction)

_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.MatMult: operator.matmul,
    ast.Pow: operator.pow,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


def _binary(node: ast.BinOp, scope: Scope) -> Any:
    return _operate(node, node.op, _value(node.left, scope), _value(node.right, scope), scope)


def _operate(node: ast.AST, op: ast.AST, left: Any, right: Any, scope: Scope) -> Any:
    combine = _OPERATORS[type(op)]
    if isinstance(left, _NUMBERS) and isinstance(right, _NUMBERS):
        return _of_numbers(op, left, right)
    if isinstance(left, tuple) and isinstance(right, tuple) and isinstance(op, ast.Add):
        return left + right  # shapes
    if isinstance(op, (ast.BitAnd, ast.BitOr)):
        return combine(np.asarray(left, dtype=bool), np.asarray(right, dtype=bool))
    whole = isinstance(op, ast.Pow) and isinstance(right, int) and abs(right) <= LARGEST
    left, right = exact_array(left), right if whole else exact_array(right)
    if isinstance(op, ast.MatMult):
        _check_product(node, left, right, scope)
    elif not whole:
        _check_broadcast(node, left, right, scope)
    return combine(left, right)


def _of_numbers(op: ast.AST, left: Any, right: Any) -> Any:
    if isinstance(op, ast.Pow):
        return _power(left, right)
    if isinstance(op, ast.Div):
        return _bounded(Fraction(left) / Fraction(right))
    return _bounded(_OPERATORS[type(op)](left, right))


def _power(base: Any, exponent: Any) -> Any:
    if not isinstance(exponent, int):
        return exact_array(base) ** exact_array(exponent)
    bits = max(abs(base.numerator).bit_length(), base.denominator.bit_length())
    if bits * abs(exponent) > MOST_BITS:
        raise UsageError(f"a number of the formula has more than {MOST_BITS} bits")
    return _bounded(Fraction(base) ** exponent)


def _check_product(node: Any, left: Any, right: Any, scope: Scope) -> None:
    if not left.ndim or not right.ndim:
        raise scope.error(node, f"`{ast.unparse(node)}` multiplies a number as a matrix: write *")
    inner, other = left.shape[-1], right.shape[-2 if right.ndim > 1 else 0]
    if inner != other:
        raise scope.error(node, _sides(node, left, right, scope, inner, other))


def _check_broadcast(node: Any, left: Any, right: Any, scope: Scope) -> None:
    pairs = zip(reversed(left.shape), reversed(right.shape), strict=False)
    wrong = next(((a, b) for a, b in pairs if a != b and 1 not in (a, b)), None)
    if wrong is not None:
        raise scope.error(node, _sides(node, left, right, scope, *wrong))
    bound_cells(np.broadcast_shapes(left.shape, right.shape))


def _sides(node: Any, left: Any, right: Any, scope: Scope, a: int, b: int) -> str:
    """Return ``A is (m, n), x is (k,): n != k``."""
    first, second = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.left, node.comparators[0])
    sizes = " != ".join(scope.shown((size,)).strip("(,)") for size in (a, b))
    names = [f"{ast.unparse(n)} is {scope.shown(x.shape)}" for n, x in ((first, left), (second, right))]
    return f"in `{ast.unparse(node)}`, {names[0]}, {names[1]}: {sizes}"


def _unary(node: ast.UnaryOp, scope: Scope) -> Any:
    value = _value(node.operand, scope)
    if isinstance(node.op, ast.Invert):
        return ~np.asarray(value, dtype=bool)
    if not isinstance(value, (int, float, Fraction)):
        value = exact_array(value)
    return -value if isinstance(node.op, ast.USub) else +value


def _compare(node: ast.Compare, scope: Scope) -> Any:
    values = [_value(n, scope) for n in (node.left, *node.comparators)]
    answers = [
        _operate(node, op, left, right, scope)
        for op, left, right in zip(node.ops, values, values[1:], strict=False)
    ]  # fmt: skip
    result = answers[0]
    for answer in answers[1:]:
        result = result & answer
    return result


# -- calls and indices -------------------------------------------------------------------------------------------


def _call(node: ast.Call, scope: Scope) -> Any:
    name = plain_name(node.func, {*scope.arrays, *scope.sizes})
    given = [_value(a, scope) for a in node.args]
    options = {k.arg or "": _value(k.value, scope) for k in node.keywords if k.arg != "dtype"}
    if name == "einsum":
        return einsum(given)
    if name in FUNCTIONS:
        return apply(name or "", FUNCTIONS[name or ""], [a for a in given if not isinstance(a, DType)], options)
    assert isinstance(node.func, ast.Attribute)  # noqa: S101 - the grammar let nothing else through
    return method(node.func.attr, exact_array(_value(node.func.value, scope)), given, options)


def _subscript(node: ast.Subscript, scope: Scope) -> Any:
    value, key = _value(node.value, scope), _value(node.slice, scope)
    if isinstance(value, (tuple, list)) and not isinstance(key, tuple):
        return value[key]
    parts = key if isinstance(key, tuple) else (key,)
    return exact_array(value)[tuple(index_of(p) for p in parts)]


def _slice(node: ast.Slice, scope: Scope) -> slice:
    return slice(*(None if n is None else _value(n, scope) for n in (node.lower, node.upper, node.step)))


_READ: dict[type, Callable[[Any, Scope], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.Call: _call,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Tuple: lambda node, scope: tuple(_value(n, scope) for n in node.elts),
    ast.List: lambda node, scope: [_value(n, scope) for n in node.elts],
}
