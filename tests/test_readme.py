"""Every Python example of the README runs, and its command lines exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
COMMANDS = re.findall(r"^\$ gradproof (.*)$", README, flags=re.MULTILINE)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_runs(number, tmp_path):
    program = tmp_path / "example.py"
    program.write_text(EXAMPLES[number], encoding="utf-8")
    answer = subprocess.run([sys.executable, "-W", "error", program], capture_output=True, text=True, check=False)  # noqa: S603 - our own README
    assert answer.returncode == 0, answer.stderr
    for line, said in re.findall(r"print\((.*)\)  # (.*)$", EXAMPLES[number], flags=re.MULTILINE):
        assert said in answer.stdout, line


def test_there_are_three_kinds_of_examples():
    assert len(EXAMPLES) >= 3
    assert len(COMMANDS) >= 3


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_line_runs(command, tmp_path):
    program = [sys.executable, "-m", "verify", *shlex.split(command)]
    answer = subprocess.run(program, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603 - our own README
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip()
