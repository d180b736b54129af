"""Source code of entries by ``einsum``: what matrix notation has no sign for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symbolic.errors import DerivationError
from symbolic.tensors.base import is_labels, label_name
from symbolic.tensors.contraction import contracted, letters
from symbolic.tensors.emit import constant
from symbolic.tensors.extremes import extreme_sides
from symbolic.tensors.forms import Form, num, power
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
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from symbolic.tensors.contraction import Array
    from symbolic.tensors.source import Writer

SPECTRA = {
    "eigval": ("eigvals, eigvecs = {b}.linalg.eigh({})", "eigvals"),
    "eigvec": ("eigvals, eigvecs = {b}.linalg.eigh({})", "eigvecs"),
    "svd_u": ("u, s, vt = {b}.linalg.svd({}, full_matrices=False)", "u"),
    "sval": ("u, s, vt = {b}.linalg.svd({}, full_matrices=False)", "s"),
    "svd_v": ("u, s, vt = {b}.linalg.svd({}, full_matrices=False)", "vt"),
}
"""The line that computes a spectrum, and which of the results it is."""


class Einsum:
    """Writes nodes as arrays over their free indices."""

    def __init__(self, writer: Writer, b: str, wanted: Sequence[Index] = ()) -> None:
        self.writer, self.b = writer, b
        self.lines: list[str] = []
        self.known: dict[Node, Array] = {}
        self.named: dict[str, str] = {}
        self.spectra: dict[tuple[str, str], str] = {}
        self.wanted = {i: k for k, i in enumerate(wanted)}

    def at(self, node: Node) -> Array:
        """Return a name or a number, and the indices of its axes."""
        if node not in self.known:
            text, order = self._written(node)
            self.known[node] = (self.name(text) if not isinstance(node, (Num, SizeOf, Constant)) else text, order)
        return self.known[node]

    def name(self, text: str) -> str:
        """Return a name for what source code computes; the same code has one name."""
        if text.isidentifier():
            return text
        if text not in self.named:
            self.named[text] = f"t{len(self.lines) + 1}"
            self.lines.append(f"{self.named[text]} = {text}")
        return self.named[text]

    def ordered(self, order: Sequence[Index]) -> tuple[Index, ...]:
        """Return indices in the order of the result's axes, where all are."""
        if all(i in self.wanted for i in order):
            return tuple(sorted(order, key=self.wanted.__getitem__))
        return tuple(order)

    def aligned(self, text: str, order: Sequence[Index], wanted: Sequence[Index]) -> str:
        """Return the array with the axes of `wanted`, of length 1 where it has none."""
        kept = [i for i in wanted if i in order]
        if [*order] == kept[::-1] and len(order) == 2:
            text = f"{text}.T"
        elif [*order] != kept and len(order) > 1:
            permuted = ", ".join(str(list(order).index(i)) for i in kept)
            text = f"{self.b}.{'permute' if self.b == 'torch' else 'transpose'}({text}, ({permuted},))"
        if len(kept) == len(wanted) or not kept:
            return text
        key = ", ".join(":" if i in order else "None" for i in wanted)
        return f"{text}[{key}]"

    def _written(self, node: Node) -> Array:  # noqa: C901, PLR0911, PLR0912 - a case a line
        if isinstance(node, Num):
            return str(float(node.value)) if node.value.denominator != 1 else str(node.value), ()
        if isinstance(node, SizeOf):
            return self.writer.size(node.dim), ()
        if isinstance(node, Constant):
            return constant(node.name, self.b), ()
        if isinstance(node, Where):
            return self._places(
                f"{self.b}.arange({self.writer.size(node.at.dim)}{self.writer.printer().kind or ', dtype=float'})",
                (node.at,),
            )
        if isinstance(node, Var):
            return self._places(self._whole(node), node.at)
        if isinstance(node, Compare):
            return self._compare(node)
        if isinstance(node, Add):
            return self._joined(node.args, " + ")
        if isinstance(node, Mul):
            return self._product(node.args, ())
        if isinstance(node, Pow):
            return self._power(node)
        if isinstance(node, Apply) and node.function == "zero" and (sides := extreme_sides(node.arg)) is not None:
            text, order = self._joined(sides, " == ")
            return self.writer.printer().step(text), order
        if isinstance(node, Apply):
            text, order = self.at(node.arg)
            if not order and not node.arg.names:
                return self.writer.printer().of_number(node.function, text), order
            inside = Form("apply", (node.function, Form("name", (text,), 1)), 1)
            return self.writer.printer().write(inside), order
        if isinstance(node, Fold):
            return self._fold(node)
        if isinstance(node, Of):
            return self._of(node)
        raise DerivationError(f"no source code for {type(node).__name__}")

    def _power(self, node: Pow) -> Array:
        if not isinstance(node.exponent, Num):
            return self._joined((node.base, node.exponent), " ** ")
        text, order = self.at(node.base)
        inside = Form("name", (text,), 1) if text.isidentifier() else None
        if isinstance(node.base, SizeOf):
            inside = Form("size", (node.base.dim,), 0)
        if inside is None:
            return f"({text}) ** ({node.exponent.value})", order
        return self.writer.printer().write(power(inside, num(node.exponent.value))), order

    def _places(self, text: str, places: Sequence[object]) -> Array:
        if any(isinstance(p, Fixed) for p in places):
            key = ", ".join(str(p.value) if isinstance(p, Fixed) else ":" for p in places)
            text = f"{text}[{key}]"
        free = [p for p in places if isinstance(p, Index)]
        order = tuple(dict.fromkeys(free))
        if len(order) < len(free):
            signs = letters(free)
            left, right = ("".join(signs[i] for i in group) for group in (free, order))
            text = f"{self.b}.einsum('{left}->{right}', {text})"
        return text, order

    def _whole(self, node: Var) -> str:
        """Return an input with an axis of its own for every index: merged axes parted, those of size 1 left out."""
        if is_labels(node):
            return self.writer.printer().one_hot(label_name(node), node.at[-1].dim)
        if all(len(axis) == 1 for axis in self.writer.shapes[node.name]):
            return node.name
        return f"{self.b}.reshape({node.name}, ({', '.join(self.writer.size(p.dim) for p in node.at)},))"

    def _compare(self, node: Compare) -> Array:
        m, n = self.writer.size(node.a.dim), self.writer.size(node.b.dim)
        a, c = f"{self.b}.arange({m})[:, None]", f"{self.b}.arange({n})[None, :]"
        shift = f" + {node.shift}" if node.shift else ""
        texts = {
            "==": f"{a} == {c}{shift}",
            "<=": f"{a} <= {c}{shift}",
            "mod": f"({a} - {c} - ({node.shift})) % {n} == 0",
            "mirror": f"{a} + {c} == {n} - 1",
        }
        if node.sign == "==" and not node.shift and node.a.dim == node.b.dim:
            return self._places(f"{self.b}.eye({n}{self.writer.printer().kind})", (node.a, node.b))
        return self._places(self.writer.printer().step(texts[node.sign]), (node.a, node.b))

    def _joined(self, nodes: Sequence[Node], sign: str) -> Array:
        parts = [self.at(node) for node in nodes]
        order = self.ordered(tuple(dict.fromkeys(i for _, own in parts for i in own)))
        texts = [self.aligned(text, own, order) if own else text for text, own in parts]
        return sign.join(f"({t})" if t.startswith("-") else t for t in texts), order

    def _product(self, factors: Sequence[Node], over: Sequence[Index]) -> Array:
        parts = [self.at(f) for f in factors]
        numbers = [text for text, own in parts if not own]
        arrays = [(text, own) for text, own in parts if own]
        lost = [i for i in over if not any(i in own for _, own in arrays)]
        numbers += [self.writer.size(i.dim) for i in lost]
        arrays = contracted(arrays, over, self.b, self.name)
        numbers += [text for text, own in arrays if not own]
        arrays = sorted((a for a in arrays if a[1]), key=lambda a: len(a[1]))
        order = self.ordered(tuple(dict.fromkeys(i for _, own in arrays for i in own)))
        scale = _times(numbers)
        if not arrays:
            return scale, ()
        if scale and len(arrays) > 1:  # the smallest array takes the numbers
            arrays[0], scale = (self.name(_scaled(scale, arrays[0][0])), arrays[0][1]), ""
        text = " * ".join(self.aligned(text, own, order) for text, own in arrays)
        return _scaled(scale, text), order

    def _fold(self, node: Fold) -> Array:
        if node.kind == "sum":
            over, body = list(node.over), node.body
            factors = list(body.args) if isinstance(body, Mul) else [body]
            while (inner := next((f for f in factors if isinstance(f, Fold) and f.kind == "sum"), None)) is not None:
                if set(inner.over) & set(over):
                    break
                factors.remove(inner)
                factors.extend(inner.body.args if isinstance(inner.body, Mul) else [inner.body])
                over.extend(inner.over)
            return self._product(factors, over)
        text, order = self.at(node.body)
        name = {
            "max": "amax" if self.b == "torch" else "max",
            "min": "amin" if self.b == "torch" else "min",
            "prod": "prod",
        }[node.kind]
        for i in node.over:
            text = f"{self.b}.{name}({text}, {list(order).index(i)})"
            order = tuple(j for j in order if j is not i)
        return text, order

    def _of(self, node: Of) -> Array:
        text, order = self.at(node.body)
        if node.kind in ("softmax", "logsumexp"):
            return self._along(node, text, order)
        batch = [i for i in order if i not in node.bound]
        if node.kind in SPECTRA and not batch:
            whole = self.aligned(text, order, [*node.rows, *node.cols])
            return self._places(self._spectrum(node.kind, whole), node.at)
        if len(node.rows) != 1 or node.kind not in ("inv", "pinv", "det", "logdet"):
            raise DerivationError(f"no source code for {node.kind} here")
        whole = self.aligned(text, order, [*batch, *node.rows, *node.cols])
        name = {"logdet": "slogdet"}.get(node.kind, node.kind)
        value = f"{self.b}.linalg.{name}({whole})" + ("[1]" if node.kind == "logdet" else "")
        value = self.name(value) if any(isinstance(p, Fixed) for p in node.at) else value
        return self._places(value, (*batch, *node.at))

    def _spectrum(self, kind: str, matrix: str) -> str:
        """Compute a spectrum once, and return the name of a part of it."""
        line, part = SPECTRA[kind]
        names, _, call = line.partition(" = ")
        number = f"{len(self.spectra)}" if self.spectra and (names, matrix) not in self.spectra else ""
        number = self.spectra.setdefault((names, matrix), number)
        numbered = ", ".join(name + number for name in names.split(", "))
        text = f"{numbered} = {call.format(matrix, b=self.b)}"
        if text not in self.lines:
            self.lines.append(text)
        return part + number

    def _along(self, node: Of, text: str, order: tuple[Index, ...]) -> Array:
        batch = [i for i in order if i not in node.rows]
        whole = self.aligned(text, order, [*batch, *node.rows])
        last = tuple(range(-len(node.rows), 0))
        value = f"{node.kind}({whole}, {last if len(last) > 1 else last[0]})"
        return self._places(value, (*batch, *node.at))


def _scaled(scale: str, text: str) -> str:
    return text if not scale else f"-{text}" if scale == "-1" else f"{scale} * {text}"


def _times(numbers: Sequence[str]) -> str:
    """Return a product of numbers as it is written in front of an array: a minus sign for -1."""
    rest = [t for t in numbers if t != "-1"]
    text = " * ".join(f"({t})" if t.startswith("-") and k else t for k, t in enumerate(rest))
    sign = "-" if (len(numbers) - len(rest)) % 2 else ""
    return f"{sign}({text})" if sign and text.startswith("-") else sign + (text or "1" if sign else text)
