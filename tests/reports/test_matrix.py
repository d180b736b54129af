from __future__ import annotations

import copy

from reports import matrix
from reports.validation import complete


def _check(oracle, status="agree", strength=None, **rest):
    return {
        "oracle": oracle,
        "status": status,
        "strength": strength,
        "points": 9,
        "distinct": None,
        "worst": None,
    } | rest


def test_columns_follow_the_pages_order_and_strangers_come_last():
    operations = [{"checks": [_check("seance"), _check("jax")]}, {"checks": [_check("proof")]}]
    assert matrix.columns(operations) == ["proof", "jax", "seance"]


def test_a_row_has_a_cell_a_column_and_none_where_an_oracle_was_not_asked(every_status):
    operations = complete(every_status)["operations"]
    rows = [row for group in matrix.groups(operations) for row in group.rows]
    assert [row.operation["id"] for row in rows] == [o["id"] for o in operations]
    assert {len(row.cells) for row in rows} == {8}
    assert [cell and cell["oracle"] for cell in rows[-1].cells] == ["proof"] + [None] * 7


def test_families_that_are_scattered_in_the_record_are_brought_together():
    operations = [{"id": n, "family": f, "checks": []} for n, f in (("a", "x"), ("b", "y"), ("c", "x"))]
    groups = [(g.family, [r.operation["id"] for r in g.rows]) for g in matrix.groups(operations)]
    assert groups == [("x", ["a", "c"]), ("y", ["b"])]


def test_a_row_is_as_strong_as_its_weakest_agreement():
    proof, sample = _check("proof", strength="proof"), _check("torch", strength="sample")
    assert matrix.weakest([proof, sample]) == "sample"
    assert matrix.weakest([proof, _check("jax", "skipped")]) == "proof"
    assert matrix.weakest([_check("jax", "skipped")]) == ""


def test_a_badge_tells_proof_enclosure_and_how_many_distinct_samples():
    assert matrix.badge(_check("proof", strength="proof")) == "P"
    assert matrix.badge(_check("enclosure", strength="enclosure")) == "E"
    assert matrix.badge(_check("torch", strength="sample")) == "S 9"
    assert matrix.badge(_check("torch", strength="sample", distinct=7)) == "S 7"
    assert matrix.badge(_check("torch", "undecided", strength="sample")) == ""


def test_what_all_checks_of_an_oracle_say_alike_is_shared_and_the_rest_is_their_own(every_status):
    operations = copy.deepcopy(complete(every_status)["operations"])
    checks = [(o, c) for o in operations for c in o["checks"] if c["oracle"] == "enclosure"]
    assert len(checks) > 1
    for operation, check in checks:
        check.update(title="t", bound="b", reproduce=f"gradproof report {operation['id']} --only enclosure")
    checks[0][1]["bound"] = "another"
    common = matrix.shared(operations)["enclosure"]
    assert (common["title"], common["bound"]) == ("t", None)
    assert common["reproduce"] == "gradproof report OP --only enclosure"
    own = matrix.own_words(*checks[0], common)
    assert (own["title"], own["bound"], own["reproduce"]) == (None, "another", None)


def test_parts_of_a_check_that_came_to_the_same_stand_together():
    details = [{"label": k, "status": s, "text": "t"} for k, s in (("a", "agree"), ("b", "skipped"), ("c", "agree"))]
    assert matrix.alike(details) == [("agree", "t", ["a", "c"]), ("skipped", "t", ["b"])]
