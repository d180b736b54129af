"""The command `gradproof`: report, list and show. Heavy libraries are imported only where a verb needs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from verify.errors import UsageError, VerifyError
from verify.profiles import PROFILES, profile

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE, NOTHING_SELECTED, INTERRUPTED = 4, 5, 2

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Is this gradient right? Verdicts with evidence on every operation and sentence of the notes.",
)


@app.command()
def report(
    operations: Annotated[
        list[str] | None,
        typer.Argument(metavar="[OP]...", help="Operations, or patterns such as 'sum*'."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for report.json and report.html.")] = Path("gradproof-report"),
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random draw.")] = 0,
    profile_name: Annotated[str, typer.Option("--profile", help=f"How much work: {', '.join(PROFILES)}.")] = "quick",
    only: Annotated[list[str] | None, typer.Option(help="Ask only this oracle (repeatable).")] = None,
    claims: Annotated[list[str] | None, typer.Option(help="Judge only this claim (repeatable).")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes (default: one a core).")] = None,
) -> int:
    """Verify operations and claims of the notes, and write report.json and report.html."""
    from verify.reporting import Request, run_report  # noqa: PLC0415 - keeps --help and list quick

    request = Request(
        operations=tuple(operations or ()), claims=tuple(claims or ()), oracles=tuple(only or ()),
        out=out, seed=seed, profile=profile(profile_name), jobs=jobs,
    )  # fmt: skip
    return run_report(request)


@app.command(name="list")
def list_(
    json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> int:
    """List the operations, their parameters and rules, and the claims."""
    from verify.listing import listing  # noqa: PLC0415 - keeps --help quick

    typer.echo(listing(as_json=json))
    return 0


@app.command()
def show(
    operation: Annotated[str, typer.Argument(metavar="OP", help="An operation's name: see 'gradproof list'.")],
    latex: Annotated[bool, typer.Option(help="Formulas as LaTeX.")] = False,
    mathml: Annotated[bool, typer.Option(help="Formulas as MathML.")] = False,
    srepr: Annotated[bool, typer.Option(help="Formulas as SymPy's srepr.")] = False,
) -> int:
    """Show an operation's definition and its checked derivation."""
    from verify.showing import Notation, show_operation  # noqa: PLC0415 - imports SymPy

    chosen = [n for n, on in ((Notation.LATEX, latex), (Notation.MATHML, mathml), (Notation.SREPR, srepr)) if on]
    if len(chosen) > 1:
        raise UsageError("choose one of --latex, --mathml and --srepr")
    typer.echo(show_operation(operation, chosen[0] if chosen else Notation.TEXT))
    return 0


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code (see the table in the README)."""
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    command: Any = typer.main.get_command(app)
    try:
        result = command.main(
            args=None if arguments is None else list(arguments),
            prog_name="gradproof",
            standalone_mode=False,
        )
    except click.exceptions.NoArgsIsHelpError as error:
        typer.echo(error.format_message())
        return USAGE
    except click.ClickException as error:
        typer.echo(f"gradproof: {error.format_message()}", err=True)
        return USAGE
    except UsageError as error:
        typer.echo(f"gradproof: {error}", err=True)
        return USAGE
    except VerifyError as error:
        typer.echo(f"gradproof: {error}", err=True)
        return 3
    except (click.Abort, KeyboardInterrupt):
        typer.echo("gradproof: interrupted", err=True)
        return INTERRUPTED
    return int(result or 0)
