"""Our own answers, and the table of everybody's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.rivalry.asking import RAISES, UNEVALUATED, WORDS, WRONG
from benchmarks.rivalry.judging import RIGHT, judged, trial
from symbolic import SymbolicError, derive

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.rivalry.asking import Rival

OURS = "gradproof"
WIDE = 100


def own(row: Any, seconds: float) -> dict[str, Any]:
    """Return what our derivation is worth before the same judge; its time was taken before."""
    try:
        derived = derive(row.f, row.wrt, row.shapes, row.domains, row.space)
        found = trial(row.f, row.wrt, row.shapes, tuple(sorted(row.domains.items())), row.space)
        if found is None:
            return {"answer": UNEVALUATED, "seconds": seconds}
        slope = derived.gradient.evaluate(found.point, found.sizes).astype(float)
    except SymbolicError as error:
        return {"answer": RAISES, "seconds": seconds, "why": str(error)}
    return {"answer": judged(np.squeeze(slope), found, layouts=False), "seconds": seconds}


def table(found: list[dict[str, Any]], rivals: Mapping[str, Rival]) -> str:
    """Return everybody's counts and times, and every wrong answer by its formula."""
    names = [name for name in (OURS, *rivals) if any(name in a for a in found)]
    lines = [f"{'':22}" + "".join(f"{word:>15}" for word in WORDS) + f"{'median s':>12}{'ours there':>12}"]
    wrong, split = [], []
    for name in names:
        rival = rivals.get(name)
        if rival is not None and rival.missing():
            lines.append(f"{name:22}{rival.missing()}")
            continue
        answers = [a[name] for a in found]
        title = rival.version or name if rival is not None else name
        counts = "".join(f"{sum(a['answer'] == word for a in answers):15}" for word in WORDS)
        lines.append(f"{title:22}{counts}{_median(found, name, name):>12}{_median(found, name, OURS):>12}")
        wrong += [(name, a) for a in found if a[name]["answer"] == WRONG]
        ways = [a["ways"].values() for a in answers if a["answer"] == RIGHT and "ways" in a]
        if twofold := sum(WRONG in given for given in ways):
            split.append(f"{title}: {twofold} of the right answers are wrong in the spelling that is asked first")
    lines += ["", *split, "median s: over its right answers; ours there: gradproof over the same formulas"]
    for name, a in wrong:
        text = a[name].get("text", "")
        shown = text if len(text) <= WIDE else f"{text[:WIDE]}…"
        lines.append(f"WRONG {name}: {a['f']}  by {a['wrt']}: {shown}")
    return "\n".join(lines)


def _median(found: list[dict[str, Any]], rival: str, timed: str) -> str:
    seconds = [a[timed]["seconds"] for a in found if a[rival]["answer"] == RIGHT]
    return f"{np.median(seconds):.4f}" if seconds else "-"
