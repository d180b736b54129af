"""Proof: the numeric rule read as formulas equals the symbolic derivative, for every size or shape by shape."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import sympy as sp

import symbolic
from verify.errors import OpaqueError, RuleError, SingularError, UndecidableError
from verify.lift import lift_symbols, precision, symbol_array
from verify.lift.ball import PRECISION
from verify.lift.index import IndexArray
from verify.verdicts import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from verify.subject import Subject

TITLE = "Proved on symbols"
COMPARES = ("numeric VJP and JVP, run on symbols", "the symbolic derivative")
INDEPENDENT_OF = "The rule is NumPy code written by hand; the derivative is SymPy's and the index calculus's."
BOUND = "None: the difference simplifies to zero."

SHAPES = 3
"""Small shapes at which every variant is proved entry by entry."""

SAMPLES = 2
"""Samples of mixed signs at each shape: each decides the paths through signs and cases."""


@dataclass(frozen=True)
class Proof:
    """What was proved of one variant."""

    status: Status
    text: str
    shapes: int
    every_size: bool
    refutation: tuple[str, Any, Any] | None = None


def prove(subject: Subject) -> Proof:
    """Prove the rule at several small shapes, and for every size where the index calculus reads it."""
    shapes = list(itertools.islice(small_sizes(subject), SHAPES))
    paths: set[str] = set()
    with precision(PRECISION):
        for sizes, sample in itertools.product(shapes, range(SAMPLES)):
            found = _at(subject, sizes, sample, paths)
            if found is not None:
                return found
        general = for_every_size(subject)
    text = f"{'every size; ' if general else ''}{len(shapes)} small shapes entry by entry"
    if paths:
        text += f", where {' and '.join(sorted(paths)[:3])}"
    if not shapes:
        return Proof(Status.UNDECIDED, "no small shape satisfies the constraints", 0, general)
    return Proof(Status.AGREE, text, len(shapes), general)


# -- shape by shape ---------------------------------------------------------------------------------------


def small_sizes(subject: Subject) -> Iterator[dict[Any, int]]:
    """Yield small assignments of the size symbols, unequal ones first: a square hides a transpose."""
    symbols = list(subject.definition.sizes)
    if not symbols:
        yield {}
        return
    choices = sorted(
        itertools.product((1, 2, 3, 4), repeat=len(symbols)),
        key=lambda s: (len(set(s)) < len(s), sum(s)),
    )
    for chosen in choices:
        sizes = dict(zip(symbols, chosen, strict=True))
        if subject.definition.admits(sizes):
            yield sizes


def _at(subject: Subject, sizes: dict[Any, int], sample: int, paths: set[str]) -> Proof | None:
    """Prove one shape on the path of one sample; return None, or what stands in the way."""
    try:
        pairs = list(_entries(subject, sizes, sample, paths))
    except RuleError as error:
        return Proof(Status.DISAGREE, f"at sizes {_words(sizes)}, {error}", 0, every_size=False)
    except (SingularError, UndecidableError, OpaqueError) as error:
        return Proof(Status.UNDECIDED, f"at sizes {_words(sizes)}: {error}", 0, every_size=False)
    for where, claimed, true in pairs:
        verdict = vanishes(claimed - true)
        if verdict is False:
            text = f"at sizes {_words(sizes)}, {where} is {claimed} and should be {true}"
            return Proof(Status.DISAGREE, text, 0, every_size=False, refutation=(where, claimed, true))
        if verdict is None:
            return Proof(
                Status.UNDECIDED,
                f"{where} at sizes {_words(sizes)}: not simplified to zero",
                0,
                every_size=False,
            )
    return None


def _words(sizes: dict[Any, int]) -> str:
    return ", ".join(f"{symbol} = {n}" for symbol, n in sizes.items()) or "()"


def _entries(subject: Subject, sizes: dict[Any, int], sample: int, paths: set[str]) -> Iterator[tuple[str, Any, Any]]:
    """Yield every entry of VJP and JVP: where it is, the rule's formula, the truth's formula, both on the path."""
    path: list[Any] = []
    arrays, formulas, values = _symbols(subject, sizes, sample, path)
    lifted = {name: lift_symbols(cells, path) for name, cells in arrays.items()}
    inputs = [lifted[name] for name in subject.inputs]
    x_bars = subject.pullback(inputs, lifted["out_bar"])
    _, out_dot = subject.pushforward(inputs, [lifted[f"{name}_dot"] for name in subject.inputs])
    truth = {f"{name}_bar": symbolic.evaluate(subject.derivation.vjp[name], sizes, formulas) for name in subject.inputs}
    truth["out_dot"] = symbolic.evaluate(subject.derivation.jvp, sizes, formulas)
    claims = {f"{name}_bar": x_bar for name, x_bar in zip(subject.inputs, x_bars, strict=True)}
    claims["out_dot"] = out_dot
    for of, claimed in claims.items():
        due = np.asarray(truth[of], dtype=object)
        if claimed.shape != due.shape:
            raise OpaqueError(f"{of} has shape {claimed.shape}, and {due.shape} is due")
        for index in np.ndindex(due.shape):
            pair = claimed.cells[index].expr, sp.sympify(due[index])
            yield f"{of}{list(index)}", *(on_path(formula, values) for formula in pair)
    paths.update(str(condition) for condition in path)


def _symbols(
    subject: Subject, sizes: dict[Any, int], sample: int, path: list[Any]
) -> tuple[dict[str, Any], dict[str, Any], dict[Any, Any]]:
    """Return symbols that carry sample values, the bare symbols by array, and the values by symbol."""
    counter = itertools.count(1)
    cells, formulas, at = {}, {}, {}
    for name, shape, positive in _arrays(subject, sizes):
        names = np.empty(shape, dtype=object)
        values: Any = np.empty(shape, dtype=object)
        for index in np.ndindex(shape):
            label = "_".join([name, *map(str, index)])
            names[index] = sp.Symbol(label, positive=True) if positive else sp.Symbol(label, real=True)
            k = next(counter)
            sign = -1 if (k + sample) % 2 and not positive else 1
            values[index] = sign * Fraction(k * 7 % 23 + 1, 8) * 10**sample
            at[names[index]] = sp.Rational(values[index].numerator, values[index].denominator)
        cells[name] = symbol_array(names, values, path)
        formulas[name] = names
    return cells, formulas, at


def on_path(expr: Any, at: dict[Any, Any]) -> Any:
    """Decide what is locally constant by the sample: signs, cases and integer parts, on the sample's path.

    A sign, a case or an integer part does not change near a point where it is not on its own boundary, so the
    formula that is left is the same function on the whole path.
    """
    if not expr.args:
        return expr
    if isinstance(expr, sp.Piecewise):
        chosen = next((value for value, holds in expr.args if sp.sympify(holds).subs(at) == sp.true), expr)
        return chosen if chosen is expr else on_path(chosen, at)
    if isinstance(expr, (sp.sign, sp.ceiling, sp.floor)):
        return expr.subs(at)
    if isinstance(expr, sp.Abs):
        inner = on_path(expr.args[0], at)
        return inner if expr.args[0].subs(at) > 0 else -inner
    if isinstance(expr, (sp.Max, sp.Min)):
        best = max if isinstance(expr, sp.Max) else min
        return on_path(best(expr.args, key=lambda a: a.subs(at)), at)
    return expr.func(*(on_path(argument, at) for argument in expr.args))


def _arrays(subject: Subject, sizes: dict[Any, int]) -> Iterator[tuple[str, tuple[int, ...], bool]]:
    for operand in subject.definition.operands:
        shape = concrete(operand.shape, sizes)
        yield operand.name, shape, subject.definition.domain.is_positive(operand.name)
        yield f"{operand.name}_dot", shape, False
    yield "out_bar", concrete(subject.definition.out.shape, sizes), False


def concrete(shape: Any, sizes: dict[Any, int]) -> tuple[int, ...]:
    """Return a shape with its size symbols replaced by numbers."""
    return tuple(int(sp.sympify(n).subs(sizes)) for n in shape)


def vanishes(difference: Any) -> bool | None:
    """Whether a formula is identically zero: True and False are proved, None is not decided."""
    if difference == 0 or sp.expand(difference) == 0:
        return True
    simplified = sp.simplify(difference)
    if simplified == 0:
        return True
    return _refuted(simplified)


def _refuted(formula: Any) -> bool | None:
    """A value that is surely not zero refutes an identity."""
    symbols = sorted(formula.free_symbols, key=str)
    for shift in range(3):
        at = {s: sp.Rational(3 * k + shift + 2, k + shift + 3) for k, s in enumerate(symbols)}
        value = formula.subs(at).evalf(60)
        if value.is_number and value.is_finite and abs(value) > sp.Rational(1, 10**40):
            return False
    return None


# -- for every size ---------------------------------------------------------------------------------------


def for_every_size(subject: Subject) -> bool:
    """Whether the rule, read in index notation with symbolic sizes, equals the symbolic VJP and JVP."""
    try:
        constraints = subject.definition.constraints
        return all(symbolic.equal_for_every_size(a, b, constraints) is True for a, b in _forms(subject))
    except (OpaqueError, RuleError):
        return False  # not read for every size; the shapes decide


def _forms(subject: Subject) -> Iterator[tuple[Any, Any]]:
    assumptions: list[Any] = []
    operands = {operand.name: operand.shape for operand in subject.definition.operands}
    inputs = [_tensor(name, shape, assumptions) for name, shape in operands.items()]
    out_bar = _tensor("out_bar", subject.definition.out.shape, assumptions)
    for name, x_bar in zip(subject.inputs, subject.pullback(inputs, out_bar), strict=True):
        yield _form(x_bar, subject.derivation.vjp[name]), subject.derivation.vjp[name]
    tangents = [_tensor(f"{name}_dot", shape, assumptions) for name, shape in operands.items()]
    _, out_dot = subject.pushforward(inputs, tangents)
    yield _form(out_dot, subject.derivation.jvp), subject.derivation.jvp


def _tensor(name: str, shape: Any, assumptions: list[Any]) -> IndexArray:
    return IndexArray(shape, lambda indices: symbolic.entry_of(name, indices), assumptions)


def _form(claimed: Any, like: Any) -> Any:
    """Return the claimed array as an index form in the truth's own free indices."""
    if len(claimed.shape) != len(like.shape) or any(a != b for a, b in zip(claimed.shape, like.shape, strict=True)):
        raise OpaqueError(f"shape {claimed.shape}, and {like.shape} is due")
    return type(like)(like.index, like.shape, claimed.at(tuple(like.index)))
