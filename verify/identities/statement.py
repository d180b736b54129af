"""What is claimed: a formula, its derivative, by what, at which shapes, in which domains and in which space."""

from __future__ import annotations

import ast
import keyword
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from verify.errors import UsageError
from verify.identities.domains import SQUARE, Kind, kind_of
from verify.identities.grammar import Formula, near, read

LARGEST_SIZE = 12
"""The largest size that shapes may write as a number."""


class Space(StrEnum):
    """Where the derivative is meant.

    For a symmetric variable with the free gradient G: `PROJECTED` is ``(G + Gᵀ)/2``, the gradient in the space of
    symmetric matrices; `ENTRIES` is ``G + Gᵀ − diag(G)``, by the entries on and below the diagonal.
    """

    FREE = "free"
    PROJECTED = "symmetric-projected"
    ENTRIES = "symmetric-entries"


@dataclass(frozen=True)
class Statement:
    """A claimed identity that has been read.

    Attributes
    ----------
    shapes : dict of str to tuple of str
        The shape of each variable, each size a name, a number or an expression of names.
    domains : dict of str to Kind
        What each variable may hold.
    given : tuple
        ``f, df, wrt, shapes, domains, space`` as they were given.
    """

    f: Formula
    df: Formula
    wrt: str
    shapes: dict[str, tuple[str, ...]]
    domains: dict[str, Kind]
    space: Space
    given: tuple[Any, ...] = ()

    @property
    def sizes(self) -> tuple[str, ...]:
        """The names of the sizes, in the order in which they appear."""
        return size_names(self.shapes)

    def shape(self, name: str, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """Return the shape of a variable at sizes."""
        return tuple(_size(text, sizes) for text in self.shapes[name])

    def square(self, name: str) -> bool:
        """Whether the variable is a square matrix, whatever the sizes."""
        shape = self.shapes[name]
        return len(shape) == 2 and shape[0] == shape[1]

    def with_domain(self, name: str, kind: Kind) -> Statement:
        """Return the same claim about a narrower domain."""
        return replace(self, domains={**self.domains, name: kind})

    def with_space(self, space: Space) -> Statement:
        """Return the same claim, meant in another space."""
        return replace(self, space=space)


def statement(f: Any, df: Any, wrt: Any, shapes: Any, domains: Any, space: Any) -> Statement:
    """Read a claimed identity.

    Raises
    ------
    UsageError
        A part cannot be read, or they do not fit together.
    """
    read_shapes = shapes_of(shapes)
    names = {*read_shapes, *size_names(read_shapes)}
    formulas = read(f, "f", names), read(df, "df", names)
    if not isinstance(wrt, str) or wrt not in read_shapes:
        hint = near(wrt, read_shapes) if isinstance(wrt, str) else ""
        raise UsageError(f"wrt={wrt!r} is no variable of shapes ({', '.join(read_shapes)}).{hint}")
    kinds = {n: _labelled(n, kind, formulas) for n, kind in _kinds(domains, read_shapes).items()}
    claim = Statement(*formulas, wrt, read_shapes, kinds, _space(space), (f, df, wrt, shapes, domains, space))
    for name, kind in kinds.items():
        if kind.form in SQUARE and not claim.square(name):
            raise UsageError(
                f"{name} is to be {kind.words}, and its shape ({', '.join(claim.shapes[name])}) is no square"
            )
    if claim.space is not Space.FREE and not claim.square(wrt):
        raise UsageError(f"space={str(claim.space)!r} is of square matrices, and {wrt} is no square")
    return claim


def _labelled(name: str, kind: Kind, formulas: tuple[Formula, ...]) -> Kind:
    """Return what bare labels are: indices where a formula picks entries by them, else ±1."""
    if kind.form != "labels":
        return kind
    keys = (n.slice for formula in formulas for n in ast.walk(formula.tree) if isinstance(n, ast.Subscript))
    picks = any(isinstance(n, ast.Name) and n.id == name for key in keys for n in ast.walk(key))
    return replace(kind, form="binary" if picks else "signs")


def _space(space: Any) -> Space:
    try:
        return Space(space)
    except ValueError:
        raise UsageError(f"space={space!r}: choose among {', '.join(repr(str(s)) for s in Space)}") from None


def _kinds(domains: Any, shapes: Mapping[str, Any]) -> dict[str, Kind]:
    if domains is None:
        domains = {}
    if not isinstance(domains, Mapping):
        raise UsageError(f"domains={domains!r}: give a mapping of names to words, such as {{'A': 'symmetric'}}")
    for name in domains:
        if name not in shapes:
            raise UsageError(f"domains name {name!r}, and shapes only {', '.join(shapes)}.{near(str(name), shapes)}")
    return {name: kind_of(name, domains.get(name)) for name in shapes}


# -- shapes ----------------------------------------------------------------------------------------------------


def shapes_of(given: Any) -> dict[str, tuple[str, ...]]:
    """Return the shapes by name: of text such as ``A: m,n  x: n  t:``, or of a mapping of names to sizes.

    Raises
    ------
    UsageError
        They cannot be read.
    """
    pairs = list(given.items()) if isinstance(given, Mapping) else _split(given)
    if not pairs:
        raise UsageError("shapes are empty: declare each variable, such as 'A: m,n  x: n'")
    shapes = {_variable(name): tuple(_checked(str(s)) for s in _parts(sizes)) for name, sizes in pairs}
    if len(shapes) < len(pairs):
        raise UsageError(f"shapes={given!r} declare a name twice")
    both = set(shapes) & set(size_names(shapes))
    if both:
        raise UsageError(f"shapes={given!r}: {min(both)!r} is a variable and a size: give one another name")
    return shapes


def _split(text: Any) -> list[tuple[str, Any]]:
    if not isinstance(text, str):
        raise UsageError(f"shapes={text!r}: give text such as 'A: m,n  x: n', or a mapping of names to sizes")
    first, *rest = re.split(r"(\w+)\s*:", text)
    if first.strip(" ,;\n") or not rest:
        raise UsageError(f"shapes={text!r}: each variable is declared as 'name: sizes', such as 'A: m,n  x: n  t:'")
    return list(zip(rest[::2], rest[1::2], strict=True))


def _parts(sizes: Any) -> list[Any]:
    if isinstance(sizes, (int, tuple, list)):
        return [sizes] if isinstance(sizes, int) else list(sizes)
    text = str(sizes).strip(" ,;\n\t").strip("()[]")
    if text.lower() in ("", "scalar", "1d0"):
        return []
    return [part for part in re.split(r"[,\s×]+", re.sub(r"\s*([-+*])\s*", r"\1", text)) if part]


def _variable(name: Any) -> str:
    if not isinstance(name, str) or not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"shapes declare {name!r}, which is no name that a formula can use")
    return name


def _checked(size: str) -> str:
    """Return an expression of size names, if it is one."""
    try:
        tree = ast.parse(size, mode="eval").body
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        value = _size_of(tree, dict.fromkeys(names, 3))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        raise UsageError(f"the size {size!r} is not read: a name, a number, or a sum or product of them") from None
    if not 1 <= value <= LARGEST_SIZE:
        raise UsageError(f"the size {size!r} is not read: from 1 to {LARGEST_SIZE}, or a name")
    return size


def _size_of(node: ast.AST, sizes: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return min(value, 10**6)
        case ast.Name(id=name):
            return sizes[name]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _size_of(left, sizes) + _size_of(right, sizes)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _size_of(left, sizes) - _size_of(right, sizes)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _size_of(left, sizes) * _size_of(right, sizes)
    raise ValueError


def _size(text: str, sizes: Mapping[str, int]) -> int:
    if text in sizes:
        return sizes[text]
    return max(0, _size_of(ast.parse(text, mode="eval").body, sizes))


def size_names(shapes: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the names of sizes in the order in which they appear."""
    found = (name for shape in shapes.values() for text in shape for name in re.findall(r"[^\W\d]\w*", text))
    return tuple(dict.fromkeys(found))
