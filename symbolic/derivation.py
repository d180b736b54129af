"""Derive partials, gradient, JVP and VJP of a definition, one rule a step, every step checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import sympy as sp

from symbolic.check import NOTHING, Check, Sample, compare, samples
from symbolic.differentiate import DIFFERENTIATION
from symbolic.errors import DerivationError
from symbolic.formula import equation
from symbolic.index import Expr, IndexForm, Partial, entry_of, index, rename_apart
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.matrix import whole
from symbolic.ranges import Ranges, facts_of
from symbolic.recognise import recognise
from symbolic.rewrite import RULES, rewrite
from symbolic.text import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from symbolic.layout import Layout
    from symbolic.matrix import Matrix
    from symbolic.operation import Definition, Operand, Operation, Variant

ENTRY_LETTERS = ("p", "q", "r", "s_1", "s_2")
"""The indices of the entry that varies, by axis."""


@dataclass(frozen=True)
class Step:
    """One equality of a derivation.

    Attributes
    ----------
    part : str
        What is being derived: ``"partial/x"``, ``"gradient/x"``, ``"jvp"`` or ``"vjp/x"``.
    rule, reason : str
        The rule that leads here from the step before, and the sentence that justifies it.
    form : IndexForm
        The formula after the rule, for every size.
    check : Check
        This formula against the one before it, at random points.
    left : sympy.Expr
        What the formula equals: ``Partial(out[i], x[p])``, ``out_dot[i]``, ``x_bar[p]``.
    changed : tuple of sympy.Expr
        The parts that the rule put in.
    matrix : Matrix or None
        In a last step, the same in matrix notation.
    """

    part: str
    rule: str
    reason: str
    form: IndexForm
    check: Check
    left: Expr
    changed: tuple[Expr, ...] = ()
    matrix: Matrix | None = None

    def layout(self) -> Layout:
        """Return the equality as a layout, for any of the printers."""
        if self.matrix is None:
            return equation(self.left, self.form.entry)
        return equation(whole(self.left), self.matrix.layout())

    def text(self) -> str:
        """Return the equality in one line of text."""
        return text(self.layout())

    def latex(self) -> str:
        """Return the equality in LaTeX."""
        return latex(self.layout())

    def mathml(self) -> str:
        """Return the equality in MathML."""
        return mathml(self.layout())

    def __repr__(self) -> str:
        return f"Step({self.part}, {self.rule}: {self.left} = {self.matrix or self.form.entry}, {self.check.status})"


@dataclass(frozen=True)
class Derivation:
    """The derivatives of one operation at one variant, in index and in matrix notation.

    Attributes
    ----------
    operation, variant, definition
        What is differentiated.
    partials : mapping of IndexForm
        By input: the derivative of every output entry by every input entry; output indices come first.
    jvp : IndexForm
        ``J x_dot`` in the inputs and their tangents ``x_dot``.
    vjp : mapping of IndexForm
        By input: ``Jᵀ out_bar`` in the inputs and ``out_bar``.
    matrix_form : mapping of Matrix
        By part (``"gradient/x"``, ``"jvp"``, ``"vjp/x"``), where matrix notation can say it.
    steps : tuple of Step
        All steps, part by part.
    """

    operation: Operation
    variant: Variant
    definition: Definition
    partials: Mapping[str, IndexForm] = field(repr=False)
    jvp: IndexForm = field(repr=False)
    vjp: Mapping[str, IndexForm] = field(repr=False)
    matrix_form: Mapping[str, Matrix] = field(repr=False)
    steps: tuple[Step, ...] = field(repr=False)

    @property
    def gradient(self) -> Mapping[str, IndexForm]:
        """The partials of an operation whose output is a 0-d tensor, by input; else empty."""
        return self.partials if self.definition.out.rank == 0 else {}

    @property
    def expr(self) -> Expr:
        """The definition: the entry of the output."""
        return self.definition.out.entry

    @cached_property
    def parts(self) -> Mapping[str, tuple[Step, ...]]:
        """The steps by part."""
        names = dict.fromkeys(step.part for step in self.steps)
        return {name: tuple(step for step in self.steps if step.part == name) for name in names}

    def assert_checked(self) -> None:
        """Raise if a step is not checked.

        Raises
        ------
        DerivationError
            A step disagrees with the one before it, or could not be compared.
        """
        for step in self.steps:
            if step.check.status not in ("agree", "not-applicable"):
                raise DerivationError(f"{self.operation.name}, {self.variant.label}: {step} {step.check.reason}")


@lru_cache(maxsize=1024)
def derivation(operation: Operation, variant: Variant) -> Derivation:
    """Derive an operation at a variant; the result is kept.

    Sources: the JVP is ``out_dot[i] = sum over inputs and p of (∂out[i]/∂x[p]) x_dot[p]``, the VJP
    ``x_bar[p] = sum over i of out_bar[i] (∂out[i]/∂x[p])`` (Griewank and Walther, Evaluating Derivatives, ch. 3).
    """
    return _Deriver(operation, variant).derive()


class _Deriver:
    """Builds one derivation: what all of its parts share is the definition, the scope and the points."""

    def __init__(self, operation: Operation, variant: Variant) -> None:
        self.operation = operation
        self.variant = variant
        self.definition = operation.definition(variant)
        out = self.definition.out
        self.letters = tuple(index(letter) for letter in ENTRY_LETTERS)
        entry = rename_apart(out.entry, {*out.index, *self.letters})
        self.out = IndexForm(out.index, out.shape, entry)
        self.points: list[Sample] = samples(self.definition)
        self.steps: list[Step] = []
        self.matrices: dict[str, Matrix] = {}

    def derive(self) -> Derivation:
        partials = {operand.name: self._partial(operand) for operand in self.definition.operands}
        jvp = self._jvp(partials)
        vjp = {operand.name: self._vjp(operand, partials[operand.name]) for operand in self.definition.operands}
        return Derivation(
            self.operation, self.variant, self.definition, partials, jvp, vjp, self.matrices, tuple(self.steps)
        )

    # -- parts -----------------------------------------------------------------------------------------

    def _partial(self, operand: Operand) -> IndexForm:
        part = f"{'partial' if self.out.rank else 'gradient'}/{operand.name}"
        where = self.letters[: operand.rank]
        entry = operand.at(where)
        ranges = self._ranges((*self.out.index, *where), (*self.out.shape, *operand.shape))
        left = Partial(entry_of("out", self.out.index), entry)
        form = self._form(ranges, Partial(self.out.entry, entry))
        if operand.name in self.definition.declared:
            form = self._form(ranges, sp.Integer(0))
            reason = self.definition.declared[operand.name]
            self._add(part, "convention", reason, form, left, Check("not-applicable", 0, None, reason))
            return form
        self._add(part, "definition", "The definition of the output is put in.", form, left, NOTHING)
        return self._finish(part, form, ranges, left, (*DIFFERENTIATION, *RULES))

    def _jvp(self, partials: Mapping[str, IndexForm]) -> IndexForm:
        ranges = self._ranges(self.out.index, self.out.shape)
        left = entry_of("out_dot", self.out.index)
        reason = "The derivative in the direction of the tangents: every entry's derivative times its tangent, summed."
        terms = [self._along(operand, self._opened(operand)) for operand in self.definition.operands]
        known = [self._along(operand, partials[operand.name]) for operand in self.definition.operands]
        return self._product("jvp", reason, left, ranges, sp.Add(*terms), sp.Add(*known))

    def _along(self, operand: Operand, partial: IndexForm) -> Expr:
        where = self.letters[: operand.rank]
        return _nested(partial.entry * entry_of(f"{operand.name}_dot", where), where, operand.shape)

    def _vjp(self, operand: Operand, partial: IndexForm) -> IndexForm:
        where = self.letters[: operand.rank]
        ranges = self._ranges(where, operand.shape)
        left = entry_of(f"{operand.name}_bar", where)
        reason = "Every output entry passes its cotangent back, times its derivative by this entry, summed."
        out_bar = entry_of("out_bar", self.out.index)
        start, known = (
            _nested(out_bar * p.entry, self.out.index, self.out.shape) for p in (self._opened(operand), partial)
        )
        return self._product(f"vjp/{operand.name}", reason, left, ranges, start, known)

    def _opened(self, operand: Operand) -> IndexForm:
        """Return the partial before any rule; what is declared stands as declared."""
        where = self.letters[: operand.rank]
        declared = operand.name in self.definition.declared
        entry = sp.Integer(0) if declared else Partial(self.out.entry, operand.at(where))
        return IndexForm((*self.out.index, *where), (*self.out.shape, *operand.shape), entry)

    def _product(self, part: str, reason: str, left: Expr, ranges: Ranges, start: Expr, known: Expr) -> IndexForm:
        """Derive a JVP or VJP: its definition, the partials put in, and the sums carried out."""
        form = self._form(ranges, start)
        self._add(part, "definition", reason, form, left, NOTHING)
        if known != start:
            form = self._form(ranges, known)
            self._add(part, "derivatives put in", "The partial derivatives were derived above.", form, left)
        return self._finish(part, form, ranges, left, RULES)

    def _finish(self, part: str, form: IndexForm, ranges: Ranges, left: Expr, rules: Sequence[object]) -> IndexForm:
        """Apply rules until none fits, a step each; say the result in matrix notation where that can be said."""
        for rule, after in rewrite(form.entry, ranges, rules):  # type: ignore[arg-type]  # rules are Rules
            form = self._form(ranges, after.expr)
            self._add(part, rule.name, rule.reason, form, left, changed=after.changed)
        if form.entry.has(Partial):
            raise DerivationError(f"{self.operation.name}: no rule differentiates all of {form.entry}")
        tensors = any(operand.rank for operand in self.definition.operands)
        matrix = recognise(form) if tensors and not part.startswith("partial/") else None
        if matrix is not None:
            self.matrices[part] = matrix
            reason = "The same for all entries at once, in matrix notation."
            self._add(part, "matrix notation", reason, matrix.form, left, matrix=matrix)
        return form

    # -- steps -----------------------------------------------------------------------------------------

    def _ranges(self, indices: Sequence[Expr], shape: Sequence[Expr]) -> Ranges:
        shapes = {operand.base: operand.shape for operand in self.definition.operands}
        facts = facts_of(self.definition.out.entry.atoms(sp.Indexed), shapes, set(self.out.index))
        return Ranges.of_axes(indices, shape, facts=facts, constraints=self.definition.constraints)

    def _form(self, ranges: Ranges, entry: Expr) -> IndexForm:
        bounds = ranges.bounds
        return IndexForm(tuple(i for i, _, _ in bounds), tuple(upper + 1 for _, _, upper in bounds), entry)

    def _add(
        self,
        part: str,
        rule: str,
        reason: str,
        form: IndexForm,
        left: Expr,
        check: Check | None = None,
        **more: object,
    ) -> None:
        if check is None:
            check = compare(form, self.steps[-1].form, self.points)
        self.steps.append(Step(part, rule, reason, form, check, left, **more))  # type: ignore[arg-type]  # changed, matrix


def _nested(body: Expr, indices: Sequence[Expr], shape: Sequence[Expr]) -> Expr:
    for i, n in reversed(list(zip(indices, shape, strict=True))):
        body = sp.Sum(body, (i, 0, n - 1))
    return body
