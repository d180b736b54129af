"""Read SymPy expressions, and operations of the catalogue, as tensors."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

from symbolic.errors import FormulaError
from symbolic.index import Bracket, outermost
from symbolic.tensors.nodes import (
    Constant,
    Dim,
    Fixed,
    Index,
    Node,
    Num,
    SizeOf,
    Var,
    Where,
    add,
    apply,
    compare,
    fold,
    mul,
    number,
    power,
)
from symbolic.tensors.tensor import Tensor, scalar, variable
from symbolic.tensors.vocabulary import call

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from symbolic.tensors.tensor import Dims

Shapes = dict[str, tuple["Dims", ...]]
FUNCTIONS = {
    sp.exp: "exp",
    sp.log: "log",
    sp.sin: "sin",
    sp.cos: "cos",
    sp.tan: "tan",
    sp.sinh: "sinh",
    sp.cosh: "cosh",
    sp.tanh: "tanh",
    sp.Abs: "abs",
    sp.sign: "sign",
    sp.erf: "erf",
    sp.atan: "arctan",
    sp.asin: "arcsin",
    sp.acos: "arccos",
}


def read(formula: Any, shapes: Shapes) -> tuple[str, Tensor, Shapes]:
    """Read a SymPy expression (of matrices or of entries) or the name of an operation; return text, tensor and shapes.

    Raises
    ------
    FormulaError
        It is neither, or holds what we have no node for.
    """
    if isinstance(formula, str):
        return _operation(formula)
    if isinstance(formula, sp.MatrixExpr):
        found = {m.name: tuple(_dims(n) for n in m.shape) for m in formula.atoms(sp.MatrixSymbol)}
        return str(formula), _matrix(formula), {**found, **shapes}
    if isinstance(formula, sp.Expr):
        matrices = {m.name: tuple(_dims(n) for n in m.shape) for m in formula.atoms(sp.MatrixSymbol)}
        known = {**matrices, **_entry_shapes(formula), **shapes}
        scalars = {
            str(s): ()
            for s in formula.free_symbols
            if isinstance(s, sp.Symbol) and not s.is_integer and str(s) not in known and not _is_label(s, formula)
        }
        known.update(scalars)
        return str(formula), scalar(_entry(formula, {}, known)), known
    raise FormulaError(
        f"a formula is text, a SymPy expression or the name of an operation, not {type(formula).__name__}"
    )


def _is_label(symbol: Any, formula: Any) -> bool:
    return any(symbol == e.base.label for e in formula.atoms(sp.Indexed))


def _operation(name: str) -> tuple[str, Tensor, Shapes]:
    from symbolic.operations import operations  # noqa: PLC0415 - the catalogue is large

    if name not in operations:
        raise FormulaError(
            f"{name!r} has no shapes: give shapes='x: n', or the name of an operation ({', '.join(operations)})"
        )
    operation = operations[name]
    definition = operation.definition(operation.variants[0])
    shapes = {o.name: tuple(_dims(n) for n in o.shape) for o in definition.operands}
    out = definition.out
    places = {i: Index(_dims(n)[0]) for i, n in zip(out.index, out.shape, strict=True)}
    entry = _entry(out.entry, dict(places), shapes)
    return name, Tensor(tuple((places[i],) for i in out.index), entry), shapes


def _dims(size: Any) -> Dims:
    size = sp.sympify(size)
    if size == 1:
        return ()
    if size.is_Integer:
        return (Dim("", int(size)),)
    if size.is_Mul and all(isinstance(f, sp.Symbol) or f.is_Integer for f in size.args):
        return tuple(d for f in size.args for d in _dims(f))
    name, offset = size.as_independent(*size.free_symbols, as_Add=True)[::-1]
    if isinstance(name, sp.Symbol) and offset.is_Integer:
        return (Dim(str(name), int(offset)),)
    raise FormulaError(f"{size} is no size that is known here: use names, numbers and products of them")


def _entry_shapes(formula: Any) -> Shapes:
    """Read the shapes of indexed tensors off the ranges of the sums over their indices."""
    ranges = {limit[0]: limit[2] + 1 - limit[1] for s in formula.atoms(sp.Sum) for limit in s.limits}
    shapes: Shapes = {}
    for e in formula.atoms(sp.Indexed):
        if all(i in ranges for i in e.indices):
            shapes.setdefault(str(e.base.label), tuple(_dims(ranges[i]) for i in e.indices))
    return shapes


# -- entries --------------------------------------------------------------------------------------------------


def _entry(e: Any, places: Mapping[Any, Index], shapes: Shapes) -> Node:  # noqa: C901, PLR0911, PLR0912 - a case a line
    if isinstance(e, sp.Rational):
        return Num(Fraction(int(e.p), int(e.q)))
    if e is sp.pi:
        return Constant("pi")
    if e is sp.E:
        return apply("exp", number(1))
    if isinstance(e, sp.Sum):
        return _sum(e, places, shapes)
    if isinstance(e, sp.Indexed):
        return Var(
            str(e.base.label),
            tuple(_place(i, d[0], places) for i, d in zip(e.indices, shapes[str(e.base.label)], strict=True)),
        )
    if isinstance(e, sp.Symbol):
        return Where(places[e]) if e in places else Var(str(e), ()) if str(e) in shapes else SizeOf(Dim(str(e), 0))
    if isinstance(e, sp.KroneckerDelta):
        return compare("==", *(_free_place(i, places) for i in e.args))
    if isinstance(e, Bracket) and isinstance(e.args[0], (sp.Le, sp.Ge, sp.Lt, sp.Gt)):
        relation = e.args[0]
        strict = -1 if isinstance(relation, (sp.Lt, sp.Gt)) else 0
        return compare("<=", _free_place(relation.lts, places), _free_place(relation.gts, places), strict)
    parts: Callable[[], list[Node]] = lambda: [_entry(a, places, shapes) for a in e.args]  # noqa: E731 - read only where used
    if isinstance(e, sp.Add):
        return add(*parts())
    if isinstance(e, sp.Mul):
        return mul(*parts())
    if isinstance(e, sp.exp):
        return apply("exp", _entry(e.args[0], places, shapes))
    if isinstance(e, sp.Pow):
        return power(*parts())
    if type(e) in FUNCTIONS:
        return apply(FUNCTIONS[type(e)], parts()[0])
    if isinstance(e, (sp.Trace, sp.Determinant)):
        return _scalar_of_matrix(e)
    raise FormulaError(f"{type(e).__name__} of SymPy has no meaning here: in {e}")


def _sum(e: Any, places: Mapping[Any, Index], shapes: Shapes) -> Node:
    body, (i, lower, upper) = outermost(e)
    if lower != 0:
        raise FormulaError(f"a sum runs from 0 here, not from {lower}: in {e}")
    ends = [place for place in places if sp.sympify(upper).has(place)]
    if ends:
        return _partial_sum(body, i, (ends[0], upper), places, shapes)
    new = Index(_dims(upper + 1)[0]) if _dims(upper + 1) else None
    if new is None:
        return _entry(body.subs(i, 0), places, shapes)
    return fold("sum", (new,), _entry(body, {**places, i: new}, shapes))


def _partial_sum(body: Any, i: Any, end: tuple[Any, Any], places: Mapping[Any, Index], shapes: Shapes) -> Node:
    """Read a sum up to another index: over all of its axis, with a bracket."""
    place, upper = end
    shift = sp.sympify(upper - place)
    if not shift.is_Integer:
        raise FormulaError(f"a sum runs up to an index and a number, not up to {upper}")
    new = Index(places[place].dim)
    bracket = compare("<=", new, places[place], int(shift))
    return fold("sum", (new,), mul(bracket, _entry(body, {**places, i: new}, shapes)))


def _place(i: Any, dim: Dim, places: Mapping[Any, Index]) -> Any:
    return Fixed(int(i), dim) if sp.sympify(i).is_Integer else _free_place(i, places)


def _free_place(i: Any, places: Mapping[Any, Index]) -> Any:
    if i not in places:
        raise FormulaError(f"the index {i} is not bound by a sum")
    return places[i]


# -- matrices -------------------------------------------------------------------------------------------------


def _scalar_of_matrix(e: Any) -> Node:
    name = "trace" if isinstance(e, sp.Trace) else "det"
    result: Tensor = call(name, [_matrix(e.arg)], {})
    return result.entry


def _matrix(e: Any) -> Tensor:  # noqa: PLR0911 - a case a line
    if isinstance(e, sp.MatrixSymbol):
        return variable(e.name, tuple(_dims(n) for n in e.shape))
    if isinstance(e, sp.MatAdd):
        return _folded("add", [_matrix(a) for a in e.args])
    if isinstance(e, sp.MatMul):
        factors = [a for a in e.args if isinstance(a, sp.MatrixExpr)]
        coefficient = _entry(sp.Mul(*(a for a in e.args if not isinstance(a, sp.MatrixExpr))), {}, {})
        return _folded("matmul", [_matrix(a) for a in factors]).map(lambda x: mul(coefficient, x))
    if isinstance(e, sp.Transpose):
        return call("transpose", [_matrix(e.arg)], {})  # type: ignore[no-any-return]  # a tensor
    if isinstance(e, sp.Inverse):
        return call("inv", [_matrix(e.arg)], {})  # type: ignore[no-any-return]  # a tensor
    if isinstance(e, sp.MatPow) and sp.sympify(e.exp).is_Integer:
        return call("matrix_power", [_matrix(e.base), scalar(int(e.exp))], {})  # type: ignore[no-any-return]  # a tensor
    if isinstance(e, sp.HadamardProduct):
        return _folded("multiply", [_matrix(a) for a in e.args])
    if isinstance(e, sp.Identity):
        return call("eye", [scalar(SizeOf(_dims(e.shape[0])[0]))], {})  # type: ignore[no-any-return]  # a tensor
    raise FormulaError(f"{type(e).__name__} of SymPy has no meaning here: in {e}")


def _folded(name: str, parts: list[Tensor]) -> Tensor:
    first = parts[0]
    for part in parts[1:]:
        first = call(name, [first, part], {})
    return first
