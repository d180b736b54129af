"""The derivations by name: ``derivations["frobenius_norm"]``, ready to read, print and evaluate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

from symbolic.check import concrete
from symbolic.errors import EvaluationError
from symbolic.evaluate import evaluate
from symbolic.formula import equation
from symbolic.index import Expr, IndexForm, entry_of
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.operations import operations
from symbolic.text import text

if TYPE_CHECKING:
    from symbolic.derivation import Derivation, Step
    from symbolic.layout import Layout
    from symbolic.matrix import Matrix
    from symbolic.operation import Definition, Operation, Variant


@dataclass(frozen=True)
class Entry:
    """The derivation of an operation at one variant.

    Parameters
    ----------
    operation : Operation
        The operation.
    variant : Variant
        Which ranks and parameters; the first variant unless another is chosen with `at`.
    """

    operation: Operation
    variant: Variant

    @property
    def derivation(self) -> Derivation:
        """The whole derivation, made when first asked for."""
        return self.operation.derive(self.variant)

    @property
    def definition(self) -> Definition:
        """What the operation is, in index notation."""
        return self.operation.definition(self.variant)

    @property
    def variants(self) -> tuple[Variant, ...]:
        """All variants of the operation."""
        return self.operation.variants

    def at(self, variant: Variant | str) -> Entry:
        """Return the entry at another variant, given itself or by its label.

        Raises
        ------
        UnknownOperationError
            The operation has no such variant.
        """
        return Entry(self.operation, self.operation.variant(variant))

    @property
    def expr(self) -> Expr:
        """The definition: the entry of the output as a SymPy expression."""
        return self.definition.out.entry

    @property
    def steps(self) -> tuple[Step, ...]:
        """All steps, each an equality with its rule, its reason and its check."""
        return self.derivation.steps

    @property
    def partials(self) -> Mapping[str, IndexForm]:
        """The partial derivatives, by input."""
        return self.derivation.partials

    @property
    def gradient(self) -> Mapping[str, IndexForm]:
        """The gradient, by input; empty where the output is not a 0-d tensor."""
        return self.derivation.gradient

    @property
    def jvp(self) -> IndexForm:
        """``J x_dot``."""
        return self.derivation.jvp

    @property
    def vjp(self) -> Mapping[str, IndexForm]:
        """``Jᵀ out_bar``, by input."""
        return self.derivation.vjp

    @property
    def matrix_form(self) -> Mapping[str, Matrix]:
        """The results in matrix notation, by part (``"vjp/x"``), where there is one."""
        return self.derivation.matrix_form

    # -- printed ---------------------------------------------------------------------------------------

    def layout(self) -> Layout:
        """Return the definition as an equation, for any of the printers."""
        out = self.definition.out
        return equation(entry_of("out", out.index), out.entry)

    def latex(self) -> str:
        """Return the definition and every step in LaTeX, aligned at the equals signs."""
        return _aligned([latex(self.layout()), *(step.latex() for step in self.steps)])

    def mathml(self) -> str:
        """Return the definition and every step in MathML, a ``<math>`` each, a line each."""
        return "\n".join([mathml(self.layout(), display=True), *(step.mathml() for step in self.steps)])

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {latex(self.layout())}$"

    def __repr__(self) -> str:
        return f"<derivation of {self.operation.name}, {self.variant.label}: {text(self.layout())}>"

    # -- at a shape ------------------------------------------------------------------------------------

    def evaluate(self, *shapes: Any, of: str = "out", at: Mapping[str, Any] | None = None) -> Any:
        """Return a result written out at concrete shapes.

        Parameters
        ----------
        *shapes : tuple of int
            One shape an input; an int stands for a vector's shape. One shape alone is that of every input
            that has its rank.
        of : str
            What to evaluate: ``"out"``, ``"jvp"``, ``"vjp/x"``, ``"partial/x"`` or ``"gradient/x"``.
        at : mapping, optional
            Arrays by name (``x``, ``y``, ``x_dot``, ``out_bar``): their numbers stand for the entries.
            Without, every entry is a real symbol ``x_0_1``.

        Returns
        -------
        sympy.ImmutableDenseNDimArray or numpy.ndarray of object
            The components as formulas; with `at`, the numbers.

        Raises
        ------
        EvaluationError
            The shapes do not fit the definition, or `of` names no result.
        """
        form = self._result(of)
        sizes = self._sizes(shapes)
        arrays = dict(at) if at is not None else self._symbols(sizes)
        value = evaluate(form, sizes, arrays)
        return value if at is not None else sp.ImmutableDenseNDimArray(value.ravel().tolist(), value.shape)

    def _result(self, of: str) -> IndexForm:
        results = {"out": self.definition.out}
        if of != "out":
            results["jvp"] = self.jvp
            results.update({f"vjp/{name}": form for name, form in self.vjp.items()})
            results.update({f"partial/{name}": form for name, form in self.partials.items()})
            results.update({f"gradient/{name}": form for name, form in self.gradient.items()})
        if of not in results:
            raise EvaluationError(f"{of!r} is no result of {self.operation.name}: there are {', '.join(results)}")
        return results[of]

    def _sizes(self, shapes: tuple[Any, ...]) -> dict[Expr, int]:
        """Read the sizes off the shapes, where every shape is what the definition says."""
        operands = self.definition.operands
        given = [tuple(shape) if isinstance(shape, tuple | list) else (shape,) for shape in shapes]
        if len(given) == 1 < len(operands):
            given = [given[0] if operand.rank == len(given[0]) else () for operand in operands]
        whole = all(isinstance(n, Integral) and not isinstance(n, bool) for shape in given for n in shape)
        if whole and [o.rank for o in operands] == [len(shape) for shape in given]:
            axes = [pair for o, shape in zip(operands, given, strict=True) for pair in zip(o.shape, shape, strict=True)]
            sizes = {s: number // int(n.coeff(s)) for n, number in axes for s in sp.sympify(n).free_symbols}
            fits = all(sp.sympify(n).subs(sizes) == number >= 0 for n, number in axes)
            if fits and self.definition.admits(sizes):
                return sizes
        wanted = " and ".join(f"{operand.name}: {operand.shape}" for operand in operands)
        conditions = "".join(f", {condition}" for condition in self.definition.constraints)
        raise EvaluationError(f"shapes {shapes} do not fit {self.operation.name}: give {wanted}{conditions}")

    def _symbols(self, sizes: Mapping[Expr, int]) -> dict[str, Any]:
        arrays = {}
        for operand in self.definition.operands:
            shape = concrete(operand.shape, sizes)
            positive = True if self.definition.domain.is_positive(operand.name) else None
            arrays[operand.name] = symbols_array(operand.name, shape, positive=positive)
            arrays[f"{operand.name}_dot"] = symbols_array(f"{operand.name}_dot", shape)
        arrays["out_bar"] = symbols_array("out_bar", concrete(self.definition.out.shape, sizes))
        return arrays


def symbols_array(name: str, shape: tuple[int, ...], *, positive: bool | None = None) -> Any:
    """Return an object array of real symbols ``name_0_1``, one an entry."""
    cells = np.empty(shape, dtype=object)
    for where in np.ndindex(shape):
        cells[where] = sp.Symbol("_".join([name, *map(str, where)]), real=True, positive=positive)
    return cells


def _aligned(lines: list[str]) -> str:
    rows = [line.replace(" = ", " &= ", 1) for line in lines]
    return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"


class Derivations(Mapping[str, Entry]):
    """Every operation's derivation by name; each is made when it is first asked for."""

    def __getitem__(self, name: str) -> Entry:
        operation = operations[name]
        return Entry(operation, operation.variants[0])

    def __iter__(self) -> Iterator[str]:
        return iter(operations)

    def __len__(self) -> int:
        return len(operations)

    def __repr__(self) -> str:
        return f"<derivations of {', '.join(operations)}>"


derivations = Derivations()
"""The derivations of the notes' operations."""
