"""The assumption that would make a false identity true: tried in a fixed order, weaker ones first."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from verify.domains import REAL, WORDS
from verify.errors import VerifyError
from verify.identities.domains import SYMMETRIC, Kind
from verify.identities.statement import Space
from verify.identities.survey import assignments, quick

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from verify.identities.statement import Statement
    from verify.identities.verdict import Diagnosis


_SPACES = {
    Space.PROJECTED: "meant in the space of symmetric matrices (projected: the symmetric part of the free gradient)",
    Space.ENTRIES: "meant by the independent entries of a symmetric matrix (G + Gᵀ − diag G of the free gradient G)",
    Space.FREE: "meant by free entries, {wrt} not being bound to stay symmetric",
}


def repair(claim: Statement, diagnosis: Diagnosis | None) -> str | None:
    """Return the weakest assumption found under which a false claim is true, in words; None where none is.

    A claim that differs by a constant factor is no truth under an assumption.
    """
    words = "" if diagnosis is None else diagnosis.words
    if words.startswith("factor"):
        return _first(_size_two(claim))  # such as 1 / (n - 1), which is 1 for n = 2
    if words in ("sign", "treated as constant"):
        return None
    found = _first(_spaces(claim) if _symmetric(claim) else ())
    if found is None and words == "the other layout":
        return "read in the other layout: the axes of the variable first (the transposed Jacobian)"
    if found is None and words == "transposed" and len(claim.shapes[claim.wrt]) == 2:
        return _first(_symmetries(claim)) or "read in the other layout: the transposed gradient"
    explained = words.startswith(("dropped", "sign of a term", "missing factor"))
    return found or _first(_others(claim, explained=explained))


def aside(claim: Statement) -> str | None:
    """Return how the variable is to be normalised for a false claim to hold there: a remark, no answer.

    The points where a variable has norm 1 are few, and a derivative is meant beside them too.
    """
    return _first(_normalised(claim, [claim.wrt]))


def _first(candidates: Iterable[tuple[str, Statement, list[dict[str, int]]]]) -> str | None:
    return next((words for words, claim, sizes in candidates if _holds(claim, sizes)), None)


def _holds(claim: Statement, sizes: list[dict[str, int]]) -> bool:
    try:
        return quick(claim, sizes)
    except VerifyError:
        return False


def _symmetric(claim: Statement) -> bool:
    return claim.space is not Space.FREE or claim.domains[claim.wrt].form in SYMMETRIC


def _others(claim: Statement, *, explained: bool) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    yield from _forms(claim, explained=explained)
    yield from _sizes(claim)
    yield from _signs(claim)
    yield from _normalised(claim, [name for name in claim.shapes if name != claim.wrt])
    if not _symmetric(claim) and claim.square(claim.wrt):
        yield from _spaces(claim)


def _usual(claim: Statement) -> list[dict[str, int]]:
    return assignments(claim.sizes)[:2]


def _spaces(claim: Statement) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    for space, words in _SPACES.items():
        if space is not claim.space and (space is not Space.FREE or claim.square(claim.wrt)):
            kind = claim.domains[claim.wrt]
            held = claim.with_domain(claim.wrt, kind if kind.form in SYMMETRIC else Kind(kind.numbers, "symmetric"))
            yield words.format(wrt=claim.wrt), held.with_space(space), _usual(claim)


def _forms(claim: Statement, *, explained: bool) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    """Yield that one matrix has a form, or that all are symmetric; of the variable itself only symmetric ones.

    Where several matrices are diagonal, say, everything commutes, which makes many a false claim true.
    """
    squares = [n for n in claim.shapes if claim.square(n) and claim.domains[n].form in (None, "invertible")]
    squares.sort(key=lambda name: name == claim.wrt)
    bound = [n for n in claim.shapes if claim.domains[n].form in ("symmetric", "spd")]
    for form in ("symmetric", "antisymmetric", "orthogonal", "spd", "diagonal"):
        for name in [*squares, *(bound if form == "diagonal" else [])]:
            if name == claim.wrt and form not in ("symmetric", "spd") and (explained or name in squares):
                continue
            yield _is(name, form), _with(claim, (name,), form), _usual(claim)
        if len(squares) > 1 and form == "symmetric":
            words = f"{', '.join(squares[:-1])} and {squares[-1]} are {form}"
            yield words, _with(claim, tuple(squares), form), _usual(claim)


def _symmetries(claim: Statement) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    """Yield that one matrix is symmetric, or all are."""
    yield from (c for c in _forms(claim, explained=True) if c[0].endswith((" is symmetric", " are symmetric")))


def _is(name: str, form: str) -> str:
    words = {"spd": "symmetric positive definite", "unit norm": "of norm 1", "signs": "±1", "binary": "0 or 1"}
    return f"{name} is {words.get(form, form)}"


def _with(claim: Statement, names: tuple[str, ...], form: str) -> Statement:
    kinds = {n: Kind(claim.domains[n].numbers, form, form) for n in names}
    return replace(claim, domains={**claim.domains, **kinds})


def _sizes(claim: Statement) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    yield from _equal_sizes(claim)
    usual = assignments(claim.sizes)
    for a, b in combinations(claim.sizes, 2):
        yield f"{a} < {b}", claim, [{**at, a: 2, b: high} for at in usual[:2] for high in (3, 4)]
        yield f"{a} > {b}", claim, [{**at, b: 2, a: high} for at in usual[:2] for high in (3, 4)]


def _equal_sizes(claim: Statement) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    usual = assignments(claim.sizes)
    for a, b in combinations(claim.sizes, 2):
        equal = [{**at, b: at[a]} for at in usual[:2]]
        yield f"{a} = {b}", claim, equal
    yield from _size_two(claim)


def _size_two(claim: Statement) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    for name in claim.sizes:
        yield f"{name} = 2", claim, [{**at, name: 2} for at in assignments(claim.sizes)[:2]]


def _signs(claim: Statement) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    signed = (REAL, WORDS["nonzero"])
    loose = [n for n, kind in claim.domains.items() if kind.form is None and kind.numbers in signed]
    loose.sort(key=lambda name: name != claim.wrt)
    for word, sign in (("positive", "> 0"), ("negative", "< 0")):
        for name in loose:
            yield f"{name} {sign}", claim.with_domain(name, Kind(WORDS[word], None, word)), _usual(claim)
        if len(loose) > 1 and word == "positive":
            positive = dict.fromkeys(loose, Kind(WORDS[word], None, word))
            yield f"{', '.join(loose)} > 0", replace(claim, domains={**claim.domains, **positive}), _usual(claim)


def _normalised(claim: Statement, names: Iterable[str]) -> Iterator[tuple[str, Statement, list[dict[str, int]]]]:
    for name in names:
        if claim.domains[name].form is not None or not claim.shapes[name]:
            continue
        words = f"{name} sums to 1" + (" along its last axis" if len(claim.shapes[name]) > 1 else "")
        forms = {"sums to 1": words, "simplex": f"{words}, with positive entries", "unit norm": _is(name, "unit norm")}
        if name != claim.wrt:
            forms |= {word: _is(name, word) for word in ("signs", "binary", "one-hot")}
        for form, said in forms.items():
            yield said, _with(claim, (name,), form), _usual(claim)
