"""Recognise matrix notation in index notation: contractions as products, deltas as diagonals."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from symbolic.tensors import forms as f
from symbolic.tensors.base import is_labels, label_name
from symbolic.tensors.calculus import guarded
from symbolic.tensors.extremes import extreme_sides
from symbolic.tensors.forms import Form, num
from symbolic.tensors.kronecker import merged
from symbolic.tensors.moves import Unwritten, begin_of, is_move, moved, shifted_eye
from symbolic.tensors.nodes import (
    Add,
    Apply,
    Compare,
    Constant,
    Fixed,
    Fold,
    Index,
    Mul,
    Node,
    Num,
    Of,
    Pow,
    SizeOf,
    Var,
    Where,
    compare,
    mul,
    substitute,
)
from symbolic.tensors.readings import tie
from symbolic.tensors.reorder import distributed, renested
from symbolic.tensors.sums import add as add_forms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symbolic.tensors.tensor import Tensor

Places = tuple[Index, ...]


def recognised(tensor: Tensor, kinds: Mapping[str, str] | None = None) -> Form | None:
    """Return a scalar, vector or matrix in matrix notation; None where it has no sign for something in it.

    `kinds` says which matrices are ``symmetric``, ``antisymmetric`` or ``orthogonal``, and which tensors have axes
    that were ``merged``.
    """
    try:
        if any(len(axis) > 1 for axis in tensor.axes):
            return merged(tensor, Recogniser(kinds or {}))
        return Recogniser(kinds or {}).at(tensor.entry, tensor.indices) if len(tensor.indices) <= 2 else None
    except Unwritten:
        return None


def _has_move(term: Node) -> bool:
    factors = term.args if isinstance(term, Mul) else (term,)
    return any(is_move(x) for x in factors)


def _triangle(a: Form) -> Form:
    """Read a triangle of ones times a matrix, entry by entry, as the triangle of the matrix."""
    ones = (
        next((x for x in a.args if x.op in ("tril", "triu") and x.args[0].op == "ones"), None)
        if a.op == "had"
        else None
    )
    if ones is None:
        return a
    return Form(ones.op, (f.hadamard(*(x for x in a.args if x is not ones)), ones.args[1]), 2)


class Recogniser:
    """Reads entries at places as whole tensors."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        self.kinds = kinds

    def at(self, node: Node, places: Places) -> Form:
        """Return the tensor whose entry at `places` is the node."""
        if not places:
            return self.scalar(node)
        if not node.free & set(places):
            return f.scale(self.scalar(node), Form("ones", tuple(i.dim for i in places), len(places)))
        if len(places) == 2 and isinstance(node, (Fold, Pow, Apply, Where)) and not set(places) <= node.free:
            return self._spread(node, places)
        rules: dict[type, Callable[..., Form]] = {
            Var: self._var,
            Add: self._add,
            Mul: self._mul,
            Fold: self._fold,
            Pow: self._pow,
            Apply: self._apply,
            Of: self._of,
            Compare: self._compare,
        }
        if type(node) in rules:
            return rules[type(node)](node, places)
        if isinstance(node, Where):
            return Form("arange", (places[0].dim,), 1)
        raise Unwritten

    # -- tensors --------------------------------------------------------------------------------------

    def _var(self, node: Var, places: Places) -> Form:
        free = [p for p in node.at if isinstance(p, Index)]
        kept = tuple(p.value if isinstance(p, Fixed) else None for p in node.at)
        kind = (self.kinds[node.name],) if node.name in self.kinds and len(free) == 2 else ()
        name = Form("name", (node.name, *kind), len(node.at))
        if kind == ("merged",):
            name = Form("unravel", (Form("name", (node.name,), 1),), 2)
        if is_labels(node):
            name = Form("one_hot", (label_name(node), node.at[-1].dim), len(node.at))
        if len(free) == 2 and free[0] == free[1] and len(node.at) == 2:
            return Form("diagonal", (name,), 1) if len(places) == 1 else self._spread(node, places)
        if len(set(free)) < len(free) or set(free) != set(places) or (len(node.at) > 2 and len(free) < len(node.at)):
            if set(free) < set(places) and len(free) == 1 and len(places) == 2:
                return self._spread(node, places)
            raise Unwritten
        whole = name if len(free) == len(node.at) else Form("entry", (name, kept), len(free))
        if len(free) > 2:
            raise Unwritten
        return whole if tuple(free) == places else f.transposed(whole)

    def _spread(self, node: Node, places: Places) -> Form:
        """Return a matrix whose entries depend on one place only."""
        i, j = places
        vector = self.at(node, (i,) if i in node.free else (j,))
        ones = Form("ones", ((j if i in node.free else i).dim,), 1)
        return f.outer(vector, ones) if i in node.free else f.outer(ones, vector)

    def _add(self, node: Add, places: Places) -> Form:
        return add_forms(*(self.at(term, places) for term in node.args))

    def _mul(self, node: Mul, places: Places) -> Form:
        return self._product(list(node.args), places)

    def _product(self, factors: Sequence[Node], places: Places) -> Form:
        here = set(places)
        scalar = f.product(*(self.scalar(x) for x in factors if not x.free & here))
        rest = [x for x in factors if x.free & here]
        if len(places) == 1:
            return f.scale(scalar, f.hadamard(*(self.at(x, places) for x in rest)))
        i, j = places
        rows = [x for x in rest if x.free & here == {i}]
        cols = [x for x in rest if x.free & here == {j}]
        both = [x for x in rest if x.free & here == here]
        deltas = [x for x in both if isinstance(x, Compare) and x.sign == "==" and not x.shift and x.a.dim == x.b.dim]
        if deltas:
            others = [substitute(x, {j: i}) for x in rest if x is not deltas[0]]
            if not others:
                return f.scale(scalar, Form("eye", (i.dim,), 2))
            return f.scale(scalar, Form("diag", (self._product(others, (i,)),), 2))
        u = f.hadamard(*(self.at(x, (i,)) for x in rows)) if rows else None
        v = f.hadamard(*(self.at(x, (j,)) for x in cols)) if cols else None
        if not both:
            ones = [Form("ones", (k.dim,), 1) for k in places]
            return f.scale(scalar, f.outer(u or ones[0], v or ones[1]))
        matrix = _triangle(f.hadamard(*(self.at(x, places) for x in both)))
        matrix = matrix if u is None else Form("rows", (u, matrix), 2)
        return f.scale(scalar, matrix if v is None else Form("cols", (matrix, v), 2))

    def _fold(self, node: Fold, places: Places) -> Form:
        if node.kind != "sum":
            return self._reduced(node, places)
        try:
            return self._contraction(node, places)
        except Unwritten:
            terms = distributed(node)
            if len(terms) > 1:
                return add_forms(*(self.at(t, places) for t in terms))
            other = renested(node)
            if other is None or other == node:
                raise
            return self._contraction(other, places) if isinstance(other, Fold) else self.at(other, places)

    def _contraction(self, node: Fold, places: Places) -> Form:
        (k,) = node.over
        factors = list(node.body.args) if isinstance(node.body, Mul) else [node.body]
        if isinstance(node.body, Add):
            return add_forms(*(self.at(Fold("sum", node.over, t), places) for t in node.body.args))
        here = set(places)
        if len(places) == 1:
            return self._matrix_vector(factors, places[0], k)
        i, j = places
        left = [x for x in factors if i in x.free]
        right = [x for x in factors if j in x.free and i not in x.free]
        if any(j in x.free for x in left) or not right or not left:
            raise Unwritten
        weights = [x for x in factors if not x.free & here]
        a = self._product(left, (i, k))
        b = self._product([*weights, *right], (k, j))
        return f.matmul(a, b)

    def _matrix_vector(self, factors: Sequence[Node], i: Index, k: Index) -> Form:
        alone = [x for x in factors if not x.free & {i, k}]
        if alone:
            bound = [x for x in factors if x.free & {i, k}]
            return f.scale(self.scalar(mul(*alone)), self._matrix_vector(bound, i, k))
        with_i = [x for x in factors if i in x.free]
        only_k = [x for x in factors if i not in x.free]
        matrices = [x for x in with_i if k in x.free]
        outside = [x for x in with_i if k not in x.free]
        if not matrices:
            raise Unwritten
        (first, *others) = matrices
        if isinstance(first, Add) and any(map(_has_move, first.args)):
            raise Unwritten  # each moves entries of its own
        if not others and is_move(first):
            vector = self._product(only_k, (k,)) if only_k else Form("ones", (k.dim,), 1)
            scalar, rest = f.unscaled(vector)
            return f.hadamard(*(self.at(x, (i,)) for x in outside), f.scale(scalar, moved(first, i, rest)))
        matrix = self._product(matrices, (i, k))
        if only_k:
            whole = f.matmul(matrix, self._product(only_k, (k,)))
        elif matrix.op in ("matmul", "name", "T"):
            whole = Form("sum_axis", (matrix, 1), 1) if matrix.op != "T" else Form("sum_axis", (matrix.forms[0], 0), 1)
        else:
            scalar, rest = f.unscaled(matrix)
            whole = f.scale(scalar, Form("sum_axis", (rest, 1), 1))
        return f.hadamard(*(self.at(x, (i,)) for x in outside), whole)

    def _reduced(self, node: Fold, places: Places) -> Form:
        if len(places) != 1 or len(node.over) != 1:
            raise Unwritten
        guard = guarded(node.body) if node.kind == "prod" else None
        if guard is not None and guard[0] == compare("<=", node.over[0], places[0]) and places[0] not in guard[1].free:
            return Form("cumprod", (self.at(guard[1], node.over),), 1)
        matrix = self.at(node.body, (places[0], node.over[0]))
        return Form(f"{node.kind}_axis", (matrix, 1), 1)

    def _pow(self, node: Pow, places: Places) -> Form:
        if node.free - node.base.free:
            raise Unwritten
        return f.power(
            self.at(node.base, places),
            self.scalar(node.exponent) if not node.exponent.free else self.at(node.exponent, places),
        )

    def _apply(self, node: Apply, places: Places) -> Form:
        if len(places) == 2 and begin_of(node) is not None:
            return shifted_eye(node, places)
        if node.function == "zero" and (sides := extreme_sides(node.arg)) is not None:
            return tie(*(self.at(side, places) for side in sides))
        return Form("apply", (node.function, self.at(node.arg, places)), len(places))

    def _of(self, node: Of, places: Places) -> Form:
        if node.kind in ("softmax", "logsumexp"):
            return self._along(node, places)
        if (
            len(node.rows) != 1
            or node.free & set(places) != set(node.at) & set(places)
            or node.kind not in ("inv", "pinv")
        ):
            raise Unwritten
        if node.body.free - set(node.bound):
            raise Unwritten
        inside = self.at(node.body, node.rows + node.cols)
        matrix = f.transposed(inside) if "orthogonal" in inside.args else Form(node.kind, (inside,), 2)
        if node.at == places:
            return matrix
        if node.at == places[::-1]:
            return f.transposed(matrix)
        if len(places) == 1 and node.at == (places[0], places[0]):
            return Form("diagonal", (matrix,), 1)
        raise Unwritten

    def _along(self, node: Of, places: Places) -> Form:
        """Read a softmax or a logsumexp of a vector, or of every row of a matrix."""
        at = tuple(p for p in node.at if isinstance(p, Index))
        rest = tuple(p for p in places if p not in at)
        if len(node.rows) != 1 or len(at) < len(node.at) or len(rest) != len(places) - len(at) or len(rest) > 1:
            raise Unwritten
        if node.body.free - set(node.rows) != set(rest):
            raise Unwritten
        by_rows = self.at(node.body, (*rest, *node.rows))
        if not rest:
            return Form(node.kind, (by_rows, 0), len(places))
        by_cols = self.at(node.body, (*node.rows, *rest))
        if len(repr(by_cols)) < len(repr(by_rows)):  # one of the two in every place, so that it is computed once
            whole = Form(node.kind, (by_cols, 0), len(places))
            return whole if not at or places == (*at, *rest) else f.transposed(whole)
        whole = Form(node.kind, (by_rows, 1), len(places))
        return whole if places == (*rest, *at) else f.transposed(whole)

    def _compare(self, node: Compare, places: Places) -> Form:
        if node.sign == "==" and not node.shift and {node.a, node.b} == set(places) and node.a.dim == node.b.dim:
            return Form("eye", (places[0].dim,), 2)
        if node.sign == "==" and not node.shift and len(places) == 1 and isinstance(node.b, Fixed):
            return Form("unit", (node.b.value, node.a.dim), 1)
        if node.sign == "mirror" and len(places) == 2 and {node.a, node.b} == set(places):
            return Form("reversed", (Form("eye", (places[0].dim,), 2),), 2)
        if node.sign == "==" and len(places) == 2 and {node.a, node.b} == set(places):
            return shifted_eye(node, places)
        if node.sign == "<=" and len(places) == 2 and {node.a, node.b} == set(places):
            # [a <= b + shift]: the lower triangle where b is the row
            lower = (node.b, node.a) == places
            ones = Form("ones", tuple(i.dim for i in places), 2)
            return Form("tril" if lower else "triu", (ones, node.shift if lower else -node.shift), 2)
        raise Unwritten

    # -- scalars --------------------------------------------------------------------------------------

    def scalar(self, node: Node) -> Form:  # noqa: C901, PLR0911 - a case a line
        """Return a scalar in matrix notation."""
        if isinstance(node, Num):
            return num(node.value)
        if isinstance(node, SizeOf):
            return Form("size", (node.dim,), 0)
        if isinstance(node, Constant):
            return Form("constant", (node.name,), 0)
        if isinstance(node, Var):
            name = Form("name", (node.name,), len(node.at))
            if all(isinstance(p, Fixed) for p in node.at):
                return (
                    name
                    if not node.at
                    else Form("entry", (name, tuple(p.value for p in node.at if isinstance(p, Fixed))), 0)
                )
            raise Unwritten
        if isinstance(node, Add):
            return add_forms(*map(self.scalar, node.args))
        if isinstance(node, Mul):
            return f.product(*map(self.scalar, node.args))
        if isinstance(node, Pow):
            return f.power(self.scalar(node.base), self.scalar(node.exponent))
        if isinstance(node, Apply):
            return Form("apply", (node.function, self.scalar(node.arg)), 0)
        if isinstance(node, Of):
            return self._number_of(node)
        if isinstance(node, Fold):
            return self._total(node)
        raise Unwritten

    def _number_of(self, node: Of) -> Form:
        if len(node.rows) != 1 or node.body.free - set(node.bound):
            raise Unwritten
        if node.kind in ("det", "logdet"):
            return Form(node.kind, (self.at(node.body, node.rows + node.cols),), 0)
        if node.kind not in ("softmax", "logsumexp"):
            raise Unwritten
        whole = self.at(node.body, node.rows)
        if node.kind == "logsumexp":
            return Form("logsumexp", (whole, 0), 0)
        (p,) = node.at
        if not isinstance(p, Fixed):
            raise Unwritten
        return Form("entry", (Form("softmax", (whole, 0), 1), (p.value,)), 0)

    def _total(self, node: Fold) -> Form:
        over, body = list(node.over), node.body
        while node.kind == "sum" and isinstance(body, Fold) and body.kind == "sum" and len(over) + len(body.over) <= 2:
            over, body = [*over, *body.over], body.body
        if node.kind != "sum":
            return Form(node.kind, (self.at(body, tuple(over)),), 0)
        if isinstance(body, Pow) and body.exponent == Num(Fraction(2)):
            return Form("square", (self.at(body.base, tuple(over)),), 0)
        if len(over) == 1:
            return self._inner(over[0], body)
        try:
            return Form("sum", (self.at(body, tuple(over)),), 0)
        except Unwritten:
            return self._inner(node.over[0], node.body)

    def _inner(self, k: Index, body: Node) -> Form:
        factors = list(body.args) if isinstance(body, Mul) else [body]
        try:
            parts = [self.at(x, (k,)) for x in factors]
        except Unwritten:
            return self._trace(k, factors)
        if len(parts) == 1 and parts[0].op == "matmul" and parts[0].forms[-1].rank == 1:
            return Form("sum", (parts[0],), 0)
        if len(parts) < 2:
            scalar, part = f.unscaled(parts[0])
            return f.product(scalar, Form("trace", part.forms, 0) if part.op == "diagonal" else f.entry_sum(part))
        return f.inner(parts[0], parts[1] if len(parts) == 2 else f.hadamard(*parts[1:]))

    def _trace(self, k: Index, factors: Sequence[Node]) -> Form:
        """Read ``sum_k M[k, k]`` as a trace."""
        fresh = Index(k.dim)
        for n, x in enumerate(factors):
            if isinstance(x, Fold) and x.kind == "sum" and isinstance(x.body, Mul):
                for m, y in enumerate(x.body.args):
                    if k not in y.free:
                        continue
                    moved = mul(*x.body.args[:m], substitute(y, {k: fresh}), *x.body.args[m + 1 :])
                    whole = mul(*factors[:n], Fold("sum", x.over, moved), *factors[n + 1 :])
                    try:
                        return Form("trace", (self.at(whole, (k, fresh)),), 0)
                    except Unwritten:
                        continue
        raise Unwritten
