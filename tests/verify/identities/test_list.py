"""Every identity of the list is judged right: the status, and the assumption or the mistake."""

from pathlib import Path

import pytest

from verify import judge

HERE = Path(__file__).parent


def _cases(name):
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield [part.strip() for part in line.split(";")]


CASES = list(_cases("identities.txt"))
FURTHER = [case for name in ("matrices", "learning", "mixed") for case in _cases(f"{name}.txt")]
"""Written apart from the judge."""


def _name(case):
    _, f, df, wrt, *_ = case
    return f"{f} by {wrt}: {df}"


def test_the_list_is_long_and_a_third_of_it_is_subtly_false():
    assert len(CASES) >= 200
    assert sum(status != "TRUE" for status, *_ in CASES) >= 80


def _judged_right(case):
    status, f, df, wrt, shapes, domains, space, words = case
    held = dict(part.strip().split("=") for part in domains.split(",") if part.strip())
    verdict = judge(f, df, wrt, shapes, held, space or "free")
    assert verdict.status == status, str(verdict)
    assert words in f"{verdict.assumption} {verdict.diagnosis}", str(verdict)
    assert (verdict.strength is not None) == (status == "TRUE")
    if status == "FALSE":
        assert verdict.counterexample is not None
    return verdict


@pytest.mark.parametrize("case", CASES, ids=map(_name, CASES))
def test_an_identity_of_the_list_is_judged_right(case):
    _judged_right(case)


@pytest.mark.deep
@pytest.mark.parametrize("case", FURTHER, ids=map(_name, FURTHER))
def test_an_identity_that_somebody_else_wrote_is_judged_right(case):
    _judged_right(case)
