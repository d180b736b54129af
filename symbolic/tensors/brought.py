"""The functions that generated code brings along: what NumPy, PyTorch and JAX have no name for, or another."""

from __future__ import annotations

import importlib.util
import re

from symbolic.errors import DerivationError
from symbolic.tensors.special import SPECIAL

PREFIX = {"numpy": "np", "torch": "torch", "jax": "jnp"}
IMPORTS = {"numpy": "import numpy as np", "torch": "import torch", "jax": "import jax\nimport jax.numpy as jnp"}

ALONG = {
    "softmax": "def softmax(x, axis):\n    e = {b}.exp(x - {most})\n    return e / e.sum(axis, {keep}=True)\n",
    "logsumexp": (
        "def logsumexp(x, axis):\n    m = {most}\n"
        "    return (m + {b}.log({b}.exp(x - m).sum(axis, {keep}=True))).squeeze(axis)\n"
    ),
}
"""Along an axis, or several."""

OF_VECTORS = {
    "softmax": "def softmax(x):\n    e = {b}.exp(x - x.max())\n    return e / e.sum()\n",
    "logsumexp": "def logsumexp(x):\n    m = x.max()\n    return m + {b}.log({b}.exp(x - m).sum())\n",
}

BY_ENTRY = {
    "numpy": {
        "softplus": "np.logaddexp(0, x)",
        "relu": "np.maximum(x, 0)",
        "erf": "np.vectorize(math.erf, otypes=[float])(x)",
        "erfc": "np.vectorize(math.erfc, otypes=[float])(x)",
    },
    "torch": {
        "softplus": "torch.logaddexp(torch.zeros_like(x), x)",
        "relu": "torch.clamp(x, min=0)",
        "erf": "torch.special.erf(x)",
        "erfc": "torch.special.erfc(x)",
    },
    "jax": {
        "softplus": "jnp.logaddexp(0, x)",
        "relu": "jnp.maximum(x, 0)",
        "erf": "jax.scipy.special.erf(x)",
        "erfc": "jax.scipy.special.erfc(x)",
    },
}
NAMES = frozenset(("sigmoid", "softplus", "relu", "erf", "erfc", *SPECIAL))
"""The elementwise ones."""


def checked(name: str, prefix: str) -> str:
    """Return the name of a function, if the library has it.

    Raises
    ------
    DerivationError
        It has not.
    """
    backend = next(b for b, own in PREFIX.items() if own == prefix)
    if name in SPECIAL and SPECIAL[name].source(backend) is None:
        raise DerivationError(f"{backend} has no function {name}: use another library")
    return name


def brought(body: str, backend: str) -> str:
    """Return the imports and the functions that a body needs, as source code.

    Where SciPy is at hand, its functions stand in NumPy's place for those that NumPy lacks.
    """
    functions = "".join(f"\n\n{text}" for text in _functions(body, backend))
    imports = [IMPORTS[backend]]
    if "math." in body + functions:
        imports.insert(0, "import math\n")
    if "scipy.special." in functions and backend == "numpy":
        imports.append("import scipy.special")
    return "\n".join(imports) + "\n" + functions


def _functions(body: str, backend: str) -> list[str]:
    b = PREFIX[backend]
    found = []
    for name in ("softmax", "logsumexp"):
        if f"{name}(" in body:
            most = "torch.amax(x, axis, keepdim=True)" if b == "torch" else "x.max(axis, keepdims=True)"
            text = ALONG[name] if _takes_an_axis(name, body) else OF_VECTORS[name]
            found.append(text.format(b=b, most=most, keep="keepdim" if b == "torch" else "keepdims"))
    if "sigmoid(" in body:
        found.append(f"def sigmoid(x):\n    return 0.5 * (1 + {b}.tanh(0.5 * x))\n")
    special = {name: function.source(backend) or "" for name, function in SPECIAL.items()}
    for name, text in {**BY_ENTRY[backend], **special}.items():
        if text and re.search(rf"\b{name}\(", body):
            by_scipy = backend == "numpy" and "math." in text and importlib.util.find_spec("scipy") is not None
            found.append(f"def {name}(x):\n    return {f'scipy.special.{name}(x)' if by_scipy else text}\n")
    return found


def _takes_an_axis(name: str, body: str) -> bool:
    """Whether some call has a second argument: a comma outside of all brackets of its first."""
    for start in re.finditer(rf"\b{name}\(", body):
        depth = 0
        for c in body[start.end() :]:
            depth += (c in "([") - (c in ")]")
            if depth < 0 or (c == "," and depth == 0):
                if c == ",":
                    return True
                break
    return False
