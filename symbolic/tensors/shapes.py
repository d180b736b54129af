"""Read shapes: ``"A: m,n  x: n  a:"`` or a mapping of names to shapes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence

from symbolic.errors import FormulaError
from symbolic.tensors.nodes import Dim
from symbolic.tensors.sizes import made
from symbolic.tensors.tensor import Dims

Shapes = Mapping[str, tuple[Dims, ...]]

_SUM = re.compile(r"(?P<names>[^\W\d]\w*(\+[^\W\d]\w*)*)(?P<offset>[+-]\d{1,6})?")


def parse_shapes(shapes: str | Mapping[str, object] | None) -> dict[str, tuple[Dims, ...]]:
    """Read ``"A: m,n  x: n  a:"`` or a mapping of names to shapes.

    Raises
    ------
    FormulaError
        A size is not a name, a whole number, ``n-1``, ``m+n`` or a product of such.
    """
    if shapes is None:
        return {}
    if isinstance(shapes, Mapping):
        return {checked(name): _shape(given) for name, given in shapes.items()}
    if not isinstance(shapes, str):
        raise FormulaError(f"shapes are text such as 'A: m,n  x: n' or a mapping, not {shapes!r}")
    parts = re.split(r"([^\W\d]\w*)\s*:", shapes)
    if parts[0].strip(" ,;\n{"):
        raise FormulaError(f"shapes begin with {parts[0]!r}: write 'A: m,n  x: n'")
    return {checked(name): _shape(text) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def checked(name: object) -> str:
    """Return the name of a tensor or a size: it becomes a name of the generated programs.

    Raises
    ------
    FormulaError
        Python has no such names.
    """
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise FormulaError(f"{str(name)[:40]!r} cannot be a name: use letters, digits and _, and no word of Python")
    return name


def _shape(given: object) -> tuple[Dims, ...]:
    if isinstance(given, str):
        text = re.sub(r"\s*([-+*])\s*", r"\1", given.strip().strip(";,").strip().strip("[]"))
        text = text[1:-1] if re.fullmatch(r"\([^()]*\)", text) else text
        empty = text.strip().lower() in ("", "scalar", "()")
        given = [] if empty else [t for t in re.split(r"[,\s]+", text) if t]
    if not isinstance(given, Sequence):
        given = (given,)
    return tuple(
        size if isinstance(size, tuple) and all(isinstance(d, Dim) for d in size) else _dims(str(size))
        for size in given
    )


def _dims(text: str) -> Dims:
    dims: list[Dim] = []
    if "*" in text and re.search(r"[-+]", re.sub(r"\([^()]*\)", "", text)):
        raise FormulaError(
            f"{text!r} is no size: a product of sizes takes no + and - but in parentheses, as in '2*(n+1)'"
        )
    for part in text.replace(" ", "").split("*"):
        plain = part.strip("()")
        match = _SUM.fullmatch(plain)
        if match is None and not re.fullmatch(r"\d{1,6}", plain):
            raise FormulaError(
                f"{text!r} is no size: give a name, a whole number, 'n-1', 'm+n' or a product such as 'm*n'"
            )
        dim = (
            Dim("", int(plain))
            if match is None
            else _sum([*map(checked, match["names"].split("+"))], int(match["offset"] or 0))
        )
        if dim == Dim("", 0):
            raise FormulaError("a size of 0 leaves nothing to differentiate: give a size of 1 or more")
        if dim != Dim("", 1):
            dims.append(dim)
    return tuple(dims)


def _sum(names: Sequence[str], offset: int) -> Dim:
    found = made({name: names.count(name) for name in names}, offset).dim()
    if found is None:
        raise FormulaError(f"{'+'.join(names)}{offset:+d} is no size")
    return found
