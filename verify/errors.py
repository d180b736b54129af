"""What `verify` raises: each message says what was given, what was expected and what to do."""

from __future__ import annotations


class VerifyError(Exception):
    """Base of every exception that `verify` raises on purpose."""


class UsageError(VerifyError, ValueError):
    """The caller asked for something that does not exist or does not fit: the message names the fix."""


class UndecidableError(VerifyError, ArithmeticError):
    """A comparison of overlapping balls has no answer: the point is a kink, or the precision is too low.

    Flint answers False to ``==``, ``!=``, ``<`` and ``>=`` at once on such a pair; this
    exception is the third answer, and is caught where a point is judged.
    """


class SingularError(VerifyError, ArithmeticError):
    """The exact value or derivative is not finite here: a division by zero, the root of zero, the log of zero."""


class RuleError(VerifyError, ArithmeticError):
    """A rule on trial raised where its operation has a value: that is a finding, not a failure of ours."""


class OpaqueError(VerifyError, TypeError):
    """A program left the arithmetic that can be lifted: the message names the function and what it was given."""


class WrongGradientError(AssertionError, VerifyError):
    """A gradient is not right: the message tells at which input, what was claimed and what is true.

    Attributes
    ----------
    judgement : Judgement
        The whole answer, for programs.
    """

    def __init__(self, message: str, judgement: object = None) -> None:
        super().__init__(message)
        self.judgement = judgement


class OutOfTimeError(Exception):
    """The time for a judgement ran out while a program was being read: what was found before stands.

    Caught where the judgement is made; no `VerifyError`, which whoever asks a single question takes for an answer.
    """
