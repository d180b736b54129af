"""Sums in matrix notation: equal terms collected, and what terms have in common taken out."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors.forms import ONE, Form, hadamard, matmul, num, outer, product, scale, transposed, unscaled

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence


def add(*terms: Form) -> Form:
    """Return a sum: flat, equal terms collected, common factors in front."""
    collected: dict[Form, list[Form]] = {}
    for scalar, rest in _flat(terms):
        collected.setdefault(rest, []).append(scalar)
    _complement(collected)
    parts = []
    for rest, scalars in collected.items():
        numbers = sum((s.args[0] for s in scalars if s.op == "number"), Fraction(0))
        others = [s for s in scalars if s.op != "number"]
        alone = [num(numbers)] if numbers or not others else []
        by = others[0] if len(others) == 1 and not alone else add(*others, *alone) if others else alone[0]
        if by != num(0):
            parts.append(scale(by, rest) if rest.rank else product(by, rest))
    if not parts:
        return scale(num(0), terms[0]) if terms[0].rank else num(0)
    return parts[0] if len(parts) == 1 else _factored(parts)


def _has_place(a: Form) -> bool:
    """Whether a term is a vector among zeros: such terms meet those of other sums."""
    return unscaled(a)[1].op == "placed"


def _complement(collected: dict[Form, list[Form]]) -> None:
    """Read ``1 - sigmoid(z)`` as ``sigmoid(-z)``."""
    for rest in list(collected):
        ones = next((x for x in collected if x.op == "ones" or x == ONE), None)
        if ones is None or rest.op != "apply" or rest.args[0] != "sigmoid":
            continue
        opposite = [product(num(-1), s) for s in collected[rest]]
        if opposite == collected[ones]:
            del collected[ones], collected[rest]
            other = Form("apply", ("sigmoid", scale(num(-1), rest.args[1])), rest.rank)
            collected.setdefault(other, []).extend(opposite)


def _flat(terms: Iterable[Form], by: Form = ONE) -> Iterator[tuple[Form, Form]]:
    for t in terms:
        scalar, rest = unscaled(t) if t.rank else _number_first(t)
        if rest.op == "add" and (
            (scalar.op == "number" and abs(scalar.args[0]) == 1) or any(map(_has_place, rest.args))
        ):
            yield from _flat(rest.args, product(by, scalar))
        else:
            yield product(by, scalar), rest


def _number_first(f: Form) -> tuple[Form, Form]:
    if f.op == "number":
        return f, ONE
    if f.op == "product" and f.args[0].op == "number":
        return f.args[0], product(*f.args[1:])
    return ONE, f


# -- common factors -------------------------------------------------------------------------------------------


def _factored(parts: Sequence[Form]) -> Form:
    rank = max(p.rank for p in parts)
    if not rank:
        return Form("add", tuple(parts), 0)
    for key, joined in _RULES:
        for same in _groups(parts, key):
            first = parts.index(same[0])
            others = [p for p in parts if p not in same]
            others.insert(first, joined(same))
            return add(*others)
    if any(map(_has_place, parts)) and len({unscaled(p)[0] for p in parts}) > 1:
        return Form("add", _positive_first(parts), rank)
    return _common_scalar(parts) or _common_entries(parts) or Form("add", _positive_first(parts), rank)


def _positive_first(parts: Sequence[Form]) -> tuple[Form, ...]:
    """Write ``b - a`` in place of ``-a + b``."""
    first = next((p for p in parts if _signed(unscaled(p)[0])[0] > 0), parts[0])
    return (first, *(p for p in parts if p is not first))


def _groups(parts: Sequence[Form], key: Callable[[Form], Hashable | None]) -> Iterator[list[Form]]:
    groups: dict[Hashable, list[Form]] = {}
    for p in parts:
        k = key(unscaled(p)[1])
        if k is not None:
            groups.setdefault(k, []).append(p)
    yield from (g for g in groups.values() if len(g) > 1)


def _parts(same: Sequence[Form], k: int) -> Form:
    """Return the sum of the k-th operands, each with the scalar of its term."""
    return add(*(scale(by, rest.args[k]) for by, rest in map(unscaled, same)))


def _placed(a: Form) -> Hashable | None:
    return a.args[1:] if a.op == "placed" else None


def _diagonal(a: Form) -> Hashable | None:
    return a.op if a.op in ("diag", "diagonal") else None


def _left(a: Form) -> Hashable | None:
    return ("left", a.args[0]) if a.op == "outer" and a.args[0].op not in ("ones", "unit") else None


def _right(a: Form) -> Hashable | None:
    return ("right", a.args[1]) if a.op == "outer" and a.args[1].op not in ("ones", "unit") else None


def _weighted(a: Form) -> Hashable | None:
    return a.args[1] if a.op == "rows" else None


def _head(a: Form) -> Hashable | None:
    first: Form = _as_product(a).args[0] if a.op in ("matmul", "sum_axis") else a
    return first if a.op in ("matmul", "sum_axis") and a.rank and first.rank == 2 else None


def _tail(a: Form) -> Hashable | None:
    """Return the last factor; of a product with a vector only where one matrix stands before it.

    Longer products with vectors are never products of matrices, and should not become them.
    """
    if a.op != "matmul" or not a.rank or a.args[0].rank != 2:
        return None
    last: Form = a.args[-1]
    single = len(a.args) == 2 and _is_name(a.args[0])
    if last.rank == 1 and not single:
        return None
    return last


def _is_name(a: Form) -> bool:
    return a.op == "name" or (a.op == "T" and a.forms[0].op == "name")


def _diag_of(same: Sequence[Form]) -> Form:
    op = unscaled(same[0])[1].op
    return Form(op, (_parts(same, 0),), same[0].rank)


def _placed_of(same: Sequence[Form]) -> Form:
    inside, where = _parts(same, 0), unscaled(same[0])[1].args[1:]
    # one sign for all, so that equal vectors are seen to be equal
    sign = _sign(inside)
    return scale(num(sign), Form("placed", (inside if sign > 0 else _opposite(inside), *where), 1))


def _opposite(a: Form) -> Form:
    by, rest = unscaled(a)
    return scale(by, add(*(scale(num(-1), t) for t in rest.args))) if rest.op == "add" else scale(num(-1), a)


def _sign(a: Form) -> int:
    """Return the sign of a vector and its negative, told by the term that comes first in an order of their own."""
    by, rest = unscaled(a)
    terms = rest.args if rest.op == "add" else (rest,)
    first = min(terms, key=lambda t: repr(unscaled(t)[1]))
    return _signed(by)[0] * (_signed(unscaled(first)[0])[0] if rest.op == "add" else 1)


def _as_product(a: Form) -> Form:
    """Write the sum along an axis as a product with ones."""
    if a.op != "sum_axis":
        return a
    matrix = a.args[0] if a.args[1] else transposed(a.args[0])
    return Form("matmul", (matrix, Form("ones", (), 1)), 1)


def _after_head(same: Sequence[Form]) -> Form:
    split = [(by, _as_product(a)) for by, a in map(unscaled, same)]
    return matmul(split[0][1].args[0], add(*(scale(by, matmul(*a.args[1:])) for by, a in split)))


def _before_tail(same: Sequence[Form]) -> Form:
    rests = [scale(by, matmul(*a.args[:-1])) for by, a in map(unscaled, same)]
    return matmul(add(*rests), unscaled(same[0])[1].args[-1])


_RULES: list[tuple[Callable[[Form], Hashable | None], Callable[[Sequence[Form]], Form]]] = [
    (_placed, _placed_of),
    (_diagonal, _diag_of),
    (_left, lambda same: outer(unscaled(same[0])[1].args[0], _parts(same, 1))),
    (_right, lambda same: outer(_parts(same, 0), unscaled(same[0])[1].args[1])),
    (_weighted, lambda same: Form("rows", (_parts(same, 0), unscaled(same[0])[1].args[1]), 2)),
    (_head, _after_head),
    (_tail, _before_tail),
]


def _common_scalar(parts: Sequence[Form]) -> Form | None:
    """Take a scalar out that every term has, up to its sign; the first term's sign goes with it."""
    split = [_signed(unscaled(p)[0]) for p in parts]
    common = split[0][1]
    if any(s != common for _, s in split) or (common == ONE and split[0][0] > 0):
        return None
    sign = -1 if all(n < 0 for n, _ in split) else 1
    if common == ONE and sign > 0:
        return None
    rest = [scale(num(n * sign), unscaled(p)[1]) for (n, _), p in zip(split, parts, strict=True)]
    return scale(product(num(sign), common), add(*rest))


def _signed(by: Form) -> tuple[int, Form]:
    number, rest = _number_first(by)
    value = number.args[0]
    return (-1 if value < 0 else 1), product(num(abs(value)), rest)


def _common_entries(parts: Sequence[Form]) -> Form | None:
    """Take a factor out that every term has entry by entry."""
    split = [_entries(p) for p in parts]
    common = [x for x in split[0][1] if all(x in own for _, own in split) and x.op not in ("ones", "name")]
    if not common:
        return None
    rest = []
    for by, own in split:
        left = [x for x in own if x not in common] or [Form("ones", (), parts[0].rank)]
        rest.append(scale(by, hadamard(*left)))
    return hadamard(*common, add(*rest))


def _entries(p: Form) -> tuple[Form, list[Form]]:
    by, rest = unscaled(p)
    return by, list(rest.args) if rest.op == "had" else [rest]
