"""What occurs twice in matrix notation and is worth a name of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from symbolic.tensors.forms import Form, num, power
from symbolic.tensors.readings import is_spread

if TYPE_CHECKING:
    from collections.abc import Iterator

CHEAP = frozenset(
    ("name", "number", "size", "constant", "eye", "ones", "unit", "entry", "arange", "product", "zeros", "slice")
)
"""What is written out again and not named."""


def squared(form: Form) -> Form:
    """Write even powers of a norm as powers of its square, where no odd one needs the root."""
    powers = {(p.args[0], p.args[1].args[0]) for p in _all(form) if _is_norm_power(p)}
    roots = {norm for norm, e in powers if e % 2} | {
        part for whole in _all(form) if not _is_norm_power(whole) for part in whole.forms if part.op == "norm"
    }

    def change(a: Form) -> Form:
        if _is_norm_power(a) and a.args[0] not in roots:
            return power(Form("square", a.args[0].args, 0), num(a.args[1].args[0] / 2), plain=True)
        return Form(a.op, tuple(change(x) if isinstance(x, Form) else x for x in a.args), a.rank)

    return change(form)


def _is_norm_power(a: Form) -> bool:
    return (
        a.op == "power" and a.args[0].op == "norm" and a.args[1].op == "number" and a.args[1].args[0].denominator == 1
    )


def _all(form: Form) -> Iterator[Form]:
    yield form
    for part in form.forms:
        yield from _all(part)


@dataclass
class Counts:
    """How often each form is computed, and how often an inverse is applied to nothing."""

    times: dict[Form, int] = field(default_factory=dict)
    alone: dict[Form, int] = field(default_factory=dict)

    def add(self, form: Form, times: int = 1, *, applied: bool = False) -> None:
        """Count a form and its parts; the parts of what is not named are computed every time."""
        known = self.times.get(form, 0)
        self.times[form] = known + times
        if form.op == "inv" and not applied:
            self.alone[form] = self.alone.get(form, 0) + times
        if known and not _is_cheap(form) and form.op != "inv":
            return
        times = 2 if form.op == "square" and form.forms[0].rank == 1 else 1  # x @ x
        solved = _solved(form)
        for k, part in enumerate(parts_of(form)):
            self.add(part, times, applied=k in solved or (applied and form.op == "T"))

    def is_shared(self, form: Form) -> bool:
        """Whether a name pays: two systems are solved in less time than a matrix is inverted, three are not."""
        times = self.times[form]
        return times > 1 and (form.op != "inv" or bool(self.alone.get(form)) or times > 2)


def _solved(form: Form) -> range:
    """Return which parts of a product are applied to what follows, where an inverse becomes a system."""
    return range(len(parts_of(form)) == 2 if form.op == "matmul" else 0)


def parts_of(form: Form) -> tuple[Form, ...]:
    """Return the parts as they are computed: of a product that ends in a vector, the first matrix and the rest."""
    if form.op == "matmul" and len(form.args) > 2 and form.args[-1].rank == 1:
        return form.args[0], Form("matmul", form.args[1:], 1)
    return form.forms


def _is_cheap(form: Form) -> bool:
    return (
        form.op in CHEAP
        or (form.op == "T" and (form.forms[0].op == "inv" or _is_cheap(form.forms[0])))
        or (form.op == "scale" and form.args[0].op == "number" and _is_cheap(form.args[1]))
        or (bool(form.rank) and is_spread(form))
    )


def inside_out(form: Form) -> list[Form]:
    """Return the parts that are worth a name, inner ones first."""
    found: dict[Form, None] = {}
    for part in parts_of(form):
        found.update(dict.fromkeys(inside_out(part)))
    found[form] = None
    return [f for f in found if not _is_cheap(f)]
