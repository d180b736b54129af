"""How a program is run on PyTorch and on `numeric`, line by line, and what must be the same."""

from __future__ import annotations

import ast
import math
import re
import warnings
from dataclasses import dataclass

import numpy as np
import pytest

import numeric

# The kinds a caller may catch, the special ones before those they derive from.
KINDS = (
    NotImplementedError,
    RuntimeError,
    IndexError,
    KeyError,
    AttributeError,
    TypeError,
    OverflowError,
    ZeroDivisionError,
    ValueError,
    AssertionError,
    StopIteration,
)


@dataclass(frozen=True)
class Raised:
    """A line ended in an error of this kind."""

    kind: str
    error: BaseException

    def __repr__(self):
        return f"{self.kind}: {str(self.error).splitlines()[0] if str(self.error) else ''}"


def _is_tensor(value):
    return hasattr(value, "requires_grad_") and hasattr(value, "is_leaf")


def describe(value, leave_out=()):
    """Everything about a value that must agree, as plain data (arrays stay arrays)."""
    if isinstance(value, Raised):
        return ["raised", value.kind]
    if _is_tensor(value):
        return _describe_tensor(value, leave_out)
    if isinstance(value, dict):
        return ["dict", [[key, describe(item, leave_out)] for key, item in value.items()]]
    if isinstance(value, (tuple, list)):
        return [_container(value), [describe(item, leave_out) for item in value]]
    return _describe_plain(value)


def _describe_plain(value):
    if isinstance(value, np.ndarray):
        return ["array", str(value.dtype), value.shape, value]
    if isinstance(value, (float, np.floating)):
        return [type(value).__name__, np.array(value)]
    if value is None or isinstance(value, (bool, int, str, np.generic)):
        return [type(value).__name__, value]
    return ["text", str(value)] if _is_known_by_its_text(value) else ["object"]


def _container(value):
    # a pair of (values, indices) is known by its fields: PyTorch's has a class of its own
    return "fields" if hasattr(value, "indices") else type(value).__name__.lstrip("_")


def _is_known_by_its_text(value):
    # dtypes, devices and modules print alike; an optimizer prints options that we do not have
    kinds = {"dtype", "device", "DType", "Device"}
    return type(value).__name__ in kinds or hasattr(value, "named_parameters")


def _describe_tensor(tensor, leave_out):
    grad_fn = None if tensor.grad_fn is None else tensor.grad_fn.name().rsplit("::")[-1]
    facts = {
        "type": type(tensor).__name__,
        "dtype": str(tensor.dtype),
        "shape": tuple(tensor.shape),
        "shape type": type(tensor.shape).__name__,
        "requires_grad": tensor.requires_grad,
        "is_leaf": tensor.is_leaf,
        "grad_fn": grad_fn,
        "values": tensor.detach().numpy().copy(),
        "text": repr(tensor),
    }
    return ["tensor", {name: fact for name, fact in facts.items() if name not in leave_out}]


def distance(ours, theirs):
    """How many representable numbers apart two arrays are at worst; 0 means the same bits.

    NaNs agree with NaNs only, and a zero is told from a negative zero (half an ulp).
    """
    if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        return math.inf
    if ours.dtype.kind != "f":
        return 0 if np.array_equal(ours, theirs) else math.inf
    nan = np.isnan(theirs)
    if not np.array_equal(np.isnan(ours), nan):
        return math.inf
    ours, theirs = ours[~nan], theirs[~nan]
    if ours.size == 0:
        return 0
    apart = np.max(np.abs(_ordinal(ours) - _ordinal(theirs)))
    if apart == 0:
        return 0 if np.array_equal(np.signbit(ours), np.signbit(theirs)) else 0.5
    return float(apart)


def _ordinal(array):
    """Count the representable numbers from zero, in Python integers, which do not overflow."""
    integer = {2: np.int16, 4: np.int32, 8: np.int64}[array.dtype.itemsize]
    bits = np.ascontiguousarray(array).view(integer).astype(object)
    half = 2 ** (8 * array.dtype.itemsize - 1)
    return np.where(bits < 0, -half - bits, bits)


def same(ours, theirs, ulps=0, *, values=True):
    """Whether two descriptions agree; arrays within `ulps`, or not compared at all."""
    if isinstance(theirs, np.ndarray):
        return isinstance(ours, np.ndarray) and (not values or distance(ours, theirs) <= ulps)
    if isinstance(theirs, dict):
        # entries that may differ by some ulps may print differently; equal entries may not
        equal = not isinstance(ours, dict) or same(ours.get("values"), theirs.get("values"))
        keys = [key for key in theirs if key != "text" or equal]
        return isinstance(ours, dict) and all(same(ours[key], theirs[key], ulps, values=values) for key in keys)
    if isinstance(theirs, (list, tuple)):
        return (
            type(ours) is type(theirs)
            and len(ours) == len(theirs)
            and all(same(a, b, ulps, values=values) for a, b in zip(ours, theirs, strict=True))
        )
    return bool(ours == theirs)


class Session:
    """A namespace in which statements run one after the other, as cells of a notebook do."""

    def __init__(self, module):
        self.names = {"torch": module, "np": np, "math": math}
        module.manual_seed(0)  # draws differ between the modules, not between runs
        # of ours, those warnings are awaited that PyTorch gives too; any other is an error
        self.awaited = UserWarning if module is numeric else Warning

    def run(self, statement, source):
        """Run one statement; an expression gives its value, an error its kind."""
        is_expression = isinstance(statement, ast.Expr)
        body = ast.Expression(statement.value) if is_expression else ast.Module([statement], [])
        code = compile(body, source, "eval" if is_expression else "exec")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", self.awaited)
            try:
                return eval(code, self.names)  # noqa: S307  the programs are our own text
            except KINDS as error:
                kind = next(kind for kind in KINDS if isinstance(error, kind))
                return Raised(kind.__name__, error)

    def variables(self):
        """Give the tensors that the program has named, and their gradients."""
        for name, value in list(self.names.items()):
            if _is_tensor(value):
                yield name, value
                if value.is_leaf:
                    yield f"{name}.grad", value.grad


def _marks(line):
    """Read a line's own remark: ``# ulps 4``, ``# random``."""
    remark = line.rsplit("#", 1)[1].split() if "#" in line else []
    ulps = float(remark[1]) if remark[:1] == ["ulps"] else 0
    return ulps, remark[:1] == ["random"]


def mismatches(source, ours, theirs, leave_out=(), ulps=0):
    """Run a program on two modules and list where they differ, a line each.

    Parameters
    ----------
    source
        Statements in which the module is called ``torch``. The value of every expression statement
        is compared, and at the end every tensor that has a name. A line's remark ``# ulps 4``
        lets its floats differ so far, ``# random`` leaves values and text out.
    ours, theirs
        The module on trial and the witness.
    leave_out
        Facts about tensors that are not compared, such as ``"grad_fn"``.
    ulps
        How far floats may differ on lines that do not say so themselves.
    """
    lines = source.splitlines()
    us, them = Session(ours), Session(theirs)
    found, loose, random = [], ulps, False
    for statement in ast.parse(source).body:
        line = lines[statement.end_lineno - 1]
        line_ulps, is_random = _marks(line)
        line_ulps = max(line_ulps, ulps)
        loose, random = max(loose, line_ulps), random or is_random
        our_value, their_value = us.run(statement, source), them.run(statement, source)
        difference = _difference(our_value, their_value, line_ulps, is_random, leave_out)
        if difference:
            found.append(f"{ast.unparse(statement)}\n    {difference}")
    found += _differing_variables(us, them, loose, random, leave_out)
    return found


def _difference(our_value, their_value, ulps, is_random, leave_out):
    leave_out = {*leave_out, "text"} if is_random else leave_out
    ours, theirs = describe(our_value, leave_out), describe(their_value, leave_out)
    if same(ours, theirs, ulps, values=not is_random):
        if isinstance(our_value, Raised) and not _is_clear(our_value.error):
            return f"not ours: {our_value.error!r}"
        return None
    return f"torch: {_brief(their_value, theirs)}\n    ours:  {_brief(our_value, ours)}"


def _is_clear(error):
    # Python itself raises for a missing attribute, a wrong arity, an operator between strangers
    of_python = isinstance(error, (AttributeError, TypeError)) and re.search(
        "attribute|argument|unsupported operand", str(error)
    )
    return isinstance(error, numeric.NumericError) or of_python


def _brief(value, description):
    if description[0] == "tensor":
        facts = description[1]
        flags = f"{facts['dtype']} {facts['shape']} leaf={facts['is_leaf']} {facts.get('grad_fn')}"
        return f"{facts.get('text', '')} [{facts['type']} {flags}]"
    return f"{value!r} [{type(value).__name__}]"


def _differing_variables(us, them, ulps, random, leave_out):
    ours, theirs = dict(us.variables()), dict(them.variables())
    if ours.keys() != theirs.keys():
        return [f"variables: torch {sorted(theirs)}, ours {sorted(ours)}"]
    differences = {name: _difference(ours[name], theirs[name], ulps, random, leave_out) for name in theirs}
    return [f"at the end, {name}\n    {text}" for name, text in differences.items() if text]


@pytest.fixture(scope="session")
def compare():
    """Give `mismatches` to tests, which cannot import this file."""
    return mismatches


@pytest.fixture(scope="session")
def distance_of():
    """Give `distance` to tests."""
    return distance


@pytest.fixture(scope="session")
def differences(torch):
    """Give a function from a program's text to the list of lines where `numeric` differs."""

    def run(source, leave_out=(), ulps=0):
        return mismatches(source, numeric, torch, leave_out, ulps)

    return run


@pytest.fixture(scope="session")
def session():
    """Give the class of a namespace that runs statements, for tests that write programs as they go."""
    return Session
