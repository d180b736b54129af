"""What a claim is: a sentence of the notes, its formula, and the programs that decide it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from verify.errors import VerifyError

if TYPE_CHECKING:
    import sympy as sp

Engine: TypeAlias = ModuleType
"""The module that a program calls `torch`: `numeric`, or PyTorch itself as a witness."""

Tensor: TypeAlias = Any
"""A tensor of the engine: of `numeric`, or of PyTorch."""

Array: TypeAlias = npt.NDArray[Any]
Shape: TypeAlias = tuple[int, ...]
Shapes: TypeAlias = Mapping[str, Shape]


class EndlessError(VerifyError, RuntimeError):
    """A loop of a program on trial was still running at a bound that no ending run can reach."""


class ClaimError(VerifyError, ValueError):
    """No such claim, or a number that makes no sense: the message names what was given and expected."""


class Step(NamedTuple):
    """One line of a proof, or one program that was run: `checked` says what came of it."""

    statement: sp.Basic | str
    reason: str
    checked: bool


class Reals(NamedTuple):
    """What holds over the real numbers, or by the semantics of the program."""

    verdict: str
    """"proved", "by semantics", "refuted" or "undecided"."""
    steps: tuple[Step, ...]


class Written(NamedTuple):
    """A formula that SymPy has no words for, in text and in LaTeX."""

    text: str
    latex: str


@dataclass(frozen=True)
class Batch:
    """Both sides of a claim for many draws at once: the draws are the first axis of every array.

    Attributes
    ----------
    left, right : Array
        The two sides, bit for bit what the program returns for each draw.
    parts : tuple of Array
        Intermediate results, where an overflow or an underflow may hide: the products and quotients.
    divisor : Array or None
        What was divided by: a zero in it explains an exception.
    endless : Array or None
        Which draws never end.
    """

    left: Array
    right: Array
    parts: tuple[Array, ...] = ()
    divisor: Array | None = None
    endless: Array | None = None


@dataclass(frozen=True)
class Trial:
    """A claim as a floating-point experiment: the program itself, and the same arithmetic on many draws.

    Attributes
    ----------
    shapes : tuple of Shapes
        Shapes of the inputs by name, smallest first.
    program : callable
        ``program(torch, *tensors) -> (left, right)``, as a reader would type it.
    batch : callable
        ``batch(*arrays) -> Batch``, over a first axis of draws.
    relation : str
        "==", "<=" (both false for NaN, as the notes' programs print) or "identical" (NaN is itself).
    dtypes : tuple of str
        The dtypes tried.
    entrywise : bool
        Whether each entry of the sides depends on that entry of the inputs alone: an exception is then put
        down to the entries that break the claim.
    """

    shapes: tuple[Shapes, ...]
    program: Callable[..., tuple[Tensor, Tensor]]
    batch: Callable[..., Batch]
    relation: str = "=="
    dtypes: tuple[str, ...] = ("float32", "float64")
    entrywise: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the inputs, in order."""
        return tuple(self.shapes[0])


class Shown(NamedTuple):
    """The outcome of a demonstration: whether it happened, and the line that shows it."""

    happened: bool
    evidence: str


@dataclass(frozen=True)
class Demonstration:
    """A program that shows where the sentence ends: run when the claim is judged, never asserted.

    Attributes
    ----------
    title, what : str
        A few words, and one sentence.
    run : callable
        ``run(torch) -> Shown``.
    unless : str or None
        The condition that the sentence needs because of it; None where it merely explains.
    """

    title: str
    what: str
    run: Callable[[Engine], Shown]
    unless: str | None = None


@dataclass(frozen=True)
class Claim:
    """A sentence of the notes, restated, with everything that decides it.

    Attributes
    ----------
    id, section, statement : str
        A stable name, the section in Dive into Deep Learning's numbering, and our restatement.
    formula : Written or None
        What the claim says, where SymPy has no words for it; None takes it from `verify.claims.reals`.
    proof : callable or None
        ``proof() -> Reals``: the identity over the reals; None takes it from `verify.claims.reals`, if it is there.
    semantics : callable or None
        ``semantics(torch) -> list[Step]``: programs run to show what the sentence says of programs.
    trial : Trial or None
        The floating-point experiment.
    shows : tuple of Demonstration
        Where the sentence ends.
    condition : str or None
        What the sentence leaves out even over the reals.
    because : str
        Why, in one clause; said only where the evidence bears the claim out.
    untestable : str or None
        Why nothing can be run or proved; such a claim has neither proof nor trial.
    """

    id: str
    section: str
    statement: str
    formula: Written | None = None
    operations: tuple[str, ...] = ()
    proof: Callable[[], Reals] | None = None
    semantics: Callable[[Engine], list[Step]] | None = None
    trial: Trial | None = None
    shows: tuple[Demonstration, ...] = field(default=())
    condition: str | None = None
    because: str = ""
    untestable: str | None = None


def array(tensor: Tensor) -> Array:
    """Return a tensor's values as a NumPy array, whatever the engine."""
    return np.array(tensor.detach().numpy())
