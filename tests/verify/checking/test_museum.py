"""The museum of planted mistakes: each is refuted in the words of `museum.txt`, and its snippet refutes it again."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from pathlib import Path

import gallery
import numpy as np
import pytest
from more_mistakes import Noisy, Sums

from verify import diagnosis
from verify.errors import WrongGradientError
from verify.verdicts import Verdict

HERE = Path(__file__).resolve().parent
WORDS = HERE / "museum.txt"
HEADER = re.compile(r"^## (.*)$", flags=re.MULTILINE)
UNSTABLE = {"digits lost to a difference", "a detour through half precision", "an exponential that overflows"}
"""Right as mathematics: the floats are at fault."""


def messages():
    """Return the asserted messages by title."""
    parts = HEADER.split(WORDS.read_text(encoding="utf-8"))
    return dict(zip(parts[1::2], (part.strip("\n") for part in parts[2::2]), strict=True))


@functools.cache
def judgement_of(title):
    """Return the judgement of a mistake in float64."""
    return gallery.judged(fresh(title))


def said(title):
    """Return what `check` says of a mistake; a place in a source file without its line's number."""
    return re.sub(r"(\w+\.py):\d+", r"\1", judgement_of(title).message)


def fresh(title):
    """Return an entry whose pullback, where it keeps state, starts anew."""
    f, vjp, *rest = gallery.MISTAKES[title]
    return (f, type(vjp)(), *rest) if isinstance(vjp, STATEFUL) else (f, vjp, *rest)


STATEFUL = (gallery.Stateful, gallery.OneBuffer, Sums, Noisy)


@pytest.mark.parametrize("title", gallery.MISTAKES)
def test_a_planted_mistake_is_refuted_by_its_smallest_counterexample_in_these_words(title):
    assert said(title) == messages()[title]


def test_every_diagnosis_has_its_mistake():
    known = {value.words for value in vars(diagnosis).values() if isinstance(value, diagnosis.Diagnosis)}
    known |= {"constant factor 2", "sign", "transposed", "axis 0 reversed", "off by one element", "diagonal only"}
    known |= {"treated as constant", "cotangent ignored", "some entries only", "a factor that depends on the input"}
    said_here = {judgement_of(title).counterexample.diagnosis.words for title in gallery.MISTAKES}
    assert known - said_here <= {"the forward value", "another convention"}  # these are of the notes' own operations


def test_the_museum_shows_its_sixty_mistakes_and_no_other():
    assert list(messages()) == list(gallery.MISTAKES)
    assert len(gallery.MISTAKES) >= 60


@pytest.mark.parametrize("title", gallery.MISTAKES)
def test_the_snippet_of_a_mistake_refutes_it_again(title):
    judgement, entry = judgement_of(title), fresh(title)
    assert judgement.status is (Verdict.UNSTABLE if title in UNSTABLE else Verdict.WRONG)
    namespace = {"vjp": entry[1]} if isinstance(entry[1], STATEFUL) else {}  # such a snippet says that it needs it
    with pytest.raises(WrongGradientError) as caught:
        exec(judgement.counterexample.snippet, namespace)  # noqa: S102 - our own snippet
    assert caught.value.judgement.counterexample is not None


def test_the_snippet_of_functions_that_can_be_imported_refutes_them_in_another_process():
    snippet = gallery.judged(gallery.MISTAKES["a repeated index assigned"]).counterexample.snippet
    path = os.pathsep.join([str(HERE), *sys.path])
    answer = subprocess.run(  # noqa: S603 - our own snippet
        [sys.executable, "-W", "error", "-c", snippet],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert answer.returncode == 1
    assert "WrongGradientError: WRONG" in answer.stderr


# -- in every dtype -----------------------------------------------------------------------------------------------


HALVES = ("float16", "bfloat16")
UNKNOWN_TO_LAPACK = ("float16", "longdouble")
NOT_IN = {
    "a relative error of one in a million": ("float32", *HALVES),  # 1e-6 is a constant of ten of its ulps
    "a narrower dtype": ("float32", *HALVES),  # float32 is no narrower
    "a determinant by the inverse": UNKNOWN_TO_LAPACK,
    "a solve without its transpose": UNKNOWN_TO_LAPACK,
    "an inverse without its minus": UNKNOWN_TO_LAPACK,
    "digits lost to a difference": HALVES,  # too small for one, and within what an ulp moves in the other
    "a detour through half precision": HALVES,  # there it is none
    "an exponential that overflows": ("longdouble",),  # 1e4932 is not tried
}
"""Where a mistake exists in some dtypes only: where it does not, or is beyond what is looked at."""

CASES = [
    (title, name)
    for title in gallery.MISTAKES
    for name in ("float16", "float32", "longdouble", "bfloat16")
    if name not in NOT_IN.get(title, ())
]


@pytest.mark.parametrize(("title", "dtype"), CASES, indirect=["dtype"])
def test_a_mistake_is_refuted_in_whatever_dtype_it_exists(title, dtype):
    judgement = gallery.judged(fresh(title), dtype)
    assert judgement.status in (Verdict.WRONG, Verdict.UNSTABLE), judgement.message
    inputs = judgement.counterexample.inputs
    assert [np.asarray(x).dtype for x in inputs] == [dtype] * len(inputs)


def write():
    """Write what `check` says now; read every line of it before it is committed."""
    WORDS.write_text("".join(f"## {title}\n\n{said(title)}\n\n" for title in gallery.MISTAKES), encoding="utf-8")


if __name__ == "__main__":
    write()
