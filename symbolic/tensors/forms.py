"""Matrix notation: forms such as ``2 Aᵀ(A x − b)``, kept simple by their constructors."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Form:
    """A scalar, vector or matrix (`rank` 0, 1, 2) as an operation on others."""

    op: str
    args: tuple[Any, ...]
    rank: int

    @property
    def forms(self) -> tuple[Form, ...]:
        """The operands that are forms."""
        return tuple(a for a in self.args if isinstance(a, Form))

    def __str__(self) -> str:
        from symbolic.tensors.emit import python  # noqa: PLC0415 - the printer stands on the forms

        return python(self)


def num(value: int | Fraction) -> Form:
    """Return a number."""
    return Form("number", (Fraction(value),), 0)


ONE = num(1)


def transposed(a: Form) -> Form:  # noqa: PLR0911 - a case a line
    """Return the transpose, carried inwards."""
    if a.op == "name" and "antisymmetric" in a.args:
        return scale(num(-1), a)
    if a.rank < 2 or a.op in ("eye", "diag") or "symmetric" in a.args:
        return a
    if a.op == "reversed" and a.forms[0].op == "eye":
        return a
    if a.op == "T":
        return a.forms[0]
    if a.op == "matmul":
        return matmul(*(transposed(b) for b in reversed(a.forms)))
    if a.op in ("scale", "add", "had"):
        return (
            Form(a.op, tuple(transposed(b) for b in a.forms), 2)
            if a.op != "scale"
            else scale(a.args[0], transposed(a.args[1]))
        )
    if a.op == "outer":
        return outer(a.args[1], a.args[0])
    if a.op in ("rows", "cols"):
        return (
            Form("cols", (transposed(a.args[1]), a.args[0]), 2)
            if a.op == "rows"
            else Form("rows", (a.args[1], transposed(a.args[0])), 2)
        )
    if a.op == "inv" and transposed(a.forms[0]) == a.forms[0]:
        return a
    return Form("T", (a,), 2)


def matmul(*factors: Form) -> Form:
    """Return a product of matrices and vectors: flat, identities left out, diagonals and numbers in front."""
    flat: list[Form] = []
    scalars: list[Form] = []
    for f in factors:
        scalar, rest = unscaled(f)
        scalars.append(scalar)
        flat.extend(rest.args if rest.op == "matmul" and (rest.rank == 2 or f is factors[-1]) else [rest])
    others = [f for f in flat if f.op != "eye"]
    kept = _without_inverses(others)
    if not kept:  # Qᵀ Q does not say how large the identity is
        kept = others if len(others) == len(flat) else [next(f for f in flat if f.op == "eye")]
    rank = sum(f.rank for f in (flat[0], flat[-1])) - 2 if len(flat) > 1 else flat[0].rank
    if len(kept) > 1 and kept[-1].op == "ones" and kept[-1].rank == 1:
        return scale(product(*scalars), matmul(*kept[:-2], row_sums(kept[-2])))
    for k, x in enumerate(kept[:-1]):
        moved = _moved_rows(x, matmul(*kept[k + 1 :])) if x.op in ("reversed", "slice", "T") else None
        if moved is not None:
            return scale(product(*scalars), matmul(*kept[:k], moved))
    if len(kept) == 1:
        return scale(product(*scalars), kept[0])
    if (
        len(kept) > 1
        and kept[-1].rank == 1
        and kept[-2].op in ("tril", "triu")
        and kept[-2].args[1] == 0
        and kept[-2].args[0].op == "ones"
    ):
        run = Form("cumsum" if kept[-2].op == "tril" else "rcumsum", (kept[-1],), 1)
        if kept[-1].op == "reversed":
            run = reversed_rows(Form("rcumsum" if kept[-2].op == "tril" else "cumsum", kept[-1].forms, 1))
        return scale(product(*scalars), run if len(kept) == 2 else matmul(*kept[:-2], run))
    return scale(product(*scalars), Form("matmul", tuple(kept), max(rank, 0)))


def _without_inverses(factors: list[Form]) -> list[Form]:
    """Leave out ``Qᵀ Q`` and ``Q Qᵀ`` of an orthogonal matrix."""
    for k, (a, b) in enumerate(itertools.pairwise(factors)):
        if ("orthogonal" in a.args and b == Form("T", (a,), 2)) or ("orthogonal" in b.args and a == Form("T", (b,), 2)):
            return _without_inverses(factors[:k] + factors[k + 2 :])
    return factors


def _moved_rows(x: Form, rest: Form) -> Form | None:
    """Multiply by rows of an identity, turned, cut out or put among zeros; None where that is no matter of rows."""
    if x.op == "reversed":
        return reversed_rows(rest if x.forms[0].op == "eye" else matmul(x.forms[0], rest))
    by, vector = unscaled(rest)
    if x.op == "slice" and x.forms[0].op == "eye":
        return scale(by, Form("slice", (vector, *x.args[1:]), vector.rank))
    if x.op == "T" and x.forms[0].op == "slice" and x.forms[0].forms[0].op == "eye" and vector.rank == 1:
        return scale(by, Form("placed", (vector, *x.forms[0].args[1:]), 1))
    return None


def reversed_rows(a: Form) -> Form:
    """Return the rows of a matrix, or the entries of a vector, from the last to the first."""
    by, rest = unscaled(a)
    if rest.op == "reversed":
        return scale(by, rest.forms[0])
    turned = {"cumsum": "rcumsum", "rcumsum": "cumsum"}
    if rest.op in turned and rest.forms[0].op == "reversed":
        return scale(by, Form(turned[rest.op], rest.forms[0].forms, 1))
    return scale(by, Form("reversed", (rest,), rest.rank))


def row_sums(a: Form) -> Form:
    """Return a matrix times ones."""
    if a.op == "diag":
        return a.forms[0]
    return Form("sum_axis", (a.forms[0], 0) if a.op == "T" else (a, 1), 1)


def entry_sum(a: Form) -> Form:
    """Return the sum of the entries of a vector; of ones, their number."""
    by, rest = unscaled(a)
    if rest.op == "ones" and len(rest.args) == 1:
        dim = rest.args[0]
        return product(by, Form("size", (dim,), 0) if dim.name else num(dim.offset))
    return product(by, Form("sum", (rest,), 0))


def inner(u: Form, v: Form) -> Form:
    """Return the inner product of two vectors."""
    (a, u), (b, v) = unscaled(u), unscaled(v)
    if "ones" in (u.op, v.op):
        return product(a, b, entry_sum(v if u.op == "ones" else u))
    if u.op == "matmul":
        u, v = v, u
    if u == v:
        return product(a, b, Form("square", (u,), 0))
    if u.op != "matmul" and v.op == "matmul":
        return product(a, b, Form("matmul", (u, *v.forms), 0))
    return product(a, b, Form("matmul", (u, v), 0))


def unscaled(a: Form) -> tuple[Form, Form]:
    """Return the scalar in front, and the rest."""
    return (a.args[0], a.args[1]) if a.op == "scale" else (ONE, a)


def scale(by: Form, a: Form) -> Form:
    """Return a multiple."""
    if a.rank == 0:
        return product(by, a)
    if a.op == "scale":
        return scale(product(by, a.args[0]), a.args[1])
    if by == ONE:
        return a
    if by == num(0):
        return Form("zeros", (a,), a.rank)
    if a.op == "outer":
        first, u = unscaled(a.args[0])
        second, v = unscaled(a.args[1])
        by, a = product(by, first, second), Form("outer", (u, v), 2)
        return a if by == ONE else Form("scale", (by, a), 2)
    return Form("scale", (by, a), a.rank)


def product(*scalars: Form) -> Form:
    """Return a product of scalars, its number in front."""
    value, rest = Fraction(1), []
    for s in scalars:
        for f in s.args if s.op == "product" else (s,):
            if f.op == "number":
                value *= f.args[0]
            else:
                rest.append(f)
    rest = _merged(rest)
    if not rest or not value:
        return num(value)
    if value != 1:
        rest.insert(0, num(value))
    return rest[0] if len(rest) == 1 else Form("product", tuple(rest), 0)


def _merged(factors: list[Form]) -> list[Form]:
    """Collect powers of one base with numbers as exponents."""
    exponents: dict[Form, Fraction] = {}
    others = []
    for x in factors:
        base, e = (x.args[0], x.args[1]) if x.op == "power" else (x, ONE)
        if e.op == "number":
            exponents[base] = exponents.get(base, Fraction(0)) + e.args[0]
        else:
            others.append(x)
    return [power(base, num(e)) for base, e in exponents.items() if e] + others


def hadamard(*factors: Form) -> Form:
    """Return the product entry by entry."""
    scalars: list[Form] = []
    flat: list[Form] = []
    for f in factors:
        scalar, rest = unscaled(f) if f.rank else (f, ONE)
        scalars.append(scalar)
        if rest is not ONE:
            flat.extend(rest.args if rest.op == "had" else [rest])
    flat = [f for f in flat if f.op != "ones"] or flat[:1]
    if not flat:
        return product(*scalars)
    whole = flat[0] if len(flat) == 1 else Form("had", tuple(flat), max(f.rank for f in flat))
    return scale(product(*scalars), whole)


def outer(u: Form, v: Form) -> Form:
    """Return ``u vᵀ``."""
    (a, u), (b, v) = unscaled(u), unscaled(v)
    return scale(product(a, b), Form("outer", (u, v), 2))


def power(a: Form, e: Form, *, plain: bool = False) -> Form:
    """Return a power entry by entry; of a square, a norm unless it is to stay `plain`."""
    if e == ONE:
        return a
    if a.op == "power" and e.op == "number" and a.args[1].op == "number" and e.args[0].denominator == 1:
        return power(a.args[0], num(a.args[1].args[0] * e.args[0]))
    if a.rank and a.op == "scale" and e.op == "number" and e.args[0].denominator == 1:
        return scale(power(a.args[0], e), power(a.args[1], e))
    if a.op == "number" and e.op == "number" and e.args[0].denominator == 1 and a.args[0]:
        return num(a.args[0] ** int(e.args[0]))
    if a.op == "square" and e.op == "number" and not plain:
        return _norm(a.forms[0], e.args[0])
    return Form("power", (a, e), max(a.rank, e.rank))


def _norm(x: Form, e: Fraction) -> Form:
    norm = Form("norm", (x,), 0)
    if e == 1:
        return Form("square", (x,), 0)
    return norm if 2 * e == 1 else Form("power", (norm, num(2 * e)), 0)
