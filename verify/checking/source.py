"""The text of somebody's functions and of what they need: an import where that works, else source and values."""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import keyword
import linecache
import sys
import textwrap
import types
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LARGEST = 2000
"""Captured arrays of more entries are not written out."""


class _NoTextError(Exception):
    """A function, or what it needs, cannot be written as text."""


class Sources:
    """Collects the lines that define functions under names; a name stands for one object throughout."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.bound: dict[str, Any] = {"np": np}

    def name(self, role: str, function: Callable[..., Any]) -> str:
        """Return the name under which a program is defined by the lines, or is expected where they are run."""
        wanted = getattr(function, "__name__", role)
        wanted = role if not wanted.isidentifier() or keyword.iskeyword(wanted) or wanted in self.bound else wanted
        before, bound = list(self.lines), dict(self.bound)
        try:
            self._bind(wanted, function)
        except (_NoTextError, OSError, TypeError, SyntaxError, ValueError, RecursionError):
            self.lines, self.bound = before, bound
            self.lines.append(f"# {wanted}: run this where the {role} on trial is defined under this name")
        return wanted

    def written(self, role: str, given: Any) -> str | None:
        """Return text for a keyword's value, or None where it cannot be written."""
        before, bound = list(self.lines), dict(self.bound)
        text = self.value(role, given)
        if not any(line.startswith("# ") for line in self.lines[len(before) :]):
            return text
        self.lines, self.bound = before, bound
        return None

    def value(self, role: str, given: Any) -> str:
        """Return text for a keyword's value: the name of a function, or a literal; a list of both is taken apart."""
        if isinstance(given, dict):
            return "{" + ", ".join(f"{key!r}: {self.value(role, part)}" for key, part in given.items()) + "}"
        if isinstance(given, (list, tuple)):
            parts = ", ".join(self.value(role, part) for part in given)
            return f"[{parts}]" if isinstance(given, list) else f"({parts},)"
        return self.name(role, given) if callable(given) else repr(given)

    # -- one object under a name ----------------------------------------------------------------------

    def _bind(self, name: str, value: Any) -> None:
        if name in self.bound:
            if self.bound[name] is not value:
                raise _NoTextError(name)
            return
        self.bound[name] = value
        self.lines += self._definition(name, value)

    def _definition(self, name: str, value: Any) -> list[str]:
        imported = _import(name, value)
        if imported is not None:
            return [imported]
        if isinstance(value, types.FunctionType):
            return self._function(name, value)
        if isinstance(value, functools.partial):
            self._bind(f"_{name}", value.func)
            given = [_literal(v) for v in value.args] + [f"{k}={_literal(v)}" for k, v in value.keywords.items()]
            return ["import functools", f"{name} = functools.partial({', '.join([f'_{name}', *given])})"]
        return [f"{name} = {_literal(value)}"]

    def _function(self, name: str, function: types.FunctionType) -> list[str]:
        node, text = _node(function)
        needed = dict(_needs(function))
        needed.pop(function.__name__, None)
        for other, value in needed.items():
            self._bind(other, value)
        if isinstance(node, ast.Lambda):
            return [f"{name} = {text}"]
        lines = textwrap.dedent(text).splitlines()
        return lines if function.__name__ == name else [*lines, f"{name} = {function.__name__}"]


def _import(name: str, value: Any) -> str | None:
    """Return an import statement that gives the object, or None."""
    if isinstance(value, types.ModuleType):
        return f"import {value.__name__} as {name}" if value.__name__ != name else f"import {name}"
    module, path = getattr(value, "__module__", None), getattr(value, "__qualname__", getattr(value, "__name__", None))
    if not isinstance(module, str) or not isinstance(path, str) or module == "__main__" or "." in path:
        return None
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError, AttributeError):
        return None
    if found is None or getattr(sys.modules.get(module), path, None) is not value:
        return None
    return f"from {module} import {path}" + (f" as {name}" if path != name else "")


def _node(function: types.FunctionType) -> tuple[ast.AST, str]:
    """Return the syntax tree of a function or lambda, and its text."""
    code = function.__code__
    text = "".join(linecache.getlines(code.co_filename)) or inspect.getsource(function)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)) and _is(node, function):
            segment = ast.get_source_segment(text, node, padded=True)
            if segment is not None:
                return node, segment
    raise _NoTextError(function.__name__)


def _is(node: ast.FunctionDef | ast.Lambda, function: types.FunctionType) -> bool:
    code = function.__code__
    if isinstance(node, ast.FunctionDef):
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
        return node.name == code.co_name and first == code.co_firstlineno and not node.decorator_list
    if code.co_name != "<lambda>":
        return False
    body = node.body
    place = (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset)
    return place in _places(code)


def _places(code: types.CodeType) -> set[tuple[int | None, ...]]:
    """Return the places in the text that a function's own instructions come from: its body is one of them."""
    return set(code.co_positions())


def _needs(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """Yield what the function reads from around it: captured variables, globals, defaults aside."""
    closure = inspect.getclosurevars(function)
    for name, value in {**closure.globals, **closure.nonlocals}.items():
        yield name, value
    for constant in function.__code__.co_consts:  # functions inside the function read globals too
        if isinstance(constant, types.CodeType):
            for name in constant.co_names:
                if name in function.__globals__:
                    yield name, function.__globals__[name]


def _literal(value: Any) -> str:
    from verify.checking.snippet import array_text  # noqa: PLC0415 - the two write each other's parts

    if isinstance(value, (np.ndarray, np.generic)):
        if np.size(value) > LARGEST or np.asarray(value).dtype.kind not in "fiub":
            raise _NoTextError(repr(type(value)))
        return array_text(value)
    text = repr(value)
    try:
        same = ast.literal_eval(text) == value
    except (ValueError, SyntaxError) as error:
        raise _NoTextError(text) from error
    if not same:
        raise _NoTextError(text)
    return text
