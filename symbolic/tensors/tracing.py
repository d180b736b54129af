"""One run of a program on symbols: what it holds, which way its comparisons went, and how much it may do."""

from __future__ import annotations

import contextlib
import ctypes
import threading
import weakref
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from symbolic.errors import FormulaError
from symbolic.tensors.arranging import stack
from symbolic.tensors.conditions import Compared, Side, condition, depends, is_constant
from symbolic.tensors.constants import constant
from symbolic.tensors.drawing import concrete
from symbolic.tensors.indexing import Weights
from symbolic.tensors.proof import equal
from symbolic.tensors.tensor import Tensor, scalar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from symbolic.tensors.conditions import Claim

MOST_OPERATIONS = 4000
MOST_COMPARISONS = 1000
MOST_SECONDS = 10.0
MOST_PARTS, DEEPEST = 2000, 150
"""How long a formula may become, and how deep its parts may be nested."""


class BoundError(BaseException):
    """A bound was hit; no ``except Exception`` of the program may hold it up."""


class SampleError(FormulaError):
    """The sample point does not show which way the program goes: another point may."""


class Held:
    """What a traced program holds: a tensor for every size, and its value at the sample point.

    Parameters
    ----------
    tensor : Tensor or Weights
        The formula; weights are the place of the greatest entry, to index with.
    value : array or number
        What NumPy computes at the sample point.
    record : Trace
        The run that it belongs to (`trace` is a method of NumPy's arrays).
    claim : Claim, optional
        Of an array of truth values, what they say.
    """

    __slots__ = ("__weakref__", "claim", "family", "record", "tensor", "value")

    def __init__(self, tensor: Tensor | Weights, value: Any, record: Trace, claim: Claim | None = None) -> None:
        self.tensor: Any = tensor
        self.value = value
        self.record = record
        self.claim = claim
        self.family: list[weakref.ref[Held]] = [weakref.ref(self)]
        """The arrays that share memory with this one: NumPy's views."""

    def changed(self, new: Held) -> Held:
        """Hold another formula and value from now on: the array was changed in place.

        Raises
        ------
        FormulaError
            The shape differs, or another array shares memory with this one.
        """
        if new.tensor.dims != self.tensor.dims:
            self.record.refuse(f"an array of shape {self.tensor} is changed in place to one of shape {new.tensor}")
        if self.is_shared:
            self.record.refuse_view()
        self.tensor, self.value, self.claim = new.tensor, new.value, new.claim
        self.family = [weakref.ref(self)]
        return self

    @property
    def is_constant(self) -> bool:
        """Whether it is the same for every input and size, so that its value is all there is to it."""
        return isinstance(self.tensor, Tensor) and is_constant(self.tensor)

    @property
    def is_shared(self) -> bool:
        """Whether the program still holds another array that shares memory with this one."""
        return sum(member() is not None for member in self.family) > 1

    @property
    def side(self) -> Side:
        """The formula and the value as they are now."""
        return Side(self.tensor, self.value)


class Trace:
    """The record of one run.

    Parameters
    ----------
    kind : type
        The duck array that the program meets.
    sizes : mapping
        The numbers that the names of sizes stand for at the sample point.
    name : str
        What the program is called, in messages.
    """

    def __init__(self, kind: type[Held], sizes: Mapping[str, int], name: str) -> None:
        self.kind, self.sizes, self.name = kind, sizes, name
        self.claims: list[Claim] = []
        self.log: list[tuple[str, Tensor, Any]] = []
        self.failure: FormulaError | None = None
        self.pending: Held | None = None
        self.operations = self.comparisons = 0

    # -- bounds ---------------------------------------------------------------------------------------

    def step(self, settled: object = None) -> None:
        """Count an operation.

        Raises
        ------
        BoundError
            The program does too much.
        FormulaError
            A view was changed in place, and the change is not written back at once.
        """
        if self.pending is not None and settled is not self.pending:
            self.refuse_view()
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            raise BoundError(f"{self.name} makes more than {MOST_OPERATIONS} operations{_ENDLESS}")

    def refuse(self, message: str, kind: type[FormulaError] = FormulaError) -> NoReturn:
        """Raise, and keep that the program was stopped: it may catch the error, but its trace is over."""
        self.failure = self.failure or kind(message)
        raise self.failure

    def refuse_view(self) -> NoReturn:
        """Raise: a change would be seen through another name."""
        self.refuse(
            "an array is changed in place that another name sees too, through a view (a slice, .T, reshape): "
            "write y = y + … in place of y += …, or take a .copy() first"
        )

    @contextlib.contextmanager
    def noting(self) -> Iterator[None]:
        """Keep the error that an operation raises."""
        try:
            yield
        except FormulaError as error:
            self.failure = self.failure or error
            raise

    def sampled(self, name: str, run: Callable[[], Any]) -> Any:
        """Return what NumPy computes at the sample point; where it raises, the trace is over, caught or not.

        Raises
        ------
        Exception
            What NumPy raises.
        """
        try:
            return run()
        except Exception as error:
            message = f"{name} raises {type(error).__name__} at the sample point: {error}"
            self.failure = self.failure or SampleError(message)
            raise

    # -- values ---------------------------------------------------------------------------------------

    def made(
        self, name: str, result: Any, value: Any, sources: tuple[Any, ...] = (), claim: Claim | None = None
    ) -> Any:
        """Return a result of the vocabulary, with the value that NumPy has for it, as the program holds it.

        Raises
        ------
        FormulaError
            The two have different shapes: the function is read in another sense than NumPy's.
        """
        if isinstance(result, tuple):
            parts = [self.made(name, r, v, sources) for r, v in zip(result, value, strict=True)]
            return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
        if isinstance(result, Weights):
            return self.kind(result, value, self)
        shape = concrete(result.dims, self.sizes)
        if shape != np.shape(value):
            raise FormulaError(
                f"{name} has shape {np.shape(value)} in NumPy at the sample point and is read with shape {shape} here"
            )
        parts, depth = result.entry.extent
        if parts > MOST_PARTS or depth > DEEPEST:
            too = f"has more than {MOST_PARTS} parts" if parts > MOST_PARTS else f"is nested more than {DEEPEST} deep"
            raise FormulaError(f"the formula of {self.name} {too}: give it fewer steps, or smaller sizes")
        self.log.append((name, result, value))
        held = self.kind(result, value, self, claim)
        for source in sources:
            if isinstance(source, Held) and _shared(source.value, value):
                source.family.append(weakref.ref(held))
                held.family = source.family
        return held

    def tensor_of(self, value: Any) -> Tensor:
        """Return the tensor that an operand stands for, with indices of its own.

        Raises
        ------
        FormulaError
            It is no number and no array of numbers.
        """
        if isinstance(value, Held):
            if isinstance(value.tensor, Weights):
                raise FormulaError("the place of the greatest entry is an index and no number: write x[np.argmax(x)]")
            return value.tensor.renamed()  # type: ignore[no-any-return]  # a tensor
        return stack(tuple(map(self.tensor_of, value))) if isinstance(value, (list, tuple)) else constant(value)

    # -- comparisons ----------------------------------------------------------------------------------

    def decided(self, held: Held) -> bool:
        """Return which way a comparison goes at the sample point, and keep it as a condition of the path.

        Raises
        ------
        FormulaError
            The sample point does not decide it, or there is more than one comparison in it.
        BoundError
            The program makes too many.
        """
        self.step()
        self.comparisons += 1
        if self.comparisons > MOST_COMPARISONS:
            raise BoundError(f"{self.name} makes more than {MOST_COMPARISONS} comparisons{_ENDLESS}")
        if np.size(held.value) != 1 or held.tensor.indices:
            self.refuse(
                f"an array of shape {held.tensor} has no truth value of its own: "
                "ask np.all(…) or np.any(…), or choose entry by entry with np.where"
            )
        outcome = bool(held.value)
        if not depends(held.tensor.entry):
            return outcome
        claim = held.claim or Compared("≠", held.side, Side(scalar(0), 0))
        open_ones = [leaf for leaf in claim.leaves() if not _is_identity(leaf)]
        for leaf in open_ones:
            if leaf.trouble is not None:
                self.refuse(f"the comparison {condition(leaf)} {leaf.trouble}", SampleError)
        if open_ones:
            self.claims.append(claim if outcome else claim.opposite())
        return outcome


_ENDLESS = ": the trace ends there; a loop may have no end"


def _is_identity(claim: Compared) -> bool:
    """Whether both sides are one formula, however it is written: they tie everywhere."""
    (left, a), (right, b) = claim.left, claim.right
    if left.dims != right.dims or not np.array_equal(a, b):
        return False
    return equal(left.entry, right.at(left.axes).entry) is True


def _shared(a: Any, b: Any) -> bool:
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and bool(np.may_share_memory(a, b))


# -- time -----------------------------------------------------------------------------------------------------


class _Watch:
    """Stops a thread that runs for too long, even where it computes nothing with symbols."""

    def __init__(self, seconds: float) -> None:
        self.lock, self.over, self.sent = threading.Lock(), False, False
        self.thread = ctypes.c_ulong(threading.get_ident())
        self.timer = threading.Timer(seconds, self._stop)
        self.timer.daemon = True

    def _stop(self) -> None:
        with self.lock:
            if not self.over:
                self.sent = True
                ctypes.pythonapi.PyThreadState_SetAsyncExc(self.thread, ctypes.py_object(BoundError))

    def end(self) -> None:
        """Let the thread go on; an error that is on its way arrives here and nowhere else."""
        self.timer.cancel()
        with self.lock:
            self.over = True
        if self.sent:
            with contextlib.suppress(BoundError):
                for _ in range(1000):  # it is raised between two steps of the interpreter
                    pass


def bounded(name: str, run: Callable[[], Any]) -> Any:
    """Run a program, and stop it where it takes too long.

    Raises
    ------
    FormulaError
        A bound was hit; the message names it.
    """
    watch = _Watch(MOST_SECONDS)
    try:
        watch.timer.start()
        try:
            return run()
        finally:
            watch.end()
    except BoundError as error:
        raise FormulaError(str(error) or f"{name} runs for more than {MOST_SECONDS:g} seconds{_ENDLESS}") from None
    except RecursionError as error:
        raise FormulaError(f"{name} makes a formula, or calls, nested too deep: give it fewer steps") from error
