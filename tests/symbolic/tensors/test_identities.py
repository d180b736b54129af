"""Identities of matrix calculus and machine learning: true ones are proved for every shape, false ones never."""

from pathlib import Path

import numpy as np
import pytest
from flint import arb, fmpq

import symbolic
from symbolic.arithmetic import precision
from symbolic.errors import EvaluationError, Undecidable
from symbolic.tensors.derive import derive
from symbolic.tensors.steps import points_of
from symbolic.tensors.tensor import Tensor
from symbolic.tensors.values import FloatsOnlyError, evaluate

HERE = Path(__file__).parent


def rows(name):
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line.startswith("#"):
            f, df, wrt, shapes, domains, space = (part.strip() for part in line.split("|"))
            yield f, df, wrt, shapes, dict(pair.split("=") for pair in domains.split(", ") if pair), space


TRUE, FALSE = list(rows("identities.txt")), list(rows("false_identities.txt"))


@pytest.mark.parametrize("row", TRUE, ids=[f"{r[0]} by {r[2]}" for r in TRUE])
def test_a_true_identity_is_proved_for_every_shape(row):
    assert symbolic.prove(*row) is True


@pytest.mark.parametrize("row", FALSE, ids=[f"{r[0]} by {r[2]} is not {r[1]}" for r in FALSE])
def test_a_false_identity_is_never_proved(row):
    assert symbolic.prove(*row) is None


@pytest.mark.parametrize("row", TRUE, ids=[f"{r[0]} by {r[2]}" for r in TRUE])
def test_the_derivative_is_the_limit_of_difference_quotients_to_50_digits(row):
    f, _, wrt, shapes, domains, space = row
    d = derive(f, wrt, shapes, domains)
    if space != "free" or set(d.facts.get(wrt, ())) - {"invertible", "positive"}:
        pytest.skip("the quotient varies every entry by itself")
    compared = 0
    for sizes, arrays in points_of(d):
        try:
            quotient, slope = both(d, sizes, arrays)
        except FloatsOnlyError:
            pytest.skip("balls do not know the spectrum")
        except (EvaluationError, Undecidable):
            continue
        for a, b in zip(quotient.ravel(), slope.ravel(), strict=True):
            scale = 1 + abs(b)
            assert abs(a - b) / scale < arb(10) ** -50
        compared += 1
        if compared == 2:
            break
    assert compared


def both(d, sizes, arrays):
    with precision(640):
        step = arb(fmpq(1, 2**250))
        x, u = arrays[d.wrt], arrays[f"{d.wrt}_dot"]
        ends = [evaluate(d.function, sizes, {**arrays, d.wrt: x + s * step * u}) for s in (1, -1)]
        quotient = (ends[0] - ends[1]) / (2 * step)
        jvp = d.jvp().tensor
        return np.asarray(quotient), np.asarray(evaluate(Tensor(jvp.axes, jvp.entry), sizes, arrays))
