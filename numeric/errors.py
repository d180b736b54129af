"""The exceptions of ``numeric``: each is ours, and also the kind PyTorch raises in the same case."""

from __future__ import annotations


class NumericError(Exception):
    """Root of every exception that ``numeric`` raises on purpose."""


class NumericRuntimeError(NumericError, RuntimeError):
    """The operation cannot be done on these tensors: shapes, dtypes or the tape forbid it."""


class NumericNotImplementedError(NumericError, NotImplementedError):
    """The operation is not defined for this dtype."""


class NumericTypeError(NumericError, TypeError):
    """An argument has the wrong type."""


class NumericValueError(NumericError, ValueError):
    """An argument has the right type and a value that is not allowed."""


class NumericIndexError(NumericError, IndexError):
    """An index or an axis lies outside the tensor."""
