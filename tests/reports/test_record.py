from __future__ import annotations

import json
import math

import pytest

import reports


def test_what_is_written_reads_back_the_same(every_status, tmp_path):
    record, page = reports.write(every_status, tmp_path / "new" / "folder")
    assert (record.name, page.name) == ("report.json", "report.html")
    assert reports.load(record) == every_status
    assert page.read_text(encoding="utf-8") == reports.render(every_status)


def test_the_same_record_gives_the_same_bytes(every_status, tmp_path):
    first = [path.read_bytes() for path in reports.write(every_status, tmp_path / "a")]
    again = json.loads(json.dumps(every_status))
    assert [path.read_bytes() for path in reports.write(again, tmp_path / "b")] == first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is not JSON: Expecting property name"),
        ('{"schema": NaN}', "the record holds a bare NaN, which is not JSON: write it as the string 'NaN'."),
        ('{"schema": "1.0"}', "record.tool is missing"),
        ("[1]", "record is [1] (type list); expected an object"),
    ],
)
def test_a_file_that_is_no_record_is_refused_with_its_fault(content, message, tmp_path):
    path = tmp_path / "report.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(reports.ReportError) as caught:
        reports.load(path)
    assert message in str(caught.value)


def test_a_file_that_is_not_there_is_named_and_so_is_what_to_give(tmp_path):
    with pytest.raises(reports.ReportError, match=r"none\.json cannot be read.*Give a report\.json written by"):
        reports.load(tmp_path / "none.json")


def test_bytes_that_are_not_text_are_refused(tmp_path):
    path = tmp_path / "report.json"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(reports.ReportError, match="cannot be read"):
        reports.load(path)


@pytest.mark.parametrize("bad", [math.nan, math.inf, {1}, b"x", 10**400])
def test_a_value_that_json_cannot_hold_is_refused_even_where_the_schema_is_silent(bad, smallest, tmp_path):
    with pytest.raises(reports.ReportError, match="JSON"):
        reports.write({**smallest, "invented": [bad]}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_half_a_surrogate_pair_is_refused_before_anything_is_written(smallest, tmp_path):
    with pytest.raises(reports.ReportError, match=r"'\\ud800'; expected text"):
        reports.write({**smallest, "invented": "\ud800"}, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_named(smallest, tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(reports.ReportError, match=r"taken.*Give a folder that can be written\."):
        reports.write(smallest, tmp_path / "taken")
