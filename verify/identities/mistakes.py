"""Dropped terms: f differentiated with one part of its formula held constant, or without one part's own derivative."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb, arb_series

from verify.errors import VerifyError
from verify.identities.evaluating import part
from verify.identities.readings import exactly, in_space, scope_at, slopes, space_of, units
from verify.identities.verdict import Diagnosis
from verify.lift import Ball, lift
from verify.lift.array import Lifted, object_array

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from verify.identities.readings import Point, Reading
    from verify.identities.statement import Statement

MOST_PARTS = 40
"""Parts of a formula that are tried."""


def dropped(claim: Statement, readings: list[Reading], same: Callable[[Any, Any], bool]) -> Diagnosis | None:
    """Return the diagnosis of a part of f whose share the claim drops, or counts with the wrong sign or factor."""
    if not all(r.fits for r in readings):
        return None
    parts = list(_parts(claim))[:MOST_PARTS]
    for words, candidate in _MISTAKES:
        for node, parent in parts:
            if all(same(candidate(claim, node, reading), reading.claimed) for reading in readings):
                return words(node, parent)
    return None


def _parts(claim: Statement) -> Iterator[tuple[ast.expr, ast.AST]]:
    """Yield every part of f that holds the variable, with what it is a part of; large parts first."""
    pending: list[ast.AST] = [claim.f.tree]
    while pending:
        parent = pending.pop(0)
        for node in ast.iter_child_nodes(parent):
            if isinstance(node, ast.expr) and _holds(node, claim.wrt):
                yield node, parent
                pending.append(node)


def _holds(node: ast.AST, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))


def scalars(claim: Statement) -> Iterator[ast.expr]:
    """Yield f and every part of it that may be a number that depends on the point."""
    parts = [n for n in ast.walk(claim.f.tree) if isinstance(n, (ast.BinOp, ast.Call, ast.Name, ast.Subscript))]
    names = set(claim.shapes)
    yield from (n for n in parts[:MOST_PARTS] if any(isinstance(m, ast.Name) and m.id in names for m in ast.walk(n)))


def value_at(claim: Statement, node: ast.expr, point: Point) -> Any:
    """Return the value of a part of f where it is one number, else None."""
    try:
        value = part(node, scope_at(claim.f, point))
    except VerifyError:
        return None
    return value.cells.ravel()[0].coefficient(0) if isinstance(value, Lifted) and not value.ndim else None


# -- what a mistake would claim -----------------------------------------------------------------------------------


def _frozen(claim: Statement, node: ast.expr, reading: Reading) -> Any:
    """Return the derivative with one part held constant."""
    return _derivative(claim, reading.point, node, lambda value, _: value)


def _wrong_sign(claim: Statement, node: ast.expr, reading: Reading) -> Any:
    """Return the derivative with one part's share counted negatively."""
    frozen = _frozen(claim, node, reading)
    return None if frozen is None else frozen + frozen - reading.true


def _outer_only(claim: Statement, node: ast.expr, reading: Reading) -> Any:
    """Return the derivative by a part of the variable's shape, in place of the variable."""
    if isinstance(node, ast.Name):
        return None
    shape = reading.point.values[claim.wrt].shape

    def moved(value: Any, unit: Any) -> Any:
        return _along(value, unit) if value.shape == shape else None

    return _derivative(claim, reading.point, node, moved, still=True)


def _derivative(
    claim: Statement, point: Point, node: ast.expr, held: Callable[[Any, Any], Any], *, still: bool = False
) -> Any:
    """Return f's derivative with `node` replaced by ``held(its value, the unit tangent)``."""
    shape = point.values[claim.wrt].shape
    try:
        with exactly() as notes:
            value = part(node, scope_at(claim.f, point))
            if not isinstance(value, Lifted):
                return None
            columns = []
            for unit in units(shape):
                stand_in = held(value, unit)
                if stand_in is None:
                    return None
                scope = scope_at(claim.f, point, None if still else {claim.wrt: unit})
                columns.append(slopes(scope.with_fixed({id(node): stand_in})))
            free = np.stack(columns, axis=-1).reshape(columns[0].shape + shape)
            return in_space(free, space_of(claim, notes))
    except VerifyError:
        return None


def _along(value: Lifted, unit: Any) -> Lifted:
    pairs = zip(value.cells.ravel(), np.ravel(unit), strict=True)
    cells = [Ball(arb_series([cell.coefficient(0), arb(int(u))], prec=2)) for cell, u in pairs]
    return lift(object_array(cells, value.shape))


# -- in words -----------------------------------------------------------------------------------------------------


def _rule(node: ast.expr, parent: ast.AST) -> str:
    if isinstance(parent, ast.BinOp):
        if isinstance(parent.op, ast.Div):
            return "quotient rule"
        if isinstance(parent.op, (ast.Mult, ast.MatMult)):
            return "product rule"
    del node
    return "chain rule"


def _held(node: ast.expr, parent: ast.AST) -> Diagnosis:
    rule = _rule(node, parent)
    return Diagnosis(f"dropped term of the {rule}", f"The claim holds `{ast.unparse(node)}` constant.")


def _negative(node: ast.expr, parent: ast.AST) -> Diagnosis:
    rule = _rule(node, parent)
    words = f"The share of `{ast.unparse(node)}` has the opposite sign."
    return Diagnosis(f"sign of a term of the {rule}", words)


def _left_out(node: ast.expr, _: ast.AST) -> Diagnosis:
    words = f"The derivative of `{ast.unparse(node)}` itself is left out."
    return Diagnosis("dropped factor of the chain rule", words)


_MISTAKES = ((_held, _frozen), (_negative, _wrong_sign), (_left_out, _outer_only))
