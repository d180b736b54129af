"""Derivations as JSON documents, versioned, and back: others can use them without running us."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from fractions import Fraction
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from symbolic.errors import FormulaError, SymbolicError
from symbolic.latex import latex
from symbolic.mathml import mathml
from symbolic.tensors import nodes as n
from symbolic.tensors.base import LABELS
from symbolic.tensors.conditions import Condition
from symbolic.tensors.derive import Derived
from symbolic.tensors.parse import parse_shapes
from symbolic.tensors.shapes import checked
from symbolic.tensors.tensor import Tensor
from symbolic.text import text

if TYPE_CHECKING:
    from symbolic.layout import Layout
    from symbolic.tensors.nodes import Index, Node, Position
    from symbolic.tensors.steps import Step

FORMAT = "gradproof/derivation"
VERSION = 1


def schema() -> dict[str, Any]:
    """Return the JSON schema of a document."""
    found: dict[str, Any] = json.loads(files("symbolic.tensors").joinpath("schema.json").read_text(encoding="utf-8"))
    return found


def document(d: Derived) -> dict[str, Any]:
    """Return a derivation as a JSON document."""
    try:
        code = {"numpy": d.numpy().source}
    except SymbolicError:  # not every result has source code
        code = {}
    return {
        "format": FORMAT,
        "version": VERSION,
        "formula": d.formula,
        "wrt": d.wrt,
        "space": d.space,
        "shapes": {name: [[list(dim) for dim in axis] for axis in dims] for name, dims in d.shapes.items()},
        "facts": {name: sorted(facts) for name, facts in d.facts.items()},
        **({"path": [c.text() for c in d.path]} if d.path else {}),
        "function": encoded(d.function),
        "gradient": {
            **encoded(d.gradient.best),
            "result": _written(d.gradient.layout()),
            "index": _written(d.index_form),
        },
        "steps": [_step(step) for step in d.steps],
        "code": code,
    }


def _written(layout: Layout) -> dict[str, str]:
    return {"text": text(layout), "latex": latex(layout), "mathml": mathml(layout)}


def _step(step: Step) -> dict[str, Any]:
    return {
        "rule": step.rule,
        "reason": step.reason,
        "before": _written(step.before_layout()),
        "after": _written(step.layout()),
        "check": {"status": step.check.status, "points": step.check.points, "digits": step.check.digits},
    }


def _dim(name: object, offset: object) -> n.Dim:
    if not isinstance(offset, int) or not isinstance(name, str):
        raise FormulaError(f"a size is a name and a whole number, not {name!r} and {offset!r}")
    for part in re.findall(r"[^\W\d]\w*|[^\w+\-(),]", name):
        if part != "min":
            checked(part)
    return n.Dim(name, offset)


def loaded(doc: dict[str, Any]) -> Derived:
    """Return the derivation of a document; its gradient is derived anew and has to be the one that was written.

    Raises
    ------
    FormulaError
        It is no such document, of another version, or its gradient is not that of its function.
    """
    if not isinstance(doc, Mapping):
        raise FormulaError(f"a document is a mapping, as json.loads returns it, not {type(doc).__name__}")
    if doc.get("format") != FORMAT or doc.get("version") != VERSION:
        raise FormulaError(
            f"a derivation of format {FORMAT!r}, version {VERSION}, is expected, not {doc.get('format')!r}, "
            f"version {doc.get('version')!r}"
        )
    try:
        shapes = {
            checked(name): tuple(tuple(_dim(*dim) for dim in axis) for axis in dims)
            for name, dims in doc["shapes"].items()
        }
        facts = {name: frozenset(facts) for name, facts in doc["facts"].items()}
        function = decoded(doc["function"])
        strange = {name.removesuffix(LABELS) for name in function.entry.names} - set(shapes)
        if strange:
            raise FormulaError(f"the document's function is of {min(strange)!r}, which has no shape in it")
        written = doc["gradient"]["result"]["text"]
        path = tuple(map(Condition, doc.get("path", ())))
        derived = Derived(doc["formula"], doc["wrt"], function, parse_shapes(shapes), facts, doc["space"], path)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise FormulaError(f"the document of a derivation is not complete: {error!r}") from error
    if derived.result != written:
        raise FormulaError(f"the document says {written!r}, its function has the derivative {derived.result!r}")
    return derived


# -- nodes ----------------------------------------------------------------------------------------------------


def encoded(tensor: Tensor) -> dict[str, Any]:
    """Return a tensor as plain data: axes of index names with sizes, and the entry as a tree."""
    names: dict[Index, str] = {}
    axes = [[_index(i, names) for i in axis] for axis in tensor.axes]
    return {"axes": axes, "entry": _node(tensor.entry, names)}


def _index(i: Index, names: dict[Index, str]) -> list[Any]:
    return [names.setdefault(i, f"i{len(names)}"), *i.dim]


def _place(p: Position, names: dict[Index, str]) -> Any:
    return [p.value, *p.dim] if isinstance(p, n.Fixed) else names[p]


def _node(node: Node, names: dict[Index, str]) -> list[Any]:
    head: list[Any]
    bound = [_index(i, names) for i in node.bound]
    match node:
        case n.Num(value):
            head = ["num", str(value)]
        case n.Constant(name):
            head = ["constant", name]
        case n.SizeOf(dim):
            head = ["size", *dim]
        case n.Var(name):
            head = ["var", name]
        case n.Where():
            head = ["where"]
        case n.Compare(sign, _, _, shift):
            head = ["compare", sign, shift]
        case n.Apply(function, _):
            head = ["apply", function]
        case n.Fold(kind, _, _):
            head = ["fold", kind, bound]
        case n.Of(kind, rows, _, _, _):
            head = ["of", kind, bound[: len(rows)], bound[len(rows) :]]
        case _:
            head = [type(node).__name__.lower()]
    return [head, [_place(p, names) for p in node.places()], [_node(child, names) for child in node.children()]]


def decoded(data: dict[str, Any]) -> Tensor:
    """Return a tensor from plain data."""
    indices: dict[str, Index] = {}
    axes = tuple(tuple(_read_index(i, indices) for i in axis) for axis in data["axes"])
    return Tensor(axes, _read(data["entry"], indices))


def _read_index(data: list[Any], indices: dict[str, Index]) -> Index:
    name, size, offset = data
    return indices.setdefault(name, n.Index(_dim(str(size), int(offset))))


def _read_place(data: Any, indices: dict[str, Index]) -> Position:
    if isinstance(data, str):
        return indices[data]
    value, size, offset = data
    return n.Fixed(int(value), _dim(str(size), int(offset)))


def _read(data: list[Any], indices: dict[str, Index]) -> Node:
    (kind, *more), at, below = data
    bound = [[_read_index(i, indices) for i in group] for group in more if isinstance(group, list)]
    places = tuple(_read_place(p, indices) for p in at)
    children = tuple(_read(child, indices) for child in below)
    node: Node = _MAKE[kind](more, bound, places, children)
    return node


_MAKE: dict[str, Any] = {
    "num": lambda more, _b, _p, _c: n.Num(Fraction(more[0])),
    "constant": lambda more, _b, _p, _c: n.Constant(str(more[0])),
    "size": lambda more, _b, _p, _c: n.SizeOf(_dim(str(more[0]), int(more[1]))),
    "var": lambda more, _b, places, _c: n.Var(str(more[0]), places),
    "where": lambda _m, _b, places, _c: n.Where(places[0]),
    "compare": lambda more, _b, places, _c: n.Compare(str(more[0]), places[0], places[1], int(more[1])),
    "apply": lambda more, _b, _p, children: n.Apply(str(more[0]), children[0]),
    "fold": lambda more, bound, _p, children: n.Fold(str(more[0]), tuple(bound[0]), children[0]),
    "of": lambda more, bound, places, children: n.Of(
        str(more[0]), tuple(bound[0]), tuple(bound[1]), children[0], places
    ),
    "add": lambda _m, _b, _p, children: n.Add(children),
    "mul": lambda _m, _b, _p, children: n.Mul(children),
    "pow": lambda _m, _b, _p, children: n.Pow(*children),
}
