"""From a SymPy expression to the layout of its formula: order, parentheses and names, decided once."""
# ruff: noqa: N802 (SymPy finds a printer's methods by the names of its own classes)

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import sympy as sp
from sympy.printing.printer import Printer

from symbolic import layout as lay
from symbolic.index import Partial
from symbolic.names import Scope, UnprintableError, is_letter, name_layout
from symbolic.precedence import (
    Level,
    Place,
    in_denominator,
    is_big,
    is_name,
    is_negative,
    level,
    place,
    root_degree,
    shortest_digits,
    with_log_bases,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Expr = Any  # a SymPy expression: SymPy ships no types

__all__ = ["UnprintableError", "equation", "layout_of"]

RELATIONS = {"==": "=", "!=": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
FUNCTIONS = {name: name for name in ("log", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sign", "erf")}
FUNCTIONS |= {"asin": "arcsin", "acos": "arccos", "atan": "arctan", "re": "Re", "im": "Im"}  # Abs brings Re and Im


def layout_of(formula: object, marked: Iterable[Expr] = ()) -> lay.Layout:
    """Lay out a formula.

    Parameters
    ----------
    formula : sympy.Basic, sympy matrix or array, number, or Layout
        What to lay out. A layout is returned as it is.
    marked : iterable of sympy.Expr
        Subexpressions to mark wherever they occur as a whole; numbers are not marked.

    Raises
    ------
    UnprintableError
        The formula is of another type, or holds a node that the notation has no sign for.
    """
    return equation(formula, marked=marked)


def equation(*sides: object, marked: Iterable[Expr] = ()) -> lay.Layout:
    """Lay out an equality, or a chain of equalities: a name means the same on all sides.

    Parameters
    ----------
    *sides : sympy.Basic, sympy matrix or array, number, or Layout
        What is equal.
    marked : iterable of sympy.Expr
        As in `layout_of`.

    Raises
    ------
    UnprintableError
        As `layout_of`, for any side.
    """
    exprs = [side if isinstance(side, lay.Layout) else _sympified(side) for side in sides]
    return lay.equation(*_FormulaPrinter(marked).lay_out(exprs))


def _sympified(formula: object) -> Expr:
    try:
        return sp.sympify(formula, strict=True)
    except sp.SympifyError as error:
        raise UnprintableError(
            f"cannot print {formula!r} (type={type(formula).__name__}): "
            "give a SymPy expression, matrix or array, a number, or a layout"
        ) from error


def _beside(items: Sequence[lay.Layout]) -> lay.Layout:
    """Set factors side by side, with a dot where two numbers would run together."""
    if not items:
        return lay.ONE
    out = [items[0]]
    for item in items[1:]:
        out += [lay.DOT if lay.starts_with_digit(item) else lay.TIMES, item]
    return lay.row(*out)


class _FormulaPrinter(Printer):  # type: ignore[misc]  # SymPy is untyped
    """Lays out node by node; a node without a method of its own is refused, never approximated."""

    def __init__(self, marked: Iterable[Expr]) -> None:
        super().__init__()
        # a number would be marked wherever it happens to occur
        self._marked = frozenset(part for part in marked if not isinstance(part, sp.Number))
        self._scope = Scope()

    def lay_out(self, sides: Sequence[Expr]) -> list[lay.Layout]:
        free = {s for side in sides for s in getattr(side, "free_symbols", ()) if isinstance(s, sp.Symbol)}
        self._scope.add(free)
        return [side if isinstance(side, lay.Layout) else self._print(side) for side in sides]

    def _print(self, expr: Expr, **settings: object) -> lay.Layout:
        result: lay.Layout = super()._print(expr, **settings)
        return lay.Marked(result) if expr in self._marked else result

    def emptyPrinter(self, expr: object) -> NoReturn:
        """Refuse a node without a method of its own."""
        raise UnprintableError(
            f"no notation for {type(expr).__name__} in {expr}: rewrite it with sums, products, powers, "
            "entries, brackets and elementary functions, or show its srepr"
        )

    def _at_least(self, minimum: Level, expr: Expr) -> lay.Layout:
        inner = self._print(expr)
        return inner if level(expr) >= minimum else lay.parenthesized(inner)

    def _all(self, exprs: Iterable[Expr]) -> tuple[lay.Layout, ...]:
        return tuple(self._print(expr) for expr in exprs)

    # Names

    def _print_Symbol(self, expr: Expr) -> lay.Layout:
        return self._scope.name_of(expr)

    def _print_Idx(self, expr: Expr) -> lay.Layout:
        return self._print(expr.label)

    def _print_IndexedBase(self, expr: Expr) -> lay.Layout:
        return self._print(expr.label)

    def _print_Indexed(self, expr: Expr) -> lay.Layout:
        return self._subscript(self._print(expr.base), expr.indices)

    def _subscript(self, base: lay.Layout, indices: Sequence[Expr]) -> lay.Layout:
        if not indices:
            return base
        items = self._all(indices)
        return lay.Subscript(base, items, compact=all(map(is_letter, items)))

    def _print_KroneckerDelta(self, expr: Expr) -> lay.Layout:
        return self._subscript(lay.Identifier("δ", upright=True), expr.args[:2])

    # Numbers

    def _print_Rational(self, expr: Expr) -> lay.Layout:
        digits = lay.Number(str(abs(expr.p)))
        size = digits if expr.q == 1 else lay.Fraction(digits, lay.Number(str(expr.q)))
        return lay.row(lay.NEGATIVE, size) if expr.p < 0 else size

    def _print_Float(self, expr: Expr) -> lay.Layout:
        mantissa, _, exponent = shortest_digits(expr).removeprefix("-").partition("e")
        size: lay.Layout = lay.Number(mantissa)
        if exponent:
            power = lay.Superscript(lay.Number("10"), self._print(sp.Integer(exponent)))
            size = lay.row(size, lay.Operator("×"), power)
        return lay.row(lay.NEGATIVE, size) if expr < 0 else size

    def _print_Infinity(self, _expr: Expr) -> lay.Layout:
        return lay.Identifier("∞", upright=True)

    def _print_NegativeInfinity(self, _expr: Expr) -> lay.Layout:
        return lay.row(lay.NEGATIVE, lay.Identifier("∞", upright=True))

    def _print_NaN(self, _expr: Expr) -> lay.Layout:
        return lay.Word("NaN")

    def _print_Exp1(self, _expr: Expr) -> lay.Layout:
        return lay.Identifier("e", upright=True)

    def _print_Pi(self, _expr: Expr) -> lay.Layout:
        return lay.Identifier("π", upright=True)

    # Sums, products, powers

    def _print_Add(self, expr: Expr) -> lay.Layout:
        items: list[lay.Layout] = []
        for term in expr.as_ordered_terms():
            sign, magnitude = self._signed_term(term)
            items += [sign, magnitude]
        if items[0] == lay.PLUS:
            return lay.row(*items[1:])
        return lay.row(lay.NEGATIVE, *items[1:])

    def _signed_term(self, term: Expr) -> tuple[lay.Operator, lay.Layout]:
        if not is_negative(term):
            return lay.PLUS, self._at_least(Level.PRODUCT, term)
        if not isinstance(term, sp.Mul):
            return lay.MINUS, self._print(-term)
        return lay.MINUS, self._product([-term.args[0], *term.args[1:]])

    def _print_Mul(self, expr: Expr) -> lay.Layout:
        if is_negative(expr):
            return lay.row(lay.NEGATIVE, self._product([-expr.args[0], *expr.args[1:]]))
        return self._product(expr.args)

    def _product(self, factors: Sequence[Expr]) -> lay.Layout:
        """Lay out a product that is not negative: one fraction, then what stands better beside it."""
        factors = sorted(with_log_bases(factors), key=place)
        number = factors.pop(0) if isinstance(factors[0], sp.Rational) else sp.S.One
        below = [(f.base, -f.exp) for f in factors if in_denominator(f)]
        if number.q != 1:
            below.insert(0, (sp.Integer(number.q), sp.S.One))
        beside = [f for f in factors if place(f)[0] >= Place.DERIVATIVE and not in_denominator(f)]
        above = [f for f in factors if f not in beside and not in_denominator(f)]
        if number.p != 1 or not (above or below or beside):
            above.insert(0, sp.Integer(number.p))
        if below:
            bottom = _beside([self._denominator(base, exponent, len(below)) for base, exponent in below])
            top = self._print(above[0]) if len(above) == 1 else _beside([self._factor(f) for f in above])
            fraction = [lay.Fraction(top, bottom)]
        else:
            fraction, beside = [], above + beside
        marked = self._marked_among(factors)
        items = [(f, self._factor(f, count == len(beside))) for count, f in enumerate(beside, 1)]
        return _beside([*fraction, *(lay.Marked(item) if f in marked else item for f, item in items)])

    def _marked_among(self, factors: Sequence[Expr]) -> set[Expr]:
        """Return the factors of a marked product that stands among others in this one."""
        present = set(factors)
        groups = (set(part.args) for part in self._marked if isinstance(part, sp.Mul))
        return {factor for group in groups if group < present for factor in group}

    def _factor(self, factor: Expr, last: bool = False) -> lay.Layout:
        if isinstance(factor, (sp.Derivative, Partial)) and not is_big(factor):
            return self._print(factor)  # a fraction holds together by itself
        return self._at_least(Level.PRODUCT if last and is_big(factor) else Level.POWER, factor)

    def _denominator(self, base: Expr, exponent: Expr, count: int) -> lay.Layout:
        if exponent != 1:
            return self._power(base, exponent)
        return self._print(base) if count == 1 else self._at_least(Level.POWER, base)

    def _print_Pow(self, expr: Expr) -> lay.Layout:
        if in_denominator(expr):
            return self._product([expr])
        return self._power(expr.base, expr.exp)

    def _power(self, base: Expr, exponent: Expr) -> lay.Layout:
        degree = root_degree(exponent)
        if degree is not None:
            return lay.Root(self._print(base), lay.Number(str(degree)) if degree > 2 else None)
        below = self._at_least(Level.ATOM, base)
        named = below.base if isinstance(below, lay.Subscript) else below
        if isinstance(named, lay.Labelled) and named.above is not None:
            below = lay.parenthesized(below)  # its label stands in the power's place
        return lay.Superscript(below, self._print(exponent))

    def _print_exp(self, expr: Expr) -> lay.Layout:
        exponent = self._print(expr.args[0])
        if lay.is_tall(exponent):
            return lay.Applied(lay.Identifier("exp"), (exponent,))
        return lay.Superscript(lay.Identifier("e", upright=True), exponent)

    def _print_Sum(self, expr: Expr) -> lay.Layout:
        return self._big("∑", expr.function, expr.limits)

    def _print_Product(self, expr: Expr) -> lay.Layout:
        return self._big("∏", expr.function, expr.limits)

    def _big(self, sign: str, body: Expr, limits: Sequence[Expr]) -> lay.Layout:
        """Lay out one sign a limit, outermost first: SymPy's last limit."""
        if not limits:
            return self._at_least(Level.PRODUCT, body)
        symbol, *bounds = limits[-1]
        ends = self._all(bounds)
        with self._scope.bound(symbol) as name:
            inner = self._big(sign, body, limits[:-1])
        if len(ends) == 2:
            return lay.Big(sign, lay.equation(name, ends[0]), ends[1], inner)
        return lay.Big(sign, name, ends[0] if ends else None, inner)

    # Derivatives

    def _print_Partial(self, expr: Expr) -> lay.Layout:
        return self._derivative("∂", expr.args[0], [(expr.args[1], sp.S.One)])

    def _print_Derivative(self, expr: Expr) -> lay.Layout:
        sign = "∂" if len(expr.expr.free_symbols) > 1 else "d"
        return self._derivative(sign, expr.expr, expr.variable_count)

    def _derivative(self, sign: str, body: Expr, variables: Sequence[tuple[Expr, Expr]]) -> lay.Layout:
        d = lay.Identifier(sign, upright=sign == "d")
        order = sum((count for _, count in variables), sp.S.Zero)
        top = d if order == 1 else lay.Superscript(d, self._print(order))
        below = [item for v, n in variables for item in (d, self._print(v) if n == 1 else self._power(v, n))]
        if is_name(body):
            return lay.Fraction(lay.row(top, self._print(body)), lay.row(*below))
        return lay.row(lay.Fraction(top, lay.row(*below)), lay.parenthesized(self._print(body)))

    # Functions

    def _applied(self, name: str, arguments: Iterable[Expr]) -> lay.Layout:
        return lay.Applied(lay.Identifier(name), self._all(arguments))

    def _print_Function(self, expr: Expr) -> lay.Layout:
        name = FUNCTIONS.get(type(expr).__name__)
        return self.emptyPrinter(expr) if name is None else self._applied(name, expr.args)

    def _print_AppliedUndef(self, expr: Expr) -> lay.Layout:
        return lay.Applied(name_layout(expr.func.__name__), self._all(expr.args))

    def _print_LogToBase(self, expr: Expr) -> lay.Layout:
        x, base = self._all(expr.args)
        return lay.Applied(lay.Labelled(lay.Identifier("log"), below=base), (x,))

    def _print_Max(self, expr: Expr) -> lay.Layout:
        return self._applied("max", sorted(expr.args, key=sp.default_sort_key))

    def _print_Min(self, expr: Expr) -> lay.Layout:
        return self._applied("min", sorted(expr.args, key=sp.default_sort_key))

    def _print_Mod(self, expr: Expr) -> lay.Layout:
        left, right = (self._at_least(Level.POWER, part) for part in expr.args)
        return lay.row(left, lay.Operator("mod"), right)

    def _print_Abs(self, expr: Expr) -> lay.Layout:
        return lay.Fenced("|", self._all(expr.args), "|")

    def _print_ceiling(self, expr: Expr) -> lay.Layout:
        return lay.Fenced("⌈", self._all(expr.args), "⌉")

    def _print_floor(self, expr: Expr) -> lay.Layout:
        return lay.Fenced("⌊", self._all(expr.args), "⌋")

    def _print_Bracket(self, expr: Expr) -> lay.Layout:
        return lay.Fenced("[", self._all(expr.args), "]")

    def _print_Piecewise(self, expr: Expr) -> lay.Layout:
        return lay.Cases(tuple((self._print(e), None if c == sp.true else self._print(c)) for e, c in expr.args))

    # Conditions

    def _print_Relational(self, expr: Expr) -> lay.Layout:
        left, right = expr.args
        cases = isinstance(right, sp.Piecewise)  # a brace may stand open at the end
        end = self._print(right) if cases else self._at_least(Level.SUM, right)
        return lay.row(self._at_least(Level.SUM, left), lay.Operator(RELATIONS[expr.rel_op]), end)

    def _print_And(self, expr: Expr) -> lay.Layout:
        return self._joined("∧", expr)

    def _print_Or(self, expr: Expr) -> lay.Layout:
        return self._joined("∨", expr)

    def _joined(self, sign: str, expr: Expr) -> lay.Layout:
        items: list[lay.Layout] = []
        for part in sorted(expr.args, key=sp.default_sort_key):
            inner = self._print(part)
            compound = isinstance(part, (sp.And, sp.Or))
            items += [lay.Operator(sign), lay.parenthesized(inner) if compound else inner]
        return lay.row(*items[1:])

    def _print_Not(self, expr: Expr) -> lay.Layout:
        return lay.row(lay.Operator("¬", "prefix"), lay.parenthesized(*self._all(expr.args)))

    def _print_BooleanTrue(self, _expr: Expr) -> lay.Layout:
        return lay.Word("true")

    def _print_BooleanFalse(self, _expr: Expr) -> lay.Layout:
        return lay.Word("false")

    # Collections

    def _print_Tuple(self, expr: Expr) -> lay.Layout:
        return lay.parenthesized(*self._all(expr))

    def _print_MatrixBase(self, expr: Expr) -> lay.Layout:
        return self._grid(expr.tolist())

    def _print_NDimArray(self, expr: Expr) -> lay.Layout:
        if expr.rank() == 0:
            return self._print(expr[()])
        if expr.rank() == 2 and 0 not in expr.shape:
            return self._grid(expr.tolist())
        return lay.parenthesized(*self._all(expr[i] for i in range(expr.shape[0])))

    def _grid(self, rows: Iterable[Iterable[Expr]]) -> lay.Layout:
        return lay.Fenced("[", (lay.Grid(tuple(map(self._all, rows))),), "]")
