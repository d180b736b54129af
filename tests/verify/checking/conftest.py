"""What the tests of `check` share: the dtypes that are judged, bfloat16 where ml_dtypes is there."""

from __future__ import annotations

import os
from importlib import import_module

import numpy as np
import pytest


@pytest.fixture
def dtype(request):
    """The dtype that an indirect parameter names."""
    if request.param != "bfloat16":
        return np.dtype(request.param)
    try:
        return np.dtype(import_module("ml_dtypes").bfloat16)
    except ImportError:
        if os.environ.get("CI"):
            pytest.fail("ml_dtypes is missing, and CI must have it")
        pytest.skip("ml_dtypes is not installed: there is no bfloat16")
