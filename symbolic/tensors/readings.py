"""What a form says: a condition, a choice between two, a number that all entries share."""

from __future__ import annotations

import itertools

from symbolic.tensors.forms import Form, hadamard, num, product, scale, unscaled


def is_spread(a: Form) -> bool:
    """Whether all entries along some axis are equal."""
    rest = a.args[1] if a.op == "scale" else a
    return rest.op == "ones" or rest.rank == 0 or (rest.op == "outer" and any(x.op == "ones" for x in rest.forms))


def tie(x: Form, extreme: Form) -> Form:
    """Return ``[x == extreme]``, its two sides kept apart."""
    return Form("apply", ("zero", Form("add", (x, scale(num(-1), extreme)), x.rank)), x.rank)


def spread_side(a: Form) -> int:
    """Return along which axis of a matrix all entries are equal, from 1 on; 0 where along none, or both."""
    rest = unscaled(a)[1]
    ones = [x.op == "ones" for x in rest.forms] if rest.op == "outer" else []
    return ones.index(True) + 1 if ones.count(True) == 1 else 0


def broadcast(a: Form) -> Form:
    """Return what NumPy broadcasts to the same: a number, a row or a column for what is equal along axes."""
    by, rest = unscaled(a)
    if rest.op == "ones":
        return by
    if rest.op == "outer" and rest.args[0].op == "ones":
        return scale(by, rest.args[1])
    if rest.op == "outer" and rest.args[1].op == "ones":
        return scale(by, Form("column", (rest.args[0],), 2))
    return a


STEPS = {"positive": ">", "nonnegative": ">=", "zero": "=="}
MIRRORED = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "=="}


def is_step(a: Form) -> bool:
    """Whether it is 1 where a condition holds, else 0."""
    return a.op == "apply" and a.args[0] in STEPS


def compared(step: Form) -> tuple[Form, str, Form]:
    """Return the two sides that a step compares and the sign between; what is alike in all entries is a number."""
    x, sign = step.args[1], STEPS[step.args[0]]
    by = unscaled(x)[0] if x.rank else num(1)
    if by.op == "number" and by.args[0] < 0:
        x, sign = scale(num(-1), x), MIRRORED[sign]
    if x.op != "add" or len(x.args) != 2:
        return x, sign, num(0)
    left, right = (broadcast(t) for t in x.args) if x.rank else x.args
    if is_negative(right):
        right = negated(right)
    elif is_negative(left):
        left, right = right, negated(left)
    elif is_plain(right):
        right = negated(right)
    elif is_plain(left):
        left, right = right, negated(left)
    else:
        return x, sign, num(0)
    if (is_plain(left) and not is_plain(right)) or (not left.rank and right.rank):
        return right, MIRRORED[sign], left
    return left, sign, right


PARTIAL = frozenset(("log", "log1p", "arccosh", "arcsin", "arccos", "arctanh", "gammaln", "digamma", "tan"))
"""Functions that have no value somewhere."""


def is_partial(a: Form) -> bool:
    """Whether some entries may have no value."""
    if a.op == "apply" and a.args[0] in PARTIAL:
        return True
    if (
        a.op == "power"
        and a.args[0].rank
        and not (a.args[1].op == "number" and a.args[1].args[0].denominator == 1 and a.args[1].args[0] > 0)
    ):
        return True
    return any(map(is_partial, a.forms))


def is_negative(a: Form) -> bool:
    """Whether a minus sign stands in front."""
    by = unscaled(a)[0] if a.rank else a
    first = by.args[0] if by.op == "product" else by
    return first.op == "number" and first.args[0] < 0


def negated(a: Form) -> Form:
    """Return it with the other sign."""
    return scale(num(-1), a)


def signed(a: Form) -> Form:
    """Write ``b - a`` in place of ``-(a - b)``, in all parts."""
    a = Form(a.op, tuple(signed(x) if isinstance(x, Form) else x for x in a.args), a.rank)
    if a.op != "scale" or not is_negative(a) or a.args[1].op != "add" or not any(map(is_negative, a.args[1].args)):
        return a
    opposite = sorted(map(negated, a.args[1].args), key=is_negative)
    return scale(product(num(-1), a.args[0]), Form("add", tuple(opposite), a.rank))


def as_choice(a: Form) -> Form | None:
    """Read ``[z > 0] x + [z <= 0] y`` as a choice: the terms and their conditions are each other's opposites."""
    if len(a.args) != 2 or not a.rank:
        return None
    found = [_chosen(t) for t in a.args]
    for (step, x), (other, y) in itertools.product(*found):
        if OPPOSITES.get(step.args[0]) == other.args[0] and scale(num(-1), step.args[1]) == other.args[1]:
            return Form("where", (step, x, y), a.rank)
    return None


OPPOSITES = {"positive": "nonnegative", "nonnegative": "positive"}


def _chosen(term: Form) -> list[tuple[Form, Form]]:
    """Return every condition that a term has as a factor, with the other factors."""
    by, rest = unscaled(term)
    factors = list(rest.args) if rest.op == "had" else [rest]
    return [
        (x, scale(by, hadamard(*(factors[:k] + factors[k + 1 :] or [Form("ones", (), term.rank)]))))
        for k, x in enumerate(factors)
        if is_step(x)
    ]


def is_plain(a: Form) -> bool:
    """Whether it is a number of the language: no function of arrays takes it."""
    return a.op in ("number", "size", "constant") or (
        a.op in ("product", "add", "power") and all(map(is_plain, a.forms))
    )
