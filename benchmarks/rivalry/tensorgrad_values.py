"""The numbers of tensorgrad's expressions at explicit arrays, node by node.

tensorgrad 0.3's own evaluators need the named tensors of torch, which torch 2.13 no longer has.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import opt_einsum
import tensorgrad as tg
from scipy import special
from tensorgrad.compiler.affine import Affine
from tensorgrad.tensor import Rename

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SIMPLE = {
    "exp": np.exp, "tanh": np.tanh, "erf": special.erf, "relu": lambda x: np.maximum(x, 0), "abs": np.abs,
    "sign": np.sign, "gt0": lambda x: np.where(x > 0, 1.0, 0.0), "log": np.emath.log,
}  # fmt: skip


class NoNumbersError(Exception):
    """No value is known here for a node."""


def numbers_of(tensor: Any, edges: Sequence[str], point: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
    """Return the numbers, with the edges in this order; complex ones only where they have to be.

    Raises
    ------
    NoNumbersError
        There are none.
    """
    return np.real_if_close(_Values(point, sizes).along(tensor, list(edges)))


class _Values:
    """Values by node, each once."""

    def __init__(self, point: Mapping[str, Any], sizes: Mapping[str, int]) -> None:
        self.point, self.sizes = point, sizes
        self.known: dict[int, tuple[Any, list[str], Any]] = {}
        self.rules = {
            tg.Variable: self._variable, Rename: self._rename, tg.Delta: self._delta, tg.Zero: self._zero,
            Affine: self._affine, tg.Sum: self._sum, tg.Product: self._product, tg.Function: self._function,
        }  # fmt: skip

    def length(self, symbol: Any) -> int:
        """Return a size: ``n``, ``n-1`` or ``3``."""
        name, offset = re.fullmatch(r"([A-Za-z_]\w*)?([-+]?\d+)?", str(symbol)).groups()
        return (self.sizes[name] if name else 0) + int(offset or 0)

    def along(self, tensor: Any, order: list[str]) -> Any:
        """Return the array of a tensor with its edges in an order."""
        edges, cells = self.at(tensor)
        if set(edges) != set(order):
            raise NoNumbersError(f"edges {edges}, not {order}")
        return np.transpose(cells, [edges.index(e) for e in order])

    def at(self, tensor: Any) -> tuple[list[str], Any]:
        """Return the edges of a tensor, and its array."""
        if id(tensor) not in self.known:
            edges, cells = self._new(tensor)
            self.known[id(tensor)] = (tensor, edges, cells)
        return self.known[id(tensor)][1:]

    def _new(self, tensor: Any) -> tuple[list[str], Any]:
        for kind, rule in self.rules.items():
            if isinstance(tensor, kind):
                return rule(tensor, list(tensor.edges))
        raise NoNumbersError(type(tensor).__name__)

    def _variable(self, tensor: Any, edges: list[str]) -> tuple[list[str], Any]:
        return edges, np.asarray(self.point[tensor.name], dtype=float)

    def _rename(self, tensor: Any, _edges: list[str]) -> tuple[list[str], Any]:
        inner, cells = self.at(tensor.tensor)
        return [tensor.mapping.get(e, e) for e in inner], cells

    def _shape(self, tensor: Any) -> list[int]:
        return [self.length(n) for n in tensor.shape.values()]

    def _zero(self, tensor: Any, edges: list[str]) -> tuple[list[str], Any]:
        return edges, np.zeros(self._shape(tensor))

    def _sum(self, tensor: Any, edges: list[str]) -> tuple[list[str], Any]:
        terms = zip(tensor.weights, tensor.terms, strict=True)
        return edges, sum((float(w) * self.along(t, edges) for w, t in terms), np.zeros(self._shape(tensor)))

    def _delta(self, tensor: Any, edges: list[str]) -> tuple[list[str], Any]:
        n = self.length(tensor.size)
        if not edges:
            return edges, np.array(float(n))
        cells = np.zeros((n,) * len(edges))
        cells[(np.arange(n),) * len(edges)] = 1
        return edges, cells

    def _affine(self, tensor: Any, edges: list[str]) -> tuple[list[str], Any]:
        shape = self._shape(tensor)
        places = dict(zip(edges, np.indices(shape), strict=True))
        cells = np.ones(shape, dtype=bool)
        for row, constant in tensor.rows:
            cells &= sum(int(c) * places[e] for e, c in row.items()) == int(constant)
        return edges, cells.astype(float)

    def _product(self, tensor: Any, edges: list[str]) -> tuple[list[str], Any]:
        numbers: dict[str, int] = {}
        operands: list[Any] = []
        for factor in tensor.factors:
            own, cells = self.at(factor)
            operands += [cells, [numbers.setdefault(e, len(numbers)) for e in own]]
        if not operands:
            return edges, np.array(1.0)
        return edges, opt_einsum.contract(*operands, [numbers[e] for e in edges])

    def _function(self, tensor: Any, _edges: list[str]) -> tuple[list[str], Any]:
        if len(tensor.inputs) != 1:
            raise NoNumbersError(f"{tensor.signature.name} of {len(tensor.inputs)}")
        return _called(tensor.signature, *self.at(tensor.inputs[0]))


def _called(signature: Any, edges: list[str], cells: Any) -> tuple[list[str], Any]:
    """Return a function's edges and values: of every entry, or of those edges that it takes."""
    kind = type(signature).__name__
    if kind == "_RenameFunction":
        inner, values = _called(signature.inner, edges, cells)
        return [signature.renames.get(e, e) for e in inner], values
    if kind == "_ScaleFunction":
        inner, values = _called(signature.inner, edges, cells)
        return inner, float(signature.alpha) * values
    if kind == "_PowerFunction":
        return edges, np.emath.power(cells, float(signature.k))
    own = [e for e in edges if e in signature.inputs[0]]
    if signature.name in SIMPLE and not own:
        return edges, SIMPLE[signature.name](cells)
    if kind not in WHOLE:
        raise NoNumbersError(f"{kind} {signature.name}")
    rest = [e for e in edges if e not in own]
    kept, function = WHOLE[kind]
    values = function(np.transpose(cells, [edges.index(e) for e in rest + own]), tuple(range(-len(own), 0)))
    return rest + kept(own), values


def _greatest(cells: Any, axes: tuple[int, ...]) -> Any:
    top = cells == np.max(cells, axis=axes, keepdims=True)
    return top / np.sum(top, axis=axes, keepdims=True)


WHOLE: dict[str, tuple[Any, Any]] = {
    "_MatrixInverseFunction": (lambda own: own[::-1], lambda cells, _: np.linalg.inv(cells)),
    "_DeterminantFunction": (lambda _: [], lambda cells, _: np.linalg.det(cells)),
    "_MaxFunction": (lambda _: [], lambda cells, axes: np.max(cells, axis=axes)),
    "_MaxGradFunction": (lambda own: own, _greatest),
}
"""Functions of a whole matrix or vector: which edges stay, in which order, and the values. Edges of one name cancel in
a matrix and its inverse, so its rows are where the columns were."""
