"""What kind of mistake a false derivative looks like: the first pattern that fits every entry, at several points."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from verify.errors import VerifyError
from verify.identities.mistakes import dropped, scalars, value_at
from verify.identities.readings import Outcome, draw, exactly, in_space, read_point
from verify.identities.samples import GENERIC, NARROW
from verify.identities.statement import Space
from verify.identities.survey import assignments
from verify.identities.verdict import Diagnosis

if TYPE_CHECKING:
    from collections.abc import Callable

    from verify.identities.readings import Reading
    from verify.identities.statement import Statement

ENOUGH = 4
"""Points at which a pattern must fit."""


@dataclass(frozen=True)
class Case:
    """A claim with points at which both sides have values."""

    claim: Statement
    readings: list[Reading]

    def fits(self, change: Callable[[Any], Any]) -> bool:
        """Whether the changed claim is the truth at every point."""
        return all(same(change(r.claimed), r.true) for r in self.readings)

    @property
    def text(self) -> str:
        """The claimed formula, ready to be an operand."""
        tree = self.claim.df.tree
        simple = isinstance(tree, (ast.Name, ast.Call, ast.Attribute, ast.Subscript, ast.Constant))
        return self.claim.df.text if simple else f"({self.claim.df.text})"


def same(a: Any, b: Any) -> bool:
    """Whether two arrays of balls may be equal."""
    a, b = (None if cells is None else np.asarray(cells, dtype=object) for cells in (a, b))
    if a is None or b is None or a.shape != b.shape:
        return False
    return all(x.is_finite() and y.is_finite() and x.overlaps(y) for x, y in zip(a.ravel(), b.ravel(), strict=True))


def diagnose(claim: Statement) -> Diagnosis | None:
    """Return the mistake that a false claim looks like, None where no pattern fits."""
    case = Case(claim, _readings(claim))
    if not case.readings:
        return None
    with exactly():
        return next((found for pattern in _PATTERNS if (found := pattern(case)) is not None), None)


def _readings(claim: Statement) -> list[Reading]:
    found, random = [], Random(2)  # noqa: S311 - samples, no secrets
    for style, sizes in product((GENERIC[0], GENERIC[1], NARROW[0]), assignments(claim.sizes)[:2] * 2):
        try:
            reading = read_point(claim, draw(claim, sizes, style, random))
        except VerifyError:
            continue
        if reading.outcome in (Outcome.AGREES, Outcome.DIFFERS):
            found.append(reading)
        if len(found) == ENOUGH:
            break
    return found


# -- patterns --------------------------------------------------------------------------------------------------


def _transposed(case: Case) -> Diagnosis | None:
    if any(r.true.ndim < 2 for r in case.readings):
        return None
    if not case.fits(lambda c: c.T):
        return None
    return Diagnosis("transposed", "The claim is the transpose of the derivative.", _flipped(case))


def _flipped(case: Case) -> str:
    """Return the transpose of the claimed formula."""
    return case.text.removesuffix(".T") if case.text.endswith(".T") else f"{case.text}.T"


def _layout(case: Case) -> Diagnosis | None:
    rank = len(case.claim.shapes[case.claim.wrt])
    if not 0 < rank < max(r.true.ndim for r in case.readings):
        return None
    if not case.fits(lambda c: _moved(c, rank)):
        return None
    explanation = "The axes of the variable come first; they are due after those of f."
    axes = list(range(rank))
    flat = case.readings[0].true.ndim == 2
    correct = _flipped(case) if flat else f"np.moveaxis({case.text}, {axes}, {[a - rank for a in axes]})"
    return Diagnosis("the other layout", explanation, correct)


def _moved(claimed: Any, rank: int) -> Any:
    if claimed.ndim < rank:
        return None
    return np.moveaxis(claimed, list(range(rank)), list(range(-rank, 0)))


def _diagonal_alone(case: Case) -> Diagnosis | None:
    """Return the mistake of a Jacobian that is given by its diagonal."""
    if any(r.claimed.ndim != 1 or r.true.ndim != 2 or r.true.shape[0] != r.true.shape[1] for r in case.readings):
        return None
    if case.fits(lambda c: np.diag(c) + arb(0)):
        explanation = "The Jacobian is diagonal, and the claim is its diagonal."
        return Diagnosis("the diagonal alone", explanation, f"np.diag({case.claim.df.text})")
    if all(same(r.claimed, np.diagonal(r.true)) for r in case.readings):
        return Diagnosis("the diagonal alone", "The claim is the diagonal of a Jacobian that has other entries too.")
    return None


def _shape(case: Case) -> Diagnosis | None:
    if any(r.fits for r in case.readings):
        return None
    spread = all(_spreads(r) for r in case.readings)
    squeezed = case.fits(lambda c: c.reshape(-1)) or all(
        same(r.claimed.reshape(-1), r.true.reshape(-1)) for r in case.readings
    )
    words = "df must have the shape f.shape + wrt.shape."
    if spread:
        return Diagnosis("wrong shape", f"The numbers are right where they are spread over the due shape; {words}")
    if squeezed:
        return Diagnosis("wrong shape", f"The numbers are right, in another shape; {words}")
    return Diagnosis("wrong shape", words)


def _spreads(reading: Reading) -> bool:
    try:
        return same(np.broadcast_to(reading.claimed, reading.true.shape), reading.true)
    except ValueError:
        return False


def _ratio(reading: Reading) -> arb | None:
    """Return truth over claim where one number is that everywhere."""
    if not reading.fits:
        return None
    pairs = list(zip(reading.claimed.ravel(), reading.true.ravel(), strict=True))
    ratio: arb | None = next((t / c for c, t in pairs if not c.contains(0)), None)
    if ratio is None or ratio.contains(0) or not all((c * ratio).overlaps(t) for c, t in pairs):
        return None
    return ratio


def _factor(case: Case) -> Diagnosis | None:
    ratios = [_ratio(r) for r in case.readings]
    if any(r is None for r in ratios) or not ratios:
        return None
    known = [r for r in ratios if r is not None]
    found = _of_sizes(case, known)
    if found is not None:
        return found
    return _of_value(case, known)


def _of_sizes(case: Case, ratios: list[arb]) -> Diagnosis | None:
    """Return the factor that is a number, or a number times a quotient of sizes."""
    scales: dict[str, Callable[[dict[str, int]], int]] = {"": lambda _: 1}
    for name in case.claim.sizes:
        scales[name] = lambda at, name=name: at[name]  # type: ignore[misc]  # each keeps its own name
        scales[f"({name} - 1)"] = lambda at, name=name: at[name] - 1  # type: ignore[misc]
        scales[f"{name}**2"] = lambda at, name=name: at[name] ** 2  # type: ignore[misc]
    pairs = sorted(product(scales, scales), key=lambda pair: len(pair[0] + pair[1]))
    for above, below in pairs:
        values = [arb(scales[above](r.point.sizes)) / scales[below](r.point.sizes) for r in case.readings]
        number = _short([ratio / value for ratio, value in zip(ratios, values, strict=True)])
        if number is not None and above != (below or None):
            return _factor_words(case.text, number, above, below)
    return None


def _factor_words(text: str, number: Fraction, above: str, below: str) -> Diagnosis | None:
    if not above and not below and number == 1:
        return None
    if not above and not below and number == -1:
        return Diagnosis("sign", "The claim has the opposite sign everywhere.", f"-{text}")
    sign, size = ("-" if number < 0 else ""), abs(number)
    top = " * ".join(part for part in ("" if size == 1 else str(size), above) if part)
    shown = f"{sign}{top or 1}{f' / {below}' if below else ''}"
    correct = f"{sign}{f'{top} * ' if top else ''}{text}{f' / {below}' if below else ''}"
    return Diagnosis(f"factor {shown}", f"The derivative is {shown} times the claim.", correct)


def _short(values: list[arb]) -> Fraction | None:
    """Return the short fraction that every ball holds."""
    if not all(v.is_finite() and abs(v) < 1e9 for v in values):
        return None
    guess = Fraction(float(values[0].mid())).limit_denominator(60)
    wanted = arb(guess.numerator) / guess.denominator
    return guess if guess and all(v.overlaps(wanted) for v in values) else None


def _of_value(case: Case, ratios: list[arb]) -> Diagnosis | None:
    """Return the factor that depends on the point: a power of a number that is a part of f, where one fits."""
    for node in scalars(case.claim):
        values = [value_at(case.claim, node, r.point) for r in case.readings]
        if any(v is None or not v.is_finite() or v.contains(0) for v in values):
            continue
        for power in (1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2)):
            number = _short([r / v ** _exponent(power) for r, v in zip(ratios, values, strict=True)])
            if number is not None:
                return _value_words(case.text, ast.unparse(node), number, power)
    return Diagnosis("missing factor", "The derivative is the claim times a number that depends on the point.")


def _exponent(power: Any) -> Any:
    return power if isinstance(power, int) else arb(power.numerator) / power.denominator


def _value_words(text: str, part: str, number: Fraction, power: Any) -> Diagnosis:
    base = part if part.isidentifier() or part.endswith(")") else f"({part})"
    raised = base if abs(power) == 1 else f"np.sqrt({part})" if abs(power) == Fraction(1, 2) else f"{base}**2"
    front = "" if number == 1 else f"{number} * "
    correct = f"{front}{raised} * {text}" if power > 0 else f"{front}{text} / {raised}"
    shown = f"{front}{raised}" if power > 0 else f"{number} / {raised}"
    return Diagnosis(f"missing factor {shown}", f"The derivative is {shown} times the claim.", correct)


def _zero(case: Case) -> Diagnosis | None:
    if all(r.fits and all(c.is_zero() for c in r.claimed.ravel()) for r in case.readings):
        return Diagnosis("treated as constant", f"The claim takes f for a constant in {case.claim.wrt}.")
    return None


def _symmetrisation(case: Case) -> Diagnosis | None:
    if any(r.true.ndim < 2 or r.true.shape[-1] != r.true.shape[-2] for r in case.readings):
        return None
    if case.fits(lambda c: c + np.swapaxes(c, -1, -2)):
        return Diagnosis("missing symmetrisation", "The transpose is to be added.", f"{case.text} + {case.text}.T")
    if case.fits(lambda c: (c + np.swapaxes(c, -1, -2)) / arb(2)):
        return Diagnosis("missing symmetrisation", "It is to be symmetrised.", f"({case.text} + {case.text}.T) / 2")
    if case.fits(lambda c: in_space(c, Space.ENTRIES)):
        return Diagnosis("missing symmetrisation", "By entries, the off-diagonal ones count twice.")
    return None


def _term(case: Case) -> Diagnosis | None:
    return dropped(case.claim, case.readings, same)


def _some_entries(case: Case) -> Diagnosis | None:
    reading = case.readings[0]
    wrong = sum(not c.overlaps(t) for c, t in zip(reading.claimed.ravel(), reading.true.ravel(), strict=True))
    if not 0 < wrong < reading.true.size:
        return None
    square = reading.true.ndim == 2 and reading.true.shape[0] == reading.true.shape[1]
    off = ~np.eye(len(reading.true), dtype=bool) if square else None
    if off is not None and same(reading.claimed[off], reading.true[off]):
        return Diagnosis("the diagonal", "The entries off the diagonal are right, those on it are not.")
    if off is not None and same(reading.claimed[~off], reading.true[~off]):
        return Diagnosis("off the diagonal", "The diagonal is right, the other entries are not.")
    return Diagnosis("some entries only", f"{wrong} of {reading.true.size} entries differ.")


_PATTERNS: tuple[Callable[[Case], Diagnosis | None], ...] = (
    _zero, _factor, _layout, _transposed, _diagonal_alone, _shape, _symmetrisation, _term, _some_entries,
)  # fmt: skip
