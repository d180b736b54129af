"""A result in all of its readings: index and matrix notation, LaTeX, MathML, source code, SymPy."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp
from flint import arb

from symbolic.arithmetic import precision
from symbolic.errors import DerivationError, EvaluationError, SymbolicError, Undecidable
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.tensors.base import Var, is_labels, label_name
from symbolic.tensors.drawing import concrete, points, sizes_of
from symbolic.tensors.expand import expanded
from symbolic.tensors.nodes import Add, Apply, Dim
from symbolic.tensors.paper import index_layout, index_names
from symbolic.tensors.readings import signed
from symbolic.tensors.recognition import recognised
from symbolic.tensors.simplify import spellings
from symbolic.tensors.sizes import least_sizes
from symbolic.tensors.source import Program, program
from symbolic.tensors.stable import stable
from symbolic.tensors.tensor import Tensor, shape_text
from symbolic.tensors.values import FloatsOnlyError, evaluate
from symbolic.tensors.written import layout
from symbolic.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symbolic.layout import Layout
    from symbolic.tensors.forms import Form
    from symbolic.tensors.nodes import Node
    from symbolic.tensors.tensor import Dims

Shapes = dict[str, tuple["Dims", ...]]
LARGE = 350
"""A formula of more parts is not written anew."""

EXPANDED = 1.3
"""How much shorter another spelling has to be: the derived one shows where it comes from."""

ENOUGH = 2


@dataclass(frozen=True)
class Expression:
    """A tensor for every size, as formulas and as programs.

    Attributes
    ----------
    tensor : Tensor
        Its axes and its entry.
    shapes : mapping
        The shapes of its inputs.
    facts : mapping
        What is assumed of them.
    name : str
        What it is called: ``"gradient"``.
    """

    tensor: Tensor
    shapes: Shapes = field(repr=False)
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    name: str = "result"

    @cached_property
    def best(self) -> Tensor:
        """The tensor in its shortest spelling."""
        if _count(self.tensor.entry) > LARGE:
            return self.tensor
        first, *others = [Tensor(self.tensor.axes, node) for node in spellings(self.tensor.entry, self.facts)]
        if len(others) > 1:  # the first of them only leaves out what vanishes
            first = min(first, others.pop(0), key=self._length)
        if _has_exponential_of_sum(first.entry):
            others = []  # the normal form parts exp(a + b), which overflows where the sum does not
        known = _functions(first.entry)
        others = [t for t in others if _functions(t.entry) <= known]  # a textbook brings no new function in
        lengths = [(no, EXPANDED * n) for no, n in map(self._length, others)]
        best = min(zip(lengths, others, strict=True), key=lambda pair: pair[0], default=None)
        return first if best is None or self._length(first) <= best[0] else best[1]

    def _length(self, tensor: Tensor) -> tuple[bool, float]:
        """Return whether matrix notation has no sign for it, and how long it is."""
        return self._written(Tensor(tensor.axes, stable(tensor.entry)))

    def _written(self, tensor: Tensor) -> tuple[bool, float]:
        form = recognised(tensor, self._kinds)
        try:
            written = text(layout(form) if form is not None else index_layout(tensor.entry, tensor.indices))
        except (NotImplementedError, SymbolicError):
            return True, len(repr(tensor.entry))
        return form is None, len(written)

    @cached_property
    def computed(self) -> Tensor:
        """The tensor in functions that neither overflow nor cancel, multiplied out where that is shorter."""
        safe = Tensor(self.best.axes, stable(self.best.entry))
        if _count(safe.entry) > LARGE:
            return safe
        other = Tensor(safe.axes, expanded(safe.entry))
        return other if self._written(other) < self._written(safe) else safe

    @property
    def _kinds(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name, facts in self.facts.items():
            kind = next((k for k in ("orthogonal", "symmetric", "antisymmetric") if k in facts), None)
            if kind is not None or "diagonal" in facts:
                found[name] = kind or "symmetric"
        merged = (name for name, dims in self.shapes.items() if any(len(axis) > 1 for axis in dims))
        return {**found, **dict.fromkeys(merged, "merged")}

    @cached_property
    def matrix_form(self) -> Form | None:
        """The result in matrix notation; None where that has no sign for it."""
        form = recognised(self.computed, self._kinds)
        return form if form is None else signed(form)

    @property
    def expr(self) -> Node:
        """The entry, as a node."""
        return self.best.entry

    @property
    def shape(self) -> str:
        """The shape, with names: ``(m, n)``."""
        return shape_text(self.tensor.dims)

    @cached_property
    def index_form(self) -> Layout:
        """The entry in index notation."""
        return index_layout(self.computed.entry, self.computed.indices)

    @property
    def index_names(self) -> tuple[str, ...]:
        """The letters of the entry's indices in index notation."""
        return index_names(self.computed.entry, self.computed.indices)

    def layout(self) -> Layout:
        """Return the result as it is written: in matrix notation where there is one."""
        return layout(self.matrix_form) if self.matrix_form is not None else self.index_form

    def text(self) -> str:
        """Return one line of text."""
        return text(self.layout())

    @property
    def result(self) -> str:
        """One line of text."""
        return self.text()

    def latex(self) -> str:
        """Return LaTeX."""
        return latex(self.layout())

    def mathml(self) -> str:
        """Return MathML."""
        return mathml(self.layout())

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def __str__(self) -> str:
        return self.text()

    # -- numbers --------------------------------------------------------------------------------------

    def evaluate(self, arrays: Mapping[str, Any], sizes: Mapping[str, int] | None = None) -> Any:
        """Return the value at arrays of Arb balls, floats or SymPy formulas; sizes are read off them.

        Raises
        ------
        EvaluationError
            The arrays do not fit, or there is no value.
        """
        return evaluate(self.best, {**sizes_of(self.shapes, arrays), **(sizes or {})}, arrays)

    def sympy(self, shape: Mapping[str, Any] | None = None, **sizes: int) -> Any:
        """Return the components at concrete sizes as a SymPy array, entries named ``x_0_1``.

        Parameters
        ----------
        shape : mapping, optional
            Sizes by their names, ``{"m": 2, "n": 3}``, or shapes of tensors, ``{"A": (2, 3)}``.
        **sizes : int
            Sizes by their names.

        Raises
        ------
        EvaluationError
            A size is missing.
        """
        given = {n: np.empty(s, dtype=bool) for n, s in (shape or {}).items() if n in self.shapes}
        named = {n: int(s) for n, s in (shape or {}).items() if n not in self.shapes}
        sizes = {**sizes_of(self.shapes, given), **named, **sizes}
        arrays = {name: _symbols(name, concrete(dims, sizes)) for name, dims in self.shapes.items()}
        cells = evaluate(self.best, sizes, arrays)
        return sp.ImmutableDenseNDimArray([sp.sympify(c) for c in cells.ravel()], cells.shape)

    # -- programs -------------------------------------------------------------------------------------

    def numpy(self) -> Program:
        """Return NumPy source code and its function, compared with the derivation first."""
        return self._verified("numpy")

    def torch(self) -> Program:
        """Return PyTorch source code and its function, compared with the derivation first."""
        return self._verified("torch")

    def jax(self) -> Program:
        """Return JAX source code and its function, compared with the derivation first."""
        return self._verified("jax")

    def _verified(self, backend: str) -> Program:
        made = program(self.computed, self.matrix_form, self.shapes, self.name, backend)
        labels = labels_in(self.best.entry)
        agreed = 0
        for point, sizes in points(self.shapes, self.facts, labels=labels, least=least_sizes(self.tensor.entry)):
            truth = self._truth(point, sizes)
            if truth is None:
                continue
            given = [made.array(np.array(point[n], dtype=int if n in labels else float)) for n in made.inputs]
            if not _is_same(made, given, truth, 1e-3 if backend == "jax" else 1e-6):
                raise DerivationError(f"the {backend} code of {self.name} differs from the derivation:\n{made.source}")
            agreed += 1
            if agreed == ENOUGH:
                return made
        if not agreed:
            raise DerivationError(f"no point was found where the {backend} code of {self.name} could be compared")
        return made

    def _truth(self, point: Mapping[str, Any], sizes: Mapping[str, int]) -> Any:
        """Return the value in floats, computed in balls where they know how; None where there is none.

        It is that of the tensor as it was derived: no spelling of it, which the code shares, takes part.
        """
        balls = {name: _balls(a) for name, a in point.items()}
        try:
            with precision(160):
                value = np.vectorize(float, otypes=[float])(evaluate(self.tensor, sizes, balls))
        except (FloatsOnlyError, Undecidable):  # a maximum of inexact numbers: floats know which one it is
            value = evaluate(self.tensor, sizes, point).astype(float)
        except EvaluationError:
            return None
        return value if np.isfinite(value).all() else None


def labels_in(node: Node) -> dict[str, Dim]:
    """Return the tensors that hold labels, each with the size that they stay below."""
    if isinstance(node, Var) and is_labels(node):
        return {label_name(node): node.at[-1].dim}
    found: dict[str, Dim] = {}
    for child in node.children():
        found |= labels_in(child)
    return found


def _is_same(made: Program, given: list[Any], truth: Any, enough: float) -> bool:
    """Whether a program returns the truth; one that raises, or returns NaN, does not."""
    try:
        with np.errstate(all="ignore"):
            ours = np.asarray(made(*given), dtype=float)
    except Exception as error:  # whatever the library raises, the code is at fault
        raise DerivationError(f"the code of a derivation fails with {error!r}:\n{made.source}") from error
    small = enough * min(1.0, float(np.max(np.abs(truth), initial=0.0)) or 1.0)  # of small gradients, not of 1
    return ours.shape == truth.shape and bool(np.allclose(ours, truth, rtol=enough, atol=small, equal_nan=False))


def _count(node: Node) -> int:
    return 1 + sum(map(_count, node.children()))


def _functions(node: Node) -> frozenset[str]:
    own = {node.function} if isinstance(node, Apply) else set()
    return frozenset(own).union(*map(_functions, node.children()))


def _has_exponential_of_sum(node: Node) -> bool:
    own = isinstance(node, Apply) and node.function == "exp" and any(isinstance(x, Add) for x in _inside(node.arg))
    return own or any(map(_has_exponential_of_sum, node.children()))


def _inside(node: Node) -> list[Node]:
    return [node, *(found for child in node.children() for found in _inside(child))]


def _balls(cells: Any) -> Any:
    return np.vectorize(arb, otypes=[object])(cells) if np.ndim(cells) else np.array(arb(float(cells)), dtype=object)


def _symbols(name: str, shape: tuple[int, ...]) -> Any:
    cells = np.empty(shape, dtype=object)
    for where in np.ndindex(shape):
        cells[where] = sp.Symbol("_".join([name, *map(str, where)]), real=True)
    return cells
