"""Source code of a derivative in NumPy, PyTorch or JAX, and the function that it defines."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symbolic.errors import DerivationError
from symbolic.tensors.einsum import Einsum
from symbolic.tensors.emit import Printer, is_plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from symbolic.tensors.forms import Form
    from symbolic.tensors.nodes import (
        Dim,
    )
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
    writer = Writer(backend, shapes, inputs)
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
class Writer:
    """Writes the body of one function: which sizes it reads, and the printer of its library."""

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
        einsum = Einsum(self, PREFIX[self.backend])
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
