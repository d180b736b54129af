"""`gradproof judge`: an identity from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from verify.errors import UsageError
from verify.identities.api import judge
from verify.identities.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Iterable

CODES = {Status.TRUE: 0, Status.TRUE_ONLY_IF: 1, Status.FALSE: 1, Status.UNDECIDED: 6}
"""The exit code of each answer."""


def judge_command(f: str, df: str, wrt: str, shapes: str, domains: Iterable[str], space: str) -> int:
    """Judge an identity, print the verdict and return the exit code.

    Raises
    ------
    UsageError
        A part of the question cannot be read.
    """
    verdict = judge(f, df, wrt, shapes, dict(_domain(text) for text in domains), space)
    click.echo(str(verdict))
    return CODES[verdict.status]


def _domain(text: str) -> tuple[str, str]:
    name, sign, words = text.partition("=")
    if not sign:
        raise UsageError(f"--domain {text!r}: write name=words, such as A=symmetric")
    return name.strip(), words.strip()
