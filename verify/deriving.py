"""The verb `derive`: a derivative for every size, with its checked steps, from the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import symbolic
from symbolic.errors import DerivationError, FormulaError, NotInstalledError, SymbolicError
from verify.errors import UsageError, VerifyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

RESULTS = {"gradient": "∂f/∂{x}", "hessian": "∂²f/∂{x}²", "hvp": "H·{x}_dot", "jvp": "f_dot", "vjp": "{x}_bar"}
"""What can be asked for, and how it is called in front of the answer."""


def derive_text(
    formula: str,
    wrt: str | None,
    shapes: str | None,
    domains: Mapping[str, str],
    space: str,
    result: str = "gradient",
    notation: str | None = None,
) -> str:
    """Return what `gradproof derive` prints: the answer with its steps, or the answer alone in one notation.

    Raises
    ------
    UsageError
        The formula, a shape, a domain or the space cannot be read; or the notation has no such answer.
    VerifyError
        The derivation does not agree with itself: a fault of ours.
    """
    try:
        derived = symbolic.derive(formula, wrt, shapes, domains, space)
        if notation == "json":
            if result != "gradient":
                raise UsageError("--json holds the whole derivation: leave --result out")
            return json.dumps(derived.to_json(), ensure_ascii=False, indent=1)
        answer = derived.gradient if result == "gradient" else getattr(derived, result)()
        if notation is not None:
            return str(getattr(answer, notation)())
        return "\n".join(_lines(derived, answer, result))
    except (FormulaError, NotInstalledError) as error:
        raise UsageError(str(error)) from error
    except DerivationError as error:
        raise VerifyError(str(error)) from error
    except SymbolicError as error:
        raise UsageError(str(error)) from error


def _lines(derived: Any, answer: Any, result: str) -> Iterator[str]:
    sizes = sorted({d.name for axis in derived.shapes.values() for dims in axis for d in dims if d.name})
    scope = f", for every {', '.join(sizes)}" if sizes else ""
    where = "" if derived.space == "free" else f", {derived.space}"
    yield f"f = {derived.formula}, by {derived.wrt}{where}{scope}"
    yield ""
    left = RESULTS[result].format(x=derived.wrt)
    if answer.matrix_form is None:
        left = _entry(left, result, answer.index_names, len(derived.function.indices))
    yield f"  {left} = {answer.text()}"
    yield f"  shape {answer.shape}"
    if result == "gradient":
        yield ""
        for number, step in enumerate(derived.steps, 1):
            yield f"  {number}. {step.left(derived.wrt)} = {step.text()}"
            yield f"     {step.rule}: {step.reason} {step.check.tick}".rstrip()


def _entry(left: str, result: str, names: tuple[str, ...], outputs: int) -> str:
    """Name the entry that is written: of a derivative, output and variable each have their own places."""
    if result != "gradient":
        return f"{left}[{', '.join(names)}]" if names else left
    over, under = left.split("/")
    of, by = ", ".join(names[:outputs]), ", ".join(names[outputs:])
    return f"{over}{f'[{of}]' if of else ''}/{under}{f'[{by}]' if by else ''}"
