"""Points lie in the domains they are drawn for, exactly."""

from fractions import Fraction
from random import Random

import numpy as np
import pytest

from verify.errors import UsageError
from verify.identities.domains import kind_of
from verify.identities.samples import GENERIC, NARROW, sample
from verify.identities.shrinking import WHOLE

ONE = np.array([[Fraction(int(i == j)) for j in range(3)] for i in range(3)], dtype=object)

HOLDS = {
    "symmetric": lambda x: (x == x.T).all(),
    "antisymmetric": lambda x: (x == -x.T).all(),
    "orthogonal": lambda x: (x @ x.T == ONE).all(),
    "diagonal": lambda x: all(x[i, j] == 0 for i in range(3) for j in range(3) if i != j),
    "lower triangular": lambda x: all(x[i, j] == 0 for i in range(3) for j in range(i + 1, 3)),
    "spd": lambda x: (x == x.T).all() and np.all(np.linalg.eigvalsh(x.astype(float)) > 0),
    "simplex": lambda x: (x > 0).all() and (x.sum(axis=-1) == 1).all(),
    "sums to 1": lambda x: (x.sum(axis=-1) == 1).all(),
    "one-hot": lambda x: all(sorted(row) == [0, 0, 1] for row in x.tolist()),
    "unit norm": lambda x: (x * x).sum() == 1,
    "±1 labels": lambda x: (x * x == 1).all(),
    "binary": lambda x: (x * x == x).all(),
    "positive": lambda x: (x > 0).all(),
    "negative": lambda x: (x < 0).all(),
    "nonzero": lambda x: (x != 0).all(),
    "probability": lambda x: ((x > 0) & (x < 1)).all(),
    "in (5, 6)": lambda x: ((x > 5) & (x < 6)).all(),
    "labels(k)": lambda x: all(v in (0, 1, 2, 3) for v in x.ravel()),
    "integers": lambda x: all(v.denominator == 1 for v in x.ravel()),
    "symmetric, positive": lambda x: (x == x.T).all() and (x > 0).all(),
}


@pytest.mark.parametrize("words", HOLDS)
def test_every_style_stays_in_the_domain(words):
    random = Random(0)  # noqa: S311 - samples, no secrets
    for style in (*GENERIC, *NARROW, *WHOLE):
        for _ in range(5):
            x = sample(kind_of("x", words), (3, 3), style, random, {"k": 4})
            assert x.shape == (3, 3)
            assert HOLDS[words](x), (words, style, x)


def test_generic_points_hold_no_ties_and_no_zeros():
    random = Random(1)  # noqa: S311 - samples, no secrets
    for style in GENERIC:
        x = np.abs(sample(kind_of("x", None), (3, 4), style, random, {}))
        assert len(set(x.ravel())) == 12
        assert (x != 0).all()


def test_words_are_read_in_their_usual_spellings():
    for words, form in {
        "SPD": "spd", "one_hot": "one-hot", "onehot": "one-hot", "+-1": "signs", "pm1": "signs",
        "skew-symmetric": "antisymmetric", "general": None, "unit_norm": "unit norm", "positive definite": "spd",
        "symmetric, invertible": "symmetric", "invertible": "invertible",
    }.items():  # fmt: skip
        assert kind_of("x", words).form == form
    with pytest.raises(UsageError, match="two things"):
        kind_of("x", "diagonal, orthogonal")
