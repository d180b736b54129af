"""Tensors under other names, where a program uses theirs for something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.tensors.base import LABELS, Var, is_labels, label_name
from symbolic.tensors.forms import Form
from symbolic.tensors.nodes import replaced

if TYPE_CHECKING:
    from collections.abc import Mapping

    from symbolic.tensors.nodes import Node


def with_names(node: Node, names: Mapping[str, str]) -> Node:
    """Return a node with its tensors renamed."""

    def change(x: Node) -> Node | None:
        if not isinstance(x, Var):
            return None
        if is_labels(x):
            return Var(names.get(label_name(x), label_name(x)) + LABELS, x.at)
        return Var(names.get(x.name, x.name), x.at)

    return replaced(node, change)


def form_with_names(form: Form, names: Mapping[str, str]) -> Form:
    """Return a form with its tensors renamed."""
    args = tuple(form_with_names(a, names) if isinstance(a, Form) else a for a in form.args)
    if form.op in ("name", "one_hot"):
        args = (names.get(str(args[0]), args[0]), *args[1:])
    return Form(form.op, args, form.rank)
