"""Source code of a derivative in NumPy, PyTorch or JAX, and the function that it defines."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symbolic.errors import DerivationError
from symbolic.tensors.base import LABELS
from symbolic.tensors.brought import PREFIX, brought
from symbolic.tensors.einsum import Einsum
from symbolic.tensors.emit import Printer
from symbolic.tensors.forms import Form, num, power
from symbolic.tensors.readings import is_plain
from symbolic.tensors.scatter import scattered, zeros

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from symbolic.tensors.nodes import Dim
    from symbolic.tensors.tensor import Dims, Tensor


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
    used = [n for n in shapes if n in tensor.entry.names or n + LABELS in tensor.entry.names]
    inputs = used or list(shapes)[:1]
    labels = frozenset(n.removesuffix(LABELS) for n in tensor.entry.names if n.endswith(LABELS))
    writer = Writer(backend, shapes, inputs, labels)
    try:
        given = [axis for name in inputs for axis in shapes[name]]
        plain = form is not None and all(len(axis) == 1 for axis in (*tensor.axes, *given))
        lines = writer.form(form, tensor) if plain and form is not None else writer.tensor(tensor)
    except NotImplementedError:
        lines = writer.tensor(tensor)
    body = "\n".join(f"    {line}" for line in [*writer.size_lines(), *lines])
    source = f"{brought(body, backend)}\n\ndef {name}({', '.join(inputs)}):\n{body}\n"
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
    labels: frozenset[str] = frozenset()
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
        last = self.inputs[0] if self.backend == "torch" else ""
        like = next((n for n in self.inputs if self.shapes[n] and n not in self.labels), last)
        return Printer(PREFIX[self.backend], size=self.size, like=like)

    # -- matrix notation ------------------------------------------------------------------------------

    def form(self, form: Form, tensor: Tensor) -> list[str]:
        """Return the lines that compute a form, with what occurs twice computed once."""
        printer = self.printer()
        form = squared(form)
        if form.op == "zeros":
            return [f"return {zeros(printer, [self.size(i.dim) for i in tensor.indices])}"]
        counts = Counts()
        counts.add(form)
        lines = []
        taken = itertools.count(1)
        for part in _inside_out(form):
            if counts.is_shared(part) and not is_plain(part) and part is not form and part not in printer.names:
                text = printer.write(part)
                name = f"t{next(taken)}"
                lines.append(f"{name} = {text}")
                printer.names[part] = name
        rest = scattered(form, printer, lambda: [self.size(i.dim) for i in tensor.indices]) if form.rank else None
        return [*lines, *(rest or [f"return {printer.write(form)}"])]

    # -- einsum ---------------------------------------------------------------------------------------

    def tensor(self, tensor: Tensor) -> list[str]:
        """Return the lines that compute a tensor by einsum."""
        wanted = tensor.indices
        b = PREFIX[self.backend]
        einsum = Einsum(self, b, wanted)
        text, order = einsum.at(tensor.entry)
        text = einsum.aligned(text, order, wanted)
        if any(i not in order for i in wanted):
            text = f"{b}.broadcast_to({text}, ({', '.join(self.size(i.dim) for i in wanted)},))"
        if any(len(axis) != 1 for axis in tensor.axes):
            sizes = [" * ".join(self.size(i.dim) for i in axis) or "1" for axis in tensor.axes]
            text = f"{b}.reshape({text}, ({', '.join(sizes)},))"
        last = f"{text} = "
        if einsum.lines and einsum.lines[-1].startswith(last):
            text = einsum.lines.pop().removeprefix(last)
        return [*einsum.lines, f"return {text}"]


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
        for k, part in enumerate(form.forms):
            self.add(part, times, applied=k in solved or (applied and form.op == "T"))

    def is_shared(self, form: Form) -> bool:
        """Whether a name pays: two systems are solved in less time than a matrix is inverted, three are not."""
        times = self.times[form]
        return times > 1 and (form.op != "inv" or bool(self.alone.get(form)) or times > 2)


def _solved(form: Form) -> range:
    """Return which factors of a product are applied to what follows, where an inverse becomes a system."""
    if form.op != "matmul":
        return range(0)
    return range(len(form.args) - 1) if form.args[-1].rank == 1 and len(form.args) > 2 else range(len(form.args) == 2)


def _is_cheap(form: Form) -> bool:
    return (
        form.op in CHEAP
        or (form.op == "T" and (form.forms[0].op == "inv" or _is_cheap(form.forms[0])))
        or (form.op == "scale" and form.args[0].op == "number" and _is_cheap(form.args[1]))
    )


def _inside_out(form: Form) -> list[Form]:
    found: dict[Form, None] = {}
    for part in form.forms:
        found.update(dict.fromkeys(_inside_out(part)))
    found[form] = None
    return [f for f in found if not _is_cheap(f)]
