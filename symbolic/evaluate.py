"""Evaluate an index form at concrete sizes: compiled once to nested loops, on whatever numbers the arrays hold.

A formula splits into what is exact (indices, sizes, brackets, deltas: Python integers and fractions) and
what is made of entries, which the numbers' own arithmetic computes (`symbolic.arithmetic`). Every sum and
every derivative that is not carried out becomes a function of its free indices, with a memory, so that a
norm inside a loop is summed once.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

import numpy as np
import sympy as sp

from symbolic.arithmetic import arithmetic_of
from symbolic.errors import EvaluationError
from symbolic.index import Bracket, Expr, IndexForm, Partial, free_indices, outermost, tensor_labels, tensor_name

Arrays = Mapping[str, Any]
Sizes = Mapping[Any, int]

EXACT = (
    sp.Add, sp.Mul, sp.Pow, sp.Integer, sp.Rational, sp.Symbol, sp.floor, sp.ceiling, sp.Mod, sp.Max, sp.Min,
    sp.KroneckerDelta, Bracket, sp.core.relational.Relational, sp.And, sp.Or, sp.Not,
)  # fmt: skip
INFIX = {sp.Add: "+", sp.Mul: "*", sp.Mod: "%", sp.And: "and", sp.Or: "or", sp.KroneckerDelta: "=="}
PREFIX = {sp.floor: "floor", sp.ceiling: "ceil", sp.Max: "max", sp.Min: "min", sp.Not: "not", Bracket: "int"}
CALLS = {sp.Add: "add", sp.exp: "exp", sp.log: "log", sp.Abs: "abs", sp.sign: "sign", sp.ceiling: "ceiling"}


def evaluate(form: IndexForm, sizes: Sizes, arrays: Arrays) -> Any:
    """Return the tensor that an index form stands for, as an object array.

    Parameters
    ----------
    form : IndexForm
        What to evaluate.
    sizes : mapping
        An integer for each size symbol, by symbol or by name.
    arrays : mapping
        An array for each tensor of the form, by name; entries are Arb balls, power series of balls,
        SymPy expressions, fractions, or numbers with operators and ``exp, log, sqrt`` methods.

    Returns
    -------
    numpy.ndarray of object
        Of the form's shape at these sizes.

    Raises
    ------
    EvaluationError
        A size or array is missing or does not fit, or the point lies outside the domain.
    Undecidable
        Balls overlap where a sign or a comparison is asked for.
    """
    if not isinstance(form, IndexForm):
        raise EvaluationError(f"evaluate got {form!r} of type {type(form).__name__}; give an IndexForm")
    compiled = compile_form(form)
    named = {str(name): n for name, n in sizes.items()}
    if missing := [name for name in compiled.sizes if name not in named]:
        raise EvaluationError(f"sizes {missing} are missing: the form has sizes {list(compiled.sizes)}")
    if missing := [name for name in compiled.tensors if name not in arrays]:
        raise EvaluationError(f"arrays {missing} are missing: the form is made of {list(compiled.tensors)}")
    cells = [_cells(arrays[name]) for name in compiled.tensors]
    for name, array, rank in zip(compiled.tensors, cells, compiled.tensors.values(), strict=True):
        if array.ndim != rank:
            raise EvaluationError(f"{name} has shape {array.shape}, and the form reads it with {rank} indices")
    try:
        numbers = arithmetic_of(map(_cells, arrays.values()))
        return compiled.function(numbers, *(int(named[name]) for name in compiled.sizes), *cells)
    except IndexError as error:
        shapes = {name: array.shape for name, array in zip(compiled.tensors, cells, strict=True)}
        raise EvaluationError(
            f"an index is out of range ({error}): arrays {shapes} do not fit sizes {named}"
        ) from error


def _cells(array: Any) -> Any:
    """Return an object array; a single number (NumPy would iterate over a power series) is a 0-d one."""
    if isinstance(array, (np.ndarray, list, tuple)):
        return np.asarray(array, dtype=object)
    cells = np.empty((), dtype=object)
    cells[()] = array
    return cells


@dataclass(frozen=True)
class Compiled:
    """A form as Python source and a function ``function(arithmetic, *sizes, *arrays)``."""

    sizes: tuple[str, ...]
    tensors: dict[str, int]
    source: str
    function: Callable[..., Any]


@lru_cache(maxsize=4096)
def compile_form(form: IndexForm) -> Compiled:
    """Compile an index form.

    Raises
    ------
    EvaluationError
        The form holds a node that has no meaning in numbers.
    """
    sizes = sorted((s for s in _free(form) if s.is_integer), key=str)
    tensors = _tensors(form.entry)
    writer = _Writer({s: f"n{k}" for k, s in enumerate(sizes)}, {name: f"a{k}" for k, name in enumerate(tensors)})
    body = _write_form(writer, form)
    parameters = ", ".join(["A", *writer.names.values(), *writer.arrays.values()])
    source = "\n".join([f"def form({parameters}):", *body])
    namespace = {
        "np": np,
        "Fraction": Fraction,
        "cache": cache,
        "floor": math.floor,
        "ceil": math.ceil,
        "ndindex": np.ndindex,
    }
    exec(compile(source, "<index form>", "exec"), namespace)  # noqa: S102 - source made of our own tokens only
    return Compiled(tuple(map(str, sizes)), tensors, source, namespace["form"])  # type: ignore[arg-type]  # just defined


def _free(form: IndexForm) -> set[Expr]:
    shape_symbols = set().union(*(n.free_symbols for n in form.shape)) if form.shape else set()
    return (free_indices(form.entry) | shape_symbols) - set(form.index)


def _tensors(entry: Expr) -> dict[str, int]:
    """Return the rank of every tensor by name, in the order of names."""
    found = {tensor_name(e): len(e.indices) for e in entry.atoms(sp.Indexed)}
    labels = tensor_labels(entry)
    found.update({str(s): 0 for s in entry.atoms(sp.Symbol) if not s.is_integer and s not in labels})
    return dict(sorted(found.items()))


def _write_form(writer: _Writer, form: IndexForm) -> list[str]:
    index = {i: f"i{k}" for k, i in enumerate(form.index)}
    scope = _Scope(writer.names | index, writer.arrays, frozenset(form.index))
    value = writer.number(form.entry, scope)
    shape = "".join(f"{writer.exact(n, scope)}, " for n in form.shape)
    where = "".join(f"{name}, " for name in index.values())
    return [
        *scope.lines,
        f"    out = np.empty(({shape}), dtype=object)",
        f"    for where in ndindex(({shape})):",
        f"        {where}= where" if where else "        pass",
        f"        out[where] = A.number({value})",
        "    return out",
    ]


@dataclass
class _Scope:
    """Where an expression is written: the Python names of its symbols and arrays, and the lines before it."""

    names: dict[Expr, str]
    arrays: dict[str, str]
    loops: frozenset[Expr]
    lines: list[str] = field(default_factory=list)
    indent: str = "    "

    def looped(self, i: Expr, name: str, loops: frozenset[Expr]) -> _Scope:
        """Return the scope within a loop over `i`; lines still go before the loop's function."""
        return _Scope(self.names | {i: name}, self.arrays, loops | {i}, self.lines, self.indent)


class _Writer:
    """Writes expressions as Python: `exact` for integers and fractions, `number` for what holds entries."""

    def __init__(self, sizes: dict[Expr, str], arrays: dict[str, str]) -> None:
        self.names = sizes
        self.arrays = arrays
        self.count = 0

    def fresh(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    # -- indices, sizes, conditions --------------------------------------------------------------------

    def exact(self, expr: Expr, scope: _Scope) -> str:
        """Write a formula of indices and sizes."""
        if isinstance(expr, sp.Symbol):
            return scope.names[expr]
        if isinstance(expr, sp.Rational):
            return _rational(expr)
        if isinstance(expr, sp.Pow):
            base, power = self.exact(expr.base, scope), int(expr.exp)
            return f"({base} ** {power})" if power > 0 else f"(Fraction(1) / {base} ** {-power})"
        arguments = [self.exact(a, scope) for a in expr.args]
        sign = INFIX.get(expr.func) or getattr(expr, "rel_op", None)
        if sign is not None:
            return f"({f' {sign} '.join(arguments)})"
        return f"{PREFIX[expr.func]}({', '.join(arguments)})"

    # -- entries ---------------------------------------------------------------------------------------

    def number(self, expr: Expr, scope: _Scope) -> str:
        """Write a formula of entries."""
        if _is_exact(expr):
            return self._constant(expr, scope)
        if isinstance(expr, (sp.Indexed, sp.Symbol)):
            indices = ", ".join(self.exact(i, scope) for i in getattr(expr, "indices", ())) or "()"
            return f"{scope.arrays[tensor_name(expr)]}[{indices}]"
        writers = {
            sp.Mul: self._product, sp.Pow: self._power, sp.exp: self._power, sp.Sum: self._sum, Partial: self._partial,
            sp.Piecewise: self._cases, sp.Max: self._extreme, sp.Min: self._extreme,
        }  # fmt: skip
        if expr.func in writers:
            return writers[expr.func](expr, scope)
        if expr.func not in CALLS:
            raise EvaluationError(f"{expr.func.__name__} in {expr} has no meaning in numbers: use {_vocabulary()}")
        arguments = [self.number(a, scope) for a in expr.args]
        return f"({' + '.join(arguments)})" if expr.is_Add else f"A.{CALLS[expr.func]}({arguments[0]})"

    def _constant(self, expr: Expr, scope: _Scope) -> str:
        if expr.is_Integer:
            return self.exact(expr, scope)
        written = f"A.constant({self.exact(expr, scope)})"
        if free_indices(expr) & scope.loops or scope.indent != "    ":
            return written
        name = self.fresh("c")
        scope.lines.append(f"{scope.indent}{name} = {written}")
        return name

    def _product(self, expr: Expr, scope: _Scope) -> str:
        """Write a product; a false bracket or delta ends it before the other factors are looked at."""
        conditions = [f for f in expr.args if isinstance(f, (Bracket, sp.KroneckerDelta))]
        plain = [f for f in expr.args if f not in conditions]
        constants, numbers = [f for f in plain if _is_exact(f)], [f for f in plain if not _is_exact(f)]
        factors = [self._constant(sp.Mul(*constants), scope)] if constants else []
        factors += [self.number(f, scope) for f in numbers]
        product = f"({' * '.join(factors)})"
        if not conditions:
            return product
        return f"({product} if {' and '.join(self.exact(c, scope) for c in conditions)} else 0)"

    def _power(self, expr: Expr, scope: _Scope) -> str:
        base, exponent = expr.as_base_exp()
        if base == sp.E:
            return f"A.exp({self.number(exponent, scope)})"
        if exponent.is_Rational and exponent < 0:
            return f"A.reciprocal({self.number(base**-exponent, scope)})"
        written = self.number(base, scope)
        if exponent.is_Integer:
            return f"{written} ** {int(exponent)}"
        if exponent.is_Rational and exponent.q == 2:
            root = f"A.sqrt({written})"
            return root if exponent.p == 1 else f"{root} ** {exponent.p}"
        return f"A.power({written}, {self.number(exponent, scope)})"

    def _extreme(self, expr: Expr, scope: _Scope) -> str:
        name = "maximum" if isinstance(expr, sp.Max) else "minimum"
        first, *rest = (self.number(a, scope) for a in expr.args)
        for other in rest:
            first = f"A.{name}({first}, {other})"
        return first

    def _cases(self, expr: Expr, scope: _Scope) -> str:
        cases = [
            f"(lambda: {self.number(value, scope)}, lambda: {self._condition(condition, scope)})"
            for value, condition in expr.args
        ]
        return f"A.choose([{', '.join(cases)}])"

    def _condition(self, condition: Expr, scope: _Scope) -> str:
        if condition in (sp.true, sp.false):
            return str(condition == sp.true)
        if _is_exact(condition):
            return self.exact(condition, scope)
        if not isinstance(condition, sp.core.relational.Relational):
            raise EvaluationError(f"the condition {condition} is not one comparison: write nested cases")
        sides = f"{self.number(condition.lhs, scope)}, {self.number(condition.rhs, scope)}"
        return f"A.holds({condition.rel_op!r}, {sides})"

    # -- functions of their free indices ---------------------------------------------------------------

    def _function(self, free: set[Expr], scope: _Scope) -> tuple[str, list[Expr], list[str]]:
        """Begin a function of the free indices: its name, its parameters and its first lines."""
        parameters = sorted(free & scope.loops, key=str)
        name = self.fresh("f")
        memory = [] if parameters and set(parameters) == scope.loops else [f"{scope.indent}@cache"]
        names = ", ".join(scope.names[i] for i in parameters)
        return name, parameters, [*memory, f"{scope.indent}def {name}({names}):"]

    def _sum(self, expr: Expr, scope: _Scope) -> str:
        body, (i, lower, upper) = outermost(expr)
        loop = self.fresh("k")
        name, parameters, head = self._function(free_indices(expr), scope)
        inner = scope.looped(i, loop, frozenset(parameters))
        value = self.number(body, inner)
        pad = scope.indent
        scope.lines += [
            *head,
            f"{pad}    total = 0",
            f"{pad}    for {loop} in range({self.exact(lower, scope)}, {self.exact(upper, scope)} + 1):",
            f"{pad}        total = total + {value}",
            f"{pad}    return total",
        ]
        return f"{name}({', '.join(scope.names[p] for p in parameters)})"

    def _partial(self, expr: Expr, scope: _Scope) -> str:
        tensor, indices = tensor_name(expr.entry), getattr(expr.entry, "indices", ())
        name, parameters, head = self._function(free_indices(expr.expr) | _symbols(indices), scope)
        varied = self.fresh("v")
        inner = _Scope(scope.names, scope.arrays | {tensor: varied}, frozenset(parameters), [], scope.indent + "    ")
        value = self.number(expr.expr, inner)
        where = "".join(f"{self.exact(i, scope)}, " for i in indices)
        scope.lines += [
            *head,
            f"{inner.indent}{varied}, token = A.perturb({scope.arrays.get(tensor, '')}, ({where}))"
            if tensor in scope.arrays
            else f"{inner.indent}return 0",
            *inner.lines,
            f"{inner.indent}return A.slope({value}, token)",
        ]
        return f"{name}({', '.join(scope.names[p] for p in parameters)})"


def _rational(number: Expr) -> str:
    if number.is_Integer:
        return str(int(number)) if number >= 0 else f"({int(number)})"
    return f"Fraction({number.p}, {number.q})"


def _symbols(indices: tuple[Expr, ...]) -> set[Expr]:
    return set().union(*(i.free_symbols for i in indices))


@cache
def _is_exact(expr: Expr) -> bool:
    """Whether a formula is made of indices and sizes by rational operations."""
    if isinstance(expr, sp.Symbol):
        return bool(expr.is_integer)
    if isinstance(expr, sp.Pow) and not expr.exp.is_Integer:
        return False
    return isinstance(expr, EXACT) and all(map(_is_exact, expr.args))


def _vocabulary() -> str:
    return ", ".join(
        sorted({*(f.__name__ for f in CALLS), "Sum", "Piecewise", "Max", "Min", "Bracket", "KroneckerDelta"})
    )
