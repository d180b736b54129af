"""What another system can write: tensors with NumPy's axes, and a handful of primitives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symbolic.tensors.tensor import Dims

Axes = tuple["Dims", ...]
UNIT: Dims = ()
NUMBERS = (int, float)


class NoTranslationError(Exception):
    """The language has no word for it."""


@dataclass(frozen=True)
class Value:
    """A tensor in the language: what it is there, and its axes as NumPy has them (`UNIT` is an axis of length 1).

    If it is a size, `size` says which.
    """

    language: Language
    it: Any
    axes: Axes
    size: Dims | None = None

    def __add__(self, other: Any) -> Value:
        return self.language.add(self, self.language.value(other))

    def __radd__(self, other: Any) -> Value:
        return self.language.add(self.language.value(other), self)

    def __neg__(self) -> Value:
        return self.language.multiply(self.language.value(-1), self)

    def __sub__(self, other: Any) -> Value:
        return self + -other

    def __rsub__(self, other: Any) -> Value:
        return self.language.value(other) + -self

    def __mul__(self, other: Any) -> Value:
        return self.language.multiply(self, self.language.value(other))

    def __rmul__(self, other: Any) -> Value:
        return self.language.multiply(self.language.value(other), self)

    def __truediv__(self, other: Any) -> Value:
        if isinstance(other, NUMBERS):
            return self.language.multiply(self.language.value((1, other)), self)
        return self * other**-1

    def __rtruediv__(self, other: Any) -> Value:
        return self.language.value(other) * self**-1

    def __pow__(self, other: Any) -> Value:
        return self.language.power(self, other)

    def __rpow__(self, other: Any) -> Value:
        return self.language.apply("exp", self * self.language.apply("log", self.language.value(other)))

    def __matmul__(self, other: Any) -> Value:
        return self.language.matmul(self, self.language.value(other))


class Language(ABC):
    """What another system can write: the primitives, each on `Value`s."""

    def value(self, given: Any) -> Value:
        """Return a number as a value; a value is one."""
        return given if isinstance(given, Value) else Value(self, self.number(given), ())

    @abstractmethod
    def number(self, given: float | tuple[float, float]) -> Any:
        """Return a number, or a quotient of two."""

    @abstractmethod
    def size(self, dims: Dims) -> Value:
        """Return a size as a number."""

    @abstractmethod
    def variable(self, name: str, axes: Axes) -> Value:
        """Return a variable."""

    @abstractmethod
    def add(self, a: Value, b: Value) -> Value:
        """Return the sum, with broadcasting."""

    @abstractmethod
    def multiply(self, a: Value, b: Value) -> Value:
        """Return the product of entries, with broadcasting."""

    @abstractmethod
    def power(self, a: Value, exponent: Any) -> Value:
        """Return every entry to a power: a number or a value."""

    @abstractmethod
    def apply(self, function: str, a: Value) -> Value:
        """Return a function of every entry."""

    @abstractmethod
    def total(self, a: Value, axis: int | None, keepdims: bool) -> Value:
        """Return the sum over an axis, or over all."""

    @abstractmethod
    def matmul(self, a: Value, b: Value) -> Value:
        """Return the matrix product, of vectors too."""

    @abstractmethod
    def transpose(self, a: Value) -> Value:
        """Return the transpose; of a vector itself."""

    @abstractmethod
    def linear(self, name: str, a: Value) -> Value:
        """Return trace, det, inv or diag of a matrix, or diag of a vector."""

    @abstractmethod
    def special(self, name: str, axes: Axes) -> Value:
        """Return eye, ones or zeros."""

    @abstractmethod
    def index(self, a: Value, keys: tuple[Any, ...]) -> Value:
        """Return a part: numbers, slices and None, one an axis."""

    def maximum(self, a: Value, axis: int | None, keepdims: bool) -> Value:  # noqa: ARG002 - a language may have one
        """Return the greatest along an axis, or of all."""
        raise NoTranslationError("max")

    def einsum(self, spelling: str, *operands: Value) -> Value:  # noqa: ARG002 - a language may have one
        """Return a sum of products, in Einstein's notation."""
        raise NoTranslationError("einsum")

    def kron(self, a: Value, b: Value) -> Value:  # noqa: ARG002 - a language may have one
        """Return the Kronecker product."""
        raise NoTranslationError("kron")


def broadcast(a: Axes, b: Axes) -> Axes:
    """Return the axes of a result of two."""
    n = max(len(a), len(b))
    pairs = zip((UNIT,) * (n - len(a)) + a, (UNIT,) * (n - len(b)) + b, strict=True)
    joined = []
    for left, right in pairs:
        if UNIT not in (left, right) and left != right:
            raise NoTranslationError(f"sizes {left} and {right}")
        joined.append(left or right)
    return tuple(joined)
