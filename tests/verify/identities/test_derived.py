"""`derive` answers to 50 digits what the exact power series of the lift says: two derivatives that share no rule."""

import math
import random
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from test_list import CASES, FURTHER

from symbolic import EvaluationError, Undecidable, derive, precision
from verify.errors import VerifyError
from verify.identities.readings import draw, exactly, truth
from verify.identities.samples import GENERIC, NARROW
from verify.identities.statement import statement
from verify.identities.survey import assignments

DIGITS, BITS = 50, 400
NOT_READ = ("x[::2]", "expm(X)", "np.convolve(x, w)", "tril_indices")
"""What has no formula for every size here: docs/derive.md says so."""


def _distinct_left_sides(cases):
    seen = {}
    for _, f, df, wrt, shapes, domains, space, _ in cases:
        if not any(part in f for part in NOT_READ):
            seen.setdefault((f, wrt, shapes, domains, space), df)
    return [(*key, df) for key, df in seen.items()]


def _balls(value):
    return np.vectorize(lambda v: arb(fmpq(Fraction(v).numerator, Fraction(v).denominator)), otypes=[object])(value)


def _compared(claim, derived, sizes, style, chance):
    """The digits that both derivatives share at a point, or None where f has no value there."""
    point = draw(claim, sizes, style, chance)
    with exactly(BITS) as notes:
        try:
            true = truth(claim, point, notes)
        except VerifyError:
            return None
    if not all(v.is_finite() for v in true.ravel()):
        return None
    with precision(BITS):
        try:
            ours = derived.gradient.evaluate({n: _balls(v) for n, v in point.values.items()}, point.sizes)
        except (EvaluationError, Undecidable):
            return None  # det(X) inv(X) where X is singular at these sizes
        assert ours.shape == true.shape
        pairs = list(zip(ours.ravel(), true.ravel(), strict=True))
        assert all(a.overlaps(b) for a, b in pairs), (derived.result, point.values)
        return min((min(_bits(a), _bits(b)) for a, b in pairs), default=BITS)


def _bits(ball):
    """How many bits a ball knows: of one around 0, how small it is."""
    if ball.contains(0):
        radius = float(ball.rad()) + abs(float(ball.mid()))
        return BITS if radius == 0 else -math.log2(radius)
    return ball.rel_accuracy_bits()


def _agrees(case):
    f, wrt, shapes, domains, space, df = case
    held = dict(part.strip().split("=") for part in domains.split(",") if part.strip())
    derived = derive(f, wrt, shapes, held, space or "free")
    claim = statement(f, df, wrt, shapes, held, space or "free")
    chance, found = random.Random(8), []  # noqa: S311 - samples, no secrets
    for sizes in assignments(claim.sizes):
        for style in (*GENERIC[:3], *NARROW[:3]):
            found.append(_compared(claim, derived, sizes, style, chance))
            if sum(bits is not None for bits in found) == 4:
                break
    bits = [b for b in found if b is not None]
    assert bits
    assert min(bits) >= DIGITS * 3.3219


def _names(cases):
    return [f"{f} by {wrt} {domains} {space}" for f, wrt, _, domains, space, _ in cases]


OWN, OTHERS = _distinct_left_sides(CASES), _distinct_left_sides(FURTHER)


@pytest.mark.parametrize("case", OWN[::5], ids=_names(OWN[::5]))
def test_a_derivation_is_the_truth_to_50_digits(case):
    _agrees(case)


@pytest.mark.deep
@pytest.mark.parametrize("case", [*OWN, *OTHERS], ids=_names([*OWN, *OTHERS]))
def test_every_derivation_is_the_truth_to_50_digits(case):
    _agrees(case)
