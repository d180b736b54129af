"""Read a formula in NumPy's spelling as what another language has for it.

A language is a subclass of `Language`: a handful of primitives (variables, sums, products, functions of an entry). What
NumPy has beyond them is defined from them in `functions.py`, once, by its textbook definition. Nothing is rewritten by
an identity: where a language lacks the primitive, the formula has no translation.
"""

from __future__ import annotations

import ast
import inspect
import math
import operator
from typing import TYPE_CHECKING, Any

from benchmarks.rivalry.functions import FUNCTIONS
from benchmarks.rivalry.language import Axes, Language, NoTranslationError, Value
from symbolic.tensors.nodes import Dim
from symbolic.tensors.parse import parse_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CONSTANTS = {"pi": math.pi, "inf": math.inf}
ROOTS = frozenset(["np", "numpy", "linalg", "special"])


def read(text: str, shapes: str | Mapping[str, object], language: Language) -> Value:
    """Return a formula in the language.

    Raises
    ------
    NoTranslationError
        The language has no word for a part of it.
    """
    value = Reader(parse_shapes(shapes), language).read(ast.parse(text.strip(), mode="eval").body)
    if not isinstance(value, Value):
        raise NoTranslationError("a number, a tuple or a text")
    return value


class Reader:
    """Walks over the tree of one formula."""

    def __init__(self, shapes: Mapping[str, Axes], language: Language) -> None:
        self.shapes, self.language = shapes, language
        self.sizes = {d.name for axes in shapes.values() for dims in axes for d in dims if d.name}

    def read(self, node: ast.AST) -> Any:
        """Return what a node means: a value, a number, or an argument as it is."""
        reader = getattr(self, f"_{type(node).__name__.lower()}", None)
        if reader is None:
            raise NoTranslationError(type(node).__name__)
        return reader(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _name(self, node: ast.Name) -> Any:
        if node.id in self.shapes:
            return self.language.variable(node.id, self.shapes[node.id])
        if node.id in self.sizes:
            return self.language.size((Dim(node.id, 0),))
        raise NoTranslationError(node.id)

    def _tuple(self, node: ast.Tuple) -> Any:
        return tuple(map(self.read, node.elts))

    def _list(self, node: ast.List) -> Any:
        return [self.read(part) for part in node.elts]

    def _slice(self, node: ast.Slice) -> slice:
        return slice(*(None if part is None else self.read(part) for part in (node.lower, node.upper, node.step)))

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        if not isinstance(node.op, ast.USub):
            raise NoTranslationError(type(node.op).__name__)
        return -self.read(node.operand)

    def _binop(self, node: ast.BinOp) -> Any:
        operation = OPERATORS.get(type(node.op))
        if operation is None:
            raise NoTranslationError(type(node.op).__name__)
        return operation(self.read(node.left), self.read(node.right))

    def _compare(self, node: ast.Compare) -> Value:
        left, right = self.read(node.left), self.read(node.comparators[0])
        if len(node.ops) > 1 or type(node.ops[0]) not in GREATER:
            raise NoTranslationError("comparison")
        difference = left - right if GREATER[type(node.ops[0])] else right - left
        return self.language.apply("step", difference)  # off kinks, < and <= are one

    def _attribute(self, node: ast.Attribute) -> Any:
        if _is_module(node.value) and node.attr in CONSTANTS:
            return CONSTANTS[node.attr]
        value = self.read(node.value)
        if node.attr == "T":
            return self.language.transpose(value)
        if node.attr == "size":
            return math.prod(map(self.language.size, value.axes))
        raise NoTranslationError(node.attr)

    def _subscript(self, node: ast.Subscript) -> Value:
        keys = self.read(node.slice)
        if isinstance(node.value, ast.Call) and _called(node.value) == "slogdet" and keys == 1:
            return self.language.apply("log", self.language.linear("det", self.read(node.value.args[0])))
        keys = keys if isinstance(keys, tuple) else (keys,)
        parts = [p for key in keys for p in ((key.start, key.stop, key.step) if isinstance(key, slice) else (key,))]
        if not all(part is None or isinstance(part, int) for part in parts):
            raise NoTranslationError("an index that is no number")
        return self.language.index(self.read(node.value), keys)

    def _call(self, node: ast.Call) -> Any:
        name = _called(node)
        if name not in FUNCTIONS:
            raise NoTranslationError(name)
        options = {word.arg: self.read(word.value) for word in node.keywords if word.arg}
        given = [self.read(a) for a in node.args]
        if isinstance(node.func, ast.Attribute) and not _is_module(node.func.value):
            given = [self.read(node.func.value), *given]
        function: Callable[..., Any] = FUNCTIONS[name]
        try:
            inspect.signature(function).bind(self.language, *given, **options)
        except TypeError as error:
            raise NoTranslationError(f"{name}: {error}") from error
        return function(self.language, *given, **options)


def _called(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_module(node: ast.AST) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name) and node.id in ROOTS


OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: operator.pow, ast.MatMult: operator.matmul, ast.BitAnd: operator.mul,
}  # fmt: skip
GREATER: dict[type[ast.cmpop], bool] = {ast.Gt: True, ast.GtE: True, ast.Lt: False, ast.LtE: False}
