"""The arrows between the rooms: who may import whom, and what a plain import loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("symbolic", "numeric", "verify", "reports")
ALLOWED = {
    "symbolic": {"symbolic"},
    "numeric": {"numeric"},
    "reports": {"reports"},
    "verify": {"verify", "symbolic", "numeric", "reports"},
}
HEAVY = ("torch", "jax")


def _imports(path: Path) -> set[str]:
    """Top-level packages that a module imports, in functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_it_may(room):
    modules = sorted((ROOT / room).rglob("*.py"))
    assert modules, f"{room} has no modules"
    for path in modules:
        foreign = (_imports(path) & set(ROOMS)) - ALLOWED[room]
        assert not foreign, f"{path.relative_to(ROOT)} imports {sorted(foreign)}"


@pytest.mark.parametrize("room", ["symbolic", "numeric", "reports"])
def test_only_the_judge_may_name_torch_or_jax(room):
    for path in sorted((ROOT / room).rglob("*.py")):
        assert not _imports(path) & set(HEAVY), path.relative_to(ROOT)


def _loaded_by(statement: str) -> set[str]:
    command = [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules)"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - our own
    return {name.split(".")[0] for name in answer.stdout.split()}


@pytest.mark.parametrize("room", ROOMS)
def test_each_room_imports_alone_and_without_torch_or_jax(room):
    loaded = _loaded_by(f"import {room}")
    assert not loaded & set(HEAVY)
    assert not (loaded & set(ROOMS)) - ALLOWED[room]


@pytest.mark.parametrize("room", ["numeric", "reports"])
def test_the_claim_and_the_page_do_without_sympy(room):
    assert "sympy" not in _loaded_by(f"import {room}")


def test_the_command_lists_without_sympy():
    program = "from verify.cli import run\nassert run(['list']) == 0"
    assert "sympy" not in _loaded_by(program)


def test_truth_and_claim_are_twins():
    import numeric  # noqa: PLC0415 - this test alone needs both
    import symbolic  # noqa: PLC0415

    assert set(symbolic.operations) == set(numeric.operations)


def test_no_source_file_is_longer_than_400_lines():
    for room in (*ROOMS, "tests", "benchmarks"):
        for path in sorted((ROOT / room).rglob("*.py")):
            assert len(path.read_text(encoding="utf-8").splitlines()) <= 400, path.relative_to(ROOT)


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def test_no_function_is_longer_than_60_lines_and_the_median_is_under_10():
    lengths = []
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in _functions(path):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                assert length <= 60, f"{path.relative_to(ROOT)}:{node.lineno} {node.name} has {length} lines"
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lengths.append((body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0)
    assert sorted(lengths)[len(lengths) // 2] < 10
