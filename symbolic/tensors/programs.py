"""Read a Python function written in NumPy: run once on symbols, on the path that a sample point takes."""

from __future__ import annotations

import functools
import inspect
import random
from dataclasses import dataclass, field
from types import MethodType
from typing import TYPE_CHECKING, Any

import numpy as np

from symbolic.errors import EvaluationError, FormulaError, SymbolicError
from symbolic.tensors.conditions import Condition, condition
from symbolic.tensors.constants import constant
from symbolic.tensors.drawing import concrete, in_domain, sizes_of
from symbolic.tensors.emit import python
from symbolic.tensors.indexing import Weights
from symbolic.tensors.nodes import Dim, SizeOf
from symbolic.tensors.paper import index_layout
from symbolic.tensors.recognition import recognised
from symbolic.tensors.standins import Copies
from symbolic.tensors.tensor import Tensor, scalar, shape_text, variable
from symbolic.tensors.traced import Traced
from symbolic.tensors.tracing import Held, SampleError, Trace, bounded
from symbolic.tensors.values import evaluate
from symbolic.text import text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symbolic.tensors.expression import Shapes

SPANS = ((-2048, 2048), (1, 2048), (1, 1024), (-2048, 2048), (-1024, 3072), (1024, 3072))
"""Where sample points are drawn, in 1024ths: one after the other, until the program has a value at one."""

LONGEST_FORMULA = 120
CLOSE = 1e-5
"""How near the formula and the program have to be at the sample point: both are floats of one quantity."""


@dataclass(frozen=True)
class Program:
    """A function to be read, and what is known of its parameters.

    Attributes
    ----------
    function : callable
        The function.
    shapes : mapping
        The shapes of the parameters that are tensors.
    labels : frozenset of str
        The parameters that hold labels, to index with.
    facts : mapping
        What is assumed of them.
    """

    function: Callable[..., Any]
    shapes: Shapes
    labels: frozenset[str] = frozenset()
    facts: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What the function is called in messages."""
        inner = self.function
        while isinstance(inner, functools.partial):
            inner = inner.func
        found = getattr(inner, "__name__", None) or type(inner).__name__
        return "the function" if found == "<lambda>" else str(found)


@dataclass(frozen=True)
class Reading:
    """What a function computes on the path of a sample point.

    Attributes
    ----------
    formula : str
        What it computes, in one line; the name of the function where that line were too long.
    tensor : Tensor
        The same, for every size.
    path : tuple of Condition
        The comparisons that it made, as they came out.
    """

    formula: str
    tensor: Tensor
    path: tuple[Condition, ...]


def read_program(program: Program, at: Mapping[str, Any] | None = None) -> Reading:
    """Read a function of NumPy.

    Parameters
    ----------
    program : Program
        The function and the shapes of its parameters.
    at : mapping, optional
        The point whose path is followed; otherwise small unequal sizes and numbers in the domain are drawn.

    Raises
    ------
    FormulaError
        The function does what no formula says, has no value at the sample point, or does not end.
    """
    arguments = _arguments(program)
    points = [_given(program, at)] if at is not None else _drawn(program)
    first: SampleError | None = None
    for point, sizes in points:
        try:
            return _read(program, arguments, point, sizes)
        except SampleError as error:  # another point may show more
            first = first or error
    raise first or FormulaError("no point was drawn")


# -- arguments ------------------------------------------------------------------------------------------------


def _arguments(program: Program) -> inspect.Signature:
    """Return the signature of the function, which the shapes have to fit."""
    try:
        signature = inspect.signature(program.function)
    except (TypeError, ValueError) as error:
        raise FormulaError(f"{program.name} does not tell the names of its parameters: wrap it, lambda x: …") from error
    parameters = signature.parameters
    plain = {n: p for n, p in parameters.items() if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}
    sizes = _size_names(program.shapes)
    missing = [n for n, p in plain.items() if p.default is p.empty and n not in program.shapes and n not in sizes]
    if missing:
        raise FormulaError(
            f"{program.name} takes {', '.join(missing)}, and shapes do not say of what shape: "
            f"add {'  '.join(f'{n}: …' for n in missing)}"
        )
    if unknown := [n for n in program.shapes if n not in plain]:
        raise FormulaError(
            f"shapes name {', '.join(unknown)}, which {program.name} does not take: "
            f"its parameters are {', '.join(plain) or 'none'}"
        )
    return signature


def _size_names(shapes: Shapes) -> set[str]:
    return {d.name for dims in shapes.values() for axis in dims for d in axis if d.name}


def _bound(signature: inspect.Signature, values: Mapping[str, Any], sizes: Mapping[str, Any]) -> inspect.BoundArguments:
    """Return the arguments of a call: arrays, and sizes for parameters that are called so and have no default."""
    bound = signature.bind_partial()
    for name, p in signature.parameters.items():
        if name in values:
            bound.arguments[name] = values[name]
        elif name in sizes and p.default is p.empty:
            bound.arguments[name] = sizes[name]
    return bound


# -- sample points --------------------------------------------------------------------------------------------


def _drawn(program: Program) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    sizes = {name: 3 + k for k, name in enumerate(sorted(_size_names(program.shapes)))}
    for seed, (low, high) in enumerate(SPANS):
        chance = random.Random(seed)  # noqa: S311 - points are drawn, not secrets
        point = {}
        for name, dims in program.shapes.items():
            shape = concrete(dims, sizes)
            count = int(np.prod(shape, dtype=int))
            if name in program.labels:
                cells = [chance.randrange(min([*sizes.values(), 3])) for _ in range(count)]
                point[name] = np.array(cells, dtype=int).reshape(shape)
                continue
            values = [(chance.randint(low, high) or 1) / 1024 for _ in range(count)]
            point[name] = in_domain(np.array(values).reshape(shape), program.facts.get(name, frozenset()), chance)
        yield point, sizes


def _given(program: Program, at: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the point that was given, and the sizes of its arrays."""
    if odd := [*(n for n in program.shapes if n not in at), *(n for n in at if n not in program.shapes)]:
        raise FormulaError(
            f"at= gives one array for each of {', '.join(program.shapes)}: {', '.join(odd)} does not fit"
        )
    point = {}
    for name in program.shapes:
        try:
            point[name] = np.array(at[name], dtype=int if name in program.labels else float)
        except (TypeError, ValueError) as error:
            raise FormulaError(f"at= gives for {name} what is no array of numbers: {at[name]!r:.60}") from error
        if not np.isfinite(point[name]).all():
            raise FormulaError(f"at= gives for {name} what is not finite: a path goes through a point of real numbers")
    sizes = sizes_of(program.shapes, point)
    for name, dims in program.shapes.items():
        try:
            fits = concrete(dims, sizes) == point[name].shape
        except EvaluationError as error:
            raise FormulaError(f"at= does not tell every size: {error}") from None
        if not fits:
            known = ", ".join(f"{k} = {v}" for k, v in sizes.items())
            raise FormulaError(
                f"at= gives for {name} the shape {point[name].shape}, not {shape_text(dims)} with {known}"
            )
    return point, sizes


# -- the run --------------------------------------------------------------------------------------------------


def _read(program: Program, signature: inspect.Signature, point: dict[str, Any], sizes: dict[str, int]) -> Reading:
    trace = Trace(Traced, sizes, program.name)
    with np.errstate(all="ignore"):
        out = _run(program, trace, _bound(signature, _arrays(program, trace, point), _sizes(trace)))
        tensor = _result(program, trace, out)
        plain = _plain(program, signature, point, sizes)
    if not np.isfinite(np.asarray(plain, dtype=float)).all():
        raise SampleError(f"{program.name} has no finite value at the sample point: give at= a point where it has one")
    _compare(program, trace, tensor, point, sizes, plain)
    conditions = {c.written: c for c in map(condition, trace.claims)}
    return Reading(_formula(program, tensor), tensor, tuple(conditions.values()))


def _arrays(program: Program, trace: Trace, point: Mapping[str, Any]) -> dict[str, Any]:
    return {name: Traced(variable(name, dims), _copy(point[name]), trace) for name, dims in program.shapes.items()}


def _sizes(trace: Trace) -> dict[str, Any]:
    return {name: Traced(scalar(SizeOf(Dim(name, 0))), size, trace) for name, size in trace.sizes.items()}


def _copy(array: Any) -> Any:
    """Return an array that may be changed; of a 0-d one, its number."""
    return array.copy() if array.ndim else array[()]


def _run(program: Program, trace: Trace, bound: inspect.BoundArguments) -> Any:
    """Call the function on symbols."""
    run = _callable(program.function, Copies(trace))
    try:
        out = bounded(program.name, lambda: run(*bound.args, **bound.kwargs))
    except FormulaError as error:
        raise _placed(error) from error.__cause__
    except Exception as error:
        raise (_raised(program, error) if trace.failure is None else _placed(trace.failure, error)) from error
    if trace.failure is not None:  # the program caught it, and went on as if nothing were amiss
        raise _placed(trace.failure)
    if trace.pending is not None:
        trace.refuse_view()
    return out


def _callable(function: Any, copies: Copies) -> Callable[..., Any]:
    call = inspect.getattr_static(function, "__call__", None)
    own = inspect.isfunction(call) and not inspect.isfunction(function)
    return copies.of(MethodType(call, function) if own else function)  # type: ignore[no-any-return]  # a callable


def _line(error: BaseException) -> str:
    """Return where in the program it happened: the innermost line that is not one of ours or a library's."""
    place, trace = "", error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if "-packages" not in filename and not trace.tb_frame.f_globals.get("__name__", "").startswith("symbolic."):
            place = f" (line {trace.tb_lineno} of {filename.replace(chr(92), '/').rpartition('/')[2]})"
        trace = trace.tb_next
    return place


def _placed(error: FormulaError, at: BaseException | None = None) -> FormulaError:
    return type(error)(f"{error}{_line(at or error)}")


def _raised(program: Program, error: Exception) -> SampleError:
    return SampleError(f"{program.name} raised {type(error).__name__}: {error}{_line(error)}")


def _result(program: Program, trace: Trace, out: Any) -> Tensor:
    """Return what the function returned as a tensor."""
    if isinstance(out, Held) and not isinstance(out.tensor, Weights):
        return trace.tensor_of(out)
    if out is None:
        raise FormulaError(f"{program.name} returns nothing: give it a return")
    if isinstance(out, (tuple, list, dict)):
        raise FormulaError(
            f"{program.name} returns a {type(out).__name__} of {len(out)}: return one array, or derive each by itself"
        )
    return trace.tensor_of(out) if isinstance(out, Held) else constant(out)


# -- what the program computes on plain arrays ----------------------------------------------------------------


def _plain(program: Program, signature: inspect.Signature, point: dict[str, Any], sizes: dict[str, int]) -> Any:
    """Return what the function itself computes at the sample point."""
    bound = _bound(signature, {name: _copy(a) for name, a in point.items()}, sizes)
    try:
        return bounded(program.name, lambda: program.function(*bound.args, **bound.kwargs))
    except FormulaError:
        raise
    except Exception as error:
        raise _raised(program, error) from error


def _compare(
    program: Program, trace: Trace, tensor: Tensor, point: dict[str, Any], sizes: dict[str, int], plain: Any
) -> None:
    """Raise unless the formula has the value of the function: it is read in its own sense, and on the same path."""
    known = _value(tensor, sizes, point)
    if known is not None and not np.isfinite(known).all():
        raise SampleError(
            f"{program.name} has a value at the sample point and its formula has none: give at= another point"
        )
    if _differs(tensor, sizes, point, plain):
        wrong = next((name for name, t, v in trace.log if _differs(t, sizes, point, v)), None)
        why = (
            f"{wrong} is read in another sense here than NumPy's"
            if wrong
            else "on plain arrays it takes another path (isinstance, try, a state or random numbers)"
        )
        raise FormulaError(f"the formula of {program.name} has another value at the sample point than itself: {why}")


def _value(tensor: Tensor, sizes: dict[str, int], point: dict[str, Any]) -> Any:
    """Return the value of a formula; None where floats do not know it."""
    try:
        return evaluate(tensor, sizes, point).astype(float)
    except (SymbolicError, ArithmeticError, ValueError):
        return None


def _differs(tensor: Tensor, sizes: dict[str, int], point: dict[str, Any], value: Any) -> bool:
    cells, known = _value(tensor, sizes, point), np.asarray(value, dtype=float)
    if cells is None:
        return False
    scale = 1 + np.max(np.abs(known), initial=0, where=np.isfinite(known))
    return cells.shape != known.shape or not np.allclose(cells, known, rtol=CLOSE, atol=CLOSE * scale, equal_nan=True)


def _formula(program: Program, tensor: Tensor) -> str:
    """Return the formula in NumPy's spelling or in index notation; the name of the function where it is long."""
    form = recognised(tensor)
    try:
        written = python(form) if form is not None else text(index_layout(tensor.entry, tensor.indices))
    except (NotImplementedError, SymbolicError):
        written = ""
    return written if 0 < len(written) <= LONGEST_FORMULA and " labels" not in written else program.name
