"""A claim's floating-point counts, dtype by dtype: a line for the list, and the exception to show there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

Entry = Mapping[str, Any]


class Count(NamedTuple):
    """What the draws of one dtype come to: a tone, a few words, and the figures behind them."""

    dtype: str
    tone: str
    words: str
    note: str


def counts(claim: Entry) -> list[Count]:
    """Return one line a dtype: always, or how often the claim failed among the first source's draws."""
    dtypes = dict.fromkeys(f["dtype"] for f in claim["floats"])
    return [_count(d, [f for f in claim["floats"] if f["dtype"] == d]) for d in dtypes]


def _count(dtype: str, floats: Sequence[Entry]) -> Count:
    draws = sum(f["draws"] for f in floats)
    broken = [f for f in floats if f["exceptions"]]
    if draws == 0:
        return Count(dtype, "none", "not tried", "no draws")
    if not broken:
        return Count(dtype, "good", "always", f"in {draws:,} draws")
    first = broken[0]
    of = f"of {first['draws']:,} {plural(first['source'])}".rstrip()
    return Count(dtype, "unstable", "not always", f"{percent(first)} {of}")


def made(claim: Entry) -> list[tuple[list[str], str]]:
    """Return how the draws were made, each way once, with the dtypes that it was made in."""
    found: dict[str, list[str]] = {}
    for count in claim["floats"]:
        found.setdefault(count["where"], []).append(count["dtype"])
    return [(list(dict.fromkeys(dtypes)), where) for where, dtypes in found.items()]


def by_count(tried: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    """Return what was tried by how often, most often first; what was never tried comes before everything."""
    counts = sorted(set(tried.values()), key=lambda count: (count > 0, -count))
    return [(count, [key for key, n in tried.items() if n == count]) for count in counts]


def plural(source: str) -> str:
    """Return a source of draws as it follows a number: 'standard normal draws', 'special values'."""
    return source if source.endswith("s") else f"{source} draws".strip()


def percent(count: Entry) -> str:
    """Return how often the claim failed; a frequency that is not zero is never written as zero."""
    if count["exceptions"] == 0:
        return "0 %"
    share = 100 * count["exceptions"] / count["draws"]
    return f"{share:.3g} %" if share >= 0.001 else f"{count['exceptions']} in {count['draws']:,}"


def smallest(claim: Entry) -> tuple[Entry, Entry] | None:
    """Return the count and the kind whose smallest exception stands for the claim: the first source's most frequent."""
    for count in claim["floats"]:
        kinds = [k for k in count["kinds"] if k["smallest"]]
        if kinds:
            return count, max(kinds, key=lambda kind: kind["count"])
    return None


def written(array: Entry) -> str:
    """Return an array of the record in decimals, nested as its shape says."""
    return _nested(list(array["dec"]), list(array["shape"]))


def written_hex(array: Entry) -> str:
    """Return an array of the record in exact hexadecimals, nested as its shape says."""
    return _nested(list(array["hex"]), list(array["shape"])) if array["hex"] else ""


def _nested(values: list[str], shape: list[int]) -> str:
    if not shape:
        return ", ".join(values)
    if len(shape) == 1:
        return f"[{', '.join(values)}]"
    step = len(values) // shape[0] if shape[0] else 0
    return f"[{', '.join(_nested(values[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0]))}]"
