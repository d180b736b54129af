"""JAX arrays in PyTorch's names, so that one program text runs on both witnesses. Imported only where JAX is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp

if TYPE_CHECKING:
    from collections.abc import Callable


class Dressed:
    """A JAX array that answers to the method names of a PyTorch tensor that the notes use."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.array, name)
        return _wrapped_method(attribute) if callable(attribute) else _dress(attribute)

    def __getitem__(self, key: Any) -> Dressed:
        return Dressed(self.array[key])

    def dot(self, other: Any) -> Dressed:
        """Return the dot product."""
        return Dressed(jnp.dot(self.array, other.array))

    mv = mm = dot

    def exp(self) -> Dressed:
        """Return the exponential."""
        return Dressed(jnp.exp(self.array))

    def abs(self) -> Dressed:
        """Return the absolute value."""
        return Dressed(jnp.abs(self.array))

    def detach(self) -> Dressed:
        """Return the value as a constant."""
        return Dressed(jax.lax.stop_gradient(self.array))

    def clone(self) -> Dressed:
        """Return a copy."""
        return Dressed(jnp.array(self.array))

    def norm(self, p: Any = 2) -> Dressed:
        """Return the norm of all entries."""
        return Dressed(jnp.linalg.norm(self.array.ravel(), ord=p))

    def __neg__(self) -> Dressed:
        return Dressed(-self.array)

    def __bool__(self) -> bool:
        return bool(self.array)


def _binary(name: str) -> Any:
    def method(self: Dressed, other: Any) -> Dressed:
        return Dressed(getattr(jnp.asarray(self.array), name)(_bare(other)))

    return method


for _name in (
    "add",
    "radd",
    "sub",
    "rsub",
    "mul",
    "rmul",
    "truediv",
    "rtruediv",
    "pow",
    "rpow",
    "matmul",
    "lt",
    "gt",
    "le",
    "ge",
):
    setattr(Dressed, f"__{_name}__", _binary(f"__{_name}__"))


def _bare(value: Any) -> Any:
    return value.array if isinstance(value, Dressed) else value


def _dress(value: Any) -> Any:
    return Dressed(value) if isinstance(value, jax.Array) else value


def _wrapped_method(method: Any) -> Callable[..., Any]:
    return lambda *args, **kwargs: _dress(method(*map(_bare, args), **kwargs))


def undressed(program: Callable[..., Any]) -> Callable[..., Any]:
    """Return the program as a function of JAX arrays."""
    return lambda *arrays: _bare(program(*map(Dressed, arrays)))
