"""Source code for sums of vectors among zeros: written into their places, as a person does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.tensors.emit import PRODUCT, SUM, Printer
from symbolic.tensors.forms import ONE, Form, num, product, scale, unscaled
from symbolic.tensors.readings import is_negative
from symbolic.tensors.sums import add

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def zeros(printer: Printer, lengths: Sequence[str]) -> str:
    """Return source code for an array of zeros."""
    shape = lengths[0] if len(lengths) == 1 else f"({', '.join(lengths)})"
    return f"{printer.backend}.zeros({shape}{printer.kind})"


def scattered(form: Form, printer: Printer, lengths: Callable[[], Sequence[str]]) -> list[str] | None:
    """Return lines that write the terms of a sum into an array of zeros; None where no term has a place of its own.

    Parameters
    ----------
    form : Form
        A vector or a matrix.
    printer : Printer
        The printer of the library.
    lengths : callable
        Returns the lengths of the result's axes, as source code.
    """
    by, whole = unscaled(form)
    terms = whole.args if whole.op == "add" else (whole,)
    placed = [(t, p) for t in terms if (p := _place(t, printer)) is not None]
    if not placed:
        return None
    others = [t for t in terms if _place(t, printer) is None]
    start = printer.write(add(*others)) if others else zeros(printer, lengths())
    if others and (start.isidentifier() or add(*others).op in ("name", "slice", "T")):
        start = f"{start} * 1.0"  # a new array: what it was made from stays as it is
    lines = [f"out = {start}"]
    for term, (key, value) in placed:
        scalar = unscaled(term)[0]
        negative = is_negative(scalar)
        by_term = product(num(-1), scalar) if negative else scalar
        text = printer.write(scale(by_term, value) if value.rank else product(by_term, value), SUM)
        lines.append(_added(printer.backend, key, text, negative))
    return [*lines, f"return {_scaled(by, printer)}"]


def _place(term: Form, printer: Printer) -> tuple[str, Form] | None:
    """Return where the entries of a term stand that are not 0, and what stands there."""
    rest = unscaled(term)[1]
    if rest.op == "placed":
        vector, before, after = rest.args
        return printer.part(before, after), vector
    if rest.op == "unit":
        return str(rest.args[0]), ONE
    if rest.op == "outer":
        u, v = rest.args
        if u.op == "unit":
            return (f"{u.args[0]}, {v.args[0]}", ONE) if v.op == "unit" else (str(u.args[0]), v)
        if v.op == "unit":
            return f":, {v.args[0]}", u
    return None


def _added(backend: str, key: str, text: str, negative: bool) -> str:
    if backend == "jnp":
        return f"out = out.at[{key}].add({f'-({text})' if negative else text})"
    return f"out[{key}] {'-' if negative else '+'}= {text}"


def _scaled(by: Form, printer: Printer) -> str:
    if by == ONE:
        return "out"
    if by == num(-1):
        return "-out"
    return f"{printer.write(by, PRODUCT)} * out"
