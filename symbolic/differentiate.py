"""The rules of differentiation, each on a `Partial` node that is not carried out yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sympy as sp

from symbolic.errors import NotationError
from symbolic.index import Expr, Partial, tensor_name
from symbolic.rewrite import Rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from symbolic.ranges import Ranges


def depends(expr: Expr, entry: Expr) -> bool:
    """Whether a formula reads the tensor that an entry belongs to."""
    if isinstance(entry, sp.Indexed):
        return any(read.base == entry.base for read in expr.atoms(sp.Indexed))
    return bool(expr.has(entry))


def _on_partials(at: Callable[[Expr, Expr], Expr | None]) -> Callable[[Expr, Ranges], Expr | None]:
    """Make a rule of what it does to the derivative of ``expr`` with respect to ``entry``."""
    return lambda node, _: at(node.expr, node.entry) if isinstance(node, Partial) else None


def _constant(expr: Expr, entry: Expr) -> Expr | None:
    return None if depends(expr, entry) else sp.Integer(0)


def _stepped(expr: Expr, entry: Expr) -> Expr | None:
    """Return 0 where the entry acts through step functions alone."""
    steps = {node: sp.Dummy(real=True) for node in expr.atoms(sp.floor, sp.ceiling, sp.sign)}
    return None if not steps or depends(expr.xreplace(steps), entry) else sp.Integer(0)


def _linearity(expr: Expr, entry: Expr) -> Expr | None:
    return sp.Add(*(Partial(term, entry) for term in expr.args)) if expr.is_Add else None


def _under_sum(expr: Expr, entry: Expr) -> Expr | None:
    if not isinstance(expr, sp.Sum):
        return None
    return sp.Sum(Partial(expr.function, entry), *expr.limits)


def _factor(expr: Expr, entry: Expr) -> Expr | None:
    """Take constant factors out."""
    if not expr.is_Mul:
        return None
    constant = [f for f in expr.args if not depends(f, entry)]
    rest = [f for f in expr.args if depends(f, entry)]
    return sp.Mul(*constant) * Partial(sp.Mul(*rest), entry) if constant else None


def _product(expr: Expr, entry: Expr) -> Expr | None:
    if not expr.is_Mul:
        return None
    factors = expr.args
    return sp.Add(*(sp.Mul(*factors[:k], Partial(f, entry), *factors[k + 1 :]) for k, f in enumerate(factors)))


def _power(expr: Expr, entry: Expr) -> Expr | None:
    if not expr.is_Pow or depends(expr.exp, entry):
        return None
    return expr.exp * expr.base ** (expr.exp - 1) * Partial(expr.base, entry)


def _exponential(expr: Expr, entry: Expr) -> Expr | None:
    if not expr.is_Pow or depends(expr.base, entry):
        return None
    return expr * sp.log(expr.base) * Partial(expr.exp, entry)


def _power_of_both(expr: Expr, entry: Expr) -> Expr | None:
    if not expr.is_Pow:
        return None
    base, exponent = expr.args
    return expr * (Partial(exponent, entry) * sp.log(base) + exponent * Partial(base, entry) / base)


def _chain(expr: Expr, entry: Expr) -> Expr | None:
    if not isinstance(expr, sp.Function) or isinstance(expr, (sp.Piecewise, sp.Max, sp.Min)):
        return None
    return sp.Add(*(expr.fdiff(k) * Partial(inner, entry) for k, inner in enumerate(expr.args, start=1)))


def _cases(expr: Expr, entry: Expr) -> Expr | None:
    if not isinstance(expr, sp.Piecewise):
        return None
    return sp.Piecewise(*((Partial(value, entry), condition) for value, condition in expr.args))


def _entry(expr: Expr, entry: Expr) -> Expr | None:
    if not isinstance(expr, (sp.Indexed, sp.Symbol)) or tensor_name(expr) != tensor_name(entry):
        return None
    if isinstance(expr, sp.Symbol):
        return sp.Integer(1)
    if len(expr.indices) != len(entry.indices):
        raise NotationError(f"{expr} and {entry} have different numbers of indices: a tensor has one rank")
    return sp.Mul(*(sp.KroneckerDelta(a, b) for a, b in zip(expr.indices, entry.indices, strict=True)))


def _rule(name: str, reason: str, at: Callable[[Expr, Expr], Expr | None]) -> Rule:
    return Rule(name, reason, _on_partials(at))


DIFFERENTIATION = (
    _rule("constant", "What does not depend on the entry has derivative 0.", _constant),
    _rule("piecewise", "Inside each case the function is that case's formula; borders are kinks.", _cases),
    _rule("linearity", "The derivative of a sum of terms is the sum of their derivatives.", _linearity),
    _rule("under the sum", "A finite sum is differentiated term by term, under the summation sign.", _under_sum),
    _rule("constant factor", "A factor that does not depend on the entry is kept.", _factor),
    _rule(
        "step function", "The entry acts through a step function alone, which is constant between its jumps.", _stepped
    ),
    _rule("product rule", "(f g)' = f' g + f g'.", _product),
    _rule("power rule", "(f^c)' = c f^(c-1) f' for a constant exponent c.", _power),
    _rule("exponential rule", "(c^g)' = c^g log(c) g' for a constant base c.", _exponential),
    _rule("power of both", "(f^g)' = f^g (g' log(f) + g f'/f).", _power_of_both),
    _rule("chain rule", "g(f)' = g'(f) f'.", _chain),
    _rule("entry by entry", "An entry depends on itself alone: 1 where all indices agree, else 0.", _entry),
)
"""In the order in which a derivation tries them."""
