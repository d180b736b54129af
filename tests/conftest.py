"""What every test shares: a fixed Hypothesis profile and the optional parts, skipped with a reason."""

from __future__ import annotations

import importlib
import os
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

_QUIET = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
_FIXED = {
    "derandomize": True,  # no flaky test: the draws are a function of the test
    "database": None,
    "deadline": None,  # timings are never asserted in tests
    "suppress_health_check": _QUIET,
}
settings.register_profile("default-run", max_examples=40, **_FIXED)
settings.register_profile("deep-run", max_examples=2000, **_FIXED)
settings.load_profile(os.environ.get("GRADPROOF_TEST_PROFILE", "default-run"))


def _optional(missing: str) -> None:
    """Skip on a user's machine; fail in CI, where every optional part is installed."""
    if os.environ.get("CI"):
        pytest.fail(f"{missing} is missing, and CI must have it")
    pytest.skip(f"{missing} is not installed: its witness is not heard on this machine")


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError:
        _optional(name)
        raise


@pytest.fixture(scope="session")
def torch() -> ModuleType:
    """PyTorch, the witness for names and semantics."""
    return _module("torch")


@pytest.fixture(scope="session")
def jax() -> ModuleType:
    """JAX in 64-bit mode, a second witness."""
    module = _module("jax")
    module.config.update("jax_enable_x64", True)
    return module


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a Chromium that runs headless."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        _optional("chromium")
    _module("playwright")
    return str(path)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Any]:
    """A headless Chromium; one for the whole session, for Playwright runs one loop a process."""
    with importlib.import_module("playwright.sync_api").sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()
