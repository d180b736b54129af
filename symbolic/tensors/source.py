"""Source code of a derivative in NumPy, PyTorch or JAX, and the function that it defines."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symbolic.errors import DerivationError
from symbolic.tensors.emit import Printer, is_plain
from symbolic.tensors.forms import Form
from symbolic.tensors.nodes import (
    Add,
    Apply,
    Compare,
    Constant,
    Dim,
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
    from collections.abc import Callable, Sequence

    from symbolic.tensors.tensor import Dims, Tensor

IMPORTS = {
    "numpy": "import numpy as np",
    "torch": "import math\n\nimport torch",
    "jax": "import jax\nimport jax.numpy as jnp",
}
PREFIX = {"numpy": "np", "torch": "torch", "jax": "jnp"}


def _helpers(backend: str) -> dict[str, str]:
    b = PREFIX[backend]
    most = {
        "numpy": "np.max(x, axis=axis, keepdims=True)",
        "jax": "jnp.max(x, axis=axis, keepdims=True)",
        "torch": "torch.amax(x, axis, keepdim=True)",
    }[backend]
    keep = "keepdim" if backend == "torch" else "keepdims"
    total = f"{b}.sum({{}}, axis, {keep}=True)"
    other = {
        "numpy": ("np.vectorize(math.erf, otypes=[float])(x)", "np.logaddexp(0, x)", "np.maximum(x, 0)"),
        "torch": ("torch.special.erf(x)", "torch.logaddexp(torch.zeros_like(x), x)", "torch.clamp(x, min=0)"),
        "jax": ("jax.scipy.special.erf(x)", "jnp.logaddexp(0, x)", "jnp.maximum(x, 0)"),
    }[backend]
    gamma = {
        "numpy": "np.vectorize(math.lgamma, otypes=[float])(x)",
        "torch": "torch.lgamma(x)",
        "jax": "jax.scipy.special.gammaln(x)",
    }[backend]
    digamma = {"numpy": "scipy.special.digamma(x)", "torch": "torch.digamma(x)", "jax": "jax.scipy.special.digamma(x)"}[
        backend
    ]
    return {
        "sigmoid": f"def sigmoid(x):\n    return 0.5 * (1 + {b}.tanh(0.5 * x))\n",
        "softplus": f"def softplus(x):\n    return {other[1]}\n",
        "relu": f"def relu(x):\n    return {other[2]}\n",
        "erf": f"def erf(x):\n    return {other[0]}\n",
        "erfc": f"def erfc(x):\n    return 1 - {other[0]}\n",
        "gammaln": f"def gammaln(x):\n    return {gamma}\n",
        "digamma": f"def digamma(x):\n    return {digamma}\n",
        "softmax": f"def softmax(x, axis=0):\n    e = {b}.exp(x - {most})\n    return e / {total.format('e')}\n",
        "logsumexp": (
            f"def logsumexp(x, axis=0):\n    m = {most}\n    s = {total.format(f'{b}.exp(x - m)')}\n"
            f"    return (m + {b}.log(s)).squeeze(axis)\n"
        ),
    }


@dataclass(frozen=True)
class Program:
    """Source code and the function that it defines; call it with the tensors in the order of its signature."""

    source: str
    inputs: tuple[str, ...]
    function: Callable[..., Any] = field(repr=False, compare=False)

    def array(self, cells: Any) -> Any:
        """Return a NumPy array as an array of the library."""
        scope = self.function.__globals__
        if "torch" in scope:
            return scope["torch"].tensor(cells)
        return scope["jnp"].asarray(cells) if "jnp" in scope else cells

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the value."""
        return self.function(*args, **kwargs)

    def __str__(self) -> str:
        return self.source


def program(
    tensor: Tensor, form: Form | None, shapes: dict[str, tuple[Dims, ...]], name: str, backend: str = "numpy"
) -> Program:
    """Write a tensor as a function of one of the libraries.

    Raises
    ------
    DerivationError
        The library has no function for something in it.
    """
    used = [n for n in shapes if n in tensor.entry.names]
    inputs = used or list(shapes)[:1]
    writer = _Writer(backend, shapes, inputs)
    try:
        given = [axis for name in inputs for axis in shapes[name]]
        plain = form is not None and all(len(axis) == 1 for axis in (*tensor.axes, *given))
        lines = writer.form(form) if plain and form is not None else writer.tensor(tensor)
    except NotImplementedError:
        lines = writer.tensor(tensor)
    body = "\n".join(f"    {line}" for line in [*writer.size_lines(), *lines])
    helpers = "".join(f"\n\n{text}" for helper, text in _helpers(backend).items() if f"{helper}(" in body)
    imports = IMPORTS[backend]
    imports = f"import math\n\n{imports}" if "math." in helpers and backend == "numpy" else imports
    imports = (
        f"{imports}\nimport scipy.special" if "scipy.special.digamma" in helpers and backend == "numpy" else imports
    )
    source = f"{imports}\n{helpers}\n\ndef {name}({', '.join(inputs)}):\n{body}\n"
    scope: dict[str, Any] = {}
    try:
        exec(compile(source, f"<{name} by gradproof>", "exec"), scope)  # noqa: S102 - our own text, of names that were parsed
    except ImportError as error:
        raise DerivationError(f"{backend} is not installed here: the source is\n{source}") from error
    return Program(source, tuple(inputs), scope[name])


@dataclass
class _Writer:
    backend: str
    shapes: dict[str, tuple[Dims, ...]]
    inputs: list[str]
    sizes: set[str] = field(default_factory=set)

    def size(self, dim: Dim) -> str:
        """Return a size by its name, and keep that it is used."""
        if dim.name:
            self.sizes.add(dim.name)
        if not dim.offset or not dim.name:
            return dim.name or str(dim.offset)
        return f"({dim.name} {'+' if dim.offset > 0 else '-'} {abs(dim.offset)})"

    def size_lines(self) -> list[str]:
        """Return the lines that read sizes off the inputs."""
        lines = []
        for size in sorted(self.sizes):
            where = self._where(size)
            if where is None:
                raise DerivationError(f"the size {size} cannot be read off the inputs {', '.join(self.inputs)}")
            lines.append(f"{size} = {where}")
        return lines

    def _where(self, size: str) -> str | None:
        """Return where a size is read off; off a merged axis, by division or as a root."""
        names = [*self.inputs, *(n for n in self.shapes if n not in self.inputs)]
        for name in names:
            for k, axis in enumerate(self.shapes[name]):
                if len(axis) == 1 and axis[0].name == size:
                    if name not in self.inputs:
                        self.inputs.append(name)
                    offset = axis[0].offset
                    return f"{name}.shape[{k}]" + (f" {'-' if offset > 0 else '+'} {abs(offset)}" if offset else "")
        return self._parted(size)

    def _parted(self, size: str) -> str | None:
        for name in self.inputs:
            for k, axis in enumerate(self.shapes[name]):
                others = [d for d in axis if d.name != size]
                count = len(axis) - len(others)
                if not count or any(d.name and d.name not in self.sizes for d in others):
                    continue
                rest = "".join(f" // {self.size(d)}" for d in others)
                return f"round(({name}.shape[{k}]{rest}) ** (1 / {count}))" if count > 1 else f"{name}.shape[{k}]{rest}"
        return None

    def printer(self) -> Printer:
        """Return a printer for the backend."""
        return Printer(PREFIX[self.backend], size=self.size, like=self.inputs[0] if self.backend == "torch" else "")

    # -- matrix notation ------------------------------------------------------------------------------

    def form(self, form: Form) -> list[str]:
        """Return the lines that compute a form, with what occurs twice computed once."""
        printer = self.printer()
        counts: dict[Form, int] = {}
        _count(form, counts)
        lines = []
        taken = itertools.count(1)
        for part in _inside_out(form):
            if (
                counts[part] > 1
                and part.op not in CHEAP
                and not is_plain(part)
                and part is not form
                and part not in printer.names
            ):
                text = printer.write(part)
                name = f"t{next(taken)}"
                lines.append(f"{name} = {text}")
                printer.names[part] = name
        return [*lines, f"return {printer.write(form)}"]

    # -- einsum ---------------------------------------------------------------------------------------

    def tensor(self, tensor: Tensor) -> list[str]:
        """Return the lines that compute a tensor by einsum."""
        einsum = _Einsum(self, PREFIX[self.backend])
        text, order = einsum.at(tensor.entry)
        wanted = tensor.indices
        text = einsum.aligned(text, order, wanted)
        lengths = [self.size(i.dim) for i in wanted]
        missing = [i for i in wanted if i not in order]
        b = PREFIX[self.backend]
        if missing:
            text = f"{b}.broadcast_to({text}, ({', '.join(lengths)},))"
        if any(len(axis) != 1 for axis in tensor.axes):
            sizes = [" * ".join(self.size(i.dim) for i in axis) or "1" for axis in tensor.axes]
            text = f"{b}.reshape({text}, ({', '.join(sizes)},))"
        return [*einsum.lines, f"return {text}"]


SPECTRA = {
    "eigval": ("eigh({})", 0), "eigvec": ("eigh({})", 1), "svd_u": ("svd({}, full_matrices=False)", 0),
    "sval": ("svd({}, full_matrices=False)", 1), "svd_v": ("svd({}, full_matrices=False)", 2),
}  # fmt: skip
CHEAP = frozenset(
    ("name", "number", "size", "constant", "eye", "ones", "unit", "inv", "entry", "arange", "product", "zeros")
)


def _count(form: Form, counts: dict[Form, int]) -> None:
    counts[form] = counts.get(form, 0) + 1
    if counts[form] == 1:
        for part in form.forms:
            _count(part, counts)


def _inside_out(form: Form) -> list[Form]:
    found: dict[Form, None] = {}
    for part in form.forms:
        found.update(dict.fromkeys(_inside_out(part)))
    found[form] = None
    return [f for f in found if f.op not in CHEAP and not (f.op == "T" and f.forms[0].op in CHEAP)]


class _Einsum:
    """Writes nodes as arrays over their free indices."""

    def __init__(self, writer: _Writer, b: str) -> None:
        self.writer, self.b = writer, b
        self.lines: list[str] = []
        self.known: dict[Node, tuple[str, tuple[Index, ...]]] = {}

    def at(self, node: Node) -> tuple[str, tuple[Index, ...]]:
        """Return a name or a number, and the indices of its axes."""
        if node not in self.known:
            text, order = self._written(node)
            if not isinstance(node, (Num, SizeOf, Constant)) and not text.isidentifier():
                name = f"t{len(self.lines) + 1}"
                self.lines.append(f"{name} = {text}")
                text = name
            self.known[node] = (text, order)
        return self.known[node]

    def aligned(self, text: str, order: Sequence[Index], wanted: Sequence[Index]) -> str:
        """Return the array with the axes of `wanted`, of length 1 where it has none."""
        kept = [i for i in wanted if i in order]
        if [*order] != kept and len(order) > 1:
            permuted = ", ".join(str(list(order).index(i)) for i in kept)
            text = f"{self.b}.{'permute' if self.b == 'torch' else 'transpose'}({text}, ({permuted},))"
        if len(kept) == len(wanted) or not kept:
            return text
        key = ", ".join(":" if i in order else "None" for i in wanted)
        return f"{text}[{key}]"

    def _written(self, node: Node) -> tuple[str, tuple[Index, ...]]:  # noqa: C901, PLR0911 - a case a line
        if isinstance(node, Num):
            return str(float(node.value)) if node.value.denominator != 1 else str(node.value), ()
        if isinstance(node, SizeOf):
            return self.writer.size(node.dim), ()
        if isinstance(node, Constant):
            return f"{'math' if self.b == 'torch' else self.b}.{node.name}", ()
        if isinstance(node, Where):
            return f"{self.b}.arange({self.writer.size(node.at.dim)}{self.writer.printer().kind})", tuple(
                i for i in (node.at,) if isinstance(i, Index)
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
            text, order = self._joined((node.base, node.exponent), " ** ")
            return text, order
        if isinstance(node, Apply):
            text, order = self.at(node.arg)
            inside = Form("apply", (node.function, Form("name", (text,), 1)), 1)
            return self.writer.printer().write(inside), order
        if isinstance(node, Fold):
            return self._fold(node)
        if isinstance(node, Of):
            return self._of(node)
        raise DerivationError(f"no source code for {type(node).__name__}")

    def _places(self, text: str, places: Sequence[object]) -> tuple[str, tuple[Index, ...]]:
        if any(isinstance(p, Fixed) for p in places):
            key = ", ".join(str(p.value) if isinstance(p, Fixed) else ":" for p in places)
            text = f"{text}[{key}]"
        free = [p for p in places if isinstance(p, Index)]
        order = tuple(dict.fromkeys(free))
        if len(order) < len(free):
            letters = self._letters(free)
            left, right = ("".join(letters[i] for i in group) for group in (free, order))
            text = f"{self.b}.einsum('{left}->{right}', {text})"
        return text, order

    def _whole(self, node: Var) -> str:
        """Return an input with an axis of its own for every index: merged axes parted, those of size 1 left out."""
        if node.name.endswith(" labels"):
            raise DerivationError("source code for labels is not written: give one-hot rows in their place")
        if all(len(axis) == 1 for axis in self.writer.shapes[node.name]):
            return node.name
        return f"{self.b}.reshape({node.name}, ({', '.join(self.writer.size(p.dim) for p in node.at)},))"

    def _compare(self, node: Compare) -> tuple[str, tuple[Index, ...]]:
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

    def _joined(self, nodes: Sequence[Node], sign: str) -> tuple[str, tuple[Index, ...]]:
        parts = [self.at(node) for node in nodes]
        order = tuple(dict.fromkeys(i for _, own in parts for i in own))
        texts = [self.aligned(text, own, order) if own else text for text, own in parts]
        return sign.join(f"({t})" if t.startswith("-") else t for t in texts), order

    def _product(self, factors: Sequence[Node], over: Sequence[Index]) -> tuple[str, tuple[Index, ...]]:
        parts = [self.at(f) for f in factors]
        numbers = [text for text, own in parts if not own]
        arrays = [(text, own) for text, own in parts if own]
        order = tuple(dict.fromkeys(i for _, own in arrays for i in own if i not in over))
        lost = [i for i in over if not any(i in own for _, own in arrays)]
        numbers += [self.writer.size(i.dim) for i in lost]
        scale = " * ".join(f"({t})" if t.startswith("-") else t for t in numbers)
        if not arrays:
            return scale, ()
        if len(arrays) == 1 and not over:
            return f"{scale} * {arrays[0][0]}" if scale else arrays[0][0], order
        letters = self._letters([i for _, own in arrays for i in own])
        left = ",".join("".join(letters[i] for i in own) for _, own in arrays)
        best = ", optimize=True" if len(arrays) > 2 and self.b != "torch" else ""
        text = (
            f"{self.b}.einsum('{left}->{''.join(letters[i] for i in order)}', {', '.join(t for t, _ in arrays)}{best})"
        )
        return f"{scale} * {text}" if scale else text, order

    def _letters(self, indices: Sequence[Index]) -> dict[Index, str]:
        return {
            i: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[k] for k, i in enumerate(dict.fromkeys(indices))
        }

    def _fold(self, node: Fold) -> tuple[str, tuple[Index, ...]]:
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

    def _of(self, node: Of) -> tuple[str, tuple[Index, ...]]:
        text, order = self.at(node.body)
        batch = [i for i in order if i not in node.bound]
        if node.kind in SPECTRA and not batch:
            whole = self.aligned(text, order, [*node.rows, *node.cols])
            call, k = SPECTRA[node.kind]
            return self._places(f"{self.b}.linalg.{call.format(whole)}[{k}]", node.at)
        if len(node.rows) != 1 or node.kind not in ("inv", "pinv", "det", "logdet"):
            raise DerivationError(f"no source code for {node.kind} here")
        whole = self.aligned(text, order, [*batch, *node.rows, *node.cols])
        name = {"logdet": "slogdet"}.get(node.kind, node.kind)
        value = f"{self.b}.linalg.{name}({whole})" + ("[1]" if node.kind == "logdet" else "")
        return self._places(value, (*batch, *node.at))
