"""Rules of the products of vectors and matrices: each linear in each of its two inputs."""

from __future__ import annotations

import numpy as np

from numeric.rulebook.rule import Rule

RULES = (
    Rule(
        # Two vectors.
        "dot",
        primal=lambda x, y: x @ y,
        vjps=(lambda out_bar, _out, _x, y: out_bar * y, lambda out_bar, _out, x, _y: out_bar * x),
    ),
    Rule(
        # A matrix and a vector: the outer product out_bar yᵀ, and xᵀ out_bar.
        "mv",
        primal=lambda x, y: x @ y,
        vjps=(
            lambda out_bar, _out, _x, y: out_bar[:, None] * y,
            lambda out_bar, _out, x, _y: np.transpose(x) @ out_bar,
        ),
    ),
    Rule(
        # Two matrices: out_bar yᵀ and xᵀ out_bar.
        "mm",
        primal=lambda x, y: x @ y,
        vjps=(
            lambda out_bar, _out, _x, y: out_bar @ np.transpose(y),
            lambda out_bar, _out, x, _y: np.transpose(x) @ out_bar,
        ),
    ),
    Rule(
        # Stacks of matrices: out_bar yᵀ and xᵀ out_bar in each.
        "bmm",
        primal=lambda x, y: x @ y,
        vjps=(
            lambda out_bar, _out, _x, y: out_bar @ np.swapaxes(y, -1, -2),
            lambda out_bar, _out, x, _y: np.swapaxes(x, -1, -2) @ out_bar,
        ),
    ),
)
