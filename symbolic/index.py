"""Index notation on SymPy: tensors, entries, brackets, derivatives of entries, and forms of entries.

A tensor `x` of rank 1 or more is ``IndexedBase("x", real=True)`` and its entries are ``x[i, j]``; a 0-d
tensor is its own only entry, the real ``Symbol("x")``. A size is a nonnegative integer symbol, an index an
integer symbol that runs from 0. SymPy writes directly nested sums as one `Sum` whose limits stand innermost
first; `outermost` takes the outermost one off, and nothing else here reads limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import sympy as sp

from symbolic.errors import NotationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Expr = Any  # a SymPy expression: SymPy ships no types
LETTERS = ("i", "j", "k", "l", "s", "t", "u", "v", "w")


def size(name: str) -> Expr:
    """Return the size symbol `name`: an integer, 0 or more."""
    return sp.Symbol(name, integer=True, nonnegative=True)


def index(name: str) -> Expr:
    """Return the index symbol `name`: an integer, in range wherever it is used."""
    return sp.Symbol(name, integer=True)


def tensor(name: str) -> Expr:
    """Return the indexed base of a real tensor of rank 1 or more."""
    return sp.IndexedBase(name, real=True)


def entry_of(name: str, indices: Sequence[Expr]) -> Expr:
    """Return the entry of the tensor `name` at `indices`; without indices, the 0-d tensor itself."""
    return tensor(name)[tuple(indices)] if len(indices) else sp.Symbol(name, real=True)


def summed(body: Expr, *limits: tuple[Expr, Expr]) -> Expr:
    """Return nested sums, the first limit outermost, each ``(index, size)`` running from 0 to size - 1."""
    for i, n in reversed(limits):
        body = sp.Sum(body, (i, 0, n - 1))
    return body


def outermost(node: Expr) -> tuple[Expr, tuple[Expr, Expr, Expr]]:
    """Return the body of a sum under its outermost sign, and that sign's ``(index, lower, upper)``."""
    *inner, limit = node.limits
    return (sp.Sum(node.function, *inner) if inner else node.function), tuple(limit)


class Bracket(sp.Function):  # type: ignore[misc]  # SymPy is untyped
    """Iverson's bracket ``[condition]``: 1 where the condition on indices holds, else 0.

    It is *very strongly zero*: a product with a false bracket is 0 even where another factor has no meaning.
    """

    nargs = 1
    is_integer = True
    is_nonnegative = True

    @classmethod
    def eval(cls, condition: Expr) -> Expr:
        """Decide a condition that SymPy decides; split what is not one comparison."""
        if condition in (sp.true, sp.false):
            return sp.Integer(int(condition == sp.true))
        if isinstance(condition, sp.And):
            return sp.Mul(*(cls(part) for part in condition.args))
        if isinstance(condition, sp.Eq):
            return sp.KroneckerDelta(*condition.args)
        if isinstance(condition, sp.Ne):
            return 1 - sp.KroneckerDelta(*condition.args)
        return None

    def _eval_power(self, exponent: Expr) -> Expr:
        return self if exponent.is_positive else None


class Partial(sp.Expr):  # type: ignore[misc]  # SymPy is untyped
    """The derivative of an expression with respect to one entry, not carried out.

    Parameters
    ----------
    expr : sympy.Expr
        What is differentiated.
    entry : sympy.Indexed or sympy.Symbol
        The entry ``x[p, q]``, or a 0-d tensor.

    Raises
    ------
    NotationError
        `entry` is neither, or one of its indices is bound by a sum inside `expr` (it would be captured).
    """

    is_commutative = True
    is_real = True
    nargs: ClassVar[Any] = 2

    def __new__(cls, expr: Expr, entry: Expr) -> Self:
        """Check that nothing in `entry` is bound in `expr`."""
        expr, entry = sp.sympify(expr), sp.sympify(entry)
        if not isinstance(entry, (sp.Indexed, sp.Symbol)):
            raise NotationError(
                f"a derivative is taken with respect to an entry such as x[p] or a 0-d tensor, not {entry}"
            )
        if captured := bound_indices(expr) & indices_of(entry):
            raise NotationError(
                f"{sorted(map(str, captured))} of {entry} is already bound by a sum in {expr}: "
                "rename the bound index (`rename_apart`)"
            )
        node: Self = sp.Expr.__new__(cls, expr, entry)
        return node

    @property
    def expr(self) -> Expr:
        """What is differentiated."""
        return self.args[0]

    @property
    def entry(self) -> Expr:
        """The entry that varies."""
        return self.args[1]


def indices_of(entry: Expr) -> set[Expr]:
    """Return the symbols in the indices of an entry."""
    if not isinstance(entry, sp.Indexed):
        return set()
    return set().union(*(i.free_symbols for i in entry.indices))


def tensor_name(entry: Expr) -> str:
    """Return the name of the tensor that an entry belongs to."""
    return str(entry.base.label) if isinstance(entry, sp.Indexed) else str(entry)


def bound_indices(expr: Expr) -> set[Expr]:
    """Return every index that some sum in `expr` binds."""
    return {limit[0] for s in expr.atoms(sp.Sum) for limit in s.limits}


def tensor_labels(expr: Expr) -> set[Expr]:
    """Return the symbols that name the tensors of `expr`, which are not quantities."""
    return {entry.base.label for entry in expr.atoms(sp.Indexed)}


def free_indices(expr: Expr) -> set[Expr]:
    """Return the free symbols of `expr` but for the names of tensors."""
    return {s for s in expr.free_symbols if isinstance(s, sp.Symbol)} - tensor_labels(expr)


def fresh(taken: Iterable[Expr], letters: Sequence[str] = LETTERS) -> Iterator[Expr]:
    """Yield index symbols whose names are not those of `taken`: letters first, then numbered ones."""
    names = {str(symbol) for symbol in taken}
    yield from (index(letter) for letter in letters if letter not in names)
    number = 0
    while True:
        number += 1
        if f"i_{number}" not in names:
            yield index(f"i_{number}")


def substitute(expr: Expr, replacements: Mapping[Expr, Expr]) -> Expr:
    """Replace free indices, renaming every sum's own index that would capture one."""
    live = {old: new for old, new in replacements.items() if old != new and expr.has(old)}
    if not live:
        return expr
    if isinstance(expr, sp.Sum):
        return _substitute_in_sum(expr, live)
    if isinstance(expr, (sp.Symbol, sp.IndexedBase)):
        return live.get(expr, expr)
    if isinstance(expr, sp.Indexed):
        return expr.base[tuple(substitute(i, live) for i in expr.indices)]
    return expr.func(*(substitute(argument, live) for argument in expr.args))


def _substitute_in_sum(expr: Expr, live: dict[Expr, Expr]) -> Expr:
    body, (i, lower, upper) = outermost(expr)
    lower, upper = substitute(lower, live), substitute(upper, live)
    inner = {old: new for old, new in live.items() if old != i}
    incoming = set().union(*(sp.sympify(new).free_symbols for new in inner.values()), set())
    if i in incoming:
        renamed = next(fresh(incoming | body.free_symbols | bound_indices(body) | set(inner)))
        body, i = substitute(body, {i: renamed}), renamed
    return sp.Sum(substitute(body, inner), (i, lower, upper))


def rename_apart(expr: Expr, taken: Iterable[Expr]) -> Expr:
    """Rename bound indices so that each sum has its own, none of them free in `expr` or in `taken`."""
    used = set(taken) | free_indices(expr)

    def visit(node: Expr) -> Expr:
        if not node.has(sp.Sum):
            return node
        if isinstance(node, sp.Sum):
            body, (i, lower, upper) = outermost(node)
            name = i if i not in used else next(fresh(used | body.free_symbols | bound_indices(body)))
            used.add(name)
            return sp.Sum(visit(substitute(body, {i: name})), (name, visit(lower), visit(upper)))
        return node.func(*map(visit, node.args))

    return visit(expr)


@dataclass(frozen=True)
class IndexForm:
    """The tensor whose entry at `index` is `entry`, for every size.

    Attributes
    ----------
    index : tuple of sympy.Symbol
        One free index an axis, each running from 0 to its size - 1; ``()`` for a 0-d tensor.
    shape : tuple of sympy.Expr
        The sizes.
    entry : sympy.Expr
        The entry there.

    Raises
    ------
    NotationError
        There is not one index an axis, or an index is used twice.
    """

    index: tuple[Expr, ...]
    shape: tuple[Expr, ...]
    entry: Expr

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", tuple(self.index))
        object.__setattr__(self, "shape", tuple(map(sp.sympify, self.shape)))
        object.__setattr__(self, "entry", sp.sympify(self.entry))
        if len(self.index) != len(self.shape) or len(set(self.index)) != len(self.index):
            raise NotationError(
                f"indices {self.index} do not fit shape {self.shape}: give one index an axis, all different"
            )

    @property
    def rank(self) -> int:
        """Count of the axes."""
        return len(self.index)

    def at(self, indices: Sequence[Expr]) -> Expr:
        """Return the entry at other indices; no index is captured.

        Raises
        ------
        NotationError
            There is not one index an axis.
        """
        if len(indices) != self.rank:
            raise NotationError(f"{len(indices)} indices were given, the form has {self.rank} axes")
        return substitute(self.entry, dict(zip(self.index, map(sp.sympify, indices), strict=True)))
