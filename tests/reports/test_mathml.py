from __future__ import annotations

import html.parser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.mathml import ATTRIBUTES, ELEMENTS, formula

GOOD = (
    "<math><semantics><mrow><mi>x</mi><mo>&lt;</mo><mn>1</mn></mrow>"
    '<annotation encoding="application/x-tex">x &lt; 1</annotation></semantics></math>'
)


class _Parsed(html.parser.HTMLParser):
    """Every tag and attribute that an HTML parser finds."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)


def _math(inside):
    return {"text": "the text", "mathml": f"<math>{inside}</math>"}


def test_mathml_core_passes_without_what_nobody_sees():
    inside = "<mi>x</mi><mo>&lt;</mo><mn>1</mn>"
    assert formula({"text": "x < 1", "mathml": GOOD}) == f"<math>{inside}</math>"
    plain = f"<math><mi>y</mi><msup><mrow>{inside}</mrow><mn>2</mn></msup></math>"
    assert formula({"text": "", "mathml": plain}) == plain


def test_the_form_of_an_operator_is_left_out_where_its_place_says_it():
    fenced = '<mo form="prefix">(</mo><mi>x</mi><mo form="postfix">)</mo>'
    assert formula(_math(fenced)) == "<math><mo>(</mo><mi>x</mi><mo>)</mo></math>"
    led = '<mi>x</mi><mo form="prefix">(</mo><mi>y</mi>'
    assert formula(_math(led)) == f"<math>{led}</math>"


def test_a_line_with_the_left_side_of_the_line_before_goes_on_from_its_sign():
    first, second, other = (
        _math(f"<mrow><mi>{left}</mi><mo>=</mo><mi>{right}</mi></mrow>") for left, right in ("xa", "xb", "yb")
    )
    assert formula(second, after=first) == '<math><mo form="infix">=</mo><mi>b</mi></math>'
    assert formula(other, after=first) == "<math><mi>y</mi><mo>=</mo><mi>b</mi></math>"
    assert formula(second, after={"text": "no MathML"}) == "<math><mi>x</mi><mo>=</mo><mi>b</mi></math>"
    assert formula(second, after=_math("<script/>")) == "<math><mi>x</mi><mo>=</mo><mi>b</mi></math>"


def test_a_formula_by_itself_is_a_block_and_one_in_a_line_is_not():
    block = '<math display="block"><mi>x</mi></math>'
    assert formula(_math("<mi>x</mi>"), block=True) == block
    assert formula({"text": "", "mathml": block}) == "<math><mi>x</mi></math>"


def test_a_namespace_is_dropped_and_so_is_the_printers_indentation():
    given_ = '<m:math xmlns:m="http://www.w3.org/1998/Math/MathML">\n  <m:mi>x</m:mi>\n</m:math>'
    assert formula({"text": "", "mathml": given_}) == "<math><mi>x</mi></math>"


def test_a_hard_space_is_a_word_of_the_formula():
    assert formula(_math("<mtext>\u00a0</mtext>")) == "<math><mtext>\u00a0</mtext></math>"


def test_the_marks_of_a_change_and_of_cases_stay_and_other_classes_go():
    kept = formula(_math('<mrow class="changed"><mi class="top">x</mi></mrow>'))
    assert kept == '<math><mrow class="changed"><mi>x</mi></mrow></math>'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<mi><img src='x'/></mi>",
        '<mtext><a href="javascript:alert(1)">x</a></mtext>',
        "<mglyph/>",
        "<maction><mi>x</mi></maction>",
        "<annotation-xml encoding='text/html'><p>x</p></annotation-xml>",
        '<semantics><mi>x</mi><annotation encoding="text/html">x</annotation></semantics>',
        "<semantics><mi>x</mi><annotation>x</annotation></semantics>",
        '<semantics><mi>x</mi><annotation encoding="application/x-tex"><mi>x</mi></annotation></semantics>',
        "<mi>x</mi",
        "<mi>&unknown;</mi>",
        "<!-- <mi>x</mi> -->",
        "<?php?>",
    ],
)
def test_anything_else_is_shown_as_text_for_leaving_it_out_could_change_the_formula(inside):
    assert formula(_math(inside)) == '<code class="formula">the text</code>'


@pytest.mark.parametrize(
    "mathml", [None, "", "x", "<mi>x</mi>", "<svg/>", '<!DOCTYPE math [<!ENTITY a "b">]><math>&a;</math>']
)
def test_what_is_no_math_element_is_shown_as_text(mathml):
    assert formula({"text": "a < b", "mathml": mathml}) == '<code class="formula">a &lt; b</code>'


def test_nesting_without_end_is_shown_as_text_not_a_crash():
    deep = 100_000
    assert formula(_math("<mrow>" * deep + "</mrow>" * deep)) == '<code class="formula">the text</code>'


def test_attributes_that_do_something_are_dropped():
    led = '<mi onclick="x()" style="color:red" href="http://e.org" id="top" mathvariant="normal" lspace="0em">x</mi>'
    assert formula(_math(led)) == '<math><mi lspace="0em" mathvariant="normal">x</mi></math>'


NAMES = st.sampled_from(
    [*sorted(ELEMENTS - {"semantics"}), "script", "img", "annotation-xml", "style", "foreignObject"]
)
ATTRIBUTE = st.tuples(
    st.sampled_from([*sorted(ATTRIBUTES), "class", "onload", "href", "style", "src"]),
    st.one_of(st.text(max_size=8), st.sampled_from(["true", "changed", "1em", "application/x-tex", "javascript:x"])),
)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=6)


@st.composite
def _trees(draw, depth=3):
    element = ET.Element(draw(NAMES), dict(draw(st.lists(ATTRIBUTE, max_size=2))))
    element.text, element.tail = draw(WORDS), draw(WORDS)
    if depth:
        element.extend(draw(st.lists(_trees(depth=depth - 1), max_size=2)))
    return element


@given(st.lists(_trees(), max_size=2))
def test_whatever_comes_in_only_listed_elements_and_attributes_go_out(children):
    root = ET.Element("math")
    root.extend(children)
    out = formula({"text": "t", "mathml": ET.tostring(root, encoding="unicode")})
    parsed = _Parsed(out)
    assert parsed.tags <= ELEMENTS | {"code"}
    assert parsed.attributes <= ATTRIBUTES | {"class"}
    if "math" in parsed.tags:
        again = ET.fromstring(out)  # noqa: S314 - our own output
        assert "".join("".join(again.itertext()).split()) == "".join("".join(root.itertext()).split())
        kept = [[e.tag for e in tree.iter() if e.tag != "mrow"] for tree in (again, root)]
        assert kept[0] == kept[1]
