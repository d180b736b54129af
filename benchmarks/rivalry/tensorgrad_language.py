"""tensorgrad's tensors: variables with named edges, products over shared edges, functions of every entry."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import sympy as sp
import tensorgrad as tg
import tensorgrad.functions as F  # noqa: N812 - its own name for them

from benchmarks.rivalry.language import NUMBERS, UNIT, Axes, Language, NoTranslationError, Value, broadcast
from benchmarks.rivalry.reading import read
from benchmarks.rivalry.tensorgrad_values import numbers_of
from symbolic.tensors.nodes import Dim
from symbolic.tensors.parse import parse_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symbolic.tensors.tensor import Dims

WAYS = ("full_simplify", "simplify")
VERSION = f"tensorgrad {version('tensorgrad')}"
VECTOR, MATRIX = 1, 2
DENOMINATOR = 1000
FUNCTIONS = {
    "exp": F.exp, "log": F.log, "tanh": F.tanh, "erf": F.erf, "relu": F.relu, "abs": F.abs, "sign": F.sign,
    "step": F.gt0,
}  # fmt: skip


@dataclass(frozen=True)
class Net:
    """A tensor and its edges in the order of NumPy's axes; an axis of length 1 is no edge."""

    tensor: Any
    edges: tuple[str | None, ...] = ()


def derivative(formula: str, wrt: str, shapes: str, way: str) -> tuple[Any, Any]:
    """Return the formula and its derivative as tensorgrad has them.

    Raises
    ------
    NoTranslationError
        tensorgrad has no word for a part of the formula.
    """
    language = Networks()
    function = language.net(read(formula, shapes, language))
    variable = language.net(language.variable(wrt, parse_shapes(shapes)[wrt]))
    names = {edge: f"by_{edge}" for edge in variable.edges if edge}
    slope = function.tensor.grad(variable.tensor, names)
    slope = slope.full_simplify() if way == WAYS[0] else slope.simplify()
    return function, Net(slope, (*function.edges, *names.values()))


def evaluated(expression: Any, point: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    """Return an expression's numbers, axes of length 1 left out."""
    return numbers_of(expression.tensor, [edge for edge in expression.edges if edge], point, sizes)


def unevaluated(expression: Any) -> bool:
    """Tell whether a derivative in it has not been carried out."""
    return "Derivative(" in repr(expression.tensor)


class Networks(Language):
    """tensorgrad's tensors."""

    def __init__(self) -> None:
        self.fresh = (f"e{k}" for k in itertools.count())

    def net(self, value: Value) -> Net:
        """Return the tensor that a value is; a number is one without edges."""
        return value.it if isinstance(value.it, Net) else Net(tg.Tensor(value.it))

    def _renamed(self, value: Value, names: tuple[str, ...]) -> Any:
        """Return the tensor with its edges under new names; axes of length 1 get none."""
        net = self.net(value)
        pairs = zip(net.edges, names, strict=True)
        return net.tensor.rename(**{old: new for old, new in pairs if old})

    def _names(self, count: int) -> tuple[str, ...]:
        return tuple(itertools.islice(self.fresh, count))

    def number(self, given: float | tuple[float, float]) -> Any:
        """Return a number as it is, a quotient of whole ones as a fraction."""
        if not isinstance(given, tuple):
            return given
        top, bottom = given
        return Fraction(top, bottom) if isinstance(top, int) and isinstance(bottom, int) else top / bottom

    def size(self, dims: Dims) -> Value:
        """Return a size as a number: a tensor without edges."""
        return Value(self, Net(tg.Delta(_symbol(dims))) if dims else 1, (), dims)

    def variable(self, name: str, axes: Axes) -> Value:
        """Return a variable, its edges named after its axes."""
        edges = tuple(f"{name}{k}" for k in range(len(axes)))
        return Value(self, Net(tg.Variable(name, **dict(zip(edges, map(_symbol, axes), strict=True))), edges), axes)

    def _pair(self, a: Value, b: Value) -> tuple[Any, Any, Axes, tuple[str | None, ...]]:
        """Return two tensors whose aligned axes are edges of one name."""
        axes = broadcast(a.axes, b.axes)
        names = self._names(len(axes))
        left, right = (self._renamed(v, names[len(axes) - len(v.axes) :]) for v in (a, b))
        return left, right, axes, tuple(n if n in left.edges or n in right.edges else None for n in names)

    def add(self, a: Value, b: Value) -> Value:
        """Return the sum."""
        if not isinstance(a.it, Net) and not isinstance(b.it, Net):
            return Value(self, a.it + b.it, ())
        for number, other in ((a, b), (b, a)):
            if not isinstance(number.it, Net):
                return Value(self, Net(other.it.tensor + number.it, other.it.edges), other.axes)
        left, right, axes, edges = self._pair(a, b)
        return Value(self, Net(left + right, edges), axes)

    def multiply(self, a: Value, b: Value) -> Value:
        """Return the product of entries."""
        if not isinstance(a.it, Net) and not isinstance(b.it, Net):
            return Value(self, a.it * b.it, ())
        for number, other in ((a, b), (b, a)):
            if not isinstance(number.it, Net):
                return Value(self, Net(number.it * other.it.tensor, other.it.edges), other.axes)
        left, right, axes, edges = self._pair(a, b)
        return Value(self, Net(left * right, edges), axes)

    def power(self, a: Value, exponent: Any) -> Value:
        """Return every entry to a power: a fraction, or by exp and log."""
        if not isinstance(exponent, NUMBERS):
            return self.apply("exp", exponent * self.apply("log", a))
        fraction = Fraction(exponent).limit_denominator(DENOMINATOR)
        if abs(float(fraction) - exponent) > 0:
            raise NoTranslationError(f"the power {exponent}")
        whole = int(fraction) if fraction.denominator == 1 else fraction
        return Value(self, Net(F.pow(self.net(a).tensor, whole), self.net(a).edges), a.axes)

    def apply(self, function: str, a: Value) -> Value:
        """Return a function of every entry."""
        if function not in FUNCTIONS:
            raise NoTranslationError(function)
        net = self.net(a)
        return Value(self, Net(FUNCTIONS[function](net.tensor), net.edges), a.axes)

    def _gathered(self, a: Value, axis: int | None, keepdims: bool, gather: Any) -> Value:
        edges = self.net(a).edges
        gone = range(len(edges)) if axis is None else (axis % len(edges),)
        names = [edges[k] for k in gone if edges[k]]
        tensor = gather(a.it.tensor, names) if names else self.net(a).tensor
        if keepdims:
            pairs = [(None, UNIT) if k in gone else (e, a.axes[k]) for k, e in enumerate(edges)]
        else:
            pairs = [(e, a.axes[k]) for k, e in enumerate(edges) if k not in gone]
        return Value(self, Net(tensor, tuple(e for e, _ in pairs)), tuple(d for _, d in pairs))

    def total(self, a: Value, axis: int | None, keepdims: bool) -> Value:
        """Return a sum over edges."""
        return self._gathered(a, axis, keepdims, F.sum)

    def maximum(self, a: Value, axis: int | None, keepdims: bool) -> Value:
        """Return the greatest along edges."""
        return self._gathered(a, axis, keepdims, F.max)

    def matmul(self, a: Value, b: Value) -> Value:
        """Return the matrix product: the inner edges get one name."""
        if not a.axes or not b.axes or a.axes[-1] != b.axes[0]:
            raise NoTranslationError("sizes of a product")
        inner, *outer = self._names(len(a.axes) + len(b.axes) - 1)
        left, right = (*outer[: len(a.axes) - 1], inner), (inner, *outer[len(a.axes) - 1 :])
        tensor = self._renamed(a, left) @ self._renamed(b, right)
        edges = tuple(e if e in tensor.edges else None for e in outer)
        return Value(self, Net(tensor, edges), a.axes[:-1] + b.axes[1:])

    def transpose(self, a: Value) -> Value:
        """Return the same tensor with its axes the other way round."""
        net = self.net(a)
        return Value(self, Net(net.tensor, net.edges[::-1]), a.axes[::-1])

    def linear(self, name: str, a: Value) -> Value:
        """Return a function of a whole matrix."""
        net = self.net(a)
        if name == "diag" and len(a.axes) == VECTOR:
            edges = self._names(MATRIX)
            return Value(self, Net(F.diag(net.tensor, list(edges)), edges), a.axes * 2)
        if len(a.axes) != MATRIX or None in net.edges:
            raise NoTranslationError(f"{name} of no matrix")
        if name == "diag":
            edges = self._names(VECTOR)
            return Value(self, Net(F.diag(net.tensor, list(edges)), edges), a.axes[:1])
        if name == "inv":  # edges of one name cancel: the inverse has its rows where the matrix has its columns
            return Value(self, Net(F.inverse(net.tensor), net.edges[::-1]), a.axes)
        return Value(self, Net((F.trace if name == "trace" else F.det)(net.tensor)), ())

    def special(self, name: str, axes: Axes) -> Value:
        """Return a constant."""
        edges = self._names(len(axes))
        sizes = list(map(_symbol, axes))
        if name == "eye":
            return Value(self, Net(tg.Delta(sizes[0], *edges), edges), axes)
        make = tg.Ones if name == "ones" else tg.Zero
        return Value(self, Net(make(**dict(zip(edges, sizes, strict=True))), edges), axes)

    def einsum(self, spelling: str, *operands: Value) -> Value:
        """Return a product over edges, and the sum over those that are not in the result."""
        inputs, output = spelling.split("->")
        names: dict[str, str] = {}
        sizes: dict[str, Dims] = {}
        product: Any = None
        for letters, operand in zip(inputs.split(","), operands, strict=True):
            if len(set(letters)) < len(letters):
                raise NoTranslationError("a diagonal in einsum")
            for letter, dims in zip(letters, operand.axes, strict=True):
                sizes[letter] = dims
                names.setdefault(letter, *self._names(1))
            tensor = self._renamed(operand, tuple(names[letter] for letter in letters))
            product = tensor if product is None else product * tensor
        gone = [names[letter] for letter in names if letter not in output]
        tensor = F.sum(product, gone) if gone else product
        return Value(self, Net(tensor, tuple(names[k] for k in output)), tuple(sizes[k] for k in output))

    def index(self, a: Value, keys: tuple[Any, ...]) -> Value:
        """Return a part, by `F.window`; None is an axis of length 1."""
        tensor, edges, axes = self.net(a).tensor, list(self.net(a).edges), list(a.axes)
        keys += (slice(None),) * (len(axes) - sum(key is not None for key in keys))
        place, own, lengths = 0, [], []
        for key in keys:
            if key is None:
                own.append(None)
                lengths.append(UNIT)
                continue
            edge, dims = edges[place], axes[place]
            place += 1
            if key != slice(None):
                tensor, edge, dims = self._windowed(tensor, edge, dims, key)
            if not isinstance(key, int):
                own.append(edge)
                lengths.append(dims)
        return Value(self, Net(tensor, tuple(own)), tuple(lengths))

    def _windowed(self, tensor: Any, edge: Any, dims: Dims, key: Any) -> tuple[Any, Any, Dims]:
        (name,) = self._names(1)
        start, stop = (key, None) if isinstance(key, int) else (key.start or 0, key.stop or 0)
        if len(dims) != 1 or start < 0 or (stop or 0) > 0 or getattr(key, "step", None):
            raise NoTranslationError("slices with a step, or from the end")
        (dim,) = dims
        length = (Dim("", 1),) if stop is None else (Dim(dim.name, dim.offset - start + stop),)
        part = tensor @ F.window(start=start, **{edge: _symbol(dims), name: _symbol(length)})
        return (F.sum(part, [name]), None, ()) if stop is None else (part, name, length)


def _symbol(dims: Dims) -> Any:
    """Return a size as a symbol, as tensorgrad wants them: ``n``, ``n_minus_1``."""
    if len(dims) != 1:
        raise NoTranslationError("sizes that are products")
    (dim,) = dims
    return sp.Symbol(f"{dim.name}{dim.offset:+d}" if dim.offset else dim.name)
