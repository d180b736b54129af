"""Time derivations and the code they give, beside the textbook's formula written by hand, SymPy and tensorgrad.

Run ``python -m benchmarks.derivations``. A ratio is the time of our NumPy code over that of the formula on the right
side of the identity, called in turns on the same arrays: below 1 we are faster. The bars: 1.5, and 2 s a derivation.
``--size`` is the shortest axis; the others are longer by a few, so that no two agree.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy

from benchmarks.rivalry.table import OURS, own, table
from benchmarks.rivals import RIVALS, namespace
from symbolic import SymbolicError, derive
from symbolic.tensors.drawing import concrete, points
from symbolic.tensors.expression import labels_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIST = Path(__file__).resolve().parent.parent / "tests" / "symbolic" / "tensors" / "identities.txt"
BAR, SLOW = 1.5, 2.0
ROUNDS, SPENT = 25, 0.004
MOST = 2e6
"""Entries of the largest derivative that is timed: sizes shrink until it fits."""


@dataclass(frozen=True)
class Row:
    """One identity: what is derived, and the textbook's answer."""

    f: str
    df: str
    wrt: str
    shapes: str
    domains: dict[str, str]
    space: str
    hand: str | None = None


def rows(path: Path) -> Iterator[Row]:
    """Read the true identities of a list: text with ``|``, or JSON."""
    if path.suffix == ".json":
        for entry in json.loads(path.read_text(encoding="utf-8")):
            if entry.get("expect", "TRUE") == "TRUE":
                known = {k: entry.get(k) for k in ("f", "df", "wrt", "shapes", "hand")}
                yield Row(**known, domains=entry.get("domains") or {}, space=entry.get("space") or "free")
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            f, df, wrt, shapes, domains, space = (part.strip() for part in line.split("|"))
            pairs = dict(pair.strip().split("=", 1) for pair in filter(None, re.split(r"[;,]", domains)))
            yield Row(f, df, wrt, shapes, pairs, space or "free")


def by_hand(row: Row) -> Callable[..., Any]:
    """Return the textbook's formula as a function of keyword arguments: our own text, so it may be evaluated."""
    scope = namespace()
    if row.hand:
        scope = {"np": np, "scipy": scipy}
        exec(row.hand, scope)  # noqa: S102 - our own list
        given: Callable[..., Any] = scope["hand"]
        return given
    code = compile(row.df, "<textbook>", "eval")

    def formula(**arrays: Any) -> Any:
        return eval(code, scope, arrays)  # noqa: S307 - our own list

    return formula


def arrays_for(derived: Any, size: int) -> tuple[dict[str, Any], dict[str, int]]:
    """Draw arrays in the domain, no two axes of one length."""
    names = sorted({d.name for dims in derived.shapes.values() for axis in dims for d in axis if d.name})
    sizes = {name: size + 3 * k for k, name in enumerate(names)}
    while np.prod(concrete(derived.gradient.tensor.dims, sizes), dtype=float) > MOST and min(sizes.values()) > 2:
        sizes = {name: n - 1 for name, n in sizes.items()}
    labels = labels_in(derived.gradient.best.entry)
    for point, drawn in points(derived.shapes, derived.facts, sizes=sizes, labels=labels):
        if all(np.shape(point[n]) == concrete(d, drawn) for n, d in derived.shapes.items()):
            return point, drawn
    raise ValueError("no arrays could be drawn")


def ratio(ours: Callable[[], Any], theirs: Callable[[], Any]) -> tuple[float, float]:
    """Return the shortest time of either, called in turns."""
    number = 1
    while (spent := _once(theirs, number)) < SPENT and number < 4096:
        number = max(2 * number, int(number * SPENT / max(spent, 1e-7)))
    best = [np.inf, np.inf]
    for _ in range(ROUNDS):
        for k, function in enumerate((ours, theirs)):
            best[k] = min(best[k], _once(function, number) / number)
            if best[k] * number > 1:
                number = 1
    return best[0], best[1]


def _once(function: Callable[[], Any], number: int) -> float:
    start = time.perf_counter()
    for _ in range(number):
        function()
    return time.perf_counter() - start


def measured(row: Row, size: int) -> dict[str, Any]:
    """Derive one identity, time it, and time its code beside the textbook's."""
    found: dict[str, Any] = {"f": row.f, "wrt": row.wrt}
    try:
        start = time.perf_counter()
        derived = derive(row.f, row.wrt, row.shapes, row.domains, row.space)
        found["result"] = derived.result
        found["derive"] = time.perf_counter() - start
        program = derived.numpy()
        found["source"] = program.source
    except SymbolicError as error:
        return {**found, "error": str(error)}
    point, sizes = arrays_for(derived, size)
    hand = by_hand(row)
    given = dict(point) | (sizes if not row.hand else {})
    mine = [point[n] for n in program.inputs]
    with np.errstate(all="ignore"):
        try:
            theirs = hand(**given)
        except Exception as error:  # noqa: BLE001 - the list's own formula may be no NumPy
            return {**found, "textbook": f"{type(error).__name__}: {error}"}
        found["agrees"] = bool(np.allclose(program(*mine), theirs, rtol=1e-6, atol=1e-8))
        ours_time, hand_time = ratio(lambda: program(*mine), lambda: hand(**given))
    return {**found, "ours": ours_time, "hand": hand_time, "ratio": ours_time / hand_time}


def main() -> None:
    """Print the table and the worst."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=LIST)
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--worst", type=int, default=12, help="how many of the slowest are shown with their code")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--rivals", action="store_true", help="SymPy and tensorgrad beside ours")
    options = parser.parse_args()
    found = []
    for row in rows(options.file):
        answer = measured(row, options.size)
        if options.rivals:
            answer |= {OURS: own(row, answer.get("derive", 0.0))}
            answer |= {name: rival(row) for name, rival in RIVALS.items()}
        found.append(answer)
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    report(found, options.worst)


def report(found: list[dict[str, Any]], worst: int) -> None:
    """Print what was measured."""
    timed = sorted((a for a in found if "ratio" in a), key=lambda a: -a["ratio"])
    derived = [a["derive"] for a in found if "derive" in a]
    spent = f"{np.median(derived):.3f} s (median), {max(derived):.2f} s at most"
    print(f"{len(found)} identities, {len(derived)} derived: {spent}")
    ratios = np.array([a["ratio"] for a in timed])
    over = int((ratios > BAR).sum())
    print(f"{len(timed)} timed beside the textbook: median ratio {np.median(ratios):.2f}; {over} over {BAR}")
    for a in timed[:worst]:
        print(
            f"\n{a['ratio']:.2f}  {a['ours'] * 1e6:.0f} µs, by hand {a['hand'] * 1e6:.0f} µs: {a['f']}  by {a['wrt']}"
        )
        print(a["source"].split("def gradient")[1].split(":", 1)[1].strip("\n"))
    for a in found:
        if "ratio" not in a:
            print("\nNOT TIMED", a["f"], a.get("error") or a.get("textbook"))
        elif not a["agrees"]:
            print("\nDIFFERS", a["f"])
    if any(OURS in a for a in found):
        print(f"\n{table(found, RIVALS)}")


if __name__ == "__main__":
    main()
