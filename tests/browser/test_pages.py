"""Every page as people open it: in three languages, on a phone, a tablet and a desk, on paper, by keyboard alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import ADDRESSES
from tests.browser.window import WIDTHS, window

LANGUAGES = ("en", "zh-Hant-HK", "zh-Hans-CN")

PAPER = 718
"""Pixels between the margins of an A4 sheet."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("address", ADDRESSES)
def test_a_page_fits_every_width_and_complains_of_nothing(
    browser: Browser, home: str, address: str, language: str
) -> None:
    """No line runs out of a phone, and the console stays empty: not a request goes elsewhere, not a rule is broken."""
    with window(browser, home) as opened:
        opened.open(f"{address}?lang={language}")
        wider = {}
        for width in WIDTHS:
            opened.page.set_viewport_size({"width": width, "height": 900})
            wider[width] = opened.overflow

        assert opened.complaints == []
        assert wider == dict.fromkeys(WIDTHS, 0)


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("address", ADDRESSES)
def test_who_cannot_see_it_or_reads_with_difficulty_is_not_left_out(
    browser: Browser, home: str, address: str, width: int
) -> None:
    """axe-core finds nothing serious."""
    with window(browser, home, width, bypass_csp=True) as opened:
        opened.open(address)
        found = Axe().run(opened.page).response["violations"]

    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in serious] == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_keyboard_alone_reaches_everything_and_shows_where_it_is(browser: Browser, home: str, address: str) -> None:
    """Tab goes through all links and fields in the order of the page, the first leads past the menu."""
    with window(browser, home) as opened:
        opened.open(address)
        reachable = opened.asked(REACHABLE)
        seen = []
        for _ in range(min(reachable, 60)):
            opened.page.keyboard.press("Tab")
            seen.append(opened.asked(FOCUSED))

    assert seen[0]["href"] == "#main"
    assert [one["at"] for one in seen] == list(range(len(seen)))
    assert [one["html"] for one in seen if not one["shown"]] == []


REACHABLE = """() => {
  const all = document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']");
  window.order = [...all].filter(one => one.checkVisibility({visibilityProperty: true}) && one.type !== "hidden");
  return window.order.length;
}"""

FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one);
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  return {at: window.order.indexOf(one), href: one.getAttribute("href"), shown, html: one.outerHTML.slice(0, 200)};
}"""


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_on_a_page_needs_javascript(browser: Browser, home: str, address: str) -> None:
    """A firm that switches it off reads the same."""
    said = []
    for scripts in (True, False):
        with window(browser, home, java_script_enabled=scripts) as opened:
            opened.open(address)
            said.append(opened.page.locator("body").inner_text())

    assert said[0] == said[1]
    assert len(said[0]) > 200


@pytest.mark.parametrize("address", ADDRESSES)
def test_on_paper_a_page_has_no_menu_and_is_not_cut(browser: Browser, home: str, address: str) -> None:
    """What is printed for a meeting is the content alone."""
    with window(browser, home, PAPER) as opened:
        opened.open(address)
        opened.page.emulate_media(media="print")

        assert opened.asked(CUT) == []
        assert not opened.page.locator("nav").first.is_visible()
        assert opened.page.pdf(format="A4").startswith(b"%PDF-")


CUT = """() => [...document.querySelectorAll("body *")]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 200))"""
"""What reaches over the right edge."""
