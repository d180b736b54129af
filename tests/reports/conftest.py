"""Records to make pages from, the page of each, and a Chromium to open them in."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

import reports

RECORDS = Path(__file__).parent / "records"
HOSTILE = "</script><img src=x onerror=\"window.led='astray'\"><!-- <script>'&\u2028"
CLOSED = {"schema", "verdict", "status", "strength", "kind", "dtype", "mathml"}
"""Fields whose values the schema lists; formulas have hostile tests of their own."""


@pytest.fixture
def every_status():
    """A record with every status, every verdict, failures and plots, as version 1.0 wrote it."""
    return json.loads((RECORDS / "every_status.json").read_text(encoding="utf-8"))


@pytest.fixture
def all_agree(every_status):
    """A record in which nothing objects."""
    kept = [o for o in every_status["operations"] if o["verdict"] == "right"]
    claims = [c for c in every_status["claims"] if c["verdict"] != "error"]
    return {**every_status, "operations": kept, "claims": claims}


@pytest.fixture
def smallest():
    """The least that the schema asks for."""
    return {
        "schema": "1.0",
        "tool": {"name": "gradproof", "version": "0.1.0"},
        "run": {"command": "gradproof report", "seed": 0, "profile": "quick"},
        "environment": {},
        "operations": [],
        "claims": [],
    }


def _led(value, key=""):
    if isinstance(value, str):
        return value if key in CLOSED else f"{value}{HOSTILE}"
    if isinstance(value, dict):
        return {k: _led(v, k) for k, v in value.items()}
    return [_led(v, key) for v in value] if isinstance(value, list) else value


@pytest.fixture
def hostile(every_status):
    """A record whose every free string tries to break out of the page."""
    led = _led(copy.deepcopy(every_status))
    led["operations"][0]["id"] = HOSTILE
    led["operations"][1]["definition"]["math"] = {"text": HOSTILE, "mathml": f"<math>{HOSTILE}</math>"}
    return led


class Visit:
    """A page opened in the browser, with everything that it complained of or asked the network for."""

    def __init__(self, browser, url, **context):
        self.troubles, self.requests = [], []
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.troubles.append(message.text))
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(url)

    @property
    def foreign(self):
        """Requests for anything but the page itself and what it holds inside."""
        return [url for url in self.requests if not url.startswith(("file:", "data:"))]


@pytest.fixture
def visit(browser, tmp_path):
    """Write a record's page and open it: ``visit(record, "#fragment", width=360, ...)``."""
    opened = []

    def visit(record, address="", *, width=1280, **context):
        _, page = reports.write(record, tmp_path)
        opened.append(Visit(browser, page.as_uri() + address, viewport={"width": width, "height": 800}, **context))
        return opened[-1]

    yield visit
    for each in opened:
        each.context.close()
