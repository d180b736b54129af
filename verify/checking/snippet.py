"""Python that shows a mistake again when it is pasted: the exact input, and the call that raises the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from verify.checking.formats import BFLOAT16
from verify.checking.source import Sources

if TYPE_CHECKING:
    from verify.checking.findings import Finding
    from verify.checking.programs import Programs


def snippet(programs: Programs, found: Finding, *, seed: int, order: int) -> str:
    """Return lines that build the very input and check the programs there."""
    sources = Sources()
    names = {role: sources.name(role, program) for role, program in _programs(programs).items()}
    arrays = found.point.inputs if found.point else ()
    inputs = [(name, array_text(x)) for name, x in zip(_fresh(programs.names, names), arrays, strict=False)]
    keywords = "".join(f", {role}={name}" for role, name in names.items() if role != "f")
    if isinstance(programs.given.reference, str):
        keywords += f", reference={programs.given.reference!r}"
    domain = None if programs.given.domain is None else sources.written("domain", programs.given.domain)
    if domain is not None:
        keywords += f", domain={domain}"
    options = f", seed={seed}" + (f", order={order}" if order > 1 else "")
    call = f"check({names['f']}, {', '.join(name for name, _ in inputs)}{keywords}{options})"
    lines = ["import numpy as np", "from verify import check"]
    if any(np.asarray(x).dtype.name == BFLOAT16 for x in arrays):
        lines.append("import ml_dtypes")
    return "\n".join([*lines, *sources.lines, *(f"{name} = {text}" for name, text in inputs), f"{call}.assert_right()"])


def _programs(programs: Programs) -> dict[str, Any]:
    """Return the programs by the keyword that `check` knows each by."""
    reference = None if isinstance(programs.given.reference, str) else programs.reference
    found = {"f": programs.f, "vjp": programs.vjp, "jvp": programs.jvp, "reference": reference}
    if programs.original is not None:
        found = {"f": programs.original, "reference": reference}
    return {role: program for role, program in found.items() if program is not None}


def _fresh(names: tuple[str, ...], taken: dict[str, str]) -> list[str]:
    """Return names for the inputs that do not hide a program."""
    return [f"{name}_" if name in {*taken.values(), "np", "check"} else name for name in names]


def array_text(x: Any) -> str:
    """Return an expression that rebuilds an array or scalar exactly."""
    values = np.asarray(x)
    dtype = f"ml_dtypes.{BFLOAT16}" if values.dtype.name == BFLOAT16 else f"np.{values.dtype.name}"
    if values.dtype.name.startswith("longdouble") or values.dtype.itemsize > 8:
        return _longdoubles(values, isinstance(x, np.ndarray))
    if not isinstance(x, np.ndarray):
        return f"{dtype}({_cell(values[()])})"
    return f"np.array({_nested(values)}, dtype={dtype}).reshape({values.shape})"


def _longdoubles(values: Any, is_array: bool) -> str:
    cells = [f'np.longdouble("{v!s}")' for v in values.ravel()]
    text = f"np.array([{', '.join(cells)}], dtype=np.longdouble).reshape({values.shape})"
    return text if is_array else cells[0]


def _cell(value: Any) -> str:
    if np.asarray(value).dtype.kind in "iub":
        return repr(value.item())
    number = float(value)
    if not np.isfinite(number):
        return f'float("{number}")'
    return (
        repr(number)
        if number == int(number) and abs(number) < 1e15 and str(number) != "-0.0"
        else f'float.fromhex("{number.hex()}")'
    )


def _nested(x: Any) -> str:
    if np.ndim(x) == 0:
        return _cell(x[()])
    return "[" + ", ".join(_nested(row) for row in x) + "]"
