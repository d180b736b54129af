from __future__ import annotations

import copy
import json
import math
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import reports
from reports.validation import _KEYWORDS, complete, schema

RECORD = json.loads((Path(__file__).parent / "records" / "every_status.json").read_text(encoding="utf-8"))
SILENT = {"$schema", "$id", "$defs", "title", "description", "default"}
"""Keywords that say nothing about what is valid."""


def _keywords(part):
    for key, value in part.items():
        yield key
        for inner in value.values() if key in {"properties", "$defs"} else [value]:
            for each in inner if isinstance(inner, list) else [inner]:
                if isinstance(each, dict) and key != "default":
                    yield from _keywords(each)


def _places(value, path=()):
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from _places(item, (*path, key))


PLACES = list(_places(RECORD))
REMOVE = object()


def _changed(path, new):
    """Return a copy of the record with the value at `path` replaced, or removed."""
    if not path:
        return {} if new is REMOVE else new
    changed = copy.deepcopy(RECORD)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    if new is REMOVE:
        del holder[path[-1]]
    else:
        holder[path[-1]] = new
    return changed


def _objection(record):
    try:
        reports.validate(record)
    except reports.ReportError as error:
        return error
    return None


def test_the_schema_is_a_json_schema_and_holds_only_keywords_that_the_walker_knows():
    jsonschema.Draft202012Validator.check_schema(schema())
    assert set(_keywords(schema())) - SILENT == set(_KEYWORDS)


def test_the_records_of_version_1_0_are_valid(every_status, all_agree, smallest):
    for record in (every_status, all_agree, smallest):
        reports.validate(record)
        jsonschema.validate(record, schema(), jsonschema.Draft202012Validator)


def test_the_fixture_shows_every_status_verdict_and_strength(every_status):
    checks = [c for o in every_status["operations"] for c in o["checks"]]
    operation, check = schema()["$defs"]["operation"], schema()["$defs"]["check"]
    assert {c["status"] for c in checks} == set(schema()["$defs"]["status"]["enum"])
    assert {c["strength"] for c in checks} == set(check["properties"]["strength"]["enum"])
    assert {o["verdict"] for o in every_status["operations"]} == set(operation["properties"]["verdict"]["enum"])
    claim = schema()["$defs"]["claim"]
    assert {c["verdict"] for c in every_status["claims"]} == set(claim["properties"]["verdict"]["enum"])


@given(
    path=st.sampled_from(PLACES),
    new=st.sampled_from([REMOVE, None, True, -1, 0, 0.5, 1.0, "", "1.7", "agree", [], [1], ["x"], [[1, 2, 3]], {}]),
)
def test_the_walker_says_what_a_json_schema_validator_says(path, new):
    record = _changed(path, new)
    valid = jsonschema.Draft202012Validator(schema()).is_valid(record)
    objection = _objection(record)
    assert (objection is None) == valid or "an id of its own" in str(objection)


@pytest.mark.parametrize(
    ("path", "new", "message"),
    [
        (("schema",), "2.0", 'record.schema is "2.0" (type str); expected a string that matches ^1\\.[0-9]+$.'),
        (("schema",), "2.0", "This gradproof reads version 1 of the record; use the version that wrote it."),
        (("claims",), REMOVE, "record.claims is missing; expected every field that the schema requires."),
        (("operations", 2, "checks", 0, "status"), "fine",
         'record.operations[2].checks[0].status is "fine" (type str); expected one of "agree", "disagree",'),
        (("operations", 0, "reason"), "", "record.operations[0].reason is empty; expected words."),
        (("run", "seed"), "0", 'record.run.seed is "0" (type str); expected a whole number.'),
        (("operations", 0, "checks", 1, "worst"), {"ulps": math.nan},
         "ulps is NaN (type float); expected a finite number (write NaN and infinities as strings) or a string"),
        (("operations", 0, "tried", "kinds"), {"tie": -1},
         'record.operations[0].tried.kinds["tie"] is -1 (type int); expected at least 0.'),
        (("operations", 1, "id"), "add",
         'record.operations[1].id is "add" (type str); expected an id of its own (operations[0] has this one).'),
        (("claims", 1, "reals", "proof", 0, "statement"), 3,
         "record.claims[1].reals.proof[0].statement is 3 (type int); expected a string or an object."),
        (("claims", 1, "reals", "proof", 0, "statement"), {},
         "record.claims[1].reals.proof[0].statement.text is missing;"),
        (("operations", 1, "checks", 2, "plot", "series"), [],
         "record.operations[1].checks[2].plot.series is a list of 0; expected 1 or more."),
        (("operations", 1, "checks", 2, "plot", "series", 0, "points", 0), [1, 2, 3],
         "series[0].points[0] is a list of 3; expected 2 or fewer."),
        ((), [], "record is [] (type list); expected an object. Write the record with 'gradproof report', or see"),
    ],
)  # fmt: skip
def test_a_bad_record_is_told_where_what_was_given_and_what_was_expected(path, new, message):
    with pytest.raises(reports.ReportError) as caught:
        reports.validate(_changed(path, new))
    assert message in str(caught.value)


def test_a_value_that_json_has_no_word_for_is_named_not_swallowed():
    with pytest.raises(reports.ReportError, match=r"record\.environment\[\"numpy\"\] is \{1\} \(type set\)"):
        reports.validate(_changed(("environment", "numpy"), {1}))


def test_optional_fields_get_their_defaults_and_unknown_fields_stay(every_status):
    every_status["operations"][0]["invented"] = {"by": "a later version"}
    del every_status["operations"][0]["checks"][0]["plot"], every_status["run"]["partial"]
    before = copy.deepcopy(every_status)
    full = complete(every_status)
    assert every_status == before
    assert full["operations"][0]["invented"] == {"by": "a later version"}
    assert full["operations"][0]["checks"][0]["plot"] is None
    assert full["run"]["partial"] is False
    assert complete(full) == full
