"""``derive``: the derivative of a formula, for every size, step by step, each step checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from symbolic.errors import DerivationError, FormulaError
from symbolic.tensors.calculus import differential
from symbolic.tensors.change import Seed
from symbolic.tensors.domains import check_facts, facts_of, with_merged
from symbolic.tensors.expression import Expression
from symbolic.tensors.nodes import Node, Var, fold, mul
from symbolic.tensors.parse import parse, parse_shapes
from symbolic.tensors.proof import gradient_of
from symbolic.tensors.steps import Step, carried_steps
from symbolic.tensors.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symbolic import layout as lay
    from symbolic.tensors.conditions import Condition
    from symbolic.tensors.expression import Shapes
    from symbolic.tensors.forms import Form
    from symbolic.tensors.source import Program


@dataclass(frozen=True)
class Derived:
    """The derivative of a formula by one of its tensors.

    Attributes
    ----------
    formula, wrt, space : str
        What was derived, by what, and in which space: ``"free"`` (every entry by itself), ``"symmetric-projected"`` or
        ``"symmetric-entries"``.
    function : Tensor
        The formula.
    shapes, facts : mapping
        The shapes of the tensors, and what is assumed of them.
    path : tuple of Condition
        Of a Python function, the comparisons that it made at the sample point, as they came out: the derivative is that
        of the function where they hold. Empty for what makes none.
    gradient : Expression
        The derivative, of shape ``f.shape + wrt.shape``.
    """

    formula: str
    wrt: str
    function: Tensor = field(repr=False)
    shapes: Shapes = field(repr=False)
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict, repr=False)
    space: str = "free"
    path: tuple[Condition, ...] = ()

    @cached_property
    def gradient(self) -> Expression:
        """The derivative of every entry of the formula by every entry of the tensor."""
        tensor = gradient_of(self.function, self.wrt, self.shapes, self.space)
        return Expression(tensor, self.shapes, self._facts, "gradient")

    @property
    def jacobian(self) -> Expression:
        """The same: of a scalar formula it is the gradient."""
        return self.gradient

    @property
    def _facts(self) -> Mapping[str, frozenset[str]]:
        if self.space == "free":
            return self.facts
        return {**self.facts, self.wrt: self.facts.get(self.wrt, frozenset()) | {"symmetric"}}

    # -- readings -------------------------------------------------------------------------------------

    @property
    def result(self) -> str:
        """The derivative in one line: in matrix notation where there is one, else its entry."""
        return self.gradient.text()

    @property
    def matrix_form(self) -> Form | None:
        """The derivative in matrix notation."""
        return self.gradient.matrix_form

    @property
    def index_form(self) -> lay.Layout:
        """The derivative's entry in index notation."""
        return self.gradient.index_form

    @property
    def expr(self) -> Node:
        """The derivative's entry, as a node."""
        return self.gradient.expr

    def latex(self) -> str:
        """Return the derivative in LaTeX."""
        return self.gradient.latex()

    def mathml(self) -> str:
        """Return the derivative in MathML."""
        return self.gradient.mathml()

    def _repr_latex_(self) -> str:
        where = r"\quad\text{where }" + r",\ ".join(c.latex() for c in self.path) if self.path else ""
        return f"$\\displaystyle {self.latex()}{where}$"

    def __str__(self) -> str:
        return f"{self.result} where {', '.join(map(str, self.path))}" if self.path else self.result

    def numpy(self) -> Program:
        """Return the derivative as NumPy source code and its function."""
        return self.gradient.numpy()

    def torch(self) -> Program:
        """Return the derivative as PyTorch source code and its function."""
        return self.gradient.torch()

    def jax(self) -> Program:
        """Return the derivative as JAX source code and its function."""
        return self.gradient.jax()

    def sympy(self, shape: Mapping[str, Any] | Sequence[int] | None = None, **sizes: int) -> Any:
        """Return the derivative's components at concrete sizes as a SymPy array.

        Sizes are ``m=2, n=3``, or a mapping of them, or shapes ``{"A": (2, 3)}``, or the shape of the variable.
        """
        mapping = shape if shape is None or isinstance(shape, Mapping) else {self.wrt: tuple(shape)}
        return self.gradient.sympy(mapping, **sizes)

    # -- products and higher orders -------------------------------------------------------------------

    def jvp(self) -> Expression:
        """Return ``J x_dot``: how the formula changes in the direction ``x_dot``."""
        entry = differential(self.function.entry, self.wrt, Seed(self.wrt))
        return self._expression(Tensor(self.function.axes, entry), f"{self.wrt}_dot", self.shapes[self.wrt], "jvp")

    def vjp(self) -> Expression:
        """Return ``Jᵀ out_bar``: what the tensor gets back of a cotangent ``out_bar``."""
        jacobian = gradient_of(self.function, self.wrt, self.shapes, self.space)
        rank = self.function.rank
        out, rest = jacobian.axes[:rank], jacobian.axes[rank:]
        indices = tuple(i for axis in out for i in axis)
        entry = fold("sum", indices, mul(Var("out_bar", indices), jacobian.entry))
        return self._expression(Tensor(rest, entry), "out_bar", self.function.dims, "vjp")

    def hessian(self) -> Expression:
        """Return the second derivative, of shape ``f.shape + wrt.shape + wrt.shape``."""
        first = gradient_of(self.function, self.wrt, self.shapes, self.space)
        second = gradient_of(first, self.wrt, self.shapes, self.space)
        return Expression(second, self.shapes, self._facts, "hessian")

    def hvp(self) -> Expression:
        """Return the Hessian times ``x_dot``, without the Hessian."""
        first = gradient_of(self.function, self.wrt, self.shapes, self.space)
        entry = differential(first.entry, self.wrt, Seed(self.wrt))
        return self._expression(Tensor(first.axes, entry), f"{self.wrt}_dot", self.shapes[self.wrt], "hvp")

    def _expression(self, tensor: Tensor, extra: str, dims: tuple[Any, ...], name: str) -> Expression:
        if extra in self.shapes:
            raise FormulaError(f"{extra!r} is the name of a tensor and of its tangent: rename the tensor")
        return Expression(tensor, {**self.shapes, extra: dims}, self._facts, name)

    # -- steps ----------------------------------------------------------------------------------------

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The derivation: the differential carried out rule by rule, the gradient read off, matrix notation.

        Raises
        ------
        DerivationError
            A step disagrees with the one before it.
        """
        steps = tuple(carried_steps(self))
        wrong = next((step for step in steps if step.check.status == "disagree"), None)
        if wrong is not None:
            raise DerivationError(f"{self.formula} by {self.wrt}: {wrong} {wrong.check.reason}")
        return steps

    # -- exchange -------------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Any]:
        """Return the derivation as a document that follows ``symbolic/tensors/schema.json``."""
        from symbolic.tensors.exchange import document  # noqa: PLC0415 - it stands on this module

        return document(self)

    @staticmethod
    def from_json(doc: dict[str, Any]) -> Derived:
        """Return the derivation of a document.

        Raises
        ------
        FormulaError
            It is no such document, or its gradient is not that of its function.
        """
        from symbolic.tensors.exchange import loaded  # noqa: PLC0415 - it stands on this module

        return loaded(doc)


def derive(
    formula: object,
    wrt: str | None = None,
    shapes: str | Mapping[str, object] | None = None,
    domains: Mapping[str, object] | None = None,
    space: str = "free",
    at: Mapping[str, Any] | None = None,
) -> Derived:
    """Derive a formula, or a function written in NumPy, for every size.

    Parameters
    ----------
    formula : str, SymPy expression, name of an operation of the catalogue, or function
        ``"norm(A @ x - b)**2"``, in NumPy's spelling; it is read, never evaluated. A Python function written in NumPy
        is run on symbols; its comparisons go as they go at a sample point, and are the result's `path`.
    wrt : str, optional
        The tensor to derive by; may be left out where there is only one.
    shapes : str or mapping
        ``"A: m,n  x: n  b: m"``; of a function, by the names of its parameters.
    domains : mapping, optional
        ``{"A": "symmetric"}``.
    space : str
        ``"free"``, or of a symmetric matrix ``"symmetric-projected"`` (the gradient among symmetric matrices) or
        ``"symmetric-entries"`` (by its free entries).
    at : mapping, optional
        An array for each parameter of a function: the sample point whose path is followed. By default it is drawn, the
        same in every run, at small unequal sizes and in the domains.

    Raises
    ------
    FormulaError
        The formula, a shape, a domain or the space is not of ours, or sizes do not fit; with the column. The function
        does what no formula says, raises, does not end, or the sample point does not decide a comparison.

    Examples
    --------
    >>> d = derive("norm(A @ x - b)**2", wrt="x", shapes="A: m,n  x: n  b: m")
    >>> d.result
    '2·Aᵀ·(A·x − b)'
    """
    known = parse_shapes(shapes)
    _check_kinds(wrt, domains)
    path: tuple[Condition, ...] = ()
    if _is_program(formula):
        written, function, path = _traced(formula, known, domains, at)
    elif at is not None:
        raise FormulaError("at= says which path of a Python function is followed: a formula has but one, leave it out")
    else:
        written, function, known = _read(formula, known)
    if wrt is None:
        if len(known) != 1:
            raise FormulaError(f"derive by which tensor? give wrt= one of {', '.join(known) or 'the names in shapes'}")
        (wrt,) = known
    facts = facts_of(domains)
    check_facts(facts, known, space, wrt)
    facts = with_merged(facts, known)
    derived = Derived(written, wrt, function, known, facts, space, path)
    gradient_of(function, wrt, known, space)
    return derived


def _check_kinds(wrt: object, domains: object) -> None:
    if not isinstance(domains, Mapping | None):
        raise FormulaError(f"domains are a mapping such as {{'A': 'symmetric'}}, not {domains!r}")
    if not isinstance(wrt, str | None):
        raise FormulaError(f"wrt is the name of a tensor, such as 'x', not {wrt!r}")


def _read(formula: object, known: Shapes) -> tuple[str, Tensor, Shapes]:
    from symbolic.tensors.foreign import read  # noqa: PLC0415 - it reads what other libraries write

    return (str(formula), parse(str(formula), known), known) if _is_formula(formula, known) else read(formula, known)


def _is_program(formula: object) -> bool:
    """Whether it is a Python function: SymPy's symbols can be called too."""
    return callable(formula) and not hasattr(formula, "free_symbols")


def _traced(
    formula: Any, known: Shapes, domains: Mapping[str, object] | None, at: Mapping[str, Any] | None
) -> tuple[str, Tensor, tuple[Condition, ...]]:
    from symbolic.tensors.programs import Program, read_program  # noqa: PLC0415 - formulas do without

    facts = facts_of(domains)
    labels = frozenset(n for n, d in (domains or {}).items() if "labels" in str(d))
    reading = read_program(Program(formula, known, labels, facts), at)
    return reading.formula, reading.tensor, reading.path


def _is_formula(formula: object, known: Mapping[str, object]) -> bool:
    from symbolic.operations import operations  # noqa: PLC0415 - the catalogue is large

    return isinstance(formula, str) and (bool(known) or formula not in operations)
