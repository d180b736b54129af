"""The page: a pure function from the record to one self-contained HTML file."""

from __future__ import annotations

import base64
import gzip
import json
import re
import zlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports import counting, matrix, summary, vocabulary
from reports.mathml import formula
from reports.plots import plot
from reports.slim import slim
from reports.validation import complete, validate

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANCHOR = re.compile(r"[^A-Za-z0-9._/-]")


def render(record: Mapping[str, Any]) -> str:
    """Return the report of a run as one HTML document.

    Nothing is fetched: style, script, font and the record itself are inside. The same record gives the same text.

    Parameters
    ----------
    record : dict
        The record of a run (`schema.json`).

    Raises
    ------
    ReportError
        The record does not follow the schema.
    """
    validate(record)
    full = complete(record)
    page = (
        _environment()
        .get_template("page.html")
        .render(
            record=full,
            command=summary.command(full),
            headline=summary.headline(full),
            lede=summary.lede(full),
            figures=summary.figures(full),
            attention=summary.attention(full),
            columns=matrix.columns(full["operations"]),
            groups=matrix.groups(full["operations"]),
            shared=matrix.shared(full["operations"]),
            embedded=embedded(record),
            font=_font(),
            licence=_text("fonts/OFL.txt"),
            style=Markup(_text("templates/style.css")),  # noqa: S704 - our own file
            script=Markup(_text("templates/script.js")),  # noqa: S704 - our own file
        )
    )
    return slim(page)


def anchor(name: str) -> str:
    """Return a name as a fragment: as it is where a URL can hold it, else cleaned and told apart by a checksum."""
    clean = _ANCHOR.sub("_", name)
    return clean if clean == name else f"{clean}-{zlib.crc32(name.encode()):08x}"


def embedded(record: Mapping[str, Any]) -> Markup:
    """Return the record, compressed, as JSON that no HTML parser can be led out of: its alphabet is that of base64.

    The page holds the formulas as MathML; here they are LaTeX and text. The schema is kept.
    """
    text = json.dumps(_plain(record), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    data = base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode("ascii")
    return Markup(json.dumps({"encoding": "gzip, base64", "data": data}))  # noqa: S704


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if k != "mathml"}
    return [_plain(v) for v in value] if isinstance(value, (list, tuple)) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["thousands"] = "{:,}".format
    environment.globals.update(
        alike=matrix.alike,
        anchor=anchor,
        badge=matrix.badge,
        counting=counting,
        formula=formula,
        oracle=vocabulary.oracle,
        own_words=matrix.own_words,
        plot=plot,
        size=summary.size,
        words=vocabulary,
    )
    return environment


@cache
def _text(path: str) -> str:
    return files("reports").joinpath(path).read_text(encoding="utf-8").strip()


@cache
def _font() -> str:
    """Return the math font in base64."""
    return base64.b64encode(files("reports").joinpath("fonts/gradproof-math.woff2").read_bytes()).decode("ascii")
