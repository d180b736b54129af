"""The page in a real browser."""

from __future__ import annotations

import re

import pytest

SHOWN = "e => [...document.querySelectorAll(e)].filter(n => n.checkVisibility()).length"


def _sideways(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@pytest.mark.parametrize("name", ["every_status", "all_agree", "smallest"])
def test_it_opens_without_a_complaint_or_a_request(name, visit, request):
    seen = visit(request.getfixturevalue(name))
    assert seen.troubles == []
    assert seen.foreign == []
    assert seen.page.locator("h1").count() == 1


def test_every_operation_and_claim_is_present(every_status, visit):
    page = visit(every_status).page
    assert page.locator("details.operation").count() == len(every_status["operations"])
    assert page.locator("details.claim").count() == len(every_status["claims"])


def test_hostile_names_run_nothing(hostile, visit):
    seen = visit(hostile)
    assert seen.troubles == []
    assert seen.foreign == []
    assert seen.page.evaluate("window.led") is None
    assert seen.page.locator("img").count() == 0
    assert seen.page.locator("details.operation").count() == len(hostile["operations"])


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize(
    ("fragment", "opened"),
    [
        ("#op-mean/open", "op-mean"),
        ("#frobenius_norm/proof", "op-frobenius_norm"),
        ("#claim-grad-is-4x/open", "claim-grad-is-4x"),
    ],
)
def test_a_fragment_opens_what_holds_it(scripts, fragment, opened, every_status, visit):
    page = visit(every_status, fragment, java_script_enabled=scripts).page
    page.wait_for_selector(f'details[id="{opened}"][open]', timeout=5000)
    assert page.locator("details.operation[open], details.claim[open]").count() == 1


def test_with_scripts_the_name_of_an_operation_opens_it_too(every_status, visit):
    page = visit(every_status, "#op-mean").page
    assert page.locator("#op-mean").get_attribute("open") is not None


def test_a_link_in_the_matrix_opens_the_check_that_it_names(every_status, visit):
    page = visit(every_status).page
    page.click('.matrix a[href="#exp/rounding"]')
    page.wait_for_selector("#op-exp[open]")
    assert page.locator("#exp\\/rounding").is_visible()


def test_the_filter_keeps_what_matches_says_how_much_and_is_in_the_address(every_status, visit):
    page = visit(every_status).page
    page.fill("#filter", "NORM frob")
    assert page.evaluate(SHOWN, ".matrix tr[data-find]") == 1
    assert page.evaluate(SHOWN, "details.operation") == 1
    assert page.locator("#shown").inner_text().startswith("1 of 7 operations")
    assert re.search(r"\?q=NORM\+frob$", page.url)
    page.fill("#filter", "")
    page.check("#only-bad")
    assert page.evaluate(SHOWN, ".matrix tr[data-find]") == 4
    assert page.evaluate(SHOWN, "p.family") == 3
    assert page.url.endswith("?bad=1")


def test_an_address_with_a_filter_shows_the_same_view(every_status, visit):
    page = visit(every_status, "?q=sum&bad=1#op-sum_axis").page
    assert page.evaluate(SHOWN, "details.operation") == 1
    assert page.locator("#op-sum_axis").get_attribute("open") is not None
    assert page.input_value("#filter") == "sum"


def test_keys_reach_the_filter_and_walk_through_the_failures(every_status, visit):
    page = visit(every_status).page
    page.keyboard.press("n")
    first = page.evaluate("document.activeElement.id")
    page.keyboard.press("n")
    second = page.evaluate("document.activeElement.id")
    page.keyboard.press("p")
    assert [first, second, page.evaluate("document.activeElement.id")] == [
        "sum_axis/enclosure/1f00aa", "exp/rounding/0badc0", "sum_axis/enclosure/1f00aa",
    ]  # fmt: skip
    page.keyboard.press("f")
    assert page.evaluate("document.activeElement.id") == "filter"


@pytest.mark.parametrize("name", ["every_status", "hostile"])
@pytest.mark.parametrize("everything", [False, True], ids=["closed", "open"])
def test_nothing_scrolls_sideways_on_a_phone(name, everything, visit, request):
    page = visit(request.getfixturevalue(name), width=360).page
    if everything:
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert _sideways(page) == 0


def test_without_scripts_everything_is_there_and_no_dead_control(every_status, visit):
    page = visit(every_status, java_script_enabled=False).page
    assert page.locator("#tools").is_hidden()
    assert page.locator("button").count() == 0
    assert page.locator("h1").is_visible()
    assert page.locator(".matrix").is_visible()
    assert page.locator(".failure").first.is_visible()
    page.locator("#op-mean > summary").click()
    assert page.locator("#mean\\/proof").is_visible()


def test_the_theme_follows_the_reader_until_the_reader_chooses(every_status, visit):
    ground = "getComputedStyle(document.body).backgroundColor"
    light, dark = (visit(every_status, color_scheme=scheme).page for scheme in ("light", "dark"))
    assert light.evaluate(ground) == "rgb(251, 250, 246)"
    assert dark.evaluate(ground) == "rgb(20, 22, 26)"
    light.get_by_role("button", name="Light or dark").click()
    assert light.evaluate(ground) == "rgb(20, 22, 26)"
    assert "theme=dark" in light.url


def test_print_is_light_leaves_the_operations_out_and_keeps_matrix_and_claims(every_status, visit):
    page = visit(every_status, color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(29, 33, 38)"
    assert page.locator("#operations").is_hidden()
    assert page.locator("#attention").is_visible()
    assert page.locator("#matrix").is_visible()
    assert page.locator("#claims").is_visible()


def test_formulas_are_drawn_in_the_fonts_own_family(every_status, visit):
    page = visit(every_status, "#op-frobenius_norm/open").page
    assert page.evaluate("document.fonts.ready.then(() => document.fonts.check('20px \"Gradproof Math\"', '∑'))")
    assert page.evaluate("[...document.fonts].map(f => [f.family, f.status])") == [["Gradproof Math", "loaded"]]
    sums = page.locator("#op-frobenius_norm .display munderover").count()
    assert sums == 2
