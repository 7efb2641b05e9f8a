"""A client may name a ticket as they like: it stays a name."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import ADDRESSES
from tests.browser.window import window

WORDLESS = ("/people",)
"""Shows only what the firm itself wrote into its settings."""

ARMED = "window.hurt = () => { window.wasHurt = true; }; window.onerror = () => { window.wasHurt = true; }"
"""What a hostile title calls."""

SMUGGLED = "script:not([src]), iframe, object, embed, base, form[action^='javascript'], [href^='javascript']"
HANDLERS = """() => [...document.querySelectorAll("*")].flatMap(
  one => [...one.attributes].filter(each => each.name.startsWith("on")).map(each => one.outerHTML.slice(0, 200)))"""


@pytest.mark.parametrize("address", ADDRESSES)
def test_three_hundred_hostile_titles_stay_titles(browser: Browser, hostile_home: str, address: str) -> None:
    """Nothing runs, nothing is fetched, no rule of the page is broken; with its policy off too."""
    for bypassed in (False, True):
        with window(browser, hostile_home, bypass_csp=bypassed) as opened:
            opened.page.add_init_script(ARMED)
            opened.open(address)
            opened.page.wait_for_timeout(50)

            assert opened.complaints == []
            assert opened.asked("window.wasHurt") is None
            assert opened.asked(HANDLERS) == []
            assert opened.page.locator(SMUGGLED).count() == 0
            assert ("hurt()" in opened.page.content()) == (address not in WORDLESS)
