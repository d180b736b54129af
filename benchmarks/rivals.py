"""What the textbook's formulas mean in NumPy, and who else derives them."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special

from benchmarks.rivalry.asking import Rival

RIVALS: dict[str, Rival] = {
    "SymPy": Rival("sympy", "benchmarks.rivalry.sympy_language", ("trace", "1 by 1"), layouts=True),
    "tensorgrad": Rival("tensorgrad", "benchmarks.rivalry.tensorgrad_language", ("full_simplify", "simplify")),
}
"""Each, called with a row, returns ``{"answer": one of WORDS, "seconds": ...}`` and its reasons."""


def _softmax(x: Any, axis: int = -1) -> Any:
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def _layernorm(x: Any) -> Any:
    return (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)


def namespace() -> dict[str, Any]:
    """Return the names that a formula may use: NumPy's and SciPy's, and the layers."""
    own = {
        "np": np, "logsumexp": special.logsumexp, "softmax": _softmax, "expit": special.expit,
        "sigmoid": special.expit, "relu": lambda x: np.maximum(x, 0), "layernorm": _layernorm, "erf": special.erf,
        "log_softmax": special.log_softmax, "gammaln": special.gammaln, "digamma": special.digamma,
        "softplus": lambda x: np.logaddexp(0, x), "vec": lambda x: x.T.reshape(-1),
        "logdet": lambda x: np.linalg.slogdet(x)[1],
    }  # fmt: skip
    linalg = {name: getattr(np.linalg, name) for name in dir(np.linalg) if not name.startswith("_")}
    plain = {name: getattr(np, name) for name in dir(np) if not name.startswith("_")}
    return plain | linalg | own
