"""Source code of a derivative in NumPy, PyTorch or JAX, and the function that it defines."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from symbolic.errors import DerivationError, NotInstalledError
from symbolic.tensors.base import LABELS
from symbolic.tensors.brought import PREFIX, brought
from symbolic.tensors.diagonals import diagonal_lines
from symbolic.tensors.einsum import Einsum
from symbolic.tensors.emit import Printer
from symbolic.tensors.readings import is_plain
from symbolic.tensors.renaming import form_with_names, with_names
from symbolic.tensors.scatter import scattered, zeros
from symbolic.tensors.sharing import Counts, inside_out, squared
from symbolic.tensors.sizes import named, names_of
from symbolic.tensors.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from symbolic.tensors.forms import Form
    from symbolic.tensors.nodes import Dim
    from symbolic.tensors.tensor import Dims


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
    first = written(tensor, form, shapes, used or list(shapes)[:1], backend)
    others = first.clashes()
    if any(others.values()):
        names = others["tensors"]
        again = {names.get(n, n): dims for n, dims in shapes.items()}
        inputs = [names.get(n, n) for n in used or list(shapes)[:1]]
        moved = Tensor(tensor.axes, with_names(tensor.entry, names))
        form = form if form is None else form_with_names(form, names)
        first = written(moved, form, again, inputs, backend, others["sizes"])
    source = first.source(name)
    back = {new: old for old, new in others["tensors"].items()}
    scope: dict[str, Any] = {}
    try:
        exec(compile(source, f"<{name} by gradproof>", "exec"), scope)  # noqa: S102 - our own text, of names that were parsed
    except ImportError as error:
        missing = error.name or backend
        raise NotInstalledError(
            f"{missing} is not installed here, and the program was not compared:\n{source}"
        ) from error
    return Program(source, tuple(back.get(n, n) for n in first.inputs), scope[name])


@dataclass(frozen=True)
class Written:
    """The body of a function: its lines, its inputs and the sizes that it reads."""

    lines: list[str]
    inputs: list[str]
    sizes: frozenset[str]
    backend: str

    @property
    def body(self) -> str:
        """The lines, indented."""
        return "\n".join(f"    {line}" for line in self.lines)

    def source(self, name: str) -> str:
        """Return the whole program, imports first."""
        return f"{brought(self.body, self.backend)}\n\ndef {name}({', '.join(self.inputs)}):\n{self.body}\n"

    def clashes(self) -> dict[str, dict[str, str]]:
        """Return other names for tensors and sizes that are called like something else that the program uses."""
        program = f"{brought(self.body, self.backend)}\n{self.body}"
        assigned = {
            n for line in re.findall(r"^ {4}([\w, ]+?) [-+]?= ", program, re.MULTILINE) for n in line.split(", ")
        }
        known = set(re.findall(r"^(?:import|def) (\w+)|as (\w+)$", program, re.MULTILINE))
        taken = (assigned - self.sizes) | {n for pair in known for n in pair} | RESERVED
        read = {line.split(" = ")[0] for line in self.lines if re.search(r"\.shape\[\d+\]", line)}
        tensors = {n: f"{n}_" for n in self.inputs if n in taken}
        return {
            "tensors": tensors,
            "sizes": {n: f"{n}_" for n in read if n in {*self.inputs, *taken} or re.fullmatch(r"t\d+", n)},
        }


RESERVED = frozenset(("min", "round"))
"""Functions of Python that programs call."""


def written(
    tensor: Tensor,
    form: Form | None,
    shapes: dict[str, tuple[Dims, ...]],
    inputs: list[str],
    backend: str,
    size_names: Mapping[str, str] | None = None,
) -> Written:
    """Return the body of a function that computes a tensor."""
    labels = frozenset(n.removesuffix(LABELS) for n in tensor.entry.names if n.endswith(LABELS))
    writer = Writer(backend, shapes, list(inputs), labels, size_names=dict(size_names or {}))
    try:
        given = [axis for name in inputs for axis in shapes[name]]
        plain = form is not None and all(len(axis) == 1 for axis in (*tensor.axes, *given))
        lines = writer.form(form, tensor) if plain and form is not None else writer.tensor(tensor)
    except NotImplementedError:
        lines = writer.tensor(tensor)
    lines = [*writer.size_lines(), *lines]
    return Written(lines, writer.inputs, frozenset(writer.sizes), backend)


@dataclass
class Writer:
    """Writes the body of one function: which sizes it reads, and the printer of its library."""

    backend: str
    shapes: dict[str, tuple[Dims, ...]]
    inputs: list[str]
    labels: frozenset[str] = frozenset()
    sizes: set[str] = field(default_factory=set)
    size_names: dict[str, str] = field(default_factory=dict)

    def size(self, dim: Dim) -> str:
        """Return a size by its names, and keep that they are used."""
        if dim.name.startswith("min("):
            parts = ", ".join(self.size(named(part)) for part in dim.name[4:-1].split(","))
            return f"min({parts})"
        self.sizes.update(names_of(dim))
        names = [self.size_names.get(n, n) for n in names_of(dim)]
        if len(names) + bool(dim.offset) <= 1:
            return "".join(names) or str(dim.offset)
        text = " + ".join(names)
        return f"({text} {'+' if dim.offset > 0 else '-'} {abs(dim.offset)})" if dim.offset else f"({text})"

    def size_lines(self) -> list[str]:
        """Return the lines that read sizes off the inputs."""
        lines = []
        for size in sorted(self.sizes):
            where = self._where(size)
            if where is None:
                raise DerivationError(f"the size {size} cannot be read off the inputs {', '.join(self.inputs)}")
            lines.append(f"{self.size_names.get(size, size)} = {where}")
        return lines

    def _where(self, size: str) -> str | None:
        """Return where a size is read off: off an axis, what others leave of one, by division or as a root."""
        return self._direct(size) or self._less(size) or self._parted(size)

    def _axes(self) -> Iterator[tuple[str, int, Dim]]:
        """Yield the plain axes of all tensors, those that are inputs first: name, number and size."""
        for name in [*self.inputs, *(n for n in self.shapes if n not in self.inputs)]:
            for k, axis in enumerate(self.shapes[name]):
                if len(axis) == 1:
                    yield name, k, axis[0]

    def _read(self, name: str, k: int, less: Sequence[str]) -> str:
        """Return a length less others, and keep that its tensor is an input."""
        if name not in self.inputs:
            self.inputs.append(name)
        return f"{name}.shape[{k}]" + "".join(f" - {text}" if "-" not in text else f" - ({text})" for text in less)

    def _direct(self, size: str) -> str | None:
        for name, k, dim in self._axes():
            if dim.name == size:
                less = [str(dim.offset)] if dim.offset > 0 else []
                return self._read(name, k, less) + (f" + {-dim.offset}" if dim.offset < 0 else "")
        return None

    def _less(self, size: str) -> str | None:
        for name, k, dim in self._axes():
            others = [self._direct(part) for part in names_of(dim) if part != size]
            if len(others) == len(names_of(dim)) - 1 and None not in others:
                less = [text for text in others if text is not None] + ([str(dim.offset)] if dim.offset > 0 else [])
                return self._read(name, k, less) + (f" + {-dim.offset}" if dim.offset < 0 else "")
        return None

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
        for part in inside_out(form):
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
        if b == "np" and (on_diagonals := diagonal_lines(tensor, einsum)) is not None:
            lines, text = on_diagonals
            return [*lines, f"return {self._reshaped(text, tensor)}"]
        text, order = einsum.at(tensor.entry)
        text = einsum.aligned(text, order, wanted)
        if not tensor.entry.names and wanted:
            shape = zeros(self.printer(), [self.size(i.dim) for i in wanted])
            text = shape if text == "0" else f"{shape} + {text}"
        elif any(i not in order for i in wanted):
            text = f"{b}.broadcast_to({text}, ({', '.join(self.size(i.dim) for i in wanted)},))"
        text = self._reshaped(text, tensor)
        last = f"{text} = "
        if einsum.lines and einsum.lines[-1].startswith(last):
            text = einsum.lines.pop().removeprefix(last)
        return [*einsum.lines, f"return {text}"]

    def _reshaped(self, text: str, tensor: Tensor) -> str:
        """Merge the axes that the result has merged."""
        if all(len(axis) == 1 for axis in tensor.axes):
            return text
        sizes = [" * ".join(self.size(i.dim) for i in axis) or "1" for axis in tensor.axes]
        if self.backend == "torch" and not tensor.entry.names and not tensor.indices:
            text = f"torch.tensor({text}{self.printer().kind})"
        return f"{PREFIX[self.backend]}.reshape({text}, ({', '.join(sizes)},))"
