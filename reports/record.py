"""Read the record, and write it with its page."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from reports.errors import ReportError
from reports.page import render
from reports.validation import validate

if TYPE_CHECKING:
    from collections.abc import Mapping


def load(path: str | Path) -> dict[str, Any]:
    """Read a record from a JSON file.

    Raises
    ------
    ReportError
        The file cannot be read, is not JSON (a bare NaN is not), or does not follow the schema.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, TypeError, UnicodeDecodeError) as error:
        raise ReportError(
            f"{path} cannot be read: {error}. Give a report.json written by 'gradproof report'."
        ) from None
    try:
        record: dict[str, Any] = json.loads(text, parse_constant=_bare)
    except json.JSONDecodeError as error:
        raise ReportError(f"{path} is not JSON: {error}. Give a report.json written by 'gradproof report'.") from None
    validate(record)
    return record


def _bare(constant: str) -> NoReturn:
    raise ReportError(f"the record holds a bare {constant}, which is not JSON: write it as the string {constant!r}.")


def write(record: Mapping[str, Any], directory: str | Path) -> tuple[Path, Path]:
    """Write `report.json` and `report.html` into a folder, which is made where it does not exist.

    Parameters
    ----------
    record : dict
        The record of a run. The same record gives the same bytes.
    directory : str or Path
        Where to write.

    Returns
    -------
    tuple of two Path
        The record and the page.

    Raises
    ------
    ReportError
        The record does not follow the schema, or the folder cannot be written.
    """
    page = render(record)
    text = json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    if not isinstance(directory, str | Path):
        raise ReportError(f"the folder is {directory!r} of type {type(directory).__name__}; give a str or a Path.")
    folder = Path(directory)
    written = (folder / "report.json", folder / "report.html")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, content in zip(written, (text, page), strict=True):
            path.write_text(content, encoding="utf-8", newline="\n")
    except OSError as error:
        raise ReportError(f"{error.filename or folder}: {error.strerror}. Give a folder that can be written.") from None
    return written
