"""Special functions by name: on balls, as SymPy formulas, and as NumPy, PyTorch and JAX have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp
from flint import acb, arb

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Special:
    """A function of one number: its value on a ball, as a formula, and source code of its value at ``x``, by library.

    A library without it has no source code.
    """

    ball: Callable[[arb], arb]
    formula: Callable[[Any], Any]
    numpy: str
    torch: str | None
    jax: str | None

    def source(self, backend: str) -> str | None:
        """Return source code, where the library has it."""
        found: str | None = getattr(self, backend)
        return found


def _log_gamma(x: arb) -> arb:
    """Return ``log |gamma(x)|``: `lgamma` of Arb has no value below 0."""
    return x.lgamma() if x > 0 else abs(x.gamma()).log()


_GAMMA_TORCH = "torch.exp(torch.lgamma(x)) * (1 - 2 * (x < 0) * torch.remainder(torch.floor(x), 2))"
"""Below 0, gamma changes its sign from one whole number to the next."""

SPECIAL: dict[str, Special] = {
    "gammaln": Special(
        _log_gamma,
        sp.loggamma,
        "np.vectorize(math.lgamma, otypes=[float])(x)",
        "torch.lgamma(x)",
        "jax.scipy.special.gammaln(x)",
    ),
    "gamma": Special(
        lambda x: x.gamma(),
        sp.gamma,
        "np.vectorize(math.gamma, otypes=[float])(x)",
        _GAMMA_TORCH,
        "jax.scipy.special.gamma(x)",
    ),
    "digamma": Special(
        lambda x: x.digamma(),
        sp.digamma,
        "scipy.special.digamma(x)",
        "torch.digamma(x)",
        "jax.scipy.special.digamma(x)",
    ),
    "trigamma": Special(
        lambda x: acb(x).polygamma(1).real,
        lambda x: sp.polygamma(1, x),
        "scipy.special.polygamma(1, x)",
        "torch.polygamma(1, x)",
        "jax.scipy.special.polygamma(1, x)",
    ),
    "erfi": Special(lambda x: x.erfi(), sp.erfi, "scipy.special.erfi(x)", None, None),
    "erfinv": Special(
        lambda x: x.erfinv(), sp.erfinv, "scipy.special.erfinv(x)", "torch.erfinv(x)", "jax.scipy.special.erfinv(x)"
    ),
    "expi": Special(lambda x: x.ei(), sp.Ei, "scipy.special.expi(x)", None, "jax.scipy.special.expi(x)"),
}


def _bessel(letter: str, order: int) -> Special:
    name = f"bessel_{letter}"
    torch = {"i": "{}{}", "k": "modified_bessel_{}{}"}.get(letter, "bessel_{}{}").format(letter, order)
    return Special(
        lambda x: getattr(x, name)(order),
        lambda x: getattr(sp, f"bessel{letter}")(order, x),
        f"scipy.special.{letter}{order}(x)",
        f"torch.special.{torch}(x)",
        f"jax.scipy.special.{letter}{order}(x)" if letter == "i" else None,
    )


SPECIAL |= {f"{letter}{order}": _bessel(letter, order) for letter in "ijyk" for order in (0, 1)}
