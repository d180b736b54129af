"""Fewer bytes, the same tree: what a parser implies is left out, and nothing that is shown as it is written."""

from __future__ import annotations

from reports.slim import slim


def test_indentation_implied_end_tags_and_quotes_of_plain_values_go():
    page = '<ul class="legend">\n  <li id="a">one</li>\n  <li>two</li>\n</ul>'
    assert slim(page) == "<ul class=legend><li id=a>one<li>two</ul>"


def test_values_that_need_their_quotes_keep_them():
    for page in ('<p class="a b">x</p>', '<p title="">x</p>', '<a href="?q=1">x</a>', '<use href="#g"/>'):
        assert slim(page) == page
    assert slim('<a href="#op/open">x</a>') == "<a href=#op/open>x</a>"


def test_what_is_shown_as_it_is_written_stays():
    for page in ("<pre>  a\n    b</pre>", '<script>\n  f("</li>", { a: "b" })\n</script>', "<p>x=&#34;y&#34;</p>"):
        assert slim(page) == page


def test_rules_of_the_style_sheet_lose_their_spaces_and_not_their_words():
    assert (
        slim("<style>\n.a b { color: red; margin: 0 1em }\n</style>")
        == "<style>\n.a b{color: red;margin: 0 1em}</style>"
    )
