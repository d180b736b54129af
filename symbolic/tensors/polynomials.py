"""Polynomials by their coefficients, from the highest power down, in NumPy's spelling."""

from __future__ import annotations

from typing import Any

from symbolic.errors import FormulaError
from symbolic.tensors import entries as e
from symbolic.tensors.indexing import indexed
from symbolic.tensors.joining import joined
from symbolic.tensors.linalg import tensor
from symbolic.tensors.nodes import MINUS_ONE, ZERO, Node, Where, add, fold, mul, power
from symbolic.tensors.signal import convolve
from symbolic.tensors.sizes import of_dim, whole_size
from symbolic.tensors.tensor import Tensor, broadcast, scalar

__all__ = ["polyadd", "polyder", "polymul", "polysub", "polyval"]


def polyval(p: Any, x: Any) -> Tensor:
    """The value of a polynomial: by Horner's rule where the count of its coefficients is a number."""
    if isinstance(p, tuple):
        return _horner([tensor(c) for c in p], tensor(x))
    coefficients, at = tensor(p), tensor(x)
    if coefficients.rank != 1 or len(coefficients.axes[0]) > 1:
        raise FormulaError(f"polyval takes a vector of coefficients, not a tensor of shape {coefficients}")
    if not any(i.dim.name for i in coefficients.indices):
        count = coefficients.indices[0].dim.offset if coefficients.indices else 1
        return _horner([indexed(coefficients, (scalar(k),)) for k in range(count)], at)
    own = coefficients.renamed()
    terms = mul(own.entry, power(at.entry, _exponent(own)))
    return Tensor(at.axes, fold("sum", own.axes[0], terms))


def _exponent(p: Tensor) -> Node:
    """Return the power that a coefficient stands before."""
    (i,) = p.axes[0]
    return add(of_dim(i.dim).node(), MINUS_ONE, mul(MINUS_ONE, Where(i)))


def _horner(coefficients: list[Tensor], x: Tensor) -> Tensor:
    first, *rest = coefficients
    for c in rest:
        first = broadcast(lambda a, b, d: add(mul(a, b), d), first, x, c)
    return first


def polyder(p: Any) -> Tensor:
    """The coefficients of the derivative."""
    own = tensor(p).renamed()
    if own.rank != 1 or len(own.axes[0]) != 1:
        raise FormulaError(f"polyder takes a vector of coefficients, not a tensor of shape {own}")
    return indexed(own.map(lambda c: mul(_exponent(own), c)), (slice(None, scalar(-1)),))


def polymul(a1: Any, a2: Any) -> Tensor:
    """The coefficients of a product."""
    return convolve(a1, a2)


def polyadd(a1: Any, a2: Any) -> Tensor:
    """The coefficients of a sum."""
    return broadcast(add, *_as_long(tensor(a1), tensor(a2)))


def polysub(a1: Any, a2: Any) -> Tensor:
    """The coefficients of a difference."""
    return broadcast(e.difference, *_as_long(tensor(a1), tensor(a2)))


def _as_long(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Put zeros before the shorter of two vectors."""
    if a.rank != 1 or b.rank != 1 or max(len(a.axes[0]), len(b.axes[0])) > 1:
        raise FormulaError(f"polynomials have vectors of coefficients, not tensors of shapes {a} and {b}")
    lengths = [of_dim(t.axes[0][0].dim) if t.axes[0] else whole_size(1) for t in (a, b)]
    gap = lengths[0].minus(lengths[1]).number
    if gap is None:
        raise FormulaError("of two polynomials, it is known how much longer one is: give shapes such as 'p: n  q: n-1'")
    zeros = [Tensor(((),), ZERO)] * abs(gap)
    return (joined([*zeros, a], 0), b) if gap < 0 else (a, joined([*zeros, b], 0))
