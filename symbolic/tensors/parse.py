"""Read a formula in NumPy's spelling: parsed by `ast` against a whitelist, never evaluated."""

from __future__ import annotations

import ast
import difflib
import itertools
import keyword
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors import entries as e
from symbolic.tensors.arguments import whole
from symbolic.tensors.arranging import stack
from symbolic.tensors.indexing import Picks, Weights, indexed
from symbolic.tensors.nodes import ONE, Constant, Dim, Node, Num, SizeOf, add, apply, mul, power
from symbolic.tensors.shapes import Shapes, parse_shapes
from symbolic.tensors.sizes import names_of
from symbolic.tensors.tensor import Tensor, as_number, broadcast, matmul, scalar, variable
from symbolic.tensors.vocabulary import FUNCTIONS, METHODS, call, where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROOTS = frozenset(["np", "numpy", "jnp", "linalg", "scipy", "special", "LA", "nn", "F", "math", "torch"])
CONSTANTS = {"pi": Constant("pi"), "e": apply("exp", ONE), "euler_gamma": Constant("euler_gamma")}
TYPES = ("dtype float", "dtype int", "dtype bool")
WORDS = {
    "inf": "inf",
    "newaxis": None,
    **dict.fromkeys(("float", "float32", "float64"), TYPES[0]),
    **dict.fromkeys(("int", "int32", "int64"), TYPES[1]),
    "bool": TYPES[2],
}
LONGEST = 4000
DEEPEST = 60


@dataclass
class Reader:
    """Reads one formula: what its names mean, and where the reader is."""

    shapes: Shapes
    sizes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = frozenset(
            name for shape in self.shapes.values() for axis in shape for d in axis for name in names_of(d)
        )

    def read(self, node: ast.AST) -> Any:
        """Return what an expression means: a tensor, or a tuple, text, None or a slice for an argument.

        Raises
        ------
        FormulaError
            The expression is not in the whitelist, or its sizes do not fit.
        """
        reader = _READERS.get(type(node))
        column = getattr(node, "col_offset", 0) + 1
        if reader is None:
            raise FormulaError(
                f"{type(node).__name__} is not part of a formula: use numbers, names, operators and calls", column
            )
        try:
            return reader(self, node)
        except FormulaError as error:
            if error.column is not None:
                raise
            raise FormulaError(str(error), column) from None

    def tensor(self, node: ast.AST) -> Tensor:
        """Return the tensor that an expression means."""
        return lifted(self.read(node))

    def name(self, name: str) -> Any:
        """Return what a bare name means."""
        if name in self.shapes:
            return variable(name, self.shapes[name])
        if name in self.sizes:
            return scalar(SizeOf(Dim(name, 0)))
        if name in CONSTANTS:
            return scalar(CONSTANTS[name])
        if name in WORDS:
            return WORDS[name]
        known = ", ".join([*self.shapes, *sorted(self.sizes)]) or "none"
        raise FormulaError(f"{name} has no shape: name it in shapes (known: {known})")


def lifted(value: object) -> Tensor:
    """Return a tensor; a list of tensors is stacked.

    Raises
    ------
    FormulaError
        The value is no tensor.
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Weights):
        return value.value()
    if isinstance(value, (tuple, list)):
        return stack(tuple(map(lifted, value)))
    raise FormulaError(f"{value!r} stands where a number or a tensor is expected")


def parse(text: str, shapes: str | Mapping[str, object] | None) -> Tensor:
    """Read a formula as a tensor.

    Parameters
    ----------
    text : str
        A formula in NumPy's spelling, as ``"norm(A @ x - b)**2"``; prefixes such as ``np.linalg.`` are optional.
    shapes : str or mapping
        ``"A: m,n  x: n  b: m"``; sizes are for every size, and their names are numbers in the formula.

    Raises
    ------
    FormulaError
        The text is not a formula of ours, or its sizes do not fit; with the column.
    """
    known = parse_shapes(shapes)
    if not isinstance(text, str):
        raise FormulaError(f"a formula is text, not {type(text).__name__}")
    if len(text) > LONGEST:
        raise FormulaError(f"the formula has {len(text)} characters: at most {LONGEST} are read")
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = getattr(error, "offset", None) or None  # 0: Python has no place for it
        raise FormulaError(f"{text.strip()[:80]!r} is not an expression: {_why(text, error)}", column) from None
    if _depth(tree) > DEEPEST:
        raise FormulaError(f"the formula is nested more than {DEEPEST} deep: name its parts")
    value = Reader(known).read(tree.body)
    return value if isinstance(value, Tensor) else lifted(value)


def _why(text: str, error: BaseException) -> str:
    """Return why Python cannot read a text."""
    if not text.strip():
        return "it is empty"
    reserved = [w for w in re.findall(r"[^\W\d]\w*", text) if keyword.iskeyword(w) and w not in ("if", "else", "None")]
    if reserved:
        return f"{reserved[0]!r} is a reserved word of Python, choose another name"
    return str(getattr(error, "msg", error))


def _depth(tree: ast.AST) -> int:
    deepest, stack = 0, [(tree, 1)]
    while stack:
        node, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest


# -- one reader a kind of expression ----------------------------------------------------------------------------


def _constant(_: Reader, node: ast.Constant) -> Any:
    value = node.value
    if value is None or isinstance(value, (str, bool)) or value is Ellipsis:
        return value
    if isinstance(value, (int, float)) and abs(value) < 1e30:
        return scalar(Num(Fraction(str(value))))
    raise FormulaError(f"{value!r} is not a real number of ordinary size")


def _binary(reader: Reader, node: ast.BinOp) -> Any:
    operator = BINARY.get(type(node.op))
    if operator is None:
        hint = ", a power is written **" if isinstance(node.op, ast.BitXor) else ""
        raise FormulaError(
            f"the operator {type(node.op).__name__} is not read: use + - * / // % ** @{hint}", node.col_offset + 1
        )
    left, right = reader.read(node.left), reader.read(node.right)
    if isinstance(left, (tuple, list)) and isinstance(right, (tuple, list)) and isinstance(node.op, ast.Add):
        return (*left, *right)
    if isinstance(node.op, ast.Pow):
        _check_power(as_number(left), as_number(right))
    return operator(lifted(left), lifted(right))


def _check_power(base: Num | None, exponent: Num | None) -> None:
    """Refuse powers whose digits would fill a book."""
    if exponent is None:
        return
    size = 1 if base is None else max(abs(base.value.numerator), base.value.denominator).bit_length()
    if abs(exponent.value) * size > MOST_BITS:
        raise FormulaError(f"a power with the exponent {str(exponent.value)[:20]} is too large to be written out")


MOST_BITS = 4096

BINARY: dict[type, Callable[[Tensor, Tensor], Tensor]] = {
    ast.Add: lambda a, b: broadcast(add, a, b),
    ast.Sub: lambda a, b: broadcast(e.difference, a, b),
    ast.Mult: lambda a, b: broadcast(mul, a, b),
    ast.Div: lambda a, b: broadcast(e.quotient, a, b),
    ast.FloorDiv: lambda a, b: broadcast(lambda x, y: e.floor(e.quotient(x, y)), a, b),
    ast.Mod: lambda a, b: broadcast(e.remainder, a, b),
    ast.Pow: lambda a, b: broadcast(power, a, b),
    ast.MatMult: matmul,
    ast.BitAnd: lambda a, b: broadcast(e.both, a, b),
    ast.BitOr: lambda a, b: broadcast(e.either, a, b),
}


def _unary(reader: Reader, node: ast.UnaryOp) -> Any:
    if isinstance(node.op, ast.USub) and reader.read(node.operand) == "inf":
        return "-inf"
    t = reader.tensor(node.operand)
    if isinstance(node.op, ast.USub):
        return t.map(e.negative)
    return complement(t) if isinstance(node.op, (ast.Not, ast.Invert)) else t


def complement(t: Tensor) -> Tensor:
    """Return the bracket of what does not hold."""
    return t.map(lambda x: e.opposite(e.truth(x)))


COMPARISONS: dict[type, Callable[[Node, Node], Node]] = {
    ast.Gt: e.COMPARISONS["greater"],
    ast.Lt: e.COMPARISONS["less"],
    ast.GtE: e.COMPARISONS["greater_equal"],
    ast.LtE: e.COMPARISONS["less_equal"],
    ast.Eq: e.COMPARISONS["equal"],
    ast.NotEq: e.COMPARISONS["not_equal"],
}


def _comparison(reader: Reader, node: ast.Compare) -> Tensor:
    operands = [reader.tensor(part) for part in (node.left, *node.comparators)]
    parts = []
    for operator, a, b in zip(node.ops, operands, operands[1:], strict=False):
        if type(operator) not in COMPARISONS:
            raise FormulaError(f"the comparison {type(operator).__name__} is not read: use < <= > >= == !=")
        parts.append(broadcast(COMPARISONS[type(operator)], a, b))
    return broadcast(mul, *parts)


def _choice(reader: Reader, node: ast.IfExp) -> Tensor:
    return where(*(reader.tensor(part) for part in (node.test, node.body, node.orelse)))


PARTS = {"sign": 0, "logabsdet": 1, "eigenvalues": 0, "eigenvectors": 1, "U": 0, "S": 1, "Vh": 2}
"""The names of what slogdet, eigh and svd return."""


def _attribute(reader: Reader, node: ast.Attribute) -> Any:
    if (path := _path(reader, node)) is not None:  # np.pi is the constant, whatever pi is
        return scalar(CONSTANTS[path]) if path in CONSTANTS else reader.name(path)
    value = reader.read(node.value)
    if isinstance(value, tuple) and PARTS.get(node.attr, len(value)) < len(value):
        return value[PARTS[node.attr]]
    return attribute(lifted(value), node.attr)


def attribute(t: Tensor, name: str) -> Any:
    """Return an attribute of a tensor, as NumPy calls it.

    Raises
    ------
    FormulaError
        It is none of ``.T``, ``.shape``, ``.size`` and ``.ndim``.
    """
    if name in ("T", "H"):
        return call("transpose", [t], {})
    if name in ("mT", "mH"):
        return call("matrix_transpose", [t], {})
    if name in ("shape", "size", "ndim"):
        return call(name, [t], {})
    raise FormulaError(f".{name} is not read: use .T, .shape, .size or .ndim")


def _path(reader: Reader, node: ast.expr) -> str | None:
    """Return the last name of ``np.linalg.inv`` and its kin; None where the root is a variable or no module."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id in reader.shapes or node.id in reader.sizes or not names:
        return None
    chain = [node.id, *reversed(names)]
    rest = list(itertools.dropwhile(ROOTS.__contains__, chain))
    name = ".".join(rest)
    if f"special.{name}" in FUNCTIONS and "special" in chain:
        return f"special.{name}"
    return name if name in FUNCTIONS or len(rest) == 1 < len(chain) else names[0] if not rest else None


def _called(reader: Reader, node: ast.Call) -> Any:
    if any(k.arg is None for k in node.keywords) or any(isinstance(a, ast.Starred) for a in node.args):
        raise FormulaError("* and ** in a call are not read: write the arguments out")
    # numbers here are exact: a dtype says nothing
    keywords = {k.arg: reader.read(k.value) for k in node.keywords if k.arg is not None and k.arg != "dtype"}
    name = node.func.id if isinstance(node.func, ast.Name) else _path(reader, node.func)
    arguments = [value for value in map(reader.read, node.args) if value not in TYPES]
    if name is not None and name in FUNCTIONS:
        return call(name, arguments, keywords)
    if name is None and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        own = reader.read(node.func.value)
        return call(METHODS[node.func.attr], [own if isinstance(own, Weights) else lifted(own), *arguments], keywords)
    asked = str(name or getattr(node.func, "attr", "this call"))
    hint = difflib.get_close_matches(asked, FUNCTIONS, n=3, cutoff=0.6)
    near = f"is it {' or '.join(hint)}? " if hint else ""
    raise FormulaError(f"{asked} is no function known here: {near}docs/derive.md lists what is read")


def _subscript(reader: Reader, node: ast.Subscript) -> Any:
    value = reader.read(node.value)
    key = _key(reader, node.slice)
    if isinstance(value, (tuple, list)) and not isinstance(key, tuple):
        at = key.entry if isinstance(key, Tensor) else None
        if isinstance(key, slice):
            return value[slice(*(None if end is None else whole(end, "an end") for end in (key.start, key.stop)))]
        if not isinstance(at, Num) or at.value.denominator != 1 or not -len(value) <= at.value < len(value):
            raise FormulaError(f"a tuple of {len(value)} takes a whole number as its index")
        return value[int(at.value)]
    keys = key if isinstance(key, tuple) else (key,)
    if isinstance(value, Weights):
        return value.taken(keys)
    return indexed(lifted(value), keys)


def _key(reader: Reader, node: ast.expr) -> Any:
    """Return what stands in square brackets: a list names places along one axis."""
    if isinstance(node, ast.Tuple):
        return tuple(_key(reader, part) for part in node.elts)
    if isinstance(node, ast.List):
        return Picks(tuple(whole(reader.read(part), "an index") for part in node.elts))
    return reader.read(node)


def _slice(reader: Reader, node: ast.Slice) -> slice:
    return slice(*(None if part is None else reader.read(part) for part in (node.lower, node.upper, node.step)))


_READERS: dict[type, Callable[[Reader, Any], Any]] = {
    ast.Constant: _constant,
    ast.Name: lambda reader, node: reader.name(node.id),
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _comparison,
    ast.IfExp: _choice,
    ast.Attribute: _attribute,
    ast.Call: _called,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Tuple: lambda reader, node: tuple(reader.read(e) for e in node.elts),
    ast.List: lambda reader, node: tuple(reader.read(e) for e in node.elts),
}

__all__ = ["Reader", "Shapes", "lifted", "parse", "parse_shapes"]
