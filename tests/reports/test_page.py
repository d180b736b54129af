from __future__ import annotations

import base64
import gzip
import html.parser
import itertools
import json
import re
from pathlib import Path

import pytest

import reports
from reports import vocabulary
from reports.page import _font, anchor

VOID = {"meta", "link", "input", "br", "img"}
IMPLIED = {"li", "dt", "dd", "td", "th", "tr", "tbody", "thead"}  # tags whose end a parser adds
STYLE = (Path(reports.__file__).parent / "templates" / "style.css").read_text(encoding="utf-8")


class Document(html.parser.HTMLParser):
    """The elements of a page as (tag, attributes), its text, and whether its tags are balanced."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.words, self.open, self.balanced = [], [], [], True
        self.feed(text)
        self.balanced &= not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while self.open and self.open[-1] in IMPLIED and self.open[-1] != tag:
            self.open.pop()
        self.balanced &= bool(self.open) and self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in {"script", "style"}:
            self.words.append(data)

    @property
    def text(self):
        return " ".join("".join(self.words).split())

    def all(self, name):
        return [attributes[name] for _, attributes in self.elements if name in attributes]


@pytest.fixture(params=["every_status", "all_agree", "smallest", "hostile"])
def record(request):
    return request.getfixturevalue(request.param)


def test_tags_are_balanced_ids_unique_and_every_inner_link_has_its_target(record):
    page = Document(reports.render(record))
    ids = page.all("id")
    assert page.balanced
    assert len(ids) == len(set(ids))
    assert not [i for i in ids if re.search(r"\s", i)]
    links = {href[1:] for href in page.all("href") if href.startswith("#")}
    asked = {c["oracle"] for o in record["operations"] for c in o["checks"]}
    assert links
    assert links - set(ids) - {f"method-{anchor(name)}" for name in asked} == set()


def test_nothing_is_fetched_from_anywhere(record):
    page = reports.render(record)
    document = Document(page)
    assert {src for src in document.all("src") if not src.startswith("data:")} == set()
    assert {href for href in document.all("href") if not href.startswith(("#", "data:"))} == set()
    assert not re.search(r"@import|url\((?!data:)", page)
    assert not {tag for tag, _ in document.elements} & {"img", "iframe", "object", "embed", "video", "audio", "form"}


def test_the_same_record_gives_the_same_page_whatever_order_the_process_hashes_in(record):
    assert reports.render(json.loads(json.dumps(record))) == reports.render(record)


def test_the_record_is_not_changed_by_rendering_it(record):
    before = json.dumps(record)
    reports.render(record)
    assert json.dumps(record) == before


def test_every_operation_claim_check_failure_and_reason_is_there(every_status):
    document = Document(reports.render(every_status))
    ids = set(document.all("id"))
    checks = [c for o in every_status["operations"] for c in o["checks"]]
    failures = [f for c in checks for f in c["failures"]]
    assert ids >= {f"op-{o['id']}" for o in every_status["operations"]}
    assert ids >= {f"claim-{c['id']}" for c in every_status["claims"]}
    assert ids >= {c["id"] for c in checks}
    assert ids >= {f["id"] for f in failures}
    said = [x["reason"] for x in (*every_status["operations"], *every_status["claims"], *checks)]
    said += [f[k] for f in failures for k in ("diagnosis", "explanation", "reproduce")]
    said += [e[k] for f in failures for e in f["entries"] for k in ("claimed", "true", "difference")]
    said += [c["where"] for claim in every_status["claims"] for c in claim["floats"]]
    said += [e[k] for claim in every_status["claims"] for e in claim["exceptions"] for k in ("what", "shown_by")]
    assert failures
    assert [s for s in said if " ".join(s.split()) not in document.text] == []


def test_every_status_and_verdict_is_a_word_not_only_a_colour(every_status):
    text = Document(reports.render(every_status)).text
    for words in (vocabulary.STATUSES, vocabulary.VERDICTS, vocabulary.CLAIMS):
        assert [w.words for w in words.values() if w.words not in text] == []


def test_a_kind_of_input_that_was_never_tried_is_printed_as_a_gap(every_status):
    assert "subnormal gap: none" in Document(reports.render(every_status)).text


def test_exact_hexadecimals_stand_beside_the_decimals(every_status):
    text = Document(reports.render(every_status)).text
    assert "[[1.0]]" not in text or "0x1.0000000000000p+0" in text
    assert "-0x1.6000000000000p-7" in text


def test_times_stand_in_the_header_alone(every_status):
    page = reports.render(every_status)
    later = {**every_status, "run": {**every_status["run"], "started": "2031-01-01T00:00:00Z", "duration_s": 7.5}}
    body, other = (
        re.sub(r'(?s)<script type="application/json".*?</script>', "", p) for p in (page, reports.render(later))
    )
    changed = [a for a, b in zip(body.splitlines(), other.splitlines(), strict=True) if a != b]
    assert changed == ['<time datetime="2026-11-24T13:00:00Z">2026-11-24 13:00:00 UTC</time><span>41.2 s</span>  </p>']


def test_the_record_is_embedded_with_its_formulas_as_latex_and_text(record):
    page = reports.render(record)
    text = re.search(r'(?s)<script type="application/json" id="record">(.*?)</script>', page)[1]
    assert not set("<>&\u2028") & set(text)
    carried = json.loads(text)
    assert carried["encoding"] == "gzip, base64"
    unpacked = gzip.decompress(base64.b64decode(carried["data"])).decode()
    inside = json.loads(unpacked)
    assert '"mathml":' not in unpacked
    reports.validate(inside)
    assert [o["id"] for o in inside["operations"]] == [o["id"] for o in record["operations"]]
    assert [o["checks"] for o in inside["operations"]] == [o["checks"] for o in record["operations"]]


def test_hostile_names_stay_text(hostile):
    page = reports.render(hostile)
    document = Document(page)
    tags = [tag for tag, _ in document.elements]
    assert tags.count("script") == 2
    assert "img" not in tags
    assert not [name for _, attributes in document.elements for name in attributes if name.startswith("on")]
    assert "<img src=x onerror=\"window.led='astray'\">" in document.text


def test_anchors_tell_hostile_names_apart_and_leave_plain_ones_alone():
    assert anchor("op-sum_axis/enclosure.7f") == "op-sum_axis/enclosure.7f"
    assert anchor("a b") != anchor("a_b") != anchor("a<b")
    assert re.fullmatch(r"[\w./-]+", anchor("<a b='\n'>"))


def test_the_fixed_part_is_below_its_budget(smallest):
    page = reports.render(smallest)
    assert len(page.encode()) - len(_font()) <= 70_000


def test_headers_of_tables_say_what_they_head(record):
    heads = [attributes for tag, attributes in Document(reports.render(record)).elements if tag == "th"]
    assert [h for h in heads if h.get("scope") not in {"col", "row", "rowgroup"}] == []


def test_the_page_has_one_title_a_language_and_a_way_past_the_header(record):
    elements = Document(reports.render(record)).elements
    tags = [tag for tag, _ in elements]
    assert tags.count("h1") == tags.count("main") == 1
    assert ("html", {"lang": "en"}) in elements
    assert ("a", {"class": "skip", "href": "#main"}) in elements
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h\d", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


# -- contrast ------------------------------------------------------------------------------------------------


def _colours(theme):
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", STYLE)
    return {name: colours[theme] for name, *colours in pairs}


def _luminance(colour):
    """Relative luminance (WCAG 2.2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one, other):
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_every_colour_of_text_stands_out_from_every_ground_it_is_set_on(theme):
    colours = _colours(theme)
    tones = ["good", "bad", "unstable", "open", "note", "none", "error"]
    pairs = [(text, ground) for text in ("ink", "soft", "link", *tones) for ground in ("paper", "card")]
    pairs += [(tone, f"{tone}-tint") for tone in tones] + [("ink", "none-tint"), ("soft", "none-tint")]
    pairs += [("soft", "good-tint"), ("bad", "none-tint"), ("good", "none-tint")]
    poor = {pair: round(_contrast(*map(colours.__getitem__, pair)), 2) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


def test_contrast_is_that_of_the_standard():
    assert _contrast("#000000", "#ffffff") == pytest.approx(21)
    assert _contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_tone_of_the_vocabulary_has_its_colour_and_its_sign():
    tones = {w.tone for words in (vocabulary.STATUSES, vocabulary.VERDICTS, vocabulary.CLAIMS) for w in words.values()}
    assert {tone for tone in tones if f".t-{tone} {{ --sign: url(data:" not in STYLE} == set()
