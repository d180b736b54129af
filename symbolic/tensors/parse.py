"""Read a formula in NumPy's spelling: parsed by `ast` against a whitelist, never evaluated."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError
from symbolic.tensors.indexing import indexed
from symbolic.tensors.nodes import MINUS_ONE, ONE, Constant, Dim, Node, Num, SizeOf, add, apply, mul, number, power
from symbolic.tensors.shaping import stack
from symbolic.tensors.tensor import Dims, Tensor, broadcast, matmul, scalar, size_of, variable
from symbolic.tensors.vocabulary import FUNCTIONS, METHODS, call, where

if TYPE_CHECKING:
    from collections.abc import Callable

Shapes = Mapping[str, tuple[Dims, ...]]

ROOTS = frozenset(["np", "numpy", "jnp", "linalg", "scipy", "special", "LA", "nn", "F", "math", "torch"])
CONSTANTS = {"pi": Constant("pi"), "e": apply("exp", ONE)}
WORDS = {"inf": "inf", "newaxis": None, **{name: name for name in ("float", "int", "bool", "float32", "float64")}}
LONGEST = 4000
DEEPEST = 60


def parse_shapes(shapes: str | Mapping[str, object] | None) -> dict[str, tuple[Dims, ...]]:
    """Read ``"A: m,n  x: n  a:"`` or a mapping of names to shapes.

    Raises
    ------
    FormulaError
        A size is not a name, a whole number, ``n-1`` or a product of such.
    """
    if shapes is None:
        return {}
    if isinstance(shapes, Mapping):
        return {str(name): _shape(given) for name, given in shapes.items()}
    if not isinstance(shapes, str):
        raise FormulaError(f"shapes are text such as 'A: m,n  x: n' or a mapping, not {shapes!r}")
    parts = re.split(r"([A-Za-z_]\w*)\s*:", shapes)
    if parts[0].strip(" ,;\n{"):
        raise FormulaError(f"shapes begin with {parts[0]!r}: write 'A: m,n  x: n'")
    return {name: _shape(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _shape(given: object) -> tuple[Dims, ...]:
    if isinstance(given, str):
        text = given.strip().strip(";,").strip().strip("()[]")
        given = (
            []
            if text.strip().lower() in ("", "scalar", "()")
            else [t for t in re.split(r"[,\s]+(?![-+*\s])", text) if t]
        )
    if not isinstance(given, Sequence):
        given = (given,)
    return tuple(
        size if isinstance(size, tuple) and all(isinstance(d, Dim) for d in size) else _dims(str(size))
        for size in given
    )


def _dims(text: str) -> Dims:
    dims: list[Dim] = []
    for part in text.replace(" ", "").strip("()").split("*"):
        match = re.fullmatch(r"(?P<number>\d{1,6})|(?P<name>[A-Za-z_]\w*)(?P<offset>[+-]\d{1,6})?", part)
        if match is None:
            raise FormulaError(f"{text!r} is no size: give a name, a whole number, 'n-1' or a product such as 'm*n'")
        dim = Dim("", int(match["number"])) if match["number"] else Dim(match["name"], int(match["offset"] or 0))
        if dim == Dim("", 0):
            raise FormulaError("a size of 0 leaves nothing to differentiate: give a size of 1 or more")
        if dim != Dim("", 1):
            dims.append(dim)
    return tuple(dims)


@dataclass
class Reader:
    """Reads one formula: what its names mean, and where the reader is."""

    shapes: Shapes
    sizes: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = frozenset(d.name for shape in self.shapes.values() for axis in shape for d in axis if d.name)

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
        raise FormulaError(
            f"{text.strip()[:80]!r} is not an expression: {getattr(error, 'msg', error)}", column
        ) from None
    if _depth(tree) > DEEPEST:
        raise FormulaError(f"the formula is nested more than {DEEPEST} deep: name its parts")
    value = Reader(known).read(tree.body)
    return value if isinstance(value, Tensor) else lifted(value)


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
        raise FormulaError(f"the operator {type(node.op).__name__} is not read: use + - * / ** @", node.col_offset + 1)
    left, right = reader.read(node.left), reader.read(node.right)
    if isinstance(left, (tuple, list)) and isinstance(right, (tuple, list)) and isinstance(node.op, ast.Add):
        return (*left, *right)
    return operator(lifted(left), lifted(right))


def difference(a: Node, b: Node) -> Node:
    """Return ``a - b``."""
    return add(a, mul(MINUS_ONE, b))


def quotient(a: Node, b: Node) -> Node:
    """Return ``a / b``."""
    if b == number(0):
        raise FormulaError("division by 0")
    return mul(a, power(b, MINUS_ONE))


BINARY: dict[type, Callable[[Tensor, Tensor], Tensor]] = {
    ast.Add: lambda a, b: broadcast(add, a, b),
    ast.Sub: lambda a, b: broadcast(difference, a, b),
    ast.Mult: lambda a, b: broadcast(mul, a, b),
    ast.Div: lambda a, b: broadcast(quotient, a, b),
    ast.Pow: lambda a, b: broadcast(power, a, b),
    ast.MatMult: matmul,
    ast.BitAnd: lambda a, b: broadcast(mul, a, b),
    ast.BitOr: lambda a, b: broadcast(lambda x, y: add(x, y, mul(MINUS_ONE, x, y)), a, b),
}


def _unary(reader: Reader, node: ast.UnaryOp) -> Any:
    if isinstance(node.op, ast.USub) and reader.read(node.operand) == "inf":
        return "-inf"
    t = reader.tensor(node.operand)
    if isinstance(node.op, ast.USub):
        return t.map(lambda x: mul(MINUS_ONE, x))
    return complement(t) if isinstance(node.op, (ast.Not, ast.Invert)) else t


def complement(t: Tensor) -> Tensor:
    """Return the bracket of what does not hold."""
    return t.map(lambda x: difference(ONE, x))


COMPARISONS: dict[type, Callable[[Node, Node], Node]] = {
    ast.Gt: lambda a, b: apply("positive", difference(a, b)),
    ast.Lt: lambda a, b: apply("positive", difference(b, a)),
    ast.GtE: lambda a, b: apply("nonnegative", difference(a, b)),
    ast.LtE: lambda a, b: apply("nonnegative", difference(b, a)),
    ast.Eq: lambda a, b: apply("zero", difference(a, b)),
    ast.NotEq: lambda a, b: difference(ONE, apply("zero", difference(a, b))),
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


def _attribute(reader: Reader, node: ast.Attribute) -> Any:
    if (path := _path(node)) is not None:
        return reader.name(path)
    value = reader.read(node.value)
    if isinstance(value, tuple) and node.attr in ("logabsdet", "sign"):
        return value[("sign", "logabsdet").index(node.attr)]
    return attribute(lifted(value), node.attr)


def attribute(t: Tensor, name: str) -> Any:
    """Return an attribute of a tensor, as NumPy calls it.

    Raises
    ------
    FormulaError
        It is none of ``.T``, ``.shape``, ``.size`` and ``.ndim``.
    """
    if name in ("T", "mT", "H"):
        return call("transpose", [t], {})
    if name == "shape":
        return tuple(scalar(size_of([axis])) for axis in t.axes)
    if name == "size":
        return scalar(size_of(t.axes))
    if name == "ndim":
        return scalar(t.rank)
    raise FormulaError(f".{name} is not read: use .T, .shape, .size or .ndim")


def _path(node: ast.expr) -> str | None:
    """Return the last name of ``np.linalg.inv`` and its kin; None where the root is no module."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name) and node.id in ROOTS and all(name in ROOTS for name in names[1:]):
        return names[0] if names else None
    return None


def _called(reader: Reader, node: ast.Call) -> Any:
    keywords = {k.arg: reader.read(k.value) for k in node.keywords if k.arg is not None}
    if len(keywords) < len(node.keywords) or any(isinstance(a, ast.Starred) for a in node.args):
        raise FormulaError("* and ** in a call are not read: write the arguments out")
    name = (
        node.func.id
        if isinstance(node.func, ast.Name)
        else _path(node.func)
        if isinstance(node.func, ast.Attribute)
        else None
    )
    arguments = [reader.read(a) for a in node.args]
    if name is not None and name in FUNCTIONS:
        return call(name, arguments, keywords)
    if name is None and isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        return call(METHODS[node.func.attr], [reader.tensor(node.func.value), *arguments], keywords)
    asked = name or getattr(node.func, "attr", "this call")
    raise FormulaError(f"{asked} is no function known here: known are {', '.join(sorted(FUNCTIONS))}")


def _subscript(reader: Reader, node: ast.Subscript) -> Any:
    value = reader.read(node.value)
    key = reader.read(node.slice)
    if isinstance(value, (tuple, list)):
        at = key.entry if isinstance(key, Tensor) else None
        if not isinstance(at, Num) or at.value.denominator != 1 or not -len(value) <= at.value < len(value):
            raise FormulaError(f"a tuple of {len(value)} takes a whole number as its index")
        return value[int(at.value)]
    return indexed(lifted(value), key if isinstance(key, tuple) else (key,))


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
