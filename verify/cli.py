"""The command `gradproof` and its verbs. Heavy libraries are imported only where a verb needs them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from verify.errors import UsageError, VerifyError
from verify.profiles import PROFILES, profile

if TYPE_CHECKING:
    from collections.abc import Sequence

USAGE, INTERNAL, INTERRUPTED = 4, 3, 2


@click.group(
    invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="gradproof")
@click.pass_context
def app(context: click.Context) -> None:
    """Is this gradient right? Verdicts with evidence on every operation and sentence of the notes."""
    if context.invoked_subcommand is None:
        raise UsageError(context.get_help())


@app.command()
@click.argument("operations", nargs=-1, metavar="[OP]...")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("gradproof-report"),
    show_default=True,
    help="Folder for report.json and report.html.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of every random draw.")
@click.option(
    "--profile", "profile_name", default="quick", show_default=True, metavar="|".join(PROFILES), help="How much work."
)
@click.option("--only", multiple=True, metavar="ORACLE", help="Ask only this oracle (repeatable).")
@click.option("--claims", multiple=True, metavar="CLAIM", help="Judge only this claim, or pattern (repeatable).")
@click.option("-j", "--jobs", type=click.IntRange(min=1), help="Processes (default: one a core).")  # fmt: skip
def report(
    operations: tuple[str, ...],
    out: Path,
    seed: int,
    profile_name: str,
    only: tuple[str, ...],
    claims: tuple[str, ...],
    jobs: int | None,
) -> int:
    """Verify operations (names, or patterns such as 'sum*') and claims of the notes.

    Writes report.json and report.html; exits 0 only when nothing is wrong, unstable or undecided.
    """
    from verify.reporting import Request, run_report  # noqa: PLC0415 - keeps --help and list quick

    return run_report(Request(operations, claims, only, out, seed, profile(profile_name), jobs))


@app.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def list_(*, as_json: bool) -> int:
    """List the operations, their parameters and rules, and the claims."""
    from verify.listing import listing  # noqa: PLC0415 - keeps --help quick

    click.echo(listing(as_json=as_json))
    return 0


@app.command()
@click.argument("operation", metavar="OP")
@click.option("--latex", "notations", flag_value="latex", multiple=True, help="Formulas as LaTeX.")
@click.option("--mathml", "notations", flag_value="mathml", multiple=True, help="Formulas as MathML.")
@click.option("--srepr", "notations", flag_value="srepr", multiple=True, help="Formulas as SymPy's srepr.")
def show(operation: str, notations: tuple[str, ...]) -> int:
    """Show an operation's definition and its checked derivation."""
    from verify.showing import Notation, show_operation  # noqa: PLC0415 - imports SymPy

    if len(notations) > 1:
        raise UsageError("choose one of --latex, --mathml and --srepr")
    click.echo(show_operation(operation, Notation(notations[0]) if notations else Notation.TEXT))
    return 0


def _domains(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    """Read ``A=symmetric`` for every option ``--domain``."""
    pairs = {}
    for text in given:
        name, sign, words = text.partition("=")
        if not sign:
            raise UsageError(f"--domain {text!r}: write name=words, such as A=symmetric")
        pairs[name.strip()] = words.strip()
    return pairs


DOMAIN = click.option(
    "--domain",
    "domains",
    multiple=True,
    callback=_domains,
    metavar="NAME=WORDS",
    help="Such as A=symmetric (repeatable).",
)
SPACE = click.option(
    "--space",
    default="free",
    show_default=True,
    metavar="free|symmetric-projected|symmetric-entries",
    help="Where the derivative is meant.",
)


@app.command()
@click.argument("formula", metavar="FORMULA")
@click.option("--wrt", metavar="NAME", help="The variable; may be left out where there is only one.")
@click.option("--shapes", metavar="SHAPES", help="Such as 'A: m,n  x: n  b: m'; an operation of the notes has its own.")
@DOMAIN
@SPACE
@click.option(
    "--result",
    type=click.Choice(["gradient", "hessian", "hvp", "jvp", "vjp"]),
    default="gradient",
    show_default=True,
    help="What to derive.",
)
@click.option("--latex", "notations", flag_value="latex", multiple=True, help="Print the answer alone, as LaTeX.")
@click.option("--mathml", "notations", flag_value="mathml", multiple=True, help="… as MathML.")
@click.option("--numpy", "notations", flag_value="numpy", multiple=True, help="… as NumPy source code.")
@click.option("--torch", "notations", flag_value="torch", multiple=True, help="… as PyTorch source code.")
@click.option("--jax", "notations", flag_value="jax", multiple=True, help="… as JAX source code.")
@click.option("--json", "notations", flag_value="json", multiple=True, help="Print the whole derivation as JSON.")
def derive(
    formula: str,
    wrt: str | None,
    shapes: str | None,
    domains: dict[str, str],
    space: str,
    result: str,
    notations: tuple[str, ...],
) -> int:
    """Derive a formula in NumPy's spelling for every size, step by step, each step checked."""
    from verify.deriving import derive_text  # noqa: PLC0415 - imports SymPy and FLINT

    if len(notations) > 1:
        raise UsageError("choose one of --latex, --mathml, --numpy, --torch, --jax and --json")
    click.echo(derive_text(formula, wrt, shapes, domains, space, result, notations[0] if notations else None))
    return 0


@app.command()
@click.option("--f", "f", required=True, metavar="FORMULA", help="The function, such as 'np.trace(A @ X)'.")
@click.option("--df", required=True, metavar="FORMULA", help="Its claimed derivative, of shape f.shape + wrt.shape.")
@click.option("--wrt", required=True, metavar="NAME", help="The variable.")
@click.option("--shapes", required=True, metavar="SHAPES", help="Such as 'A: n,m  X: m,n'.")
@DOMAIN
@SPACE
def judge(f: str, df: str, wrt: str, shapes: str, domains: dict[str, str], space: str) -> int:
    """Judge a claimed derivative of a formula: true, true only if, or false.

    Exits 0 when it is true, 1 when it is false or true only under an assumption, 6 when it is undecided.
    """
    from verify.identities.command import judge_command  # noqa: PLC0415 - imports SymPy and FLINT

    return judge_command(f, df, wrt, shapes, domains, space)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code (see the table in the README)."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    given = None if arguments is None else list(arguments)
    try:
        result = app.main(args=given, prog_name="gradproof", standalone_mode=False)
    except click.ClickException as error:
        return _said(error.format_message(), USAGE)
    except UsageError as error:
        return _said(str(error), USAGE)
    except VerifyError as error:
        return _said(str(error), INTERNAL)
    except (click.Abort, KeyboardInterrupt):
        return _said("interrupted", INTERRUPTED)
    return int(result or 0)


def _said(words: str, code: int) -> int:
    click.echo(words if words.startswith("Usage:") else f"gradproof: {words}", err=True)
    return code
