"""Switching the recording of operations on and off, in PyTorch's names."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from numeric.errors import NumericTypeError
from numeric.tape import mode

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Switch:
    """A context manager, and a decorator, under which recording has a given value."""

    def __init__(self, recording: bool) -> None:
        self._recording = recording
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(mode.recording)
        mode.recording = self._recording

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        mode.recording = self._before.pop()

    def __call__(self, function: Callable[_P, _T]) -> Callable[_P, _T]:
        if not callable(function):
            raise NumericTypeError(f"expected a function to decorate, got {function!r}: write `with {self!r}:`")

        @functools.wraps(function)
        def switched(*args: _P.args, **kwargs: _P.kwargs) -> _T:
            with _Switch(self._recording):
                return function(*args, **kwargs)

        return switched

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class no_grad(_Switch):  # noqa: N801  (PyTorch's name)
    """Record nothing inside: results do not require grad."""

    def __init__(self) -> None:
        super().__init__(recording=False)


class enable_grad(_Switch):  # noqa: N801  (PyTorch's name)
    """Record inside, also within ``no_grad``."""

    def __init__(self) -> None:
        super().__init__(recording=True)


class set_grad_enabled(_Switch):  # noqa: N801  (PyTorch's name)
    """Set recording to ``enabled``: at once, and until the ``with`` block ends if there is one."""

    def __init__(self, enabled: bool) -> None:
        super().__init__(recording=bool(enabled))
        self._before.append(mode.recording)
        mode.recording = bool(enabled)

    def __enter__(self) -> None:
        """Do nothing more: the constructor has switched."""


def is_grad_enabled() -> bool:
    """Return whether operations are recorded now, in this thread."""
    return mode.recording
