"""Formulas: text read by `ast` with a whitelist of nodes and of functions; nothing of the text is ever executed."""

from __future__ import annotations

import ast
import difflib
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verify.errors import UsageError
from verify.identities.vocabulary import ATTRIBUTES, CONSTANTS, FUNCTIONS, METHODS, TYPES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

LONGEST, DEEPEST = 4000, 60
"""Characters of a formula, and how deep its tree may be."""

MODULES = (
    "np.linalg", "numpy.linalg", "linalg", "LA", "np", "numpy", "scipy.special", "sp.special", "special",
    "scipy.linalg", "sp.linalg",
)  # fmt: skip
"""Prefixes that a function's name may carry."""

ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Constant, ast.Load, ast.Attribute, ast.keyword, ast.Compare,
    ast.Subscript, ast.Slice, ast.Tuple, ast.List, ast.operator, ast.unaryop, ast.cmpop,
)  # fmt: skip
REFUSED = (ast.BitXor, ast.LShift, ast.RShift, ast.Not, ast.Is, ast.IsNot, ast.In, ast.NotIn)

_HINTS = {
    "BitXor": "powers are written **",
    "BoolOp": "join conditions with & and |",
    "Not": "the negation of a condition is written ~",
    "IfExp": "write np.where(condition, a, b)",
    "NamedExpr": "a formula names nothing",
}


@dataclass(frozen=True)
class Formula:
    """A formula that has been read: its text, its tree, and what it is called in messages (``f`` or ``df``)."""

    text: str
    tree: ast.expr
    label: str

    def error(self, node: ast.AST, words: str) -> UsageError:
        """Return the error for one place of the formula."""
        return UsageError(f"{self.label} = {self.text!r}, column {self.column(node)}: {words}")

    def column(self, node: ast.AST) -> int:
        """Return the column at which a node begins, from 1."""
        lines = self.text.splitlines() or [""]
        line = lines[min(getattr(node, "lineno", 1), len(lines)) - 1].encode()
        return len(line[: getattr(node, "col_offset", 0)].decode(errors="replace")) + 1


def read(text: Any, label: str, names: Collection[str]) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        In NumPy's spelling; the prefix ``np.`` is optional.
    label : str
        What it is called in messages.
    names : collection of str
        The variables and sizes that it may name.

    Raises
    ------
    UsageError
        It is no formula, or holds what is not read: the message names the column.
    """
    if not isinstance(text, str):
        raise UsageError(f"{label}={text!r} ({type(text).__name__}): give a formula as text, such as 'A @ x'")
    text = text.strip()
    if len(text) > LONGEST:
        raise UsageError(f"{label} has {len(text)} characters: a formula of at most {LONGEST} is read")
    formula = Formula(text, _tree(text, label), label)
    _check_depth(formula)
    for node in ast.walk(formula.tree):
        if not isinstance(node, ALLOWED) or isinstance(node, REFUSED):
            raise _not_read(formula, node)
    for node in _free(formula.tree, names):
        _check_name(formula, node, names)
    return formula


def _tree(text: str, label: str) -> ast.expr:
    if not text:
        raise UsageError(f"{label} is empty: give a formula, such as 'A @ x'")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python warns of odd spellings, such as "1if"
            return ast.parse(text, mode="eval").body
    except SyntaxError as error:
        raise UsageError(f"{label} = {text!r}, column {error.offset or len(text) + 1}: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise UsageError(f"{label} is no formula: {error}") from None


def _check_depth(formula: Formula) -> None:
    level: list[ast.AST] = [formula.tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise UsageError(f"{formula.label} is nested more than {DEEPEST} deep: name its parts as variables of their own")


def _not_read(formula: Formula, node: ast.AST) -> UsageError:
    name = type(node).__name__
    hint = _HINTS.get(name, "arithmetic, indexing and NumPy's functions are read")
    place = node if hasattr(node, "lineno") else next(_parents(formula.tree, node), formula.tree)
    return formula.error(place, f"{name} is not read: {hint}")


def _parents(tree: ast.AST, wanted: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(tree) if any(child is wanted for child in ast.iter_child_nodes(node)))


# -- names -----------------------------------------------------------------------------------------------------


def dotted(node: ast.AST) -> str | None:
    """Return ``np.linalg.inv`` for such a chain of attributes, None for anything else."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None


def plain_name(node: ast.AST, variables: Collection[str]) -> str | None:
    """Return a function's or constant's name without its module's; None where it hangs on a variable or a value."""
    name = dotted(node)
    if name is None or name.partition(".")[0] in variables:
        return None
    prefix = next((m for m in MODULES if name.startswith(m + ".")), None)
    if prefix is None:
        return name
    rest = name[len(prefix) + 1 :]
    return f"special.{rest}" if prefix.endswith("special") and f"special.{rest}" in FUNCTIONS else rest


def _free(tree: ast.AST, variables: Collection[str]) -> Iterator[ast.AST]:
    """Yield every call, and every other name or chain of attributes that is not inside another."""
    pending = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Call, ast.Name, ast.Attribute)):
            yield node
        if isinstance(node, ast.Call):
            pending += [*node.args, *(k.value for k in node.keywords)]
            if isinstance(node.func, ast.Attribute) and plain_name(node.func, variables) is None:
                pending.append(node.func.value)
        elif isinstance(node, ast.Attribute) and plain_name(node, variables) not in (*CONSTANTS, *TYPES):
            pending.append(node.value)
        elif not isinstance(node, (ast.Name, ast.Attribute)):
            pending += ast.iter_child_nodes(node)


def _check_name(formula: Formula, node: ast.AST, variables: Collection[str]) -> None:
    if isinstance(node, ast.Call):
        _check_call(formula, node, variables)
        return
    name = plain_name(node, variables)
    if name in CONSTANTS or name in TYPES:
        return
    if isinstance(node, ast.Attribute):
        if name in FUNCTIONS:
            raise formula.error(node, f"{name} is a function of ours: call it")
        if node.attr not in ATTRIBUTES:
            raise formula.error(node, f"the attribute .{node.attr} is not read: one of {', '.join(ATTRIBUTES)} is")
        return
    if name is not None:
        if name in FUNCTIONS:
            raise formula.error(node, f"{name} is a function of ours: call it, or declare it in shapes")
        raise formula.error(node, f"unknown name {name!r}.{near(name, variables)} Declare it in shapes")


def _check_call(formula: Formula, node: ast.Call, variables: Collection[str]) -> None:
    if any(k.arg is None for k in node.keywords):
        raise formula.error(node, "**keywords are not read: write each out")
    name = plain_name(node.func, variables)
    if name in FUNCTIONS:
        return
    if isinstance(node.func, ast.Attribute) and node.func.attr in METHODS:
        return
    called = name or (f".{node.func.attr}" if isinstance(node.func, ast.Attribute) else ast.unparse(node.func))
    if called in variables:
        raise formula.error(node, f"{called!r} is a variable and cannot be called: a product is written *")
    raise formula.error(node, f"the function {called!r} is not read.{near(called, FUNCTIONS)}")


def near(name: str, known: Collection[str]) -> str:
    """Return a hint at what is spelled alike."""
    found = difflib.get_close_matches(name, list(known), n=2, cutoff=0.6)
    return f" Did you mean {' or '.join(repr(n) for n in found)}?" if found else ""
