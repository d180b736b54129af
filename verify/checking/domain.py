"""Where the programs are defined: a predicate over the inputs, or a constraint an input. The search never leaves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking.programs import attempt
from verify.domains import domain_of, holds
from verify.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


class Domain:
    """Says whether inputs lie in the domain; without constraints, everywhere."""

    def __init__(self, domain: Any, names: tuple[str, ...]) -> None:
        self.given = domain is not None
        self.predicate = domain if callable(domain) else None
        self.constraints = {} if callable(domain) or domain is None else _by_position(domain, names)

    def admits(self, inputs: tuple[Any, ...]) -> bool:
        """Whether the inputs satisfy every constraint; a predicate that raises says no."""
        if self.predicate is not None and not _holds(self.predicate, *inputs):
            return False
        return all(_holds(holds, inputs[k]) for k, holds in self.constraints.items())


def _holds(predicate: Callable[..., Any], *arguments: Any) -> bool:
    ran = attempt(predicate, *arguments)
    return not ran.words and bool(np.all(ran.value))


def _by_position(domain: Any, names: tuple[str, ...]) -> dict[int, Callable[[Any], Any]]:
    """Return one predicate an input that is constrained, by position.

    Raises
    ------
    UsageError
        The domain is none of a predicate, a mapping by input name, or a sequence with one constraint an input.
    """
    if isinstance(domain, dict):
        return {_position(name, names): _constraint(c) for name, c in domain.items()}
    if isinstance(domain, str) or _is_interval(domain):
        return {k: _constraint(domain) for k in range(len(names))}
    if isinstance(domain, (list, tuple)):
        if len(domain) != len(names):
            raise UsageError(
                f"domain has {len(domain)} constraints for {len(names)} inputs: give one an input, or None"
            )
        return {k: _constraint(c) for k, c in enumerate(domain) if c is not None}
    raise UsageError(f"domain={domain!r}: give a predicate over the inputs, or one constraint an input")


def _position(name: Any, names: tuple[str, ...]) -> int:
    if isinstance(name, int) and 0 <= name < len(names):
        return name
    if name not in names:
        raise UsageError(f"domain names the input {name!r}; the inputs are {', '.join(names)}")
    return names.index(name)


def _is_interval(constraint: Any) -> bool:
    return (
        isinstance(constraint, tuple)
        and len(constraint) == 2
        and all(isinstance(end, (int, float)) or end is None for end in constraint)
        and constraint != (None, None)
    )


def _constraint(constraint: Any) -> Callable[[Any], Any]:
    if callable(constraint):
        return constraint  # type: ignore[no-any-return]
    if isinstance(constraint, str):
        described = domain_of(constraint)
        if isinstance(described.numbers.below, str):
            size = described.numbers.below
            raise UsageError(f"domain {constraint!r} names a size: give its number, 'labels(10)', not {size!r}")
        return lambda x: holds(described, x, {})
    if _is_interval(constraint):
        low, high = (
            -np.inf if constraint[0] is None else constraint[0],
            np.inf if constraint[1] is None else constraint[1],
        )
        return lambda x: (x >= low) & (x <= high)
    raise UsageError(f"domain constraint {constraint!r}: give a name, an interval (low, high) or a predicate")
