"""The page: from the record of a run to one self-contained HTML file. Imports none of the other rooms."""

from reports.errors import ReportError
from reports.page import render
from reports.record import load, write
from reports.validation import validate

__all__ = ["ReportError", "load", "render", "validate", "write"]
