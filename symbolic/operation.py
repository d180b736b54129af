"""What an operation of the notes is: its definition at each variant, its domain, its kinks."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.errors import UnknownOperationError
from symbolic.index import Expr, IndexForm, entry_of, tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from symbolic.derivation import Derivation

ENTRY = sp.Symbol("entry", real=True)
"""Stands for any entry of an input in the conditions of a domain or a kink."""


@dataclass(frozen=True)
class Variant:
    """One way to call an operation: a rank for each input, and the parameters of the call. Sizes stay symbols."""

    label: str
    ranks: tuple[int, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Operand:
    """An input: its name, its base (an indexed base, or the symbol of a 0-d tensor), its sizes."""

    name: str
    shape: tuple[Expr, ...]

    @property
    def base(self) -> Expr:
        """The `IndexedBase` of the tensor; of a 0-d tensor, its symbol."""
        return tensor(self.name) if self.shape else self.at(())

    @property
    def rank(self) -> int:
        """Count of the axes."""
        return len(self.shape)

    def at(self, indices: Sequence[Expr]) -> Expr:
        """Return the entry at these indices."""
        return entry_of(self.name, indices)


@dataclass(frozen=True)
class Domain:
    """Where an operation is defined.

    Attributes
    ----------
    conditions : mapping
        For an input, what each of its entries has to satisfy, as a condition on `ENTRY`.
    text : str
        The same in words.
    """

    conditions: Mapping[str, Expr] = field(default_factory=dict, hash=False)
    text: str = "every real number"

    def allows(self, name: str, value: Any) -> bool:
        """Whether `value` may stand in the input `name`."""
        condition = self.conditions.get(name, sp.true)
        return bool(condition.subs(ENTRY, sp.Rational(*value.as_integer_ratio())))

    def is_positive(self, name: str) -> bool:
        """Whether entries of the input `name` have to be positive."""
        return bool(self.conditions.get(name, sp.true) == (ENTRY > 0))


REALS = Domain()


@dataclass(frozen=True)
class Definition:
    """What an operation is at one variant.

    Attributes
    ----------
    operands : tuple of Operand
        The inputs in order. A shape may be a formula in sizes, as ``(2*h,)``.
    out : IndexForm
        The output.
    sizes : tuple of sympy.Symbol
        The free sizes.
    constraints : tuple of conditions
        What the sizes have to satisfy, as ``n >= 3``.
    domain : Domain
        What the entries have to satisfy.
    declared : mapping
        A derivative that is a convention and not a consequence: for an input, the sentence that says so.
    """

    operands: tuple[Operand, ...]
    out: IndexForm
    constraints: tuple[Expr, ...] = ()
    domain: Domain = REALS
    declared: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def sizes(self) -> tuple[Expr, ...]:
        """The size symbols, in alphabetical order."""
        shapes = [n for operand in self.operands for n in operand.shape] + list(self.out.shape)
        found = set().union(*(sp.sympify(n).free_symbols for n in shapes)) if shapes else set()
        return tuple(sorted(found, key=str))

    @property
    def signature(self) -> str:
        """The shapes, as ``x: (m, n) → ()``."""
        inputs = ", ".join(f"{operand.name}: {_shape(operand.shape)}" for operand in self.operands)
        return f"{inputs} → {_shape(self.out.shape)}"

    def admits(self, sizes: Mapping[Expr, int]) -> bool:
        """Whether these sizes satisfy the constraints."""
        return all(bool(condition.subs(dict(sizes))) for condition in self.constraints)


def _shape(shape: Sequence[Expr]) -> str:
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


@dataclass(frozen=True)
class Kink:
    """Where an operation has a value and no derivative, or no value: what happens there and what is agreed.

    Attributes
    ----------
    kind : str
        ``"kink"`` (one-sided derivatives differ), ``"singular"`` (a derivative is infinite or there is no value),
        ``"jump"`` (the value jumps) or ``"endless"`` (the program does not stop).
    input : str
        The input that the condition is about.
    where : sympy condition
        The place, in the notation of the definition.
    holds : callable
        ``holds(value)`` tells whether an entry, as a `Fraction`, lies there.
    whole : bool
        Whether all entries of the input have to lie there at once (a norm at 0), or any one of them (`abs` at 0).
    interval : tuple or None
        Least and greatest of the one-sided derivatives of an entry; None where there is no such bound.
    subgradients : str
        What may be said to be the derivative there, in words.
    convention : sympy.Expr or None
        The derivative agreed on, which is PyTorch's; None where there is none.
    why : str
        The reason.
    """

    kind: str
    input: str
    where: Expr
    holds: Callable[[Fraction], bool] = field(hash=False)
    interval: tuple[Expr, Expr] | None
    subgradients: str
    convention: Expr | None
    why: str
    whole: bool = False


@dataclass(frozen=True)
class Operation:
    """An operation of the notes.

    Attributes
    ----------
    name, title, family, section, summary : str
        What it is called, and the section of Dive into Deep Learning that the notes sum up.
    inputs : tuple of str
        The names of the inputs, in order.
    variants : tuple of Variant
        The ranks and parameters it is derived at.
    build : callable
        Makes the definition of a variant.
    domain : Domain
        Where it is defined; where that depends on the parameters, ``definition(variant).domain`` is narrower.
    kinks : tuple of Kink
        Where the derivative does not exist.
    """

    name: str
    title: str
    family: str
    section: str
    summary: str
    inputs: tuple[str, ...]
    variants: tuple[Variant, ...]
    build: Callable[[Variant], Definition] = field(repr=False, hash=False)
    domain: Domain = REALS
    kinks: tuple[Kink, ...] = ()

    def definition(self, variant: Variant | str | None = None) -> Definition:
        """Return the definition of a variant (given itself or by its label); of the first one without.

        Raises
        ------
        UnknownOperationError
            The operation has no such variant.
        """
        return self.build(self.variant(variant))

    def derive(self, variant: Variant | str | None = None) -> Derivation:
        """Return the checked derivation of a variant; it is made once.

        Raises
        ------
        UnknownOperationError
            The operation has no such variant.
        """
        from symbolic.derivation import derivation  # noqa: PLC0415 - a table of operations need not load the derivations

        return derivation(self, self.variant(variant))

    def variant(self, wanted: Variant | str | None = None) -> Variant:
        """Return the variant with this label; the first one without."""
        if wanted is None:
            return self.variants[0]
        label = wanted.label if isinstance(wanted, Variant) else wanted
        found = next((v for v in self.variants if v.label == label), None)
        if found is None:
            labels = [v.label for v in self.variants]
            raise UnknownOperationError(f"{self.name} has no variant {label!r}{did_you_mean(str(label), labels)}")
        return found


def did_you_mean(name: str, known: Sequence[str]) -> str:
    """Return the end of a message that offers the nearest names, or all of them."""
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if near:
        return f". Did you mean {' or '.join(map(repr, near))}?"
    return f". There are: {', '.join(known)}"
