"""`gradproof judge`: an identity from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from verify.identities.api import judge
from verify.identities.verdict import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

CODES = {Status.TRUE: 0, Status.TRUE_ONLY_IF: 1, Status.FALSE: 1, Status.UNDECIDED: 6}
"""The exit code of each answer."""


def judge_command(f: str, df: str, wrt: str, shapes: str, domains: Mapping[str, str], space: str) -> int:
    """Judge an identity, print the verdict and return the exit code.

    Raises
    ------
    UsageError
        A part of the question cannot be read.
    """
    verdict = judge(f, df, wrt, shapes, domains, space)
    click.echo(str(verdict))
    return CODES[verdict.status]
