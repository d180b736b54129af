"""The error of this room."""

from __future__ import annotations


class ReportError(ValueError):
    """A record, a file or a folder that cannot be reported: names the place, what was given and what to do."""
